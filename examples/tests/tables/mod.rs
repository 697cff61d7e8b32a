//! The `extract` program and the tables that it writes.

use std::process::{Command, Output};

use emo_testing::{example, fixture};

pub(crate) fn extract(arguments: &[&str]) -> Output {
    Command::new(example("extract"))
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn recording(name: &str) -> String {
    fixture("recordings")
        .join(name)
        .to_str()
        .unwrap()
        .to_owned()
}

/// Header and records.
pub(crate) fn parse(csv: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut lines = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv)
        .into_records()
        .map(|record| {
            record
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
    let header = lines.next().unwrap();
    (header, lines.collect())
}

#[track_caller]
pub(crate) fn table(arguments: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
    let output = extract(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    parse(&output.stdout)
}

pub(crate) fn features(record: &[String]) -> Vec<f64> {
    record[2..]
        .iter()
        .map(|value| match value.as_str() {
            "" => f64::NAN,
            number => number.parse().unwrap(),
        })
        .collect()
}

#[track_caller]
pub(crate) fn assert_names(header: &[String], expected: &[&str], count: usize) {
    assert_eq!(header.len(), 2 + count);
    assert_eq!(header[..2], ["file", "start_s"]);
    for name in expected {
        assert!(
            header.iter().any(|column| column == name),
            "no column {name}"
        );
    }
}
