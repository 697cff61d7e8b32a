//! The suite that every backend must pass.
//!
//! [`check_backend`] holds a backend to the contract of [`Backend`] and [`Session`] with models that the caller
//! supplies in the backend's own format, each with inputs and the outputs that another engine computed. It
//! returns the first [`Violation`] and prints nothing, so that a test can end in `?`.
//!
//! What is checked, beside the outputs themselves:
//! - a file that cannot be read is an error that names it; broken models are errors;
//! - tensors of the wrong number, shape or type are refused, and leave the session as it was;
//! - every element of the outputs is written, in whatever order the caller's arrays lie in memory;
//! - equal inputs give equal outputs, bit for bit, in one session and in two that run by turns.

use emo_tensor::{Element, ElementType, Tensor, TensorInfo, TensorView, TensorViewMut};
use ndarray::{ArrayD, ArrayViewMutD};

use crate::{Backend, BackendError, ModelSource, Session};

/// A model with examples of what it computes.
#[derive(Debug, Clone)]
pub struct ModelCase<'a> {
    /// What violations call it.
    pub name: &'a str,
    /// The model, in the format that the backend takes.
    pub source: ModelSource<'a>,
    /// At least one.
    pub examples: Vec<Example>,
    /// How far outputs may be from those of the examples.
    pub tolerance: Tolerance,
}

/// Inputs of a model and the outputs that belong to them.
#[derive(Debug, Clone)]
pub struct Example {
    /// One tensor per input.
    pub inputs: Vec<Tensor>,
    /// One tensor per output, computed by another engine.
    pub outputs: Vec<Tensor>,
}

/// How far each element `y` of an output may be from the expected `e`: `|y − e| ≤ absolute + relative · max|e|`,
/// the maximum taken over the whole tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// In units of the output.
    pub absolute: f64,
    /// As a share of the largest expected magnitude.
    pub relative: f64,
}

/// How a backend breaks its contract.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// Something failed that must succeed.
    #[error("model `{model}`: {what} fails")]
    Fails {
        /// The model's name.
        model: String,
        /// What was tried.
        what: &'static str,
        /// The backend's error.
        source: BackendError,
    },
    /// Something was accepted that must be refused.
    #[error("model `{model}`: {what} is accepted")]
    Accepted {
        /// The model's name.
        model: String,
        /// What was tried.
        what: &'static str,
    },
    /// Something was refused with an error that does not say why.
    #[error("model `{model}`: {what} is refused with another error than documented")]
    WrongError {
        /// The model's name.
        model: String,
        /// What was tried.
        what: &'static str,
        /// The backend's error.
        source: BackendError,
    },
    /// A session describes other tensors than the examples have.
    #[error("model `{model}`: the session has {actual}, the example {expected}")]
    Description {
        /// The model's name.
        model: String,
        /// What the session says.
        actual: String,
        /// What the example holds.
        expected: String,
    },
    /// An output is too far from the expected one.
    #[error(
        "model `{model}`, example {example}, {what}: element {index} of output {output} is {actual}, \
         expected {expected} within {tolerance}"
    )]
    Output {
        /// The model's name.
        model: String,
        /// Which of its examples.
        example: usize,
        /// Under which circumstances.
        what: &'static str,
        /// Which output.
        output: usize,
        /// Which element, in row-major order.
        index: usize,
        /// The backend's value.
        actual: f64,
        /// The expected value.
        expected: f64,
        /// The distance that is allowed.
        tolerance: f64,
    },
}

/// Holds `backend` to the contract of [`Backend`] and of the sessions that it loads `cases` into.
///
/// # Errors
/// The first [`Violation`].
pub fn check_backend(backend: &dyn Backend, cases: &[ModelCase<'_>]) -> Result<(), Violation> {
    fails("", "the check of the machine", backend.check())?;
    check_unreadable(backend)?;
    for case in cases {
        check_broken(backend, case)?;
        check_refusals(backend, case)?;
        check_outputs(backend, case)?;
        check_layouts(backend, case)?;
        check_repetition(backend, case)?;
        check_independence(backend, case)?;
    }
    Ok(())
}

fn fails<T>(
    model: &str,
    what: &'static str,
    result: Result<T, BackendError>,
) -> Result<T, Violation> {
    result.map_err(|source| Violation::Fails {
        model: model.to_owned(),
        what,
        source,
    })
}

/// Expects an error that `is_documented`.
fn refused<T>(
    model: &str,
    what: &'static str,
    result: Result<T, BackendError>,
    is_documented: impl FnOnce(&BackendError) -> bool,
) -> Result<(), Violation> {
    match result {
        Ok(_) => Err(Violation::Accepted {
            model: model.to_owned(),
            what,
        }),
        Err(error) if is_documented(&error) => Ok(()),
        Err(source) => Err(Violation::WrongError {
            model: model.to_owned(),
            what,
            source,
        }),
    }
}

fn load(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<Box<dyn Session>, Violation> {
    let session = fails(case.name, "loading", backend.load(&case.source))?;
    for example in &case.examples {
        check_description(case.name, session.inputs(), &example.inputs)?;
        check_description(case.name, session.outputs(), &example.outputs)?;
    }
    Ok(session)
}

fn check_description(
    model: &str,
    actual: &[TensorInfo],
    expected: &[Tensor],
) -> Result<(), Violation> {
    let agrees = actual.len() == expected.len()
        && actual
            .iter()
            .zip(expected)
            .all(|(info, tensor)| info.check(&tensor.view()).is_ok());
    if agrees {
        return Ok(());
    }
    let list = |texts: Vec<String>| format!("[{}]", texts.join(", "));
    Err(Violation::Description {
        model: model.to_owned(),
        actual: list(actual.iter().map(TensorInfo::to_string).collect()),
        expected: list(
            expected
                .iter()
                .map(|tensor| format!("{}{:?}", tensor.element_type(), tensor.shape()))
                .collect(),
        ),
    })
}

fn check_unreadable(backend: &dyn Backend) -> Result<(), Violation> {
    let missing = std::env::temp_dir().join("emo-backend-conformance/no-such-model");
    let source = ModelSource::Path(missing.clone());
    refused("", "a missing file", backend.load(&source), |error| {
        matches!(error, BackendError::Io { path, .. } if *path == missing)
            && error.to_string().contains(&*missing.to_string_lossy())
    })
}

fn check_broken(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<(), Violation> {
    let bytes = fails(case.name, "reading", case.source.read())?;
    let broken: [(&'static str, &[u8]); 3] = [
        ("an empty model", &[]),
        ("a model cut in half", &bytes[..bytes.len() / 2]),
        ("a text in place of a model", b"this is not a model at all"),
    ];
    for (what, bytes) in broken {
        let source = ModelSource::Bytes(bytes.into());
        refused(case.name, what, backend.load(&source), |_| true)?;
    }
    Ok(())
}

fn check_refusals(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<(), Violation> {
    let Some(example) = case.examples.first() else {
        return Ok(());
    };
    let mut session = load(backend, case)?;
    let before = run(&mut *session, case.name, &example.inputs)?;

    let is_count = |error: &BackendError| matches!(error, BackendError::TensorCount { .. });
    let is_tensor = |error: &BackendError| matches!(error, BackendError::Tensor(_));
    let other_type = |tensor: &Tensor| {
        let element_type = match tensor.element_type() {
            ElementType::F32 => ElementType::I32,
            _ => ElementType::F32,
        };
        Tensor::zeros(element_type, tensor.shape())
    };
    let other_shape = |tensor: &Tensor| {
        let mut shape = tensor.shape().to_vec();
        shape.push(2);
        Tensor::zeros(tensor.element_type(), &shape)
    };

    let mut outputs = blank(&example.outputs);
    let mut attempt = |inputs: &[Tensor], outputs: &mut [Tensor]| {
        let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
        let mut outputs: Vec<TensorViewMut<'_>> =
            outputs.iter_mut().map(Tensor::view_mut).collect();
        session.run(&inputs, &mut outputs)
    };
    let mut more = example.inputs.clone();
    more.extend(more.first().cloned());
    if !more.is_empty() {
        let result = attempt(&more, &mut outputs);
        refused(case.name, "one input too many", result, is_count)?;
    }
    if let Some((_, fewer)) = example.inputs.split_first() {
        let result = attempt(fewer, &mut outputs);
        refused(case.name, "one input too few", result, is_count)?;
    }
    let result = attempt(&example.inputs, &mut []);
    refused(case.name, "a run without outputs", result, is_count)?;
    for (what, change) in [
        (
            "a tensor of another type",
            &other_type as &dyn Fn(&Tensor) -> Tensor,
        ),
        ("a tensor of another shape", &other_shape),
    ] {
        if !example.inputs.is_empty() {
            let inputs: Vec<Tensor> = example.inputs.iter().map(change).collect();
            let result = attempt(&inputs, &mut outputs);
            refused(case.name, what, result, is_tensor)?;
        }
        let mut wrong: Vec<Tensor> = example.outputs.iter().map(change).collect();
        let result = attempt(&example.inputs, &mut wrong);
        refused(case.name, what, result, is_tensor)?;
    }

    let after = run(&mut *session, case.name, &example.inputs)?;
    same(case.name, "after refused calls", 0, &after, &before)
}

fn check_outputs(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<(), Violation> {
    let mut session = load(backend, case)?;
    for (index, example) in case.examples.iter().enumerate() {
        let outputs = run(&mut *session, case.name, &example.inputs)?;
        compare(
            (case.name, "a run", index),
            &outputs,
            &example.outputs,
            case.tolerance,
        )?;
    }
    Ok(())
}

/// Arrays whose first axis is the fastest must do as well as those whose last is.
fn check_layouts(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<(), Violation> {
    let mut session = load(backend, case)?;
    for (index, example) in case.examples.iter().enumerate() {
        let expected = run(&mut *session, case.name, &example.inputs)?;
        let inputs: Vec<Tensor> = example.inputs.iter().map(first_axis_fastest).collect();
        let mut outputs: Vec<Tensor> = blank(&example.outputs)
            .iter()
            .map(first_axis_fastest)
            .collect();
        run_into(&mut *session, case.name, &inputs, &mut outputs)?;
        let what = "arrays with the first axis fastest";
        same(case.name, what, index, &outputs, &expected)?;
    }
    Ok(())
}

fn check_repetition(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<(), Violation> {
    let mut session = load(backend, case)?;
    let mut first = Vec::new();
    for example in &case.examples {
        first.push(run(&mut *session, case.name, &example.inputs)?);
    }
    for (index, example) in case.examples.iter().enumerate().rev() {
        let again = run(&mut *session, case.name, &example.inputs)?;
        same(case.name, "a second run", index, &again, &first[index])?;
    }
    Ok(())
}

fn check_independence(backend: &dyn Backend, case: &ModelCase<'_>) -> Result<(), Violation> {
    let (Some(a), Some(b)) = (case.examples.first(), case.examples.last()) else {
        return Ok(());
    };
    let mut sessions = [load(backend, case)?, load(backend, case)?];
    let alone = run(&mut *sessions[0], case.name, &a.inputs)?;
    run(&mut *sessions[1], case.name, &b.inputs)?;
    let after = run(&mut *sessions[0], case.name, &a.inputs)?;
    same(case.name, "beside another session", 0, &after, &alone)?;
    let other = run(&mut *sessions[1], case.name, &a.inputs)?;
    same(case.name, "in another session", 0, &other, &alone)?;
    let [mut kept, dropped] = sessions;
    drop(dropped);
    let after = run(&mut *kept, case.name, &a.inputs)?;
    same(case.name, "after another session", 0, &after, &alone)
}

/// Runs into tensors that hold other values before.
fn run(
    session: &mut dyn Session,
    model: &str,
    inputs: &[Tensor],
) -> Result<Vec<Tensor>, Violation> {
    let mut outputs: Vec<Tensor> = session
        .outputs()
        .iter()
        .map(|info| Tensor::zeros(info.element_type, &info.shape))
        .collect();
    outputs = blank(&outputs);
    run_into(session, model, inputs, &mut outputs)?;
    Ok(outputs)
}

fn run_into(
    session: &mut dyn Session,
    model: &str,
    inputs: &[Tensor],
    outputs: &mut [Tensor],
) -> Result<(), Violation> {
    let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
    let mut views: Vec<TensorViewMut<'_>> = outputs.iter_mut().map(Tensor::view_mut).collect();
    fails(model, "a run", session.run(&inputs, &mut views))
}

/// Tensors of the same types and shapes that show where nothing was written.
fn blank(tensors: &[Tensor]) -> Vec<Tensor> {
    tensors
        .iter()
        .map(|tensor| {
            let mut blank = Tensor::zeros(tensor.element_type(), tensor.shape());
            if let TensorViewMut::F32(array) = &mut blank.view_mut() {
                fill(array, f32::NAN);
            }
            if let TensorViewMut::I8(array) = &mut blank.view_mut() {
                fill(array, -77);
            }
            blank
        })
        .collect()
}

fn fill<T: Element>(array: &mut ArrayViewMutD<'_, T>, value: T) {
    array.fill(value);
}

/// The same tensor, laid out in memory with its first axis fastest.
fn first_axis_fastest(tensor: &Tensor) -> Tensor {
    fn turn<T: Element>(array: &ArrayD<T>) -> ArrayD<T> {
        let turned: Vec<T> = array.t().iter().copied().collect();
        let mut shape = array.shape().to_vec();
        shape.reverse();
        match ArrayD::from_shape_vec(shape, turned) {
            Ok(array) => array.reversed_axes(),
            Err(_) => array.clone(),
        }
    }
    match tensor {
        Tensor::F32(array) => turn(array).into(),
        Tensor::I8(array) => turn(array).into(),
        Tensor::U8(array) => turn(array).into(),
        other => other.clone(),
    }
}

/// Expects equal outputs, bit for bit.
fn same(
    model: &str,
    what: &'static str,
    example: usize,
    actual: &[Tensor],
    expected: &[Tensor],
) -> Result<(), Violation> {
    let exact = Tolerance {
        absolute: 0.0,
        relative: 0.0,
    };
    compare((model, what, example), actual, expected, exact)
}

fn compare(
    (model, what, example): (&str, &'static str, usize),
    actual: &[Tensor],
    expected: &[Tensor],
    tolerance: Tolerance,
) -> Result<(), Violation> {
    for (output, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let (actual, expected) = (numbers(actual), numbers(expected));
        let largest = expected.iter().fold(0.0, |max: f64, e| max.max(e.abs()));
        let allowed = tolerance.absolute + tolerance.relative * largest;
        let worst = actual
            .iter()
            .zip(&expected)
            .enumerate()
            .find(|(_, (y, e))| {
                let equal = y == e || y.is_nan() && e.is_nan();
                let distance = (*y - *e).abs();
                // A NaN on one side alone is no distance at all.
                !equal && (distance > allowed || distance.is_nan())
            });
        if let Some((index, (&actual, &expected))) = worst {
            return Err(Violation::Output {
                model: model.to_owned(),
                example,
                what,
                output,
                index,
                actual,
                expected,
                tolerance: allowed,
            });
        }
    }
    Ok(())
}

/// The elements in row-major order.
fn numbers(tensor: &Tensor) -> Vec<f64> {
    match tensor {
        Tensor::F32(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::F64(array) => array.iter().copied().collect(),
        Tensor::I8(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::I16(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::I32(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::I64(array) => array.iter().map(|&x| x as f64).collect(),
        Tensor::U8(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::U16(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::U32(array) => array.iter().map(|&x| f64::from(x)).collect(),
        Tensor::U64(array) => array.iter().map(|&x| x as f64).collect(),
        Tensor::Bool(array) => array.iter().map(|&x| f64::from(u8::from(x))).collect(),
        // `Tensor` is open to further types; such outputs cannot agree with anything.
        _ => vec![f64::NAN; tensor.len()],
    }
}
