use std::collections::VecDeque;

use crate::{ScoreError, table::check_scores};

/// A hidden Markov model of how classes follow one another, one step per sample.
///
/// # References
/// L. R. Rabiner, *A tutorial on hidden Markov models and selected applications in speech recognition*, Proc. IEEE
/// 77(2), 1989, doi:10.1109/5.18626.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Hmm {
    /// `[classes]`
    initial: Vec<f64>,
    /// `[classes][classes]`: from, to.
    transition: Vec<Vec<f64>>,
}

impl Hmm {
    /// Of the probabilities of the first class, and of each class after each, `[from][to]`; all in `[0, 1]`, and rows sum
    /// to 1 within 1e-6.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] or [`ScoreError::Parameter`].
    pub fn new(initial: Vec<f64>, transition: Vec<Vec<f64>>) -> Result<Self, ScoreError> {
        let model = Self {
            initial,
            transition,
        };
        model.check()?;
        Ok(model)
    }

    /// Any class first, and each stays for the next step with the probability `stay`, in `[0, 1]`, or changes to any
    /// other alike. A class then lasts `1 / (1 − stay)` steps on average.
    ///
    /// # Errors
    /// [`ScoreError::TooFewLabels`] with fewer than two classes, or [`ScoreError::Parameter`].
    pub fn sticky(n_classes: usize, stay: f64) -> Result<Self, ScoreError> {
        if n_classes < 2 {
            return Err(ScoreError::TooFewLabels { actual: n_classes });
        }
        let change = (1.0 - stay) / (n_classes - 1) as f64;
        let row = |from| {
            (0..n_classes)
                .map(|to| if from == to { stay } else { change })
                .collect()
        };
        Self::new(
            vec![1.0 / n_classes as f64; n_classes],
            (0..n_classes).map(row).collect(),
        )
    }

    /// How many classes there are.
    pub fn n_classes(&self) -> usize {
        self.initial.len()
    }

    fn check(&self) -> Result<(), ScoreError> {
        let expected = self.initial.len();
        let rows = || std::iter::once(&self.initial).chain(&self.transition);
        let lengths = std::iter::once(self.transition.len()).chain(rows().map(Vec::len));
        for actual in lengths {
            if actual != expected {
                return Err(ScoreError::RuleClasses { expected, actual });
            }
        }
        for row in rows() {
            if let Some(value) = row.iter().find(|p| !(0.0..=1.0).contains(*p)) {
                return Err(ScoreError::Parameter {
                    name: "probability",
                    value: *value,
                    expected: "a number from 0 to 1",
                });
            }
            let sum: f64 = row.iter().sum();
            if (sum - 1.0).abs() > 1e-6 {
                return Err(ScoreError::Parameter {
                    name: "sum of probabilities",
                    value: sum,
                    expected: "1",
                });
            }
        }
        Ok(())
    }

    /// An error unless there is one finite likelihood, not negative, for each class.
    fn check_likelihoods(&self, likelihoods: &[f64]) -> Result<(), ScoreError> {
        if likelihoods.len() != self.n_classes() {
            return Err(ScoreError::RuleClasses {
                expected: self.n_classes(),
                actual: likelihoods.len(),
            });
        }
        match likelihoods
            .iter()
            .find(|likelihood| !(likelihood.is_finite() && **likelihood >= 0.0))
        {
            Some(value) => Err(ScoreError::Parameter {
                name: "likelihood",
                value: *value,
                expected: "a finite number from 0",
            }),
            None => Ok(()),
        }
    }
}

checked_serde!(Hmm);

/// The probability of each class given all samples so far: the forward algorithm.
///
/// It takes likelihoods, `p(sample | c)` up to a common factor. Of a classifier's scores these are `p(c) / P(c)`, with P
/// the class shares that it was trained on; where those are alike, the scores themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct HmmFilter {
    model: Hmm,
    belief: Vec<f64>,
    predicted: Vec<f64>,
    started: bool,
}

impl HmmFilter {
    /// Before the first sample.
    pub fn new(model: Hmm) -> Self {
        Self {
            belief: model.initial.clone(),
            predicted: model.initial.clone(),
            model,
            started: false,
        }
    }

    /// Goes one step ahead, takes the sample's likelihoods, `[classes]`, and returns the probability of each class.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] or [`ScoreError::Parameter`], and [`ScoreError::Vetoed`] if the sample cannot follow
    /// those before; nothing is changed then.
    pub fn update(&mut self, likelihoods: &[f64]) -> Result<&[f64], ScoreError> {
        self.model.check_likelihoods(likelihoods)?;
        if self.started {
            self.predicted.fill(0.0);
            for (belief, row) in self.belief.iter().zip(&self.model.transition) {
                for (predicted, transition) in self.predicted.iter_mut().zip(row) {
                    *predicted += belief * transition;
                }
            }
        } else {
            self.predicted.copy_from_slice(&self.model.initial);
        }
        let mut sum = 0.0;
        for (predicted, likelihood) in self.predicted.iter_mut().zip(likelihoods) {
            *predicted *= likelihood;
            sum += *predicted;
        }
        if !(sum > 0.0 && sum.is_finite()) {
            return Err(ScoreError::Vetoed);
        }
        for (belief, predicted) in self.belief.iter_mut().zip(&self.predicted) {
            *belief = predicted / sum;
        }
        self.started = true;
        Ok(&self.belief)
    }

    /// As [`update`](Self::update) with scores of a classifier that was trained on equal shares of the classes.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`], [`ScoreError::Score`], [`ScoreError::NotNormalized`] or [`ScoreError::Vetoed`].
    pub fn update_scores(&mut self, scores: &[f32]) -> Result<&[f64], ScoreError> {
        check_scores(scores, self.model.n_classes(), 0)?;
        let likelihoods: Vec<f64> = scores.iter().copied().map(f64::from).collect();
        self.update(&likelihoods)
    }

    /// Goes back to before the first sample, as after a gap.
    pub fn reset(&mut self) {
        self.started = false;
    }
}

/// The class of each sample on the most probable path through all samples so far, a fixed number of steps late.
///
/// The later, the more the samples that follow have to say; a path that changes its mind beyond the lag is cut. Of equally
/// probable paths, that through the first classes is taken. Likelihoods are those of [`HmmFilter`].
#[derive(Debug, Clone, PartialEq)]
pub struct FixedLagViterbi {
    model: Hmm,
    lag: usize,
    /// The logarithm of the probability of the best path to each class.
    best: Vec<f64>,
    /// Where the best path to each class came from, newest last; at most `lag` steps.
    origins: VecDeque<Vec<usize>>,
    started: bool,
}

impl FixedLagViterbi {
    /// Decides `lag` steps late.
    pub fn new(model: Hmm, lag: usize) -> Self {
        Self {
            best: vec![0.0; model.n_classes()],
            model,
            lag,
            origins: VecDeque::new(),
            started: false,
        }
    }

    /// Takes the next sample's likelihoods, `[classes]`, and returns the class of the sample `lag` steps before, once there
    /// is one.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] or [`ScoreError::Parameter`], and [`ScoreError::Vetoed`] if the sample cannot follow
    /// those before; nothing is changed then.
    pub fn update(&mut self, likelihoods: &[f64]) -> Result<Option<usize>, ScoreError> {
        self.model.check_likelihoods(likelihoods)?;
        let n_classes = self.model.n_classes();
        let (mut best, mut origin) = (vec![0.0; n_classes], vec![0; n_classes]);
        for to in 0..n_classes {
            let (from, log_p) = if self.started {
                let mut highest = (0, f64::NEG_INFINITY);
                for (from, row) in self.model.transition.iter().enumerate() {
                    let log_p = self.best[from] + row[to].ln();
                    if log_p > highest.1 {
                        highest = (from, log_p);
                    }
                }
                highest
            } else {
                (0, self.model.initial[to].ln())
            };
            origin[to] = from;
            best[to] = log_p + likelihoods[to].ln();
        }
        let highest = best.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if highest == f64::NEG_INFINITY {
            return Err(ScoreError::Vetoed);
        }
        // Only differences matter; without this the sums would grow for ever.
        for log_p in &mut best {
            *log_p -= highest;
        }
        self.best = best;
        if !self.started {
            self.started = true;
            return Ok((self.lag == 0).then(|| self.decision()));
        }
        self.origins.push_back(origin);
        if self.origins.len() > self.lag {
            self.origins.pop_front();
        }
        if self.origins.len() < self.lag {
            return Ok(None);
        }
        let oldest = self.path().next_back();
        Ok(oldest)
    }

    /// The classes of the samples that no decision has come out for yet, oldest first, and the start of a new sequence.
    pub fn finish(&mut self) -> Vec<usize> {
        let mut path: Vec<usize> = if self.started {
            self.path().collect()
        } else {
            Vec::new()
        };
        // With the whole lag filled, the oldest sample of the path has been decided already.
        if self.started && self.origins.len() == self.lag {
            path.pop();
        }
        path.reverse();
        self.origins.clear();
        self.started = false;
        path
    }

    fn decision(&self) -> usize {
        let mut class = 0;
        for (index, log_p) in self.best.iter().enumerate() {
            if *log_p > self.best[class] {
                class = index;
            }
        }
        class
    }

    /// The classes on the best path, newest first.
    fn path(&self) -> impl DoubleEndedIterator<Item = usize> {
        let mut class = self.decision();
        let mut path = vec![class];
        for origin in self.origins.iter().rev() {
            class = origin[class];
            path.push(class);
        }
        path.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// S. Russell, P. Norvig, *Artificial Intelligence: A Modern Approach*, 3rd edition, 2010, sections 15.2.1 and 15.2.3:
    /// rain, of which an umbrella is seen or not.
    fn umbrella_world() -> (Hmm, [[f64; 2]; 2]) {
        let model = Hmm::new(vec![0.5, 0.5], vec![vec![0.7, 0.3], vec![0.3, 0.7]]).unwrap();
        (model, [[0.9, 0.2], [0.1, 0.8]])
    }

    #[test]
    fn the_probability_of_rain_is_the_textbooks() {
        let (model, [umbrella, _]) = umbrella_world();
        let mut filter = HmmFilter::new(model);
        // Printed with three digits.
        assert!((filter.update(&umbrella).unwrap()[0] - 0.818).abs() < 5e-4);
        assert!((filter.update(&umbrella).unwrap()[0] - 0.883).abs() < 5e-4);
        filter.reset();
        assert!((filter.update(&umbrella).unwrap()[0] - 0.818).abs() < 5e-4);
    }

    #[test]
    fn the_most_probable_weather_is_the_textbooks() {
        let (model, [seen, not]) = umbrella_world();
        let days = [seen, seen, not, seen, seen];
        for lag in 0..7 {
            let mut viterbi = FixedLagViterbi::new(model.clone(), lag);
            let mut path: Vec<usize> = days
                .iter()
                .filter_map(|day| viterbi.update(day).unwrap())
                .collect();
            assert_eq!(path.len(), days.len().saturating_sub(lag));
            path.extend(viterbi.finish());
            assert_eq!(path, [0, 0, 1, 0, 0], "lag {lag}");
        }
    }

    /// All paths, one after the other.
    fn best_path(model: &Hmm, likelihoods: &[Vec<f64>]) -> f64 {
        let n = model.n_classes();
        (0..n.pow(likelihoods.len() as u32))
            .map(|code| probability(model, likelihoods, |t| code / n.pow(t as u32) % n))
            .fold(0.0, f64::max)
    }

    fn probability(model: &Hmm, likelihoods: &[Vec<f64>], class: impl Fn(usize) -> usize) -> f64 {
        let mut p = model.initial[class(0)];
        for (t, likelihoods) in likelihoods.iter().enumerate() {
            p *= likelihoods[class(t)];
            if t > 0 {
                p *= model.transition[class(t - 1)][class(t)];
            }
        }
        p
    }

    fn models() -> impl Strategy<Value = (Hmm, Vec<Vec<f64>>)> {
        let row = || {
            // Whole numbers: proptest 1.12 asserts wrongly, if rarely, on ranges of floats that do not start at 0.
            prop::collection::vec(1_u16..1000, 3).prop_map(|row| {
                let sum: f64 = row.iter().copied().map(f64::from).sum();
                row.iter()
                    .map(|p| f64::from(*p) / sum)
                    .collect::<Vec<f64>>()
            })
        };
        (
            row(),
            prop::collection::vec(row(), 3),
            prop::collection::vec(row(), 1..6),
        )
            .prop_map(|(initial, transition, likelihoods)| {
                (Hmm::new(initial, transition).unwrap(), likelihoods)
            })
    }

    proptest! {
        #[test]
        fn with_a_long_lag_no_path_is_more_probable((model, likelihoods) in models()) {
            let mut viterbi = FixedLagViterbi::new(model.clone(), likelihoods.len());
            for likelihoods in &likelihoods {
                prop_assert_eq!(viterbi.update(likelihoods).unwrap(), None);
            }
            let path = viterbi.finish();
            prop_assert_eq!(path.len(), likelihoods.len());
            let found = probability(&model, &likelihoods, |t| path[t]);
            let best = best_path(&model, &likelihoods);
            prop_assert!((found - best).abs() <= 1e-12 * best);
        }

        #[test]
        fn the_forward_probability_is_the_sum_over_all_paths((model, likelihoods) in models()) {
            let mut filter = HmmFilter::new(model.clone());
            let mut last = Vec::new();
            for likelihoods in &likelihoods {
                last = filter.update(likelihoods).unwrap().to_vec();
            }
            let (n, len) = (3_usize, likelihoods.len());
            let mut sums = [0.0; 3];
            for code in 0..n.pow(len as u32) {
                let class = |t: usize| code / n.pow(t as u32) % n;
                sums[class(len - 1)] += probability(&model, &likelihoods, class);
            }
            let total: f64 = sums.iter().sum();
            for (last, sum) in last.iter().zip(sums) {
                prop_assert!((last - sum / total).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        assert!(Hmm::sticky(1, 0.5).is_err());
        assert!(Hmm::sticky(3, 1.5).is_err());
        assert!(Hmm::new(vec![0.5, 0.5], vec![vec![0.5, 0.5]]).is_err());
        let mut filter = HmmFilter::new(Hmm::sticky(2, 1.0).unwrap());
        filter.update(&[1.0, 0.0]).unwrap();
        assert_eq!(filter.update(&[0.0, 1.0]), Err(ScoreError::Vetoed));
        assert!(filter.update(&[f64::NAN, 1.0]).is_err());
        let mut viterbi = FixedLagViterbi::new(Hmm::sticky(2, 1.0).unwrap(), 1);
        viterbi.update(&[1.0, 0.0]).unwrap();
        assert_eq!(viterbi.update(&[0.0, 1.0]), Err(ScoreError::Vetoed));
    }
}
