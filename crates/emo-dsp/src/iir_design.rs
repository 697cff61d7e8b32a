//! Recursive filters from analog prototypes, by transformation to the band and the bilinear transform.

use std::f64::consts::PI;

use num_complex::Complex64;

use crate::pairing::{Roots, pair};
use crate::{DspError, FilterBand, SampleRate, Section};

/// The highest order on offer.
///
/// Emotion recognition uses orders 2 to 8; beyond 16 the poles of a narrow band crowd within rounding distance.
pub const MAX_ORDER: usize = 16;

/// The least distance of a pole from the unit circle.
///
/// A section's gain at 0 Hz divides by the product of two such distances. At 1e-6 that product is 1e-12, so `f64`
/// still leaves four digits to the initial state of a zero-phase filter.
const MIN_POLE_DISTANCE: f64 = 1e-6;

/// An analog low-pass without zeros whose edge is at 1 rad/s.
pub(crate) struct Prototype {
    pub(crate) poles: Vec<Complex64>,
    pub(crate) gain: f64,
}

/// Zeros, poles and gain of a filter; analog (in `s`) or digital (in `z`).
struct Zpk {
    zeros: Vec<Complex64>,
    poles: Vec<Complex64>,
    gain: f64,
}

pub(crate) fn checked_order(order: usize) -> Result<(), DspError> {
    if (1..=MAX_ORDER).contains(&order) {
        return Ok(());
    }
    Err(DspError::InvalidOrder {
        order,
        max: MAX_ORDER,
    })
}

/// Refuses poles closer to the unit circle than rounding allows, and a gain that is not a number.
pub(crate) fn checked_poles(
    poles: impl IntoIterator<Item = Complex64>,
    gain: f64,
) -> Result<(), DspError> {
    let distance = poles
        .into_iter()
        .map(|pole| 1.0 - pole.norm())
        .fold(f64::INFINITY, f64::min);
    // A NaN pole leaves the minimum untouched, so the gain is asked as well.
    if distance < MIN_POLE_DISTANCE || !gain.is_finite() {
        return Err(DspError::IllConditioned {
            distance,
            required: MIN_POLE_DISTANCE,
        });
    }
    Ok(())
}

pub(crate) fn design(
    prototype: Prototype,
    band: FilterBand,
    rate: SampleRate,
) -> Result<Vec<Section>, DspError> {
    let analog = match band {
        FilterBand::LowPass { cutoff_hz } => to_low_pass(prototype, prewarp(cutoff_hz, rate)?),
        FilterBand::HighPass { cutoff_hz } => to_high_pass(prototype, prewarp(cutoff_hz, rate)?),
        FilterBand::BandPass { low_hz, high_hz } => {
            let (low, high) = prewarp_band(low_hz, high_hz, rate)?;
            to_band_pass(prototype, low, high)
        }
        FilterBand::BandStop { low_hz, high_hz } => {
            let (low, high) = prewarp_band(low_hz, high_hz, rate)?;
            to_band_stop(prototype, low, high)
        }
    };
    let digital = bilinear(analog);
    checked_poles(digital.poles.iter().copied(), digital.gain)?;
    let mut sections = pair(Roots::of(&digital.zeros), Roots::of(&digital.poles));
    if let Some(first) = sections.first_mut() {
        first.b.iter_mut().for_each(|b| *b *= digital.gain);
    }
    Ok(sections)
}

/// The analog frequency that the bilinear transform `s = (z − 1)/(z + 1)` maps onto `hz`.
fn prewarp(hz: f64, rate: SampleRate) -> Result<f64, DspError> {
    let nyquist_hz = rate.nyquist_hz();
    if hz > 0.0 && hz < nyquist_hz {
        Ok((PI * hz / rate.hz()).tan())
    } else {
        Err(DspError::EdgeOutOfRange { hz, nyquist_hz })
    }
}

fn prewarp_band(low_hz: f64, high_hz: f64, rate: SampleRate) -> Result<(f64, f64), DspError> {
    let (low, high) = (prewarp(low_hz, rate)?, prewarp(high_hz, rate)?);
    if low < high {
        Ok((low, high))
    } else {
        Err(DspError::ReversedBand { low_hz, high_hz })
    }
}

fn to_low_pass(prototype: Prototype, cutoff: f64) -> Zpk {
    Zpk {
        zeros: Vec::new(),
        gain: prototype.gain * cutoff.powi(prototype.poles.len() as i32),
        poles: prototype.poles.iter().map(|pole| pole * cutoff).collect(),
    }
}

/// Substitutes `cutoff/s` for `s`.
fn to_high_pass(prototype: Prototype, cutoff: f64) -> Zpk {
    Zpk {
        zeros: vec![Complex64::ZERO; prototype.poles.len()],
        gain: inverted_gain(&prototype),
        poles: prototype.poles.iter().map(|pole| cutoff / pole).collect(),
    }
}

/// Substitutes `(s² + low·high) / (s·(high − low))` for `s`.
fn to_band_pass(prototype: Prototype, low: f64, high: f64) -> Zpk {
    let width = high - low;
    let halves = prototype.poles.iter().map(|pole| pole * width / 2.0);
    Zpk {
        zeros: vec![Complex64::ZERO; prototype.poles.len()],
        poles: split(halves, low * high),
        gain: prototype.gain * width.powi(prototype.poles.len() as i32),
    }
}

/// Substitutes `s·(high − low) / (s² + low·high)` for `s`.
fn to_band_stop(prototype: Prototype, low: f64, high: f64) -> Zpk {
    let width = high - low;
    let centre = Complex64::new(0.0, (low * high).sqrt());
    let zeros = prototype
        .poles
        .iter()
        .flat_map(|_| [centre, centre.conj()])
        .collect();
    let halves = prototype.poles.iter().map(|pole| width / 2.0 / pole);
    Zpk {
        zeros,
        gain: inverted_gain(&prototype),
        poles: split(halves, low * high),
    }
}

/// The gain at high frequencies of a prototype whose frequencies are inverted: what it was at 0.
fn inverted_gain(prototype: &Prototype) -> f64 {
    let product: Complex64 = prototype.poles.iter().map(|pole| -pole).product();
    prototype.gain / product.re
}

/// The two roots of `s² − 2·half·s + product` for each half sum.
fn split(halves: impl Iterator<Item = Complex64>, product: f64) -> Vec<Complex64> {
    halves
        .flat_map(|half| {
            let offset = (half * half - product).sqrt();
            [half + offset, half - offset]
        })
        .collect()
}

/// Maps the analog plane onto the unit disc by `s = (z − 1)/(z + 1)`; zeros at infinity become zeros at −1.
fn bilinear(analog: Zpk) -> Zpk {
    let one = Complex64::ONE;
    let product = |roots: &[Complex64]| roots.iter().map(|root| one - root).product::<Complex64>();
    let gain = analog.gain * (product(&analog.zeros) / product(&analog.poles)).re;
    let map = |root: Complex64| (one + root) / (one - root);
    let at_infinity = analog.poles.len() - analog.zeros.len();
    let mut zeros: Vec<_> = analog.zeros.into_iter().map(map).collect();
    zeros.extend(std::iter::repeat_n(-one, at_infinity));
    Zpk {
        zeros,
        poles: analog.poles.into_iter().map(map).collect(),
        gain,
    }
}
