use std::f64::consts::PI;

use crate::fft::checked_len;
use crate::{DspError, FilterBand, SampleRate, Window, WindowSymmetry};

/// Settings of [`Fir::design`](crate::Fir::design).
///
/// The edges of the band are where the pass band ends; the gain falls to 0 over the transition beyond it (and is ½ in
/// its middle). A window of length `factor · rate / transition` achieves that; the factor is 3.1 for Hann, 3.3 for
/// Hamming and 5.0 for Blackman. The narrower transition decides.
///
/// As MNE's `create_filter(…, fir_design="firwin")`.
///
/// # References
/// A. Widmann, E. Schröger, B. Maess (2015). Digital filter design for electrophysiological data. Journal of
/// Neuroscience Methods 250. doi:10.1016/j.jneumeth.2014.08.002.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FirConfig {
    /// What passes.
    pub band: FilterBand,
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Width of the transition at the lower edge in Hz; `None`: a quarter of the edge, at least 2 Hz and at most the
    /// edge. Default: `None`, as MNE.
    pub low_transition_hz: Option<f64>,
    /// Width of the transition at the upper edge in Hz; `None`: a quarter of the edge, at least 2 Hz and at most what
    /// is left to the Nyquist frequency. Default: `None`, as MNE.
    pub high_transition_hz: Option<f64>,
    /// Hann, Hamming or Blackman. Default: Hamming, as MNE.
    pub window: Window,
}

impl FirConfig {
    /// MNE's defaults.
    pub fn new(band: FilterBand, sample_rate: SampleRate) -> Self {
        Self {
            band,
            sample_rate,
            low_transition_hz: None,
            high_transition_hz: None,
            window: Window::Hamming,
        }
    }
}

/// SciPy's `firwin`.
pub(crate) fn windowed(
    n_taps: usize,
    band: FilterBand,
    window: Window,
    rate: SampleRate,
) -> Result<Vec<f64>, DspError> {
    checked_len("n_taps", n_taps)?;
    let edge = |hz: f64| relative(hz, rate);
    // Pass bands as shares of the Nyquist frequency.
    let passed = match band {
        FilterBand::LowPass { cutoff_hz } => vec![[0.0, edge(cutoff_hz)?]],
        FilterBand::HighPass { cutoff_hz } => vec![[edge(cutoff_hz)?, 1.0]],
        FilterBand::BandPass { low_hz, high_hz } => {
            vec![ordered(low_hz, high_hz, [edge(low_hz)?, edge(high_hz)?])?]
        }
        FilterBand::BandStop { low_hz, high_hz } => {
            let [low, high] = ordered(low_hz, high_hz, [edge(low_hz)?, edge(high_hz)?])?;
            vec![[0.0, low], [high, 1.0]]
        }
    };
    if passed.iter().any(|band| band[1] == 1.0) && n_taps.is_multiple_of(2) {
        return Err(DspError::InvalidSetting {
            name: "n_taps",
            value: n_taps as f64,
            expected: "an odd number, for a band that reaches the Nyquist frequency",
        });
    }
    sinc(n_taps, &passed, window)
}

/// The sum of ideal pass bands, weighted and scaled to a gain of 1 at the centre of the first.
fn sinc(n_taps: usize, passed: &[[f64; 2]], window: Window) -> Result<Vec<f64>, DspError> {
    let centre = (n_taps - 1) as f64 / 2.0;
    let mut taps = window.samples(n_taps, WindowSymmetry::Symmetric)?;
    for (n, tap) in taps.iter_mut().enumerate() {
        let m = n as f64 - centre;
        // The integral of the cosine at m over a band from 0 to `edge`.
        let low_pass = |edge: f64| {
            if m == 0.0 {
                edge
            } else {
                (PI * edge * m).sin() / (PI * m)
            }
        };
        *tap *= passed
            .iter()
            .map(|[low, high]| low_pass(*high) - low_pass(*low))
            .sum::<f64>();
    }
    let unit = match passed[0] {
        [0.0, _] => 0.0,
        [_, 1.0] => 1.0,
        [low, high] => (low + high) / 2.0,
    };
    let gain: f64 = taps
        .iter()
        .enumerate()
        .map(|(n, tap)| tap * (PI * unit * (n as f64 - centre)).cos())
        .sum();
    taps.iter_mut().for_each(|tap| *tap /= gain);
    Ok(taps)
}

/// A response that is 1 or 0 at each of these shares of the Nyquist frequency and falls or rises in between.
struct Gains {
    frequencies: Vec<f64>,
    gains: Vec<bool>,
}

pub(crate) fn designed(config: &FirConfig) -> Result<Vec<f64>, DspError> {
    let nyquist_hz = config.sample_rate.nyquist_hz();
    let check = |hz: f64| relative(hz, config.sample_rate);
    let transition = |name: &'static str, given: Option<f64>, hz: f64, room: f64| {
        let width = given.unwrap_or_else(|| (0.25 * hz).max(2.0).min(room));
        if width.is_finite() && width > 0.0 {
            Ok(width)
        } else {
            Err(DspError::InvalidSetting {
                name,
                value: width,
                expected: "a finite number above 0",
            })
        }
    };
    let low_transition =
        |hz: f64| transition("low_transition_hz", config.low_transition_hz, hz, hz);
    let high_transition = |hz: f64| {
        let room = nyquist_hz - hz;
        transition("high_transition_hz", config.high_transition_hz, hz, room)
    };
    let (points, narrowest) = match config.band {
        FilterBand::LowPass { cutoff_hz } => {
            check(cutoff_hz)?;
            let width = high_transition(cutoff_hz)?;
            (vec![(cutoff_hz, true), (cutoff_hz + width, false)], width)
        }
        FilterBand::HighPass { cutoff_hz } => {
            check(cutoff_hz)?;
            let width = low_transition(cutoff_hz)?;
            (vec![(cutoff_hz - width, false), (cutoff_hz, true)], width)
        }
        FilterBand::BandPass { low_hz, high_hz } => {
            ordered(low_hz, high_hz, [check(low_hz)?, check(high_hz)?])?;
            let (low, high) = (low_transition(low_hz)?, high_transition(high_hz)?);
            let points = vec![
                (low_hz - low, false),
                (low_hz, true),
                (high_hz, true),
                (high_hz + high, false),
            ];
            (points, low.min(high))
        }
        FilterBand::BandStop { low_hz, high_hz } => {
            ordered(low_hz, high_hz, [check(low_hz)?, check(high_hz)?])?;
            let (low, high) = (low_transition(low_hz)?, high_transition(high_hz)?);
            (stop(low_hz, high_hz, low, high).to_vec(), low.min(high))
        }
    };
    let gains = Gains::new(points, config.sample_rate)?;
    gains.taps(narrowest, config.window, config.sample_rate)
}

pub(crate) fn notches(frequencies_hz: &[f64], rate: SampleRate) -> Result<Vec<f64>, DspError> {
    // Half of 1 Hz on each side.
    const TRANSITION_HZ: f64 = 0.5;
    if frequencies_hz.is_empty() {
        return Err(DspError::InvalidSetting {
            name: "frequencies_hz",
            value: 0.0,
            expected: "at least one frequency",
        });
    }
    let mut sorted = frequencies_hz.to_vec();
    sorted.sort_by(f64::total_cmp);
    let points = sorted
        .iter()
        .flat_map(|hz| {
            let half = hz / 200.0 / 2.0 + TRANSITION_HZ;
            stop(hz - half, hz + half, TRANSITION_HZ, TRANSITION_HZ)
        })
        .collect();
    Gains::new(points, rate)?.taps(TRANSITION_HZ, Window::Hamming, rate)
}

fn stop(low_hz: f64, high_hz: f64, low: f64, high: f64) -> [(f64, bool); 4] {
    [
        (low_hz, true),
        (low_hz + low, false),
        (high_hz - high, false),
        (high_hz, true),
    ]
}

impl Gains {
    /// Continues the first and last point to 0 Hz and the Nyquist frequency.
    fn new(points: Vec<(f64, bool)>, rate: SampleRate) -> Result<Self, DspError> {
        let nyquist_hz = rate.nyquist_hz();
        for pair in points.windows(2) {
            // Two stops may touch; a transition without width, or one that overlaps the next, may not.
            if pair[0].0 > pair[1].0 || pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1 {
                return Err(DspError::ReversedBand {
                    low_hz: pair[0].0,
                    high_hz: pair[1].0,
                });
            }
        }
        let mut frequencies = vec![0.0];
        let mut gains = vec![points[0].1];
        for (hz, gain) in points {
            if !(0.0..=nyquist_hz).contains(&hz) {
                return Err(DspError::EdgeOutOfRange { hz, nyquist_hz });
            }
            frequencies.push(hz / nyquist_hz);
            gains.push(gain);
        }
        frequencies.push(1.0);
        gains.push(gains[gains.len() - 1]);
        Ok(Self { frequencies, gains })
    }

    /// A low-pass for each transition, as long as that needs, added up or taken off from the highest on.
    fn taps(
        &self,
        narrowest_hz: f64,
        window: Window,
        rate: SampleRate,
    ) -> Result<Vec<f64>, DspError> {
        let factor = length_factor(window)?;
        let n_taps = odd((factor / narrowest_hz * rate.hz()).ceil());
        checked_len("n_taps", n_taps)?;
        let mut taps = vec![0.0; n_taps];
        if self.gains[self.gains.len() - 1] {
            taps[n_taps / 2] = 1.0;
        }
        for (frequencies, gains) in self.frequencies.windows(2).zip(self.gains.windows(2)).rev() {
            if gains[0] == gains[1] {
                continue;
            }
            let width = (frequencies[1] - frequencies[0]) / 2.0;
            // Rounding may ask for two more than the narrowest transition does.
            let len = odd((factor / width).round_ties_even()).min(n_taps);
            let edge = (frequencies[0] + frequencies[1]) / 2.0;
            let low_pass = sinc(len, &[[0.0, edge]], window)?;
            let sign = if gains[0] { 1.0 } else { -1.0 };
            for (tap, value) in taps[(n_taps - len) / 2..].iter_mut().zip(low_pass) {
                *tap += sign * value;
            }
        }
        Ok(taps)
    }
}

/// The length of a window times the transition that it leaves, in samples times the rate.
fn length_factor(window: Window) -> Result<f64, DspError> {
    match window {
        Window::Hann => Ok(3.1),
        Window::Hamming => Ok(3.3),
        Window::Blackman => Ok(5.0),
        Window::Boxcar | Window::Kaiser { .. } => Err(DspError::UnsupportedWindow { window }),
    }
}

/// The next odd number; saturates, for lengths beyond any filter.
fn odd(len: f64) -> usize {
    len as usize | 1
}

fn relative(hz: f64, rate: SampleRate) -> Result<f64, DspError> {
    let nyquist_hz = rate.nyquist_hz();
    if hz > 0.0 && hz < nyquist_hz {
        Ok(hz / nyquist_hz)
    } else {
        Err(DspError::EdgeOutOfRange { hz, nyquist_hz })
    }
}

fn ordered(low_hz: f64, high_hz: f64, edges: [f64; 2]) -> Result<[f64; 2], DspError> {
    if edges[0] < edges[1] {
        Ok(edges)
    } else {
        Err(DspError::ReversedBand { low_hz, high_hz })
    }
}
