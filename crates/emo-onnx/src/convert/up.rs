//! From one version of the operators to the next.

use emo_tensor::Tensor;
use ndarray::{Array1, ArrayD};

use super::{
    editor::{Editor, set_input},
    resize::nearest_mode,
};
use crate::{Attribute, Node, OnnxError};

/// The reductions whose axes became an input with version 18.
macro_rules! reduce {
    () => {
        "ReduceL1"
            | "ReduceL2"
            | "ReduceLogSum"
            | "ReduceLogSumExp"
            | "ReduceMax"
            | "ReduceMean"
            | "ReduceMin"
            | "ReduceProd"
            | "ReduceSumSquare"
    };
}
pub(super) use reduce;

/// Writes a node for `version` that was for the one before. What is not named here was only given more types or
/// attributes whose defaults are what it did.
pub(super) fn convert(
    editor: &mut Editor<'_>,
    mut node: Node,
    version: i64,
) -> Result<(), OnnxError> {
    let op_type = node.op_type.clone();
    match (version, op_type.as_str()) {
        (9, "BatchNormalization") => {
            if node.int("spatial", 1)? != 1 {
                return Err(editor.error(&node, "statistics per element instead of per channel"));
            }
            node.attributes.remove("spatial");
        }
        (9, "Scan") => return Err(editor.error(&node, "a scan over batches")),
        (9, "Upsample") => {
            let scales = match node.attributes.remove("scales") {
                Some(Attribute::Floats(scales)) => scales,
                _ => return Err(editor.error(&node, "no scales")),
            };
            let hint = format!("{}.scales", editor.output(&node, 0)?);
            let name = editor.add(&hint, Array1::from(scales).into_dyn());
            set_input(&mut node, 1, name);
        }
        (10, "Upsample") => "Resize".clone_into(&mut node.op_type),
        (10, "Slice") => {
            let n_axes = node.ints("starts")?.map_or(0, <[i64]>::len);
            if node.ints("axes")?.is_none() {
                let axes = (0..).take(n_axes).collect();
                node = node.with("axes", Attribute::Ints(axes));
            }
            for (attribute, index) in [("starts", 1), ("ends", 2), ("axes", 3)] {
                editor.ints_to_input(&mut node, attribute, index)?;
            }
        }
        (10, "TopK") => {
            let k = node.int("k", 0)?;
            node = node.with("k", Attribute::Ints(vec![k]));
            editor.ints_to_input(&mut node, "k", 1)?;
        }
        (10, "Dropout") => check_mask(editor, &node)?,
        (11, "Clip") => {
            editor.float_to_input(&mut node, "min", 1)?;
            editor.float_to_input(&mut node, "max", 2)?;
        }
        (11, "Pad") => {
            editor.ints_to_input(&mut node, "pads", 1)?;
            if node.string("mode", "constant")? == "constant" {
                editor.float_to_input(&mut node, "value", 2)?;
            }
            node.attributes.remove("value");
        }
        (11, "Resize") => {
            let scales = editor.input(&node, 1)?;
            let mode = |text: &str| Attribute::String(text.to_owned());
            if node.string("mode", "nearest")? == "nearest" {
                let rounding = nearest_mode(editor, &node, &scales)?;
                node = node.with("nearest_mode", mode(rounding));
            }
            let roi = empty(editor, &node, "roi");
            set_input(&mut node, 1, roi);
            set_input(&mut node, 2, scales);
            node = node.with("coordinate_transformation_mode", mode("asymmetric"));
        }
        (11, "Scatter") => "ScatterElements".clone_into(&mut node.op_type),
        (12, "Dropout") => editor.float_to_ratio(&mut node)?,
        (13, "Softmax" | "LogSoftmax" | "Hardmax") => return softmax(editor, node),
        (13, "Squeeze" | "Unsqueeze") => editor.ints_to_input(&mut node, "axes", 1)?,
        (13, "Split") => editor.ints_to_input(&mut node, "split", 1)?,
        (13, "ReduceSum") | (18, reduce!()) => {
            // An empty list means all axes, as none does.
            if node.ints("axes")?.is_some_and(<[i64]>::is_empty) {
                node.attributes.remove("axes");
            }
            editor.ints_to_input(&mut node, "axes", 1)?;
        }
        (14, "BatchNormalization") => {
            if node.outputs.iter().skip(1).any(|name| !name.is_empty()) {
                return Err(editor.error(&node, "a normalization in training"));
            }
            node.outputs.truncate(1);
        }
        (16, "RoiAlign") => {
            let mode = Attribute::String("output_half_pixel".to_owned());
            node = node.with("coordinate_transformation_mode", mode);
        }
        (18, "Split") if node.input(1).is_none() => {
            let count = i64::try_from(node.outputs.len()).unwrap_or(i64::MAX);
            node = node.with("num_outputs", Attribute::Int(count));
        }
        (20, "DFT") => {
            let axis = node.int("axis", 1)?;
            node.attributes.remove("axis");
            let hint = format!("{}.axis", editor.output(&node, 0)?);
            let name = editor.add(&hint, ndarray::arr0(axis).into_dyn());
            set_input(&mut node, 2, name);
        }
        (20, "GridSample") => {
            let mode = match node.string("mode", "bilinear")? {
                "bilinear" => "linear",
                "bicubic" => "cubic",
                other => other,
            };
            let mode = Attribute::String(mode.to_owned());
            node = node.with("mode", mode);
        }
        (21, "GroupNormalization") => {
            group_parameters(editor, &mut node, 1)?;
            group_parameters(editor, &mut node, 2)?;
        }
        _ => {}
    }
    editor.push(node);
    Ok(())
}

/// Adds a constant without elements.
pub(super) fn empty(editor: &mut Editor<'_>, node: &Node, what: &str) -> String {
    let hint = format!("{}.{what}", node.output(0).unwrap_or_default());
    editor.add(&hint, ArrayD::<f32>::zeros(vec![0]))
}

/// The mask of what is dropped was of the input's type before version 10.
pub(super) fn check_mask(editor: &Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    match node.output(1) {
        Some(_) => Err(editor.error(node, "the mask of a `Dropout` is of another type")),
        None => Ok(()),
    }
}

/// `Softmax` took all axes from `axis` on as one; now it takes that axis alone.
fn softmax(editor: &mut Editor<'_>, node: Node) -> Result<(), OnnxError> {
    let x = editor.input(&node, 0)?;
    let axis = node.int("axis", 1)?;
    if let Some(shape) = editor.shape(&x) {
        let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
        let axis = if axis < 0 { axis + rank } else { axis };
        if axis == rank - 1 {
            editor.push(node.with("axis", Attribute::Int(axis)));
            return Ok(());
        }
    }
    let output = editor.output(&node, 0)?;
    let shape = editor.compute(&output, "Shape", &[&x]);
    let flat = editor.compute_with(&output, "Flatten", &[&x], [("axis", Attribute::Int(axis))]);
    let axis = [("axis", Attribute::Int(1))];
    let scores = editor.compute_with(&output, &node.op_type, &[&flat], axis);
    let reshape = Node::new("Reshape", [scores.as_str(), shape.as_str()], &output);
    editor.push(Node {
        name: node.name,
        ..reshape
    });
    Ok(())
}

/// `GroupNormalization` had one scale and one bias per group; now it has one per channel.
fn group_parameters(
    editor: &mut Editor<'_>,
    node: &mut Node,
    index: usize,
) -> Result<(), OnnxError> {
    let groups = node.int("num_groups", 0)?;
    let x = editor.input(node, 0)?;
    let channels = editor.fixed_channels(node, &x)?;
    let per_group = channels.checked_div(groups).unwrap_or(0);
    let repeats = usize::try_from(per_group).unwrap_or(0);
    let name = editor.input(node, index)?;
    macro_rules! repeat {
        ($array:expr) => {{
            let values = $array
                .iter()
                .flat_map(|&value| std::iter::repeat_n(value, repeats));
            Array1::from(values.collect::<Vec<_>>()).into_dyn().into()
        }};
    }
    let repeated: Tensor = match editor.constant(&name) {
        Some(Tensor::F32(array)) => repeat!(array),
        Some(Tensor::F64(array)) => repeat!(array),
        Some(Tensor::F16(array)) => repeat!(array),
        Some(Tensor::BF16(array)) => repeat!(array),
        _ => return Err(editor.error(node, "scales or biases per group that are not constant")),
    };
    let name = editor.add(&format!("{name}.per_channel"), repeated);
    set_input(node, index, name);
    Ok(())
}

impl Editor<'_> {
    /// The extent of a value's second axis.
    pub(super) fn fixed_channels(&self, node: &Node, x: &str) -> Result<i64, OnnxError> {
        let channels = self.shape(x).and_then(|shape| match shape.get(1) {
            Some(crate::Dim::Fixed(extent)) => i64::try_from(*extent).ok(),
            _ => None,
        });
        channels.ok_or_else(|| self.error(node, "the number of its channels is unknown"))
    }

    /// How much a `Dropout` drops in training, kept for whoever trains on.
    fn float_to_ratio(&mut self, node: &mut Node) -> Result<(), OnnxError> {
        if node.attributes.contains_key("ratio") {
            let ratio = node.float("ratio", 0.5)?;
            node.attributes.remove("ratio");
            let hint = format!("{}.ratio", self.output(node, 0)?);
            let name = self.add(&hint, ndarray::arr0(ratio).into_dyn());
            set_input(node, 1, name);
        }
        Ok(())
    }
}
