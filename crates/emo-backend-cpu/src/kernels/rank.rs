use crate::{
    buffer::{Scalar, Slice, SliceMut},
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

/// Numbers of any type, of which two at a time are compared: which type it is, is asked for each pair, so that what
/// searches and sorts is compiled once.
#[derive(Debug, Clone, Copy)]
struct Numbers<'a>(Slice<'a>);

impl Numbers<'_> {
    /// Whether element `a` comes before element `b`.
    fn puts(self, order: Order, a: usize, b: usize) -> bool {
        with_number!(
            self.0.element_type(),
            T => T::slice(self.0).is_some_and(|elements| order.puts(elements[a], elements[b])),
            else unreachable!("element types are checked when the plan is made")
        )
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
    /// The axis's extent.
    pub(crate) extent: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl Extreme {
    fn places(&self, input: Numbers<'_>, output: &mut [i64]) {
        for (block, output) in output.chunks_exact_mut(self.inner).enumerate() {
            for (lane, y) in output.iter_mut().enumerate() {
                let at = |step: usize| (block * self.extent + step) * self.inner + lane;
                let mut best = 0;
                for step in 1..self.extent {
                    let taken = match self.tie {
                        Tie::First => input.puts(self.order, at(step), at(best)),
                        Tie::Last => !input.puts(self.order, at(best), at(step)),
                    };
                    if taken {
                        best = step;
                    }
                }
                *y = best as i64;
            }
        }
    }
}

impl Kernel for Extreme {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        self.places(Numbers(inputs.slice(0)), output.of());
    }
}

/// The places along one axis of the `k` elements that come first, in order; of equal ones the first comes first.
#[derive(Debug)]
pub(crate) struct TopPlaces {
    pub(crate) order: Order,
    /// The axis's extent, at least `k`.
    pub(crate) extent: usize,
    pub(crate) k: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl TopPlaces {
    fn places(&self, input: Numbers<'_>, output: &mut [i64]) {
        let blocks = output.chunks_exact_mut(self.k * self.inner);
        for (block, output) in blocks.enumerate() {
            for lane in 0..self.inner {
                let mut heap = Heap {
                    lane: Lane {
                        order: self.order,
                        input,
                        first: block * self.extent * self.inner + lane,
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
        self.places(Numbers(inputs.slice(0)), output.of());
    }
}

/// The elements along one axis.
struct Lane<'a> {
    order: Order,
    input: Numbers<'a>,
    first: usize,
    step: usize,
}

impl Lane<'_> {
    /// Whether place `a` comes before place `b`.
    fn puts(&self, a: i64, b: i64) -> bool {
        let at = |place: i64| self.first + place as usize * self.step;
        let puts = |a, b| self.input.puts(self.order, at(a), at(b));
        puts(a, b) || (a < b && !puts(b, a))
    }
}

/// The first places so far, in the output itself: no place comes after its parent, so that the last is on top.
struct Heap<'a> {
    lane: Lane<'a>,
    output: &'a mut [i64],
}

impl Heap<'_> {
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
    use crate::buffer::Buffer;

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
