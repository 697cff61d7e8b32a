use super::{Empty, Operator, cumulative::lower_cumulative};
use crate::kernels::cumulative::Total;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "CumProd",
    inputs: 2..=2,
    attributes: &["exclusive", "reverse"],
    lower: |context| lower_cumulative(context, Total::Product),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
