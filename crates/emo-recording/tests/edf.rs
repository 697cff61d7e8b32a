//! EDF files: what is read from valid ones, and what is refused.

use std::io::Write;

use emo_recording::{CsvConfig, Recording, RecordingError, read_edf};
use emo_testing::{assert_close, error_chain, fixture, load_npy};

/// The header of one signal `x` in mV, two samples in each record of half a second, and `n_records` records.
fn edf(n_records: &str, change: impl Fn(&mut Vec<String>)) -> Vec<u8> {
    let mut fields: Vec<String> = [
        ("0", 8),
        ("X X X X", 80),
        ("Startdate X X X X", 80),
        ("01.01.00", 8),
        ("00.00.00", 8),
        ("512", 8),
        ("", 44),
        (n_records, 8),
        ("0.5", 8),
        ("1", 4),
        ("x", 16),
        ("", 80),
        ("mV", 8),
        ("-10", 8),
        ("10", 8),
        ("-1000", 8),
        ("1000", 8),
        ("", 80),
        ("2", 8),
        ("", 32),
    ]
    .iter()
    .map(|(text, len)| format!("{text:<len$}"))
    .collect();
    change(&mut fields);
    fields.concat().into_bytes()
}

/// Puts `text` into field `index`, as wide as what was there.
fn with(index: usize, text: &str) -> Vec<u8> {
    edf("2", |fields| {
        let len = fields[index].len();
        fields[index] = format!("{text:<len$}");
    })
}

fn data(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

fn read(header: &[u8], samples: &[i16]) -> Result<Recording, RecordingError> {
    read_edf([header, &data(samples)].concat().as_slice())
}

#[track_caller]
fn check_error(header: &[u8], expected: &str) {
    let error = read(header, &[0, 0, 0, 0]).expect_err("an invalid header");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn names_units_rates_and_samples_are_edfios() {
    let recording =
        Recording::read(fixture("emo-recording/mixed_edfio.edf")).expect("a valid file");
    assert_eq!(recording.channel_names(), ["EEG Fp1", "EEG Fp2", "Resp"]);
    let rates = load_npy(fixture("emo-recording/file_mixed_edfio_edf_rates.npy"));
    for (index, channel) in recording.channels.iter().enumerate() {
        let unit = if index == 2 { "mV" } else { "uV" };
        assert_eq!(channel.unit.as_deref(), Some(unit));
        assert_eq!(
            channel.sample_rate.map(|rate| rate.hz()),
            Some(rates[index])
        );
        let path = format!("emo-recording/file_mixed_edfio_edf_{index}.npy");
        let expected = load_npy(fixture(path));
        let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        let actual = channel.samples.iter().copied();
        assert_close(actual, expected.iter().copied(), 1e-12, 2e-5 * largest);
        let microvolts = channel.to_microvolts().expect("a voltage");
        let factor = if index == 2 { 1000.0 } else { 1.0 };
        let scaled = expected.iter().map(|sample| factor * sample);
        assert_close(microvolts, scaled, 1e-12, 2e-5 * factor * largest);
    }
}

#[test]
fn a_small_file_is_read() {
    let recording = read(&edf("2", |_| {}), &[0, 1000, -1000, 250]).expect("a valid file");
    let channel = &recording.channels[0];
    assert_eq!(channel.samples, [0.0, 10.0, -10.0, 2.5]);
    assert_eq!(channel.sample_rate.map(|rate| rate.hz()), Some(4.0));
    let inverted = edf("2", |fields| fields.swap(13, 14));
    let recording = read(&inverted, &[0, 1000, -1000, 250]).expect("a valid file");
    assert_eq!(recording.channels[0].samples, [0.0, -10.0, 10.0, -2.5]);
}

#[test]
fn an_unknown_number_of_records_is_taken_from_the_data() {
    let header = edf("-1", |_| {});
    for n_records in 1..4 {
        let samples = vec![7; 2 * n_records];
        let recording = read(&header, &samples).expect("a valid file");
        assert_eq!(recording.channels[0].samples.len(), 2 * n_records);
    }
    assert!(matches!(
        read(&header, &[]),
        Err(RecordingError::TruncatedRecord {
            record: 0,
            actual: 0,
            required: 4
        })
    ));
    assert!(matches!(
        read(&header, &[1, 2, 3]),
        Err(RecordingError::TruncatedRecord {
            record: 1,
            actual: 2,
            required: 4
        })
    ));
}

#[test]
fn the_announced_records_must_be_there_and_no_more() {
    let header = edf("2", |_| {});
    assert!(matches!(
        read(&header, &[1, 2, 3]),
        Err(RecordingError::TruncatedRecord {
            record: 1,
            actual: 2,
            required: 4
        })
    ));
    assert!(matches!(
        read(&header, &[1, 2]),
        Err(RecordingError::TruncatedRecord {
            record: 1,
            actual: 0,
            required: 4
        })
    ));
    assert!(matches!(
        read(&header, &[1, 2, 3, 4, 5]),
        Err(RecordingError::TrailingBytes { n_records: 2 })
    ));
}

#[test]
fn invalid_headers_are_named() {
    for (field, text, name, offset, expected) in [
        (0, "1", "version", 0, "0"),
        (
            5,
            "768",
            "header length",
            184,
            "256 for each signal and 256 more",
        ),
        (
            5,
            "-512",
            "header length",
            184,
            "256 for each signal and 256 more",
        ),
        (7, "0", "number of data records", 236, "-1 or at least 1"),
        (7, "-2", "number of data records", 236, "-1 or at least 1"),
        (7, "2.0", "number of data records", 236, "a whole number"),
        (7, "", "number of data records", 236, "a whole number"),
        (8, "-1", "duration of a data record", 244, "at least 0"),
        (8, "inf", "duration of a data record", 244, "a number"),
        (8, "1e999", "duration of a data record", 244, "a number"),
        (9, "0", "number of signals", 252, "1 to 512"),
        (9, "513", "number of signals", 252, "1 to 512"),
        (9, "-1", "number of signals", 252, "1 to 512"),
        (
            13,
            "10",
            "physical maximum of signal 0",
            360,
            "a number other than the minimum",
        ),
        (13, "nan", "physical minimum of signal 0", 360, "a number"),
        (
            14,
            "1e40",
            "physical maximum of signal 0",
            368,
            "samples within the range of 32-bit floats",
        ),
        (
            15,
            "1000",
            "digital maximum of signal 0",
            384,
            "a number above the minimum",
        ),
        (
            15,
            "2000",
            "digital maximum of signal 0",
            384,
            "a number above the minimum",
        ),
        (
            16,
            "32768",
            "digital maximum of signal 0",
            384,
            "a whole number from -32768 to 32767",
        ),
        (
            18,
            "0",
            "samples in a data record of signal 0",
            472,
            "at least 1",
        ),
        (
            18,
            "-2",
            "samples in a data record of signal 0",
            472,
            "at least 1",
        ),
        (
            18,
            "99999999",
            "samples in a data record of signal 0",
            472,
            "data records of at most 64 MiB",
        ),
        (
            18,
            "\u{0}2",
            "samples in a data record of signal 0",
            472,
            "a whole number",
        ),
    ] {
        let value = match (field, text) {
            // The field that is blamed is the other end of the range.
            (13, "10") => "10",
            (15, _) => "1000",
            _ => text,
        };
        let offset = if (field, text) == (13, "10") {
            368
        } else {
            offset
        };
        check_error(
            &with(field, text),
            &format!("EDF header field {name} at byte {offset} is {value:?}, expected {expected}"),
        );
    }
    check_error(
        &with(8, "0"),
        "EDF header field samples in a data record of signal 0 at byte 472 is \"2\", expected samples only in data \
         records that last",
    );
    check_error(
        &with(10, "EDF Annotations"),
        "there are no signals, only annotations",
    );
    check_error(
        &edf("2", |_| {})[..200],
        "EDF header has 208 bytes, expected 256",
    );
    check_error(
        &edf("2", |_| {})[..500],
        "EDF header has 508 bytes, expected 512",
    );
}

#[test]
fn old_texts_are_latin_1() {
    let mut header = edf("2", |_| {});
    header[352..354].copy_from_slice(b"\xb5V");
    let recording = read(&header, &[0; 4]).expect("a valid file");
    assert_eq!(recording.channels[0].unit.as_deref(), Some("µV"));
    assert!(recording.channels[0].to_microvolts().is_ok());
}

#[test]
fn files_are_told_apart_and_named_in_errors() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        let mut file = std::fs::File::create(&path).expect("a new file");
        file.write_all(content).expect("a writable file");
        path
    };
    let content = [edf("2", |_| {}), data(&[1, 2, 3, 4])].concat();
    for name in ["a.edf", "b.EDF", "c.rec", "d"] {
        assert!(Recording::read(file(name, &content)).is_ok(), "{name}");
    }
    for name in ["a.csv", "b.TSV", "c.txt"] {
        assert!(Recording::read(file(name, b"1\n2\n")).is_ok(), "{name}");
    }
    let mut config = CsvConfig::default();
    config.unit = Some("mV".to_owned());
    let recording = Recording::read_with(file("unit.csv", b"1\n"), &config).expect("a valid file");
    assert_eq!(recording.channels[0].unit.as_deref(), Some("mV"));

    for (name, content, expected) in [
        (
            "x.wav",
            "RIFF",
            "neither the content nor the extension \"wav\" is that of a format that is read",
        ),
        (
            "x",
            "",
            "neither the content nor the extension \"\" is that of a format that is read",
        ),
        (
            "x.edf",
            "a,b\n1,2\n",
            "EDF header has 8 bytes, expected 256",
        ),
        ("x.csv", "a,b\n1,2,3\n", "line 2 has 3 cells, expected 2"),
    ] {
        let path = file(name, content.as_bytes());
        let error = Recording::read(&path).expect_err("an invalid file");
        let place = format!("{}: cannot be read as a recording", path.display());
        assert_eq!(error_chain(&error), format!("{place}: {expected}"));
    }
    let missing = folder.path().join("missing.edf");
    let error = Recording::read(&missing).expect_err("a missing file");
    assert!(
        error
            .to_string()
            .starts_with(&missing.display().to_string())
    );
    assert!(Recording::read(folder.path()).is_err());
}
