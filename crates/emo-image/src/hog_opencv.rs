use ndarray::Array1;

use crate::{Border, ImageError, Plane, error::check_ranges, plane::check_len};

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
    magnitude: Vec<f32>,
    angle: Vec<f32>,
    /// Of a cell's row of pixels, `[bins + 1][parts]`.
    line: Vec<[f32; PARTS]>,
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
            magnitude: Vec::new(),
            angle: Vec::new(),
            line: Vec::new(),
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
        for line in [
            &mut self.dx,
            &mut self.dy,
            &mut self.magnitude,
            &mut self.angle,
        ] {
            line.resize(width, 0.0);
        }
        self.line.resize(n_bins + 1, [0.0; PARTS]);
        out.fill(0.0);
        for row in 0..rows * cell {
            self.gradients(plane, row);
            for column in 0..columns {
                self.share(column * cell);
                self.add(column, row, columns, rows, out);
            }
        }
        for block in out.chunks_exact_mut(4 * n_bins) {
            normalise(block);
        }
        Ok(())
    }

    /// Magnitude and direction, in bins, of each pixel of a row.
    fn gradients(&mut self, plane: Plane<'_, u8>, row: usize) {
        let (width, height) = (plane.width(), plane.height());
        let near = |index: usize, step: isize, len: usize| {
            let index = Border::Reflect101.index(index as isize + step, len);
            index.unwrap_or(0)
        };
        let here = plane.row(row);
        let above = plane.row(near(row, -1, height));
        let below = plane.row(near(row, 1, height));
        for (dx, pair) in self.dx[1..].iter_mut().zip(here.windows(3)) {
            *dx = f32::from(pair[2]) - f32::from(pair[0]);
        }
        for column in [0, width - 1] {
            let right = here[near(column, 1, width)];
            self.dx[column] = f32::from(right) - f32::from(here[near(column, -1, width)]);
        }
        for (dy, (above, below)) in self.dy.iter_mut().zip(above.iter().zip(below)) {
            *dy = f32::from(*below) - f32::from(*above);
        }
        let pairs = self.dx.iter().zip(&self.dy);
        for (magnitude, (dx, dy)) in self.magnitude.iter_mut().zip(pairs.clone()) {
            *magnitude = (dx * dx + dy * dy).sqrt();
        }
        let scale = self.config.n_bins as f32 / 180.0;
        for (angle, (dx, dy)) in self.angle.iter_mut().zip(pairs) {
            let degrees = degrees(*dx, *dy);
            let degrees = if degrees >= 180.0 {
                degrees - 180.0
            } else {
                degrees
            };
            *angle = degrees * scale + 0.5;
        }
    }

    /// Shares the pixels of a cell's row among directions and parts.
    fn share(&mut self, start: usize) {
        let HogOpenCvConfig { n_bins, cell } = self.config;
        self.line.fill([0.0; PARTS]);
        let magnitudes = &self.magnitude[start..start + cell];
        let angles = &self.angle[start..start + cell];
        for ((magnitude, angle), weights) in magnitudes.iter().zip(angles).zip(&self.weights) {
            // Directions are counted from the middle of the one before the first.
            let bin = (*angle as usize).min(n_bins);
            let upper = magnitude * (angle - bin as f32);
            let lower = magnitude - upper;
            let low = if bin == 0 { n_bins - 1 } else { bin - 1 };
            let high = if bin == n_bins { 0 } else { bin };
            self.line[low] = sum_of(self.line[low], lower, weights);
            self.line[high] = sum_of(self.line[high], upper, weights);
        }
    }

    /// Adds the shares of a cell's row to the blocks that the cell is part of.
    fn add(&self, column: usize, row: usize, columns: usize, rows: usize, out: &mut [f32]) {
        let HogOpenCvConfig { n_bins, cell } = self.config;
        let cell_row = row / cell;
        let weights = self.weights[row % cell];
        let in_blocks = |index: usize, cells: usize| {
            // As the second cell of the block before, as the first of its own.
            let before = index.checked_sub(1).map(|block| (block, 0));
            let own = (index + 1 < cells).then_some((index, 2));
            before.into_iter().chain(own)
        };
        for (block_column, across) in in_blocks(column, columns) {
            for (block_row, down) in in_blocks(cell_row, rows) {
                let block = (block_column * (rows - 1) + block_row) * 4 * n_bins;
                for (x, y) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let weight = weights[down + y];
                    let out = &mut out[block + (2 * x + y) * n_bins..][..n_bins];
                    for (sum, shares) in out.iter_mut().zip(&self.line) {
                        *sum += weight * shares[across + x];
                    }
                }
            }
        }
    }
}

fn sum_of(sums: [f32; PARTS], share: f32, weights: &[f32; PARTS]) -> [f32; PARTS] {
    std::array::from_fn(|part| sums[part] + share * weights[part])
}

/// The direction of a gradient from 0 to 360°, by a polynomial of the seventh degree.
fn degrees(x: f32, y: f32) -> f32 {
    const C: [f32; 4] = [57.283_627, -18.667_446, 8.914_000_5, -2.539_724_6];
    let (across, down) = (x.abs(), y.abs());
    let (least, most) = (across.min(down), across.max(down));
    let ratio = least / (most + f32::EPSILON);
    let squared = ratio * ratio;
    let eighth = (((C[3] * squared + C[2]) * squared + C[1]) * squared + C[0]) * ratio;
    let quarter = if down > across { 90.0 - eighth } else { eighth };
    let half = if x < 0.0 { 180.0 - quarter } else { quarter };
    if y < 0.0 { 360.0 - half } else { half }
}

fn normalise(block: &mut [f32]) {
    let length = |block: &[f32]| block.iter().map(|value| value * value).sum::<f32>().sqrt();
    let scale = 1.0 / (length(block) + 0.1 * block.len() as f32);
    block
        .iter_mut()
        .for_each(|value| *value = (*value * scale).min(CLIP));
    let scale = 1.0 / (length(block) + 1e-3);
    block.iter_mut().for_each(|value| *value *= scale);
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
