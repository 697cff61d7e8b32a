#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use crate::RecordingError;
use crate::annotation::MAX_ANNOTATIONS;
use crate::lines::decode;
use crate::wfdb_header::FORMAT;

/// A mark of an annotation file: a beat, a rhythm, a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WfdbAnnotation {
    /// The sample that it marks, from 0.
    pub sample: u64,
    /// Its symbol, as `N` for a normal beat.
    pub symbol: String,
    /// Its subtype.
    pub subtype: i8,
    /// The signal that it marks, from 0; 0 also for all.
    pub channel: u8,
    /// Its number.
    pub number: i8,
    /// Its text, as `(AFIB` of a rhythm; often empty.
    pub text: String,
}

/// The symbols of codes 0 to 41.
const SYMBOLS: [&str; 42] = [
    " ", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "15", "|", "17",
    "s", "T", "*", "D", "\"", "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@",
    "x", "f", "(", ")", "r",
];

const NOTE: u8 = 22;
const SKIP: u8 = 59;
const NUMBER: u8 = 60;
const SUBTYPE: u8 = 61;
const CHANNEL: u8 = 62;
const TEXT: u8 = 63;

/// Reads an annotation file of the WaveForm DataBase, as `.atr`: the annotations in the file's order, and the samples
/// per second that they are counted by, if the file says so.
///
/// Symbols that the file defines itself are used; codes without a symbol are written as numbers.
///
/// # Errors
/// - [`RecordingError::WrongLength`] for a file that is cut within an annotation.
/// - [`RecordingError::InvalidValue`] for a position before the first sample.
/// - [`RecordingError::TooMany`] beyond [`MAX_ANNOTATIONS`].
/// - [`RecordingError::Io`] if reading fails.
///
/// ```
/// // A normal beat after 18 samples, one of the ventricle 304 samples later, and the end.
/// let bytes = [18, 1 << 2, 0x30, (5 << 2) | 1, 0, 0];
/// let (annotations, _) = emo_recording::read_wfdb_annotations(&bytes[..])?;
/// let marks: Vec<_> = annotations.iter().map(|a| (a.sample, a.symbol.as_str())).collect();
/// assert_eq!(marks, [(18, "N"), (322, "V")]);
/// # Ok::<(), emo_recording::RecordingError>(())
/// ```
pub fn read_wfdb_annotations(
    reader: impl Read,
) -> Result<(Vec<WfdbAnnotation>, Option<f64>), RecordingError> {
    let mut words = Words {
        reader: BufReader::new(reader),
        offset: 0,
    };
    let mut annotations: Vec<WfdbAnnotation> = Vec::new();
    let mut codes: Vec<u8> = Vec::new();
    let mut sample = 0_i64;
    let (mut channel, mut number) = (0, 0);
    while let Some(word) = words.next()? {
        let [low, high] = word.to_le_bytes();
        let code = high >> 2;
        let value = word & 0x3ff;
        match code {
            0 if value == 0 => break,
            // No annotation, only time.
            0 => {
                sample = sample.saturating_add(i64::from(value));
                continue;
            }
            SKIP => {
                let (first, second) = (words.required()?, words.required()?);
                let [a, b] = second.to_le_bytes();
                let [c, d] = first.to_le_bytes();
                let skip = i32::from_le_bytes([a, b, c, d]);
                sample = sample.saturating_add(i64::from(skip));
                continue;
            }
            NUMBER => number = i8::from_le_bytes([low]),
            CHANNEL => channel = low,
            TEXT => {
                let text = words.text(usize::from(value))?;
                if let Some(last) = annotations.last_mut() {
                    last.text = text;
                }
                continue;
            }
            SUBTYPE => {}
            _ => {
                sample = sample.saturating_add(i64::from(value));
                if annotations.len() >= MAX_ANNOTATIONS {
                    return Err(RecordingError::TooMany {
                        what: "annotations",
                        limit: MAX_ANNOTATIONS,
                    });
                }
                let sample = u64::try_from(sample).map_err(|_| RecordingError::InvalidValue {
                    format: FORMAT,
                    place: format!("position of the annotation before byte {}", words.offset),
                    value: sample.to_string(),
                    expected: "a sample from 0",
                })?;
                codes.push(code);
                annotations.push(WfdbAnnotation {
                    sample,
                    symbol: String::new(),
                    subtype: 0,
                    channel,
                    number,
                    text: String::new(),
                });
                continue;
            }
        }
        // They belong to the annotation before them; number and channel to those after it too.
        if let Some(last) = annotations.last_mut() {
            match code {
                NUMBER => last.number = number,
                CHANNEL => last.channel = channel,
                _ => last.subtype = i8::from_le_bytes([low]),
            }
        }
    }
    Ok(resolve(annotations, &codes))
}

/// Gives symbols to codes, and takes out the notes by which files say how they are to be read.
fn resolve(annotations: Vec<WfdbAnnotation>, codes: &[u8]) -> (Vec<WfdbAnnotation>, Option<f64>) {
    let mut rate = None;
    let mut own = BTreeMap::new();
    let mut is_definition = false;
    let mut kept = Vec::new();
    for (mut annotation, &code) in annotations.into_iter().zip(codes) {
        if code == NOTE && annotation.sample == 0 {
            let text = annotation.text.as_str();
            if let Some(resolution) = text.strip_prefix("## time resolution:") {
                let hz = resolution.trim().parse().ok();
                rate = hz.filter(|hz: &f64| hz.is_finite() && *hz > 0.0);
                continue;
            }
            if text.starts_with("## annotation type definitions") {
                is_definition = true;
                continue;
            }
            if text.starts_with("## end of definitions") {
                is_definition = false;
                continue;
            }
            if is_definition {
                let mut parts = text.splitn(3, ' ');
                let code = parts.next().and_then(|code| code.parse::<u8>().ok());
                if let (Some(code), Some(symbol)) = (code, parts.next()) {
                    own.insert(code, symbol.to_owned());
                }
                continue;
            }
        }
        annotation.symbol = match (own.get(&code), SYMBOLS.get(usize::from(code))) {
            (Some(symbol), _) => symbol.clone(),
            (None, Some(&symbol)) => symbol.to_owned(),
            (None, None) => code.to_string(),
        };
        kept.push(annotation);
    }
    (kept, rate)
}

/// The file's words of 16 bits.
struct Words<R> {
    reader: BufReader<R>,
    offset: u64,
}

impl<R: Read> Words<R> {
    /// None at the end of the file.
    fn next(&mut self) -> Result<Option<u16>, RecordingError> {
        let mut bytes = Vec::new();
        self.reader.by_ref().take(2).read_to_end(&mut bytes)?;
        match bytes[..] {
            [low, high] => {
                self.offset += 2;
                Ok(Some(u16::from_le_bytes([low, high])))
            }
            [] => Ok(None),
            _ => Err(self.cut(1, 2)),
        }
    }

    fn required(&mut self) -> Result<u16, RecordingError> {
        self.next()?.ok_or_else(|| self.cut(0, 2))
    }

    /// A text, which is filled up to an even length.
    fn text(&mut self, len: usize) -> Result<String, RecordingError> {
        let even = len.next_multiple_of(2);
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(even as u64)
            .read_to_end(&mut bytes)?;
        if bytes.len() < even {
            return Err(self.cut(bytes.len() as u64, even as u64));
        }
        self.offset += even as u64;
        bytes.truncate(len);
        Ok(decode(&bytes).trim_end_matches('\0').to_owned())
    }

    fn cut(&self, actual: u64, required: u64) -> RecordingError {
        RecordingError::WrongLength {
            format: FORMAT,
            place: format!("annotation at byte {}", self.offset),
            actual,
            required,
        }
    }
}
