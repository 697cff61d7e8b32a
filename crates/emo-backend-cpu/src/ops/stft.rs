use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    dft::{components, transform_len},
};
use crate::kernels::fourier::{Fourier, Level, Sequence, Transform};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "STFT",
    inputs: 2..=4,
    attributes: &["onesided"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let signal = context.input(0)?;
    let components = components(context)?;
    let &[batch, samples, _] = signal.shape else {
        return Err(context.malformed(format!("a signal of shape {:?}", signal.shape)));
    };
    let onesided = context.flag("onesided", 1)?;
    if onesided && components == 2 {
        return Err(context.malformed("one side of the spectrum of complex numbers"));
    }
    let step = context.extent("the frame step", context.number(1)?)?;
    let window = context.optional(2);
    let len = match (context.optional(3), window) {
        (Some(_), _) => context.number::<i64>(3)?,
        (None, Some(window)) => window.shape.iter().product::<usize>() as i64,
        (None, None) => samples as i64,
    };
    let len = transform_len(context, len)?;
    if let Some(window) = window
        && (window.shape != [len] || window.element_type != signal.element_type)
    {
        return Err(context.malformed(format!(
            "a window {}{:?} for frames of {len} {} samples",
            window.element_type, window.shape, signal.element_type
        )));
    }
    if step == 0 || len > samples {
        return Err(context.malformed(format!("frames of {len} samples every {step} of {samples}")));
    }
    let frames = 1 + (samples - len) / step;
    let bins = if onesided { len / 2 + 1 } else { len };
    let shape = vec![batch, frames, bins, 2];
    context.check_memory("the output", &shape)?;
    let from = Sequence {
        len,
        step: components,
        components,
    };
    let to = Sequence {
        len: bins,
        step: 2,
        components: 2,
    };
    let levels = [
        Level {
            count: batch,
            from: samples * components,
            to: frames * bins * 2,
        },
        Level {
            count: frames,
            from: step.saturating_mul(components),
            to: bins * 2,
        },
    ];
    let mut reads = vec![0];
    if window.is_some() {
        reads.push(2);
    }
    let operand = window.map(|_| 1);
    let kernel = Fourier::new(Transform::Forward, len, levels, (from, to), operand);
    Ok(Lowered::compute(signal.element_type, shape, reads, kernel))
}
