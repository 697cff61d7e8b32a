mod cepstra;
mod chroma;
mod contrast;
mod level;
mod log_mel;
mod shape;
mod subband;

use std::fmt::Debug;

use ndarray::ArrayViewMut2;

pub(crate) use self::cepstra::Dct;
pub use self::cepstra::{CepstraConfig, DctNorm, Lifter, ZerothCoefficient};
pub use self::chroma::{ChromaConfig, Tuning, estimate_tuning};
pub use self::contrast::ContrastConfig;
pub use self::log_mel::{LogMelConfig, LogScale, MelInput, Reference};
use crate::frames::Frame;
use crate::{Frames, MelBankConfig, SpeechError};

/// A measure of a frame.
///
/// | feature | values | name, unit |
/// |---|---|---|
/// | `LogMel` | one for each band | `log_mel_00` |
/// | `Mfcc` | one for each coefficient | `mfcc_00` |
/// | `Chroma` | one for each pitch class, from C | `chroma_00`, share of the strongest |
/// | `Centroid` | 1 | `centroid_hz` |
/// | `Bandwidth` | 1 | `bandwidth_hz` |
/// | `RollOff` | 1 | `roll_off_hz` |
/// | `Flatness` | 1 | `flatness`, 0 to 1 |
/// | `Contrast` | one for each octave and one below | `contrast_00`, dB |
/// | `Flux` | 1 | `flux` |
/// | `Slope` | 1 | `slope_db_per_khz` |
/// | `ZeroCrossingRate` | 1 | `zcr`, 0 to 1 |
/// | `Rms` | 1 | `rms`, unit of the scaled signal |
/// | `LogEnergy` | 1 | `log_energy`, natural logarithm |
/// | `SubbandCentroids` | one for each band | `subband_00_hz` |
///
/// Where a frame is silent, the centroid, bandwidth, flux and chroma are 0, the roll-off is that of the lowest bin, the
/// flatness 1, and the slope and the contrast 0.
///
/// # References
/// G. Peeters, A large set of audio features for sound description, CUIDADO project report, IRCAM, 2004, for centroid,
/// bandwidth (there: spread), roll-off and slope.
///
/// D.-N. Jiang et al., Music type classification by spectral contrast feature, IEEE ICME 2002,
/// doi:10.1109/ICME.2002.1035731.
///
/// G. Tzanetakis, P. Cook, Musical genre classification of audio signals, IEEE Transactions on Speech and Audio
/// Processing 10(5), 2002, doi:10.1109/TSA.2002.800560, for the flux between normalized spectra.
///
/// K. K. Paliwal, Spectral subband centroid features for speech recognition, IEEE ICASSP 1998,
/// doi:10.1109/ICASSP.1998.675340.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FrameFeature {
    /// The logarithm of the power, or magnitude, in mel bands.
    LogMel(LogMelConfig),
    /// Mel-frequency cepstral coefficients.
    Mfcc(CepstraConfig),
    /// Energy of the twelve pitch classes over all octaves, the strongest being 1.
    Chroma(ChromaConfig),
    /// The mean frequency in Hz, weighted by magnitude.
    Centroid,
    /// The standard deviation of frequency in Hz around the centroid, weighted by magnitude.
    Bandwidth,
    /// The lowest frequency in Hz below which at least `share` of the summed magnitude lies.
    RollOff {
        /// From 0 to 1, both excluded; librosa's default is 0.85.
        share: f64,
    },
    /// Geometric over arithmetic mean of the power, each bin being at least 1e-10.
    Flatness,
    /// Peaks over valleys of the magnitude in octaves.
    Contrast(ContrastConfig),
    /// The root mean square over the bins of the difference between the magnitude spectra of this and the previous frame,
    /// each normalized to a Euclidean length of 1; 0 for the first frame.
    Flux,
    /// Slope of the straight line of least squares through the power in dB (at least −100 dB) over frequency in kHz.
    Slope {
        /// Where the line begins in Hz.
        min_frequency: f64,
        /// Where the line ends in Hz; at most half the sample rate.
        max_frequency: f64,
    },
    /// Sign changes over the length of a frame, as [`zero_crossing_rate`](crate::zero_crossing_rate) counts them.
    ZeroCrossingRate,
    /// Root mean square of the samples of a frame, before mean, pre-emphasis and window.
    Rms,
    /// Natural logarithm of the sum of the squared samples of a frame, without the mean where that is removed, but before
    /// pre-emphasis and window.
    LogEnergy {
        /// The smallest sum that is distinguished.
        floor: f64,
    },
    /// The mean frequency of each band of a mel bank, weighted by power, as python_speech_features' `ssc`.
    SubbandCentroids(MelBankConfig),
}

impl FrameFeature {
    /// Plans the measure of frames.
    pub(crate) fn plan(&self, frames: &Frames) -> Result<Box<dyn Measure>, SpeechError> {
        Ok(match self {
            Self::LogMel(config) => Box::new(log_mel::LogMel::new(config, frames)?),
            Self::Mfcc(config) => Box::new(cepstra::Cepstra::new(config, frames)?),
            Self::Chroma(config) => Box::new(chroma::Chroma::new(config, frames)?),
            Self::Centroid => Box::new(shape::Centroid::new(frames)),
            Self::Bandwidth => Box::new(shape::Bandwidth::new(frames)),
            Self::RollOff { share } => Box::new(shape::RollOff::new(*share, frames)?),
            Self::Flatness => Box::new(shape::Flatness),
            Self::Contrast(config) => Box::new(contrast::Contrast::new(config, frames)?),
            Self::Flux => Box::new(shape::Flux::new(frames)),
            Self::Slope {
                min_frequency,
                max_frequency,
            } => Box::new(shape::Slope::new(*min_frequency, *max_frequency, frames)?),
            Self::ZeroCrossingRate => Box::new(level::ZeroCrossings),
            Self::Rms => Box::new(level::Rms),
            Self::LogEnergy { floor } => Box::new(level::LogEnergy::new(*floor)?),
            Self::SubbandCentroids(config) => Box::new(subband::Subbands::new(config, frames)?),
        })
    }
}

/// A planned feature. Values come about in two steps, because some depend on the loudest frame of the whole signal: first
/// raw numbers of each frame, then, once all are known, the values.
pub(crate) trait Measure: Debug + Send + Sync {
    /// The names of the values.
    fn names(&self) -> Vec<String>;

    /// Number of raw numbers of a frame.
    fn raw_len(&self) -> usize {
        self.names().len()
    }

    /// Whether magnitudes are read.
    fn needs_magnitude(&self) -> bool {
        false
    }

    /// Whether values depend on frames that come later.
    fn needs_whole_signal(&self) -> bool {
        false
    }

    /// Looks at the whole signal, which has been checked, before its frames.
    fn prepare(&mut self, _frames: &mut Frames, _samples: &[f32]) {}

    /// Forgets the frames that came before.
    fn reset(&mut self) {}

    /// Writes the raw numbers of a frame.
    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]);

    /// Changes the raw numbers, `[n_frames, raw_len]`, by what the whole signal says.
    fn level(&self, _raw: ArrayViewMut2<'_, f64>) {}

    /// Turns the raw numbers of a frame into its values.
    fn finish(&self, raw: &[f64], values: &mut [f64]) {
        values.copy_from_slice(raw);
    }
}

fn one(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

fn numbered(name: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{name}_{i:02}")).collect()
}
