use crate::quality::window_quality;
use crate::{Beats, Detection, HrError};

/// Length of a window in seconds, as Orphanidou et al. (2015).
const WINDOW_SECONDS: f64 = 10.0;
/// Seconds without a change from which on a signal is flat.
const FLAT_SECONDS: f64 = 0.2;
/// Samples at an extreme value, one after the other, from which on the signal is at a rail.
const RAIL_SAMPLES: usize = 3;

/// How good a window of a signal is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct WindowQuality {
    /// First sample of the window.
    pub start: usize,
    /// The index of [`Detection::quality`] for this window alone: 0 to 1.
    pub template: f64,
    /// Kurtosis of the cleaned signal, 3 of a normal distribution; above 5 of a good electrocardiogram. 0 of a constant.
    pub kurtosis: f64,
    /// Skewness of the cleaned signal; above 0 of a good photoplethysmogram. 0 of a constant.
    pub skewness: f64,
    /// Share of samples in stretches of 0.2 s and more in which the signal as given does not change.
    pub flat_share: f64,
    /// Share of samples in stretches of three and more at the recording's largest or smallest value.
    pub rail_share: f64,
    /// `template`, times the share of samples that are neither flat nor at a rail: 0 to 1, a weight for fusion.
    pub combined: f64,
}

impl Detection {
    /// The quality of each 10 s of the signal `given` to the detector; the last window takes the remainder.
    ///
    /// # Errors
    /// [`HrError::SignalTooShort`] if `given` is shorter than the signal in which the beats were found.
    ///
    /// # References
    /// - C. Orphanidou et al. (2015). Signal-quality indices for the electrocardiogram and photoplethysmogram. IEEE
    ///   Journal of Biomedical and Health Informatics 19(3). doi:10.1109/JBHI.2014.2338351.
    /// - Z. Zhao, Y. Zhang (2018). SQI quality evaluation mechanism of single-lead ECG signal based on simple heuristic
    ///   fusion and fuzzy comprehensive evaluation. Frontiers in Physiology 9. doi:10.3389/fphys.2018.00727.
    /// - M. Elgendi (2016). Optimal signal quality index for photoplethysmogram signals. Bioengineering 3(4).
    ///   doi:10.3390/bioengineering3040021.
    pub fn window_qualities(&self, given: &[f32]) -> Result<Vec<WindowQuality>, HrError> {
        let n = self.cleaned.len();
        let Some(given) = given.get(..n) else {
            return Err(HrError::SignalTooShort {
                actual: given.len(),
                required: n,
            });
        };
        let cleaned: Vec<f64> = self.cleaned.iter().map(|&x| f64::from(x)).collect();
        let hz = self.beats.sample_rate().hz();
        let len = ((WINDOW_SECONDS * hz).round() as usize).max(1);
        let n_windows = (n / len).max(1);
        let flat = stretches(given, ((FLAT_SECONDS * hz).ceil() as usize).max(2), |_| {
            true
        });
        let (low, high) = given
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &x| {
                (low.min(x), high.max(x))
            });
        let rail = stretches(given, RAIL_SAMPLES, |x| x == low || x == high);
        Ok((0..n_windows)
            .map(|i| {
                let start = i * len;
                let end = if i + 1 == n_windows { n } else { start + len };
                of_window(&cleaned, &self.beats, start..end, &flat, &rail)
            })
            .collect())
    }
}

fn of_window(
    cleaned: &[f64],
    beats: &Beats,
    window: std::ops::Range<usize>,
    flat: &[bool],
    rail: &[bool],
) -> WindowQuality {
    let start = window.start;
    let n = window.len().max(1) as f64;
    let share = |of: &dyn Fn(usize) -> bool| window.clone().filter(|&i| of(i)).count() as f64 / n;
    let flat_share = share(&|i| flat[i]);
    let rail_share = share(&|i| rail[i]);
    let usable = 1.0 - share(&|i| flat[i] || rail[i]);
    let values = &cleaned[window.clone()];
    let mean = values.iter().sum::<f64>() / n;
    let moment = |order| values.iter().map(|x| (x - mean).powi(order)).sum::<f64>() / n;
    let variance = moment(2);
    let related = |order, power: f64| {
        if variance > 0.0 {
            moment(order) / variance.powf(power)
        } else {
            0.0
        }
    };
    let template = window_quality(cleaned, beats, window);
    WindowQuality {
        start,
        template,
        kurtosis: related(4, 2.0),
        skewness: related(3, 1.5),
        flat_share,
        rail_share,
        combined: template * usable,
    }
}

/// Marks stretches of at least `min_len` equal samples whose value is `wanted`.
fn stretches(signal: &[f32], min_len: usize, wanted: impl Fn(f32) -> bool) -> Vec<bool> {
    let mut marked = Vec::with_capacity(signal.len());
    for equal in signal.chunk_by(|a, b| a == b) {
        let is_marked = equal.len() >= min_len && wanted(equal[0]);
        marked.resize(marked.len() + equal.len(), is_marked);
    }
    marked
}

#[cfg(test)]
mod tests {
    use emo_dsp::SampleRate;
    use emo_testing::{fixture, load_npy};

    use super::*;
    use crate::{EcgConfig, EcgDetector};

    fn qualities(signal: &[f32]) -> Vec<WindowQuality> {
        let rate = SampleRate::from_hz(250.0).expect("a valid rate");
        let detector = EcgDetector::new(&EcgConfig::new(rate)).expect("a valid configuration");
        let detection = detector.detect(signal).expect("a valid signal");
        detection.window_qualities(signal).expect("the same signal")
    }

    fn ecg() -> Vec<f32> {
        load_npy(fixture("emo-hr/in_ecg_250.npy"))
            .iter()
            .map(|&x| x as f32)
            .collect()
    }

    #[test]
    fn a_clean_electrocardiogram_is_good_in_each_window() {
        let windows = qualities(&ecg());
        assert_eq!(windows.len(), 6);
        for window in windows {
            assert!(window.combined > 0.8 && window.kurtosis > 5.0, "{window:?}");
            assert_eq!((window.flat_share, window.rail_share), (0.0, 0.0));
        }
    }

    #[test]
    fn flat_and_clipped_stretches_show_in_their_window_alone() {
        let mut signal = ecg();
        signal[2500..3750].fill(0.1);
        signal[5000..5250].fill(9.0);
        let windows = qualities(&signal);
        let flat: Vec<f64> = windows.iter().map(|window| window.flat_share).collect();
        assert_eq!(flat, [0.0, 0.5, 0.1, 0.0, 0.0, 0.0]);
        let rail: Vec<f64> = windows.iter().map(|window| window.rail_share).collect();
        assert_eq!(rail, [0.0, 0.0, 0.1, 0.0, 0.0, 0.0]);
        assert!(
            windows[1].combined <= 0.5 && windows[0].combined > 0.7,
            "{windows:?}"
        );
    }

    #[test]
    fn a_constant_has_no_quality() {
        for window in qualities(&[1.0; 5000]) {
            assert_eq!(window.combined, 0.0);
            assert_eq!(window.flat_share, 1.0);
        }
    }
}
