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
        let words = n_templates.div_ceil(64);
        let block_words = (MAX_WORDS / n).saturating_sub(margin).clamp(1, words);
        for first_word in (0..words).step_by(block_words) {
            let len = block_words.min(words - first_word);
            self.fill_rows(n, first_word, len + margin);
            self.count_block(matching, n_templates, first_word, len, len + margin);
        }
        &self.counts
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
        self.ranges.clear();
        let (mut from, mut to) = (0, 0);
        for (position, &(value, _)) in self.sorted.iter().enumerate() {
            while from < position && !alike(self.sorted[from].0, value) {
                from += 1;
            }
            to = to.max(position);
            while to < self.sorted.len() && alike(value, self.sorted[to].0) {
                to += 1;
            }
            self.ranges.push((from as u32, to as u32));
        }
    }

    /// Bits `64·first_word ..` of each sample's set, `width` words of them.
    fn fill_rows(&mut self, n: usize, first_word: usize, width: usize) {
        if self.rows.len() < n * width {
            self.rows.resize(n * width, 0);
        }
        self.row.clear();
        self.row.resize(width, 0);
        let columns = 64 * first_word..64 * (first_word + width);
        let (mut from, mut to) = (0, 0);
        let flip = |row: &mut [u64], column: u32| {
            let column = column as usize;
            if columns.contains(&column) {
                let bit = column - columns.start;
                row[bit / 64] ^= 1 << (bit % 64);
            }
        };
        for (&(_, sample), &(first, end)) in self.sorted.iter().zip(&self.ranges) {
            while to < end {
                flip(&mut self.row, self.sorted[to as usize].1);
                to += 1;
            }
            while from < first {
                flip(&mut self.row, self.sorted[from as usize].1);
                from += 1;
            }
            let start = sample as usize * width;
            self.rows[start..start + width].copy_from_slice(&self.row);
        }
    }

    /// Adds what the columns from `64·first_word`, `len` words of them, hold of each template's matches.
    fn count_block(
        &mut self,
        matching: &Matching,
        n_templates: usize,
        first_word: usize,
        len: usize,
        width: usize,
    ) {
        let (m, delay) = (matching.dimension, matching.delay);
        let first_column = 64 * first_word;
        let used = (n_templates - first_column).min(64 * len);
        let last_mask = u64::MAX >> ((64 - used % 64) % 64);
        let n = self.sorted.len();
        for (i, counts) in self.counts.iter_mut().enumerate() {
            // Columns before this one are not counted.
            let from = match matching.pairs {
                Pairs::EachOnce => (i + 1).saturating_sub(first_column),
                Pairs::All => 0,
            };
            if from >= 64 * len {
                break;
            }
            let skipped = from / 64;
            let row_of = |k: usize| {
                let start = (i + k * delay) * width + skipped + k * delay / 64;
                let shift = (k * delay % 64) as u32;
                (&self.rows[start..=start + len - skipped], shift)
            };
            let matches = &mut self.row[..len - skipped];
            matches.copy_from_slice(&row_of(0).0[..len - skipped]);
            for k in 1..m {
                keep_shifted(matches, row_of(k));
            }
            matches[0] &= u64::MAX << (from % 64);
            matches[len - skipped - 1] &= last_mask;
            counts[0] += ones(matches);
            if i + m * delay < n {
                keep_shifted(matches, row_of(m));
                counts[1] += ones(matches);
            }
        }
    }
}

/// `matches & (row >> shift)`, the row one word longer.
fn keep_shifted(matches: &mut [u64], (row, shift): (&[u64], u32)) {
    for ((word, low), high) in matches.iter_mut().zip(row).zip(&row[1..]) {
        // Two shifts, since one by 64 is none.
        *word &= (low >> shift) | ((high << 1) << (63 - shift));
    }
}

fn ones(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
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
