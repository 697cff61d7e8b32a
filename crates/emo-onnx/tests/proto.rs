//! Holds the checked-in protobuf code to the definition that it is generated from.

use std::{fs, path::Path};

/// Set to write `src/proto.rs` anew, after `proto/onnx.proto` has changed.
const REGENERATE: &str = "EMO_ONNX_REGENERATE";

#[test]
fn the_protobuf_code_is_what_the_definition_generates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let descriptors = protox::compile(["onnx.proto"], [root.join("proto")]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    prost_build::Config::new()
        .out_dir(folder.path())
        .disable_comments(["."])
        // Shared with the file that they are read from, so that elements are copied but once.
        .bytes(["TensorProto.raw_data"])
        .compile_fds(descriptors)
        .unwrap();
    let generated = fs::read_to_string(folder.path().join("onnx.rs")).unwrap();
    let checked_in = root.join("src/proto.rs");
    if std::env::var_os(REGENERATE).is_some() {
        fs::write(&checked_in, &generated).unwrap();
    }
    assert_eq!(
        fs::read_to_string(checked_in).unwrap(),
        generated,
        "set {REGENERATE}=1 and run this test again"
    );
}
