use std::{fmt, ops::Index};

use crate::ScoreError;

/// The names of the classes, in the order of the scores.
///
/// Labels are data: they travel with a model (ONNX metadata `emo.labels`), and nothing here knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Labels(Vec<String>);

impl Labels {
    /// Takes at least two distinct, non-empty names.
    ///
    /// # Errors
    /// [`ScoreError::TooFewLabels`] or [`ScoreError::Label`].
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, ScoreError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if names.len() < 2 {
            return Err(ScoreError::TooFewLabels {
                actual: names.len(),
            });
        }
        for (index, label) in names.iter().enumerate() {
            let problem = if label.trim().is_empty() {
                "empty"
            } else if names[..index].contains(label) {
                "a repetition"
            } else {
                continue;
            };
            return Err(ScoreError::Label {
                index,
                label: label.clone(),
                problem,
            });
        }
        Ok(Self(names))
    }

    /// How many classes there are.
    #[expect(clippy::len_without_is_empty, reason = "there are always at least two")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The position of `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|label| label == name)
    }
}

impl Index<usize> for Labels {
    type Output = str;

    fn index(&self, class: usize) -> &str {
        &self.0[class]
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_names_keep_their_order() {
        let labels = Labels::new(["happy", "calm"]).unwrap();
        assert_eq!(labels.iter().collect::<Vec<_>>(), ["happy", "calm"]);
        assert_eq!(labels.position("calm"), Some(1));
        assert_eq!(labels.position("sad"), None);
        assert_eq!(labels.to_string(), "happy, calm");
    }

    #[test]
    fn empty_repeated_and_single_names_are_refused() {
        assert_eq!(
            Labels::new(["happy"]),
            Err(ScoreError::TooFewLabels { actual: 1 })
        );
        for (names, index) in [(["a", " "], 1), (["a", "a"], 1)] {
            assert!(
                matches!(Labels::new(names), Err(ScoreError::Label { index: i, .. }) if i == index)
            );
        }
    }
}
