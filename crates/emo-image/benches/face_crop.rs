//! Decoding of a 512 × 512 JPEG, and the crop and quality of a face in it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_image::{FaceBox, FaceCrop, FaceCropConfig, GreyImage, Limits, decode_bytes, face_quality};

fn portrait(c: &mut Criterion) {
    let path = emo_testing::fixture("recordings/portrait.jpg");
    let bytes = std::fs::read(path).expect("the portrait is among the fixtures");
    let limits = Limits::default();
    let image = decode_bytes(&bytes, &limits).expect("the portrait is a JPEG");
    let grey = GreyImage::from_image(&image).expect("the portrait has pixels");
    let face = Some(FaceBox {
        x: 165,
        y: 65,
        width: 120,
        height: 120,
    });
    let crop = FaceCrop::new(FaceCropConfig::default()).expect("the default size is valid");

    let mut group = c.benchmark_group("512x512");
    group.bench_function("decode", |b| {
        b.iter(|| decode_bytes(black_box(&bytes), &limits))
    });
    group.bench_function("decode and crop", |b| {
        b.iter(|| crop.compute_image(&decode_bytes(black_box(&bytes), &limits)?, face));
    });
    group.bench_function("grey", |b| {
        b.iter(|| GreyImage::from_image(black_box(&image)))
    });
    group.bench_function("crop", |b| b.iter(|| crop.compute(black_box(&grey), face)));
    group.bench_function("crop of the whole picture", |b| {
        b.iter(|| crop.compute(black_box(&grey), None));
    });
    group.bench_function("quality", |b| {
        b.iter(|| face_quality(black_box(&grey), face))
    });
    group.finish();
}

criterion_group!(benches, portrait);
criterion_main!(benches);
