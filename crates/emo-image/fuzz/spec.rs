//! Files that are nearly right: lengths and checksums that fit, values that do not, and the reverse.

use arbitrary::Arbitrary;

/// One of the formats.
#[derive(Debug, Arbitrary)]
pub(crate) enum File {
    Png(Png),
    Jpeg(Jpeg),
    WebP(WebP),
    Bmp(Bmp),
    Pnm(Pnm),
}

impl File {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Png(png) => png.encode(),
            Self::Jpeg(jpeg) => jpeg.encode(),
            Self::WebP(webp) => webp.encode(),
            Self::Bmp(bmp) => bmp.encode(),
            Self::Pnm(pnm) => pnm.encode(),
        }
    }
}

/// What stands in a field of a length: the truth or a lie.
#[derive(Debug, Arbitrary)]
enum Length {
    True,
    TrueToo,
    Lie(u32),
    Huge,
}

impl Length {
    fn of(&self, len: usize) -> u32 {
        match self {
            Self::True | Self::TrueToo => len as u32,
            Self::Lie(lie) => *lie,
            Self::Huge => u32::MAX,
        }
    }
}

/// A side of a picture, small or anything.
#[derive(Debug, Arbitrary)]
enum Side {
    Small(u8),
    Tiny(u8),
    Any(u32),
}

impl Side {
    fn get(&self) -> u32 {
        match self {
            Self::Small(side) => u32::from(*side),
            Self::Tiny(side) => u32::from(side % 9),
            Self::Any(side) => *side,
        }
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Png {
    size: (Side, Side),
    kind: u8,
    depth: u8,
    is_interlaced: bool,
    before: Vec<(u8, Length, Vec<u8>)>,
    pixels: Pixels,
    after: Vec<(u8, Length, Vec<u8>)>,
    is_broken: bool,
}

#[derive(Debug, Arbitrary)]
enum Pixels {
    /// As deflate without compression holds them.
    Stored(Vec<u8>),
    Deflated(Vec<u8>),
}

impl Png {
    fn encode(&self) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
        let mut header = self.size.0.get().to_be_bytes().to_vec();
        header.extend(self.size.1.get().to_be_bytes());
        header.push([1, 2, 4, 8, 16, self.depth][usize::from(self.depth % 6)]);
        header.push([0, 2, 3, 4, 6, self.kind][usize::from(self.kind % 6)]);
        header.extend([0, 0, self.is_interlaced.into()]);
        self.chunk(&mut file, b"IHDR", &Length::True, &header);
        for (kind, length, bytes) in &self.before {
            self.chunk(&mut file, CHUNKS[usize::from(kind % 16)], length, bytes);
        }
        let pixels = match &self.pixels {
            Pixels::Stored(bytes) => stored(bytes),
            Pixels::Deflated(bytes) => [b"\x78\x9C".as_slice(), bytes].concat(),
        };
        self.chunk(&mut file, b"IDAT", &Length::True, &pixels);
        for (kind, length, bytes) in &self.after {
            self.chunk(&mut file, CHUNKS[usize::from(kind % 16)], length, bytes);
        }
        self.chunk(&mut file, b"IEND", &Length::True, &[]);
        file
    }

    fn chunk(&self, file: &mut Vec<u8>, name: &[u8; 4], length: &Length, bytes: &[u8]) {
        file.extend(length.of(bytes.len()).to_be_bytes());
        let start = file.len();
        file.extend(name);
        file.extend(bytes);
        let sum = !file[start..].iter().fold(!0_u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320)
            })
        });
        file.extend((sum ^ u32::from(self.is_broken)).to_be_bytes());
    }
}

const CHUNKS: [&[u8; 4]; 16] = [
    b"PLTE", b"tRNS", b"eXIf", b"iCCP", b"acTL", b"fcTL", b"fdAT", b"IDAT", b"tEXt", b"zTXt",
    b"iTXt", b"sRGB", b"cICP", b"pHYs", b"sBIT", b"IHDR",
];

fn stored(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(65_535)];
    let len = bytes.len() as u16;
    let mut stream = vec![0x78, 0x01, 1];
    stream.extend(len.to_le_bytes());
    stream.extend((!len).to_le_bytes());
    stream.extend(bytes);
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Jpeg {
    marker: u8,
    size: (Side, Side),
    sampling: Vec<u8>,
    segments: Vec<(u8, Option<u16>, Vec<u8>)>,
    scans: Vec<(u8, [u8; 3], Vec<u8>)>,
    has_end: bool,
}

impl Jpeg {
    fn encode(&self) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        for (kind, length, bytes) in &self.segments {
            let marker = [0xE0, 0xE1, 0xE2, 0xEE, 0xDD, 0xDB, 0xC4, 0xFE][usize::from(kind % 8)];
            segment(&mut file, marker, *length, bytes);
        }
        segment(&mut file, 0xDB, None, &[[0].as_slice(), &[1; 64]].concat());
        // Codes of four bits for differences, of one and two bits for the rest.
        let mut tables = vec![0, 0, 0, 0, 12];
        tables.extend([0; 12]);
        tables.extend(0..12);
        tables.extend([0x10, 1, 1]);
        tables.extend([0; 14]);
        tables.extend([0x00, 0x01]);
        segment(&mut file, 0xC4, None, &tables);
        let n_components = self.sampling.len().min(5) as u8;
        let mut frame = vec![8];
        frame.extend((self.size.1.get() as u16).to_be_bytes());
        frame.extend((self.size.0.get() as u16).to_be_bytes());
        frame.push(n_components);
        for (index, sampling) in self.sampling.iter().take(5).enumerate() {
            let usual = [0x11, 0x21, 0x22, 0x12, 0x41, *sampling];
            frame.extend([index as u8 + 1, usual[usize::from(sampling % 6)], 0]);
        }
        let marker = [0xC0, 0xC2, 0xC1, 0xC9][usize::from(self.marker % 4)];
        segment(&mut file, marker, None, &frame);
        for (n, spectrum, bytes) in &self.scans {
            let n = n % 5;
            let mut scan = vec![n];
            scan.extend((0..n).flat_map(|index| [index + 1, 0]));
            scan.extend(if marker == 0xC2 {
                *spectrum
            } else {
                [0, 63, 0]
            });
            segment(&mut file, 0xDA, None, &scan);
            file.extend(bytes);
        }
        if self.has_end {
            file.extend([0xFF, 0xD9]);
        }
        file
    }
}

fn segment(file: &mut Vec<u8>, marker: u8, length: Option<u16>, bytes: &[u8]) {
    let len = length.unwrap_or(bytes.len() as u16 + 2);
    file.extend([0xFF, marker]);
    file.extend(len.to_be_bytes());
    file.extend(bytes);
}

#[derive(Debug, Arbitrary)]
pub(crate) struct WebP {
    canvas: Option<u8>,
    size: (Side, Side),
    chunks: Vec<WebPChunk>,
}

#[derive(Debug, Arbitrary)]
enum WebPChunk {
    Lossy(Length, Option<(u16, u16)>, u32, Vec<u8>),
    Lossless(Length, Option<u32>, Vec<u8>),
    Alpha(Length, u8, Vec<u8>),
    Other(u8, Length, Vec<u8>),
}

impl WebP {
    fn encode(&self) -> Vec<u8> {
        let (width, height) = (self.size.0.get(), self.size.1.get());
        let mut body = b"WEBP".to_vec();
        if let Some(flags) = self.canvas {
            let mut canvas = vec![flags, 0, 0, 0];
            canvas.extend(&width.wrapping_sub(1).to_le_bytes()[..3]);
            canvas.extend(&height.wrapping_sub(1).to_le_bytes()[..3]);
            riff_chunk(&mut body, b"VP8X", &Length::True, &canvas);
        }
        for chunk in &self.chunks {
            match chunk {
                WebPChunk::Lossy(length, size, first, bytes) => {
                    let (width, height) = size.unwrap_or((width as u16, height as u16));
                    let tag = (first % 256).min(bytes.len() as u32) << 5 | 0x10;
                    let mut content = tag.to_le_bytes()[..3].to_vec();
                    content.extend([0x9D, 0x01, 0x2A]);
                    content.extend(width.to_le_bytes());
                    content.extend(height.to_le_bytes());
                    content.extend(bytes);
                    riff_chunk(&mut body, b"VP8 ", length, &content);
                }
                WebPChunk::Lossless(length, bits, bytes) => {
                    let side = |side: u32| side.wrapping_sub(1) & 0x3FFF;
                    let bits = bits.unwrap_or(side(width) | side(height) << 14);
                    let content = [&[0x2F], bits.to_le_bytes().as_slice(), bytes].concat();
                    riff_chunk(&mut body, b"VP8L", length, &content);
                }
                WebPChunk::Alpha(length, flags, bytes) => {
                    let content = [&[flags & 0x3D], bytes.as_slice()].concat();
                    riff_chunk(&mut body, b"ALPH", length, &content);
                }
                WebPChunk::Other(kind, length, bytes) => {
                    let name = [b"EXIF", b"ICCP", b"XMP ", b"ANIM", b"ANMF", b"UNKN"];
                    riff_chunk(&mut body, name[usize::from(kind % 6)], length, bytes);
                }
            }
        }
        let mut file = Vec::new();
        riff_chunk(&mut file, b"RIFF", &Length::True, &body);
        file
    }
}

fn riff_chunk(file: &mut Vec<u8>, name: &[u8; 4], length: &Length, bytes: &[u8]) {
    file.extend(name);
    file.extend(length.of(bytes.len()).to_le_bytes());
    file.extend(bytes);
    if bytes.len() % 2 == 1 {
        file.push(0);
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Bmp {
    header: u8,
    offset: Option<u32>,
    size: (Side, Side),
    is_top_down: bool,
    bits: u8,
    compression: u8,
    n_colors: u32,
    masks: [u32; 4],
    bytes: Vec<u8>,
}

impl Bmp {
    fn encode(&self) -> Vec<u8> {
        let header_len =
            [12, 40, 52, 56, 108, 124, self.header.into()][usize::from(self.header % 7)];
        let bits = u16::from([1, 2, 4, 8, 16, 24, 32, self.bits][usize::from(self.bits % 8)]);
        let (width, height) = (self.size.0.get(), self.size.1.get());
        let mut header = Vec::new();
        if header_len == 12 {
            header.extend((width as u16).to_le_bytes());
            header.extend((height as u16).to_le_bytes());
        } else {
            let height = if self.is_top_down {
                height.wrapping_neg()
            } else {
                height
            };
            header.extend(width.to_le_bytes());
            header.extend(height.to_le_bytes());
        }
        header.extend(1_u16.to_le_bytes());
        header.extend(bits.to_le_bytes());
        header.extend(u32::from(self.compression % 7).to_le_bytes());
        header.extend([0; 12]);
        header.extend((self.n_colors % 300).to_le_bytes());
        header.extend([0; 4]);
        header.extend(self.masks.iter().flat_map(|mask| mask.to_le_bytes()));
        header.resize((header_len as usize).saturating_sub(4), 0);
        let palette_len = if bits <= 8 { 1024 } else { 0 };
        let usual = 14 + header_len + palette_len;
        let mut file = b"BM".to_vec();
        file.extend([0; 8]);
        file.extend(self.offset.unwrap_or(usual).to_le_bytes());
        file.extend(header_len.to_le_bytes());
        file.extend(header);
        file.resize(usual as usize, 0);
        file.extend(&self.bytes);
        file
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Pnm {
    kind: u8,
    size: (Side, Side),
    depth: u8,
    max: u16,
    tuple: u8,
    comment: Option<Vec<u8>>,
    samples: Vec<u8>,
}

impl Pnm {
    fn encode(&self) -> Vec<u8> {
        let kind = 1 + self.kind % 7;
        let (width, height) = (self.size.0.get(), self.size.1.get());
        let max = [255, 65_535, 1, self.max][usize::from(self.max % 4)];
        let mut file = format!("P{kind}\n").into_bytes();
        if let Some(comment) = &self.comment {
            file.push(b'#');
            file.extend(comment);
            file.push(b'\n');
        }
        match kind {
            7 => {
                let depth = [1, 2, 3, 4, self.depth][usize::from(self.depth % 5)];
                let names = [
                    "BLACKANDWHITE",
                    "GRAYSCALE",
                    "RGB",
                    "RGB_ALPHA",
                    "GRAYSCALE_ALPHA",
                    "BLACKANDWHITE_ALPHA",
                    "OTHER",
                ];
                let name = names[usize::from(self.tuple % 7)];
                file.extend(
                    format!(
                        "WIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {max}\n\
                         TUPLTYPE {name}\nENDHDR\n"
                    )
                    .bytes(),
                );
            }
            1 | 4 => file.extend(format!("{width} {height}\n").bytes()),
            _ => file.extend(format!("{width} {height}\n{max}\n").bytes()),
        }
        match kind {
            1 => file.extend(
                self.samples
                    .iter()
                    .flat_map(|sample| [b'0' + sample % 2, b' ']),
            ),
            2 | 3 => {
                for sample in &self.samples {
                    file.extend(format!("{sample} ").bytes());
                }
            }
            _ => file.extend(&self.samples),
        }
        file
    }
}
