use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operand, Operator,
    integer::{self, Layer},
    product::Product,
    value_ref::ValueRef,
};
use crate::{
    buffer::Slice,
    kernels::{
        binary::BinaryOp,
        dense::Dense,
        dense_rows::DenseRows,
        gemm::Strided,
        matmul::{Addend, Factor, MatMul},
    },
    shape::{broadcast, broadcast_strides},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Gemm",
    inputs: 2..=3,
    attributes: &["alpha", "beta", "transA", "transB"],
    lower,
    any_form: Some(any_form),
    ..Operator::NUMERIC
};

/// One row that lies in memory in whatever order, times a constant matrix.
fn any_form(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let (m, k, _) = matrix(context, a, "transA")?;
    let (b_rows, n, strides) = matrix(context, b, "transB")?;
    let alpha = context.float("alpha", 1.0)?;
    let beta = context.float("beta", 1.0)?;
    if m != 1 || b_rows != k || b.constant.is_none() {
        return Ok(None);
    }
    if let Some(layer) = Layer::of_scaled(context) {
        let axis = usize::from(!context.flag("transB", 0)?);
        let is_vector = layer
            .bias
            .is_none_or(|bias| matches!(bias.shape, &[len] | &[1, len] if len == n));
        if (alpha, beta) != (1.0, 1.0) || !is_vector {
            return Ok(None);
        }
        let lowered = integer::dense(context, layer, (k, n), (strides, axis), vec![1, n])?;
        return Ok(lowered.map(|lowered| vec![lowered]));
    }
    let addend = context.optional(2);
    let is_plain = [Some(b), addend]
        .iter()
        .flatten()
        .all(|operand| operand.scales.is_none());
    let (Some(order), Some(Slice::F32(weights)), Some(row)) = (
        a.form.interleaved,
        b.constant,
        constant_row(addend, n, beta),
    ) else {
        return Ok(None);
    };
    if a.scales.is_some()
        || !is_plain
        || order.channels * order.positions != k
        || DenseRows::suits((k, n), strides)
    {
        return Ok(None);
    }
    if addend.is_some_and(|c| broadcast(c.shape, &[1, n]).as_deref() != Some(&[1, n])) {
        return Ok(None);
    }
    let weights = (weights, strides, alpha);
    let kernel = Dense::new(context.level, (k, n), weights, Some(order), row);
    Ok(Some(Lowered::compute(
        ElementType::F32,
        vec![1, n],
        vec![0],
        kernel,
    )))
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let alpha = context.float("alpha", 1.0)?;
    let beta = context.float("beta", 1.0)?;
    let (m, k, a_strides) = matrix(context, a, "transA")?;
    let (b_rows, n, b_strides) = matrix(context, b, "transB")?;
    if b_rows != k {
        return Err(context.malformed(format!(
            "a matrix with {k} columns times one with {b_rows} rows"
        )));
    }
    let addend = context.optional(2);
    if let Some(c) = addend
        && broadcast(c.shape, &[m, n]).as_deref() != Some(&[m, n])
    {
        return Err(context.malformed(format!(
            "an addend of shape {:?} to a product of shape [{m}, {n}]",
            c.shape
        )));
    }
    let shape = vec![m, n];
    if a.element_type != ElementType::F32 {
        let product = Product {
            extents: (m, n, k),
            strides: (a_strides, b_strides),
            batches: vec![(0, 0)],
        };
        return lower_general(context, product, shape, (alpha, beta));
    }
    context.f32_input(1)?;
    if addend.is_some() {
        context.f32_input(2)?;
    }
    let row = constant_row(addend, n, beta);

    if let (1, Some(_), Some(row)) = (m, b.constant, &row) {
        if DenseRows::suits((k, n), b_strides) {
            let kernel = DenseRows::new(context.level, k, alpha, row.clone());
            return Ok(Lowered::compute(
                ElementType::F32,
                shape,
                vec![0, 1],
                kernel,
            ));
        }
        let weights = context.required_constant::<f32>(1)?;
        let kernel = Dense::new(
            context.level,
            (k, n),
            (weights, b_strides, alpha),
            None,
            row.clone(),
        );
        return Ok(Lowered::compute(ElementType::F32, shape, vec![0], kernel));
    }
    let (factor, mut reads) = match b.constant {
        Some(_) => {
            let weights = context.required_constant::<f32>(1)?;
            let factor = MatMul::packed(context.level, (k, n), weights, b_strides);
            (factor, vec![0])
        }
        None => (Factor::Input(b_strides), vec![0, 1]),
    };
    let addend = match (row, addend) {
        (Some(row), _) => Addend::Row(row),
        (None, None) => Addend::Zero,
        (None, Some(c)) => {
            reads.push(2);
            let strides = broadcast_strides(c.shape, &[m, n]);
            Addend::Input {
                strides: Strided {
                    row: strides[0],
                    column: strides[1],
                },
                factor: beta,
            }
        }
    };
    let kernel = MatMul::new(context.level, (m, n, k), a_strides, factor, vec![(0, 0)])
        .with_addend(alpha, addend);
    Ok(Lowered::compute(ElementType::F32, shape, reads, kernel))
}

/// Lowers `alpha · A · B + beta · C` for other numbers than `f32`, one operation after the other.
fn lower_general(
    context: &NodeContext<'_>,
    product: Product,
    shape: Vec<usize>,
    (alpha, beta): (f32, f32),
) -> Result<Vec<Lowered>, BackendError> {
    let scaled = |value: ValueRef, factor: f32| {
        if factor == 1.0 {
            return Ok(value);
        }
        let factor = context.scalar(value.element_type, factor.into())?;
        context.combined(BinaryOp::Mul, &value, &factor)
    };
    let product = product.step(context, &context.value(0)?, &context.value(1)?, shape)?;
    let mut result = scaled(product, alpha)?;
    if context.optional(2).is_some() {
        let addend = scaled(context.value(2)?, beta)?;
        result = context.combined(BinaryOp::Add, &result, &addend)?;
    }
    Ok(result.finish())
}

/// Rows, columns and strides of an operand, after the transposition that `flag` asks for.
fn matrix(
    context: &NodeContext<'_>,
    operand: Operand<'_>,
    flag: &str,
) -> Result<(usize, usize, Strided), BackendError> {
    let &[rows, columns] = operand.shape else {
        return Err(context.malformed(format!("a factor of shape {:?}", operand.shape)));
    };
    let row_major = Strided {
        row: columns,
        column: 1,
    };
    Ok(if context.flag(flag, 0)? {
        let transposed = Strided {
            row: row_major.column,
            column: row_major.row,
        };
        (columns, rows, transposed)
    } else {
        (rows, columns, row_major)
    })
}

/// What is added to every row of `n` elements, if that is known and the same for each.
fn constant_row(addend: Option<Operand<'_>>, n: usize, beta: f32) -> Option<Vec<f32>> {
    use crate::buffer::Scalar;
    let Some(addend) = addend else {
        return Some(vec![0.0; n]);
    };
    let values = f32::slice(addend.constant?)?;
    match values {
        [value] => Some(vec![beta * value; n]),
        values if values.len() == n && addend.shape.last() == Some(&n) => {
            Some(values.iter().map(|value| beta * value).collect())
        }
        _ => None,
    }
}
