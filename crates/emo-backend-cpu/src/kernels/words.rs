#![expect(
    unsafe_code,
    reason = "elements of any type are seen as plain memory of their width"
)]

use emo_backend::emo_tensor::ElementType;

use crate::{
    buffer::{Slice, SliceMut},
    kernel::Inputs,
};

/// An element that is moved and never computed with: plain memory of its width.
///
/// A kernel over words is compiled for four widths instead of for all element types. It gets words from operands of
/// the output's type alone, or zeros, which every type has; so what it writes are elements of that type.
pub(crate) trait Word: Copy + Default + sealed::Width {}

impl Word for u8 {}
impl Word for u16 {}
impl Word for u32 {}
impl Word for u64 {}

mod sealed {
    /// Types of which every pattern of bits is a value.
    pub(crate) trait Width {}

    impl Width for u8 {}
    impl Width for u16 {}
    impl Width for u32 {}
    impl Width for u64 {}
}

/// What moves elements from operands to an output.
pub(crate) trait Move {
    /// Writes every element of `output`.
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]);
}

/// The operands of a [`Move`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operands<'a> {
    inputs: &'a Inputs<'a>,
    /// Of the output.
    element_type: ElementType,
}

impl<'a> Operands<'a> {
    /// The operands as they are.
    pub(crate) fn inputs(&self) -> &'a Inputs<'a> {
        self.inputs
    }

    /// Operand `index`, which is of the output's type.
    pub(crate) fn get<W: Word>(&self, index: usize) -> &'a [W] {
        self.words(self.inputs.slice(index))
    }

    /// Elements of the output's type as the words that `W` must be.
    pub(crate) fn words<W: Word>(&self, elements: Slice<'a>) -> &'a [W] {
        let element_type = elements.element_type();
        assert!(
            element_type == self.element_type && element_type.size() == size_of::<W>(),
            "element types are checked when the plan is made"
        );
        let (start, len) = elements.raw();
        // SAFETY: `len` elements of the words' size, which is their alignment, are borrowed for so long; they have no
        // padding, and every pattern of bits is a word.
        unsafe { std::slice::from_raw_parts(start.cast(), len) }
    }
}

/// Lets `movement` write `output`.
pub(crate) fn run(movement: &impl Move, inputs: &Inputs<'_>, output: SliceMut<'_>) {
    let element_type = output.element_type();
    let operands = Operands {
        inputs,
        element_type,
    };
    let (start, len) = output.into_raw();
    // SAFETY: as in `words`, and borrowed to be written. A `Move` has no words but the operands' elements of this type
    // and zeros, both of which are elements of it.
    unsafe {
        match element_type.size() {
            1 => movement.run::<u8>(operands, std::slice::from_raw_parts_mut(start.cast(), len)),
            2 => movement.run::<u16>(operands, std::slice::from_raw_parts_mut(start.cast(), len)),
            4 => movement.run::<u32>(operands, std::slice::from_raw_parts_mut(start.cast(), len)),
            8 => movement.run::<u64>(operands, std::slice::from_raw_parts_mut(start.cast(), len)),
            _ => unreachable!("no element type is wider"),
        }
    }
}
