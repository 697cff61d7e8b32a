//! What is computed in front of the NPU.

use std::borrow::Cow;

use emo_onnx::{GraphView, Model, Node, OnnxError, Pass, Patch, passes::RemoveUnused};
use emo_quant::ndarray::ArrayD;
use emo_tensor::Tensor;
use serde_json::{Value as Json, json};

use super::KitError;

/// A standardizer that was taken out of a model: factors and offsets of each element, applied one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct HostSteps(Vec<(Step, ArrayD<f32>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Add,
    Sub,
    Mul,
    Div,
}

impl Step {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Add, "Add"),
        (Self::Sub, "Sub"),
        (Self::Mul, "Mul"),
        (Self::Div, "Div"),
    ];
}

impl HostSteps {
    /// Takes the sums, differences, products and quotients with constants that come first out of a model.
    pub(super) fn take_from(model: &mut Model) -> Result<Self, KitError> {
        let mut steps = Self::default();
        let Some(input) = model.graph().inputs().first().map(|info| info.name.clone()) else {
            return Ok(steps);
        };
        while let Some((step, values)) = next_step(model, &input)? {
            let pass = DropFirst {
                input: input.clone(),
                n_nodes: model.graph().nodes().len(),
            };
            model.optimize(&[&pass])?;
            steps.0.push((step, values));
        }
        model.optimize(&[&RemoveUnused])?;
        Ok(steps)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the NPU gets of an array.
    pub(super) fn apply<'a>(&self, array: &'a ArrayD<f32>) -> Cow<'a, ArrayD<f32>> {
        let mut array = Cow::Borrowed(array);
        for (step, values) in &self.0 {
            let result = match step {
                Step::Add => &*array + values,
                Step::Sub => &*array - values,
                Step::Mul => &*array * values,
                Step::Div => &*array / values,
            };
            array = Cow::Owned(result);
        }
        array
    }

    /// As an application reads them: operations with constants of a shape that fits the model's input.
    pub(super) fn to_json(&self) -> Json {
        let steps = self.0.iter().map(|(step, values)| {
            let name = Step::ALL.iter().find(|(known, _)| known == step);
            json!({
                "operation": name.map(|(_, name)| name.to_lowercase()),
                "shape": values.shape(),
                "values": values.iter().collect::<Vec<_>>(),
            })
        });
        steps.collect()
    }
}

/// The operation that is the only one to read the input, if it computes each element with a constant.
fn next_step(model: &Model, input: &str) -> Result<Option<(Step, ArrayD<f32>)>, KitError> {
    let inference = model.infer()?;
    let view = GraphView::new(model, &inference);
    Ok(first(&view, input).map(|(_, step, values)| (step, values.clone())))
}

fn first<'m>(view: &GraphView<'m>, input: &str) -> Option<(usize, Step, &'m ArrayD<f32>)> {
    let (index, node) = view.only_reader(input)?;
    let (step, _) = Step::ALL.into_iter().find(|(_, op)| node.is(op))?;
    let Tensor::F32(values) = view.constant_input(node, 1)? else {
        return None;
    };
    let keeps_shape = view.fixed_shape(input)? == view.fixed_shape(node.output(0)?)?;
    let is_taken = node.input(0) == Some(input) && keeps_shape && !view.is_output(node.output(0)?);
    is_taken.then_some((index, step, values))
}

/// Removes the first operation with a constant, once.
#[derive(Debug)]
struct DropFirst {
    input: String,
    n_nodes: usize,
}

impl Pass for DropFirst {
    fn name(&self) -> &'static str {
        "leave the first step to the host"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let nodes: Vec<(usize, &Node)> = view.nodes().collect();
        if nodes.len() < self.n_nodes {
            return Ok(Vec::new());
        }
        let Some((index, _, _)) = first(view, &self.input) else {
            return Ok(Vec::new());
        };
        let node = nodes.iter().find(|(place, _)| *place == index);
        let patches = node.and_then(|(_, node)| {
            let patch = Patch::new(format!("{} is left to the host", node.label()));
            Some(patch.remove(index).redirect(node.output(0)?, &*self.input))
        });
        Ok(patches.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use emo_onnx::GraphBuilder;
    use emo_quant::ndarray::{Array2, arr1, arr2};
    use emo_tensor::ElementType;

    use super::*;

    #[test]
    fn leading_steps_with_constants_are_taken_out() {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", ElementType::F32, &[1, 3]);
        let mean = graph.initializer("mean", arr1(&[1.0_f32, 2.0, 3.0]).into_dyn());
        let scale = graph.initializer("scale", arr2(&[[0.5_f32, 2.0, 4.0]]).into_dyn());
        let a = graph.node("a", "Sub", &[&x, &mean], []);
        let b = graph.node("b", "Mul", &[&a, &scale], []);
        let c = graph.dense("c", &b, Array2::eye(3), None);
        let d = graph.node("d", "Add", &[&c, &mean], []);
        graph.output_of(&d);
        let mut model = graph.build(13).unwrap();
        let steps = HostSteps::take_from(&mut model).unwrap();
        let ops: Vec<_> = model
            .graph()
            .nodes()
            .iter()
            .map(|node| &*node.op_type)
            .collect();
        assert_eq!(ops, ["Gemm", "Add"]);
        assert_eq!(model.graph().inputs()[0].name, "x");
        assert!(model.check().is_empty());
        let applied = steps
            .apply(&arr2(&[[2.0_f32, 2.0, 2.0]]).into_dyn())
            .into_owned();
        assert_eq!(applied, arr2(&[[0.5, 0.0, -4.0]]).into_dyn());
        assert_eq!(steps.to_json()[1]["operation"], "mul");
        assert_eq!(steps.to_json()[1]["values"][2], 4.0);
        // What is left has nothing in front of it.
        assert!(HostSteps::take_from(&mut model).unwrap().is_empty());
    }
}
