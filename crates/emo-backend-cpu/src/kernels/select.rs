use crate::{
    buffer::{Scalar, SliceMut, with_scalar},
    kernel::{Inputs, Kernel},
    kernels::walk::Walk,
};

/// The second operand's elements where the first's are true, else the third's.
#[derive(Debug)]
pub(crate) struct Select {
    pub(crate) walk: Walk<3>,
}

impl Select {
    fn select<T: Scalar>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        let (condition, yes, no) = (
            inputs.get::<bool>(0),
            inputs.get::<T>(1),
            inputs.get::<T>(2),
        );
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
        with_scalar!(
            output.element_type(),
            T => self.select(inputs, output.of::<T>()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}
