//! All features of 32 channels of 4 s at 128 Hz, and each set alone.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_eeg::ndarray::Array2;
use emo_eeg::{EegFeatureSet, EegFeatures, EegFeaturesConfig, SampleRate};
use emo_testing::{fixture, load_npy};

const CHANNELS: [&str; 32] = [
    "Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1",
    "Oz", "Pz", "Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2", "P4",
    "P8", "PO4", "O2",
];

fn features(criterion: &mut Criterion) {
    let window: Array2<f32> = load_npy(fixture("emo-eeg/in_eeg32.npy"))
        .mapv(|x| x as f32)
        .into_dimensionality()
        .expect("two axes");
    let rate = SampleRate::from_hz(128.0).expect("a valid rate");
    let mut group = criterion.benchmark_group("features");
    let all = [EegFeatureSet::ALL.to_vec()];
    let alone = EegFeatureSet::ALL.map(|set| vec![set]);
    for sets in all.into_iter().chain(alone) {
        let name = match sets.as_slice() {
            [set] => format!("{set:?}").to_lowercase(),
            _ => "all".to_owned(),
        };
        let mut config = EegFeaturesConfig::new(rate, &CHANNELS, 512);
        config.sets = sets;
        let mut features = EegFeatures::new(&config).expect("a valid configuration");
        let mut out = vec![0.0; features.n_features()];
        group.bench_function(name, |bencher| {
            bencher.iter(|| features.compute_into(black_box(&window), &mut out));
        });
    }
    group.finish();
}

criterion_group!(benches, features);
criterion_main!(benches);
