use std::f64::consts::TAU;

use emo_backend::BackendError;

use super::{How, Lowered, NodeContext, cast::element_type};
use crate::{buffer::Slice, kernels::cast::convert};

/// Lowers a window `Σ coefficients[k] · cos(2πkn/N)`, where N is the window's length, or one less where it is
/// symmetric. A symmetric window of one element is 1.
pub(super) fn cosine_window(
    context: &NodeContext<'_>,
    coefficients: &[f64],
) -> Result<Vec<Lowered>, BackendError> {
    let len = context.extent("the window's length", context.number(0)?)?;
    context.check_memory("the window", &[len, 2])?;
    let period = match context.flag("periodic", 1)? {
        true => len,
        false => len.saturating_sub(1),
    };
    let value = |n: usize| -> f64 {
        if period == 0 {
            return 1.0;
        }
        let turn = TAU * n as f64 / period as f64;
        let terms = coefficients.iter().enumerate();
        terms.map(|(k, c)| c * (k as f64 * turn).cos()).sum()
    };
    converted(context, vec![len], (0..len).map(value).collect())
}

/// Lowers a node to numbers that are known, in the type that its attribute `output_datatype` names.
pub(super) fn converted(
    context: &NodeContext<'_>,
    shape: Vec<usize>,
    values: Vec<f64>,
) -> Result<Vec<Lowered>, BackendError> {
    const FLOAT: i64 = 1;
    let to = element_type(context, context.int("output_datatype", FLOAT)?)?;
    let buffer = convert(
        Slice::F64(&values),
        emo_backend::emo_tensor::ElementType::F64,
        values.len(),
        to,
    );
    let buffer = buffer.ok_or_else(|| context.unsupported(format!("{to} elements")))?;
    Ok(vec![Lowered::new(to, shape, How::Constant(buffer))])
}
