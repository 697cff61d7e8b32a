//! Artefact subspace reconstruction.

mod calibration;
mod clean_windows;
mod distribution;
mod orthonormal;
mod reconstruction;
mod sliding_covariance;
mod stream;
mod weighting;

use emo_dsp::SampleRate;
use ndarray::{Array2, ArrayRef2};

pub use clean_windows::CleanWindows;
pub(crate) use orthonormal::{dot, subtract};
pub use stream::AsrStream;

use crate::EegError;
use crate::window::checked_channel;

/// How mean and deviation of a component's clean amplitude, of which its threshold is made, are taken from the search
/// among some six thousand candidates, of which many are nearly as good as the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsrFit {
    /// Those of the best candidate, as EEGLAB and asrpy.
    Best,
    /// The medians over the best candidates, which small changes of the data move less.
    Median {
        /// How many of them, 1 to 4096.
        n_best: usize,
    },
}

/// Settings of [`Asr`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AsrConfig {
    /// Rate of the samples, above 82 Hz.
    pub sample_rate: SampleRate,
    /// Standard deviations above the mean of clean amplitude from which on a component is an artefact: 2.5 takes away
    /// almost everything unusual, 20 to 30 only what is surely none of the brain's. Default: 20, as asrpy.
    pub cutoff: f64,
    /// Window in seconds in which amplitude is measured; at least half a period of the high-pass filter before.
    /// Default: 0.5.
    pub window_s: f64,
    /// Share of a window that overlaps with the next when calibrating, 0 to below 1. Default: 0.66.
    pub window_overlap: f64,
    /// Samples of which one covariance is made for the robust average, at least 1. Default: 100.
    pub block_len: usize,
    /// Share of windows that may have less amplitude than EEG, as from a lead that comes off, 0 to 0.3. Default: 0.1.
    pub max_dropout: f64,
    /// Share of windows that hold clean EEG at least, above 0 to 1. Default: 0.25.
    pub min_clean: f64,
    /// Share of channels that may be bad in a window which [`Asr::calibrate`] keeps, 0 to below 1. Default: 0.1.
    pub max_bad_channels: f64,
    /// Time in seconds that the reconstruction looks ahead, 0 to half the window: an artefact is centred in the window
    /// that finds it. Default: 0.25.
    pub lookahead_s: f64,
    /// Samples from one update of the reconstruction to the next, at least 1. Default: 32.
    pub step: usize,
    /// Share of the dimensions that are taken away at most, 0 to 1. Default: 0.66.
    pub max_removed: f64,
    /// How clean amplitude is fitted for thresholds; with [`AsrFit::Best`], a calibration is asrpy's. Default: medians
    /// over 100.
    pub fit: AsrFit,
}

impl AsrConfig {
    /// The defaults, which are asrpy's but for the fit, for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            cutoff: 20.0,
            window_s: 0.5,
            window_overlap: 0.66,
            block_len: 100,
            max_dropout: 0.1,
            min_clean: 0.25,
            max_bad_channels: 0.1,
            lookahead_s: 0.25,
            step: 32,
            max_removed: 0.66,
            fit: AsrFit::Median { n_best: 100 },
        }
    }

    fn check(&self) -> Result<(), EegError> {
        let hz = self.sample_rate.hz();
        let n_best = match self.fit {
            AsrFit::Best => 1,
            AsrFit::Median { n_best } => n_best,
        };
        let settings = [
            (
                "sample_rate",
                hz,
                hz > weighting::MIN_RATE_HZ && hz <= 1e5,
                "above 82 Hz and at most 100 kHz",
            ),
            (
                "cutoff",
                self.cutoff,
                self.cutoff > 0.0 && self.cutoff.is_finite(),
                "a finite number above 0",
            ),
            (
                "window_s",
                self.window_s,
                self.window_s * hz >= 2.0 && self.window_s <= 60.0,
                "two samples to 60 s",
            ),
            (
                "window_overlap",
                self.window_overlap,
                (0.0..1.0).contains(&self.window_overlap),
                "0 to below 1",
            ),
            (
                "block_len",
                self.block_len as f64,
                self.block_len >= 1,
                "at least 1",
            ),
            (
                "max_dropout",
                self.max_dropout,
                (0.0..=0.3).contains(&self.max_dropout),
                "0 to 0.3",
            ),
            (
                "min_clean",
                self.min_clean,
                self.min_clean > 0.0 && self.min_clean <= 1.0,
                "above 0 to 1",
            ),
            (
                "max_bad_channels",
                self.max_bad_channels,
                (0.0..1.0).contains(&self.max_bad_channels),
                "0 to below 1",
            ),
            (
                "lookahead_s",
                self.lookahead_s,
                (0.0..=self.window_s / 2.0).contains(&self.lookahead_s),
                "0 to half the window",
            ),
            (
                "step",
                self.step as f64,
                self.step >= 1 && self.step as f64 <= hz * self.window_s,
                "1 to the samples of a window",
            ),
            (
                "max_removed",
                self.max_removed,
                (0.0..=1.0).contains(&self.max_removed),
                "0 to 1",
            ),
            (
                "n_best",
                n_best as f64,
                (1..=4096).contains(&n_best),
                "1 to 4096",
            ),
        ];
        match settings.iter().find(|(_, _, valid, _)| !valid) {
            Some(&(name, value, _, expected)) => Err(EegError::InvalidSetting {
                name,
                value,
                expected,
            }),
            None => Ok(()),
        }
    }

    /// Samples of a window.
    fn window_len(&self) -> usize {
        (self.window_s * self.sample_rate.hz()).round_ties_even() as usize
    }

    /// Samples that the reconstruction looks ahead.
    fn lookahead_len(&self) -> usize {
        (self.lookahead_s * self.sample_rate.hz()).round_ties_even() as usize
    }
}

/// Artefact subspace reconstruction: eye movements, muscles, loose leads and the like are taken out of EEG, live.
///
/// Calibration learns from clean EEG how the channels hang together and how large their principal components get.
/// Afterwards, wherever a component of the last half second is larger than that by [`AsrConfig::cutoff`] standard
/// deviations, it is taken out and what it hid is filled in from the others. All else passes untouched.
///
/// Channels are high-passed before, as [`EegFilter`](crate::EegFilter) does, and calibrated and
/// cleaned with the same reference. At least two channels are needed, and a few more to tell anything apart.
///
/// ```
/// use emo_eeg::ndarray::{Array2, s};
/// use emo_eeg::{Asr, AsrConfig, SampleRate};
///
/// // Half a minute of four channels that share a rhythm, and a blink in the first two at its end.
/// let rate = SampleRate::from_hz(128.0)?;
/// let mut seed = 1_u32;
/// let mut noise = || {
///     seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
///     (f64::from(seed) / f64::from(u32::MAX) - 0.5) as f32
/// };
/// let mut eeg = Array2::from_shape_fn((4, 3840), |(channel, n)| {
///     let rhythm = (0.5 * n as f32).sin() * (1.0 + 0.3 * (0.01 * n as f32).sin());
///     (5.0 + channel as f32) * rhythm + 10.0 * noise()
/// });
/// let asr = Asr::calibrate_on_clean(&AsrConfig::new(rate), &eeg)?;
///
/// for n in 0..64 {
///     let blink = 2000.0 * (std::f32::consts::PI * n as f32 / 64.0).sin();
///     eeg[[0, 3000 + n]] += blink;
///     eeg[[1, 3000 + n]] += 0.8 * blink;
/// }
/// let clean = asr.clean(&eeg)?;
/// let largest = |x: &Array2<f32>| x.slice(s![.., 3000..3064]).iter().fold(0.0_f32, |a, b| a.max(b.abs()));
/// assert!(largest(&clean) < 0.05 * largest(&eeg));
/// // Before it, nothing has changed.
/// assert_eq!(clean.slice(s![.., ..2800]), eeg.slice(s![.., ..2800]));
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
///
/// # References
/// - T. R. Mullen, C. A. E. Kothe, Y. M. Chi, A. Ojeda, T. Kerth, S. Makeig, T.-P. Jung, G. Cauwenberghs (2015).
///   Real-time neuroimaging and cognitive monitoring using wearable dry EEG. IEEE Transactions on Biomedical
///   Engineering 62(11). doi:10.1109/TBME.2015.2481482.
/// - C.-Y. Chang, S.-H. Hsu, L. Pion-Tonachini, T.-P. Jung (2020). Evaluation of artifact subspace reconstruction for
///   automatic artifact components removal in multi-channel EEG recordings. IEEE Transactions on Biomedical Engineering
///   67(4). doi:10.1109/TBME.2019.2930186.
#[derive(Debug, Clone)]
#[doc(alias = "ASR")]
pub struct Asr {
    config: AsrConfig,
    mixing: Array2<f64>,
    threshold: Array2<f64>,
}

impl Asr {
    /// Calibrates on those windows of a recording `[channels, samples]` in µV that [`CleanWindows::find`] keeps.
    ///
    /// A minute and more is best.
    ///
    /// # Errors
    /// - [`EegError::InvalidSetting`] for a setting outside its range.
    /// - [`EegError::TooFewChannels`] for fewer than two channels.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::FlatChannel`] for a channel whose amplitude does not vary.
    /// - [`EegError::SignalTooShort`] if less than 60 windows, 10 s at the defaults, are there or are kept.
    pub fn calibrate(config: &AsrConfig, recording: &ArrayRef2<f32>) -> Result<Self, EegError> {
        let windows = CleanWindows::find(config, recording)?;
        Self::calibrate_on_clean(config, &windows.keep(recording)?)
    }

    /// Calibrates on all of a clean recording `[channels, samples]` in µV.
    ///
    /// As asrpy's `asr_calibrate` where the fit is [`AsrFit::Best`], but that the geometric median is iterated until it
    /// stands still relative to its size, not to 10⁻⁵ µV².
    ///
    /// # Errors
    /// Those of [`calibrate`](Self::calibrate).
    pub fn calibrate_on_clean(
        config: &AsrConfig,
        clean: &ArrayRef2<f32>,
    ) -> Result<Self, EegError> {
        config.check()?;
        let rows = checked(clean)?;
        let (mixing, threshold) = calibration::calibrate(config, &rows)?;
        Ok(Self {
            config: config.clone(),
            mixing,
            threshold,
        })
    }

    /// A calibration made before, from what [`mixing`](Self::mixing) and [`threshold`](Self::threshold) gave.
    ///
    /// # Errors
    /// - [`EegError::InvalidSetting`] for a setting outside its range or an element that is not finite.
    /// - [`EegError::TooFewChannels`] for fewer than two channels.
    /// - [`EegError::Shape`] unless both are square and of one size.
    pub fn from_matrices(
        config: &AsrConfig,
        mixing: Array2<f64>,
        threshold: Array2<f64>,
    ) -> Result<Self, EegError> {
        config.check()?;
        let n = mixing.nrows();
        check_n_channels(n)?;
        for (what, matrix) in [("mixing matrix", &mixing), ("threshold matrix", &threshold)] {
            let (rows, columns) = matrix.dim();
            if (rows, columns) != (n, n) {
                return Err(EegError::Shape {
                    what,
                    rows,
                    columns,
                    expected_rows: n,
                    expected_columns: n,
                });
            }
            if let Some(&value) = matrix.iter().find(|x| !x.is_finite()) {
                return Err(EegError::InvalidSetting {
                    name: what,
                    value,
                    expected: "finite elements",
                });
            }
        }
        Ok(Self {
            config: config.clone(),
            mixing,
            threshold,
        })
    }

    /// Number of channels.
    pub fn n_channels(&self) -> usize {
        self.mixing.nrows()
    }

    /// The settings.
    pub fn config(&self) -> &AsrConfig {
        &self.config
    }

    /// The mixing matrix `[channels, channels]`: the square root of the clean covariance, in µV.
    pub fn mixing(&self) -> &ArrayRef2<f64> {
        &self.mixing
    }

    /// The threshold matrix `[components, channels]` in µV: principal directions, each as long as the amplitude from
    /// which on it is an artefact.
    pub fn threshold(&self) -> &ArrayRef2<f64> {
        &self.threshold
    }

    /// A stream that cleans samples as they come.
    pub fn stream(&self) -> AsrStream {
        AsrStream::new(self)
    }

    /// A whole recording `[channels, samples]` in µV, cleaned, sample for sample in its place.
    ///
    /// What a stream gives, moved back by its latency; after the last sample it is handed zeros.
    ///
    /// # Errors
    /// - [`EegError::ChannelCount`] for another number of channels than was calibrated with.
    /// - [`EegError::SignalTooShort`] for a recording without samples.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    pub fn clean(&self, recording: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        stream::clean(self, recording)
    }
}

/// The channels in `f64`, finite, and at least two.
fn checked(recording: &ArrayRef2<f32>) -> Result<Vec<Vec<f64>>, EegError> {
    check_n_channels(recording.nrows())?;
    recording
        .rows()
        .into_iter()
        .enumerate()
        .map(|(channel, row)| checked_channel(channel, row))
        .collect()
}

fn check_n_channels(actual: usize) -> Result<(), EegError> {
    if actual < 2 {
        return Err(EegError::TooFewChannels {
            what: "artefact subspace reconstruction",
            actual,
            required: 2,
        });
    }
    Ok(())
}
