use emo_dsp::{Detrend, FilterBand, SampleRate, Sos, SosStream};
use ndarray::{Array2, ArrayRef2, Axis};

use crate::EegError;
use crate::window::{check_n_channels, checked_channel, to_f32};

/// Samples that a stream takes to `f64` together.
const BLOCK: usize = 128;

/// Most notches: those of mains of 50 Hz at 100 kHz.
const MAX_HARMONICS: f64 = 1000.0;

/// Settings of [`EegFilter`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EegFilterConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Lower edge of the band in Hz. Default: 0.5.
    pub low_hz: f64,
    /// Upper edge of the band in Hz. Default: 45, or 0.9 times the Nyquist frequency if that is lower.
    pub high_hz: f64,
    /// Order of the Butterworth band-pass, 1 to [`emo_dsp::MAX_ORDER`]. Default: 4.
    pub order: usize,
    /// Frequency of the mains in Hz, which is taken out with all its harmonics below the Nyquist frequency; `None` for a
    /// device that has done so. Default: 50 Hz, or none where that is not below the Nyquist frequency.
    pub line_hz: Option<f64>,
    /// Frequency of each notch divided by its width at −3 dB. Default: 30.
    pub notch_quality: f64,
}

impl EegFilterConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        let nyquist = sample_rate.nyquist_hz();
        Self {
            sample_rate,
            low_hz: 0.5,
            high_hz: f64::min(45.0, 0.9 * nyquist),
            order: 4,
            line_hz: Some(50.0).filter(|&hz| hz < nyquist),
            notch_quality: 30.0,
        }
    }
}

/// The filter with which work on EEG begins: a Butterworth band-pass, and notches at the mains and its harmonics.
///
/// Live, the causal [`stream`](Self::stream); offline, [`zero_phase`](Self::zero_phase), which shifts nothing and
/// attenuates twice as much.
///
/// ```
/// use emo_eeg::ndarray::Array2;
/// use emo_eeg::{EegFilter, EegFilterConfig, SampleRate};
///
/// // Ten seconds of a 10 Hz rhythm of 20 µV, on an offset of 4.2 mV and in mains of 100 µV.
/// let rate = SampleRate::from_hz(256.0)?;
/// let tone = |hz: f32, n: usize| (std::f32::consts::TAU * hz * n as f32 / 256.0).sin();
/// let raw = Array2::from_shape_fn((1, 2560), |(_, n)| 4200.0 + 20.0 * tone(10.0, n) + 100.0 * tone(50.0, n));
///
/// let filter = EegFilter::new(&EegFilterConfig::new(rate))?;
/// let clean = filter.zero_phase(&raw)?;
/// for n in 1024..1536 {
///     assert!((clean[[0, n]] - 20.0 * tone(10.0, n)).abs() < 1.0);
/// }
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EegFilter {
    sections: Sos,
}

impl EegFilter {
    /// Designs the filter.
    ///
    /// # Errors
    /// - [`EegError::InvalidBand`] for a band outside 0 Hz to the Nyquist frequency or reversed, an order that is not
    ///   on offer, or a notch that cannot be made.
    /// - [`EegError::InvalidSetting`] for mains of less than 1 Hz, or with more than 1000 harmonics below the Nyquist
    ///   frequency, as of 50 Hz at more than 100 kHz.
    pub fn new(config: &EegFilterConfig) -> Result<Self, EegError> {
        let rate = config.sample_rate;
        let invalid = |band: &str, source| EegError::InvalidBand {
            band: band.to_owned(),
            source,
        };
        let edges = FilterBand::BandPass {
            low_hz: config.low_hz,
            high_hz: config.high_hz,
        };
        let mut sections =
            Sos::butterworth(config.order, edges, rate).map_err(|source| invalid("EEG", source))?;
        if let Some(line_hz) = config.line_hz {
            let is_below = line_hz >= 1.0 && line_hz < rate.nyquist_hz();
            if !is_below || rate.nyquist_hz() > MAX_HARMONICS * line_hz {
                return Err(EegError::InvalidSetting {
                    name: "line_hz",
                    value: line_hz,
                    expected: "at least 1 Hz, below the Nyquist frequency, and at most 1000 harmonics below it",
                });
            }
            let harmonics = (1..)
                .map(|k| f64::from(k) * line_hz)
                .take_while(|&hz| hz < rate.nyquist_hz());
            for hz in harmonics {
                let notch = Sos::notch(hz, config.notch_quality, rate)
                    .map_err(|source| invalid("mains", source))?;
                sections = sections.then(notch);
            }
        }
        Ok(Self { sections })
    }

    /// The second-order sections.
    pub fn sections(&self) -> &Sos {
        &self.sections
    }

    /// A whole recording `[channels, samples]`, filtered forward and backward, as SciPy's `sosfiltfilt`.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] for a recording without channels.
    /// - [`EegError::SignalTooShort`] for one shorter than the filter's padding, 34 samples at the defaults.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    #[doc(alias = "filtfilt")]
    pub fn zero_phase(&self, recording: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        let (n_channels, actual) = recording.dim();
        if n_channels == 0 {
            return Err(EegError::NoChannels);
        }
        let required = self.sections.filtfilt_min_len();
        if actual < required {
            return Err(EegError::SignalTooShort { actual, required });
        }
        let mut filtered = Array2::zeros(recording.raw_dim());
        for (channel, row) in recording.rows().into_iter().enumerate() {
            let samples = checked_channel(channel, row)?;
            let samples = self
                .sections
                .filtfilt(&samples)
                .map_err(|source| EegError::Filter { channel, source })?;
            for (to, from) in filtered.row_mut(channel).iter_mut().zip(samples) {
                *to = to_f32(from);
            }
        }
        Ok(filtered)
    }

    /// A causal filter for `n_channels` channels.
    ///
    /// # Errors
    /// [`EegError::NoChannels`] for none, [`EegError::InvalidSetting`] for more than 4096.
    pub fn stream(&self, n_channels: usize) -> Result<EegFilterStream, EegError> {
        check_n_channels(n_channels)?;
        Ok(EegFilterStream {
            sections: self.sections.clone(),
            channels: vec![self.sections.stream(); n_channels],
            has_begun: false,
        })
    }
}

/// [`EegFilter`] of samples as they come, made by [`EegFilter::stream`].
///
/// Begins as if each channel had stood at its first sample for ever, so that a device's offset makes no transient.
/// Allocates nothing after the first piece. Pieces of any length give what one long piece would, to the bit.
#[derive(Debug, Clone)]
pub struct EegFilterStream {
    sections: Sos,
    channels: Vec<SosStream>,
    has_begun: bool,
}

impl EegFilterStream {
    /// Filters the next piece `[channels, samples]` in place.
    ///
    /// # Errors
    /// - [`EegError::ChannelCount`] for another number of channels.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample. Nothing of the piece has then been taken.
    /// - [`EegError::Filter`] if the filter overflows.
    pub fn process(&mut self, piece: &mut ArrayRef2<f32>) -> Result<(), EegError> {
        if piece.nrows() != self.channels.len() {
            return Err(EegError::ChannelCount {
                actual: piece.nrows(),
                expected: self.channels.len(),
            });
        }
        if let Some(((channel, sample), &value)) =
            piece.indexed_iter().find(|(_, x)| !x.is_finite())
        {
            return Err(EegError::NonFinite {
                channel,
                sample,
                value,
            });
        }
        let rows = piece.rows_mut().into_iter().zip(&mut self.channels);
        for (channel, (mut row, stream)) in rows.enumerate() {
            let error = |source| EegError::Filter { channel, source };
            if let (Some(&first), false) = (row.first(), self.has_begun) {
                *stream = self.sections.stream_from(f64::from(first)).map_err(error)?;
            }
            let mut block = [0.0; BLOCK];
            for mut part in row.axis_chunks_iter_mut(Axis(0), BLOCK) {
                let block = &mut block[..part.len()];
                for (to, from) in block.iter_mut().zip(&part) {
                    *to = f64::from(*from);
                }
                stream.process(block).map_err(error)?;
                for (to, from) in part.iter_mut().zip(&*block) {
                    *to = to_f32(*from);
                }
            }
        }
        self.has_begun |= piece.ncols() > 0;
        Ok(())
    }
}

/// A window `[channels, samples]` without each channel's mean or line of least squares, as SciPy's `detrend`.
///
/// # Errors
/// [`EegError::NonFinite`] for a NaN or infinite sample.
pub fn detrend(window: &ArrayRef2<f32>, kind: Detrend) -> Result<Array2<f32>, EegError> {
    let mut detrended = Array2::zeros(window.raw_dim());
    for (channel, row) in window.rows().into_iter().enumerate() {
        let mut samples = checked_channel(channel, row)?;
        kind.apply(&mut samples);
        for (to, from) in detrended.row_mut(channel).iter_mut().zip(samples) {
            *to = to_f32(from);
        }
    }
    Ok(detrended)
}
