//! Models as other tools write them: read, written and read again.

use emo_onnx::Model;

#[test]
fn reference_models_come_back_byte_for_byte() {
    let Some(folder) = emo_testing::shared("models") else {
        return;
    };
    let mut n_models = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "onnx") {
            continue;
        }
        let model = Model::read(&path).unwrap();
        let written = model.to_bytes();
        assert_eq!(
            Model::from_bytes(&written).unwrap(),
            model,
            "{}",
            path.display()
        );
        let original = std::fs::read(&path).unwrap();
        assert!(written == original, "{} differs", path.display());
        n_models += 1;
    }
    assert!(n_models > 0);
}
