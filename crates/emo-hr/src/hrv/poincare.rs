use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::{HrError, RrSeries};

use super::spec::{ANY, HrvSpec, OF_SDNN, POSITIVE, RMSSD};
use super::statistics::{Deviation, finite};

/// Each interval against the next: the width and the length of that cloud.
///
/// # References
/// - M. Brennan, M. Palaniswami, P. Kamen (2001). Do existing measures of Poincaré plot geometry reflect nonlinear
///   features of heart rate variability? IEEE Transactions on Biomedical Engineering 48(11). doi:10.1109/10.959330.
/// - M. Toichi et al. (1997). A new method of assessing cardiac autonomic function and its comparison with spectral
///   analysis and coefficient of variation of R–R interval. Journal of the Autonomic Nervous System 62(1–2).
///   doi:10.1016/S0165-1838(96)00112-9.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Poincare {
    /// Deviation across the line of identity, in ms.
    pub sd1: f64,
    /// Deviation along it, in ms: of the pairs themselves, not derived from SDNN.
    pub sd2: f64,
}

impl Poincare {
    /// The deviations of a series.
    ///
    /// # Errors
    /// [`HrError::TooFewIntervals`] below three intervals, or if fewer than two follow upon another.
    pub fn compute(rr: &RrSeries, deviation: Deviation) -> Result<Self, HrError> {
        rr.require(3)?;
        let across = rr.pairs().map(|(x, y)| (x - y) * FRAC_1_SQRT_2);
        let along = rr.pairs().map(|(x, y)| (x + y) * FRAC_1_SQRT_2);
        match (finite(deviation.of(across)), finite(deviation.of(along))) {
            (Some(sd1), Some(sd2)) => Ok(Self { sd1, sd2 }),
            _ => Err(HrError::TooFewIntervals {
                actual: rr.pairs().count(),
                required: 2,
            }),
        }
    }

    /// Area of the ellipse with these half-axes, in ms².
    pub fn area(&self) -> f64 {
        PI * self.sd1 * self.sd2
    }

    /// `sd1 / sd2`; `None` for a cloud without length.
    pub fn ratio(&self) -> Option<f64> {
        finite(self.sd1 / self.sd2)
    }

    /// Cardiac sympathetic index `sd2 / sd1`; `None` for a cloud without width.
    pub fn csi(&self) -> Option<f64> {
        finite(self.sd2 / self.sd1)
    }

    /// Cardiac vagal index, the decimal logarithm of `16 · sd1 · sd2`; `None` for a cloud without area.
    pub fn cvi(&self) -> Option<f64> {
        finite((16.0 * self.sd1 * self.sd2).log10())
    }

    /// Modified CSI `4 · sd2² / sd1` of Jeppesen 2014, in ms.
    pub fn csi_modified(&self) -> Option<f64> {
        finite(4.0 * self.sd2 * self.sd2 / self.sd1)
    }

    pub(crate) fn values(&self) -> [Option<f64>; 7] {
        [
            Some(self.sd1),
            Some(self.sd2),
            self.ratio(),
            Some(self.area()),
            self.csi(),
            self.cvi(),
            self.csi_modified(),
        ]
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 7] = [
    HrvSpec::new("SD1", "ms", RMSSD, POSITIVE),
    HrvSpec::new("SD2", "ms", OF_SDNN, POSITIVE),
    HrvSpec::new("SD1SD2", "", OF_SDNN, POSITIVE),
    HrvSpec::new("S", "ms²", OF_SDNN, POSITIVE),
    HrvSpec::new("CSI", "", OF_SDNN, POSITIVE),
    HrvSpec::new("CVI", "lg ms²", OF_SDNN, ANY),
    HrvSpec::new("CSI_Modified", "ms", OF_SDNN, POSITIVE),
];
