use super::{Empty, Operator, cumulative::lower_cumulative};
use crate::kernels::cumulative::Total;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "CumSum",
    inputs: 2..=2,
    attributes: &["exclusive", "reverse"],
    lower: |context| lower_cumulative(context, Total::Sum),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
