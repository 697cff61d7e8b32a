use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    number::{Number, with_number},
};

/// What an element is combined with that of the elements before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    Sum,
    Product,
}

/// Where a total begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// Whether an element is part of its own total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    Included,
    Excluded,
}

/// Totals along one axis of all elements so far.
#[derive(Debug)]
pub(crate) struct Cumulative {
    pub(crate) total: Total,
    pub(crate) direction: Direction,
    pub(crate) own: Own,
    /// The axis's extent.
    pub(crate) extent: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl Cumulative {
    fn lanes<T: Number>(&self, input: &[T], output: &mut [T]) {
        let block = self.extent * self.inner;
        for (input, output) in input
            .chunks_exact(block)
            .zip(output.chunks_exact_mut(block))
        {
            for lane in 0..self.inner {
                let mut total = match self.total {
                    Total::Sum => T::default(),
                    Total::Product => T::ONE,
                };
                for step in 0..self.extent {
                    let step = match self.direction {
                        Direction::Forward => step,
                        Direction::Backward => self.extent - 1 - step,
                    };
                    let index = step * self.inner + lane;
                    let next = match self.total {
                        Total::Sum => total.add(input[index]),
                        Total::Product => total.mul(input[index]),
                    };
                    output[index] = match self.own {
                        Own::Included => next,
                        Own::Excluded => total,
                    };
                    total = next;
                }
            }
        }
    }
}

impl Kernel for Cumulative {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_number!(
            output.element_type(),
            T => self.lanes(inputs.get::<T>(0), output.of()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}
