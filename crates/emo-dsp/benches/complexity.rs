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

fn complexity(criterion: &mut Criterion) {
    let channel: Vec<f64> = load_npy(fixture("emo-dsp/in_eeg4_ch0.npy"))
        .into_iter()
        .collect();
    macro_rules! bench {
        ($name:literal, $measure:expr) => {
            let mut group = criterion.benchmark_group($name);
            for len in [512, 1280] {
                let mut measure = $measure;
                group.bench_with_input(BenchmarkId::from_parameter(len), &len, |bencher, &len| {
                    bencher.iter(|| measure(black_box(&channel[..len])));
                });
            }
            group.finish();
        };
    }
    bench!("sample_entropy", {
        let mut entropy = SampleEntropy::new(&SampleEntropyConfig::antropy()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("approximate_entropy", {
        let mut entropy =
            ApproximateEntropy::new(&ApproximateEntropyConfig::antropy()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("fuzzy_entropy", {
        let mut entropy = FuzzyEntropy::new(&FuzzyEntropyConfig::default()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("multiscale_entropy", {
        let mut entropy =
            MultiscaleEntropy::new(&MultiscaleEntropyConfig::default()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("permutation_entropy", {
        let mut entropy =
            PermutationEntropy::new(&PermutationEntropyConfig::default()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("svd_entropy_3", {
        let mut entropy = SvdEntropy::new(&SvdEntropyConfig::antropy()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("svd_entropy_10", {
        let mut entropy = SvdEntropy::new(&SvdEntropyConfig::mne_features()).expect("valid");
        move |x: &[f64]| entropy.compute(x)
    });
    bench!("lempel_ziv", {
        let mut complexity = LempelZiv::new(BinaryThreshold::Median).expect("valid");
        move |x: &[f64]| complexity.compute(x)
    });
    bench!("petrosian", |x: &[f64]| petrosian_fd(
        x,
        PetrosianLength::Samples
    ));
    bench!("katz", |x: &[f64]| katz_fd(x));
    bench!("higuchi", {
        let mut higuchi = Higuchi::new(&HiguchiConfig::default()).expect("valid");
        move |x: &[f64]| higuchi.compute(x)
    });
    bench!("dfa_antropy", {
        let mut dfa = Dfa::new(&DfaConfig::antropy()).expect("valid");
        move |x: &[f64]| dfa.compute(x)
    });
    bench!("dfa_neurokit", {
        let mut dfa = Dfa::new(&DfaConfig::neurokit()).expect("valid");
        move |x: &[f64]| dfa.compute(x)
    });
    bench!("hurst_mne_features", {
        let mut hurst = Hurst::new(HurstConvention::MneFeatures);
        move |x: &[f64]| hurst.compute(x)
    });
}

criterion_group!(benches, complexity);
criterion_main!(benches);
