//! Tables of 256 bytes.

use super::Level;

/// Replaces each byte by that of a table which it is the index of.
pub(crate) fn look_up(level: Level, table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    let len = input.len().min(output.len());
    let (input, output) = (&input[..len], &mut output[..len]);
    #[cfg(target_arch = "x86_64")]
    match level {
        Level::Portable(_) => {}
        // SAFETY: the instructions were detected.
        Level::Avx512Vnni(_) if is_x86_feature_detected!("avx512vbmi") => {
            return unsafe { x86::by_permutation(table, input, output) };
        }
        // SAFETY: every level but the portable one has AVX2.
        _ => return unsafe { x86::by_shuffles(table, input, output) },
    }
    let _ = level;
    one_by_one(table, input, output);
}

/// 256 numbers, as instructions look them up.
#[derive(Debug)]
pub(crate) struct Numbers {
    numbers: [f32; 256],
    /// The first byte of each number, then the second ones, and so on.
    #[cfg(target_arch = "x86_64")]
    bytes: [[u8; 256]; 4],
}

impl Numbers {
    pub(crate) fn new(numbers: [f32; 256]) -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            bytes: [0, 1, 2, 3].map(|byte| numbers.map(|number| number.to_le_bytes()[byte])),
            numbers,
        }
    }

    pub(crate) fn numbers(&self) -> &[f32; 256] {
        &self.numbers
    }

    /// Replaces each byte by the number that it is the index of.
    pub(crate) fn look_up(&self, level: Level, input: &[u8], output: &mut [f32]) {
        let len = input.len().min(output.len());
        let (input, output) = (&input[..len], &mut output[..len]);
        #[cfg(target_arch = "x86_64")]
        if matches!(level, Level::Avx512Vnni(_)) && is_x86_feature_detected!("avx512vbmi") {
            // SAFETY: the instructions were detected.
            return unsafe { x86::numbers_by_permutation(self, input, output) };
        }
        let _ = level;
        self.one_by_one(input, output);
    }

    fn one_by_one(&self, input: &[u8], output: &mut [f32]) {
        for (y, &x) in output.iter_mut().zip(input) {
            *y = self.numbers[usize::from(x)];
        }
    }
}

/// Eight bytes at a time, since a byte takes as long to store as eight.
fn one_by_one(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    let (words, rest) = input.as_chunks::<8>();
    let (results, last) = output.as_chunks_mut::<8>();
    for (word, result) in words.iter().zip(results) {
        let bits = u64::from_le_bytes(*word);
        let looked_up = (0..8).fold(0, |result, byte| {
            let x = (bits >> (8 * byte)) as u8;
            result | u64::from(table[usize::from(x)]) << (8 * byte)
        });
        *result = looked_up.to_le_bytes();
    }
    for (y, &x) in last.iter_mut().zip(rest) {
        *y = table[usize::from(x)];
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Numbers, one_by_one};

    /// The table in four registers, in two of which an instruction finds a byte.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    pub(super) fn by_permutation(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
        let (inputs, rest) = input.as_chunks::<64>();
        let (outputs, last) = output.as_chunks_mut::<64>();
        // SAFETY: the table has four times 64 bytes, and a chunk has 64.
        unsafe {
            let part = |number: usize| _mm512_loadu_si512(table.as_ptr().add(64 * number).cast());
            let [a, b, c, d] = [part(0), part(1), part(2), part(3)];
            for (input, output) in inputs.iter().zip(outputs) {
                let x = _mm512_loadu_si512(input.as_ptr().cast());
                let low = _mm512_permutex2var_epi8(a, x, b);
                let high = _mm512_permutex2var_epi8(c, x, d);
                let y = _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(x), high);
                _mm512_storeu_si512(output.as_mut_ptr().cast(), y);
            }
        }
        one_by_one(table, rest, last);
    }

    /// Each byte of the numbers by [`by_permutation`], then the four of a number side by side.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    pub(super) fn numbers_by_permutation(table: &Numbers, input: &[u8], output: &mut [f32]) {
        let (inputs, rest) = input.as_chunks::<64>();
        let (outputs, last) = output.as_chunks_mut::<64>();
        // Interleaving leaves groups of four numbers in this order.
        let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        // SAFETY: each part of the table has four times 64 bytes, a chunk of input has 64, one of output 64 numbers.
        unsafe {
            let part = |byte: usize, number: usize| {
                _mm512_loadu_si512(table.bytes[byte].as_ptr().add(64 * number).cast())
            };
            let parts = [0, 1, 2, 3].map(|byte| [0, 1, 2, 3].map(|number| part(byte, number)));
            for (input, output) in inputs.iter().zip(outputs) {
                let x = _mm512_loadu_si512(input.as_ptr().cast());
                let x = _mm512_permutexvar_epi32(order, x);
                let upper = _mm512_movepi8_mask(x);
                let y = parts.map(|[a, b, c, d]| {
                    let low = _mm512_permutex2var_epi8(a, x, b);
                    _mm512_mask_mov_epi8(low, upper, _mm512_permutex2var_epi8(c, x, d))
                });
                let (low, high) = (
                    [
                        _mm512_unpacklo_epi8(y[0], y[1]),
                        _mm512_unpacklo_epi8(y[2], y[3]),
                    ],
                    [
                        _mm512_unpackhi_epi8(y[0], y[1]),
                        _mm512_unpackhi_epi8(y[2], y[3]),
                    ],
                );
                let quarters = [
                    _mm512_unpacklo_epi16(low[0], low[1]),
                    _mm512_unpackhi_epi16(low[0], low[1]),
                    _mm512_unpacklo_epi16(high[0], high[1]),
                    _mm512_unpackhi_epi16(high[0], high[1]),
                ];
                for (number, quarter) in quarters.into_iter().enumerate() {
                    _mm512_storeu_si512(output.as_mut_ptr().add(16 * number).cast(), quarter);
                }
            }
        }
        table.one_by_one(rest, last);
    }

    /// Sixteen bytes of the table at a time, among which the lower half of a byte chooses if the upper one is theirs.
    #[target_feature(enable = "avx2")]
    pub(super) fn by_shuffles(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
        let (inputs, rest) = input.as_chunks::<32>();
        let (outputs, last) = output.as_chunks_mut::<32>();
        let (rows, _) = table.as_chunks::<16>();
        // SAFETY: a row of the table has 16 bytes, and a chunk has 32.
        unsafe {
            for (input, output) in inputs.iter().zip(outputs) {
                let x = _mm256_loadu_si256(input.as_ptr().cast());
                let mut y = _mm256_setzero_si256();
                for (number, row) in rows.iter().enumerate() {
                    let row = _mm256_broadcastsi128_si256(_mm_loadu_si128(row.as_ptr().cast()));
                    // Below 16 where the upper half is that of the row; all else is 128 or more in the end, which
                    // makes the shuffle's result 0.
                    let distance = _mm256_xor_si256(x, _mm256_set1_epi8((16 * number) as i8));
                    let index = _mm256_adds_epu8(distance, _mm256_set1_epi8(0x70));
                    y = _mm256_or_si256(y, _mm256_shuffle_epi8(row, index));
                }
                _mm256_storeu_si256(output.as_mut_ptr().cast(), y);
            }
        }
        one_by_one(table, rest, last);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Numbers, look_up};
    use crate::simd::levels;

    proptest! {
        #[test]
        fn bytes_are_those_of_the_table(
            table in proptest::collection::vec(any::<u8>(), 256),
            input in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let table: [u8; 256] = table.try_into().expect("there are 256");
            let expected: Vec<u8> = input.iter().map(|&x| table[usize::from(x)]).collect();
            for level in levels() {
                let mut output = vec![0; input.len()];
                look_up(level, &table, &input, &mut output);
                prop_assert_eq!(&output, &expected);
            }
        }

        #[test]
        fn numbers_are_those_of_the_table(
            table in proptest::collection::vec(any::<u32>(), 256),
            input in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let bits: [u32; 256] = table.try_into().expect("there are 256");
            let expected: Vec<u32> = input.iter().map(|&x| bits[usize::from(x)]).collect();
            let numbers = Numbers::new(bits.map(f32::from_bits));
            for level in levels() {
                let mut output = vec![0.0_f32; input.len()];
                numbers.look_up(level, &input, &mut output);
                let output: Vec<u32> = output.iter().map(|y| y.to_bits()).collect();
                prop_assert_eq!(&output, &expected);
            }
        }
    }
}
