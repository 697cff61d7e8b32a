//! Tables as devices and their programs write them.

use std::fs;
use std::io::{self, Cursor};

use emo_recording::{
    AbsentValues, Channel, Clock, CsvConfig, CsvProfile, DecimalMark, Gap, Recording,
    RecordingError, read_csv, read_empatica,
};
use emo_testing::error_chain;

mod writers;

use writers::csv as tables;

fn with(profile: CsvProfile) -> CsvConfig {
    let mut config = CsvConfig::default();
    config.profile = profile;
    config
}

/// The table, detected and named, which must be the same.
#[track_caller]
fn read(text: &str, profile: CsvProfile) -> Recording {
    let detected = read_csv(text.as_bytes(), &CsvConfig::default()).expect("a valid table");
    let named = read_csv(text.as_bytes(), &with(profile)).expect("a valid table");
    assert_eq!(format!("{detected:?}"), format!("{named:?}"));
    named
}

#[track_caller]
fn check_error(text: &str, config: &CsvConfig, expected: &str) {
    let error = read_csv(text.as_bytes(), config).expect_err("an invalid table");
    assert_eq!(error_chain(&error), expected);
}

fn channel<'r>(recording: &'r Recording, name: &str) -> &'r Channel {
    let mut channels = recording.channels.iter();
    channels.find(|channel| channel.name == name).expect(name)
}

fn hz(channel: &Channel) -> Option<f64> {
    channel.sample_rate.map(|rate| rate.hz())
}

#[test]
fn open_bci() {
    let recording = read(tables::OPEN_BCI_5, CsvProfile::OpenBci);
    let expected = [
        "Sample Index",
        "EXG Channel 0",
        "EXG Channel 1",
        "Accel Channel 0",
        "Accel Channel 1",
        "Accel Channel 2",
        "Analog Channel 0",
    ];
    assert_eq!(recording.channel_names(), expected);
    let exg = channel(&recording, "EXG Channel 0");
    assert_eq!((exg.unit.as_deref(), hz(exg)), (Some("uV"), Some(250.0)));
    assert_eq!(exg.samples, [-187_500.02, -187_499.98, -187_400.5]);
    let exg = channel(&recording, "EXG Channel 1");
    assert_eq!(exg.missing, std::slice::from_ref(&(1..2)));
    assert_eq!(
        channel(&recording, "Accel Channel 0").unit.as_deref(),
        Some("g")
    );
    let start = recording.start.expect("a start");
    assert_eq!(
        (start.unix_seconds, start.clock),
        (1_647_363_900.125, Clock::Utc)
    );

    let recording = read(tables::OPEN_BCI_3, CsvProfile::OpenBci);
    assert_eq!(recording.channels.len(), 8);
    let exg = channel(&recording, "EXG Channel 3");
    assert_eq!((hz(exg), &exg.samples[..]), (Some(200.0), &[4.5, -4.5][..]));
    assert_eq!(channel(&recording, "Accel Channel 2").samples, [0.3, 0.0]);

    let config = CsvConfig::default();
    for (from, to, expected) in [
        (
            "%Sample Rate = 200 Hz",
            "%x",
            "OpenBCI: %Sample Rate is missing",
        ),
        (
            "200 Hz",
            "0 Hz",
            "OpenBCI: line 3 is \"%Sample Rate = 0 Hz\", expected a sample rate",
        ),
        (
            "= 4",
            "= 65",
            "OpenBCI: line 2 is \"%Number of channels = 65\", expected 1 to 64 channels",
        ),
        (
            "%Number of channels = 4",
            "%x",
            "OpenBCI: %Number of channels is missing",
        ),
        ("= 4", "= 16", "line 7 has 10 cells, expected 17"),
    ] {
        check_error(&tables::OPEN_BCI_3.replace(from, to), &config, expected);
    }
}

#[test]
fn muse() {
    let recording = read(tables::MIND_MONITOR, CsvProfile::Muse);
    let tp9 = channel(&recording, "TP9");
    assert_eq!((tp9.unit.as_deref(), hz(tp9)), (Some("uV"), Some(4.0)));
    assert_eq!(tp9.samples, [800.5, 804.5, 808.5, 812.5, 816.5]);
    // Three seconds after the third sample; a quarter of a second is the usual step.
    let gap = Gap {
        sample: 3,
        seconds: 2.75,
    };
    assert_eq!(tp9.gaps, [gap]);
    assert_eq!(tp9.time_of(3), Some(3.5));
    assert!(tp9.missing.is_empty());
    let delta = channel(&recording, "Delta_TP9");
    assert_eq!(
        (delta.unit.as_deref(), delta.missing[0].clone()),
        (None, 1..2)
    );
    let [blink] = &recording.annotations[..] else {
        panic!("one annotation");
    };
    assert_eq!(blink.text, "/muse/elements/blink");
    assert!((blink.onset - 0.3).abs() < 1e-6);
    let start = recording.start.expect("a start");
    assert_eq!(
        (start.unix_seconds, start.clock),
        (1_590_584_118.0, Clock::Local)
    );

    let recording = read(tables::MUSE_LSL, CsvProfile::Muse);
    assert_eq!(
        recording.channel_names(),
        ["TP9", "AF7", "AF8", "TP10", "Right AUX"]
    );
    assert_eq!(hz(&recording.channels[0]), Some(256.0));
    assert!(recording.channels[0].to_microvolts().is_ok());
    check_error(
        "1,2\n",
        &with(CsvProfile::Muse),
        "Muse: line 1 is \"1,2\", expected a header with RAW_TP9 or TP9",
    );
}

#[test]
fn emotiv() {
    let recording = read(tables::EMOTIV_PRO, CsvProfile::Emotiv);
    let expected = [
        "EEG.Counter",
        "EEG.Interpolated",
        "AF3",
        "F7",
        "EEG.Battery",
        "MOT.AccX",
    ];
    assert_eq!(recording.channel_names(), expected);
    let af3 = channel(&recording, "AF3");
    assert_eq!((af3.unit.as_deref(), hz(af3)), (Some("uV"), Some(128.0)));
    assert_eq!(af3.samples, [4100.5, 4101.5, 4102.5]);
    assert_eq!(channel(&recording, "EEG.Battery").unit, None);
    let motion = channel(&recording, "MOT.AccX");
    assert_eq!(motion.missing, std::slice::from_ref(&(1..2)));
    assert_eq!(recording.annotations.len(), 1);
    assert_eq!(recording.annotations[0].text, "42");
    assert_eq!(recording.annotations[0].onset, 1.0 / 128.0);
    assert_eq!(
        recording.start.map(|s| s.unix_seconds),
        Some(1_583_000_000.5)
    );

    let recording = read(tables::EMOTIV_OLD, CsvProfile::Emotiv);
    let expected = ["COUNTER", "INTERPOLATED", "AF3", "F7", "GYROX"];
    assert_eq!(recording.channel_names(), expected);
    assert_eq!(channel(&recording, "F7").unit.as_deref(), Some("emotiv"));
    assert_eq!(channel(&recording, "GYROX").unit, None);
    assert_eq!(recording.annotations[0].text, "5");
    for (from, to, expected) in [
        (
            "sampling:128",
            "sampling:fast",
            "Emotiv: line 1 is \"sampling:fast\", expected a sampling rate",
        ),
        (
            "labels:",
            "names:",
            "Emotiv: the labels in line 1 is missing",
        ),
        (
            "sampling:128, ",
            "",
            "Emotiv: the sampling rate in line 1 is missing",
        ),
    ] {
        let text = tables::EMOTIV_OLD.replace(from, to);
        check_error(&text, &with(CsvProfile::Emotiv), expected);
    }
}

fn e4(name: &str) -> io::Result<Cursor<&'static str>> {
    let text = match name {
        "BVP.csv" => tables::E4_BVP,
        "ACC.csv" => tables::E4_ACC,
        "HR.csv" => tables::E4_HR,
        "IBI.csv" => tables::E4_IBI,
        "tags.csv" => tables::E4_TAGS,
        _ => return Err(io::ErrorKind::NotFound.into()),
    };
    Ok(Cursor::new(text))
}

#[test]
fn an_e4_fills_a_folder() {
    let recording = read_empatica(e4).expect("valid files");
    let names = recording.channel_names();
    assert_eq!(names, ["BVP", "HR", "IBI", "ACC x", "ACC y", "ACC z"]);
    // The accelerometer began first.
    assert_eq!(
        recording.start.map(|s| s.unix_seconds),
        Some(1_594_920_459.5)
    );
    let bvp = channel(&recording, "BVP");
    assert_eq!((hz(bvp), bvp.start), (Some(64.0), 0.5));
    assert_eq!(bvp.samples, [-0.5, 1.25]);
    let hr = channel(&recording, "HR");
    assert_eq!(
        (hz(hr), hr.start, hr.unit.as_deref()),
        (Some(1.0), 10.5, Some("bpm"))
    );
    let ibi = channel(&recording, "IBI");
    assert_eq!((hz(ibi), ibi.unit.as_deref()), (None, Some("s")));
    assert_eq!(ibi.times.as_deref(), Some(&[13.0, 13.8125, 40.5][..]));
    let acc = channel(&recording, "ACC x");
    assert_eq!(
        (acc.unit.as_deref(), &acc.samples[..]),
        (Some("g"), &[-1.0, 0.0][..])
    );
    let tags: Vec<_> = recording
        .annotations
        .iter()
        .map(|a| (a.onset, a.text.as_str()))
        .collect();
    assert_eq!(tags, [(5.75, "tag")]);

    let none = read_empatica(|_| Err::<io::Empty, _>(io::ErrorKind::NotFound.into()));
    assert!(matches!(none, Err(RecordingError::Missing { .. })));
    let bad = read_empatica(|name| match name {
        "HR.csv" => Ok(Cursor::new("1594920470.0\n2.0\n71.0\n")),
        name => e4(name),
    });
    assert_eq!(
        error_chain(&bad.expect_err("a rate of 2 Hz")),
        "file \"HR.csv\" beside it: Empatica E4: line 1 is \"1594920470.0\", expected the same start in each column \
         and, below, the same rate of 1, 4, 32 or 64 Hz"
    );
}

#[test]
fn files_of_an_e4_alone_and_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["BVP.csv", "HR.csv", "tags.csv"] {
        let text = e4(name).expect("a file").into_inner();
        fs::write(folder.path().join(name), text).expect("a writable folder");
    }
    let recording = Recording::read(folder.path().join("BVP.csv")).expect("a valid file");
    assert_eq!(recording.channel_names(), ["BVP"]);
    assert_eq!(hz(&recording.channels[0]), Some(64.0));
    let recording = Recording::read(folder.path()).expect("valid files");
    assert_eq!(recording.channel_names(), ["BVP", "HR"]);
    // Large first numbers alone make no E4.
    let plain = read_csv(&b"1594920460\n1594920461\n"[..], &CsvConfig::default());
    assert_eq!(plain.expect("a valid table").channels[0].samples.len(), 2);
    let single = read_csv(&b"1594920460\n"[..], &CsvConfig::default());
    assert_eq!(single.expect("a valid table").channels[0].samples.len(), 1);
}

#[test]
fn polar() {
    let recording = read(tables::POLAR_ECG, CsvProfile::Polar);
    assert_eq!(recording.channel_names(), ["ecg"]);
    let ecg = &recording.channels[0];
    assert_eq!(
        (ecg.unit.as_deref(), &ecg.samples[..]),
        (Some("uV"), &[-83.0, -90.0, -97.0, 10.0, 11.0][..])
    );
    assert_eq!(hz(ecg), Some(130.0));
    assert_eq!(ecg.gaps.len(), 1);
    assert_eq!(ecg.gaps[0].sample, 3);
    assert!((ecg.gaps[0].seconds - 1.0).abs() < 1e-5);
    let start = recording.start.expect("a start");
    assert_eq!(
        (start.unix_seconds, start.clock),
        (1_637_578_634.441, Clock::Local)
    );

    let recording = read(tables::POLAR_RR, CsvProfile::Polar);
    let rr = &recording.channels[0];
    assert_eq!(
        (rr.unit.as_deref(), &rr.samples[..]),
        (Some("ms"), &[857.0, 843.0][..])
    );
    assert_eq!(rr.sample_rate, None);
    assert!((rr.time_of(1).expect("a time") - 0.85).abs() < 1e-6);

    let recording = read(tables::POLAR_HR, CsvProfile::Polar);
    assert_eq!(
        recording.channel_names(),
        ["HR", "HRV", "Breathing interval"]
    );
    assert_eq!(recording.channels[0].samples, [71.0, 72.0]);
    assert_eq!(recording.channels[2].missing, std::slice::from_ref(&(0..1)));

    let recording = read(tables::POLAR_FLOW, CsvProfile::Polar);
    assert_eq!(recording.channel_names(), ["HR"]);
    assert_eq!(
        (
            hz(&recording.channels[0]),
            recording.channels[0].unit.as_deref()
        ),
        (Some(1.0), Some("bpm"))
    );
    assert_eq!(recording.channels[0].missing, std::slice::from_ref(&(1..2)));
    assert_eq!(
        recording.start.map(|s| s.unix_seconds),
        Some(1_772_446_830.0)
    );
}

#[test]
fn rr_intervals() {
    let mut config = with(CsvProfile::RrIntervals);
    let recording = read_csv(&b"# Polar H10\n857\n843\n"[..], &config).expect("a valid list");
    let rr = &recording.channels[0];
    assert_eq!((rr.name.as_str(), rr.unit.as_deref()), ("RR", Some("ms")));
    assert_eq!(rr.samples, [857.0, 843.0]);
    assert_eq!((rr.sample_rate, &rr.times), (None, &None));
    let recording = read_csv(&b"time,rr\n1.5,857\n2.343,843\n"[..], &config).expect("a valid list");
    let times = recording.channels[0].times.as_deref().expect("times");
    assert!((times[1] - 0.843).abs() < 1e-12);
    check_error(
        "0.857\n0.843\n",
        &config,
        "RR intervals: the longest is \"0.857\", expected a number of ms; give the unit if they are in s",
    );
    check_error(
        "857,1\n",
        &config,
        "RR intervals: line 1 is \"857,1\", expected one column of intervals",
    );
    check_error(
        "857\n\n-\n",
        &config,
        "line 3, column 1 (RR): \"-\" is not a finite number",
    );
    config.unit = Some("s".to_owned());
    let recording = read_csv(&b"0.857\n0.843\n"[..], &config).expect("a valid list");
    assert_eq!(recording.channels[0].samples, [857.0, 843.0]);
    config.unit = Some("min".to_owned());
    check_error(
        "1\n",
        &config,
        "RR intervals: the unit is \"min\", expected ms or s",
    );
    // Nothing in the file says that these are intervals.
    let plain = read_csv(&b"857\n843\n"[..], &CsvConfig::default()).expect("a valid table");
    assert_eq!(plain.channel_names(), ["column 1"]);
}

#[test]
fn absent_values_are_marked_where_asked() {
    let mut config = CsvConfig::default();
    config.absent = AbsentValues::Mark;
    let text = "time,bpm\n0,71\n1,\n2,NaN\n3,n/a\n4,74\n9,75\n10,76\n";
    let recording = read_csv(text.as_bytes(), &config).expect("a valid table");
    let bpm = &recording.channels[0];
    assert_eq!(bpm.missing, std::slice::from_ref(&(1..4)));
    assert_eq!(
        bpm.gaps,
        [Gap {
            sample: 5,
            seconds: 4.0
        }]
    );
    assert_eq!(bpm.segments().collect::<Vec<_>>(), [0..1, 4..5, 5..7]);
    assert_eq!(hz(bpm), Some(1.0));
    for (text, expected) in [
        (
            "time,bpm\n0,inf\n1,1\n",
            "line 2, column 2 (bpm): \"inf\" is not a finite number",
        ),
        (
            "time,bpm\n,1\n1,1\n",
            "line 2, column 1 (time): \"\" is not a finite number",
        ),
        (
            "time,bpm\n0,1\n1,1\n2,1\n1,1\n2,1\n3,1\n4,1\n",
            "line 5: time 1 s departs from even steps of 1 s; give the sample rate if it is known to be even",
        ),
    ] {
        let error = read_csv(text.as_bytes(), &config).expect_err("an invalid table");
        // The mean step depends on the backward one.
        let text = error_chain(&error);
        assert!(
            text.split(" s departs").next() == expected.split(" s departs").next(),
            "{text}"
        );
    }
    // Devices mark by themselves, unless told otherwise.
    config.absent = AbsentValues::Refuse;
    check_error(
        tables::OPEN_BCI_5,
        &config,
        "line 7, column 3 (EXG Channel 1): \"NaN\" is not a finite number",
    );
}

#[test]
fn stamps_are_dates_and_epochs() {
    let config = CsvConfig::default();
    for (first, second, start, clock) in [
        ("1700000000.0", "1700000000.5", 1.7e9, Clock::Utc),
        ("1700000000000", "1700000000500", 1.7e9, Clock::Utc),
        ("1700000000000000", "1700000000500000", 1.7e9, Clock::Utc),
        (
            "1700000000000000000",
            "1700000000500000000",
            1.7e9,
            Clock::Utc,
        ),
        (
            "2023-11-14T22:13:20Z",
            "2023-11-14T22:13:20.5Z",
            1.7e9,
            Clock::Utc,
        ),
        (
            "2023-11-14 22:13:20.00",
            "2023-11-14 22:13:20.50",
            1.7e9,
            Clock::Local,
        ),
    ] {
        let text = format!("timestamp,x\n{first},1\n{second},2\n");
        let recording = read_csv(text.as_bytes(), &config).expect("a valid table");
        assert_eq!(hz(&recording.channels[0]), Some(2.0), "{first}");
        let actual = recording.start.expect("a start");
        assert_eq!(
            (actual.unix_seconds, actual.clock),
            (start, clock),
            "{first}"
        );
    }
    let text = "time,x\n10:20:30.5,1\n10:20:31.0,2\n";
    let recording = read_csv(text.as_bytes(), &config).expect("a valid table");
    assert_eq!(
        (hz(&recording.channels[0]), recording.start),
        (Some(2.0), None)
    );
}

#[test]
fn decimal_commas_are_declared() {
    let mut config = CsvConfig::default();
    config.decimal = DecimalMark::Comma;
    let text = "time;x\n0,25;1,5\n0,50;-2\n";
    let recording = read_csv(text.as_bytes(), &config).expect("a valid table");
    assert_eq!(recording.channels[0].samples, [1.5, -2.0]);
    assert_eq!(hz(&recording.channels[0]), Some(4.0));
    let recording = read_csv(&b"1,5\n2,5\n"[..], &config).expect("a valid table");
    assert_eq!(recording.channels[0].samples, [1.5, 2.5]);
    check_error(
        "x;y\n1,5;2.5\n",
        &config,
        "line 2, column 2 (y): \"2.5\" is not a finite number",
    );
}
