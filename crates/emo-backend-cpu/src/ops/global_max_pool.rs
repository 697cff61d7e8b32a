use super::{Operator, spatial::lower_global_pool};
use crate::kernels::window_pool::PlaneReduction;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GlobalMaxPool",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_global_pool(context, PlaneReduction::Max),
    ..Operator::NUMERIC
};
