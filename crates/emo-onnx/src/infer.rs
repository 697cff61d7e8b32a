//! What follows for each value of a graph from the types of its inputs and the meaning of ONNX's own operators.

mod content;
mod control;
mod einsum;
mod elementwise;
mod generate;
mod image;
mod index;
mod matmul;
mod normalize;
mod op;
mod recurrent;
mod reduce;
mod reshape;
mod resize;
mod rules;
mod signal;
#[cfg(test)]
mod tests;
mod types;
mod value;
mod walk;
mod window;

use std::collections::BTreeMap;

use emo_tensor::ElementType;

use self::value::Known;
pub(crate) use self::walk::Walk;
use crate::{Dim, Model, OnnxError, ValueType};

impl Model {
    /// Infers type and shape of every value of the graph.
    ///
    /// Extents that the model leaves open keep their names where they come out unchanged; what is computed from
    /// them has none, except that a shape which is taken apart and put together again (`Shape`, `Gather`,
    /// `Concat`, `Reshape` and what stands between) is followed. What the graph declares of intermediate values
    /// and outputs is held against what is inferred, and fills in what is not. Values that operators of other
    /// domains compute are unknown unless they are declared, and so are those of operators of versions before 7.
    ///
    /// *Cost*: in proportion to the model; of constants no more than 1,024 elements are looked at, and names of
    /// extents that are longer than 256 bytes count as unknown.
    ///
    /// # Errors
    /// The first contradiction: [`OnnxError::Arity`], [`OnnxError::Absent`], [`OnnxError::Type`],
    /// [`OnnxError::Rank`], [`OnnxError::Axis`], [`OnnxError::Extents`], [`OnnxError::Setting`],
    /// [`OnnxError::Attribute`] for an attribute of another kind and [`OnnxError::Declared`]; and
    /// [`OnnxError::Limit`] for a model whose shapes would take 64 MiB. [`check`](Self::check) finds all
    /// contradictions.
    ///
    /// # Example
    /// ```
    /// use emo_onnx::{Attribute, Dim, GraphBuilder};
    /// use emo_tensor::{ElementType, Tensor};
    /// use ndarray::Array4;
    ///
    /// let mut graph = GraphBuilder::new("conv");
    /// let x = graph.input("x", ElementType::F32, &[1, 3, 32, 32]);
    /// let weight = graph.initializer("weight", Array4::<f32>::zeros((8, 3, 3, 3)).into_dyn());
    /// let y = graph.node("y", "Conv", &[&x, &weight], [("strides", Attribute::Ints(vec![2, 2]))]);
    /// let z = graph.node("z", "Relu", &[&y], []);
    /// graph.output(&z, ElementType::F32, &[1, 8, 15, 15]);
    /// let inference = graph.build(17)?.infer()?;
    /// assert_eq!(inference.fixed_shape("y"), Some(vec![1, 8, 15, 15]));
    /// # Ok::<(), emo_onnx::OnnxError>(())
    /// ```
    pub fn infer(&self) -> Result<Inference, OnnxError> {
        let mut walk = Walk::new(self);
        let known = walk.model()?;
        match walk.into_errors().into_iter().next() {
            Some(error) => Err(error),
            None => Ok(Inference { known }),
        }
    }
}

/// What [`Model::infer`] found out about the values of a graph.
///
/// Values inside of subgraphs are not among them.
#[derive(Debug, Clone)]
pub struct Inference {
    known: BTreeMap<String, Known>,
}

impl Inference {
    /// The type of a value; none for a name that the graph does not have or a value whose type is unknown.
    pub fn value(&self, name: &str) -> Option<&ValueType> {
        let value_type = &self.known.get(name)?.value_type;
        (*value_type != ValueType::Unknown).then_some(value_type)
    }

    /// The type of a value's elements, if it is a known tensor.
    pub fn element_type(&self, name: &str) -> Option<ElementType> {
        self.known.get(name)?.element_type()
    }

    /// The axes of a value, outermost first, if their number is known.
    pub fn shape(&self, name: &str) -> Option<&[Dim]> {
        self.known.get(name)?.shape()
    }

    /// The extents of a value, if all are fixed.
    pub fn fixed_shape(&self, name: &str) -> Option<Vec<usize>> {
        let fixed = |dim: &Dim| match dim {
            Dim::Fixed(extent) => Some(*extent),
            Dim::Symbol(_) | Dim::Unknown => None,
        };
        self.shape(name)?.iter().map(fixed).collect()
    }

    /// The elements of a value that computes with shapes, in row-major order, if all are known whatever goes in;
    /// truth values are 0 and 1.
    ///
    /// At most 1,024 elements are followed. Those of initializers are not among them.
    pub fn integers(&self, name: &str) -> Option<Vec<i64>> {
        self.known.get(name)?.content.as_ref()?.integers()
    }

    /// All values whose type is known, by name.
    pub fn values(&self) -> impl Iterator<Item = (&str, &ValueType)> {
        self.known
            .iter()
            .map(|(name, known)| (name.as_str(), &known.value_type))
            .filter(|(_, value_type)| **value_type != ValueType::Unknown)
    }
}
