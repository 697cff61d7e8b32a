use super::{Empty, Operator, elementwise::lower_binary};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Mod",
    inputs: 2..=2,
    attributes: &["fmod"],
    lower: |context| {
        let op = if context.flag("fmod", 0)? {
            BinaryOp::Remainder
        } else {
            BinaryOp::FloorRemainder
        };
        lower_binary(context, op)
    },
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
