//! Cost of filtering one channel.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emo_dsp::{FilterBand, SampleRate, Sos};

fn filter(c: &mut Criterion) {
    let rate = SampleRate::from_hz(128.0).expect("a valid rate");
    let band = FilterBand::BandPass {
        low_hz: 8.0,
        high_hz: 14.0,
    };
    let filter = Sos::butterworth(4, band, rate).expect("a valid design");
    let signal: Vec<f64> = (0..1280)
        .map(|n| f64::from(n * 7919 % 101) - 50.0)
        .collect();
    let mut group = c.benchmark_group("butterworth band-pass, order 4");
    group.throughput(Throughput::Elements(signal.len() as u64));
    group.bench_function("filter, 1280 samples", |b| {
        b.iter(|| filter.filter(black_box(&signal)));
    });
    group.bench_function("filtfilt, 1280 samples", |b| {
        b.iter(|| filter.filtfilt(black_box(&signal)));
    });
    group.finish();
}

criterion_group!(benches, filter);
criterion_main!(benches);
