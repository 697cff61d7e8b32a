//! Heart rate variability of intervals that may have gaps.

use emo_fusion::hr::{HrError, Hrv, HrvConfig, HrvIndices, RrSeries, SpectrumMethod};

/// The spectrum without interpolation.
pub const LOMB: SpectrumMethod = SpectrumMethod::LombScargle { step_hz: 0.001 };

/// All indices, those of the frequency domain without a bridge over gaps if there are any.
#[derive(Debug, Clone)]
pub struct Variability {
    continuous: Hrv,
    with_gaps: Hrv,
}

impl Variability {
    /// With the defaults of the library.
    ///
    /// # Errors
    /// None.
    pub fn new() -> Result<Self, HrError> {
        let mut config = HrvConfig::default();
        let continuous = Hrv::new(&config)?;
        config.frequency.spectrum.method = LOMB;
        Ok(Self {
            continuous,
            with_gaps: Hrv::new(&config)?,
        })
    }

    /// The indices of a series.
    ///
    /// # Errors
    /// As [`Hrv::compute`].
    pub fn compute(&self, rr: &RrSeries) -> Result<HrvIndices, HrError> {
        if has_gaps(rr) {
            self.with_gaps.compute(rr)
        } else {
            self.continuous.compute(rr)
        }
    }
}

/// Whether an interval does not follow upon the one before.
pub fn has_gaps(rr: &RrSeries) -> bool {
    rr.pairs().count() + 1 < rr.len()
}
