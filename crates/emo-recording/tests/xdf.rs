//! Streams in XDF.

use emo_recording::{Clock, Recording, RecordingError, read_xdf};
use emo_testing::{assert_close, error_chain, fixture, load_npy};

mod writers;

use writers::xdf::{chunk, clock_offset, file, file_header, samples, small, stream_header, string};

fn golden(name: &str) -> Vec<f64> {
    let path = format!("emo-recording/xdf/{name}.npy");
    load_npy(fixture(path)).iter().copied().collect()
}

#[track_caller]
fn check_error(bytes: &[u8], expected: &str) {
    let error = read_xdf(bytes).expect_err("an invalid file");
    assert_eq!(error_chain(&error), expected);
}

#[test]
fn stamps_values_and_rates_are_pyxdfs() {
    let path = fixture("emo-recording/xdf/streams.xdf");
    let recording = Recording::read(path).expect("a valid file");
    let names = recording.channel_names();
    assert_eq!(names, ["Fp1", "Fp2", "ECG", "x", "y", "n"]);
    // Seconds count from the first sample of all.
    let times = ["amp", "strap", "steps", "counter", "markers"]
        .map(|name| golden(&format!("{name}_times")));
    let first = times.iter().flatten().fold(f64::INFINITY, |a, &b| a.min(b));
    let rates = golden("rates");
    for (source, name, channels, rate, atol) in [
        ("Amp & Co", "amp", 0..2, rates[0], 1e-6),
        ("Strap", "strap", 2..3, rates[1], 1e-9),
        ("Steps", "steps", 3..5, 0.0, 1e-9),
        ("Counter", "counter", 5..6, rates[4], 1e-9),
    ] {
        let channels = &recording.channels[channels];
        let values: Vec<f32> = channels.iter().flat_map(|c| c.samples.clone()).collect();
        assert_close(values, golden(&format!("{name}_values")), 6e-8, 0.0);
        for channel in channels {
            assert_eq!(channel.source.as_deref(), Some(source));
            let actual = (0..channel.samples.len()).map(|k| channel.time_of(k).expect("a time"));
            let stamps = golden(&format!("{name}_times"));
            let expected: Vec<f64> = stamps.iter().map(|time| time - first).collect();
            let actual: Vec<f64> = actual.collect();
            for segment in channel.segments() {
                assert_close(
                    [actual[segment.start]],
                    [expected[segment.start]],
                    0.0,
                    atol,
                );
            }
            // A line for each stretch is pyxdf's; here they share a rate, to which 2 ms of jitter in 250 samples make a
            // difference of 4 · 2 ms / √250 at most.
            let atol = if name == "amp" { 5e-4 } else { atol };
            assert_close(actual, expected, 0.0, atol);
            match channel.sample_rate {
                Some(actual) => assert_close([actual.hz()], [rate], 1e-6, 0.0),
                None => assert_eq!(rate, 0.0),
            }
        }
    }
    let fp1 = &recording.channels[0];
    assert_eq!(fp1.unit.as_deref(), Some("microvolts"));
    assert!(fp1.to_microvolts().is_ok());
    assert_eq!(fp1.segments().collect::<Vec<_>>(), [0..250, 250..400]);
    let onsets = recording.annotations.iter().map(|a| a.onset);
    let expected = golden("markers_times");
    let expected = [0, 1, 3].map(|k| expected[k] - first);
    assert_close(onsets, expected, 0.0, 1e-6);
    let texts: Vec<_> = recording
        .annotations
        .iter()
        .map(|a| a.text.as_str())
        .collect();
    assert_eq!(texts, ["eyes open", "S  1", "ü"]);
}

#[test]
fn a_file_by_hand() {
    let recording = read_xdf(small().as_slice()).expect("a valid file");
    let [first, second] = &recording.channels[..] else {
        panic!("two channels");
    };
    assert_eq!(
        (first.name.as_str(), first.unit.as_deref()),
        ("S1C1", Some("uV"))
    );
    assert_eq!(first.samples, [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(second.samples, [-1.0, -2.0, -3.0, -4.0, -5.0]);
    assert_eq!(first.sample_rate.map(|rate| rate.hz()), Some(4.0));
    assert_eq!(
        (first.time_of(2), first.time_of(3)),
        (Some(0.5), Some(200.5))
    );
    let [marker] = &recording.annotations[..] else {
        panic!("one marker");
    };
    assert_eq!((marker.onset, marker.text.as_str()), (0.5, "eyes closed"));
    assert_eq!(marker.source.as_deref(), Some("stream 7"));
    let start = recording.start.expect("a start");
    assert_eq!(
        (start.unix_seconds, start.clock),
        (1_772_443_230.0, Clock::Utc)
    );
}

#[test]
fn all_formats_are_read() {
    let value = |format: &str| match format {
        "int8" => (-100_i8).to_le_bytes().to_vec(),
        "int16" => (-100_i16).to_le_bytes().to_vec(),
        "int32" => (-100_i32).to_le_bytes().to_vec(),
        "int64" => (-100_i64).to_le_bytes().to_vec(),
        "float32" => (-100_f32).to_le_bytes().to_vec(),
        _ => (-100_f64).to_le_bytes().to_vec(),
    };
    for format in ["int8", "int16", "int32", "int64", "float32", "double64"] {
        for rate in ["0", "10"] {
            let bytes = file(&[
                stream_header(1, 1, format, rate),
                samples(1, &[(Some(5.0), value(format)), (None, value(format))]),
            ]);
            let recording = read_xdf(bytes.as_slice()).expect("a valid file");
            assert_eq!(recording.channels[0].samples, [-100.0, -100.0]);
            let second = if rate == "0" { 0.0 } else { 0.1 };
            let time = recording.channels[0].time_of(1).expect("a time");
            assert!((time - second).abs() < 1e-12, "{time}");
            assert_eq!(recording.start, None);
        }
    }
    let nan = f32::NAN.to_le_bytes().to_vec();
    let bytes = file(&[
        stream_header(1, 1, "float32", "1"),
        samples(1, &[(Some(5.0), nan)]),
    ]);
    let recording = read_xdf(bytes.as_slice()).expect("a valid file");
    assert_eq!(recording.channels[0].missing, std::slice::from_ref(&(0..1)));
}

#[test]
fn what_is_wrong_is_named() {
    let header = || stream_header(1, 1, "int8", "1");
    for (bytes, expected) in [
        (
            b"XDF".to_vec(),
            "XDF: beginning of the file is \"XDF\", expected XDF:",
        ),
        (
            file(&[vec![3, 1]]),
            "XDF: length of the length at byte 4 is \"[3]\", expected 1, 4 or 8",
        ),
        (
            file(&[vec![1, 1, 0]]),
            "XDF: chunk before byte 6 has 1 bytes, expected 2",
        ),
        (
            file(&[vec![8, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0]]),
            "XDF: chunk before byte 15 has 0 bytes, expected 18446744073709551613",
        ),
        (
            file(&[samples(1, &[])]),
            "XDF: a number of the chunk at byte 8 is \"1\", expected a stream that has a header",
        ),
        (
            file(&[header(), samples(1, &[(None, vec![0])])]),
            "a stamp for the first sample",
        ),
        (
            file(&[header(), samples(1, &[(Some(f64::NAN), vec![0])])]),
            "is \"NaN\", expected a finite stamp",
        ),
        (
            file(&[header(), samples(1, &[(Some(1.0), vec![])])]),
            "what is left of it has 0 bytes, expected 1",
        ),
        (
            file(&[header(), samples(1, &[(Some(1.0), vec![0, 0])])]),
            "what follows the samples has 1 bytes, expected 0",
        ),
        (
            file(&[header(), header()]),
            "is \"1\", expected a stream that has no header yet",
        ),
        (
            file(&[header(), clock_offset(1, 0.0, f64::INFINITY)]),
            "is \"inf\", expected a finite clock offset",
        ),
        (
            file(&[
                header(),
                clock_offset(1, 0.0, 0.0),
                clock_offset(1, 5.0, 0.0),
                clock_offset(1, 10.0, 1e5),
            ]),
            "XDF stream whose clock was set anew is not supported",
        ),
        (
            file(&[
                header(),
                samples(1, &[(Some(2.0), vec![0]), (Some(1.0), vec![0])]),
            ]),
            "XDF: time stamps of stream \"stream 1\" is \"1 steps in -1 s\", expected stamps that grow",
        ),
        (
            file(&[stream_header(1, 0, "int8", "1")]),
            "XDF: channel_count in the header of stream 1 is \"0\", expected 1 to 4096",
        ),
        (
            file(&[
                stream_header(1, 4096, "int8", "1"),
                stream_header(2, 1, "int8", "1"),
            ]),
            "recording exceeds 4096 channels",
        ),
        (
            file(&[stream_header(1, 1, "int7", "1")]),
            "XDF: channel_format in the header of stream 1 is \"int7\", expected int8, int16, int32, int64, float32, double64 or string",
        ),
        (
            file(&[stream_header(1, 1, "int8", "-1")]),
            "XDF: nominal_srate in the header of stream 1 is \"-1\", expected a rate, or 0 for none",
        ),
        (
            file(&[chunk(2, b"\x01\0\0\0<info></info>")]),
            "XDF: channel_count in the header of stream 1 is missing",
        ),
        (
            file(&[chunk(2, b"\x01\0\0\0<info>")]),
            "XDF: byte 6 of the header of stream 1 is \"\", expected the end of all elements",
        ),
        (
            file(&[chunk(1, b"<a>\xff</a>")]),
            "XDF: byte 3 of the file header is \"\", expected text in UTF-8",
        ),
    ] {
        let error = read_xdf(bytes.as_slice()).expect_err("an invalid file");
        let text = error_chain(&error);
        assert!(text.ends_with(expected), "{text}\n{expected}");
    }
    let float = file(&[
        stream_header(1, 1, "double64", "1"),
        samples(1, &[(Some(1.0), 1e300_f64.to_le_bytes().to_vec())]),
    ]);
    assert!(matches!(
        read_xdf(float.as_slice()),
        Err(RecordingError::InvalidValue {
            expected: "a value within the range of 32-bit floats",
            ..
        })
    ));
    let markers = file(&[
        file_header(),
        stream_header(1, 1, "string", "0"),
        samples(1, &[(Some(1.0), string("a"))]),
    ]);
    check_error(&markers, "there are no signals, only annotations");
}
