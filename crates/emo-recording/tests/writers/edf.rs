/// A file of EDF or BDF with signals in µV, of which one digital step is one physical.
#[derive(Debug, Clone)]
pub(crate) struct Edf {
    pub(crate) is_bdf: bool,
    /// What the reserved field says, as `EDF+D`.
    pub(crate) kind: &'static str,
    /// Seconds of a data record.
    pub(crate) seconds: &'static str,
    /// Label, samples in a data record, unit.
    pub(crate) signals: Vec<(&'static str, usize, &'static str)>,
    /// Bytes of the annotation signal in a data record; 0 for none.
    pub(crate) annotations_len: usize,
    /// For each data record its annotations, and the samples of all signals.
    pub(crate) records: Vec<(&'static str, Vec<i32>)>,
}

impl Edf {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let width = if self.is_bdf { 3 } else { 2 };
        let annotations = if self.is_bdf {
            "BDF Annotations"
        } else {
            "EDF Annotations"
        };
        let (lowest, highest) = if self.is_bdf {
            ("-8388608", "8388607")
        } else {
            ("-32768", "32767")
        };
        let mut signals = self.signals.clone();
        if self.annotations_len > 0 {
            signals.push((annotations, self.annotations_len.div_ceil(width), ""));
        }
        let mut file = Vec::new();
        let mut field = |text: &str, len: usize| {
            assert!(text.len() <= len, "{text}");
            file.extend(format!("{text:<len$}").into_bytes());
        };
        field(if self.is_bdf { "?BIOSEMI" } else { "0" }, 8);
        field("X X X X", 80);
        field("Startdate 02-MAR-2026 X X X", 80);
        field("02.03.26", 8);
        field("10.20.30", 8);
        field(&(256 * (signals.len() + 1)).to_string(), 8);
        field(self.kind, 44);
        field(&self.records.len().to_string(), 8);
        field(self.seconds, 8);
        field(&signals.len().to_string(), 4);
        signals.iter().for_each(|signal| field(signal.0, 16));
        signals.iter().for_each(|_| field("electrode", 80));
        signals.iter().for_each(|signal| field(signal.2, 8));
        signals.iter().for_each(|_| field(lowest, 8));
        signals.iter().for_each(|_| field(highest, 8));
        signals.iter().for_each(|_| field(lowest, 8));
        signals.iter().for_each(|_| field(highest, 8));
        signals.iter().for_each(|_| field("HP:0.1Hz", 80));
        signals
            .iter()
            .for_each(|signal| field(&signal.1.to_string(), 8));
        signals.iter().for_each(|_| field("", 32));
        if self.is_bdf {
            file[0] = 0xff;
        }
        for (lists, samples) in &self.records {
            for sample in samples {
                file.extend(&sample.to_le_bytes()[..width]);
            }
            if self.annotations_len > 0 {
                let mut lists = lists.as_bytes().to_vec();
                lists.resize(self.annotations_len.next_multiple_of(width), 0);
                file.extend(lists);
            }
        }
        file
    }
}

/// EDF+D of two signals at 4 and 2 Hz: two seconds from 0.25 s on, and two from 10.25 s on.
pub(crate) fn interrupted() -> Edf {
    Edf {
        is_bdf: false,
        kind: "EDF+D",
        seconds: "1",
        signals: vec![("EEG Fp1", 4, "uV"), ("Resp", 2, "mV")],
        annotations_len: 40,
        records: vec![
            ("+0.25\x14\x14\0+0.5\x150.5\x14stim\x14\0", (0..6).collect()),
            ("+1.25\x14\x14\0", (10..16).collect()),
            ("+10.25\x14\x14\0+10.5\x14resp\x14\0", (20..26).collect()),
            ("+11.25\x14\x14\0", (30..36).collect()),
        ],
    }
}

/// BDF of a signal and of triggers, both at 4 Hz.
pub(crate) fn triggers() -> Edf {
    Edf {
        is_bdf: true,
        kind: "24BIT",
        seconds: "1",
        signals: vec![("A1", 4, "uV"), ("Status", 4, "Boolean")],
        annotations_len: 0,
        records: vec![
            (
                "",
                vec![
                    -8_388_608, 8_388_607, 0, -1, 0x10_0000, 0x10_0003, 0x10_0003, 0,
                ],
            ),
            ("", vec![1, 2, 3, 4, 0x01_ff00_u32 as i32, 0, 0, 7]),
        ],
    }
}
