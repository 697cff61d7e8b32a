use std::marker::PhantomData;

use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    normalization::{refused, sets},
};
use crate::kernels::{
    moments::{DivideByNorm, Norm},
    real::with_real,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LpNormalization",
    inputs: 1..=1,
    attributes: &["axis", "p"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let axis = context.axis(context.int("axis", -1)?, input.shape.len())?;
    let norm = match context.int("p", 2)? {
        1 => Norm::L1,
        2 => Norm::L2,
        other => return Err(context.malformed(format!("attribute `p` is {other}, not 1 or 2"))),
    };
    let sets = sets(context, &input.shape, &[axis])?;
    let (element_type, shape) = (input.element_type, input.shape.clone());
    with_real!(
        element_type,
        T => {
            let kernel = DivideByNorm::<T> { sets, norm, element: PhantomData };
            Ok(context.computed(element_type, shape, &[&input], kernel).finish())
        },
        else Err(refused(context, element_type))
    )
}
