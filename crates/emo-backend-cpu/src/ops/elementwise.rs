use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext};
use crate::{
    kernels::{
        binary::{Binary, BinaryOp},
        unary::{Unary, UnaryKernel},
    },
    shape::{broadcast, broadcast_strides},
};

/// Lowers an element-wise function of one `f32` input.
pub(super) fn lower_unary(
    context: &NodeContext<'_>,
    function: Unary,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.f32_input(0)?;
    Ok(Lowered::compute(
        ElementType::F32,
        input.shape.to_vec(),
        vec![0],
        UnaryKernel(function),
    ))
}

/// Lowers an arithmetic operation on two broadcast inputs of one type.
pub(super) fn lower_binary(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<Vec<Lowered>, BackendError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let element_type = a.element_type;
    if b.element_type != element_type {
        return Err(context.malformed(format!(
            "operands of types {element_type} and {}",
            b.element_type
        )));
    }
    match element_type {
        ElementType::F32 => {}
        ElementType::I32 => refuse_zero_divisor::<i32>(context, op)?,
        ElementType::I64 => refuse_zero_divisor::<i64>(context, op)?,
        _ => {
            return Err(context.unsupported(format!(
                "{element_type} elements, only f32, i32 and i64 are executed"
            )));
        }
    }
    let shape = broadcast(a.shape, b.shape).ok_or_else(|| {
        context.malformed(format!(
            "shapes {:?} and {:?} do not broadcast",
            a.shape, b.shape
        ))
    })?;
    let kernel = Binary::new(
        op,
        &shape,
        &broadcast_strides(a.shape, &shape),
        &broadcast_strides(b.shape, &shape),
    )
    .ok_or_else(|| context.unsupported(format!("broadcasting to {} axes", shape.len())))?;
    Ok(Lowered::compute(element_type, shape, vec![0, 1], kernel))
}

fn refuse_zero_divisor<T: crate::buffer::Scalar>(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<(), BackendError> {
    if op == BinaryOp::Div && context.required_constant::<T>(1)?.contains(&T::default()) {
        return Err(context.malformed("integer division by zero"));
    }
    Ok(())
}
