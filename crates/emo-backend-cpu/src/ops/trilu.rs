use super::{Lowered, Operator};
use crate::kernels::triangle::{Part, Triangle};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Trilu",
    inputs: 1..=2,
    attributes: &["upper"],
    lower: |context| {
        let input = context.input(0)?;
        let &[.., rows, columns] = input.shape else {
            return Err(context.malformed(format!("a matrix of shape {:?}", input.shape)));
        };
        let diagonal = match context.constant::<i64>(1)? {
            None => 0,
            Some(&[diagonal]) => diagonal,
            Some(_) => return Err(context.malformed("`k` is not one number")),
        };
        let part = if context.flag("upper", 1)? {
            Part::Upper
        } else {
            Part::Lower
        };
        let kernel = Triangle {
            part,
            rows,
            columns,
            diagonal,
        };
        Ok(Lowered::compute(
            input.element_type,
            input.shape.to_vec(),
            vec![0],
            kernel,
        ))
    },
    ..Operator::ANY_TYPE
};
