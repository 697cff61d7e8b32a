//! What a model computes stays when it is written for another version of the operators.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

#[allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]
mod cases;

use emo_backend_cpu::CpuBackend;
use emo_onnx::{Model, OnnxError};

/// Versions that changed much.
const TARGETS: [i64; 8] = [7, 9, 11, 13, 18, 21, 23, 27];

/// The least number of cases that can be written for a newer and for an older version.
const NEWER: usize = 1000;
const OLDER: usize = 700;

/// `None` where `target` cannot express what the model computes.
fn converted(model: &Model, target: i64) -> Option<Model> {
    let mut converted = model.clone();
    match converted.convert_opset(target) {
        Ok(()) => Some(converted),
        Err(
            OnnxError::Conversion { .. }
            | OnnxError::UnknownOperator { .. }
            | OnnxError::Type { .. },
        ) => {
            // By bytes, since elements that are no numbers are equal to nothing.
            assert!(
                converted.to_bytes() == model.to_bytes(),
                "a refused model changed"
            );
            None
        }
        other => {
            other.unwrap();
            None
        }
    }
}

#[test]
fn every_operator_computes_the_same_in_other_versions() {
    let (mut n_newer, mut n_older) = (0, 0);
    for path in cases::files() {
        let model = Model::read(&path).unwrap();
        for target in TARGETS.into_iter().filter(|&t| t != model.opset()) {
            let what = format!("{} for version {target}", path.display());
            eprintln!("{what}");
            let Some(converted) = converted(&model, target) else {
                continue;
            };
            let mut session = CpuBackend::default().compile(&converted).unwrap();
            cases::check(&model, &mut session, &what);
            match target > model.opset() {
                true => n_newer += 1,
                false => n_older += 1,
            }
        }
    }
    assert!(
        n_newer >= NEWER && n_older >= OLDER,
        "{n_newer} newer, {n_older} older"
    );
}
