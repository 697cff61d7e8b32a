//! Test support of the workspace: tolerances, fixtures and reference arrays.
//!
//! Not published; only ever a development dependency.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "failing loudly is what test support is for"
)]

mod capped_allocator;
mod counting_allocator;
mod reference_case;

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use ndarray::ArrayD;
use ndarray_npy::ReadNpyError;

pub use capped_allocator::CappedAllocator;
pub use counting_allocator::CountingAllocator;
pub use reference_case::{ReferenceCase, check_references, reference_cases};

/// `|actual − expected|` over `atol + rtol · |expected|`: 0 for two NaN, infinite for one.
pub fn share_of_tolerance(actual: f64, expected: f64, rtol: f64, atol: f64) -> f64 {
    if actual == expected || actual.is_nan() && expected.is_nan() {
        return 0.0;
    }
    let share = (actual - expected).abs() / (atol + rtol * expected.abs());
    if share.is_nan() { f64::INFINITY } else { share }
}

/// Fails unless `|actual − expected| ≤ atol + rtol · |expected|` holds for every element; NaN equals NaN.
///
/// # Panics
/// If the lengths differ or an element is further away; the message names the worst one.
#[track_caller]
pub fn assert_close<A, E>(
    actual: impl IntoIterator<Item = A>,
    expected: impl IntoIterator<Item = E>,
    rtol: f64,
    atol: f64,
) where
    A: Into<f64>,
    E: Into<f64>,
{
    let actual: Vec<f64> = actual.into_iter().map(Into::into).collect();
    let expected: Vec<f64> = expected.into_iter().map(Into::into).collect();
    assert_eq!(actual.len(), expected.len(), "lengths differ");
    let excess = |(&a, &e): (&f64, &f64)| share_of_tolerance(a, e, rtol, atol);
    let worst = actual
        .iter()
        .zip(&expected)
        .map(excess)
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((index, ratio)) = worst {
        assert!(
            ratio <= 1.0,
            "element {index} is {}, expected {}: {ratio:.3} times the tolerance (rtol {rtol}, atol {atol})",
            actual[index],
            expected[index],
        );
    }
}

/// Uniform noise from −0.5 to 0.5, the same numbers for the same seed.
pub fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    }
}

/// An error and its causes, as a program prints them: `reading a.wav: not a regular file`.
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The workspace's root folder.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file below the workspace's `fixtures` folder.
pub fn fixture(path: impl AsRef<Path>) -> PathBuf {
    workspace_root().join("fixtures").join(path)
}

/// The program of the example `name`, as `cargo test` and `cargo nextest` build it beside the running test.
///
/// # Panics
/// If it has not been built.
#[track_caller]
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("tests lie in the profile's folder `deps`");
    let path = profile
        .join("examples")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} has not been built", path.display());
    path
}

/// A file below the folder of shared references beside the checkout, or `None`, said aloud, where it is absent.
pub fn shared(path: impl AsRef<Path>) -> Option<PathBuf> {
    let full = workspace_root().join("../shared").join(&path);
    if full.exists() {
        return Some(full);
    }
    eprintln!(
        "skipped: {} is not beside this checkout",
        path.as_ref().display()
    );
    None
}

/// Reads a `.npy` array of `f32`, `f64`, `u8`, `i16` or `i64`.
///
/// # Panics
/// If the file is missing or holds something else.
#[track_caller]
pub fn load_npy(path: impl AsRef<Path>) -> ArrayD<f64> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read_npy(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_npy(bytes: &[u8]) -> Result<ArrayD<f64>, ReadNpyError> {
    use ndarray_npy::ReadNpyExt;
    match ArrayD::<f64>::read_npy(bytes) {
        Err(ReadNpyError::WrongDescriptor(_)) => {}
        other => return other,
    }
    ArrayD::<f32>::read_npy(bytes)
        .map(|array| array.mapv(f64::from))
        .or_else(|_| Ok(ArrayD::<u8>::read_npy(bytes)?.mapv(f64::from)))
        .or_else(|_: ReadNpyError| Ok(ArrayD::<i16>::read_npy(bytes)?.mapv(f64::from)))
        .or_else(|_: ReadNpyError| Ok(ArrayD::<i64>::read_npy(bytes)?.mapv(|x| x as f64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_and_near_values_pass() {
        assert_close([1.0, f64::NAN], [1.0 + 1e-9, f64::NAN], 1e-8, 0.0);
        assert_close([0.0_f32], [1e-7_f32], 0.0, 1e-6);
    }

    #[test]
    #[should_panic(expected = "element 1 is 2.1, expected 2")]
    fn the_worst_element_is_named() {
        assert_close([1.0, 2.1, 3.001], [1.0, 2.0, 3.0], 1e-4, 0.0);
    }

    #[test]
    #[should_panic(expected = "element 0")]
    fn nan_differs_from_a_number() {
        assert_close([f64::NAN], [1.0], 1.0, 1.0);
    }
}
