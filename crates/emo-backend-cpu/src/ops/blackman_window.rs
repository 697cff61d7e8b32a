use super::{Operator, windows::cosine_window};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "BlackmanWindow",
    inputs: 1..=1,
    attributes: &["output_datatype", "periodic"],
    lower: |context| cosine_window(context, &[0.42, -0.5, 0.08]),
    ..Operator::ANY_TYPE
};
