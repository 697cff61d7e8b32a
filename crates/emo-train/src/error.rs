use burn::tensor::{DataError, ExecutionError};

/// What can be wrong with training data, settings and exports.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There are no samples, or samples without values.
    #[error("{samples} samples of {values} values, at least one of each is needed")]
    NoSamples {
        /// How many samples there are.
        samples: usize,
        /// How many values each has.
        values: usize,
    },
    /// Features and classes differ in number.
    #[error("{features} feature vectors, but {classes} classes")]
    LengthMismatch {
        /// The number of feature vectors.
        features: usize,
        /// The number of classes or of rows of targets.
        classes: usize,
    },
    /// A sample's class is out of range.
    #[error("sample {sample} is of class {class}, expected a class below {n_classes}")]
    ClassIndex {
        /// The sample's position.
        sample: usize,
        /// Its class.
        class: usize,
        /// The number of classes.
        n_classes: usize,
    },
    /// A feature is infinite or not a number.
    #[error("value {value} of sample {sample} is {actual}")]
    NotFinite {
        /// The sample's position.
        sample: usize,
        /// The value's position in the sample.
        value: usize,
        /// What it is.
        actual: f32,
    },
    /// A sample's target is negative or does not sum to 1.
    #[error("the target of sample {sample} is not a distribution: it sums to {sum}")]
    Target {
        /// The sample's position.
        sample: usize,
        /// The sum of its target.
        sum: f32,
    },
    /// Samples and network differ in the number of values of a sample.
    #[error("samples have {actual} values, expected {expected}")]
    FeatureCount {
        /// What the network or the standardizer takes.
        expected: usize,
        /// What the samples have.
        actual: usize,
    },
    /// Samples and network differ in the number of classes.
    #[error("samples are of {actual} classes, expected {expected}")]
    ClassCount {
        /// What the network tells apart.
        expected: usize,
        /// What the samples have.
        actual: usize,
    },
    /// The known classes are fewer than two, repeated, unordered or out of range.
    #[error(
        "known class {index} is {class}, expected ascending classes below {n_labels}, at least 2"
    )]
    KnownClasses {
        /// The position among the known classes.
        index: usize,
        /// The class there, or the number of classes where there are too few.
        class: usize,
        /// The number of labels.
        n_labels: usize,
    },
    /// A setting is out of its range.
    #[error("{setting} is {value}, expected {expected}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// The loss is not a number any more.
    #[error("the loss is {loss} in epoch {epoch}: training has diverged")]
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The loss.
        loss: f64,
    },
    /// A tensor could not be read back from the training device.
    #[error("cannot read a tensor from the training device")]
    Device(#[from] ExecutionError),
    /// A tensor read back from the training device has other elements than expected.
    #[error("a tensor of the training device has other elements than expected")]
    Elements(#[from] DataError),
    /// The exported graph is not valid.
    #[error("cannot export the network")]
    Export(#[from] emo_onnx::OnnxError),
    /// Scores could not be judged.
    #[error("cannot judge the predictions")]
    Score(#[from] emo_score::ScoreError),
    /// A layer has a setting that its ONNX operator is not written with.
    #[error("layer {layer}: {setting} cannot be exported")]
    Layer {
        /// The layer's name in the graph.
        layer: String,
        /// The setting.
        setting: &'static str,
    },
}
