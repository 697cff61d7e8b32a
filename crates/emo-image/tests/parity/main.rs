//! Every array of the shared image references, and those of the fixtures, within its tolerance.
//!
//! [`cases::compute`] says by name how each is computed, and must know every name.
#![cfg(all(feature = "jpeg", feature = "png"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails"
)]

mod cases;

use std::path::{Path, PathBuf};

use emo_testing::{fixture, shared};
use ndarray::ArrayD;
use ndarray_npy::{ReadableElement, read_npy};
use serde_json::Value;

/// References that the JPEG decoder misses, and in how many of 180,000 samples: at the edges of
/// 4:2:0 chroma, and one sample of a 4:4:4 file by three levels.
const DECODER_MISSES: &[(&str, f64)] = &[
    ("cv_jpeg_face200x300_q80_prog", 36.0),
    ("cv_jpeg_face200x300_q90_420", 36.0),
    ("cv_jpeg_face200x300_q95_444", 1.0),
    ("pil_jpeg_face200x300_q80_prog", 36.0),
    ("pil_jpeg_face200x300_q90_420", 36.0),
    ("pil_jpeg_face200x300_q95_444", 1.0),
];

#[test]
fn arrays_are_those_of_the_shared_references() {
    if let Some(folder) = shared("parity/av") {
        check(
            &folder,
            "manifest.json",
            |entry| entry["group"] == "image",
            224,
        );
    }
}

/// The part of them that the repository holds.
#[test]
fn arrays_are_those_of_the_fixtures() {
    check(&fixture("emo-image"), "peers/peers.json", |_| true, 51);
}

/// Compares the arrays of a folder's list, of which there must be `count`.
fn check(folder: &Path, list: &str, belongs: fn(&Value) -> bool, count: usize) {
    let list = std::fs::read_to_string(folder.join(list)).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let entries = list.as_array().unwrap().iter();
    let (mut failures, mut compared) = (Vec::new(), 0);
    for entry in entries.filter(|entry| belongs(entry)) {
        let name = entry["name"].as_str().unwrap();
        let inputs = entry["inputs"].as_array().unwrap().iter();
        let inputs: Vec<PathBuf> = inputs.map(|i| folder.join(i.as_str().unwrap())).collect();
        match cases::compute(name, &inputs) {
            None => failures.push(format!("{name}: not computed")),
            Some(actual) => {
                compared += 1;
                if let Err(failure) = compare(entry, folder, &actual) {
                    failures.push(format!("{name}: {failure}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(compared, count, "arrays compared");
}

fn compare(entry: &Value, folder: &Path, actual: &[f64]) -> Result<(), String> {
    let expected = load(&folder.join(entry["output"].as_str().unwrap()));
    if actual.len() != expected.len() {
        return Err(format!(
            "{} values, expected {}",
            actual.len(),
            expected.len()
        ));
    }
    let name = entry["name"].as_str().unwrap();
    let number = |key: &str| entry[key].as_f64().unwrap_or(0.0);
    let (rtol, atol) = (number("rtol"), number("atol"));
    let missed = DECODER_MISSES.iter().find(|(missed, _)| *missed == name);
    let allowed = match missed {
        Some((_, samples)) => samples / 180_000.0,
        None => number("allowed_fraction_outside"),
    };
    let pairs = || actual.iter().zip(&expected);
    let wrong = |(a, e): &(&f64, &f64)| {
        !((a.is_nan() && e.is_nan()) || (**a - **e).abs() <= atol + rtol * e.abs())
    };
    let outside = pairs().filter(wrong).count();
    if outside as f64 <= allowed * expected.len() as f64 {
        return Ok(());
    }
    let distance = |(a, e): (&f64, &f64)| (a - e).abs();
    let worst = pairs().map(distance).fold(0.0, f64::max);
    let first = pairs().position(|pair| wrong(&pair)).unwrap();
    Err(format!(
        "{outside} of {} outside {atol} + {rtol} · |expected|, the worst by {worst}; \
         the first, {first}, is {} instead of {}",
        expected.len(),
        actual[first],
        expected[first]
    ))
}

pub(crate) fn load(path: &Path) -> Vec<f64> {
    fn read<T: ReadableElement>(path: &Path, f: impl Fn(T) -> f64) -> Option<Vec<f64>> {
        let array: ArrayD<T> = read_npy(path).ok()?;
        Some(array.into_iter().map(f).collect())
    }
    read::<f64>(path, |v| v)
        .or_else(|| read::<f32>(path, f64::from))
        .or_else(|| read::<u8>(path, f64::from))
        .or_else(|| read::<i16>(path, f64::from))
        .or_else(|| read::<u16>(path, f64::from))
        .or_else(|| read::<i32>(path, f64::from))
        .or_else(|| read::<i64>(path, |v| v as f64))
        .unwrap_or_else(|| panic!("{} has an unknown type", path.display()))
}
