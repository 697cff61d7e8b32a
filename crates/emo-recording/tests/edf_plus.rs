//! EDF+ and BDF: annotations, interruptions, triggers and 24 bits.

use emo_recording::{
    Annotation, Clock, Gap, Recording, RecordingError, read_edf, read_edf_digital,
};
use emo_testing::{assert_close, fixture, load_npy};

mod writers;

use writers::edf::{Edf, interrupted, triggers};

fn read(file: &Edf) -> Result<Recording, RecordingError> {
    read_edf(file.encode().as_slice())
}

fn summary(annotations: &[Annotation]) -> Vec<(f64, Option<f64>, &str)> {
    let parts = |a: &'_ Annotation| (a.onset, a.duration);
    annotations
        .iter()
        .map(|annotation| {
            let (onset, duration) = parts(annotation);
            (onset, duration, annotation.text.as_str())
        })
        .collect()
}

#[test]
fn annotations_are_pyedflibs_and_edfios() {
    for (file, golden, no_duration, texts) in [
        (
            "eeg4_pyedflib.edf",
            "file_edf_annotations",
            -1.0,
            ["stim", "resp"],
        ),
        (
            "eeg4_pyedflib.bdf",
            "file_bdf_annotations",
            -1.0,
            ["stim", "resp"],
        ),
        (
            "mixed_edfio.edf",
            "file_mixed_edfio_edf_annotations",
            0.0,
            ["note a", "note b"],
        ),
    ] {
        let recording = Recording::read(fixture(format!("emo-recording/{file}")));
        let annotations = recording.expect("a valid file").annotations;
        let actual: Vec<f64> = annotations
            .iter()
            .flat_map(|a| [a.onset, a.duration.unwrap_or(no_duration)])
            .collect();
        let expected = load_npy(fixture(format!("emo-recording/{golden}.npy")));
        assert_close(actual, expected, 0.0, 0.0);
        let actual: Vec<_> = annotations.iter().map(|a| a.text.as_str()).collect();
        assert_eq!(actual, texts);
        assert!(annotations.iter().all(|a| a.source.is_none()));
    }
}

#[test]
fn bdf_with_mixed_rates_is_edfios() {
    let recording = Recording::read(fixture("emo-recording/mixed_edfio.bdf"));
    let recording = recording.expect("a valid file");
    for (index, rate) in [128.0, 32.0].into_iter().enumerate() {
        let channel = &recording.channels[index];
        assert_eq!(channel.sample_rate.map(|rate| rate.hz()), Some(rate));
        let path = format!("emo-recording/file_mixed_edfio_bdf_{index}.npy");
        let expected = load_npy(fixture(path));
        // At the border samples are `f32`.
        assert_close(channel.samples.iter().copied(), expected, 6e-8, 2.21e-8);
        assert!(channel.is_continuous());
    }
}

#[test]
fn interruptions_are_gaps() {
    let recording = read(&interrupted()).expect("a valid file");
    let [fp1, resp] = &recording.channels[..] else {
        panic!("two channels");
    };
    assert_eq!(
        fp1.samples[..8],
        [0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0]
    );
    assert_eq!(resp.samples, [4.0, 5.0, 14.0, 15.0, 24.0, 25.0, 34.0, 35.0]);
    let gap = |sample| Gap {
        sample,
        seconds: 8.0,
    };
    assert_eq!(
        (&fp1.gaps[..], &resp.gaps[..]),
        (&[gap(8)][..], &[gap(4)][..])
    );
    assert_eq!(fp1.time_of(7), Some(1.75));
    assert_eq!(fp1.time_of(8), Some(10.0));
    assert_eq!(resp.segments().collect::<Vec<_>>(), [0..4, 4..8]);
    // Counted from the first record, as its onset is.
    let expected = [(0.25, Some(0.5), "stim"), (10.25, None, "resp")];
    assert_eq!(summary(&recording.annotations), expected);
    let start = recording.start.expect("a start");
    // 2026-03-02T10:20:30.25.
    assert_eq!(start.unix_seconds, 1_772_446_830.25);
    assert_eq!(start.clock, Clock::Local);
}

#[test]
fn records_that_nearly_touch_are_neighbours() {
    // A sample lasts 0.25 s: 0.12 s are a rounding, 0.13 s are not.
    for (onset, gaps) in [
        ("+1.37\x14\x14\0", 0),
        ("+1.38\x14\x14\0", 1),
        ("+1.13\x14\x14\0", 0),
    ] {
        let mut file = interrupted();
        file.records.truncate(2);
        file.records[1].0 = onset;
        let recording = read(&file).expect("a valid file");
        assert_eq!(recording.channels[0].gaps.len(), gaps, "{onset}");
    }
    let mut file = interrupted();
    file.records[3].0 = "+11\x14\x14\0";
    let error = read(&file).expect_err("an overlap");
    assert_eq!(
        error.to_string(),
        "data record 3 begins at 11 s, before its predecessor ends at 11.25 s"
    );
}

#[test]
fn interrupted_records_say_when_they_begin() {
    let mut file = interrupted();
    file.records[2].0 = "";
    let error = read(&file).expect_err("no onset");
    assert_eq!(
        error.to_string(),
        "annotation at byte 0 of data record 2 is \"\", expected the onset of the record"
    );
    file.kind = "EDF+C";
    let recording = read(&file).expect("a valid file");
    assert!(recording.channels[0].is_continuous());
    file.kind = "EDF+D";
    file.annotations_len = 0;
    assert!(matches!(
        read(&file),
        Err(RecordingError::InvalidHeader {
            expected: "a signal of annotations where records are interrupted",
            ..
        })
    ));
}

#[test]
fn bdf_has_24_bits_and_triggers() {
    let file = read_edf_digital(triggers().encode().as_slice()).expect("a valid file");
    let a1 = &file.signals[0];
    assert_eq!(a1.digital, [-8_388_608, 8_388_607, 0, -1, 1, 2, 3, 4]);
    assert!(a1.physical().eq(a1.digital.iter().map(|&x| f64::from(x))));
    assert_eq!(
        (a1.transducer.as_str(), a1.prefilter.as_str()),
        ("electrode", "HP:0.1Hz")
    );
    // 0x1ff00 holds the trigger 0xff00 and a bit of the recorder's own.
    let expected = [
        (0.25, Some(0.5), "3"),
        (1.0, Some(0.25), "65280"),
        (1.75, Some(0.25), "7"),
    ];
    assert_eq!(summary(&file.annotations), expected);
    let recording = read(&triggers()).expect("a valid file");
    assert_eq!(recording.channel_names(), ["A1", "Status"]);
    assert_eq!(recording.annotations, file.annotations);
    assert_eq!(recording.annotations[0].source.as_deref(), Some("Status"));
    assert_eq!(recording.channels[1].samples[0], 1_048_576.0);
}

#[test]
fn dates_that_are_none_are_no_start() {
    let mut bytes = triggers().encode();
    let start = |bytes: &[u8]| read_edf(bytes).expect("a valid file").start;
    assert_eq!(start(&bytes).map(|s| s.unix_seconds), Some(1_772_446_830.0));
    // Without the date in full, the century is that of 1985 to 2084.
    bytes[88..97].copy_from_slice(b"X        ");
    bytes[168..176].copy_from_slice(b"02.03.85");
    assert_eq!(start(&bytes).map(|s| s.unix_seconds), Some(478_606_830.0));
    bytes[168..176].copy_from_slice(b"00.00.00");
    assert_eq!(start(&bytes), None);
}
