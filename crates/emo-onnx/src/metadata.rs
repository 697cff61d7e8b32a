use crate::{Model, OnnxError};

/// The metadata key of the class labels, in the order of the model's output, separated by commas.
pub const LABELS_KEY: &str = "emo.labels";
/// The metadata key of the modality that the model reads, such as `hr`, `eeg`, `speech` or `image`.
pub const MODALITY_KEY: &str = "emo.modality";
/// The metadata key of the features that the model reads, in the words of whoever wrote the model.
pub const FEATURES_KEY: &str = "emo.features";
/// The metadata key of what the model was trained on.
pub const TRAINED_ON_KEY: &str = "emo.trained_on";

impl Model {
    /// The class labels in the order of the model's output ([`LABELS_KEY`]); none where the model names none.
    pub fn labels(&self) -> Vec<String> {
        match self.metadata().get(LABELS_KEY).map(|list| list.trim()) {
            None | Some("") => Vec::new(),
            Some(list) => list
                .split(',')
                .map(|label| label.trim().to_owned())
                .collect(),
        }
    }

    /// Replaces the class labels ([`LABELS_KEY`]).
    ///
    /// # Errors
    /// [`OnnxError::Label`] for one that is empty, has a comma or begins or ends with white space; the old ones
    /// then stay. [`OnnxError::Duplicate`] if two are the same.
    pub fn set_labels<S: AsRef<str>>(&mut self, labels: &[S]) -> Result<(), OnnxError> {
        let labels: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        for (index, &label) in labels.iter().enumerate() {
            if label.is_empty() || label.contains(',') || label.trim() != label {
                return Err(OnnxError::Label {
                    label: label.to_owned(),
                });
            }
            if labels.iter().take(index).any(|earlier| *earlier == label) {
                return Err(OnnxError::Duplicate {
                    place: "the model".to_owned(),
                    what: "label",
                    name: label.to_owned(),
                });
            }
        }
        self.metadata_mut()
            .insert(LABELS_KEY.to_owned(), labels.join(","));
        Ok(())
    }

    /// The modality that the model reads ([`MODALITY_KEY`]).
    pub fn modality(&self) -> Option<&str> {
        self.metadata().get(MODALITY_KEY).map(String::as_str)
    }

    /// The features that the model reads ([`FEATURES_KEY`]).
    pub fn features(&self) -> Option<&str> {
        self.metadata().get(FEATURES_KEY).map(String::as_str)
    }

    /// What the model was trained on ([`TRAINED_ON_KEY`]).
    pub fn trained_on(&self) -> Option<&str> {
        self.metadata().get(TRAINED_ON_KEY).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use emo_tensor::ElementType;

    use super::*;
    use crate::GraphBuilder;

    fn model() -> Model {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", ElementType::F32, &[1]);
        graph.output(&x, ElementType::F32, &[1]);
        graph.build(17).unwrap()
    }

    #[test]
    fn labels_are_a_list_in_the_metadata() {
        let mut model = model();
        assert!(model.labels().is_empty());
        model.set_labels(&["happy", "very sad"]).unwrap();
        assert_eq!(model.metadata()[LABELS_KEY], "happy,very sad");
        assert_eq!(model.labels(), ["happy", "very sad"]);
        let labels = " happy , sad ".to_owned();
        model.metadata_mut().insert(LABELS_KEY.to_owned(), labels);
        assert_eq!(model.labels(), ["happy", "sad"]);
        model.set_labels::<&str>(&[]).unwrap();
        assert!(model.labels().is_empty());
    }

    #[test]
    fn labels_that_the_list_cannot_hold_are_refused() {
        let mut model = model();
        model.set_labels(&["old"]).unwrap();
        for label in ["", "a,b", " a", "a\n"] {
            let error = model.set_labels(&["x", label]).unwrap_err();
            assert!(matches!(error, OnnxError::Label { label: named } if named == label));
        }
        let error = model.set_labels(&["x", "x"]).unwrap_err();
        assert!(matches!(error, OnnxError::Duplicate { .. }));
        assert_eq!(model.labels(), ["old"]);
    }

    #[test]
    fn other_keys_have_accessors() {
        let mut model = model();
        assert_eq!(model.modality(), None);
        for (key, value) in [
            (MODALITY_KEY, "eeg"),
            (FEATURES_KEY, "de5"),
            (TRAINED_ON_KEY, "nothing"),
        ] {
            let value = value.to_owned();
            model.metadata_mut().insert(key.to_owned(), value);
        }
        assert_eq!(model.modality(), Some("eeg"));
        assert_eq!(model.features(), Some("de5"));
        assert_eq!(model.trained_on(), Some("nothing"));
    }
}
