use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Slice",
    inputs: 1..=5,
    attributes: &["axes", "ends", "starts"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let list = |name, index| context.ints_or_input(name, 10, index);
    let missing = |name: &str| context.malformed(format!("`{name}` is missing"));
    let starts = list("starts", 1)?.ok_or_else(|| missing("starts"))?;
    let ends = list("ends", 2)?.ok_or_else(|| missing("ends"))?;
    let axes = match list("axes", 3)? {
        Some(axes) => axes,
        None => (0..).take(starts.len()).collect(),
    };
    let steps = match context.constant_indices(4)? {
        Some(steps) => steps,
        None => vec![1; starts.len()],
    };
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err(context.malformed(format!(
            "{} starts, {} ends, {} axes and {} steps",
            starts.len(),
            ends.len(),
            axes.len(),
            steps.len()
        )));
    }
    context.axes(&axes, input.shape.len())?;
    let own = strides(input.shape);
    let mut shape = input.shape.to_vec();
    let mut from = Place::new(0, &own);
    for (((axis, start), end), step) in axes.into_iter().zip(starts).zip(ends).zip(steps) {
        let axis = context.axis(axis, input.shape.len())?;
        let (first, len) = range(input.shape[axis], start, end, step)
            .ok_or_else(|| context.malformed("a step of 0"))?;
        shape[axis] = len;
        from.offset += first * own[axis];
        // A single element needs no step, however long the step is.
        from.strides[axis] = if len > 1 {
            from.strides[axis] * step as isize
        } else {
            0
        };
    }
    let part = Part {
        input: 0,
        shape: shape.clone(),
        from,
        to: Place::new(0, &strides(&shape)),
    };
    let output = (input.element_type, shape);
    Ok(vec![movement(context, output, None, vec![0], vec![part])?])
}

/// First position and length of `start..end` in steps over an axis, clamped as ONNX says; `None` for step 0.
fn range(extent: usize, start: i64, end: i64, step: i64) -> Option<(usize, usize)> {
    let extent = i64::try_from(extent).ok()?;
    let from_front = |position: i64| {
        if position < 0 {
            position.saturating_add(extent)
        } else {
            position
        }
    };
    let (start, end) = (from_front(start), from_front(end));
    let (first, distance) = match step {
        0 => return None,
        1.. => {
            let first = start.clamp(0, extent);
            (first, end.clamp(0, extent) - first)
        }
        _ if extent == 0 => (0, 0),
        // Unlike in Python, a start before the first element is at the first.
        _ => {
            let first = start.clamp(0, extent - 1);
            (first, first - end.clamp(-1, extent - 1))
        }
    };
    let distance = u64::try_from(distance).unwrap_or(0);
    let len = usize::try_from(distance.div_ceil(step.unsigned_abs())).ok()?;
    Some((usize::try_from(first).unwrap_or(0), len))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_are_clamped() {
        for (extent, start, end, step, expected) in [
            (5, 1, 4, 1, (1, 3)),
            (5, -2, i64::MAX, 1, (3, 2)),
            (5, 0, 5, 2, (0, 3)),
            (5, -1, i64::MIN, -1, (4, 5)),
            (5, 10, 0, -2, (4, 2)),
            (5, 3, 1, 1, (3, 0)),
            (5, 1, 3, -1, (1, 0)),
            (1, -5, -7, -1, (0, 1)),
            (0, -1, i64::MIN, -1, (0, 0)),
        ] {
            assert_eq!(range(extent, start, end, step), Some(expected));
        }
        assert_eq!(range(5, 0, 5, 0), None);
    }
}
