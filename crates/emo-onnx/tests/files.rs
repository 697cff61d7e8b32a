//! Errors of reading and writing name the file.

use emo_onnx::{Model, OnnxError};
use emo_testing::{error_chain, fixture};

#[test]
fn errors_name_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");

    let error = Model::read(&path).unwrap_err();
    assert!(matches!(&error, OnnxError::Read { path: named, .. } if *named == path));
    assert!(error.to_string().contains("m.onnx"), "{error}");

    std::fs::write(&path, b"no model").unwrap();
    let error = Model::read(&path).unwrap_err();
    assert!(
        error_chain(&error).contains("m.onnx: not a usable model: not an ONNX model"),
        "{error}"
    );
    assert!(matches!(&error, OnnxError::InFile { path: named, .. } if *named == path));

    let model = Model::read(fixture("emo-onnx/built_cnn.onnx")).unwrap();
    let error = model
        .write(folder.path().join("absent/m.onnx"))
        .unwrap_err();
    assert!(matches!(error, OnnxError::Write { .. }), "{error}");
    assert!(error.to_string().contains("absent"), "{error}");

    model.write(&path).unwrap();
    assert_eq!(Model::read(&path).unwrap(), model);
}
