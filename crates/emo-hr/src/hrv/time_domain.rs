use crate::{HrError, RrSeries};

use super::geometric::{Histogram, TriangleFit};
use super::spec::{HISTOGRAM, HrvSpec, OF_SDNN, PERCENT, POSITIVE, RATE, RMSSD, SDNN, SEGMENTS};
use super::statistics::{Deviation, finite, mean, percentile, sorted};

/// What makes the median absolute deviation of normal values their standard deviation.
const MAD_SCALE: f64 = 1.4826;

/// Width of a bin of the histogram in milliseconds: 1/128 s, as the Task Force 1996.
pub(crate) const BIN_MS: f64 = 1000.0 / 128.0;

/// Which differences between successive intervals SDSD is the deviation of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Differences {
    /// With their sign, as NeuroKit2.
    #[default]
    Signed,
    /// Without, as HeartPy and pyHRV, which gives about half.
    Absolute,
}

/// Of what pNN50 and pNN20 are shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShareOf {
    /// Of the intervals, as the Task Force 1996 and NeuroKit2.
    #[default]
    Intervals,
    /// Of the differences, one less, as HeartPy and pyHRV.
    Differences,
}

/// Settings of [`TimeDomain`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimeDomainConfig {
    /// Of SDNN and SDSD. Default: [`Deviation::Sample`].
    pub deviation: Deviation,
    /// Of SDSD. Default: [`Differences::Signed`].
    pub differences: Differences,
    /// Of pNN50 and pNN20. Default: [`ShareOf::Intervals`].
    pub share_of: ShareOf,
    /// What the median absolute deviation is multiplied by. Default: 1.4826, which makes it the standard deviation of
    /// normal values.
    pub mad_scale: f64,
    /// How the triangle of TINN is fitted. Default: [`TriangleFit::Histogram`].
    pub triangle: TriangleFit,
}

impl Default for TimeDomainConfig {
    fn default() -> Self {
        Self {
            deviation: Deviation::Sample,
            differences: Differences::Signed,
            share_of: ShareOf::Intervals,
            mad_scale: MAD_SCALE,
            triangle: TriangleFit::Histogram,
        }
    }
}

impl TimeDomainConfig {
    /// As NeuroKit2 0.2: the default but for TINN, of which it fits one side only.
    pub fn neurokit() -> Self {
        Self {
            triangle: TriangleFit::EndOnly,
            ..Self::default()
        }
    }

    /// As HeartPy 1.2: population deviations, of absolute differences, shares of the differences (here in percent,
    /// there from 0 to 1), a plain median absolute deviation.
    pub fn heartpy() -> Self {
        Self {
            deviation: Deviation::Population,
            differences: Differences::Absolute,
            share_of: ShareOf::Differences,
            mad_scale: 1.0,
            triangle: TriangleFit::Histogram,
        }
    }

    /// As pyHRV 0.5: sample deviations, of absolute differences, shares of the differences, a smoothed histogram.
    pub fn pyhrv() -> Self {
        Self {
            deviation: Deviation::Sample,
            differences: Differences::Absolute,
            share_of: ShareOf::Differences,
            mad_scale: MAD_SCALE,
            triangle: TriangleFit::Smoothed,
        }
    }
}

/// Heart rate variability in the time domain, with the geometric indices.
///
/// Fields are in milliseconds unless said otherwise, and `None` where the series does not define them: a deviation of
/// one value, a ratio to 0, fewer than three windows.
///
/// # References
/// Task Force of the European Society of Cardiology (1996). Heart rate variability: standards of measurement. European
/// Heart Journal 17(3). doi:10.1093/oxfordjournals.eurheartj.a014868.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TimeDomain {
    /// Intervals that entered.
    pub n_intervals: usize,
    /// Mean interval.
    pub mean_nn: f64,
    /// Mean of the rates of each interval, in bpm; `60000 / mean_nn` is lower.
    pub mean_hr: f64,
    /// Lowest and highest rate of an interval, in bpm.
    pub min_hr: f64,
    /// See [`min_hr`](Self::min_hr).
    pub max_hr: f64,
    /// Deviation of those rates, in bpm.
    pub sd_hr: Option<f64>,
    /// Standard deviation of the intervals.
    pub sdnn: Option<f64>,
    /// Deviation of the mean intervals of windows of 1, 2 and 5 min. As NeuroKit2, each window leaves out the last
    /// interval that ends in it.
    pub sdann: [Option<f64>; 3],
    /// Mean of the deviations within those windows.
    pub sdnni: [Option<f64>; 3],
    /// Root of the mean squared difference of successive intervals.
    pub rmssd: Option<f64>,
    /// Standard deviation of the differences.
    pub sdsd: Option<f64>,
    /// Median interval.
    pub median_nn: f64,
    /// Median absolute deviation, scaled by [`TimeDomainConfig::mad_scale`].
    pub mad_nn: f64,
    /// Range of the middle half of the intervals.
    pub iqr_nn: f64,
    /// The 20th percentile.
    pub prc20_nn: f64,
    /// The 80th percentile.
    pub prc80_nn: f64,
    /// Differences of more than 50 ms.
    pub nn50: usize,
    /// Differences of more than 20 ms.
    pub nn20: usize,
    /// Share of those of more than 50 ms, in percent.
    pub pnn50: Option<f64>,
    /// Share of those of more than 20 ms, in percent.
    pub pnn20: Option<f64>,
    /// Shortest interval.
    pub min_nn: f64,
    /// Longest interval.
    pub max_nn: f64,
    /// Triangular index: intervals by the largest bin of their histogram, bins of 1/128 s; no unit.
    pub hti: f64,
    /// Base of the triangle that fits the histogram best.
    pub tinn: f64,
    /// Where that triangle begins and ends.
    pub tinn_span: (f64, f64),
}

impl TimeDomain {
    /// The indices of a series.
    ///
    /// # Errors
    /// [`HrError::TooFewIntervals`] for an empty series.
    pub fn compute(rr: &RrSeries, config: &TimeDomainConfig) -> Result<Self, HrError> {
        rr.require(1)?;
        let intervals = rr.intervals_ms();
        let rates = intervals.iter().map(|ms| 60_000.0 / ms);
        let ascending = sorted(intervals);
        let median_nn = percentile(&ascending, 50.0);
        let distances: Vec<f64> = intervals.iter().map(|ms| (ms - median_nn).abs()).collect();
        let n_differences = rr.differences().count();
        let above = |limit: f64| rr.differences().filter(|d| d.abs() > limit).count();
        let (nn50, nn20) = (above(50.0), above(20.0));
        let share = |count: usize| {
            let of = match config.share_of {
                ShareOf::Intervals => n_differences + 1,
                ShareOf::Differences => n_differences,
            };
            finite(100.0 * count as f64 / of as f64).filter(|_| n_differences > 0)
        };
        let squares: f64 = rr.differences().map(|d| d * d).sum();
        let histogram = Histogram::new(intervals, BIN_MS);
        let tinn_span = histogram.triangle(&ascending, config.triangle);
        Ok(Self {
            n_intervals: rr.len(),
            mean_nn: mean(intervals),
            mean_hr: rates.clone().sum::<f64>() / rr.len() as f64,
            min_hr: 60_000.0 / ascending[rr.len() - 1],
            max_hr: 60_000.0 / ascending[0],
            sd_hr: finite(config.deviation.of(rates)),
            sdnn: finite(config.deviation.of(intervals.iter().copied())),
            sdann: [1.0, 2.0, 5.0].map(|minutes| {
                let means = windows(rr, minutes)?.into_iter().map(mean);
                finite(Deviation::Sample.of(means))
            }),
            sdnni: [1.0, 2.0, 5.0].map(|minutes| {
                let deviations: Vec<f64> = windows(rr, minutes)?
                    .into_iter()
                    .map(|window| Deviation::Sample.of(window.iter().copied()))
                    .collect();
                finite(mean(&deviations))
            }),
            rmssd: finite((squares / n_differences as f64).sqrt()),
            sdsd: finite(match config.differences {
                Differences::Signed => config.deviation.of(rr.differences()),
                Differences::Absolute => config.deviation.of(rr.differences().map(f64::abs)),
            }),
            median_nn,
            mad_nn: config.mad_scale * percentile(&sorted(&distances), 50.0),
            iqr_nn: percentile(&ascending, 75.0) - percentile(&ascending, 25.0),
            prc20_nn: percentile(&ascending, 20.0),
            prc80_nn: percentile(&ascending, 80.0),
            nn50,
            nn20,
            pnn50: share(nn50),
            pnn20: share(nn20),
            min_nn: ascending[0],
            max_nn: ascending[rr.len() - 1],
            hti: rr.len() as f64 / histogram.highest() as f64,
            tinn: tinn_span.1 - tinn_span.0,
            tinn_span,
        })
    }

    /// SDNN by the mean interval; no unit.
    pub fn cvnn(&self) -> Option<f64> {
        self.sdnn.map(|sdnn| sdnn / self.mean_nn)
    }

    /// RMSSD by the mean interval; no unit.
    pub fn cvsd(&self) -> Option<f64> {
        self.rmssd.map(|rmssd| rmssd / self.mean_nn)
    }

    /// SDNN by RMSSD (Sollers 2007); no unit.
    pub fn sd_rmssd(&self) -> Option<f64> {
        finite(self.sdnn? / self.rmssd?)
    }

    /// The 25 indices that NeuroKit2 lists, in its order, and two on the rate.
    pub(crate) fn values(&self) -> [Option<f64>; 27] {
        [
            Some(self.mean_nn),
            self.sdnn,
            self.sdann[0],
            self.sdnni[0],
            self.sdann[1],
            self.sdnni[1],
            self.sdann[2],
            self.sdnni[2],
            self.rmssd,
            self.sdsd,
            self.cvnn(),
            self.cvsd(),
            Some(self.median_nn),
            Some(self.mad_nn),
            Some(self.mad_nn / self.median_nn),
            Some(self.iqr_nn),
            self.sd_rmssd(),
            Some(self.prc20_nn),
            Some(self.prc80_nn),
            self.pnn50,
            self.pnn20,
            Some(self.min_nn),
            Some(self.max_nn),
            Some(self.hti),
            Some(self.tinn),
            Some(self.mean_hr),
            self.sd_hr,
        ]
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 27] = [
    HrvSpec::new("MeanNN", "ms", RATE, POSITIVE),
    HrvSpec::new("SDNN", "ms", SDNN, POSITIVE),
    HrvSpec::new("SDANN1", "ms", SEGMENTS, POSITIVE),
    HrvSpec::new("SDNNI1", "ms", SEGMENTS, POSITIVE),
    HrvSpec::new("SDANN2", "ms", SEGMENTS, POSITIVE),
    HrvSpec::new("SDNNI2", "ms", SEGMENTS, POSITIVE),
    HrvSpec::new("SDANN5", "ms", SEGMENTS, POSITIVE),
    HrvSpec::new("SDNNI5", "ms", SEGMENTS, POSITIVE),
    HrvSpec::new("RMSSD", "ms", RMSSD, POSITIVE),
    HrvSpec::new("SDSD", "ms", RMSSD, POSITIVE),
    HrvSpec::new("CVNN", "", OF_SDNN, POSITIVE),
    HrvSpec::new("CVSD", "", RMSSD, POSITIVE),
    HrvSpec::new("MedianNN", "ms", RATE, POSITIVE),
    HrvSpec::new("MadNN", "ms", OF_SDNN, POSITIVE),
    HrvSpec::new("MCVNN", "", OF_SDNN, POSITIVE),
    HrvSpec::new("IQRNN", "ms", OF_SDNN, POSITIVE),
    HrvSpec::new("SDRMSSD", "", OF_SDNN, POSITIVE),
    HrvSpec::new("Prc20NN", "ms", OF_SDNN, POSITIVE),
    HrvSpec::new("Prc80NN", "ms", OF_SDNN, POSITIVE),
    HrvSpec::new("pNN50", "%", SDNN, PERCENT),
    HrvSpec::new("pNN20", "%", SDNN, PERCENT),
    HrvSpec::new("MinNN", "ms", RATE, POSITIVE),
    HrvSpec::new("MaxNN", "ms", RATE, POSITIVE),
    HrvSpec::new("HTI", "", HISTOGRAM, (1.0, f64::INFINITY)),
    HrvSpec::new("TINN", "ms", HISTOGRAM, POSITIVE),
    HrvSpec::new("MeanHR", "bpm", RATE, POSITIVE),
    HrvSpec::new("SDHR", "bpm", OF_SDNN, POSITIVE),
];

/// The intervals that end in each window, without the last one of it; `None` below three windows or if one is empty.
fn windows(rr: &RrSeries, minutes: f64) -> Option<Vec<&[f64]>> {
    let window_ms = minutes * 60_000.0;
    let (first, start) = (rr.times_s().first()?, rr.intervals_ms().first()?);
    let end_ms = |i: usize| (rr.times_s()[i] - first) * 1000.0 + start;
    let ends: Vec<f64> = (0..rr.len()).map(end_ms).collect();
    let n_windows = (ends.last()? / window_ms).round_ties_even() as usize;
    if n_windows < 3 {
        return None;
    }
    (0..n_windows)
        .map(|i| {
            let from = ends.partition_point(|&end| end < i as f64 * window_ms);
            let to = ends.partition_point(|&end| end < (i + 1) as f64 * window_ms);
            rr.intervals_ms().get(from..to.checked_sub(1)?)
        })
        .collect()
}
