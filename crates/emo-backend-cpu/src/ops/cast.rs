use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow},
};

use super::{Lowered, NodeContext, Operator};
use crate::kernels::cast::Cast;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Cast",
    inputs: 1..=1,
    // `round_mode` concerns a type alone that is not executed.
    attributes: &["round_mode", "saturate", "to"],
    lower: |context| {
        let to = element_type(context, context.int("to", 0)?)?;
        lower_cast(context, to)
    },
    ..Operator::ANY_TYPE
};

/// Lowers a conversion of the first input.
pub(super) fn lower_cast(
    context: &NodeContext<'_>,
    to: ElementType,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let shape = input.shape.to_vec();
    if to == input.element_type {
        return Ok(Lowered::alias(to, shape));
    }
    let kernel = Cast {
        from: input.element_type,
        overflow: overflow(context)?,
    };
    Ok(Lowered::compute(to, shape, vec![0], kernel))
}

/// What the attribute `saturate` says of numbers that are too large for an 8-bit float.
pub(super) fn overflow(context: &NodeContext<'_>) -> Result<Overflow, BackendError> {
    Ok(if context.flag("saturate", 1)? {
        Overflow::Saturate
    } else {
        Overflow::Special
    })
}

/// The element type that an attribute names by its number in `TensorProto.DataType` of onnx.proto.
pub(super) fn element_type(
    context: &NodeContext<'_>,
    data_type: i64,
) -> Result<ElementType, BackendError> {
    Ok(match data_type {
        1 => ElementType::F32,
        2 => ElementType::U8,
        3 => ElementType::I8,
        4 => ElementType::U16,
        5 => ElementType::I16,
        6 => ElementType::I32,
        7 => ElementType::I64,
        9 => ElementType::Bool,
        10 => ElementType::F16,
        11 => ElementType::F64,
        12 => ElementType::U32,
        13 => ElementType::U64,
        16 => ElementType::BF16,
        17 => ElementType::F8E4M3Fn,
        18 => ElementType::F8E4M3FnUz,
        19 => ElementType::F8E5M2,
        20 => ElementType::F8E5M2FnUz,
        21 => ElementType::U4,
        22 => ElementType::I4,
        other => return Err(context.unsupported(format!("elements of data type {other}"))),
    })
}
