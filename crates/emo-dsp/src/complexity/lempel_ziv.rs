use crate::DspError;

use super::moments::{check_signal, mean};

/// What a sample must exceed to become a 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum BinaryThreshold {
    /// The signal's median, as is usual.
    Median,
    /// Its mean, as NeuroKit2 has by default.
    Mean,
    /// This, in the signal's unit.
    Absolute(f64),
}

/// Lempel–Ziv complexity: how many new words a signal needs, once it is written in zeros and ones.
///
/// The signal becomes a sequence of bits (1 above the threshold), and the bits are cut into words, each the shortest
/// that did not begin earlier; words may be copied from what they overlap (LZ76). The number of words is divided by
/// `N / log₂ N`, which noise tends to: near 1 for noise, near 0 for a periodic signal. As antropy's
/// `lziv_complexity(…, normalize=True)` and NeuroKit2's `complexity_lempelziv`.
///
/// Takes `N` steps, and allocates only for a signal longer than any before.
///
/// # References
/// - A. Lempel, J. Ziv (1976). On the complexity of finite sequences. IEEE Transactions on Information Theory 22(1).
///   doi:10.1109/TIT.1976.1055501.
/// - A. Blumer et al. (1985). The smallest automaton recognizing the subwords of a text. Theoretical Computer Science
///   40. doi:10.1016/0304-3975(85)90157-4.
#[derive(Debug, Clone)]
#[doc(alias = "LZC")]
pub struct LempelZiv {
    threshold: BinaryThreshold,
    sorted: Vec<f64>,
    subwords: Subwords,
}

impl LempelZiv {
    /// A complexity of bits above `threshold`.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for an absolute threshold that is not finite.
    pub fn new(threshold: BinaryThreshold) -> Result<Self, DspError> {
        if let BinaryThreshold::Absolute(value) = threshold
            && !value.is_finite()
        {
            return Err(DspError::InvalidSetting {
                name: "threshold",
                value,
                expected: "a finite number",
            });
        }
        Ok(Self {
            threshold,
            sorted: Vec::new(),
            subwords: Subwords::default(),
        })
    }

    /// The normalised complexity of `signal`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below 2 samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        let words = self.count(signal)? as f64;
        let n = signal.len() as f64;
        Ok(words * n.log2() / n)
    }

    /// The number of words of `signal`.
    ///
    /// # Errors
    /// As [`compute`](Self::compute).
    pub fn count(&mut self, signal: &[f64]) -> Result<usize, DspError> {
        check_signal(signal, 2)?;
        let threshold = match self.threshold {
            BinaryThreshold::Median => self.median(signal),
            BinaryThreshold::Mean => mean(signal),
            BinaryThreshold::Absolute(value) => value,
        };
        // As many classes as there can be, so that memory does not depend on what the samples are.
        let n_classes = signal.len().saturating_mul(2);
        self.subwords.classes.clear();
        self.subwords.classes.reserve(n_classes);
        let bits = signal.iter().map(|&x| usize::from(x > threshold));
        Ok(self.subwords.count_words(bits))
    }

    fn median(&mut self, signal: &[f64]) -> f64 {
        self.sorted.clear();
        self.sorted.extend_from_slice(signal);
        let middle = signal.len() / 2;
        let (below, &mut upper, _) = self.sorted.select_nth_unstable_by(middle, f64::total_cmp);
        if signal.len() % 2 == 1 {
            return upper;
        }
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Half each, since the sum of two large samples may overflow; NumPy's mean of the two is the same otherwise.
        lower / 2.0 + upper / 2.0
    }
}

const NONE: u32 = u32::MAX;

/// One class of subwords that end at the same places.
#[derive(Debug, Clone, Copy)]
struct Class {
    /// The class that each further bit leads to.
    next: [u32; 2],
    /// The class of the longest suffix that ends at more places.
    link: u32,
    /// The length of the longest subword.
    len: u32,
}

/// The smallest automaton that knows all subwords of the bits so far, grown bit by bit.
#[derive(Debug, Clone, Default)]
struct Subwords {
    classes: Vec<Class>,
}

impl Subwords {
    /// The number of words of LZ76; the last one may be unfinished.
    fn count_words(&mut self, bits: impl Iterator<Item = usize>) -> usize {
        self.classes.clear();
        self.classes.push(Class {
            next: [NONE; 2],
            link: NONE,
            len: 0,
        });
        // `here` is the class of the word so far, `len` its length, `last` the class of all bits so far.
        let (mut words, mut here, mut len, mut last) = (0, 0, 0, 0);
        for bit in bits {
            // Before the bit is added, the automaton knows what the word may be copied from.
            let known = self.classes[here as usize].next[bit];
            last = self.push(last, bit);
            if known == NONE {
                words += 1;
                (here, len) = (0, 0);
                continue;
            }
            (here, len) = (known, len + 1);
            // Adding the bit may have split the class; the word is in the one whose lengths it falls in.
            loop {
                let link = self.classes[here as usize].link;
                if link == NONE || self.classes[link as usize].len < len {
                    break;
                }
                here = link;
            }
        }
        words + usize::from(len > 0)
    }

    fn push(&mut self, last: u32, bit: usize) -> u32 {
        let new = self.classes.len() as u32;
        let len = self.classes[last as usize].len + 1;
        self.classes.push(Class {
            next: [NONE; 2],
            link: 0,
            len,
        });
        let mut from = last;
        while from != NONE && self.classes[from as usize].next[bit] == NONE {
            self.classes[from as usize].next[bit] = new;
            from = self.classes[from as usize].link;
        }
        if from == NONE {
            return new;
        }
        let to = self.classes[from as usize].next[bit];
        let from_len = self.classes[from as usize].len;
        if self.classes[to as usize].len == from_len + 1 {
            self.classes[new as usize].link = to;
            return new;
        }
        let copy = self.classes.len() as u32;
        self.classes.push(Class {
            len: from_len + 1,
            ..self.classes[to as usize]
        });
        while from != NONE && self.classes[from as usize].next[bit] == to {
            self.classes[from as usize].next[bit] = copy;
            from = self.classes[from as usize].link;
        }
        self.classes[to as usize].link = copy;
        self.classes[new as usize].link = copy;
        new
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: each word is the longest that begins earlier, and one bit more.
    fn oracle(bits: &[usize]) -> usize {
        let (mut words, mut start) = (0, 0);
        while start < bits.len() {
            let copied = (0..start)
                .map(|from| {
                    let pairs = bits[from..].iter().zip(&bits[start..]);
                    pairs.take_while(|(a, b)| a == b).count()
                })
                .max()
                .unwrap_or(0);
            words += 1;
            start += copied + 1;
        }
        words
    }

    proptest! {
        #[test]
        fn words_are_those_of_the_definition(
            bits in prop_oneof![
                prop::collection::vec(0_usize..2, 0..300),
                prop::collection::vec(prop::sample::select(vec![0, 0, 0, 0, 1_usize]), 0..300),
            ],
            period in 1_usize..20,
        ) {
            let mut subwords = Subwords::default();
            prop_assert_eq!(subwords.count_words(bits.iter().copied()), oracle(&bits));
            let periodic: Vec<usize> = bits.iter().copied().take(period).cycle().take(bits.len()).collect();
            prop_assert_eq!(subwords.count_words(periodic.iter().copied()), oracle(&periodic));
        }
    }

    #[test]
    fn words_are_those_of_the_paper() {
        // Kaspar and Schuster (1987): 0·001·10·100·1000·101, the last one unfinished or not.
        let bits = [0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1];
        assert_eq!(Subwords::default().count_words(bits.into_iter()), 6);
    }
}
