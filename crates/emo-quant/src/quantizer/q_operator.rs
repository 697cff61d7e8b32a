use emo_onnx::{GraphView, Model, Node, OnnxError, Pass, Patch, passes::RemoveUnused};

/// The model with operators of integers in place of those between `DequantizeLinear` and `QuantizeLinear`, where ONNX
/// has such.
pub(super) fn to_q_operator(model: &Model) -> Result<Model, OnnxError> {
    let mut model = model.clone();
    model.optimize(&[&QOperators, &RemoveUnused])?;
    Ok(model)
}

#[derive(Debug)]
struct QOperators;

impl Pass for QOperators {
    fn name(&self) -> &'static str {
        "operators of integers"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let nodes = view.nodes();
        Ok(nodes
            .filter_map(|(index, node)| replaced(view, index, node))
            .collect())
    }
}

/// What a dequantized value is made of: integers, scale and zero point.
fn integers(view: &GraphView<'_>, value: &str) -> Option<[String; 3]> {
    let (_, node) = view.producer(value)?;
    if !node.is("DequantizeLinear") || node.attributes.contains_key("block_size") {
        return None;
    }
    Some([
        node.input(0)?.to_owned(),
        node.input(1)?.to_owned(),
        node.input(2).unwrap_or_default().to_owned(),
    ])
}

fn replaced(view: &GraphView<'_>, index: usize, node: &Node) -> Option<Patch> {
    let is_conv = node.is("Conv");
    if !(is_conv || node.is("MatMul")) {
        return None;
    }
    let (next_index, next) = view.only_reader(node.output(0)?)?;
    if !next.is("QuantizeLinear") {
        return None;
    }
    let [x, x_scale, x_point] = integers(view, node.input(0)?)?;
    let [w, w_scale, w_point] = integers(view, node.input(1)?)?;
    let mut patch = Patch::new(format!("{} computes with integers", node.label()));
    let mut inputs = vec![x, x_scale, x_point, w.clone(), w_scale.clone(), w_point];
    // Zero points, which may be left out in front, are obligatory here.
    for (at, like, scale) in [(2, inputs[0].clone(), None), (5, w, Some(w_scale))] {
        if inputs[at].is_empty() {
            let shape = match scale {
                None => Vec::new(),
                Some(scale) => view.constant(&scale)?.shape().to_vec(),
            };
            let name = view.fresh_name(&format!("{}.{at}", node.output(0)?));
            let zeros = emo_tensor::Tensor::zeros(view.element_type(&like)?, &shape);
            patch = patch.add_constant(&name, zeros);
            inputs[at] = name;
        }
    }
    inputs.push(next.input(1)?.to_owned());
    inputs.push(next.input(2)?.to_owned());
    if is_conv && let Some(bias) = node.input(2) {
        inputs.push(integers(view, bias)?[0].clone());
    }
    let operator = Node {
        op_type: if is_conv {
            "QLinearConv"
        } else {
            "QLinearMatMul"
        }
        .to_owned(),
        inputs,
        outputs: next.outputs.clone(),
        ..node.clone()
    };
    Some(patch.replace(index, operator).remove(next_index))
}
