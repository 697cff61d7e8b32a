use std::ops::Range;

use emo_tensor::QuantParams;
use ndarray::ArrayRefD;

use crate::{
    Calibrator, ClipRange, Histogram, QuantError, QuantScheme, Symmetry,
    histogram::{OCTAVES, PER_OCTAVE},
    sample::Sample,
};

/// The range whose integers have the least mean squared error, of rounding inside and of clipping outside.
///
/// *Definition*: over ranges whose ends are the extremes times a factor, the one with the least error of
/// `dequantize(quantize(x))`, with the parameters that [`ClipRange::params`] makes of it, rounding of the zero point
/// included. Factors are `2^(−i/8)` down to 1/4,096 at first, then `2^(−j/128)` up to an eighth of an octave around the
/// best. Symmetric schemes: both ends are the largest magnitude times one factor. Affine schemes: one factor for both ends
/// at first, then one for each end in turn, until neither changes (after five rounds at the latest). Of equals, the wider
/// range wins.
///
/// *Accuracy*: numbers are counted in the bins of a [`Histogram`], joined to 128 an octave or to the width of those at the
/// top, whichever is finer. Within a bin they are taken as spread evenly, and the error of the bin is the integral, in
/// closed form. So where steps are narrower than bins, numbers have the error of numbers anywhere between two steps.
///
/// *Memory*: that of a [`Histogram`]. *Cost* of the range: 130 sums over the bins that are not empty, or up to 1,430 for
/// affine schemes. The range depends on the set of numbers alone.
///
/// ```
/// use emo_quant::{Calibrator, Mse, QuantScheme, Symmetry, emo_tensor::ElementType};
/// use ndarray::Array1;
///
/// // A thousand numbers up to 1, and one of 8: with 15 integers it is better to clip it.
/// let values = Array1::from_iter((0..1000).map(|n| n as f32 / 1000.0).chain([8.0]));
/// let mut mse = Mse::new(QuantScheme::new(ElementType::I4, Symmetry::Symmetric)?);
/// mse.observe(&values.into_dyn())?;
/// assert!(mse.range()?.max() < 5.0);
/// // With 255, it is not.
/// assert!(mse.range_for(QuantScheme::I8)?.max() > 7.9);
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
///
/// # References
/// Choukroun, Kravchik, Yang, Kisilev (2019). *Low-bit Quantization of Neural Networks for Efficient Inference*. ICCV
/// Workshops. <https://doi.org/10.1109/ICCVW.2019.00363>
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mse {
    scheme: QuantScheme,
    histogram: Histogram,
}

/// Factors of the first look, and how many of them halve a range.
const N_COARSE: u32 = 97;
const COARSE_PER_HALF: u32 = 8;
/// How many factors of the second look there are for one of the first.
const FINE_PER_COARSE: u32 = 16;
/// How often both ends are moved in turn.
const ROUNDS: usize = 5;

impl Mse {
    /// A calibrator for integers of a scheme, that has seen nothing.
    pub fn new(scheme: QuantScheme) -> Self {
        Self {
            scheme,
            histogram: Histogram::new(),
        }
    }

    /// The integers that the range is for.
    pub fn scheme(&self) -> QuantScheme {
        self.scheme
    }

    /// The observed numbers.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// The range for integers of another scheme, of the same observations.
    ///
    /// # Errors
    /// [`QuantError::NoData`] if no number was observed; [`QuantError::Tensor`] as [`ClipRange::params`].
    pub fn range_for(&self, scheme: QuantScheme) -> Result<ClipRange, QuantError> {
        let (min, max) = self.histogram.extent().ok_or(QuantError::NoData)?;
        let (min, max) = (min.min(0.0), max.max(0.0));
        let bins = Bins::new(&self.histogram);
        let cost = |low: f32, high: f32| {
            let range = ClipRange::enclosing(low, high)?;
            Ok(bins.error(&range.params(scheme)?))
        };
        if scheme.symmetry() == Symmetry::Symmetric {
            let magnitude = max.max(-min);
            let factor = best_factor(|f| cost(-f * magnitude, f * magnitude))?;
            return ClipRange::around_zero(factor * magnitude, (min, max));
        }
        let factor = best_factor(|f| cost(f * min, f * max))?;
        let (mut low, mut high) = (factor * min, factor * max);
        // With numbers of one sign only, there is one end to move.
        let rounds = if min < 0.0 && max > 0.0 { ROUNDS } else { 0 };
        for _ in 0..rounds {
            let before = (low, high);
            high = max * best_factor(|f| cost(low, f * max))?;
            low = min * best_factor(|f| cost(f * min, high))?;
            if before == (low, high) {
                break;
            }
        }
        ClipRange::enclosing(low, high)
    }
}

/// The factor with the least cost; of equals, the one nearest to 1.
fn best_factor(cost: impl Fn(f32) -> Result<f64, QuantError>) -> Result<f32, QuantError> {
    let factor = |n: u32, per_half: u32| (-f64::from(n) / f64::from(per_half)).exp2() as f32;
    let best = |candidates: Range<u32>, per_half: u32| {
        let mut best = (f64::INFINITY, candidates.start);
        for n in candidates {
            let cost = cost(factor(n, per_half))?;
            if cost < best.0 {
                best = (cost, n);
            }
        }
        Ok::<_, QuantError>(best.1)
    };
    let center = best(0..N_COARSE, COARSE_PER_HALF)? * FINE_PER_COARSE;
    let around = center.saturating_sub(FINE_PER_COARSE)..center + FINE_PER_COARSE + 1;
    let per_half = COARSE_PER_HALF * FINE_PER_COARSE;
    Ok(factor(best(around, per_half)?, per_half))
}

impl Calibrator for Mse {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            self.histogram.count_sample(&sample);
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
        self.histogram.merge(&other.histogram);
        Ok(())
    }
}

/// Bins that are not empty, as the integrals need them.
struct Bins {
    low: Vec<f64>,
    high: Vec<f64>,
    /// Counts for each unit of width.
    density: Vec<f64>,
}

impl Bins {
    fn new(histogram: &Histogram) -> Self {
        let mut bins = Self {
            low: Vec::new(),
            high: Vec::new(),
            density: Vec::new(),
        };
        // Numbers near 0 are left out: they are written as 0, without an error worth counting.
        for (side, negative) in [(histogram.positive(), false), (histogram.negative(), true)] {
            let mut n = 0;
            while n < side.len() {
                // As wide as the bins of the octave at the top, but 128 to an octave at least.
                let n_merged = 1 << (OCTAVES - 1 - n / PER_OCTAVE).min(3);
                let count: u64 = side[n..n + n_merged].iter().sum();
                let (low, high) = (histogram.edges(n).0, histogram.edges(n + n_merged - 1).1);
                if count > 0 {
                    bins.low.push(if negative { -high } else { low });
                    bins.high.push(if negative { -low } else { high });
                    bins.density.push(count as f64 / (high - low));
                }
                n += n_merged;
            }
        }
        bins
    }

    /// The sum of the squared errors.
    fn error(&self, params: &QuantParams) -> f64 {
        let (lowest, highest) = params.integer_range();
        let lowest = f64::from(lowest - params.zero_point());
        let highest = f64::from(highest - params.zero_point());
        let (step, per_step) = (f64::from(params.scale()), 1.0 / f64::from(params.scale()));
        let sum: f64 = self
            .low
            .iter()
            .zip(&self.high)
            .zip(&self.density)
            .map(|((low, high), density)| {
                let before = squared_error_up_to(low * per_step, lowest, highest);
                let after = squared_error_up_to(high * per_step, lowest, highest);
                density * (after - before)
            })
            .sum();
        sum * step * step * step
    }
}

/// The integral of `(u − q(u))²` from 0 to `x`, where `q` rounds to the nearest integer from `lowest` to `highest`.
///
/// Each whole step adds 1/12; what is left of the last one, or lies beyond the integers, adds a third of its cube.
fn squared_error_up_to(x: f64, lowest: f64, highest: f64) -> f64 {
    // Adding and subtracting this rounds to an integer, without a call.
    const ROUNDING: f64 = 6_755_399_441_055_744.0;
    let x = x.clamp(-1e12, 1e12);
    let q = ((x + ROUNDING) - ROUNDING).max(lowest).min(highest);
    let rest = x - q;
    q / 12.0 + rest * rest * rest / 3.0
}

#[cfg(test)]
mod tests {
    use emo_tensor::ElementType;
    use emo_testing::assert_close;
    use ndarray::arr1;
    use proptest::prelude::*;

    use super::*;

    fn schemes() -> impl Strategy<Value = QuantScheme> {
        prop::sample::select(vec![
            (ElementType::I4, Symmetry::Symmetric),
            (ElementType::U4, Symmetry::Affine),
            (ElementType::I8, Symmetry::Symmetric),
            (ElementType::I8, Symmetry::Affine),
            (ElementType::U8, Symmetry::Affine),
        ])
        .prop_map(|(element_type, symmetry)| QuantScheme::new(element_type, symmetry).unwrap())
    }

    #[test]
    fn integrals_are_sums_of_many_small_pieces() {
        for (lowest, highest) in [(-8.0, 7.0), (0.0, 15.0), (-1.0, 14.0)] {
            for x in [-20.3, -8.2, -0.7, 0.2, 0.5, 3.4999, 7.0, 15.6, 40.0_f64] {
                let n = 200_000;
                let sum: f64 = (0..n)
                    .map(|i| {
                        let u: f64 = x * (f64::from(i) + 0.5) / f64::from(n);
                        (u - u.round_ties_even().clamp(lowest, highest)).powi(2)
                    })
                    .sum();
                let expected = sum * x / f64::from(n);
                assert_close(
                    [squared_error_up_to(x, lowest, highest)],
                    [expected],
                    1e-6,
                    1e-6,
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Brute force over the numbers themselves, on the same ranges and between them, finds nothing better by much.
        #[test]
        fn no_range_is_much_better_for_the_numbers_themselves(
            values in prop::collection::vec((-1.0_f32..1.0).prop_map(|x| 3.0 * x * x * x + 0.3 * x), 200..600),
            outlier in 0.0_f32..20.0,
            scheme in schemes(),
        ) {
            let mut values = values;
            values.push(outlier);
            let mut mse = Mse::new(scheme);
            mse.observe(&arr1(&values).into_dyn()).unwrap();
            let error = |range: &ClipRange| {
                let params = range.params(scheme).unwrap();
                values.iter().map(|&x| f64::from(params.round_trip(x) - x).powi(2)).sum::<f64>()
            };
            let found = error(&mse.range().unwrap());
            let min = values.iter().copied().fold(0.0, f32::min);
            let max = values.iter().copied().fold(0.0, f32::max);
            let magnitude = max.max(-min);
            for i in 0..150 {
                let factor = (-f64::from(i) / 25.0).exp2() as f32;
                let (low, high) = match scheme.symmetry() {
                    Symmetry::Symmetric => (-magnitude, magnitude),
                    Symmetry::Affine => (min, max),
                };
                let other = error(&ClipRange::enclosing(factor * low, factor * high).unwrap());
                prop_assert!(found <= 1.15 * other, "{found} at {:?}, {other} at factor {factor}", mse.range());
            }
        }
    }
}
