use emo_tensor::Tensor;
use ndarray::IxDyn;

use crate::{Attribute, GraphView, Node, OnnxError, Pass, Patch, graph::present};

/// Removes transpositions that cancel, joins those that follow each other, and moves them behind operators that
/// work element by element where that brings them together.
///
/// A transposition is moved only towards another one, or where several that are alike become one; a layout that
/// the model needs stays. Constants on the way are transposed in turn.
#[derive(Debug, Clone, Copy, Default)]
pub struct CleanTransposes;

/// Operators of one value that work element by element, whatever the axes mean; further inputs are scalars.
const UNARY: &[&str] = &[
    "Abs",
    "Cast",
    "Ceil",
    "Celu",
    "Clip",
    "Cos",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "Not",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Sigmoid",
    "Sign",
    "Sin",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
];

/// Operators that work element by element on values that are broadcast against each other.
const BROADCAST: &[&str] = &[
    "Add",
    "And",
    "Div",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Max",
    "Mean",
    "Min",
    "Mul",
    "Or",
    "PRelu",
    "Pow",
    "Sub",
    "Sum",
    "Where",
    "Xor",
];

impl Pass for CleanTransposes {
    fn name(&self) -> &'static str {
        "clean transposes"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes() {
            if let Some(perm) = permutation(view, node) {
                patches.extend(join(view, index, node, &perm));
            } else {
                patches.extend(sink(view, index, node));
            }
        }
        Ok(patches)
    }
}

/// The axes of the input in the order of the output's, if the node is a transposition.
pub(super) fn permutation(view: &GraphView<'_>, node: &Node) -> Option<Vec<usize>> {
    if !node.is("Transpose") {
        return None;
    }
    let perm: Vec<usize> = match node.ints("perm").ok()? {
        Some(perm) => perm
            .iter()
            .map(|&axis| usize::try_from(axis).ok())
            .collect::<Option<_>>()?,
        None => (0..view.rank(node.input(0)?)?).rev().collect(),
    };
    let mut sorted = perm.clone();
    sorted.sort_unstable();
    sorted.iter().copied().eq(0..perm.len()).then_some(perm)
}

pub(super) fn inverse(perm: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; perm.len()];
    for (index, &axis) in perm.iter().enumerate() {
        if let Some(place) = inverse.get_mut(axis) {
            *place = index;
        }
    }
    inverse
}

pub(super) fn attribute(perm: &[usize]) -> Attribute {
    let axis = |&axis: &usize| i64::try_from(axis).unwrap_or(i64::MAX);
    Attribute::Ints(perm.iter().map(axis).collect())
}

fn is_identity(perm: &[usize]) -> bool {
    perm.iter().copied().eq(0..perm.len())
}

/// Joins a transposition with one that it reads.
fn join(view: &GraphView<'_>, index: usize, node: &Node, perm: &[usize]) -> Option<Patch> {
    let (_, first) = view.producer(node.input(0)?)?;
    let first_perm = permutation(view, first)?;
    let (x, output) = (first.input(0)?, node.output(0)?);
    let joined: Vec<usize> = perm
        .iter()
        .map(|&axis| first_perm.get(axis).copied())
        .collect::<Option<_>>()?;
    if is_identity(&joined) && view.can_redirect(output, x) {
        let reason = format!("{} undoes {}", node.label(), first.label());
        return Some(Patch::new(reason).remove(index).redirect(output, x));
    }
    let mut transpose = node.clone().with("perm", attribute(&joined));
    if let Some(input) = transpose.inputs.first_mut() {
        x.clone_into(input);
    }
    let reason = format!("{} and {} are one", first.label(), node.label());
    Some(Patch::new(reason).replace(index, transpose))
}

/// Moves the transpositions before an operator behind it.
fn sink(view: &GraphView<'_>, index: usize, node: &Node) -> Option<Patch> {
    let output = node.only_output()?;
    let is = |op_types: &[&str]| op_types.iter().any(|op_type| node.is(op_type));
    let (is_unary, is_broadcast, is_concat) = (is(UNARY), is(BROADCAST), node.is("Concat"));
    if !is_unary && !is_broadcast && !is_concat {
        return None;
    }
    let mut patch = Patch::new(String::new());
    let mut moved: Option<(Vec<usize>, String)> = None;
    let mut n_moved = 0;
    let mut operator = node.clone();
    for (place, name) in node.inputs.iter().enumerate() {
        let new = if is_unary && place > 0 {
            name.clone()
        } else if let Some((producer_index, producer)) = view.producer(name)
            && let Some(perm) = permutation(view, producer)
        {
            if moved.as_ref().is_some_and(|(other, _)| *other != perm) {
                return None;
            }
            // One that others read as well would stay.
            view.only_reader(name)?;
            patch = patch.remove(producer_index);
            n_moved += 1;
            moved = Some((perm, producer.label()));
            producer.input(0)?.to_owned()
        } else {
            name.clone()
        };
        if let Some(input) = operator.inputs.get_mut(place) {
            *input = new;
        }
    }
    let (perm, label) = moved?;
    if view.rank(output)? != perm.len() {
        return None;
    }
    let back = inverse(&perm);
    if is_broadcast {
        for (place, name) in node.inputs.iter().enumerate() {
            if operator.inputs.get(place) != Some(name) || name.is_empty() {
                continue;
            }
            // Not a transposition: only a constant can be brought into the other order.
            let constant = view.constant(name)?;
            if constant.len() == 1 {
                continue;
            }
            let turned = turn(constant, &back)?;
            let turned_name = view.fresh_name(&format!("{name}.transposed_{output}"));
            patch = patch.add_constant(turned_name.clone(), turned);
            if let Some(input) = operator.inputs.get_mut(place) {
                *input = turned_name;
            }
        }
    } else if is_concat {
        if n_moved != node.inputs.len() {
            return None;
        }
        let rank = i64::try_from(perm.len()).ok()?;
        let axis = node.int("axis", 0).ok()?;
        let axis = usize::try_from(if axis < 0 { axis + rank } else { axis }).ok()?;
        let axis = i64::try_from(*perm.get(axis)?).ok()?;
        operator = operator.with("axis", Attribute::Int(axis));
    }
    if n_moved < 2 && !leads_to_transpose(view, output, &perm) {
        return None;
    }
    let before = view.fresh_name(&format!("{output}.before_transpose"));
    operator.outputs = vec![before.clone()];
    let transpose =
        Node::new("Transpose", [before.as_str()], output).with("perm", attribute(&perm));
    let patch = patch.replace(index, operator).insert(transpose);
    Some(patch.because(format!("{label} moves behind {}", node.label())))
}

/// Whether what reads a value is, behind operators that a transposition can be moved behind, another transposition
/// that this one would meet.
fn leads_to_transpose(view: &GraphView<'_>, name: &str, perm: &[usize]) -> bool {
    let mut name = name;
    // A graph has no cycles, so this ends.
    while let Some((_, reader)) = view.only_reader(name) {
        if reader.is("Transpose") {
            return true;
        }
        let Some(output) = reader.only_output() else {
            return false;
        };
        let is_unary = UNARY.iter().any(|op_type| reader.is(op_type));
        let is_broadcast = BROADCAST.iter().any(|op_type| reader.is(op_type));
        let first_only = reader.input(0) == Some(name);
        let others_fit = present(&reader.inputs)
            .filter(|other| *other != name)
            .all(|other| {
                view.constant(other).is_some_and(|constant| {
                    constant.len() == 1 || constant.shape().len() == perm.len()
                })
            });
        if !(is_unary && first_only || is_broadcast && others_fit) {
            return false;
        }
        name = output;
    }
    false
}

/// A constant with its axes in another order, axes of extent 1 put before it first.
fn turn(constant: &Tensor, perm: &[usize]) -> Option<Tensor> {
    macro_rules! turn {
        ($($variant:ident),+) => {
            match constant {
                $(Tensor::$variant(array) => {
                    let missing = perm.len().checked_sub(array.ndim())?;
                    let mut shape = vec![1; missing];
                    shape.extend_from_slice(array.shape());
                    let array = array.to_shape(IxDyn(&shape)).ok()?;
                    array.permuted_axes(IxDyn(perm)).as_standard_layout().into_owned().into()
                })+
                _ => return None,
            }
        };
    }
    Some(turn!(
        F32, F64, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64, Bool
    ))
}
