//! Resizing, contrast, edges and descriptors of a face of 48 × 48 pixels and of a VGA frame, single
//! thread; `peers/time_opencv.py` runs OpenCV and scikit-image beside it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_image::{
    Canny, CannyConfig, Clahe, ClaheConfig, ClaheScikitImage, ClaheScikitImageConfig,
    GaussianCanny, GaussianCannyConfig, GreyImage, Hog, HogConfig, HogOpenCv, HogOpenCvConfig,
    Interpolation, Lbp, LbpConfig, Limits, OpenCvFilter, Plane, Resize, ResizeConfig, ResizeFilter,
    ScikitImageFilter, decode_file,
};

/// The size that each picture is resized to, and how.
const FROM_FACE: [(&str, usize, usize, ResizeFilter); 4] = [
    (
        "linear",
        112,
        112,
        ResizeFilter::OpenCv(OpenCvFilter::Linear),
    ),
    ("cubic", 112, 112, ResizeFilter::OpenCv(OpenCvFilter::Cubic)),
    (
        "lanczos4",
        112,
        112,
        ResizeFilter::OpenCv(OpenCvFilter::Lanczos4),
    ),
    (
        "scikit-image",
        112,
        112,
        ResizeFilter::ScikitImage(ScikitImageFilter::Linear),
    ),
];
const FROM_FRAME: [(&str, usize, usize, ResizeFilter); 7] = [
    ("linear", 48, 48, ResizeFilter::OpenCv(OpenCvFilter::Linear)),
    (
        "linear",
        224,
        224,
        ResizeFilter::OpenCv(OpenCvFilter::Linear),
    ),
    (
        "linear",
        320,
        240,
        ResizeFilter::OpenCv(OpenCvFilter::Linear),
    ),
    ("area", 48, 48, ResizeFilter::OpenCv(OpenCvFilter::Area)),
    ("area", 224, 224, ResizeFilter::OpenCv(OpenCvFilter::Area)),
    ("cubic", 224, 224, ResizeFilter::OpenCv(OpenCvFilter::Cubic)),
    (
        "scikit-image",
        48,
        48,
        ResizeFilter::ScikitImage(ScikitImageFilter::Linear),
    ),
];

fn pictures(c: &mut Criterion) {
    let path = emo_testing::fixture("recordings/portrait.jpg");
    let portrait = decode_file(path, &Limits::default()).expect("the portrait is a JPEG");
    let grey = GreyImage::from_image(&portrait).expect("the portrait has pixels");
    for (name, width, height, sizes) in [
        ("48x48", 48, 48, FROM_FACE.as_slice()),
        ("640x480", 640, 480, FROM_FRAME.as_slice()),
    ] {
        let picture = grey.resize(width, height, Interpolation::Auto);
        let picture = picture.expect("both sides are allowed");
        let levels: Vec<u8> = picture.levels().iter().map(|v| v.round() as u8).collect();
        all_of(c, name, &levels, width, height, sizes);
    }
}

fn all_of(
    c: &mut Criterion,
    name: &str,
    levels: &[u8],
    width: usize,
    height: usize,
    sizes: &[(&str, usize, usize, ResizeFilter)],
) {
    const VALID: &str = "the defaults are valid";
    let plane = || Plane::new(black_box(levels), width, height).expect("the picture has pixels");
    let mut group = c.benchmark_group(name);
    for &(filter_name, columns, rows, filter) in sizes {
        let mut config = ResizeConfig::new(columns, rows);
        config.filter = filter;
        let mut resize = Resize::new(config).expect("both sides are allowed");
        let mut out = vec![0; columns * rows];
        group.bench_function(format!("resize {filter_name} to {columns}x{rows}"), |b| {
            b.iter(|| resize.compute_into(plane(), &mut out));
        });
    }
    let mut out = vec![0; width * height];
    let mut canny = Canny::new(CannyConfig::default()).expect(VALID);
    group.bench_function("canny", |b| {
        b.iter(|| canny.compute_into(plane(), &mut out))
    });
    let canny = GaussianCanny::new(GaussianCannyConfig::default()).expect(VALID);
    group.bench_function("canny scikit-image", |b| b.iter(|| canny.compute(plane())));
    let mut clahe = Clahe::new(ClaheConfig::default()).expect(VALID);
    group.bench_function("clahe", |b| {
        b.iter(|| clahe.compute_into(plane(), &mut out))
    });
    let mut clahe = ClaheScikitImage::new(ClaheScikitImageConfig::default()).expect(VALID);
    group.bench_function("clahe scikit-image", |b| b.iter(|| clahe.compute(plane())));
    let mut lbp = Lbp::new(LbpConfig::default()).expect(VALID);
    let mut codes = vec![0; width * height];
    group.bench_function("lbp", |b| b.iter(|| lbp.compute_into(plane(), &mut codes)));
    let mut hog = HogOpenCv::new(HogOpenCvConfig::default()).expect(VALID);
    group.bench_function("hog", |b| b.iter(|| hog.compute(plane())));
    let mut hog = Hog::new(HogConfig::default()).expect(VALID);
    group.bench_function("hog scikit-image", |b| b.iter(|| hog.compute(plane())));
    group.finish();
}

criterion_group!(benches, pictures);
criterion_main!(benches);
