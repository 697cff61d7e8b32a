/// What can be wrong with scores, labels and weights.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreError {
    /// There are no labels, or only one.
    #[error("{actual} class labels, at least 2 are needed")]
    TooFewLabels {
        /// How many there are.
        actual: usize,
    },
    /// A label is empty or appears twice.
    #[error("class label {index}, `{label}`, is {problem}")]
    Label {
        /// Its position.
        index: usize,
        /// The label.
        label: String,
        /// `empty` or `a repetition`.
        problem: &'static str,
    },
    /// A score vector has another number of classes than its table.
    #[error("modality {row} has scores of {actual} classes, expected {expected}")]
    ClassCount {
        /// The modality's position in the table.
        row: usize,
        /// The table's number of classes.
        expected: usize,
        /// The vector's number of classes.
        actual: usize,
    },
    /// A score is negative, infinite or not a number.
    #[error("modality {row} has the score {value} for class {class}")]
    Score {
        /// The modality's position in the table.
        row: usize,
        /// The class.
        class: usize,
        /// The score.
        value: f32,
    },
    /// The scores of a modality do not sum to 1.
    #[error("the scores of modality {row} sum to {sum}, not to 1")]
    NotNormalized {
        /// The modality's position in the table.
        row: usize,
        /// Their sum.
        sum: f32,
    },
    /// A weight is negative, infinite or not a number.
    #[error("weight {index} is {value}")]
    Weight {
        /// The weight's position.
        index: usize,
        /// The weight.
        value: f32,
    },
    /// A rule has another number of weights than the table has modalities.
    #[error("{actual} modalities, but {expected} weights")]
    ModalityCount {
        /// The rule's number of weights.
        expected: usize,
        /// The table's number of modalities, the absent ones included.
        actual: usize,
    },
    /// No modality is present, or all that are have weight zero.
    #[error("no evidence: no modality with a weight above zero is present")]
    NoEvidence,
    /// Truth and prediction differ in length.
    #[error("{truth} true classes, but {predicted} predicted ones")]
    LengthMismatch {
        /// How many true classes.
        truth: usize,
        /// How many predicted ones.
        predicted: usize,
    },
    /// A class index is out of range.
    #[error("sample {index} has class {class}, of {n_classes}")]
    ClassIndex {
        /// The sample.
        index: usize,
        /// Its class.
        class: usize,
        /// How many classes there are.
        n_classes: usize,
    },
}
