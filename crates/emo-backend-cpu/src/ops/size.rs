use super::{How, Lowered, Operator};
use crate::{buffer::Buffer, shape::element_count};
use emo_backend::emo_tensor::ElementType;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Size",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| {
        // A shape whose count overflows was refused.
        let count = element_count(context.input(0)?.shape).unwrap_or(usize::MAX);
        Ok(vec![Lowered::new(
            ElementType::I64,
            vec![],
            How::Constant(Buffer::I64(vec![count as i64])),
        )])
    },
    ..Operator::ANY_TYPE
};
