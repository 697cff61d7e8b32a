//! Operators that an old version lacks, composed of others.

use emo_tensor::ElementType;
use ndarray::arr0;

use super::editor::Editor;
use crate::{Attribute, Node, OnnxError, tensor};

/// Writes a node by operators that the version before `version` has, if its own came with `version` and that is
/// known; says whether it did.
pub(super) fn convert(
    editor: &mut Editor<'_>,
    node: &Node,
    version: i64,
) -> Result<bool, OnnxError> {
    match (version, node.op_type.as_str()) {
        (12, "Celu") => celu(editor, node)?,
        (12, "GreaterOrEqual") => or_equal(editor, node, "Greater")?,
        (12, "LessOrEqual") => or_equal(editor, node, "Less")?,
        (14, "HardSwish") => hard_swish(editor, node)?,
        (15, "CastLike") => cast_like(editor, node)?,
        (17, "LayerNormalization") => layer_norm(editor, node)?,
        (18, "GroupNormalization") => group_norm_per_group(editor, node)?,
        (18, "Mish") => mish(editor, node)?,
        (20, "Gelu") => gelu(editor, node)?,
        (21, "GroupNormalization") => group_norm(editor, node)?,
        (23, "RMSNormalization") => rms_norm(editor, node)?,
        (24, "Swish") => swish(editor, node)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Adds the last node, which writes what `node` did.
fn finish(
    editor: &mut Editor<'_>,
    node: &Node,
    op_type: &str,
    inputs: &[&str],
) -> Result<(), OnnxError> {
    let output = editor.output(node, 0)?;
    let last = Node::new(op_type, inputs.iter().copied(), &output);
    editor.push(Node {
        name: node.name.clone(),
        ..last
    });
    Ok(())
}

/// max(0, x) + min(0, α (exp(x / α) − 1)) = α Elu(x / α).
fn celu(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let alpha = f64::from(node.float("alpha", 1.0)?);
    let alpha = editor.add_number(node, &format!("{y}.alpha"), &x, alpha)?;
    let scaled = editor.compute(&y, "Div", &[&x, &alpha]);
    let elu = editor.compute(&y, "Elu", &[&scaled]);
    finish(editor, node, "Mul", &[&elu, &alpha])
}

/// Not the negation of the other comparison, which differs where something is not a number.
fn or_equal(editor: &mut Editor<'_>, node: &Node, strict: &str) -> Result<(), OnnxError> {
    let (a, b) = (editor.input(node, 0)?, editor.input(node, 1)?);
    let y = editor.output(node, 0)?;
    let strict = editor.compute(&y, strict, &[&a, &b]);
    let equal = editor.compute(&y, "Equal", &[&a, &b]);
    finish(editor, node, "Or", &[&strict, &equal])
}

/// x · max(0, min(1, x / 6 + 1 / 2)).
fn hard_swish(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let settings = [
        ("alpha", Attribute::Float(1.0 / 6.0)),
        ("beta", Attribute::Float(0.5)),
    ];
    let gate = editor.compute_with(&y, "HardSigmoid", &[&x], settings);
    finish(editor, node, "Mul", &[&x, &gate])
}

fn cast_like(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, like) = (editor.input(node, 0)?, editor.input(node, 1)?);
    let element_type = editor.element_type(node, &like)?;
    let Some(number) = tensor::data_type(element_type) else {
        return Err(editor.error(node, "the type that is cast to"));
    };
    let output = editor.output(node, 0)?;
    let mut cast = Node::new("Cast", [x.as_str()], &output)
        .with("to", Attribute::Int(i32::from(number).into()));
    cast.name.clone_from(&node.name);
    editor.push(cast);
    Ok(())
}

/// x tanh(ln(1 + exp x)).
fn mish(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let softplus = editor.compute(&y, "Softplus", &[&x]);
    let gate = editor.compute(&y, "Tanh", &[&softplus]);
    finish(editor, node, "Mul", &[&x, &gate])
}

/// x / (1 + exp(−α x)).
fn swish(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let alpha = f64::from(node.float("alpha", 1.0)?);
    let mut scaled = x.clone();
    if alpha != 1.0 {
        let alpha = editor.add_number(node, &format!("{y}.alpha"), &x, alpha)?;
        scaled = editor.compute(&y, "Mul", &[&x, &alpha]);
    }
    let gate = editor.compute(&y, "Sigmoid", &[&scaled]);
    finish(editor, node, "Mul", &[&x, &gate])
}

/// x/2 (1 + erf(x/√2)), or with tanh(√(2/π) (x + 0.044715 x³)) in the place of the error function.
fn gelu(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let number = |editor: &mut Editor<'_>, what: &str, value: f64| {
        editor.add_number(node, &format!("{y}.{what}"), &x, value)
    };
    let half = number(editor, "half", 0.5)?;
    let one = number(editor, "one", 1.0)?;
    let inner = if node.string("approximate", "none")? == "tanh" {
        let factor = number(editor, "cubic", 0.044_715)?;
        let root = number(editor, "root", std::f64::consts::FRAC_2_PI.sqrt())?;
        let square = editor.compute(&y, "Mul", &[&x, &x]);
        let cube = editor.compute(&y, "Mul", &[&square, &x]);
        let cubic = editor.compute(&y, "Mul", &[&cube, &factor]);
        let sum = editor.compute(&y, "Add", &[&x, &cubic]);
        let scaled = editor.compute(&y, "Mul", &[&sum, &root]);
        editor.compute(&y, "Tanh", &[&scaled])
    } else {
        let root = number(editor, "root", std::f64::consts::FRAC_1_SQRT_2)?;
        let scaled = editor.compute(&y, "Mul", &[&x, &root]);
        editor.compute(&y, "Erf", &[&scaled])
    };
    let gate = editor.compute(&y, "Add", &[&inner, &one]);
    let half_x = editor.compute(&y, "Mul", &[&x, &half]);
    finish(editor, node, "Mul", &[&half_x, &gate])
}

/// A value in `f32`, in which normalizations are computed where their `stash_type` is 1, and whether that is
/// another type.
fn stash(
    editor: &mut Editor<'_>,
    node: &Node,
    x: &str,
) -> Result<(String, ElementType), OnnxError> {
    let element_type = editor.element_type(node, x)?;
    if node.int("stash_type", 1)? != FLOAT {
        return Err(editor.error(node, "statistics of another type than f32"));
    }
    match element_type {
        ElementType::F32 => Ok((x.to_owned(), element_type)),
        // Of `f64` ONNX would round the statistics to `f32`; nobody relies on that.
        ElementType::F64 => Ok((x.to_owned(), element_type)),
        _ => {
            let to = [("to", Attribute::Int(FLOAT))];
            let name = editor.compute_with(x, "Cast", &[x], to);
            Ok((name, element_type))
        }
    }
}

/// ONNX's number of the type `f32`.
const FLOAT: i64 = 1;

/// Brings a value that [`stash`] took to `f32` back.
fn unstash(editor: &mut Editor<'_>, x: String, element_type: ElementType) -> String {
    match (element_type, tensor::data_type(element_type)) {
        (ElementType::F32 | ElementType::F64, _) | (_, None) => x,
        (_, Some(number)) => {
            let to = [("to", Attribute::Int(i32::from(number).into()))];
            editor.compute_with(&x, "Cast", &[&x], to)
        }
    }
}

/// A number of the type in which [`stash`] computes.
fn stash_number(
    editor: &mut Editor<'_>,
    hint: &str,
    value: f64,
    element_type: ElementType,
) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "epsilon is an f32")]
    match element_type {
        ElementType::F64 => editor.add(hint, arr0(value).into_dyn()),
        _ => editor.add(hint, arr0(value as f32).into_dyn()),
    }
}

/// The axes from `axis` on.
fn axes_from(editor: &Editor<'_>, node: &Node, x: &str) -> Result<Vec<i64>, OnnxError> {
    let axis = node.int("axis", -1)?;
    if axis < 0 {
        return Ok((axis..0).collect());
    }
    Ok((axis..editor.rank(node, x)?).collect())
}

/// The mean over axes, for versions before 18, in which the axes are an attribute.
fn mean(editor: &mut Editor<'_>, like: &str, x: &str, axes: &[i64]) -> String {
    let axes = [("axes", Attribute::Ints(axes.to_vec()))];
    editor.compute_with(like, "ReduceMean", &[x], axes)
}

/// 1 / √(x + ε).
fn inverse_root(editor: &mut Editor<'_>, y: &str, x: &str, epsilon: &str) -> String {
    let sum = editor.compute(y, "Add", &[x, epsilon]);
    let root = editor.compute(y, "Sqrt", &[&sum]);
    editor.compute(y, "Reciprocal", &[&root])
}

fn layer_norm(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let scale = editor.input(node, 1)?;
    let axes = axes_from(editor, node, &x)?;
    let (wide, element_type) = stash(editor, node, &x)?;
    let epsilon = f64::from(node.float("epsilon", 1e-5)?);
    let epsilon = stash_number(editor, &format!("{y}.epsilon"), epsilon, element_type);
    let centre = mean(editor, &y, &wide, &axes);
    let shifted = editor.compute(&y, "Sub", &[&wide, &centre]);
    let squares = editor.compute(&y, "Mul", &[&shifted, &shifted]);
    let variance = mean(editor, &y, &squares, &axes);
    let inverse = inverse_root(editor, &y, &variance, &epsilon);
    for (index, value) in [(1, &centre), (2, &inverse)] {
        if let Some(name) = node.output(index) {
            let name = name.to_owned();
            editor.push(Node::new("Identity", [value.as_str()], &name));
        }
    }
    let normal = editor.compute(&y, "Mul", &[&shifted, &inverse]);
    let normal = unstash(editor, normal, element_type);
    match node.input(2) {
        None => finish(editor, node, "Mul", &[&normal, &scale]),
        Some(bias) => {
            let scaled = editor.compute(&y, "Mul", &[&normal, &scale]);
            finish(editor, node, "Add", &[&scaled, bias])
        }
    }
}

fn rms_norm(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let scale = editor.input(node, 1)?;
    let axes = axes_from(editor, node, &x)?;
    let (wide, element_type) = stash(editor, node, &x)?;
    let epsilon = f64::from(node.float("epsilon", 1e-5)?);
    let epsilon = stash_number(editor, &format!("{y}.epsilon"), epsilon, element_type);
    let squares = editor.compute(&y, "Mul", &[&wide, &wide]);
    let axes = editor.add_ints(&format!("{y}.axes"), &axes);
    let square = editor.compute(&y, "ReduceMean", &[&squares, &axes]);
    let inverse = inverse_root(editor, &y, &square, &epsilon);
    let normal = editor.compute(&y, "Mul", &[&wide, &inverse]);
    let normal = unstash(editor, normal, element_type);
    finish(editor, node, "Mul", &[&normal, &scale])
}

/// Each group as one channel of an `InstanceNormalization`, then scales and biases per channel.
fn group_norm(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let (scale, bias) = (editor.input(node, 1)?, editor.input(node, 2)?);
    let groups = node.int("num_groups", 0)?;
    let n_groups = usize::try_from(groups).unwrap_or(0);
    let rank = editor.rank(node, &x)?;
    let (wide, element_type) = stash(editor, node, &x)?;
    let epsilon = node.float("epsilon", 1e-5)?;
    let (ones, zeros) = match element_type {
        ElementType::F64 => (
            editor.add(
                &format!("{y}.ones"),
                ndarray::Array1::<f64>::ones(n_groups).into_dyn(),
            ),
            editor.add(
                &format!("{y}.zeros"),
                ndarray::Array1::<f64>::zeros(n_groups).into_dyn(),
            ),
        ),
        _ => (
            editor.add(
                &format!("{y}.ones"),
                ndarray::Array1::<f32>::ones(n_groups).into_dyn(),
            ),
            editor.add(
                &format!("{y}.zeros"),
                ndarray::Array1::<f32>::zeros(n_groups).into_dyn(),
            ),
        ),
    };
    let grouped_shape = editor.add_ints(&format!("{y}.groups"), &[0, groups, -1]);
    let grouped = editor.compute(&y, "Reshape", &[&wide, &grouped_shape]);
    let epsilon = [("epsilon", Attribute::Float(epsilon))];
    let inputs = [&*grouped, &*ones, &*zeros];
    let normal = editor.compute_with(&y, "InstanceNormalization", &inputs, epsilon);
    let shape = editor.compute(&y, "Shape", &[&x]);
    let normal = editor.compute(&y, "Reshape", &[&normal, &shape]);
    let normal = unstash(editor, normal, element_type);
    // One number per channel, with axes behind it for the spatial ones.
    let mut channel_shape = vec![-1];
    channel_shape.extend((2..rank).map(|_| 1));
    let channel_shape = editor.add_ints(&format!("{y}.channels"), &channel_shape);
    let scale = editor.compute(&y, "Reshape", &[&scale, &channel_shape]);
    let bias = editor.compute(&y, "Reshape", &[&bias, &channel_shape]);
    let scaled = editor.compute(&y, "Mul", &[&normal, &scale]);
    finish(editor, node, "Add", &[&scaled, &bias])
}

/// As version 18 has it, with scales and biases per group: those of an `InstanceNormalization` of the groups.
fn group_norm_per_group(editor: &mut Editor<'_>, node: &Node) -> Result<(), OnnxError> {
    let (x, y) = (editor.input(node, 0)?, editor.output(node, 0)?);
    let (scale, bias) = (editor.input(node, 1)?, editor.input(node, 2)?);
    let groups = node.int("num_groups", 0)?;
    let grouped_shape = editor.add_ints(&format!("{y}.groups"), &[0, groups, -1]);
    let grouped = editor.compute(&y, "Reshape", &[&x, &grouped_shape]);
    let epsilon = [("epsilon", Attribute::Float(node.float("epsilon", 1e-5)?))];
    let inputs = [&*grouped, &*scale, &*bias];
    let normal = editor.compute_with(&y, "InstanceNormalization", &inputs, epsilon);
    let shape = editor.compute(&y, "Shape", &[&x]);
    finish(editor, node, "Reshape", &[&normal, &shape])
}
