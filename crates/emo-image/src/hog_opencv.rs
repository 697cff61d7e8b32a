use ndarray::Array1;

use crate::{
    Border, ImageError, Plane, error::check_ranges, plane::check_len, vectors::vectorised,
};

/// What [`HogOpenCv`] describes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HogOpenCvConfig {
    /// Directions from 0 to 180°, 1 to 64; default 9.
    pub n_bins: usize,
    /// Side of a cell in pixels, 1 to 256; default 8. A block has 2 × 2 cells and blocks lie one
    /// cell apart.
    pub cell: usize,
}

impl Default for HogOpenCvConfig {
    fn default() -> Self {
        Self { n_bins: 9, cell: 8 }
    }
}

/// The parts of a block that one pixel reaches: the block in which it lies right and the one in
/// which it lies left, and in each the left and the right cell.
const PARTS: usize = 4;
/// Where the clipping of L2-Hys is.
const CLIP: f32 = 0.2;

/// Histograms of oriented gradients as OpenCV's `HOGDescriptor` computes them.
///
/// Each pixel is shared between the two nearest directions and the four nearest cells and weighted
/// by a Gaussian about its block. The order is OpenCV's: blocks column by column, in each the cells
/// column by column, in each one value per direction. Beyond the edge the picture is mirrored about
/// its outermost pixels. Angles are approximated to 0.01°, as there.
///
/// # References
/// N. Dalal, B. Triggs, 2005, *Histograms of oriented gradients for human detection*, CVPR,
/// [doi:10.1109/CVPR.2005.177](https://doi.org/10.1109/CVPR.2005.177).
#[derive(Debug, Clone)]
pub struct HogOpenCv {
    config: HogOpenCvConfig,
    /// Of each pixel along a cell, the weights in its [`PARTS`].
    weights: Vec<[f32; PARTS]>,
    dx: Vec<f32>,
    dy: Vec<f32>,
    /// Of each pixel of a row: the bin that its direction lies before, and the shares of the bin
    /// before and of that one. Bins are counted from the middle of the one before the first.
    bins: Vec<u8>,
    lower: Vec<f32>,
    upper: Vec<f32>,
    /// Of a cell's row of pixels, `[bins][parts]`.
    line: Vec<[f32; PARTS]>,
    /// Of each cell of a row of pixels, `[cells][bins][2]`: what the left and the right cell get of
    /// the block in which the cell is left, and of the one in which it is right.
    as_left: Vec<[f32; 2]>,
    as_right: Vec<[f32; 2]>,
    /// `[blocks][bins][2]` of the upper and of the lower cells of the row of blocks in which the row
    /// of cells at hand is the lower one, and of that in which it is the upper one.
    blocks: [[Vec<[f32; 2]>; 2]; 2],
}

impl HogOpenCv {
    /// A descriptor of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless there are 1 to 64 directions and cells of 1 to 256 pixels.
    pub fn new(config: HogOpenCvConfig) -> Result<Self, ImageError> {
        check_ranges([
            ("n_bins", config.n_bins as f64, 1.0..=64.0, "1 to 64"),
            ("cell", config.cell as f64, 1.0..=256.0, "1 to 256"),
        ])?;
        let side = config.cell as f32;
        let weight = |pixel: usize, cell: f32| {
            let from_centre = pixel as f32 - side;
            // The standard deviation is half a cell.
            let gaussian = (-from_centre * from_centre * 2.0 / (side * side)).exp();
            let place = (pixel as f32 + 0.5) / side - 0.5;
            gaussian * (1.0 - (place - cell).abs()).max(0.0)
        };
        let weights = (0..config.cell).map(|pixel| {
            let right = pixel + config.cell;
            [
                weight(right, 0.0),
                weight(right, 1.0),
                weight(pixel, 0.0),
                weight(pixel, 1.0),
            ]
        });
        Ok(Self {
            weights: weights.collect(),
            config,
            dx: Vec::new(),
            dy: Vec::new(),
            bins: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            line: Vec::new(),
            as_left: Vec::new(),
            as_right: Vec::new(),
            blocks: Default::default(),
        })
    }

    /// How many values a picture of the given size has.
    ///
    /// # Errors
    /// [`ImageError::TooSmall`] where not one block fits. Columns and rows beyond the last whole
    /// cell only lend their neighbours' gradients.
    pub fn len_for(&self, width: usize, height: usize) -> Result<usize, ImageError> {
        let HogOpenCvConfig { n_bins, cell } = self.config;
        if width < 2 * cell || height < 2 * cell {
            return Err(ImageError::TooSmall {
                width,
                height,
                min_width: 2 * cell,
                min_height: 2 * cell,
            });
        }
        Ok((width / cell - 1) * (height / cell - 1) * 4 * n_bins)
    }

    /// The descriptor of a picture.
    ///
    /// # Errors
    /// [`ImageError::TooSmall`] where not one block fits.
    pub fn compute(&mut self, plane: Plane<'_, u8>) -> Result<Array1<f32>, ImageError> {
        let mut out = Array1::zeros(self.len_for(plane.width(), plane.height())?);
        let slice = out
            .as_slice_mut()
            .expect("a new array is in standard layout");
        self.compute_into(plane, slice)?;
        Ok(out)
    }

    /// [`compute`](Self::compute) into `out`; allocates nothing after the first picture of a size.
    ///
    /// # Errors
    /// Those of [`compute`](Self::compute), and [`ImageError::BufferLen`] unless `out` has
    /// [`len_for`](Self::len_for) elements.
    pub fn compute_into(
        &mut self,
        plane: Plane<'_, u8>,
        out: &mut [f32],
    ) -> Result<(), ImageError> {
        let (width, height) = (plane.width(), plane.height());
        check_len("the descriptor", out.len(), self.len_for(width, height)?)?;
        let HogOpenCvConfig { n_bins, cell } = self.config;
        let (columns, rows) = (width / cell, height / cell);
        let lines = [&mut self.dx, &mut self.dy, &mut self.lower, &mut self.upper];
        lines.into_iter().for_each(|line| line.resize(width, 0.0));
        self.bins.resize(width, 0);
        self.line.resize(n_bins, [0.0; PARTS]);
        for cells in [&mut self.as_left, &mut self.as_right] {
            cells.resize(columns * n_bins, [0.0; 2]);
        }
        for blocks in self.blocks.iter_mut().flatten() {
            blocks.clear();
            blocks.resize((columns - 1) * n_bins, [0.0; 2]);
        }
        for cell_row in 0..rows {
            for row in 0..cell {
                let weights = self.weights[row];
                self.gradients(plane, cell_row * cell + row);
                for column in 0..columns {
                    share(
                        (&self.bins, &self.lower, &self.upper),
                        column * cell,
                        &self.weights,
                        &mut self.line,
                    );
                    let cells = column * n_bins..(column + 1) * n_bins;
                    let as_left = self.as_left[cells.clone()].iter_mut();
                    let sides = as_left.zip(&mut self.as_right[cells]);
                    for ((as_left, as_right), shares) in sides.zip(&self.line) {
                        let [a, b, c, d] = *shares;
                        (*as_right, *as_left) = ([a, b], [c, d]);
                    }
                }
                let as_right = &self.as_right[n_bins..];
                for (blocks, weight) in self.blocks.as_flattened_mut().iter_mut().zip(weights) {
                    add(&self.as_left, as_right, weight, blocks);
                }
            }
            if let Some(block_row) = cell_row.checked_sub(1) {
                for column in 0..columns - 1 {
                    let block = (column * (rows - 1) + block_row) * 4 * n_bins;
                    let out = &mut out[block..block + 4 * n_bins];
                    for (y, cells) in self.blocks[0].iter().enumerate() {
                        let cells = &cells[column * n_bins..][..n_bins];
                        for (bin, [left, right]) in cells.iter().enumerate() {
                            out[y * n_bins + bin] = *left;
                            out[(2 + y) * n_bins + bin] = *right;
                        }
                    }
                }
            }
            self.blocks.swap(0, 1);
            self.blocks[1]
                .iter_mut()
                .for_each(|blocks| blocks.fill([0.0; 2]));
        }
        normalise(out, 4 * n_bins);
        Ok(())
    }

    /// The bins and shares of the pixels of a row.
    fn gradients(&mut self, plane: Plane<'_, u8>, row: usize) {
        let (width, height) = (plane.width(), plane.height());
        let near = |index: usize, step: isize, len: usize| {
            let index = Border::Reflect101.index(index as isize + step, len);
            index.unwrap_or(0)
        };
        let here = plane.row(row);
        let above = plane.row(near(row, -1, height));
        let below = plane.row(near(row, 1, height));
        differences(&here[..width - 2], &here[2..], &mut self.dx[1..]);
        for column in [0, width - 1] {
            let right = here[near(column, 1, width)];
            self.dx[column] = f32::from(right) - f32::from(here[near(column, -1, width)]);
        }
        differences(above, below, &mut self.dy);
        let HogOpenCv {
            dx,
            dy,
            bins,
            lower,
            upper,
            ..
        } = self;
        directions(dx, dy, self.config.n_bins, bins, lower, upper);
    }
}

/// Shares the pixels of a cell's row among directions and parts.
fn share(
    (bins, lower, upper): (&[u8], &[f32], &[f32]),
    start: usize,
    weights: &[[f32; PARTS]],
    line: &mut [[f32; PARTS]],
) {
    line.fill([0.0; PARTS]);
    let n_bins = line.len();
    let pixels = start..start + weights.len();
    let shares = lower[pixels.clone()].iter().zip(&upper[pixels.clone()]);
    for ((bin, (lower, upper)), weights) in bins[pixels].iter().zip(shares).zip(weights) {
        let bin = usize::from(*bin);
        let low = if bin == 0 { n_bins - 1 } else { bin - 1 };
        let high = if bin == n_bins { 0 } else { bin };
        line[low] = sum_of(line[low], *lower, weights);
        line[high] = sum_of(line[high], *upper, weights);
    }
}

fn sum_of(sums: [f32; PARTS], share: f32, weights: &[f32; PARTS]) -> [f32; PARTS] {
    std::array::from_fn(|part| sums[part] + share * weights[part])
}

vectorised! {
    fn differences(before: &[u8], after: &[u8], out: &mut [f32]) {
        for (out, (before, after)) in out.iter_mut().zip(before.iter().zip(after)) {
            *out = f32::from(*after) - f32::from(*before);
        }
    }

    /// The bins that directions lie before and the shares of magnitudes.
    fn directions(
        dx: &[f32], dy: &[f32], n_bins: usize, bins: &mut [u8], lower: &mut [f32], upper: &mut [f32],
    ) {
        /// A number above which single precision has no fractions.
        const UNITS: f32 = (1_u32 << 23) as f32;
        let n = bins.len();
        let (dx, dy, lower, upper) = (&dx[..n], &dy[..n], &mut lower[..n], &mut upper[..n]);
        let most = n_bins as f32;
        let scale = most / 180.0;
        for i in 0..n {
            let (x, y) = (dx[i], dy[i]);
            let magnitude = (x * x + y * y).sqrt();
            let degrees = degrees(x, y);
            let degrees = if degrees >= 180.0 { degrees - 180.0 } else { degrees };
            let angle = degrees * scale + 0.5;
            let nearest = angle + UNITS - UNITS;
            let before = nearest - if nearest > angle { 1.0 } else { 0.0 };
            let before = if before > most { most } else { before };
            upper[i] = magnitude * (angle - before);
            lower[i] = magnitude - upper[i];
            bins[i] = (before + UNITS).to_bits() as u8;
        }
    }

    /// Adds the shares of cells to the blocks in which they are left, and then to those in which they
    /// are right.
    fn add(as_left: &[[f32; 2]], as_right: &[[f32; 2]], weight: f32, blocks: &mut [[f32; 2]]) {
        let shares = as_left.as_flattened().iter().zip(as_right.as_flattened());
        for (sum, (left, right)) in blocks.as_flattened_mut().iter_mut().zip(shares) {
            *sum = *sum + weight * left + weight * right;
        }
    }

    fn scale(values: &mut [f32], factor: f32, most: f32) {
        for value in values {
            let scaled = *value * factor;
            *value = if scaled < most { scaled } else { most };
        }
    }
}

/// The direction of a gradient from 0 to 360°, by a polynomial of the seventh degree.
#[inline(always)]
fn degrees(x: f32, y: f32) -> f32 {
    const C: [f32; 4] = [57.283_627, -18.667_446, 8.914_000_5, -2.539_724_6];
    let (across, down) = (x.abs(), y.abs());
    let (least, most) = if down > across {
        (across, down)
    } else {
        (down, across)
    };
    let ratio = least / (most + f32::EPSILON);
    let squared = ratio * ratio;
    let eighth = (((C[3] * squared + C[2]) * squared + C[1]) * squared + C[0]) * ratio;
    let quarter = if down > across { 90.0 - eighth } else { eighth };
    let half = if x < 0.0 { 180.0 - quarter } else { quarter };
    if y < 0.0 { 360.0 - half } else { half }
}

/// Normalises blocks of `len` values, several at a time, whose sums do not wait for one another.
fn normalise(blocks: &mut [f32], len: usize) {
    const LANES: usize = 8;
    for blocks in blocks.chunks_mut(LANES * len) {
        let n = blocks.len() / len;
        let lengths = |blocks: &[f32]| {
            let mut sums = [0.0_f32; LANES];
            if n == LANES {
                for index in 0..len {
                    for (lane, sum) in sums.iter_mut().enumerate() {
                        let value = blocks[lane * len + index];
                        *sum += value * value;
                    }
                }
            } else {
                for (sum, block) in sums.iter_mut().zip(blocks.chunks_exact(len)) {
                    *sum = block.iter().fold(0.0, |sum, value| sum + value * value);
                }
            }
            sums.map(f32::sqrt)
        };
        let of_blocks = lengths(blocks);
        for (block, length) in blocks.chunks_exact_mut(len).zip(of_blocks) {
            scale(block, 1.0 / (length + 0.1 * len as f32), CLIP);
        }
        let of_blocks = lengths(blocks);
        for (block, length) in blocks.chunks_exact_mut(len).zip(of_blocks) {
            scale(block, 1.0 / (length + 1e-3), f32::INFINITY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_near() {
        for step in 0..720 {
            let exact = step as f32 / 2.0;
            let (sin, cos) = exact.to_radians().sin_cos();
            let actual = degrees(100.0 * cos, 100.0 * sin);
            let distance = (actual - exact + 180.0).rem_euclid(360.0) - 180.0;
            assert!(distance.abs() < 0.02, "{exact} gives {actual}");
        }
    }

    #[test]
    fn sizes_are_checked() {
        let mut hog = HogOpenCv::new(HogOpenCvConfig::default()).unwrap();
        let levels = [0_u8; 256];
        assert!(hog.compute(Plane::new(&levels, 15, 16).unwrap()).is_err());
        let plane = Plane::new(&levels, 16, 16).unwrap();
        assert!(hog.compute_into(plane, &mut [0.0; 37]).is_err());
        assert_eq!(hog.compute(plane).unwrap().len(), 36);
    }
}
