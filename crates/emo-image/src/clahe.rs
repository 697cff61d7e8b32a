use ndarray::Array2;

use crate::{Border, ImageError, Plane};

/// How contrast is evened out locally.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClaheConfig {
    /// How much steeper than the mean a tile's histogram may be, 0 to 1000; default 2. Zero does not
    /// limit it.
    pub clip_limit: f32,
    /// Tiles per row, 1 to 256; default 8.
    pub tiles_x: usize,
    /// Tiles per column, 1 to 256; default 8.
    pub tiles_y: usize,
}

impl Default for ClaheConfig {
    fn default() -> Self {
        Self {
            clip_limit: 2.0,
            tiles_x: 8,
            tiles_y: 8,
        }
    }
}

/// Contrast-limited adaptive histogram equalisation as OpenCV's `createCLAHE`.
///
/// # Example
/// ```
/// use emo_image::{Clahe, ClaheConfig, Plane};
///
/// let levels: Vec<u8> = (0..48 * 48).map(|i| (100 + i % 48) as u8).collect();
/// let mut clahe = Clahe::new(ClaheConfig::default())?;
/// assert_eq!(clahe.compute(Plane::new(&levels, 48, 48)?).dim(), (48, 48));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// K. Zuiderveld, 1994, *Contrast limited adaptive histogram equalization*, Graphics Gems IV,
/// [doi:10.1016/B978-0-12-336156-1.50061-6](https://doi.org/10.1016/B978-0-12-336156-1.50061-6).
#[derive(Debug, Clone)]
pub struct Clahe {
    config: ClaheConfig,
    tables: Vec<[u8; 256]>,
    /// Of each column, the tile to its left, the one to its right and the share of that.
    columns: Vec<(usize, usize, f32)>,
}

impl Clahe {
    /// An equaliser of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless there are 1 to 256 tiles each way and the limit is 0 to 1000.
    pub fn new(config: ClaheConfig) -> Result<Self, ImageError> {
        for (name, value, least, most, allowed) in [
            (
                "clip_limit",
                f64::from(config.clip_limit),
                0.0,
                1000.0,
                "0 to 1000",
            ),
            ("tiles_x", config.tiles_x as f64, 1.0, 256.0, "1 to 256"),
            ("tiles_y", config.tiles_y as f64, 1.0, 256.0, "1 to 256"),
        ] {
            if !(least..=most).contains(&value) {
                return Err(ImageError::Parameter {
                    name,
                    value,
                    allowed,
                });
            }
        }
        Ok(Self {
            config,
            tables: Vec::new(),
            columns: Vec::new(),
        })
    }

    /// The picture with local contrast, `[rows, columns]`.
    pub fn compute(&mut self, plane: Plane<'_, u8>) -> Array2<u8> {
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
    pub fn compute_into(&mut self, plane: Plane<'_, u8>, out: &mut [u8]) -> Result<(), ImageError> {
        plane.check_out(out)?;
        self.fill(plane, out);
        Ok(())
    }

    fn fill(&mut self, plane: Plane<'_, u8>, out: &mut [u8]) {
        let (width, height) = (plane.width(), plane.height());
        let (tiles_x, tiles_y) = (self.config.tiles_x, self.config.tiles_y);
        // Where one side does not divide, both are extended, one that divides by a pixel per tile.
        let divides = width % tiles_x == 0 && height % tiles_y == 0;
        let extra = usize::from(!divides);
        let (tile_width, tile_height) = (width / tiles_x + extra, height / tiles_y + extra);
        self.tables.clear();
        for tile_row in 0..tiles_y {
            for tile_column in 0..tiles_x {
                let (top, left) = (tile_row * tile_height, tile_column * tile_width);
                let mut counts = [0_u32; 256];
                for row in top..top + tile_height {
                    let row = Border::Reflect101.index(row as isize, height).unwrap_or(0);
                    let levels = plane.row(row);
                    let end = left + tile_width;
                    for &level in &levels[left.min(width)..end.min(width)] {
                        counts[usize::from(level)] += 1;
                    }
                    for column in left.max(width)..end {
                        let column = Border::Reflect101.index(column as isize, width);
                        counts[usize::from(levels[column.unwrap_or(0)])] += 1;
                    }
                }
                let pixels = (tile_width * tile_height) as u32;
                self.tables
                    .push(table(counts, pixels, self.config.clip_limit));
            }
        }
        self.columns.clear();
        self.columns
            .extend((0..width).map(|column| between(column, tile_width, tiles_x)));
        for (row, out) in out.chunks_exact_mut(width).enumerate() {
            let (upper, lower, down) = between(row, tile_height, tiles_y);
            let upper = &self.tables[upper * tiles_x..][..tiles_x];
            let lower = &self.tables[lower * tiles_x..][..tiles_x];
            let pixels = plane.row(row).iter().zip(&self.columns);
            for (out, (&level, &(left, right, across))) in out.iter_mut().zip(pixels) {
                let level = usize::from(level);
                let at = |tables: &[[u8; 256]]| {
                    f32::from(tables[left][level]) * (1.0 - across)
                        + f32::from(tables[right][level]) * across
                };
                *out = (at(upper) * (1.0 - down) + at(lower) * down).round_ties_even() as u8;
            }
        }
    }
}

/// The tiles before and after a pixel along an axis, and the share of the second.
fn between(index: usize, tile: usize, tiles: usize) -> (usize, usize, f32) {
    let place = index as f32 * (1.0 / tile as f32) - 0.5;
    let before = place.floor();
    let second = (before + 1.0) as usize;
    (
        before.max(0.0) as usize,
        second.min(tiles - 1),
        place - before,
    )
}

fn table(mut counts: [u32; 256], pixels: u32, clip_limit: f32) -> [u8; 256] {
    if clip_limit > 0.0 {
        let limit = ((f64::from(clip_limit) * f64::from(pixels) / 256.0) as u32).max(1);
        let mut clipped = 0;
        for count in &mut counts {
            clipped += count.saturating_sub(limit);
            *count = (*count).min(limit);
        }
        let (batch, rest) = (clipped / 256, clipped % 256);
        counts.iter_mut().for_each(|count| *count += batch);
        if rest > 0 {
            let step = (256 / rest as usize).max(1);
            let spread = counts.iter_mut().step_by(step).take(rest as usize);
            spread.for_each(|count| *count += 1);
        }
    }
    let scale = 255.0 / pixels as f32;
    let mut sum = 0;
    counts.map(|count| {
        sum += count;
        (sum as f32 * scale).round_ties_even() as u8
    })
}
