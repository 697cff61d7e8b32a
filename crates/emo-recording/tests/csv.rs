//! Tables of all shapes, and what is wrong with them.

use emo_recording::{
    Channel, CsvConfig, MAX_COLUMNS, MAX_LINE_LEN, Recording, RecordingError, SampleRate, read_csv,
};

fn read(text: &str) -> Result<Recording, RecordingError> {
    read_csv(text.as_bytes(), &CsvConfig::default())
}

#[track_caller]
fn channels(text: &str) -> Vec<Channel> {
    read(text).expect("a valid table").channels
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = read(text).expect_err("an invalid table");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn delimiters_headers_and_quotes() {
    for text in [
        "Fp1,Fp2\n1,2\n3.5,-4e1\n",
        "Fp1;Fp2\r\n1;2\r\n3.5;-4e1\r\n",
        "\u{feff}\"Fp1\"\t\"Fp2\"\n\n 1 \t 2\n\"3.5\"\t-4e1",
        "# made by hand\nFp1,Fp2\n1,2\n# a remark\n3.5,-4e1\n",
    ] {
        let channels = channels(text);
        assert_eq!(channels.len(), 2);
        assert_eq!(
            (channels[0].name.as_str(), channels[1].name.as_str()),
            ("Fp1", "Fp2")
        );
        assert_eq!(channels[0].samples, [1.0, 3.5]);
        assert_eq!(channels[1].samples, [2.0, -40.0]);
        assert_eq!(channels[0].sample_rate, None);
        assert_eq!(channels[0].unit, None);
    }
}

#[test]
fn tables_without_header() {
    let channels = channels("1,2e0\n3,4\n");
    let names: Vec<_> = channels
        .iter()
        .map(|channel| channel.name.as_str())
        .collect();
    assert_eq!(names, ["column 1", "column 2"]);
    assert_eq!(channels[1].samples, [2.0, 4.0]);
    let single = read("71\n72\n70\n").expect("a valid table");
    assert_eq!(single.channel_names(), ["column 1"]);
}

#[test]
fn units_stand_in_brackets_or_in_the_configuration() {
    let text = "ECG [mV],PPG (a.u.),Fp1\n1,2,3\n";
    let units = |config: &CsvConfig| {
        let recording = read_csv(text.as_bytes(), config).expect("a valid table");
        let unit = |channel: Channel| channel.unit.unwrap_or_default();
        recording.channels.into_iter().map(unit).collect::<Vec<_>>()
    };
    assert_eq!(units(&CsvConfig::default()), ["mV", "a.u.", ""]);
    let mut config = CsvConfig::default();
    config.unit = Some("uV".to_owned());
    assert_eq!(units(&config), ["mV", "a.u.", "uV"]);
}

#[test]
fn time_columns_give_the_rate_and_are_no_channel() {
    for (header, scale) in [
        ("time", 1.0),
        ("T", 1.0),
        ("timestamp [s]", 1.0),
        ("t_s", 1.0),
        ("time_ms", 1000.0),
        ("Time (ms)", 1000.0),
    ] {
        let mut text = format!("x,{header}\n");
        for n in 0..50 {
            text += &format!("{n},{}\n", scale * (3.0 + f64::from(n) / 4.0));
        }
        let channels = channels(&text);
        assert_eq!(channels.len(), 1, "{header}");
        assert_eq!(channels[0].name, "x");
        let rate = channels[0].sample_rate.expect("even steps");
        assert_eq!(rate.hz(), 4.0, "{header}");
    }
}

#[test]
fn the_callers_rate_stands_in_for_a_missing_or_uneven_time() {
    let mut config = CsvConfig::default();
    config.sample_rate = Some(SampleRate::from_hz(128.0).expect("a valid rate"));
    for (text, expected) in [
        ("x\n1\n2\n", 128.0),
        ("t,x\n0,1\n1,2\n9,3\n", 128.0),
        ("t,x\n0,1\n1,2\n2,3\n", 1.0),
    ] {
        let recording = read_csv(text.as_bytes(), &config).expect("a valid table");
        let rate = recording.channels[0].sample_rate.expect("a rate");
        assert_eq!(rate.hz(), expected, "{text:?}");
    }
}

#[test]
fn bad_tables_are_named() {
    check_error("", "table has 0 rows, at least 1 are needed");
    check_error("a,b\n", "table has 0 rows, at least 1 are needed");
    check_error("t,x\n0,1\n", "table has 1 rows, at least 2 are needed");
    check_error("a,b\n1,2\n3\n", "line 3 has 1 cells, expected 2");
    check_error("time\n1\n2\n", "table has no column but the time");
    check_error(
        "time,t,x\n1,1,1\n",
        "columns \"time\" and \"t\" both are times",
    );
    check_error(
        "t,x\n0,1\n1,1\n9,1\n",
        "line 3: time 1 s departs from even steps of 4.5 s; give the sample rate if it is known to be even",
    );
    for cell in ["", "NaN", "inf", "-Infinity", "1e39", "x", "1,5", "NA"] {
        check_error(
            &format!("a;b [uV]\n1;2\n\n3;{cell}\n"),
            &format!("line 4, column 2 (b): {cell:?} is not a finite number"),
        );
    }
    for cell in ["", "nan", "NA", "null"] {
        check_error(
            &format!("1,{cell}\n1,2\n"),
            &format!("line 1, column 2 (column 2): {cell:?} is not a finite number"),
        );
    }
    check_error(
        "time,x\nnoon,1\n",
        "line 2, column 1 (time): \"noon\" is not a finite number",
    );
}

#[test]
fn columns_and_lines_are_capped() {
    let wide = |n: usize| vec!["1"; n].join(",");
    assert_eq!(channels(&wide(MAX_COLUMNS)).len(), MAX_COLUMNS);
    assert!(matches!(
        read(&wide(MAX_COLUMNS + 1)),
        Err(RecordingError::TooManyColumns {
            actual: 1025,
            limit: 1024
        })
    ));
    let long = format!("1\n{}", " ".repeat(MAX_LINE_LEN));
    assert!(matches!(
        read(&(long + "1\n")),
        Err(RecordingError::LineTooLong { line: 2, .. })
    ));
}
