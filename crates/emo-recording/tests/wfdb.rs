//! Records of the WaveForm DataBase.

use std::io::{self, Cursor};

use emo_recording::{
    Channel, Clock, Gap, Recording, RecordingError, read_wfdb, read_wfdb_annotations,
};
use emo_testing::{assert_close, error_chain, fixture, load_npy};

mod writers;

use writers::wfdb::{NUMBERS, annotations, data, header};

/// The record `x` with these files beside its header.
fn read(header: &str, files: &[(&str, Vec<u8>)]) -> Result<Recording, RecordingError> {
    read_wfdb(header.as_bytes(), "x", |name| {
        let file = files.iter().find(|(own, _)| *own == name);
        file.map(|(_, content)| Cursor::new(content.clone()))
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    })
}

fn golden(name: &str) -> Vec<f64> {
    let path = format!("emo-recording/wfdb/{name}.npy");
    load_npy(fixture(path)).iter().copied().collect()
}

fn record(name: &str) -> Recording {
    let path = fixture(format!("emo-recording/wfdb/{name}.hea"));
    Recording::read(path).expect("a valid record")
}

/// At the border samples are `f32`: half a last place.
#[track_caller]
fn check(channels: &[Channel], expected: &[f64]) {
    for (index, channel) in channels.iter().enumerate() {
        let expected = expected.iter().skip(index).step_by(channels.len());
        assert_close(
            channel.samples.iter().copied(),
            expected.copied(),
            6e-8,
            0.0,
        );
    }
}

#[test]
fn all_formats_are_the_wfdb_packages() {
    for format in ["f16", "f24", "f32", "f80", "f212"] {
        let recording = record(format);
        assert_eq!(recording.channel_names(), ["MLII", "EEG Fp1", "Resp"]);
        check(&recording.channels, &golden(format));
        for (channel, unit) in recording.channels.iter().zip(["mV", "uV", "NU"]) {
            assert_eq!(channel.unit.as_deref(), Some(unit));
            assert_eq!(channel.sample_rate.map(|rate| rate.hz()), Some(360.0));
            assert!(channel.is_continuous());
        }
    }
}

#[test]
fn files_formats_and_rates_may_differ_between_signals() {
    let recording = record("mixed");
    let [slow, fast] = &recording.channels[..] else {
        panic!("two channels");
    };
    check(std::slice::from_ref(slow), &golden("mixed_slow"));
    check(std::slice::from_ref(fast), &golden("mixed_fast"));
    assert_eq!(slow.sample_rate.map(|rate| rate.hz()), Some(100.0));
    assert_eq!(fast.sample_rate.map(|rate| rate.hz()), Some(200.0));
    assert_eq!((slow.missing[0].clone(), slow.missing.len()), (7..8, 1));
    assert_eq!((fast.missing[0].clone(), fast.missing.len()), (11..12, 1));
}

#[test]
fn segments_are_joined() {
    let recording = record("parts");
    check(&recording.channels, &golden("parts"));
    assert!(recording.channels[0].is_continuous());
}

#[test]
fn segments_without_data_are_gaps() {
    let part = |name: &str| {
        let file = |ending| {
            let path = fixture(format!("emo-recording/wfdb/{name}.{ending}"));
            std::fs::read(path).expect("the fixture")
        };
        [file("hea"), file("dat")]
    };
    let [a, b] = ["part_a", "part_b"].map(part);
    let files = [
        ("part_a.hea", a[0].clone()),
        ("part_a.dat", a[1].clone()),
        ("part_b.hea", b[0].clone()),
        ("part_b.dat", b[1].clone()),
    ];
    let recording = read(
        "x/5 2 100 130\n~ 10\npart_a 25\n~ 30\n~ 30\npart_b 35\n",
        &files,
    );
    let channel = &recording.expect("a valid record").channels[1];
    let gap = Gap {
        sample: 25,
        seconds: 0.6,
    };
    assert_eq!((channel.start, &channel.gaps[..]), (0.1, &[gap][..]));
    for (segments, expected) in [
        (
            "x/1 2 100 10\n~ 10\n",
            "WFDB: a segment with data is missing",
        ),
        (
            "x/2 2 100\npart_a 0\npart_b 35\n",
            "WFDB record of variable layout is not supported",
        ),
        (
            "x/2 2 100\npart_a 25\npart_a 25\n",
            "file \"part_a.hea\" beside it: WFDB: name of a signal's file is \"part_a.dat\", expected a file that no other signals are in",
        ),
        (
            "x/2 2 100\npart_a 25\npart_b 34\n",
            "WFDB: segment 1 (part_b) is \"35 samples at 100 Hz\", expected the length and the rate that the record gives it",
        ),
        (
            "x/2 2 200\npart_a 25\npart_b 35\n",
            "WFDB: segment 0 (part_a) is \"25 samples at 100 Hz\", expected the length and the rate that the record gives it",
        ),
        (
            "x/2 2 100\n../part_a 25\npart_b 35\n",
            "WFDB: name of segment 0 is \"../part_a.hea\", expected the plain name of a file in the same folder",
        ),
        (
            "x/2 2 100\npart_a 25\n",
            "WFDB: the line of segment 1 is missing",
        ),
        (
            "x/70000 2 100\n",
            "WFDB: line 1 is \"x/70000 2 100\", expected 1 to 65536 segments",
        ),
    ] {
        let error = read(segments, &files).expect_err("an invalid record");
        assert_eq!(error_chain(&error), expected);
    }
}

#[test]
fn annotations_are_the_wfdb_packages() {
    let path = fixture("emo-recording/wfdb/f212.atr");
    let file = std::fs::File::open(path).expect("the fixture");
    let (annotations, rate) = read_wfdb_annotations(file).expect("a valid file");
    assert_eq!(rate, Some(360.0));
    let rows: [fn(&emo_recording::WfdbAnnotation) -> f64; 4] = [
        |a| a.sample as f64,
        |a| a.subtype.into(),
        |a| a.channel.into(),
        |a| a.number.into(),
    ];
    let actual = rows.iter().flat_map(|row| annotations.iter().map(row));
    assert_close(actual, golden("f212_atr"), 0.0, 0.0);
    let recording = record("f212");
    let texts: Vec<_> = recording
        .annotations
        .iter()
        .map(|a| (a.onset, a.text.as_str(), a.source.as_deref()))
        .collect();
    let expected = [
        (5.0, "+ (N", None),
        (20.0, "N", None),
        (1500.0, "V", Some("EEG Fp1")),
        (200_000.0, "A", Some("EEG Fp1")),
        (200_100.0, "\" a remark", None),
    ];
    let expected = expected.map(|(sample, text, source)| (sample / 360.0, text, source));
    assert_eq!(texts, expected);
}

#[test]
fn annotations_by_hand() {
    let files = [("x.dat", data("16", &NUMBERS)), ("x.atr", annotations())];
    let recording = read(&header("16"), &files).expect("a valid record");
    let marks: Vec<_> = recording
        .annotations
        .iter()
        .map(|a| (a.onset * 720.0, a.text.as_str(), a.source.as_deref()))
        .collect();
    let expected = [
        (18.0, "+ (AFIB", None),
        (36.0, "N", None),
        (100_036.0, "V", Some("V5 lead")),
        (100_080.0, "A", Some("V5 lead")),
    ];
    for (mark, expected) in marks.iter().zip(expected) {
        assert!((mark.0 - expected.0).abs() < 1e-9, "{mark:?}");
        assert_eq!((mark.1, mark.2), (expected.1, expected.2));
    }
    let (list, _) = read_wfdb_annotations(annotations().as_slice()).expect("a valid file");
    assert_eq!((list[2].subtype, list[2].number), (3, 2));
    assert_eq!((list[3].subtype, list[3].number), (0, 2));
    let start = recording.start.expect("a start");
    assert_eq!(start.unix_seconds, 1_772_446_830.5);
    assert_eq!(start.clock, Clock::Local);
    // Cut within a text, within a skip, within a word; and a mark before the first sample.
    for (bytes, expected) in [
        (
            &annotations()[..10],
            "WFDB: annotation at byte 4 has 6 bytes, expected 24",
        ),
        (
            &annotations()[..47],
            "WFDB: annotation at byte 46 has 1 bytes, expected 2",
        ),
        (
            &[0, 59 << 2, 0xff, 0xff],
            "WFDB: annotation at byte 4 has 0 bytes, expected 2",
        ),
        (
            &[0, 59 << 2, 0xff, 0xff, 0xff, 0xff, 0, 1 << 2],
            "WFDB: position of the annotation before byte 8 is \"-1\", expected a sample from 0",
        ),
    ] {
        let error = read_wfdb_annotations(bytes).expect_err("a cut file");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn own_writers_formats_come_back() {
    for format in ["16", "24", "32", "80", "212"] {
        let files = [("x.dat", data(format, &NUMBERS))];
        for text in [header(format), header(format).replace(" 5 10:", " 0 10:")] {
            let recording = read(&text, &files).expect("a valid record");
            assert_eq!(recording.channel_names(), ["MLII", "V5 lead"]);
            let scales = [(24.0, 200.0), (10.0, 100.0)];
            for (index, (channel, (baseline, gain))) in
                recording.channels.iter().zip(scales).enumerate()
            {
                for (sample, &number) in NUMBERS.iter().skip(index).step_by(2).enumerate() {
                    if number == -2048 {
                        assert_eq!(channel.missing, std::slice::from_ref(&(sample..sample + 1)));
                        assert!(channel.samples[sample].is_nan());
                        continue;
                    }
                    let is_narrow = format == "80";
                    let number = if is_narrow {
                        number.clamp(-127, 127)
                    } else {
                        number
                    };
                    let expected = ((f64::from(number) - baseline) / gain) as f32;
                    assert_eq!(channel.samples[sample], expected, "{format} {sample}");
                }
            }
        }
    }
}

#[test]
fn an_odd_number_of_samples_in_format_212() {
    let text = "x 1 100 5\nx.dat 212\n";
    for padding in [&[][..], &[0]] {
        let bytes = [&data("212", &NUMBERS[..5]), padding].concat();
        let recording = read(text, &[("x.dat", bytes)]).expect("a valid record");
        assert_eq!(recording.channels[0].samples.len(), 5);
        assert_eq!(recording.channels[0].samples[3], 2047.0 / 200.0);
        assert_eq!(recording.channels[0].name, "record x, signal 0");
        assert_eq!(recording.channels[0].unit.as_deref(), Some("mV"));
    }
}

#[test]
fn data_have_the_announced_length() {
    let whole = data("16", &NUMBERS);
    for (header, bytes, actual, required) in [
        (header("16"), &whole[..19], 19, 20),
        (header("16"), &whole[..0], 0, 20),
        (header("16"), &[&whole[..], &[0, 0]].concat()[..], 22, 20),
        (header("16").replace(" 5 10", " 0 10"), &whole[..18], 18, 20),
        (header("16+2"), &whole[..], 20, 20),
        (header("16+30"), &whole[..], 20, 30),
        (header("212"), &data("212", &NUMBERS)[..14], 14, 15),
        (
            header("16").replace(" 5 10", " 99999999999999999 10"),
            &whole[..],
            20,
            399_999_999_999_999_996_u64,
        ),
    ] {
        let error = read(&header, &[("x.dat", bytes.to_vec())]).expect_err("a wrong length");
        let text = error_chain(&error);
        if header.contains("+2") {
            // Nine samples are left.
            assert!(text.ends_with("has 18 bytes, expected 20"), "{text}");
            continue;
        }
        let expected = format!("data of 2 signals has {actual} bytes, expected {required}");
        assert!(text.ends_with(&expected), "{text}");
    }
}

#[test]
fn invalid_headers_are_named() {
    let files = [("x.dat", data("16", &NUMBERS))];
    for (from, to, expected) in [
        (
            "x 2 360",
            "x 0 360",
            "WFDB: line 2 is \"x 0 360/1(0) 5 10:20:30.5 02/03/2026\", expected 1 to 512 signals",
        ),
        (
            "x 2 360",
            "x 3 360",
            "WFDB: the line of signal 2 is missing",
        ),
        (
            "360/1",
            "-1/1",
            "WFDB: line 2 is \"x 2 -1/1(0) 5 10:20:30.5 02/03/2026\", expected a sampling rate",
        ),
        (
            " 5 10:",
            " 5x 10:",
            "WFDB: line 2 is \"x 2 360/1(0) 5x 10:20:30.5 02/03/2026\", expected a number of samples",
        ),
        (
            "x.dat 16 200",
            "x.dat 311 200",
            "WFDB: line 3 is \"x.dat 311 200(24)/mV 12 0 0 0 0 MLII\", expected format 16, 24, 32, 80 or 212",
        ),
        (
            "x.dat 16 200",
            "x.dat 16x0 200",
            "WFDB: line 3 is \"x.dat 16x0 200(24)/mV 12 0 0 0 0 MLII\", expected a format with numbers after x, : and +",
        ),
        (
            "x.dat 16 200",
            "x.dat 16x65537 200",
            "WFDB: line 3 is \"x.dat 16x65537 200(24)/mV 12 0 0 0 0 MLI\", expected at most 65536 samples in a frame",
        ),
        (
            "x.dat 16 200",
            "x.dat 16x65536 200",
            "recording exceeds 65536 samples in a frame",
        ),
        (
            "x.dat 16 200",
            "x.dat 16:1 200",
            "WFDB signal with a skew is not supported",
        ),
        (
            "x.dat 16 200",
            "x.dat 24 200",
            "WFDB: format of x.dat is \"[F24, F16]\", expected one format and one offset for all signals of a file",
        ),
        (
            "200(24)",
            "200(2x)",
            "WFDB: line 3 is \"x.dat 16 200(2x)/mV 12 0 0 0 0 MLII\", expected a whole baseline in brackets",
        ),
        (
            "200(24)",
            "nan(24)",
            "WFDB: line 3 is \"x.dat 16 nan(24)/mV 12 0 0 0 0 MLII\", expected a gain",
        ),
        (
            "200(24)",
            "1e-300(24)",
            "file \"x.dat\" beside it: WFDB: sample 0 of signal MLII is \"-24000000000000000000000000000000000000000",
        ),
        (
            "x.dat 16 200",
            "/x.dat 16 200",
            "WFDB: name of a signal's file is \"/x.dat\", expected the plain name of a file in the same folder",
        ),
        (
            "x.dat 16 200",
            "y.dat 16 200",
            "file \"y.dat\" beside it: reading failed: entity not found",
        ),
    ] {
        let text = header("16");
        assert!(text.contains(from), "{from}");
        let error = read(&text.replace(from, to), &files).expect_err("an invalid header");
        let chain = error_chain(&error);
        assert!(chain.starts_with(expected), "{chain}");
    }
    let error = read("# nothing\n", &files).expect_err("an empty header");
    assert_eq!(error.to_string(), "WFDB: the record line is missing");
}
