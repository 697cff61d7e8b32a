use super::bit_rows::{BitRows, LANES};

/// Whether two samples exactly the tolerance apart are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// They are not: `distance < tolerance`.
    Below,
    /// They are: `distance ≤ tolerance`.
    AtMost,
}

/// The largest bit matrix held at once, in words; longer signals are compared with one block of columns at a time.
const MAX_WORDS: usize = 1 << 20;

/// Which pairs of templates are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// Each pair once, in the row of its earlier template, and no template with itself: of the first `n − m·delay`
    /// templates, which exist at both lengths.
    EachOnce,
    /// Every template with every one, itself too: all `n − (m − 1)·delay` at the first length.
    All,
}

/// What counts as alike, and between which templates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matching {
    pub(crate) dimension: usize,
    pub(crate) delay: usize,
    pub(crate) tolerance: f64,
    pub(crate) comparison: Comparison,
    pub(crate) pairs: Pairs,
}

/// For each template of a signal, how many templates of `m` and of `m + 1` samples are alike, sample by sample.
///
/// Samples that are alike to one sample are neighbours once sorted, so their set, as bits over time, changes by few
/// bits from one sample to the next in that order. Templates are alike where the sets of their samples, each shifted
/// by its place, have a bit in common: 64 pairs of templates are compared by one operation.
#[derive(Debug, Clone, Default)]
pub(crate) struct TemplateMatches {
    /// Samples in ascending order with their place in time.
    sorted: Vec<(f64, u32)>,
    /// For each of `sorted`, the range of `sorted` that is alike.
    ranges: Vec<(u32, u32)>,
    /// Bits over time of what is alike to each sample, `[samples, words]`.
    rows: Vec<u64>,
    row: Vec<u64>,
    /// The columns of a block that are templates.
    mask: Vec<u64>,
    has_ties: bool,
    /// `[m, m + 1]` for each template.
    counts: Vec<[u32; 2]>,
}

impl TemplateMatches {
    /// The counts at `m` and `m + 1` samples of each template; the signal is finite and longer than `m·delay`.
    pub(crate) fn count(&mut self, signal: &[f64], matching: &Matching) -> &[[u32; 2]] {
        let n = signal.len();
        let Matching {
            dimension: m,
            delay,
            pairs,
            ..
        } = *matching;
        let reach = m * delay;
        let n_templates = match pairs {
            Pairs::EachOnce => n - reach,
            Pairs::All => n - (reach - delay),
        };
        self.find_ranges(signal, matching);
        self.counts.clear();
        self.counts.resize(n_templates, [0; 2]);

        // Words beyond the block, which its templates' later samples reach into; one more for the shift.
        let margin = reach / 64 + 2;
        let words = n_templates.div_ceil(64).next_multiple_of(LANES);
        let block_words = (MAX_WORDS / n).saturating_sub(margin) / LANES * LANES;
        let block_words = block_words.clamp(LANES, words);
        for first_word in (0..words).step_by(block_words) {
            let len = block_words.min(words - first_word);
            self.fill_rows(n, first_word, len + margin);
            let first_column = 64 * first_word;
            self.mask.clear();
            self.mask.extend((0..len).map(|word| {
                let used = n_templates.saturating_sub(first_column + 64 * word).min(64);
                u64::MAX.checked_shr(64 - used as u32).unwrap_or(0)
            }));
            let rows = BitRows {
                rows: &self.rows[..n * (len + margin)],
                width: len + margin,
                first_column,
                mask: &self.mask,
            };
            rows.count(matching, &mut self.counts);
        }
        &self.counts
    }

    /// Whether, of the signal counted last, two samples lie exactly the tolerance apart, so that the comparisons differ.
    pub(super) fn has_ties(&self) -> bool {
        self.has_ties
    }

    /// From the counts of all pairs at a delay of one, those of [`Pairs::EachOnce`] over all templates.
    ///
    /// All pairs hold each one twice and each template with itself. At `m` samples they also hold the last template,
    /// which has no sample `m + 1`.
    pub(super) fn pairs_once(&self) -> Option<[u64; 2]> {
        let (last, long) = self.counts.split_last()?;
        let twice = |place: usize| -> u64 {
            let sum: u64 = long.iter().map(|counts| u64::from(counts[place])).sum();
            sum - long.len() as u64
        };
        Some([(twice(0) - u64::from(last[0] - 1)) / 2, twice(1) / 2])
    }

    fn find_ranges(&mut self, signal: &[f64], matching: &Matching) {
        let tolerance = matching.tolerance;
        let alike = |low: f64, high: f64| match matching.comparison {
            Comparison::Below => high - low < tolerance,
            Comparison::AtMost => high - low <= tolerance,
        };
        self.sorted.clear();
        self.sorted
            .extend(signal.iter().zip(0_u32..).map(|(&x, i)| (x, i)));
        self.sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        // A range begins after all samples whose own range has ended by then.
        let n = signal.len();
        self.ranges.clear();
        self.ranges.resize(n + 1, (0, 0));
        self.has_ties = false;
        for (position, &(value, _)) in self.sorted.iter().enumerate() {
            let above = &self.sorted[position..];
            let n_alike = above.partition_point(|x| alike(value, x.0));
            let is_tie = |x: &(f64, u32)| x.0 - value == tolerance;
            let furthest = above[..n_alike].last();
            self.has_ties |= furthest.into_iter().chain(above.get(n_alike)).any(is_tie);
            let end = position + n_alike;
            self.ranges[position].1 = end as u32;
            self.ranges[end].0 += 1;
        }
        let mut n_ended = 0;
        for range in &mut self.ranges {
            n_ended += range.0;
            range.0 = n_ended;
        }
        self.ranges.truncate(n);
    }

    /// Bits `64·first_word ..` of each sample's set, `width` words of them.
    fn fill_rows(&mut self, n: usize, first_word: usize, width: usize) {
        if self.rows.len() < n * width {
            self.rows.resize(n * width, 0);
        }
        self.row.clear();
        self.row.resize(width, 0);
        let (mut from, mut to) = (0, 0);
        let row = &mut self.row[..];
        for (&(_, sample), &(first, end)) in self.sorted.iter().zip(&self.ranges) {
            flip(row, first_word, &self.sorted[to..end as usize]);
            flip(row, first_word, &self.sorted[from..first as usize]);
            (from, to) = (first as usize, end as usize);
            let start = sample as usize * width;
            self.rows[start..start + width].copy_from_slice(row);
        }
    }
}

/// Flips the bits of these samples' places in time, in words that start at `first_word`.
#[inline(always)]
fn flip(row: &mut [u64], first_word: usize, samples: &[(f64, u32)]) {
    let flip = |row: &mut [u64], place: u32, is_one: bool| {
        let word = (place as usize / 64).wrapping_sub(first_word);
        let is_inside = word < row.len();
        row[if is_inside { word } else { 0 }] ^= u64::from(is_one && is_inside) << (place % 64);
    };
    // Most often there are up to two, which is done without a branch that a processor cannot guess.
    let is_there = !samples.is_empty();
    let first = samples.first().map_or(0, |x| x.1);
    let last = samples.last().map_or(0, |x| x.1);
    flip(row, first, is_there);
    flip(row, last, samples.len() > 1);
    if samples.len() > 2 {
        for &(_, place) in &samples[1..samples.len() - 1] {
            flip(row, place, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition for template `i`: every pair, sample by sample.
    fn oracle(x: &[f64], matching: &Matching, i: usize) -> [u32; 2] {
        let Matching {
            dimension: m,
            delay,
            tolerance,
            comparison,
            pairs,
        } = *matching;
        let alike = |j: usize, len: usize| {
            (0..len).all(|k| {
                let distance = (x[i + k * delay] - x[j + k * delay]).abs();
                match comparison {
                    Comparison::Below => distance < tolerance,
                    Comparison::AtMost => distance <= tolerance,
                }
            })
        };
        let n_long = x.len() - m * delay;
        let (from, n_short) = match pairs {
            Pairs::EachOnce => (i + 1, n_long),
            Pairs::All => (0, n_long + delay),
        };
        let count = |len: usize, n: usize| (from..n).filter(|&j| alike(j, len)).count() as u32;
        [
            count(m, n_short),
            if i < n_long { count(m + 1, n_long) } else { 0 },
        ]
    }

    fn check(signal: &[f64], matching: &Matching, every: usize) {
        let mut matches = TemplateMatches::default();
        let counts = matches.count(signal, matching);
        for (i, counts) in counts.iter().enumerate().step_by(every) {
            assert_eq!(
                *counts,
                oracle(signal, matching, i),
                "template {i} of {matching:?}"
            );
        }
    }

    fn matchings() -> impl Strategy<Value = Matching> {
        (
            1_usize..5,
            1_usize..40,
            0.1..4.0,
            any::<bool>(),
            any::<bool>(),
        )
            .prop_map(|(dimension, delay, tolerance, strict, once)| Matching {
                dimension,
                delay,
                tolerance,
                comparison: if strict {
                    Comparison::Below
                } else {
                    Comparison::AtMost
                },
                pairs: if once { Pairs::EachOnce } else { Pairs::All },
            })
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_definition(
            matching in matchings(),
            // Halves, so that distances equal tolerances too.
            signal in prop::collection::vec((-8_i32..8).prop_map(|x| f64::from(x) / 2.0), 165..400),
            half in 1_u8..5,
        ) {
            check(&signal, &matching, 7);
            check(&signal, &Matching { tolerance: f64::from(half) / 2.0, ..matching }, 7);
        }
    }

    #[test]
    fn long_signals_are_counted_in_blocks() {
        // 10,007 samples make rows of 157 words, and 2^20 words hold 104 of each.
        let signal: Vec<f64> = (0..10_007_u32)
            .map(|n| f64::from(n.wrapping_mul(2_654_435_761) >> 20))
            .collect();
        let mut matching = Matching {
            dimension: 2,
            delay: 1,
            tolerance: 600.0,
            comparison: Comparison::AtMost,
            pairs: Pairs::EachOnce,
        };
        for pairs in [Pairs::EachOnce, Pairs::All] {
            matching.pairs = pairs;
            check(&signal, &matching, 487);
        }
    }
}
