//! Files that are nearly right: lengths and checksums that fit, values that do not, and the reverse.

use arbitrary::Arbitrary;

/// One of the containers.
#[derive(Debug, Arbitrary)]
pub(crate) enum File {
    Wav(Wav),
    Flac(Flac),
    Ogg(Ogg),
    Mp4(Vec<Atom>),
    Mp3(Mp3),
    Adts(Vec<Adts>),
}

impl File {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Wav(wav) => wav.encode(),
            Self::Flac(flac) => flac.encode(),
            Self::Ogg(ogg) => ogg.encode(),
            Self::Mp4(atoms) => {
                let mut file = b"\0\0\0\x10ftypM4A \0\0\0\0".to_vec();
                atoms.iter().for_each(|atom| atom.encode(&mut file, 0));
                file
            }
            Self::Mp3(mp3) => mp3.encode(),
            Self::Adts(frames) => frames.iter().flat_map(Adts::encode).collect(),
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

#[derive(Debug, Arbitrary)]
pub(crate) struct Wav {
    length: Length,
    chunks: Vec<Chunk>,
}

#[derive(Debug, Arbitrary)]
enum Chunk {
    Format {
        code: u8,
        n_channels: u8,
        rate: u16,
        align: Option<u16>,
        bits: u8,
        extension: Option<(u16, u32, u8)>,
        length: Length,
    },
    Data(Length, Vec<u8>),
    List(Length, Vec<(u8, Length, Vec<u8>)>),
    Other([u8; 4], Length, Vec<u8>),
}

impl Wav {
    fn encode(&self) -> Vec<u8> {
        let mut body = b"WAVE".to_vec();
        for chunk in &self.chunks {
            match chunk {
                Chunk::Format {
                    code,
                    n_channels,
                    rate,
                    align,
                    bits,
                    extension,
                    length,
                } => {
                    let code = [1, 3, 6, 7, 0xfffe, 2, 17, 0x55][usize::from(code % 8)] as u16;
                    let bits = [8, 16, 24, 32, 64, 0, 12, u16::from(*bits)][usize::from(bits % 8)];
                    let channels = u16::from(*n_channels % 9);
                    let rate = u32::from(*rate) * if rate % 7 == 0 { 8 } else { 1 };
                    let frame = align.unwrap_or(channels * bits.div_ceil(8));
                    let mut format = code.to_le_bytes().to_vec();
                    format.extend(channels.to_le_bytes());
                    format.extend(rate.to_le_bytes());
                    format.extend(rate.wrapping_mul(frame.into()).to_le_bytes());
                    format.extend(frame.to_le_bytes());
                    format.extend(bits.to_le_bytes());
                    if let Some((valid, mask, kind)) = extension {
                        format.extend(22_u16.to_le_bytes());
                        format.extend((valid % 33).to_le_bytes());
                        format.extend(mask.to_le_bytes());
                        format.extend([kind % 8, 0]);
                        format.extend(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
                    }
                    chunk_of(&mut body, *b"fmt ", length, &format);
                }
                Chunk::Data(length, bytes) => chunk_of(&mut body, *b"data", length, bytes),
                Chunk::List(length, entries) => {
                    let mut list = b"INFO".to_vec();
                    for (kind, length, text) in entries {
                        let id = [*b"IART", *b"INAM", *b"ICMT", *b"IPRD"][usize::from(kind % 4)];
                        chunk_of(&mut list, id, length, text);
                    }
                    chunk_of(&mut body, *b"LIST", length, &list);
                }
                Chunk::Other(id, length, bytes) => chunk_of(&mut body, *id, length, bytes),
            }
        }
        let mut file = Vec::new();
        chunk_of(&mut file, *b"RIFF", &self.length, &body);
        file
    }
}

fn chunk_of(file: &mut Vec<u8>, id: [u8; 4], length: &Length, bytes: &[u8]) {
    file.extend(id);
    file.extend(length.of(bytes.len()).to_le_bytes());
    file.extend(bytes);
    if bytes.len() % 2 == 1 {
        file.push(0);
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Flac {
    block_lens: (u16, u16),
    rate: u16,
    n_channels: u8,
    bits: u8,
    announced: u32,
    blocks: Vec<(u8, Length, Vec<u8>)>,
    frames: Vec<FlacFrame>,
}

#[derive(Debug, Arbitrary)]
struct FlacFrame {
    sizes: u8,
    channels: u8,
    number: u8,
    block_len: u16,
    body: Vec<u8>,
    is_broken: bool,
}

impl Flac {
    fn encode(&self) -> Vec<u8> {
        let mut info = self.block_lens.0.to_be_bytes().to_vec();
        info.extend(self.block_lens.1.to_be_bytes());
        info.extend([0; 6]);
        let packed = u64::from(self.rate) << 44
            | u64::from(self.n_channels % 8) << 41
            | u64::from(self.bits % 32) << 36
            | u64::from(self.announced);
        info.extend(packed.to_be_bytes());
        info.extend([0; 16]);
        let mut file = b"fLaC".to_vec();
        let last = |is_last: bool| u8::from(is_last) << 7;
        file.push(last(self.blocks.is_empty()));
        file.extend(&(info.len() as u32).to_be_bytes()[1..]);
        file.extend(info);
        for (k, (kind, length, bytes)) in self.blocks.iter().enumerate() {
            file.push(last(k + 1 == self.blocks.len()) | (kind % 8));
            file.extend(&length.of(bytes.len()).to_be_bytes()[1..]);
            file.extend(bytes);
        }
        for frame in &self.frames {
            let mut bytes = vec![
                0xff,
                0xf8 | frame.number & 1,
                frame.sizes,
                frame.channels & 0xfe,
                frame.number & 0x7f,
            ];
            match frame.sizes >> 4 {
                6 => bytes.push(frame.block_len as u8),
                7 => bytes.extend(frame.block_len.to_be_bytes()),
                _ => {}
            }
            match frame.sizes & 15 {
                12 => bytes.push(8),
                13 | 14 => bytes.extend([0x1f, 0x40]),
                _ => {}
            }
            bytes.push(crc(&bytes, 8, 0x07) as u8);
            bytes.extend(&frame.body);
            bytes.extend(
                (crc(&bytes, 16, 0x8005) as u16 ^ u16::from(frame.is_broken)).to_be_bytes(),
            );
            file.extend(bytes);
        }
        file
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Ogg {
    vorbis: Option<(u8, u32, u8, Vec<u8>)>,
    pages: Vec<Page>,
}

#[derive(Debug, Arbitrary)]
struct Page {
    flags: u8,
    granule: u64,
    serial: u8,
    packets: Vec<Vec<u8>>,
    is_broken: bool,
}

impl Ogg {
    fn encode(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut number = 0;
        if let Some((n_channels, rate, block_lens, setup)) = &self.vorbis {
            let mut identification = b"\x01vorbis\0\0\0\0".to_vec();
            identification.push(n_channels % 9);
            identification.extend(rate.to_le_bytes());
            identification.extend([0; 12]);
            identification.extend([*block_lens, 1]);
            page(&mut file, 2, 0, 0, 0, &[&identification], false);
            let comment = b"\x03vorbis\x04\0\0\0test\0\0\0\0\x01";
            let setup = [b"\x05vorbis".as_slice(), setup].concat();
            page(&mut file, 0, 0, 0, 1, &[comment, &setup], false);
            number = 2;
        }
        for entry in &self.pages {
            let packets: Vec<&[u8]> = entry.packets.iter().map(Vec::as_slice).collect();
            page(
                &mut file,
                entry.flags % 8,
                entry.granule,
                entry.serial % 2,
                number,
                &packets,
                entry.is_broken,
            );
            number += 1;
        }
        file
    }
}

fn page(
    file: &mut Vec<u8>,
    flags: u8,
    granule: u64,
    serial: u8,
    number: u32,
    packets: &[&[u8]],
    is_broken: bool,
) {
    let mut lacing = Vec::new();
    for packet in packets {
        lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        lacing.push((packet.len() % 255) as u8);
    }
    lacing.truncate(255);
    let mut bytes = b"OggS\0".to_vec();
    bytes.push(flags);
    bytes.extend(granule.to_le_bytes());
    bytes.extend([serial, 0, 0, 0]);
    bytes.extend(number.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.push(lacing.len() as u8);
    bytes.extend(lacing);
    bytes.extend(packets.concat());
    let sum = crc(&bytes, 32, 0x04c1_1db7) ^ u32::from(is_broken);
    bytes[22..26].copy_from_slice(&sum.to_le_bytes());
    file.extend(bytes);
}

/// A box of an MPEG-4 file.
#[derive(Debug, Arbitrary)]
pub(crate) struct Atom {
    kind: u8,
    length: Length,
    content: Content,
}

#[derive(Debug, Arbitrary)]
enum Content {
    Bytes(Vec<u8>),
    /// With version and flags, and a count that fits or does not.
    Table(u32, Length, Vec<u32>),
    Atoms(Vec<Atom>),
}

const KINDS: [&[u8; 4]; 32] = [
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"mp4a", b"esds", b"stts", b"stsc",
    b"stsz", b"stco", b"co64", b"mdhd", b"hdlr", b"tkhd", b"mvhd", b"smhd", b"dinf", b"dref",
    b"udta", b"meta", b"ilst", b"data", b"mdat", b"moof", b"traf", b"tfhd", b"trun", b"mvex",
    b"edts", b"elst",
];

impl Atom {
    fn encode(&self, file: &mut Vec<u8>, depth: usize) {
        let mut content = Vec::new();
        match &self.content {
            Content::Bytes(bytes) => content.extend(bytes),
            Content::Table(flags, length, entries) => {
                content.extend((flags & 0x0100_00ff).to_be_bytes());
                content.extend(length.of(entries.len()).to_be_bytes());
                content.extend(entries.iter().flat_map(|x| x.to_be_bytes()));
            }
            Content::Atoms(atoms) if depth < 40 => {
                atoms
                    .iter()
                    .for_each(|atom| atom.encode(&mut content, depth + 1));
            }
            Content::Atoms(_) => {}
        }
        file.extend(self.length.of(content.len() + 8).to_be_bytes());
        file.extend(KINDS[usize::from(self.kind % 32)]);
        file.extend(content);
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Mp3 {
    tag: Option<(u8, Length, Vec<u8>)>,
    frames: Vec<(u8, u8, Vec<u8>)>,
}

impl Mp3 {
    fn encode(&self) -> Vec<u8> {
        let mut file = Vec::new();
        if let Some((version, length, bytes)) = &self.tag {
            let len = length.of(bytes.len());
            file.extend([b'I', b'D', b'3', 2 + version % 3, 0, 0]);
            file.extend([21, 14, 7, 0].map(|shift| (len >> shift & 0x7f) as u8));
            file.extend(bytes);
        }
        for (sizes, mode, body) in &self.frames {
            // Layer III of version 1, 2 or 2.5 with a bit rate that is one.
            let version = [0xfb, 0xf3, 0xe3][usize::from(mode % 3)];
            let bit_rate = 1 + sizes % 14;
            file.extend([0xff, version, bit_rate << 4 | sizes >> 4 & 0x0e, *mode]);
            file.extend(body);
        }
        file
    }
}

#[derive(Debug, Arbitrary)]
pub(crate) struct Adts {
    rate: u8,
    channels: u8,
    length: Option<u16>,
    body: Vec<u8>,
}

impl Adts {
    fn encode(&self) -> Vec<u8> {
        let len = self.length.unwrap_or(self.body.len() as u16 + 7) & 0x1fff;
        let (rate, channels) = (self.rate % 16, self.channels % 8);
        let mut frame = vec![
            0xff,
            0xf1,
            0x40 | rate << 2 | channels >> 2,
            channels << 6 | (len >> 11) as u8,
            (len >> 3) as u8,
            (len << 5) as u8 | 0x1f,
            0xfc,
        ];
        frame.extend(&self.body);
        frame
    }
}

/// The remainder of a polynomial division, highest bit first.
fn crc(bytes: &[u8], n_bits: u32, polynomial: u32) -> u32 {
    let mask = u32::MAX >> (32 - n_bits);
    bytes.iter().fold(0, |mut crc, &byte| {
        crc ^= u32::from(byte) << (n_bits - 8);
        for _ in 0..8 {
            let carry = (crc >> (n_bits - 1)) & 1;
            crc = ((crc << 1) ^ (carry * polynomial)) & mask;
        }
        crc
    })
}
