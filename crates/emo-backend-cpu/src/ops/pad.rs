use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    buffer::{Buffer, Slice},
    kernels::movement::{Part, Place, single},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Pad",
    inputs: 1..=4,
    attributes: &["mode", "pads", "value"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let rank = input.shape.len();
    let mode = context.string("mode", "constant")?;
    if mode != "constant" {
        return Err(context.unsupported(format!("mode `{mode}`")));
    }
    let pads = context
        .ints_or_input("pads", 11, 1)?
        .ok_or_else(|| context.malformed("`pads` is missing"))?;
    let axes = match context.constant_indices(3)? {
        Some(axes) => axes,
        None => (0..).take(rank).collect(),
    };
    context.axes(&axes, rank)?;
    if pads.len() != 2 * axes.len() {
        return Err(context.malformed(format!("{} pads for {} axes", pads.len(), axes.len())));
    }
    let own = strides(input.shape);
    let (mut shape, mut block) = (input.shape.to_vec(), input.shape.to_vec());
    let (mut first, mut to) = (0, vec![0; rank]);
    for (index, &axis) in axes.iter().enumerate() {
        let axis = context.axis(axis, rank)?;
        let (begin, end) = (pads[index], pads[axes.len() + index]);
        let extent = i64::try_from(input.shape[axis])
            .ok()
            .and_then(|extent| extent.checked_add(begin)?.checked_add(end))
            .and_then(|extent| usize::try_from(extent).ok());
        shape[axis] = extent.ok_or_else(|| {
            context.malformed(format!(
                "an axis of {} padded by {begin} and {end}",
                input.shape[axis]
            ))
        })?;
        // Negative pads cut elements off.
        let cut = |pad: i64| usize::try_from(pad.unsigned_abs()).ok().filter(|_| pad < 0);
        let (cut_begin, cut_end) = (cut(begin).unwrap_or(0), cut(end).unwrap_or(0));
        block[axis] = input.shape[axis]
            .saturating_sub(cut_begin)
            .saturating_sub(cut_end);
        first += cut_begin.min(input.shape[axis]) * own[axis];
        to[axis] = usize::try_from(begin).unwrap_or(0);
    }
    context.check_memory("the output", &shape)?;
    let to_strides = strides(&shape);
    let offset = to.iter().zip(&to_strides).map(|(at, step)| at * step).sum();
    let part = Part {
        input: 0,
        shape: block,
        from: Place::new(first, &own),
        to: Place::new(offset, &to_strides),
    };
    let fill = value(context)?;
    let output = (input.element_type, shape);
    Ok(vec![movement(
        context,
        output,
        Some(fill),
        vec![0],
        vec![part],
    )?])
}

/// The value that is padded with, of the input's type.
fn value(context: &NodeContext<'_>) -> Result<Buffer, BackendError> {
    let input = context.input(0)?;
    let attribute = [context.float("value", 0.0)?];
    let given = if context.opset < 11 {
        context.f32_input(0)?;
        Some(Slice::F32(&attribute))
    } else {
        match context.optional(2) {
            None => None,
            Some(operand) => Some(operand.constant.ok_or_else(|| context.not_constant(2))?),
        }
    };
    single(given, input.element_type).ok_or_else(|| {
        context.malformed(format!(
            "input 2 is not one element of type {}",
            input.element_type
        ))
    })
}
