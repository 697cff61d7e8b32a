//! Operators that hold subgraphs.

use super::{
    op::{Op, Outputs},
    value::Known,
};
use crate::{Dim, OnnxError, ValueType};

/// One of two branches: the one that a constant condition takes, or what both have in common.
pub(super) fn branch(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let (Some(yes), Some(no)) = (op.branch("then_branch"), op.branch("else_branch")) else {
        return Ok(());
    };
    for branch in [yes, no] {
        if branch.len() != op.n_outputs() {
            return Err(op.extents(
                "the outputs of the node and of a branch",
                op.n_outputs(),
                branch.len(),
            ));
        }
    }
    let condition = op.entry(0).and_then(|entry| entry.int());
    for (output, (yes, no)) in yes.iter().zip(no).enumerate() {
        let known = match condition {
            Some(0) => no.clone(),
            Some(_) => yes.clone(),
            None => {
                if let (Some(yes), Some(no)) = (yes.element_type(), no.element_type())
                    && yes != no
                {
                    return Err(OnnxError::Type {
                        node: op.node.label(),
                        parameter: "else_branch",
                        actual: no.to_string(),
                        expected: yes.to_string(),
                    });
                }
                common(yes, no)
            }
        };
        out.known(output, known);
    }
    Ok(())
}

/// Values that go round, then what is collected of each round.
pub(super) fn repeat(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(body) = op.branch("body") else {
        return Ok(());
    };
    // The first output of the body is the condition, the first two inputs count and condition.
    let results = body.get(1..).unwrap_or_default();
    if results.len() != op.n_outputs() {
        return Err(op.extents(
            "the outputs of the node and of its body",
            op.n_outputs() + 1,
            body.len(),
        ));
    }
    let n_states = op.n_inputs().saturating_sub(2);
    for (output, result) in results.iter().enumerate() {
        if output < n_states {
            let initial = op
                .value_type(output + 2)
                .cloned()
                .unwrap_or(ValueType::Unknown);
            out.known(
                output,
                common(&Known::of(&initial), &Known::of(&result.value_type)),
            );
        } else {
            out.known(output, stacked(result, 0, &Dim::Unknown));
        }
    }
    Ok(())
}

/// As a loop over slices of inputs.
pub(super) fn scan(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(body) = op.branch("body") else {
        return Ok(());
    };
    if op.since() < 9 || body.len() != op.n_outputs() {
        return Ok(());
    }
    let n_scanned = usize::try_from(op.int("num_scan_inputs")?).unwrap_or_default();
    let n_states = op.n_inputs().saturating_sub(n_scanned);
    let axes = op.ints("scan_output_axes")?.unwrap_or_default();
    let mut length = Dim::Unknown;
    let input_axes = op.ints("scan_input_axes")?.unwrap_or_default();
    for scanned in 0..n_scanned {
        if let Some(shape) = op.ranked(n_states + scanned, 1..=usize::MAX)? {
            let axis = input_axes.get(scanned).copied().unwrap_or_default();
            if let Some(dim) = shape.get(op.axis(axis, shape.len())?) {
                length = op.equal("the lengths of what is scanned", &length, dim)?;
            }
        }
    }
    for (output, result) in body.iter().enumerate() {
        if output < n_states {
            let initial = op.value_type(output).cloned().unwrap_or(ValueType::Unknown);
            out.known(
                output,
                common(&Known::of(&initial), &Known::of(&result.value_type)),
            );
            continue;
        }
        let axis = axes.get(output - n_states).copied().unwrap_or_default();
        let rank = result.shape().map_or(0, <[Dim]>::len) + 1;
        out.known(output, stacked(result, op.axis(axis, rank)?, &length));
    }
    Ok(())
}

/// What is true of both values.
fn common(left: &Known, right: &Known) -> Known {
    let value_type = match (&left.value_type, &right.value_type) {
        (left, right) if left == right => left.clone(),
        (
            ValueType::Tensor {
                element_type,
                shape: left,
            },
            ValueType::Tensor {
                element_type: other,
                shape: right,
            },
        ) if element_type == other => {
            let dim = |(left, right): (&Dim, &Dim)| match left == right {
                true => left.clone(),
                false => Dim::Unknown,
            };
            let shape = match (left, right) {
                (Some(left), Some(right)) if left.len() == right.len() => {
                    Some(left.iter().zip(right).map(dim).collect())
                }
                _ => None,
            };
            ValueType::Tensor {
                element_type: *element_type,
                shape,
            }
        }
        _ => ValueType::Unknown,
    };
    let content = left
        .content
        .as_ref()
        .filter(|left| right.content.as_ref() == Some(left));
    Known {
        content: content.cloned(),
        ..Known::of(&value_type)
    }
}

/// So many of these values along a new axis.
fn stacked(known: &Known, axis: usize, length: &Dim) -> Known {
    let mut known = Known::of(&known.value_type);
    if let ValueType::Tensor {
        shape: Some(shape), ..
    } = &mut known.value_type
    {
        shape.insert(axis.min(shape.len()), length.clone());
    }
    known
}
