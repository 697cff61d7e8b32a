use emo_backend::emo_tensor::ElementType;

use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::words::{self, Move, Operands, Word},
    number::{Number, with_number},
};

/// Which elements come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Greatest,
    Least,
}

impl Order {
    /// Whether `a` comes before `b`; NaN comes before all numbers.
    fn puts<T: Number>(self, a: T, b: T) -> bool {
        match self {
            Self::Greatest => a > b || (a.is_none() && !b.is_none()),
            Self::Least => a < b || (a.is_none() && !b.is_none()),
        }
    }
}

/// Which of equal elements is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    First,
    Last,
}

/// The place along one axis of the element that comes first.
#[derive(Debug)]
pub(crate) struct Extreme {
    pub(crate) order: Order,
    pub(crate) tie: Tie,
    /// Of the input.
    pub(crate) element_type: ElementType,
    /// The axis's extent.
    pub(crate) extent: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl Extreme {
    fn places<T: Number>(&self, input: &[T], output: &mut [i64]) {
        let blocks = input.chunks_exact(self.extent * self.inner);
        for (input, output) in blocks.zip(output.chunks_exact_mut(self.inner)) {
            for (lane, y) in output.iter_mut().enumerate() {
                let (mut place, mut best) = (0, input[lane]);
                for step in 1..self.extent {
                    let x = input[step * self.inner + lane];
                    let taken = match self.tie {
                        Tie::First => self.order.puts(x, best),
                        Tie::Last => !self.order.puts(best, x),
                    };
                    if taken {
                        (place, best) = (step, x);
                    }
                }
                *y = place as i64;
            }
        }
    }
}

impl Kernel for Extreme {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_number!(
            self.element_type,
            T => self.places(inputs.get::<T>(0), output.of()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}

/// The places along one axis of the `k` elements that come first, in order; of equal ones the first comes first.
#[derive(Debug)]
pub(crate) struct TopPlaces {
    pub(crate) order: Order,
    /// Of the input.
    pub(crate) element_type: ElementType,
    /// The axis's extent, at least `k`.
    pub(crate) extent: usize,
    pub(crate) k: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl TopPlaces {
    fn places<T: Number>(&self, input: &[T], output: &mut [i64]) {
        let blocks = input.chunks_exact(self.extent * self.inner);
        for (input, output) in blocks.zip(output.chunks_exact_mut(self.k * self.inner)) {
            for lane in 0..self.inner {
                let mut heap = Heap {
                    lane: Lane {
                        order: self.order,
                        input: &input[lane..],
                        step: self.inner,
                    },
                    output: &mut output[lane..],
                };
                heap.select(self.extent, self.k);
            }
        }
    }
}

impl Kernel for TopPlaces {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_number!(
            self.element_type,
            T => self.places(inputs.get::<T>(0), output.of()),
            else unreachable!("element types are checked when the plan is made")
        );
    }
}

/// The elements along one axis.
struct Lane<'a, T> {
    order: Order,
    input: &'a [T],
    step: usize,
}

impl<T: Number> Lane<'_, T> {
    /// Whether place `a` comes before place `b`.
    fn puts(&self, a: i64, b: i64) -> bool {
        let at = |place: i64| self.input[place as usize * self.step];
        self.order.puts(at(a), at(b)) || (a < b && !self.order.puts(at(b), at(a)))
    }
}

/// The first places so far, in the output itself: no place comes after its parent, so that the last is on top.
struct Heap<'a, T> {
    lane: Lane<'a, T>,
    output: &'a mut [i64],
}

impl<T: Number> Heap<'_, T> {
    fn select(&mut self, extent: usize, k: usize) {
        for place in 0..k {
            self.output[place * self.lane.step] = place as i64;
        }
        for root in (0..k / 2).rev() {
            self.sift(root, k);
        }
        for place in k..extent {
            if self.lane.puts(place as i64, self.output[0]) {
                self.output[0] = place as i64;
                self.sift(0, k);
            }
        }
        for len in (1..k).rev() {
            self.output.swap(0, len * self.lane.step);
            self.sift(0, len);
        }
    }

    /// Moves the place at `root` down to where it belongs among the first `len`.
    fn sift(&mut self, mut root: usize, len: usize) {
        let step = self.lane.step;
        loop {
            let mut child = 2 * root + 1;
            if child >= len {
                return;
            }
            let at = |index: usize| self.output[index * step];
            if child + 1 < len && self.lane.puts(at(child), at(child + 1)) {
                child += 1;
            }
            if !self.lane.puts(at(root), at(child)) {
                return;
            }
            self.output.swap(root * step, child * step);
            root = child;
        }
    }
}

/// The elements at the places along one axis that the second operand names.
#[derive(Debug)]
pub(crate) struct AtPlaces {
    /// The axis's extent.
    pub(crate) extent: usize,
    /// Places of one lane.
    pub(crate) k: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl Move for AtPlaces {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        let (input, places) = (operands.get::<W>(0), operands.inputs().get::<i64>(1));
        let block = self.k * self.inner;
        for ((input, places), output) in input
            .chunks_exact(self.extent * self.inner)
            .zip(places.chunks_exact(block))
            .zip(output.chunks_exact_mut(block))
        {
            for (index, (y, &place)) in output.iter_mut().zip(places).enumerate() {
                *y = input[place as usize * self.inner + index % self.inner];
            }
        }
    }
}

impl Kernel for AtPlaces {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::buffer::{Buffer, Slice};

    fn run<K: Kernel>(kernel: &K, input: &[f32], len: usize) -> Vec<i64> {
        let mut output = Buffer::I64(vec![-1; len]);
        kernel.run(
            &Inputs::Folded(&[Slice::F32(input)]),
            output.slice_mut(len),
            &mut [],
        );
        match output {
            Buffer::I64(places) => places,
            _ => unreachable!(),
        }
    }

    proptest! {
        /// A stable sort by value names the same places.
        #[test]
        fn the_top_places_are_those_of_a_stable_sort(
            values in prop::collection::vec(-4_i8..4, 1..40),
            k in 0_usize..40,
            greatest: bool,
        ) {
            let k = k.min(values.len()).max(1);
            let order = if greatest { Order::Greatest } else { Order::Least };
            let mut expected: Vec<i64> = (0..values.len() as i64).collect();
            expected.sort_by_key(|&place| {
                let value = i16::from(values[place as usize]);
                if greatest { -value } else { value }
            });
            // Two interleaved lanes, the second of which is constant.
            let input: Vec<f32> = values.iter().flat_map(|&x| [f32::from(x), 7.0]).collect();
            let kernel = TopPlaces {
                order,
                element_type: ElementType::F32,
                extent: values.len(),
                k,
                inner: 2,
            };
            let places = run(&kernel, &input, 2 * k);
            let lane = |lane: usize| places.iter().skip(lane).step_by(2).copied().collect::<Vec<_>>();
            prop_assert_eq!(lane(0), &expected[..k]);
            prop_assert_eq!(lane(1), (0..k as i64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_or_the_last_of_equal_extremes_is_named_and_nan_is_extreme() {
        let place = |tie, input: &[f32]| {
            let kernel = Extreme {
                order: Order::Least,
                tie,
                element_type: ElementType::F32,
                extent: input.len(),
                inner: 1,
            };
            run(&kernel, input, 1)[0]
        };
        assert_eq!(place(Tie::First, &[2.0, 1.0, 3.0, 1.0]), 1);
        assert_eq!(place(Tie::Last, &[2.0, 1.0, 3.0, 1.0]), 3);
        assert_eq!(place(Tie::First, &[2.0, f32::NAN, 1.0]), 1);
    }
}
