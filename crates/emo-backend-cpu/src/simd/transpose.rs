//! Small blocks of a matrix with its rows and columns exchanged, by instructions that every build for the machine's
//! family may use.

/// Rows and columns of a block of elements of 4 bytes.
pub(crate) const WORDS: usize = 4;
/// Rows and columns of a block of bytes.
pub(crate) const BYTES: usize = 8;

/// Exchanges rows and columns of a block of [`WORDS`]; the rows at `from` and those at `to` are `steps` elements apart.
///
/// # Safety
/// Each row can be read and written, whatever its alignment.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub(crate) unsafe fn transpose_words(from: *const u32, to: *mut u32, steps: [usize; 2]) {
    use std::arch::x86_64::*;

    // SAFETY: every x86-64 has SSE2, and the caller vouches for the memory.
    unsafe {
        let row = |number| _mm_loadu_si128(from.add(number * steps[0]).cast());
        let (a, b, c, d) = (row(0), row(1), row(2), row(3));
        let (ab, cd) = (_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d));
        let (ab_high, cd_high) = (_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
        let columns = [
            _mm_unpacklo_epi64(ab, cd),
            _mm_unpackhi_epi64(ab, cd),
            _mm_unpacklo_epi64(ab_high, cd_high),
            _mm_unpackhi_epi64(ab_high, cd_high),
        ];
        for (number, column) in columns.into_iter().enumerate() {
            _mm_storeu_si128(to.add(number * steps[1]).cast(), column);
        }
    }
}

/// Exchanges rows and columns of a block of [`BYTES`]; the rows at `from` and those at `to` are `steps` elements apart.
///
/// # Safety
/// Each row can be read and written.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub(crate) unsafe fn transpose_bytes(from: *const u8, to: *mut u8, steps: [usize; 2]) {
    use std::arch::x86_64::*;

    // SAFETY: every x86-64 has SSE2, and the caller vouches for the memory.
    unsafe {
        let row = |number| _mm_loadl_epi64(from.add(number * steps[0]).cast());
        let pair = |number| _mm_unpacklo_epi8(row(number), row(number + 1));
        let (ab, cd, ef, gh) = (pair(0), pair(2), pair(4), pair(6));
        let (abcd, abcd_high) = (_mm_unpacklo_epi16(ab, cd), _mm_unpackhi_epi16(ab, cd));
        let (efgh, efgh_high) = (_mm_unpacklo_epi16(ef, gh), _mm_unpackhi_epi16(ef, gh));
        let columns = [
            _mm_unpacklo_epi32(abcd, efgh),
            _mm_unpackhi_epi32(abcd, efgh),
            _mm_unpacklo_epi32(abcd_high, efgh_high),
            _mm_unpackhi_epi32(abcd_high, efgh_high),
        ];
        for (number, two) in columns.into_iter().enumerate() {
            _mm_storel_epi64(to.add(2 * number * steps[1]).cast(), two);
            let second = _mm_unpackhi_epi64(two, two);
            _mm_storel_epi64(to.add((2 * number + 1) * steps[1]).cast(), second);
        }
    }
}

/// Exchanges rows and columns of a block of [`WORDS`]; the rows at `from` and those at `to` are `steps` elements apart.
///
/// # Safety
/// Each row can be read and written, whatever its alignment.
#[inline(always)]
#[cfg(not(target_arch = "x86_64"))]
pub(crate) unsafe fn transpose_words(from: *const u32, to: *mut u32, steps: [usize; 2]) {
    // SAFETY: the caller's promise.
    unsafe { transpose_block::<u32, WORDS>(from, to, steps) };
}

/// Exchanges rows and columns of a block of [`BYTES`]; the rows at `from` and those at `to` are `steps` elements apart.
///
/// # Safety
/// Each row can be read and written.
#[inline(always)]
#[cfg(not(target_arch = "x86_64"))]
pub(crate) unsafe fn transpose_bytes(from: *const u8, to: *mut u8, steps: [usize; 2]) {
    // SAFETY: the caller's promise.
    unsafe { transpose_block::<u8, BYTES>(from, to, steps) };
}

#[inline(always)]
#[cfg(not(target_arch = "x86_64"))]
unsafe fn transpose_block<T: Copy + Default, const N: usize>(
    from: *const T,
    to: *mut T,
    steps: [usize; 2],
) {
    let mut rows = [[T::default(); N]; N];
    // SAFETY: the caller's promise.
    unsafe {
        for (number, row) in rows.iter_mut().enumerate() {
            *row = from
                .add(number * steps[0])
                .cast::<[T; N]>()
                .read_unaligned();
        }
        for number in 0..N {
            let column: [T; N] = std::array::from_fn(|row| rows[row][number]);
            to.add(number * steps[1])
                .cast::<[T; N]>()
                .write_unaligned(column);
        }
    }
}
