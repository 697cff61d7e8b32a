//! What must hold of any bytes.

use emo_onnx::Model;

/// Reading ends, and what it accepts survives a round trip, checking and inference, with its functions and without.
pub(crate) fn probe(bytes: &[u8]) {
    let Ok(mut model) = Model::from_bytes(bytes) else {
        return;
    };
    look_through(&model);
    if model.inline_functions().is_ok() {
        assert!(model.functions().is_empty());
        look_through(&model);
    }
}

fn look_through(model: &Model) {
    check_round_trip(model);
    // Whatever the model's faults are, they are told and not fallen for.
    let _ = model.check();
    let _ = model.infer();
}

fn check_round_trip(model: &Model) {
    let written = model.to_bytes();
    let again = Model::from_bytes(&written).expect("what is written is read");
    // Bytes are compared, since a NaN does not equal itself.
    assert!(again.to_bytes() == written, "what is read is written again");
}
