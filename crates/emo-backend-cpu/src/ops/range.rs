use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{How, Lowered, NodeContext, Operator, elementwise::refused};
use crate::{
    buffer::{Buffer, Scalar, Slice},
    kernels::cast::convert,
    number::{Number, with_integer, with_number},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Range",
    inputs: 3..=3,
    // Half precision is computed in `f32`, whether `stash_type` asks for it or not.
    attributes: &["stash_type"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let element_type = context.input(0)?.element_type;
    let elements = with_integer!(
        element_type,
        T => {
            let bounds = bounds::<T>(context)?.map(i128::from);
            integers(context, element_type, bounds)?
        },
        else with_number!(
            element_type,
            T => {
                let [start, limit, delta] = bounds::<T>(context)?.map(Number::to_f64);
                let count = ((limit - start) / delta).ceil().max(0.0);
                if !(start + limit + delta).is_finite() || delta == 0.0 {
                    return Err(context.malformed(format!(
                        "a range from {start} to {limit} in steps of {delta}"
                    )));
                }
                let count = checked_count(context, count)?;
                T::buffer((0..count).map(|i| <T as Number>::from_f64(start + i as f64 * delta)).collect())
            },
            else return Err(refused(context, element_type))
        )
    );
    let elements: Buffer = elements;
    Ok(vec![Lowered::new(
        element_type,
        vec![elements.len()],
        How::Constant(elements),
    )])
}

fn integers(
    context: &NodeContext<'_>,
    element_type: ElementType,
    [start, limit, delta]: [i128; 3],
) -> Result<Buffer, BackendError> {
    if delta == 0 {
        return Err(context.malformed("a range in steps of 0"));
    }
    let (distance, step) = if delta > 0 {
        (limit - start, delta)
    } else {
        (start - limit, -delta)
    };
    // Rounded up; a range in the wrong direction is empty.
    let count = (distance.max(0) + step - 1) / step;
    let count = checked_count(context, count as f64)?;
    // Of 64 bits without a sign they become what they were.
    let elements: Vec<i64> = (0..count)
        .map(|i| (start + i as i128 * delta) as i64)
        .collect();
    convert(Slice::I64(&elements), ElementType::I64, count, element_type)
        .ok_or_else(|| refused(context, element_type))
}

fn bounds<T: Number>(context: &NodeContext<'_>) -> Result<[T; 3], BackendError> {
    let mut bounds = [T::default(); 3];
    for (index, bound) in bounds.iter_mut().enumerate() {
        match context.required_constant::<T>(index)? {
            &[value] => *bound = value,
            values => {
                return Err(context.malformed(format!(
                    "input {index} has {} elements, expected 1",
                    values.len()
                )));
            }
        }
    }
    Ok(bounds)
}

/// How many elements, unless they do not fit the memory; a float is exact that far.
fn checked_count(context: &NodeContext<'_>, count: f64) -> Result<usize, BackendError> {
    let count = count as usize;
    // Elements of 8 bytes count twice.
    context.check_memory("the range", &[count, 2])?;
    Ok(count)
}
