use super::{Operator, windows::cosine_window};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "HammingWindow",
    inputs: 1..=1,
    attributes: &["output_datatype", "periodic"],
    lower: |context| cosine_window(context, &[25.0 / 46.0, -21.0 / 46.0]),
    ..Operator::ANY_TYPE
};
