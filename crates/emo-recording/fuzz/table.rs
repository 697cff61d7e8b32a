//! Tables that are nearly right: the words of devices, numbers, dates and absent values in rows that fit or do not.

use arbitrary::Arbitrary;
use emo_recording::{AbsentValues, CsvConfig, CsvProfile, DecimalMark, SampleRate};

use crate::probe;

/// A table and how it is read.
#[derive(Debug, Arbitrary)]
pub(crate) struct Table {
    profile: u8,
    absent: u8,
    is_comma: bool,
    rate: Option<u8>,
    delimiter: u8,
    preamble: Vec<Word>,
    header: Option<Vec<Word>>,
    rows: Vec<Row>,
}

#[derive(Debug, Arbitrary)]
struct Row {
    step: u8,
    cells: Vec<Cell>,
}

#[derive(Debug, Arbitrary)]
enum Cell {
    Number(i16),
    Decimal(i16, u8),
    Time,
    Epoch,
    Date,
    Word(Word),
    Other(f64),
}

#[derive(Debug, Arbitrary)]
struct Word(u8, u8);

const WORDS: [&str; 48] = [
    "",
    "nan",
    "NA",
    "null",
    "time",
    "timestamp",
    "Timestamp",
    "TimeStamp",
    "x [uV]",
    "bpm",
    "IBI",
    "RAW_TP9",
    "TP9",
    "AF7",
    "AF8",
    "TP10",
    "Elements",
    "EEG.AF3",
    "MarkerValueInt",
    "EEG.Counter",
    "MOT.AccX",
    "Phone timestamp",
    "sensor timestamp [ns]",
    "timestamp [ms]",
    "ecg [uV]",
    "RR-interval [ms]",
    "HR (bpm)",
    "Time",
    "Sample rate",
    "%OpenBCI Raw EXG Data",
    "%Number of channels = 2",
    "%Sample Rate = 250 Hz",
    "Sample Index",
    "EXG Channel 0",
    "Accel Channel 0",
    "Other",
    "Timestamp (Formatted)",
    "title:a",
    "sampling:128",
    "labels:A B MARKER",
    "headset type:EPOC",
    "sampling rate:eeg_128;mot_64",
    "1594920460.0",
    "64.0",
    "Name",
    "Sport",
    "Start time",
    "\"a\"",
];

impl Word {
    fn text(&self) -> String {
        match self.1 {
            0..200 => WORDS[usize::from(self.0) % WORDS.len()].to_owned(),
            _ => format!("c{}", self.0),
        }
    }
}

impl Table {
    fn text(&self) -> String {
        let delimiter = [",", ";", "\t", ", "][usize::from(self.delimiter % 4)];
        let mut lines: Vec<String> = self.preamble.iter().map(Word::text).collect();
        let join = |words: &[Word]| {
            let words: Vec<String> = words.iter().map(Word::text).collect();
            words.join(delimiter)
        };
        if self.profile % 16 == 5 {
            // A header of key and value, all in one line.
            lines = vec![join(&self.preamble)];
        }
        lines.extend(self.header.as_deref().map(join));
        let mut time = 0.0;
        for row in &self.rows {
            time += if row.step < 200 {
                0.25
            } else {
                f64::from(row.step) - 220.0
            };
            let cell = |cell: &Cell| match cell {
                Cell::Number(number) => number.to_string(),
                Cell::Decimal(whole, part) if self.is_comma => format!("{whole},{part}"),
                Cell::Decimal(whole, part) => format!("{whole}.{part}"),
                Cell::Time => time.to_string(),
                Cell::Epoch => (1_594_920_460.0 + time).to_string(),
                Cell::Date => format!(
                    "2026-03-02T10:{:02}:{:06.3}",
                    row.step % 60,
                    time.abs() % 60.0
                ),
                Cell::Word(word) => word.text(),
                Cell::Other(number) => number.to_string(),
            };
            let cells: Vec<String> = row.cells.iter().map(cell).collect();
            lines.push(cells.join(delimiter));
        }
        lines.join("\n")
    }

    pub(crate) fn probe(&self) {
        let mut config = CsvConfig::default();
        config.profile = match self.profile % 16 {
            0 => CsvProfile::Plain,
            1 => CsvProfile::OpenBci,
            2 => CsvProfile::Muse,
            3 => CsvProfile::EmpaticaE4,
            4 => CsvProfile::Polar,
            5 => CsvProfile::Emotiv,
            6 => CsvProfile::RrIntervals,
            _ => CsvProfile::Detect,
        };
        config.absent = match self.absent % 3 {
            0 => AbsentValues::ByProfile,
            1 => AbsentValues::Refuse,
            _ => AbsentValues::Mark,
        };
        if self.is_comma {
            config.decimal = DecimalMark::Comma;
        }
        config.sample_rate = self.rate.and_then(|hz| SampleRate::from_hz(hz.into()).ok());
        probe::csv(self.text().as_bytes(), &config);
    }
}
