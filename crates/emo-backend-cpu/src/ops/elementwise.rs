use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext};
use crate::{
    kernels::{
        binary::BinaryOp,
        unary::{IntegerUnary, Predicate, Question, Unary, UnaryKernel},
    },
    number::with_integer,
};

/// Lowers an element-wise function of one input of floats.
pub(super) fn lower_unary(
    context: &NodeContext<'_>,
    function: Unary,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    if !matches!(input.element_type, ElementType::F32 | ElementType::F64) {
        return Err(refused(context, input.element_type));
    }
    Ok(Lowered::compute(
        input.element_type,
        input.shape.to_vec(),
        vec![0],
        UnaryKernel {
            level: context.level,
            function,
        },
    ))
}

/// Lowers an element-wise function that is defined of floats for integers, too: by way of `f64`, without the fraction.
pub(super) fn lower_unary_of_numbers(
    context: &NodeContext<'_>,
    function: Unary,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    if !is_integer(input.element_type) {
        return lower_unary(context, function);
    }
    let wide = context.converted(&input, ElementType::F64);
    let kernel = UnaryKernel {
        level: context.level,
        function,
    };
    let result = context.computed(ElementType::F64, input.shape, &[&wide], kernel);
    Ok(context.converted(&result, input.element_type).finish())
}

/// Lowers an element-wise function that has a form of its own for integers.
pub(super) fn lower_unary_or_integer(
    context: &NodeContext<'_>,
    function: Unary,
    of_integers: IntegerUnary,
) -> Result<Vec<Lowered>, BackendError> {
    if is_integer(context.input(0)?.element_type) {
        lower_integer(context, of_integers)
    } else {
        lower_unary(context, function)
    }
}

/// Lowers an element-wise function of integers.
pub(super) fn lower_integer(
    context: &NodeContext<'_>,
    function: IntegerUnary,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    if !is_integer(input.element_type) {
        return Err(refused(context, input.element_type));
    }
    let shape = input.shape.to_vec();
    Ok(Lowered::compute(
        input.element_type,
        shape,
        vec![0],
        function,
    ))
}

/// Lowers a question of each float.
pub(super) fn lower_question(
    context: &NodeContext<'_>,
    question: Question,
) -> Result<Vec<Lowered>, BackendError> {
    let mut input = context.value(0)?;
    if matches!(
        input.element_type,
        ElementType::F8E4M3Fn
            | ElementType::F8E4M3FnUz
            | ElementType::F8E5M2
            | ElementType::F8E5M2FnUz
    ) {
        input = context.converted(&input, ElementType::F32);
    }
    let element_type = input.element_type;
    let executed = match question {
        Question::False => element_type == ElementType::Bool,
        _ => matches!(element_type, ElementType::F32 | ElementType::F64),
    };
    if !executed {
        return Err(refused(context, element_type));
    }
    let kernel = Predicate {
        question,
        element_type,
    };
    let shape = input.shape.clone();
    Ok(context
        .computed(ElementType::Bool, shape, &[&input], kernel)
        .finish())
}

/// Lowers an operation on two broadcast inputs of one type.
pub(super) fn lower_binary(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<Vec<Lowered>, BackendError> {
    Ok(context
        .combined(op, &context.value(0)?, &context.value(1)?)?
        .finish())
}

/// Lowers an operation on two broadcast inputs of one type, the second of which comes first.
pub(super) fn lower_swapped(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<Vec<Lowered>, BackendError> {
    Ok(context
        .combined(op, &context.value(1)?, &context.value(0)?)?
        .finish())
}

/// Lowers an operation on the bits of integers.
pub(super) fn lower_bitwise(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<Vec<Lowered>, BackendError> {
    let element_type = context.input(0)?.element_type;
    if !is_integer(element_type) {
        return Err(refused(context, element_type));
    }
    lower_binary(context, op)
}

/// Lowers an operation on truth values.
pub(super) fn lower_logic(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<Vec<Lowered>, BackendError> {
    let element_type = context.input(0)?.element_type;
    if element_type != ElementType::Bool {
        return Err(refused(context, element_type));
    }
    lower_binary(context, op)
}

/// Lowers an operation on any number of broadcast inputs of one type, taken from left to right.
pub(super) fn lower_chain(
    context: &NodeContext<'_>,
    op: BinaryOp,
) -> Result<Vec<Lowered>, BackendError> {
    let mut result = context.value(0)?;
    for index in 1..context.inputs.len() {
        result = context.combined(op, &result, &context.value(index)?)?;
    }
    Ok(result.finish())
}

pub(super) fn is_integer(element_type: ElementType) -> bool {
    with_integer!(element_type, _T => true, else false)
}

pub(super) fn refused(context: &NodeContext<'_>, element_type: ElementType) -> BackendError {
    context.unsupported(format!("{element_type} elements"))
}
