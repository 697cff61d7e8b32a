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

    fn walk<T: Scalar, R>(&self, inputs: &Inputs<'_>, output: &mut [R], row: Row<T, R>) {
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
        if self.element_type == ElementType::Bool {
            self.walk(inputs, output.of(), logic(op));
        } else if op.is_comparison() {
            with_number!(
                self.element_type,
                T => self.walk(inputs, output.of(), comparison::<T>(op)),
                else unreachable!("element types are checked when the plan is made")
            );
        } else if op.is_bitwise() {
            with_integer!(
                self.element_type,
                T => self.walk(inputs, output.of(), bitwise::<T>(op)),
                else unreachable!("element types are checked when the plan is made")
            );
        } else {
            with_number!(
                self.element_type,
                T => self.walk(inputs, output.of(), arithmetic::<T>(op)),
                else unreachable!("element types are checked when the plan is made")
            );
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
type Row<T, R> = fn(&mut [R], Lane<'_, T>, Lane<'_, T>);

/// `f32` has loops of its own for rows that lie densely; the other types do with one for all.
#[inline(always)]
fn each<T: Scalar, R>(y: &mut [R], a: Lane<'_, T>, b: Lane<'_, T>, f: impl Fn(T, T) -> R) {
    let (a_step, b_step) = (a.step, b.step);
    let (a, b) = (a.elements, b.elements);
    match (a_step, b_step) {
        (1, 1) if T::TYPE == ElementType::F32 => {
            for (y, (&a, &b)) in y.iter_mut().zip(a.iter().zip(b)) {
                *y = f(a, b);
            }
        }
        (1, 0) if T::TYPE == ElementType::F32 => {
            y.iter_mut().zip(a).for_each(|(y, &a)| *y = f(a, b[0]));
        }
        (0, 1) if T::TYPE == ElementType::F32 => {
            y.iter_mut().zip(b).for_each(|(y, &b)| *y = f(a[0], b));
        }
        _ => {
            for (i, y) in y.iter_mut().enumerate() {
                *y = f(a[i * a_step], b[i * b_step]);
            }
        }
    }
}

fn arithmetic<T: Number>(op: BinaryOp) -> Row<T, T> {
    match op {
        BinaryOp::Add => |y, a, b| each(y, a, b, T::add),
        BinaryOp::Sub => |y, a, b| each(y, a, b, T::sub),
        BinaryOp::Mul => |y, a, b| each(y, a, b, T::mul),
        BinaryOp::Div => |y, a, b| each(y, a, b, T::div),
        BinaryOp::Pow => |y, a, b| each(y, a, b, T::pow),
        BinaryOp::FloorRemainder => |y, a, b| each(y, a, b, T::floor_remainder),
        BinaryOp::Remainder => |y, a, b| each(y, a, b, T::remainder),
        BinaryOp::Max => |y, a, b| each(y, a, b, T::greater),
        BinaryOp::Min => |y, a, b| each(y, a, b, T::lesser),
        BinaryOp::LeakyRelu => |y, a, b| {
            each(
                y,
                a,
                b,
                |x, slope| {
                    if x < T::default() { x.mul(slope) } else { x }
                },
            );
        },
        _ => unreachable!("not arithmetic"),
    }
}

fn comparison<T: Number>(op: BinaryOp) -> Row<T, bool> {
    match op {
        BinaryOp::Equal => |y, a, b| each(y, a, b, |a, b| a == b),
        BinaryOp::Less => |y, a, b| each(y, a, b, |a, b| a < b),
        BinaryOp::LessOrEqual => |y, a, b| each(y, a, b, |a, b| a <= b),
        _ => unreachable!("not a comparison"),
    }
}

fn bitwise<T: Integer>(op: BinaryOp) -> Row<T, T> {
    match op {
        BinaryOp::And => |y, a, b| each(y, a, b, T::and),
        BinaryOp::Or => |y, a, b| each(y, a, b, T::or),
        BinaryOp::Xor => |y, a, b| each(y, a, b, T::xor),
        BinaryOp::ShiftLeft => |y, a, b| each(y, a, b, T::shift_left),
        BinaryOp::ShiftRight => |y, a, b| each(y, a, b, T::shift_right),
        _ => unreachable!("not on bits"),
    }
}

fn logic(op: BinaryOp) -> Row<bool, bool> {
    match op {
        BinaryOp::And => |y, a, b| each(y, a, b, |a, b| a & b),
        BinaryOp::Or => |y, a, b| each(y, a, b, |a, b| a | b),
        BinaryOp::Xor => |y, a, b| each(y, a, b, |a, b| a ^ b),
        BinaryOp::Equal => |y, a, b| each(y, a, b, |a, b| a == b),
        _ => unreachable!("not on truth values"),
    }
}
