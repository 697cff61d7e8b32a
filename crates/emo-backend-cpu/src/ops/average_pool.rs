use super::{Operator, spatial::lower_pool};
use crate::kernels::pool::Reduction;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "AveragePool",
    inputs: 1..=1,
    attributes: &[
        "auto_pad",
        "ceil_mode",
        "count_include_pad",
        "dilations",
        "kernel_shape",
        "pads",
        "strides",
    ],
    lower: |context| {
        let reduction = if context.flag("count_include_pad", 0)? {
            Reduction::MeanWithPadding
        } else {
            Reduction::Mean
        };
        lower_pool(context, reduction)
    },
    ..Operator::NUMERIC
};
