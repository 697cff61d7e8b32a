use std::f64::consts::PI;

use num_complex::Complex64;

use crate::DspError;
use crate::iir_design::{Prototype, checked_order};

/// The prototype with `ripple_db` of equal ripple in its pass band: poles on an ellipse.
pub(crate) fn prototype(order: usize, ripple_db: f64) -> Result<Prototype, DspError> {
    checked_order(order)?;
    if !(ripple_db.is_finite() && ripple_db > 0.0) {
        return Err(DspError::InvalidSetting {
            name: "ripple_db",
            value: ripple_db,
            expected: "a finite number above 0",
        });
    }
    let square = 10.0_f64.powf(0.1 * ripple_db) - 1.0;
    let radius = (1.0 / square.sqrt()).asinh() / order as f64;
    let pole = |k: usize| {
        let offset = 2.0 * k as f64 + 1.0 - order as f64;
        -Complex64::new(radius, PI * offset / (2.0 * order as f64)).sinh()
    };
    let poles: Vec<Complex64> = (0..order).map(pole).collect();
    let product: Complex64 = poles.iter().map(|pole| -pole).product();
    // An even order has the ripple's trough at 0 Hz, an odd one its crest.
    let at_zero = if order.is_multiple_of(2) {
        (1.0 + square).sqrt().recip()
    } else {
        1.0
    };
    Ok(Prototype {
        gain: product.re * at_zero,
        poles,
    })
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use crate::{DspError, FilterBand, SampleRate, Sos};

    /// Between 1 and the ripple in the pass band, the ripple at the edge (R. W. Daniels (1974). Approximation methods
    /// for electronic filter design).
    #[test]
    fn the_pass_band_ripples_as_asked() {
        let rate = SampleRate::from_hz(128.0).unwrap();
        let band = FilterBand::LowPass { cutoff_hz: 20.0 };
        for order in 1..=9 {
            let filter = Sos::chebyshev1(order, 0.5, band, rate).unwrap();
            let trough = 10.0_f64.powf(-0.05);
            let gain = |hz: f64| filter.response(hz, rate).norm_sqr();
            assert_close([gain(20.0)], [trough], 1e-9, 0.0);
            for step in 0..=200 {
                let gain = gain(0.1 * f64::from(step));
                assert!(
                    (trough - 1e-9..=1.0 + 1e-9).contains(&gain),
                    "{order}, {step}: {gain}"
                );
            }
        }
        assert!(matches!(
            Sos::chebyshev1(4, f64::NAN, band, rate),
            Err(DspError::InvalidSetting {
                name: "ripple_db",
                ..
            })
        ));
    }
}
