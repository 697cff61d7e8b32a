use super::*;

#[test]
fn unsupported_and_contradictory_nodes_are_refused() {
    let cases = [
        (
            refusal("GridSample", &[1, 2], vec![], vec![]),
            "node n (GridSample): operator",
        ),
        (
            refusal("Relu", &[1, 2], vec![], vec![("slope", Attribute::Int(1))]),
            "node n (Relu): attribute `slope`",
        ),
        (
            refusal("Relu", &[1, 2], vec![zeros(&[1])], vec![]),
            "malformed model: node n (Relu): 2 inputs, expected 1 to 1",
        ),
        (
            refusal("Elu", &[1], vec![], vec![("alpha", Attribute::Int(1))]),
            "malformed model: node n (Elu): attribute `alpha` is not a number",
        ),
        (
            refusal("Conv", &[1, 2, 9], vec![zeros(&[4, 3, 2])], vec![]),
            "malformed model: node n (Conv): input [1, 2, 9], weights [4, 3, 2] and 1 groups do not fit together",
        ),
        (
            refusal("Conv", &[1, 2, 3], vec![zeros(&[4, 2, 5])], vec![]),
            "malformed model: node n (Conv): a kernel that spans 5 over an axis of 3 with pads 0 and 0",
        ),
        (
            refusal("Conv", &[1; 9], vec![zeros(&[1; 9])], vec![]),
            "node n (Conv): an input with 9 axes, at most 6 spatial axes are executed",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[-9, 0]))],
            ),
            "malformed model: node n (Conv): a kernel that spans 3 over an axis of 9 with pads -9 and 0",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("strides", ints(&[0]))],
            ),
            "malformed model: node n (Conv): attribute `strides` is [0] over 1 spatial axes",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("auto_pad", Attribute::String("SAME".into()))],
            ),
            "node n (Conv): auto_pad `SAME`",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[i64::MAX, i64::MAX]))],
            ),
            "malformed model: node n (Conv): a kernel that spans 3 over an axis of 9",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[1 << 40, 0]))],
            ),
            "malformed model: the padded input of node n (Conv) needs 8796093022280 bytes, the limit is 1073741824",
        ),
        (
            refusal(
                "Pad",
                &[1, 2],
                vec![arr1(&[0_i64, 0, 1, 1]).into_dyn().into()],
                vec![("mode", Attribute::String("mirror".into()))],
            ),
            "node n (Pad): mode `mirror`",
        ),
        (
            refusal(
                "Pad",
                &[1, 2],
                vec![arr1(&[0_i64, 0, i64::MAX, 1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: the output of node n (Pad) needs 18446744073709551615 bytes, the limit is 1073741824",
        ),
        (
            refusal(
                "Reshape",
                &[2, 3],
                vec![arr1(&[4_i64, -1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Reshape): shape [2, 3] reshaped to [4, -1]",
        ),
        (
            refusal(
                "Reshape",
                &[2, 3],
                vec![arr1(&[-1_i64, -1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Reshape): shape [2, 3] reshaped to [-1, -1]",
        ),
        (
            refusal("Transpose", &[2, 3], vec![], vec![("perm", ints(&[0, 0]))]),
            "malformed model: node n (Transpose): axes [0, 0] repeat one",
        ),
        (
            refusal(
                "Softmax",
                &[2, 3],
                vec![],
                vec![("axis", Attribute::Int(2))],
            ),
            "malformed model: node n (Softmax): axis 2 of a tensor with 2 axes",
        ),
        (
            refusal("Add", &[2, 3], vec![zeros(&[2])], vec![]),
            "malformed model: node n (Add): shapes [2, 3] and [2] do not broadcast",
        ),
        (
            refusal("Add", &[2], vec![arr1(&[1_i64]).into_dyn().into()], vec![]),
            "malformed model: node n (Add): operands of types f32 and i64",
        ),
        (
            refusal("MatMul", &[2, 3], vec![zeros(&[2, 3])], vec![]),
            "malformed model: node n (MatMul): shapes [2, 3] and [2, 3] do not multiply",
        ),
        (
            refusal(
                "Gather",
                &[2, 3],
                vec![arr1(&[2_i64]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Gather): index 2 along an axis of 2",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[2],
                vec![arr0(0.0_f32).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (QuantizeLinear): scale 0",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[2, 4],
                vec![arr1(&[0.1_f32, 0.2]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (QuantizeLinear): 2 scales along an axis of 4",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[2],
                vec![
                    arr0(0.5_f32).into_dyn().into(),
                    arr0(0_i32).into_dyn().into(),
                ],
                vec![],
            ),
            "node n (QuantizeLinear): quantization to i32",
        ),
        (
            refusal("Cast", &[2], vec![], vec![("to", Attribute::Int(8))]),
            "node n (Cast): elements of data type 8",
        ),
        (
            refusal(
                "BatchNormalization",
                &[1, 2],
                vec![zeros(&[2]), zeros(&[2]), zeros(&[2]), zeros(&[2])],
                vec![("epsilon", Attribute::Float(-1.0))],
            ),
            "malformed model: node n (BatchNormalization): attribute `epsilon` is -1",
        ),
        (
            refusal(
                "MaxPool",
                &[1, 1, 4],
                vec![],
                vec![("kernel_shape", ints(&[2])), ("pads", ints(&[2, 0]))],
            ),
            "node n (MaxPool): windows that lie in the padding alone",
        ),
        (
            refusal(
                "Concat",
                &[1, 2],
                vec![zeros(&[2, 2])],
                vec![("axis", Attribute::Int(1))],
            ),
            "malformed model: node n (Concat): f32[1, 2] and f32[2, 2] do not join along axis 1",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "the error is\n  {actual}\nexpected\n  {expected}"
        );
    }
}
