use crate::simd::Simd;

/// Rows of a register tile.
pub(crate) const MR: usize = 4;

/// Steps of the inner dimension done at a time, so that the columns at hand (`KC · NR` elements, 24 KiB at
/// most) stay in a first-level cache of 32 KiB.
pub(crate) const KC: usize = 256;

/// A tile of the product, kept in registers.
pub(crate) type Tile<const NR: usize> = [[f32; NR]; MR];

/// A matrix that is read with any strides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strided {
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl Strided {
    /// Whether the elements of each column of `k` rows lie side by side, and the columns one behind the other.
    pub(crate) fn columns_lie_together(self, k: usize) -> bool {
        self.row == 1 && self.column == k
    }
}

/// How many elements the packed rows of an `m × k` matrix take.
pub(crate) fn packed_rows_len(m: usize, k: usize) -> usize {
    m.next_multiple_of(MR) * k
}

/// How many elements the packed columns of a `k × n` matrix take, in panels of `nr`.
pub(crate) fn packed_columns_len(k: usize, n: usize, nr: usize) -> usize {
    n.next_multiple_of(nr) * k
}

/// Writes an `m × k` matrix as panels of [`MR`] rows, each stored column by column; missing rows are zero.
pub(crate) fn pack_rows(source: &[f32], strides: Strided, m: usize, k: usize, packed: &mut [f32]) {
    for (panel, block) in packed.chunks_exact_mut(MR * k).enumerate() {
        for (column, group) in block.chunks_exact_mut(MR).enumerate() {
            for (i, element) in group.iter_mut().enumerate() {
                let row = panel * MR + i;
                *element = if row < m {
                    source[row * strides.row + column * strides.column]
                } else {
                    0.0
                };
            }
        }
    }
}

/// Writes a `k × n` matrix as panels of `nr` columns, each stored row by row; missing columns are zero.
pub(crate) fn pack_columns(
    source: &[f32],
    strides: Strided,
    (k, n): (usize, usize),
    nr: usize,
    packed: &mut [f32],
) {
    for (panel, block) in packed.chunks_exact_mut(nr * k).enumerate() {
        let first = panel * nr;
        let width = nr.min(n - first);
        for (row, group) in block.chunks_exact_mut(nr).enumerate() {
            let start = row * strides.row + first * strides.column;
            for (element, index) in group[..width].iter_mut().zip(0..) {
                *element = source[start + index * strides.column];
            }
            group[width..].fill(0.0);
        }
    }
}

/// Adds the product of packed rows and packed columns to `tile`.
#[inline(always)]
pub(crate) fn accumulate<S: Simd, const NR: usize>(
    rows: &[f32],
    columns: &[f32],
    tile: &mut Tile<NR>,
) {
    let mut sums = *tile;
    let (rows, _) = rows.as_chunks::<MR>();
    let (columns, _) = columns.as_chunks::<NR>();
    for (a, b) in rows.iter().zip(columns) {
        for (sums, &a) in sums.iter_mut().zip(a) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum = S::mul_add_one(a, b, *sum);
            }
        }
    }
    *tile = sums;
}

/// Adds the product of an `m × k` matrix in packed rows and a `k × n` matrix in packed columns to the
/// row-major `c`.
#[inline(always)]
pub(crate) fn gemm<S: Simd, const NR: usize>(
    (n, k): (usize, usize),
    rows: &[f32],
    columns: &[f32],
    c: &mut [f32],
) {
    for (column_panel, columns) in columns.chunks_exact(NR * k).enumerate() {
        let first = column_panel * NR;
        let width = NR.min(n - first);
        for start in (0..k).step_by(KC) {
            let end = k.min(start + KC);
            let columns = &columns[start * NR..end * NR];
            for (c, rows) in c.chunks_mut(MR * n).zip(rows.chunks_exact(MR * k)) {
                let mut tile = [[0.0; NR]; MR];
                load(&mut tile, c, n, first, width);
                accumulate::<S, NR>(&rows[start * MR..end * MR], columns, &mut tile);
                store(&tile, c, n, first, width);
            }
        }
    }
}

/// Reads `width` columns of up to [`MR`] rows of `n` elements.
#[inline(always)]
pub(crate) fn load<const NR: usize>(
    tile: &mut Tile<NR>,
    c: &[f32],
    n: usize,
    first: usize,
    width: usize,
) {
    for (tile, row) in tile.iter_mut().zip(c.chunks_exact(n)) {
        let row = &row[first..first + width];
        // A full row is copied without a call.
        match row.first_chunk() {
            Some(full) => *tile = *full,
            None => tile[..width].copy_from_slice(row),
        }
    }
}

/// Writes `width` columns of up to [`MR`] rows of `n` elements.
#[inline(always)]
pub(crate) fn store<const NR: usize>(
    tile: &Tile<NR>,
    c: &mut [f32],
    n: usize,
    first: usize,
    width: usize,
) {
    for (tile, row) in tile.iter().zip(c.chunks_exact_mut(n)) {
        let row = &mut row[first..first + width];
        match row.first_chunk_mut() {
            Some(full) => *full = *tile,
            None => row.copy_from_slice(&tile[..width]),
        }
    }
}
