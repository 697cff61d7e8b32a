use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, cast::element_type};
use crate::buffer::Buffer;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "EyeLike",
    inputs: 1..=1,
    attributes: &["dtype", "k"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let &[rows, columns] = input.shape else {
        return Err(context.malformed(format!("a matrix of shape {:?}", input.shape)));
    };
    let to = match context.int("dtype", 0)? {
        0 => input.element_type,
        dtype => element_type(context, dtype)?,
    };
    let diagonal = context.int("k", 0)?;
    context.check_memory("the matrix", input.shape)?;
    let mut elements = vec![0.0; rows * columns];
    for row in 0..rows {
        let column = usize::try_from((row as i64).saturating_add(diagonal));
        if let Ok(column) = column
            && column < columns
        {
            elements[row * columns + column] = 1.0;
        }
    }
    let matrix = context.fixed(input.shape.to_vec(), Buffer::F32(elements));
    Ok(context.converted(&matrix, to).finish())
}
