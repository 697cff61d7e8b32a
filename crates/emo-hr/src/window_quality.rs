use std::ops::Range;

use emo_dsp::{SampleRate, Welch, WelchConfig};

use crate::agreement::agreements;
use crate::quality::window_quality;
use crate::{Beats, Detection, HrError};

/// Length of a window in seconds, as Orphanidou et al. (2015).
const WINDOW_SECONDS: f64 = 10.0;
/// Seconds without a change from which on a signal is flat.
const FLAT_SECONDS: f64 = 0.2;
/// Samples at an extreme value, one after the other, from which on the signal is at a rail.
const RAIL_SAMPLES: usize = 3;
/// The highest frequency of shares of power, the seconds of a segment of their spectrum, and of the shortest window.
const BAND_END_HZ: f64 = 40.0;
const SEGMENT_SECONDS: f64 = 4.0;
const MIN_SPECTRUM_SECONDS: f64 = 2.0;

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
    /// Of an electrocardiogram: power of the signal as given between 5 and 15 Hz relative to that between 5 and 40 Hz, 0 to
    /// 1; 0.5 to 0.8 of a good one, less where muscles are heard, more where electrodes move. `None` at a rate of 80 Hz and
    /// below, of windows below 2 s, and without power.
    #[doc(alias = "pSQI")]
    pub qrs_share: Option<f64>,
    /// Of an electrocardiogram: 1 less the power between 0 and 1 Hz relative to that between 0 and 40 Hz, 0 to 1; above
    /// 0.95 of a good one, less where the baseline wanders. `None` likewise.
    #[doc(alias = "basSQI")]
    pub baseline: Option<f64>,
    /// Share of samples in stretches of 0.2 s and more in which the signal as given does not change.
    pub flat_share: f64,
    /// Share of samples in stretches of three and more at the recording's largest or smallest value.
    pub rail_share: f64,
    /// Of an electrocardiogram: how far two detectors of other principles find the same beats, 0 to 1: the product over both
    /// of the harmonic mean of the shares of beats that are within 0.15 s of one of the other's. They are the first two of
    /// [`EcgMethod::NeuroKit`], [`EcgMethod::VisibilityGraph`] and [`EcgMethod::Rhythm`] that did not find the beats
    /// themselves. `None` of a photoplethysmogram.
    ///
    /// [`EcgMethod::NeuroKit`]: crate::EcgMethod::NeuroKit
    /// [`EcgMethod::VisibilityGraph`]: crate::EcgMethod::VisibilityGraph
    /// [`EcgMethod::Rhythm`]: crate::EcgMethod::Rhythm
    #[doc(alias = "bSQI")]
    pub agreement: Option<f64>,
    /// A weight for fusion, 0 to 1. Of a photoplethysmogram `template`, times the share of samples that are neither flat nor
    /// at a rail. Of an electrocardiogram that share times `agreement` and `(1 + template) / 2`: beats that do not resemble
    /// each other count half, since their times may be right all the same. The shares of power do not enter: noise of
    /// electrodes raises `qrs_share`, and beats do not suffer from a slow baseline.
    pub combined: f64,
}

impl Detection {
    /// The quality of each 10 s of the signal `given` to the detector; the last window takes the remainder.
    ///
    /// Cost, of an electrocardiogram: that of two more detections, each of 5 min at a time.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] if `given` is shorter than the signal in which the beats were found.
    /// - [`HrError::NonFinite`] and [`HrError::Dsp`] if it is not that signal, and holds a NaN or infinite sample.
    ///
    /// # References
    /// - C. Orphanidou et al. (2015). Signal-quality indices for the electrocardiogram and photoplethysmogram. IEEE
    ///   Journal of Biomedical and Health Informatics 19(3). doi:10.1109/JBHI.2014.2338351.
    /// - Q. Li, R. G. Mark, G. D. Clifford (2008). Robust heart rate estimation from multiple asynchronous noisy sources
    ///   using signal quality indices and a Kalman filter. Physiological Measurement 29(1).
    ///   doi:10.1088/0967-3334/29/1/002.
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
        let end = |i: usize| if i + 1 == n_windows { n } else { (i + 1) * len };
        let windows: Vec<Range<usize>> = (0..n_windows).map(|i| i * len..end(i)).collect();
        let positions = self.beats.positions();
        let agreements = match &self.ecg {
            Some(config) => agreements(config, positions, self.inverted, given, &windows)?
                .into_iter()
                .map(Some)
                .collect(),
            None => vec![None; windows.len()],
        };
        let powers = Powers::new(self.beats.sample_rate(), n.min(len))?;
        windows
            .into_iter()
            .zip(agreements)
            .map(|(window, agreement)| {
                let given = &given[window.clone()];
                let mut quality = of_window(&cleaned, &self.beats, window, &flat, &rail, agreement);
                if let Some(powers) = &powers {
                    let window: Vec<f64> = given.iter().map(|&x| x.into()).collect();
                    (quality.qrs_share, quality.baseline) = powers.shares(&window)?;
                }
                Ok(quality)
            })
            .collect()
    }
}

fn of_window(
    cleaned: &[f64],
    beats: &Beats,
    window: Range<usize>,
    flat: &[bool],
    rail: &[bool],
    agreement: Option<f64>,
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
        qrs_share: None,
        baseline: None,
        flat_share,
        rail_share,
        agreement,
        combined: usable * agreement.map_or(template, |share| share * (1.0 + template) / 2.0),
    }
}

/// The spectrum of a window of an electrocardiogram: Welch, Hann segments of 4 s.
struct Powers(Welch);

impl Powers {
    /// `None` for windows without what is between 0 and 40 Hz.
    fn new(rate: SampleRate, window_len: usize) -> Result<Option<Self>, HrError> {
        let samples = |seconds: f64| seconds * rate.hz();
        if rate.hz() <= 2.0 * BAND_END_HZ || (window_len as f64) < samples(MIN_SPECTRUM_SECONDS) {
            return Ok(None);
        }
        let len = (samples(SEGMENT_SECONDS).round() as usize).min(window_len);
        Ok(Some(Self(Welch::new(&WelchConfig::new(rate, len))?)))
    }

    /// The share of the QRS complex and that of all but the baseline.
    fn shares(&self, window: &[f64]) -> Result<(Option<f64>, Option<f64>), HrError> {
        let density = self.0.compute(window)?;
        let power = |low_hz: f64, high_hz: f64| -> f64 {
            let bins = density.iter().enumerate();
            bins.map(|(k, power)| (k as f64 * self.0.bin_hz(), power))
                .filter(|(hz, _)| (low_hz..high_hz).contains(hz))
                .map(|(_, power)| power)
                .sum()
        };
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| (part / whole).clamp(0.0, 1.0));
        let qrs = share(power(5.0, 15.0), power(5.0, BAND_END_HZ));
        let all = power(0.0, BAND_END_HZ);
        Ok((qrs, share(all - power(0.0, 1.0), all)))
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
            assert!(window.baseline > Some(0.9), "{window:?}");
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

    /// Two sines share their power by the squares of their amplitudes.
    #[test]
    fn shares_of_power_are_those_of_sines() {
        let rate = SampleRate::from_hz(250.0).expect("a valid rate");
        let powers = Powers::new(rate, 2500)
            .expect("a valid length")
            .expect("a rate above 80 Hz");
        let window: Vec<f64> = (0..2500)
            .map(|n| {
                let sine = |hz: f64| (std::f64::consts::TAU * hz * f64::from(n) / 250.0).sin();
                sine(0.5) + 2.0 * sine(10.0) + sine(25.0) + 3.0 * sine(60.0)
            })
            .collect();
        let (qrs, baseline) = powers.shares(&window).expect("a finite signal");
        // Half of a bin of a Hann window lies beside it: of 0.5 Hz and bins of 0.25 Hz all within the band.
        emo_testing::assert_close(qrs, [4.0 / 5.0], 1e-3, 0.0);
        emo_testing::assert_close(baseline, [5.0 / 6.0], 1e-2, 0.0);
        assert!(Powers::new(rate, 499).expect("valid").is_none());
        let slow = SampleRate::from_hz(80.0).expect("a valid rate");
        assert!(Powers::new(slow, 800).expect("valid").is_none());
    }

    #[test]
    fn a_constant_has_no_quality() {
        for window in qualities(&[1.0; 5000]) {
            assert_eq!(window.combined, 0.0);
            assert_eq!(window.flat_share, 1.0);
        }
    }
}
