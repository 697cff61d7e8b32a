#![expect(
    unsafe_code,
    reason = "the same loop is compiled for the vector instructions of newer processors"
)]

use super::template_matches::{Matching, Pairs};

/// Words that are compared side by side.
pub(super) const LANES: usize = 8;

/// A block of columns of a signal's matrix of likeness, as bits `[samples, width]`: bit `j` of row `i` says whether sample
/// `i` and sample `first_column + j` are alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct BitRows<'a> {
    pub(super) rows: &'a [u64],
    /// Words of a row: those of `mask`, and as many beyond as a template's later samples reach into.
    pub(super) width: usize,
    pub(super) first_column: usize,
    /// The columns that are templates; a multiple of [`LANES`] words.
    pub(super) mask: &'a [u64],
}

impl BitRows<'_> {
    /// Adds how many of these columns are alike to each template at `m` and at `m + 1` samples.
    pub(super) fn count(&self, matching: &Matching, counts: &mut [[u32; 2]]) {
        Instructions::detect().count(self, matching, counts);
    }

    #[inline(always)]
    fn count_with(&self, matching: &Matching, counts: &mut [[u32; 2]]) {
        let (m, delay) = (matching.dimension, matching.delay);
        let n = self.rows.len() / self.width;
        for (i, counts) in counts.iter_mut().enumerate() {
            // Columns before this one are not counted.
            let from = match matching.pairs {
                Pairs::EachOnce => (i + 1).saturating_sub(self.first_column),
                Pairs::All => 0,
            };
            if from >= 64 * self.mask.len() {
                break;
            }
            let is_long = i + m * delay < n;
            let first = from / 64 / LANES * LANES;
            let (mut short, mut long) = ([0_u32; LANES], [0_u32; LANES]);
            for (word, mask) in (first..)
                .step_by(LANES)
                .zip(self.mask[first..].chunks(LANES))
            {
                let mut alike = [0_u64; LANES];
                alike.copy_from_slice(mask);
                if word == first {
                    for (k, x) in alike.iter_mut().enumerate() {
                        let skipped = from.saturating_sub(64 * (word + k)).min(64);
                        *x &= u64::MAX.checked_shl(skipped as u32).unwrap_or(0);
                    }
                }
                for k in 0..m {
                    self.keep(&mut alike, i + k * delay, word, k * delay);
                }
                add_ones(&mut short, &alike);
                if is_long {
                    self.keep(&mut alike, i + m * delay, word, m * delay);
                    add_ones(&mut long, &alike);
                }
            }
            counts[0] += short.iter().sum::<u32>();
            counts[1] += long.iter().sum::<u32>();
        }
    }

    /// Keeps what sample `row` is alike to, `reach` columns later.
    #[inline(always)]
    fn keep(&self, alike: &mut [u64; LANES], row: usize, word: usize, reach: usize) {
        let start = row * self.width + word + reach / 64;
        let shift = (reach % 64) as u32;
        let words = &self.rows[start..=start + LANES];
        for (k, x) in alike.iter_mut().enumerate() {
            // Two shifts, since one by 64 is none.
            *x &= (words[k] >> shift) | ((words[k + 1] << 1) << (63 - shift));
        }
    }
}

#[inline(always)]
fn add_ones(counts: &mut [u32; LANES], words: &[u64; LANES]) {
    for (count, word) in counts.iter_mut().zip(words) {
        *count += word.count_ones();
    }
}

/// The instructions with which bits are compared and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Instructions {
    /// All that this machine has, from the slowest to the fastest.
    fn available() -> impl Iterator<Item = Self> {
        [
            Some(Self::Portable),
            #[cfg(target_arch = "x86_64")]
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt"))
                .then_some(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vpopcntdq"))
                .then_some(Self::Avx512),
        ]
        .into_iter()
        .flatten()
    }

    fn detect() -> Self {
        Self::available().last().unwrap_or(Self::Portable)
    }

    fn count(self, rows: &BitRows<'_>, matching: &Matching, counts: &mut [[u32; 2]]) {
        match self {
            Self::Portable => rows.count_with(matching, counts),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: only `available` makes these, where it found the instructions.
            Self::Avx2 => unsafe { count_avx2(rows, matching, counts) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Self::Avx512 => unsafe { count_avx512(rows, matching, counts) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn count_avx2(rows: &BitRows<'_>, matching: &Matching, counts: &mut [[u32; 2]]) {
    rows.count_with(matching, counts);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn count_avx512(rows: &BitRows<'_>, matching: &Matching, counts: &mut [[u32; 2]]) {
    rows.count_with(matching, counts);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::template_matches::Comparison;
    use super::*;

    proptest! {
        /// The definition itself is what `template_matches` tests the fastest instructions against.
        #[test]
        fn all_instructions_count_alike(
            words in prop::collection::vec(any::<u64>(), 2_000),
            dimension in 1_usize..4,
            delay in 1_usize..80,
            first_column in 0_usize..200,
            once in any::<bool>(),
        ) {
            let mask: Vec<u64> = words[..2 * LANES].iter().map(|x| x | words[100]).collect();
            let matching = Matching {
                dimension,
                delay,
                tolerance: 1.0,
                comparison: Comparison::Below,
                pairs: if once { Pairs::EachOnce } else { Pairs::All },
            };
            let rows = BitRows { rows: &words, width: 2 * LANES + 4, first_column, mask: &mask };
            let n_templates = 100_usize.saturating_sub((dimension - 1) * delay);
            let counts = |instructions: Instructions| {
                let mut counts = vec![[0; 2]; n_templates];
                instructions.count(&rows, &matching, &mut counts);
                counts
            };
            let portable = counts(Instructions::Portable);
            for instructions in Instructions::available() {
                prop_assert_eq!(&counts(instructions), &portable, "{:?}", instructions);
            }
        }
    }
}
