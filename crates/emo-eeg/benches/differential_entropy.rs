//! Cost of one window's features.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_eeg::ndarray::Array2;
use emo_eeg::{DifferentialEntropy, DifferentialEntropyConfig, SampleRate};

fn differential_entropy(c: &mut Criterion) {
    let rate = SampleRate::from_hz(128.0).expect("a valid rate");
    let entropy = DifferentialEntropy::new(&DifferentialEntropyConfig::new(rate))
        .expect("a valid configuration");
    let mut group = c.benchmark_group("differential entropy at 128 Hz");
    for (n_channels, seconds) in [(9, 2), (32, 4)] {
        let window = Array2::from_shape_fn((n_channels, 128 * seconds), |(channel, n)| {
            ((n * 7919 + channel * 31) % 101) as f32 - 50.0
        });
        group.bench_function(format!("{n_channels} channels, {seconds} s"), |b| {
            b.iter(|| entropy.compute(black_box(&window)));
        });
    }
    group.finish();
}

criterion_group!(benches, differential_entropy);
criterion_main!(benches);
