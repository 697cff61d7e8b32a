use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator};
use crate::{kernels::reduce::Mean, shape::strides};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ReduceMean",
    inputs: 1..=2,
    attributes: &["axes", "keepdims", "noop_with_empty_axes"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.f32_input(0)?;
    let rank = input.shape.len();
    let keep = context.flag("keepdims", 1)?;
    let axes = context
        .ints_or_input("axes", 18, 1)?
        .filter(|axes| !axes.is_empty());
    let axes = match axes {
        Some(axes) => context.axes(&axes, rank)?,
        None if context.flag("noop_with_empty_axes", 0)? => {
            return Ok(Lowered::alias(input.element_type, input.shape.to_vec()));
        }
        None => (0..rank).collect(),
    };
    let (mut starts, mut offsets) = (vec![0], vec![0]);
    let mut shape = Vec::with_capacity(rank);
    for (axis, (&extent, &step)) in input.shape.iter().zip(&strides(input.shape)).enumerate() {
        let positions = if axes.contains(&axis) {
            if keep {
                shape.push(1);
            }
            &mut offsets
        } else {
            shape.push(extent);
            &mut starts
        };
        *positions = positions
            .iter()
            .flat_map(|start| (0..extent).map(move |index| (start, index)))
            .map(|(start, index)| start + index * step)
            .collect();
    }
    Ok(Lowered::compute(
        ElementType::F32,
        shape,
        vec![0],
        Mean { starts, offsets },
    ))
}
