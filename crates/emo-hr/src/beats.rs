use emo_dsp::SampleRate;

use crate::HrError;
use crate::interpolation::{Interpolation, Knots};

/// Beats below which there is no rate: NeuroKit2's minimum for `signal_rate`.
const MIN_BEATS: usize = 4;

/// The longest signal that is turned into a series: about a year, beyond any recording.
const MAX_SECONDS: f64 = 3.2e7;

/// The longest signal that gets a rate for each sample.
const MAX_SAMPLES: usize = 1 << 28;

/// The beats of a signal: places in samples, in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Beats {
    indices: Vec<usize>,
    positions: Vec<f64>,
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
        let positions = indices.iter().map(|&index| index as f64).collect();
        Self::of(indices, positions, n_samples, sample_rate)
    }

    /// Beats at `positions` between the samples of a signal of `n_samples`; each has the index of the nearest sample.
    ///
    /// # Errors
    /// - [`HrError::InvalidBeat`] for a position that is not finite or below 0.
    /// - As [`new`](Self::new) for the indices.
    pub fn at(
        positions: Vec<f64>,
        n_samples: usize,
        sample_rate: SampleRate,
    ) -> Result<Self, HrError> {
        if let Some(index) = positions.iter().position(|p| !(p.is_finite() && *p >= 0.0)) {
            return Err(HrError::InvalidBeat {
                index,
                position: positions[index],
            });
        }
        // Of two samples that are equally near, the first is the peak's: see `Refinement::Parabola`.
        let nearest = |position: &f64| (position - 0.5).ceil() as usize;
        let indices = positions.iter().map(nearest).collect();
        Self::of(indices, positions, n_samples, sample_rate)
    }

    fn of(
        indices: Vec<usize>,
        positions: Vec<f64>,
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
                positions,
                n_samples,
                sample_rate,
            }),
        }
    }

    /// The sample index of each beat.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The place of each beat in samples, between samples where that is known.
    pub fn positions(&self) -> &[f64] {
        &self.positions
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
        self.positions
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) / self.sample_rate.hz())
            .collect()
    }

    /// The period of each beat in seconds: the interval that ended with it, of the first one the mean interval.
    ///
    /// As NeuroKit2 0.2.13's `signal_period`.
    ///
    /// # Errors
    /// [`HrError::TooFewBeats`] below four beats.
    pub fn periods_s(&self) -> Result<Vec<f64>, HrError> {
        if self.indices.len() < MIN_BEATS {
            return Err(HrError::TooFewBeats {
                actual: self.indices.len(),
                required: MIN_BEATS,
            });
        }
        let intervals = self.intervals_s();
        let mean = intervals.iter().sum::<f64>() / intervals.len() as f64;
        Ok(std::iter::once(mean).chain(intervals).collect())
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

    /// The heart rate in bpm at each sample of the signal; otherwise as [`heart_rate_1hz`](Self::heart_rate_1hz).
    ///
    /// # Errors
    /// - [`HrError::TooFewBeats`] below four beats.
    /// - [`HrError::SignalTooLong`] for a signal of more than 2²⁸ samples.
    pub fn heart_rate_per_sample(&self, interpolation: Interpolation) -> Result<Vec<f32>, HrError> {
        let bpm = self.rate_per_sample(interpolation)?;
        Ok(bpm.into_iter().map(|bpm| bpm as f32).collect())
    }

    pub(crate) fn rate_per_sample(
        &self,
        interpolation: Interpolation,
    ) -> Result<Vec<f64>, HrError> {
        if self.n_samples > MAX_SAMPLES {
            return Err(HrError::SignalTooLong {
                seconds: self.n_samples as f64 / self.sample_rate.hz(),
                max: MAX_SAMPLES as f64 / self.sample_rate.hz(),
            });
        }
        let knots = self.knots(interpolation)?;
        Ok((0..self.n_samples)
            .map(|sample| 60.0 / knots.at(sample as f64))
            .collect())
    }

    pub(crate) fn heart_rate(&self, interpolation: Interpolation) -> Result<Vec<f64>, HrError> {
        let knots = self.knots(interpolation)?;
        let last_second = (self.n_samples - 1) as f64 / self.sample_rate.hz();
        if last_second > MAX_SECONDS {
            return Err(HrError::SignalTooLong {
                seconds: last_second,
                max: MAX_SECONDS,
            });
        }
        Ok((0..=last_second as usize)
            .map(|second| 60.0 / knots.at(second as f64 * self.sample_rate.hz()))
            .collect())
    }

    pub(crate) fn knots(&self, interpolation: Interpolation) -> Result<Knots, HrError> {
        let periods = self.periods_s()?;
        Ok(Knots::new(self.positions.clone(), periods, interpolation))
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
