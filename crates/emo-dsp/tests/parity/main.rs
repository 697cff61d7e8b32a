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

use std::path::PathBuf;

use emo_dsp::SampleRate;
use emo_dsp::ndarray::{Array2, ArrayD, Ix2};
use emo_testing::{load_npy, shared};
use serde_json::Value;

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

/// One case of the manifest.
struct Case {
    name: String,
    folder: PathBuf,
    value: Value,
}

impl Case {
    fn input(&self) -> ArrayD<f64> {
        load_npy(self.folder.join(self.value["inputs"][0].as_str().unwrap()))
    }

    /// The input's channels, one if it has a single axis.
    fn channels(&self) -> Vec<Vec<f64>> {
        let input = self.input();
        if input.ndim() == 1 {
            return vec![input.into_iter().collect()];
        }
        let input: Array2<f64> = input.into_dimensionality::<Ix2>().unwrap();
        input.outer_iter().map(|row| row.to_vec()).collect()
    }

    /// `compute` of each channel, one after the other.
    fn map(&self, compute: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
        let channels = self.channels();
        channels.iter().flat_map(|x| compute(x)).collect()
    }

    /// The largest share of the tolerance that a value takes.
    fn share(&self, actual: &[f64]) -> f64 {
        let expected = load_npy(self.folder.join(self.value["output"].as_str().unwrap()));
        let (rtol, atol) = (
            self.value["rtol"].as_f64().unwrap(),
            self.value["atol"].as_f64().unwrap(),
        );
        assert_eq!(actual.len(), expected.len(), "{}: lengths", self.name);
        let share = |(a, e): (&f64, &f64)| {
            if a == e || a.is_nan() && e.is_nan() {
                return 0.0;
            }
            let share = (a - e).abs() / (atol + rtol * e.abs());
            if share.is_nan() { f64::INFINITY } else { share }
        };
        actual.iter().zip(&expected).map(share).fold(0.0, f64::max)
    }
}

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

/// The folder of references and its manifest, where it is present.
fn manifest() -> Option<(PathBuf, Vec<Value>)> {
    let folder = shared("parity/bio")?;
    let text = std::fs::read(folder.join("manifest.json")).unwrap();
    Some((folder, serde_json::from_slice(&text).unwrap()))
}

#[test]
fn every_case_of_signal_processing_is_in_a_group() {
    let Some((_, manifest)) = manifest() else {
        return;
    };
    for case in manifest {
        let name = case["name"].as_str().unwrap();
        let is_covered = GROUPS.iter().any(|prefix| name.starts_with(prefix));
        assert!(is_covered || !name.starts_with("dsp_"), "{name}");
    }
}

/// Holds every case whose name begins with one of `prefixes` to what `compute` makes of it.
fn check(prefixes: &[&str], n_cases: usize, compute: impl Fn(&Case) -> Option<Vec<f64>>) {
    for prefix in prefixes {
        assert!(GROUPS.contains(prefix), "{prefix} is not among the groups");
    }
    let Some((folder, manifest)) = manifest() else {
        return;
    };
    let mut failures = Vec::new();
    let mut n_found = 0;
    for value in manifest {
        let name = value["name"].as_str().unwrap().to_owned();
        if !prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        n_found += 1;
        let case = Case {
            name,
            folder: folder.clone(),
            value,
        };
        match compute(&case) {
            None => failures.push(format!("{}: nothing computes it", case.name)),
            Some(actual) => {
                let share = case.share(&actual);
                println!("{}: {share:.2e} of the tolerance", case.name);
                if share > 1.0 {
                    failures.push(format!("{}: {share:.2e} times the tolerance", case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(n_found, n_cases, "cases of {prefixes:?}");
}

fn interleaved(values: impl IntoIterator<Item = emo_dsp::Complex64>) -> Vec<f64> {
    values.into_iter().flat_map(|z| [z.re, z.im]).collect()
}

/// `config` after `change`.
fn with<T>(mut config: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut config);
    config
}
