use emo_backend::{
    BackendError, Session, check_tensors,
    emo_tensor::{Element, Tensor, TensorInfo, TensorView, TensorViewMut},
};
use tempfile::TempPath;

use super::{MobilintShim, ffi::Model, named};
use crate::{MobilintError, ModelConfig, config::rename};

/// A model that is open on an NPU, in this process. Dropping it closes the model.
#[derive(Debug)]
pub struct ShimSession {
    backend: MobilintShim,
    config: ModelConfig,
    model: Model,
    inputs: Vec<TensorInfo>,
    outputs: Vec<TensorInfo>,
    /// What the runtime reads and writes: in row-major order, whatever that of the caller's arrays is.
    staged_inputs: Vec<Tensor>,
    staged_outputs: Vec<Tensor>,
    /// The model's bytes, if they were not in a file.
    _file: Option<TempPath>,
}

impl ShimSession {
    pub(super) fn new(
        backend: MobilintShim,
        model: Model,
        config: &ModelConfig,
        file: Option<TempPath>,
    ) -> Result<Self, MobilintError> {
        let inputs = rename("inputs", model.inputs().to_vec(), &config.inputs)?;
        let outputs = rename("outputs", model.outputs().to_vec(), &config.outputs)?;
        let staged = |infos: &[TensorInfo]| -> Vec<Tensor> {
            infos
                .iter()
                .map(|info| Tensor::zeros(info.element_type, &info.shape))
                .collect()
        };
        Ok(Self {
            staged_inputs: staged(&inputs),
            staged_outputs: staged(&outputs),
            backend,
            config: config.clone(),
            model,
            inputs,
            outputs,
            _file: file,
        })
    }

    /// Runs the model once, as [`run`](Session::run), with this crate's own error.
    ///
    /// # Errors
    /// - [`MobilintError::Tensors`] if the tensors are not as [`inputs`](Session::inputs) and
    ///   [`outputs`](Session::outputs) say.
    /// - [`MobilintError::Runtime`] with the vendor's status.
    /// - [`MobilintError::Shim`] if the runtime threw an exception or gave outputs of other sizes.
    pub fn infer(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), MobilintError> {
        check_tensors(self, inputs, outputs).map_err(MobilintError::Tensors)?;
        for (staged, input) in self.staged_inputs.iter_mut().zip(inputs) {
            copy(input, &mut staged.view_mut());
        }
        self.model
            .infer(&self.staged_inputs, &mut self.staged_outputs)
            .map_err(|refusal| self.backend.explain(refusal, &self.config, None))?;
        for (staged, output) in self.staged_outputs.iter().zip(outputs) {
            copy(&staged.view(), output);
        }
        Ok(())
    }
}

impl Session for ShimSession {
    fn inputs(&self) -> &[TensorInfo] {
        &self.inputs
    }

    fn outputs(&self) -> &[TensorInfo] {
        &self.outputs
    }

    fn run(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), BackendError> {
        self.infer(inputs, outputs).map_err(named)
    }
}

/// Copies between tensors that were checked to have the same shape and type.
fn copy(from: &TensorView<'_>, to: &mut TensorViewMut<'_>) {
    fn elements<T: Element>(from: &TensorView<'_>, to: &mut TensorViewMut<'_>) {
        if let (Some(from), Some(mut to)) = (from.as_array::<T>(), to.as_array::<T>()) {
            to.assign(&from);
        }
    }
    match from {
        TensorView::F32(_) => elements::<f32>(from, to),
        TensorView::U8(_) => elements::<u8>(from, to),
        TensorView::I8(_) => elements::<i8>(from, to),
        // The session's descriptions have no other types.
        _ => {}
    }
}
