use emo_backend::emo_tensor::ElementType;

use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::walk::Walk,
    number::{Number, Wide, with_number},
};

/// What becomes of many elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReduceOp {
    Sum,
    Mean,
    Max,
    Min,
    Prod,
    L1,
    L2,
    LogSum,
    LogSumExp,
    SumSquare,
}

/// Takes the elements along some axes together. Floats are summed in `f64`, integers in 128 bits.
#[derive(Debug)]
pub(crate) struct Reduce {
    pub(crate) op: ReduceOp,
    pub(crate) element_type: ElementType,
    /// Along the axes that are kept: one element each.
    pub(crate) kept: Walk<1>,
    /// Along the axes that are reduced.
    pub(crate) reduced: Walk<1>,
    /// How many elements are taken together.
    pub(crate) count: usize,
}

/// How many elements are widened at a time.
const CHUNK: usize = 64;

/// Takes elements together with what was made of those before them.
type Step<W> = fn(W, &[W]) -> W;

impl Reduce {
    fn all<T: Number>(&self, input: &[T], output: &mut [T]) {
        let inner = self.kept.inner();
        for (row, [start]) in output.chunks_exact_mut(inner.extent).zip(self.kept.rows()) {
            for (i, y) in row.iter_mut().enumerate() {
                *y = self.one(input.get(start + i * inner.steps[0]..).unwrap_or_default());
            }
        }
    }

    fn one<T: Number>(&self, input: &[T]) -> T {
        let zero = <T::Wide>::ZERO;
        let step = steps(self.op);
        let (lowest, highest) = (T::LOWEST.widen(), T::HIGHEST.widen());
        let start = match self.op {
            ReduceOp::Max | ReduceOp::LogSumExp => lowest,
            ReduceOp::Min => highest,
            ReduceOp::Prod => <T::Wide>::ONE,
            _ => zero,
        };
        let result = self.fold(input, start, step);
        match self.op {
            ReduceOp::Mean => T::narrow(result.div(self.count)),
            ReduceOp::L2 => T::from_f64(result.to_f64().sqrt()),
            ReduceOp::LogSum => T::from_f64(result.to_f64().ln()),
            ReduceOp::LogSumExp if self.count == 0 => T::from_f64(f64::NEG_INFINITY),
            ReduceOp::LogSumExp => {
                let max = result.to_f64();
                // Without a finite greatest element, it is the result.
                if !max.is_finite() {
                    return T::from_f64(max);
                }
                let mut sum = 0.0;
                self.for_each_chunk(input, &mut |chunk: &[T::Wide]| {
                    for x in chunk {
                        sum += (x.to_f64() - max).exp();
                    }
                });
                T::from_f64(max + sum.ln())
            }
            _ => T::narrow(result),
        }
    }

    fn fold<T: Number>(&self, input: &[T], start: T::Wide, step: Step<T::Wide>) -> T::Wide {
        let mut result = start;
        self.for_each_chunk(input, &mut |chunk| result = step(result, chunk));
        result
    }

    /// Hands on the elements that are taken together, in order. Widening is all that is compiled for each type.
    #[inline(never)]
    fn for_each_chunk<T: Number>(&self, input: &[T], take: &mut dyn FnMut(&[T::Wide])) {
        let mut wide = [<T::Wide>::ZERO; CHUNK];
        let inner = self.reduced.inner();
        for [start] in self.reduced.rows() {
            for first in (0..inner.extent).step_by(CHUNK) {
                let wide = &mut wide[..CHUNK.min(inner.extent - first)];
                let elements = input[start + first * inner.steps[0]..].iter();
                match inner.steps[0] {
                    0 => wide.fill(input[start].widen()),
                    step => elements
                        .step_by(step)
                        .zip(&mut *wide)
                        .for_each(|(x, wide)| *wide = x.widen()),
                }
                take(wide);
            }
        }
    }
}

/// What is done with the elements on the way, before the sum's root or logarithm is taken.
fn steps<W: Wide>(op: ReduceOp) -> Step<W> {
    match op {
        ReduceOp::Sum | ReduceOp::Mean | ReduceOp::LogSum => {
            |sum, chunk| chunk.iter().fold(sum, |sum, &x| sum.add(x))
        }
        ReduceOp::Max | ReduceOp::LogSumExp => {
            |max, chunk| chunk.iter().fold(max, |max, &x| x.greater(max))
        }
        ReduceOp::Min => |min, chunk| chunk.iter().fold(min, |min, &x| x.lesser(min)),
        ReduceOp::Prod => |product, chunk| chunk.iter().fold(product, |product, &x| product.mul(x)),
        ReduceOp::L1 => |sum, chunk| chunk.iter().fold(sum, |sum, &x| sum.add(x.abs())),
        ReduceOp::L2 | ReduceOp::SumSquare => {
            |sum, chunk| chunk.iter().fold(sum, |sum, &x| sum.add(x.mul(x)))
        }
    }
}

impl Kernel for Reduce {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_number!(
            self.element_type,
            T => self.all(inputs.get::<T>(0), output.of()),
            else unreachable!("element types are checked when the plan is made")
        );
    }

    fn constant_bytes(&self) -> usize {
        self.kept.bytes() + self.reduced.bytes()
    }
}
