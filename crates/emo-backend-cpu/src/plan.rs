use std::fmt;

use emo_backend::emo_tensor::{ElementType, TensorInfo};

#[cfg(feature = "threads")]
use crate::kernels::divide::Division;
use crate::{
    buffer::Buffer,
    kernel::{Kernel, Source},
    table::{Align, Table},
};

/// A compiled model: the steps of one run, with every shape and place in memory fixed.
///
/// Its display is a table of the steps: the kernel and, for several threads, into how many parts it is cut, element type and shape of its output, multiply–accumulate
/// operations, bytes of constants inside the kernel, the slot of memory that it writes, and the nodes that it executes.
#[derive(Debug)]
pub struct Plan {
    pub(crate) inputs: Vec<TensorInfo>,
    pub(crate) outputs: Vec<TensorInfo>,
    /// The slot of each input; `None` for one that nothing reads.
    pub(crate) input_slots: Vec<Option<usize>>,
    pub(crate) output_sources: Vec<Source>,
    pub(crate) steps: Vec<Step>,
    pub(crate) constants: Vec<Buffer>,
    /// Element type and length of each slot.
    pub(crate) slots: Vec<(ElementType, usize)>,
    pub(crate) scratch_len: usize,
}

/// One step of a [`Plan`].
#[derive(Debug)]
pub(crate) struct Step {
    /// The nodes that it executes.
    pub(crate) label: String,
    pub(crate) kernel: Box<dyn Kernel>,
    pub(crate) reads: Vec<Source>,
    pub(crate) slot: usize,
    pub(crate) len: usize,
    pub(crate) shape: Vec<usize>,
    /// Whether the kernel has a guard.
    pub(crate) is_guarded: bool,
    /// How several threads compute it, if they do.
    #[cfg(feature = "threads")]
    pub(crate) division: Option<Division>,
}

impl Step {
    /// The kernel's name, and into how many parts it is cut.
    pub(crate) fn kernel_name(&self) -> String {
        let name = self.kernel.name();
        #[cfg(feature = "threads")]
        if let Some(division) = self.division {
            return format!("{name} in {} parts", division.parts);
        }
        name
    }

    /// How many elements of scratch memory it needs.
    pub(crate) fn scratch_len(&self) -> usize {
        let whole = self.kernel.scratch_len();
        #[cfg(feature = "threads")]
        if let (Some(division), Some(kernel)) = (self.division, self.kernel.divide()) {
            return whole.max(division.scratch_len(kernel));
        }
        whole
    }
}

impl Plan {
    /// The number of steps of one run.
    pub fn n_steps(&self) -> usize {
        self.steps.len()
    }

    /// Multiply–accumulate operations of one run.
    pub fn macs(&self) -> u64 {
        self.steps.iter().fold(0, |macs, step| {
            u64::saturating_add(macs, step.kernel.macs())
        })
    }

    /// Bytes of memory that a session holds for values and intermediate results.
    pub fn memory_bytes(&self) -> usize {
        let slots: usize = self
            .slots
            .iter()
            .map(|(element_type, len)| element_type.size() * len)
            .sum();
        slots.saturating_add(self.scratch_len.saturating_mul(size_of::<f32>()))
    }

    /// Bytes of weights and other constants, in the form in which they are kept.
    pub fn constant_bytes(&self) -> usize {
        let kernels: usize = self
            .steps
            .iter()
            .map(|step| step.kernel.constant_bytes())
            .sum();
        kernels + self.constants.iter().map(Buffer::bytes).sum::<usize>()
    }

    /// How many steps are cut into parts that several threads compute; see
    /// [`CpuConfig::threads`](crate::CpuConfig::threads).
    #[cfg(feature = "threads")]
    pub fn n_divided_steps(&self) -> usize {
        let divided = self.steps.iter().filter(|step| step.division.is_some());
        divided.count()
    }

    fn element_type_of(&self, step: &Step) -> ElementType {
        self.slots[step.slot].0
    }

    /// Element type and shape of what a step writes.
    pub(crate) fn output_of(&self, step: &Step) -> String {
        format!("{}{:?}", self.element_type_of(step), step.shape)
    }

    /// Bytes of a step's operands, of the constants inside its kernel and of its output.
    pub(crate) fn bytes_of(&self, step: &Step) -> usize {
        let operands = step.reads.iter().map(|&source| match source {
            Source::Slot { slot, len } => self.slots[slot].0.size() * len,
            Source::Constant(index) => self.constants[index].bytes(),
        });
        let output = self.element_type_of(step).size() * step.len;
        operands.sum::<usize>() + step.kernel.constant_bytes() + output
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for input in &self.inputs {
            writeln!(f, "input {input}")?;
        }
        let mut table = Table::new(&[
            ("step", Align::Right),
            ("kernel", Align::Left),
            ("output", Align::Left),
            ("MACs", Align::Right),
            ("constants", Align::Right),
            ("slot", Align::Right),
            ("nodes", Align::Left),
        ]);
        for (index, step) in self.steps.iter().enumerate() {
            table.row([
                index.to_string(),
                step.kernel_name(),
                self.output_of(step),
                step.kernel.macs().to_string(),
                step.kernel.constant_bytes().to_string(),
                step.slot.to_string(),
                step.label.clone(),
            ]);
        }
        write!(f, "{table}")?;
        for output in &self.outputs {
            writeln!(f, "output {output}")?;
        }
        write!(
            f,
            "{} steps, {} MACs, {} bytes of constants, {} bytes of memory",
            self.n_steps(),
            self.macs(),
            self.constant_bytes(),
            self.memory_bytes()
        )
    }
}
