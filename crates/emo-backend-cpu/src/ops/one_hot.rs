use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow},
};

use super::{Lowered, NodeContext, Operator};
use crate::kernels::{cast::Cast, one_hot::OneHot};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "OneHot",
    inputs: 3..=3,
    attributes: &["axis"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (indices, values) = (context.input(0)?, context.input(2)?);
    let axis = context.axis(context.int("axis", -1)?, indices.shape.len() + 1)?;
    if values.shape != [2] {
        return Err(context.malformed(format!("values of shape {:?}, expected [2]", values.shape)));
    }
    let depth = context.extent("the depth", context.number(1)?)?;
    let (outer, inner) = indices.shape.split_at(axis);
    let shape = [outer, &[depth], inner].concat();
    context.check_memory("the output", &shape)?;
    let positions = match indices.element_type {
        ElementType::I64 => 0,
        from => {
            let overflow = Overflow::Saturate;
            let shape = indices.shape.to_vec();
            context.step(ElementType::I64, shape, vec![0], Cast { from, overflow })
        }
    };
    let kernel = OneHot {
        depth,
        inner: inner.iter().product(),
    };
    Ok(Lowered::compute(
        values.element_type,
        shape,
        vec![positions, 2],
        kernel,
    ))
}
