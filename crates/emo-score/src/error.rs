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
    /// A modality's trust is not in `[0, 1]`.
    #[error("modality {row} has the trust {value}, not a number from 0 to 1")]
    Trust {
        /// The modality's position in the table.
        row: usize,
        /// The trust.
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
    /// Every class is ruled out by some modality, so that there is nothing to normalise.
    #[error("every class has the fused score 0: the modalities rule out all of them")]
    Vetoed,
    /// A rule, or what calibrates scores, was made for another number of classes.
    #[error("{actual} classes, but the rule is for {expected}")]
    RuleClasses {
        /// The rule's number of classes.
        expected: usize,
        /// The scores' number of classes.
        actual: usize,
    },
    /// There is no such modality.
    #[error("modality {index}, of {n_modalities}")]
    ModalityIndex {
        /// The modality.
        index: usize,
        /// How many there are.
        n_modalities: usize,
    },
    /// There is no fusion rule, calibration or other choice of that name.
    #[error("no {kind} is called `{name}`; known are {known}")]
    UnknownName {
        /// What was asked for: `fusion rule`, `calibration`.
        kind: &'static str,
        /// The name.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// A rule must be fitted on scores whose true classes are known before it can be used.
    #[error("the fusion rule `{rule}` must be fitted first")]
    NotFitted {
        /// The rule's name.
        rule: &'static str,
    },
    /// The prior probability of a class is not above zero, or not a number.
    #[error("class {class} has the prior {value}, not a number above 0")]
    Prior {
        /// The class.
        class: usize,
        /// Its prior.
        value: f32,
    },
    /// There is nothing to learn about a class from.
    #[error("modality {modality} is present in no sample of class {class}")]
    ClassWithoutSamples {
        /// The class.
        class: usize,
        /// The modality's position in the tables.
        modality: usize,
    },
    /// A parameter is out of its range.
    #[error("{name} is {value}, not {expected}")]
    Parameter {
        /// The parameter's name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// There are fewer samples to fit on than are needed.
    #[error("{actual} samples to fit on, at least {required} are needed")]
    TooFewSamples {
        /// How many there are.
        actual: usize,
        /// How many are needed.
        required: usize,
    },
    /// There is a threshold for the conflict of the modalities, but the conflict is not given.
    #[error("the conflict of the modalities is not known, but there is a threshold for it")]
    ConflictUnknown,
    /// The scores of a sample are not what they should be.
    #[error("sample {index}")]
    Sample {
        /// The sample.
        index: usize,
        /// What is wrong with it.
        source: Box<ScoreError>,
    },
    /// A fit has not come to its optimum.
    #[error("the fit of {what} has not converged after {iterations} steps: gradient {gradient:e}")]
    NotConverged {
        /// What was fitted.
        what: &'static str,
        /// How many steps were made.
        iterations: usize,
        /// The largest component of the gradient that was left.
        gradient: f64,
    },
    /// Truth and prediction differ in length.
    #[error("{truth} true classes, but {predicted} predicted ones")]
    LengthMismatch {
        /// How many true classes.
        truth: usize,
        /// How many predicted ones.
        predicted: usize,
    },
    /// A sample's score is negative, infinite or not a number.
    #[error("sample {sample} has the score {value} for class {class}")]
    SampleScore {
        /// The sample.
        sample: usize,
        /// The class.
        class: usize,
        /// The score.
        value: f32,
    },
    /// A sample's scores do not sum to 1.
    #[error("the scores of sample {sample} sum to {sum}, not to 1")]
    SampleNotNormalized {
        /// The sample.
        sample: usize,
        /// Their sum.
        sum: f32,
    },
    /// There is nothing to judge, split or pair.
    #[error("no samples")]
    NoSamples,
    /// Two lists that describe the same things differ in length.
    #[error("{actual} {what}, expected {expected}")]
    Count {
        /// What is counted, such as `groups`.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// There are fewer groups (or samples) than folds.
    #[error("{available} {what} cannot make {folds} folds")]
    TooFewForFolds {
        /// What is dealt out: `samples`, `subjects` or `trials`.
        what: &'static str,
        /// How many there are.
        available: usize,
        /// How many folds were asked for.
        folds: usize,
    },
    /// A side of a split is empty, names a sample twice or one that does not exist, or both sides name it.
    #[error("sample {sample} of a split of {n_samples} is {problem}")]
    SplitSample {
        /// The sample.
        sample: usize,
        /// How many samples there are.
        n_samples: usize,
        /// `out of range`, `named twice` or `on both sides`.
        problem: &'static str,
    },
    /// Something that a split promises to keep on one side is on both.
    #[error(
        "{split} split leaks: {kind} `{shared}` joins training sample {train} and test sample {test} ({n} such pairs)"
    )]
    Leak {
        /// The split's kind.
        split: &'static str,
        /// What is on both sides.
        kind: &'static str,
        /// Its name.
        shared: String,
        /// A training sample.
        train: usize,
        /// A test sample.
        test: usize,
        /// How many pairs of samples are joined in this way.
        n: usize,
    },
    /// Two results stem from different protocols and say nothing about each other.
    #[error("results of `{left}` and of `{right}` cannot be compared")]
    Incomparable {
        /// One protocol.
        left: String,
        /// The other.
        right: String,
    },
    /// A sample lacks what a pairing joins by.
    #[error("sample {sample} of modality {modality} has no {missing} to pair by")]
    Unpairable {
        /// The modality's position.
        modality: usize,
        /// The sample's position in it.
        sample: usize,
        /// `subject` or `moment`.
        missing: &'static str,
    },
    /// What was joined by moment contradicts itself.
    #[error("moment `{moment}` has two {what}")]
    Moment {
        /// The moment.
        moment: String,
        /// `classes`, `subjects`, or `samples of one modality`.
        what: &'static str,
    },
    /// Tables of subsets grow as 2 to the number of modalities.
    #[error("{actual} modalities have too many subsets, at most {max} are tabulated")]
    TooManySubsets {
        /// The number of modalities.
        actual: usize,
        /// The largest that is accepted.
        max: usize,
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
