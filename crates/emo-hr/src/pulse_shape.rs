use crate::fiducial::vertex;
use crate::interval_filter::quantile;
use crate::signal::{check_len, checked, samples_in};
use crate::{Beats, HrError};

/// Seconds to each side of a beat within which its peak is the highest sample.
const PEAK_SECONDS: f64 = 0.15;
/// Seconds to each side of a sample over which its curvature is fitted.
const CURVATURE_SECONDS: f64 = 0.03;
/// Seconds after the first wave of the second derivative within which the others are looked for.
const WAVES_SECONDS: f64 = 0.5;

/// Settings of [`PulseShapes`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PulseShapeConfig {
    /// Heights at which a pulse's width is taken, as shares of its amplitude, each above 0 and below 1.
    /// Default: 0.25, 0.5 and 0.75.
    pub heights: Vec<f64>,
    /// Seconds of pulses before one whose median amplitude is the usual one. Default: 60.
    pub usual_seconds: f64,
}

impl Default for PulseShapeConfig {
    fn default() -> Self {
        Self {
            heights: vec![0.25, 0.5, 0.75],
            usual_seconds: 60.0,
        }
    }
}

/// The shape of a pulse of a photoplethysmogram, from its foot to the next one's.
///
/// The foot is the lowest sample between two peaks, the later one of equals.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PulseShape {
    /// Which of the beats it is.
    pub beat: usize,
    /// Sample of the foot.
    pub foot: usize,
    /// Place of the peak in samples, between samples as well.
    pub peak: f64,
    /// Sample of the next pulse's foot.
    pub end: usize,
    /// Seconds from foot to peak.
    #[doc(alias = "crest time")]
    pub rise_s: f64,
    /// Height of the peak above the foot, in the signal's unit.
    pub amplitude: f64,
    /// The amplitude relative to the median of the pulses of the last minute, this one included: below 1 where vessels
    /// narrow, as in arousal.
    pub relative_amplitude: f64,
    /// Seconds for which the pulse is higher than each of [`PulseShapeConfig::heights`] of its amplitude above the foot;
    /// `None` where it does not fall so low before its end.
    pub widths_s: Vec<Option<f64>>,
    /// Area above the straight line from its foot to its end, in the signal's unit times seconds.
    pub area: f64,
    /// Waves of the second derivative; `None` for a pulse that has no first two.
    pub acceleration: Option<PulseAcceleration>,
}

/// The waves of a pulse's second derivative: `a` is the highest maximum of its rise, `b`, `c`, `d` and `e` are the
/// minima and maxima that follow within half a second, in turn.
///
/// # References
/// K. Takazawa et al. (1998). Assessment of vasoactive agents and vascular aging by the second derivative of
/// photoplethysmogram waveform. Hypertension 32(2). doi:10.1161/01.HYP.32.2.365.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PulseAcceleration {
    /// Height of the first wave, in the signal's unit per square second.
    pub a: f64,
    /// The second one relative to it, below 0.
    pub b_a: f64,
    /// The third one relative to the first.
    pub c_a: Option<f64>,
    /// The fourth one relative to the first.
    pub d_a: Option<f64>,
    /// The fifth one relative to the first.
    pub e_a: Option<f64>,
}

impl PulseAcceleration {
    /// Takazawa's ageing index, `(b − c − d − e) / a`; `None` unless all waves are there.
    pub fn ageing_index(&self) -> Option<f64> {
        Some(self.b_a - self.c_a? - self.d_a? - self.e_a?)
    }
}

/// Measures the shape of each pulse of a photoplethysmogram.
///
/// The signal should keep what is below the rate of the heart and above ten times it, or shapes are those of a filter:
/// the signal as recorded rather than [`Detection::cleaned`](crate::Detection::cleaned). Of noisy signals the waves of the
/// second derivative say nothing.
///
/// ```
/// use emo_hr::{Beats, PulseShapeConfig, PulseShapes, SampleRate};
///
/// // Pulses that rise for 0.2 s and fall for 0.6 s, as half waves of a cosine.
/// let ppg: Vec<f32> = (0..800)
///     .map(|n| match n % 80 {
///         t @ 0..20 => 1.0 - (std::f32::consts::PI * t as f32 / 20.0).cos(),
///         t => 1.0 + (std::f32::consts::PI * (t - 20) as f32 / 60.0).cos(),
///     })
///     .collect();
/// let beats = Beats::new((20..800).step_by(80).collect(), 800, SampleRate::from_hz(100.0)?)?;
/// let shapes = PulseShapes::new(&PulseShapeConfig::default())?.compute(&ppg, &beats)?;
/// assert_eq!(shapes.len(), 8);
/// assert!((shapes[0].rise_s - 0.2).abs() <= 0.005);
/// assert!((shapes[0].amplitude - 2.0).abs() < 1e-6);
/// assert!((shapes[0].widths_s[1].unwrap() - 0.4).abs() < 1e-4);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
///
/// # References
/// M. Elgendi (2012). On the analysis of fingertip photoplethysmogram signals. Current Cardiology Reviews 8(1).
/// doi:10.2174/157340312801215782.
#[derive(Debug, Clone)]
#[doc(alias = "pulse wave analysis")]
pub struct PulseShapes {
    config: PulseShapeConfig,
}

impl PulseShapes {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`HrError::InvalidSetting`] for a height that is not between 0 and 1, or a duration that is not a number above 0.
    pub fn new(config: &PulseShapeConfig) -> Result<Self, HrError> {
        for &value in &config.heights {
            if !(value > 0.0 && value < 1.0) {
                return Err(HrError::InvalidSetting {
                    name: "heights",
                    value,
                    expected: "above 0 and below 1",
                });
            }
        }
        if !(config.usual_seconds.is_finite() && config.usual_seconds > 0.0) {
            return Err(HrError::InvalidSetting {
                name: "usual_seconds",
                value: config.usual_seconds,
                expected: "a finite number above 0",
            });
        }
        Ok(Self {
            config: config.clone(),
        })
    }

    /// The pulses of the signal in which the beats were found, systole upward. The first and the last beat have none,
    /// since one of their feet may be missing, nor has a beat that does not stand above both feet.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] if the signal is shorter than the one in which the beats were found.
    /// - [`HrError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&self, ppg: &[f32], beats: &Beats) -> Result<Vec<PulseShape>, HrError> {
        check_len(ppg.len(), beats.n_samples())?;
        let signal = checked(&ppg[..beats.n_samples()])?;
        let hz = beats.sample_rate().hz();
        let reach = samples_in(PEAK_SECONDS, hz);
        let peaks: Vec<usize> = beats
            .indices()
            .iter()
            .map(|&beat| {
                let end = beat
                    .saturating_add(reach)
                    .saturating_add(1)
                    .min(signal.len());
                first_of(beat.saturating_sub(reach)..end, |i, best| {
                    signal[i] > signal[best]
                })
            })
            .collect();
        let curvature = Curvature::new(hz);
        let mut shapes: Vec<PulseShape> = Vec::new();
        let mut oldest = 0;
        for (beat, three) in (1..).zip(peaks.windows(3)) {
            let &[before, peak, after] = three else {
                continue;
            };
            if !(before < peak && peak < after) {
                continue;
            }
            let lowest = |range| first_of(range, |i, best| signal[i] <= signal[best]);
            let (foot, end) = (lowest(before..peak), lowest(peak..after));
            let amplitude = signal[peak] - signal[foot];
            if !(amplitude > 0.0 && signal[peak] > signal[end]) {
                continue;
            }
            let top = peak as f64 + vertex(&signal, peak);
            while shapes
                .get(oldest)
                .is_some_and(|shape| (top - shape.peak) / hz > self.config.usual_seconds)
            {
                oldest += 1;
            }
            let mut recent: Vec<f64> = shapes[oldest..].iter().map(|s| s.amplitude).collect();
            recent.push(amplitude);
            recent.sort_unstable_by(f64::total_cmp);
            let width = |height: &f64| {
                let level = signal[foot] + height * amplitude;
                Some((fall(&signal, peak..end, level)? - rise(&signal, foot..peak, level)) / hz)
            };
            shapes.push(PulseShape {
                beat,
                foot,
                peak: top,
                end,
                rise_s: (top - foot as f64) / hz,
                amplitude,
                relative_amplitude: amplitude / quantile(&recent, 0.5),
                widths_s: self.config.heights.iter().map(width).collect(),
                area: area(&signal[foot..=end]) / hz,
                acceleration: acceleration(&curvature, &signal, foot, peak, end, hz),
            });
        }
        Ok(shapes)
    }
}

/// The place in a range, which is not empty, that no later one `replaces`.
fn first_of(range: std::ops::Range<usize>, replaces: impl Fn(usize, usize) -> bool) -> usize {
    let start = range.start;
    range.fold(start, |best, i| if replaces(i, best) { i } else { best })
}

/// Where a signal passes a level for the last time before a peak, which is above it.
fn rise(signal: &[f64], range: std::ops::Range<usize>, level: f64) -> f64 {
    let below = range.clone().rfind(|&i| signal[i] <= level);
    let below = below.unwrap_or(range.start);
    below as f64 + (level - signal[below]) / (signal[below + 1] - signal[below])
}

/// Where a signal passes a level for the first time after a peak, which is above it.
fn fall(signal: &[f64], range: std::ops::Range<usize>, level: f64) -> Option<f64> {
    let below = (range.start + 1..=range.end).find(|&i| signal[i] <= level)?;
    let above = below - 1;
    Some(above as f64 + (signal[above] - level) / (signal[above] - signal[below]))
}

/// Area over the line between both ends, with a sample as the unit of time.
fn area(pulse: &[f64]) -> f64 {
    let (first, last) = (pulse[0], pulse[pulse.len() - 1]);
    let inner: f64 = pulse.iter().sum::<f64>() - 0.5 * (first + last);
    inner - 0.5 * (first + last) * (pulse.len() - 1) as f64
}

/// The second derivative by parabolas of least squares.
struct Curvature {
    /// Weights of a sample and of those to each side of it.
    weights: Vec<f64>,
}

impl Curvature {
    fn new(hz: f64) -> Self {
        let half = samples_in(CURVATURE_SECONDS, hz).max(1);
        let n = (2 * half + 1) as f64;
        let power = |order| 2.0 * (1..=half).map(|k| (k as f64).powi(order)).sum::<f64>();
        let (squares, fourths) = (power(2), power(4));
        let scale = 2.0 * hz * hz / (fourths - squares * squares / n);
        let weight = |k: usize| scale * ((k * k) as f64 - squares / n);
        Self {
            weights: (0..=half).map(weight).collect(),
        }
    }

    /// Per square second; beyond the ends the signal is as at them.
    fn at(&self, signal: &[f64], place: usize) -> f64 {
        let last = signal.len() - 1;
        let sides = self.weights.iter().enumerate().skip(1).map(|(k, weight)| {
            weight * (signal[place.saturating_sub(k)] + signal[(place + k).min(last)])
        });
        self.weights[0] * signal[place] + sides.sum::<f64>()
    }
}

fn acceleration(
    curvature: &Curvature,
    signal: &[f64],
    foot: usize,
    peak: usize,
    end: usize,
    hz: f64,
) -> Option<PulseAcceleration> {
    let half = curvature.weights.len() - 1;
    let begin = foot.saturating_sub(half);
    let stop = end.min(peak + samples_in(WAVES_SECONDS, hz));
    let curve: Vec<f64> = (begin..=stop).map(|i| curvature.at(signal, i)).collect();
    let first = first_of(0..peak - begin + 1, |i, best| curve[i] > curve[best]);
    let a = curve[first];
    let reach = (first + samples_in(WAVES_SECONDS, hz)).min(curve.len() - 1);
    let mut at = first;
    let mut next = |sign: f64| {
        at = (at + 1..reach).find(|&i| {
            sign * curve[i] > sign * curve[i - 1] && sign * curve[i] >= sign * curve[i + 1]
        })?;
        Some(curve[at] / a)
    };
    let b_a = next(-1.0).filter(|_| a > 0.0)?;
    let c_a = next(1.0);
    let d_a = c_a.and_then(|_| next(-1.0));
    let e_a = d_a.and_then(|_| next(1.0));
    Some(PulseAcceleration {
        a,
        b_a,
        c_a,
        d_a,
        e_a,
    })
}

#[cfg(test)]
mod tests {
    use emo_dsp::SampleRate;
    use emo_testing::assert_close;
    use std::f64::consts::PI;

    use super::*;

    fn shapes(signal: &[f64], beats: Vec<usize>, hz: f64) -> Vec<PulseShape> {
        let narrow: Vec<f32> = signal.iter().map(|&x| x as f32).collect();
        let rate = SampleRate::from_hz(hz).expect("a valid rate");
        let beats = Beats::new(beats, narrow.len(), rate).expect("valid beats");
        PulseShapes::new(&PulseShapeConfig::default())
            .and_then(|shapes| shapes.compute(&narrow, &beats))
            .expect("a valid signal")
    }

    /// Half waves of a cosine: up in 0.2 s and down in 0.6 s, each pulse as high as `height` says.
    fn cosines(n_beats: usize, hz: f64, height: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..(0.8 * hz) as usize * n_beats)
            .map(|n| {
                let time = n as f64 / hz;
                let beat = (time / 0.8 + 1e-9) as usize;
                let t = time - 0.8 * beat as f64;
                let phase = if t < 0.2 {
                    PI + PI * t / 0.2
                } else {
                    PI * (t - 0.2) / 0.6
                };
                height(beat) * (1.0 + phase.cos()) / 2.0
            })
            .collect()
    }

    #[test]
    fn half_waves_have_the_shape_of_their_formula() {
        let hz = 500.0;
        let signal = cosines(20, hz, |_| 3.0);
        let beats = (0..20).map(|beat| 100 + 400 * beat).collect();
        let found = shapes(&signal, beats, hz);
        assert_eq!(found.len(), 18);
        // A height h is passed at acos(1 − 2h)/π of the rise and at 1 less that of the fall.
        let width = |h: f64| 0.8 * (1.0 - (1.0 - 2.0 * h).acos() / PI);
        for (beat, shape) in (1..).zip(found) {
            assert_eq!(
                (shape.beat, shape.foot, shape.end),
                (beat, 400 * beat, 400 * (beat + 1))
            );
            // The parabola through a peak whose sides are unlike is off by up to half a sample.
            assert_close([shape.rise_s], [0.2], 0.0, 0.5 / hz);
            assert_close(
                [shape.amplitude, shape.relative_amplitude, shape.area],
                [3.0, 1.0, 1.2],
                1e-5,
                0.0,
            );
            let widths = shape
                .widths_s
                .iter()
                .map(|width| width.expect("a pulse that ends low"));
            assert_close(widths, [0.25, 0.5, 0.75].map(width), 1e-3, 0.0);
        }
    }

    #[test]
    fn amplitudes_are_relative_to_the_last_minute() {
        // A minute and a half of 2, then 1: after another half minute of 1 that is what is usual.
        let signal = cosines(300, 100.0, |beat| if beat < 112 { 2.0 } else { 1.0 });
        let found = shapes(
            &signal,
            (0..300).map(|beat| 20 + 80 * beat).collect(),
            100.0,
        );
        let relative = |beat: usize| found[beat - 1].relative_amplitude;
        assert_close(
            [relative(50), relative(115), relative(200)],
            [1.0, 0.5, 1.0],
            1e-6,
            0.0,
        );
    }

    #[test]
    fn the_curvature_of_a_cubic_is_exact() {
        for hz in [50.0, 64.0, 250.0] {
            let curvature = Curvature::new(hz);
            let cubic = |i: usize| {
                let t = i as f64 / hz;
                1.0 - t + 3.0 * t * t - 0.5 * t.powi(3)
            };
            let signal: Vec<f64> = (0..200).map(cubic).collect();
            for place in [50, 100, 150] {
                let expected = 6.0 - 3.0 * place as f64 / hz;
                assert_close([curvature.at(&signal, place)], [expected], 1e-8, 1e-8);
            }
        }
    }

    /// A systolic and a reflected wave, whose second derivative is known.
    #[test]
    fn waves_of_the_second_derivative_are_those_of_the_formula() {
        let hz = 1000.0;
        let waves = [(0.2, 0.06, 1.0), (0.42, 0.07, 0.45)];
        let sum = |t: f64, of: &dyn Fn(f64, f64) -> f64| -> f64 {
            let of = |&(middle, width, height): &(f64, f64, f64)| height * of(t - middle, width);
            waves.iter().map(of).sum()
        };
        let bell = |x: f64, w: f64| (-0.5 * (x / w).powi(2)).exp();
        let bent = |x: f64, w: f64| ((x / w).powi(2) - 1.0) / (w * w) * bell(x, w);
        let time = |n: usize| (n % 1000) as f64 / hz;
        let signal: Vec<f64> = (0..5000).map(|n| sum(time(n), &bell)).collect();
        let curve: Vec<f64> = (0..1000).map(|n| sum(time(n), &bent)).collect();
        let turns: Vec<f64> = (1..999)
            .filter(|&i| (curve[i] - curve[i - 1]) * (curve[i + 1] - curve[i]) < 0.0)
            .map(|i| curve[i])
            .collect();
        let found = shapes(&signal, (0..5).map(|beat| 200 + 1000 * beat).collect(), hz);
        let waves = found[1].acceleration.expect("a pulse with waves");
        let actual = [
            waves.b_a,
            waves.c_a.unwrap(),
            waves.d_a.unwrap(),
            waves.e_a.unwrap(),
        ];
        let expected = [1, 2, 3, 4].map(|k| turns[k] / turns[0]);
        // Parabolas over 0.06 s flatten waves of 0.06 s a little.
        assert_close([waves.a], [turns[0]], 0.1, 0.0);
        assert_close(actual, expected, 0.1, 0.02);
        let index = actual[0] - actual[1] - actual[2] - actual[3];
        assert_eq!(waves.ageing_index(), Some(index));
    }

    #[test]
    fn signals_without_pulses_have_no_shapes() {
        assert_eq!(shapes(&[1.0; 900], vec![100, 180, 260, 340], 100.0), []);
        assert_eq!(shapes(&[], vec![], 100.0), []);
        assert_eq!(shapes(&[0.0, 1.0, 0.0], vec![0, 1, 2], 100.0), []);
        for (name, value) in [("heights", f64::NAN), ("heights", 1.0), ("heights", 0.0)] {
            let config = PulseShapeConfig {
                heights: vec![value],
                ..PulseShapeConfig::default()
            };
            let error = PulseShapes::new(&config).map(|_| ());
            assert!(matches!(error, Err(HrError::InvalidSetting { name: n, .. }) if n == name));
        }
    }
}
