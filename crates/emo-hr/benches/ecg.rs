//! Cost of cleaning an electrocardiogram and finding its beats.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_hr::{EcgConfig, EcgDetector, SampleRate};

fn ecg(c: &mut Criterion) {
    let rate = SampleRate::from_hz(250.0).expect("a valid rate");
    let detector = EcgDetector::new(&EcgConfig::new(rate)).expect("a valid configuration");
    let signal: Vec<f32> = (0..15_000)
        .map(|n| {
            let pulse = (-((n % 210) as f32 - 100.0).powi(2) / 30.0).exp();
            pulse + 0.1 * (n as f32 / 400.0).sin() + ((n * 7919) % 101) as f32 / 2000.0
        })
        .collect();
    let mut group = c.benchmark_group("ECG of 60 s at 250 Hz");
    group.bench_function("clean", |b| b.iter(|| detector.clean(black_box(&signal))));
    group.bench_function("clean, beats and quality", |b| {
        b.iter(|| detector.detect(black_box(&signal)));
    });
    group.finish();
}

criterion_group!(benches, ecg);
criterion_main!(benches);
