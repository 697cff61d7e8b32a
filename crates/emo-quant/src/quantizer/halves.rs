use emo_onnx::{Attribute, GraphView, Node, OnnxError, Pass, Patch};
use emo_tensor::{Tensor, half::f16};
use ndarray::ArrayD;

/// Constants of fewer elements are not worth another node.
const LEAST_LEN: usize = 256;

/// Keeps the larger operands of arithmetic in `f32` with 16 bits, such as the means and deviations of many features.
///
/// Each is then off by up to 2⁻¹¹ of itself, where the numbers behind it are rounded to 8 bits.
#[derive(Debug)]
pub(crate) struct HalveOperands;

impl Pass for HalveOperands {
    fn name(&self) -> &'static str {
        "halve operands"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes() {
            let is_arithmetic = ["Add", "Sub", "Mul", "Div"].iter().any(|op| node.is(op));
            let operand = node.inputs.iter().position(|input| {
                is_arithmetic
                    && view.only_reader(input).is_some()
                    && view.constant(input).and_then(halves).is_some()
            });
            let Some(operand) = operand else { continue };
            let name = &node.inputs[operand];
            let Some(stored) = view.constant(name).and_then(halves) else {
                continue;
            };
            let half = view.fresh_name(&format!("{name}:half"));
            let cast = Node::new("Cast", [half.as_str()], &format!("{half}:number"));
            let mut changed = node.clone();
            changed.inputs[operand].clone_from(&cast.outputs[0]);
            patches.push(
                Patch::new(format!("{} reads 16 bits", node.label()))
                    .replace(index, changed)
                    .insert(cast.with("to", Attribute::Int(1)))
                    .add_constant(half, stored)
                    .remove_constant(name),
            );
        }
        Ok(patches)
    }
}

/// The same numbers with 16 bits, if that loses no more than their last bits and is worth it.
fn halves(tensor: &Tensor) -> Option<ArrayD<f16>> {
    let numbers = tensor.as_array::<f32>()?;
    let is_near = |&x: &f32| {
        let error = f16::from_f32(x).to_f32() - x;
        error.abs() <= x.abs() / 2048.0
    };
    (numbers.len() >= LEAST_LEN && numbers.iter().all(is_near)).then(|| numbers.mapv(f16::from_f32))
}

#[cfg(test)]
mod tests {
    use emo_onnx::GraphBuilder;
    use emo_tensor::ElementType;
    use ndarray::Array2;

    use super::*;

    fn bytes_of_operands(mean: f32, len: usize) -> (usize, usize) {
        let mut graph = GraphBuilder::new("standardizer");
        let x = graph.input("x", ElementType::F32, &[1, len]);
        let means = graph.initializer("means", Array2::from_elem((1, len), mean).into_dyn());
        let y = graph.node("y", "Sub", &[&x, &means], []);
        graph.output_of(&y);
        let mut model = graph.build(17).unwrap();
        let before = model.graph().initializers().len();
        model.optimize(&[&HalveOperands]).unwrap();
        let tensors = model.graph().initializers();
        assert_eq!(tensors.len(), before);
        assert_eq!(model.infer().unwrap().fixed_shape("y"), Some(vec![1, len]));
        let bytes = tensors
            .values()
            .map(|t| t.element_type().size() * len)
            .sum();
        (bytes, model.graph().nodes().len())
    }

    #[test]
    fn large_operands_take_half_the_bytes() {
        assert_eq!(bytes_of_operands(-312.7, 512), (1024, 2));
    }

    #[test]
    fn few_numbers_and_those_that_16_bits_do_not_hold_stay() {
        assert_eq!(bytes_of_operands(1.0, 255), (1020, 1));
        assert_eq!(bytes_of_operands(1e6, 512), (2048, 1));
        assert_eq!(bytes_of_operands(1e-7, 512), (2048, 1));
        assert_eq!(bytes_of_operands(f32::NAN, 512), (2048, 1));
    }
}
