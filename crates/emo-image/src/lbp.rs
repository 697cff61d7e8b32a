use ndarray::Array2;

use crate::{ImageError, Plane, Sample};

/// How a pattern of bits becomes a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LbpMethod {
    /// The bits as they are, 2ᵖ codes.
    Default,
    /// The least number that a rotation of the bits gives.
    #[doc(alias = "ror")]
    RotationInvariant,
    /// Of patterns with at most two changes, the number of ones; P + 1 for all others: P + 2 codes.
    #[default]
    Uniform,
    /// As [`Uniform`](Self::Uniform), but each rotation for itself: P(P − 1) + 3 codes.
    #[doc(alias = "nri_uniform")]
    UniformByRotation,
}

/// Which local binary patterns are taken.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LbpConfig {
    /// Points on the circle, 1 to 24; default 8.
    #[doc(alias = "P")]
    pub n_points: usize,
    /// Radius of the circle in pixels, above 0 to 64; default 1.
    #[doc(alias = "R")]
    pub radius: f64,
    /// How a pattern becomes a code; default [`LbpMethod::Uniform`].
    pub method: LbpMethod,
}

impl Default for LbpConfig {
    fn default() -> Self {
        Self {
            n_points: 8,
            radius: 1.0,
            method: LbpMethod::Uniform,
        }
    }
}

/// The most points whose codes are kept in a table.
const MAX_TABLE_POINTS: usize = 16;

/// Local binary patterns as scikit-image's `local_binary_pattern` computes them.
///
/// Each bit says whether a point of the circle, interpolated between pixels, is at least as bright
/// as the centre; beyond the picture all is black. Changes are counted along the bits, not from the
/// last to the first, as there.
///
/// # Example
/// ```
/// use emo_image::{Lbp, LbpConfig, Plane};
///
/// let levels: Vec<u8> = (0..=255).collect();
/// let mut lbp = Lbp::new(LbpConfig::default())?;
/// let plane = Plane::new(&levels, 16, 16)?;
/// // The point to the right and the three below.
/// assert_eq!(lbp.compute(plane)[[8, 8]], 4);
/// assert_eq!(lbp.histograms(plane, 4, 4)?.dim(), (16, 10));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// T. Ojala, M. Pietikäinen, T. Mäenpää, 2002, *Multiresolution gray-scale and rotation invariant
/// texture classification with local binary patterns*, IEEE PAMI 24(7),
/// [doi:10.1109/TPAMI.2002.1017623](https://doi.org/10.1109/TPAMI.2002.1017623).
#[derive(Debug, Clone)]
pub struct Lbp {
    config: LbpConfig,
    points: Vec<Point>,
    table: Vec<u32>,
    /// Levels with a black frame, and its width.
    padded: Vec<f64>,
    line: Vec<f64>,
    codes: Vec<u32>,
}

/// The pixels around a point of the circle, from the centre, and their shares.
#[derive(Debug, Clone, Copy)]
struct Point {
    row: isize,
    column: isize,
    down: f64,
    right: f64,
}

impl Lbp {
    /// A descriptor of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless there are 1 to 24 points and the radius is above 0 to 64.
    pub fn new(config: LbpConfig) -> Result<Self, ImageError> {
        if !(1..=24).contains(&config.n_points) {
            return Err(ImageError::Parameter {
                name: "n_points",
                value: config.n_points as f64,
                allowed: "1 to 24",
            });
        }
        if !(config.radius > 0.0 && config.radius <= 64.0) {
            return Err(ImageError::Parameter {
                name: "radius",
                value: config.radius,
                allowed: "above 0 to 64",
            });
        }
        let points = (0..config.n_points).map(|point| {
            let angle = std::f64::consts::TAU * point as f64 / config.n_points as f64;
            // Five digits, as the peer keeps.
            let rounded = |value: f64| (value * 1e5).round_ties_even() / 1e5;
            let row = rounded(-config.radius * angle.sin());
            let column = rounded(config.radius * angle.cos());
            Point {
                row: row.floor() as isize,
                column: column.floor() as isize,
                down: row - row.floor(),
                right: column - column.floor(),
            }
        });
        let mut lbp = Self {
            points: points.collect(),
            table: Vec::new(),
            padded: Vec::new(),
            line: Vec::new(),
            codes: Vec::new(),
            config,
        };
        if lbp.config.n_points <= MAX_TABLE_POINTS {
            lbp.table = (0..1 << lbp.config.n_points)
                .map(|bits| lbp.code(bits))
                .collect();
        }
        Ok(lbp)
    }

    /// How many codes there are.
    pub fn n_codes(&self) -> usize {
        let points = self.config.n_points;
        match self.config.method {
            LbpMethod::Default | LbpMethod::RotationInvariant => 1 << points,
            LbpMethod::Uniform => points + 2,
            LbpMethod::UniformByRotation => points * (points - 1) + 3,
        }
    }

    /// The code of each pixel, `[rows, columns]`.
    pub fn compute<T: Sample>(&mut self, plane: Plane<'_, T>) -> Array2<u32> {
        let mut out = Array2::zeros((plane.height(), plane.width()));
        let slice = out
            .as_slice_mut()
            .expect("a new array is in standard layout");
        self.fill(plane, slice);
        out
    }

    /// [`compute`](Self::compute) into `out`, row by row; allocates nothing after the first picture
    /// of a size.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] unless `out` has one element for each pixel.
    pub fn compute_into<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        out: &mut [u32],
    ) -> Result<(), ImageError> {
        plane.check_out(out)?;
        self.fill(plane, out);
        Ok(())
    }

    /// The share of each code in each cell of a grid, `[grid_rows · grid_columns, codes]`, cells
    /// row by row. Cells differ by a pixel where the grid does not divide the picture.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a grid without a cell, or of more than 65,536 codes per cell,
    /// [`ImageError::TooSmall`] where a cell would have no pixel.
    pub fn histograms<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        grid_rows: usize,
        grid_columns: usize,
    ) -> Result<Array2<f32>, ImageError> {
        let (width, height) = (plane.width(), plane.height());
        if grid_rows == 0 || grid_columns == 0 || self.n_codes() > 1 << 16 {
            return Err(ImageError::Parameter {
                name: "cells times codes",
                value: (grid_rows * grid_columns * self.n_codes()) as f64,
                allowed: "at least one cell, of at most 65536 codes",
            });
        }
        if height < grid_rows || width < grid_columns {
            return Err(ImageError::TooSmall {
                width,
                height,
                min_width: grid_columns,
                min_height: grid_rows,
            });
        }
        let mut codes = std::mem::take(&mut self.codes);
        codes.resize(plane.len(), 0);
        self.fill(plane, &mut codes);
        let mut out = Array2::zeros((grid_rows * grid_columns, self.n_codes()));
        let border = |index: usize, cells: usize, len: usize| index * len / cells;
        for (cell, mut histogram) in out.outer_iter_mut().enumerate() {
            let (row, column) = (cell / grid_columns, cell % grid_columns);
            let rows = border(row, grid_rows, height)..border(row + 1, grid_rows, height);
            let left = border(column, grid_columns, width);
            let right = border(column + 1, grid_columns, width);
            let count = (rows.len() * (right - left)) as f32;
            for row in rows {
                for &code in &codes[row * width..][left..right] {
                    histogram[code as usize] += 1.0;
                }
            }
            histogram /= count;
        }
        self.codes = codes;
        Ok(out)
    }

    fn fill<T: Sample>(&mut self, plane: Plane<'_, T>, out: &mut [u32]) {
        let (width, frame, stride) = self.pad(plane);
        for (row, codes) in out.chunks_exact_mut(width).enumerate() {
            codes.fill(0);
            let centre = (row + frame) * stride + frame;
            for (bit, &point) in self.points.iter().enumerate() {
                interpolate(&self.padded, centre, stride, point, &mut self.line);
                let pixels = self.line.iter().zip(&self.padded[centre..]);
                for (code, (value, centre)) in codes.iter_mut().zip(pixels) {
                    *code |= u32::from(value >= centre) << bit;
                }
            }
            if self.table.is_empty() {
                codes.iter_mut().for_each(|bits| *bits = self.code(*bits));
            } else if self.config.method != LbpMethod::Default {
                codes
                    .iter_mut()
                    .for_each(|bits| *bits = self.table[*bits as usize]);
            }
        }
    }

    /// Puts the levels into a black frame; its width and the distance of the rows.
    fn pad<T: Sample>(&mut self, plane: Plane<'_, T>) -> (usize, usize, usize) {
        let width = plane.width();
        let frame = self.config.radius.ceil() as usize + 1;
        let stride = width + 2 * frame;
        self.padded.clear();
        self.padded
            .resize(stride * (plane.height() + 2 * frame), 0.0);
        let rows = self.padded.chunks_exact_mut(stride).skip(frame);
        for (padded, row) in rows.zip(plane.rows()) {
            for (level, sample) in padded[frame..].iter_mut().zip(row) {
                *level = sample.to_f64();
            }
        }
        self.line.resize(width, 0.0);
        (width, frame, stride)
    }

    fn code(&self, bits: u32) -> u32 {
        let points = self.config.n_points as u32;
        let mask = (1 << points) - 1;
        let ones = bits.count_ones();
        let changes = ((bits ^ (bits >> 1)) & (mask >> 1)).count_ones();
        match self.config.method {
            LbpMethod::Default => bits,
            LbpMethod::RotationInvariant => (0..points)
                .map(|by| ((bits >> by) | (bits << (points - by))) & mask)
                .min()
                .unwrap_or(bits),
            LbpMethod::Uniform if changes <= 2 => ones,
            LbpMethod::Uniform => points + 1,
            LbpMethod::UniformByRotation if changes > 2 => points * (points - 1) + 2,
            LbpMethod::UniformByRotation if ones == 0 => 0,
            LbpMethod::UniformByRotation if ones == points => points * (points - 1) + 1,
            LbpMethod::UniformByRotation => {
                let rotation = if bits & 1 == 1 {
                    ones.wrapping_sub(bits.trailing_ones())
                } else {
                    points - bits.trailing_zeros()
                };
                1 + (ones - 1) * points + rotation
            }
        }
    }
}

/// The levels of a row at a point of the circle.
fn interpolate(padded: &[f64], centre: usize, stride: usize, point: Point, line: &mut [f64]) {
    let start = centre.wrapping_add_signed(point.row * stride as isize + point.column);
    let width = line.len();
    let Point { down, right, .. } = point;
    let upper = &padded[start..][..width + 1];
    if down == 0.0 && right == 0.0 {
        line.copy_from_slice(&upper[..width]);
        return;
    }
    let lower = &padded[start + stride..][..width + 1];
    let (left_share, upper_share) = (1.0 - right, 1.0 - down);
    let pairs = upper
        .iter()
        .zip(&upper[1..])
        .zip(lower.iter().zip(&lower[1..]));
    for (value, ((a, b), (c, d))) in line.iter_mut().zip(pairs) {
        *value = upper_share * (left_share * a + right * b) + down * (left_share * c + right * d);
    }
}

/// The local variance of the points of a circle, `[rows, columns]`, as scikit-image's method `var`;
/// NaN where all points are equal. It is invariant to a shift of the levels.
///
/// # Errors
/// Those of [`Lbp::new`].
#[doc(alias = "var")]
pub fn local_variance<T: Sample>(
    plane: Plane<'_, T>,
    n_points: usize,
    radius: f64,
) -> Result<Array2<f64>, ImageError> {
    let mut lbp = Lbp::new(LbpConfig {
        n_points,
        radius,
        method: LbpMethod::Default,
    })?;
    let (_, frame, stride) = lbp.pad(plane);
    let mut out = Array2::zeros((plane.height(), plane.width()));
    for (row, mut out) in out.outer_iter_mut().enumerate() {
        let mut sums = vec![0.0; plane.width()];
        let centre = (row + frame) * stride + frame;
        for &point in &lbp.points {
            interpolate(&lbp.padded, centre, stride, point, &mut lbp.line);
            for ((sum, squares), value) in sums.iter_mut().zip(&mut out).zip(&lbp.line) {
                *sum += value;
                *squares += value * value;
            }
        }
        let count = n_points as f64;
        for (sum, squares) in sums.iter().zip(&mut out) {
            let variance = (*squares - sum * sum / count) / count;
            *squares = if variance == 0.0 { f64::NAN } else { variance };
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lbp(n_points: usize, method: LbpMethod) -> Lbp {
        Lbp::new(LbpConfig {
            n_points,
            method,
            ..LbpConfig::default()
        })
        .unwrap()
    }

    #[test]
    fn all_codes_occur_and_no_other() {
        for method in [LbpMethod::Uniform, LbpMethod::UniformByRotation] {
            let lbp = lbp(8, method);
            let mut codes: Vec<_> = lbp.table.clone();
            codes.sort_unstable();
            codes.dedup();
            assert!(
                codes.iter().all(|code| (*code as usize) < lbp.n_codes()),
                "{method:?}"
            );
        }
        assert_eq!(lbp(8, LbpMethod::UniformByRotation).n_codes(), 59);
    }

    proptest! {
        #[test]
        fn a_shift_of_all_levels_changes_no_inner_code(
            levels in prop::collection::vec(0_u8..200, 63), shift in 0_u8..55,
        ) {
            let mut lbp = lbp(8, LbpMethod::RotationInvariant);
            let shifted: Vec<u8> = levels.iter().map(|level| level + shift).collect();
            let before = lbp.compute(Plane::new(&levels, 9, 7).unwrap());
            let after = lbp.compute(Plane::new(&shifted, 9, 7).unwrap());
            let differ = before.indexed_iter().filter(|((r, c), code)| {
                (1..6).contains(r) && (1..8).contains(c) && after[[*r, *c]] != **code
            });
            // Only a tie after interpolation may go either way, and ties are rare.
            prop_assert!(differ.count() <= 3);
        }

        #[test]
        fn histograms_sum_to_one(
            levels in prop::collection::vec(any::<u8>(), 63), rows in 1_usize..7, columns in 1_usize..9,
        ) {
            let mut lbp = lbp(8, LbpMethod::Uniform);
            let plane = Plane::new(&levels, 9, 7).unwrap();
            for histogram in lbp.histograms(plane, rows, columns).unwrap().outer_iter() {
                prop_assert!((histogram.sum() - 1.0).abs() < 1e-5);
            }
        }
    }
}
