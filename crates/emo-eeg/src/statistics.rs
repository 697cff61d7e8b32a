use crate::EegError;

/// Moments, quantiles and the length of the curve of one channel.
///
/// Of `n` samples with mean `m`, `mₖ` is the mean of `(x − m)ᵏ`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// The mean, in the unit of the samples.
    pub mean: f64,
    /// The variance with `ddof` 1.
    pub variance: f64,
    /// The standard deviation with `ddof` 1.
    pub standard_deviation: f64,
    /// Largest less smallest sample.
    pub peak_to_peak: f64,
    /// `m₃ / m₂^1.5`; 0 for a symmetric distribution.
    pub skewness: f64,
    /// Skewness corrected for the number of samples: SciPy's with `bias=False`.
    pub skewness_corrected: f64,
    /// Excess kurtosis, `m₄ / m₂² − 3`; 0 for a normal distribution. mne-features has 3 more.
    pub kurtosis: f64,
    /// Excess kurtosis corrected for the number of samples: SciPy's with `bias=False`.
    pub kurtosis_corrected: f64,
    /// The root of the mean of squares.
    pub rms: f64,
    /// The lower quartile, interpolated between samples.
    pub lower_quartile: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile, the default quantile of mne-features.
    pub upper_quartile: f64,
    /// The median of the distances from the median, not scaled.
    pub median_absolute_deviation: f64,
    /// The mean size of the steps between samples, as mne-features.
    pub line_length: f64,
}

impl Statistics {
    /// The statistics of `samples`; `sorted` is memory that is used over again.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] below 4 samples.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::Undefined`] for a constant channel, whose skewness and kurtosis are.
    pub fn of(samples: &[f64], sorted: &mut Vec<f64>) -> Result<Self, EegError> {
        let moments = Moments::of(samples)?;
        sorted.clear();
        sorted.extend_from_slice(samples);
        sorted.sort_unstable_by(f64::total_cmp);
        let [lower_quartile, median, upper_quartile] =
            [0.25, 0.5, 0.75].map(|share| quantile(sorted, share));
        for x in sorted.iter_mut() {
            *x = (*x - median).abs();
        }
        sorted.sort_unstable_by(f64::total_cmp);
        let n = samples.len() as f64;
        let Moments {
            mean,
            variance,
            peak_to_peak,
            skewness,
            kurtosis,
            rms,
            line_length,
        } = moments;
        Ok(Self {
            mean,
            variance,
            standard_deviation: variance.sqrt(),
            peak_to_peak,
            skewness,
            skewness_corrected: skewness * (n * (n - 1.0)).sqrt() / (n - 2.0),
            kurtosis,
            kurtosis_corrected: (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * kurtosis + 6.0),
            rms,
            lower_quartile,
            median,
            upper_quartile,
            median_absolute_deviation: quantile(sorted, 0.5),
            line_length,
        })
    }
}

/// What of [`Statistics`] needs no order of the samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
    pub(crate) peak_to_peak: f64,
    pub(crate) skewness: f64,
    pub(crate) kurtosis: f64,
    pub(crate) rms: f64,
    pub(crate) line_length: f64,
}

impl Moments {
    pub(crate) fn of(samples: &[f64]) -> Result<Self, EegError> {
        check_channel(samples, 4)?;
        let n = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / n;
        let (mut second, mut third, mut fourth, mut squares) = (0.0, 0.0, 0.0, 0.0);
        let (mut low, mut high) = (samples[0], samples[0]);
        for &x in samples {
            let d = x - mean;
            let dd = d * d;
            second += dd;
            third += dd * d;
            fourth += dd * dd;
            squares += x * x;
            low = low.min(x);
            high = high.max(x);
        }
        let (m2, m3, m4) = (second / n, third / n, fourth / n);
        let peak_to_peak = high - low;
        let skewness = m3 / (m2 * m2.sqrt());
        let kurtosis = m4 / (m2 * m2) - 3.0;
        if peak_to_peak == 0.0 || !(skewness.is_finite() && kurtosis.is_finite()) {
            return Err(EegError::Undefined {
                measure: "skewness",
                reason: "the channel is constant, or its moments leave the range of f64",
            });
        }
        let steps: f64 = samples.windows(2).map(|x| (x[1] - x[0]).abs()).sum();
        Ok(Self {
            mean,
            variance: second / (n - 1.0),
            peak_to_peak,
            skewness,
            kurtosis,
            rms: (squares / n).sqrt(),
            line_length: steps / (n - 1.0),
        })
    }
}

/// The quantile of sorted values, interpolated between the two around it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor();
    let low = sorted[below as usize];
    match sorted.get(below as usize + 1) {
        Some(high) => low + (high - low) * (place - below),
        None => low,
    }
}

/// Refuses a channel below `required` samples or with a sample that is not finite.
pub(crate) fn check_channel(samples: &[f64], required: usize) -> Result<(), EegError> {
    if samples.len() < required {
        return Err(EegError::SignalTooShort {
            actual: samples.len(),
            required,
        });
    }
    match samples.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(sample) => Err(EegError::NonFinite {
            channel: 0,
            sample,
            value: samples[sample] as f32,
        }),
    }
}
