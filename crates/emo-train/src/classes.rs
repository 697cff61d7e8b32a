use emo_score::Labels;
use ndarray::Array2;

use crate::TrainError;

/// The classes that a network was shown examples of, among all labels of an application.
///
/// Where no recording of a class exists, a network cannot learn it, and must not pretend to: its exported
/// graph gives the class the score that ignorance gives, 1 / number of labels, and shares the rest among the
/// known classes by their probabilities. The scores of a window still sum to 1, and in a fusion of modalities
/// the missing class is neither favoured nor ruled out.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownClasses {
    labels: Labels,
    known: Vec<usize>,
}

impl KnownClasses {
    /// Takes all labels and the ascending positions of those with examples, at least two.
    ///
    /// # Errors
    /// [`TrainError::KnownClasses`].
    pub fn new(labels: Labels, known: impl Into<Vec<usize>>) -> Result<Self, TrainError> {
        let known = known.into();
        let wrong = |index, class| TrainError::KnownClasses {
            index,
            class,
            n_labels: labels.len(),
        };
        if known.len() < 2 {
            return Err(wrong(0, known.len()));
        }
        for (index, &class) in known.iter().enumerate() {
            if class >= labels.len() || index > 0 && class <= known[index - 1] {
                return Err(wrong(index, class));
            }
        }
        Ok(Self { labels, known })
    }

    /// All labels, in the order of the scores.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The positions of the known classes among the labels.
    pub fn known(&self) -> &[usize] {
        &self.known
    }

    /// The number of known classes.
    #[expect(clippy::len_without_is_empty, reason = "there are always at least two")]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// The position among the known classes of the label `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        let label = self.labels.position(name)?;
        self.known.iter().position(|&known| known == label)
    }

    /// The names of the known classes.
    pub fn known_labels(&self) -> Labels {
        let names = self.known.iter().map(|&class| &self.labels[class]);
        Labels::new(names).expect("at least two of distinct labels are known")
    }

    /// The affine map from probabilities of the known classes to scores of all labels: a matrix
    /// `[known, labels]` and a bias per label; `None` where every class is known.
    pub fn spread(&self) -> Option<(Array2<f32>, Vec<f32>)> {
        let n = self.labels.len();
        if self.known.len() == n {
            return None;
        }
        let ignorance = 1.0 / n as f32;
        let mut bias = vec![ignorance; n];
        let mut matrix = Array2::zeros((self.known.len(), n));
        for (row, &class) in self.known.iter().enumerate() {
            bias[class] = 0.0;
            matrix[[row, class]] = self.known.len() as f32 * ignorance;
        }
        Some((matrix, bias))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr1;

    use super::*;

    fn labels() -> Labels {
        Labels::new(["happy", "calm", "sad", "angry"]).unwrap()
    }

    #[test]
    fn a_missing_class_gets_the_score_of_ignorance() {
        let classes = KnownClasses::new(labels(), [0, 2, 3]).unwrap();
        assert_eq!(classes.position("sad"), Some(1));
        assert_eq!(classes.position("calm"), None);
        let (matrix, bias) = classes.spread().unwrap();
        let scores = arr1(&[0.2, 0.3, 0.5]).dot(&matrix) + arr1(&bias);
        emo_testing::assert_close(scores.to_vec(), [0.15_f64, 0.25, 0.225, 0.375], 1e-6, 0.0);
    }

    #[test]
    fn nothing_is_spread_where_all_classes_are_known() {
        assert_eq!(
            KnownClasses::new(labels(), [0, 1, 2, 3]).unwrap().spread(),
            None
        );
    }

    #[test]
    fn bad_lists_are_refused() {
        for known in [vec![], vec![1], vec![0, 0], vec![2, 1], vec![0, 4]] {
            assert!(KnownClasses::new(labels(), known).is_err());
        }
    }
}
