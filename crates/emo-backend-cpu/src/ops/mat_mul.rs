use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Empty, Lowered, NodeContext, Operator,
    integer::{self, Layer},
    product,
};
use crate::{
    kernels::{dense::Dense, gemm::Strided, matmul::MatMul},
    shape::{broadcast, broadcast_strides, element_count},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "MatMul",
    inputs: 2..=2,
    attributes: &[],
    lower,
    any_form: Some(of_integers),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};

/// One row of integers times a constant matrix.
fn of_integers(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let (Some(layer), &[k, n]) = (Layer::of_scaled(context), b.shape) else {
        return Ok(None);
    };
    let (Some(&a_columns), Some(rows)) = (a.shape.last(), element_count(a.shape)) else {
        return Ok(None);
    };
    if a_columns != k || rows != k || a.shape.len() < 2 {
        return Ok(None);
    }
    let mut shape = a.shape.to_vec();
    shape[a.shape.len() - 1] = n;
    let strides = Strided { row: n, column: 1 };
    let lowered = integer::dense(context, layer, (k, n), (strides, 1), shape)?;
    Ok(lowered.map(|lowered| vec![lowered]))
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let mismatch = || {
        context.malformed(format!(
            "shapes {:?} and {:?} do not multiply",
            a.shape, b.shape
        ))
    };
    // A vector stands for a row on the left and a column on the right; its axis is not in the result.
    let (a_batch, m, k) = match *a.shape {
        [] => return Err(mismatch()),
        [k] => (&[][..], 1, k),
        [ref batch @ .., m, k] => (batch, m, k),
    };
    let (b_batch, b_rows, n) = match *b.shape {
        [] => return Err(mismatch()),
        [k] => (&[][..], k, 1),
        [ref batch @ .., k, n] => (batch, k, n),
    };
    if b_rows != k {
        return Err(mismatch());
    }
    let batch = broadcast(a_batch, b_batch).ok_or_else(mismatch)?;
    let mut shape = batch.clone();
    if a.shape.len() > 1 {
        shape.push(m);
    }
    if b.shape.len() > 1 {
        shape.push(n);
    }
    context.check_memory("the product", &shape)?;

    let a_strides = Strided { row: k, column: 1 };
    let b_strides = Strided { row: n, column: 1 };
    let is_f32 = [a, b].map(|operand| operand.element_type) == [ElementType::F32; 2];
    if is_f32
        && b_batch.iter().all(|&extent| extent == 1)
        && b.constant.is_some()
        && ![a.shape, b.shape].concat().contains(&0)
    {
        let weights = context.required_constant::<f32>(1)?;
        // The batch's matrices are one matrix with more rows.
        let rows = element_count(a_batch)
            .and_then(|batch| batch.checked_mul(m))
            .ok_or_else(mismatch)?;
        return Ok(if rows == 1 {
            let kernel = Dense::new(
                context.level,
                (k, n),
                (weights, b_strides, 1.0),
                None,
                vec![0.0; n],
            );
            Lowered::compute(ElementType::F32, shape, vec![0], kernel)
        } else {
            let factor = MatMul::packed(context.level, (k, n), weights, b_strides);
            let kernel = MatMul::new(context.level, (rows, n, k), a_strides, factor, vec![(0, 0)]);
            Lowered::compute(ElementType::F32, shape, vec![0], kernel)
        });
    }
    let starts = |own: &[usize], len: usize| -> Vec<usize> {
        broadcast_strides(own, &batch).iter().zip(&batch).fold(
            vec![0],
            |starts, (&stride, &extent)| {
                starts
                    .iter()
                    .flat_map(|start| (0..extent).map(move |index| start + index * stride * len))
                    .collect()
            },
        )
    };
    // Without elements, the batch may be of any size.
    let batches = if shape.contains(&0) {
        vec![]
    } else {
        starts(a_batch, m * k)
            .into_iter()
            .zip(starts(b_batch, k * n))
            .collect()
    };
    let product = product::Product {
        extents: (m, n, k),
        strides: (a_strides, b_strides),
        batches,
    };
    product.lower(context, &context.value(0)?, &context.value(1)?, shape)
}
