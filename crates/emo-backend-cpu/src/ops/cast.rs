use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator};
use crate::{
    buffer::{Scalar, with_scalar},
    kernels::cast::Cast,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Cast",
    inputs: 1..=1,
    // `saturate` and `round_mode` concern 8-bit floats alone.
    attributes: &["round_mode", "saturate", "to"],
    lower,
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let to = match context.int("to", 0)? {
        // `TensorProto.DataType` in onnx.proto.
        1 => ElementType::F32,
        2 => ElementType::U8,
        3 => ElementType::I8,
        6 => ElementType::I32,
        7 => ElementType::I64,
        9 => ElementType::Bool,
        11 => ElementType::F64,
        other => return Err(context.unsupported(format!("a cast to data type {other}"))),
    };
    if to == input.element_type {
        return Ok(Lowered::alias(to, input.shape.to_vec()));
    }
    with_scalar!(
        input.element_type,
        A => with_scalar!(to, B => Ok(lower_as::<A, B>(input.shape)), else Err(())),
        else Err(())
    )
    .map_err(|()| context.unsupported(format!("a cast of {} elements", input.element_type)))
}

fn lower_as<A, B>(shape: &[usize]) -> Vec<Lowered>
where
    A: Scalar + crate::kernels::cast::CastTo<B>,
    B: Scalar,
{
    Lowered::compute(B::TYPE, shape.to_vec(), vec![0], Cast::<A, B>::new())
}
