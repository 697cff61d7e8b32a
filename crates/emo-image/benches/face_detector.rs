//! Faces of a VGA frame: the portrait in the middle of it, from 24, 48 and 96 pixels upward.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use emo_image::{
    CascadeConfig, CascadeDetector, FaceDetector, GreyImage, Limits, Plane, decode_file,
};

fn vga(c: &mut Criterion) {
    let path = emo_testing::fixture("recordings/portrait.jpg");
    let image = decode_file(&path, &Limits::default()).expect("the portrait is a JPEG");
    let grey = GreyImage::from_image(&image).expect("the portrait has pixels");
    let mut frame = vec![128; 640 * 480];
    for (row, levels) in frame.chunks_exact_mut(640).zip(grey.levels().rows()) {
        for (pixel, &level) in row[64..].iter_mut().zip(levels) {
            *pixel = level as u8;
        }
    }
    let mut group = c.benchmark_group("640x480");
    for min_size in [24, 48, 96] {
        let mut config = CascadeConfig::default();
        config.min_size = min_size;
        let mut detector = CascadeDetector::new(config).expect("the sizes are valid");
        group.bench_function(BenchmarkId::new("detect from", min_size), |b| {
            b.iter(|| {
                let frame = Plane::new(black_box(&frame), 640, 480).expect("a frame");
                detector.detect(frame).map(<[_]>::len)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, vga);
criterion_main!(benches);
