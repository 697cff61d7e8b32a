//! Cost of a second of 64 channels at 1 kHz, live: cleaning, features, and both.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_eeg::ndarray::{Array2, ArrayRef2, Axis};
use emo_eeg::{
    Asr, AsrConfig, EegFeatureSet, EegFeatureStream, EegFeatures, EegFeaturesConfig, EegFilter,
    EegFilterConfig, EegFilterStream, SampleRate, UndefinedFeature, montage,
};

const N_CHANNELS: usize = 64;
const RATE: usize = 1000;
const PIECE_LEN: usize = 40;

/// Noise, another in every channel.
fn second() -> Array2<f32> {
    let mut noise = emo_testing::noise(7);
    Array2::from_shape_fn((N_CHANNELS, RATE), |_| 32.0 * noise())
}

fn filter(rate: SampleRate) -> EegFilterStream {
    let filter = EegFilter::new(&EegFilterConfig::new(rate)).expect("a valid configuration");
    filter.stream(N_CHANNELS).expect("some channels")
}

/// Windows of 2 s, a second apart.
fn features(rate: SampleRate, sets: &[EegFeatureSet]) -> EegFeatureStream {
    let names: Vec<&str> = montage().map(|(name, _)| name).take(N_CHANNELS).collect();
    let mut config = EegFeaturesConfig::new(rate, &names, 2 * RATE);
    config.sets = sets.to_vec();
    config.undefined = UndefinedFeature::Fill(0.0);
    let features = EegFeatures::new(&config).expect("a valid configuration");
    EegFeatureStream::new(features, RATE).expect("a valid hop")
}

fn push(stream: &mut EegFeatureStream, piece: &ArrayRef2<f32>) {
    let pushed = stream.push(piece, |_, values| {
        black_box(values);
    });
    pushed.expect("finite samples");
}

fn live(c: &mut Criterion) {
    let rate = SampleRate::from_hz(RATE as f64).expect("a valid rate");
    let signal = second();
    let mut group = c.benchmark_group("a live second of 64 channels at 1 kHz");
    group.sample_size(10);

    // Mixing and thresholds of the filtered noise, of which nothing is removed.
    let asr = Asr::from_matrices(
        &AsrConfig::new(rate),
        3.0 * Array2::<f64>::eye(N_CHANNELS),
        100.0 * Array2::<f64>::eye(N_CHANNELS),
    );
    let asr = asr.expect("valid matrices");
    let every_second = [
        EegFeatureSet::Bands,
        EegFeatureSet::DifferentialEntropy,
        EegFeatureSet::Asymmetry,
        EegFeatureSet::Time,
        EegFeatureSet::Spectrum,
    ];
    let mut filter = filter(rate);
    let mut reconstruction = asr.stream();
    let mut stream = features(rate, &every_second);
    group.bench_function(
        "cleaning and all features but complexity and connectivity",
        |b| {
            b.iter(|| {
                let mut signal = signal.clone();
                for mut piece in signal.axis_chunks_iter_mut(Axis(1), PIECE_LEN) {
                    filter.process(&mut piece).expect("finite samples");
                    reconstruction.process(&mut piece).expect("finite samples");
                    push(&mut stream, &piece);
                }
            });
        },
    );
    for set in EegFeatureSet::ALL {
        let mut stream = features(rate, &[set]);
        group.bench_function(format!("{set:?}"), |b| {
            b.iter(|| push(&mut stream, black_box(&signal)));
        });
    }
    group.finish();
}

criterion_group!(benches, live);
criterion_main!(benches);
