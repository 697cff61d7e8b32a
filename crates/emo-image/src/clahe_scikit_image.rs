use ndarray::Array2;

use crate::{
    Border, ImageError, Plane, Sample, error::check_ranges, plane::range, vectors::vectorised,
};

/// The levels that pictures are stretched to before equalisation.
const LEVELS: usize = 1 << 14;

/// How contrast is evened out locally.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClaheScikitImageConfig {
    /// The greatest share of a tile's pixels in one bin, 0 to 1; default 0.01. Zero does not limit
    /// it.
    pub clip_limit: f64,
    /// Columns and rows of a tile, or `None` for an eighth of the picture; default `None`.
    #[doc(alias = "kernel_size")]
    pub tile: Option<[usize; 2]>,
    /// Bins of a histogram, 2 to 4096; default 256.
    #[doc(alias = "nbins")]
    pub n_bins: usize,
}

impl Default for ClaheScikitImageConfig {
    fn default() -> Self {
        Self {
            clip_limit: 0.01,
            tile: None,
            n_bins: 256,
        }
    }
}

/// Contrast-limited adaptive histogram equalisation as scikit-image's `equalize_adapthist`.
///
/// Levels are stretched to 2¹⁴ steps first. Where [`Clahe`](crate::Clahe) has a fixed number of tiles and
/// spreads what it clips once, this has tiles of a fixed size and spreads until nothing is left.
///
/// # Example
/// ```
/// use emo_image::{ClaheScikitImage, ClaheScikitImageConfig, Plane};
///
/// let levels: Vec<u8> = (0..48 * 48).map(|i| (100 + i % 48) as u8).collect();
/// let mut clahe = ClaheScikitImage::new(ClaheScikitImageConfig::default())?;
/// let even = clahe.compute(Plane::new(&levels, 48, 48)?);
/// assert!(even.iter().all(|level| (0.0..=1.0).contains(level)));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// K. Zuiderveld, 1994, *Contrast limited adaptive histogram equalization*, Graphics Gems IV,
/// [doi:10.1016/B978-0-12-336156-1.50061-6](https://doi.org/10.1016/B978-0-12-336156-1.50061-6).
#[derive(Debug, Clone)]
#[doc(alias = "equalize_adapthist")]
pub struct ClaheScikitImage {
    config: ClaheScikitImageConfig,
    /// The bin of each pixel.
    bins: Vec<u16>,
    /// The new level of each bin of each tile, tile row by tile row, `[bins][tiles + 2]`: the outermost tiles stand twice.
    maps: Vec<u16>,
    histogram: Vec<i64>,
    /// The bin of each level after stretching.
    bin_of: Vec<u16>,
}

/// Tiles along an axis: the first begins at the first pixel, the last may end beyond the picture.
#[derive(Debug, Clone, Copy)]
struct Axis {
    len: usize,
    tile: usize,
    tiles: usize,
}

impl Axis {
    fn new(len: usize, tile: Option<usize>) -> Self {
        let tile = tile.unwrap_or((len / 8).max(1));
        let tiles = len.div_ceil(tile);
        Self { len, tile, tiles }
    }

    /// The tiles before and after a pixel, and how far it is from the first to the second.
    fn between(self, index: usize) -> ([usize; 2], f64) {
        let place = index + self.tile / 2;
        let (after, offset) = (place / self.tile, place % self.tile);
        let tiles = [after.saturating_sub(1), after].map(|tile| tile.min(self.tiles - 1));
        (tiles, offset as f64 / self.tile as f64)
    }
}

impl ClaheScikitImage {
    /// An equaliser of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless the limit is 0 to 1, there are 2 to 4096 bins and a tile has
    /// 1 to 8192 columns and rows.
    pub fn new(config: ClaheScikitImageConfig) -> Result<Self, ImageError> {
        let tile = config.tile.unwrap_or([1, 1]);
        check_ranges([
            ("clip_limit", config.clip_limit, 0.0..=1.0, "0 to 1"),
            ("n_bins", config.n_bins as f64, 2.0..=4096.0, "2 to 4096"),
            (
                "columns of a tile",
                tile[0] as f64,
                1.0..=8192.0,
                "1 to 8192",
            ),
            ("rows of a tile", tile[1] as f64, 1.0..=8192.0, "1 to 8192"),
        ])?;
        Ok(Self {
            config,
            bins: Vec::new(),
            maps: Vec::new(),
            histogram: Vec::new(),
            bin_of: Vec::new(),
        })
    }

    /// The picture with local contrast, `[rows, columns]`, its levels stretched to 0 to 1.
    ///
    /// Of a picture that comes out flat, all levels are 1, or 0 where they were 0 before.
    pub fn compute<T: Sample>(&mut self, plane: Plane<'_, T>) -> Array2<f32> {
        let tile = self.config.tile;
        let columns = Axis::new(plane.width(), tile.map(|tile| tile[0]));
        let rows = Axis::new(plane.height(), tile.map(|tile| tile[1]));
        self.sort_into_bins(plane);
        self.map_tiles(columns, rows);
        let shares: Vec<f64> = (0..columns.len).map(|i| columns.between(i).1).collect();
        let pitch = columns.tiles + 2;
        let mut out = Array2::zeros((rows.len, columns.len));
        let levels = out
            .as_slice_mut()
            .expect("a new array is in standard layout");
        let mut pairs = [(); 2].map(|()| vec![0_u32; columns.len]);
        let lines = levels
            .chunks_exact_mut(columns.len)
            .zip(self.bins.chunks_exact(columns.len));
        for (row, (out, bins)) in lines.enumerate() {
            let (tiles, down) = rows.between(row);
            for (pairs, tile) in pairs.iter_mut().zip(tiles) {
                let maps = &self.maps[tile * pitch * self.config.n_bins..];
                // Runs of columns between the same two tiles.
                let first = columns.tile - columns.tile / 2;
                let ends = (0..=columns.tiles).map(|tile| first + tile * columns.tile);
                let mut start = 0;
                for (tile, end) in ends.enumerate() {
                    let end = end.min(columns.len);
                    let run = pairs[start..end].iter_mut().zip(&bins[start..end]);
                    for (pair, bin) in run {
                        let levels = maps[usize::from(*bin) * pitch + tile..].first_chunk();
                        let [left, right] = *levels.unwrap_or(&[0; 2]);
                        *pair = u32::from(left) | u32::from(right) << 16;
                    }
                    start = end;
                }
            }
            let [upper, lower] = &pairs;
            mix(upper, lower, &shares, down, out);
        }
        let (least, most) = range([out.as_slice().unwrap_or(&[])].into_iter());
        stretch(out.as_slice_mut().unwrap_or(&mut []), least, most);
        out
    }

    /// Stretches the levels to the whole range and takes their bins.
    fn sort_into_bins<T: Sample>(&mut self, plane: Plane<'_, T>) {
        // As 16 bits, to which the peer goes first.
        let sixteen = |sample: T| (sample.to_f32() * 257.0 + 0.5) as u16;
        let (least, most) = range(plane.rows());
        let (least, most) = (sixteen(least), sixteen(most));
        let per_bin = 1 + LEVELS / self.config.n_bins;
        self.bin_of.clear();
        self.bin_of
            .extend((0..LEVELS).map(|level| (level / per_bin) as u16));
        let top = (LEVELS - 1) as f64;
        let range = f64::from(most.saturating_sub(least));
        let bin = |level: u16| {
            let stretched = if range > 0.0 {
                f64::from(level.saturating_sub(least)) / range * top
            } else {
                f64::from(level).min(top)
            };
            self.bin_of[(round_even(stretched) as usize).min(LEVELS - 1)]
        };
        let of_bytes: [u16; 256] = std::array::from_fn(|byte| bin(sixteen(T::from(byte as u8))));
        self.bins.clear();
        for row in plane.rows() {
            self.bins
                .extend(row.iter().map(|sample| match sample.as_byte() {
                    Some(byte) => of_bytes[usize::from(byte)],
                    None => bin(sixteen(*sample)),
                }));
        }
    }

    fn map_tiles(&mut self, columns: Axis, rows: Axis) {
        let n_bins = self.config.n_bins;
        let pixels = columns.tile * rows.tile;
        let limit = match self.config.clip_limit {
            0.0 => pixels as i64,
            share => (share * pixels as f64).max(1.0) as i64,
        };
        let pitch = columns.tiles + 2;
        self.maps.clear();
        self.maps.resize(rows.tiles * n_bins * pitch, 0);
        for tile in 0..rows.tiles * columns.tiles {
            self.histogram.clear();
            self.histogram.resize(n_bins, 0);
            let (tile_row, tile_column) = (tile / columns.tiles, tile % columns.tiles);
            let (top, left) = (tile_row * rows.tile, tile_column * columns.tile);
            let end = left + columns.tile;
            for row in top..top + rows.tile {
                let row = Border::Reflect101.index(row as isize, rows.len);
                let bins = &self.bins[row.unwrap_or(0) * columns.len..][..columns.len];
                for bin in &bins[left.min(columns.len)..end.min(columns.len)] {
                    self.histogram[usize::from(*bin)] += 1;
                }
                for column in left.max(columns.len)..end {
                    let column = Border::Reflect101.index(column as isize, columns.len);
                    self.histogram[usize::from(bins[column.unwrap_or(0)])] += 1;
                }
            }
            clip(&mut self.histogram, limit);
            let scale = (LEVELS - 1) as f64 / pixels as f64;
            let mut sum = 0;
            let maps = self.maps[tile_row * n_bins * pitch..].chunks_exact_mut(pitch);
            for (map, count) in maps.zip(&self.histogram) {
                sum += count;
                let level = (sum as f64 * scale).min((LEVELS - 1) as f64) as u16;
                map[tile_column + 1] = level;
                if tile_column == 0 {
                    map[0] = level;
                }
                if tile_column + 1 == columns.tiles {
                    map[tile_column + 2] = level;
                }
            }
        }
    }
}

/// A number above which single precision has no fractions.
const UNITS: f32 = (1_u32 << 23) as f32;

vectorised! {
    /// Levels between four tiles; a pair holds the left one in its lower half.
    fn mix(upper: &[u32], lower: &[u32], shares: &[f64], down: f64, out: &mut [f32]) {
        let n = out.len();
        let (upper, lower, shares) = (&upper[..n], &lower[..n], &shares[..n]);
        let up = 1.0 - down;
        let level = |half: u32| f64::from(half as i32);
        for i in 0..n {
            let across = shares[i];
            let before = 1.0 - across;
            let mut sum = (level(upper[i] & 0xFFFF) * (before * up)) as f32;
            sum += (level(upper[i] >> 16) * (across * up)) as f32;
            sum += (level(lower[i] & 0xFFFF) * (before * down)) as f32;
            sum += (level(lower[i] >> 16) * (across * down)) as f32;
            // The whole number below.
            let nearest = sum + UNITS - UNITS;
            out[i] = nearest - if nearest > sum { 1.0 } else { 0.0 };
        }
    }

    /// Stretches levels to the whole range.
    fn stretch(levels: &mut [f32], least: f32, most: f32) {
        for level in levels {
            *level = if least < most { (*level - least) / (most - least) } else { level.min(1.0) };
        }
    }
}

/// `round_ties_even` of a value from 0 to 2⁵¹ by an addition, which every processor has.
fn round_even(value: f64) -> f64 {
    const UNITS: f64 = (1_u64 << 52) as f64;
    value + UNITS - UNITS
}

/// Cuts a histogram off at `limit` and spreads what was cut, first evenly, then one by one.
fn clip(histogram: &mut [i64], limit: i64) {
    let mut excess: i64 = histogram.iter().map(|count| (count - limit).max(0)).sum();
    histogram
        .iter_mut()
        .for_each(|count| *count = (*count).min(limit));
    let share = excess / histogram.len() as i64;
    for count in histogram.iter_mut() {
        let given = share.min(limit - *count);
        *count += given;
        excess -= given;
    }
    while excess > 0 {
        let before = excess;
        for start in 0..histogram.len() {
            let under = histogram.iter().filter(|count| **count < limit).count();
            let step = (under / excess as usize).max(1);
            for count in histogram[start..].iter_mut().step_by(step) {
                if *count < limit {
                    *count += 1;
                    excess -= 1;
                }
            }
            if excess <= 0 {
                break;
            }
        }
        if excess == before {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn clipping_keeps_the_pixels(
            mut histogram in prop::collection::vec(0_i64..400, 2..300), share in 0.0_f64..1.0,
        ) {
            let pixels: i64 = histogram.iter().sum();
            // What is cut must have room elsewhere.
            let limit = (pixels / histogram.len() as i64 + 2).max((share * pixels as f64) as i64);
            clip(&mut histogram, limit);
            prop_assert!(histogram.iter().all(|count| *count <= limit));
            // The last step may give out a few more than there were, as in the peer.
            let after: i64 = histogram.iter().sum();
            prop_assert!(after >= pixels && after - pixels <= histogram.len() as i64);
        }

        #[test]
        fn any_size_and_tile_gives_levels_in_range(
            levels in prop::collection::vec(any::<u8>(), 30 * 20),
            size in (1_usize..31, 1_usize..21),
            tile in prop::option::of((1_usize..40, 1_usize..40)),
        ) {
            let plane = Plane::with_stride(&levels, size.0, size.1, 30).unwrap();
            let mut clahe = ClaheScikitImage::new(ClaheScikitImageConfig {
                tile: tile.map(|(columns, rows)| [columns, rows]),
                ..ClaheScikitImageConfig::default()
            })
            .unwrap();
            let even = clahe.compute(plane);
            prop_assert!(even.iter().all(|level| (0.0..=1.0).contains(level)));
        }
    }

    #[test]
    fn parameters_are_checked() {
        for (clip_limit, n_bins, tile) in [
            (-0.1, 256, None),
            (f64::NAN, 256, None),
            (0.1, 1, None),
            (0.1, 1 << 20, None),
            (0.1, 256, Some([0, 8])),
            (0.1, 256, Some([8, usize::MAX])),
        ] {
            let config = ClaheScikitImageConfig {
                clip_limit,
                tile,
                n_bins,
            };
            assert!(ClaheScikitImage::new(config).is_err());
        }
    }
}
