use std::collections::BTreeSet;

use emo_tensor::Tensor;

use crate::{Dim, Graph, Model, OnnxError, ValueInfo};

impl Model {
    /// Turns the input `name` into a constant of the given value.
    ///
    /// So a model whose shapes depend on an input, such as the target of a `Reshape`, becomes one that a backend
    /// with fixed shapes can compile.
    ///
    /// # Errors
    /// [`OnnxError::NoInput`] if the graph has no such input, [`OnnxError::Bind`] if the tensor is not what the graph
    /// declares; the model is then as it was.
    pub fn bind_input(&mut self, name: &str, value: impl Into<Tensor>) -> Result<(), OnnxError> {
        let value = value.into();
        let mut graph = self.graph().clone();
        let position = graph.inputs.iter().position(|input| input.name == name);
        let Some(position) = position else {
            return Err(OnnxError::NoInput {
                input: name.to_owned(),
            });
        };
        let declared = graph.inputs.remove(position);
        if !admits(&declared, &value) {
            return Err(OnnxError::Bind {
                input: declared.name,
                declared: declared.value_type.to_string(),
                actual: format!("{}{:?}", value.element_type(), value.shape()),
            });
        }
        graph.initializers.insert(declared.name, value);
        *self = self.with_graph(graph, self.opset())?;
        Ok(())
    }

    /// Gives the constant `name` another value of the same type and shape.
    ///
    /// # Errors
    /// [`OnnxError::NoInput`] if the graph has no such constant, [`OnnxError::Bind`] if the tensor has another type or
    /// shape; the model is then as it was.
    pub fn set_initializer(
        &mut self,
        name: &str,
        value: impl Into<Tensor>,
    ) -> Result<(), OnnxError> {
        let value = value.into();
        let Some(constant) = self.graph.initializers.get_mut(name) else {
            return Err(OnnxError::NoInput {
                input: name.to_owned(),
            });
        };
        let describe = |tensor: &Tensor| format!("{}{:?}", tensor.element_type(), tensor.shape());
        if constant.element_type() != value.element_type() || constant.shape() != value.shape() {
            return Err(OnnxError::Bind {
                input: name.to_owned(),
                declared: describe(constant),
                actual: describe(&value),
            });
        }
        *constant = value;
        Ok(())
    }
}

impl Graph {
    /// The inputs that the value `name`, of this graph or of a subgraph in it, depends on.
    ///
    /// *Cost*: in proportion to the graph.
    pub fn inputs_behind(&self, name: &str) -> BTreeSet<String> {
        let mut wanted = BTreeSet::from([name]);
        for node in self.nodes().iter().rev() {
            let writes = node.outputs.iter().any(|output| wanted.contains(&**output));
            if writes || node.subgraphs().any(|graph| graph.holds(name)) {
                wanted.extend(node.inputs.iter().map(String::as_str));
                wanted.extend(node.captures());
            }
        }
        let inputs = self.inputs().iter().map(|input| &input.name);
        inputs
            .filter(|name| wanted.contains(&***name))
            .cloned()
            .collect()
    }

    /// Whether a node of the graph, or of a subgraph in it, writes the value `name`.
    fn holds(&self, name: &str) -> bool {
        self.nodes().iter().any(|node| {
            node.outputs.iter().any(|output| output == name)
                || node.subgraphs().any(|graph| graph.holds(name))
        })
    }
}

/// Whether `value` is what the graph declares.
fn admits(declared: &ValueInfo, value: &Tensor) -> bool {
    let Some((element_type, dims)) = declared.tensor() else {
        return false;
    };
    element_type == value.element_type()
        && dims.is_none_or(|dims| {
            dims.len() == value.shape().len()
                && dims
                    .iter()
                    .zip(value.shape())
                    .all(|(dim, extent)| match dim {
                        Dim::Fixed(declared) => declared == extent,
                        Dim::Symbol(_) | Dim::Unknown => true,
                    })
        })
}
