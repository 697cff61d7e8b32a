//! Fourier transforms.

use super::{
    op::{Op, Outputs},
    value::Entry,
};
use crate::{Dim, OnnxError};

pub(super) fn dft(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 2..=usize::MAX)? else {
        return Ok(());
    };
    let (one_sided, inverse) = (op.int("onesided")? != 0, op.int("inverse")? != 0);
    let to_real = one_sided && inverse;
    let mut result = shape.to_vec();
    let rank = shape.len();
    let (signal, parts) = result.split_at_mut(rank - 1);
    if let Some(Dim::Fixed(n_parts)) = parts.first()
        && ![1, 2].contains(n_parts)
    {
        return Err(op.extents("the last extent and 1 or 2", *n_parts, 2));
    }
    if let Some(dim) = parts.first_mut() {
        *dim = Dim::Fixed(if to_real { 1 } else { 2 });
    }
    let axis = if op.since() < 20 {
        Some(op.int("axis")?)
    } else if op.has(2) {
        op.entry(2).and_then(|entry| entry.int())
    } else {
        Some(-2)
    };
    let Some(axis) = axis else {
        // Whichever axis it is keeps its extent if nothing changes that.
        if op.has(1) || one_sided {
            signal.iter_mut().for_each(|dim| *dim = Dim::Unknown);
        }
        out.shape(0, result);
        return Ok(());
    };
    let position = op.axis(axis, rank)?;
    let Some(dim) = signal.get_mut(position) else {
        return Err(op.setting("axis", axis, "other than the last"));
    };
    let length = if op.has(1) {
        op.ranked(1, 0..=1)?;
        match op.entry(1) {
            Some(entry @ (Entry::Int(1..) | Entry::Symbol(_))) => {
                entry.dim().unwrap_or(Dim::Unknown)
            }
            Some(Entry::Int(length)) => return Err(op.setting("dft_length", length, "positive")),
            _ => Dim::Unknown,
        }
    } else {
        match &*dim {
            Dim::Fixed(extent @ 1..) if to_real => Dim::Fixed(2 * (extent - 1)),
            _ if to_real => Dim::Unknown,
            dim => dim.clone(),
        }
    };
    *dim = match length {
        Dim::Fixed(length) if one_sided && !inverse => Dim::Fixed(length / 2 + 1),
        _ if one_sided && !inverse => Dim::Unknown,
        length => length,
    };
    out.shape(0, result);
    Ok(())
}

pub(super) fn stft(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let (batch, length) = match op.ranked(0, 2..=3)? {
        Some([batch, length, ..]) => (batch, length),
        _ => (&Dim::Unknown, &Dim::Unknown),
    };
    let window = op.ranked_if_present(2, 1..=1)?.and_then(<[Dim]>::first);
    let frame = op.has(3).then(|| op.entry(3).and_then(|entry| entry.dim()));
    let frame = match (frame.flatten(), window) {
        (Some(frame), Some(window)) => {
            op.equal("the lengths of frame and window", &frame, window)?
        }
        (Some(frame), None) => frame,
        (None, Some(window)) => window.clone(),
        (None, None) => Dim::Unknown,
    };
    let step = op.entry(1).and_then(|entry| entry.int());
    if let Some(step) = step
        && step <= 0
    {
        return Err(op.setting("frame_step", step, "positive"));
    }
    let frames = match (
        length,
        &frame,
        step.and_then(|step| usize::try_from(step).ok()),
    ) {
        (Dim::Fixed(length), Dim::Fixed(frame), Some(step)) => match length.checked_sub(*frame) {
            Some(room) => Dim::Fixed(room / step + 1),
            None => {
                return Err(op.extents(
                    "a frame's length and at most the signal's",
                    *frame,
                    *length,
                ));
            }
        },
        _ => Dim::Unknown,
    };
    let bins = match &frame {
        Dim::Fixed(frame) if op.int("onesided")? != 0 => Dim::Fixed(frame / 2 + 1),
        frame if op.int("onesided")? == 0 => frame.clone(),
        _ => Dim::Unknown,
    };
    out.shape(0, vec![batch.clone(), frames, bins, Dim::Fixed(2)]);
    Ok(())
}
