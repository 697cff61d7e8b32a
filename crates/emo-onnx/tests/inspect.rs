//! What models cost, as text, as pictures, and how they differ.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_onnx::{Difference, Dim, GraphBuilder, Model, Window};
use emo_tensor::ElementType;
use ndarray::{Array1, Array2, Array4};

fn cnn(weight: f32) -> Model {
    let mut graph = GraphBuilder::new("cnn");
    let shape = [Dim::from("batch"), 2.into(), 8.into(), 8.into()];
    let x = graph.input_of("x", ElementType::F32, shape);
    let kernel = Array4::from_elem((4, 2, 3, 3), weight);
    let conv = graph.conv(
        "conv",
        &x,
        kernel,
        Some(Array1::zeros(4)),
        &Window::default(),
    );
    let relu = graph.relu("relu", &conv);
    let pool = graph.max_pool(
        "pool",
        &relu,
        &[2, 2],
        &Window::default().with_strides([2, 2]),
    );
    let flat = graph.flatten("flat", &pool);
    let dense = graph.dense("dense", &flat, Array2::ones((3, 36)), None);
    graph.output_of(&dense);
    graph.build(17).unwrap()
}

#[test]
fn a_summary_counts_as_one_does_by_hand() {
    let mut model = cnn(0.5);
    let open = model.summary().unwrap();
    assert_eq!((open.macs, open.macs_unknown), (0, 2));
    assert_eq!(open.activations_unknown, 6);
    model.specialize(&[("batch", 1)]).unwrap();
    let summary = model.summary().unwrap();
    // 4 outputs of 6×6, each of 2×3×3; 36 → 3.
    assert_eq!(summary.macs, 4 * 36 * 18 + 36 * 3);
    assert_eq!(summary.parameters, 72 + 4 + 108);
    assert_eq!(summary.weight_bytes[&ElementType::F32], 4 * 184);
    // The most is between convolution and activation: twice 4×6×6.
    assert_eq!(summary.activation_peak, 4 * 2 * 144);
    assert_eq!(
        summary.activation_total,
        4 * (128 + 144 + 144 + 36 + 36 + 3)
    );
    let conv = &summary.operators[0];
    assert_eq!((conv.parameters, conv.macs), (76, Some(4 * 36 * 18)));
    assert!(summary.to_string().contains("MACs 2700\n"));
}

#[test]
fn a_dump_is_the_same_for_the_same_model() {
    let text = cnn(0.5).dump();
    assert_eq!(text, Model::from_bytes(cnn(0.5).to_bytes()).unwrap().dump());
    let expected = "\
graph \"cnn\"
opset onnx 17
input x: f32[batch, 2, 8, 8]
constant conv.bias: f32[4] = [0, 0, 0, 0]
";
    assert!(text.starts_with(expected), "{text}");
    assert!(
        text.contains("relu = Relu(conv): f32[batch, 4, 6, 6]\n"),
        "{text}"
    );
    assert!(text.ends_with("output dense: f32[batch, 3]\n"), "{text}");
}

#[test]
fn a_difference_is_told_by_its_kind() {
    assert!(cnn(0.5).diff(&cnn(0.5)).is_empty());
    let diff = cnn(0.5).diff(&cnn(0.75));
    let [Difference::Constant { name, max_abs, .. }] = diff.differences() else {
        unreachable!("{diff}");
    };
    assert_eq!((name.as_str(), *max_abs), ("conv.weight", Some(0.25)));

    let mut other = cnn(0.5);
    other.specialize(&[("batch", 1)]).unwrap();
    other.set_labels(&["a", "b", "c"]).unwrap();
    let text = cnn(0.5).diff(&other).to_string();
    assert_eq!(
        text,
        "~ input 0: x: f32[batch, 2, 8, 8] → x: f32[1, 2, 8, 8]\n\
         ~ output 0: dense: f32[batch, 3] → dense: f32[1, 3]\n\
         + metadata emo.labels: a,b,c\n"
    );

    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 2, 8, 8]);
    let y = graph.sigmoid("relu", &x);
    graph.output_of(&y);
    let diff = cnn(0.5).diff(&graph.build(17).unwrap());
    let count =
        |wanted: fn(&Difference) -> bool| diff.differences().iter().filter(|d| wanted(d)).count();
    let nodes = |d: &Difference| matches!(d, Difference::Node { .. });
    let changed = |d: &Difference| {
        matches!(
            d,
            Difference::Node {
                left: Some(_),
                right: Some(_)
            }
        )
    };
    assert_eq!((count(nodes), count(changed)), (5, 1));
}

#[test]
fn pictures_hold_every_operator_and_no_stray_quote() {
    let mut graph = GraphBuilder::new("a \"b\"\n");
    let x = graph.input("x\"]", ElementType::F32, &[1]);
    let y = graph.relu("y|\"", &x);
    graph.output_of(&y);
    let model = graph.build(17).unwrap();
    let dot = model.to_dot();
    assert!(dot.contains("n0 [label=\"Relu y|\\\"\"];"), "{dot}");
    assert!(dot.contains("in0 -> n0 [label=\"f32[1]\"];"), "{dot}");
    assert_eq!(dot.lines().count(), 1 + 1 + 3 + 2 + 1);
    let mermaid = model.to_mermaid();
    assert!(mermaid.contains("n0[\"Relu y#124;#34;\"]"), "{mermaid}");
    assert!(
        mermaid.contains("in0 -->|\"f32#91;1#93;\"| n0"),
        "{mermaid}"
    );
}
