use emo_backend::BackendError;
use emo_onnx::Attribute;

use super::{
    Lowered, NodeContext, Operator,
    resampling::{Antialias, Edge, Filter, Nearest},
    resize::{Method, asymmetric, resize},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Upsample",
    inputs: 1..=2,
    attributes: &["mode", "scales"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let scales = match (context.opset, context.node.attributes.get("scales")) {
        (..9, Some(Attribute::Floats(scales))) => scales,
        (..9, _) => return Err(context.malformed("attribute `scales` is not a list of numbers")),
        (9, None) => context.required_constant::<f32>(1)?,
        (9, Some(_)) => {
            return Err(context.malformed("attribute `scales` became an input in opset 9"));
        }
        _ => return Err(context.malformed("the operator was withdrawn in opset 10")),
    };
    if let Some(scale) = scales.iter().find(|scale| **scale < 1.0) {
        return Err(context.malformed(format!("scale {scale}, expected at least 1")));
    }
    let method = match context.string("mode", "nearest")? {
        "nearest" => Method::Nearest(Nearest::Floor),
        "linear" => Method::Weighted(Filter::Linear, Antialias::Off, Edge::Repeated),
        other => return Err(context.unsupported(format!("mode `{other}`"))),
    };
    resize(context, &asymmetric(context, scales)?, Some(method), 0.0)
}
