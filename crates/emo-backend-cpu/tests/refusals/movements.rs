use super::*;

#[test]
fn contradictory_movements_are_refused() {
    let i64s = |values: &[i64]| Tensor::from(arr1(values).into_dyn());
    let f32s = |values: &[f32]| Tensor::from(arr1(values).into_dyn());
    let text = |value: &str| Attribute::String(value.into());
    let cases = [
        (
            refusal("GatherND", &[2, 3], vec![i64s(&[1, 3])], vec![]),
            "malformed model: node n (GatherND): index 3 along an axis of 3",
        ),
        (
            refusal(
                "GatherND",
                &[2, 3],
                vec![i64s(&[0])],
                vec![("batch_dims", Attribute::Int(1))],
            ),
            "malformed model: node n (GatherND): data [2, 3], indices [1] and 1 batch axes do not fit together",
        ),
        (
            refusal("GatherElements", &[2], vec![i64s(&[-3])], vec![]),
            "malformed model: node n (GatherElements): index -3 along an axis of 2",
        ),
        (
            refusal("GatherElements", &[2, 3], vec![i64s(&[0])], vec![]),
            "malformed model: node n (GatherElements): data [2, 3] and indices [1] do not fit together along axis 0",
        ),
        (
            refusal(
                "ScatterElements",
                &[2],
                vec![i64s(&[0]), f32s(&[1.0])],
                vec![("reduction", text("mean"))],
            ),
            "node n (ScatterElements): reduction `mean`",
        ),
        (
            refusal("ScatterND", &[2], vec![i64s(&[0]), f32s(&[1.0])], vec![]),
            "malformed model: node n (ScatterND): data f32[2], indices [1] and updates f32[1] do not fit together",
        ),
        (
            refusal("Scatter", &[2], vec![i64s(&[0]), f32s(&[1.0])], vec![]),
            "malformed model: node n (Scatter): the operator was withdrawn in opset 11",
        ),
        (
            refusal("Tile", &[2], vec![i64s(&[i64::MAX])], vec![]),
            "malformed model: the output of node n (Tile) needs 18446744073709551615 bytes, the limit is 1073741824",
        ),
        (
            refusal("Expand", &[2], vec![i64s(&[1 << 40, 2])], vec![]),
            "malformed model: the output of node n (Expand) needs 8796093022208 bytes, the limit is 1073741824",
        ),
        (
            refusal(
                "Pad",
                &[2],
                vec![i64s(&[-2, 1])],
                vec![("mode", text("edge"))],
            ),
            "malformed model: node n (Pad): shape [2], of which an axis has nothing to pad with",
        ),
        (
            refusal("Resize", &[2], vec![f32s(&[]), f32s(&[f32::NAN])], vec![]),
            "malformed model: node n (Resize): an axis of 2 scaled by NaN",
        ),
        (
            refusal("Resize", &[2], vec![f32s(&[]), f32s(&[])], vec![]),
            "malformed model: node n (Resize): 0 of `scales` and `sizes`, expected one",
        ),
        (
            refusal("Resize", &[2], vec![f32s(&[]), f32s(&[1e12])], vec![]),
            "malformed model: the output of node n (Resize) needs",
        ),
        (
            refusal(
                "DepthToSpace",
                &[1, 3, 2, 2],
                vec![],
                vec![("blocksize", Attribute::Int(2))],
            ),
            "malformed model: node n (DepthToSpace): 3 channels in blocks of 2×2",
        ),
        (
            refusal(
                "DFT",
                &[1, 4, 2],
                vec![],
                vec![("onesided", Attribute::Int(1))],
            ),
            "malformed model: node n (DFT): one side of the spectrum of complex numbers",
        ),
        (
            refusal(
                "DFT",
                &[1, 4, 1],
                vec![arr0(1_i64 << 50).into_dyn().into()],
                vec![],
            ),
            "malformed model: the transform of node n (DFT) needs",
        ),
        (
            refusal(
                "STFT",
                &[1, 4, 1],
                vec![arr0(0_i64).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (STFT): frames of 4 samples every 0 of 4",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "the error is\n  {actual}\nexpected\n  {expected}"
        );
    }
}

/// An index that the caller supplies is checked when the model runs; the session stays usable.
#[test]
fn an_index_outside_is_an_error_of_the_run() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", F32, &[3]);
    let at = graph.input("at", ElementType::I64, &[2]);
    let output = graph.node("n", "Gather", &[&x, &at], []);
    graph.output(&output, F32, &[2]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    let x = Tensor::from(arr1(&[1.5_f32, 2.5, 3.5]).into_dyn());
    let mut run = |at: [i64; 2]| {
        let at = Tensor::from(arr1(&at).into_dyn());
        session.run_to_tensors(&[x.view(), at.view()])
    };
    for (at, named) in [([0, 3], 3), ([-4, 0], -4), ([i64::MIN, 0], i64::MIN)] {
        let error = run(at).unwrap_err();
        assert!(matches!(error, BackendError::Run { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            format!(
                "backend `cpu` failed while running: node n (Gather): index {named} along an axis of 3"
            )
        );
    }
    let expected = Tensor::from(arr1(&[3.5_f32, 1.5]).into_dyn());
    assert_eq!(run([-1, 0]).unwrap(), [expected]);
}

#[test]
fn pads_that_cut_an_axis_off_leave_nothing() {
    let mut graph = GraphBuilder::new("cut");
    let x = graph.input("x", F32, &[3, 4]);
    let pads = graph.initializer("pads", arr1(&[0_i64, -2, -3, 2]).into_dyn());
    let output = graph.node("n", "Pad", &[&x, &pads], []);
    graph.output(&output, F32, &[0, 4]);
    let session = CpuBackend::default().compile(&graph.build(17).unwrap());
    assert_eq!(session.unwrap().outputs()[0].shape, [0, 4]);
}

#[test]
fn a_stride_that_is_never_taken_may_be_of_any_size() {
    let mut graph = GraphBuilder::new("strides");
    let x = graph.input("x", F32, &[1, 1, 3, 3]);
    let weights = graph.initializer("weights", zeros(&[1, 1, 3, 3]));
    let strides = ("strides", ints(&[i64::MAX, i64::MAX]));
    let output = graph.node("n", "Conv", &[&x, &weights], [strides]);
    graph.output(&output, F32, &[1, 1, 1, 1]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    let outputs = session
        .run_to_tensors(&[zeros(&[1, 1, 3, 3]).view()])
        .unwrap();
    assert_eq!(outputs[0], zeros(&[1, 1, 1, 1]));
}
