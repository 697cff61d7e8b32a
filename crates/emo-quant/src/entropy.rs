use ndarray::ArrayRefD;

use crate::{Calibrator, ClipRange, Histogram, QuantError, QuantScheme, Symmetry};

/// The range whose integers keep most of the information: the least Kullback–Leibler divergence.
///
/// *Definition*, after Migacz \[1\]: numbers are counted in bins of equal width. A range that ends after some bin is judged
/// by two distributions over its bins. The reference is the counts, what is beyond the range added to the last bin. The
/// candidate is the counts without what is beyond, shared out in as many groups of neighbouring bins as there are
/// integers; within a group, every bin that is not empty gets the same. The range with the least divergence of the
/// candidate from the reference wins, the wider one if two are equal. Bin `j` of `m` belongs to group `⌊j · levels / m⌋`,
/// so groups differ by one bin at most. A range whose last bin is empty while numbers lie beyond has an infinite
/// divergence.
/// - Symmetric schemes: over magnitudes, with as many levels as integers from the zero point up (128 for `i8`).
/// - Affine schemes: over numbers, with all integers as levels, both ends moved in turn until neither moves any more
///   (after five rounds at the latest). Numbers of one sign only have one end.
///
/// *Numbers near 0* (below 2⁻¹⁵ of the largest magnitude, so also exact zeros) take no part: every range writes them as
/// 0. The many zeros behind a Relu would otherwise draw every range towards 0.
///
/// *Bins*: 2,048 for each sign up to the power of two above the largest magnitude, of which 1,024 at least are used.
/// Where there are as many integers as used bins, as with 16 bits, nothing can be found out and nothing is clipped. The
/// method needs many numbers, some thousands at least: with few, bins differ by chance, and that looks like information.
///
/// *Memory*: that of a [`Histogram`]. The range depends on the set of numbers alone.
///
/// # Relation to ONNX Runtime
/// Its `EntropyCalibrater` has 128 bins and 128 groups, and no option for the bins: the only range it tries is the whole
/// one, so that it equals min–max. [`entropy_len`] says what differs when its `HistogramCollector` is given more bins.
///
/// ```
/// use emo_quant::{Calibrator, Entropy, QuantScheme};
/// use ndarray::Array1;
///
/// // Numbers of a bell's shape, and one far away.
/// let mut values: Vec<f32> = (0..10_000).map(|n| (1..=12).map(|k| ((n * k * 37 % 1009) as f32 / 1009.0) - 0.5).sum()).collect();
/// values.push(30.0);
/// let mut entropy = Entropy::new(QuantScheme::I8);
/// entropy.observe(&Array1::from(values).into_dyn())?;
/// assert!(entropy.range()?.max() < 15.0);
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
///
/// # References
/// \[1\] Migacz (2017). *8-bit Inference with TensorRT*. GPU Technology Conference, S7310.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entropy {
    scheme: QuantScheme,
    histogram: Histogram,
}

/// How often both ends are moved in turn.
const ROUNDS: usize = 5;

impl Entropy {
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
    /// [`QuantError::NoData`] if no number was observed.
    pub fn range_for(&self, scheme: QuantScheme) -> Result<ClipRange, QuantError> {
        let extent = self.histogram.extent().ok_or(QuantError::NoData)?;
        let (lowest, highest) = scheme.integer_range();
        let mut positive = self.histogram.linear(self.histogram.positive());
        let mut negative = self.histogram.linear(self.histogram.negative());
        let width = self.histogram.linear_width();
        let edge = |n_bins: usize| (n_bins as f64 * width).min(f64::from(f32::MAX)) as f32;
        match scheme.symmetry() {
            Symmetry::Symmetric => {
                for (to, from) in positive.iter_mut().zip(&negative) {
                    *to += from;
                }
                let levels = (highest - lowest + 1) as usize / 2;
                match entropy_len(&positive, levels) {
                    Some(len) => ClipRange::around_zero(edge(len), extent),
                    None => ClipRange::enclosing(extent.0, extent.1),
                }
            }
            Symmetry::Affine => {
                let levels = (highest - lowest + 1) as usize;
                let zero = used_len(&negative);
                negative.truncate(zero);
                negative.reverse();
                negative.extend_from_slice(&positive[..used_len(&positive)]);
                if negative.len() <= levels {
                    return ClipRange::enclosing(extent.0, extent.1);
                }
                let (start, end) = Counts::new(&negative).best_window(zero, levels);
                let range = ClipRange::enclosing(-edge(zero - start), edge(end - zero))?;
                Ok(range.within(extent))
            }
        }
    }
}

impl Calibrator for Entropy {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        self.histogram.observe(activations)
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

/// How many bins, from the first on, to keep of a histogram of magnitudes for the least divergence: the search of
/// [`Entropy`] alone, for histograms of one's own. From `levels` to as many as there are up to the last that is not
/// empty; `None` if that is fewer than `levels`, or `levels` is 0.
///
/// Against the same search in ONNX Runtime (`HistogramCollector.get_entropy_threshold`) and MXNet, from which that one
/// comes: there, each group has `⌊m / levels⌋` bins and the last one all that remain, up to 126 more; what a group
/// spreads over its bins is cut to whole numbers, so that sparse groups vanish; and empty bins get 10⁻⁴ so that nothing
/// is infinite. Here the groups are even and nothing is rounded.
///
/// *Cost*: `counts.len() · levels`, since the divergence of a range follows from sums over each of its groups.
///
/// ```
/// // Eight bins, four levels: the lone number far out is not worth coarser groups.
/// let counts = [100, 90, 60, 30, 0, 0, 0, 1];
/// assert_eq!(emo_quant::entropy_len(&counts, 4), Some(4));
/// ```
pub fn entropy_len(counts: &[u64], levels: usize) -> Option<usize> {
    let used = used_len(counts);
    if levels == 0 || used < levels {
        return None;
    }
    let counts = Counts::new(&counts[..used]);
    best((levels..=used).rev(), |&end| {
        counts.divergence(0, end, levels)
    })
}

/// The first of the candidates with the least cost, which may be infinite.
fn best<T>(candidates: impl Iterator<Item = T>, cost: impl Fn(&T) -> f64) -> Option<T> {
    candidates
        .map(|candidate| (cost(&candidate), candidate))
        .reduce(|best, next| if next.0 < best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

/// How many bins there are up to the last that is not empty.
fn used_len(counts: &[u64]) -> usize {
    counts
        .iter()
        .rposition(|&count| count > 0)
        .map_or(0, |last| last + 1)
}

/// Sums over the bins before each bin.
struct Counts {
    /// Of counts.
    total: Vec<u64>,
    /// Of bins that are not empty.
    filled: Vec<u32>,
    /// Of `count · ln count`.
    entropy: Vec<f64>,
}

impl Counts {
    fn new(counts: &[u64]) -> Self {
        let mut sums = Self {
            total: vec![0],
            filled: vec![0],
            entropy: vec![0.0],
        };
        let (mut total, mut filled, mut entropy) = (0, 0, 0.0);
        for &count in counts {
            total += count;
            filled += u32::from(count > 0);
            entropy += x_ln_x(count as f64);
            sums.total.push(total);
            sums.filled.push(filled);
            sums.entropy.push(entropy);
        }
        sums
    }

    fn len(&self) -> usize {
        self.total.len() - 1
    }

    fn count(&self, start: usize, end: usize) -> u64 {
        self.total[end] - self.total[start]
    }

    /// The Kullback–Leibler divergence of the bins from `start` to before `end`, written with `levels` integers, from
    /// all bins.
    ///
    /// With reference counts p (sum P, with what is beyond the range) and candidate counts q (sum Q, without it):
    /// Σ p/P · ln((p/P) / (q/Q)) = (Σ p ln p − Σ p ln q) / P + ln(Q/P).
    fn divergence(&self, start: usize, end: usize, levels: usize) -> f64 {
        let all = self.count(0, self.len());
        let inside = self.count(start, end);
        let below = self.count(0, start);
        let above = self.count(end, self.len());
        let (first, last) = (self.count(start, start + 1), self.count(end - 1, end));
        if inside == 0 || (below > 0 && first == 0) || (above > 0 && last == 0) {
            return f64::INFINITY;
        }
        let mut reference = self.entropy[end] - self.entropy[start];
        let (outside, edges) = if end - start == 1 {
            ((below + above, 0), (first, 0))
        } else {
            ((below, above), (first, last))
        };
        for (beyond, edge) in [(outside.0, edges.0), (outside.1, edges.1)] {
            reference += x_ln_x((edge + beyond) as f64) - x_ln_x(edge as f64);
        }

        let (n_bins, mut cross) = (end - start, 0.0);
        let (mut from, mut first_ln, mut last_ln) = (start, None, 0.0);
        for level in 1..=levels.min(n_bins) {
            // The first bin whose group is this one or a later one.
            let to = start + (level * n_bins).div_ceil(levels.min(n_bins));
            let count = self.count(from, to);
            if count > 0 {
                let filled = self.filled[to] - self.filled[from];
                let ln = (count as f64 / f64::from(filled)).ln();
                cross += count as f64 * ln;
                first_ln = first_ln.or(Some(ln));
                last_ln = ln;
            }
            from = to;
        }
        cross += below as f64 * first_ln.unwrap_or(0.0) + above as f64 * last_ln;
        let all = all as f64;
        (reference - cross) / all + (inside as f64 / all).ln()
    }

    /// The bins of the best range around the edge at `zero`; there must be as many bins as levels.
    fn best_window(&self, zero: usize, levels: usize) -> (usize, usize) {
        let (mut start, mut end) = (0, self.len());
        for _ in 0..ROUNDS {
            let before = (start, end);
            let latest = zero.min(end.saturating_sub(levels));
            start = best(0..=latest, |&start| self.divergence(start, end, levels)).unwrap_or(start);
            let earliest = zero.max(start + levels).min(self.len());
            end = best((earliest..=self.len()).rev(), |&end| {
                self.divergence(start, end, levels)
            })
            .unwrap_or(end);
            if before == (start, end) {
                break;
            }
        }
        (start, end)
    }
}

fn x_ln_x(x: f64) -> f64 {
    if x > 0.0 { x * x.ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use proptest::prelude::*;

    use super::*;

    /// The definition, word by word.
    fn divergence(counts: &[u64], start: usize, end: usize, levels: usize) -> f64 {
        let inside = &counts[start..end];
        let mut reference: Vec<f64> = inside.iter().map(|&n| n as f64).collect();
        reference[0] += counts[..start].iter().sum::<u64>() as f64;
        reference[end - start - 1] += counts[end..].iter().sum::<u64>() as f64;
        let group = |bin: usize| bin * levels / inside.len();
        let mut candidate = vec![0.0; inside.len()];
        for (bin, q) in candidate.iter_mut().enumerate() {
            let members = (0..inside.len()).filter(|&other| group(other) == group(bin));
            let filled = members.clone().filter(|&n| inside[n] > 0).count();
            if inside[bin] > 0 {
                *q = members.map(|n| inside[n]).sum::<u64>() as f64 / filled as f64;
            }
        }
        let (p_sum, q_sum): (f64, f64) = (reference.iter().sum(), candidate.iter().sum());
        // Without a number inside there is no distribution.
        if q_sum == 0.0 {
            return f64::INFINITY;
        }
        reference
            .iter()
            .zip(&candidate)
            .filter(|(p, _)| **p > 0.0)
            .map(|(p, q)| p / p_sum * ((p / p_sum) / (q / q_sum)).ln())
            .sum()
    }

    proptest! {
        #[test]
        fn sums_over_groups_are_the_definition(
            counts in prop::collection::vec(prop_oneof![Just(0_u64), 1_u64..50], 4..60),
            levels in 1_usize..12,
            at in (0.0_f64..1.0, 0.0_f64..1.0),
        ) {
            let start = (at.0 * (counts.len() - 1) as f64) as usize;
            let left = counts.len() - start;
            let end = start + 1 + (at.1 * left as f64) as usize;
            let levels = levels.min(end - start);
            let expected = divergence(&counts, start, end, levels);
            let actual = Counts::new(&counts).divergence(start, end, levels);
            if expected.is_finite() {
                assert_close([actual], [expected], 1e-9, 1e-12);
                prop_assert!(actual >= -1e-12);
            } else {
                prop_assert_eq!(actual, expected);
            }
        }
    }

    #[test]
    fn too_few_bins_decide_nothing() {
        assert_eq!(entropy_len(&[1, 2, 3, 0, 0], 4), None);
        assert_eq!(entropy_len(&[1, 2, 3, 0, 0], 0), None);
        assert_eq!(entropy_len(&[], 4), None);
        assert_eq!(entropy_len(&[1, 2, 3], 3), Some(3));
    }
}
