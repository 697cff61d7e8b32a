//! Images of another size.

use super::op::{Op, Outputs};
use crate::{Dim, OnnxError, limits};

pub(super) fn upsample(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let scales = match op.node.attributes.get("scales") {
        Some(crate::Attribute::Floats(scales)) if scales.len() <= limits::RANK => {
            Some(scales.iter().copied().map(f64::from).collect())
        }
        _ => op.floats(1),
    };
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let all: Vec<usize> = (0..shape.len()).collect();
    out.shape(0, scaled(op, shape, &all, scales.as_deref(), None)?);
    Ok(())
}

pub(super) fn resize(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if op.since() < 11 {
        return upsample(op, out);
    }
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let axes = match op.ints("axes")? {
        Some(axes) => op.axes("axes", axes, shape.len())?,
        None => (0..shape.len()).collect(),
    };
    // An empty list stands for an absent one, as versions before 13 want it.
    let given = |input: usize| op.has(input) && !matches!(op.shape(input), Some([Dim::Fixed(0)]));
    if given(3) {
        out.shape(0, sized(op, shape, &axes)?);
        return Ok(());
    }
    let crops = op.text("coordinate_transformation_mode", "half_pixel")? == "tf_crop_and_resize";
    let region = if crops { op.floats(1) } else { None };
    if crops && region.is_none() {
        let mut result = shape.to_vec();
        for &axis in &axes {
            if let Some(dim) = result.get_mut(axis) {
                *dim = Dim::Unknown;
            }
        }
        out.shape(0, result);
        return Ok(());
    }
    let scales = op.floats(2);
    out.shape(
        0,
        scaled(op, shape, &axes, scales.as_deref(), region.as_deref())?,
    );
    Ok(())
}

/// The shape with the given factors at these axes, of a region that is told by its starts, then its ends.
fn scaled(
    op: &Op<'_>,
    shape: &[Dim],
    axes: &[usize],
    scales: Option<&[f64]>,
    region: Option<&[f64]>,
) -> Result<Vec<Dim>, OnnxError> {
    let mut result = shape.to_vec();
    if let Some(scales) = scales
        && scales.len() != axes.len()
    {
        return Err(op.extents("the numbers of scales and axes", scales.len(), axes.len()));
    }
    for (index, &axis) in axes.iter().enumerate() {
        let Some(dim) = result.get_mut(axis) else {
            continue;
        };
        let scale = scales.and_then(|scales| scales.get(index)).copied();
        if scale.is_some_and(|scale| scale.is_nan() || scale <= 0.0) {
            return Err(op.setting("scales", 0, "positive"));
        }
        let part = region.map_or(Some(1.0), |region| {
            Some(region.get(axes.len() + index)? - region.get(index)?)
        });
        *dim = match (&*dim, scale, part) {
            (dim, Some(1.0), Some(1.0)) => dim.clone(),
            (Dim::Fixed(extent), Some(scale), Some(part)) => floor_product(*extent, part, scale),
            _ => Dim::Unknown,
        };
    }
    Ok(result)
}

/// `floor(extent × part × scale)`, in single precision as the peers compute it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number from 0 to 2³¹"
)]
fn floor_product(extent: usize, part: f64, scale: f64) -> Dim {
    let product = (extent as f32 * part as f32 * scale as f32).floor();
    if product >= 0.0 && f64::from(product) < f64::from(i32::MAX) {
        Dim::Fixed(product as usize)
    } else {
        Dim::Unknown
    }
}

/// The shape with the given extents at these axes, or those that keep the aspect ratio.
fn sized(op: &Op<'_>, shape: &[Dim], axes: &[usize]) -> Result<Vec<Dim>, OnnxError> {
    let mut result = shape.to_vec();
    let sizes = op.entries(3);
    if let Some(sizes) = &sizes
        && sizes.len() != axes.len()
    {
        return Err(op.extents("the numbers of sizes and axes", sizes.len(), axes.len()));
    }
    let mut dims = Vec::with_capacity(axes.len());
    for index in 0..axes.len() {
        let entry = sizes.as_ref().and_then(|sizes| sizes.get(index));
        dims.push(match entry {
            None => Dim::Unknown,
            Some(entry) => {
                let value = entry.int().unwrap_or_default();
                entry
                    .dim()
                    .ok_or_else(|| op.setting("sizes", value, "an extent"))?
            }
        });
    }
    let policy = op.text("keep_aspect_ratio_policy", "stretch")?;
    if policy != "stretch" {
        dims = kept_ratio(shape, axes, &dims, policy == "not_larger")
            .unwrap_or_else(|| vec![Dim::Unknown; axes.len()]);
    }
    for (&axis, size) in axes.iter().zip(dims) {
        if let Some(dim) = result.get_mut(axis) {
            *dim = size;
        }
    }
    Ok(result)
}

/// Every extent scaled by the least or the greatest of the factors asked for, and rounded, halves up.
fn kept_ratio(shape: &[Dim], axes: &[usize], sizes: &[Dim], least: bool) -> Option<Vec<Dim>> {
    let mut pairs = Vec::with_capacity(axes.len());
    for (&axis, size) in axes.iter().zip(sizes) {
        match (shape.get(axis)?, size) {
            (Dim::Fixed(extent @ 1..), Dim::Fixed(size)) => {
                pairs.push((u128::try_from(*extent).ok()?, u128::try_from(*size).ok()?));
            }
            _ => return None,
        }
    }
    // Fractions size/extent are compared and applied exactly.
    let smaller = |a: &(u128, u128), b: &(u128, u128)| (a.1 * b.0).cmp(&(b.1 * a.0));
    let chosen = if least {
        pairs.iter().copied().min_by(smaller)?
    } else {
        pairs.iter().copied().max_by(smaller)?
    };
    let (below, above) = chosen;
    pairs
        .iter()
        .map(|(extent, _)| {
            let doubled = extent
                .checked_mul(above)?
                .checked_mul(2)?
                .checked_add(below)?;
            Some(Dim::Fixed(usize::try_from(doubled / (2 * below)).ok()?))
        })
        .collect()
}
