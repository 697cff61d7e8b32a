use super::frame_times::SampleTimes;
use crate::SpeechError;
use crate::signal::{check_sample_rate, check_signal};

/// Which distances between pulses count as periods, and which amplitudes as neighbours, in jitter and shimmer.
///
/// The defaults are those of Praat.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PeriodLimits {
    /// Shortest period in seconds; default 0.0001.
    pub min_period: f64,
    /// Longest period in seconds; default 0.02.
    pub max_period: f64,
    /// Largest ratio of neighbouring periods; default 1.3.
    pub max_period_factor: f64,
    /// Largest ratio of neighbouring amplitudes; default 1.6.
    pub max_amplitude_factor: f64,
}

impl Default for PeriodLimits {
    fn default() -> Self {
        Self {
            min_period: 0.0001,
            max_period: 0.02,
            max_period_factor: 1.3,
            max_amplitude_factor: 1.6,
        }
    }
}

impl PeriodLimits {
    fn holds(&self, period: f64) -> bool {
        period >= self.min_period && period <= self.max_period
    }

    fn are_near(&self, a: f64, b: f64) -> bool {
        ratio(a, b) <= self.max_period_factor
    }

    fn are_periods(&self, periods: &[f64]) -> bool {
        periods.iter().all(|&period| self.holds(period))
            && periods
                .windows(2)
                .all(|pair| self.are_near(pair[0], pair[1]))
    }
}

/// How much the length of glottal periods varies from one to the next.
///
/// Each measure but `local_absolute` is a share of the mean period, so that 0.01 is 1 %; `None` where there are too few
/// periods.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Jitter {
    /// Mean period in seconds.
    pub mean_period: Option<f64>,
    /// Mean absolute difference of consecutive periods.
    pub local: Option<f64>,
    /// The same in seconds.
    pub local_absolute: Option<f64>,
    /// Mean absolute difference between a period and the mean of it and its two neighbours.
    pub rap: Option<f64>,
    /// The same with its four nearest.
    pub ppq5: Option<f64>,
}

/// Jitter of glottal pulses at ascending times in seconds.
///
/// A group of consecutive periods counts if each is within the limits and neighbours are no further apart than the
/// largest factor. Praat's definitions.
///
/// # Example
/// ```
/// use emo_speech::{PeriodLimits, jitter};
///
/// // Periods of 10 and 11 ms by turns.
/// let pulses = [0.0, 0.010, 0.021, 0.031, 0.042, 0.052, 0.063];
/// let jitter = jitter(&pulses, PeriodLimits::default());
/// assert!((jitter.local.unwrap() - 0.001 / 0.0105).abs() < 1e-12);
/// ```
pub fn jitter(pulses: &[f64], limits: PeriodLimits) -> Jitter {
    let periods: Vec<f64> = pulses.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean_period = mean_period(&periods, &limits);
    let local_absolute = mean_of(&periods, &limits, 2, |pair| (pair[1] - pair[0]).abs());
    let relative = |value: Option<f64>| Some(value? / mean_period?);
    let from_mean = |group: &[f64]| {
        let mean = group.iter().sum::<f64>() / group.len() as f64;
        (group[group.len() / 2] - mean).abs()
    };
    Jitter {
        mean_period,
        local: relative(local_absolute),
        local_absolute,
        rap: relative(mean_of(&periods, &limits, 3, from_mean)),
        ppq5: relative(mean_of(&periods, &limits, 5, from_mean)),
    }
}

/// The mean over all groups of consecutive periods that count; `None` without any.
fn mean_of(
    periods: &[f64],
    limits: &PeriodLimits,
    len: usize,
    measure: impl Fn(&[f64]) -> f64,
) -> Option<f64> {
    let counted = periods
        .windows(len)
        .filter(|group| limits.are_periods(group));
    mean(counted.map(measure))
}

/// Over the periods that have a neighbour of about their length, or no neighbour.
fn mean_period(periods: &[f64], limits: &PeriodLimits) -> Option<f64> {
    let is_period = |index: usize| {
        let period = periods[index];
        let mut neighbours = [index.checked_sub(1), Some(index + 1)]
            .into_iter()
            .flatten()
            .filter_map(|k| periods.get(k))
            .peekable();
        limits.holds(period)
            && (neighbours.peek().is_none() || neighbours.any(|&n| limits.are_near(n, period)))
    };
    mean(
        (0..periods.len())
            .filter(|&k| is_period(k))
            .map(|k| periods[k]),
    )
}

/// How much the amplitude of glottal periods varies from one to the next.
///
/// Shares of the mean amplitude, but for `local_db`; `None` where there are too few periods.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Shimmer {
    /// Mean absolute difference of consecutive amplitudes.
    pub local: Option<f64>,
    /// Mean absolute ratio of consecutive amplitudes in dB.
    pub local_db: Option<f64>,
    /// Mean absolute difference between an amplitude and the mean of it and its two neighbours.
    pub apq3: Option<f64>,
    /// The same with its four nearest.
    pub apq5: Option<f64>,
    /// The same with its ten nearest.
    pub apq11: Option<f64>,
}

/// Shimmer of a signal with glottal pulses at ascending times in seconds.
///
/// The amplitude at a pulse is the RMS under a Hann window that reaches 0.2 periods to either side. A group of
/// consecutive amplitudes counts if the distances between their pulses are within the limits and neighbours are no
/// further apart than the largest factor. Praat's definitions.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// use emo_speech::{PeriodLimits, shimmer};
///
/// // 100 Hz, every other period at 80 %.
/// let samples: Vec<f32> = (0..16_000_u16)
///     .map(|n| (f32::from(n % 160) * std::f32::consts::TAU / 160.0).cos() * if (n + 80) / 160 % 2 == 0 { 1.0 } else { 0.8 })
///     .collect();
/// let pulses: Vec<f64> = (1..99).map(|k| (f64::from(k) * 160.0 + 0.5) / 16_000.0).collect();
/// let shimmer = shimmer(&samples, 16_000, &pulses, PeriodLimits::default())?;
/// assert!((shimmer.local.unwrap() - 0.2 / 0.9).abs() < 1e-3);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn shimmer(
    samples: &[f32],
    sample_rate: u32,
    pulses: &[f64],
    limits: PeriodLimits,
) -> Result<Shimmer, SpeechError> {
    check_sample_rate(sample_rate)?;
    check_signal(samples)?;
    let grid = SampleTimes::of_rate(f64::from(sample_rate));
    let peaks: Vec<Peak> = pulses
        .windows(3)
        .filter_map(|around| {
            let (before, after) = (around[1] - around[0], around[2] - around[1]);
            if !limits.are_periods(&[before, after]) {
                return None;
            }
            let amplitude = hann_rms(samples, grid, around[1], 0.2 * before, 0.2 * after)?;
            (amplitude > 0.0).then_some(Peak {
                time: around[1],
                amplitude,
            })
        })
        .collect();
    // As in Praat, the last amplitude does not enter the mean.
    let mean_amplitude = mean(peaks.iter().rev().skip(1).map(|peak| peak.amplitude));
    let relative = |value: Option<f64>| Some(value? / mean_amplitude?);
    let quotient = |len| {
        mean_of_peaks(&peaks, &limits, len, |group| {
            let mean = group.iter().map(|peak| peak.amplitude).sum::<f64>() / group.len() as f64;
            (group[group.len() / 2].amplitude - mean).abs()
        })
    };
    Ok(Shimmer {
        local: relative(mean_of_peaks(&peaks, &limits, 2, |pair| {
            (pair[1].amplitude - pair[0].amplitude).abs()
        })),
        local_db: mean_of_peaks(&peaks, &limits, 2, |pair| {
            20.0 * (pair[1].amplitude / pair[0].amplitude).log10().abs()
        }),
        apq3: relative(quotient(3)),
        apq5: relative(quotient(5)),
        apq11: relative(quotient(11)),
    })
}

struct Peak {
    time: f64,
    amplitude: f64,
}

fn mean_of_peaks(
    peaks: &[Peak],
    limits: &PeriodLimits,
    len: usize,
    measure: impl Fn(&[Peak]) -> f64,
) -> Option<f64> {
    let counts = |group: &&[Peak]| {
        group.windows(2).all(|pair| {
            limits.holds(pair[1].time - pair[0].time)
                && ratio(pair[0].amplitude, pair[1].amplitude) <= limits.max_amplitude_factor
        })
    };
    mean(peaks.windows(len).filter(counts).map(measure))
}

/// RMS around a time under two halves of Hann windows of different widths; `None` for less than four samples.
fn hann_rms(samples: &[f32], grid: SampleTimes, time: f64, left: f64, right: f64) -> Option<f64> {
    let begin = grid.position(time - left).ceil().max(0.0) as usize;
    let end = grid.position(time + right).floor();
    if end < 0.0 {
        return None;
    }
    let end = (end as usize + 1).min(samples.len());
    if end < begin + 4 {
        return None;
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for (index, &sample) in samples.iter().enumerate().take(end).skip(begin) {
        let distance = grid.time(index as f64) - time;
        let width = if distance < 0.0 { left } else { right };
        let weight = 0.5 + 0.5 * (std::f64::consts::PI * distance / width).cos();
        let value = f64::from(sample) * weight;
        sum += value * value;
        weights += weight * weight;
    }
    (weights > 0.0).then(|| (sum / weights).sqrt())
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_usize);
    for value in values {
        sum += value;
        n += 1;
    }
    (n > 0).then(|| sum / n as f64)
}

/// The larger over the smaller, at least 1.
fn ratio(a: f64, b: f64) -> f64 {
    if a > b { a / b } else { b / a }
}
