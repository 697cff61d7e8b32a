use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::{
        walk::Walk,
        words::{self, Move, Operands, Word},
    },
};

/// The second operand's elements where the first's are true, else the third's.
#[derive(Debug)]
pub(crate) struct Select {
    pub(crate) walk: Walk<3>,
}

impl Move for Select {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        let (yes, no) = (operands.get::<W>(1), operands.get::<W>(2));
        let condition = operands.inputs().get::<bool>(0);
        let inner = self.walk.inner();
        let [condition_step, yes_step, no_step] = inner.steps;
        let rows = output.chunks_exact_mut(inner.extent);
        for (row, [condition_start, yes_start, no_start]) in rows.zip(self.walk.rows()) {
            for (i, y) in row.iter_mut().enumerate() {
                *y = if condition[condition_start + i * condition_step] {
                    yes[yes_start + i * yes_step]
                } else {
                    no[no_start + i * no_step]
                };
            }
        }
    }
}

impl Kernel for Select {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }
}
