#![expect(
    unsafe_code,
    reason = "a tile's rows are read through pointers, so that it stays in registers"
)]

use crate::simd::Simd;

/// Vectors across a full panel of columns.
pub(super) const VECTORS: usize = 2;

/// Steps of the inner dimension done at a time: a panel's part stays in a first-level cache of 32 KiB beside the
/// tile's rows, and sums of parts round less than one long sum.
pub(super) const DEPTH: usize = 128;

/// Rows of the largest tile: with two vectors each, one row of the panel and an element of the input, three
/// quarters of the registers and more.
pub(super) const fn rows_of<S: Simd>() -> usize {
    match S::REGISTERS {
        32.. => 12,
        16.. => 6,
        _ => 3,
    }
}

/// Where [`product`] reads and writes.
#[derive(Clone, Copy)]
pub(super) struct Operands {
    /// The inner dimension.
    pub(super) depth: usize,
    /// `rows × depth`, row-major, the rows `a_step` elements apart.
    pub(super) a: *const f32,
    pub(super) a_step: usize,
    /// `depth × V · LANES`, row-major.
    pub(super) b: *const f32,
    /// `rows × V · LANES`, row-major.
    pub(super) c: *mut f32,
    pub(super) to: To,
}

/// What becomes of a product.
#[derive(Clone, Copy)]
pub(super) enum To {
    Write,
    Add,
}

/// Writes `a · b` to `c` or adds it, for up to [`rows_of`] rows and a panel of `vectors` vectors.
///
/// # Safety
/// The operands are as long as [`Operands`] says.
#[inline(always)]
pub(super) unsafe fn product<S: Simd>(simd: S, rows: usize, vectors: usize, operands: Operands) {
    macro_rules! dispatch {
        ($($rows:literal)+) => {
            match (rows, vectors) {
                $(
                    // SAFETY: the caller's promise.
                    ($rows, VECTORS) if $rows <= const { rows_of::<S>() } => unsafe {
                        tile::<S, $rows, VECTORS>(simd, operands);
                    },
                    // SAFETY: as above.
                    ($rows, 1) if $rows <= const { rows_of::<S>() } => unsafe {
                        tile::<S, $rows, 1>(simd, operands);
                    },
                )+
                _ => unreachable!("tiles are chosen among these"),
            }
        };
    }
    dispatch!(1 2 3 4 5 6 7 8 9 10 11 12);
}

/// # Safety
/// As for [`product`].
#[inline(always)]
unsafe fn tile<S: Simd, const P: usize, const V: usize>(simd: S, operands: Operands) {
    let Operands {
        depth,
        a,
        a_step,
        b,
        c,
        to,
    } = operands;
    let mut sums = [[simd.splat(0.0); V]; P];
    // SAFETY: every index is within the extents that the caller vouches for.
    unsafe {
        for k in 0..depth {
            let mut columns = [simd.splat(0.0); V];
            for (v, column) in columns.iter_mut().enumerate() {
                *column = simd.load(b.add((k * V + v) * S::LANES));
            }
            for (p, sums) in sums.iter_mut().enumerate() {
                let x = simd.splat(*a.add(p * a_step + k));
                for (sum, &column) in sums.iter_mut().zip(&columns) {
                    *sum = simd.mul_add(x, column, *sum);
                }
            }
        }
        if let To::Add = to {
            for (p, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = simd.add(simd.load(c.add((p * V + v) * S::LANES)), *sum);
                }
            }
        }
        for (p, sums) in sums.iter().enumerate() {
            for (v, &sum) in sums.iter().enumerate() {
                simd.store(sum, c.add((p * V + v) * S::LANES));
            }
        }
    }
}
