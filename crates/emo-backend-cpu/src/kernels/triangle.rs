use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::words::{self, Move, Operands, Word},
};

/// Which part of a matrix is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// On the diagonal and above it.
    Upper,
    /// On the diagonal and below it.
    Lower,
}

/// Matrices with zeros on one side of a diagonal.
#[derive(Debug)]
pub(crate) struct Triangle {
    pub(crate) part: Part,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// How many columns the diagonal lies to the right of the main one.
    pub(crate) diagonal: i64,
}

impl Move for Triangle {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        output.copy_from_slice(operands.get(0));
        for (index, row) in output.chunks_exact_mut(self.columns).enumerate() {
            // The column of the diagonal's element in this row, which may lie outside on either side.
            let column = (index % self.rows) as i64;
            let column = column.saturating_add(self.diagonal);
            let clamped = |column: i64| {
                usize::try_from(column.max(0))
                    .unwrap_or(usize::MAX)
                    .min(self.columns)
            };
            match self.part {
                Part::Upper => row[..clamped(column)].fill(W::default()),
                Part::Lower => row[clamped(column.saturating_add(1))..].fill(W::default()),
            }
        }
    }
}

impl Kernel for Triangle {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }
}
