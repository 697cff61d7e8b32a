use std::{sync::Arc, time::Duration};

use emo_backend::{
    BackendError, Session, check_tensors,
    emo_tensor::{Element, TensorInfo, TensorView, TensorViewMut},
};
use tempfile::TempPath;

use crate::{
    Device, MobilintError, ModelConfig,
    config::rename,
    slot::{Opened, Slot},
    worker::infer_frame,
};

/// A model that is open on an NPU.
///
/// It outlives failures of its worker process: the run in which one happens fails, and so do those until a worker
/// is ready again, each at the latest at its deadline. Dropping it closes the model without waiting.
#[derive(Debug)]
pub struct MobilintSession {
    slot: Arc<Slot>,
    number: u32,
    device: Device,
    deadline: Duration,
    inputs: Vec<TensorInfo>,
    outputs: Vec<TensorInfo>,
    /// Header, number and inputs, as they are sent.
    frame: Vec<u8>,
    answer: Vec<u8>,
    /// The model's bytes, if they were not in a file.
    _file: Option<TempPath>,
}

impl MobilintSession {
    pub(crate) fn new(
        slot: Arc<Slot>,
        opened: Opened,
        config: &ModelConfig,
        deadline: Duration,
        file: Option<TempPath>,
    ) -> Result<Self, MobilintError> {
        let mut session = Self {
            slot,
            number: opened.number,
            device: config.device.clone(),
            deadline,
            inputs: Vec::new(),
            outputs: Vec::new(),
            frame: infer_frame(opened.number),
            answer: Vec::new(),
            _file: file,
        };
        session.inputs = rename("inputs", opened.inputs, &config.inputs)?;
        session.outputs = rename("outputs", opened.outputs, &config.outputs)?;
        session.frame.reserve_exact(bytes(&session.inputs));
        session.answer.reserve_exact(bytes(&session.outputs));
        Ok(session)
    }

    /// Runs the model once, as [`run`](Session::run), with this crate's own error.
    ///
    /// # Errors
    /// - [`MobilintError::Tensors`] if the tensors are not as [`inputs`](Session::inputs) and
    ///   [`outputs`](Session::outputs) say.
    /// - [`MobilintError::Deadline`], [`WorkerEnded`](MobilintError::WorkerEnded) or
    ///   [`Protocol`](MobilintError::Protocol) if the worker failed; it is started again.
    /// - [`MobilintError::Restarting`] or [`Busy`](MobilintError::Busy) if it did not become free in time.
    /// - [`MobilintError::Runtime`] or [`Python`](MobilintError::Python) if the vendor's software failed.
    pub fn infer(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), MobilintError> {
        check_tensors(self, inputs, outputs).map_err(MobilintError::Tensors)?;
        self.frame.truncate(infer_frame_len());
        for input in inputs {
            append(input, &mut self.frame);
        }
        let Self {
            slot,
            frame,
            answer,
            ..
        } = self;
        slot.infer(frame, answer, self.deadline, &self.device)?;
        let expected = bytes(&self.outputs);
        if self.answer.len() != expected {
            return Err(MobilintError::Protocol {
                reason: format!(
                    "{} bytes of outputs, expected {expected}",
                    self.answer.len()
                ),
            });
        }
        let mut rest = self.answer.as_slice();
        for output in outputs {
            fill(output, &mut rest);
        }
        Ok(())
    }

    /// The time that a run has.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Sets the time that a run has.
    pub fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = deadline;
    }
}

impl Session for MobilintSession {
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
        Ok(self.infer(inputs, outputs)?)
    }
}

impl Drop for MobilintSession {
    fn drop(&mut self) {
        self.slot.close(self.number);
    }
}

const fn infer_frame_len() -> usize {
    crate::worker::HEADER_LEN + size_of::<u32>()
}

fn bytes(infos: &[TensorInfo]) -> usize {
    infos
        .iter()
        .map(|info| info.len() * info.element_type.size())
        .sum()
}

/// Appends the elements in row-major order.
fn append(view: &TensorView<'_>, frame: &mut Vec<u8>) {
    fn elements<T: Element + bytemuck::NoUninit>(view: &TensorView<'_>, frame: &mut Vec<u8>) {
        let Some(array) = view.as_array::<T>() else {
            return;
        };
        match array.as_slice() {
            Some(slice) => frame.extend_from_slice(bytemuck::cast_slice(slice)),
            None => array
                .iter()
                .for_each(|x| frame.extend_from_slice(bytemuck::bytes_of(x))),
        }
    }
    match view {
        TensorView::F32(_) => elements::<f32>(view, frame),
        TensorView::U8(_) => elements::<u8>(view, frame),
        TensorView::I8(_) => elements::<i8>(view, frame),
        // The session's descriptions, which views were held to, have no other types.
        _ => {}
    }
}

/// Takes the elements of a tensor from the front of `rest`, in row-major order.
fn fill(view: &mut TensorViewMut<'_>, rest: &mut &[u8]) {
    fn elements<T: Element + bytemuck::AnyBitPattern>(
        view: &mut TensorViewMut<'_>,
        rest: &mut &[u8],
    ) {
        let Some(mut array) = view.as_array::<T>() else {
            return;
        };
        let (bytes, after) = rest.split_at(array.len() * size_of::<T>());
        *rest = after;
        let elements = bytes.chunks_exact(size_of::<T>());
        for (to, from) in array.iter_mut().zip(elements) {
            *to = bytemuck::pod_read_unaligned(from);
        }
    }
    match view {
        TensorViewMut::F32(_) => elements::<f32>(view, rest),
        TensorViewMut::I8(_) => elements::<i8>(view, rest),
        TensorViewMut::U8(_) => elements::<u8>(view, rest),
        _ => {}
    }
}
