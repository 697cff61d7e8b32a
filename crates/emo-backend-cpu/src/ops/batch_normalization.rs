use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator};
use crate::kernels::affine::Affine;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "BatchNormalization",
    inputs: 5..=5,
    attributes: &["epsilon", "momentum", "spatial", "training_mode"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let shape = context.f32_input(0)?.shape;
    if context.flag("training_mode", 0)? || context.wanted > 1 {
        return Err(context.unsupported("training mode"));
    }
    if !context.flag("spatial", 1)? {
        return Err(context.unsupported("statistics per element (`spatial` = 0)"));
    }
    let Some(&channels) = shape.get(1) else {
        return Err(context.malformed(format!("an input with {} axes", shape.len())));
    };
    let epsilon = f64::from(context.float("epsilon", 1e-5)?);
    let mut parameters = [&[][..]; 4];
    for (index, parameter) in parameters.iter_mut().enumerate() {
        *parameter = context.required_constant::<f32>(index + 1)?;
        if parameter.len() != channels {
            return Err(context.malformed(format!(
                "input {} has {} elements for {channels} channels",
                index + 1,
                parameter.len()
            )));
        }
    }
    let [gamma, beta, mean, variance] = parameters;
    let mut scale = Vec::with_capacity(channels);
    let mut shift = Vec::with_capacity(channels);
    for channel in 0..channels {
        let spread = f64::from(variance[channel]) + epsilon;
        if spread <= 0.0 {
            return Err(context.malformed(format!(
                "variance {} of channel {channel} with epsilon {epsilon}",
                variance[channel]
            )));
        }
        let factor = f64::from(gamma[channel]) / spread.sqrt();
        scale.push(factor);
        shift.push(f64::from(beta[channel]) - f64::from(mean[channel]) * factor);
    }
    let inner = shape[2..].iter().product();
    Ok(Lowered::compute(
        ElementType::F32,
        shape.to_vec(),
        vec![0],
        Affine {
            scale,
            shift,
            inner,
        },
    ))
}
