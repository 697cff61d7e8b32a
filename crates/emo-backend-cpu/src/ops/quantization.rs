use emo_backend::{BackendError, emo_tensor::ElementType};

use super::NodeContext;
use crate::kernels::quantize::QuantAxis;

/// The scales and zero points that inputs 1 and 2 hold.
///
/// `quantized` is the type of the zero points.
pub(super) fn quant_axis(
    context: &NodeContext<'_>,
    quantized: ElementType,
) -> Result<QuantAxis, BackendError> {
    let shape = context.input(0)?.shape;
    let scale_shape = context.f32_input(1)?.shape;
    let scales = context.required_constant::<f32>(1)?;
    if context.int("block_size", 0)? != 0 {
        return Err(context.unsupported("blocked quantization"));
    }
    let zero_points = match context.optional(2) {
        None => vec![0; scales.len()],
        Some(operand) if operand.element_type != quantized => {
            return Err(context.malformed(format!(
                "zero points of type {} for {quantized} elements",
                operand.element_type
            )));
        }
        Some(_) => zero_points(context, quantized)?,
    };
    if zero_points.len() != scales.len() {
        return Err(context.malformed(format!(
            "{} scales and {} zero points",
            scales.len(),
            zero_points.len()
        )));
    }
    if let Some(scale) = scales
        .iter()
        .find(|scale| !(scale.is_finite() && **scale > 0.0))
    {
        return Err(context.malformed(format!("scale {scale}")));
    }
    let inner = match scale_shape {
        [] | [1] => shape.iter().product(),
        &[steps] => {
            let axis = context.axis(context.int("axis", 1)?, shape.len())?;
            if shape[axis] != steps {
                return Err(
                    context.malformed(format!("{steps} scales along an axis of {}", shape[axis]))
                );
            }
            shape[axis + 1..].iter().product()
        }
        _ => {
            return Err(context.unsupported(format!("scales of shape {scale_shape:?}")));
        }
    };
    Ok(QuantAxis {
        scales: scales.to_vec(),
        zero_points,
        inner,
    })
}

fn zero_points(
    context: &NodeContext<'_>,
    quantized: ElementType,
) -> Result<Vec<i32>, BackendError> {
    Ok(match quantized {
        ElementType::I8 => widen(context.required_constant::<i8>(2)?),
        ElementType::U8 => widen(context.required_constant::<u8>(2)?),
        _ => widen(context.required_constant::<i32>(2)?),
    })
}

fn widen<T: Copy + Into<i32>>(values: &[T]) -> Vec<i32> {
    values.iter().map(|&value| value.into()).collect()
}
