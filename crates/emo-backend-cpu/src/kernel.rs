use std::fmt::Debug;

use crate::{
    buffer::{Buffer, Scalar, Slice, SliceMut},
    kernels::unary::Unary,
};

/// What one step of a plan computes, with every shape fixed.
pub(crate) trait Kernel: Debug + Send + Sync {
    /// Writes every element of `output`.
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

/// Work that a kernel may do on another's output.
#[derive(Debug, Clone)]
pub(crate) enum Follower {
    /// An element-wise function.
    Activation(Unary),
    /// `x · scale[c] + shift[c]`, where `c` counts along axis 1.
    Affine { scale: Vec<f64>, shift: Vec<f64> },
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
        let slice = match self {
            Inputs::Step {
                sources,
                slots,
                constants,
            } => source_slice(sources[index], slots, constants),
            Inputs::Folded(slices) => slices[index],
        };
        T::slice(slice).expect("element types are checked when the plan is made")
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
