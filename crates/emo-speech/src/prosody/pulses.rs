use super::correlation::{LAGS, lagged_powers, lagged_products};
use super::frame_times::SampleTimes;
use super::pitch_track::PitchTrack;
use crate::SpeechError;
use crate::signal::{check_sample_rate, check_signal};

/// Where the next pulse is looked for, in periods from the one before.
const NEAREST: f64 = 0.8;
const FARTHEST: f64 = 1.25;
/// From this similarity to the pulse before on, a pulse counts.
const SIMILAR: f64 = 0.3;
/// And this similar is one that lies just outside the voiced interval.
const VERY_SIMILAR: f64 = 0.7;
/// Shares of the signal's peak below which a pulse does not count, inside and just outside.
const QUIET: f64 = 0.01;
const QUIET_OUTSIDE: f64 = 0.023_333;

/// Times of the glottal pulses in seconds, ascending.
///
/// In the middle of each voiced interval of `track` the largest deviation within a period is taken; from there, to both
/// sides, the next pulse is where the waveform of one period correlates best with that around the pulse before, 0.8 to
/// 1.25 periods away. Praat's "To PointProcess (cc)".
///
/// `track` is of the same signal; intervals outside of `samples` have no pulses.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// use emo_speech::{PitchTracker, PitchTrackerConfig, glottal_pulses};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
/// let track = PitchTracker::new(PitchTrackerConfig::new(16_000))?.compute(&tone)?;
/// let pulses = glottal_pulses(&tone, 16_000, &track)?;
/// assert!((pulses[1] - pulses[0] - std::f64::consts::TAU / 0.05 / 16_000.0).abs() < 1e-6);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[doc(alias = "PointProcess")]
pub fn glottal_pulses(
    samples: &[f32],
    sample_rate: u32,
    track: &PitchTrack,
) -> Result<Vec<f64>, SpeechError> {
    check_sample_rate(sample_rate)?;
    check_signal(samples)?;
    let samples: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
    let wave = Wave {
        samples: &samples,
        grid: SampleTimes::of_rate(f64::from(sample_rate)),
    };
    let peak = largest(&samples);
    let mut pulses = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for (start, end) in track.voiced_intervals() {
        wave.pulses_of_interval(track, (start, end), peak, &mut last, &mut pulses);
    }
    pulses.sort_unstable_by(f64::total_cmp);
    Ok(pulses)
}

#[derive(Clone, Copy)]
struct Wave<'a> {
    samples: &'a [f64],
    grid: SampleTimes,
}

/// What resembles a pulse best.
struct Match {
    time: f64,
    correlation: f64,
    /// The largest magnitude of its period.
    peak: f64,
}

impl Wave<'_> {
    /// `last` is the latest pulse that was found to the right, which none of the next interval may come too near.
    fn pulses_of_interval(
        self,
        track: &PitchTrack,
        (start, end): (f64, f64),
        global_peak: f64,
        last: &mut f64,
        pulses: &mut Vec<f64>,
    ) {
        let middle = 0.5 * (start + end);
        let Some(f0) = track.frequency_at(middle) else {
            return;
        };
        let Some(first) = self.extremum(middle - 0.5 / f0, middle + 0.5 / f0) else {
            return;
        };
        pulses.push(first);
        let is_clear = |found: &Match| {
            found.correlation > VERY_SIMILAR && found.peak > QUIET_OUTSIDE * global_peak
        };
        let is_pulse = |found: &Match| {
            found.correlation > SIMILAR && (found.peak == 0.0 || found.peak > QUIET * global_peak)
        };

        let mut time = first;
        while let Some(f0) = track.frequency_at(time) {
            let found =
                self.most_similar(time, 1.0 / f0, time - FARTHEST / f0, time - NEAREST / f0);
            let found = found.unwrap_or(Match {
                time: time - 1.0 / f0,
                correlation: -1.0,
                peak: 0.0,
            });
            let is_outside = found.time < start;
            let is_wanted = if is_outside {
                is_clear(&found)
            } else {
                is_pulse(&found)
            };
            if is_wanted && found.time - *last > NEAREST / f0 {
                pulses.push(found.time);
            }
            // Every step is to the left by construction; rounding must not hold it up.
            if is_outside || found.time >= time {
                break;
            }
            time = found.time;
        }
        time = first;
        while let Some(f0) = track.frequency_at(time) {
            let found =
                self.most_similar(time, 1.0 / f0, time + NEAREST / f0, time + FARTHEST / f0);
            let found = found.unwrap_or(Match {
                time: time + 1.0 / f0,
                correlation: -1.0,
                peak: 0.0,
            });
            let is_outside = found.time > end;
            let is_wanted = if is_outside {
                is_clear(&found)
            } else {
                is_pulse(&found)
            };
            if is_wanted {
                pulses.push(found.time);
                *last = found.time;
            }
            if is_outside || found.time <= time {
                break;
            }
            time = found.time;
        }
    }

    /// The time of the sample of largest magnitude, between samples by a parabola.
    fn extremum(self, from: f64, to: f64) -> Option<f64> {
        let begin = self.grid.position(from).floor().max(0.0) as usize;
        let end = (self.grid.position(to).ceil().max(0.0) as usize + 1).min(self.samples.len());
        if begin >= end {
            return None;
        }
        let part = &self.samples[begin..end];
        let (mut low, mut high) = (0, 0);
        for (index, x) in part.iter().enumerate() {
            if *x < part[low] {
                low = index;
            }
            if *x > part[high] {
                high = index;
            }
        }
        if low == high {
            return Some(self.grid.time(begin as f64 + 0.5 * (part.len() - 1) as f64));
        }
        let index = if part[low].abs() > part[high].abs() {
            low
        } else {
            high
        };
        let mut position = (begin + index) as f64;
        if index > 0 && index + 1 < part.len() {
            let [left, middle, right] = [index - 1, index, index + 1].map(|k| part[k]);
            let bend = 2.0 * middle - left - right;
            if bend != 0.0 {
                position += 0.5 * (right - left) / bend;
            }
        }
        Some(self.grid.time(position))
    }

    /// Where a window of `width` around a time between `from` and `to` correlates best with that around `time`.
    ///
    /// Samples outside the signal take no part.
    fn most_similar(self, time: f64, width: f64, from: f64, to: f64) -> Option<Match> {
        let half = 0.5 * width;
        let index = |time: f64| self.grid.position(time);
        let begin = index(time - half).round() as i64;
        let end = index(time + half).round() as i64;
        let first = index(from - half).floor() as i64;
        let last = index(to - half).ceil() as i64;

        // As in Praat, the correlation before the range counts as 0: where it begins below that and rises to the end, the
        // search goes on from right before the range.
        let mut best: Option<(i64, [f64; 3])> = None;
        let mut r = [0.0; 3];
        for block in (first..=last).step_by(LAGS) {
            let correlations = self.correlations(begin, end, block);
            for (candidate, correlation) in (block..=last).zip(correlations) {
                r = [r[1], r[2], correlation];
                let is_best = best.is_none_or(|(_, [_, height, _])| r[1] > height);
                if is_best && r[1] >= r[0] && r[1] >= r[2] {
                    best = Some((candidate - 1, r));
                }
            }
        }
        let (place, [left, height, right]) = best?;
        // As in Praat, the peak is that of the window one sample later.
        let (_, there) = self.overlap(begin, end, place + 1 - begin);
        let peak = largest(there);
        let (mut correlation, mut position) = (height, place as f64);
        let bend = 2.0 * height - left - right;
        if bend != 0.0 {
            let slope = 0.5 * (right - left);
            correlation += 0.5 * slope * slope / bend;
            position += slope / bend;
        }
        Some(Match {
            time: time + (position - begin as f64) * self.grid.step,
            correlation,
            peak,
        })
    }

    /// How the samples from `begin` to `end` correlate with those from `first`, `first` + 1 and so on.
    fn correlations(self, begin: i64, end: i64, first: i64) -> [f64; LAGS] {
        let n = self.samples.len() as i64;
        let correlation = |power: f64, power_there: f64, product: f64| {
            let scale = (power * power_there).sqrt();
            if scale > 0.0 { product / scale } else { 0.0 }
        };
        let room = first + (end - begin) + LAGS as i64;
        if begin >= 0 && begin <= end && end < n && first >= 0 && room <= n {
            let here = &self.samples[begin as usize..=end as usize];
            let power = here.iter().map(|x| x * x).sum();
            let there = &self.samples[first as usize..];
            let products = lagged_products(here, there);
            let powers = lagged_powers(here.len(), there);
            return std::array::from_fn(|lag| correlation(power, powers[lag], products[lag]));
        }
        std::array::from_fn(|lag| {
            let (here, there) = self.overlap(begin, end, first + lag as i64 - begin);
            let power = here.iter().map(|x| x * x).sum();
            let product = here.iter().zip(there).map(|(a, b)| a * b).sum();
            correlation(power, there.iter().map(|x| x * x).sum(), product)
        })
    }

    /// The samples from `begin` to `end` and those `shift` later, where both lie in the signal.
    fn overlap(&self, begin: i64, end: i64, shift: i64) -> (&[f64], &[f64]) {
        let n = self.samples.len() as i64;
        let low = begin.max(0).max(-shift);
        let high = end.min(n - 1).min(n - 1 - shift);
        if low > high {
            return (&[], &[]);
        }
        let range = |shift: i64| (low + shift) as usize..=(high + shift) as usize;
        (&self.samples[range(0)], &self.samples[range(shift)])
    }
}

/// The largest magnitude; 0 for none.
fn largest(samples: &[f64]) -> f64 {
    samples.iter().fold(0.0, |max, x| x.abs().max(max))
}
