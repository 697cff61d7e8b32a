//! Replays the fuzz targets' seeds and regressions, under an allocator that ends the process at 256 MiB.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use arbitrary::{Arbitrary as _, Unstructured};
use emo_onnx::{Attribute, GraphBuilder, Model};
use emo_tensor::{ElementType, Tensor};
use emo_testing::{CappedAllocator, fixture};
use ndarray::arr1;
use proptest::{collection::vec, prelude::*};

#[path = "../fuzz/probe.rs"]
mod probe;
#[path = "../fuzz/spec.rs"]
mod spec;

/// Set to write `fuzz/seeds/read` anew.
const REGENERATE: &str = "EMO_ONNX_REGENERATE";

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

/// As the target `model` does.
fn probe_model(bytes: &[u8]) {
    if let Ok(model) = spec::Model::arbitrary_take_rest(Unstructured::new(bytes)) {
        probe::probe(&model.encode());
    }
}

fn replay(folder: &Path, probe: impl Fn(&[u8])) -> usize {
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            probe(&fs::read(path).unwrap());
            n_files += 1;
        }
    }
    n_files
}

fn seeds() -> Vec<(&'static str, Model)> {
    let mut types = GraphBuilder::new("types");
    let x = types.input("x", ElementType::F32, &[2]);
    macro_rules! zeros {
        ($($variant:ident: $rust:ty, $name:literal;)+) => {
            [$(ElementType::$variant),+]
        };
    }
    for element_type in emo_tensor::for_each_element_type!(zeros) {
        types.initializer(element_type.name(), Tensor::zeros(element_type, &[3]));
    }
    types.output(&x, ElementType::F32, &[2]);

    let mut attributes = GraphBuilder::new("attributes");
    let x = attributes.input("x", ElementType::F32, &[2]);
    let tensor = Tensor::from(arr1(&[1_i64, 2]).into_dyn());
    let y = attributes.node(
        "y",
        "Any",
        &[&x, "", &x],
        [
            ("float", Attribute::Float(0.5)),
            ("int", Attribute::Int(-1)),
            ("text", Attribute::String("text".to_owned())),
            ("tensor", Attribute::Tensor(tensor.clone())),
            ("floats", Attribute::Floats(vec![0.5, 1.5])),
            ("ints", Attribute::Ints(vec![1, -2])),
            ("texts", Attribute::Strings(vec!["a".to_owned()])),
            ("tensors", Attribute::Tensors(vec![tensor])),
        ],
    );
    attributes.output(&y, ElementType::F32, &[2]);
    let mut attributes = attributes.build(21).unwrap();
    attributes.set_labels(&["calm", "aroused"]).unwrap();

    let branch = |op_type: &str| {
        let mut graph = GraphBuilder::new(op_type);
        let c = graph.initializer(op_type, arr1(&[1.0_f32]).into_dyn());
        let b = graph.node("b", op_type, &[&c, &c], []);
        graph.output(&b, ElementType::F32, &[1]);
        Attribute::Graph(graph.build(21).unwrap().graph().clone())
    };
    let mut branches = GraphBuilder::new("branches");
    let flag = branches.input("flag", ElementType::Bool, &[]);
    let y = branches.node(
        "y",
        "If",
        &[&flag],
        [
            ("then_branch", branch("Add")),
            ("else_branch", branch("Sub")),
        ],
    );
    branches.output(&y, ElementType::F32, &[1]);
    vec![
        ("types", types.build(23).unwrap()),
        ("attributes", attributes),
        ("branches", branches.build(21).unwrap()),
    ]
}

#[test]
fn seeds_and_regressions_pass() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (name, model) in seeds() {
        let path = fuzz.join(format!("seeds/read/{name}.onnx"));
        if env::var_os(REGENERATE).is_some() {
            model.write(&path).unwrap();
        }
        assert!(fs::read(path).unwrap() == model.to_bytes(), "{name}");
    }
    let folders: [PathBuf; 5] = [
        fuzz.join("seeds/read"),
        fuzz.join("regressions"),
        fixture("emo-onnx"),
        fixture("emo-onnx/features"),
        fixture("emo-onnx/hostile"),
    ];
    let n_files: usize = folders.iter().map(|f| replay(f, probe::probe)).sum();
    assert!(n_files > 90, "{n_files}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn models_that_are_nearly_right_pass(bytes in vec(any::<u8>(), 0..1500)) {
        probe_model(&bytes);
    }
}
