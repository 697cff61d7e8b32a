//! Times of decoding and of the concatenated vector.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_speech::{Egemaps, SeedFeatures, SeedFeaturesConfig, resample};

fn voice(n_samples: usize) -> Vec<f32> {
    (0..n_samples)
        .map(|n| {
            let t = n as f32;
            0.3 * (t * 0.03).sin() + 0.1 * (t * 0.31).sin() * (t * 0.001).cos()
        })
        .collect()
}

/// Side by side with `openSMILE` on one thread; see `peers/opensmile_sets.py`.
fn geneva(c: &mut Criterion) {
    let mut egemaps = Egemaps::new(16_000).expect("the rate is in the range");
    let clip = voice(56_000);
    c.bench_function("Egemaps, 88 functionals of 3.5 s at 16 kHz", |b| {
        b.iter(|| egemaps.functionals(black_box(&clip)));
    });
}

fn features(c: &mut Criterion) {
    let mut extractor =
        SeedFeatures::new(SeedFeaturesConfig::default()).expect("the defaults are valid");
    let segment = voice(55_125);
    c.bench_function("SeedFeatures, 2.5 s at 22.05 kHz", |b| {
        b.iter(|| extractor.compute_segment(black_box(&segment)));
    });
    let clip = voice(56_000);
    c.bench_function("SeedFeatures, 3.5 s at 16 kHz", |b| {
        b.iter(|| extractor.compute(black_box(&clip), 16_000));
    });
    c.bench_function("resample, 3.5 s from 16 to 22.05 kHz with planning", |b| {
        b.iter(|| resample(black_box(&clip), 16_000, 22_050));
    });
}

#[cfg(feature = "flac")]
fn decoding(c: &mut Criterion) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/emo-speech/espeak_en_m.flac"
    );
    let bytes = std::fs::read(path).expect("the fixture is in the repository");
    c.bench_function("decode, 3.2 s of FLAC at 22.05 kHz", |b| {
        b.iter(|| emo_speech::decode_bytes(black_box(&bytes)));
    });
}

#[cfg(not(feature = "flac"))]
fn decoding(_: &mut Criterion) {}

criterion_group!(benches, features, decoding, geneva);
criterion_main!(benches);
