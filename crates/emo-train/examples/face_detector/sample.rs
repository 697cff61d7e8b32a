//! Windows as the detector sees them: a lattice of smoothed pixels.

/// Points along each axis.
pub(crate) const LATTICE: usize = 32;
/// Sides of the windows, the smallest and the first that is too large.
pub(crate) const SIDES: std::ops::Range<usize> = 24..48;

/// A window's pixels at the lattice points.
pub(crate) type Sample = [u8; LATTICE * LATTICE];

/// A picture smoothed by the binomial filter 1 2 1 along both axes, as the detector does.
pub(crate) fn smooth(pixels: &[u8], width: usize) -> Vec<u8> {
    let height = pixels.len() / width;
    let mut out = vec![0; pixels.len()];
    for row in 0..height {
        let rows = [row.saturating_sub(1), row, (row + 1).min(height - 1)];
        for column in 0..width {
            let columns = [
                column.saturating_sub(1),
                column,
                (column + 1).min(width - 1),
            ];
            let line = |row: usize| {
                let at = |column: usize| u16::from(pixels[row * width + column]);
                at(columns[0]) + 2 * at(columns[1]) + at(columns[2])
            };
            let sum = line(rows[0]) + 2 * line(rows[1]) + line(rows[2]);
            out[row * width + column] = ((sum + 8) >> 4) as u8;
        }
    }
    out
}

/// The lattice of a window in a smoothed picture.
pub(crate) fn sample(smoothed: &[u8], width: usize, (x, y): (usize, usize), side: usize) -> Sample {
    let place = |index: usize| (2 * index + 1) * side / (2 * LATTICE);
    std::array::from_fn(|index| {
        smoothed[(y + place(index / LATTICE)) * width + x + place(index % LATTICE)]
    })
}
