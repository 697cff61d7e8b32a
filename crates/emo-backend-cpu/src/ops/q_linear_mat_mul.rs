use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    mat_mul_integer::integer_product,
    quantization::{Repeat, requantized},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "QLinearMatMul",
    inputs: 8..=8,
    attributes: &[],
    lower,
    half: super::Half::Native,
    ..Operator::NUMERIC
};

/// Inputs: a, its scale and zero point, b, its, the output's scale and zero point.
fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let sums = integer_product(context, (0, 2), (3, 5))?;
    let is_matrix =
        |index: usize| -> Result<bool, BackendError> { Ok(context.input(index)?.shape.len() > 1) };
    let rank = sums.shape.len();
    // The result has the rows of `a` and the columns of `b`, unless one of them is a vector.
    let (columns, rows) = match (is_matrix(0)?, is_matrix(3)?) {
        (true, true) => (rank.checked_sub(1), rank.checked_sub(2)),
        (true, false) => (None, rank.checked_sub(1)),
        (false, true) => (rank.checked_sub(1), None),
        (false, false) => (None, None),
    };
    let factors = [
        (1, Repeat::Broadcast { vector: rows }),
        (4, Repeat::Broadcast { vector: columns }),
    ];
    requantized(context, &sums, factors, 6, 7)
}
