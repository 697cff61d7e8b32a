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
        let (start, combine): (T, fn(T, T) -> T) = match self.total {
            Total::Sum => (T::default(), T::add),
            Total::Product => (T::ONE, T::mul),
        };
        let backward = self.direction == Direction::Backward;
        let own = usize::from(self.own == Own::Included);
        for (input, output) in input
            .chunks_exact(block)
            .zip(output.chunks_exact_mut(block))
        {
            for lane in 0..self.inner {
                let mut total = start;
                for step in 0..self.extent {
                    let step = if backward {
                        self.extent - 1 - step
                    } else {
                        step
                    };
                    let index = step * self.inner + lane;
                    let before_and_after = [total, combine(total, input[index])];
                    output[index] = before_and_after[own];
                    [_, total] = before_and_after;
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
