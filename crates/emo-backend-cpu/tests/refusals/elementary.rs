use super::*;

#[test]
fn elementary_operators_refuse_what_has_no_result() {
    let scalars = |values: [f32; 2]| {
        values
            .map(|value| Tensor::from(arr0(value).into_dyn()))
            .to_vec()
    };
    let equation = |text: &str| vec![("equation", Attribute::String(text.into()))];
    let cases = [
        (
            refusal(
                "TopK",
                &[2, 3],
                vec![arr1(&[4_i64]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (TopK): the first 4 along an axis of 3",
        ),
        (
            refusal(
                "TopK",
                &[2, 3],
                vec![arr1(&[-1_i64]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (TopK): `K` is -1",
        ),
        (
            refusal("ArgMax", &[2, 0], vec![], vec![("axis", Attribute::Int(1))]),
            "malformed model: node n (ArgMax): axis 1 has no elements",
        ),
        (
            refusal("ReduceMean", &[2, 0], vec![], vec![]),
            "node n (ReduceMean): the mean of no elements",
        ),
        (
            refusal("PRelu", &[3], vec![zeros(&[2, 1])], vec![]),
            "malformed model: node n (PRelu): a slope of shape [2, 1] for an input of shape [3]",
        ),
        (
            refusal("Clip", &[3], vec![zeros(&[2])], vec![]),
            "malformed model: node n (Clip): input 1 has 2 elements, expected 1",
        ),
        (
            refusal("Where", &[3], vec![zeros(&[3]), zeros(&[3])], vec![]),
            "malformed model: node n (Where): a condition of type f32 between operands of types f32 and f32",
        ),
        (
            refusal(
                "Einsum",
                &[2, 3],
                vec![zeros(&[2, 4])],
                equation("ij,jk->ik"),
            ),
            "malformed model: node n (Einsum): axes of extents 3 and 2 have the same label",
        ),
        (
            refusal("Einsum", &[2, 3], vec![], equation("ij->iz")),
            "malformed model: node n (Einsum): equation `ij->iz`: its result has z twice, or no operand has it",
        ),
        (
            refusal("Einsum", &[2, 3], vec![], equation("ijk->i")),
            "malformed model: node n (Einsum): equation `ijk->i`: term `ijk` for an operand with 2 axes",
        ),
        (
            refusal("Trilu", &[2], vec![], vec![]),
            "malformed model: node n (Trilu): a matrix of shape [2]",
        ),
        (
            refusal(
                "Dropout",
                &[2],
                vec![
                    arr0(0.5_f32).into_dyn().into(),
                    arr0(true).into_dyn().into(),
                ],
                vec![],
            ),
            "node n (Dropout): training mode, which draws random numbers",
        ),
        (
            constant_refusal("Range", {
                let mut constants = vec![arr0(0.0_f32).into_dyn().into()];
                constants.extend(scalars([1e30, 1.0]));
                constants
            }),
            "malformed model: the range of node n (Range) needs 18446744073709551615 bytes, the limit is 1073741824",
        ),
        (
            constant_refusal("Range", {
                let mut constants = vec![arr0(0.0_f32).into_dyn().into()];
                constants.extend(scalars([1.0, 0.0]));
                constants
            }),
            "malformed model: node n (Range): a range from 0 to 1 in steps of 0",
        ),
        (
            constant_refusal(
                "ConstantOfShape",
                vec![arr1(&[1_i64 << 40]).into_dyn().into()],
            ),
            "malformed model: value `n` needs 4398046511104 bytes, the limit is 1073741824",
        ),
        (
            constant_refusal("ConstantOfShape", vec![arr1(&[-2_i64]).into_dyn().into()]),
            "malformed model: node n (ConstantOfShape): an extent is -2",
        ),
        (
            constant_refusal(
                "Mod",
                vec![
                    arr1(&[5_i32]).into_dyn().into(),
                    arr1(&[0_i32]).into_dyn().into(),
                ],
            ),
            "malformed model: node n (Mod): integer division by zero",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "the error is\n  {actual}\nexpected\n  {expected}"
        );
    }
}

/// Compiles one node `n` that reads constants alone, for opset 17, and returns the error's texts.
fn constant_refusal(op_type: &str, constants: Vec<Tensor>) -> String {
    let mut graph = GraphBuilder::new("refused");
    let mut reads = Vec::new();
    for (index, constant) in constants.into_iter().enumerate() {
        reads.push(graph.initializer(&format!("c{index}"), constant));
    }
    let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
    let output = graph.node("n", op_type, &reads, []);
    graph.output(&output, F32, &[]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    texts(&error)
}

/// A divisor that the caller supplies is checked in each run.
#[test]
fn integers_are_not_divided_by_zero() {
    let mut graph = GraphBuilder::new("g");
    let (a, b) = (
        graph.input("a", ElementType::I32, &[1, 2]),
        graph.input("b", ElementType::I32, &[1, 2]),
    );
    let output = graph.node("n", "Div", &[&a, &b], []);
    graph.output(&output, ElementType::I32, &[1, 2]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    let tensor = |values: [i32; 2]| Tensor::from(ndarray::arr2(&[values]).into_dyn());
    let outputs = session
        .run_to_tensors(&[tensor([-7, i32::MIN]).view(), tensor([2, -1]).view()])
        .unwrap();
    assert_eq!(outputs[0], tensor([-3, i32::MIN]));
    let error = session
        .run_to_tensors(&[tensor([7, 1]).view(), tensor([1, 0]).view()])
        .unwrap_err();
    assert!(
        texts(&error).contains("node n (Div): integer division by zero"),
        "{error}"
    );
}
