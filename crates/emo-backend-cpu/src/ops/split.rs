use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Split",
    inputs: 1..=2,
    attributes: &["axis", "num_outputs", "split"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let axis = context.axis(context.int("axis", 0)?, input.shape.len())?;
    let extent = input.shape[axis];
    let outputs = context.node.outputs.len();
    let lengths: Vec<usize> = match context.ints_or_input("split", 13, 1)? {
        Some(lengths) => lengths
            .iter()
            .map(|&len| context.extent("a length", len))
            .collect::<Result<_, _>>()?,
        None => {
            let stated = context.int("num_outputs", outputs as i64)?;
            if usize::try_from(stated).ok() != Some(outputs) {
                return Err(context.malformed(format!(
                    "num_outputs is {stated}, the node has {outputs} outputs"
                )));
            }
            // Equal parts; the last is shorter where they do not fill the axis.
            let part = extent.div_ceil(outputs.max(1));
            (0..outputs)
                .map(|index| part.min(extent.saturating_sub(index * part)))
                .collect()
        }
    };
    let total = lengths
        .iter()
        .try_fold(0_usize, |sum, &len| sum.checked_add(len));
    if lengths.len() != outputs || total != Some(extent) {
        return Err(context.malformed(format!(
            "an axis of {extent} split into {lengths:?} for {outputs} outputs"
        )));
    }
    let own = strides(input.shape);
    let mut start = 0;
    lengths
        .into_iter()
        .map(|len| {
            let mut shape = input.shape.to_vec();
            shape[axis] = len;
            let part = Part {
                input: 0,
                shape: shape.clone(),
                from: Place::new(start * own[axis], &own),
                to: Place::new(0, &strides(&shape)),
            };
            start += len;
            let output = (input.element_type, shape);
            movement(context, output, None, vec![0], vec![part])
        })
        .collect()
}
