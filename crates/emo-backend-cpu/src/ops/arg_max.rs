use super::{Empty, Operator, extreme::lower_extreme};
use crate::kernels::rank::Order;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ArgMax",
    inputs: 1..=1,
    attributes: &["axis", "keepdims", "select_last_index"],
    lower: |context| lower_extreme(context, Order::Greatest),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
