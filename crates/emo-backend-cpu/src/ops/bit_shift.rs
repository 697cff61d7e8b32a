use super::{Empty, Operator, elementwise::lower_bitwise};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "BitShift",
    inputs: 2..=2,
    attributes: &["direction"],
    lower: |context| {
        let op = match context.string("direction", "")? {
            "LEFT" => BinaryOp::ShiftLeft,
            "RIGHT" => BinaryOp::ShiftRight,
            other => return Err(context.malformed(format!("direction `{other}`"))),
        };
        lower_bitwise(context, op)
    },
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
