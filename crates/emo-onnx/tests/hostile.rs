//! Files that want to crash the reader, under an allocator that ends the process at 256 MiB.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use emo_onnx::{Attribute, GraphBuilder, Model, OnnxError};
use emo_tensor::ElementType;
use emo_testing::CappedAllocator;
use ndarray::arr1;
use proptest::{collection::vec, prelude::*};

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

fn valid() -> Vec<u8> {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 2]);
    let w = graph.initializer("w", arr1(&[1.0_f32, 2.0]).into_dyn());
    let k = graph.initializer("k", arr1(&[3_i64]).into_dyn());
    let sum = graph.node(
        "sum",
        "Add",
        &[&x, &w],
        [
            (
                "t",
                Attribute::Tensor(arr1(&[true, false]).into_dyn().into()),
            ),
            ("s", Attribute::Strings(vec!["a".to_owned()])),
            ("i", Attribute::Ints(vec![1, 2])),
        ],
    );
    let y = graph.node("y", "Reshape", &[&sum, &k], [("f", Attribute::Float(1.0))]);
    graph.output(&y, ElementType::F32, &[2, 1]);
    let mut model = graph.build(17).unwrap();
    model.set_labels(&["a", "b"]).unwrap();
    model.to_bytes()
}

/// Reading must end, and what it accepts must survive a round trip.
fn probe(bytes: &[u8]) {
    if let Ok(model) = Model::from_bytes(bytes) {
        let written = model.to_bytes();
        // Bytes are compared, since a NaN does not equal itself.
        assert_eq!(Model::from_bytes(&written).unwrap().to_bytes(), written);
    }
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// The field `number` with `payload` in it.
fn field(number: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = varint(number << 3 | 2);
    bytes.extend(varint(u64::try_from(payload.len()).unwrap()));
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn every_truncation_and_single_bit_flip_is_survived() {
    let bytes = valid();
    Model::from_bytes(&bytes).unwrap();
    for len in 0..bytes.len() {
        probe(&bytes[..len]);
    }
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        probe(&flipped);
    }
}

#[test]
fn lengths_beyond_the_file_are_malformed() {
    for claimed in [100, u64::from(u32::MAX), u64::MAX] {
        let mut bytes = varint(7 << 3 | 2);
        bytes.extend(varint(claimed));
        let error = Model::from_bytes(&bytes).unwrap_err();
        assert!(
            matches!(error, OnnxError::Malformed { offset } if offset == bytes.len()),
            "{error}"
        );
    }
}

#[test]
fn deep_nesting_is_refused() {
    // A value of a sequence of sequences.
    let mut kind = Vec::new();
    for _ in 0..1000 {
        kind = field(4, &field(1, &kind));
    }
    let bytes = field(7, &field(11, &field(2, &kind)));
    // A subgraph in an attribute of a node of a subgraph.
    let mut graph = Vec::new();
    for _ in 0..20 {
        graph = field(1, &field(5, &field(6, &graph)));
    }
    for bytes in [bytes, field(7, &graph)] {
        let error = Model::from_bytes(&bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the file: 33 levels of nesting, at most 32 are accepted"
        );
    }
}

#[test]
fn many_tiny_messages_are_refused_before_they_are_decoded() {
    // Two bytes per message: nodes, initializers, attributes and their tensors, dimensions, and strings.
    for path in [
        &[7, 1][..],
        &[7, 5],
        &[7, 1, 5],
        &[7, 1, 5, 10],
        &[7, 11, 2, 1, 2, 1],
        &[7, 1, 1],
    ] {
        let (&last, outer) = path.split_last().unwrap();
        let file = |n_messages| {
            let mut bytes = field(last, &[]).repeat(n_messages);
            for &number in outer.iter().rev() {
                bytes = field(number, &bytes);
            }
            // IR version 8.
            bytes.extend([1 << 3, 8]);
            // Version 17 of ONNX's own operators.
            bytes.extend(field(8, &[2 << 3, 17]));
            Model::from_bytes(&bytes).unwrap_err()
        };
        let is_refused = |error: &OnnxError| matches!(error, OnnxError::Limit { what, .. } if what.starts_with("bytes of structure"));
        let mut n_messages = 4 << 20;
        let error = file(n_messages);
        assert!(is_refused(&error), "{error}");
        // The most that pass are decoded and refused for another reason, within the allocator's bound.
        while is_refused(&file(n_messages)) {
            n_messages = n_messages / 4 * 3;
        }
    }
}

#[test]
fn packed_numbers_are_counted_before_they_are_decoded() {
    // One byte per number of eight: a tensor's extents, and elements that its shape does not ask for.
    for number in [1, 5, 7, 11] {
        let bytes = field(7, &field(5, &field(number, &vec![0; 32 << 20])));
        let error = Model::from_bytes(&bytes).unwrap_err();
        assert!(matches!(error, OnnxError::Limit { .. }), "{error}");
    }
}

fn text(number: u64, text: &str) -> Vec<u8> {
    field(number, text.as_bytes())
}

fn int(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

/// A model with the function `F` of one node and one output, `q`, and with calls that write these values.
fn calls(node: &[u8], outputs: impl Iterator<Item = String>) -> Vec<u8> {
    let import = |number, domain| field(number, &[text(1, domain), int(2, 17)].concat());
    let function = [
        text(1, "F"),
        text(5, "q"),
        field(7, node),
        import(9, ""),
        text(10, "f"),
    ];
    let call = |output: String| {
        let output = text(2, &output);
        field(1, &[output, text(4, "F"), text(7, "f")].concat())
    };
    let kind = field(1, &int(1, 2));
    let output = field(12, &[text(1, "x"), field(2, &kind)].concat());
    let input = field(11, &[text(1, "x"), field(2, &kind)].concat());
    let graph = [outputs.flat_map(call).collect(), input, output].concat();
    [
        int(1, 10),
        field(7, &graph),
        import(8, ""),
        import(8, "f"),
        field(25, &function.concat()),
    ]
    .concat()
}

#[test]
fn large_functions_that_are_called_often_are_refused_before_they_are_copied() {
    // A megabyte of zeros.
    let tensor = [int(1, 1 << 20), int(2, 2), field(9, &vec![0; 1 << 20])].concat();
    let attribute = [text(1, "value"), field(5, &tensor), int(20, 4)].concat();
    let constant = [text(2, "q"), text(4, "Constant"), field(5, &attribute)].concat();
    let bytes = calls(&constant, (0..1000).map(|index| format!("y{index}")));
    let mut model = Model::from_bytes(&bytes).unwrap();
    let error = model.inline_functions().unwrap_err();
    assert!(
        matches!(
            &error,
            OnnxError::Limit {
                what: "bytes of functions",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().starts_with("node y127 (F): "), "{error}");
}

#[test]
fn many_calls_of_one_name_find_names_for_their_values() {
    // Calls that write nothing have no name, and their values all want the name `/q`.
    let node = [text(2, "q"), text(4, "Constant")].concat();
    let bytes = calls(&node, (0..30_000).map(|_| String::new()));
    let mut model = Model::from_bytes(&bytes).unwrap();
    model.inline_functions().unwrap();
    let nodes = model.graph().nodes();
    assert_eq!(nodes[0].outputs, ["/q"]);
    assert_eq!(nodes[29_999].outputs, ["/q/30000"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn spoiled_files_are_survived(
        flips in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        copied in any::<[prop::sample::Index; 3]>(),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut bytes = valid();
        for (index, value) in flips {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        let [a, b, to] = copied.map(|index| index.index(bytes.len()));
        let piece = bytes[a.min(b)..a.max(b)].to_vec();
        bytes.splice(to..to, piece);
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        probe(&bytes);
    }

    #[test]
    fn noise_is_survived(bytes in vec(any::<u8>(), 0..64)) {
        probe(&bytes);
    }
}
