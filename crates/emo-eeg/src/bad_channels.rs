use emo_dsp::{FilterBand, SampleRate, Sos};
use ndarray::ArrayRef2;

use crate::EegError;
use crate::quality::largest_correlations;
use crate::window::checked_channel;

/// Between EEG and what is noise above it, in Hz, as in PREP.
const SPLIT_HZ: f64 = 50.0;

/// The lowest rate at which noise above 50 Hz can be told, as the filter needs some room.
const NOISE_MIN_RATE_HZ: f64 = 128.0;

/// Interquartile range of a normal distribution to its standard deviation.
const IQR_TO_SD: f64 = 0.7413;

/// Median absolute deviation of a normal distribution to its standard deviation.
const MAD_TO_SD: f64 = 1.4826;

/// Settings of [`bad_channels`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BadChannelsConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Standard deviations, robustly measured over the channels, by which a channel's amplitude may differ. Default: 5.
    pub max_deviation: f64,
    /// The same of its noise above 50 Hz relative to the rest; only at 128 Hz and more. Default: 5.
    pub max_noise: f64,
    /// Largest absolute correlation with another channel, below which a second of a channel is lost. Default: 0.4.
    pub min_correlation: f64,
    /// Share of seconds that may be lost. Default: 0.01.
    pub max_uncorrelated: f64,
    /// Standard deviation in µV below which a channel is flat. Default: 0.1.
    pub flat_uv: f64,
    /// Time in seconds over which it is. Default: 5.
    pub flat_seconds: f64,
}

impl BadChannelsConfig {
    /// The defaults, which are PREP's, for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            max_deviation: 5.0,
            max_noise: 5.0,
            min_correlation: 0.4,
            max_uncorrelated: 0.01,
            flat_uv: 0.1,
            flat_seconds: 5.0,
        }
    }

    fn check(&self) -> Result<(), EegError> {
        for (name, value) in [
            ("max_deviation", self.max_deviation),
            ("max_noise", self.max_noise),
            ("min_correlation", self.min_correlation),
            ("max_uncorrelated", self.max_uncorrelated),
            ("flat_uv", self.flat_uv),
            ("flat_seconds", self.flat_seconds),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(EegError::InvalidSetting {
                    name,
                    value,
                    expected: "a finite number of at least 0",
                });
            }
        }
        Ok(())
    }
}

/// What [`bad_channels`] found of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ChannelVerdict {
    /// Whether its standard deviation falls below the limit for long enough.
    pub is_flat: bool,
    /// Standard deviations by which its amplitude differs from the median channel's.
    pub deviation: f64,
    /// Whether that is too much.
    pub is_deviant: bool,
    /// Standard deviations by which its noise is above the median channel's; none below 128 Hz.
    pub noise: Option<f64>,
    /// Whether that is too much.
    pub is_noisy: bool,
    /// Share of seconds in which it correlates with no other channel.
    pub uncorrelated: f64,
    /// Whether that is too much.
    pub is_uncorrelated: bool,
}

impl ChannelVerdict {
    /// Whether any of it is too much.
    pub fn is_bad(&self) -> bool {
        self.is_flat || self.is_deviant || self.is_noisy || self.is_uncorrelated
    }
}

/// Which channels of a recording `[channels, samples]` in µV are bad, by the rules of PREP.
///
/// The channels are high-passed before, as [`EegFilter`](crate::EegFilter) does with a `high_hz` above 50 Hz. A flat
/// channel is left out of what the others are compared with.
/// [`SpatialFilter::interpolation`](crate::SpatialFilter::interpolation) mends bad channels, and
/// [`SpatialFilter::average_reference`](crate::SpatialFilter::average_reference) leaves them out.
///
/// Amplitude is 0.7413 times the interquartile range; noise is the median absolute deviation of what a low-pass at 50 Hz
/// takes away, over that of what it leaves. Both are compared by median and, of amplitude, the interquartile range, of
/// noise, the median absolute deviation over the channels. Correlation is taken in seconds, below 50 Hz where that can
/// be told, with whichever channel it is largest; PREP takes its 98th percentile.
///
/// # Errors
/// - [`EegError::TooFewChannels`] for fewer than three channels.
/// - [`EegError::SignalTooShort`] for a recording of less than a second.
/// - [`EegError::NonFinite`] for a NaN or infinite sample.
/// - [`EegError::InvalidSetting`] for a setting below 0, [`EegError::InvalidBand`] for a rate at which nothing can be
///   filtered.
///
/// # References
/// N. Bigdely-Shamlo, T. Mullen, C. Kothe, K.-M. Su, K. A. Robbins (2015). The PREP pipeline: standardized preprocessing
/// for large-scale EEG analysis. Frontiers in Neuroinformatics 9. doi:10.3389/fninf.2015.00016.
#[doc(alias = "PREP")]
pub fn bad_channels(
    config: &BadChannelsConfig,
    recording: &ArrayRef2<f32>,
) -> Result<Vec<ChannelVerdict>, EegError> {
    config.check()?;
    let (n_channels, n_samples) = recording.dim();
    if n_channels < 3 {
        return Err(EegError::TooFewChannels {
            what: "a comparison of channels",
            actual: n_channels,
            required: 3,
        });
    }
    let rate = config.sample_rate;
    let second = rate.hz().round().max(2.0) as usize;
    if n_samples < second {
        return Err(EegError::SignalTooShort {
            actual: n_samples,
            required: second,
        });
    }
    let rows: Vec<Vec<f64>> = recording
        .rows()
        .into_iter()
        .enumerate()
        .map(|(channel, row)| checked_channel(channel, row))
        .collect::<Result<_, _>>()?;
    let flat_len = (config.flat_seconds * rate.hz()).round().max(2.0) as usize;
    let is_flat: Vec<bool> = rows
        .iter()
        .map(|row| {
            row.chunks_exact(flat_len.min(n_samples))
                .any(|part| deviation(part) < config.flat_uv)
        })
        .collect();
    let living = |values: &[f64]| -> Vec<f64> {
        let alive = values.iter().zip(&is_flat).filter(|(_, flat)| !**flat);
        alive.map(|(value, _)| *value).collect()
    };

    let amplitudes: Vec<f64> = rows.iter().map(|row| IQR_TO_SD * iqr(row)).collect();
    let (centre, spread) = {
        let living = living(&amplitudes);
        (quantile(&living, 0.5), IQR_TO_SD * iqr(&living))
    };
    let deviations: Vec<f64> = amplitudes
        .iter()
        .map(|x| score(*x, centre, spread))
        .collect();

    let low: Option<Vec<Vec<f64>>> = (rate.hz() >= NOISE_MIN_RATE_HZ)
        .then(|| low_passed(&rows, rate))
        .transpose()?;
    let noises = low.as_ref().map(|low| {
        let ratios: Vec<f64> = rows
            .iter()
            .zip(low)
            .map(|(row, low)| {
                let rest: Vec<f64> = row.iter().zip(low).map(|(x, y)| x - y).collect();
                let (above, below) = (mad(&rest), mad(low));
                if below > 0.0 { above / below } else { 0.0 }
            })
            .collect();
        let living = living(&ratios);
        let (centre, spread) = (quantile(&living, 0.5), MAD_TO_SD * mad(&living));
        let scores: Vec<f64> = ratios.iter().map(|x| score(*x, centre, spread)).collect();
        scores
    });

    let correlated = low.as_ref().unwrap_or(&rows);
    let n_seconds = n_samples / second;
    let mut n_lost = vec![0_usize; n_channels];
    for begin in (0..n_seconds).map(|k| k * second) {
        let parts: Vec<Vec<f64>> = correlated
            .iter()
            .map(|row| row[begin..begin + second].to_vec())
            .collect();
        for (lost, correlation) in n_lost.iter_mut().zip(largest_correlations(&parts)) {
            if correlation.is_none_or(|r| r < config.min_correlation) {
                *lost += 1;
            }
        }
    }

    Ok((0..n_channels)
        .map(|channel| {
            let noise = noises.as_ref().map(|noises| noises[channel]);
            let uncorrelated = n_lost[channel] as f64 / n_seconds as f64;
            ChannelVerdict {
                is_flat: is_flat[channel],
                deviation: deviations[channel],
                is_deviant: deviations[channel].abs() > config.max_deviation,
                noise,
                is_noisy: noise.is_some_and(|noise| noise > config.max_noise),
                uncorrelated,
                is_uncorrelated: uncorrelated > config.max_uncorrelated,
            }
        })
        .collect())
}

fn low_passed(rows: &[Vec<f64>], rate: SampleRate) -> Result<Vec<Vec<f64>>, EegError> {
    let band = FilterBand::LowPass {
        cutoff_hz: SPLIT_HZ,
    };
    let filter = Sos::butterworth(4, band, rate).map_err(|source| EegError::InvalidBand {
        band: "EEG".to_owned(),
        source,
    })?;
    rows.iter()
        .enumerate()
        .map(|(channel, row)| {
            filter
                .filtfilt(row)
                .map_err(|source| EegError::Filter { channel, source })
        })
        .collect()
}

/// Distance from the centre in units of the spread; of equal channels, 0.
fn score(value: f64, centre: f64, spread: f64) -> f64 {
    let distance = value - centre;
    if distance == 0.0 {
        0.0
    } else if spread > 0.0 {
        distance / spread
    } else {
        distance * f64::INFINITY
    }
}

fn deviation(samples: &[f64]) -> f64 {
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let sum: f64 = samples.iter().map(|x| (x - mean).powi(2)).sum();
    (sum / samples.len() as f64).sqrt()
}

/// The quantile with linear interpolation, as numpy's; 0 of nothing.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let below = place as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

fn iqr(values: &[f64]) -> f64 {
    quantile(values, 0.75) - quantile(values, 0.25)
}

fn mad(values: &[f64]) -> f64 {
    let centre = quantile(values, 0.5);
    let distances: Vec<f64> = values.iter().map(|x| (x - centre).abs()).collect();
    quantile(&distances, 0.5)
}
