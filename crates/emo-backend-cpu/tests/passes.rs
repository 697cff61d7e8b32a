//! Changed graphs compute what they computed before.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use emo_backend::emo_tensor::{ElementType, Tensor};
use emo_backend_cpu::CpuBackend;
use emo_onnx::{Dim, GraphBuilder, Model, Node, default_passes, passes::FoldConstants};
use emo_testing::{load_npy, shared};
use ndarray::{Array1, ArrayD, Axis, IxDyn};
use proptest::prelude::*;

mod networks;

use networks::{INPUT, assert_same, dims, layer, network, numbers, run};

#[test]
fn real_models_give_the_same() {
    let Some(folder) = shared("models") else {
        return;
    };
    // Nodes and multiplications of the models as they are and as they become.
    let expected = [
        ("hr_cnn.onnx", (8, 8), (172_544, 172_544)),
        ("eeg_de.onnx", (10, 8), (82_176, 82_176)),
        ("eegnet.onnx", (14, 11), (8_717_312, 852_992)),
        ("image_cnn.onnx", (21, 17), (27_353_600, 27_353_600)),
        ("image_mbv1.onnx", (49, 34), (3_333_760, 3_333_760)),
    ];
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "onnx") {
            continue;
        }
        let file = path.file_name().unwrap().to_str().unwrap();
        let name = file.split('.').next().unwrap();
        let inputs = load_npy(path.with_file_name(format!("{name}.in.npy")));
        let model = Model::read(&path).unwrap();
        let mut optimized = model.clone();
        let report = optimized.optimize(&default_passes()).unwrap();
        if let Some((_, nodes, macs)) = expected.iter().find(|(name, ..)| *name == file) {
            assert_eq!(
                (report.nodes_before(), report.nodes_after()),
                *nodes,
                "{report}"
            );
            let costs = [&model, &optimized].map(|model| model.summary().unwrap().macs);
            assert_eq!(costs, [macs.0, macs.1], "{file}");
        }
        for input in inputs.outer_iter().take(2) {
            let input = [Tensor::from(input.insert_axis(Axis(0)).mapv(|x| x as f32))];
            assert_same(&run(&optimized, &input), &run(&model, &input), file);
        }
        // What is written is read as it is, and there is nothing left to do.
        let mut again = Model::from_bytes(optimized.to_bytes()).unwrap();
        assert_eq!(again, optimized);
        let report = again.optimize(&default_passes()).unwrap();
        assert!(report.applied().is_empty(), "{report}");
        count += 1;
    }
    assert!(count > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 128 } else { 1024 }))]

    #[test]
    fn random_networks_give_the_same(
        layers in prop::collection::vec(layer(), 0..8),
        seed in any::<u64>(),
        norm_behind in any::<bool>(),
    ) {
        let model = network(&layers, seed, norm_behind);
        let mut optimized = model.clone();
        let report = optimized.optimize(&default_passes()).unwrap();
        prop_assert!(model.check().is_empty() && optimized.check().is_empty());
        let names = |model: &Model| -> Vec<String> {
            model.graph().outputs().iter().map(|info| info.name.clone()).collect()
        };
        prop_assert_eq!(names(&optimized), names(&model));
        prop_assert!(report.nodes_after() <= report.nodes_before() || report.nodes_before() == 0, "{}", report);
        let input: ArrayD<f32> = numbers(&mut seed.clone(), dims(&INPUT));
        let input = [Tensor::from(input)];
        assert_same(&run(&optimized, &input), &run(&model, &input), &report.to_string());
        // Nothing is left to do.
        let report = optimized.optimize(&default_passes()).unwrap();
        prop_assert!(report.applied().is_empty(), "{}", report);
    }

    #[test]
    fn another_layout_gives_the_same_numbers_in_another_order(
        layers in prop::collection::vec(layer(), 0..5),
        seed in any::<u64>(),
    ) {
        let model = network(&layers, seed, false);
        let mut last = model.clone();
        last.to_nhwc(&["x"]).unwrap();
        let input: ArrayD<f32> = numbers(&mut seed.clone(), dims(&INPUT));
        let turned = input.view().permuted_axes(IxDyn(&[0, 2, 3, 1]));
        let turned = turned.as_standard_layout().into_owned();
        let expected = run(&model, &[Tensor::from(input)]);
        assert_same(&run(&last, &[Tensor::from(turned.clone())]), &expected, "NHWC");
        last.to_nchw(&["x"]).unwrap();
        prop_assert_eq!(last.graph().inputs(), model.graph().inputs());
    }
}

#[test]
fn what_depends_on_constants_alone_is_computed() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input_of("x", ElementType::F32, [Dim::Fixed(1), Dim::Fixed(4)]);
    let a = graph.initializer("a", Array1::from(vec![1.0_f32, 4.0, 9.0, 16.0]).into_dyn());
    let root = graph.node("root", "Sqrt", &[&a], []);
    let y = graph.node("y", "Mul", &[&x, &root], []);
    graph.output_of(&y);
    let mut model = graph.build(17).unwrap();
    let evaluate = |node: &Node, opset: i64, inputs: &[Option<&Tensor>]| {
        CpuBackend::default().evaluate(node, opset, inputs).ok()
    };
    let fold = FoldConstants::new().with_evaluator(&evaluate);
    model.optimize(&[&fold]).unwrap();
    assert_eq!(model.graph().nodes().len(), 1);
    let root = model.graph().initializers()["root"]
        .as_array::<f32>()
        .unwrap();
    assert_eq!(root.as_slice(), Some(&[1.0, 2.0, 3.0, 4.0][..]));
}
