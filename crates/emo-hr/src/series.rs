use std::ops::RangeInclusive;

use emo_dsp::SampleRate;

use crate::HrError;

/// Heart rates in bpm that a sample of a series may have without lowering its quality.
///
/// Wide limits: the slowest resting rates of athletes are above 30 bpm but for single records, and 220 bpm is where
/// the rule "220 minus age" (Fox, Naughton, Haskell 1971) starts.
pub const PLAUSIBLE_BPM: RangeInclusive<f32> = 30.0..=220.0;

/// Change from one second to the next, relative to the former, up to which a step is plausible.
///
/// The limit that Malik et al. (1989) set on successive intervals between normal beats.
const PLAUSIBLE_STEP: f32 = 0.2;

/// The lowest rate of a series that is brought to 1 Hz: below one value in ten seconds there is nothing to follow.
const MIN_SERIES_HZ: f64 = 0.1;

/// A heart-rate series at another rate, brought to 1 Hz by straight lines.
///
/// Values are in bpm, the first one at 0 s. The result holds the rate at 0 s, 1 s, … up to the last value's time.
///
/// # Errors
/// - [`HrError::SeriesTooShort`] for an empty series.
/// - [`HrError::NonFinite`] for a NaN or infinite value.
/// - [`HrError::SampleRateTooLow`] below 0.1 Hz.
pub fn resample_to_1hz(bpm: &[f32], sample_rate: SampleRate) -> Result<Vec<f32>, HrError> {
    if sample_rate.hz() < MIN_SERIES_HZ {
        return Err(HrError::SampleRateTooLow {
            actual_hz: sample_rate.hz(),
            required_hz: MIN_SERIES_HZ,
        });
    }
    if bpm.is_empty() {
        return Err(HrError::SeriesTooShort {
            actual: 0,
            required: 1,
        });
    }
    if let Some(index) = bpm.iter().position(|value| !value.is_finite()) {
        return Err(HrError::NonFinite {
            index,
            value: bpm[index],
        });
    }
    let last = bpm.len() - 1;
    let seconds = last as f64 / sample_rate.hz();
    let at = |second: usize| {
        let place = second as f64 * sample_rate.hz();
        let left = (place as usize).min(last);
        let (from, to) = (f64::from(bpm[left]), f64::from(bpm[(left + 1).min(last)]));
        (from + (place - left as f64) * (to - from)) as f32
    };
    Ok((0..=seconds as usize).map(at).collect())
}

/// How far a 1 Hz heart-rate series in bpm can be trusted, from 0 (not at all) to 1.
///
/// The share of samples within [`PLAUSIBLE_BPM`], times the share of steps from one second to the next that start and
/// end within it and change the rate by at most 20 %. A NaN sample is not plausible; an empty series has quality 0.
///
/// # References
/// M. Malik, T. Cripps, T. Farrell, A. J. Camm (1989). Prognostic value of heart rate variability after myocardial
/// infarction: a comparison of different data-processing methods. Medical and Biological Engineering and Computing
/// 27(6). doi:10.1007/BF02441642.
pub fn series_quality(bpm: &[f32]) -> f32 {
    if bpm.is_empty() {
        return 0.0;
    }
    let plausible = |bpm: &f32| PLAUSIBLE_BPM.contains(bpm);
    let samples = bpm.iter().filter(|bpm| plausible(bpm)).count() as f32 / bpm.len() as f32;
    let steps = bpm.windows(2).filter(|pair| {
        pair.iter().all(plausible) && (pair[1] - pair[0]).abs() <= PLAUSIBLE_STEP * pair[0]
    });
    let n_steps = bpm.len() - 1;
    if n_steps == 0 {
        samples
    } else {
        samples * steps.count() as f32 / n_steps as f32
    }
}
