//! Every case of the folder of shared references that belongs here, where that folder is present.
//!
//! The cases of a group are matched by name; one of `dsp_*` that nothing matches fails the test.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod spectra;

use std::path::PathBuf;

use emo_dsp::SampleRate;
use emo_dsp::ndarray::{Array2, ArrayD, Ix2};
use emo_testing::{load_npy, shared};
use serde_json::Value;

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

/// Holds every case whose name begins with one of `prefixes` to what `compute` makes of it.
fn check(prefixes: &[&str], n_cases: usize, compute: impl Fn(&Case) -> Option<Vec<f64>>) {
    let Some(folder) = shared("parity/bio") else {
        return;
    };
    let text = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_slice(&text).unwrap();
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
