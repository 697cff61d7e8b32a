use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Empty, Lowered, NodeContext, Operator, elementwise::refused};
use crate::{
    kernels::rank::{AtPlaces, Order, TopPlaces},
    number::with_number,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "TopK",
    inputs: 1..=2,
    attributes: &["axis", "k", "largest", "sorted"],
    lower,
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let element_type = input.element_type;
    if !with_number!(element_type, _T => true, else false) {
        return Err(refused(context, element_type));
    }
    let axis = context.axis(context.int("axis", -1)?, input.shape.len())?;
    let k = if context.opset < 10 {
        context.int("k", -1)?
    } else {
        match *context.required_constant::<i64>(1)? {
            [k] => k,
            ref values => {
                return Err(
                    context.malformed(format!("`K` has {} elements, expected 1", values.len()))
                );
            }
        }
    };
    let k = context.extent("`K`", k)?;
    let extent = input.shape[axis];
    if k > extent {
        return Err(context.malformed(format!("the first {k} along an axis of {extent}")));
    }
    let order = if context.flag("largest", 1)? {
        Order::Greatest
    } else {
        Order::Least
    };
    // Without `sorted` any order will do.
    context.flag("sorted", 1)?;
    let mut shape = input.shape.clone();
    shape[axis] = k;
    // Nothing is computed where another extent is 0.
    let inner = shape[axis + 1..]
        .iter()
        .fold(1, |inner: usize, &extent| inner.saturating_mul(extent));
    let kernel = TopPlaces {
        order,
        extent,
        k,
        inner,
    };
    let places = context.computed(ElementType::I64, shape.clone(), &[&input], kernel);
    let kernel = AtPlaces { extent, k, inner };
    let values = context.computed(element_type, shape, &[&input, &places], kernel);
    Ok(vec![values.lowered(), places.lowered()])
}
