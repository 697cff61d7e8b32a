use super::*;

#[test]
fn layers_that_contradict_themselves_are_refused() {
    let text = |value: &str| Attribute::String(value.into());
    let texts = |values: &[&str]| {
        Attribute::Strings(values.iter().map(|&value| value.to_owned()).collect())
    };
    let lstm = || vec![zeros(&[1, 8, 3]), zeros(&[1, 8, 2])];
    let cases = [
        (
            refusal("ConvTranspose", &[1, 2, 4], vec![zeros(&[3, 2, 3])], vec![]),
            "malformed model: node n (ConvTranspose): input [1, 2, 4], weights [3, 2, 3] and 1 groups do not fit",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("pads", ints(&[4, 4]))],
            ),
            "malformed model: node n (ConvTranspose): an output of 6 with pads 4 and 4 cut off",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("strides", ints(&[1 << 40]))],
            ),
            "malformed model: the output of node n (ConvTranspose) needs 13194139533324 bytes",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("strides", ints(&[i64::MAX]))],
            ),
            "malformed model: node n (ConvTranspose): an axis of 4 with stride 9223372036854775807",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("output_shape", ints(&[1 << 40]))],
            ),
            "malformed model: the output of node n (ConvTranspose) needs 4398046511104 bytes",
        ),
        (
            refusal("ConvInteger", &[1, 1, 4], vec![zeros(&[1, 1, 2])], vec![]),
            "node n (ConvInteger): input 0 holds f32 elements, only i8 and u8 are executed",
        ),
        (
            refusal(
                "LpPool",
                &[1, 1, 4],
                vec![],
                vec![("p", Attribute::Int(0)), ("kernel_shape", ints(&[2]))],
            ),
            "malformed model: node n (LpPool): attribute `p` is 0",
        ),
        (
            refusal(
                "LpNormalization",
                &[1, 4],
                vec![],
                vec![("p", Attribute::Int(3))],
            ),
            "malformed model: node n (LpNormalization): attribute `p` is 3, not 1 or 2",
        ),
        (
            refusal("LRN", &[1, 4, 2], vec![], vec![]),
            "malformed model: node n (LRN): attribute `size` is missing or 0",
        ),
        (
            refusal(
                "GroupNormalization",
                &[1, 4, 2],
                vec![zeros(&[4]), zeros(&[4])],
                vec![("num_groups", Attribute::Int(3))],
            ),
            "malformed model: node n (GroupNormalization): 4 channels in 3 groups",
        ),
        (
            refusal("LayerNormalization", &[2, 4], vec![zeros(&[3])], vec![]),
            "malformed model: node n (LayerNormalization): input 1 has shape [3] for elements of shape [2, 4]",
        ),
        (
            refusal(
                "InstanceNormalization",
                &[1, 4, 2],
                vec![zeros(&[3]), zeros(&[4])],
                vec![],
            ),
            "malformed model: node n (InstanceNormalization): input 1 has shape [3] for 4 channels",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                vec![zeros(&[1, 8, 3]), zeros(&[1, 7, 2])],
                vec![],
            ),
            "malformed model: node n (LSTM): recurrent weights of shape [1, 7, 2]",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("hidden_size", Attribute::Int(3))],
            ),
            "malformed model: node n (LSTM): hidden_size is 3, the recurrent weights have 2",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("direction", text("both"))],
            ),
            "malformed model: node n (LSTM): direction `both`",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("direction", text("bidirectional"))],
            ),
            "malformed model: node n (LSTM): input 1 is f32[1, 8, 3], expected f32[2, 8, 3]",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("clip", Attribute::Float(-1.0))],
            ),
            "malformed model: node n (LSTM): attribute `clip` is -1",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("activations", texts(&["Tanh"]))],
            ),
            "malformed model: node n (LSTM): activations [\"Tanh\"], expected 3 of them",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("activations", texts(&["Tanh", "Tanh", "Mish"]))],
            ),
            "node n (LSTM): activation `Mish`",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![
                    ("activations", texts(&["Tanh", "Elu", "Tanh"])),
                    ("activation_alpha", Attribute::Floats(vec![1.0, 2.0])),
                ],
            ),
            "malformed model: node n (LSTM): more activation parameters than [\"Tanh\", \"Elu\", \"Tanh\"] take",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[4],
                vec![arr0(1.0_f32).into_dyn().into()],
                vec![("precision", Attribute::Int(7))],
            ),
            "node n (QuantizeLinear): division in i64",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "{actual}\nexpected {expected}"
        );
    }
}

#[test]
fn a_shape_without_elements_whose_extents_overflow_is_refused() {
    let wide = 1_i64 << 62;
    for shape in [[wide, 0, 2], [0, wide, 2], [wide, 2, 0]] {
        let mut graph = GraphBuilder::new("refused");
        let shape = graph.initializer("shape", arr1(&shape).into_dyn());
        let output = graph.node("n", "ConstantOfShape", &[&shape], []);
        graph.output(&output, F32, &[]);
        let error = CpuBackend::default().compile(&graph.build(17).unwrap());
        let error = error.unwrap_err();
        let text = std::error::Error::source(&error).unwrap().to_string();
        assert!(text.contains("the limit is"), "{text}");
    }
}
