use emo_onnx::{Attribute, GraphView, Model, Node, OnnxError, Pass, Patch, default_passes};
use emo_tensor::Tensor;

use super::config::{Granularity, Precision, QuantizeConfig};

/// The model folded, and written for operators that can say what the settings ask for.
pub(crate) fn prepared(model: &Model, config: &QuantizeConfig) -> Result<Model, OnnxError> {
    let mut model = model.clone();
    let needed = needed_opset(config);
    if model.opset() < needed {
        model.convert_opset(needed)?;
    }
    let mut passes: Vec<&dyn Pass> = vec![&PlainGemm];
    let defaults = default_passes();
    passes.extend(defaults);
    model.optimize(&passes)?;
    Ok(model)
}

/// Scales per channel exist since 13, integers of 4 and 16 bits and blocks since 21.
fn needed_opset(config: &QuantizeConfig) -> i64 {
    let narrow = |scheme: crate::QuantScheme| scheme.bits() != 8;
    let precisions = config.precisions.values().chain([&config.precision]);
    let needs_21 = precisions.into_iter().any(|precision| match precision {
        Precision::Float | Precision::Half => false,
        Precision::WeightOnly(scheme, granularity) => {
            narrow(*scheme) || matches!(granularity, Granularity::Blocks(_))
        }
        Precision::Integer => narrow(config.weights) || narrow(config.activations),
    });
    if needs_21 { 21 } else { 13 }
}

/// Puts the factors of `Gemm` into its constants.
#[derive(Debug)]
struct PlainGemm;

impl Pass for PlainGemm {
    fn name(&self) -> &'static str {
        "plain Gemm"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes_of("Gemm") {
            for (attribute, input) in [("alpha", 1), ("beta", 2)] {
                let factor = node.float(attribute, 1.0)?;
                if factor != 1.0 {
                    patches.extend(absorb(view, index, node, attribute, input, factor));
                    break;
                }
            }
        }
        Ok(patches)
    }
}

fn absorb(
    view: &GraphView<'_>,
    index: usize,
    node: &Node,
    attribute: &str,
    input: usize,
    factor: f32,
) -> Option<Patch> {
    let mut plain = node.clone();
    plain.attributes.remove(attribute);
    let patch = Patch::new(format!("{} takes in its {attribute}", node.label()));
    if node.input(input).is_none() {
        // A factor of nothing.
        return Some(patch.replace(index, plain));
    }
    let Tensor::F32(values) = view.constant_input(node, input)? else {
        return None;
    };
    let name = view.fresh_name(&format!("{}.{attribute}", node.output(0)?));
    plain.inputs[input].clone_from(&name);
    plain = plain.with("transA", Attribute::Int(node.int("transA", 0).ok()?));
    Some(
        patch
            .replace(index, plain)
            .add_constant(name, values * factor),
    )
}
