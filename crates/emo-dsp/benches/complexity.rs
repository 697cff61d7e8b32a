//! Measures of complexity of 4 s and 10 s of EEG at 128 Hz.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use emo_dsp::{
    ApproximateEntropy, ApproximateEntropyConfig, BinaryThreshold, Dfa, DfaConfig, FuzzyEntropy,
    FuzzyEntropyConfig, Higuchi, HiguchiConfig, Hurst, HurstConvention, LempelZiv,
    MultiscaleEntropy, MultiscaleEntropyConfig, PermutationEntropy, PermutationEntropyConfig,
    PetrosianLength, SampleEntropy, SampleEntropyConfig, SvdEntropy, SvdEntropyConfig, katz_fd,
    petrosian_fd,
};
use emo_testing::{fixture, load_npy};

/// Times `measure` at both lengths.
fn bench<T>(criterion: &mut Criterion, name: &str, mut measure: impl FnMut(&[f64]) -> T) {
    let channel: Vec<f64> = load_npy(fixture("emo-dsp/in_eeg4_ch0.npy"))
        .into_iter()
        .collect();
    let mut group = criterion.benchmark_group(name);
    for len in [512, 1280] {
        group.bench_with_input(BenchmarkId::from_parameter(len), &len, |bencher, &len| {
            bencher.iter(|| measure(black_box(&channel[..len])));
        });
    }
    group.finish();
}

fn complexity(criterion: &mut Criterion) {
    bench(criterion, "sample_entropy", {
        let mut entropy = SampleEntropy::new(&SampleEntropyConfig::antropy()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "approximate_entropy", {
        let mut entropy =
            ApproximateEntropy::new(&ApproximateEntropyConfig::antropy()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "fuzzy_entropy", {
        let mut entropy = FuzzyEntropy::new(&FuzzyEntropyConfig::default()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "multiscale_entropy", {
        let mut entropy =
            MultiscaleEntropy::new(&MultiscaleEntropyConfig::default()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "permutation_entropy", {
        let mut entropy =
            PermutationEntropy::new(&PermutationEntropyConfig::default()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "svd_entropy_3", {
        let mut entropy = SvdEntropy::new(&SvdEntropyConfig::antropy()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "svd_entropy_10", {
        let mut entropy = SvdEntropy::new(&SvdEntropyConfig::mne_features()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench(criterion, "lempel_ziv", {
        let mut complexity = LempelZiv::new(BinaryThreshold::Median).expect("valid");
        move |x: &[f64]| complexity.compute(x)
    });
    bench(criterion, "petrosian", |x: &[f64]| {
        petrosian_fd(x, PetrosianLength::Samples)
    });
    bench(criterion, "katz", |x: &[f64]| katz_fd(x));
    bench(criterion, "higuchi", {
        let mut higuchi = Higuchi::new(&HiguchiConfig::default()).expect("valid");
        move |x: &[f64]| higuchi.compute(x)
    });
    bench(criterion, "dfa_antropy", {
        let mut dfa = Dfa::new(&DfaConfig::antropy()).expect("valid");
        move |x: &[f64]| dfa.compute(x)
    });
    bench(criterion, "dfa_neurokit", {
        let mut dfa = Dfa::new(&DfaConfig::neurokit()).expect("valid");
        move |x: &[f64]| dfa.compute(x)
    });
    bench(criterion, "hurst_mne_features", {
        let mut hurst = Hurst::new(HurstConvention::MneFeatures);
        move |x: &[f64]| hurst.compute(x)
    });
}

criterion_group!(benches, complexity);
criterion_main!(benches);
