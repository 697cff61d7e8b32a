use super::{Operator, spatial::lower_pool};
use crate::kernels::pool::Reduction;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "MaxPool",
    inputs: 1..=1,
    attributes: &[
        "auto_pad",
        "ceil_mode",
        "dilations",
        "kernel_shape",
        "pads",
        "storage_order",
        "strides",
    ],
    lower: |context| {
        if context.wanted > 1 {
            return Err(context.unsupported("the output `Indices`"));
        }
        lower_pool(context, Reduction::Max)
    },
    ..Operator::NUMERIC
};
