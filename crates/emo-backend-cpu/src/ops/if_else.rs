use emo_backend::BackendError;

use super::{NodeContext, Operator};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "If",
    attributes: &["else_branch", "then_branch"],
    branch: Some(choose),
    ..Operator::ANY_TYPE
};

fn choose(context: &NodeContext<'_>) -> Result<&'static str, BackendError> {
    match context.required_constant::<bool>(0)? {
        [true] => Ok("then_branch"),
        [false] => Ok("else_branch"),
        other => Err(context.malformed(format!("a condition of {} elements", other.len()))),
    }
}
