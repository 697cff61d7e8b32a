use emo_backend::{
    BackendError, Session, check_tensors,
    emo_tensor::{TensorInfo, TensorView, TensorViewMut},
};

use crate::{
    Plan,
    buffer::{Buffer, copy_in, copy_out},
    kernel::{Inputs, source_slice},
    plan::Step,
};

/// A model compiled for the CPU, with the memory that it needs to run.
///
/// [`run`](Session::run) allocates nothing, whatever the model, for tensors of up to four axes and for any
/// that are contiguous in row-major order.
#[derive(Debug)]
pub struct CpuSession {
    plan: Plan,
    slots: Vec<Buffer>,
    scratch: Vec<f32>,
}

impl CpuSession {
    pub(crate) fn new(plan: Plan) -> Self {
        let slots = plan
            .slots
            .iter()
            .map(|&(element_type, len)| {
                Buffer::zeros(element_type, len)
                    .expect("a plan has only element types that a buffer holds")
            })
            .collect();
        Self {
            slots,
            scratch: vec![0.0; plan.scratch_len],
            plan,
        }
    }

    /// What one run does, step by step.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

impl Session for CpuSession {
    fn inputs(&self) -> &[TensorInfo] {
        &self.plan.inputs
    }

    fn outputs(&self) -> &[TensorInfo] {
        &self.plan.outputs
    }

    fn run(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), BackendError> {
        check_tensors(self, inputs, outputs)?;
        for (tensor, slot) in inputs.iter().zip(&self.plan.input_slots) {
            if let Some(slot) = *slot {
                copy_in(tensor, &mut self.slots[slot]);
            }
        }
        for step in &self.plan.steps {
            step.kernel
                .check(&operands(step, &self.slots, &self.plan.constants))
                .map_err(|fault| BackendError::Run {
                    backend: "cpu",
                    reason: format!("node {}: {fault}", step.label),
                })?;
            let mut output = self.slots[step.slot].take();
            step.kernel.run(
                &operands(step, &self.slots, &self.plan.constants),
                output.slice_mut(step.len),
                &mut self.scratch,
            );
            self.slots[step.slot] = output;
        }
        for (source, tensor) in self.plan.output_sources.iter().zip(outputs) {
            copy_out(
                source_slice(*source, &self.slots, &self.plan.constants),
                tensor,
            );
        }
        Ok(())
    }
}

fn operands<'a>(step: &'a Step, slots: &'a [Buffer], constants: &'a [Buffer]) -> Inputs<'a> {
    Inputs::Step {
        sources: &step.reads,
        slots,
        constants,
    }
}
