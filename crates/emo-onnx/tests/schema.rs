//! Holds the table of operators to what ONNX documents of them, and to `onnx.defs` where that is installed.
#![allow(
    clippy::unwrap_used,
    reason = "a test may fail where it finds what it did not expect"
)]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use emo_onnx::{Arity, Attribute, AttributeKind, Schema};
use emo_tensor::ElementType;

/// Set to make `src/schema/table.rs` and `lists.rs` anew with `python` and the version of onnx that `make_table.py` names.
const REGENERATE: &str = "EMO_ONNX_REGENERATE_SCHEMAS";

fn find(op_type: &str, opset: i64) -> &'static Schema {
    Schema::find(op_type, opset).unwrap()
}

#[test]
fn the_table_is_what_onnx_defines() {
    if std::env::var_os(REGENERATE).is_none() {
        return;
    }
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema");
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("python")
        .arg(checked_in.join("make_table.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{message}");
    for name in ["lists.rs", "table.rs", "versions.rs"] {
        let generated = fs::read(folder.path().join(name)).unwrap();
        let is_same = fs::read(checked_in.join(name)).unwrap() == generated;
        fs::write(checked_in.join(name), generated).unwrap();
        assert!(is_same, "{name} was made anew: run this test again");
    }
}

/// Counts that `onnx.defs.get_all_schemas_with_history` gives for versions 1 to 27 of the default domain.
#[test]
fn every_version_of_every_operator_is_there() {
    let all = Schema::all();
    assert!(all.is_sorted_by_key(|schema| (schema.op_type(), schema.since())));
    let names: BTreeSet<_> = all.iter().map(Schema::op_type).collect();
    assert_eq!((all.len(), names.len()), (610, 202));
    for schema in all {
        assert!((1..=27).contains(&schema.since()), "{schema:?}");
        assert!(
            schema
                .attributes()
                .is_sorted_by_key(|attribute| attribute.name())
        );
        for parameter in schema.inputs().iter().chain(schema.outputs()) {
            let types = schema.types(parameter);
            let n_types = types.element_types().count() + usize::from(types.has_others());
            assert!(n_types > 0, "{schema:?}: {parameter:?}");
        }
        for opset in schema.since()..=27 {
            let found = Schema::find(schema.op_type(), opset).map(Schema::since);
            assert_eq!(Schema::find_since(schema.op_type(), opset), found);
        }
        let before = schema.since() - 1;
        let found = Schema::find(schema.op_type(), before).map(Schema::since);
        assert_eq!(Schema::find_since(schema.op_type(), before), found);
        let found = Schema::find(schema.op_type(), schema.since()).unwrap();
        assert!(std::ptr::eq(found, schema), "{schema:?}");
    }
    let deprecated: Vec<_> = all
        .iter()
        .filter(|schema| schema.is_deprecated())
        .map(|schema| (schema.op_type(), schema.since()))
        .collect();
    assert_eq!(
        deprecated,
        [
            ("GroupNormalization", 18),
            ("Scatter", 11),
            ("Upsample", 10)
        ]
    );
}

#[test]
fn a_version_is_found_from_its_first_opset_to_the_next() {
    let since = |opset| Schema::find("Softmax", opset).unwrap().since();
    assert_eq!([7, 10, 11, 12, 13, 27].map(since), [1, 1, 11, 11, 13, 13]);
    assert_eq!(Schema::find("Gelu", 19), None);
    assert_eq!(find("Gelu", 20).since(), 20);
    assert_eq!(Schema::find("NoSuchOperator", 17), None);
    assert_eq!(Schema::find("", 17), None);
    assert_eq!(Schema::find("Zzz", 17), None);
}

#[test]
fn arities_types_and_attributes_are_as_documented() {
    let conv = find("Conv", 11);
    assert_eq!(conv.n_inputs(), 2..=3);
    assert_eq!(conv.input(2).unwrap().arity(), Arity::Optional);
    assert_eq!(conv.input(3), None);
    let group = conv.attribute("group").unwrap();
    assert_eq!(group.kind(), AttributeKind::Int);
    assert_eq!(group.default(), Some(Attribute::Int(1)));
    let types = conv.types(conv.input(0).unwrap());
    assert_eq!(
        types.element_types().collect::<Vec<_>>(),
        [ElementType::F32, ElementType::F64, ElementType::F16]
    );
    assert!(!types.has_others());

    let concat = find("Concat", 13);
    assert_eq!(concat.n_inputs(), 1..=usize::MAX);
    assert_eq!(concat.input(99), concat.input(0));
    let axis = concat.attribute("axis").unwrap();
    assert!(axis.is_required());
    assert_eq!(axis.default(), None);

    let shape = find("Shape", 17);
    let output = shape.output(0).unwrap();
    assert_eq!(shape.types(output).only(), Some(ElementType::I64));
    assert!(shape.types(shape.input(0).unwrap()).has_others());

    // ONNX says of these that at least two inputs must be listed, be their names empty or not.
    assert_eq!(find("Loop", 16).n_inputs().start(), &2);
    assert_eq!(find("LSTM", 14).n_inputs(), 3..=8);
    assert_eq!(find("LSTM", 14).n_outputs(), 0..=3);
    assert_eq!(find("Dropout", 7).n_inputs(), 1..=1);
    assert_eq!(find("Dropout", 12).n_inputs(), 1..=3);
    assert_eq!(
        find("MeanVarianceNormalization", 13)
            .attribute("axes")
            .unwrap()
            .default(),
        Some(Attribute::Ints(vec![0, 2, 3]))
    );
}
