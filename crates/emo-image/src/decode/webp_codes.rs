//! What the code tables of a lossless WebP take, found before a decoder makes them.
//!
//! A picture may have 65,536 groups of five prefix codes, and a code of some bytes becomes tables of up
//! to 70 kilobytes. The scan reads the file as far as its codes reach, by the sections of the WebP
//! Lossless Bitstream Specification, and keeps one group at a time.

/// Bytes of a node of a code's tree and of an entry of its table, as the decoder makes them: codes of up
/// to 10 bits have a table, of longer ones two nodes are reserved for each symbol.
const NODE: u64 = 16;
const ENTRY: u64 = 4;
const TABLE_BITS: usize = 10;
/// Bytes of a group without its tables, three times, since the list of groups grows by copying.
const GROUP: u64 = 3 * 5 * 64;

/// The symbols of each code of a group without a colour cache: green and lengths, red, blue, alpha,
/// distances.
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];

/// The bytes that code tables take of a picture of `size`, whose bits begin with its transforms. Where
/// they are more than `limit`, those up to there; `None` where the bits end before, or are no codes.
pub(super) fn tables_len(bytes: &[u8], size: (u32, u32), limit: u64) -> Option<u64> {
    let mut scan = Scan {
        bytes,
        position: 0,
        len: 0,
    };
    let (mut width, height) = size;
    let mut seen = 0_u8;
    // Section 4: transforms, each kind once.
    while scan.bits(1)? == 1 {
        let kind = scan.bits(2)?;
        if seen >> kind & 1 == 1 {
            return None;
        }
        seen |= 1 << kind;
        match kind {
            0 | 1 => {
                let bits = scan.bits(3)? + 2;
                scan.picture(blocks(width, bits), blocks(height, bits))?;
            }
            2 => {}
            _ => {
                let colours = scan.bits(8)? + 1;
                scan.picture(colours, 1)?;
                let bits = match colours {
                    1..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                width = blocks(width, bits);
            }
        }
    }
    // Section 5.2.3 and 6.2: the colour cache, the picture of groups, the groups.
    let cache = scan.cache()?;
    let mut groups = 1;
    if scan.bits(1)? == 1 {
        let bits = scan.bits(3)? + 2;
        groups += scan.picture(blocks(width, bits), blocks(height, bits))?;
    }
    for _ in 0..groups {
        scan.group(cache)?;
        if scan.len > limit {
            break;
        }
    }
    Some(scan.len)
}

/// How many blocks of 2^`bits` pixels cover a side.
fn blocks(side: u32, bits: u32) -> u32 {
    side.div_ceil(1 << bits)
}

struct Scan<'a> {
    bytes: &'a [u8],
    /// The next bit.
    position: usize,
    /// Bytes of tables so far.
    len: u64,
}

impl Scan<'_> {
    /// The next bits, the lowest first.
    fn bits(&mut self, n: u32) -> Option<u32> {
        let mut value = 0;
        for bit in 0..n {
            let byte = self.bytes.get(self.position / 8)?;
            value |= u32::from(byte >> (self.position % 8) & 1) << bit;
            self.position += 1;
        }
        Some(value)
    }

    /// The symbols that a colour cache adds.
    fn cache(&mut self) -> Option<usize> {
        if self.bits(1)? == 0 {
            return Some(0);
        }
        match self.bits(4)? {
            bits @ 1..=11 => {
                self.len += 4 << bits;
                Some(1 << bits)
            }
            _ => None,
        }
    }

    /// Reads over a picture that a transform or the groups need, and gives the greatest number in its
    /// red and green bytes. Copies and the cache repeat what stood as pixels before.
    fn picture(&mut self, width: u32, height: u32) -> Option<u32> {
        let cache = self.cache()?;
        let [green, red, blue, alpha, distance] = self.group(cache)?;
        let n_pixels = u64::from(width) * u64::from(height);
        let all_alike = [&green, &red, &blue, &alpha]
            .iter()
            .all(|code| code.symbols.len() == 1);
        let mut greatest = 0;
        let mut pixel = 0;
        while pixel < n_pixels {
            let symbol = u32::from(green.read(self)?);
            match symbol {
                0..256 => {
                    greatest = greatest.max(u32::from(red.read(self)?) << 8 | symbol);
                    blue.read(self)?;
                    alpha.read(self)?;
                    pixel += if all_alike { n_pixels } else { 1 };
                }
                256..280 => {
                    pixel += self.distance(symbol - 256)?;
                    let symbol = distance.read(self)?;
                    self.distance(symbol.into())?;
                    if pixel > n_pixels {
                        return None;
                    }
                }
                _ => pixel += 1,
            }
        }
        Some(greatest)
    }

    /// A length or distance by its symbol and the bits behind it.
    fn distance(&mut self, symbol: u32) -> Option<u64> {
        if symbol < 4 {
            return Some(u64::from(symbol) + 1);
        }
        let extra = (symbol - 2) >> 1;
        let bits = self.bits(extra)?;
        Some((u64::from(2 + (symbol & 1)) << extra) + u64::from(bits) + 1)
    }

    fn group(&mut self, cache: usize) -> Option<[Code; 5]> {
        self.len += GROUP;
        let mut codes: [Code; 5] = Default::default();
        for (index, (code, alphabet)) in codes.iter_mut().zip(ALPHABETS).enumerate() {
            *code = self.code(alphabet + if index == 0 { cache } else { 0 })?;
            self.len += code.tables_len();
        }
        Some(codes)
    }

    /// Section 6.2.1: a code by its one or two symbols or by its lengths.
    fn code(&mut self, alphabet: usize) -> Option<Code> {
        /// The order in which lengths of the code of lengths are stored.
        const ORDER: [usize; 19] = [
            17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        ];
        if self.bits(1)? == 1 {
            let two = self.bits(1)? == 1;
            let bits = if self.bits(1)? == 1 { 8 } else { 1 };
            let mut symbols = vec![u16::try_from(self.bits(bits)?).ok()?];
            if two {
                symbols.push(u16::try_from(self.bits(8)?).ok()?);
            }
            if symbols
                .iter()
                .any(|symbol| usize::from(*symbol) >= alphabet)
            {
                return None;
            }
            let mut counts = [0; 16];
            *counts.get_mut(1)? = u16::try_from(symbols.len()).ok()?;
            return Some(Code { counts, symbols });
        }
        let mut lengths = [0; 19];
        let n_lengths = 4 + self.bits(4)? as usize;
        for place in ORDER.get(..n_lengths)? {
            *lengths.get_mut(*place)? = u8::try_from(self.bits(3)?).ok()?;
        }
        let of_lengths = Code::new(&lengths)?;
        let mut left = alphabet;
        if self.bits(1)? == 1 {
            let bits = 2 + 2 * self.bits(3)?;
            left = 2 + self.bits(bits)? as usize;
            if left > alphabet {
                return None;
            }
        }
        let mut lengths = Vec::with_capacity(alphabet);
        let mut last = 8;
        while left > 0 && lengths.len() < alphabet {
            left -= 1;
            let symbol = u8::try_from(of_lengths.read(self)?).ok()?;
            let (length, n) = match symbol {
                0 => (0, 1),
                1..16 => {
                    last = symbol;
                    (symbol, 1)
                }
                16 => (last, 3 + self.bits(2)?),
                17 => (0, 3 + self.bits(3)?),
                _ => (0, 11 + self.bits(7)?),
            };
            lengths.resize(lengths.len() + n as usize, length);
            if lengths.len() > alphabet {
                return None;
            }
        }
        Code::new(&lengths)
    }
}

/// A canonical prefix code.
#[derive(Debug, Default)]
struct Code {
    /// How many symbols have each length.
    counts: [u16; 16],
    /// The symbols by their lengths. A single one takes no bits.
    symbols: Vec<u16>,
}

impl Code {
    /// The code of symbols of the given lengths; none where they do not fill it exactly.
    fn new(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0; 16];
        for length in lengths.iter().filter(|length| **length > 0) {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let used = (0_u16..).zip(lengths).filter(|(_, length)| **length > 0);
        let mut sorted: Vec<(u8, u16)> = used.map(|(symbol, length)| (*length, symbol)).collect();
        sorted.sort_unstable();
        let symbols: Vec<u16> = sorted.into_iter().map(|(_, symbol)| symbol).collect();
        let shares = (0_u32..).zip(&counts).skip(1);
        let filled: u32 = shares
            .map(|(length, count)| u32::from(*count) << (15 - length))
            .sum();
        (symbols.len() == 1 || filled == 1 << 15).then_some(Self { counts, symbols })
    }

    fn read(&self, scan: &mut Scan<'_>) -> Option<u16> {
        if let [only] = *self.symbols.as_slice() {
            return Some(only);
        }
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in self.counts.iter().skip(1) {
            let count = usize::from(*count);
            code |= scan.bits(1)? as usize;
            if code < first + count {
                return self.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    /// The bytes of the tables that the decoder makes of it.
    fn tables_len(&self) -> u64 {
        if self.symbols.len() <= 1 {
            return 0;
        }
        let longest = self
            .counts
            .iter()
            .rposition(|count| *count > 0)
            .unwrap_or(0);
        let long: u64 = self
            .counts
            .iter()
            .skip(TABLE_BITS + 1)
            .copied()
            .map(u64::from)
            .sum();
        // A code of two symbols has three nodes all the same.
        (ENTRY << longest.min(TABLE_BITS)) + NODE * (2 * long).max(3)
    }
}
