use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Transpose",
    inputs: 1..=1,
    attributes: &["perm"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let rank = input.shape.len();
    let order: Vec<usize> = match context.ints("perm")? {
        None => (0..rank).rev().collect(),
        Some(order) => {
            if context.axes(order, rank)?.len() != rank {
                return Err(context.malformed(format!("perm {order:?} of {rank} axes")));
            }
            order
                .iter()
                .map(|&axis| context.axis(axis, rank))
                .collect::<Result<_, _>>()?
        }
    };
    let own = strides(input.shape);
    let shape: Vec<usize> = order.iter().map(|&axis| input.shape[axis]).collect();
    let from: Vec<usize> = order.iter().map(|&axis| own[axis]).collect();
    let part = Part {
        input: 0,
        from: Place::new(0, &from),
        to: Place::new(0, &strides(&shape)),
        shape: shape.clone(),
    };
    let output = (input.element_type, shape);
    Ok(vec![movement(context, output, None, vec![0], vec![part])?])
}
