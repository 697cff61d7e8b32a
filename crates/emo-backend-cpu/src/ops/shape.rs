use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{How, Lowered, NodeContext, Operator};
use crate::buffer::Buffer;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Shape",
    inputs: 1..=1,
    attributes: &["end", "start"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let shape = context.input(0)?.shape;
    let rank = shape.len() as i64;
    let position = |name, default| -> Result<usize, BackendError> {
        let position = context.int(name, default)?;
        let position = if position < 0 {
            position.saturating_add(rank)
        } else {
            position
        };
        context.extent(name, position.clamp(0, rank))
    };
    let (start, end) = (position("start", 0)?, position("end", rank)?);
    let extents: Vec<i64> = shape
        .get(start..end)
        .unwrap_or(&[])
        .iter()
        .map(|&extent| extent as i64)
        .collect();
    Ok(vec![Lowered::new(
        ElementType::I64,
        vec![extents.len()],
        How::Constant(Buffer::I64(extents)),
    )])
}
