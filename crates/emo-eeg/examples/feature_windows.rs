//! Computes the features of one window of 32 channels a number of times, to be timed from outside.
//!
//! ```text
//! feature_windows SET N
//! ```
//!
//! SET is `all` or the name of a set in lower case, as `complexity`; N may be 0. Reads
//! `fixtures/emo-eeg/in_eeg32.npy`, so it is run in the repository's root.
#![allow(clippy::print_stdout, reason = "a program")]

use std::error::Error;

use emo_eeg::ndarray::Array2;
use emo_eeg::{EegFeatureSet, EegFeatures, EegFeaturesConfig, SampleRate};
use emo_testing::{fixture, load_npy};

const CHANNELS: [&str; 32] = [
    "Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1",
    "Oz", "Pz", "Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2", "P4",
    "P8", "PO4", "O2",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [set, n_windows] = arguments.as_slice() else {
        return Err("usage: feature_windows SET N".into());
    };
    let mut config = EegFeaturesConfig::new(SampleRate::from_hz(128.0)?, &CHANNELS, 512);
    if set != "all" {
        let wanted = |own: &EegFeatureSet| format!("{own:?}").to_lowercase() == *set;
        config.sets.retain(wanted);
    }
    let window: Array2<f32> = load_npy(fixture("emo-eeg/in_eeg32.npy"))
        .mapv(|x| x as f32)
        .into_dimensionality()?;
    let mut features = EegFeatures::new(&config)?;
    let mut out = vec![0.0; features.n_features()];
    let mut sum = 0.0;
    for _ in 0..n_windows.parse::<u32>()? {
        features.compute_into(&window, &mut out)?;
        sum += out[0];
    }
    println!("{} features, {sum}", out.len());
    Ok(())
}
