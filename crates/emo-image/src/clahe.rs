use ndarray::Array2;

use crate::{Border, ImageError, Plane, error::check_ranges, vectors::vectorised};

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
    /// The new level of each level, tile by tile.
    tables: Vec<[u8; 256]>,
    /// Of each run of columns between the same tiles, the tile to its left and the one to its right,
    /// and where it ends.
    runs: Vec<(usize, usize, usize)>,
    /// Of each run, between the tile rows at hand, the four new levels of each level as a word.
    words: Vec<[u32; 256]>,
    /// Of each pixel of a row, its four new levels.
    line: Vec<u32>,
    /// Of each column, the share of the tile to its right.
    shares: Vec<f32>,
}

impl Clahe {
    /// An equaliser of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless there are 1 to 256 tiles each way and the limit is 0 to 1000.
    pub fn new(config: ClaheConfig) -> Result<Self, ImageError> {
        check_ranges([
            (
                "clip_limit",
                f64::from(config.clip_limit),
                0.0..=1000.0,
                "0 to 1000",
            ),
            ("tiles_x", config.tiles_x as f64, 1.0..=256.0, "1 to 256"),
            ("tiles_y", config.tiles_y as f64, 1.0..=256.0, "1 to 256"),
        ])?;
        Ok(Self {
            config,
            tables: Vec::new(),
            runs: Vec::new(),
            words: Vec::new(),
            line: Vec::new(),
            shares: Vec::new(),
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
        let is_large = tile_width * tile_height > 2048;
        self.tables.clear();
        for tile_row in 0..tiles_y {
            for tile_column in 0..tiles_x {
                let (top, left) = (tile_row * tile_height, tile_column * tile_width);
                // Of large tiles neighbours are counted apart, so that equal levels do not wait for
                // each other.
                let lanes = if is_large { 4 } else { 1 };
                let mut parts = [[0_u32; 256]; 4];
                for row in top..top + tile_height {
                    let row = Border::Reflect101.index(row as isize, height).unwrap_or(0);
                    let levels = plane.row(row);
                    let end = left + tile_width;
                    let inside = &levels[left.min(width)..end.min(width)];
                    if lanes == 4 {
                        let (fours, rest) = inside.as_chunks::<4>();
                        for four in fours {
                            for (counts, level) in parts.iter_mut().zip(four) {
                                counts[usize::from(*level)] += 1;
                            }
                        }
                        rest.iter()
                            .for_each(|level| parts[0][usize::from(*level)] += 1);
                    } else {
                        inside
                            .iter()
                            .for_each(|level| parts[0][usize::from(*level)] += 1);
                    }
                    for column in left.max(width)..end {
                        let column = Border::Reflect101.index(column as isize, width);
                        parts[0][usize::from(levels[column.unwrap_or(0)])] += 1;
                    }
                }
                let [mut counts, others @ ..] = parts;
                for other in &others[..lanes - 1] {
                    counts
                        .iter_mut()
                        .zip(other)
                        .for_each(|(sum, count)| *sum += count);
                }
                let pixels = (tile_width * tile_height) as u32;
                self.tables
                    .push(table(counts, pixels, self.config.clip_limit));
            }
        }
        self.runs.clear();
        self.shares.clear();
        for column in 0..width {
            let (left, right, share) = between(column, tile_width, tiles_x);
            self.shares.push(share);
            match self.runs.last_mut() {
                Some(run) if (run.0, run.1) == (left, right) => run.2 = column + 1,
                _ => self.runs.push((left, right, column + 1)),
            }
        }
        self.line.resize(width, 0);
        let mut tile_rows = None;
        for (row, out) in out.chunks_exact_mut(width).enumerate() {
            let (upper, lower, down) = between(row, tile_height, tiles_y);
            let tables = |&(left, right, _): &(usize, usize, usize)| {
                let upper = &self.tables[upper * tiles_x..][..tiles_x];
                let lower = &self.tables[lower * tiles_x..][..tiles_x];
                [&upper[left], &upper[right], &lower[left], &lower[right]]
            };
            // Of small tiles few levels are looked up before the next.
            if is_large && tile_rows.replace((upper, lower)) != Some((upper, lower)) {
                self.words.resize(self.runs.len(), [0; 256]);
                for (words, run) in self.words.iter_mut().zip(&self.runs) {
                    pack(tables(run), words);
                }
            }
            let levels = plane.row(row);
            let mut start = 0;
            for (index, run) in self.runs.iter().enumerate() {
                let end = run.2;
                let line = self.line[start..end].iter_mut().zip(&levels[start..end]);
                if is_large {
                    let words = &self.words[index];
                    line.for_each(|(word, level)| *word = words[usize::from(*level)]);
                } else {
                    let tables = tables(run);
                    for (word, level) in line {
                        let levels = tables.map(|table| table[usize::from(*level)]);
                        *word = u32::from_le_bytes(levels);
                    }
                }
                start = end;
            }
            mix(&self.line, &self.shares, down, out);
        }
    }
}

vectorised! {
    fn pack(tables: [&[u8; 256]; 4], words: &mut [u32; 256]) {
        for i in 0..256 {
            let levels = [tables[0][i], tables[1][i], tables[2][i], tables[3][i]];
            words[i] = u32::from_le_bytes(levels);
        }
    }

    fn rounded(sums: &[u32; 256], scale: f32) -> [u8; 256] {
        let mut levels = [0; 256];
        for (level, sum) in levels.iter_mut().zip(sums) {
            *level = (*sum as i32 as f32 * scale + UNITS).to_bits() as u8;
        }
        levels
    }

    /// Levels between those of four tiles: upper left, upper right, lower left and lower right, from
    /// the lowest byte on.
    fn mix(words: &[u32], shares: &[f32], down: f32, out: &mut [u8]) {
        let n = out.len();
        let (words, shares) = (&words[..n], &shares[..n]);
        for i in 0..n {
            let across = shares[i];
            let (a, b) = ((words[i] & 0xFF) as i32, (words[i] >> 8 & 0xFF) as i32);
            let (c, d) = ((words[i] >> 16 & 0xFF) as i32, (words[i] >> 24) as i32);
            let upper = a as f32 * (1.0 - across) + b as f32 * across;
            let lower = c as f32 * (1.0 - across) + d as f32 * across;
            out[i] = (upper * (1.0 - down) + lower * down + UNITS).to_bits() as u8;
        }
    }
}

/// A number above which single precision has no fractions: the lowest bits of a sum with it are the
/// level rounded to even.
const UNITS: f32 = (1_u32 << 23) as f32;

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
    for count in &mut counts {
        sum += *count;
        *count = sum;
    }
    rounded(&counts, scale)
}
