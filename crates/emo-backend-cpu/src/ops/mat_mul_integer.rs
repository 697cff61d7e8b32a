use emo_backend::BackendError;

use super::{
    NodeContext, Operator,
    quantization::{Repeat, centred},
    value_ref::ValueRef,
};
use crate::{
    kernels::{gemm::Strided, product::Product},
    shape::{broadcast, broadcast_strides},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "MatMulInteger",
    inputs: 2..=4,
    attributes: &[],
    lower: |context| Ok(integer_product(context, (0, 2), (1, 3))?.finish()),
    ..Operator::NUMERIC
};

/// The product of two inputs of 8-bit integers, each with its zero points, in 32 bits.
pub(super) fn integer_product(
    context: &NodeContext<'_>,
    (a, a_points): (usize, usize),
    (b, b_points): (usize, usize),
) -> Result<ValueRef, BackendError> {
    let (a_shape, b_shape) = (context.input(a)?.shape, context.input(b)?.shape);
    let mismatch = || {
        context.malformed(format!(
            "shapes {a_shape:?} and {b_shape:?} do not multiply"
        ))
    };
    // A vector stands for a row on the left and a column on the right; its axis is not in the result.
    let (a_batch, m, k) = match *a_shape {
        [] => return Err(mismatch()),
        [k] => (&[][..], 1, k),
        [ref batch @ .., m, k] => (batch, m, k),
    };
    let (b_batch, b_rows, n) = match *b_shape {
        [] => return Err(mismatch()),
        [k] => (&[][..], k, 1),
        [ref batch @ .., k, n] => (batch, k, n),
    };
    if b_rows != k {
        return Err(mismatch());
    }
    let batch = broadcast(a_batch, b_batch).ok_or_else(mismatch)?;
    let mut shape = batch.clone();
    if a_shape.len() > 1 {
        shape.push(m);
    }
    if b_shape.len() > 1 {
        shape.push(n);
    }
    context.check_memory("the product", &shape)?;
    // A vector of zero points goes with the rows of `a` and the columns of `b`.
    let rows = Repeat::Broadcast {
        vector: a_shape.len().checked_sub(2),
    };
    let columns = Repeat::Broadcast {
        vector: b_shape.len().checked_sub(1).filter(|&axis| axis > 0),
    };
    let a = centred(context, a, a_points, rows)?;
    let b = centred(context, b, b_points, columns)?;
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
    let kernel = Product {
        m,
        n,
        k,
        a: Strided { row: k, column: 1 },
        b: Strided { row: n, column: 1 },
        batches: starts(a_batch, m * k)
            .into_iter()
            .zip(starts(b_batch, k * n))
            .collect(),
    };
    Ok(context.computed(a.element_type, shape, &[&a, &b], kernel))
}
