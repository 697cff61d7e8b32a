use super::{
    Operator,
    spatial::{channels_last_global, lower_global_pool},
};
use crate::kernels::{pool::Reduction, window_pool::PlaneReduction};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GlobalMaxPool",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_global_pool(context, PlaneReduction::Max),
    any_form: Some(|context| channels_last_global(context, Reduction::Max)),
    ..Operator::NUMERIC
};
