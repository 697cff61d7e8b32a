use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator};
use crate::kernels::fourier::{Fourier, Level, Sequence, Transform};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "DFT",
    inputs: 1..=3,
    attributes: &["axis", "inverse", "onesided"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let components = components(context)?;
    let rank = input.shape.len();
    let axis = match context.opset {
        ..20 => context.int("axis", 1)?,
        _ if context.node.attributes.contains_key("axis") => {
            return Err(context.malformed("attribute `axis` became an input in opset 20"));
        }
        _ if context.optional(2).is_none() => -2,
        _ => context.number(2)?,
    };
    let axis = context.axis(axis, rank)?;
    if axis + 1 == rank {
        return Err(context.malformed(format!("axis {axis} of {rank} holds the components")));
    }
    let extent = input.shape[axis];
    let (inverse, onesided) = (context.flag("inverse", 0)?, context.flag("onesided", 0)?);
    if onesided && !inverse && components == 2 {
        return Err(context.malformed("one side of the spectrum of complex numbers"));
    }
    let len = match context.optional(1) {
        Some(_) => context.number::<i64>(1)?,
        None if inverse && onesided => 2 * (extent as i64 - 1),
        None => extent as i64,
    };
    let len = transform_len(context, len)?;
    let (transform, written) = match (inverse, onesided) {
        (false, false) => (Transform::Forward, (len, 2)),
        (false, true) => (Transform::Forward, (len / 2 + 1, 2)),
        (true, false) => (Transform::Inverse, (len, 2)),
        (true, true) => (Transform::InverseOfHalf, (len, 1)),
    };
    let mut shape = input.shape.to_vec();
    (shape[axis], shape[rank - 1]) = written;
    context.check_memory("the output", &shape)?;
    let inner: usize = input.shape[axis + 1..rank - 1].iter().product();
    let from = Sequence {
        len: extent,
        step: inner * components,
        components,
    };
    let to = Sequence {
        len: written.0,
        step: inner * written.1,
        components: written.1,
    };
    let outer = Level {
        count: input.shape[..axis].iter().product(),
        from: from.len * from.step,
        to: to.len * to.step,
    };
    let neighbours = Level {
        count: inner,
        from: components,
        to: written.1,
    };
    let kernel = Fourier::new(transform, len, [outer, neighbours], (from, to), None);
    Ok(Lowered::compute(input.element_type, shape, vec![0], kernel))
}

/// How many numbers stand for one of the first input: its last axis has the real and the imaginary parts, or the
/// real ones alone.
pub(super) fn components(context: &NodeContext<'_>) -> Result<usize, BackendError> {
    use emo_backend::emo_tensor::ElementType;
    let input = context.input(0)?;
    if !matches!(input.element_type, ElementType::F32 | ElementType::F64) {
        return Err(context.malformed(format!("{} elements", input.element_type)));
    }
    match input.shape {
        [.., _, components @ (1 | 2)] => Ok(*components),
        shape => Err(context.malformed(format!(
            "an input of shape {shape:?}, expected a last axis of 1 or 2 components"
        ))),
    }
}

/// The length of a transform, for which there is memory.
pub(super) fn transform_len(context: &NodeContext<'_>, len: i64) -> Result<usize, BackendError> {
    let len = context.extent("the transform's length", len)?;
    if len == 0 {
        return Err(context.malformed("the transform's length is 0"));
    }
    // A transform of a length with large prime factors is made of ones of a power of two of up to four times the
    // length, in complex numbers of 16 bytes, with tables of the same size.
    context.check_memory("the transform", &[len, 32])?;
    Ok(len)
}
