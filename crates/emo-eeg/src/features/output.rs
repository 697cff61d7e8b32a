use emo_dsp::DspError;

use crate::{EegError, UndefinedFeature};

/// The next places of a feature vector, filled one after the other.
pub(super) struct Output<'a> {
    pub(super) places: std::slice::IterMut<'a, f32>,
    /// The names of these places.
    pub(super) names: std::slice::Iter<'a, String>,
    pub(super) undefined: UndefinedFeature,
    /// The row that is computed, for errors.
    pub(super) channel: usize,
}

impl Output<'_> {
    /// The next feature.
    pub(super) fn put(&mut self, value: f64) -> Result<(), EegError> {
        self.put_result(Ok::<f64, EegError>(value))
    }

    /// The next feature, or what stands for it where it is undefined.
    pub(super) fn put_result<E: Into<EegError>>(
        &mut self,
        value: Result<f64, E>,
    ) -> Result<(), EegError> {
        let place = self.places.next().expect("as many places as names");
        let name = self.names.next().expect("as many names as features");
        let reason = match value.map_err(Into::into) {
            // A value may be beyond f32 though within f64.
            Ok(value) if (value as f32).is_finite() => {
                *place = value as f32;
                return Ok(());
            }
            Ok(_) => "it leaves the range of f32",
            Err(EegError::Undefined { reason, .. }) => reason,
            Err(EegError::Dsp(DspError::Undefined { reason, .. })) => reason,
            Err(EegError::Dsp(DspError::NoPower { .. })) => "the spectrum has no power",
            Err(EegError::Dsp(DspError::NonFinite { index, value })) => {
                return Err(EegError::NonFinite {
                    channel: self.channel,
                    sample: index,
                    value: value as f32,
                });
            }
            Err(other) => return Err(other),
        };
        match self.undefined {
            UndefinedFeature::Fill(value) => {
                *place = value;
                Ok(())
            }
            UndefinedFeature::Refuse => Err(EegError::UndefinedFeature {
                feature: name.clone(),
                reason,
            }),
        }
    }
}
