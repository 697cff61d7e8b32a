use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
    kernels::movement::MAX_RANK,
};

/// An arithmetic operation on two elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// An element type that [`Binary`] computes with.
pub(crate) trait Number: Scalar {
    fn add(a: Self, b: Self) -> Self;
    fn sub(a: Self, b: Self) -> Self;
    fn mul(a: Self, b: Self) -> Self;
    fn div(a: Self, b: Self) -> Self;
}

impl Number for f32 {
    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        a + b
    }

    #[inline(always)]
    fn sub(a: Self, b: Self) -> Self {
        a - b
    }

    #[inline(always)]
    fn mul(a: Self, b: Self) -> Self {
        a * b
    }

    #[inline(always)]
    fn div(a: Self, b: Self) -> Self {
        a / b
    }
}

macro_rules! integers {
    ($($t:ty)+) => { $(impl Number for $t {
        fn add(a: Self, b: Self) -> Self { a.wrapping_add(b) }
        fn sub(a: Self, b: Self) -> Self { a.wrapping_sub(b) }
        fn mul(a: Self, b: Self) -> Self { a.wrapping_mul(b) }
        // A divisor of zero is refused when the plan is made.
        fn div(a: Self, b: Self) -> Self { a.checked_div(b).unwrap_or(Self::MIN) }
    })+ };
}

integers!(i32 i64);

/// An arithmetic operation with broadcasting.
#[derive(Debug)]
pub(crate) struct Binary {
    op: BinaryOp,
    axes: Vec<Axis>,
}

/// One axis of the output and how each operand is stepped along it.
#[derive(Debug, Clone, Copy)]
struct Axis {
    extent: usize,
    a: usize,
    b: usize,
}

impl Binary {
    /// Strides are 0 along repeated axes. `None` if more than [`MAX_RANK`] axes remain after merging.
    pub(crate) fn new(op: BinaryOp, shape: &[usize], a: &[usize], b: &[usize]) -> Option<Self> {
        let mut axes: Vec<Axis> = Vec::new();
        for ((&extent, &a), &b) in shape.iter().zip(a).zip(b) {
            match axes.last_mut() {
                _ if extent == 1 => {}
                Some(outer) if outer.a == a * extent && outer.b == b * extent => {
                    *outer = Axis {
                        extent: outer.extent * extent,
                        a,
                        b,
                    };
                }
                _ => axes.push(Axis { extent, a, b }),
            }
        }
        if axes.is_empty() {
            axes.push(Axis {
                extent: 1,
                a: 1,
                b: 1,
            });
        }
        (axes.len() <= MAX_RANK).then_some(Self { op, axes })
    }

    fn compute<T: Number>(&self, inputs: &Inputs<'_>, output: &mut [T]) {
        match self.op {
            BinaryOp::Add => self.walk(inputs, output, T::add),
            BinaryOp::Sub => self.walk(inputs, output, T::sub),
            BinaryOp::Mul => self.walk(inputs, output, T::mul),
            BinaryOp::Div => self.walk(inputs, output, T::div),
        }
    }

    #[inline(always)]
    fn walk<T: Number>(&self, inputs: &Inputs<'_>, output: &mut [T], f: impl Fn(T, T) -> T + Copy) {
        let (a, b) = (inputs.get::<T>(0), inputs.get::<T>(1));
        let Some((inner, outer)) = self.axes.split_last() else {
            return;
        };
        let mut index = [0; MAX_RANK];
        let (mut a_start, mut b_start) = (0, 0);
        for row in output.chunks_exact_mut(inner.extent) {
            let (a, b) = (&a[a_start..], &b[b_start..]);
            match (inner.a, inner.b) {
                (1, 1) => {
                    for (y, (&a, &b)) in row.iter_mut().zip(a.iter().zip(b)) {
                        *y = f(a, b);
                    }
                }
                (1, 0) => row.iter_mut().zip(a).for_each(|(y, &a)| *y = f(a, b[0])),
                (0, 1) => row.iter_mut().zip(b).for_each(|(y, &b)| *y = f(a[0], b)),
                (a_step, b_step) => {
                    for (i, y) in row.iter_mut().enumerate() {
                        *y = f(a[i * a_step], b[i * b_step]);
                    }
                }
            }
            for (index, axis) in index.iter_mut().zip(outer).rev() {
                *index += 1;
                a_start += axis.a;
                b_start += axis.b;
                if *index < axis.extent {
                    break;
                }
                a_start -= axis.extent * axis.a;
                b_start -= axis.extent * axis.b;
                *index = 0;
            }
        }
    }
}

impl Kernel for Binary {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        match output {
            SliceMut::F32(output) => self.compute(inputs, output),
            SliceMut::I32(output) => self.compute(inputs, output),
            SliceMut::I64(output) => self.compute(inputs, output),
            _ => unreachable!("element types are checked when the plan is made"),
        }
    }
}
