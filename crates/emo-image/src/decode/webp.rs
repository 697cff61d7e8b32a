use std::io::Cursor;

use image::{DynamicImage, codecs::webp::WebPDecoder};

use super::{
    Claim,
    reading::{failure, malformed, upright},
    webp_codes::tables_len,
};
use crate::{ImageError, Limits};

const FORMAT: &str = "WebP";

/// What is wrong with the chunks of a WebP file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum WebPScanError {
    #[error("a chunk of {len} bytes at {position} ends after {file_len} bytes")]
    Truncated {
        len: usize,
        position: usize,
        file_len: usize,
    },
    #[error("a picture of {width}x{height} on a canvas of {canvas_width}x{canvas_height}")]
    Size {
        width: u32,
        height: u32,
        canvas_width: u32,
        canvas_height: u32,
    },
    #[error("no picture among the chunks")]
    NoPicture,
    #[error("the picture has no header")]
    NoHeader,
    #[error("the file is animated")]
    Animated,
    #[error("the codes of a lossless picture end too early or are none")]
    Codes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    width: u32,
    height: u32,
    is_lossless: bool,
    has_alpha: bool,
}

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    let (header, coded) = scan(bytes).map_err(|error| match error {
        WebPScanError::Animated => ImageError::Animated { format: FORMAT },
        WebPScanError::Truncated { .. } => ImageError::Truncated {
            format: FORMAT,
            len: bytes.len(),
        },
        other => malformed(FORMAT, other),
    })?;
    let claim = Claim {
        format: FORMAT,
        len: bytes.len(),
        width: header.width,
        height: header.height,
        // Beside the picture: red, green, blue and alpha of a lossless one; luma, chroma and the
        // state of each macroblock of a lossy one, and its alpha, which is coded like a lossless one.
        bytes_per_pixel: match (header.is_lossless, header.has_alpha) {
            (true, _) => 8,
            (false, false) => 5,
            (false, true) => 11,
        },
        // A lossless picture of one colour takes 20 bytes in any size.
        min_len: 0,
    };
    claim.check(limits)?;
    let mut required = claim.required();
    for bits in coded {
        let left = limits.max_alloc.saturating_sub(required);
        let size = (header.width, header.height);
        let tables = tables_len(bits, size, left);
        required += tables.ok_or_else(|| malformed(FORMAT, WebPScanError::Codes))?;
        if required > limits.max_alloc {
            let limit = limits.max_alloc;
            return Err(ImageError::TooMuchMemory { required, limit });
        }
    }
    let decoder =
        WebPDecoder::new(Cursor::new(bytes)).map_err(|e| failure(FORMAT, bytes.len(), e))?;
    upright(claim, decoder, limits)
}

/// Follows the chunks from the first to the end of the file.
///
/// The decoder takes memory for chunks and pictures by their own sizes; this finds beforehand that
/// each chunk lies in the file and each picture has the size of the canvas. Beside the header it gives
/// what is coded like a lossless picture, from its transforms on.
fn scan(bytes: &[u8]) -> Result<(Header, Vec<&[u8]>), WebPScanError> {
    let mut coded = Vec::new();
    let mut canvas = None;
    let mut has_alpha = false;
    let mut picture: Option<Header> = None;
    // RIFF 4, length 4, WEBP 4.
    let mut position = 12;
    while let Some((name, content)) = chunk(bytes, position)? {
        position = position.saturating_add(8 + content.len() + content.len() % 2);
        let found = match name {
            b"VP8X" if canvas.is_none() && picture.is_none() => {
                let (flags, size) = extended(content).ok_or(WebPScanError::NoHeader)?;
                if flags & 0x02 != 0 {
                    return Err(WebPScanError::Animated);
                }
                has_alpha = flags & 0x10 != 0;
                canvas = Some(size);
                continue;
            }
            b"ANIM" | b"ANMF" => return Err(WebPScanError::Animated),
            b"VP8 " => lossy(content, has_alpha),
            b"VP8L" => {
                coded.extend(content.get(5..));
                lossless(content)
            }
            b"ALPH" if has_alpha => {
                // The lowest bits of the first byte are the kind of coding.
                if let Some((1, bits)) = content.split_first().map(|(kind, bits)| (kind & 3, bits))
                {
                    coded.push(bits);
                }
                continue;
            }
            _ => continue,
        };
        let found = found.ok_or(WebPScanError::NoHeader)?;
        let (canvas_width, canvas_height) = *canvas.get_or_insert((found.width, found.height));
        if (found.width, found.height) != (canvas_width, canvas_height) {
            return Err(WebPScanError::Size {
                width: found.width,
                height: found.height,
                canvas_width,
                canvas_height,
            });
        }
        picture.get_or_insert(found);
    }
    Ok((picture.ok_or(WebPScanError::NoPicture)?, coded))
}

type Chunk<'a> = (&'a [u8; 4], &'a [u8]);

/// The name and the content of the chunk at `position`; `None` behind the last, where fewer bytes
/// than a chunk's header may be left.
fn chunk(bytes: &[u8], position: usize) -> Result<Option<Chunk<'_>>, WebPScanError> {
    let header = bytes.get(position..).and_then(|rest| {
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        Some((name, u32::from_le_bytes(*len) as usize, rest))
    });
    let Some((name, len, rest)) = header else {
        return Ok(None);
    };
    let content = rest.get(..len).ok_or(WebPScanError::Truncated {
        len,
        position,
        file_len: bytes.len(),
    })?;
    Ok(Some((name, content)))
}

/// Flags, and the size of the canvas: 24 bits each, less one.
fn extended(content: &[u8]) -> Option<(u8, (u32, u32))> {
    let (&[flags, _, _, _, w0, w1, w2, h0, h1, h2], _) = content.split_first_chunk()?;
    let size = |bytes: [u8; 3]| {
        let [low, middle, high] = bytes.map(u32::from);
        1 + (low | middle << 8 | high << 16)
    };
    Some((flags, (size([w0, w1, w2]), size([h0, h1, h2]))))
}

/// A frame's tag of three bytes, three of a signature, and the sizes in the lower 14 of 16 bits.
fn lossy(content: &[u8], has_alpha: bool) -> Option<Header> {
    let (size, _) = content.get(6..)?.split_first_chunk::<4>()?;
    let &[w0, w1, h0, h1] = size;
    let size = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
    Some(Header {
        width: size([w0, w1]),
        height: size([h0, h1]),
        is_lossless: false,
        has_alpha,
    })
}

/// A byte of a signature, and the sizes less one in 14 bits each.
fn lossless(content: &[u8]) -> Option<Header> {
    let (bits, _) = content.get(1..)?.split_first_chunk()?;
    let bits = u32::from_le_bytes(*bits);
    Some(Header {
        width: 1 + (bits & 0x3FFF),
        height: 1 + (bits >> 14 & 0x3FFF),
        is_lossless: true,
        has_alpha: true,
    })
}
