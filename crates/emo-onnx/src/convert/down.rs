//! From one version of the operators to the one before.

use super::{
    decompose,
    editor::{Editor, set_input, trim},
    resize,
    up::{check_mask, empty, reduce},
};
use crate::{Attribute, Dim, Node, OnnxError, Schema};

/// Writes a node that was for `version` for the one before.
pub(super) fn convert(
    editor: &mut Editor<'_>,
    mut node: Node,
    version: i64,
) -> Result<(), OnnxError> {
    let op_type = node.op_type.clone();
    if decompose::convert(editor, &node, version)? {
        return Ok(());
    }
    match (version, op_type.as_str()) {
        (24, "Cast" | "CastLike") | (27, "Range") => {}
        (21, "QuantizeLinear") => {
            // The type that the zero point has anyway, or that it would have without one.
            let default = node.input(2).is_none() && node.int("output_dtype", 0)? == UINT8;
            if node.input(2).is_some() || default {
                node.attributes.remove("output_dtype");
            }
        }
        (22, "AveragePool" | "LpPool" | "MaxPool") => check_rounded_up(editor, &node)?,
        (20, "DFT") => {
            let axis = match node.input(2) {
                None => -2,
                Some(name) => match editor.integers(name).as_deref() {
                    Some([axis]) => *axis,
                    _ => return Err(editor.error(&node, "an axis that is not constant")),
                },
            };
            let x = editor.input(&node, 0)?;
            let axis = editor.axis(&node, &x, axis)?;
            set_input(&mut node, 2, String::new());
            trim(&mut node);
            node = node.with("axis", Attribute::Int(axis));
        }
        (20, "GridSample") => {
            let mode = match node.string("mode", "linear")? {
                "linear" => "bilinear",
                "cubic" => "bicubic",
                other => other,
            };
            let mode = Attribute::String(mode.to_owned());
            node = node.with("mode", mode);
        }
        (19, "Pad") if node.string("mode", "constant")? == "wrap" => {
            return Err(editor.error(&node, "padding that wraps around"));
        }
        (19, "Resize") => {
            let mode = node.string("coordinate_transformation_mode", "half_pixel")?;
            if mode == "half_pixel_symmetric" {
                return Err(editor.error(&node, "symmetric half pixels"));
            }
        }
        (18, "Pad") => pad_axes(editor, &mut node)?,
        (18, "Resize") => resize::name_axes(editor, &mut node)?,
        (18, "Split") => split_evenly(editor, &mut node)?,
        (18, "ScatterElements" | "ScatterND") => {
            if matches!(node.string("reduction", "none")?, "max" | "min") {
                return Err(editor.error(&node, "a reduction to the greatest or least"));
            }
        }
        (13, "ReduceSum") | (18, reduce!()) => {
            let keeps = node.int("noop_with_empty_axes", 0)? != 0;
            node.attributes.remove("noop_with_empty_axes");
            editor.input_to_ints(&mut node, 1, "axes")?;
            let is_empty = node.ints("axes")?.is_none_or(<[i64]>::is_empty);
            if is_empty {
                node.attributes.remove("axes");
                if keeps {
                    without_reduction(&mut node);
                }
            }
        }
        (16, "RoiAlign") => {
            let mode = node.string("coordinate_transformation_mode", "half_pixel")?;
            if mode != "output_half_pixel" {
                return Err(editor.error(&node, "coordinates that are shifted by half a pixel"));
            }
            node.attributes.remove("coordinate_transformation_mode");
        }
        (15, "Shape") => return shape(editor, node),
        (14, "BatchNormalization") => {
            if node.int("training_mode", 0)? != 0 || node.only_output().is_none() {
                return Err(editor.error(&node, "a normalization in training"));
            }
            node.attributes.remove("training_mode");
        }
        (14, "Reshape") if node.int("allowzero", 0)? != 0 => {
            let shape = editor.input(&node, 1)?;
            let has_zero = editor
                .integers(&shape)
                .is_none_or(|shape| shape.contains(&0));
            if has_zero {
                return Err(editor.error(&node, "an extent of 0 that is meant as such"));
            }
            node.attributes.remove("allowzero");
        }
        (13, "Softmax" | "LogSoftmax" | "Hardmax") => return softmax(editor, node),
        (13, "Squeeze" | "Unsqueeze") => editor.input_to_ints(&mut node, 1, "axes")?,
        (13, "Split") => editor.input_to_ints(&mut node, 1, "split")?,
        (13, "QuantizeLinear" | "DequantizeLinear") => {
            let scale = editor.input(&node, 1)?;
            let rank = editor.shape(&scale).map(|shape| shape.len());
            if rank != Some(0) {
                return Err(editor.error(&node, "scales per axis"));
            }
            node.attributes.remove("axis");
        }
        (13, "Resize") => {
            // What may be left out now had to be there without elements.
            if node.input(1).is_none() {
                let roi = empty(editor, &node, "roi");
                set_input(&mut node, 1, roi);
            }
            if node.input(2).is_none() {
                let scales = empty(editor, &node, "scales");
                set_input(&mut node, 2, scales);
            }
        }
        (12, "Dropout") => dropout(editor, &mut node)?,
        (12, "Constant") => constant(&mut node),
        (11, "Clip") => {
            editor.input_to_float(&mut node, 2, "max")?;
            editor.input_to_float(&mut node, 1, "min")?;
        }
        (11, "Pad") => {
            editor.input_to_float(&mut node, 2, "value")?;
            editor.input_to_ints(&mut node, 1, "pads")?;
        }
        (11, "Gemm") if node.input(2).is_none() => {
            let x = editor.input(&node, 0)?;
            let hint = format!("{}.zero", editor.output(&node, 0)?);
            let zero = editor.add_number(&node, &hint, &x, 0.0)?;
            set_input(&mut node, 2, zero);
        }
        (11, "Resize") => resize::to_version_10(editor, &mut node)?,
        (11, "ScatterElements") => "Scatter".clone_into(&mut node.op_type),
        (10, "Resize") => {
            let scales = editor.input(&node, 1)?;
            let grows = |scales: Vec<f64>| scales.iter().all(|&scale| scale >= 1.0);
            if !editor.floats(&scales).is_some_and(grows) {
                return Err(editor.error(&node, "scales that are less than 1 or not constant"));
            }
            "Upsample".clone_into(&mut node.op_type);
        }
        (10, "Slice") => slice(editor, &mut node)?,
        (10, "TopK") => {
            editor.input_to_ints(&mut node, 1, "k")?;
            let k = match node.ints("k")? {
                Some(&[k]) => k,
                _ => return Err(editor.error(&node, "a count that is not constant")),
            };
            node = node.with("k", Attribute::Int(k));
        }
        (10, "Dropout") => check_mask(editor, &node)?,
        (9, "Scan") => return Err(editor.error(&node, "a scan without batches")),
        // Before version 9 there were `Constant` nodes of floating-point numbers alone.
        (9, "Constant") => {
            let value = crate::passes::constant_value(&node);
            if let (Some(value), Some(output)) = (value, node.output(0)) {
                editor.add_as(output, value);
                return Ok(());
            }
        }
        (9, "Upsample") => {
            let name = editor.input(&node, 1)?;
            let Some(scales) = editor.floats(&name) else {
                return Err(editor.error(&node, "scales that are not constant"));
            };
            #[expect(clippy::cast_possible_truncation, reason = "they were of 32 bits")]
            let scales = scales.into_iter().map(|scale| scale as f32).collect();
            node.inputs.truncate(1);
            node = node.with("scales", Attribute::Floats(scales));
        }
        (8, "Max" | "Mean" | "Min" | "Sum") => {
            let shapes: Vec<_> = node
                .inputs
                .iter()
                .map(|name| editor.fixed_shape(name))
                .collect();
            let mut pairs = shapes.windows(2);
            let is_same =
                |pair: &[Option<Vec<usize>>]| matches!(pair, [Some(a), Some(b)] if a == b);
            if !pairs.all(is_same) {
                return Err(editor.error(&node, "inputs that are broadcast"));
            }
        }
        _ => {}
    }
    if version == 11 {
        count_axes_from_begin(editor, &mut node)?;
    }
    drop_defaults(editor, &mut node, version)?;
    editor.push(node);
    Ok(())
}

/// ONNX's number of the type `u8`.
const UINT8: i64 = 2;

/// Removes attributes that the version before does not have, if they say what it did without them.
fn drop_defaults(editor: &Editor<'_>, node: &mut Node, version: i64) -> Result<(), OnnxError> {
    let schemas = (
        Schema::find(&node.op_type, version),
        Schema::find(&node.op_type, version - 1),
    );
    let (Some(new), Some(old)) = schemas else {
        return Ok(());
    };
    if new.since() != version {
        return Ok(());
    }
    let mut dropped = Vec::new();
    for (name, value) in &node.attributes {
        if old.attribute(name).is_some() {
            continue;
        }
        let Some(attribute) = new.attribute(name) else {
            continue;
        };
        let is_default = match (attribute.default(), value) {
            (Some(default), value) => default == *value,
            // Dilations, which stand for none where they are absent.
            (None, Attribute::Ints(values)) if name == "dilations" => {
                values.iter().all(|&value| value == 1)
            }
            _ => false,
        };
        if !is_default {
            return Err(editor.error(node, reason(name)));
        }
        dropped.push(name.clone());
    }
    for name in dropped {
        node.attributes.remove(&name);
    }
    if version == 8 && node.is("MaxPool") && node.only_output().is_none() {
        return Err(editor.error(node, "the places of the greatest elements"));
    }
    Ok(())
}

/// What an attribute asks for that was not there before.
fn reason(attribute: &str) -> &'static str {
    match attribute {
        "allowzero" => "an extent of 0 that is meant as such",
        "antialias" => "filtering while making smaller",
        "batch_dims" => "axes that count as a batch",
        "block_size" => "scales per block",
        "ceil_mode" => "extents that are rounded up",
        "dilations" => "dilations",
        "layout" => "the batch as the first axis",
        "output_dtype" | "precision" => "another type of the output",
        "reduction" => "a reduction of what meets",
        "round_mode" => "another rounding",
        "saturate" => "values that are not limited to the range of the type",
        "select_last_index" => "the last one of equal elements",
        "storage_order" => "places counted column by column",
        _ => "an attribute that was not there",
    }
}

/// Before version 11 axes were not counted from the end.
fn count_axes_from_begin(editor: &Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    let counted = [
        "ArgMax",
        "ArgMin",
        "Compress",
        "Concat",
        "Flatten",
        "Gather",
        "Hardmax",
        "LogSoftmax",
        "OneHot",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "ReduceSumSquare",
        "Scatter",
        "Softmax",
        "Split",
        "Squeeze",
        "TopK",
        "Unsqueeze",
    ];
    if !counted.contains(&&*node.op_type) {
        return Ok(());
    }
    let x = editor.input(node, 0)?;
    let more = if node.is("Unsqueeze") {
        node.ints("axes")?
            .map_or(0, |axes| i64::try_from(axes.len()).unwrap_or(0))
    } else {
        i64::from(node.is("OneHot"))
    };
    let from_begin = |axis: i64| match axis < 0 {
        true => Ok(axis + editor.rank(node, &x)? + more),
        false => Ok(axis),
    };
    let changed = match (node.attributes.get("axis"), node.attributes.get("axes")) {
        (Some(Attribute::Int(axis)), _) if *axis < 0 && !node.is("OneHot") => {
            Some(("axis", Attribute::Int(from_begin(*axis)?)))
        }
        (_, Some(Attribute::Ints(axes))) if axes.iter().any(|&axis| axis < 0) => {
            let axes = axes.iter().map(|&axis| from_begin(axis));
            Some(("axes", Attribute::Ints(axes.collect::<Result<_, _>>()?)))
        }
        _ => None,
    };
    if let Some((name, value)) = changed {
        node.attributes.insert(name.to_owned(), value);
    }
    Ok(())
}

/// `Softmax` over one axis, where it takes all axes from `axis` on as one.
fn softmax(editor: &mut Editor<'_>, node: Node) -> Result<(), OnnxError> {
    let x = editor.input(&node, 0)?;
    let output = editor.output(&node, 0)?;
    let rank = editor.rank(&node, &x)?;
    let axis = editor.axis(&node, &x, node.int("axis", -1)?)?;
    let last = rank - 1;
    if rank == 0 {
        return Err(editor.error(&node, "a scalar"));
    }
    if axis == last {
        editor.push(node.with("axis", Attribute::Int(last)));
        return Ok(());
    }
    let perm: Vec<i64> = (0..rank)
        .map(|index| match index {
            index if index == axis => last,
            index if index == last => axis,
            index => index,
        })
        .collect();
    // Exchanging two axes is undone by doing it again.
    let perm = Attribute::Ints(perm);
    let turned = editor.compute_with(&output, "Transpose", &[&x], [("perm", perm.clone())]);
    let axis = [("axis", Attribute::Int(last))];
    let scores = editor.compute_with(&output, &node.op_type, &[&turned], axis);
    let back = Node::new("Transpose", [scores.as_str()], &output).with("perm", perm);
    editor.push(Node {
        name: node.name,
        ..back
    });
    Ok(())
}

fn shape(editor: &mut Editor<'_>, mut node: Node) -> Result<(), OnnxError> {
    let start = node.int("start", 0)?;
    let end = node.int("end", i64::MAX)?;
    node.attributes.clear();
    if start == 0 && end == i64::MAX {
        editor.push(node);
        return Ok(());
    }
    let x = editor.input(&node, 0)?;
    let output = editor.output(&node, 0)?;
    let whole = editor.compute(&output, "Shape", &[&x]);
    let start = editor.add_ints(&format!("{output}.start"), &[start]);
    let end = editor.add_ints(&format!("{output}.end"), &[end]);
    let axes = editor.add_ints(&format!("{output}.axes"), &[0]);
    let slice = Node::new("Slice", [&*whole, &*start, &*end, &*axes], &output);
    editor.push(Node {
        name: node.name,
        ..slice
    });
    Ok(())
}

/// Names the padding of every axis.
fn pad_axes(editor: &mut Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    let Some(axes) = node.input(3).map(str::to_owned) else {
        return Ok(());
    };
    let x = editor.input(node, 0)?;
    let pads = editor.input(node, 1)?;
    let (Some(axes), Some(pads)) = (editor.integers(&axes), editor.integers(&pads)) else {
        return Err(editor.error(node, "padding of axes that are not constant"));
    };
    let rank = usize::try_from(editor.rank(node, &x)?).unwrap_or(0);
    let mut all = vec![0; 2 * rank];
    let (begins, ends) = pads.split_at(pads.len() / 2);
    for ((&axis, &begin), &end) in axes.iter().zip(begins).zip(ends) {
        let axis = usize::try_from(editor.axis(node, &x, axis)?).unwrap_or(usize::MAX);
        for (place, pad) in [(axis, begin), (axis.saturating_add(rank), end)] {
            if let Some(entry) = all.get_mut(place) {
                *entry = pad;
            }
        }
    }
    let name = editor.add_ints(&format!("{}.pads", editor.output(node, 0)?), &all);
    set_input(node, 1, name);
    set_input(node, 3, String::new());
    trim(node);
    Ok(())
}

/// Before version 22 extents that are rounded up counted windows that start behind the input, too.
fn check_rounded_up(editor: &Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    if node.int("ceil_mode", 0)? == 0 || node.string("auto_pad", "NOTSET")? != "NOTSET" {
        return Ok(());
    }
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let (Some(x), Some(y)) = (editor.fixed_shape(&x), editor.fixed_shape(&y)) else {
        return Ok(());
    };
    let setting = |name: &str| Ok::<_, OnnxError>(node.ints(name)?.unwrap_or_default());
    let (kernels, strides) = (setting("kernel_shape")?, setting("strides")?);
    let (dilations, pads) = (setting("dilations")?, setting("pads")?);
    for (axis, &kernel) in kernels.iter().enumerate() {
        let at = |list: &[i64], index: usize, default| list.get(index).copied().unwrap_or(default);
        let extent = |shape: &[usize]| {
            let extent = shape.get(axis + 2).copied().unwrap_or_default();
            i64::try_from(extent).unwrap_or(i64::MAX)
        };
        let pad = at(pads, axis, 0).saturating_add(at(pads, axis + kernels.len(), 0));
        let reach = kernel
            .saturating_sub(1)
            .saturating_mul(at(dilations, axis, 1));
        let room = extent(&x)
            .saturating_add(pad)
            .saturating_sub(reach.saturating_add(1));
        let stride = at(strides, axis, 1).max(1);
        let count = room.saturating_add(stride - 1) / stride + 1;
        if count != extent(&y) {
            return Err(editor.error(node, "windows that are left out behind the input"));
        }
    }
    Ok(())
}

/// Writes a reduction over no axis, of which what it does to each element is left.
fn without_reduction(node: &mut Node) {
    node.attributes.clear();
    node.inputs.truncate(1);
    let op_type = match node.op_type.as_str() {
        "ReduceL1" | "ReduceL2" => "Abs",
        "ReduceLogSum" => "Log",
        "ReduceSumSquare" => {
            node.inputs.extend_from_within(..);
            "Mul"
        }
        // The logarithm of the exponential is the element.
        _ => "Identity",
    };
    op_type.clone_into(&mut node.op_type);
}

/// Names the extents of the parts where the last one is smaller.
fn split_evenly(editor: &mut Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    let Some(Attribute::Int(count)) = node.attributes.remove("num_outputs") else {
        return Ok(());
    };
    let x = editor.input(node, 0)?;
    let axis = editor.axis(node, &x, node.int("axis", 0)?)?;
    let extent =
        editor
            .shape(&x)
            .and_then(|shape| match shape.get(usize::try_from(axis).ok()?)? {
                Dim::Fixed(extent) => i64::try_from(*extent).ok(),
                _ => None,
            });
    let Some(extent) = extent else {
        return Err(editor.error(node, "parts of an axis whose extent is open"));
    };
    if count <= 0 {
        return Err(editor.error(node, "no parts"));
    }
    if extent % count == 0 {
        return Ok(());
    }
    let part = extent / count + 1;
    let n_parts = node.outputs.len();
    let mut parts = vec![part; n_parts.saturating_sub(1)];
    let before = part * i64::try_from(parts.len()).unwrap_or(0);
    parts.push(extent - before);
    if parts.iter().any(|&part| part < 0) {
        return Err(editor.error(node, "more parts than there are elements"));
    }
    let name = editor.add_ints(&format!("{}.split", editor.output(node, 0)?), &parts);
    set_input(node, 1, name);
    Ok(())
}

fn dropout(editor: &mut Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    if let Some(mode) = node.input(2) {
        let is_idle = matches!(
            editor.constant(mode),
            Some(emo_tensor::Tensor::Bool(mode)) if !mode.iter().any(|&mode| mode)
        );
        if !is_idle {
            return Err(editor.error(node, "a `Dropout` that may be in training"));
        }
    }
    if node.output(1).is_some() {
        return Err(editor.error(node, "the mask of a `Dropout` that drops nothing"));
    }
    node.attributes.remove("seed");
    let ratio = node.input(1).map(|name| editor.float(name));
    node.inputs.truncate(1);
    if let Some(Some(ratio)) = ratio {
        #[expect(clippy::cast_possible_truncation, reason = "attributes are of 32 bits")]
        let ratio = ratio as f32;
        node.attributes
            .insert("ratio".to_owned(), Attribute::Float(ratio));
    }
    Ok(())
}

/// Numbers become tensors.
fn constant(node: &mut Node) {
    if let Some(value) = crate::passes::constant_value(node) {
        node.attributes.clear();
        node.attributes
            .insert("value".to_owned(), Attribute::Tensor(value));
    }
}

fn slice(editor: &mut Editor<'_>, node: &mut Node) -> Result<(), OnnxError> {
    if let Some(steps) = node.input(4) {
        let is_one = |steps: Vec<i64>| steps.iter().all(|&step| step == 1);
        if !editor.integers(steps).is_some_and(is_one) {
            return Err(editor.error(node, "steps other than 1"));
        }
        node.inputs.truncate(4);
    }
    for (index, attribute) in [(3, "axes"), (2, "ends"), (1, "starts")] {
        editor.input_to_ints(node, index, attribute)?;
    }
    if let Some(axes) = node.ints("axes")?.map(<[i64]>::to_vec) {
        let x = editor.input(node, 0)?;
        let axes = axes.iter().map(|&axis| editor.axis(node, &x, axis));
        let axes = axes.collect::<Result<Vec<_>, _>>()?;
        node.attributes
            .insert("axes".to_owned(), Attribute::Ints(axes));
    }
    Ok(())
}
