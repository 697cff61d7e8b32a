use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow},
};

use super::{Lowered, NodeContext, Operator, parts::part};
use crate::kernels::granular::{DynamicScale, GranularQuantize, Granularity, Precision};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "DynamicQuantizeLinear",
    inputs: 1..=1,
    attributes: &[],
    lower,
    half: super::Half::Native,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    context.f32_input(0)?;
    let x = context.value(0)?;
    let both = context.computed(ElementType::F32, vec![2], &[&x], DynamicScale);
    let scale = part(context, &both, 0, Vec::new())?;
    let zero_point = part(context, &both, 1, Vec::new())?;
    let zero_point = context.converted(&zero_point, ElementType::U8);
    let kernel = GranularQuantize {
        granularity: Granularity::Tensor,
        scale: Some(1),
        zero_point: Some(2),
        precision: Precision::F32,
        overflow: Overflow::Saturate,
    };
    let reads = [&x, &scale, &zero_point];
    let y = context.computed(ElementType::U8, x.shape.clone(), &reads, kernel);
    Ok(vec![y.lowered(), scale.lowered(), zero_point.lowered()])
}
