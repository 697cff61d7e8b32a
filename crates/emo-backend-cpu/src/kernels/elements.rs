use crate::{
    buffer::{Scalar, SliceMut, with_scalar},
    kernel::{Fault, Guard, Inputs, Kernel},
    kernels::{
        movement::MAX_RANK,
        positions::Positions,
        reduction::{Combine, Reduction},
    },
};

/// Elements of an array that are named by their own positions along one axis and by where those stand along the others.
///
/// What GatherElements and ScatterElements have in common: operand 1 of their kernels holds the positions.
#[derive(Debug)]
pub(crate) struct Elements {
    /// The shape of the positions.
    shape: Vec<usize>,
    /// The array's steps between neighbours, 0 along the axis that positions count along.
    strides: Vec<usize>,
    /// Of the axis that positions count along.
    extent: usize,
    step: usize,
}

impl Elements {
    /// Positions of this `shape` along `axis` of an array; `None` beyond [`MAX_RANK`] axes.
    pub(crate) fn new(shape: &[usize], array: &[usize], axis: usize) -> Option<Self> {
        let mut strides = crate::shape::strides(array);
        let step = std::mem::take(strides.get_mut(axis)?);
        (shape.len() <= MAX_RANK).then(|| Self {
            shape: shape.to_vec(),
            strides,
            extent: array[axis],
            step,
        })
    }

    /// Calls `visit` with the number of each position and the element in the array that it names.
    fn for_each(&self, positions: Positions<'_>, mut visit: impl FnMut(usize, usize)) {
        let mut index = [0; MAX_RANK];
        let mut start = 0;
        for number in 0..self.shape.iter().product() {
            visit(
                number,
                start + positions.at(number, self.extent) * self.step,
            );
            let axes = self.shape.iter().zip(&self.strides);
            for (index, (&extent, &stride)) in index.iter_mut().zip(axes).rev() {
                *index += 1;
                start += stride;
                if *index < extent {
                    break;
                }
                start -= extent * stride;
                *index = 0;
            }
        }
    }
}

/// The elements of operand 0 that operand 1 names.
#[derive(Debug)]
pub(crate) struct GatherElements(pub(crate) Elements);

impl GatherElements {
    fn copy<T: Scalar>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        let input = inputs.get::<T>(0);
        self.0.for_each(Positions::of(inputs, 1), |number, from| {
            output[number] = input[from];
        });
    }
}

impl Guard for GatherElements {
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault> {
        Positions::of(inputs, 1).check(&[self.0.extent])
    }
}

impl Kernel for GatherElements {
    fn guard(&self) -> Option<&dyn Guard> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_scalar!(
            output.element_type(),
            T => self.copy(inputs, output.of::<T>()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}

/// Operand 0 with the elements that operand 1 names replaced by those of operand 2, or combined with them in order.
#[derive(Debug)]
pub(crate) struct ScatterElements {
    pub(crate) elements: Elements,
    pub(crate) reduction: Reduction,
}

impl ScatterElements {
    fn scatter<T: Combine>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        output.copy_from_slice(inputs.get(0));
        let updates = inputs.get::<T>(2);
        self.elements
            .for_each(Positions::of(inputs, 1), |number, to| {
                output[to] = T::combine(self.reduction, output[to], updates[number]);
            });
    }
}

impl Guard for ScatterElements {
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault> {
        Positions::of(inputs, 1).check(&[self.elements.extent])
    }
}

impl Kernel for ScatterElements {
    fn guard(&self) -> Option<&dyn Guard> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_scalar!(
            output.element_type(),
            T => self.scatter(inputs, output.of::<T>()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}
