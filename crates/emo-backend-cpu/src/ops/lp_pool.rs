use super::{
    Operator,
    spatial::{Sum, exponent, lower_sum_pool},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LpPool",
    inputs: 1..=1,
    attributes: &[
        "auto_pad",
        "ceil_mode",
        "dilations",
        "kernel_shape",
        "p",
        "pads",
        "strides",
    ],
    lower: |context| lower_sum_pool(context, Sum::Lp(exponent(context)?)),
    ..Operator::NUMERIC
};
