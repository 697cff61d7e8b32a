//! Cost of the indices of heart rate variability of 5 min, together, by parts and beat by beat.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_hr::{
    Complexity, ComplexityConfig, Fluctuation, FrequencyConfig, FrequencyDomain, Hrv, HrvConfig,
    HrvStream, HrvStreamConfig, RrSeries, TimeDomain, TimeDomainConfig, respiration_rate,
};
use emo_testing::{fixture, load_npy};

fn hrv(c: &mut Criterion) {
    let intervals: Vec<f64> = load_npy(fixture("emo-hr/hrv/in_rr_300s_ms.npy"))
        .into_iter()
        .collect();
    let rr = RrSeries::from_millis(intervals.clone()).expect("valid intervals");
    let mut group = c.benchmark_group("HRV of 300 s");
    let all = Hrv::new(&HrvConfig::neurokit()).expect("valid settings");
    group.bench_function("all indices", |b| b.iter(|| all.compute(black_box(&rr))));
    let time = TimeDomainConfig::neurokit();
    group.bench_function("time domain", |b| {
        b.iter(|| TimeDomain::compute(black_box(&rr), &time));
    });
    for (name, frequency) in [
        ("frequency domain, 4 Hz", FrequencyConfig::default()),
        (
            "frequency domain as NeuroKit2, 100 Hz",
            FrequencyConfig::neurokit(100.0),
        ),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| FrequencyDomain::compute(black_box(&rr), &frequency));
        });
    }
    let complexity = ComplexityConfig::neurokit();
    group.bench_function("entropies and dimensions", |b| {
        b.iter(|| Complexity::compute(black_box(&rr), &complexity));
    });
    group.bench_function("fluctuation", |b| {
        b.iter(|| Fluctuation::compute(black_box(&rr)))
    });
    group.bench_function("respiration rate", |b| {
        b.iter(|| respiration_rate(black_box(&rr)))
    });
    let mut stream = HrvStream::new(&HrvStreamConfig::default()).expect("valid settings");
    let (mut time, mut next) = (0.0, intervals.iter().cycle());
    group.bench_function("one beat of a stream, with its indices", |b| {
        b.iter(|| {
            let ms = next.next().copied().unwrap_or(800.0);
            time += ms / 1000.0;
            let pushed = stream.push_interval(black_box(ms), time);
            (pushed, stream.indices())
        });
    });
    group.finish();
}

criterion_group!(benches, hrv);
criterion_main!(benches);
