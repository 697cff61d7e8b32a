use std::{borrow::Cow, fmt::Debug, fs::File, io, io::Read, path::PathBuf};

use emo_tensor::{Tensor, TensorInfo, TensorView, TensorViewMut};

use crate::BackendError;

/// Where a backend finds a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelSource<'a> {
    /// A file, in the format that the backend takes.
    Path(PathBuf),
    /// The bytes of such a file, as from `include_bytes!`.
    Bytes(Cow<'a, [u8]>),
}

/// The most bytes that a model's file may have: the limit of protobuf messages, 2 GiB.
const MAX_MODEL_BYTES: u64 = 1 << 31;

impl ModelSource<'_> {
    /// The model's bytes, read from the file if it is one.
    ///
    /// # Errors
    /// [`BackendError::Io`] with the file's path, if it cannot be read or is larger than 2 GiB.
    pub fn read(&self) -> Result<Cow<'_, [u8]>, BackendError> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::Path(path) => {
                let mut bytes = Vec::new();
                File::open(path)
                    .and_then(|file| file.take(MAX_MODEL_BYTES + 1).read_to_end(&mut bytes))
                    .and_then(|_| {
                        if bytes.len() as u64 > MAX_MODEL_BYTES {
                            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
                        }
                        Ok(Cow::Owned(bytes))
                    })
                    .map_err(|source| BackendError::Io {
                        path: path.clone(),
                        source,
                    })
            }
        }
    }
}

/// A device, or a way to compute, that models can be loaded for.
pub trait Backend: Debug + Send + Sync {
    /// The name under which reports show it, such as `cpu`.
    fn name(&self) -> &'static str;

    /// Whether the backend works on this machine.
    ///
    /// # Errors
    /// [`BackendError::Unavailable`], saying what is missing.
    fn check(&self) -> Result<(), BackendError>;

    /// Loads a model and does all work that does not depend on its inputs.
    ///
    /// # Errors
    /// [`BackendError`] if the file cannot be read, is malformed, or needs what the backend does not support.
    fn load(&self, source: &ModelSource<'_>) -> Result<Box<dyn Session>, BackendError>;
}

/// A model loaded for a device, with the memory that it needs to run.
pub trait Session: Debug + Send {
    /// The tensors that [`run`](Self::run) reads, in their order.
    fn inputs(&self) -> &[TensorInfo];

    /// The tensors that [`run`](Self::run) writes, in their order.
    fn outputs(&self) -> &[TensorInfo];

    /// Runs the model once, writing into the caller's memory.
    ///
    /// # Errors
    /// [`BackendError::TensorCount`] or [`BackendError::Tensor`] if the tensors are not as
    /// [`inputs`](Self::inputs) and [`outputs`](Self::outputs) say, [`BackendError::Run`] if the device fails.
    fn run(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), BackendError>;

    /// Runs the model once and returns its outputs in new tensors.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    fn run_to_tensors(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, BackendError> {
        let mut outputs: Vec<Tensor> = self
            .outputs()
            .iter()
            .map(|info| Tensor::zeros(info.element_type, &info.shape))
            .collect();
        let mut views: Vec<_> = outputs.iter_mut().map(Tensor::view_mut).collect();
        self.run(inputs, &mut views)?;
        drop(views);
        Ok(outputs)
    }
}

/// Checks the tensors of a call to [`Session::run`] against the session's descriptions.
///
/// # Errors
/// [`BackendError::TensorCount`] or [`BackendError::Tensor`].
pub fn check_tensors(
    session: &(impl Session + ?Sized),
    inputs: &[TensorView<'_>],
    outputs: &[TensorViewMut<'_>],
) -> Result<(), BackendError> {
    let count = |role, expected, actual| {
        if expected == actual {
            Ok(())
        } else {
            Err(BackendError::TensorCount {
                role,
                expected,
                actual,
            })
        }
    };
    count("input", session.inputs().len(), inputs.len())?;
    count("output", session.outputs().len(), outputs.len())?;
    for (info, tensor) in session.inputs().iter().zip(inputs) {
        info.check(tensor)?;
    }
    for (info, tensor) in session.outputs().iter().zip(outputs) {
        info.check_parts(tensor.element_type(), tensor.shape())?;
    }
    Ok(())
}
