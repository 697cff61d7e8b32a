//! Matrices as pictures inside the page.

use std::{error::Error, io::Cursor};

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg::JpegEncoder};

/// Dark to bright in even steps of lightness, so that it survives a print in grey; the stops are the viridis map's
/// (N. Smith, S. van der Walt, public domain).
const STOPS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// The colour of a share from 0 to 1, as red, green and blue.
pub fn colour(share: f64) -> [u8; 3] {
    let position = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (position.floor() as usize).min(STOPS.len() - 2);
    let (a, b) = (STOPS[below], STOPS[below + 1]);
    let between = position - below as f64;
    std::array::from_fn(|k| {
        let (a, b) = (f64::from(a[k]), f64::from(b[k]));
        (a + (b - a) * between).round() as u8
    })
}

/// A picture as a PNG in a `data:` address, each pixel from a share from 0 to 1; row 0 is at the top.
pub fn data_uri(
    width: usize,
    height: usize,
    share: impl Fn(usize, usize) -> f64,
) -> Result<String, Box<dyn Error>> {
    let (w, h) = (u32::try_from(width)?, u32::try_from(height)?);
    let picture = RgbImage::from_fn(w, h, |x, y| Rgb(colour(share(x as usize, y as usize))));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(png_uri(bytes.get_ref()))
}

/// A picture as [`data_uri`], each pixel from red, green, blue and opacity.
pub fn coloured_uri(
    width: usize,
    height: usize,
    colour: impl Fn(usize, usize) -> [u8; 4],
) -> Result<String, Box<dyn Error>> {
    let (w, h) = (u32::try_from(width)?, u32::try_from(height)?);
    let picture = RgbaImage::from_fn(w, h, |x, y| Rgba(colour(x as usize, y as usize)));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(png_uri(bytes.get_ref()))
}

/// A photograph as a JPEG in a `data:` address, each pixel from red, green and blue.
pub fn photo_uri(
    width: usize,
    height: usize,
    colour: impl Fn(usize, usize) -> [u8; 3],
) -> Result<String, Box<dyn Error>> {
    let (w, h) = (u32::try_from(width)?, u32::try_from(height)?);
    let picture = RgbImage::from_fn(w, h, |x, y| Rgb(colour(x as usize, y as usize)));
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 88))?;
    Ok(format!("data:image/jpeg;base64,{}", base64(&bytes)))
}

fn png_uri(bytes: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64(bytes))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, k| {
            bits << 8 | u32::from(chunk.get(k).copied().unwrap_or_default())
        });
        for k in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * k) & 63) as usize];
            text.push(if k <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
    }
}
