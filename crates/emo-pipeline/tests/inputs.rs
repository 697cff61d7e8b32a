//! Which channels of a recording are taken.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;

use emo_pipeline::{EegRecording, HrSignal, Inputs};

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

/// A Muse headset's table at 256 Hz with an ECG beside it, of 600 samples that stops for `pause_s` after 200.
fn muse(pause_s: f64) -> (tempfile::TempDir, std::path::PathBuf) {
    let mut text = "timestamps,TP9,AF7,AF8,TP10,ECG\n".to_owned();
    for n in 0..600 {
        let time = 1000.0 + f64::from(n) / 256.0 + if n < 200 { 0.0 } else { pause_s };
        text += &format!("{time:.7},{n},{n},{n},{n},7\n");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("muse.csv");
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn an_eeg_with_a_gap_is_its_longest_stretch_without_other_channels() {
    let (_folder, path) = muse(3.0);
    let mut inputs = Inputs::default();
    let eeg = inputs.read_eeg(&path, None).unwrap().eeg().unwrap();
    assert_eq!(eeg.channels, ["TP9", "AF7", "AF8", "TP10"]);
    assert_eq!(eeg.samples.dim(), (4, 400));
    assert_eq!(eeg.samples[[3, 0]], 200.0);
}

#[test]
fn a_recording_tells_its_stretches_and_what_is_left_aside() {
    let (_folder, path) = muse(3.0);
    let recording = EegRecording::read(&path, None, &[]).unwrap();
    let stretches: Vec<_> = recording
        .stretches
        .iter()
        .map(|s| s.samples.clone())
        .collect();
    assert_eq!(stretches, [0..200, 200..600]);
    let after = 200.0 / 256.0 + 3.0;
    assert!((recording.stretches[1].start_s - after).abs() < 0.01);
    let [left] = &recording.left_aside[..] else {
        panic!("{:?}", recording.left_aside);
    };
    assert_eq!(
        (&*left.channel, &*left.reason),
        ("ECG", "not EEG by its name")
    );
    let named = EegRecording::read(&path, None, &["ecg".to_owned()]).unwrap();
    assert_eq!(named.channels.len(), 5);
    assert!(named.left_aside.is_empty());

    let (_folder, path) = muse(0.0);
    let whole = EegRecording::read(&path, None, &[]).unwrap();
    assert_eq!(whole.stretches[0].samples, 0..600);
}
