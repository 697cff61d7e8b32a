use crate::ScoreError;

/// McNemar's test: whether two classifiers err equally often on the same samples.
///
/// Only the samples count on which one is right and the other wrong. The test takes samples as independent: several
/// windows of one person are not.
///
/// # References
/// Q. McNemar, *Note on the sampling error of the difference between correlated proportions or percentages*,
/// Psychometrika 12(2), 1947, doi:10.1007/BF02295996. A. L. Edwards, Psychometrika 13(3), 1948,
/// doi:10.1007/BF02289261 (continuity correction). T. G. Dietterich, Neural Computation 10(7), 1998,
/// doi:10.1162/089976698300017197.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct McNemar {
    only_first: u64,
    only_second: u64,
}

impl McNemar {
    /// Counts the samples on which exactly one of the two is right.
    ///
    /// # Errors
    /// [`ScoreError::Count`] if they differ in length.
    pub fn new(
        first_correct: impl ExactSizeIterator<Item = bool>,
        second_correct: impl ExactSizeIterator<Item = bool>,
    ) -> Result<Self, ScoreError> {
        if first_correct.len() != second_correct.len() {
            return Err(ScoreError::Count {
                what: "samples of the second classifier",
                expected: first_correct.len(),
                actual: second_correct.len(),
            });
        }
        let (mut only_first, mut only_second) = (0, 0);
        for (first, second) in first_correct.zip(second_correct) {
            only_first += u64::from(first && !second);
            only_second += u64::from(second && !first);
        }
        Ok(Self::from_counts(only_first, only_second))
    }

    /// Takes how many samples only the first, and only the second, got right.
    pub fn from_counts(only_first: u64, only_second: u64) -> Self {
        Self {
            only_first,
            only_second,
        }
    }

    /// How many samples only the first got right.
    pub fn only_first(&self) -> u64 {
        self.only_first
    }

    /// How many samples only the second got right.
    pub fn only_second(&self) -> u64 {
        self.only_second
    }

    /// The two-sided p-value of the binomial distribution with chance ½; 1 where they never differ. To be taken
    /// where few samples differ.
    ///
    /// Cost: linear in the smaller count.
    pub fn exact_p(&self) -> f64 {
        let n = self.only_first + self.only_second;
        let least = self.only_first.min(self.only_second);
        if self.only_first == self.only_second {
            return 1.0;
        }
        // C(n, least)/2ⁿ as a product that halves along the way and so stays in range.
        let (mut term, mut halvings) = (1.0_f64, n);
        for i in 0..least {
            term *= (n - i) as f64 / (i + 1) as f64;
            while term > 1.0 && halvings > 0 {
                term *= 0.5;
                halvings -= 1;
            }
        }
        let (mut sum, mut current) = (0.0, 1.0);
        for i in (0..=least).rev() {
            sum += current;
            current *= i as f64 / (n - i + 1) as f64;
        }
        let halvings = i32::try_from(halvings).unwrap_or(i32::MAX);
        (2.0 * sum * term * 0.5_f64.powi(halvings)).min(1.0)
    }

    /// The statistic with continuity correction, `(|b − c| − 1)²/(b + c)`; 0 where they never differ.
    pub fn statistic(&self) -> f64 {
        let n = (self.only_first + self.only_second) as f64;
        let distance = (self.only_first.abs_diff(self.only_second) as f64 - 1.0).max(0.0);
        if n == 0.0 {
            0.0
        } else {
            distance * distance / n
        }
    }

    /// The p-value of [`statistic`](Self::statistic) by the χ² distribution with one degree of freedom.
    pub fn corrected_p(&self) -> f64 {
        libm::erfc((self.statistic() / 2.0).sqrt())
    }
}
