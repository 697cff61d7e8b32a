//! BrainVision's three files.

use std::fs;
use std::io::Cursor;

use emo_recording::{Clock, Gap, Recording, RecordingError, read_brainvision};
use emo_testing::error_chain;

mod writers;

use writers::brainvision::{BrainVision, NUMBERS, USUAL};

fn read(header: &str, files: &BrainVision) -> Result<Recording, RecordingError> {
    read_brainvision(header.as_bytes(), "x", |name| files.file(name))
}

#[track_caller]
fn check_error(from: &str, to: &str, expected: &str) {
    let header = USUAL.header();
    assert!(header.contains(from), "{from}");
    let error = read(&header.replace(from, to), &USUAL).expect_err("an invalid header");
    assert_eq!(error_chain(&error), expected);
}

#[test]
fn all_numbers_and_orientations_are_the_same_recording() {
    for orientation in ["MULTIPLEXED", "VECTORIZED"] {
        for number in ["INT_16", "INT_32", "IEEE_FLOAT_32"] {
            for is_big_endian in [false, true] {
                let file = BrainVision {
                    orientation,
                    number,
                    is_big_endian,
                };
                let recording = read(&file.header(), &file).expect("a valid file");
                assert_eq!(recording.channel_names(), ["Fp1", "ECG, left"]);
                let scale = if number == "INT_32" { 1000.0 } else { 1.0 };
                for (channel, (numbers, (resolution, unit))) in recording
                    .channels
                    .iter()
                    .zip(NUMBERS.iter().zip([(0.5, "µV"), (2.0, "mV")]))
                {
                    let expected: Vec<f32> = numbers
                        .iter()
                        .map(|&number| f32::from(number) * scale * resolution)
                        .collect();
                    assert_eq!(channel.samples, expected, "{file:?}");
                    assert_eq!(channel.unit.as_deref(), Some(unit));
                    assert_eq!(channel.sample_rate.map(|rate| rate.hz()), Some(250.0));
                }
            }
        }
    }
}

#[test]
fn markers_count_from_1_and_segments_are_gaps() {
    let recording = read(&USUAL.header(), &USUAL).expect("a valid file");
    let start = recording.start.expect("a date");
    // 2013-11-13T16:14:03.5.
    assert_eq!(start.unix_seconds, 1_384_359_243.5);
    assert_eq!(start.clock, Clock::Local);
    let [Gap { sample: 3, seconds }] = recording.channels[1].gaps[..] else {
        panic!("one gap");
    };
    assert!((seconds - 2.0).abs() < 1e-6, "{seconds}");
    let expected = [
        (0.0, Some(0.004), "New Segment/", None),
        (0.004, Some(0.004), "Stimulus/S  1", None),
        (2.012, Some(0.004), "New Segment/", None),
        (2.016, None, "Comment/eyes, closed", Some("ECG, left")),
    ];
    assert_eq!(recording.annotations.len(), expected.len());
    for (annotation, (onset, duration, text, source)) in recording.annotations.iter().zip(expected)
    {
        assert!((annotation.onset - onset).abs() < 1e-6, "{annotation:?}");
        assert_eq!(annotation.duration, duration);
        assert_eq!(annotation.text, text);
        assert_eq!(annotation.source.as_deref(), source);
    }
}

#[test]
fn a_header_without_markers_has_none() {
    let header = USUAL.header().replace("MarkerFile=x.vmrk\r\n", "");
    let recording = read(&header, &USUAL).expect("a valid file");
    assert!(recording.annotations.is_empty() && recording.start.is_none());
    assert!(recording.channels[0].is_continuous());
    // An empty resolution is 1, an empty unit µV.
    let header = header.replace("Ch1=Fp1,,0.5,µV", "Ch1=Fp1");
    let recording = read(&header, &USUAL).expect("a valid file");
    assert_eq!(recording.channels[0].samples[3], 300.0);
    assert_eq!(recording.channels[0].unit.as_deref(), Some("µV"));
}

#[test]
fn not_a_number_is_missing_and_infinity_is_an_error() {
    let header = USUAL.header().replace("INT_16", "IEEE_FLOAT_32");
    let read = |numbers: [f32; 4]| {
        read_brainvision(header.as_bytes(), "x", |name| match name {
            "x.eeg" => Ok(Cursor::new(numbers.map(f32::to_le_bytes).concat())),
            name => USUAL.file(name),
        })
    };
    let recording = read([1.0, 2.0, f32::NAN, 3.0]).expect("a valid file");
    assert_eq!(
        recording.channels[0].missing.as_slice(),
        std::slice::from_ref(&(1..2))
    );
    assert!(recording.channels[0].samples[1].is_nan());
    assert!(recording.channels[1].missing.is_empty());
    let error = read([1.0, f32::INFINITY, 2.0, 3.0]).expect_err("an infinite sample");
    assert_eq!(
        error_chain(&error),
        "file \"x.eeg\" beside it: BrainVision: sample 0 of channel \"ECG, left\" is \"inf\", expected a number within \
         the range of 32-bit floats"
    );
}

#[test]
fn invalid_headers_are_named() {
    for (from, to, expected) in [
        (
            "Brain Vision Data",
            "Brian Vision Data",
            "BrainVision: line 1 is \"Brian Vision Data Exchange Header File V\", expected Brain Vision Data Exchange Header File",
        ),
        (
            "=BINARY",
            "=ASCII",
            "BrainVision: DataFormat in line 8 is \"ASCII\", expected BINARY",
        ),
        (
            "=MULTIPLEXED",
            "=",
            "BrainVision: DataOrientation in line 9 is \"\", expected MULTIPLEXED or VECTORIZED",
        ),
        (
            "INT_16",
            "INT_24",
            "BrainVision: BinaryFormat in line 14 is \"INT_24\", expected INT_16, INT_32 or IEEE_FLOAT_32",
        ),
        (
            "=NO",
            "=MAYBE",
            "BrainVision: UseBigEndianOrder in line 15 is \"MAYBE\", expected YES or NO",
        ),
        (
            "=4000",
            "=0",
            "BrainVision: SamplingInterval in line 11 is \"0\", expected microseconds between samples",
        ),
        (
            "Channels=2",
            "Channels=513",
            "BrainVision: NumberOfChannels in line 10 is \"513\", expected 1 to 512",
        ),
        (
            "Channels=2",
            "Channels=3",
            "BrainVision: Ch3 in section [Channel Infos] is missing",
        ),
        (
            "SamplingInterval",
            "Interval",
            "BrainVision: SamplingInterval in section [Common Infos] is missing",
        ),
        (
            ",,0.5,",
            ",,-1,",
            "BrainVision: Ch1 in line 19 is \"Fp1,,-1,µV\", expected a positive resolution",
        ),
        (
            "$b.eeg",
            "../x.eeg",
            "BrainVision: DataFile is \"../x.eeg\", expected the plain name of a file in the same folder",
        ),
        (
            "$b.eeg",
            "C:x.eeg",
            "BrainVision: DataFile is \"C:x.eeg\", expected the plain name of a file in the same folder",
        ),
        (
            "x.vmrk",
            "..",
            "BrainVision: MarkerFile is \"..\", expected the plain name of a file in the same folder",
        ),
        (
            "$b.eeg",
            "y.eeg",
            "file \"y.eeg\" beside it: reading failed: entity not found",
        ),
        (
            "Channels=2",
            "Channels=1",
            "file \"x.vmrk\" beside it: BrainVision: marker Mk4 in line 11 is \"Comment,eyes\\\\1 closed,5,0,2\", expected a channel of the header in its fifth part",
        ),
    ] {
        check_error(from, to, expected);
    }
}

#[test]
fn data_are_whole_samples() {
    for (len, required) in [(0, 4), (18, 20), (21, 24)] {
        let error = read_brainvision(USUAL.header().as_bytes(), "x", |name| match name {
            "x.eeg" => Ok(Cursor::new(vec![0; len])),
            name => USUAL.file(name),
        });
        assert_eq!(
            error_chain(&error.expect_err("a cut file")),
            format!(
                "file \"x.eeg\" beside it: BrainVision: data of 2 channels has {len} bytes, expected {required}"
            )
        );
    }
}

#[test]
fn files_of_one_folder_are_read_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, content: &[u8]| {
        fs::write(folder.path().join(name), content).expect("a writable folder");
    };
    write("x.vhdr", USUAL.header().as_bytes());
    write("x.vmrk", USUAL.markers().as_bytes());
    write("x.eeg", &USUAL.data());
    let recording = Recording::read(folder.path().join("x.vhdr")).expect("a valid file");
    assert_eq!(
        recording,
        read(&USUAL.header(), &USUAL).expect("a valid file")
    );
    // A link may lead anywhere.
    #[cfg(unix)]
    {
        write("y.vhdr", USUAL.header().as_bytes());
        std::os::unix::fs::symlink(folder.path().join("x.eeg"), folder.path().join("y.eeg"))
            .expect("a new link");
        let error = Recording::read(folder.path().join("y.vhdr")).expect_err("a link");
        assert!(
            error_chain(&error)
                .ends_with("file \"y.eeg\" beside it: reading failed: not a regular file"),
            "{}",
            error_chain(&error)
        );
    }
}
