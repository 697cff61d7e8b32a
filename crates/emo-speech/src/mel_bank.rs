use ndarray::Array2;

use crate::SpeechError;
use crate::frame::MAX_FRAME_LEN;
use crate::signal::{check_range, check_sample_rate, to_f32};

/// How frequency maps to mel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MelScale {
    /// Linear below 1 kHz with 200/3 Hz to the mel, logarithmic above with 27 mel to a factor of 6.4, as in Slaney's
    /// Auditory Toolbox and librosa's default.
    #[default]
    Slaney,
    /// 2595 · log₁₀(1 + f / 700 Hz), as in HTK.
    Htk,
}

impl MelScale {
    const BREAK_HZ: f64 = 1000.0;
    const HZ_PER_MEL: f64 = 200.0 / 3.0;

    /// Natural logarithm of the frequency ratio of one mel above the break.
    fn log_step() -> f64 {
        6.4_f64.ln() / 27.0
    }

    /// The mel value of a frequency in Hz.
    pub fn from_hz(self, hz: f64) -> f64 {
        match self {
            Self::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
            Self::Slaney if hz < Self::BREAK_HZ => hz / Self::HZ_PER_MEL,
            Self::Slaney => {
                Self::BREAK_HZ / Self::HZ_PER_MEL + (hz / Self::BREAK_HZ).ln() / Self::log_step()
            }
        }
    }

    /// The frequency in Hz of a mel value.
    pub fn to_hz(self, mel: f64) -> f64 {
        let break_mel = Self::BREAK_HZ / Self::HZ_PER_MEL;
        match self {
            Self::Htk => 700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0),
            Self::Slaney if mel < break_mel => mel * Self::HZ_PER_MEL,
            Self::Slaney => Self::BREAK_HZ * ((mel - break_mel) * Self::log_step()).exp(),
        }
    }
}

/// How the triangles of a mel filter bank are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MelNorm {
    /// Every triangle has the same area: 2 / (upper − lower edge in Hz) at the peak, librosa's `norm="slaney"`.
    #[default]
    Area,
    /// Every triangle has the peak 1, as in HTK.
    Peak,
}

/// Over which axis the sides of a mel filter are straight lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MelShape {
    /// Over Hz, as in librosa.
    #[default]
    Hertz,
    /// Over mel, as in Kaldi and HTK.
    Mel,
    /// Over bins, corners being cut off to whole ones, as in python_speech_features.
    WholeBins,
}

/// Settings of a [`MelBank`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MelBankConfig {
    /// Number of mel bands.
    pub n_mels: usize,
    /// Lower edge of the first band in Hz; default 0.
    #[doc(alias = "fmin")]
    pub min_frequency: f64,
    /// Upper edge of the last band in Hz; default `None`, half the sample rate.
    #[doc(alias = "fmax")]
    pub max_frequency: Option<f64>,
    /// Mel scale; default Slaney.
    pub scale: MelScale,
    /// Weighting of the triangles; default equal area.
    pub norm: MelNorm,
    /// Shape of the triangles; default straight over Hz.
    pub shape: MelShape,
}

impl MelBankConfig {
    /// librosa's defaults for a number of bands.
    pub fn new(n_mels: usize) -> Self {
        Self {
            n_mels,
            min_frequency: 0.0,
            max_frequency: None,
            scale: MelScale::default(),
            norm: MelNorm::default(),
            shape: MelShape::default(),
        }
    }
}

/// Triangles that gather the bins of a spectrum into mel bands.
///
/// A band that is narrower than the distance of two frequency bins may hold no bin at all, as in the peers.
///
/// ```
/// use emo_speech::{MelBank, MelBankConfig};
///
/// let bank = MelBank::new(MelBankConfig::new(40), 16_000, 512)?;
/// assert_eq!(bank.weights().dim(), (40, 257));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct MelBank {
    config: MelBankConfig,
    n_bins: usize,
    filters: Vec<MelFilter>,
    /// Of all filters in a row.
    weights: Vec<f64>,
}

/// Where the weights of one triangle that are not zero begin, and to which bin the first belongs.
#[derive(Debug, Clone, Copy)]
struct MelFilter {
    first_bin: usize,
    first_weight: usize,
    n_weights: usize,
}

impl MelBank {
    /// Plans the filters for spectra of `n_fft / 2 + 1` bins at a sample rate in Hz.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::ConfigOutOfRange`] unless `n_mels` is 1 to 4096 and `n_fft`
    /// 2 to 2²⁰; [`SpeechError::FrequencyRange`] unless 0 ≤ `min_frequency` < `max_frequency` ≤ half the sample rate.
    pub fn new(config: MelBankConfig, sample_rate: u32, n_fft: usize) -> Result<Self, SpeechError> {
        check_sample_rate(sample_rate)?;
        check_range("n_mels", config.n_mels, 1, 4096)?;
        check_range("n_fft", n_fft, 2, MAX_FRAME_LEN)?;
        let nyquist = f64::from(sample_rate) / 2.0;
        let max_frequency = config.max_frequency.unwrap_or(nyquist);
        let ordered = 0.0 <= config.min_frequency
            && config.min_frequency < max_frequency
            && max_frequency <= nyquist;
        if !ordered {
            return Err(SpeechError::FrequencyRange {
                min_frequency: config.min_frequency,
                max_frequency,
                nyquist,
            });
        }
        let low = config.scale.from_hz(config.min_frequency);
        let high = config.scale.from_hz(max_frequency);
        let step = (high - low) / (config.n_mels + 1) as f64;
        let corner = |index: usize| low + step * index as f64;
        let mut bank = Self {
            n_bins: n_fft / 2 + 1,
            filters: Vec::new(),
            weights: Vec::new(),
            config,
        };
        let rate = f64::from(sample_rate);
        for m in 0..bank.config.n_mels {
            bank.push([corner(m), corner(m + 1), corner(m + 2)], rate, n_fft);
        }
        Ok(bank)
    }

    /// The settings.
    pub fn config(&self) -> &MelBankConfig {
        &self.config
    }

    /// The weight of each bin in each band, `[n_mels, n_bins]`.
    pub fn weights(&self) -> Array2<f32> {
        let mut weights = Array2::zeros((self.filters.len(), self.n_bins));
        for (mut row, filter) in weights.rows_mut().into_iter().zip(&self.filters) {
            for (value, &weight) in row.iter_mut().skip(filter.first_bin).zip(self.row(filter)) {
                *value = to_f32(weight);
            }
        }
        weights
    }

    /// Writes the weighted sum of a spectrum for each band.
    pub(crate) fn apply(&self, spectrum: &[f64], bands: &mut [f64]) {
        for (band, filter) in bands.iter_mut().zip(&self.filters) {
            *band = dot(self.row(filter), &spectrum[filter.first_bin..]);
        }
    }

    fn row(&self, filter: &MelFilter) -> &[f64] {
        &self.weights[filter.first_weight..][..filter.n_weights]
    }

    /// Adds the triangle between three corners in mel.
    fn push(&mut self, corners: [f64; 3], rate: f64, n_fft: usize) {
        let MelBankConfig { scale, shape, .. } = self.config;
        let [lower_hz, _, upper_hz] = corners.map(|mel| scale.to_hz(mel));
        let peak = match self.config.norm {
            MelNorm::Area => 2.0 / (upper_hz - lower_hz),
            MelNorm::Peak => 1.0,
        };
        let whole_bin = |hz: f64| ((n_fft + 1) as f64 * hz / rate).floor();
        let [lower, centre, upper] = match shape {
            MelShape::Hertz => corners.map(|mel| scale.to_hz(mel)),
            MelShape::Mel => corners,
            MelShape::WholeBins => corners.map(|mel| whole_bin(scale.to_hz(mel))),
        };
        let weight = |bin: usize| {
            let hz = bin as f64 * rate / n_fft as f64;
            let x = match shape {
                MelShape::Hertz => hz,
                MelShape::Mel => scale.from_hz(hz),
                MelShape::WholeBins => bin as f64,
            };
            let rising = (x - lower) / (centre - lower);
            let falling = (upper - x) / (upper - centre);
            // Where two corners fall on one bin, a side has no width and its quotient is no number.
            peak * match x < centre {
                true => rising,
                false => falling,
            }
        };
        let mut inside = (0..self.n_bins).filter(|&bin| weight(bin) > 0.0);
        let first = inside.next();
        let last = inside.next_back().or(first);
        let (first_bin, end) = first.zip(last).map_or((0, 0), |(first, last)| {
            // Whole blocks, as far as the spectrum reaches, are summed faster; what is added has no weight.
            let n_weights = (last + 1 - first)
                .next_multiple_of(BLOCK_LEN)
                .min(self.n_bins);
            let first = first.min(self.n_bins - n_weights);
            (first, first + n_weights)
        });
        self.filters.push(MelFilter {
            first_bin,
            first_weight: self.weights.len(),
            n_weights: end - first_bin,
        });
        self.weights
            .extend((first_bin..end).map(|bin| weight(bin).max(0.0)));
    }
}

/// How many products are summed side by side.
const BLOCK_LEN: usize = 4;

/// Independent sums, because one would have to wait for each addition in turn.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0_f64; BLOCK_LEN];
    let n = a.len().min(b.len());
    let (a, b) = (
        a[..n].chunks_exact(BLOCK_LEN),
        b[..n].chunks_exact(BLOCK_LEN),
    );
    let rest = a.remainder().iter().zip(b.remainder());
    let rest: f64 = rest.map(|(x, y)| x * y).sum();
    for (x, y) in a.zip(b) {
        for i in 0..BLOCK_LEN {
            sums[i] += x[i] * y[i];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scales_are_inverse_to_themselves() {
        for scale in [MelScale::Slaney, MelScale::Htk] {
            for hz in [0.0, 60.0, 999.9, 1000.0, 1000.1, 4000.0, 11_025.0] {
                emo_testing::assert_close([scale.to_hz(scale.from_hz(hz))], [hz], 1e-12, 1e-12);
            }
        }
    }

    #[test]
    fn the_scales_have_their_defining_points() {
        emo_testing::assert_close([MelScale::Slaney.from_hz(1000.0)], [15.0], 1e-15, 0.0);
        emo_testing::assert_close([MelScale::Slaney.from_hz(6400.0)], [42.0], 1e-15, 0.0);
        emo_testing::assert_close(
            [MelScale::Htk.from_hz(700.0)],
            [2595.0 * 2.0_f64.log10()],
            1e-15,
            0.0,
        );
    }
}
