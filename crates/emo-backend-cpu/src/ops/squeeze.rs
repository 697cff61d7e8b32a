use super::{Forms, Lowered, Operator};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Squeeze",
    inputs: 1..=2,
    attributes: &["axes"],
    lower: |context| {
        let input = context.input(0)?;
        let shape = match context.ints_or_input("axes", 13, 1)? {
            None => input.shape.iter().copied().filter(|&e| e != 1).collect(),
            Some(axes) => {
                let axes = context.axes(&axes, input.shape.len())?;
                if axes.iter().any(|&axis| input.shape[axis] != 1) {
                    return Err(context.malformed(format!(
                        "axes {axes:?} of shape {:?} are not all of extent 1",
                        input.shape
                    )));
                }
                (0..input.shape.len())
                    .filter(|axis| !axes.contains(axis))
                    .map(|axis| input.shape[axis])
                    .collect()
            }
        };
        Ok(Lowered::alias(input.element_type, shape))
    },
    forms: Forms::Passed,
    ..Operator::ANY_TYPE
};
