use std::f64::consts::PI;

use ndarray::{ArrayViewMut2, s};

use super::log_mel::{LogMel, LogMelConfig};
use super::{Measure, numbered};
use crate::frames::Frame;
use crate::signal::{check_positive, check_range};
use crate::{FramePreset, Frames, SpeechError};

/// Normalization of the cosine transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DctNorm {
    /// Orthonormal: √(2 / n) for all coefficients but the zeroth, which has √(1 / n).
    #[default]
    Orthonormal,
    /// √(2 / n) for all coefficients, as in HTK.
    Htk,
}

/// Emphasis of higher coefficients, where `L` is the length of the lifter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Lifter {
    /// None.
    #[default]
    None,
    /// Coefficient `n` (from 0) is multiplied by 1 + (L / 2) · sin(πn / L), as in HTK, Kaldi and
    /// python_speech_features.
    Htk(f64),
    /// The same with `n + 1` in place of `n`, as in librosa.
    Librosa(f64),
}

impl Lifter {
    fn factor(self, n: usize) -> f64 {
        let (len, n) = match self {
            Self::None => return 1.0,
            Self::Htk(len) => (len, n),
            Self::Librosa(len) => (len, n + 1),
        };
        1.0 + len / 2.0 * (PI * n as f64 / len).sin()
    }
}

/// What stands in the place of the zeroth coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum ZerothCoefficient {
    /// The coefficient.
    #[default]
    Cepstrum,
    /// The natural logarithm of the frame's energy before pre-emphasis and window, as Kaldi's `use_energy`.
    LogEnergy {
        /// The smallest energy that is distinguished.
        floor: f64,
    },
    /// The natural logarithm of the sum of the power spectrum, as in python_speech_features.
    LogPower {
        /// The smallest sum that is distinguished.
        floor: f64,
    },
}

/// Settings of mel-frequency cepstral coefficients.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CepstraConfig {
    /// What is transformed.
    pub mel: LogMelConfig,
    /// Number of coefficients, the zeroth included.
    pub n_mfcc: usize,
    /// Normalization of the transform.
    pub dct: DctNorm,
    /// Emphasis of higher coefficients.
    pub lifter: Lifter,
    /// What the first value is.
    pub zeroth: ZerothCoefficient,
}

impl CepstraConfig {
    /// The defaults of a preset: 20 coefficients without a lifter for librosa, else 13 with a lifter of 22;
    /// python_speech_features puts the logarithm of the power into the place of the zeroth. HTK, which writes the zeroth
    /// coefficient last, has it first here.
    pub fn new(preset: FramePreset) -> Self {
        let mel = LogMelConfig::new(preset);
        let n_mfcc = match preset {
            FramePreset::Librosa => 20,
            _ => 13,
        };
        Self {
            mel,
            n_mfcc,
            dct: match preset {
                FramePreset::Htk => DctNorm::Htk,
                _ => DctNorm::Orthonormal,
            },
            lifter: match preset {
                FramePreset::Librosa => Lifter::None,
                _ => Lifter::Htk(22.0),
            },
            zeroth: match preset {
                FramePreset::PythonSpeechFeatures => ZerothCoefficient::LogPower {
                    floor: f64::EPSILON,
                },
                _ => ZerothCoefficient::Cepstrum,
            },
        }
    }
}

#[derive(Debug)]
pub(super) struct Cepstra {
    mel: LogMel,
    dct: Dct,
    zeroth: ZerothCoefficient,
}

impl Cepstra {
    pub(super) fn new(config: &CepstraConfig, frames: &Frames) -> Result<Self, SpeechError> {
        let mel = LogMel::new(&config.mel, frames)?;
        let n_mels = mel.raw_len();
        check_range("n_mfcc", config.n_mfcc, 1, n_mels)?;
        if let Lifter::Htk(len) | Lifter::Librosa(len) = config.lifter {
            check_positive("lifter", len)?;
        }
        if let ZerothCoefficient::LogEnergy { floor } | ZerothCoefficient::LogPower { floor } =
            config.zeroth
        {
            check_positive("floor", floor)?;
        }
        Ok(Self {
            mel,
            dct: Dct::new(n_mels, config.n_mfcc, config.dct, config.lifter),
            zeroth: config.zeroth,
        })
    }

    fn n_mels(&self) -> usize {
        self.mel.raw_len()
    }
}

/// The raw numbers are the bands and what stands for the zeroth coefficient.
impl Measure for Cepstra {
    fn names(&self) -> Vec<String> {
        numbered("mfcc", self.dct.n_mfcc)
    }

    fn raw_len(&self) -> usize {
        self.n_mels() + 1
    }

    fn needs_magnitude(&self) -> bool {
        self.mel.needs_magnitude()
    }

    fn needs_whole_signal(&self) -> bool {
        self.mel.needs_whole_signal()
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let (bands, zeroth) = raw.split_at_mut(self.n_mels());
        self.mel.measure(frame, bands);
        zeroth[0] = match self.zeroth {
            ZerothCoefficient::Cepstrum => 0.0,
            ZerothCoefficient::LogEnergy { floor } => frame.energy().max(floor).ln(),
            ZerothCoefficient::LogPower { floor } => {
                frame.power.iter().sum::<f64>().max(floor).ln()
            }
        };
    }

    fn level(&self, mut raw: ArrayViewMut2<'_, f64>) {
        self.mel.level(raw.slice_mut(s![.., ..self.n_mels()]));
    }

    fn finish(&self, raw: &[f64], values: &mut [f64]) {
        let (bands, zeroth) = raw.split_at(self.n_mels());
        self.dct.apply(bands, values);
        if self.zeroth != ZerothCoefficient::Cepstrum {
            values[0] = zeroth[0];
        }
    }
}

/// The DCT-II across mel bands, with the lifter.
///
/// Its cosines are symmetric about the middle of the bands for even coefficients and antisymmetric for odd ones, so that
/// sums and differences of bands equally far from the middle are weighted once.
#[derive(Debug, Clone)]
pub(crate) struct Dct {
    n_mfcc: usize,
    n_mels: usize,
    /// For the even and for the odd coefficients, by blocks of [`LANES`] of them: a row for each pair of bands.
    even: Vec<[f64; LANES]>,
    odd: Vec<[f64; LANES]>,
}

/// Coefficients that are summed side by side.
const LANES: usize = 4;

impl Dct {
    pub(crate) fn new(n_mels: usize, n_mfcc: usize, norm: DctNorm, lifter: Lifter) -> Self {
        let n = n_mels as f64;
        let scale = |k: usize| {
            let power = if k == 0 && norm == DctNorm::Orthonormal {
                1.0 / n
            } else {
                2.0 / n
            };
            power.sqrt() * lifter.factor(k)
        };
        let weight = |m: usize, k: usize| {
            if k < n_mfcc {
                scale(k) * (PI * k as f64 * (m as f64 + 0.5) / n).cos()
            } else {
                0.0
            }
        };
        let table = |parity: usize| {
            let n_blocks = n_mfcc.div_ceil(2).div_ceil(LANES);
            let row = |block: usize, m: usize| {
                std::array::from_fn(|lane| weight(m, 2 * (block * LANES + lane) + parity))
            };
            (0..n_blocks)
                .flat_map(|block| (0..n_mels.div_ceil(2)).map(move |m| row(block, m)))
                .collect()
        };
        Self {
            n_mfcc,
            n_mels,
            even: table(0),
            odd: table(1),
        }
    }

    /// Writes `n_mfcc` coefficients.
    pub(crate) fn apply(&self, bands: &[f64], values: &mut [f64]) {
        let n_rows = self.n_mels.div_ceil(2);
        let n_pairs = self.n_mels / 2;
        let (lower, upper) = (
            &bands[..n_pairs],
            &bands[self.n_mels - n_pairs..self.n_mels],
        );
        let blocks = self
            .even
            .chunks_exact(n_rows)
            .zip(self.odd.chunks_exact(n_rows));
        let values = &mut values[..self.n_mfcc];
        for (values, (even, odd)) in values.chunks_mut(2 * LANES).zip(blocks) {
            let (mut even_sums, mut odd_sums) = ([0.0; LANES], [0.0; LANES]);
            let pairs = lower.iter().zip(upper.iter().rev());
            for ((a, b), (even, odd)) in pairs.zip(even.iter().zip(odd)) {
                let (sum, difference) = (a + b, a - b);
                for lane in 0..LANES {
                    even_sums[lane] += sum * even[lane];
                    odd_sums[lane] += difference * odd[lane];
                }
            }
            if n_rows > n_pairs {
                // The middle band, where the odd cosines are zero.
                for lane in 0..LANES {
                    even_sums[lane] += bands[n_pairs] * even[n_pairs][lane];
                }
            }
            let both = even_sums.into_iter().zip(odd_sums);
            for (pair, (even, odd)) in values.chunks_mut(2).zip(both) {
                pair[0] = even;
                if let Some(value) = pair.get_mut(1) {
                    *value = odd;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_the_sum_over_cosines() {
        for (n_mels, n_mfcc) in [
            (1, 1),
            (2, 2),
            (12, 12),
            (13, 13),
            (26, 13),
            (40, 20),
            (7, 5),
        ] {
            let bands: Vec<f64> = (0..n_mels).map(|m| ((m * m) as f64 * 0.37).sin()).collect();
            let mut actual = vec![0.0; n_mfcc];
            Dct::new(n_mels, n_mfcc, DctNorm::Orthonormal, Lifter::None).apply(&bands, &mut actual);
            let n = n_mels as f64;
            let expected = (0..n_mfcc).map(|k| {
                let cosine = |m: usize| (PI / n * (m as f64 + 0.5) * k as f64).cos();
                let sum: f64 = bands.iter().enumerate().map(|(m, x)| x * cosine(m)).sum();
                sum * (if k == 0 { 1.0 } else { 2.0 } / n).sqrt()
            });
            emo_testing::assert_close(actual, expected, 0.0, 1e-13);
        }
    }

    #[test]
    fn the_transform_keeps_lengths() {
        let bands: Vec<f64> = (0..13).map(|m| ((m * m) as f64 * 0.37).sin()).collect();
        let mut values = vec![0.0; 13];
        Dct::new(13, 13, DctNorm::Orthonormal, Lifter::None).apply(&bands, &mut values);
        let squares = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
        emo_testing::assert_close([squares(&values)], [squares(&bands)], 1e-13, 0.0);
    }

    #[test]
    fn lifters_have_their_defining_points() {
        emo_testing::assert_close([Lifter::Htk(22.0).factor(0)], [1.0], 0.0, 0.0);
        emo_testing::assert_close([Lifter::Htk(22.0).factor(11)], [12.0], 1e-15, 0.0);
        emo_testing::assert_close([Lifter::Librosa(22.0).factor(10)], [12.0], 1e-15, 0.0);
    }
}
