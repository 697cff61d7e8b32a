use emo_dsp::{FilterBand, SampleRate, Sos, SosStream};
use ndarray::{Array2, ArrayRef2};

use crate::EegError;
use crate::window::{check_n_channels, checked_channel, to_f32};

/// Settings of [`BlinkRegression`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BlinkRegressionConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Lower edge in Hz of the band in which eye movements are. Default: 0.5.
    pub low_hz: f64,
    /// Upper edge in Hz of that band. Default: 7.
    pub high_hz: f64,
    /// What a second-old sample counts for in a stream, relative to a new one, above 0 to 1. Default: 0.999, which
    /// forgets half in 11.5 minutes.
    pub forgetting_per_s: f64,
}

impl BlinkRegressionConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            low_hz: 0.5,
            high_hz: 7.0,
            forgetting_per_s: 0.999,
        }
    }
}

/// Eye movements taken out of EEG by regression on a channel that records them.
///
/// From each channel, the eyes' channel is subtracted with the weight cov(EEG, EOG) / var(EOG) that both have in the band
/// of eye movements. The eyes' channel is an electro-oculogram, or a frontal one where there is none; with the latter,
/// what it shares with the brain goes too. All channels are high-passed before.
///
/// Simplified from Gratton and others, who weight blinks and other movements apart and leave out what follows a
/// stimulus.
///
/// ```
/// use emo_eeg::ndarray::Array2;
/// use emo_eeg::{BlinkRegression, BlinkRegressionConfig, SampleRate};
///
/// // Blinks of 200 µV every two seconds, of which 15 % reach a channel with a rhythm at 10 Hz.
/// let rate = SampleRate::from_hz(128.0)?;
/// let eyes: Vec<f32> = (0..2560).map(|n| 200.0 * (-((n % 256) as f32 - 128.0).powi(2) / 200.0).exp()).collect();
/// let brain = |n: usize| 10.0 * (std::f32::consts::TAU * 10.0 * n as f32 / 128.0).sin();
/// let eeg = Array2::from_shape_fn((1, 2560), |(_, n)| brain(n) + 0.15 * eyes[n]);
///
/// let regression = BlinkRegression::new(&BlinkRegressionConfig::new(rate))?;
/// let clean = regression.clean(&eeg, &eyes)?;
/// assert!((0..2560).all(|n| (clean[[0, n]] - brain(n)).abs() < 1.0));
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
///
/// # References
/// G. Gratton, M. G. H. Coles, E. Donchin (1983). A new method for off-line removal of ocular artifact.
/// Electroencephalography and Clinical Neurophysiology 55(4). doi:10.1016/0013-4694(83)90135-9.
#[derive(Debug, Clone)]
#[doc(alias = "EOG")]
pub struct BlinkRegression {
    band: Sos,
    forgetting: f64,
}

impl BlinkRegression {
    /// Designs the band's filter, a Butterworth band-pass of order 2.
    ///
    /// # Errors
    /// - [`EegError::InvalidBand`] for a band outside 0 Hz to the Nyquist frequency or reversed.
    /// - [`EegError::InvalidSetting`] for a forgetting outside its range.
    pub fn new(config: &BlinkRegressionConfig) -> Result<Self, EegError> {
        let value = config.forgetting_per_s;
        if !(value > 0.0 && value <= 1.0) {
            return Err(EegError::InvalidSetting {
                name: "forgetting_per_s",
                value,
                expected: "above 0 to 1",
            });
        }
        let edges = FilterBand::BandPass {
            low_hz: config.low_hz,
            high_hz: config.high_hz,
        };
        let band = Sos::butterworth(2, edges, config.sample_rate).map_err(|source| {
            EegError::InvalidBand {
                band: "eye movements".to_owned(),
                source,
            }
        })?;
        Ok(Self {
            band,
            forgetting: value.powf(1.0 / config.sample_rate.hz()),
        })
    }

    /// The weights with which the eyes' channel is in each channel of a whole recording `[channels, samples]`; 0 if the
    /// eyes' channel has nothing in the band.
    ///
    /// # Errors
    /// - [`EegError::Shape`] unless `eyes` has as many samples as the recording.
    /// - [`EegError::SignalTooShort`] for less than the filter's padding, 16 samples.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample; the eyes' channel is named by the number of channels.
    pub fn weights(&self, eeg: &ArrayRef2<f32>, eyes: &[f32]) -> Result<Vec<f64>, EegError> {
        check_len(eeg, eyes)?;
        let required = self.band.filtfilt_min_len();
        if eyes.len() < required {
            return Err(EegError::SignalTooShort {
                actual: eyes.len(),
                required,
            });
        }
        let banded = |channel, samples: Vec<f64>| {
            self.band
                .filtfilt(&samples)
                .map_err(|source| EegError::Filter { channel, source })
        };
        let eyes = checked_channel(eeg.nrows(), eyes.into())?;
        let eyes = centred(banded(eeg.nrows(), eyes)?);
        let power: f64 = eyes.iter().map(|x| x * x).sum();
        eeg.rows()
            .into_iter()
            .enumerate()
            .map(|(channel, row)| {
                let samples = centred(banded(channel, checked_channel(channel, row)?)?);
                let product: f64 = samples.iter().zip(&eyes).map(|(x, y)| x * y).sum();
                Ok(if power > 0.0 { product / power } else { 0.0 })
            })
            .collect()
    }

    /// A whole recording `[channels, samples]` without what `eyes` shows.
    ///
    /// # Errors
    /// Those of [`weights`](Self::weights).
    pub fn clean(&self, eeg: &ArrayRef2<f32>, eyes: &[f32]) -> Result<Array2<f32>, EegError> {
        let weights = self.weights(eeg, eyes)?;
        let mut clean = eeg.to_owned();
        for (mut row, weight) in clean.rows_mut().into_iter().zip(weights) {
            for (x, &eye) in row.iter_mut().zip(eyes) {
                *x = to_f32(f64::from(*x) - weight * f64::from(eye));
            }
        }
        Ok(clean)
    }

    /// The same for samples as they come, with weights that follow what has been seen.
    ///
    /// # Errors
    /// [`EegError::NoChannels`] for none, [`EegError::InvalidSetting`] for more than 4096.
    pub fn stream(&self, n_channels: usize) -> Result<BlinkRegressionStream, EegError> {
        check_n_channels(n_channels)?;
        Ok(BlinkRegressionStream {
            forgetting: self.forgetting,
            filters: vec![self.band.stream(); n_channels + 1],
            products: vec![0.0; n_channels],
            power: 0.0,
        })
    }
}

/// [`BlinkRegression`] of samples as they come, made by [`BlinkRegression::stream`].
///
/// A weight is 0 at first and settles with the first few eye movements. Allocates nothing; pieces of any length give what
/// one long piece would, to the bit.
#[derive(Debug, Clone)]
pub struct BlinkRegressionStream {
    forgetting: f64,
    /// Of the channels and, last, of the eyes.
    filters: Vec<SosStream>,
    products: Vec<f64>,
    power: f64,
}

impl BlinkRegressionStream {
    /// Takes the eyes out of the next piece `[channels, samples]`, in place.
    ///
    /// # Errors
    /// - [`EegError::ChannelCount`] for another number of channels.
    /// - [`EegError::Shape`] unless `eyes` has as many samples as the piece.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample; the eyes' channel is named by the number of channels.
    ///   Nothing of the piece has then been taken.
    pub fn process(&mut self, piece: &mut ArrayRef2<f32>, eyes: &[f32]) -> Result<(), EegError> {
        let n = self.products.len();
        if piece.nrows() != n {
            return Err(EegError::ChannelCount {
                actual: piece.nrows(),
                expected: n,
            });
        }
        check_len(piece, eyes)?;
        let eye_samples = eyes.iter().enumerate().map(|(sample, x)| ((n, sample), x));
        if let Some(((channel, sample), &value)) = piece
            .indexed_iter()
            .chain(eye_samples)
            .find(|(_, x)| !x.is_finite())
        {
            return Err(EegError::NonFinite {
                channel,
                sample,
                value,
            });
        }
        let banded = |filter: &mut SosStream, channel, x: f32| {
            let mut sample = [f64::from(x)];
            match filter.process(&mut sample) {
                Ok(()) => Ok(sample[0]),
                Err(source) => Err(EegError::Filter { channel, source }),
            }
        };
        for (mut sample, &eye) in piece.columns_mut().into_iter().zip(eyes) {
            let banded_eye = banded(&mut self.filters[n], n, eye)?;
            self.power = self.forgetting * self.power + banded_eye * banded_eye;
            let channels = sample.iter_mut().zip(&mut self.products);
            for (channel, (x, product)) in channels.enumerate() {
                let banded_x = banded(&mut self.filters[channel], channel, *x)?;
                *product = self.forgetting * *product + banded_x * banded_eye;
                if self.power > 0.0 {
                    let weight = *product / self.power;
                    *x = to_f32(f64::from(*x) - weight * f64::from(eye));
                }
            }
        }
        Ok(())
    }

    /// The weight of the eyes' channel in each channel, as of the last sample.
    pub fn weights(&self) -> impl Iterator<Item = f64> + '_ {
        self.products.iter().map(|product| {
            if self.power > 0.0 {
                product / self.power
            } else {
                0.0
            }
        })
    }
}

fn check_len(eeg: &ArrayRef2<f32>, eyes: &[f32]) -> Result<(), EegError> {
    if eyes.len() != eeg.ncols() {
        return Err(EegError::Shape {
            what: "the eyes' channel",
            rows: 1,
            columns: eyes.len(),
            expected_rows: 1,
            expected_columns: eeg.ncols(),
        });
    }
    Ok(())
}

fn centred(mut samples: Vec<f64>) -> Vec<f64> {
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    samples.iter_mut().for_each(|x| *x -= mean);
    samples
}
