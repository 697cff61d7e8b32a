use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use emo_tensor::{ElementType, Tensor, half};
use ndarray::{Array1, arr0};

use crate::{
    Attribute, Dim, Node, OnnxError, ValueType,
    optimize::{fixed, fresh_name},
};

/// What is known around the nodes that are converted.
pub(super) struct Scope<'a> {
    pub(super) types: &'a dyn Fn(&str) -> Option<ValueType>,
    /// The elements of values that are computed from constants and extents alone.
    pub(super) integers: &'a dyn Fn(&str) -> Option<Vec<i64>>,
    pub(super) initializers: &'a BTreeMap<String, Tensor>,
    /// The values of `Constant` nodes.
    pub(super) constants: &'a BTreeMap<String, Tensor>,
    pub(super) outer: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn constant(&self, name: &str) -> Option<&Tensor> {
        let own = self.initializers.get(name);
        own.or_else(|| self.constants.get(name))
            .or_else(|| self.outer?.constant(name))
    }

    fn value_type(&self, name: &str) -> Option<ValueType> {
        let own = (self.types)(name);
        own.or_else(|| self.outer?.value_type(name)).or_else(|| {
            let tensor = self.constant(name)?;
            Some(ValueType::Tensor {
                element_type: tensor.element_type(),
                shape: Some(tensor.shape().iter().map(|&n| Dim::Fixed(n)).collect()),
            })
        })
    }
}

/// The nodes of a graph as they are converted one after another.
pub(super) struct Editor<'a> {
    scope: &'a Scope<'a>,
    /// The version that is converted to.
    opset: i64,
    names: &'a RefCell<BTreeSet<String>>,
    nodes: Vec<Node>,
    added: BTreeMap<String, Tensor>,
}

impl<'a> Editor<'a> {
    pub(super) fn new(
        scope: &'a Scope<'a>,
        opset: i64,
        names: &'a RefCell<BTreeSet<String>>,
    ) -> Self {
        Self {
            scope,
            opset,
            names,
            nodes: Vec::new(),
            added: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> (Vec<Node>, BTreeMap<String, Tensor>) {
        (self.nodes, self.added)
    }

    pub(super) fn push(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// Adds a node of one output, whose name is new, and returns that.
    pub(super) fn compute(&mut self, like: &str, op_type: &str, inputs: &[&str]) -> String {
        self.compute_with(like, op_type, inputs, [])
    }

    pub(super) fn compute_with<const N: usize>(
        &mut self,
        like: &str,
        op_type: &str,
        inputs: &[&str],
        attributes: [(&str, Attribute); N],
    ) -> String {
        let name = self.fresh(&format!("{like}.{}", op_type.to_ascii_lowercase()));
        let mut node = Node::new(op_type, inputs.iter().copied(), &name);
        for (key, value) in attributes {
            node = node.with(key, value);
        }
        self.push(node);
        name
    }

    /// A name that nothing has yet.
    pub(super) fn fresh(&mut self, hint: &str) -> String {
        let mut names = self.names.borrow_mut();
        let name = fresh_name(&names, hint);
        names.insert(name.clone());
        name
    }

    pub(super) fn constant(&self, name: &str) -> Option<&Tensor> {
        self.added.get(name).or_else(|| self.scope.constant(name))
    }

    /// The integers of a constant, or of a value that is as good as one.
    pub(super) fn integers(&self, name: &str) -> Option<Vec<i64>> {
        let Some(constant) = self.constant(name) else {
            return (self.scope.integers)(name);
        };
        Some(match constant {
            Tensor::I64(array) => array.iter().copied().collect(),
            Tensor::I32(array) => array.iter().map(|&value| value.into()).collect(),
            _ => return None,
        })
    }

    /// The floating-point numbers of a constant.
    pub(super) fn floats(&self, name: &str) -> Option<Vec<f64>> {
        Some(match self.constant(name)? {
            Tensor::F32(array) => array.iter().map(|&value| value.into()).collect(),
            Tensor::F64(array) => array.iter().copied().collect(),
            Tensor::F16(array) => array.iter().map(|&value| value.into()).collect(),
            Tensor::BF16(array) => array.iter().map(|&value| value.into()).collect(),
            _ => return None,
        })
    }

    /// The one floating-point number of a constant.
    pub(super) fn float(&self, name: &str) -> Option<f64> {
        match self.floats(name)?.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }

    /// Adds a constant and returns its name.
    pub(super) fn add(&mut self, hint: &str, value: impl Into<Tensor>) -> String {
        let name = self.fresh(hint);
        self.added.insert(name.clone(), value.into());
        name
    }

    /// Adds a constant under a name that a node had.
    pub(super) fn add_as(&mut self, name: &str, value: Tensor) {
        self.added.insert(name.to_owned(), value);
    }

    /// Adds a list of integers.
    pub(super) fn add_ints(&mut self, hint: &str, values: &[i64]) -> String {
        self.add(hint, Array1::from(values.to_vec()).into_dyn())
    }

    /// Adds a number of the type that the elements of `like` have.
    pub(super) fn add_number(
        &mut self,
        node: &Node,
        hint: &str,
        like: &str,
        value: f64,
    ) -> Result<String, OnnxError> {
        let element_type = self.element_type(node, like)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding to the element type is what is asked for"
        )]
        let tensor: Tensor = match element_type {
            ElementType::F32 => arr0(value as f32).into_dyn().into(),
            ElementType::F64 => arr0(value).into_dyn().into(),
            ElementType::F16 => arr0(half::f16::from_f64(value)).into_dyn().into(),
            ElementType::BF16 => arr0(half::bf16::from_f64(value)).into_dyn().into(),
            _ => return Err(self.error(node, "its elements are no floating-point numbers")),
        };
        Ok(self.add(hint, tensor))
    }

    /// The type of a value's elements.
    pub(super) fn element_type(&self, node: &Node, name: &str) -> Result<ElementType, OnnxError> {
        let value_type = self.scope.value_type(name);
        match value_type.as_ref().and_then(ValueType::tensor) {
            Some((element_type, _)) => Ok(element_type),
            None => Err(self.error(node, "the type of its input is unknown")),
        }
    }

    pub(super) fn shape(&self, name: &str) -> Option<Vec<Dim>> {
        if let Some(tensor) = self.added.get(name) {
            return Some(tensor.shape().iter().map(|&n| Dim::Fixed(n)).collect());
        }
        let value_type = self.scope.value_type(name)?;
        value_type.tensor()?.1.map(<[Dim]>::to_vec)
    }

    pub(super) fn fixed_shape(&self, name: &str) -> Option<Vec<usize>> {
        fixed(&self.shape(name)?)
    }

    /// How many axes a value has.
    pub(super) fn rank(&self, node: &Node, name: &str) -> Result<i64, OnnxError> {
        let rank = self.shape(name).map(|shape| shape.len());
        rank.and_then(|rank| i64::try_from(rank).ok())
            .ok_or_else(|| self.error(node, "the number of axes of its input is unknown"))
    }

    /// An axis counted from the begin.
    pub(super) fn axis(&self, node: &Node, name: &str, axis: i64) -> Result<i64, OnnxError> {
        match axis < 0 {
            true => Ok(axis + self.rank(node, name)?),
            false => Ok(axis),
        }
    }

    pub(super) fn error(&self, node: &Node, reason: &'static str) -> OnnxError {
        OnnxError::Conversion {
            node: node.label(),
            opset: self.opset,
            reason,
        }
    }

    /// The name of an input that must be there.
    pub(super) fn input(&self, node: &Node, index: usize) -> Result<String, OnnxError> {
        let name = node.input(index).map(str::to_owned);
        name.ok_or_else(|| self.error(node, "an input is missing"))
    }

    /// The name of an output that must be there.
    pub(super) fn output(&self, node: &Node, index: usize) -> Result<String, OnnxError> {
        let name = node.output(index).map(str::to_owned);
        name.ok_or_else(|| self.error(node, "an output is missing"))
    }
}

/// Sets an input, with absent ones before it where there were fewer.
pub(super) fn set_input(node: &mut Node, index: usize, name: String) {
    while node.inputs.len() <= index {
        node.inputs.push(String::new());
    }
    if let Some(input) = node.inputs.get_mut(index) {
        *input = name;
    }
}

/// Cuts off absent inputs at the end.
pub(super) fn trim(node: &mut Node) {
    while node.inputs.last().is_some_and(String::is_empty) {
        node.inputs.pop();
    }
}
