use crate::EegError;
use crate::statistics::check_channel;

/// How Hjorth's parameters are taken of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HjorthConvention {
    /// Variances of the samples, their differences and the differences of these, divided by their number. As antropy
    /// and NeuroKit2.
    Population,
    /// As mne-features: a 0 is put in front before differences are taken, and variances are divided by one less.
    MneFeatures,
}

/// Hjorth's parameters of a channel: its power, its mean frequency and its bandwidth, from differences alone.
///
/// ```
/// use emo_eeg::{Hjorth, HjorthConvention};
///
/// // Of a slow sine, the mobility is its angle for each sample, and the complexity 1.
/// let sine: Vec<f64> = (0..6283).map(|n| (0.01 * f64::from(n)).sin()).collect();
/// let hjorth = Hjorth::of(&sine, HjorthConvention::Population)?;
/// assert!((hjorth.activity - 0.5).abs() < 1e-3);
/// assert!((hjorth.mobility - 0.01).abs() < 1e-5);
/// assert!((hjorth.complexity - 1.0).abs() < 1e-3);
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
///
/// # References
/// B. Hjorth (1970). EEG analysis based on time domain properties. Electroencephalography and Clinical
/// Neurophysiology 29(3). doi:10.1016/0013-4694(70)90143-4.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Hjorth {
    /// The variance, in the squared unit of the samples.
    pub activity: f64,
    /// The standard deviation of the differences over that of the samples, for each sample; times the sample rate, for
    /// each second.
    pub mobility: f64,
    /// The mobility of the differences over that of the samples.
    pub complexity: f64,
}

impl Hjorth {
    /// The parameters of `samples`.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] below 4 samples.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::Undefined`] if the samples or their differences do not vary.
    pub fn of(samples: &[f64], convention: HjorthConvention) -> Result<Self, EegError> {
        check_channel(samples, 4)?;
        let x = samples.iter().copied();
        let dx = samples.windows(2).map(|x| x[1] - x[0]);
        let (activity, mobility, next) = match convention {
            HjorthConvention::Population => {
                let ddx = samples.windows(3).map(|x| (x[2] - x[1]) - (x[1] - x[0]));
                let (x, dx, ddx) = (variance(x, 0.0), variance(dx, 0.0), variance(ddx, 0.0));
                (x, (dx / x).sqrt(), (ddx / dx).sqrt())
            }
            HjorthConvention::MneFeatures => {
                // The difference from the 0 in front, and from the 0 in front of the differences.
                let first = samples[0];
                let dx = std::iter::once(first).chain(dx);
                let second = samples[1] - 2.0 * first;
                let ddx = samples.windows(3).map(|x| (x[2] - x[1]) - (x[1] - x[0]));
                let ddx = [first, second].into_iter().chain(ddx);
                let with_zero = variance(std::iter::once(0.0).chain(x.clone()), 1.0);
                let dx_with_zero = variance(std::iter::once(0.0).chain(dx.clone()), 1.0);
                let (dx, ddx) = (variance(dx, 1.0), variance(ddx, 1.0));
                (
                    variance(x, 1.0),
                    (dx / with_zero).sqrt(),
                    (ddx / dx_with_zero).sqrt(),
                )
            }
        };
        let complexity = next / mobility;
        // A line's differences are equal up to rounding.
        if mobility > 0.0 && complexity.is_finite() {
            return Ok(Self {
                activity,
                mobility,
                complexity,
            });
        }
        Err(EegError::Undefined {
            measure: "Hjorth's complexity",
            reason: "the samples or their differences do not vary",
        })
    }
}

/// Moments of a power spectrum, from which Hjorth's parameters follow too.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SpectralMoments {
    /// `Σ P`.
    pub total: f64,
    /// `Σ f²·P`, with the frequency in Hz; the `hjorth_mobility_spect` of mne-features.
    pub second: f64,
    /// `Σ f⁴·P`; its `hjorth_complexity_spect`. Divided by the total, both are as with `normalize=True`.
    pub fourth: f64,
}

impl SpectralMoments {
    /// The moments of a spectrum whose bins stand `bin_hz` apart, from 0 Hz.
    pub fn of(power: &[f64], bin_hz: f64) -> Self {
        let mut moments = Self {
            total: 0.0,
            second: 0.0,
            fourth: 0.0,
        };
        for (bin, power) in power.iter().enumerate() {
            let square = (bin as f64 * bin_hz).powi(2);
            moments.total += power;
            moments.second += square * power;
            moments.fourth += square * square * power;
        }
        moments
    }
}

fn variance(values: impl Iterator<Item = f64> + Clone, ddof: f64) -> f64 {
    let (sum, count) = values
        .clone()
        .fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
    let mean = sum / count;
    let squares: f64 = values.map(|x| (x - mean) * (x - mean)).sum();
    squares / (count - ddof)
}
