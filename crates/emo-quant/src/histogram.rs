use std::{array, fmt};

use ndarray::ArrayRefD;

use crate::{QuantError, sample::Sample};

/// Bits of the mantissa that tell bins apart.
const MANTISSA_BITS: u32 = 10;
/// Bins of one octave, from one power of two to the next.
pub(crate) const PER_OCTAVE: usize = 1 << MANTISSA_BITS;
/// Octaves that are told apart; what is smaller counts as near 0.
pub(crate) const OCTAVES: usize = 16;
/// Bins of one sign.
pub(crate) const SIDE: usize = OCTAVES * PER_OCTAVE;
/// Counters of numbers near 0. Activations are often 0; neighbours count in different places, so that none waits for
/// the other.
const LANES: usize = 8;
/// Bits of an `f32` without the sign.
const MAGNITUDE: u32 = 0x7fff_ffff;
/// Bits of the mantissa that bins do not see.
const SHIFT: u32 = f32::MANTISSA_DIGITS - 1 - MANTISSA_BITS;

/// Counts of numbers in bins that lie as floating-point numbers do: 1,024 of equal width from each power of two to the
/// next, over the 16 octaves below the largest magnitude, for each sign.
///
/// *Error*: a number is known to 2⁻¹¹ of itself (half the width of its bin) if its magnitude is at least 2⁻¹⁵ of the
/// largest one observed; numbers below this are counted as near 0, so they are known to 2⁻¹⁵ of the largest magnitude.
/// A quantile read from the bins has the same error, since the bins are in the order of the numbers.
///
/// *Order*: the bins depend on the set of numbers alone, not on the order in which they came or were merged: the octaves
/// follow from the largest magnitude, and a number that leaves them when a larger one comes would never have been in
/// them had that come first.
///
/// *Memory*: 128 KiB, and as much again once a negative number was seen, whatever the number of observations.
///
/// The same idea with bins of exactly equal ratios is the DDSketch \[1\]; bins that can be read off the bits of a number
/// need no logarithm, and those of an octave add up to the linear bins that histograms of activations have.
///
/// ```
/// use emo_quant::Histogram;
/// use ndarray::arr1;
///
/// let mut histogram = Histogram::new();
/// histogram.observe(&arr1(&[0.0_f32, 1.0, 1.0, -3.5]).into_dyn())?;
/// assert_eq!(histogram.count(), 4);
/// assert_eq!(histogram.extent(), Some((-3.5, 1.0)));
/// let counts: Vec<u64> = histogram.bins().map(|bin| bin.count).collect();
/// assert_eq!(counts, [1, 1, 2]);
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
///
/// # References
/// \[1\] Masson, Rim, Lee (2019). *DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees*.
/// PVLDB 12(12). <https://doi.org/10.14778/3352063.3352135>
#[derive(Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "saved::Histogram", into = "saved::Histogram")
)]
pub struct Histogram {
    /// The lowest and the highest number.
    extent: Option<(f32, f32)>,
    /// The exponent, as in the bits of an `f32`, of the lowest octave; at least 1 once something was observed.
    bottom: u32,
    /// [`LANES`] counters of numbers near 0, then the bins of positive numbers, then those of negative ones; the parts
    /// are there once they are needed.
    counts: Vec<u64>,
}

/// One bin of a [`Histogram`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HistogramBin {
    /// The lower edge; included for positive numbers.
    pub low: f64,
    /// The upper edge; included for negative numbers.
    pub high: f64,
    /// How many numbers are in it.
    pub count: u64,
}

impl HistogramBin {
    /// The number in the middle.
    pub fn center(&self) -> f64 {
        0.5 * (self.low + self.high)
    }
}

impl Histogram {
    /// A histogram that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts the numbers of an array of any shape.
    ///
    /// # Errors
    /// [`QuantError::NotFinite`] if a number is NaN or infinite; nothing is counted then.
    pub fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            self.count_sample(&sample);
        }
        Ok(())
    }

    /// Counts what another one has counted.
    pub fn merge(&mut self, other: &Self) {
        let Some((min, max)) = other.extent else {
            return;
        };
        self.reach(min, max, other.bottom, other.counts.len() > LANES + SIDE);
        self.counts[0] += other.near_zero();
        let dropped = (self.bottom - other.bottom) as usize * PER_OCTAVE;
        for (offset, side) in [(LANES, other.positive()), (LANES + SIDE, other.negative())] {
            let kept = side.len().min(dropped);
            self.counts[0] += side[..kept].iter().sum::<u64>();
            if side.len() > dropped {
                for (to, from) in self.counts[offset..].iter_mut().zip(&side[dropped..]) {
                    *to += from;
                }
            }
        }
    }

    /// How many numbers were observed.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The lowest and the highest number observed, exactly; `None` before the first one.
    pub fn extent(&self) -> Option<(f32, f32)> {
        self.extent
    }

    /// The bins that have numbers in them, from the lowest to the highest; the one around 0 is of those near 0.
    pub fn bins(&self) -> impl Iterator<Item = HistogramBin> + '_ {
        let near_zero = self.near_zero_magnitude();
        let middle = HistogramBin {
            low: -near_zero,
            high: near_zero,
            count: self.near_zero(),
        };
        let negative = self.negative().iter().enumerate().rev().map(|(n, &count)| {
            let (low, high) = self.edges(n);
            HistogramBin {
                low: -high,
                high: -low,
                count,
            }
        });
        let positive = self.positive().iter().enumerate().map(|(n, &count)| {
            let (low, high) = self.edges(n);
            HistogramBin { low, high, count }
        });
        negative
            .chain([middle])
            .chain(positive)
            .filter(|bin| bin.count > 0)
    }

    /// The width of the bins of [`linear`](Self::linear).
    pub(crate) fn linear_width(&self) -> f64 {
        exponential(self.bottom + OCTAVES as u32 - 1 - MANTISSA_BITS)
    }

    /// The counts of one sign in 2,048 bins of equal width, up from 0 by magnitude; those near 0 are left out.
    pub(crate) fn linear(&self, side: &[u64]) -> Vec<u64> {
        let mut linear = vec![0; 2 * PER_OCTAVE];
        for (n, &count) in side.iter().enumerate() {
            let (octave, within) = (n / PER_OCTAVE, n % PER_OCTAVE);
            linear[(PER_OCTAVE + within) >> (OCTAVES - 1 - octave)] += count;
        }
        linear
    }

    /// The counts of positive numbers, by magnitude.
    pub(crate) fn positive(&self) -> &[u64] {
        self.counts.get(LANES..LANES + SIDE).unwrap_or(&[])
    }

    /// The counts of negative numbers, by magnitude.
    pub(crate) fn negative(&self) -> &[u64] {
        self.counts.get(LANES + SIDE..).unwrap_or(&[])
    }

    /// The count of numbers below the lowest octave.
    pub(crate) fn near_zero(&self) -> u64 {
        self.counts.iter().take(LANES).sum()
    }

    /// Magnitudes below this one are near 0.
    pub(crate) fn near_zero_magnitude(&self) -> f64 {
        exponential(self.bottom)
    }

    /// The magnitudes between which bin `n` of a side lies.
    pub(crate) fn edges(&self, n: usize) -> (f64, f64) {
        let width = exponential(self.bottom + (n / PER_OCTAVE) as u32) / PER_OCTAVE as f64;
        let low = (PER_OCTAVE + n % PER_OCTAVE) as f64 * width;
        (low, low + width)
    }

    /// Counts the numbers of a sample.
    pub(crate) fn count_sample(&mut self, sample: &Sample<'_>) {
        let exponent = sample.magnitude().to_bits() >> (f32::MANTISSA_DIGITS - 1);
        let bottom = (exponent + 1).saturating_sub(OCTAVES as u32).max(1);
        self.reach(sample.min, sample.max, bottom, sample.min < 0.0);
        let floor = self.bottom << MANTISSA_BITS;
        if sample.min < 0.0 {
            count::<true>(&mut self.counts, floor, &sample.values);
        } else {
            count::<false>(&mut self.counts, floor, &sample.values);
        }
    }

    /// Makes room for numbers from `min` to `max` whose lowest octave is `bottom`.
    fn reach(&mut self, min: f32, max: f32, bottom: u32, signed: bool) {
        let (low, high) = self.extent.unwrap_or((min, max));
        self.extent = Some((low.min(min), high.max(max)));
        let raised = bottom.saturating_sub(self.bottom) as usize * PER_OCTAVE;
        self.bottom = self.bottom.max(bottom);
        if raised > 0 {
            let lanes = LANES.min(self.counts.len());
            let (near_zero, sides) = self.counts.split_at_mut(lanes);
            for side in sides.chunks_exact_mut(SIDE) {
                let dropped = raised.min(SIDE);
                near_zero[0] += side[..dropped].iter().sum::<u64>();
                side.copy_within(dropped.., 0);
                side[SIDE - dropped..].fill(0);
            }
        }
        let len = LANES + if signed { 2 * SIDE } else { SIDE };
        if self.counts.len() < len {
            self.counts.resize(len, 0);
        }
    }
}

/// Adds the numbers to the counters; without `SIGNED`, none of them may be below 0.
///
/// The places of a few numbers are found first, which can be done side by side, and then counted, which cannot.
fn count<const SIGNED: bool>(counts: &mut [u64], floor: u32, values: &[f32]) {
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        let places: [u32; LANES] = array::from_fn(|lane| place::<SIGNED>(lane, chunk[lane], floor));
        for place in places {
            counts[place as usize] += 1;
        }
    }
    for (lane, &x) in rest.iter().enumerate() {
        counts[place::<SIGNED>(lane, x, floor) as usize] += 1;
    }
}

/// Which counter a number belongs to, where `floor` is the key of the lowest bin.
#[inline(always)]
fn place<const SIGNED: bool>(lane: usize, x: f32, floor: u32) -> u32 {
    let bits = x.to_bits();
    // Both are below 2^18.
    let above = ((bits & MAGNITUDE) >> SHIFT) as i32 - floor as i32;
    let side = if SIGNED {
        (bits >> 31) * SIDE as u32
    } else {
        0
    };
    let bin = (LANES as u32 + side).wrapping_add_signed(above);
    // All ones below the lowest bin. A branch would be taken at random: half of the numbers behind a Relu are 0.
    let near_zero = (above >> 31) as u32;
    (bin & !near_zero) | (lane as u32 & near_zero)
}

/// The power of two whose exponent is stored as `biased` in an `f32`.
fn exponential(biased: u32) -> f64 {
    // The difference of the biases of `f64` and `f32` keeps the exponent in range.
    f64::from_bits(u64::from(biased + 1023 - 127) << (f64::MANTISSA_DIGITS - 1))
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.extent == other.extent
            && self.bottom == other.bottom
            && self.near_zero() == other.near_zero()
            && self.positive() == other.positive()
            && self.negative() == other.negative()
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Histogram")
            .field("extent", &self.extent)
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

/// How a histogram is written: only bins that are not empty.
#[cfg(feature = "serde")]
mod saved {
    use super::{LANES, SIDE};

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Histogram {
        extent: Option<(f32, f32)>,
        bottom: u32,
        near_zero: u64,
        positive: Vec<(u16, u64)>,
        negative: Vec<(u16, u64)>,
    }

    fn sparse(side: &[u64]) -> Vec<(u16, u64)> {
        (0_u16..)
            .zip(side.iter().copied())
            .filter(|&(_, count)| count > 0)
            .collect()
    }

    impl From<super::Histogram> for Histogram {
        fn from(histogram: super::Histogram) -> Self {
            Self {
                extent: histogram.extent,
                bottom: histogram.bottom,
                near_zero: histogram.near_zero(),
                positive: sparse(histogram.positive()),
                negative: sparse(histogram.negative()),
            }
        }
    }

    impl TryFrom<Histogram> for super::Histogram {
        type Error = &'static str;

        fn try_from(saved: Histogram) -> Result<Self, Self::Error> {
            let Some((min, max)) = saved.extent else {
                return Ok(Self::default());
            };
            if !(min.is_finite() && max.is_finite() && min <= max) {
                return Err("the extent of a histogram is not of finite numbers in order");
            }
            if !(1..=254).contains(&saved.bottom) {
                return Err("the lowest octave of a histogram is not that of a number");
            }
            let mut counts = vec![0; LANES + if min < 0.0 { 2 * SIDE } else { SIDE }];
            counts[0] = saved.near_zero;
            let (positive, negative) = counts[LANES..].split_at_mut(SIDE);
            for (bins, side) in [(saved.positive, positive), (saved.negative, negative)] {
                for (n, count) in bins {
                    *side
                        .get_mut(usize::from(n))
                        .ok_or("a bin of a histogram is outside of it")? = count;
                }
            }
            if counts
                .iter()
                .try_fold(0_u64, |sum, &n| sum.checked_add(n))
                .is_none()
            {
                return Err("the counts of a histogram have no sum");
            }
            Ok(Self {
                extent: saved.extent,
                bottom: saved.bottom,
                counts,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, arr1};
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f32]) -> Histogram {
        let mut histogram = Histogram::new();
        histogram.observe(&arr1(values).into_dyn()).unwrap();
        histogram
    }

    /// Numbers over the whole range of `f32`, and many of one size.
    fn numbers() -> impl Strategy<Value = Vec<f32>> {
        let number = prop_oneof![
            4 => -10.0_f32..10.0,
            1 => Just(0.0_f32),
            1 => prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
        ];
        prop::collection::vec(number, 1..200)
    }

    proptest! {
        #[test]
        fn every_number_is_in_its_bin(values in numbers()) {
            let histogram = of(&values);
            let bins: Vec<HistogramBin> = histogram.bins().collect();
            let largest = values.iter().fold(0.0_f32, |a, x| a.max(x.abs()));
            for bin in &bins {
                let (low, high) = (bin.low, bin.high);
                let inside = |x: &&f32| {
                    let x = f64::from(**x);
                    if low >= 0.0 { low <= x && x < high }
                    else if high <= 0.0 { low < x && x <= high }
                    else { low < x && x < high }
                };
                prop_assert_eq!(values.iter().filter(inside).count() as u64, bin.count);
                if low < 0.0 && high > 0.0 {
                    prop_assert!(high <= f64::from(largest) / 32_768.0 || high == f64::from(f32::MIN_POSITIVE));
                } else {
                    prop_assert!((high - low) / 2.0 <= low.abs().min(high.abs()) / 2048.0);
                }
            }
            prop_assert_eq!(histogram.count(), values.len() as u64);
            prop_assert!(bins.windows(2).all(|pair| pair[0].high <= pair[1].low));
        }

        #[test]
        fn neither_order_nor_merging_matters(values in numbers(), cuts in prop::collection::vec(0_usize..200, 0..5)) {
            let whole = of(&values);
            let mut reversed = Histogram::new();
            for x in values.iter().rev() {
                reversed.observe(&arr1(&[*x]).into_dyn()).unwrap();
            }
            prop_assert_eq!(&reversed, &whole);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).collect();
            cuts.extend([0, values.len()]);
            cuts.sort_unstable();
            let (mut forth, mut back) = (Histogram::new(), Histogram::new());
            for pair in cuts.windows(2) {
                forth.merge(&of(&values[pair[0]..pair[1]]));
            }
            for pair in cuts.windows(2).rev() {
                back.merge(&of(&values[pair[0]..pair[1]]));
            }
            prop_assert_eq!(&forth, &whole);
            prop_assert_eq!(&back, &whole);
        }

        #[test]
        fn linear_bins_are_those_of_a_plain_count(values in prop::collection::vec(-4.0_f32..4.0, 1..200)) {
            let histogram = of(&values);
            let width = histogram.linear_width();
            let linear = histogram.linear(histogram.positive());
            let mut expected = vec![0_u64; linear.len()];
            for &x in values.iter().filter(|x| f64::from(**x) >= histogram.near_zero_magnitude()) {
                expected[(f64::from(x) / width) as usize] += 1;
            }
            prop_assert_eq!(linear, expected);
        }
    }

    #[test]
    fn nothing_is_nothing() {
        let histogram = of(&[]);
        assert_eq!(histogram, Histogram::new());
        assert_eq!(histogram.count(), 0);
        assert_eq!(histogram.bins().count(), 0);
        let mut seen = of(&[1.0]);
        seen.merge(&histogram);
        assert_eq!(seen, of(&[1.0]));
        let mut zeros = of(&[0.0, -0.0]);
        assert_eq!((zeros.count(), zeros.near_zero()), (2, 2));
        assert!(
            zeros
                .observe(&Array1::from_elem(3, f32::NAN).into_dyn())
                .is_err()
        );
        assert_eq!(zeros.count(), 2);
    }
}
