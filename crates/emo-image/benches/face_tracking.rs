//! A face in a VGA frame: found, followed, its eyes, and its crop.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use emo_image::{
    CascadeConfig, CascadeDetector, DetectedFace, EyeFinder, FaceAlignment, FaceAlignmentConfig,
    FaceBox, FaceDetector, FaceTracker, FaceTrackerConfig, GreyImage, ImageError, Limits, Plane,
    decode_file,
};

const WIDTH: usize = 640;
const HEIGHT: usize = 480;
const FRAME: Duration = Duration::from_millis(33);

/// The portrait's face.
const FACE: FaceBox = FaceBox {
    x: 165,
    y: 65,
    width: 120,
    height: 120,
};

/// Knows where the face is.
struct Known([DetectedFace; 1]);

impl FaceDetector for Known {
    fn detect(&mut self, _: Plane<'_, u8>) -> Result<&[DetectedFace], ImageError> {
        Ok(&self.0)
    }
}

fn vga(c: &mut Criterion) {
    let path = emo_testing::fixture("recordings/portrait.jpg");
    let image = decode_file(path, &Limits::default()).expect("the portrait is among the fixtures");
    let grey = GreyImage::from_image(&image).expect("the portrait has pixels");
    let levels: Vec<u8> = (0..WIDTH * HEIGHT)
        .map(|i| grey.levels()[[i / WIDTH, (i % WIDTH).min(511)]] as u8)
        .collect();
    let frame = Plane::new(&levels, WIDTH, HEIGHT).expect("the frame has its size");

    let mut group = c.benchmark_group("640x480");
    let mut detector = CascadeDetector::new(CascadeConfig::default()).expect("defaults are valid");
    group.bench_function("detect", |b| {
        b.iter(|| detector.detect(black_box(frame)).map(<[_]>::len));
    });
    let tracker = FaceTracker::new(FaceTrackerConfig::default()).expect("defaults are valid");
    let mut tracked = tracker.clone();
    group.bench_function("track, detector every 10 frames", |b| {
        b.iter(|| {
            tracked
                .track(black_box(frame), FRAME, &mut detector)
                .map(<[_]>::len)
        });
    });
    let mut known = Known([DetectedFace::new(FACE, 1.0)]);
    let mut tracked = tracker;
    group.bench_function("track one face, without a detector's time", |b| {
        b.iter(|| {
            tracked
                .track(black_box(frame), FRAME, &mut known)
                .map(<[_]>::len)
        });
    });
    let mut finder = EyeFinder::new();
    group.bench_function("eyes of a face of 120 pixels", |b| {
        b.iter(|| finder.find(black_box(frame), FACE));
    });
    let alignment = FaceAlignment::new(FaceAlignmentConfig::default()).expect("defaults are valid");
    let eyes = finder.find(frame, FACE).expect("the face is in the frame");
    let anchor = alignment.anchor(FACE, eyes);
    let mut crop = vec![0.0; 112 * 112];
    group.bench_function("crop of 112 pixels", |b| {
        b.iter(|| alignment.compute_into(black_box(frame), &anchor, &mut crop));
    });
    group.finish();
}

criterion_group!(benches, vga);
criterion_main!(benches);
