use crate::{
    buffer::{Scalar, SliceMut, with_scalar},
    kernel::{Inputs, Kernel},
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

impl OneHot {
    fn write<T: Scalar>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        let values = inputs.get::<T>(1);
        output.fill(values[0]);
        for (index, &position) in inputs.get::<i64>(0).iter().enumerate() {
            if let Some(position) = normalize_axis(position, self.depth) {
                let (outer, inner) = (index / self.inner, index % self.inner);
                output[(outer * self.depth + position) * self.inner + inner] = values[1];
            }
        }
    }
}

impl Kernel for OneHot {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_scalar!(
            output.element_type(),
            T => self.write(inputs, output.of::<T>()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}
