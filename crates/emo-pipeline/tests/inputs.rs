//! Which channels of a recording are taken.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;

use emo_pipeline::{HrSignal, Inputs};

/// The first sample of what is taken as the ECG of a table with these columns, in which the n-th column holds n.
fn first_of(columns: &[&str]) -> Result<f32, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heart.csv");
    let row: Vec<String> = (0..columns.len()).map(|n| n.to_string()).collect();
    let rows = vec![row.join(","); 20].join("\n");
    fs::write(&path, format!("{}\n{rows}\n", columns.join(","))).unwrap();
    let mut inputs = Inputs::default();
    match inputs.read_ecg(&path, Some(100.0)) {
        Ok(inputs) => match inputs.hr() {
            Some(HrSignal::Ecg { samples, .. }) => Ok(samples[0]),
            other => panic!("{other:?}"),
        },
        Err(error) => Err(format!(
            "{error}: {}",
            std::error::Error::source(&error).unwrap()
        )),
    }
}

#[test]
fn an_ecg_is_what_is_called_so_or_else_a_lead() {
    for (columns, taken) in [
        (&["whatever"][..], 0.0),
        (&["I", "ECG chest", "II"], 1.0),
        (&["V5", "MLII"], 1.0),
        (&["V1", "II", "aVR"], 1.0),
        (&["temperature", "aVR"], 1.0),
    ] {
        assert_eq!(first_of(columns), Ok(taken), "{columns:?}");
    }
}

#[test]
fn a_recording_without_a_lead_is_refused_with_what_there_is() {
    let error = first_of(&["left", "right"]).unwrap_err();
    assert!(error.contains("left") && error.contains("right"), "{error}");
    let error = first_of(&["ECG 1", "ECG 2"]).unwrap_err();
    assert!(error.contains("several"), "{error}");
}
