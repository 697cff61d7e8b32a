//! Regions of images and boxes in them.

use super::{
    op::{Op, Outputs},
    value::Entry,
};
use crate::{Dim, OnnxError, limits};

fn attribute_extent(op: &Op<'_>, name: &'static str) -> Result<Dim, OnnxError> {
    let value = op.int(name)?;
    let extent = usize::try_from(value).ok().filter(|&extent| extent > 0);
    Ok(Dim::Fixed(
        extent.ok_or_else(|| op.setting(name, value, "positive"))?,
    ))
}

pub(super) fn roi_align(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let channels = op.ranked(0, 4..=4)?.and_then(|shape| shape.get(1));
    let regions = op.ranked(1, 2..=2)?.and_then(<[Dim]>::first);
    let count = op.ranked(2, 1..=1)?.and_then(<[Dim]>::first);
    let regions = op.equal(
        "the numbers of regions and their images",
        regions.unwrap_or(&Dim::Unknown),
        count.unwrap_or(&Dim::Unknown),
    )?;
    let channels = channels.cloned().unwrap_or(Dim::Unknown);
    let (height, width) = (
        attribute_extent(op, "output_height")?,
        attribute_extent(op, "output_width")?,
    );
    out.shape(0, vec![regions, channels, height, width]);
    Ok(())
}

pub(super) fn max_roi_pool(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let channels = op.ranked(0, 4..=4)?.and_then(|shape| shape.get(1));
    let regions = op.ranked(1, 2..=2)?.and_then(<[Dim]>::first);
    let mut result = vec![
        regions.cloned().unwrap_or(Dim::Unknown),
        channels.cloned().unwrap_or(Dim::Unknown),
    ];
    let pooled = op.ints("pooled_shape")?.unwrap_or_default();
    if pooled.len() != 2 {
        return Err(op.extents("the length of `pooled_shape` and two", pooled.len(), 2));
    }
    for &extent in pooled {
        let positive = usize::try_from(extent).ok().filter(|&extent| extent > 0);
        result.push(Dim::Fixed(
            positive.ok_or_else(|| op.setting("pooled_shape", extent, "positive"))?,
        ));
    }
    out.shape(0, result);
    Ok(())
}

/// Samples of an image at the places that a grid tells.
pub(super) fn grid_sample(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let (image, grid) = (op.ranked(0, 3..=usize::MAX)?, op.ranked(1, 3..=usize::MAX)?);
    if let (Some(image), Some(grid)) = (image, grid) {
        op.ranked(1, image.len()..=image.len())?;
        if let ([batch, channels, ..], [grid_batch, places @ .., _]) = (image, grid) {
            let batch = op.equal("the batches of image and grid", batch, grid_batch)?;
            let result = [batch, channels.clone()]
                .into_iter()
                .chain(places.iter().cloned());
            out.shape(0, result.collect::<Vec<_>>());
        }
    }
    Ok(())
}

/// A grid of places for `GridSample`.
pub(super) fn affine_grid(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let size = match (op.entries(1), op.vector_len(1)?) {
        (Some(size), _) => size,
        (None, Some(len)) if len <= limits::RANK => vec![Entry::Unknown; len],
        (None, _) => return Ok(()),
    };
    let dims: Vec<Dim> = size
        .iter()
        .map(|entry| entry.dim().unwrap_or(Dim::Unknown))
        .collect();
    if let [batch, _, places @ ..] = dims.as_slice() {
        let n_axes = Dim::Fixed(places.len());
        let result = std::iter::once(batch)
            .chain(places)
            .chain(std::iter::once(&n_axes));
        out.shape(0, result.cloned().collect::<Vec<_>>());
    }
    Ok(())
}

/// Boxes of which none overlaps a better one: their batch, class and number.
pub(super) fn non_max_suppression(_: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, vec![Dim::Unknown, Dim::Fixed(3)]);
    Ok(())
}

/// An image of height, width and channels.
pub(super) fn decode(_: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, vec![Dim::Unknown; 3]);
    Ok(())
}
