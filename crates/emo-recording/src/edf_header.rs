#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::lines::decode;
use crate::start_time::{digits, seconds_of_time};
use crate::{RecordingError, StartTime};

/// The most signals of a file of EDF or BDF, of BrainVision or of WFDB.
pub const MAX_SIGNALS: usize = 512;

/// The most bytes of a data record: EDF asks for at most 61,440, but files with more exist.
const MAX_RECORD_LEN: usize = 64 << 20;

/// Length of the header's fixed part, and of what follows for each signal.
const BLOCK: usize = 256;

/// EDF, or BDF with its wider samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Edf,
    Bdf,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Edf => "EDF",
            Self::Bdf => "BDF",
        }
    }

    /// Bytes of a sample.
    pub(crate) fn sample_len(self) -> usize {
        match self {
            Self::Edf => 2,
            Self::Bdf => 3,
        }
    }

    /// The lowest and the highest sample.
    fn range(self) -> (i32, i32) {
        match self {
            Self::Edf => (-0x8000, 0x7fff),
            Self::Bdf => (-0x80_0000, 0x7f_ffff),
        }
    }

    fn annotations(self) -> &'static str {
        match self {
            Self::Edf => "EDF Annotations",
            Self::Bdf => "BDF Annotations",
        }
    }
}

/// What the header of EDF or BDF says about the data.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) format: Format,
    /// None if the date is none.
    pub(crate) start: Option<StartTime>,
    /// Whether each data record says when it begins (EDF+D, BDF+D).
    pub(crate) is_interrupted: bool,
    /// `None` if the file does not say.
    pub(crate) n_records: Option<u64>,
    pub(crate) record_seconds: f64,
    pub(crate) signals: Vec<Signal>,
    /// Bytes of a data record.
    pub(crate) record_len: usize,
}

/// One signal of the data records.
#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) label: String,
    pub(crate) unit: Option<String>,
    pub(crate) transducer: String,
    pub(crate) prefilter: String,
    pub(crate) samples_per_record: usize,
    /// `None` for annotations.
    pub(crate) scaling: Option<Scaling>,
}

/// How the numbers of a signal are turned into what was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scaling {
    pub(crate) sample_rate: SampleRate,
    digital_min: f64,
    physical_min: f64,
    gain: f64,
}

impl Scaling {
    pub(crate) fn physical(&self, digital: i32) -> f64 {
        (f64::from(digital) - self.digital_min) * self.gain + self.physical_min
    }
}

impl Header {
    pub(crate) fn read(reader: &mut impl Read) -> Result<Self, RecordingError> {
        let mut bytes = Vec::new();
        read_start(reader, &mut bytes)?;
        let is_bdf = bytes.starts_with(b"\xffBIOSEMI");
        let format = if is_bdf { Format::Bdf } else { Format::Edf };
        let fixed = Fields {
            format,
            bytes: &bytes,
            signal: None,
        };
        let version = fixed.raw(0, 8, "version");
        version.require(is_bdf || version.text == "0", "0")?;
        let start = fixed.start();
        let header_len = fixed.raw(184, 8, "header length");
        let reserved = fixed.raw(192, 44, "reserved");
        let is_interrupted = match format {
            Format::Edf => reserved.text.starts_with("EDF+D"),
            Format::Bdf => reserved.text.starts_with("BDF+D"),
        };
        let n_records = fixed.raw(236, 8, "number of data records");
        let n_records = match n_records.integer()? {
            -1 => None,
            n => match u64::try_from(n) {
                Ok(n) if n > 0 => Some(n),
                _ => return Err(n_records.invalid("-1 or at least 1")),
            },
        };
        let duration = fixed.raw(244, 8, "duration of a data record");
        let seconds = duration.decimal()?;
        duration.require(seconds >= 0.0, "at least 0")?;
        let n_signals = fixed.raw(252, 4, "number of signals");
        let n_signals = match usize::try_from(n_signals.integer()?) {
            Ok(n) if (1..=MAX_SIGNALS).contains(&n) => n,
            _ => return Err(n_signals.invalid("1 to 512")),
        };
        let required = BLOCK * (n_signals + 1);
        let is_consistent = usize::try_from(header_len.integer()?) == Ok(required);
        header_len.require(is_consistent, "256 for each signal and 256 more")?;

        read_block(format, reader, &mut bytes, required)?;
        let mut signals = Vec::new();
        let mut record_len = 0_usize;
        for index in 0..n_signals {
            let fields = Fields {
                format,
                bytes: &bytes,
                signal: Some((index, n_signals)),
            };
            let signal = fields.signal(seconds)?;
            let len = format
                .sample_len()
                .saturating_mul(signal.samples_per_record);
            record_len = record_len.saturating_add(len);
            if record_len > MAX_RECORD_LEN {
                let samples = fields.raw(216, 8, "samples in a data record");
                return Err(samples.invalid("data records of at most 64 MiB"));
            }
            signals.push(signal);
        }
        if signals.iter().all(|signal| signal.scaling.is_none()) {
            return Err(RecordingError::NoSignals);
        }
        if is_interrupted && signals.iter().all(|signal| signal.scaling.is_some()) {
            return Err(reserved.invalid("a signal of annotations where records are interrupted"));
        }
        Ok(Self {
            format,
            start,
            is_interrupted,
            n_records,
            record_seconds: seconds,
            signals,
            record_len,
        })
    }
}

fn read_start(reader: &mut impl Read, bytes: &mut Vec<u8>) -> Result<(), RecordingError> {
    reader.take(8).read_to_end(bytes)?;
    let is_bdf = bytes.starts_with(b"\xffBIOSEMI");
    let format = if is_bdf { Format::Bdf } else { Format::Edf };
    read_block(format, reader, bytes, BLOCK)
}

/// Reads on until `bytes` holds `len` bytes; `len` is at most that of 512 signals.
fn read_block(
    format: Format,
    reader: &mut impl Read,
    bytes: &mut Vec<u8>,
    len: usize,
) -> Result<(), RecordingError> {
    let missing = len.saturating_sub(bytes.len());
    reader.take(missing as u64).read_to_end(bytes)?;
    if bytes.len() < len {
        return Err(RecordingError::TruncatedHeader {
            format: format.name(),
            actual: bytes.len(),
            required: len,
        });
    }
    Ok(())
}

/// The fields of the fixed part, or those of one signal.
struct Fields<'a> {
    format: Format,
    bytes: &'a [u8],
    /// The signal's number from 0, and how many there are.
    signal: Option<(usize, usize)>,
}

impl Fields<'_> {
    /// The field that starts `place` bytes into the fixed part or, were there one signal only, into its part.
    ///
    /// For several signals, the file holds the first field of all of them, then the second of all, and so on.
    fn raw(&self, place: usize, len: usize, name: &'static str) -> Field {
        let offset = match self.signal {
            Some((index, n_signals)) => BLOCK + place * n_signals + index * len,
            None => place,
        };
        let bytes = self.bytes.get(offset..offset + len).unwrap_or_default();
        Field {
            format: self.format,
            name: match self.signal {
                Some((index, _)) => format!("{name} of signal {index}"),
                None => name.to_owned(),
            },
            offset,
            text: decode(bytes).trim_matches(' ').to_owned(),
        }
    }

    /// The date and the time of the start; the year in full where EDF+ writes it.
    fn start(&self) -> Option<StartTime> {
        let seconds = seconds_of_time(&self.raw(176, 8, "start time").text, '.')?;
        let recording = self.raw(88, 80, "recording").text;
        if let Some(date) = full_date(&recording) {
            return StartTime::local(date, seconds);
        }
        let date = self.raw(168, 8, "start date").text;
        let mut parts = date.splitn(3, '.').map(digits);
        let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
        let century = if year >= 85 { 1900 } else { 2000 };
        let year = if year < 100 { century + year } else { year };
        StartTime::local((year, month, day), seconds)
    }

    fn signal(&self, record_seconds: f64) -> Result<Signal, RecordingError> {
        let label = self.raw(0, 16, "label");
        label.require_printable()?;
        let samples = self.raw(216, 8, "samples in a data record");
        let samples_per_record = match usize::try_from(samples.integer()?) {
            Ok(n) if n > 0 => n,
            _ => return Err(samples.invalid("at least 1")),
        };
        if label.text == self.format.annotations() {
            return Ok(Signal {
                label: label.text,
                unit: None,
                transducer: String::new(),
                prefilter: String::new(),
                samples_per_record,
                scaling: None,
            });
        }
        let unit = self.raw(96, 8, "unit");
        unit.require_printable()?;
        let rate =
            f64::from(u32::try_from(samples_per_record).unwrap_or(u32::MAX)) / record_seconds;
        let sample_rate = SampleRate::from_hz(rate)
            .map_err(|_| samples.invalid("samples only in data records that last"))?;
        Ok(Signal {
            scaling: Some(self.scaling(sample_rate)?),
            label: label.text,
            unit: Some(unit.text).filter(|unit| !unit.is_empty()),
            transducer: self.raw(16, 80, "transducer").text,
            prefilter: self.raw(136, 80, "prefilter").text,
            samples_per_record,
        })
    }

    fn scaling(&self, sample_rate: SampleRate) -> Result<Scaling, RecordingError> {
        let physical_min = self.raw(104, 8, "physical minimum").decimal()?;
        let physical_max_field = self.raw(112, 8, "physical maximum");
        let physical_max = physical_max_field.decimal()?;
        physical_max_field.require(
            physical_min != physical_max,
            "a number other than the minimum",
        )?;
        let digital_min_field = self.raw(120, 8, "digital minimum");
        let digital_min = digital_min_field.sample()?;
        let digital_max_field = self.raw(128, 8, "digital maximum");
        let digital_max = digital_max_field.sample()?;
        digital_max_field.require(digital_min < digital_max, "a number above the minimum")?;
        let scaling = Scaling {
            sample_rate,
            digital_min: f64::from(digital_min),
            physical_min,
            gain: (physical_max - physical_min) / (f64::from(digital_max) - f64::from(digital_min)),
        };
        // Files hold numbers outside their digital range too.
        let (lowest, highest) = self.format.range();
        let is_narrow = [lowest, highest]
            .iter()
            .all(|&digital| scaling.physical(digital).abs() <= f64::from(f32::MAX));
        physical_max_field.require(is_narrow, "samples within the range of 32-bit floats")?;
        Ok(scaling)
    }
}

/// A field of the header, without surrounding spaces.
struct Field {
    format: Format,
    name: String,
    offset: usize,
    text: String,
}

impl Field {
    fn invalid(&self, expected: &'static str) -> RecordingError {
        RecordingError::InvalidHeader {
            format: self.format.name(),
            field: self.name.clone(),
            offset: self.offset,
            value: self.text.clone(),
            expected,
        }
    }

    fn require(&self, condition: bool, expected: &'static str) -> Result<(), RecordingError> {
        if condition {
            Ok(())
        } else {
            Err(self.invalid(expected))
        }
    }

    fn require_printable(&self) -> Result<(), RecordingError> {
        let is_printable = !self.text.chars().any(char::is_control);
        self.require(is_printable, "text without control characters")
    }

    fn integer(&self) -> Result<i64, RecordingError> {
        let digits = self.text.strip_prefix(['+', '-']).unwrap_or(&self.text);
        let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match self.text.parse() {
            Ok(number) if is_plain => Ok(number),
            _ => Err(self.invalid("a whole number")),
        }
    }

    fn sample(&self) -> Result<i32, RecordingError> {
        let (lowest, highest) = self.format.range();
        i32::try_from(self.integer()?)
            .ok()
            .filter(|number| (lowest..=highest).contains(number))
            .ok_or_else(|| {
                self.invalid(match self.format {
                    Format::Edf => "a whole number from -32768 to 32767",
                    Format::Bdf => "a whole number from -8388608 to 8388607",
                })
            })
    }

    fn decimal(&self) -> Result<f64, RecordingError> {
        let is_plain = self
            .text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        match self.text.parse::<f64>() {
            Ok(number) if is_plain && number.is_finite() => Ok(number),
            _ => Err(self.invalid("a number")),
        }
    }
}

/// The date that EDF+ writes into the recording's identification, as in `Startdate 02-MAR-2002 …`.
fn full_date(recording: &str) -> Option<(i64, i64, i64)> {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let date = recording.strip_prefix("Startdate ")?;
    let mut parts = date.split([' ', '-']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS
        .into_iter()
        .zip(1..)
        .find_map(|(name, number)| name.eq_ignore_ascii_case(month).then_some(number))?;
    Some((digits(year)?, month, digits(day)?))
}
