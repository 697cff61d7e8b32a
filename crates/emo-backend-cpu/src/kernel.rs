use std::{any::type_name, fmt, ops::Range};

#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    buffer::{Buffer, Scalar, Slice, SliceMut, Slot},
    kernels::{integer::Columns, unary::Unary, window::Window},
};

/// What one step of a plan computes, with every shape fixed.
pub(crate) trait Kernel: Send + Sync {
    /// What plans and profiles call it.
    fn name(&self) -> String {
        let path = type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }

    /// Who is asked before each run, if there are elements that [`run`](Self::run) cannot compute with.
    fn guard(&self) -> Option<&dyn Guard> {
        None
    }

    /// Writes every element of `output`. The [`guard`](Self::guard), if there is one, has accepted the inputs.
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]);

    /// This kernel by units, if it is one of those whose output can be cut.
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        None
    }

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

/// A kernel is shown by its name: what it is made of is weights for the most part.
impl fmt::Debug for dyn Kernel + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Looks at operands' elements before a kernel runs on them.
pub(crate) trait Guard {
    /// Refuses elements that the kernel cannot compute with; allocates nothing.
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault>;
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
    /// `x · scale[c] + shift[c]`, where `c` counts along axis 1; `inner` elements of a channel lie side by side.
    Affine {
        scale: Vec<f64>,
        shift: Vec<f64>,
        inner: usize,
    },
    /// `saturate(round(x / scale) + zero_point)` as bytes without sign, rounding halves to even.
    Quantize { scale: f32, zero_point: u8 },
    /// The maximum over windows.
    MaxPool(Window),
    /// A depthwise convolution of all rows at once.
    Columns(Box<Columns>),
}

/// Where a step finds an operand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// The first `len` elements of a slot of the session's memory.
    Slot { slot: usize, len: usize },
    /// One of the plan's constants.
    Constant(usize),
}

/// What sources point into, but for one slot that is being written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory<'a> {
    /// The slots before the one that is left out.
    pub(crate) before: &'a [Slot],
    /// Those behind it.
    pub(crate) after: &'a [Slot],
    pub(crate) constants: &'a [Buffer],
}

impl<'a> Memory<'a> {
    /// What holds a source's elements, and which of them are its own.
    #[inline]
    fn find(&self, source: Source) -> (&'a Buffer, Range<usize>) {
        match source {
            Source::Slot { slot, len } => {
                let slot = match slot.checked_sub(self.before.len()) {
                    None => &self.before[slot],
                    Some(0) => unreachable!("no step reads the slot that it writes"),
                    Some(behind) => &self.after[behind - 1],
                };
                slot.find(len)
            }
            Source::Constant(index) => {
                let constant = &self.constants[index];
                (constant, 0..constant.len())
            }
        }
    }

    pub(crate) fn slice(&self, source: Source) -> Slice<'a> {
        let (buffer, range) = self.find(source);
        buffer.part(range)
    }

    #[inline]
    fn elements<T: Scalar>(&self, source: Source) -> Option<&'a [T]> {
        let (buffer, range) = self.find(source);
        Some(&T::elements(buffer)?[range])
    }
}

/// The operands of a kernel.
#[derive(Debug)]
pub(crate) enum Inputs<'a> {
    /// Those of a step.
    Step {
        sources: &'a [Source],
        memory: Memory<'a>,
    },
    /// Constants that a node is folded with.
    Folded(&'a [Slice<'a>]),
}

impl Inputs<'_> {
    #[inline]
    pub(crate) fn get<T: Scalar>(&self, index: usize) -> &[T] {
        match self {
            Inputs::Step { sources, memory } => memory.elements(sources[index]),
            Inputs::Folded(slices) => T::slice(slices[index]),
        }
        .expect("element types are checked when the plan is made")
    }

    /// An operand of any element type.
    #[inline]
    pub(crate) fn slice(&self, index: usize) -> Slice<'_> {
        match self {
            Inputs::Step { sources, memory } => memory.slice(sources[index]),
            Inputs::Folded(slices) => slices[index],
        }
    }
}

impl<'a> SliceMut<'a> {
    #[inline]
    pub(crate) fn of<T: Scalar>(self) -> &'a mut [T] {
        T::slice_mut(self).expect("element types are checked when the plan is made")
    }
}
