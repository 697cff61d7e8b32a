//! Each file in `fixtures/emo-onnx/hostile` is refused by an error that says where, under an allocator that ends the
//! process at 256 MiB.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
};

use emo_onnx::{Model, OnnxError, ReadOptions};
use emo_testing::{CappedAllocator, error_chain, fixture};

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

/// The error's variant, that of its cause where it only passes that on, as text.
fn variant(error: &OnnxError) -> String {
    match error {
        OnnxError::InFile { source, .. } | OnnxError::InFunction { source, .. } => variant(source),
        error => {
            let text = format!("{error:?}");
            let end = text.find([' ', '{', '(']).unwrap_or(text.len());
            text[..end].to_owned()
        }
    }
}

#[track_caller]
fn check(name: &str, error: &OnnxError, expected: &str, message: &str) {
    let chain = error_chain(error);
    assert_eq!(variant(error), expected, "{name}: {chain}");
    assert!(chain.contains(message), "{name}: {chain}");
}

/// File, variant and a part of the message.
const READING: &[(&str, &str, &str)] = &[
    (
        "negative_extent",
        "Extent",
        "initializer `w`: axis 0 has the negative extent -2",
    ),
    (
        "negative_extent_in_attribute",
        "Extent",
        "node constant (Constant): attribute `value`: axis 0",
    ),
    (
        "negative_extent_of_input",
        "Extent",
        "input `x`: axis 0 has the negative extent -1",
    ),
    (
        "raw_too_short",
        "DataLen",
        "initializer `w`: 8 bytes of data, the shape has 16",
    ),
    (
        "raw_too_long",
        "DataLen",
        "initializer `w`: 8 bytes of data, the shape has 4",
    ),
    (
        "raw_too_short_in_attribute",
        "DataLen",
        "node constant (Constant): attribute `value`: 8 bytes",
    ),
    (
        "raw_too_short_in_subgraph",
        "DataLen",
        "initializer `w`: 8 bytes",
    ),
    (
        "raw_too_short_in_function",
        "DataLen",
        "function `F0`: node inner (Constant): attribute `value`: 8",
    ),
    (
        "raw_too_short_in_training",
        "DataLen",
        "initializer `w`: 8 bytes",
    ),
    (
        "raw_too_short_in_list",
        "DataLen",
        "node add (Add): attribute `tensors`: 8 bytes",
    ),
    (
        "huge_shape",
        "Limit",
        "initializer `w`: 18446744073709551615 elements",
    ),
    (
        "huge_empty_shape",
        "Limit",
        "initializer `w`: 9223372036854775807 elements",
    ),
    (
        "huge_shape_without_data",
        "Limit",
        "initializer `w`: 1099511627776 elements",
    ),
    (
        "huge_shape_of_input",
        "Limit",
        "input `x`: 18446744073709551615 elements",
    ),
    ("many_axes", "Limit", "initializer `w`: 100 axes"),
    (
        "typed_too_short",
        "DataLen",
        "initializer `w`: 1 elements of data, the shape has 2",
    ),
    (
        "two_fields",
        "DataField",
        "initializer `w`: data in a field",
    ),
    (
        "wrong_field",
        "DataField",
        "initializer `w`: data in a field",
    ),
    (
        "number_too_large",
        "Element",
        "initializer `w`: element 1 is 128, which is no i8",
    ),
    (
        "neither_true_nor_false",
        "Element",
        "initializer `w`: element 1 is 2, which is no bool",
    ),
    (
        "half_bytes_too_long",
        "DataLen",
        "initializer `w`: 2 bytes of data, the shape has 1",
    ),
    (
        "strings_too_few",
        "DataLen",
        "initializer `w`: 1 elements of data, the shape has 2",
    ),
    (
        "strings_raw",
        "DataField",
        "initializer `w`: data in a field that is not for STRING",
    ),
    (
        "unknown_element_type",
        "DataType",
        "initializer `w`: elements of type 99",
    ),
    (
        "sparse_values_too_short",
        "DataLen",
        "initializer `w`: values: 8 bytes",
    ),
    (
        "sparse_places_too_few",
        "SparseIndices",
        "initializer `w`: indices: ",
    ),
    (
        "sparse_place_behind_end",
        "SparseIndex",
        "initializer `w`: indices: element 1 is 4",
    ),
    (
        "sparse_place_before_begin",
        "SparseIndex",
        "node constant (Constant): attribute `sparse_value`: indices: element 0 is -1",
    ),
    (
        "sparse_huge",
        "Limit",
        "initializer `w`: 18446744073709551615 elements",
    ),
    (
        "external_initializer",
        "ExternalData",
        "initializer `w`: its data are in another file",
    ),
    (
        "external_attribute",
        "ExternalData",
        "node constant (Constant): attribute `value`: its data",
    ),
    (
        "external_sparse",
        "ExternalData",
        "initializer `w`: values: its data",
    ),
    (
        "external_subgraph",
        "ExternalData",
        "initializer `w`: its data",
    ),
    (
        "external_function",
        "ExternalData",
        "function `F0`: node inner (Constant): attribute `value`: its",
    ),
    (
        "external_training",
        "ExternalData",
        "initializer `w`: its data",
    ),
    (
        "external_without_flag",
        "ExternalData",
        "initializer `w`: its data",
    ),
    ("cycle_of_one", "Cycle", "add (Add) → add (Add)"),
    (
        "cycle",
        "Cycle",
        "first (Add) → second (Relu) → third (Relu) → first (Add)",
    ),
    (
        "cycle_through_subgraph",
        "Cycle",
        "choose (If) → choose (If)",
    ),
    (
        "cycle_in_subgraph",
        "Cycle",
        "inner (Relu) → other (Relu) → inner (Relu)",
    ),
    (
        "cycle_in_function",
        "Cycle",
        "function `F0`: the graph has a cycle: inner (Add) → other (Relu)",
    ),
    (
        "functions_of_one_name",
        "Duplicate",
        "more than one function is called `F0`",
    ),
    (
        "reference_without_function",
        "Unsupported",
        "node add (Add): attribute `axis`: a reference",
    ),
    (
        "two_producers",
        "Duplicate",
        "more than one value is called `y`",
    ),
    (
        "constant_written",
        "Duplicate",
        "more than one value is called `w`",
    ),
    (
        "two_constants",
        "Duplicate",
        "more than one initializer is called `w`",
    ),
    (
        "two_kinds_of_constant",
        "Duplicate",
        "more than one initializer is called `w`",
    ),
    (
        "shadowed",
        "Shadowed",
        "node choose (If): its subgraph has a value `x`",
    ),
    (
        "two_attributes",
        "Duplicate",
        "node add (Add): more than one attribute is called `k`",
    ),
    (
        "attribute_mistagged",
        "Attribute",
        "node add (Add): attribute `k` is not a tensor",
    ),
    ("deep_type", "Limit", "33 levels of nesting"),
    ("deep_subgraphs", "Limit", "33 levels of nesting"),
    ("length_beyond_file", "Malformed", "malformed at byte 8"),
    ("eight_bytes", "Malformed", "malformed at byte"),
    ("half", "Malformed", "malformed at byte"),
];

/// With a folder that holds `weights.bin` of 16 bytes and `sparse.bin` of 1 GiB, all of it a hole.
const WITH_FOLDER: &[(&str, &str, &str)] = &[
    ("external_training", "ExternalData", "initializer `w`"),
    (
        "external_above",
        "ExternalEntry",
        "initializer `w`: the location `../weights.bin`",
    ),
    (
        "external_above_on_windows",
        "ExternalEntry",
        "initializer `w`: the location `..\\weights.bin`",
    ),
    (
        "external_absolute",
        "ExternalEntry",
        "initializer `w`: the location `/etc/passwd`",
    ),
    (
        "external_below",
        "ExternalEntry",
        "initializer `w`: the location `folder/weights.bin`",
    ),
    (
        "external_drive",
        "ExternalEntry",
        "initializer `w`: the location `c:weights.bin`",
    ),
    (
        "external_nul",
        "ExternalEntry",
        "initializer `w`: the location `weights.bin",
    ),
    (
        "external_dot",
        "ExternalEntry",
        "initializer `w`: the location `.`",
    ),
    (
        "external_empty",
        "ExternalEntry",
        "initializer `w`: the location ``",
    ),
    (
        "external_nowhere",
        "Missing",
        "initializer `w` has no location",
    ),
    (
        "external_twice",
        "Duplicate",
        "initializer `w`: more than one entry",
    ),
    (
        "external_trap",
        "ExternalFile",
        "initializer `w`: cannot read",
    ),
    (
        "external_offset_negative",
        "ExternalEntry",
        "initializer `w`: the offset `-8`",
    ),
    (
        "external_offset_overflow",
        "ExternalRange",
        "initializer `w`: ",
    ),
    (
        "external_offset_behind",
        "ExternalRange",
        "weights.bin has 16 bytes, not 8 from byte 9 on",
    ),
    (
        "external_length_wrong",
        "DataLen",
        "initializer `w`: 4611686018427387904 bytes of data, the shape has 8",
    ),
    (
        "external_length_negative",
        "ExternalEntry",
        "initializer `w`: the length `-1`",
    ),
    (
        "external_shape_huge",
        "Limit",
        "initializer `w`: 2147483648 bytes in other files",
    ),
    (
        "external_many_times",
        "Limit",
        "bytes in other files, at most 134217728 are accepted",
    ),
];

/// When functions are put in place of their calls.
const INLINING: &[(&str, &str, &str)] = &[
    (
        "function_of_itself",
        "RecursiveFunction",
        "calls itself: F0 → F0",
    ),
    (
        "functions_in_circle",
        "RecursiveFunction",
        "calls itself: F0 → F1 → F0",
    ),
    ("functions_doubling", "Limit", "65537 nodes of functions"),
    ("functions_nested", "Limit", "33 levels of functions"),
    (
        "function_with_more_inputs",
        "FunctionCall",
        "node call (F0): 2 inputs, at most 1",
    ),
];

fn path(name: &str) -> std::path::PathBuf {
    fixture(format!("emo-onnx/hostile/{name}.onnx"))
}

#[test]
fn reading_refuses() {
    for (name, expected, message) in READING {
        let error = Model::read(path(name)).unwrap_err();
        check(name, &error, expected, message);
    }
}

#[test]
fn reading_other_files_refuses() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("weights.bin"), [0; 16]).unwrap();
    let sparse = File::create(folder.path().join("sparse.bin")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    let mut options = ReadOptions::default();
    options.external_folder = Some(folder.path().to_owned());
    for (name, expected, message) in WITH_FOLDER {
        if *name == "external_many_times" {
            options.external_limit = 128 << 20;
        }
        let error = Model::read_with(path(name), &options).unwrap_err();
        check(name, &error, expected, message);
    }
    for name in [
        "initializer",
        "attribute",
        "sparse",
        "subgraph",
        "function",
        "without_flag",
    ] {
        Model::read_with(path(&format!("external_{name}")), &options).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn only_a_file_of_one_name_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, [0; 16]).unwrap();
    let mut options = ReadOptions::default();
    options.external_folder = Some(folder.path().to_owned());
    let trap = folder.path().join("trap");
    let is_refused = |what: &str, message: &str| {
        let error = Model::read_with(path("external_trap"), &options).unwrap_err();
        check(what, &error, "ExternalFile", message);
        assert!(error_chain(&error).contains("initializer `w`"), "{what}");
    };
    let link = |from: &Path| std::os::unix::fs::symlink(from, &trap).unwrap();

    link(&secret);
    is_refused("a link to a file outside", "");
    fs::remove_file(&trap).unwrap();
    fs::write(folder.path().join("weights.bin"), [0; 16]).unwrap();
    link(Path::new("weights.bin"));
    is_refused("a link to a file beside", "");
    fs::remove_file(&trap).unwrap();
    fs::hard_link(&secret, &trap).unwrap();
    is_refused("a hard link", "a file with several hard links");
    fs::remove_file(&trap).unwrap();
    fs::create_dir(&trap).unwrap();
    is_refused("a folder", "not a regular file");
    fs::remove_dir(&trap).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&trap).status();
    if made.is_ok_and(|status| status.success()) {
        is_refused("a pipe that nobody writes to", "not a regular file");
        fs::remove_file(&trap).unwrap();
    }
    fs::write(&trap, [0; 16]).unwrap();
    Model::read_with(path("external_trap"), &options).unwrap();
}

#[test]
fn inlining_refuses() {
    for (name, expected, message) in INLINING {
        let mut model = Model::read(path(name)).unwrap();
        let before = model.to_bytes();
        let error = model.inline_functions().unwrap_err();
        check(name, &error, expected, message);
        assert!(model.to_bytes() == before, "{name}");
    }
}

#[test]
fn every_file_has_a_case() {
    let cases: BTreeSet<String> = [READING, WITH_FOLDER, INLINING]
        .into_iter()
        .flatten()
        .map(|(name, ..)| format!("{name}.onnx"))
        .collect();
    let files: BTreeSet<String> = fs::read_dir(fixture("emo-onnx/hostile"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".onnx"))
        .collect();
    assert_eq!(cases, files);
}
