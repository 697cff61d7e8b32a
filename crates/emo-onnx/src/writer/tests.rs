use emo_tensor::{
    ElementType, F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, Tensor, U4,
    half::{bf16, f16},
};
use ndarray::{ArrayD, IxDyn};
use proptest::{collection::vec, prelude::*};
use prost::Message;

use super::*;
use crate::{Attribute, Dim, Model, ValueType, external::Files};

fn array<T: Clone + std::fmt::Debug + 'static>(
    element: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = Tensor>
where
    Tensor: From<ArrayD<T>>,
{
    vec(0_usize..4, 0..4).prop_flat_map(move |shape| {
        let len: usize = shape.iter().product();
        vec(element.clone(), len).prop_map(move |elements| {
            ArrayD::from_shape_vec(IxDyn(&shape), elements)
                .unwrap()
                .into()
        })
    })
}

fn tensor() -> impl Strategy<Value = Tensor> {
    // NaN is left out, as it does not equal itself.
    use proptest::num::{f32, f64};
    prop_oneof![
        array(f32::NORMAL | f32::ZERO | f32::SUBNORMAL | f32::INFINITE),
        array(f64::NORMAL | f64::ZERO | f64::SUBNORMAL | f64::INFINITE),
        array(any::<i8>()),
        array(any::<i16>()),
        array(any::<i32>()),
        array(any::<i64>()),
        array(any::<u8>()),
        array(any::<u16>()),
        array(any::<u32>()),
        array(any::<u64>()),
        array(any::<bool>()),
        array(any::<u8>().prop_map(|bits| f16::from_f32(bits.into()))),
        array(any::<u8>().prop_map(|bits| bf16::from_f32(bits.into()))),
        array(
            any::<u8>()
                .prop_map(F8E4M3Fn::from_bits)
                .prop_filter("NaN", |x| !x.to_f32().is_nan())
        ),
        array(
            any::<u8>()
                .prop_map(F8E4M3FnUz::from_bits)
                .prop_filter("NaN", |x| !x.to_f32().is_nan())
        ),
        array(
            any::<u8>()
                .prop_map(F8E5M2::from_bits)
                .prop_filter("NaN", |x| !x.to_f32().is_nan())
        ),
        array(
            any::<u8>()
                .prop_map(F8E5M2FnUz::from_bits)
                .prop_filter("NaN", |x| !x.to_f32().is_nan())
        ),
        array(any::<u8>().prop_map(I4::from_bits)),
        array(any::<u8>().prop_map(U4::from_bits)),
    ]
}

fn attribute() -> impl Strategy<Value = Attribute> {
    use proptest::num::f32;
    let number = f32::NORMAL | f32::ZERO | f32::INFINITE;
    prop_oneof![
        number.prop_map(Attribute::Float),
        any::<i64>().prop_map(Attribute::Int),
        ".{0,5}".prop_map(Attribute::String),
        tensor().prop_map(Attribute::Tensor),
        vec(number, 0..4).prop_map(Attribute::Floats),
        vec(any::<i64>(), 0..4).prop_map(Attribute::Ints),
        vec(".{0,5}", 0..4).prop_map(Attribute::Strings),
        vec(tensor(), 0..3).prop_map(Attribute::Tensors),
    ]
}

fn info(name: String) -> impl Strategy<Value = ValueInfo> {
    let dim = prop_oneof![
        (0_usize..100).prop_map(Dim::Fixed),
        "[a-z]{1,3}".prop_map(Dim::Symbol),
        Just(Dim::Unknown),
    ];
    let types = [ElementType::F32, ElementType::I64, ElementType::Bool];
    (proptest::sample::select(types.to_vec()), vec(dim, 0..4)).prop_map(
        move |(element_type, shape)| ValueInfo::tensor_of(name.clone(), element_type, Some(shape)),
    )
}

/// A subgraph of one node that reads the graph's input and a constant of its own.
fn subgraph() -> impl Strategy<Value = Graph> {
    let info = |name: &str| ValueInfo {
        name: name.to_owned(),
        value_type: ValueType::Unknown,
    };
    let attributes = proptest::collection::btree_map("[a-z]{1,5}", attribute(), 0..3);
    (".{0,5}", tensor(), attributes, any::<bool>()).prop_map(
        move |(name, constant, attributes, repeats)| Graph {
            name,
            nodes: vec![Node {
                op_type: "Inner".to_owned(),
                inputs: vec!["in".to_owned(), "own".to_owned()],
                outputs: vec!["result".to_owned()],
                attributes,
                ..Node::default()
            }],
            outputs: vec![info("result"); if repeats { 2 } else { 1 }],
            initializers: BTreeMap::from([("own".to_owned(), constant)]),
            value_infos: vec![ValueInfo::tensor_of("own", ElementType::F32, None)],
            ..Graph::default()
        },
    )
}

/// A node whose inputs are chosen among those that come before it.
fn node(index: usize) -> impl Strategy<Value = Node> {
    let name = prop_oneof![Just(String::new()), "[a-z]{1,3}"];
    let input = prop_oneof![
        1 => Just(String::new()),
        2 => Just("in".to_owned()),
        4 => (0..=index).prop_map(|earlier| match earlier {
            0 => "const0".to_owned(),
            _ => format!("node{}", earlier - 1),
        }),
    ];
    let value = prop_oneof![
        6 => attribute(),
        1 => subgraph().prop_map(Attribute::Graph),
        1 => vec(subgraph(), 0..3).prop_map(Attribute::Graphs),
    ];
    let attributes = proptest::collection::btree_map("[a-z]{1,5}", value, 0..4);
    (
        name,
        "[A-Z][a-z]{0,5}",
        vec(input, 0..4),
        attributes,
        any::<bool>(),
    )
        .prop_map(
            move |(name, op_type, inputs, attributes, skips_first)| Node {
                name,
                op_type,
                inputs,
                outputs: match skips_first {
                    true => vec![String::new(), format!("node{index}")],
                    false => vec![format!("node{index}")],
                },
                attributes,
                ..Node::default()
            },
        )
}

fn graph() -> impl Strategy<Value = Graph> {
    (0_usize..6).prop_flat_map(|n_nodes| {
        let nodes: Vec<_> = (0..n_nodes).map(node).collect();
        let output = n_nodes
            .checked_sub(1)
            .map_or_else(|| "const0".to_owned(), |last| format!("node{last}"));
        (
            ".{0,5}",
            nodes,
            info("in".to_owned()),
            info(output),
            vec(tensor(), 1..4),
        )
            .prop_map(|(name, nodes, input, output, constants)| Graph {
                name,
                nodes,
                inputs: vec![input],
                outputs: vec![output],
                initializers: (0..)
                    .map(|index| format!("const{index}"))
                    .zip(constants)
                    .collect(),
                ..Graph::default()
            })
    })
}

fn model() -> impl Strategy<Value = Model> {
    let metadata = proptest::collection::btree_map(".{0,5}", ".{0,5}", 0..4);
    (graph(), 7_i64..=27, metadata).prop_map(|(graph, opset, metadata)| {
        let mut model = Model::from_graph(graph, opset).unwrap();
        *model.metadata_mut() = metadata;
        model
    })
}

/// Ways of spelling the same model that differ from ours.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Typed,
    Commented,
    Reversed,
    Aliased,
    Bare,
    ConstantInputs,
}

fn respell(proto: &mut ModelProto, spelling: Spelling) {
    let graph = proto.graph.as_mut().unwrap();
    let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    match spelling {
        Spelling::Typed => {
            let in_attributes = attributes.filter_map(|attribute| attribute.t.as_mut());
            for proto in in_attributes.chain(&mut graph.initializer) {
                let read = tensor::decode(proto, "", &mut Files::none()).unwrap();
                let read = read.unwrap();
                proto.raw_data = None;
                *proto = tensor::encode(&read, Some(proto));
            }
        }
        Spelling::Commented => {
            let comment = Some("comment".to_owned());
            attributes.for_each(|attribute| attribute.doc_string = comment.clone());
            for node in &mut graph.node {
                node.doc_string = comment.clone();
            }
            for info in graph.output.iter_mut().chain(&mut graph.input) {
                info.doc_string = comment.clone();
            }
            graph.doc_string = comment.clone();
            proto.doc_string = comment;
        }
        Spelling::Reversed => {
            for node in &mut graph.node {
                node.attribute.reverse();
            }
            graph.initializer.reverse();
            proto.metadata_props.reverse();
        }
        Spelling::Aliased => {
            for node in &mut graph.node {
                node.domain = Some("ai.onnx".to_owned());
            }
            for import in &mut proto.opset_import {
                import.domain = None;
            }
        }
        Spelling::Bare => {
            for attribute in attributes {
                attribute.i = attribute.i.filter(|value| *value != 0);
                attribute.f = attribute.f.filter(|value| value.to_bits() != 0);
                attribute.s = attribute.s.take().filter(|value| !value.is_empty());
            }
            for node in &mut graph.node {
                node.name.get_or_insert_default();
            }
            for entry in &mut proto.metadata_props {
                entry.value = entry.value.take().filter(|value| !value.is_empty());
            }
        }
        Spelling::ConstantInputs => {
            for constant in &graph.initializer {
                let info = ValueInfoProto {
                    name: constant.name.clone(),
                    ..ValueInfoProto::default()
                };
                graph.input.insert(0, info);
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(model in model()) {
        let bytes = model.to_bytes();
        let read = Model::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&read, &model);
        prop_assert_eq!(read.to_bytes(), bytes);
    }

    #[test]
    fn how_a_file_is_spelled_is_kept(
        model in model(),
        spellings in proptest::sample::subsequence(
            vec![
                Spelling::Typed,
                Spelling::Commented,
                Spelling::Reversed,
                Spelling::Aliased,
                Spelling::Bare,
                Spelling::ConstantInputs,
            ],
            1..=6,
        ),
    ) {
        let mut proto = ModelProto::decode(&*model.to_bytes()).unwrap();
        for spelling in spellings {
            respell(&mut proto, spelling);
        }
        let bytes = proto.encode_to_vec();
        let read = Model::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&read, &model);
        prop_assert_eq!(read.to_bytes(), bytes);
    }
}

#[test]
fn changed_metadata_keep_the_order_of_the_file() {
    let entries = [("b", "1"), ("a", "2"), ("c", "3")];
    let template: Vec<_> = entries
        .iter()
        .map(|(key, value)| StringStringEntryProto {
            key: Some((*key).to_owned()),
            value: Some((*value).to_owned()),
        })
        .collect();
    let changed = [("a", "2"), ("aa", "4"), ("b", "5")];
    let changed = changed
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let written = write_metadata(&changed, &template);
    let written: Vec<_> = written
        .iter()
        .map(|entry| (entry.key(), entry.value()))
        .collect();
    assert_eq!(written, [("b", "5"), ("a", "2"), ("aa", "4")]);
}
