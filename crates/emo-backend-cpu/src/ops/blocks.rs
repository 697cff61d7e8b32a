use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operand};
use crate::{
    buffer::{Buffer, with_scalar},
    kernels::{
        lookup::Lookup,
        movement::{Movement, Part, Place},
        positions::Positions,
    },
    shape::strides,
};

/// Lowers an operator that copies blocks of its inputs.
pub(super) fn movement(
    context: &NodeContext<'_>,
    (element_type, shape): (ElementType, Vec<usize>),
    fill: Option<Buffer>,
    reads: Vec<usize>,
    parts: Vec<Part>,
) -> Result<Lowered, BackendError> {
    if !with_scalar!(element_type, _T => true, else false) {
        return Err(context.unsupported(format!("{element_type} elements")));
    }
    let kernel = Movement::new(fill, parts)
        .ok_or_else(|| context.unsupported(format!("a tensor with {} axes", shape.len())))?;
    Ok(Lowered::new(
        element_type,
        shape,
        super::How::Compute {
            reads,
            kernel: Box::new(kernel),
        },
    ))
}

/// Lowers an operator that reads its first input under the shape `seen` and writes the axes in another order.
pub(super) fn permuted(
    context: &NodeContext<'_>,
    seen: &[usize],
    order: &[usize],
    shape: Vec<usize>,
) -> Result<Lowered, BackendError> {
    let own = strides(seen);
    let block: Vec<usize> = order.iter().map(|&axis| seen[axis]).collect();
    let from: Vec<usize> = order.iter().map(|&axis| own[axis]).collect();
    let part = Part {
        input: 0,
        from: Place::new(0, &from),
        to: Place::new(0, &strides(&block)),
        shape: block,
    };
    let output = (context.input(0)?.element_type, shape);
    movement(context, output, None, vec![0], vec![part])
}

/// Lowers an operator that finds its output's elements axis by axis in its first input: `positions` names them for each
/// axis of the output, `fill` stands where there are none.
pub(super) fn lookup(
    context: &NodeContext<'_>,
    shape: Vec<usize>,
    fill: Option<Buffer>,
    positions: impl FnOnce(&[usize]) -> Vec<Vec<Option<usize>>>,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let unsupported = || context.unsupported(format!("{} elements", input.element_type));
    let fill = fill.or_else(|| Buffer::zeros(input.element_type, 1));
    let fill = fill.ok_or_else(unsupported)?;
    if shape.contains(&0) {
        let output = (input.element_type, shape);
        return Ok(vec![movement(context, output, None, vec![0], vec![])?]);
    }
    let entries = shape
        .iter()
        .fold(0_usize, |sum, extent| sum.saturating_add(*extent));
    context.check_memory("the positions", &[entries, 4])?;
    let kernel = Lookup::new(fill, input.shape, positions(&shape));
    let kernel =
        kernel.ok_or_else(|| context.unsupported(format!("a tensor with {} axes", shape.len())))?;
    Ok(Lowered::compute(input.element_type, shape, vec![0], kernel))
}

/// An input of positions, of which neighbours count along axes of these extents in turn; those that are known are
/// checked at once, the others when the model runs.
pub(super) fn positions<'a>(
    context: &NodeContext<'a>,
    index: usize,
    extents: &[usize],
) -> Result<Operand<'a>, BackendError> {
    let operand = context.input(index)?;
    if !matches!(operand.element_type, ElementType::I32 | ElementType::I64) {
        return Err(context.malformed(format!(
            "input {index} holds {} elements, expected i32 or i64",
            operand.element_type
        )));
    }
    if let Some(positions) = operand.constant.and_then(Positions::new) {
        positions
            .check(extents)
            .map_err(|fault| context.malformed(fault.to_string()))?;
    }
    Ok(operand)
}
