//! Files that lie about their size, are cut or are noise: an error, no panic, no memory that only a header claims.
#![cfg(all(
    feature = "bmp",
    feature = "jpeg",
    feature = "png",
    feature = "pnm",
    feature = "webp"
))]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{io::Cursor, sync::LazyLock};

use emo_image::{ImageError, Limits, decode_bytes};
use emo_testing::{CappedAllocator, fixture};
use proptest::prelude::*;

/// What is beyond aborts the test.
#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(64 << 20);

/// Small files of every format and kind of pixels.
static SEEDS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut seeds = Vec::new();
    for folder in ["emo-image", "emo-image/formats"] {
        for entry in std::fs::read_dir(fixture(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let is_picture = !name.ends_with(".npy") && !name.ends_with(".md");
            if path.is_file() && is_picture && path.metadata().unwrap().len() < 20_000 {
                seeds.push((name, std::fs::read(path).unwrap()));
            }
        }
    }
    seeds.sort();
    assert!(seeds.len() > 40, "{}", seeds.len());
    seeds
});

fn seed(name: &str) -> Vec<u8> {
    let (_, bytes) = SEEDS.iter().find(|(known, _)| known == name).unwrap();
    bytes.clone()
}

/// The default limits but for memory, which here is the allocator's.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = 8 << 20;
    limits
}

/// Of a PNG: with its checksum.
fn png_sized(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = !png[12..29].iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320)
        })
    });
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn jpeg_sized(mut jpeg: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    let is_frame = |pair: &[u8]| pair == [0xFF, 0xC0] || pair == [0xFF, 0xC2];
    let frame = jpeg.windows(2).position(is_frame).unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&(height as u16).to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&(width as u16).to_be_bytes());
    jpeg
}

fn bmp_sized(mut bmp: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    bmp[18..22].copy_from_slice(&width.to_le_bytes());
    bmp[22..26].copy_from_slice(&height.to_le_bytes());
    bmp
}

/// The canvas of an extended file.
fn webp_sized(mut webp: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    assert_eq!(webp[12..16], *b"VP8X");
    webp[24..27].copy_from_slice(&width.wrapping_sub(1).to_le_bytes()[..3]);
    webp[27..30].copy_from_slice(&height.wrapping_sub(1).to_le_bytes()[..3]);
    webp
}

fn pnm_sized(kind: &str, width: u32, height: u32) -> Vec<u8> {
    let header = match kind {
        "P1" | "P4" => format!("{kind}\n{width} {height}\n"),
        "P7" => format!(
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n"
        ),
        _ => format!("{kind}\n{width} {height}\n255\n"),
    };
    [header.as_bytes(), b"1 0 1 0 1 0 1 0 1 0 1 0"].concat()
}

/// Files of each format that claim a size.
fn sized(width: u32, height: u32) -> Vec<Vec<u8>> {
    let mut files = vec![
        png_sized(seed("face48_gray.png"), width, height),
        png_sized(seed("bit1.png"), width, height),
        png_sized(seed("rgb16.png"), width, height),
        jpeg_sized(seed("face48_gray.jpg"), width, height),
        jpeg_sized(seed("face200x300_q80_prog.jpg"), width, height),
        jpeg_sized(seed("cmyk.jpg"), width, height),
        bmp_sized(seed("rgb24.bmp"), width, height),
        bmp_sized(seed("rgb24.bmp"), width, height.wrapping_neg()),
        bmp_sized(seed("palette8.bmp"), width, height),
    ];
    files.extend(
        ["P1", "P2", "P3", "P4", "P5", "P6", "P7"].map(|kind| pnm_sized(kind, width, height)),
    );
    if width > 0 && height > 0 {
        files.push(webp_sized(seed("lossy_alpha.webp"), width, height));
        files.push(webp_sized(seed("exif6.webp"), width, height));
    }
    files
}

#[test]
fn sizes_beyond_the_limits_are_refused() {
    for file in sized(60_000, 60_000) {
        match decode_bytes(&file, &limits()).unwrap_err() {
            ImageError::TooManyPixels { width, height, .. } => {
                assert_eq!([width, height], [60_000; 2]);
            }
            // A canvas of another size than its picture.
            ImageError::Malformed { format: "WebP", .. } => {}
            other => unreachable!("{other}"),
        }
    }
    // A picture has at most 14 bits for each side.
    let lossy = b"\0\0\0\x9D\x01\x2A\xFF\x3F\xFF\x3F";
    let lossless = b"\x2F\xFE\xBF\xFF\x0F";
    for file in [riff(&[(b"VP8 ", lossy)]), riff(&[(b"VP8L", lossless)])] {
        let error = decode_bytes(&file, &limits()).unwrap_err();
        let expected = "16383x16383 pixels, allowed are 8192x8192";
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_size_within_the_sides_but_not_in_memory_is_refused() {
    for file in sized(8000, 8000) {
        match decode_bytes(&file, &limits()).unwrap_err() {
            ImageError::TooMuchMemory { required, limit } => {
                assert!(required >= 64_000_000 && limit == 8 << 20);
            }
            // A canvas of another size than its picture.
            ImageError::Malformed { format: "WebP", .. } => {}
            other => unreachable!("{other}"),
        }
    }
}

/// The memory would be allowed; what is in the file cannot fill it.
#[test]
fn pixels_that_cannot_be_there_take_no_memory() {
    let mut limits = limits();
    limits.max_alloc = u64::MAX;
    for file in sized(8000, 8000) {
        match decode_bytes(&file, &limits).unwrap_err() {
            ImageError::Truncated { len, .. } => assert_eq!(len, file.len()),
            ImageError::Malformed { format: "WebP", .. } => {}
            other => unreachable!("{other}"),
        }
    }
}

#[test]
fn a_picture_without_pixels_is_refused() {
    for (width, height) in [(0, 14), (22, 0), (0, 0)] {
        for file in sized(width, height) {
            match decode_bytes(&file, &limits()).unwrap_err() {
                ImageError::NoPixels {
                    width: w,
                    height: h,
                } => {
                    assert_eq!([w as u32, h as u32], [width, height]);
                }
                other => unreachable!("{other}"),
            }
        }
    }
    let mut lossy = seed("lossy.webp");
    lossy[26..28].fill(0);
    let error = decode_bytes(&lossy, &limits()).unwrap_err();
    assert!(matches!(
        error,
        ImageError::NoPixels {
            width: 0,
            height: 14
        }
    ));
}

/// 16 million pixels in 17 kilobytes, with nothing wrong in them.
#[test]
fn an_honest_bomb_is_refused_before_it_goes_off() {
    let mut png = Vec::new();
    let white = image::GrayImage::from_pixel(4000, 4000, image::Luma([255]));
    white
        .write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png)
        .unwrap();
    drop(white);
    assert!(png.len() < 100_000, "{}", png.len());
    let error = decode_bytes(&png, &limits()).unwrap_err();
    assert!(matches!(
        error,
        ImageError::TooMuchMemory {
            required: 16_000_000,
            ..
        }
    ));
    let mut enough = limits();
    enough.max_alloc = 16_000_000;
    assert_eq!(decode_bytes(&png, &enough).unwrap().width(), 4000);

    // The same of one colour in 20 bytes of WebP: 14 bits less one for each side, one colour.
    let side = 4000_u32 - 1;
    let mut content = vec![0x2F];
    content.extend((side | side << 14).to_le_bytes());
    // No transform, no cache, no meta code, five codes of one symbol that is 0.
    content.extend([0b1000_1000, 0b1000_1000, 0b1000_1000, 0, 0]);
    let webp = riff(&[(b"VP8L", &content)]);
    let error = decode_bytes(&webp, &limits()).unwrap_err();
    assert!(matches!(error, ImageError::TooMuchMemory { required, .. } if required >= 112_000_000));
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend(*name);
        body.extend((content.len() as u32).to_le_bytes());
        body.extend(*content);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let len = (body.len() as u32).to_le_bytes();
    [b"RIFF".as_slice(), &len, &body].concat()
}

/// Bits from the lowest of each byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    len: usize,
}

impl Bits {
    fn put(&mut self, value: u32, n: usize) -> &mut Self {
        for bit in 0..n {
            if self.len.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= ((value >> bit & 1) as u8) << (self.len % 8);
            self.len += 1;
        }
        self
    }

    /// A code of one symbol of 8 bits.
    fn one(&mut self, symbol: u8) -> &mut Self {
        self.put(0b101, 3).put(symbol.into(), 8)
    }
}

/// The bits of a lossless picture of 8 × 8 pixels with groups of codes that take 11 bytes each, and
/// 70 kilobytes when decoded.
fn groups_of_codes(n_groups: u16) -> Vec<u8> {
    let mut bits = Bits::default();
    // No transform, a colour cache of 2¹¹ colours, groups by blocks of 4 × 4 pixels.
    bits.put(0, 1).put(1, 1).put(11, 4).put(1, 1).put(0, 3);
    // Their picture has one colour, the last group, and no cache.
    let [high, low] = (n_groups - 1).to_be_bytes();
    bits.put(0, 1).one(low).one(high).one(0).one(0).one(0);
    for _ in 0..n_groups {
        // Green: of the lengths of a code, 15 are given and only that of 11 is used, so that it takes no
        // bits; the first 2048 symbols have that length.
        bits.put(0, 1).put(11, 4).put(0, 21).put(0, 21).put(1, 3);
        bits.put(1, 1).put(7, 3).put(2046, 16);
        // Red, blue, alpha and distances: 0.
        bits.put(0b0001, 4)
            .put(0b0001, 4)
            .put(0b0001, 4)
            .put(0b0001, 4);
    }
    // 64 pixels of 11 bits.
    bits.bytes.extend([0; 100]);
    bits.bytes
}

#[test]
fn code_tables_of_a_lossless_webp_are_bounded_by_the_limits() {
    let lossless = |n_groups| {
        let header = [0x2F, 7, 0xC0, 1, 0];
        riff(&[(
            b"VP8L",
            &[&header, groups_of_codes(n_groups).as_slice()].concat(),
        )])
    };
    let mut limits = limits();
    for n_groups in [200, 3000, u16::MAX] {
        let error = decode_bytes(&lossless(n_groups), &limits).unwrap_err();
        let ImageError::TooMuchMemory { required, limit } = error else {
            unreachable!("{error}");
        };
        assert!(required > limit && required < limit + 100_000, "{required}");
    }
    assert_eq!(decode_bytes(&lossless(100), &limits).unwrap().width(), 8);
    // What the limit allows fits this process: 500 groups of 70 kB.
    limits.max_alloc = 37 << 20;
    assert_eq!(decode_bytes(&lossless(500), &limits).unwrap().width(), 8);
    limits.max_alloc = 33 << 20;
    assert!(decode_bytes(&lossless(500), &limits).is_err());

    // Alpha beside a lossy picture is coded alike, without a header.
    let lossy = seed("lossy.webp");
    let len = u32::from_le_bytes(*lossy[16..20].first_chunk().unwrap()) as usize;
    let picture = &lossy[20..20 + len];
    let [width, height] = [26, 28].map(|at| lossy[at]);
    let canvas = [0x10, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0];
    let alpha = [&[1], groups_of_codes(3000).as_slice()].concat();
    let file = riff(&[(b"VP8X", &canvas), (b"ALPH", &alpha), (b"VP8 ", picture)]);
    let error = decode_bytes(&file, &limits).unwrap_err();
    assert!(matches!(error, ImageError::TooMuchMemory { .. }), "{error}");
}

#[test]
fn chunks_that_lie_are_refused() {
    let reason = |file: &[u8]| {
        let error = decode_bytes(file, &limits()).unwrap_err();
        emo_testing::error_chain(&error)
    };
    let plain = seed("lossless.webp");
    let picture = &plain[20..20 + 70];
    let canvas = b"\0\0\0\0\x15\0\0\x0D\0\0";
    assert!(decode_bytes(&riff(&[(b"VP8X", canvas), (b"VP8L", picture)]), &limits()).is_ok());

    // EXIF of 4 GB, in a file that says that it has it.
    let exif = seed("exif6.webp");
    let at = exif.windows(4).position(|name| name == b"EXIF").unwrap();
    let mut long = exif.clone();
    long[at + 4..at + 8].fill(0xFF);
    assert_eq!(
        reason(&long),
        format!("WebP is truncated after {} bytes", exif.len())
    );

    // A picture of another size than its canvas, which would be decoded before it is seen.
    let huge = b"\0\0\0\x9D\x01\x2A\xFF\x3F\xFF\x3F";
    assert_eq!(
        reason(&riff(&[(b"VP8X", canvas), (b"VP8 ", huge)])),
        "malformed WebP: a picture of 16383x16383 on a canvas of 22x14"
    );
    assert_eq!(
        reason(&riff(&[(b"VP8L", picture), (b"VP8 ", huge)])),
        "malformed WebP: a picture of 16383x16383 on a canvas of 22x14"
    );
    assert_eq!(
        reason(&riff(&[(b"VP8X", canvas)])),
        "malformed WebP: no picture among the chunks"
    );
    assert_eq!(
        reason(&riff(&[(b"VP8L", b"\x2F")])),
        "malformed WebP: the picture has no header"
    );
    assert_eq!(
        reason(&riff(&[(b"ANMF", &[0; 40]), (b"VP8L", picture)])),
        "WebP is animated; only still pictures are decoded"
    );
}

/// Runs that end at once: the rest of such a picture is black.
#[test]
fn runs_of_a_bmp_are_bounded_by_the_limits() {
    let mut bmp = seed("palette8.bmp");
    bmp[30..34].copy_from_slice(&1_u32.to_le_bytes());
    let pixels = u32::from_le_bytes(*bmp[10..14].first_chunk().unwrap()) as usize;
    bmp.truncate(pixels);
    bmp.extend([3, 1, 0, 1]);
    let image = decode_bytes(&bmp, &limits()).unwrap();
    assert_eq!((image.width(), image.height()), (22, 14));
    let error = decode_bytes(&bmp_sized(bmp, 8000, 8000), &limits()).unwrap_err();
    assert!(matches!(error, ImageError::TooMuchMemory { .. }));
}

#[test]
fn every_file_cut_anywhere_is_an_error() {
    for (name, bytes) in SEEDS.iter() {
        if name.ends_with(".py") || name == "animated.gif" {
            continue;
        }
        let is_cut = |len: usize| decode_bytes(&bytes[..len], &limits()).is_err();
        let step = if bytes.len() > 2000 { 97 } else { 1 };
        // What comes behind the pixels may be missing: the end of a PNG, EXIF of a WebP, the last blanks of a
        // text. What must be there is checked over the first two thirds.
        for len in (1..bytes.len() * 2 / 3).step_by(step) {
            let must_fail = !(name.starts_with("animated") || name == "exif6.webp");
            assert!(is_cut(len) || !must_fail, "{name} cut to {len} bytes");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn noise_behind_a_marker_ends_in_a_value(
        marker in prop::sample::select(vec![
            &b"\xFF\xD8\xFF"[..], b"\x89PNG\r\n\x1A\n", b"BM", b"P1 ", b"P2\n", b"P3 ", b"P4\n", b"P5 ", b"P6\n",
            b"P7\n", b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8L\x20\0\0\0\x2F", b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let _ = decode_bytes(&[marker, &bytes].concat(), &limits());
    }

    #[test]
    fn damaged_files_end_in_a_value(
        seed in 0..SEEDS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        headers_only in any::<bool>(),
    ) {
        let mut bytes = SEEDS[seed].1.clone();
        let reach = if headers_only { bytes.len().min(80) } else { bytes.len() };
        for (index, value) in damage {
            bytes[index.index(reach)] = value;
        }
        if let Ok(image) = decode_bytes(&bytes, &limits()) {
            prop_assert!(image.width() > 0 && image.height() > 0);
            prop_assert!(image.as_bytes().len() <= 8 << 20);
        }
    }
}
