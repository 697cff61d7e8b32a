//! Looking inside a model: intermediate values as outputs.

use std::collections::BTreeSet;

use crate::{GraphView, Model, OnnxError, ValueInfo, passes::RemoveUnused};

impl Model {
    /// The same model with the values `names` as its outputs, in this order and in place of those that it has.
    ///
    /// Nodes that none of them depends on are left out. The values may be any of the graph's: intermediate ones,
    /// inputs and outputs. What the model computes for them is unchanged.
    ///
    /// *Cost*: a copy of the model.
    ///
    /// # Errors
    /// [`OnnxError::UnknownOutput`] for a name that the graph does not have or whose type is unknown, and
    /// [`OnnxError::Duplicate`] for one that is given twice; those of [`infer`](Self::infer).
    ///
    /// # Example
    /// ```
    /// use emo_onnx::GraphBuilder;
    /// use emo_tensor::ElementType;
    ///
    /// let mut graph = GraphBuilder::new("g");
    /// let x = graph.input("x", ElementType::F32, &[1, 3]);
    /// let inner = graph.node("inner", "Relu", &[&x], []);
    /// let y = graph.node("y", "Exp", &[&inner], []);
    /// graph.output_of(&y);
    /// let model = graph.build(17)?;
    /// let exposed = model.with_outputs(&["inner"])?;
    /// assert_eq!(exposed.graph().outputs()[0].name, "inner");
    /// assert_eq!(exposed.graph().nodes().len(), 1);
    /// # Ok::<(), emo_onnx::OnnxError>(())
    /// ```
    pub fn with_outputs(&self, names: &[&str]) -> Result<Self, OnnxError> {
        let inference = self.infer()?;
        let view = GraphView::new(self, &inference);
        let mut seen = BTreeSet::new();
        let mut outputs = Vec::with_capacity(names.len());
        for &name in names {
            if !seen.insert(name) {
                return Err(OnnxError::Duplicate {
                    place: "the graph".to_owned(),
                    what: "output",
                    name: name.to_owned(),
                });
            }
            let element_type = view.element_type(name);
            let Some(element_type) = element_type else {
                return Err(OnnxError::UnknownOutput {
                    output: name.to_owned(),
                });
            };
            outputs.push(ValueInfo::tensor_of(name, element_type, view.shape(name)));
        }
        let mut graph = self.graph().clone();
        graph.outputs = outputs;
        let mut model = self.with_graph(graph, self.opset())?;
        model.optimize(&[&RemoveUnused])?;
        Ok(model)
    }
}
