use std::f64::consts::{FRAC_1_SQRT_2, PI};

use ndarray::ArrayRefD;

use crate::{Calibrator, ClipRange, Histogram, QuantError, QuantScheme, Symmetry, sample::Sample};

/// Which distribution numbers are taken to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum AciqDistribution {
    /// The one of the two that makes the observed numbers likelier.
    #[default]
    Fit,
    /// The normal distribution.
    Gauss,
    /// The double exponential distribution.
    Laplace,
}

/// Settings of [`Aciq`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[derive(Default)]
pub struct AciqConfig {
    /// Which distribution numbers are taken to have. Default: that which fits.
    pub distribution: AciqDistribution,
}

impl AciqConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The range that is best for a distribution of the observed spread: analytic, without a search over the data.
///
/// *Definition*, after Banner et al. \[1\]: numbers have a normal distribution of deviation `σ`, or a Laplace distribution
/// of scale `b`, around a centre. With `2^M` integers, clipping at a distance `α` costs
/// - Laplace: `2 b² e^(−α/b) + α² / (3 · 4^M)`
/// - Gauss: `(α² + σ²) · erfc(α / (√2 σ)) − √(2/π) · α σ e^(−α²/(2σ²)) + α² / (3 · 4^M)`
///
/// and the range reaches as far as the `α` of the least cost, but not beyond observed numbers. `M` are the bits of the
/// scheme; for 4 bits, `α` is 5.03 `b` or 2.56 `σ`.
///
/// *Which one*: with `b` and `σ` as observed, Laplace is the likelier if `ln(2b) + 1 < ln(σ√(2π)) + ½`, which is to say
/// `b / σ < 0.760`. Estimates:
/// - Symmetric schemes: the centre is 0, `b` the mean magnitude, `σ²` the mean square.
/// - Affine schemes: the centre is the mean, `b` the mean distance from it, `σ²` the variance.
/// - Numbers that are all of one sign, as behind a Relu: they are taken as half of a distribution around 0 and written
///   with all integers of an affine scheme, so with one bit more; zeros take no part in the estimates.
///
/// *Accuracy*: `b` and `σ` come from the bins of a [`Histogram`], each number taken as the middle of its bin: they are
/// known to 2⁻¹¹. *Memory*: that of a [`Histogram`]. The range depends on the set of numbers alone.
///
/// ```
/// use emo_quant::{Aciq, AciqConfig, Calibrator, QuantScheme, Symmetry, emo_tensor::ElementType};
/// use ndarray::Array1;
///
/// // Quantiles of a Laplace distribution of scale 1.
/// let values = Array1::from_iter((0..20_000).map(|n| {
///     let p: f64 = (n as f64 + 0.5) / 20_000.0 - 0.5;
///     (-(1.0 - 2.0 * p.abs()).ln() * p.signum()) as f32
/// }));
/// let mut aciq = Aciq::new(AciqConfig::new(), QuantScheme::new(ElementType::I4, Symmetry::Symmetric)?);
/// aciq.observe(&values.into_dyn())?;
/// assert!((aciq.range()?.max() - 5.03).abs() < 0.01);
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
///
/// # References
/// \[1\] Banner, Nahshan, Soudry (2019). *Post Training 4-bit Quantization of Convolutional Networks for Rapid-Deployment*.
/// NeurIPS. <https://doi.org/10.48550/arXiv.1810.05723>
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Aciq {
    config: AciqConfig,
    scheme: QuantScheme,
    histogram: Histogram,
    /// How many of the numbers are 0: the histogram has them together with those that are nearly.
    zeros: u64,
}

impl Aciq {
    /// A calibrator for integers of a scheme, that has seen nothing.
    pub fn new(config: AciqConfig, scheme: QuantScheme) -> Self {
        Self {
            config,
            scheme,
            histogram: Histogram::new(),
            zeros: 0,
        }
    }

    /// The settings.
    pub fn config(&self) -> &AciqConfig {
        &self.config
    }

    /// The integers that the range is for.
    pub fn scheme(&self) -> QuantScheme {
        self.scheme
    }

    /// The observed numbers.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// The distribution that numbers are taken to have, [`AciqDistribution::Gauss`] or [`AciqDistribution::Laplace`].
    ///
    /// # Errors
    /// [`QuantError::NoData`] if no number was observed.
    pub fn distribution(&self) -> Result<AciqDistribution, QuantError> {
        self.histogram.extent().ok_or(QuantError::NoData)?;
        Ok(self.choose(&self.spread(self.scheme.symmetry())))
    }

    /// The range for integers of another scheme, of the same observations.
    ///
    /// # Errors
    /// [`QuantError::NoData`] if no number was observed.
    pub fn range_for(&self, scheme: QuantScheme) -> Result<ClipRange, QuantError> {
        let extent = self.histogram.extent().ok_or(QuantError::NoData)?;
        let spread = self.spread(scheme.symmetry());
        let one_sided = extent.0 >= 0.0 || extent.1 <= 0.0;
        let bits = match scheme.symmetry() {
            Symmetry::Affine if one_sided => scheme.bits() + 1,
            _ => scheme.bits(),
        };
        let distance = match self.choose(&spread) {
            AciqDistribution::Laplace => spread.mean_distance * laplace_clip(bits),
            _ => spread.deviation * gauss_clip(bits),
        };
        // Numbers of nothing but 0, or below what bins tell apart.
        if distance <= 0.0 {
            return ClipRange::enclosing(extent.0, extent.1);
        }
        let finite = |x: f64| x.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
        let (low, high) = (spread.center - distance, spread.center + distance);
        Ok(ClipRange::enclosing(finite(low), finite(high))?.within(extent))
    }

    fn choose(&self, spread: &Spread) -> AciqDistribution {
        match self.config.distribution {
            AciqDistribution::Fit => {
                // The mean negative log likelihoods, each with the parameter that makes it least.
                let laplace = (2.0 * spread.mean_distance).ln() + 1.0;
                let gauss = (spread.deviation * (2.0 * PI).sqrt()).ln() + 0.5;
                if laplace < gauss {
                    AciqDistribution::Laplace
                } else {
                    AciqDistribution::Gauss
                }
            }
            chosen => chosen,
        }
    }

    /// The spread of the observed numbers; nothing but zeros if there are none that bins tell from 0.
    fn spread(&self, symmetry: Symmetry) -> Spread {
        let (min, max) = self.histogram.extent().unwrap_or((0.0, 0.0));
        let one_sided = min >= 0.0 || max <= 0.0;
        let bins = || {
            self.histogram.bins().map(move |bin| {
                let has_zeros = one_sided && bin.low < 0.0 && bin.high > 0.0;
                let zeros = if has_zeros { self.zeros } else { 0 };
                (bin.center(), (bin.count - zeros) as f64)
            })
        };
        let n: f64 = bins().map(|(_, count)| count).sum();
        if n == 0.0 {
            return Spread {
                center: 0.0,
                mean_distance: 0.0,
                deviation: 0.0,
            };
        }
        let mean = |f: &dyn Fn(f64) -> f64| bins().map(|(x, count)| count * f(x)).sum::<f64>() / n;
        let center = if one_sided || symmetry == Symmetry::Symmetric {
            0.0
        } else {
            mean(&|x| x)
        };
        Spread {
            center,
            mean_distance: mean(&|x| (x - center).abs()),
            deviation: mean(&|x| (x - center) * (x - center)).sqrt(),
        }
    }
}

impl Calibrator for Aciq {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            self.histogram.count_sample(&sample);
            let zeros = sample.values.iter().filter(|&&x| x == 0.0).count();
            self.zeros += zeros as u64;
        }
        Ok(())
    }

    fn range(&self) -> Result<ClipRange, QuantError> {
        self.range_for(self.scheme)
    }

    fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if self.scheme != other.scheme {
            return Err(QuantError::Merge { what: "schemes" });
        }
        if self.config != other.config {
            return Err(QuantError::Merge {
                what: "distributions",
            });
        }
        self.histogram.merge(&other.histogram);
        self.zeros += other.zeros;
        Ok(())
    }
}

/// Where numbers lie and how far they spread.
struct Spread {
    center: f64,
    /// The mean distance from the centre: the likeliest `b` of a Laplace distribution.
    mean_distance: f64,
    /// The root of the mean squared distance: the likeliest `σ` of a normal distribution.
    deviation: f64,
}

/// The best distance to clip at, in units of `b`: where `2 e^(−α) = 2 α / (3 · 4^M)`.
fn laplace_clip(bits: u32) -> f64 {
    let rounding = 1.0 / (3.0 * 4.0_f64.powi(bits as i32));
    falling_root(|a| (-a).exp() - a * rounding)
}

/// The best distance to clip at, in units of `σ`: where the derivative of the cost is 0.
///
/// With `c(α) = (α² + 1) erfc(α/√2) − √(2/π) α e^(−α²/2)`, `c' = 2 α erfc(α/√2) − 2 √(2/π) e^(−α²/2)`.
fn gauss_clip(bits: u32) -> f64 {
    let rounding = 1.0 / (3.0 * 4.0_f64.powi(bits as i32));
    falling_root(|a| {
        (2.0 / PI).sqrt() * (-0.5 * a * a).exp() - a * libm::erfc(a * FRAC_1_SQRT_2) - a * rounding
    })
}

/// Where a function that falls from above 0 crosses it, between 0 and 64: by bisection, to the last digit.
fn falling_root(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 64.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if f(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    /// The constants in the code of the paper's authors, for 2 to 8 bits
    /// (<https://github.com/submission2019/AnalyticalScaleForIntegerQuantization>).
    #[test]
    fn distances_are_the_papers() {
        let gauss = [
            1.71063519, 2.15159277, 2.55913646, 2.93620062, 3.28691474, 3.6151146, 3.92403714,
        ];
        let laplace = [
            2.83068299, 3.89722946, 5.02864014, 6.20476633, 7.41312622, 8.64561995, 9.89675982,
        ];
        // They were found by a minimizer that stops at a relative change of 1e-8 of the cost, so at the root of it of
        // the place.
        assert_close((2..=8).map(gauss_clip), gauss, 1e-4, 0.0);
        assert_close((2..=8).map(laplace_clip), laplace, 1e-4, 0.0);
    }
}
