//! The marker structure of a JPEG file (ITU-T T.81, annex B): what must be known before decoding.

#![deny(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing
)]

/// What the markers of a JPEG file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JpegHeader {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) components: u8,
    pub(crate) progressive: bool,
}

/// Why the markers of a JPEG file cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JpegScanError {
    #[error("the file ends before its end-of-image marker")]
    Truncated,
    #[error("byte {offset:#04x} at {position} where a marker was expected")]
    NoMarker { offset: u8, position: usize },
    #[error("no frame header before the first scan")]
    NoFrame,
    #[error("{count} components, where 1, 3 or 4 are expected")]
    Components { count: u8 },
    #[error(
        "component {index} is sampled {horizontal}x{vertical}, where factors of 1, 2 and 4 up to the first component's are expected"
    )]
    Sampling {
        index: usize,
        horizontal: u8,
        vertical: u8,
    },
}

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// Follows the markers from the start of the image to its end.
///
/// Decoders fill what a truncated file lacks with grey; this finds such files beforehand. Bytes
/// after the end of the image are ignored, as cameras append to it.
pub(crate) fn scan_jpeg(bytes: &[u8]) -> Result<JpegHeader, JpegScanError> {
    let mut position = 2;
    let mut frame = None;
    loop {
        let marker = next_marker(bytes, &mut position)?;
        match marker {
            END_OF_IMAGE => return frame.ok_or(JpegScanError::NoFrame),
            // TEM, RST0 to RST7 and SOI stand alone.
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let segment = segment(bytes, position).ok_or(JpegScanError::Truncated)?;
        position += segment.len();
        match marker {
            // SOF0 to SOF15 but for DHT, JPG and DAC.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let header = frame_header(marker, segment).ok_or(JpegScanError::Truncated)?;
                check_components(header.components, segment)?;
                frame.get_or_insert(header);
            }
            START_OF_SCAN => {
                if frame.is_none() {
                    return Err(JpegScanError::NoFrame);
                }
                position = end_of_entropy_coded(bytes, position).ok_or(JpegScanError::Truncated)?;
            }
            _ => {}
        }
    }
}

/// The marker at `position`, before which fill bytes may stand; `position` is moved behind it.
fn next_marker(bytes: &[u8], position: &mut usize) -> Result<u8, JpegScanError> {
    let byte_at = |position: usize| bytes.get(position).copied().ok_or(JpegScanError::Truncated);
    let first = byte_at(*position)?;
    if first != 0xFF {
        return Err(JpegScanError::NoMarker {
            offset: first,
            position: *position,
        });
    }
    while byte_at(*position)? == 0xFF {
        *position += 1;
    }
    let marker = byte_at(*position)?;
    *position += 1;
    Ok(marker)
}

/// The segment at `position` with the two bytes of its length.
fn segment(bytes: &[u8], position: usize) -> Option<&[u8]> {
    let rest = bytes.get(position..)?;
    let (len, _) = rest.split_first_chunk::<2>()?;
    let len = usize::from(u16::from_be_bytes(*len));
    if len < 2 { None } else { rest.get(..len) }
}

fn frame_header(marker: u8, segment: &[u8]) -> Option<JpegHeader> {
    let (_, rest) = segment.split_first_chunk::<3>()?;
    let (height, rest) = rest.split_first_chunk::<2>()?;
    let (width, rest) = rest.split_first_chunk::<2>()?;
    Some(JpegHeader {
        width: u16::from_be_bytes(*width),
        height: u16::from_be_bytes(*height),
        components: *rest.first()?,
        progressive: matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE),
    })
}

/// Refuses frames that no encoder writes and decoders stumble over: 2 components, or chroma that is
/// sampled more densely than luma.
fn check_components(count: u8, segment: &[u8]) -> Result<(), JpegScanError> {
    if !matches!(count, 1 | 3 | 4) {
        return Err(JpegScanError::Components { count });
    }
    let components = segment.get(8..).unwrap_or_default().as_chunks::<3>().0;
    let components = components
        .get(..count.into())
        .ok_or(JpegScanError::Truncated)?;
    let mut most = (4, 4);
    for (index, [_, sampling, _]) in components.iter().enumerate() {
        let (horizontal, vertical) = (sampling >> 4, sampling & 0x0F);
        let is_usual = |factor: u8| matches!(factor, 1 | 2 | 4);
        let is_within = horizontal <= most.0 && vertical <= most.1;
        if !(is_usual(horizontal) && is_usual(vertical) && is_within) {
            return Err(JpegScanError::Sampling {
                index,
                horizontal,
                vertical,
            });
        }
        if index == 0 {
            most = (horizontal, vertical);
        }
    }
    Ok(())
}

/// Where the marker stands that ends the entropy-coded data from `position` on.
fn end_of_entropy_coded(bytes: &[u8], position: usize) -> Option<usize> {
    let rest = bytes.get(position..)?;
    // A stuffed zero and the restart markers belong to the data.
    let ends =
        |pair: &[u8]| matches!(pair, [0xFF, marker] if !matches!(marker, 0 | 0xD0..=0xD7 | 0xFF));
    Some(position + rest.windows(2).position(ends)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOF: [u8; 19] = [
        0xFF, 0xC2, 0, 17, 8, 0, 52, 0, 36, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
    ];
    const SOS: [u8; 10] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0];

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [&[0xFF, 0xD8], parts.concat().as_slice()].concat()
    }

    #[test]
    fn markers_are_followed_to_the_end() {
        let comment = [0xFF, 0xFE, 0, 4, 0xFF, 0xD9];
        let data = [1, 0xFF, 0, 2, 0xFF, 0xD3, 3];
        let bytes = file(&[&comment, &SOF, &SOS, &data, &[0xFF, 0xD9], b"tail"]);
        assert_eq!(
            scan_jpeg(&bytes),
            Ok(JpegHeader {
                width: 36,
                height: 52,
                components: 3,
                progressive: true
            })
        );
    }

    #[test]
    fn every_prefix_is_truncated() {
        let bytes = file(&[&SOF, &SOS, &[1, 2, 3], &[0xFF, 0xD9]]);
        for len in 2..bytes.len() {
            assert_eq!(
                scan_jpeg(bytes.get(..len).unwrap()),
                Err(JpegScanError::Truncated),
                "{len} bytes"
            );
        }
    }

    #[test]
    fn disorder_is_an_error() {
        struct Case {
            bytes: Vec<u8>,
            expected: JpegScanError,
        }
        let cases = [
            Case {
                bytes: file(&[&[0xFF, 0xD9]]),
                expected: JpegScanError::NoFrame,
            },
            Case {
                bytes: file(&[&SOS, &[1, 0xFF, 0xD9]]),
                expected: JpegScanError::NoFrame,
            },
            Case {
                bytes: file(&[&[7, 7]]),
                expected: JpegScanError::NoMarker {
                    offset: 7,
                    position: 2,
                },
            },
            Case {
                bytes: file(&[&[0xFF, 0xC0, 0, 1, 0]]),
                expected: JpegScanError::Truncated,
            },
            Case {
                bytes: file(&[&[
                    0xFF, 0xC0, 0, 14, 8, 0, 51, 0, 187, 2, 1, 0x11, 0, 2, 0x41, 0,
                ]]),
                expected: JpegScanError::Components { count: 2 },
            },
            Case {
                bytes: file(&[&[
                    0xFF, 0xC0, 0, 17, 8, 0, 51, 0, 187, 3, 1, 0x11, 0, 2, 0x21, 0, 3, 0x11, 0,
                ]]),
                expected: JpegScanError::Sampling {
                    index: 1,
                    horizontal: 2,
                    vertical: 1,
                },
            },
            Case {
                bytes: file(&[&[0xFF, 0xC0, 0, 11, 8, 0, 51, 0, 187, 1, 1, 0x30, 0]]),
                expected: JpegScanError::Sampling {
                    index: 0,
                    horizontal: 3,
                    vertical: 0,
                },
            },
        ];
        for case in cases {
            assert_eq!(scan_jpeg(&case.bytes), Err(case.expected));
        }
    }
}
