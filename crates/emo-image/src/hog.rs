use ndarray::Array1;

use crate::{ImageError, Plane, Sample, error::check_ranges, plane::check_len};

/// How the histograms of a block are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BlockNorm {
    /// Over the sum of magnitudes.
    L1,
    /// The square root of [`L1`](Self::L1).
    L1Sqrt,
    /// Over the Euclidean length.
    L2,
    /// [`L2`](Self::L2), clipped at 0.2, and [`L2`](Self::L2) again.
    #[default]
    L2Hys,
}

/// What is described, and how.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HogConfig {
    /// Directions from 0 to 180°, 1 to 64; default 9.
    #[doc(alias = "orientations")]
    pub n_bins: usize,
    /// Side of a cell in pixels; default 8.
    #[doc(alias = "pixels_per_cell")]
    pub cell: usize,
    /// Side of a block in cells; default 2. Blocks lie one cell apart.
    #[doc(alias = "cells_per_block")]
    pub block: usize,
    /// The normalisation of a block; default [`BlockNorm::L2Hys`].
    pub norm: BlockNorm,
    /// Whether the square root of the levels is taken first; default false.
    #[doc(alias = "transform_sqrt")]
    pub sqrt: bool,
}

impl Default for HogConfig {
    fn default() -> Self {
        Self {
            n_bins: 9,
            cell: 8,
            block: 2,
            norm: BlockNorm::L2Hys,
            sqrt: false,
        }
    }
}

/// Histograms of oriented gradients as scikit-image's `feature.hog` computes them.
///
/// The result is a row of blocks; of each block, its cells row by row; of each cell, one value per
/// direction. Gradients on the picture's frame count as 0. A pixel falls into one direction and one
/// cell. [`HogOpenCv`](crate::HogOpenCv) shares each among its neighbours.
///
/// # Example
/// ```
/// use emo_image::{Hog, HogConfig, Plane};
///
/// let levels = vec![0_u8; 64 * 64];
/// let mut hog = Hog::new(HogConfig::default())?;
/// assert_eq!(hog.compute(Plane::new(&levels, 64, 64)?)?.len(), 1764);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// N. Dalal, B. Triggs, 2005, *Histograms of oriented gradients for human detection*, CVPR,
/// [doi:10.1109/CVPR.2005.177](https://doi.org/10.1109/CVPR.2005.177).
#[derive(Debug, Clone)]
pub struct Hog {
    config: HogConfig,
    /// Cosine and sine of the borders between directions.
    borders: Vec<(f64, f64)>,
    /// Single precision, as the peer's sums are.
    cells: Vec<f32>,
    lines: Lines,
}

#[derive(Debug, Clone, Default)]
struct Lines {
    above: Vec<f64>,
    here: Vec<f64>,
    below: Vec<f64>,
    dx: Vec<f64>,
    dy: Vec<f64>,
    squared: Vec<f64>,
    magnitude: Vec<f64>,
    bins: Vec<f64>,
}

impl Hog {
    /// A descriptor of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless there are 1 to 64 directions, cells of 1 to 8192 pixels and
    /// blocks of 1 to 64 cells.
    pub fn new(config: HogConfig) -> Result<Self, ImageError> {
        check_ranges([
            ("n_bins", config.n_bins as f64, 1.0..=64.0, "1 to 64"),
            (
                "cell",
                config.cell as f64,
                1.0..=crate::MAX_SIDE as f64,
                "1 to 8192",
            ),
            ("block", config.block as f64, 1.0..=64.0, "1 to 64"),
        ])?;
        let borders = (1..config.n_bins).map(|border| match 4 * border {
            // The diagonals exactly, on which whole numbers lie.
            eighth if eighth == config.n_bins => (1.0, 1.0),
            eighth if eighth == 3 * config.n_bins => (-1.0, 1.0),
            eighth if eighth == 2 * config.n_bins => (0.0, 1.0),
            _ => {
                let (sin, cos) =
                    (std::f64::consts::PI * border as f64 / config.n_bins as f64).sin_cos();
                (cos, sin)
            }
        });
        Ok(Self {
            borders: borders.collect(),
            config,
            cells: Vec::new(),
            lines: Lines::default(),
        })
    }

    /// How many values a picture of the given size has.
    ///
    /// # Errors
    /// [`ImageError::TooSmall`] where not one block fits.
    pub fn len_for(&self, width: usize, height: usize) -> Result<usize, ImageError> {
        let HogConfig {
            cell,
            block,
            n_bins,
            ..
        } = self.config;
        let blocks = |len: usize| (len / cell + 1).saturating_sub(block);
        if blocks(width) == 0 || blocks(height) == 0 {
            return Err(ImageError::TooSmall {
                width,
                height,
                min_width: cell * block,
                min_height: cell * block,
            });
        }
        Ok(blocks(width) * blocks(height) * block * block * n_bins)
    }

    /// The descriptor of a grey picture.
    ///
    /// # Errors
    /// [`ImageError::TooSmall`] where not one block fits.
    pub fn compute<T: Sample>(&mut self, plane: Plane<'_, T>) -> Result<Array1<f32>, ImageError> {
        self.compute_planes(&[plane])
    }

    /// The descriptor of a picture in colours: each pixel's gradient is that of the plane where it
    /// is the greatest.
    ///
    /// # Errors
    /// [`ImageError::TooSmall`] where not one block fits, [`ImageError::Parameter`] without a
    /// plane, [`ImageError::BufferLen`] where the planes differ in size.
    pub fn compute_planes<T: Sample>(
        &mut self,
        planes: &[Plane<'_, T>],
    ) -> Result<Array1<f32>, ImageError> {
        let first = first_plane(planes)?;
        let mut out = Array1::zeros(self.len_for(first.width(), first.height())?);
        let slice = out
            .as_slice_mut()
            .expect("a new array is in standard layout");
        self.compute_planes_into(planes, slice)?;
        Ok(out)
    }

    /// [`compute`](Self::compute) into `out`; allocates nothing after the first picture of a size.
    ///
    /// # Errors
    /// Those of [`compute`](Self::compute), and [`ImageError::BufferLen`] unless `out` has
    /// [`len_for`](Self::len_for) elements.
    pub fn compute_into<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        out: &mut [f32],
    ) -> Result<(), ImageError> {
        self.compute_planes_into(&[plane], out)
    }

    fn compute_planes_into<T: Sample>(
        &mut self,
        planes: &[Plane<'_, T>],
        out: &mut [f32],
    ) -> Result<(), ImageError> {
        let first = first_plane(planes)?;
        let (width, height) = (first.width(), first.height());
        check_len("the descriptor", out.len(), self.len_for(width, height)?)?;
        for plane in planes {
            check_len("a plane", plane.len(), first.len())?;
            check_len("a row", plane.width(), width)?;
        }
        let HogConfig { cell, n_bins, .. } = self.config;
        let (columns, rows) = (width / cell, height / cell);
        self.cells.clear();
        self.cells.resize(columns * rows * n_bins, 0.0);
        self.lines.resize(width);
        for row in 0..rows * cell {
            self.lines.gradients(planes, row, self.config.sqrt);
            self.lines.directions(&self.borders);
            let cells = &mut self.cells[row / cell * columns * n_bins..][..columns * n_bins];
            let pixels = self.lines.magnitude.chunks_exact(cell);
            let pixels = pixels.zip(self.lines.bins.chunks_exact(cell));
            for (histogram, (magnitudes, bins)) in cells.chunks_exact_mut(n_bins).zip(pixels) {
                for (magnitude, bin) in magnitudes.iter().zip(bins) {
                    let sum = &mut histogram[*bin as usize];
                    *sum = (f64::from(*sum) + magnitude) as f32;
                }
            }
        }
        let count = (cell * cell) as f32;
        self.cells.iter_mut().for_each(|value| *value /= count);
        self.normalise(columns, rows, out);
        Ok(())
    }

    fn normalise(&self, columns: usize, rows: usize, out: &mut [f32]) {
        let HogConfig {
            block,
            n_bins,
            norm,
            ..
        } = self.config;
        let mut out = out.chunks_exact_mut(block * block * n_bins);
        for row in 0..=rows - block {
            for column in 0..=columns - block {
                let values = || {
                    (row..row + block)
                        .flat_map(|row| {
                            &self.cells[(row * columns + column) * n_bins..][..block * n_bins]
                        })
                        .map(|value| f64::from(*value))
                };
                let out = out.next().expect("the length was checked");
                write_block(values, norm, out);
            }
        }
    }
}

/// Normalises `values` into `out`.
fn write_block<I: Iterator<Item = f64>>(values: impl Fn() -> I, norm: BlockNorm, out: &mut [f32]) {
    const EPSILON: f64 = 1e-5;
    const CLIP: f64 = 0.2;
    let length = |sum: f64| (sum + EPSILON * EPSILON).sqrt();
    let write = |out: &mut [f32], f: &dyn Fn(f64) -> f64| {
        for (out, value) in out.iter_mut().zip(values()) {
            *out = f(value) as f32;
        }
    };
    match norm {
        BlockNorm::L1 | BlockNorm::L1Sqrt => {
            let scale = 1.0 / (values().sum::<f64>() + EPSILON);
            if norm == BlockNorm::L1 {
                write(out, &|value| value * scale);
            } else {
                write(out, &|value| (value * scale).sqrt());
            }
        }
        BlockNorm::L2 | BlockNorm::L2Hys => {
            let scale = 1.0 / length(values().map(|value| value * value).sum());
            if norm == BlockNorm::L2 {
                write(out, &|value| value * scale);
                return;
            }
            let clipped = |value: f64| (value * scale).min(CLIP);
            let again = values().map(|value| clipped(value) * clipped(value));
            let again = 1.0 / length(again.sum());
            write(out, &|value| clipped(value) * again);
        }
    }
}

fn first_plane<'a, T: Sample>(planes: &[Plane<'a, T>]) -> Result<Plane<'a, T>, ImageError> {
    planes.first().copied().ok_or(ImageError::Parameter {
        name: "the number of planes",
        value: 0.0,
        allowed: "1 or more",
    })
}

impl Lines {
    fn resize(&mut self, width: usize) {
        for line in [
            &mut self.above,
            &mut self.here,
            &mut self.below,
            &mut self.dx,
            &mut self.dy,
            &mut self.squared,
            &mut self.magnitude,
            &mut self.bins,
        ] {
            line.resize(width, 0.0);
        }
    }

    /// The gradient of each pixel of a row, and its magnitude.
    fn gradients<T: Sample>(&mut self, planes: &[Plane<'_, T>], row: usize, sqrt: bool) {
        self.squared.fill(-1.0);
        for plane in planes {
            let load = |line: &mut [f64], row: usize| {
                for (level, sample) in line.iter_mut().zip(plane.row(row)) {
                    *level = sample.to_f64();
                }
                if sqrt {
                    line.iter_mut().for_each(|level| *level = level.sqrt());
                }
            };
            load(&mut self.here, row);
            let inside = row > 0 && row + 1 < plane.height();
            if inside {
                load(&mut self.above, row - 1);
                load(&mut self.below, row + 1);
            } else {
                self.above.fill(0.0);
                self.below.fill(0.0);
            }
            if planes.len() == 1 {
                self.one_plane();
            } else {
                self.greatest_of_planes();
            }
        }
        for (magnitude, squared) in self.magnitude.iter_mut().zip(&self.squared) {
            *magnitude = squared.sqrt();
        }
    }

    fn one_plane(&mut self) {
        let width = self.here.len();
        self.dx[0] = 0.0;
        self.dx[width - 1] = 0.0;
        if width > 2 {
            let pairs = self.here.iter().zip(&self.here[2..]);
            for (dx, (left, right)) in self.dx[1..].iter_mut().zip(pairs) {
                *dx = right - left;
            }
        }
        let pairs = self.above.iter().zip(&self.below);
        for (dy, (above, below)) in self.dy.iter_mut().zip(pairs) {
            *dy = below - above;
        }
        let pairs = self.dx.iter().zip(&self.dy);
        for (squared, (dx, dy)) in self.squared.iter_mut().zip(pairs) {
            *squared = dx * dx + dy * dy;
        }
    }

    fn greatest_of_planes(&mut self) {
        let width = self.here.len();
        for column in 0..width {
            let dx = if column > 0 && column + 1 < width {
                self.here[column + 1] - self.here[column - 1]
            } else {
                0.0
            };
            let dy = self.below[column] - self.above[column];
            let squared = dx * dx + dy * dy;
            if squared > self.squared[column] {
                self.dx[column] = dx;
                self.dy[column] = dy;
                self.squared[column] = squared;
            }
        }
    }

    /// The direction of each gradient from 0 to 180°: the borders that it has passed.
    fn directions(&mut self, borders: &[(f64, f64)]) {
        for (dx, dy) in self.dx.iter_mut().zip(&mut self.dy) {
            // The half plane above, in which 0° is and 180° is not.
            let turned = *dy < 0.0 || (*dy == 0.0 && *dx < 0.0);
            let sign = if turned { -1.0 } else { 1.0 };
            *dx *= sign;
            *dy *= sign;
        }
        self.bins.fill(0.0);
        for &(cos, sin) in borders {
            let pixels = self.dx.iter().zip(&self.dy);
            for (bin, (dx, dy)) in self.bins.iter_mut().zip(pixels) {
                *bin += if dy * cos - dx * sin >= 0.0 { 1.0 } else { 0.0 };
            }
        }
        // A flat pixel has passed all borders; it weighs nothing.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_checked() {
        let mut hog = Hog::new(HogConfig::default()).unwrap();
        let levels = [0_u8; 256];
        assert!(hog.compute(Plane::new(&levels, 15, 16).unwrap()).is_err());
        let plane = Plane::new(&levels, 16, 16).unwrap();
        assert!(hog.compute_into(plane, &mut [0.0; 35]).is_err());
        assert!(hog.compute_into(plane, &mut [0.0; 36]).is_ok());
        assert!(hog.compute_planes::<u8>(&[]).is_err());
        for (n_bins, cell, block) in [(0, 8, 2), (9, 0, 2), (9, 8, 0), (9, usize::MAX, 2)] {
            let config = HogConfig {
                n_bins,
                cell,
                block,
                ..HogConfig::default()
            };
            assert!(Hog::new(config).is_err());
        }
    }

    #[test]
    fn a_slope_lies_in_its_direction() {
        // Rising to the right and below: 45°, the third of nine directions.
        let levels: Vec<u8> = (0..256).map(|i| (i % 16 + i / 16) as u8).collect();
        let config = HogConfig {
            block: 1,
            norm: BlockNorm::L1,
            ..HogConfig::default()
        };
        let values = Hog::new(config).unwrap();
        let values = { values }
            .compute(Plane::new(&levels, 16, 16).unwrap())
            .unwrap();
        let middle = values.as_slice().unwrap()[..9].iter().copied().enumerate();
        let most = middle.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert_eq!(most.0, 2);
    }
}
