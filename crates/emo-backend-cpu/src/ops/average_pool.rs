use super::{
    Operator,
    spatial::{Sum, channels_last_mean, lower_sum_pool},
};

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
        let sum = if context.flag("count_include_pad", 0)? {
            Sum::MeanWithPadding
        } else {
            Sum::Mean
        };
        lower_sum_pool(context, sum)
    },
    any_form: Some(channels_last_mean),
    ..Operator::NUMERIC
};
