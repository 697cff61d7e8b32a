use emo_dsp::{FilterBand, SampleRate, Sos};

use super::gates::{Gates, RATE_HZ, WINDOW_S};
use super::savitzky_golay::{LEN, cubic_trend};
use super::{Breaths, MAX_SECONDS, Respiration};
use crate::hrv::Deviation;
use crate::spline::Spline;
use crate::{Beats, HrError, Interpolation, RrSeries, Tachogram, TachogramEnd};

/// Seconds after the end of a phase of breathing in which a beat still belongs to it (Grossman 1990).
const BEYOND_S: f64 = 0.75;
/// Values per second and seconds of an epoch for Porges and Bohrer's measure.
const EPOCH_HZ: f64 = 2.0;
const EPOCH_S: f64 = 30.0;

/// What Porges and Bohrer's variance is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PorgesBohrerOf {
    /// Of the intervals in milliseconds.
    #[default]
    Intervals,
    /// Of the rate in bpm, divided by 1000, as NeuroKit2 0.2 has it.
    Rate,
}

/// Settings of [`Rsa`].
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RsaConfig {
    /// Default: [`PorgesBohrerOf::Intervals`].
    pub porges_bohrer_of: PorgesBohrerOf,
}

/// Respiratory sinus arrhythmia: how far the heart follows the breath.
///
/// # References
/// - P. Grossman, J. van Beek, C. Wientjes (1990). A comparison of three quantification methods for estimation of
///   respiratory sinus arrhythmia. Psychophysiology 27(6). doi:10.1111/j.1469-8986.1990.tb03198.x.
/// - G. F. Lewis, S. A. Furman, M. F. McCool, S. W. Porges (2012). Statistical strategies to quantify respiratory sinus
///   arrhythmia: are commonly used metrics equivalent? Biological Psychology 89(2).
///   doi:10.1016/j.biopsycho.2011.11.009.
/// - K. M. Gates, L. M. Gatzke-Kopp, M. Sandsten, A. Y. Blandon (2015). Estimating time-varying RSA to examine
///   psychophysiological linkage of marital dyads. Psychophysiology 52(8). doi:10.1111/psyp.12428.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rsa {
    /// Longest interval of expiration less shortest of inspiration for each breath, in ms, 0 where that is negative;
    /// `None` for a breath with too few beats.
    pub peak_to_trough_ms: Vec<Option<f64>>,
    /// Porges and Bohrer's logarithm of the variance in the band of breathing, 0.12–0.4 Hz, after a moving cubic is
    /// taken off; mean over epochs of 30 s. In ln ms², or as [`PorgesBohrerOf::Rate`] says. `None` below 10.5 s.
    pub porges_bohrer: Option<f64>,
    /// Gates' logarithm of the power of breathing around each second, from the 16th on; empty below 32 s.
    pub gates: Vec<f64>,
}

impl Rsa {
    /// The measures of beats and of breaths in a signal of the same duration.
    ///
    /// # Errors
    /// - [`HrError::TooFewBeats`] below four beats.
    /// - [`HrError::SignalTooLong`] for a signal of more than a month, and as for [`Beats::heart_rate_per_sample`].
    /// - [`HrError::Dsp`] for a signal shorter than a filter's padding.
    pub fn compute(
        beats: &Beats,
        respiration: &Respiration,
        config: &RsaConfig,
    ) -> Result<Self, HrError> {
        let breaths = respiration.breaths();
        Ok(Self {
            peak_to_trough_ms: peak_to_trough(beats, &breaths, respiration.sample_rate()),
            porges_bohrer: porges_bohrer(beats, config.porges_bohrer_of)?,
            gates: gates(&RrSeries::from_beats(beats)?)?,
        })
    }

    /// Mean over breaths, in ms; `None` without any.
    pub fn p2t_mean(&self) -> Option<f64> {
        let values: Vec<f64> = self.peak_to_trough_ms.iter().copied().flatten().collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }

    /// Its natural logarithm; `None` for a mean of 0.
    pub fn p2t_mean_log(&self) -> Option<f64> {
        self.p2t_mean().map(f64::ln).filter(|log| log.is_finite())
    }

    /// Deviation over breaths, in ms; `None` below two.
    pub fn p2t_sd(&self) -> Option<f64> {
        let values = self.peak_to_trough_ms.iter().copied().flatten();
        Some(Deviation::Sample.of(values)).filter(|sd| sd.is_finite())
    }

    /// Breaths with too few beats.
    pub fn p2t_n_without(&self) -> usize {
        self.peak_to_trough_ms
            .iter()
            .filter(|value| value.is_none())
            .count()
    }

    /// Mean over seconds of Gates' measure; `None` below 32 s.
    pub fn gates_mean(&self) -> Option<f64> {
        let n = self.gates.len();
        (n > 0).then(|| self.gates.iter().sum::<f64>() / n as f64)
    }

    /// Deviation over seconds of Gates' measure; `None` below 33 s.
    pub fn gates_sd(&self) -> Option<f64> {
        let sd = Deviation::Sample.of(self.gates.iter().copied());
        Some(sd).filter(|sd| sd.is_finite())
    }
}

fn peak_to_trough(beats: &Beats, breaths: &Breaths, rate: SampleRate) -> Vec<Option<f64>> {
    let times: Vec<f64> = beats
        .positions()
        .iter()
        .map(|position| position / beats.sample_rate().hz())
        .collect();
    let seconds = |sample: usize| sample as f64 / rate.hz();
    let intervals = |from: f64, to: f64| {
        let first = times.partition_point(|&time| time < from);
        let end = times.partition_point(|&time| time < to).max(first);
        times[first..end]
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) * 1000.0)
    };
    let cycles = breaths.troughs().windows(2).zip(breaths.peaks());
    cycles
        .map(|(troughs, &peak)| {
            let (begin, turn, end) = (seconds(troughs[0]), seconds(peak), seconds(troughs[1]));
            let shortest = intervals(begin, turn + BEYOND_S).reduce(f64::min)?;
            let longest = intervals(turn, end + BEYOND_S).reduce(f64::max)?;
            Some((longest - shortest).max(0.0))
        })
        .collect()
}

fn porges_bohrer(beats: &Beats, of: PorgesBohrerOf) -> Result<Option<f64>, HrError> {
    let seconds = beats.n_samples() as f64 / beats.sample_rate().hz();
    if seconds > MAX_SECONDS {
        return Err(HrError::SignalTooLong {
            seconds,
            max: MAX_SECONDS,
        });
    }
    let rate = beats.rate_per_sample(Interpolation::MonotoneCubic)?;
    let (values, scale): (Vec<f64>, f64) = match of {
        PorgesBohrerOf::Intervals => (rate.iter().map(|bpm| 60_000.0 / bpm).collect(), 1.0),
        PorgesBohrerOf::Rate => (rate, 1000.0),
    };
    let n = (values.len() as f64 * EPOCH_HZ / beats.sample_rate().hz()).round_ties_even() as usize;
    if n < LEN || values.len() < 4 {
        return Ok(None);
    }
    // The first and the last value stay what they are, as in SciPy's `zoom`.
    let step = (values.len() - 1) as f64 / (n - 1) as f64;
    let at: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
    let spline = Spline::new(&at, &values, 3);
    let coarse: Vec<f64> = (0..n).map(|i| spline.at(i as f64 * step)).collect();
    let trend = cubic_trend(&coarse);
    let without: Vec<f64> = coarse
        .iter()
        .zip(trend)
        .map(|(x, trend)| x - trend)
        .collect();
    let band = FilterBand::BandPass {
        low_hz: 0.12,
        high_hz: 0.4,
    };
    let filter = Sos::butterworth(2, band, SampleRate::from_hz(EPOCH_HZ)?)?;
    let breathing = filter.filtfilt(&without)?;
    let logs: Vec<f64> = breathing
        .chunks((EPOCH_HZ * EPOCH_S) as usize)
        .map(|epoch| (Deviation::Sample.of(epoch.iter().copied()).powi(2) / scale).ln())
        .filter(|log| log.is_finite())
        .collect();
    Ok((!logs.is_empty()).then(|| logs.iter().sum::<f64>() / logs.len() as f64))
}

fn gates(rr: &RrSeries) -> Result<Vec<f64>, HrError> {
    let end_s = rr.times_s().last().copied().unwrap_or(0.0);
    if end_s < WINDOW_S as f64 {
        return Ok(Vec::new());
    }
    let rate = SampleRate::from_hz(RATE_HZ as f64)?;
    let tachogram = Tachogram::new(rr, rate, Interpolation::Quadratic, TachogramEnd::Beyond)?;
    Ok(Gates::shared().log_power(&tachogram.intervals_ms))
}
