#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use crate::annotation::MAX_ANNOTATIONS;
use crate::lines::decode;
use crate::{Annotation, RecordingError};

const END_OF_ONSET: u8 = 0x14;
const DURATION: u8 = 0x15;

/// Reads the time-stamped lists of one annotation signal in one data record.
///
/// Gives the record's onset if the first list has it, which is one with an empty text.
pub(crate) fn read_lists(
    record: u64,
    bytes: &[u8],
    annotations: &mut Vec<Annotation>,
) -> Result<Option<f64>, RecordingError> {
    let mut record_onset = None;
    let mut offset = 0;
    for list in bytes.split(|&byte| byte == 0) {
        let invalid = |expected| RecordingError::InvalidAnnotation {
            record,
            offset,
            value: decode(list.get(..40).unwrap_or(list)),
            expected,
        };
        if !list.is_empty() {
            let at = list.iter().position(|&byte| byte == END_OF_ONSET);
            let (time, texts) = at
                .and_then(|at| list.split_at_checked(at))
                .ok_or_else(|| invalid("an onset that byte 20 ends"))?;
            let mut times = time.splitn(2, |&byte| byte == DURATION);
            let onset = times
                .next()
                .and_then(signed)
                .ok_or_else(|| invalid("an onset as +1.5 or -2"))?;
            let duration = match times.next() {
                None | Some([]) => None,
                Some(duration) => {
                    Some(decimal(duration).ok_or_else(|| invalid("a duration as 1.5"))?)
                }
            };
            let texts = texts
                .strip_suffix(&[END_OF_ONSET])
                .ok_or_else(|| invalid("texts that byte 20 ends"))?;
            let texts = texts.strip_prefix(&[END_OF_ONSET]).unwrap_or(texts);
            for text in texts.split(|&byte| byte == END_OF_ONSET) {
                if text.is_empty() {
                    if offset == 0 {
                        record_onset = Some(onset);
                    }
                    continue;
                }
                if annotations.len() >= MAX_ANNOTATIONS {
                    return Err(RecordingError::TooMany {
                        what: "annotations",
                        limit: MAX_ANNOTATIONS,
                    });
                }
                annotations.push(Annotation {
                    duration,
                    ..Annotation::new(onset, decode(text))
                });
            }
        }
        offset += list.len() + 1;
    }
    Ok(record_onset)
}

fn signed(bytes: &[u8]) -> Option<f64> {
    let (sign, rest) = bytes.split_first()?;
    match sign {
        b'+' => decimal(rest),
        b'-' => Some(-decimal(rest)?),
        _ => None,
    }
}

/// Digits with at most one point.
fn decimal(bytes: &[u8]) -> Option<f64> {
    let is_plain = bytes
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let number: f64 = str::from_utf8(bytes).ok()?.parse().ok()?;
    (is_plain && number.is_finite()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_the_standard() {
        // The examples of section 2.2.2 of the EDF+ standard.
        let bytes =
            b"+0\x14\x14\0+180\x14Lights off\x14Close door\x14\0+1800.2\x1525.5\x14Apnea\x14\0\0\0";
        let mut annotations = Vec::new();
        let onset = read_lists(0, bytes, &mut annotations).expect("valid lists");
        assert_eq!(onset, Some(0.0));
        let expected = [
            (180.0, None, "Lights off"),
            (180.0, None, "Close door"),
            (1800.2, Some(25.5), "Apnea"),
        ];
        assert_eq!(annotations.len(), 3);
        for (annotation, (onset, duration, text)) in annotations.iter().zip(expected) {
            assert_eq!(annotation.onset, onset);
            assert_eq!(annotation.duration, duration);
            assert_eq!(annotation.text, text);
        }
    }

    #[test]
    fn a_first_list_may_hold_a_text_too() {
        let mut annotations = Vec::new();
        let onset = read_lists(0, b"-0.5\x14\x14Start\x14\0", &mut annotations);
        assert_eq!(onset.expect("a valid list"), Some(-0.5));
        assert_eq!(annotations, [Annotation::new(-0.5, "Start")]);
        assert_eq!(read_lists(0, b"\0\0", &mut annotations).ok(), Some(None));
        // A later list without text is no record's onset.
        let bytes = b"+1\x14a\x14\0+7\x14\x14\0";
        assert_eq!(read_lists(0, bytes, &mut annotations).ok(), Some(None));
    }

    #[test]
    fn what_is_no_list_is_named() {
        for (bytes, offset, expected) in [
            (&b"+0"[..], 0, "an onset that byte 20 ends"),
            (b"0\x14\x14\0", 0, "an onset as +1.5 or -2"),
            (b"+\x14\x14\0", 0, "an onset as +1.5 or -2"),
            (b"+inf\x14\x14\0", 0, "an onset as +1.5 or -2"),
            (b"+0\x14\x14\0+1\x15-1\x14a\x14\0", 5, "a duration as 1.5"),
            (b"+0\x14\x14\0+1\x14a\0", 5, "texts that byte 20 ends"),
        ] {
            match read_lists(3, bytes, &mut Vec::new()) {
                Err(RecordingError::InvalidAnnotation {
                    record: 3,
                    offset: actual,
                    expected: text,
                    ..
                }) => assert_eq!((actual, text), (offset, expected)),
                other => panic!("{other:?}"),
            }
        }
    }
}
