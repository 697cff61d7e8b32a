use emo_backend::emo_tensor::{ElementType, TensorInfo};

#[cfg(feature = "threads")]
use crate::kernels::divide::Division;
use crate::{
    buffer::Buffer,
    kernel::{Kernel, Source},
    memory::{Lifetime, assign_slots},
    plan::{Plan, Step},
    shape::element_count,
};

/// Where a value's elements are while the model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storage {
    /// What the caller passes.
    Input(usize),
    /// What a step writes.
    Step(usize),
}

/// How a step or an output reads a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Read {
    Stored(Storage),
    /// One of the model's constants.
    Constant(usize),
}

/// A step whose place in memory is not fixed yet.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) label: String,
    pub(crate) kernel: Box<dyn Kernel>,
    pub(crate) reads: Vec<Read>,
    pub(crate) element_type: ElementType,
    pub(crate) shape: Vec<usize>,
}

/// A model whose steps are known, in an order in which they can run.
#[derive(Debug)]
pub(crate) struct Drafts {
    pub(crate) inputs: Vec<TensorInfo>,
    pub(crate) outputs: Vec<TensorInfo>,
    pub(crate) output_reads: Vec<Read>,
    pub(crate) steps: Vec<Draft>,
    pub(crate) constants: Vec<Buffer>,
    /// How many threads large steps are cut for.
    #[cfg(feature = "threads")]
    pub(crate) threads: usize,
}

/// Inputs live from before the first step, which runs at time 1.
const START: usize = 0;
/// Outputs live until after the last step.
const END: usize = usize::MAX;

impl Drafts {
    /// Leaves out the steps that no output depends on and gives every value its place.
    pub(crate) fn lay_out(self) -> Plan {
        let (input_ends, step_ends) = self.last_reads();

        let mut lifetimes = Vec::new();
        let inputs = self.inputs.iter().zip(input_ends).map(|(info, last)| {
            Some(Lifetime {
                element_type: info.element_type,
                len: info.len(),
                first: START,
                last: last?,
            })
        });
        let steps = self.steps.iter().zip(step_ends).enumerate();
        let steps = steps.map(|(index, (draft, last))| {
            Some(Lifetime {
                element_type: draft.element_type,
                len: draft_len(draft),
                first: index + 1,
                last: last?,
            })
        });
        let mut number = |lifetime: Option<Lifetime>| {
            lifetimes.push(lifetime?);
            Some(lifetimes.len() - 1)
        };
        let input_values: Vec<Option<usize>> = inputs.map(&mut number).collect();
        let step_values: Vec<Option<usize>> = steps.map(&mut number).collect();
        let (assigned, slots) = assign_slots(&lifetimes);

        let source = |read: Read| match read {
            Read::Constant(index) => Source::Constant(index),
            Read::Stored(storage) => {
                let value = match storage {
                    Storage::Input(index) => input_values[index],
                    Storage::Step(index) => step_values[index],
                };
                let value = value.expect("what is read lives");
                Source::Slot {
                    slot: assigned[value],
                    len: lifetimes[value].len,
                }
            }
        };
        let steps: Vec<Step> = self
            .steps
            .into_iter()
            .zip(&step_values)
            .filter_map(|(draft, value)| {
                let value = (*value)?;
                #[cfg(feature = "threads")]
                let division = Division::of(&*draft.kernel, lifetimes[value].len, self.threads);
                Some(Step {
                    #[cfg(feature = "threads")]
                    division,
                    slot: assigned[value],
                    len: lifetimes[value].len,
                    reads: draft.reads.iter().copied().map(source).collect(),
                    label: draft.label,
                    is_guarded: draft.kernel.guard().is_some(),
                    kernel: draft.kernel,
                    shape: draft.shape,
                })
            })
            .collect();
        Plan {
            input_slots: input_values
                .iter()
                .map(|value| value.map(|value| assigned[value]))
                .collect(),
            output_sources: self.output_reads.iter().copied().map(source).collect(),
            scratch_len: steps.iter().map(Step::scratch_len).max().unwrap_or(0),
            inputs: self.inputs,
            outputs: self.outputs,
            steps,
            constants: self.constants,
            slots,
        }
    }

    /// When each input and each step's output is read for the last time; `None` if never.
    fn last_reads(&self) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
        let mut inputs = vec![None; self.inputs.len()];
        let mut steps = vec![None; self.steps.len()];
        let mut note = |steps: &mut [Option<usize>], read: Read, time: usize| {
            let last = match read {
                Read::Constant(_) => return,
                Read::Stored(Storage::Input(index)) => &mut inputs[index],
                Read::Stored(Storage::Step(index)) => &mut steps[index],
            };
            *last = (*last).max(Some(time));
        };
        for &read in &self.output_reads {
            note(&mut steps, read, END);
        }
        for (index, draft) in self.steps.iter().enumerate().rev() {
            if steps[index].is_some() {
                for &read in &draft.reads {
                    note(&mut steps, read, index + 1);
                }
            }
        }
        (inputs, steps)
    }
}

fn draft_len(draft: &Draft) -> usize {
    element_count(&draft.shape).expect("checked when the step was drafted")
}
