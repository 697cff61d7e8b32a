use std::{path::PathBuf, time::Duration};

use emo_onnx::OnnxError;

/// What is wrong with a model, its samples or a run of the vendor's compiler.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KitError {
    /// The model cannot be read or written for the operators that the compiler takes.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// The model holds integers already, and the compiler quantizes models of real numbers.
    #[error(
        "the model is quantized already ({}): the compiler quantizes by itself, give it the float model",
        nodes.join(", ")
    )]
    Quantized {
        /// The first of the nodes that quantize.
        nodes: Vec<String>,
    },
    /// Nodes for whose operators the compiler has nothing.
    #[error(
        "the NPU has no operator for {}; a part of the model could stay on the CPU (`SampleLayout::Model`)",
        nodes.join(", ")
    )]
    Operators {
        /// The nodes, as `name (operator)`.
        nodes: Vec<String>,
    },
    /// An extent is open, and what is compiled has fixed ones.
    #[error("value `{value}` is {declared}: the compiler wants fixed shapes")]
    OpenShape {
        /// The value.
        value: String,
        /// What is known of it.
        declared: String,
    },
    /// The model's inputs are not what a kit is written for.
    #[error("the model's input is {actual}, a kit is written for {expected}")]
    Input {
        /// What the model has.
        actual: String,
        /// What it should have.
        expected: &'static str,
    },
    /// There is nothing to calibrate with.
    #[error("there are no calibration samples")]
    NoSamples,
    /// A calibration sample that is no input of the model.
    #[error("calibration sample {index} is of shape {actual:?}, the model's input of {expected:?}")]
    SampleShape {
        /// Its number, from 0.
        index: usize,
        /// Its shape.
        actual: Vec<usize>,
        /// The input's shape.
        expected: Vec<usize>,
    },
    /// A calibration sample with a number that is NaN or infinite.
    #[error("calibration sample {index} is {value} at element {element}")]
    SampleNumber {
        /// Its number, from 0.
        index: usize,
        /// The number's place in row-major order.
        element: usize,
        /// The number.
        value: f32,
    },
    /// The kit's folder exists.
    #[error("`{}` exists: a kit is written to a new folder", path.display())]
    FolderExists {
        /// The folder.
        path: PathBuf,
    },
    /// The vendor's compiler is not installed, or in another version than the kit's.
    #[error("no compiler: {reason} (log: {})", log.display())]
    NoCompiler {
        /// What the kit's script found.
        reason: String,
        /// Everything that was written, by script and compiler.
        log: PathBuf,
    },
    /// The compiler ended without a model.
    #[error("the compiler failed, {exit}: {reason} (log: {})", log.display())]
    CompilerFailed {
        /// Its exit status, such as `exit status: 1`.
        exit: String,
        /// Its last words.
        reason: String,
        /// Everything that it wrote.
        log: PathBuf,
    },
    /// The compiler was not done in time, and was ended with all processes that it had started.
    #[error("the compiler was not done after {deadline:?} and was ended; it was at: {at} (log: {})", log.display())]
    CompilerDeadline {
        /// The time that it had.
        deadline: Duration,
        /// The last progress that it told.
        at: String,
        /// Everything that it wrote.
        log: PathBuf,
    },
    /// What was compiled takes or gives other shapes than the model.
    #[error("{reason} (log: {})", log.display())]
    CompiledShape {
        /// What the vendor's runtime tells of it, and what was expected.
        reason: String,
        /// Everything that was written.
        log: PathBuf,
    },
}
