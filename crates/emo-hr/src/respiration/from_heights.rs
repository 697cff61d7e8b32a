use super::from_intervals::{BAND_HZ, highest_rate};
use crate::signal::largest;
use crate::{HrError, LombModel, LombScale, lomb_scargle};

/// Distance between frequencies in Hz.
const STEP_HZ: f64 = 0.001;
/// Beats below which nothing is said.
const MIN_BEATS: usize = 4;
/// Beats to each side with whose median a height is compared, and deviations from it at which it is left out, as that of
/// an ectopic beat.
const NEIGHBOURS: usize = 4;
const MAX_DEVIATIONS: f64 = 3.0;
/// What is left of the heights, relative to them, up to which it counts as rounding: they are differences of `f32`.
const ROUNDING: f64 = 1e-9;
/// From a median absolute deviation to the deviation of a normal distribution.
const MAD_SCALE: f64 = 1.4826;

/// Breaths per minute, from 6 to 30, in the heights of beats, as [`Detection::heights`](crate::Detection::heights) has them:
/// the chest that fills turns the heart's axis and moves the electrodes.
///
/// Heights far from those of their neighbours are left out. Where the Lomb–Scargle spectrum of the rest, less a straight line, is highest between 0.1 and 0.5 Hz, if 0.02 Hz on
/// either side hold at least 0.3 of the power in this band; `None` otherwise. Half a minute and more are needed to tell
/// one rate from another.
///
/// ```
/// use emo_hr::respiration_rate_from_heights;
///
/// // Beats at 70 per minute, breaths at 18.
/// let times: Vec<f64> = (0..70).map(|beat| f64::from(beat) * 60.0 / 70.0).collect();
/// let heights: Vec<f64> = times
///     .iter()
///     .map(|time| 1.2 + 0.05 * (std::f64::consts::TAU * 0.3 * time).sin())
///     .collect();
/// let rate = respiration_rate_from_heights(&times, &heights)?;
/// assert!((rate.unwrap() - 18.0).abs() < 0.2);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
///
/// # Errors
/// - [`HrError::TooFewBeats`] below four beats.
/// - [`HrError::LengthsDiffer`] unless there is a time for each height.
///
/// # References
/// - G. B. Moody, R. G. Mark, A. Zoccola, S. Mantero (1985). Derivation of respiratory signals from multi-lead ECGs.
///   Computers in Cardiology 12.
/// - P. H. Charlton et al. (2016). An assessment of algorithms to estimate respiratory rate from the electrocardiogram and
///   photoplethysmogram. Physiological Measurement 37(4). doi:10.1088/0967-3334/37/4/610.
#[doc(alias = "EDR")]
pub fn respiration_rate_from_heights(
    times_s: &[f64],
    heights: &[f64],
) -> Result<Option<f64>, HrError> {
    if heights.len() < MIN_BEATS {
        return Err(HrError::TooFewBeats {
            actual: heights.len(),
            required: MIN_BEATS,
        });
    }
    if times_s.len() != heights.len() {
        return Err(HrError::LengthsDiffer {
            intervals: heights.len(),
            times: times_s.len(),
        });
    }
    let beyond: Vec<f64> = (0..heights.len())
        .map(|beat| {
            let end = (beat + NEIGHBOURS + 1).min(heights.len());
            let around = &heights[beat.saturating_sub(NEIGHBOURS)..end];
            (heights[beat] - median(around.to_vec())).abs()
        })
        .collect();
    let reach = MAX_DEVIATIONS * MAD_SCALE * median(beyond.clone());
    let kept = beyond.iter().map(|beyond| *beyond <= reach);
    let kept = kept
        .zip(times_s.iter().zip(heights))
        .filter(|(is_kept, _)| *is_kept);
    let (times, kept): (Vec<f64>, Vec<f64>) =
        kept.map(|(_, (time, height))| (*time, *height)).unzip();
    let values = without_line(&times, &kept);
    if largest(&values) <= ROUNDING * largest(heights) {
        return Ok(None);
    }
    let n = ((BAND_HZ[1] - BAND_HZ[0]) / STEP_HZ).round() as usize;
    let frequencies: Vec<f64> = (0..=n).map(|k| BAND_HZ[0] + k as f64 * STEP_HZ).collect();
    let power = lomb_scargle(
        &times,
        &values,
        &frequencies,
        LombScale::Power,
        LombModel::Sine,
    )?;
    let bins: Vec<(f64, f64)> = frequencies.into_iter().zip(power).collect();
    Ok(highest_rate(&bins))
}

/// The upper one of two that are in the middle of values, which are not none.
fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

fn without_line(times: &[f64], values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_time, mean_value) = (mean(times), mean(values));
    let (mut rise, mut run) = (0.0, 0.0);
    for (time, value) in times.iter().zip(values) {
        rise += (time - mean_time) * (value - mean_value);
        run += (time - mean_time).powi(2);
    }
    let slope = if run > 0.0 { rise / run } else { 0.0 };
    let pairs = times.iter().zip(values);
    pairs
        .map(|(time, value)| value - mean_value - slope * (time - mean_time))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(height: impl Fn(usize, f64) -> f64) -> Option<f64> {
        let times: Vec<f64> = (0..90).map(|beat| beat as f64 * 0.8).collect();
        let heights: Vec<f64> = times
            .iter()
            .enumerate()
            .map(|(k, t)| height(k, *t))
            .collect();
        respiration_rate_from_heights(&times, &heights).expect("enough beats")
    }

    #[test]
    fn breaths_are_found_under_drift_and_ectopic_beats() {
        let breath = |time: f64| 0.04 * (std::f64::consts::TAU * 0.31 * time).sin();
        let found = rate(|_, time| 1.0 + breath(time));
        assert!((found.expect("a rate") - 18.6).abs() < 0.2, "{found:?}");
        let ectopic = |beat: usize| if beat % 17 == 3 { 1.5 } else { 0.0 };
        let found = rate(|beat, time| 1.0 + breath(time) + 0.01 * time + ectopic(beat));
        assert!((found.expect("a rate") - 18.6).abs() < 0.4, "{found:?}");
    }

    #[test]
    fn heights_without_breath_have_no_rate() {
        assert_eq!(rate(|_, _| 1.0), None);
        assert_eq!(rate(|_, time| 1.0 + 0.01 * time), None);
        let mut random = emo_testing::noise(3);
        let noise: Vec<f64> = (0..90).map(|_| f64::from(random())).collect();
        assert_eq!(rate(|beat, _| noise[beat]), None);
        assert!(matches!(
            respiration_rate_from_heights(&[1.0], &[1.0]),
            Err(HrError::TooFewBeats {
                actual: 1,
                required: 4
            })
        ));
        assert!(matches!(
            respiration_rate_from_heights(&[1.0; 5], &[1.0; 4]),
            Err(HrError::LengthsDiffer { .. })
        ));
    }
}
