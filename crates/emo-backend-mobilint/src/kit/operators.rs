//! Which operators the vendor's compiler has something for.

use emo_onnx::{Graph, Node};

/// ONNX's own operators behind which stands an operation of "Mobilint IR", as the documentation of 1.3 lists them, and
/// those that only say a shape or nothing (`Constant`, `Flatten`, `Squeeze`, `Split`, `Dropout`, `Identity`).
const OPERATORS: &[&str] = &[
    "Abs",
    "Add",
    "And",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Ceil",
    "Celu",
    "Clip",
    "Concat",
    "Constant",
    "Conv",
    "ConvTranspose",
    "Cos",
    "Div",
    "Dropout",
    "Einsum",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "Expand",
    "Flatten",
    "GRU",
    "Gather",
    "GatherElements",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Greater",
    "GreaterOrEqual",
    "GridSample",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "LSTM",
    "LayerNormalization",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "MatMul",
    "MaxPool",
    "Mish",
    "Mul",
    "Neg",
    "NonMaxSuppression",
    "Not",
    "Or",
    "PRelu",
    "Pad",
    "Pow",
    "RNN",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Resize",
    "ScatterND",
    "Selu",
    "Shape",
    "Sigmoid",
    "Sin",
    "Slice",
    "Softmax",
    "Softplus",
    "Softsign",
    "Split",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Tanh",
    "TopK",
    "Transpose",
    "Unsqueeze",
    "Where",
    "Xor",
];

/// The most nodes that an error names.
const MAX_NAMED: usize = 8;

/// Whether the compiler has something for the node.
fn is_known(node: &Node) -> bool {
    node.domain.is_empty() && OPERATORS.binary_search(&&*node.op_type).is_ok()
}

/// Whether the node writes integers for real numbers, reads such or computes with them.
fn is_quantizing(node: &Node) -> bool {
    let op = node.op_type.as_str();
    op.contains("QuantizeLinear")
        || op.contains("DequantizeLinear")
        || op.starts_with("QLinear")
        || op.ends_with("Integer")
}

/// Nodes of the graph and of all subgraphs that satisfy the condition, as `name (operator)`; the first few, and how many
/// more there are.
fn named(graph: &Graph, wanted: &dyn Fn(&Node) -> bool) -> Vec<String> {
    fn collect(graph: &Graph, wanted: &dyn Fn(&Node) -> bool, labels: &mut Vec<String>) {
        for node in graph.nodes() {
            if wanted(node) {
                labels.push(node.label());
            }
            for graph in node.subgraphs() {
                collect(graph, wanted, labels);
            }
        }
    }
    let mut labels = Vec::new();
    collect(graph, wanted, &mut labels);
    if labels.len() > MAX_NAMED {
        let rest = labels.len() - MAX_NAMED;
        labels.truncate(MAX_NAMED);
        labels.push(format!("and {rest} more"));
    }
    labels
}

/// The nodes that quantize.
pub(super) fn quantizing(graph: &Graph) -> Vec<String> {
    named(graph, &is_quantizing)
}

/// The nodes for which the compiler has nothing.
pub(super) fn unknown(graph: &Graph) -> Vec<String> {
    named(graph, &|node| !is_known(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_sorted_and_are_onnx_s() {
        assert!(OPERATORS.is_sorted());
        for op in OPERATORS {
            let found = emo_onnx::Schema::find(op, 27);
            assert!(found.is_some(), "{op}");
        }
    }

    #[test]
    fn what_quantizes_is_known() {
        for (op, expected) in [
            ("QuantizeLinear", true),
            ("DequantizeLinear", true),
            ("DynamicQuantizeLinear", true),
            ("QLinearConv", true),
            ("MatMulInteger", true),
            ("ConvInteger", true),
            ("Conv", false),
            ("Gemm", false),
        ] {
            assert_eq!(is_quantizing(&Node::new(op, ["x"], "y")), expected, "{op}");
        }
    }
}
