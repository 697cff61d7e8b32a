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

    use super::one_by_one;

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

    use super::look_up;
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
    }
}
