//! The `extract` program as a user meets it: its tables, its files, and how it ends on bad input.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod tables;

use std::{collections::BTreeSet, fs, path::Path};

use emo_fusion::{
    Inputs,
    eeg::{EegFeatureSet, EegFeatures, EegFeaturesConfig, UndefinedFeature},
};
use emo_testing::{assert_close, fixture, load_npy};

use crate::tables::{assert_names, extract, features, parse, recording, table};

#[test]
fn eeg_is_the_same_from_edf_and_csv() {
    let files = [recording("eeg.edf"), recording("eeg.csv")];
    let (header, rows) = table(&["eeg", &files[0], &files[1]]);
    assert_names(
        &header,
        &["de_Fp1_delta", "de_FPz_alpha", "de_C4_gamma"],
        45,
    );
    assert_eq!(rows.len(), 2);
    assert_eq!([&rows[0][0], &rows[1][0]], [&files[0], &files[1]]);
    // The values in the CSV are rounded to 0.01 µV.
    assert_close(features(&rows[0]), features(&rows[1]), 0.0, 5e-3);
}

/// Numbers are those of `EegFeatures`, bit for bit, with NaN where a window has no value.
#[test]
fn eeg_sets_are_those_of_the_library() {
    let path = recording("eeg.edf");
    let mut inputs = Inputs::default();
    let eeg = inputs.read_eeg(&path, None).unwrap().eeg().unwrap().clone();
    let rate = eeg.sample_rate;
    let len = (2.0 * rate.hz()) as usize;
    for (set, names, of) in [
        (
            "bands",
            vec!["Fp1_delta_power", "C4_gamma_log_power"],
            vec![EegFeatureSet::Bands],
        ),
        (
            "de",
            vec!["Fp1_delta_entropy"],
            vec![EegFeatureSet::DifferentialEntropy],
        ),
        (
            "asymmetry",
            vec!["F3-F4_alpha_dasm", "F3-F4_faa"],
            vec![EegFeatureSet::Asymmetry],
        ),
        (
            "entropy",
            vec!["Fz_sample_entropy", "Fz_dfa"],
            vec![EegFeatureSet::Complexity],
        ),
        (
            "connectivity",
            vec!["F3-Fz_beta_connectivity"],
            vec![EegFeatureSet::Connectivity],
        ),
        (
            "all",
            vec!["Fp1_delta_power", "F4_muscle_index", "F3_mean"],
            EegFeatureSet::ALL.to_vec(),
        ),
    ] {
        let mut config = EegFeaturesConfig::new(rate, &eeg.channels, len);
        config.sets = of;
        config.undefined = UndefinedFeature::Fill(f32::NAN);
        let mut library = EegFeatures::new(&config).unwrap();
        let expected = library.compute_windows(&eeg.samples, len).unwrap();

        let (header, rows) = table(&["eeg", "--set", set, "--window", "2", &path]);
        assert_names(&header, &names, library.n_features());
        assert_eq!(header[2..], *library.names());
        assert_eq!(rows.len(), expected.nrows(), "{set}");
        for (row, expected) in rows.iter().zip(expected.rows()) {
            for (value, &expected) in features(row).into_iter().zip(expected) {
                let is_same = value.is_nan() && expected.is_nan() || value as f32 == expected;
                assert!(is_same, "{set}: {value} for {expected}");
            }
        }
    }
}

#[test]
fn channels_of_eeg_are_chosen_and_interpolated() {
    let path = recording("eeg.edf");
    let (header, all) = table(&["eeg", "--set", "de", &path]);
    let (chosen, rows) = table(&["eeg", "--set", "de", "--channels", "F4,f3", &path]);
    assert_eq!(chosen.len(), 2 + 2 * 5);
    for (name, value) in chosen.iter().zip(&rows[0]).skip(2) {
        let place = header.iter().position(|other| other == name).unwrap();
        assert_eq!(value, &all[0][place], "{name}");
    }

    let output = extract(&["eeg", "--set", "de", "--channels", "F3,Cz", &path]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("eeg.edf: channel \"Cz\" is missing; there are: "),
        "{errors}"
    );
    assert!(errors.contains("C4"), "{errors}");

    let arguments = [
        "eeg",
        "--set",
        "de",
        "--channels",
        "F3,Cz",
        "--interpolate",
        &path,
    ];
    let (names, rows) = table(&arguments);
    assert_names(&names, &["F3_alpha_entropy", "Cz_alpha_entropy"], 10);
    assert!(features(&rows[0]).iter().all(|value| value.is_finite()));
}

/// The second file lacks channels of the first, which decides on the columns.
#[test]
fn a_file_with_other_channels_is_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("odd.csv");
    let lines = (0..512).map(|n| format!("{},{}\n", n * 7919 % 101, n * 31 % 89));
    let text: String = std::iter::once("F3,F4\n".to_owned()).chain(lines).collect();
    fs::write(&odd, text).unwrap();
    let (path, odd) = (recording("eeg.edf"), odd.to_str().unwrap());
    let output = extract(&["eeg", "--set", "bands", "--rate", "128", &path, odd]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("odd.csv: channel \"Fp1\" is missing; there are: F3, F4"),
        "{errors}"
    );
    assert_eq!(parse(&output.stdout).1.len(), 1);
    // The other way round, the channels that both have are the columns.
    let (_, rows) = table(&["eeg", "--set", "bands", "--rate", "128", odd, &path]);
    assert_eq!(rows.len(), 2);
}

/// The tolerances are those of the peer's single precision for cepstra in dB, and for frequencies in Hz.
#[test]
fn speech_sets_are_those_of_librosa() {
    let path = fixture("emo-speech/espeak_en_m_16k.flac");
    let path = path.to_str().unwrap();
    for (set, count, names, atol) in [
        ("mfcc", 78, ["mfcc_00_mean", "delta2_mfcc_12_std"], 1e-4),
        ("spectral", 52, ["centroid_hz_mean", "rms_std"], 1e-3),
    ] {
        let (header, rows) = table(&["speech", "--set", set, path]);
        assert_names(&header, &names, count);
        let expected = load_npy(fixture(format!("emo-speech/frames_set_{set}.npy")));
        assert_close(features(&rows[0]), expected, 1e-5, atol);
        let (_, windows) = table(&[
            "speech", "--set", set, "--window", "1", "--hop", "0.5", path,
        ]);
        assert_eq!(windows.len(), 5);
    }
    // Another rate is resampled.
    let (_, rows) = table(&["speech", "--set", "mfcc", &recording("speech.wav")]);
    assert_eq!(features(&rows[0]).len(), 78);
}

/// The tolerance is a hundredth; pitch, loudness and level are well defined.
#[test]
fn the_geneva_set_has_the_names_and_values_of_opensmile() {
    let path = fixture("emo-speech/espeak_en_m_16k.flac");
    let (header, rows) = table(&["speech", "--set", "egemaps", path.to_str().unwrap()]);
    let names = [
        "F0semitoneFrom27.5Hz_sma3nz_amean",
        "mfcc4V_sma3nz_stddevNorm",
        "equivalentSoundLevel_dBp",
    ];
    assert_names(&header, &names, 88);
    let values = features(&rows[0]);
    let expected: Vec<f64> = load_npy(fixture("emo-speech/egemaps_func.npy"))
        .into_iter()
        .collect();
    for name in [
        "F0semitoneFrom27.5Hz_sma3nz_percentile50.0",
        "loudness_sma3_amean",
        "mfcc1_sma3_amean",
        "equivalentSoundLevel_dBp",
    ] {
        let place = header.iter().position(|column| column == name).unwrap();
        let column = place - (header.len() - 88);
        assert_close([values[column]], [expected[column]], 0.01, 0.0);
    }
}

/// Where the reference is NaN, Praat has no such measure. The tolerance is that of the shared references.
#[test]
fn speech_prosody_is_that_of_praat() {
    let path = fixture("emo-speech/espeak_en_m_16k.flac");
    let path = path.to_str().unwrap();
    let (header, rows) = table(&["speech", "--set", "prosody", path]);
    let names = ["f0_mean_hz", "jitter_local", "hnr_mean_db", "nuclei_per_s"];
    assert_names(&header, &names, 39);
    let expected = load_npy(fixture("emo-speech/prosody_espeak_en_m_16k.npy"));
    let pairs = features(&rows[0]).into_iter().zip(expected);
    let (actual, expected): (Vec<f64>, Vec<f64>) =
        pairs.filter(|(_, expected)| !expected.is_nan()).unzip();
    assert_eq!(actual.len(), 34);
    assert_close(actual, expected, 0.02, 1e-3);
    // Another rate, and windows.
    let path = recording("speech.wav");
    let (_, rows) = table(&["speech", "--set", "prosody", "--window", "1", &path]);
    assert!(rows.len() > 1);
    let values = rows.iter().flat_map(|row| features(row));
    assert!(values.into_iter().all(f64::is_finite));
}

#[test]
fn all_speech_sets_are_those_of_the_others() {
    let path = recording("speech.wav");
    let (header, rows) = table(&["speech", "--set", "all", &path]);
    let unique: BTreeSet<&String> = header.iter().collect();
    assert_eq!(unique.len(), header.len());
    let mut n_features = 0;
    for set in ["seed", "mfcc", "spectral"] {
        let (names, values) = table(&["speech", "--set", set, &path]);
        for (name, value) in names.iter().zip(&values[0]).skip(2) {
            let column = format!("{set}.{name}");
            let index = header.iter().position(|name| *name == column).unwrap();
            assert_eq!(rows[0][index], *value, "{column}");
            n_features += 1;
        }
    }
    assert!(n_features > 2500 && header.len() >= n_features + 2);
}

#[test]
fn speech_is_the_same_from_wav_and_flac() {
    let (header, rows) = table(&[
        "speech",
        &recording("speech.wav"),
        &recording("speech.flac"),
    ]);
    assert_names(
        &header,
        &["zcr_f000", "rms_f107", "mfcc_f000_c00", "mfcc_f107_c19"],
        2376,
    );
    assert_eq!(rows[0][2..], rows[1][2..]);
    let (_, lossy) = table(&["speech", &recording("speech.mp3"), &recording("speech.ogg")]);
    assert_eq!(lossy.len(), 2);
}

#[test]
fn pictures_become_pixels() {
    let (header, rows) = table(&[
        "image",
        "--set",
        "seed",
        &recording("face.jpg"),
        &recording("portrait.jpg"),
    ]);
    assert_names(&header, &["px_00_00", "px_47_47"], 48 * 48);
    for row in &rows {
        assert!(
            features(row)
                .iter()
                .all(|value| (0.0..=1.0).contains(value))
        );
    }
}

#[test]
fn picture_sets_are_those_of_scikit_image() {
    let face = fixture("emo-image/face64_gray.png");
    let face = face.to_str().unwrap();
    for (set, names, count) in [
        ("hog", ["r0_c0_cell0_bin0", "r6_c6_cell3_bin8"], 1764),
        ("lbp", ["r0_c0_code00", "r6_c6_code58"], 7 * 7 * 59),
    ] {
        let (header, rows) = table(&["image", "--set", set, face]);
        assert_names(&header, &names, count);
        let expected = load_npy(fixture(format!("emo-examples/image_{set}.npy")));
        assert_close(features(&rows[0]), expected, 1e-5, 1e-6);
    }
}

#[test]
fn a_box_says_where_the_face_is() {
    let portrait = recording("portrait.jpg");
    let arguments = ["image", "--set", "quality", &portrait];
    let (header, whole) = table(&arguments);
    assert_names(
        &header,
        &[
            "quality",
            "sharpness",
            "exposure",
            "size",
            "pose",
            "symmetry",
        ],
        6,
    );
    // Eyes 0.315 of the box apart: (12.6 − 12) / 28 of the ramp.
    let (_, boxed) = table(&[&arguments[..], &["--face", "-20,8,60,70"]].concat());
    let size = features(&boxed[0])[3];
    assert_close([size], [(35.24 / 112.0 * 40.0 - 12.0) / 28.0], 0.0, 1e-6);
    assert_ne!(features(&whole[0]), features(&boxed[0]));
    for row in whole.iter().chain(&boxed) {
        let values = features(row);
        // Without eyes there is no pose, and symmetry does not count.
        let counted = if values[4].is_nan() { 1..4 } else { 1..6 };
        let product = values[counted].iter().product::<f64>();
        assert_close([values[0]], [product], 1e-5, 1e-7);
    }
    let output = extract(&["image", &portrait, "--face", "5000,0,10,10"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("covers no pixel"), "{errors}");
}

#[test]
fn all_picture_sets_are_those_of_the_others() {
    let face = recording("face.jpg");
    let (header, rows) = table(&["image", "--set", "all", &face]);
    let sets = ["seed", "hog", "lbp", "quality"].map(|set| {
        let (header, rows) = table(&["image", "--set", set, &face]);
        let names: Vec<_> = header[2..].iter().map(|n| format!("{set}.{n}")).collect();
        (names, rows[0][2..].to_vec())
    });
    let (names, values): (Vec<_>, Vec<_>) = sets.into_iter().unzip();
    assert_eq!(header[2..], names.concat());
    assert_eq!(rows[0][2..], values.concat());
}

#[test]
fn a_face_is_found_on_demand() {
    let portrait = recording("portrait.jpg");
    let of_face = |face: &[&str]| {
        let (_, rows) = table(&[&["image", "--set", "seed", &portrait], face].concat());
        features(&rows[0])
    };
    let [whole, boxed, found] =
        [&[][..], &["--face", "165,65,120,120"], &["--face", "find"]].map(of_face);
    let distance = |a: &[f64], b: &[f64]| {
        let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        differences.sum::<f64>() / a.len() as f64
    };
    // What is found is the face that the box holds, not the picture.
    assert!(distance(&found, &boxed) < 0.7 * distance(&whole, &boxed));
    let output = extract(&["image", "--set", "faces", &portrait, "--face", "find"]);
    assert_eq!(output.status.code(), Some(2));
    let flat = recording("speech.wav");
    let output = extract(&["image", &flat, "--face", "find"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn faces_have_rows_of_their_own() {
    let portrait = recording("portrait.jpg");
    let arguments = ["image", "--set", "faces", &portrait];
    let (header, rows) = table(&[&arguments[..], &["--face", "165,65,120,120"]].concat());
    assert_names(
        &header,
        &[
            "x",
            "score",
            "left_eye_x",
            "roll_degrees",
            "quality",
            "pose",
            "symmetry",
        ],
        17,
    );
    assert_eq!(rows.len(), 1);
    let values = features(&rows[0]);
    assert_eq!(values[..4], [165.0, 65.0, 120.0, 120.0]);
    assert!(values[4].is_nan(), "nobody has scored it");
    // The pupils, marked by eye.
    assert_close(
        values[5..9].to_vec(),
        [202.9, 101.0, 246.9, 103.1],
        0.0,
        4.0,
    );
    assert!(values[9] > 0.5 && values[10].abs() < 6.0, "{values:?}");
    let (_, alone) = table(&[
        "image",
        "--set",
        "quality",
        &portrait,
        "--face",
        "165,65,120,120",
    ]);
    assert_eq!(values[11..], features(&alone[0]));
}

#[test]
fn faces_are_found_and_a_picture_without_one_has_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.png");
    image::GrayImage::from_pixel(200, 100, image::Luma([90]))
        .save(&empty)
        .unwrap();
    let portrait = recording("portrait.jpg");
    let files = [empty.to_str().unwrap(), &portrait];
    let (_, rows) = table(&["image", "--set", "faces", files[0], files[1]]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][0], portrait);
    let values = features(&rows[0]);
    // About the middle of the marked face; the pupils, marked by eye.
    let middle = [values[0] + values[2] / 2.0, values[1] + values[3] / 2.0];
    assert_close(middle, [224.0, 124.0], 0.0, 20.0);
    assert_close(
        values[5..9].to_vec(),
        [202.9, 101.0, 246.9, 103.1],
        0.0,
        4.0,
    );
}

#[test]
fn windows_cut_the_recording() {
    let path = recording("eeg.edf");
    let (_, rows) = table(&["eeg", &path, "--window", "2", "--hop", "1"]);
    let starts: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(starts, ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    let (_, whole) = table(&["eeg", &path]);
    assert_eq!(
        rows[8][2..],
        whole[0][2..],
        "the last window is what a whole recording gives"
    );

    let (_, rows) = table(&["hr", &recording("heart_rate.csv"), "--window", "20"]);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].len(), 22);

    let (header, rows) = table(&[
        "speech",
        &recording("speech.wav"),
        "--window",
        "2.5",
        "--hop",
        "0.5",
    ]);
    assert_names(&header, &["mfcc_f107_c19"], 2376);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1][1], "0.5");
}

#[test]
fn bad_files_are_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.jpg");
    fs::write(&text, "not a picture").unwrap();
    let missing = folder.path().join("missing.png");
    let good = recording("face.jpg");
    let output = extract(&[
        "image",
        text.to_str().unwrap(),
        &good,
        missing.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let (_, rows) = parse(&output.stdout);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][0], good);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("2 of 3 files left out:\n"), "{errors}");
    for (path, reason) in [
        (&text, "not a picture"),
        (&missing, "reading failed: No such file"),
    ] {
        let line = errors
            .lines()
            .find(|line| line.contains(path.to_str().unwrap()))
            .unwrap();
        assert!(line.contains(reason), "{line}");
        assert_eq!(line.matches(path.to_str().unwrap()).count(), 1, "{line}");
    }
}

#[test]
fn a_recording_shorter_than_its_window_is_bad() {
    let output = extract(&["speech", &recording("speech.wav"), "--window", "5"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("3.82 s are shorter than a window of 5 s"),
        "{errors}"
    );
}

#[test]
fn matrices_are_float32_with_their_names_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("faces.npy");
    fs::write(&out, "an older file").unwrap();
    let files = [recording("face.jpg"), recording("portrait.jpg")];
    let output = extract(&[
        "image",
        &files[0],
        &files[1],
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.is_empty());

    let bytes = fs::read(&out).unwrap();
    assert!(bytes.windows(3).any(|part| part == b"<f4"));
    let matrix = load_npy(&out);
    assert_eq!(matrix.shape(), [2, 48 * 48]);
    let (header, rows) = table(&["image", &files[0], &files[1]]);
    assert_close(
        matrix.iter().copied(),
        rows.iter().flat_map(|row| features(row)),
        1e-6,
        0.0,
    );
    let columns = fs::read_to_string(folder.path().join("faces.columns.txt")).unwrap();
    assert!(columns.lines().eq(&header[2..]));
    let (row_header, names) = parse(&fs::read(folder.path().join("faces.rows.csv")).unwrap());
    assert_eq!(row_header, ["file", "start_s"]);
    assert_eq!(
        names,
        [
            [files[0].clone(), "0".into()],
            [files[1].clone(), "0".into()]
        ]
    );
    assert_eq!(
        names_in(folder.path()),
        ["faces.columns.txt", "faces.npy", "faces.rows.csv"]
    );
}

#[test]
fn tables_are_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("hr.csv");
    let path = recording("heart_rate.csv");
    assert!(
        extract(&["hr", &path, "--out", out.to_str().unwrap()])
            .status
            .success()
    );
    assert_eq!(parse(&fs::read(&out).unwrap()), table(&["hr", &path]));
    assert_eq!(names_in(folder.path()), ["hr.csv"]);

    let nowhere = folder.path().join("no/such/hr.csv");
    let output = extract(&["hr", &path, "--out", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(nowhere.to_str().unwrap()));
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn misuse_ends_with_2_and_says_how_to_do_better() {
    let cases: [(&[&str], &str); 13] = [
        (
            &["image", "a.jpg", "--set", "egemaps"],
            "image has no feature set `egemaps`; known: seed",
        ),
        (
            &["touch", "a.csv"],
            "possible values: hr, eeg, speech, image",
        ),
        (&["hr"], "<FILE>..."),
        (&["eeg", "a.edf", "--hop", "1"], "--window"),
        (&["eeg", "a.edf", "--window", "0"], "not a positive number"),
        (&["hr", "a.csv", "--window", "0.2"], "one value per second"),
        (
            &["image", "a.jpg", "--window", "1"],
            "--window needs a recording in time",
        ),
        (
            &["speech", "a.wav", "--rate", "16000"],
            "--rate is for hr and eeg",
        ),
        (
            &["eeg", "a.edf", "--face", "1,2,3,4"],
            "--face is for image",
        ),
        (
            &["image", "a.jpg", "--face", "1,2,3"],
            "3 numbers, expected x,y,width,height",
        ),
        (&["eeg", "a.edf", "--signal", "ecg"], "--signal is for hr"),
        (
            &["hr", "a.csv", "--channels", "F3"],
            "are for eeg, not for hr",
        ),
        (
            &["hr", "a.csv", "--out", "a.txt"],
            "--out must end in .csv or .npy",
        ),
    ];
    for (arguments, message) in cases {
        let output = extract(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(message), "{arguments:?}: {errors}");
    }
}
