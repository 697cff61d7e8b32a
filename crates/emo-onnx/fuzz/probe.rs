//! What must hold of any bytes.

use emo_onnx::{Model, default_passes};

/// Reading ends, and what it accepts survives a round trip, checking, inference, passes, conversion and being looked
/// at, with its functions and without.
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
    let _ = model.summary();
    let _ = (model.dump(), model.to_dot(), model.to_mermaid());
    change(model, |model| model.optimize(&default_passes()).is_ok());
    change(model, |model| model.specialize_batch(1).is_ok());
    for opset in [7, 13, 27] {
        change(model, |model| model.convert_opset(opset).is_ok());
    }
}

/// A change succeeds and leaves a model that can be written and read, or fails and leaves the model as it was.
fn change(model: &Model, change: impl FnOnce(&mut Model) -> bool) {
    let mut changed = model.clone();
    if change(&mut changed) {
        check_round_trip(&changed);
    } else {
        assert!(
            changed.to_bytes() == model.to_bytes(),
            "an error changes nothing"
        );
    }
}

fn check_round_trip(model: &Model) {
    let written = model.to_bytes();
    let again = Model::from_bytes(&written).expect("what is written is read");
    // Bytes are compared, since a NaN does not equal itself.
    assert!(again.to_bytes() == written, "what is read is written again");
}
