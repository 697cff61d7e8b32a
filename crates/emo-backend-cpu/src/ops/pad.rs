use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operator,
    blocks::{lookup, movement},
};
use crate::{
    buffer::{Buffer, Slice},
    kernels::{
        cast::convert,
        movement::{Part, Place, single},
    },
    shape::{element_count, strides},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Pad",
    inputs: 1..=4,
    attributes: &["mode", "pads", "value"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let rank = input.shape.len();
    let mode = match context.string("mode", "constant")? {
        "constant" => Mode::Constant,
        "edge" => Mode::Periodic(Rule::Edge),
        "reflect" => Mode::Periodic(Rule::Reflect),
        "wrap" => Mode::Periodic(Rule::Wrap),
        other => return Err(context.unsupported(format!("mode `{other}`"))),
    };
    let pads = context
        .ints_or_input("pads", 11, 1)?
        .ok_or_else(|| context.malformed("`pads` is missing"))?;
    let axes = match context.constant_indices(3)? {
        Some(axes) => axes,
        None => (0..).take(rank).collect(),
    };
    context.axes(&axes, rank)?;
    if Some(pads.len()) != axes.len().checked_mul(2) {
        return Err(context.malformed(format!("{} pads for {} axes", pads.len(), axes.len())));
    }
    let mut padding: Vec<Padding> = input.shape.iter().copied().map(Padding::none).collect();
    for (index, &axis) in axes.iter().enumerate() {
        let axis = context.axis(axis, rank)?;
        let (begin, end) = (pads[index], pads[axes.len() + index]);
        padding[axis] = Padding::new(input.shape[axis], begin, end).ok_or_else(|| {
            context.malformed(format!(
                "an axis of {} padded by {begin} and {end}",
                input.shape[axis]
            ))
        })?;
    }
    let shape: Vec<usize> = padding.iter().map(Padding::extent).collect();
    context.check_memory("the output", &shape)?;
    match mode {
        Mode::Constant => constant(context, &padding, shape),
        Mode::Periodic(rule) => periodic(context, &padding, shape, rule),
    }
}

/// What surrounds the input.
#[derive(Clone, Copy)]
enum Mode {
    Constant,
    Periodic(Rule),
}

/// Which element of an axis stands in for one before or behind it.
#[derive(Clone, Copy)]
enum Rule {
    Edge,
    Reflect,
    Wrap,
}

impl Rule {
    /// The element of `kept` ones for the position `begin` before the first is 0.
    fn position(self, at: usize, begin: usize, kept: usize) -> usize {
        // Counting backwards from the padding's first keeps every number positive.
        let (before, behind) = (begin.saturating_sub(at), at.saturating_sub(begin));
        match self {
            Self::Edge => behind.min(kept - 1),
            Self::Wrap if before > 0 => (kept - before % kept) % kept,
            Self::Wrap => behind % kept,
            Self::Reflect if kept == 1 => 0,
            Self::Reflect => {
                let turn = 2 * (kept - 1);
                let within = (before + behind) % turn;
                within.min(turn - within)
            }
        }
    }
}

/// What becomes of one axis: elements are cut off by negative pads before positive ones add others.
#[derive(Debug, Clone, Copy)]
struct Padding {
    cut: usize,
    kept: usize,
    begin: usize,
    end: usize,
}

impl Padding {
    fn none(extent: usize) -> Self {
        Self {
            cut: 0,
            kept: extent,
            begin: 0,
            end: 0,
        }
    }

    /// `None` if more is cut off than there is, or if the extent overflows.
    fn new(extent: usize, begin: i64, end: i64) -> Option<Self> {
        let split = |pad: i64| {
            let size = usize::try_from(pad.unsigned_abs()).ok()?;
            Some(if pad < 0 { (size, 0) } else { (0, size) })
        };
        let ((cut, begin), (cut_end, end)) = (split(begin)?, split(end)?);
        let kept = extent.checked_sub(cut)?.checked_sub(cut_end)?;
        kept.checked_add(begin)?.checked_add(end)?;
        Some(Self {
            cut,
            kept,
            begin,
            end,
        })
    }

    fn extent(&self) -> usize {
        self.begin + self.kept + self.end
    }
}

fn constant(
    context: &NodeContext<'_>,
    padding: &[Padding],
    shape: Vec<usize>,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let (own, target) = (strides(input.shape), strides(&shape));
    let offset = |positions: &mut dyn Iterator<Item = (usize, &usize)>| {
        positions.map(|(position, stride)| position * stride).sum()
    };
    let first = offset(&mut padding.iter().map(|axis| axis.cut).zip(&own));
    let to = offset(&mut padding.iter().map(|axis| axis.begin).zip(&target));
    let block = Part {
        input: 0,
        shape: padding.iter().map(|axis| axis.kept).collect(),
        from: Place::new(first, &own),
        to: Place::new(to, &target),
    };
    // The value may come from the model's caller; then it is copied everywhere first.
    let computed = match context.optional(2) {
        Some(value) if context.opset >= 11 && value.constant.is_none() => Some(value),
        _ => None,
    };
    let Some(value) = computed else {
        let fill = fill(context)?;
        let output = (input.element_type, shape);
        let lowered = movement(context, output, Some(fill), vec![0], vec![block])?;
        return Ok(vec![lowered]);
    };
    if value.element_type != input.element_type || element_count(value.shape) != Some(1) {
        return Err(wrong_value(context, input.element_type));
    }
    let everywhere = Part {
        input: 1,
        shape: shape.clone(),
        from: Place::new(0, &vec![0; shape.len()]),
        to: Place::new(0, &target),
    };
    let output = (input.element_type, shape);
    let parts = vec![everywhere, block];
    Ok(vec![movement(context, output, None, vec![0, 2], parts)?])
}

fn periodic(
    context: &NodeContext<'_>,
    padding: &[Padding],
    shape: Vec<usize>,
    rule: Rule,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    if padding
        .iter()
        .any(|axis| axis.kept == 0 && axis.extent() > 0)
    {
        return Err(context.malformed(format!(
            "shape {:?}, of which an axis has nothing to pad with",
            input.shape
        )));
    }
    let axes = padding.iter().map(|axis| {
        let positions = 0..axis.extent();
        positions
            .map(|at| Some(axis.cut + rule.position(at, axis.begin, axis.kept)))
            .collect()
    });
    lookup(context, shape, None, |_| axes.collect())
}

/// The constant that is padded with, of the input's type.
fn fill(context: &NodeContext<'_>) -> Result<Buffer, BackendError> {
    let element_type = context.input(0)?.element_type;
    let given = if context.opset < 11 {
        let value = [context.float("value", 0.0)?];
        let value = convert(Slice::F32(&value), ElementType::F32, 1, element_type);
        return value.ok_or_else(|| context.unsupported(format!("{element_type} elements")));
    } else {
        context.optional(2).and_then(|operand| operand.constant)
    };
    single(given, element_type).ok_or_else(|| wrong_value(context, element_type))
}

fn wrong_value(context: &NodeContext<'_>, element_type: ElementType) -> BackendError {
    context.malformed(format!("input 2 is not one element of type {element_type}"))
}

#[cfg(test)]
mod tests {
    use super::Rule;

    /// The modes of `numpy.pad` for 3 elements padded by 5 and 5.
    #[test]
    fn positions_are_those_of_numpy() {
        let all = |rule: Rule, kept| -> Vec<usize> {
            (0..10 + kept)
                .map(|at| rule.position(at, 5, kept))
                .collect()
        };
        assert_eq!(all(Rule::Edge, 3), [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2]);
        assert_eq!(
            all(Rule::Reflect, 3),
            [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]
        );
        assert_eq!(all(Rule::Wrap, 3), [1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]);
        assert_eq!(all(Rule::Reflect, 1), [0; 11]);
    }
}
