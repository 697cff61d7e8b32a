use crate::{
    buffer::SliceMut,
    kernel::{Fault, Guard, Inputs, Kernel},
    kernels::{
        movement::MAX_RANK,
        positions::Positions,
        reduction::Reduction,
        words::{self, Move, Operands, Word},
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
    fn for_each(&self, positions: Positions<'_>, visit: &mut dyn FnMut(usize, usize)) {
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

impl Move for GatherElements {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        let input = operands.get::<W>(0);
        let positions = Positions::of(operands.inputs(), 1);
        self.0.for_each(positions, &mut |number, from| {
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
        words::run(self, inputs, output);
    }
}

/// Operand 0 with the elements that operand 1 names replaced by those of operand 2, or combined with them in order.
#[derive(Debug)]
pub(crate) struct ScatterElements {
    pub(crate) elements: Elements,
    pub(crate) reduction: Reduction,
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

    fn run(&self, inputs: &Inputs<'_>, mut output: SliceMut<'_>, _: &mut [f32]) {
        let updates = inputs.slice(2);
        Reduction::Replace.combine(output.reborrow(), inputs.slice(0));
        self.elements
            .for_each(Positions::of(inputs, 1), &mut |number, to| {
                self.reduction.combine(
                    output.part_mut(to..to + 1),
                    updates.part(number..number + 1),
                );
            });
    }
}
