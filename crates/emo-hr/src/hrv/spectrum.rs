use emo_dsp::{Detrend, Multitaper, MultitaperConfig, SampleRate, Welch, WelchConfig, Window};

use crate::interpolation::Interpolation;
use crate::{HrError, RrSeries};

use super::burg::{Autoregression, BurgOrder};
use super::lomb_scargle::on_grid;
use super::statistics::mean;
use super::tachogram::{Tachogram, TachogramEnd};

/// The highest frequency of a spectrum without interpolation, in Hz: the upper end of VHF.
const LOMB_MAX_HZ: f64 = 0.5;

/// The longest series that is tapered: nine hours at 4 Hz.
const MAX_TAPER_LEN: usize = 1 << 17;

/// How a spectrum is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum SpectrumMethod {
    /// From segments of the tachogram.
    Welch {
        /// How long they are.
        segment: SegmentLen,
        /// How long their transforms are.
        fft: FftLen,
        /// Their weights.
        window: Window,
        /// What is taken off each.
        detrend: Detrend,
    },
    /// From an autoregressive model of the tachogram, fitted by Burg's method.
    Burg(BurgOrder),
    /// From orthogonal tapers of the tachogram, weighted adaptively.
    Multitaper,
    /// From the intervals as they are, without interpolation, scaled so that the integral is their variance.
    LombScargle {
        /// Distance of two frequencies in Hz, above 0 and below 0.1. HR-7b's is 0.001.
        step_hz: f64,
    },
}

/// Length of a segment for [`SpectrumMethod::Welch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentLen {
    /// So many values, or the whole series if it is shorter.
    Samples(usize),
    /// Half the series, as NeuroKit2.
    HalfSeries,
}

/// Length of a transform for [`SpectrumMethod::Welch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FftLen {
    /// So many times the segment.
    Segments(usize),
    /// So many values, or the segment if that is longer.
    Samples(usize),
}

/// Settings of a spectrum of intervals.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpectrumConfig {
    /// Rate of the tachogram in Hz, at least 1. Default: 4.
    pub rate_hz: f64,
    /// How the tachogram is interpolated. Default: [`Interpolation::Cubic`].
    pub interpolation: Interpolation,
    /// Where it ends. Default: [`TachogramEnd::Within`].
    pub end: TachogramEnd,
    /// What is taken off it as a whole. Default: the line of least squares.
    pub detrend: Detrend,
    /// Default: Welch, Hann segments of 256 values, each without its mean.
    pub method: SpectrumMethod,
}

impl Default for SpectrumConfig {
    fn default() -> Self {
        Self {
            rate_hz: 4.0,
            interpolation: Interpolation::Cubic,
            end: TachogramEnd::Within,
            detrend: Detrend::Linear,
            method: SpectrumMethod::Welch {
                segment: SegmentLen::Samples(256),
                fft: FftLen::Segments(1),
                window: Window::Hann,
                detrend: Detrend::Constant,
            },
        }
    }
}

impl SpectrumConfig {
    /// As NeuroKit2's `hrv_frequency`, whose tachogram has 100 Hz by default.
    pub fn neurokit(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            interpolation: Interpolation::Quadratic,
            end: TachogramEnd::Beyond,
            detrend: Detrend::Constant,
            method: SpectrumMethod::Welch {
                segment: SegmentLen::HalfSeries,
                fft: FftLen::Segments(2),
                window: Window::Hann,
                detrend: Detrend::None,
            },
        }
    }

    /// As pyHRV's `welch_psd` for series below 5 min.
    pub fn pyhrv() -> Self {
        Self {
            detrend: Detrend::Constant,
            method: SpectrumMethod::Welch {
                segment: SegmentLen::Samples(4096),
                fft: FftLen::Samples(4096),
                window: Window::Hamming,
                detrend: Detrend::Constant,
            },
            ..Self::default()
        }
    }

    /// The rate, checked.
    fn rate(&self) -> Result<SampleRate, HrError> {
        if self.rate_hz >= 1.0 {
            Ok(SampleRate::from_hz(self.rate_hz)?)
        } else {
            Err(HrError::InvalidSetting {
                name: "rate_hz",
                value: self.rate_hz,
                expected: "at least 1",
            })
        }
    }
}

/// A one-sided spectrum of intervals.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Spectrum {
    /// Power density in ms²/Hz at 0 Hz, [`bin_hz`](Self::bin_hz), …
    pub density: Vec<f64>,
    /// Distance of two frequencies.
    pub bin_hz: f64,
    /// Seconds that it was taken from.
    pub duration_s: f64,
}

impl Spectrum {
    /// The spectrum of a series; see [`SpectrumConfig`].
    ///
    /// # Errors
    /// - [`HrError::TooFewIntervals`] below four intervals, or below what the method needs.
    /// - [`HrError::InvalidSetting`] for a rate below 1 Hz, an order of 0 or a step out of range.
    /// - [`HrError::SignalTooLong`] for more than 8.64 · 10⁷ values, with [`SpectrumMethod::Multitaper`] than 131,072.
    /// - [`HrError::Dsp`] for lengths that have no transform.
    pub fn compute(rr: &RrSeries, config: &SpectrumConfig) -> Result<Self, HrError> {
        rr.require(4)?;
        if let SpectrumMethod::LombScargle { step_hz } = config.method {
            return Self::uneven(rr, step_hz);
        }
        let tachogram = Tachogram::new(rr, config.rate()?, config.interpolation, config.end)?;
        let mut values = tachogram.intervals_ms;
        config.detrend.apply(&mut values);
        Self::even(&values, config)
    }

    /// The spectrum of evenly spaced values, at least eight.
    pub(crate) fn even(values: &[f64], config: &SpectrumConfig) -> Result<Self, HrError> {
        let (n, rate) = (values.len(), config.rate()?);
        let hz = rate.hz();
        if n < 8 {
            return Err(HrError::TooFewIntervals {
                actual: n,
                required: 8,
            });
        }
        let spectrum = |density, bin_hz| Self {
            density,
            bin_hz,
            duration_s: n as f64 / hz,
        };
        match config.method {
            SpectrumMethod::Welch {
                segment,
                fft,
                window,
                detrend,
            } => {
                let mut welch = WelchConfig::new(rate, segment.of(n));
                welch.fft_len = match fft {
                    FftLen::Segments(times) => times.saturating_mul(welch.segment_len),
                    FftLen::Samples(len) => len.max(welch.segment_len),
                };
                welch.window = window;
                welch.detrend = detrend;
                let welch = Welch::new(&welch)?;
                Ok(spectrum(welch.compute(values)?, welch.bin_hz()))
            }
            SpectrumMethod::Multitaper if n > MAX_TAPER_LEN => Err(HrError::SignalTooLong {
                seconds: n as f64 / hz,
                max: MAX_TAPER_LEN as f64 / hz,
            }),
            SpectrumMethod::Multitaper => {
                let mut multitaper = MultitaperConfig::new(rate, n);
                multitaper.adaptive = true;
                let multitaper = Multitaper::new(&multitaper)?;
                Ok(spectrum(multitaper.compute(values)?, multitaper.bin_hz()))
            }
            SpectrumMethod::Burg(order) if order.highest() == 0 => Err(HrError::InvalidSetting {
                name: "order",
                value: 0.0,
                expected: "at least 1",
            }),
            SpectrumMethod::Burg(order) => {
                let model = Autoregression::fit(values, order)?;
                // As fine as the transform of the whole series.
                let half = n / 2;
                let bin_hz = hz / (2 * half) as f64;
                let density = (0..=half).map(|k| model.density(k as f64 * bin_hz, hz));
                Ok(spectrum(density.collect(), bin_hz))
            }
            SpectrumMethod::LombScargle { .. } => Err(HrError::InvalidSetting {
                name: "method",
                value: hz,
                expected: "a method for evenly spaced values",
            }),
        }
    }

    fn uneven(rr: &RrSeries, step_hz: f64) -> Result<Self, HrError> {
        if !(1e-6..0.1).contains(&step_hz) {
            return Err(HrError::InvalidSetting {
                name: "step_hz",
                value: step_hz,
                expected: "at least 0.000001 and below 0.1",
            });
        }
        let average = mean(rr.intervals_ms());
        let values: Vec<f64> = rr.intervals_ms().iter().map(|ms| ms - average).collect();
        let variance = values.iter().map(|value| value * value).sum::<f64>() / rr.len() as f64;
        let n = (LOMB_MAX_HZ / step_hz + 1e-9) as usize;
        let power = on_grid(rr.times_s(), &values, step_hz, n);
        // The trapezoid rule from 0 Hz, where there is no power, to the last frequency.
        let integral = step_hz * (power.iter().sum::<f64>() - 0.5 * power[n - 1]);
        let scale = if integral > 0.0 {
            variance / integral
        } else {
            0.0
        };
        Ok(Self {
            density: std::iter::once(0.0)
                .chain(power.iter().map(|power| scale * power))
                .collect(),
            bin_hz: step_hz,
            duration_s: rr.covered_s(),
        })
    }
}

impl SegmentLen {
    fn of(self, n: usize) -> usize {
        match self {
            Self::Samples(len) => len.min(n),
            Self::HalfSeries => n / 2,
        }
    }
}
