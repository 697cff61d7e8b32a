use std::fmt::{self, Debug};

use crate::{
    buffer::{Buffer, Scalar, Slice, SliceMut},
    kernels::{unary::Unary, window::Window},
};

/// What one step of a plan computes, with every shape fixed.
pub(crate) trait Kernel: Debug + Send + Sync {
    /// Refuses elements that [`run`](Self::run) cannot compute with; called before each run, allocates nothing.
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault> {
        let _ = inputs;
        Ok(())
    }

    /// Writes every element of `output`. [`check`](Self::check) has accepted the inputs.
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]);

    /// How many elements of scratch memory [`run`](Self::run) needs.
    fn scratch_len(&self) -> usize {
        0
    }

    /// Multiply–accumulate operations of one run.
    fn macs(&self) -> u64 {
        0
    }

    /// Bytes of constants inside the kernel.
    fn constant_bytes(&self) -> usize {
        0
    }

    /// What this kernel does to its only input, if another kernel might do it to its own output.
    fn follower(&self) -> Option<Follower> {
        None
    }

    /// Takes over what a following kernel would do to this one's output; `false` leaves both as they are.
    fn absorb(&mut self, follower: &Follower) -> bool {
        let _ = follower;
        false
    }
}

/// What is wrong with an operand's elements, where that shows only when the model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A position outside of the axis that it counts along.
    Index { index: i64, extent: usize },
    /// An integer divided by zero.
    DivisionByZero,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { index, extent } => write!(f, "index {index} along an axis of {extent}"),
            Self::DivisionByZero => write!(f, "integer division by zero"),
        }
    }
}

/// Work that a kernel may do on another's output.
#[derive(Debug, Clone)]
pub(crate) enum Follower {
    /// An element-wise function.
    Activation(Unary),
    /// `x · scale[c] + shift[c]`, where `c` counts along axis 1.
    Affine { scale: Vec<f64>, shift: Vec<f64> },
    /// `saturate(round(x / scale) + zero_point)` as bytes without sign, rounding halves to even.
    Quantize { scale: f32, zero_point: u8 },
    /// The maximum over windows.
    MaxPool(Window),
}

/// Where a step finds an operand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// The first `len` elements of a slot of the session's memory.
    Slot { slot: usize, len: usize },
    /// One of the plan's constants.
    Constant(usize),
}

/// The operands of a kernel.
#[derive(Debug)]
pub(crate) enum Inputs<'a> {
    /// Those of a step.
    Step {
        sources: &'a [Source],
        slots: &'a [Buffer],
        constants: &'a [Buffer],
    },
    /// Constants that a node is folded with.
    Folded(&'a [Slice<'a>]),
}

impl Inputs<'_> {
    pub(crate) fn get<T: Scalar>(&self, index: usize) -> &[T] {
        T::slice(self.slice(index)).expect("element types are checked when the plan is made")
    }

    /// An operand of any element type.
    pub(crate) fn slice(&self, index: usize) -> Slice<'_> {
        match self {
            Inputs::Step {
                sources,
                slots,
                constants,
            } => source_slice(sources[index], slots, constants),
            Inputs::Folded(slices) => slices[index],
        }
    }
}

pub(crate) fn source_slice<'a>(
    source: Source,
    slots: &'a [Buffer],
    constants: &'a [Buffer],
) -> Slice<'a> {
    match source {
        Source::Slot { slot, len } => slots[slot].slice(len),
        Source::Constant(index) => constants[index].slice(constants[index].len()),
    }
}

impl<'a> SliceMut<'a> {
    pub(crate) fn of<T: Scalar>(self) -> &'a mut [T] {
        T::slice_mut(self).expect("element types are checked when the plan is made")
    }
}
