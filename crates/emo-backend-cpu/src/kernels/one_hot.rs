use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::words::{self, Move, Operands, Word},
    shape::normalize_axis,
};

/// For each position of operand 0, `depth` elements along a new axis: operand 1's second at the position, its first
/// elsewhere, and everywhere for a position outside.
#[derive(Debug)]
pub(crate) struct OneHot {
    pub(crate) depth: usize,
    /// Positions behind the new axis.
    pub(crate) inner: usize,
}

impl Move for OneHot {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        let values = operands.get::<W>(1);
        output.fill(values[0]);
        for (index, &position) in operands.inputs().get::<i64>(0).iter().enumerate() {
            if let Some(position) = normalize_axis(position, self.depth) {
                let (outer, inner) = (index / self.inner, index % self.inner);
                output[(outer * self.depth + position) * self.inner + inner] = values[1];
            }
        }
    }
}

impl Kernel for OneHot {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }
}
