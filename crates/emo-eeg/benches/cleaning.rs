//! Cost of cleaning a second of 64 channels at 1 kHz, live.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emo_eeg::ndarray::Array2;
use emo_eeg::{Asr, AsrConfig, EegFilter, EegFilterConfig, SampleRate, SpatialFilter, montage};

const N_CHANNELS: usize = 64;
const N_SAMPLES: usize = 1000;

fn second() -> Array2<f32> {
    Array2::from_shape_fn((N_CHANNELS, N_SAMPLES), |(channel, n)| {
        ((n * 7919 + channel * 31) % 101) as f32 - 50.0
    })
}

fn cleaning(c: &mut Criterion) {
    let rate = SampleRate::from_hz(1000.0).expect("a valid rate");
    let mut group = c.benchmark_group("a second of 64 channels at 1 kHz");
    group.throughput(Throughput::Elements((N_CHANNELS * N_SAMPLES) as u64));

    let filter = EegFilter::new(&EegFilterConfig::new(rate)).expect("a valid configuration");
    let mut stream = filter.stream(N_CHANNELS).expect("some channels");
    let mut piece = second();
    group.bench_function("band-pass and notches", |b| {
        b.iter(|| {
            piece.assign(&second());
            stream.process(black_box(&mut piece))
        });
    });

    let names: Vec<&str> = montage().map(|(name, _)| name).take(N_CHANNELS).collect();
    let none: [&str; 0] = [];
    let average = SpatialFilter::average_reference(&names, &none).expect("known channels");
    let signal = second();
    let mut out = Array2::zeros(signal.dim());
    group.bench_function("average reference", |b| {
        b.iter(|| average.apply_into(black_box(&signal), &mut out));
    });

    for (name, threshold) in [
        ("nothing removed", 1e6),
        ("something removed in every step", 1.0),
    ] {
        let mixing = 10.0 * Array2::<f64>::eye(N_CHANNELS);
        let threshold = threshold * Array2::<f64>::eye(N_CHANNELS);
        let asr =
            Asr::from_matrices(&AsrConfig::new(rate), mixing, threshold).expect("valid matrices");
        let mut stream = asr.stream();
        group.bench_function(format!("artefact subspace reconstruction, {name}"), |b| {
            b.iter(|| {
                piece.assign(&signal);
                stream.process(black_box(&mut piece))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, cleaning);
criterion_main!(benches);
