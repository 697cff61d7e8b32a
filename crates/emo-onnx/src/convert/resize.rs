//! `Resize`, whose settings changed with versions 11 and 18.

use super::editor::{Editor, set_input};
use crate::{Node, OnnxError};

/// How `Resize` of version 10 rounds to the nearest element: down along axes that grow and up along those that
/// shrink, as ONNX's node tests of that version and ONNX Runtime have it.
pub(super) fn nearest_mode(
    editor: &Editor<'_>,
    node: &Node,
    scales: &str,
) -> Result<&'static str, OnnxError> {
    let Some(scales) = editor.floats(scales) else {
        return Err(editor.error(node, "scales that are not constant"));
    };
    let shrinks = scales.iter().any(|&scale| scale < 1.0);
    let grows = scales.iter().any(|&scale| scale > 1.0);
    match (shrinks, grows) {
        (true, true) => Err(editor.error(node, "some axes that grow and some that shrink")),
        (true, false) => Ok("ceil"),
        (false, _) => Ok("floor"),
    }
}

/// Names the scales or extents of every axis.
pub(super) fn name_axes(editor: &mut Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    let policy = node.string("keep_aspect_ratio_policy", "stretch")?;
    if policy != "stretch" && node.input(3).is_some() {
        return Err(editor.error(node, "extents that keep the ratio of the sides"));
    }
    node.attributes.remove("keep_aspect_ratio_policy");
    let Some(axes) = node.ints("axes")?.map(<[i64]>::to_vec) else {
        return Ok(());
    };
    node.attributes.remove("axes");
    let mode = node.string("coordinate_transformation_mode", "half_pixel")?;
    if mode == "tf_crop_and_resize" {
        return Err(editor.error(node, "a region of axes that are named"));
    }
    let x = editor.input(node, 0)?;
    let rank = usize::try_from(editor.rank(node, &x)?).unwrap_or(0);
    let mut positions = Vec::new();
    for axis in axes {
        positions.push(usize::try_from(editor.axis(node, &x, axis)?).unwrap_or(usize::MAX));
    }
    let output = editor.output(node, 0)?;
    if let Some(name) = node.input(2).map(str::to_owned) {
        let Some(scales) = editor.floats(&name) else {
            return Err(editor.error(node, "scales of axes that are not constant"));
        };
        if !scales.is_empty() {
            let mut all = vec![1.0_f32; rank];
            for (&position, &scale) in positions.iter().zip(&scales) {
                #[expect(clippy::cast_possible_truncation, reason = "they were of 32 bits")]
                if let Some(place) = all.get_mut(position) {
                    *place = scale as f32;
                }
            }
            let array = ndarray::Array1::from(all).into_dyn();
            let name = editor.add(&format!("{output}.scales"), array);
            set_input(node, 2, name);
        }
    }
    if let Some(name) = node.input(3).map(str::to_owned) {
        let (Some(sizes), Some(shape)) = (editor.integers(&name), editor.fixed_shape(&x)) else {
            return Err(editor.error(node, "extents of axes that are not constant"));
        };
        let mut all: Vec<i64> = shape
            .iter()
            .map(|&extent| i64::try_from(extent).unwrap_or(i64::MAX))
            .collect();
        for (&position, &size) in positions.iter().zip(&sizes) {
            if let Some(place) = all.get_mut(position) {
                *place = size;
            }
        }
        let name = editor.add_ints(&format!("{output}.sizes"), &all);
        set_input(node, 3, name);
    }
    Ok(())
}

/// `Resize` as it was in version 10: corners meet, and the nearest element is the one before where an axis grows
/// and the one after where it shrinks.
pub(super) fn to_version_10(editor: &mut Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    let transformation = node.string("coordinate_transformation_mode", "half_pixel")?;
    let mode = node.string("mode", "nearest")?.to_owned();
    let rounding = node
        .string("nearest_mode", "round_prefer_floor")?
        .to_owned();
    if transformation != "asymmetric" || mode == "cubic" {
        return Err(editor.error(node, "coordinates other than `asymmetric`"));
    }
    for name in [
        "coordinate_transformation_mode",
        "nearest_mode",
        "cubic_coeff_a",
        "exclude_outside",
        "extrapolation_value",
    ] {
        node.attributes.remove(name);
    }
    let x = editor.input(node, 0)?;
    let scales = match node.input(3).map(str::to_owned) {
        None => editor.input(node, 2)?,
        Some(sizes) => {
            let (Some(sizes), Some(shape)) = (editor.integers(&sizes), editor.fixed_shape(&x))
            else {
                return Err(editor.error(node, "extents that are not constant"));
            };
            let mut scales = Vec::with_capacity(shape.len());
            for (&size, &extent) in sizes.iter().zip(&shape) {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    reason = "what is not exact is refused below"
                )]
                let (scale, extent) = ((size as f64 / extent as f64) as f32, extent as f32);
                #[expect(clippy::cast_precision_loss, reason = "as above")]
                if (scale * extent).floor() != size as f32 {
                    return Err(editor.error(node, "extents that no scale gives exactly"));
                }
                scales.push(scale);
            }
            let array = ndarray::Array1::from(scales).into_dyn();
            editor.add(&format!("{}.scales", editor.output(node, 0)?), array)
        }
    };
    if mode == "nearest" && nearest_mode(editor, node, &scales)? != rounding {
        return Err(editor.error(node, "another rounding to the nearest element"));
    }
    node.inputs = vec![x, scales];
    Ok(())
}
