//! Every case of the folder of shared references that belongs here, where that folder is present.
//!
//! The cases of a group are matched by name; one of `dsp_*` that nothing matches fails the test.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod filters;
mod resampling;
mod spectra;

use emo_dsp::SampleRate;
use emo_testing::{ReferenceCase as Case, check_references, reference_cases, shared};

/// What the groups of cases begin with; together they hold all of `dsp_*`.
const GROUPS: &[&str] = &[
    "dsp_bf",
    "dsp_decimate",
    "dsp_detrend",
    "dsp_filtfilt_notch",
    "dsp_firwin",
    "dsp_freqz",
    "dsp_hilbert",
    "dsp_lfilter_notch",
    "dsp_mnefir_bp",
    "dsp_mnefir_taps",
    "dsp_mneiir",
    "dsp_mnenotch",
    "dsp_mneresample",
    "dsp_morlet",
    "dsp_notch",
    "dsp_resample",
    "dsp_sos",
    "dsp_spectrogram",
    "dsp_stft",
    "eeg_bandpower",
    "eeg_dpss",
    "eeg_multitaper",
    "eeg_periodogram",
    "eeg_welch",
    "hr_rri_welch_scipy4",
];

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

#[test]
fn every_case_of_signal_processing_is_in_a_group() {
    for case in reference_cases(shared("parity/bio"), &["dsp_"]) {
        let is_covered = GROUPS.iter().any(|prefix| case.name.starts_with(prefix));
        assert!(is_covered, "{}", case.name);
    }
}

/// Holds every case whose name begins with one of `prefixes` to what `compute` makes of it.
fn check(prefixes: &[&str], n_cases: usize, compute: impl Fn(&Case) -> Option<Vec<f64>>) {
    for prefix in prefixes {
        assert!(GROUPS.contains(prefix), "{prefix} is not among the groups");
    }
    if let Some(folder) = shared("parity/bio") {
        check_references([folder], prefixes, n_cases, compute);
    }
}

fn interleaved(values: impl IntoIterator<Item = emo_dsp::Complex64>) -> Vec<f64> {
    values.into_iter().flat_map(|z| [z.re, z.im]).collect()
}

/// `config` after `change`.
fn with<T>(mut config: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut config);
    config
}
