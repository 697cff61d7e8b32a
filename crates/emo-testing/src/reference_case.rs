use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

use crate::{load_npy, share_of_tolerance};

/// One case of a manifest of references: what a peer made of an input, and how near is near enough.
#[derive(Debug, Clone)]
pub struct ReferenceCase {
    /// What the manifest calls it.
    pub name: String,
    folder: PathBuf,
    value: Value,
}

impl ReferenceCase {
    /// The rows of the first input, one if it has a single axis.
    pub fn channels(&self) -> Vec<Vec<f64>> {
        let array = load_npy(self.folder.join(text(&self.value["inputs"][0])));
        if array.ndim() == 1 {
            return vec![array.into_iter().collect()];
        }
        let rows = array.outer_iter();
        rows.map(|row| row.iter().copied().collect()).collect()
    }

    /// `compute` of each channel, one after the other.
    pub fn map<V: IntoIterator<Item = f64>>(&self, compute: impl FnMut(&[f64]) -> V) -> Vec<f64> {
        let channels = self.channels();
        let channels = channels.iter().map(Vec::as_slice);
        channels.flat_map(compute).collect()
    }

    /// What the peer made of it, flat: in the manifest itself, or in a file.
    pub fn output(&self) -> Vec<f64> {
        if let Some(values) = self.value["values"].as_array() {
            return values.iter().map(number).collect();
        }
        let array = load_npy(self.folder.join(text(&self.value["output"])));
        array.into_iter().collect()
    }

    /// The output in the row `label`.
    pub fn labelled(&self, label: &str) -> f64 {
        let labels = self.value["labels"].as_array();
        let index = labels.and_then(|labels| labels.iter().position(|l| l == label));
        match index {
            Some(index) => self.output()[index],
            None => panic!("{}: no row {label}", self.name),
        }
    }

    /// The largest share of the tolerance that an element takes; NaN equals NaN.
    pub fn share(&self, actual: &[f64], expected: &[f64]) -> f64 {
        assert_eq!(actual.len(), expected.len(), "{}: lengths", self.name);
        let (rtol, atol) = (number(&self.value["rtol"]), number(&self.value["atol"]));
        let pairs = actual.iter().zip(expected);
        let shares = pairs.map(|(&a, &e)| share_of_tolerance(a, e, rtol, atol));
        shares.fold(0.0, f64::max)
    }
}

/// The cases of each folder's `manifest.json` whose names begin with one of `prefixes`.
///
/// # Panics
/// If a manifest cannot be read.
pub fn reference_cases(
    folders: impl IntoIterator<Item = PathBuf>,
    prefixes: &[&str],
) -> Vec<ReferenceCase> {
    let mut found = Vec::new();
    for folder in folders {
        let path = folder.join("manifest.json");
        let manifest = fs::read(&path).map_err(|error| error.to_string());
        let manifest: Result<Vec<Value>, _> = manifest
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(reason) => panic!("{}: {reason}", path.display()),
        };
        let cases = manifest.into_iter().map(|value| ReferenceCase {
            name: text(&value["name"]).to_owned(),
            folder: folder.clone(),
            value,
        });
        let is_wanted =
            |case: &ReferenceCase| prefixes.iter().any(|prefix| case.name.starts_with(prefix));
        found.extend(cases.filter(is_wanted));
    }
    found
}

/// Holds the cases of [`reference_cases`] to what `compute` makes of each; there are `n_names` different ones.
///
/// # Panics
/// Naming each case that is not met, or that `compute` has nothing for.
pub fn check_references(
    folders: impl IntoIterator<Item = PathBuf>,
    prefixes: &[&str],
    n_names: usize,
    compute: impl Fn(&ReferenceCase) -> Option<Vec<f64>>,
) {
    let cases = reference_cases(folders, prefixes);
    let mut failures = Vec::new();
    for case in &cases {
        match compute(case) {
            None => failures.push(format!("{}: nothing computes it", case.name)),
            Some(actual) => {
                let share = case.share(&actual, &case.output());
                println!("{}: {share:.2e} of the tolerance", case.name);
                if share > 1.0 {
                    failures.push(format!("{}: {share:.2e} times the tolerance", case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), n_names, "cases of {prefixes:?}");
}

fn text(value: &Value) -> &str {
    match value.as_str() {
        Some(text) => text,
        None => panic!("{value} is not a text"),
    }
}

fn number(value: &Value) -> f64 {
    match value.as_f64() {
        Some(number) => number,
        None => panic!("{value} is not a number"),
    }
}
