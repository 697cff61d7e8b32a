use super::*;

#[test]
fn a_shape_that_the_caller_supplies_is_refused() {
    let mut graph = GraphBuilder::new("g");
    let (x, shape) = (
        graph.input("x", F32, &[4, 2]),
        graph.input("shape", ElementType::I64, &[1]),
    );
    let output = graph.node("n", "Reshape", &[&x, &shape], []);
    graph.output(&output, F32, &[8]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "node n (Reshape): its input `shape` must be constant"
    );
}

#[test]
fn a_declared_output_that_contradicts_the_nodes_is_refused() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", F32, &[1, 2]);
    let output = graph.node("n", "Relu", &[&x], []);
    graph.output(&output, F32, &[1, 3]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert_eq!(
        texts(&error),
        "malformed model: output `n` is declared as f32[1, 3] but computed as f32[1, 2]"
    );
}

#[test]
fn a_model_beyond_the_memory_limit_is_refused() {
    let build = || {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", F32, &[1, 1000]);
        let output = graph.node("n", "Relu", &[&x], []);
        graph.output(&output, F32, &[1, 1000]);
        graph.build(17).unwrap()
    };
    let limited = |limit| {
        let mut config = CpuConfig::default();
        config.memory_limit = limit;
        CpuBackend::new(config).compile(&build())
    };
    assert!(limited(8000).is_ok());
    assert_eq!(
        texts(&limited(7999).unwrap_err()),
        "malformed model: the session needs 8000 bytes, the limit is 7999"
    );
    assert_eq!(
        texts(&limited(3999).unwrap_err()),
        "malformed model: value `x` needs 4000 bytes, the limit is 3999"
    );
}

/// Each joint doubles the value; the sum of sixty is refused before it is made.
#[test]
fn constants_that_grow_without_end_are_refused() {
    let mut graph = GraphBuilder::new("g");
    let mut value = graph.initializer("c", zeros(&[1024]));
    for index in 0..60 {
        value = graph.node(
            &format!("n{index}"),
            "Concat",
            &[&value, &value],
            [("axis", Attribute::Int(0))],
        );
    }
    graph.output(&value, F32, &[]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert!(texts(&error).contains("the limit is 1073741824"), "{error}");
}

#[test]
fn an_open_leading_axis_is_one_and_others_are_refused() {
    let load = |name: &str| {
        let path = emo_testing::fixture(format!("emo-backend-cpu/models/{name}.onnx"));
        CpuBackend::default().load(&ModelSource::Path(path))
    };
    let session = load("open_batch").unwrap();
    assert_eq!(session.inputs()[0].shape, [1, 3]);
    assert_eq!(session.outputs()[0].shape, [1, 3]);
    assert_eq!(
        load("open_axis").unwrap_err().to_string(),
        "node input `x`: the extent of axis 1 is open (`T`), only that of the first may be"
    );
}

#[test]
fn a_broken_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.onnx");
    std::fs::write(&path, b"not a model").unwrap();
    let error = CpuBackend::default()
        .load(&ModelSource::Path(path.clone()))
        .unwrap_err();
    assert!(matches!(error, BackendError::Model { .. }), "{error}");
    assert!(texts(&error).contains(&*path.to_string_lossy()));
}

#[test]
fn an_input_that_is_an_output_and_constants_pass_through() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", F32, &[1, 2]);
    let unused = graph.input("unused", F32, &[3]);
    let c = graph.initializer("c", arr1(&[5_i64, -6]).into_dyn());
    let flat = graph.node("flat", "Flatten", &[&x], [("axis", Attribute::Int(0))]);
    graph.node("dead", "Relu", &[&unused], []);
    for (name, element_type, shape) in [
        (&x, F32, &[1, 2][..]),
        (&flat, F32, &[1, 2]),
        (&c, ElementType::I64, &[2]),
    ] {
        graph.output(name, element_type, shape);
    }
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    assert_eq!(session.plan().n_steps(), 0);
    let x = Tensor::from(ndarray::arr2(&[[1.5_f32, -2.5]]).into_dyn());
    let outputs = session
        .run_to_tensors(&[x.view(), zeros(&[3]).view()])
        .unwrap();
    assert_eq!(outputs[0], x);
    assert_eq!(outputs[1], x);
    assert_eq!(outputs[2], arr1(&[5_i64, -6]).into_dyn().into());
}
