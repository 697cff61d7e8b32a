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
        let root = |x: f64| T::from_f64(x.sqrt());
        let sum = || self.fold(input, zero, |sum, x| sum.add(x.widen()));
        let squares = || {
            self.fold(input, zero, |sum, x| {
                let x = x.widen();
                sum.add(x.mul(x))
            })
        };
        match self.op {
            ReduceOp::Sum => T::narrow(sum()),
            ReduceOp::Mean => T::narrow(sum().div(self.count)),
            ReduceOp::Max => self.fold(input, T::LOWEST, |max, x| x.greater(max)),
            ReduceOp::Min => self.fold(input, T::HIGHEST, |min, x| x.lesser(min)),
            ReduceOp::Prod => {
                T::narrow(self.fold(input, <T::Wide>::ONE, |product, x| product.mul(x.widen())))
            }
            ReduceOp::L1 => T::narrow(self.fold(input, zero, |sum, x| sum.add(x.widen().abs()))),
            ReduceOp::L2 => root(squares().to_f64()),
            ReduceOp::LogSum => T::from_f64(sum().to_f64().ln()),
            ReduceOp::LogSumExp => {
                let max = self
                    .fold(input, T::LOWEST, |max, x| x.greater(max))
                    .to_f64();
                // Without a finite greatest element, it is the result.
                if !max.is_finite() || self.count == 0 {
                    return T::from_f64(if self.count == 0 {
                        f64::NEG_INFINITY
                    } else {
                        max
                    });
                }
                let sum = self.fold(input, 0.0, |sum, x| sum + (x.to_f64() - max).exp());
                T::from_f64(max + sum.ln())
            }
            ReduceOp::SumSquare => T::narrow(squares()),
        }
    }

    #[inline(always)]
    fn fold<T: Number, A>(&self, input: &[T], start: A, f: impl Fn(A, T) -> A) -> A {
        let inner = self.reduced.inner();
        let mut result = start;
        for [start] in self.reduced.rows() {
            if inner.steps[0] == 1 {
                for &x in &input[start..start + inner.extent] {
                    result = f(result, x);
                }
            } else {
                for i in 0..inner.extent {
                    result = f(result, input[start + i * inner.steps[0]]);
                }
            }
        }
        result
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
