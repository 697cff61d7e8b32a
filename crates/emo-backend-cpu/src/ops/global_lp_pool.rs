use super::{
    Operator,
    spatial::{exponent, lower_global_pool},
};
use crate::kernels::window_pool::PlaneReduction;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GlobalLpPool",
    inputs: 1..=1,
    attributes: &["p"],
    lower: |context| lower_global_pool(context, PlaneReduction::Lp(exponent(context)?)),
    ..Operator::NUMERIC
};
