//! The `extract` program on whole recordings of EEG: formats, gaps, and channels that are no EEG.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod tables;

use std::{fmt::Write as _, fs};

use emo_fusion::{
    Inputs,
    eeg::{EegFeatureSet, EegFeatures, EegFeaturesConfig, SampleRate, UndefinedFeature},
    ndarray::Array2,
};
use emo_testing::{assert_close, fixture, load_npy};

use crate::tables::{assert_names, extract, features, parse, recording, table};

/// Names of channels and `[channel][sample]` of the recording that the fixtures are made of.
fn eeg_samples() -> (Vec<String>, Vec<Vec<f32>>) {
    let mut inputs = Inputs::default();
    let path = recording("eeg.edf");
    let eeg = inputs.read_eeg(path, None).unwrap().eeg().unwrap().clone();
    let rows = eeg.samples.rows().into_iter().map(|row| row.to_vec());
    (eeg.channels, rows.collect())
}

#[test]
fn brainvision_files_give_what_edf_gives_and_other_channels_are_named() {
    let (mut names, mut samples) = eeg_samples();
    let n_samples = samples[0].len();
    names.push("ECG".to_owned());
    samples.push(vec![1.0; n_samples]);
    let folder = tempfile::tempdir().unwrap();
    let header = folder.path().join("head.vhdr");
    let mut text = format!(
        "Brain Vision Data Exchange Header File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\nDataFile=head.eeg\n\
         DataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels={}\nSamplingInterval=7812.5\n\n\
         [Binary Infos]\nBinaryFormat=INT_16\n\n[Channel Infos]\n",
        names.len()
    );
    for (number, name) in (1..).zip(&names) {
        let _ = writeln!(text, "Ch{number}={name},,0.01,µV");
    }
    fs::write(&header, text).unwrap();
    let values = (0..n_samples).flat_map(|n| samples.iter().map(move |row| row[n]));
    let bytes: Vec<u8> = values
        .flat_map(|uv| ((uv * 100.0).round() as i16).to_le_bytes())
        .collect();
    fs::write(folder.path().join("head.eeg"), bytes).unwrap();

    for (set, tolerance) in [("seed", 5e-3), ("de", 5e-3)] {
        let output = extract(&[
            "eeg",
            "--set",
            set,
            "--window",
            "2",
            header.to_str().unwrap(),
        ]);
        assert!(output.status.success());
        let (columns, rows) = parse(&output.stdout);
        let (expected_columns, expected) =
            table(&["eeg", "--set", set, "--window", "2", &recording("eeg.edf")]);
        assert_eq!(columns, expected_columns);
        assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!(row[1], expected[1]);
            // The values are rounded to 0.01 µV.
            assert_close(features(row), features(expected), 0.0, tolerance);
        }
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "note: left aside in 1 of 1 files: ECG (not EEG by its name)\n"
        );
    }
    // Who asks for it gets it.
    let wanted = ["--set", "bands", "--channels", "ECG,F3", "--window", "2"];
    let (columns, _) = table(&[&["eeg", header.to_str().unwrap()], &wanted[..]].concat());
    assert_names(&columns, &["ECG_alpha_power", "F3_alpha_power"], 2 * 5 * 3);
}

/// Every row's features are those of the library for `[channel][sample]` from the row's first sample on.
#[track_caller]
fn assert_rows(
    rows: &[Vec<String>],
    names: &[&str],
    rate_hz: f64,
    samples: &[Vec<f32>],
    starts: &[usize],
    len: usize,
) {
    let rate = SampleRate::from_hz(rate_hz).unwrap();
    let mut config = EegFeaturesConfig::new(rate, names, len);
    config.sets = vec![EegFeatureSet::Bands];
    config.undefined = UndefinedFeature::Fill(f32::NAN);
    let mut library = EegFeatures::new(&config).unwrap();
    assert_eq!(rows.len(), starts.len());
    for (row, &start) in rows.iter().zip(starts) {
        let window = Array2::from_shape_fn((names.len(), len), |(channel, n)| {
            samples[channel][start + n]
        });
        let expected = library.compute(&window).unwrap();
        assert_close(
            features(row),
            expected.iter().map(|&x| f64::from(x)),
            1e-3,
            1e-4,
        );
    }
}

#[test]
fn windows_over_gaps_are_left_out() {
    // A Muse headset at 256 Hz that stops for 5 s after 700 samples.
    let names = ["TP9", "AF7", "AF8", "TP10"];
    let value = |channel: usize, n: usize| ((n * (channel + 3) * 7919) % 211) as f32 / 10.0;
    let samples: Vec<Vec<f32>> = (0..4)
        .map(|channel| (0..1500).map(|n| value(channel, n)).collect())
        .collect();
    let mut text = "timestamps,TP9,AF7,AF8,TP10,Right AUX\n".to_owned();
    for n in 0..1500 {
        let time = 1000.0 + n as f64 / 256.0 + if n < 700 { 0.0 } else { 5.0 };
        let _ = write!(text, "{time:.8}");
        for row in &samples {
            let _ = write!(text, ",{:.1}", row[n]);
        }
        text.push_str(",0.0\n");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("muse.csv");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();

    let output = extract(&["eeg", "--set", "bands", "--window", "1", path]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    assert!(error.contains("Right AUX (not EEG by its name)"), "{error}");
    let (_, rows) = parse(&output.stdout);
    // Two windows before the gap, three after it.
    assert_rows(
        &rows,
        &names,
        256.0,
        &samples,
        &[0, 256, 700, 956, 1212],
        256,
    );
    let starts: Vec<f64> = rows.iter().map(|row| row[1].parse().unwrap()).collect();
    let after = 700.0 / 256.0 + 5.0;
    assert_close(
        starts,
        [0.0, 1.0, after, after + 1.0, after + 2.0],
        0.0,
        1e-3,
    );

    // One row is of the longest stretch.
    let output = extract(&["eeg", "--set", "bands", path]);
    let (_, rows) = parse(&output.stdout);
    assert_rows(&rows, &names, 256.0, &samples, &[700], 800);

    let output = extract(&["eeg", "--set", "bands", "--window", "4", path]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        error.contains("s without a gap are shorter than a window of 4 s"),
        "{error}"
    );
}

#[test]
fn xdf_files_are_read_with_their_breaks() {
    let folder = fixture("emo-recording/xdf");
    let path = folder.join("streams.xdf");
    let output = extract(&[
        "eeg",
        "--set",
        "bands",
        "--window",
        "1",
        path.to_str().unwrap(),
    ]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    for other in ["ECG (not EEG by its name)", "x (not a voltage)"] {
        assert!(error.contains(other), "{error}");
    }
    // pyxdf's values, of a stream that stands still for 10 s after 250 samples.
    let values = load_npy(folder.join("amp_values.npy"));
    let samples: Vec<Vec<f32>> = values
        .outer_iter()
        .map(|row| row.iter().map(|&x| x as f32).collect())
        .collect();
    let (columns, rows) = parse(&output.stdout);
    assert_names(
        &columns,
        &["Fp1_alpha_power", "Fp2_gamma_log_power"],
        2 * 5 * 3,
    );
    let rate_hz = load_npy(folder.join("rates.npy"))[[0]];
    assert_rows(
        &rows,
        &["Fp1", "Fp2"],
        rate_hz,
        &samples,
        &[0, 100, 250],
        100,
    );
    let times = load_npy(folder.join("amp_times.npy"));
    let starts: Vec<f64> = rows.iter().map(|row| row[1].parse().unwrap()).collect();
    let expected = [100, 250].map(|n| times[[n]] - times[[0]]);
    assert_close(
        [starts[1] - starts[0], starts[2] - starts[0]],
        expected,
        0.0,
        2e-3,
    );
}

#[test]
fn a_row_of_too_many_samples_names_the_option_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let rows: String = (0..65_537)
        .map(|n| format!("{},{}\n", n % 7, n % 11))
        .collect();
    fs::write(&path, format!("F3,F4\n{rows}")).unwrap();
    let path = path.to_str().unwrap();
    let output = extract(&["eeg", "--set", "de", "--rate", "128", path]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        error.contains(
            "65537 samples in one row, these sets take 64 to 65536: choose the length with --window"
        ),
        "{error}"
    );
    let (_, rows) = table(&[
        "eeg", "--set", "de", "--rate", "128", "--window", "256", path,
    ]);
    assert_eq!(rows.len(), 2);
}
