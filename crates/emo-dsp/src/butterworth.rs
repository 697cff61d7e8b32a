use std::f64::consts::PI;

use num_complex::Complex64;

use crate::pairing::{Roots, pair};
use crate::{DspError, SampleRate, Section};

/// The highest order on offer.
///
/// Emotion recognition uses orders 2 to 8; beyond 16 the poles of a narrow band crowd within rounding distance.
pub const MAX_ORDER: usize = 16;

/// The least distance of a pole from the unit circle.
///
/// A section's gain at 0 Hz divides by the product of two such distances. At 1e-6 that product is 1e-12, so `f64`
/// still leaves four digits to the initial state of a zero-phase filter.
const MIN_POLE_DISTANCE: f64 = 1e-6;

/// Which frequencies a filter lets through; edges in hertz, where the gain is 1/√2.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FilterBand {
    /// From 0 Hz to the cut-off.
    LowPass {
        /// Upper edge.
        cutoff_hz: f64,
    },
    /// From the cut-off to the Nyquist frequency.
    HighPass {
        /// Lower edge.
        cutoff_hz: f64,
    },
    /// Between two edges.
    BandPass {
        /// Lower edge.
        low_hz: f64,
        /// Upper edge.
        high_hz: f64,
    },
    /// Everything but what is between two edges.
    BandStop {
        /// Lower edge.
        low_hz: f64,
        /// Upper edge.
        high_hz: f64,
    },
}

/// Zeros, poles and gain of a filter; analog (in `s`) or digital (in `z`).
struct Zpk {
    zeros: Vec<Complex64>,
    poles: Vec<Complex64>,
    gain: f64,
}

pub(crate) fn design(
    order: usize,
    band: FilterBand,
    rate: SampleRate,
) -> Result<Vec<Section>, DspError> {
    if !(1..=MAX_ORDER).contains(&order) {
        return Err(DspError::InvalidOrder {
            order,
            max: MAX_ORDER,
        });
    }
    let prototype = prototype(order);
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
    let distance = digital
        .poles
        .iter()
        .map(|pole| 1.0 - pole.norm())
        .fold(f64::INFINITY, f64::min);
    // A NaN pole leaves the minimum untouched, so the gain is asked as well.
    if distance < MIN_POLE_DISTANCE || !digital.gain.is_finite() {
        return Err(DspError::IllConditioned {
            distance,
            required: MIN_POLE_DISTANCE,
        });
    }
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

/// The analog low-pass of cut-off 1 rad/s: poles evenly on the left half of the unit circle, no zeros, gain 1.
fn prototype(order: usize) -> Vec<Complex64> {
    (0..order)
        .map(|k| {
            let offset = 2.0 * k as f64 + 1.0 - order as f64;
            if offset == 0.0 {
                Complex64::new(-1.0, 0.0)
            } else {
                -Complex64::from_polar(1.0, PI * offset / (2.0 * order as f64))
            }
        })
        .collect()
}

fn to_low_pass(prototype: Vec<Complex64>, cutoff: f64) -> Zpk {
    let gain = cutoff.powi(prototype.len() as i32);
    Zpk {
        zeros: Vec::new(),
        poles: prototype.into_iter().map(|pole| pole * cutoff).collect(),
        gain,
    }
}

/// Substitutes `cutoff/s` for `s`; the product of the prototype's negated poles is 1, and so is the gain.
fn to_high_pass(prototype: Vec<Complex64>, cutoff: f64) -> Zpk {
    Zpk {
        zeros: vec![Complex64::ZERO; prototype.len()],
        poles: prototype.into_iter().map(|pole| cutoff / pole).collect(),
        gain: 1.0,
    }
}

/// Substitutes `(s² + low·high) / (s·(high − low))` for `s`.
fn to_band_pass(prototype: Vec<Complex64>, low: f64, high: f64) -> Zpk {
    let width = high - low;
    Zpk {
        zeros: vec![Complex64::ZERO; prototype.len()],
        poles: split(prototype.iter().map(|pole| pole * width / 2.0), low * high),
        gain: width.powi(prototype.len() as i32),
    }
}

/// Substitutes `s·(high − low) / (s² + low·high)` for `s`.
fn to_band_stop(prototype: Vec<Complex64>, low: f64, high: f64) -> Zpk {
    let width = high - low;
    let centre = Complex64::new(0.0, (low * high).sqrt());
    let zeros = prototype
        .iter()
        .flat_map(|_| [centre, centre.conj()])
        .collect();
    Zpk {
        zeros,
        poles: split(prototype.iter().map(|pole| width / 2.0 / pole), low * high),
        gain: 1.0,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn error(order: usize, band: FilterBand) -> DspError {
        let rate = SampleRate::from_hz(128.0).expect("a valid rate");
        design(order, band, rate).expect_err("the design is invalid")
    }

    #[test]
    fn invalid_designs_are_named() {
        let alpha = FilterBand::BandPass {
            low_hz: 8.0,
            high_hz: 13.0,
        };
        for order in [0, MAX_ORDER + 1, usize::MAX] {
            assert_eq!(
                error(order, alpha),
                DspError::InvalidOrder {
                    order,
                    max: MAX_ORDER
                }
            );
        }
        for cutoff_hz in [0.0, -1.0, 64.0, 1e9, f64::NAN, f64::INFINITY] {
            for band in [
                FilterBand::LowPass { cutoff_hz },
                FilterBand::HighPass { cutoff_hz },
                FilterBand::BandPass {
                    low_hz: 1.0,
                    high_hz: cutoff_hz,
                },
            ] {
                assert!(matches!(error(4, band), DspError::EdgeOutOfRange { .. }));
            }
        }
        for low_hz in [13.0, 13.5] {
            let band = FilterBand::BandStop {
                low_hz,
                high_hz: 13.0,
            };
            assert_eq!(
                error(4, band),
                DspError::ReversedBand {
                    low_hz,
                    high_hz: 13.0
                }
            );
        }
        assert!(matches!(
            error(4, FilterBand::HighPass { cutoff_hz: 1e-6 }),
            DspError::IllConditioned { .. }
        ));
    }
}
