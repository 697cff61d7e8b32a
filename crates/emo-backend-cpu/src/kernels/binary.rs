use emo_backend::emo_tensor::ElementType;

use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Fault, Guard, Inputs, Kernel},
    kernels::walk::Walk,
    number::{Integer, Number, with_integer, with_number},
};

/// An operation on two elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// The quotient is rounded towards negative infinity.
    FloorRemainder,
    /// The quotient is rounded towards zero.
    Remainder,
    Max,
    Min,
    /// The first, times the second where it is negative.
    LeakyRelu,
    Equal,
    Less,
    LessOrEqual,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
}

impl BinaryOp {
    /// Whether the operation is on the bits of integers, or on truth values.
    pub(crate) fn is_bitwise(self) -> bool {
        use BinaryOp::{And, Or, ShiftLeft, ShiftRight, Xor};
        matches!(self, And | Or | Xor | ShiftLeft | ShiftRight)
    }

    /// Whether the result is a truth value.
    pub(crate) fn is_comparison(self) -> bool {
        matches!(self, Self::Equal | Self::Less | Self::LessOrEqual)
    }

    fn divides(self) -> bool {
        matches!(self, Self::Div | Self::FloorRemainder | Self::Remainder)
    }
}

/// An operation on two operands of one type with broadcasting.
#[derive(Debug)]
pub(crate) struct Binary {
    op: BinaryOp,
    /// Of the operands.
    element_type: ElementType,
    walk: Walk<2>,
}

impl Binary {
    /// Strides are 0 along repeated axes. `None` if there are too many axes.
    pub(crate) fn new(
        op: BinaryOp,
        element_type: ElementType,
        shape: &[usize],
        strides: [&[usize]; 2],
    ) -> Option<Self> {
        let walk = Walk::new(shape, strides)?;
        Some(Self {
            op,
            element_type,
            walk,
        })
    }

    /// Computes each element by a call of `f`.
    fn each<T: Scalar, R>(&self, inputs: &Inputs<'_>, output: &mut [R], f: fn(T, T) -> R) {
        self.rows(inputs, output, &|y, a, b| strided(y, a, b, f));
    }

    fn rows<T: Scalar, R>(&self, inputs: &Inputs<'_>, output: &mut [R], row: &Row<T, R>) {
        let (a, b) = (inputs.get::<T>(0), inputs.get::<T>(1));
        let inner = self.walk.inner();
        let rows = output.chunks_exact_mut(inner.extent);
        for (y, [a_start, b_start]) in rows.zip(self.walk.rows()) {
            let [a_step, b_step] = inner.steps;
            let a = Lane {
                elements: &a[a_start..],
                step: a_step,
            };
            let b = Lane {
                elements: &b[b_start..],
                step: b_step,
            };
            row(y, a, b);
        }
    }
}

impl Guard for Binary {
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault> {
        let zero = with_integer!(
            self.element_type,
            T => inputs.get::<T>(1).contains(&0),
            else false
        );
        if zero {
            return Err(Fault::DivisionByZero);
        }
        Ok(())
    }
}

impl Kernel for Binary {
    fn guard(&self) -> Option<&dyn Guard> {
        let is_integer = with_integer!(self.element_type, T => T::BITS > 0, else false);
        (self.op.divides() && is_integer).then_some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let op = self.op;
        match self.element_type {
            ElementType::Bool => self.each(inputs, output.of(), logic(op)),
            ElementType::F32 if !op.is_comparison() => {
                self.rows(inputs, output.of(), &floats(op));
            }
            element_type if op.is_comparison() => with_number!(
                element_type,
                T => self.each(inputs, output.of(), comparison::<T>(op)),
                else unreachable!("element types are checked when the plan is made")
            ),
            element_type if op.is_bitwise() => with_integer!(
                element_type,
                T => self.each(inputs, output.of(), bitwise::<T>(op)),
                else unreachable!("element types are checked when the plan is made")
            ),
            element_type => with_number!(
                element_type,
                T => self.each(inputs, output.of(), arithmetic::<T>(op)),
                else unreachable!("element types are checked when the plan is made")
            ),
        }
    }
}

/// The elements that one row of the output reads of an operand.
#[derive(Clone, Copy)]
struct Lane<'a, T> {
    elements: &'a [T],
    step: usize,
}

/// Computes one row.
type Row<'f, T, R> = dyn Fn(&mut [R], Lane<'_, T>, Lane<'_, T>) + 'f;

/// One row, in a loop that all operations on these types share: what is computed is called for each element.
fn strided<T: Scalar, R>(y: &mut [R], a: Lane<'_, T>, b: Lane<'_, T>, f: fn(T, T) -> R) {
    for (i, y) in y.iter_mut().enumerate() {
        *y = f(a.elements[i * a.step], b.elements[i * b.step]);
    }
}

/// One row of `f32`, in loops of the operation's own where it lies densely.
#[inline(always)]
fn dense(y: &mut [f32], a: Lane<'_, f32>, b: Lane<'_, f32>, f: fn(f32, f32) -> f32) {
    let (xs, zs) = (a.elements, b.elements);
    match (a.step, b.step) {
        (1, 1) => {
            for (y, (&a, &b)) in y.iter_mut().zip(xs.iter().zip(zs)) {
                *y = f(a, b);
            }
        }
        (1, 0) => y.iter_mut().zip(xs).for_each(|(y, &a)| *y = f(a, zs[0])),
        (0, 1) => y.iter_mut().zip(zs).for_each(|(y, &b)| *y = f(xs[0], b)),
        _ => strided(y, a, b, f),
    }
}

/// The operations of networks, on `f32`.
fn floats(op: BinaryOp) -> impl Fn(&mut [f32], Lane<'_, f32>, Lane<'_, f32>) {
    let f = arithmetic::<f32>(op);
    move |y, a, b| match op {
        BinaryOp::Add => dense(y, a, b, Number::add),
        BinaryOp::Sub => dense(y, a, b, Number::sub),
        BinaryOp::Mul => dense(y, a, b, Number::mul),
        BinaryOp::Div => dense(y, a, b, Number::div),
        BinaryOp::Max => dense(y, a, b, Number::greater),
        BinaryOp::Min => dense(y, a, b, Number::lesser),
        BinaryOp::LeakyRelu => dense(y, a, b, leaky_relu),
        _ => strided(y, a, b, f),
    }
}

fn leaky_relu<T: Number>(x: T, slope: T) -> T {
    if x < T::default() { x.mul(slope) } else { x }
}

fn arithmetic<T: Number>(op: BinaryOp) -> fn(T, T) -> T {
    match op {
        BinaryOp::Add => T::add,
        BinaryOp::Sub => T::sub,
        BinaryOp::Mul => T::mul,
        BinaryOp::Div => T::div,
        BinaryOp::Pow => T::pow,
        BinaryOp::FloorRemainder => T::floor_remainder,
        BinaryOp::Remainder => T::remainder,
        BinaryOp::Max => T::greater,
        BinaryOp::Min => T::lesser,
        BinaryOp::LeakyRelu => leaky_relu,
        _ => unreachable!("not arithmetic"),
    }
}

fn comparison<T: Number>(op: BinaryOp) -> fn(T, T) -> bool {
    match op {
        BinaryOp::Equal => |a, b| a == b,
        BinaryOp::Less => |a, b| a < b,
        BinaryOp::LessOrEqual => |a, b| a <= b,
        _ => unreachable!("not a comparison"),
    }
}

fn bitwise<T: Integer>(op: BinaryOp) -> fn(T, T) -> T {
    match op {
        BinaryOp::And => T::and,
        BinaryOp::Or => T::or,
        BinaryOp::Xor => T::xor,
        BinaryOp::ShiftLeft => T::shift_left,
        BinaryOp::ShiftRight => T::shift_right,
        _ => unreachable!("not on bits"),
    }
}

fn logic(op: BinaryOp) -> fn(bool, bool) -> bool {
    match op {
        BinaryOp::And => |a, b| a & b,
        BinaryOp::Or => |a, b| a | b,
        BinaryOp::Xor => |a, b| a ^ b,
        BinaryOp::Equal => |a, b| a == b,
        _ => unreachable!("not on truth values"),
    }
}
