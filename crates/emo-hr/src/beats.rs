use emo_dsp::SampleRate;

use crate::HrError;
use crate::interpolation::{Interpolation, Knots};

/// Beats below which there is no rate: NeuroKit2's minimum for `signal_rate`.
const MIN_BEATS: usize = 4;

/// The longest signal that is turned into a series: about a year, beyond any recording.
const MAX_SECONDS: f64 = 3.2e7;

/// The beats of a signal, as sample indices in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Beats {
    indices: Vec<usize>,
    n_samples: usize,
    sample_rate: SampleRate,
}

impl Beats {
    /// Beats at the sample `indices` of a signal of `n_samples`.
    ///
    /// # Errors
    /// - [`HrError::BeatsNotAscending`] unless each index is above the one before.
    /// - [`HrError::BeatOutOfRange`] unless each is below `n_samples`.
    pub fn new(
        indices: Vec<usize>,
        n_samples: usize,
        sample_rate: SampleRate,
    ) -> Result<Self, HrError> {
        for (index, pair) in indices.windows(2).enumerate() {
            if pair[0] >= pair[1] {
                return Err(HrError::BeatsNotAscending {
                    index: index + 1,
                    sample: pair[1],
                    previous: pair[0],
                });
            }
        }
        match indices.last() {
            Some(&sample) if sample >= n_samples => Err(HrError::BeatOutOfRange {
                index: indices.len() - 1,
                sample,
                n_samples,
            }),
            _ => Ok(Self {
                indices,
                n_samples,
                sample_rate,
            }),
        }
    }

    /// The sample index of each beat.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// Samples of the signal that the beats are from.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// Rate of those samples.
    pub fn sample_rate(&self) -> SampleRate {
        self.sample_rate
    }

    /// The time between beats in seconds; one fewer than there are beats.
    #[doc(alias = "RR")]
    #[doc(alias = "IBI")]
    pub fn intervals_s(&self) -> Vec<f64> {
        self.indices
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) as f64 / self.sample_rate.hz())
            .collect()
    }

    /// The heart rate in bpm at 0 s, 1 s, … of the signal.
    ///
    /// As NeuroKit2 0.2.13's `signal_rate`: each beat carries the interval that ended with it, the first one the mean
    /// interval; intervals are interpolated and the rate is 60 s divided by them. Before the first and after the last
    /// beat the nearest value holds.
    ///
    /// No plausibility limit applies here: a missed beat shows as a dip, which [`series_quality`](crate::series_quality)
    /// rates.
    ///
    /// # Errors
    /// - [`HrError::TooFewBeats`] below four beats.
    /// - [`HrError::SignalTooLong`] for a signal of more than a year.
    pub fn heart_rate_1hz(&self, interpolation: Interpolation) -> Result<Vec<f32>, HrError> {
        let bpm = self.heart_rate(interpolation)?;
        Ok(bpm.into_iter().map(|bpm| bpm as f32).collect())
    }

    pub(crate) fn heart_rate(&self, interpolation: Interpolation) -> Result<Vec<f64>, HrError> {
        let intervals = self.intervals_s();
        if self.indices.len() < MIN_BEATS {
            return Err(HrError::TooFewBeats {
                actual: self.indices.len(),
                required: MIN_BEATS,
            });
        }
        let last_second = (self.n_samples - 1) as f64 / self.sample_rate.hz();
        if last_second > MAX_SECONDS {
            return Err(HrError::SignalTooLong {
                seconds: last_second,
                max: MAX_SECONDS,
            });
        }
        let mean = intervals.iter().sum::<f64>() / intervals.len() as f64;
        let at = self.indices.iter().map(|&index| index as f64).collect();
        let values = std::iter::once(mean).chain(intervals).collect();
        let knots = Knots::new(at, values, interpolation);
        Ok((0..=last_second as usize)
            .map(|second| 60.0 / knots.at(second as f64 * self.sample_rate.hz()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    fn rate() -> SampleRate {
        SampleRate::from_hz(250.0).expect("a valid rate")
    }

    #[test]
    fn rates_are_neurokits() {
        let indices: Vec<usize> = load_npy(fixture("emo-hr/in_peaks_ecg_250.npy"))
            .iter()
            .map(|&index| index as usize)
            .collect();
        let beats = Beats::new(indices, 15_000, rate()).expect("valid beats");
        for (name, interpolation) in [
            ("linear", Interpolation::Linear),
            ("monotone_cubic", Interpolation::MonotoneCubic),
        ] {
            let actual = beats.heart_rate(interpolation).expect("enough beats");
            let expected = load_npy(fixture(format!("emo-hr/hr_rate1hz_{name}.npy")));
            assert_close(actual, expected.iter().copied(), 1e-8, 7.99e-9);
        }
    }

    #[test]
    fn impossible_beats_are_named() {
        assert_eq!(
            Beats::new(vec![10, 30, 30], 100, rate()),
            Err(HrError::BeatsNotAscending {
                index: 2,
                sample: 30,
                previous: 30
            })
        );
        assert_eq!(
            Beats::new(vec![10, 100], 100, rate()),
            Err(HrError::BeatOutOfRange {
                index: 1,
                sample: 100,
                n_samples: 100
            })
        );
        let few = Beats::new(vec![10, 200, 400], 1000, rate()).expect("valid beats");
        assert_eq!(
            few.heart_rate_1hz(Interpolation::Linear),
            Err(HrError::TooFewBeats {
                actual: 3,
                required: 4
            })
        );
        let endless = Beats::new(vec![1, 2, 3, 4], usize::MAX, rate()).expect("valid beats");
        assert!(matches!(
            endless.heart_rate_1hz(Interpolation::Linear),
            Err(HrError::SignalTooLong { .. })
        ));
    }
}
