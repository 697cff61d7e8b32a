use std::f64::consts::PI;

use num_complex::Complex64;

use crate::DspError;
use crate::iir_design::{Prototype, checked_order};

/// The maximally flat prototype: poles evenly on the left half of the unit circle.
pub(crate) fn prototype(order: usize) -> Result<Prototype, DspError> {
    checked_order(order)?;
    let pole = |k: usize| {
        let offset = 2.0 * k as f64 + 1.0 - order as f64;
        if offset == 0.0 {
            Complex64::new(-1.0, 0.0)
        } else {
            -Complex64::from_polar(1.0, PI * offset / (2.0 * order as f64))
        }
    };
    Ok(Prototype {
        poles: (0..order).map(pole).collect(),
        gain: 1.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FilterBand, MAX_ORDER, SampleRate, Sos};

    fn error(order: usize, band: FilterBand) -> DspError {
        let rate = SampleRate::from_hz(128.0).expect("a valid rate");
        Sos::butterworth(order, band, rate).expect_err("the design is invalid")
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
