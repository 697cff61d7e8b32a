use super::{Empty, Operator, extreme::lower_extreme};
use crate::kernels::rank::Order;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ArgMin",
    inputs: 1..=1,
    attributes: &["axis", "keepdims", "select_last_index"],
    lower: |context| lower_extreme(context, Order::Least),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
