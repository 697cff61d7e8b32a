use ndarray::{Array2, ArrayRef2, Axis};

use super::distribution::AmplitudeFit;
use super::{AsrConfig, AsrFit, checked};
use crate::EegError;

/// Standard deviations from the mean of clean amplitude between which a channel is good, as in asrpy.
const GOOD: [f64; 2] = [-3.5, 5.0];

/// Windows without which a distribution cannot be fitted; our choice.
pub(super) const MIN_WINDOWS: usize = 60;

/// The stretches of a recording in which nearly all channels have the amplitude of clean EEG.
///
/// As asrpy's `clean_windows`: in every channel a distribution of clean amplitudes is fitted by [`AsrFit::Best`], and
/// windows are dropped in which more than [`AsrConfig::max_bad_channels`] are above it by five standard deviations or
/// below it by 3.5.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanWindows {
    mask: Vec<bool>,
}

impl CleanWindows {
    /// Finds them in a recording `[channels, samples]` in µV.
    ///
    /// # Errors
    /// As [`Asr::calibrate`](crate::Asr::calibrate).
    pub fn find(config: &AsrConfig, recording: &ArrayRef2<f32>) -> Result<Self, EegError> {
        config.check()?;
        let rows = checked(recording)?;
        let (n_channels, n_samples) = recording.dim();
        // The reference rounds down here, and to even when it calibrates.
        let len = (config.window_s * config.sample_rate.hz()) as usize;
        // At least a sample, lest the windows never come to an end.
        let hop = f64::max(1.0, len as f64 * (1.0 - config.window_overlap));
        let begins: Vec<usize> = (0..)
            .map(|k| f64::from(k) * hop)
            .take_while(|begin| *begin < n_samples as f64 - len as f64)
            .map(|begin| begin.round_ties_even() as usize)
            .collect();
        if begins.len() < MIN_WINDOWS {
            return Err(EegError::SignalTooShort {
                actual: n_samples,
                required: len + (MIN_WINDOWS as f64 * hop).ceil() as usize,
            });
        }
        let fit = AmplitudeFit::new(begins.len(), config, AsrFit::Best);
        let mut scores = Array2::zeros((begins.len(), n_channels));
        for (channel, row) in rows.iter().enumerate() {
            let amplitudes = amplitudes(row, &begins, len);
            let clean = fit
                .fit(&amplitudes)
                .ok_or(EegError::FlatChannel { channel })?;
            for (score, amplitude) in scores.column_mut(channel).iter_mut().zip(amplitudes) {
                *score = (amplitude - clean.mean) / clean.deviation;
            }
        }
        let allowed = (n_channels as f64 * config.max_bad_channels).round_ties_even() as usize;
        let allowed = allowed.min(n_channels - 1);
        let mut mask = vec![true; n_samples];
        for (&begin, scores) in begins.iter().zip(scores.rows()) {
            let mut scores = scores.to_vec();
            scores.sort_by(f64::total_cmp);
            if scores[n_channels - 1 - allowed] > GOOD[1] || scores[allowed] < GOOD[0] {
                mask[begin..begin + len].fill(false);
            }
        }
        Ok(Self { mask })
    }

    /// Whether each sample is clean.
    pub fn mask(&self) -> &[bool] {
        &self.mask
    }

    /// The share of samples that are clean, 0 to 1.
    pub fn share(&self) -> f64 {
        let kept = self.mask.iter().filter(|&&clean| clean).count();
        kept as f64 / self.mask.len() as f64
    }

    /// The clean samples of the recording `[channels, samples]`, joined.
    ///
    /// # Errors
    /// [`EegError::SignalTooShort`] if the recording has not as many samples as the one in which they were found.
    pub fn keep(&self, recording: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        if recording.ncols() != self.mask.len() {
            return Err(EegError::SignalTooShort {
                actual: recording.ncols(),
                required: self.mask.len(),
            });
        }
        let kept: Vec<usize> = (0..self.mask.len()).filter(|&i| self.mask[i]).collect();
        Ok(recording.select(Axis(1), &kept))
    }
}

/// Root mean squares of the windows of `len` samples.
pub(super) fn amplitudes(samples: &[f64], begins: &[usize], len: usize) -> Vec<f64> {
    begins
        .iter()
        .map(|&begin| {
            let window = &samples[begin..begin + len];
            (window.iter().map(|x| x * x).sum::<f64>() / len as f64).sqrt()
        })
        .collect()
}
