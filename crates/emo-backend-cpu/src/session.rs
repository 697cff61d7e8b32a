use std::{sync::Arc, time::Instant};

use emo_backend::{
    BackendError, Session, check_tensors,
    emo_tensor::{TensorInfo, TensorView, TensorViewMut},
};

use crate::{
    Plan, Profile, Profiling,
    buffer::{Slot, copy_in, copy_out},
    kernel::{Fault, Inputs, Memory},
    kernels::aligned::Aligned,
    plan::Step,
    profile::Recorder,
};
#[cfg(feature = "threads")]
use crate::{buffer::SliceMut, kernels::team::Team};

/// A model compiled for the CPU, with the memory that it needs to run.
///
/// [`run`](Session::run) allocates nothing, whatever the model, for tensors of up to four axes and for any
/// that are contiguous in row-major order.
///
/// A clone is another session of the same [`Plan`], whose weights both share, with memory of its own: so that
/// several threads run one model, each thread gets a clone. It does not record a profile until it is told to.
///
/// ```
/// # use emo_backend_cpu::{CpuBackend, emo_backend::{BackendError, Session, emo_tensor::{ElementType, Tensor}}};
/// # use emo_backend_cpu::emo_onnx::GraphBuilder;
/// # let mut graph = GraphBuilder::new("g");
/// # let x = graph.input("x", ElementType::F32, &[1, 2]);
/// # let y = graph.node("y", "Relu", &[&x], []);
/// # graph.output(&y, ElementType::F32, &[1, 2]);
/// # let session = CpuBackend::default().compile(&graph.build(17)?)?;
/// # let inputs = vec![Tensor::zeros(ElementType::F32, &[1, 2]); 3];
/// let outputs = std::thread::scope(|scope| {
///     let threads: Vec<_> = inputs
///         .iter()
///         .map(|input| {
///             let mut session = session.clone();
///             scope.spawn(move || session.run_to_tensors(&[input.view()]))
///         })
///         .collect();
///     let join = threads.into_iter().map(|thread| thread.join().expect("a run does not panic"));
///     join.collect::<Result<Vec<_>, BackendError>>()
/// })?;
/// assert_eq!(outputs.len(), inputs.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CpuSession {
    plan: Arc<Plan>,
    slots: Vec<Slot>,
    scratch: Aligned,
    recorder: Option<Box<Recorder>>,
    /// Those that help with large steps, if there are any.
    #[cfg(feature = "threads")]
    team: Option<Arc<Team>>,
}

impl Clone for CpuSession {
    fn clone(&self) -> Self {
        Self {
            #[cfg(feature = "threads")]
            team: self.team.clone(),
            ..Self::of(Arc::clone(&self.plan))
        }
    }
}

impl CpuSession {
    pub(crate) fn new(plan: Plan) -> Self {
        Self::of(Arc::new(plan))
    }

    /// The session with a team for the steps that are cut.
    #[cfg(feature = "threads")]
    pub(crate) fn with_team(self, team: Arc<Team>) -> Self {
        Self {
            team: Some(team),
            ..self
        }
    }

    fn of(plan: Arc<Plan>) -> Self {
        let slots = plan
            .slots
            .iter()
            .map(|&(element_type, len)| {
                Slot::zeros(element_type, len)
                    .expect("a plan has only element types that a slot holds")
            })
            .collect();
        Self {
            slots,
            scratch: Aligned::zeros(plan.scratch_len),
            plan,
            recorder: None,
            #[cfg(feature = "threads")]
            team: None,
        }
    }

    /// What one run does, step by step. Clones of a session have the same one.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Begins to record the times of the steps, or ends it; what was recorded before is forgotten.
    ///
    /// All memory for records is taken here, so that runs allocate nothing. A session that does not record, as a new
    /// one, does not look at the clock.
    pub fn set_profiling(&mut self, profiling: Profiling) {
        self.recorder = Recorder::new(profiling, &self.plan).map(Box::new);
    }

    /// What was recorded since [`set_profiling`](Self::set_profiling); `None` if nothing is.
    pub fn profile(&self) -> Option<Profile> {
        let recorder = self.recorder.as_ref()?;
        Some(recorder.profile(&self.plan))
    }

    #[inline(always)]
    fn execute(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
        mut done: impl FnMut(),
    ) -> Result<(), BackendError> {
        #[cfg(feature = "threads")]
        if let Some(team) = &self.team {
            team.wake();
        }
        let declared = self.plan.inputs.iter().zip(&self.plan.input_slots);
        for (tensor, (info, slot)) in inputs.iter().zip(declared) {
            if let Some(slot) = *slot {
                copy_in(tensor, self.slots[slot].slice_mut(info.len()));
            }
        }
        done();
        for step in &self.plan.steps {
            let (before, written) = self.slots.split_at_mut(step.slot);
            let (output, after) = written
                .split_first_mut()
                .expect("a step's slot is one of the plan's");
            let inputs = Inputs::Step {
                sources: &step.reads,
                memory: Memory {
                    before,
                    after,
                    constants: &self.plan.constants,
                },
            };
            if step.is_guarded {
                check(step, &inputs)?;
            }
            let output = output.slice_mut(step.len);
            #[cfg(feature = "threads")]
            let Some(output) = run_divided(step, &self.team, &inputs, output, &mut self.scratch)
            else {
                done();
                continue;
            };
            step.kernel.run(&inputs, output, &mut self.scratch);
            done();
        }
        let memory = Memory {
            before: &self.slots,
            after: &[],
            constants: &self.plan.constants,
        };
        for (source, tensor) in self.plan.output_sources.iter().zip(outputs) {
            copy_out(memory.slice(*source), tensor);
        }
        done();
        Ok(())
    }

    #[cold]
    fn execute_recorded(
        &mut self,
        inputs: &[TensorView<'_>],
        outputs: &mut [TensorViewMut<'_>],
    ) -> Result<(), BackendError> {
        let Some(mut recorder) = self.recorder.take() else {
            return self.execute(inputs, outputs, || ());
        };
        recorder.begin(Instant::now());
        let result = self.execute(inputs, outputs, || recorder.mark(Instant::now()));
        if result.is_ok() {
            recorder.commit();
        }
        self.recorder = Some(recorder);
        result
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
        match self.recorder {
            None => self.execute(inputs, outputs, || ()),
            Some(_) => self.execute_recorded(inputs, outputs),
        }
    }
}

/// Runs a step that is cut with its team, if that helps nobody else; otherwise hands the output back.
#[cfg(feature = "threads")]
#[inline]
fn run_divided<'a>(
    step: &Step,
    team: &Option<Arc<Team>>,
    inputs: &Inputs<'_>,
    mut output: SliceMut<'a>,
    scratch: &mut [f32],
) -> Option<SliceMut<'a>> {
    if let (Some(division), Some(team)) = (step.division, team)
        && let Some(kernel) = step.kernel.divide()
        && division.run(kernel, team, inputs, output.reborrow(), scratch)
    {
        return None;
    }
    Some(output)
}

fn check(step: &Step, inputs: &Inputs<'_>) -> Result<(), BackendError> {
    let fault = |fault: Fault| BackendError::Run {
        backend: "cpu",
        reason: format!("node {}: {fault}", step.label),
    };
    let guard = step.kernel.guard();
    guard.map_or(Ok(()), |guard| guard.check(inputs).map_err(fault))
}
