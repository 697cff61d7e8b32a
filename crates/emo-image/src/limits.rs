/// How large a picture may be that is decoded from untrusted bytes.
///
/// All four are checked before the pixels are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Columns of the stored picture; default 8192, the next power of two above a 48-megapixel
    /// telephone camera.
    pub max_width: u32,
    /// Rows of the stored picture; default 8192.
    pub max_height: u32,
    /// Bytes that the decoder may allocate: the decoded pixels, and the coefficients of a
    /// progressive JPEG or the planes of a WebP, which take 5 to 11 bytes for each pixel in all,
    /// and the code tables of a lossless WebP.
    /// Default 192 MiB, enough for 48 megapixels of 8-bit RGB. Turning the picture by its EXIF
    /// orientation may need as much again as its pixels take.
    pub max_alloc: u64,
    /// Bytes of the encoded picture; default 64 MiB.
    pub max_file_len: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_width: 8192,
            max_height: 8192,
            max_alloc: 192 << 20,
            max_file_len: 64 << 20,
        }
    }
}
