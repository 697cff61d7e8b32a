use std::fmt;

use emo_tensor::{ElementType, Tensor};
use ndarray::{Array1, IxDyn};

use crate::{Attribute, GraphView, Node, OnnxError, Pass, Patch, graph::present};

/// Computes what depends on constants alone: a node with its version of ONNX's own operators and its inputs, absent
/// ones as `None`, gives all its outputs, or `None` where it is not understood.
pub type Evaluator<'e> = dyn Fn(&Node, i64, &[Option<&Tensor>]) -> Option<Vec<Tensor>> + 'e;

/// Replaces nodes whose outputs are known beforehand by constants.
///
/// On its own the pass knows `Constant`, and whatever the inference of shapes finds out about the integers that
/// shapes are computed with: `Shape`, `Size`, and what is gathered, cut and computed from them. This crate does not
/// execute operators; give the pass an evaluator ([`with_evaluator`](Self::with_evaluator)) to fold the others.
///
/// `DequantizeLinear` and `QuantizeLinear` of constants stay, since a quantized model is quantized by them, and so
/// do operators that give something else each time.
#[derive(Default)]
pub struct FoldConstants<'e> {
    evaluator: Option<&'e Evaluator<'e>>,
    max_len: Option<usize>,
}

/// The most elements that a constant may have where its inputs have fewer: 64 KiB of `f32`.
const MAX_LEN: usize = 1 << 14;

impl<'e> FoldConstants<'e> {
    pub(super) const NEW: Self = Self {
        evaluator: None,
        max_len: None,
    };

    /// Folds constants and shapes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds what `evaluator` computes as well.
    #[must_use]
    pub fn with_evaluator(mut self, evaluator: &'e Evaluator<'e>) -> Self {
        self.evaluator = Some(evaluator);
        self
    }

    /// Keeps nodes that would become constants of more elements than this (16,384 otherwise) and more than they
    /// read, so that the file does not grow by what is quickly computed.
    #[must_use]
    pub fn with_max_len(mut self, max_len: usize) -> Self {
        self.max_len = Some(max_len);
        self
    }

    fn fold(&self, view: &GraphView<'_>, node: &Node) -> Option<Vec<Tensor>> {
        if node.is("Constant") {
            return Some(vec![constant(node)?]);
        }
        if let [output] = node.outputs.as_slice()
            && let Some(known) = known(view, output)
        {
            return Some(vec![known]);
        }
        let evaluator = self.evaluator?;
        let is_own = matches!(node.domain.as_str(), "" | "ai.onnx");
        if !is_own || KEPT.contains(&&*node.op_type) || node.subgraphs().next().is_some() {
            return None;
        }
        let mut inputs = Vec::with_capacity(node.inputs.len());
        for name in &node.inputs {
            inputs.push(match name.as_str() {
                "" => None,
                name => Some(view.constant(name)?),
            });
        }
        let read: usize = inputs.iter().flatten().map(|tensor| tensor.len()).sum();
        let limit = read.max(self.max_len.unwrap_or(MAX_LEN));
        // Where the shape is known nothing is computed in vain, nor memory taken for what is too long.
        for output in present(&node.outputs) {
            let shape = view.fixed_shape(output)?;
            let len = shape
                .iter()
                .try_fold(1_usize, |len, &n| len.checked_mul(n))?;
            if len > limit {
                return None;
            }
        }
        let outputs = evaluator(node, view.opset(), &inputs)?;
        let fits = outputs.len() >= node.outputs.len()
            && outputs.iter().all(|tensor| tensor.len() <= limit);
        fits.then_some(outputs)
    }
}

impl fmt::Debug for FoldConstants<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoldConstants")
            .field("evaluator", &self.evaluator.map(|_| ".."))
            .field("max_len", &self.max_len)
            .finish()
    }
}

/// Operators that give something else each time, and those that hold a quantized model's weights.
const KEPT: &[&str] = &[
    "Bernoulli",
    "DequantizeLinear",
    "Dropout",
    "DynamicQuantizeLinear",
    "Multinomial",
    "QuantizeLinear",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
];

impl Pass for FoldConstants<'_> {
    fn name(&self) -> &'static str {
        "fold constants"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes() {
            // An output of the graph is written by a node.
            if present(&node.outputs).any(|name| view.is_output(name)) {
                continue;
            }
            let Some(values) = self.fold(view, node) else {
                continue;
            };
            let mut patch = Patch::new(format!("{} is constant", node.label())).remove(index);
            for (name, value) in node.outputs.iter().zip(values) {
                if !name.is_empty() {
                    patch = patch.add_constant(name, value);
                }
            }
            patches.push(patch);
        }
        Ok(patches)
    }
}

/// The value of a `Constant`.
pub(crate) fn constant(node: &Node) -> Option<Tensor> {
    let mut attributes = node.attributes.values();
    let (Some(value), None) = (attributes.next(), attributes.next()) else {
        return None;
    };
    Some(match value {
        Attribute::Tensor(tensor) => tensor.clone(),
        Attribute::Float(value) => ndarray::arr0(*value).into_dyn().into(),
        Attribute::Int(value) => ndarray::arr0(*value).into_dyn().into(),
        Attribute::Floats(values) => Array1::from(values.clone()).into_dyn().into(),
        Attribute::Ints(values) => Array1::from(values.clone()).into_dyn().into(),
        _ => return None,
    })
}

/// The elements of a value of integers, if the inference knows them.
fn known(view: &GraphView<'_>, name: &str) -> Option<Tensor> {
    let values = view.inference().integers(name)?;
    let shape = view.fixed_shape(name)?;
    let array = ndarray::ArrayD::from_shape_vec(IxDyn(&shape), values).ok()?;
    Some(match view.element_type(name)? {
        ElementType::I64 => array.into(),
        ElementType::I32 => {
            let narrow: Option<Vec<i32>> = array.iter().map(|&x| i32::try_from(x).ok()).collect();
            ndarray::ArrayD::from_shape_vec(IxDyn(&shape), narrow?)
                .ok()?
                .into()
        }
        ElementType::Bool => array.mapv(|value| value != 0).into(),
        _ => return None,
    })
}
