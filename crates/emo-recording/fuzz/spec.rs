//! Files that are nearly right: headers and lengths that fit, values that do not, and the reverse.

use std::io::{self, Cursor};

use arbitrary::Arbitrary;
use emo_recording::{read_brainvision, read_wfdb, read_xdf};

use crate::probe;

/// One of the formats.
#[derive(Debug, Arbitrary)]
pub(crate) enum File {
    Edf(Edf),
    BrainVision(BrainVision),
    Wfdb(Wfdb),
    Xdf(Vec<Chunk>),
}

impl File {
    pub(crate) fn probe(&self) {
        match self {
            Self::Edf(edf) => probe::edf(&edf.encode()),
            Self::BrainVision(files) => {
                let header = files.header();
                probe::recording(read_brainvision(header.as_bytes(), "x", |name| {
                    files.open(name)
                }));
            }
            Self::Wfdb(files) => {
                let header = files.header();
                probe::recording(read_wfdb(header.as_bytes(), "x", |name| files.open(name)));
            }
            Self::Xdf(chunks) => {
                let mut file = b"XDF:".to_vec();
                chunks.iter().for_each(|chunk| chunk.encode(&mut file));
                probe::recording(read_xdf(file.as_slice()));
            }
        }
    }
}

/// What stands in a field: the truth or a lie.
#[derive(Debug, Arbitrary)]
pub(crate) enum Field {
    True,
    TrueToo,
    TrueMostly,
    Number(i32),
    Decimal(f32),
    Odd(u8),
}

impl Field {
    fn of(&self, truth: impl ToString) -> String {
        const ODD: [&str; 8] = ["", "-1", "0", "1e9", "99999999", "nan", "x", "\u{b5}"];
        match self {
            Self::True | Self::TrueToo | Self::TrueMostly => truth.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Odd(n) => ODD[usize::from(n % 8)].to_owned(),
        }
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Edf {
    is_bdf: bool,
    kind: u8,
    header_len: Field,
    n_records: Field,
    seconds: Field,
    n_signals: Field,
    signals: Vec<Signal>,
    records: Vec<Record>,
    tail: Vec<u8>,
}

#[derive(Debug, Arbitrary)]
struct Signal {
    label: u8,
    ranges: [Field; 4],
    n_samples: u8,
    samples: Field,
}

#[derive(Debug, Arbitrary)]
struct Record {
    onset: Option<i16>,
    lists: Vec<(i16, Option<u8>, u8)>,
    samples: Vec<u8>,
}

impl Edf {
    fn encode(&self) -> Vec<u8> {
        let width = if self.is_bdf { 3 } else { 2 };
        let signals = &self.signals[..self.signals.len().min(8)];
        let n = signals.len();
        let mut file = Vec::new();
        let mut field = |text: &str, len: usize| {
            let mut bytes = text.as_bytes().to_vec();
            bytes.resize(len, b' ');
            file.extend(bytes);
        };
        field(if self.is_bdf { "?BIOSEMI" } else { "0" }, 8);
        field("X", 80);
        field("Startdate 02-MAR-2026 X", 80);
        field("02.03.26", 8);
        field("10.20.30", 8);
        field(&self.header_len.of(256 * (n + 1)), 8);
        let kinds = ["", "EDF+C", "EDF+D", "BDF+D", "24BIT"];
        field(kinds[usize::from(self.kind % 5)], 44);
        field(&self.n_records.of(self.records.len()), 8);
        field(&self.seconds.of(1), 8);
        field(&self.n_signals.of(n), 4);
        for signal in signals {
            field(signal.label_text(self.is_bdf), 16);
        }
        signals.iter().for_each(|_| field("", 80));
        signals.iter().for_each(|_| field("uV", 8));
        let range = [-100, 100, -2048, 2047];
        for (k, truth) in range.into_iter().enumerate() {
            signals
                .iter()
                .for_each(|signal| field(&signal.ranges[k].of(truth), 8));
        }
        signals.iter().for_each(|_| field("", 80));
        for signal in signals {
            field(&signal.samples.of(signal.n_samples), 8);
        }
        signals.iter().for_each(|_| field("", 32));
        if self.is_bdf {
            file[0] = 0xff;
        }
        for record in &self.records {
            for signal in signals {
                let len = width * usize::from(signal.n_samples);
                let mut bytes = if signal.label_text(self.is_bdf).ends_with("Annotations") {
                    record.lists()
                } else {
                    record.samples.clone()
                };
                bytes.resize(len, 0);
                file.extend(bytes);
            }
        }
        file.extend(&self.tail);
        file
    }
}

impl Signal {
    fn label_text(&self, is_bdf: bool) -> &'static str {
        match self.label % 4 {
            0 if is_bdf => "BDF Annotations",
            0 => "EDF Annotations",
            1 => "Status",
            _ => "EEG Fp1",
        }
    }
}

impl Record {
    fn lists(&self) -> Vec<u8> {
        let mut text = String::new();
        if let Some(onset) = self.onset {
            text += &format!("{onset:+}\x14\x14\0");
        }
        for (onset, duration, letter) in &self.lists {
            text += &format!("{onset:+}");
            if let Some(duration) = duration {
                text += &format!("\x15{duration}");
            }
            let letter = char::from(*letter);
            text += &format!("\x14{letter}\x14\0");
        }
        text.into_bytes()
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct BrainVision {
    kinds: [u8; 3],
    n_channels: u8,
    n_announced: Field,
    interval: Field,
    resolutions: Vec<Field>,
    markers: Vec<(u8, Field, Field, Field)>,
    data: Vec<u8>,
}

impl BrainVision {
    fn header(&self) -> String {
        let pick =
            |k: usize, words: &[&'static str]| words[usize::from(self.kinds[k]) % words.len()];
        let n_channels = self.n_channels % 9;
        let mut text = format!(
            "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=x.eeg\nMarkerFile=$b.vmrk\n\
             DataFormat=BINARY\nDataOrientation={}\nNumberOfChannels={}\nSamplingInterval={}\n[Binary Infos]\n\
             BinaryFormat={}\nUseBigEndianOrder={}\n[Channel Infos]\n",
            pick(0, &["MULTIPLEXED", "VECTORIZED"]),
            self.n_announced.of(n_channels),
            self.interval.of(4000),
            pick(1, &["INT_16", "INT_32", "IEEE_FLOAT_32"]),
            pick(2, &["NO", "YES"]),
        );
        for channel in 1..=n_channels {
            let resolution = self.resolutions.get(usize::from(channel));
            let resolution = resolution.map_or("0.5".to_owned(), |field| field.of(0.5));
            text += &format!("Ch{channel}=Fp{channel},,{resolution},\n");
        }
        text
    }

    fn markers(&self) -> String {
        let mut text = "Brain Vision Data Exchange Marker File\n[Marker Infos]\n".to_owned();
        for (number, (kind, position, size, channel)) in self.markers.iter().enumerate() {
            let (kind, date) = match kind % 4 {
                0 => ("New Segment", "20260302102030000000"),
                1 => ("New Segment", "20260302102930500000"),
                2 => ("New Segment", ""),
                _ => ("Stimulus", ""),
            };
            text += &format!(
                "Mk{}={kind},S  1,{},{},{},{date}\n",
                number + 1,
                position.of(number + 1),
                size.of(1),
                channel.of(0),
            );
        }
        text
    }

    fn open(&self, name: &str) -> io::Result<Cursor<Vec<u8>>> {
        match name {
            "x.eeg" => Ok(Cursor::new(self.data.clone())),
            "x.vmrk" => Ok(Cursor::new(self.markers().into_bytes())),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Wfdb {
    segments: Option<Vec<(u8, Field)>>,
    rate: Field,
    n_frames: Field,
    signals: Vec<(u8, u8, Field, Field, Field)>,
    data: [Vec<u8>; 2],
    annotations: Option<Vec<(u8, u16)>>,
}

impl Wfdb {
    fn header(&self) -> String {
        let Some(segments) = &self.segments else {
            return self.record("x", 0);
        };
        let mut text = format!(
            "x/{} {} {}\n",
            segments.len(),
            self.signals.len(),
            self.rate.of(100)
        );
        for (kind, len) in segments {
            let name = ["s0", "s1", "~", "s2"][usize::from(kind % 4)];
            text += &format!("{name} {}\n", len.of(3));
        }
        text
    }

    fn record(&self, name: &str, file: usize) -> String {
        let n_signals = self.signals.len();
        let mut text = format!(
            "{name} {n_signals} {} {}\n",
            self.rate.of(100),
            self.n_frames.of(3)
        );
        for (format, samples, gain, zero, offset) in &self.signals {
            let format =
                ["16", "212", "24", "32", "80", "16", "212", "61"][usize::from(format % 8)];
            let file = if samples % 16 == 15 { 1 - file } else { file };
            let samples = match samples % 4 {
                3 => "x2",
                2 => "+1",
                _ => "",
            };
            text += &format!(
                "{}.dat {format}{samples} {}({})/mV 12 {} 0 0 0 lead\n",
                ["a", "b"][file],
                gain.of(200),
                offset.of(0),
                zero.of(0),
            );
        }
        text
    }

    fn open(&self, name: &str) -> io::Result<Cursor<Vec<u8>>> {
        match (name, &self.annotations) {
            ("a.dat", _) => Ok(Cursor::new(self.data[0].clone())),
            ("b.dat", _) => Ok(Cursor::new(self.data[1].clone())),
            ("s0.hea", _) => Ok(Cursor::new(self.record("s0", 0).into_bytes())),
            ("s1.hea", _) => Ok(Cursor::new(self.record("s1", 1).into_bytes())),
            ("x.atr", Some(words)) => {
                let words = words.iter().flat_map(|&(code, value)| {
                    // Codes of annotations, and those of 59 to 63 that mean something else.
                    let code = if code >= 128 {
                        59 + code % 5
                    } else {
                        code % 64
                    };
                    let value = if code == 59 || code == 63 {
                        value % 4
                    } else {
                        value
                    };
                    (u16::from(code) << 10 | value & 0x3ff).to_le_bytes()
                });
                Ok(Cursor::new(words.collect()))
            }
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// A chunk of XDF.
#[derive(Debug, Arbitrary)]
pub(crate) enum Chunk {
    FileHeader(Xml),
    Stream {
        stream: u8,
        n_channels: Field,
        format: u8,
        rate: Field,
    },
    Header(u8, Xml),
    Samples {
        stream: u8,
        announced: Option<u8>,
        samples: Vec<(Option<f32>, Vec<u8>)>,
    },
    Offset(u8, f32, f32),
    Other(u16, Vec<u8>),
    Wild(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Xml(Vec<u8>);

impl Xml {
    fn encode(&self) -> Vec<u8> {
        const PARTS: [&str; 16] = [
            "<info>",
            "</info>",
            "<desc>",
            "</desc>",
            "<channels>",
            "</channels>",
            "<channel>",
            "</channel>",
            "<label>a</label>",
            "<name>b</name>",
            "<!-- c -->",
            "<?d?>",
            "&amp;",
            "<e/>",
            "<![CDATA[f]]>",
            "&x",
        ];
        let parts = self.0.iter().map(|part| PARTS[usize::from(part % 16)]);
        parts.collect::<String>().into_bytes()
    }
}

impl Chunk {
    fn encode(&self, file: &mut Vec<u8>) {
        let id = |stream: u8| u32::from(stream % 3).to_le_bytes().to_vec();
        let (tag, content) = match self {
            Self::FileHeader(xml) => (1, xml.encode()),
            Self::Header(stream, xml) => (2, [id(*stream), xml.encode()].concat()),
            Self::Stream {
                stream,
                n_channels,
                format,
                rate,
            } => {
                let formats = [
                    "int8", "int16", "int32", "int64", "float32", "double64", "string", "x",
                ];
                let xml = format!(
                    "<info><name>s</name><channel_count>{}</channel_count><nominal_srate>{}</nominal_srate>\
                     <channel_format>{}</channel_format></info>",
                    n_channels.of(1),
                    rate.of(4),
                    formats[usize::from(format % 8)],
                );
                (2, [id(*stream), xml.into_bytes()].concat())
            }
            Self::Samples {
                stream,
                announced,
                samples,
            } => {
                let mut content = id(*stream);
                content.extend([1, announced.unwrap_or(samples.len() as u8)]);
                for (stamp, values) in samples {
                    match stamp {
                        None => content.push(0),
                        Some(stamp) => {
                            content.push(8);
                            content.extend(f64::from(*stamp).to_le_bytes());
                        }
                    }
                    content.extend(values);
                }
                (3, content)
            }
            Self::Offset(stream, time, offset) => {
                let mut content = id(*stream);
                content.extend(f64::from(*time).to_le_bytes());
                content.extend(f64::from(*offset).to_le_bytes());
                (4, content)
            }
            Self::Other(tag, content) => (*tag, content.clone()),
            Self::Wild(bytes) => {
                file.extend(bytes);
                return;
            }
        };
        file.push(4);
        file.extend((content.len() as u32 + 2).to_le_bytes());
        file.extend(tag.to_le_bytes());
        file.extend(content);
    }
}
