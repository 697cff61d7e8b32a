use std::marker::PhantomData;

use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, normalization::refused};
use crate::kernels::{moments::LocalResponse, real::with_real};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LRN",
    inputs: 1..=1,
    attributes: &["alpha", "beta", "bias", "size"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let &[_, channels, ref spatial @ ..] = &*input.shape else {
        return Err(context.malformed(format!("an input with {} axes", input.shape.len())));
    };
    let inner = spatial.iter().product();
    let size = context.extent("attribute `size`", context.int("size", 0)?)?;
    if size == 0 {
        return Err(context.malformed("attribute `size` is missing or 0"));
    }
    let alpha = f64::from(context.float("alpha", 1e-4)?);
    let beta = f64::from(context.float("beta", 0.75)?);
    let bias = f64::from(context.float("bias", 1.0)?);
    let (element_type, shape) = (input.element_type, input.shape.clone());
    with_real!(
        element_type,
        T => {
            let kernel = LocalResponse::<T> {
                channels,
                inner,
                size,
                alpha,
                beta,
                bias,
                element: PhantomData,
            };
            Ok(context.computed(element_type, shape, &[&input], kernel).finish())
        },
        else Err(refused(context, element_type))
    )
}
