#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::RecordingError;

/// The most signals of an EDF file.
pub const MAX_SIGNALS: usize = 512;

/// The most bytes of a data record: EDF asks for at most 61,440, but files with more exist.
const MAX_RECORD_LEN: usize = 64 << 20;

/// Length of the header's fixed part, and of what follows for each signal.
const BLOCK: usize = 256;

const ANNOTATIONS: &str = "EDF Annotations";

/// What an EDF header says about the data.
#[derive(Debug)]
pub(crate) struct Header {
    /// `None` if the file does not say.
    pub(crate) n_records: Option<u64>,
    pub(crate) signals: Vec<Signal>,
    /// Bytes of a data record.
    pub(crate) record_len: usize,
}

/// One signal of the data records.
#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) label: String,
    pub(crate) unit: Option<String>,
    pub(crate) samples_per_record: usize,
    /// `None` for annotations.
    pub(crate) scaling: Option<Scaling>,
}

/// How the numbers of a signal are turned into what was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scaling {
    pub(crate) sample_rate: SampleRate,
    digital_min: f64,
    physical_min: f64,
    gain: f64,
}

impl Scaling {
    pub(crate) fn physical(&self, digital: i16) -> f64 {
        (f64::from(digital) - self.digital_min) * self.gain + self.physical_min
    }
}

impl Header {
    pub(crate) fn read(reader: &mut impl Read) -> Result<Self, RecordingError> {
        let mut bytes = Vec::new();
        read_block(reader, &mut bytes, BLOCK)?;
        let fixed = Fields {
            bytes: &bytes,
            signal: None,
        };
        let version = fixed.raw(0, 8, "version");
        version.require(version.text == "0", "0")?;
        let header_len = fixed.raw(184, 8, "header length");
        let reserved = fixed.raw(192, 44, "reserved");
        if reserved.text.starts_with("EDF+D") {
            return Err(RecordingError::Unsupported {
                format: "EDF+D, an interrupted recording,",
            });
        }
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

        read_block(reader, &mut bytes, required)?;
        let mut signals = Vec::new();
        let mut record_len = 0_usize;
        for index in 0..n_signals {
            let fields = Fields {
                bytes: &bytes,
                signal: Some((index, n_signals)),
            };
            let signal = fields.signal(seconds)?;
            record_len += 2 * signal.samples_per_record;
            if record_len > MAX_RECORD_LEN {
                let samples = fields.raw(216, 8, "samples in a data record");
                return Err(samples.invalid("data records of at most 64 MiB"));
            }
            signals.push(signal);
        }
        if signals.iter().all(|signal| signal.scaling.is_none()) {
            return Err(RecordingError::NoSignals);
        }
        Ok(Self {
            n_records,
            signals,
            record_len,
        })
    }
}

/// Reads on until `bytes` holds `len` bytes; `len` is at most that of 512 signals.
fn read_block(
    reader: &mut impl Read,
    bytes: &mut Vec<u8>,
    len: usize,
) -> Result<(), RecordingError> {
    let missing = len.saturating_sub(bytes.len());
    reader.take(missing as u64).read_to_end(bytes)?;
    if bytes.len() < len {
        return Err(RecordingError::TruncatedHeader {
            actual: bytes.len(),
            required: len,
        });
    }
    Ok(())
}

/// The fields of the fixed part, or those of one signal.
struct Fields<'a> {
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
            name: match self.signal {
                Some((index, _)) => format!("{name} of signal {index}"),
                None => name.to_owned(),
            },
            offset,
            text: decode(bytes).trim_matches(' ').to_owned(),
        }
    }

    fn signal(&self, record_seconds: f64) -> Result<Signal, RecordingError> {
        let label = self.raw(0, 16, "label");
        label.require_printable()?;
        let samples = self.raw(216, 8, "samples in a data record");
        let samples_per_record = match usize::try_from(samples.integer()?) {
            Ok(n) if n > 0 => n,
            _ => return Err(samples.invalid("at least 1")),
        };
        if label.text == ANNOTATIONS {
            return Ok(Signal {
                label: label.text,
                unit: None,
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
        let digital_min = digital_min_field.sixteen_bits()?;
        let digital_max_field = self.raw(128, 8, "digital maximum");
        let digital_max = digital_max_field.sixteen_bits()?;
        digital_max_field.require(digital_min < digital_max, "a number above the minimum")?;
        let scaling = Scaling {
            sample_rate,
            digital_min: f64::from(digital_min),
            physical_min,
            gain: (physical_max - physical_min) / (f64::from(digital_max) - f64::from(digital_min)),
        };
        // Files hold numbers outside their digital range too.
        let is_narrow = [i16::MIN, i16::MAX]
            .iter()
            .all(|&digital| scaling.physical(digital).abs() <= f64::from(f32::MAX));
        physical_max_field.require(is_narrow, "samples within the range of 32-bit floats")?;
        Ok(scaling)
    }
}

/// A field of the header, without surrounding spaces.
struct Field {
    name: String,
    offset: usize,
    text: String,
}

impl Field {
    fn invalid(&self, expected: &'static str) -> RecordingError {
        RecordingError::InvalidHeader {
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

    fn sixteen_bits(&self) -> Result<i16, RecordingError> {
        i16::try_from(self.integer()?)
            .map_err(|_| self.invalid("a whole number from -32768 to 32767"))
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

/// Text as UTF-8 or, failing that, as Latin-1, in which old files write µ and accents.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
