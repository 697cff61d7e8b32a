//! Every public computation over arrays, rates, names and settings that nobody should hand it: an error or finite
//! numbers, never a panic, a hang or memory out of proportion.

mod arrays;
mod cleaning;
mod features;
mod names;
mod settings;

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrays::{Case, cases};
use emo_eeg::{EegError, SampleRate};
use emo_testing::CappedAllocator;

/// The arrays are of 64 kB at most.
#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

/// What a computation gives, as plain numbers.
type Outcome = Result<Vec<f64>, EegError>;

/// A computation on a window and its rate.
struct Computation {
    name: &'static str,
    run: fn(&Case, SampleRate) -> Outcome,
    /// Whether samples that are not finite pass, as the documentation then says.
    passes_non_finite: bool,
}

impl Computation {
    const fn new(name: &'static str, run: fn(&Case, SampleRate) -> Outcome) -> Self {
        Self {
            name,
            run,
            passes_non_finite: false,
        }
    }
}

/// Rates from one sample in a quarter of an hour to more than any device has, beside 128 Hz.
const RATES_HZ: [f64; 4] = [1e-3, 1.0, 1000.0, 1e9];

/// What is taken at these rates too.
const AT_ALL_RATES: [&str; 7] = [
    "no samples",
    "64 samples",
    "one channel",
    "good",
    "gaps of NaN",
    "a constant",
    "good times 1e36",
];

fn walk(computations: &[Computation]) {
    let mut failures = Vec::new();
    for case in cases() {
        let all = RATES_HZ
            .iter()
            .filter(|_| AT_ALL_RATES.contains(&case.name));
        for &hz in [128.0].iter().chain(all) {
            let rate = SampleRate::from_hz(hz).expect("a valid rate");
            for computation in computations {
                let place = format!("{} of {} at {hz} Hz", computation.name, case.name);
                failures.extend(
                    complaint(computation, &case, rate).map(|why| format!("{place}: {why}")),
                );
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// What is wrong with how a computation takes a case.
fn complaint(computation: &Computation, case: &Case, rate: SampleRate) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| (computation.run)(case, rate)));
    match outcome {
        Err(_) => Some("a panic".to_owned()),
        Ok(Ok(_)) if computation.passes_non_finite => None,
        Ok(Ok(values)) => {
            if let Some((channel, sample)) = case.non_finite() {
                return Some(format!("took sample {sample} of channel {channel}"));
            }
            let at = values.iter().position(|x| !x.is_finite())?;
            Some(format!("value {at} is {}", values[at]))
        }
        Ok(Err(error)) => {
            let message = error.to_string();
            (message.is_empty()).then(|| "an error that says nothing".to_owned())
        }
    }
}

#[test]
fn cleaning_takes_any_array() {
    walk(&cleaning::computations());
}

#[test]
fn features_take_any_array() {
    walk(&features::computations());
}

#[test]
fn what_is_no_rate_is_none() {
    for hz in [
        0.0,
        -0.0,
        -128.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        assert!(SampleRate::from_hz(hz).is_err(), "{hz}");
    }
}
