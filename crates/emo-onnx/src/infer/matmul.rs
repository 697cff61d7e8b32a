//! Products of matrices.

use super::op::{Op, Outputs};
use crate::{Dim, OnnxError};

pub(super) fn matmul(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    product(op, out, 1)
}

pub(super) fn qlinear(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    product(op, out, 3)
}

/// The product of the first input with that at `right`, matrix by matrix.
fn product(op: &Op<'_>, out: &mut Outputs, right: usize) -> Result<(), OnnxError> {
    let left = op.ranked(0, 1..=usize::MAX)?;
    let right = op.ranked(right, 1..=usize::MAX)?;
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(());
    };
    let (left_batch, rows, left_inner) = match left {
        [batch @ .., rows, inner] => (batch, Some(rows), inner),
        [inner] => (&[][..], None, inner),
        [] => return Ok(()),
    };
    let (right_batch, right_inner, columns) = match right {
        [batch @ .., inner, columns] => (batch, inner, Some(columns)),
        [inner] => (&[][..], inner, None),
        [] => return Ok(()),
    };
    op.equal("the inner extents", left_inner, right_inner)?;
    let result = op.broadcast([Some(left_batch), Some(right_batch)])?;
    let mut result = result.unwrap_or_default();
    result.extend(rows.into_iter().chain(columns).cloned());
    out.shape(0, result);
    Ok(())
}

pub(super) fn gemm(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let transposed = |shape: Option<&[Dim]>, transpose: i64| match shape {
        Some([rows, columns]) if transpose == 0 => (rows.clone(), columns.clone()),
        Some([rows, columns]) => (columns.clone(), rows.clone()),
        _ => (Dim::Unknown, Dim::Unknown),
    };
    let (rows, left) = transposed(op.ranked(0, 2..=2)?, op.int("transA")?);
    let (right, columns) = transposed(op.ranked(1, 2..=2)?, op.int("transB")?);
    op.equal("the inner extents", &left, &right)?;
    let mut result = vec![rows, columns];
    if let Some(bias) = op.ranked(2, 0..=2)? {
        // The third input is broadcast to the product, never the other way round.
        let offset = result.len() - bias.len();
        for (dim, bias) in result.iter_mut().skip(offset).zip(bias) {
            if *bias != Dim::Fixed(1) {
                *dim = op.equal("the extents of product and bias", dim, bias)?;
            }
        }
    }
    out.shape(0, result);
    Ok(())
}

/// The determinant of each matrix.
pub(super) fn det(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some([batch @ .., rows, columns]) = op.ranked(0, 2..=usize::MAX)? {
        op.equal("the numbers of rows and columns", rows, columns)?;
        out.shape(0, batch.to_vec());
    }
    Ok(())
}

/// Attention of queries to keys and values, of three axes or four.
pub(super) fn attention(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let query = op.ranked(0, 3..=4)?;
    let value = op.ranked(2, 3..=4)?;
    let key = op.ranked(1, 3..=4)?;
    let total = |past: Option<&[Dim]>, now: &Dim| match (past, now) {
        (Some([_, _, Dim::Fixed(past), _]), Dim::Fixed(now)) => {
            past.checked_add(*now).map(Dim::Fixed)
        }
        _ => None,
    };
    match (query, key, value) {
        (
            Some([batch, heads, queries, _]),
            Some([_, key_heads, keys, key_size]),
            Some([_, value_heads, _, value_size]),
        ) => {
            out.shape(
                0,
                vec![
                    batch.clone(),
                    heads.clone(),
                    queries.clone(),
                    value_size.clone(),
                ],
            );
            let keys = match op.has(4) {
                true => total(op.shape(4), keys).unwrap_or(Dim::Unknown),
                false => keys.clone(),
            };
            out.shape(
                1,
                vec![
                    batch.clone(),
                    key_heads.clone(),
                    keys.clone(),
                    key_size.clone(),
                ],
            );
            out.shape(
                2,
                vec![
                    batch.clone(),
                    value_heads.clone(),
                    keys.clone(),
                    value_size.clone(),
                ],
            );
            out.shape(3, vec![batch.clone(), heads.clone(), queries.clone(), keys]);
        }
        (Some([batch, queries, _]), Some([_, keys, key_width]), Some([_, _, value_width])) => {
            let heads = positive(op, "q_num_heads")?;
            let value_heads = positive(op, "kv_num_heads")?;
            let split = |dim: &Dim| match dim {
                Dim::Fixed(extent) if extent % value_heads == 0 => Dim::Fixed(extent / value_heads),
                _ => Dim::Unknown,
            };
            let (key_size, value_size) = (split(key_width), split(value_width));
            let width = match value_size {
                Dim::Fixed(size) => size.checked_mul(heads).map_or(Dim::Unknown, Dim::Fixed),
                _ => Dim::Unknown,
            };
            out.shape(0, vec![batch.clone(), queries.clone(), width]);
            let keys = match op.has(4) {
                true => total(op.shape(4), keys).unwrap_or(Dim::Unknown),
                false => keys.clone(),
            };
            let value_heads = Dim::Fixed(value_heads);
            out.shape(
                1,
                vec![batch.clone(), value_heads.clone(), keys.clone(), key_size],
            );
            out.shape(
                2,
                vec![batch.clone(), value_heads, keys.clone(), value_size],
            );
            out.shape(
                3,
                vec![batch.clone(), Dim::Fixed(heads), queries.clone(), keys],
            );
        }
        _ => {}
    }
    Ok(())
}

fn positive(op: &Op<'_>, name: &'static str) -> Result<usize, OnnxError> {
    let value = op.int(name)?;
    usize::try_from(value)
        .ok()
        .filter(|&value| value > 0)
        .ok_or_else(|| op.setting(name, value, "positive"))
}
