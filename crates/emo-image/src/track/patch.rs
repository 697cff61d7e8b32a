use crate::{
    Plane, Sample,
    grid::{Square, read_grid},
};

/// Side of a face's patch.
const SIDE: usize = 64;
/// How far the patch is moved each way: a quarter of its side.
const REACH: usize = SIDE / 4;
/// Side of what the patch is moved over.
const WIDE: usize = SIDE + 2 * REACH;
/// The first search is at a quarter of the resolution.
const STEP: usize = 4;

/// How a face looks: its levels without their mean, of length 1, or 0 where it is flat.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    fine: Vec<f32>,
    coarse: Vec<f32>,
}

impl Patch {
    pub(super) fn new() -> Self {
        Self {
            fine: vec![0.0; SIDE * SIDE],
            coarse: vec![0.0; (SIDE / STEP) * (SIDE / STEP)],
        }
    }

    /// Takes the look of what is under a square.
    pub(super) fn learn<T: Sample>(&mut self, plane: Plane<'_, T>, square: Square) {
        read_grid(plane, &square.grid(SIDE), SIDE, &mut self.fine);
        shrink(&self.fine, SIDE, &mut self.coarse);
        normalise(&mut self.fine);
        normalise(&mut self.coarse);
    }

    /// The correlation of two looks, from −1 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let pairs = self.fine.iter().zip(&other.fine);
        pairs.map(|(a, b)| a * b).sum()
    }
}

/// The surroundings in which a patch is looked for.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    fine: Vec<f32>,
    coarse: Vec<f32>,
}

impl Surroundings {
    pub(super) fn new() -> Self {
        Self {
            fine: vec![0.0; WIDE * WIDE],
            coarse: vec![0.0; (WIDE / STEP) * (WIDE / STEP)],
        }
    }

    /// Moves the square by up to a quarter of its side to where the patch fits best, and gives its
    /// correlation there.
    pub(super) fn find<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        square: &mut Square,
        patch: &Patch,
    ) -> f32 {
        let mut wide = *square;
        wide.half *= WIDE as f64 / SIDE as f64;
        read_grid(plane, &wide.grid(WIDE), WIDE, &mut self.fine);
        // A mean near 0 keeps the digits of sums of squares.
        let mean = self.fine.iter().sum::<f32>() / self.fine.len() as f32;
        self.fine.iter_mut().for_each(|level| *level -= mean);
        shrink(&self.fine, WIDE, &mut self.coarse);
        let most = 2 * REACH / STEP;
        let (row, column, _) = best(&patch.coarse, &self.coarse, (0..=most, 0..=most));
        let near = |cell: usize| {
            let place = cell * STEP;
            place.saturating_sub(STEP - 1)..=(place + STEP - 1).min(2 * REACH)
        };
        let (row, column, peak) = best(&patch.fine, &self.fine, (near(row), near(column)));
        let at = |row: usize, column: usize| correlation(&patch.fine, &self.fine, row, column);
        // Between pixels by a parabola, but not beyond the surroundings.
        let offset = |place: usize, beside: &dyn Fn(usize) -> f32| {
            if place == 0 || place == 2 * REACH {
                return 0.0;
            }
            let (before, after) = (beside(place - 1), beside(place + 1));
            let bend = before - 2.0 * peak + after;
            let offset = if bend < 0.0 {
                0.5 * (before - after) / bend
            } else {
                0.0
            };
            f64::from(offset.clamp(-0.5, 0.5))
        };
        let down = row as f64 + offset(row, &|row| at(row, column)) - REACH as f64;
        let across = column as f64 + offset(column, &|column| at(row, column)) - REACH as f64;
        let scale = 2.0 * square.half / SIDE as f64;
        square.x += across * scale;
        square.y += down * scale;
        peak
    }
}

/// The means of squares of pixels.
fn shrink(fine: &[f32], side: usize, coarse: &mut [f32]) {
    let width = side / STEP;
    for (row, out) in coarse.chunks_exact_mut(width).enumerate() {
        out.fill(0.0);
        for line in fine[row * STEP * side..][..STEP * side].chunks_exact(side) {
            for (out, pixels) in out.iter_mut().zip(line.chunks_exact(STEP)) {
                *out += pixels.iter().sum::<f32>() / (STEP * STEP) as f32;
            }
        }
    }
}

fn normalise(levels: &mut [f32]) {
    let mean = levels.iter().sum::<f32>() / levels.len() as f32;
    levels.iter_mut().for_each(|level| *level -= mean);
    let length = levels.iter().map(|level| level * level).sum::<f32>().sqrt();
    // Less than a tenth of a level from the mean is flat.
    let is_flat = length < 0.1 * (levels.len() as f32).sqrt();
    let scale = if is_flat { 0.0 } else { 1.0 / length };
    levels.iter_mut().for_each(|level| *level *= scale);
}

type Span = std::ops::RangeInclusive<usize>;

/// The place of the best correlation, and this.
fn best(patch: &[f32], surroundings: &[f32], (rows, columns): (Span, Span)) -> (usize, usize, f32) {
    let mut best = (*rows.start(), *columns.start(), f32::MIN);
    for row in rows {
        for column in columns.clone() {
            let value = correlation(patch, surroundings, row, column);
            if value > best.2 {
                best = (row, column, value);
            }
        }
    }
    best
}

/// The correlation of a patch with what lies under it in its surroundings; both are squares.
fn correlation(patch: &[f32], surroundings: &[f32], row: usize, column: usize) -> f32 {
    const LANES: usize = 8;
    let (side, width) = (patch.len().isqrt(), surroundings.len().isqrt());
    let (mut products, mut sums, mut squares) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for (line, patch) in patch.chunks_exact(side).enumerate() {
        let under = &surroundings[(row + line) * width + column..][..side];
        let pairs = patch.as_chunks::<LANES>().0.iter();
        for (patch, under) in pairs.zip(under.as_chunks::<LANES>().0) {
            for lane in 0..LANES {
                products[lane] += patch[lane] * under[lane];
                sums[lane] += under[lane];
                squares[lane] += under[lane] * under[lane];
            }
        }
    }
    let count = patch.len() as f32;
    let [product, sum, square] = [products, sums, squares].map(|lanes| lanes.iter().sum::<f32>());
    let spread = square - sum * sum / count;
    if spread > 0.01 * count {
        product / spread.sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waves with a period of some 60 pixels in a frame of 200 × 200, moved.
    fn waves(x: f64, y: f64) -> Vec<f32> {
        (0..200 * 200)
            .map(|i| {
                let (column, row) = (f64::from(i % 200) - x, f64::from(i / 200) - y);
                (120.0 + 50.0 * (column / 9.0).sin() + 40.0 * (row / 11.0 + column / 30.0).cos())
                    as f32
            })
            .collect()
    }

    #[test]
    fn a_moved_face_is_followed_within_a_quarter_of_its_side() {
        let place = Square {
            x: 100.0,
            y: 95.0,
            half: 40.0,
            degrees: 0.0,
        };
        let (still, mut patch) = (waves(0.0, 0.0), Patch::new());
        patch.learn(Plane::new(&still, 200, 200).unwrap(), place);
        for (x, y) in [(0.0, 0.0), (5.0, -3.0), (-19.0, 12.3), (8.4, 19.0)] {
            let moved = waves(x, y);
            let mut square = place;
            let plane = Plane::new(&moved, 200, 200).unwrap();
            let likeness = Surroundings::new().find(plane, &mut square, &patch);
            let off = (square.x - place.x - x).hypot(square.y - place.y - y);
            // A quarter of a patch's pixel.
            assert!(off < 0.3, "{x}, {y}: off by {off}");
            assert!(likeness > 0.99 && likeness < 1.0001, "{likeness}");
        }
    }

    #[test]
    fn likeness_ignores_light_and_knows_flatness() {
        let place = Square {
            x: 100.0,
            y: 95.0,
            half: 40.0,
            degrees: 0.0,
        };
        let look = |levels: &[f32]| {
            let mut patch = Patch::new();
            patch.learn(Plane::new(levels, 200, 200).unwrap(), place);
            patch
        };
        let face = waves(0.0, 0.0);
        let darker: Vec<f32> = face.iter().map(|level| 0.3 * level + 10.0).collect();
        let negative: Vec<f32> = face.iter().map(|level| 255.0 - level).collect();
        assert!((look(&face).likeness(&look(&darker)) - 1.0).abs() < 1e-4);
        assert!((look(&face).likeness(&look(&negative)) + 1.0).abs() < 1e-4);
        assert_eq!(look(&face).likeness(&look(&[90.0; 40_000])), 0.0);
        let mut square = place;
        let flat = [90.0; 40_000];
        let flat = Plane::new(&flat, 200, 200).unwrap();
        assert_eq!(
            Surroundings::new().find(flat, &mut square, &look(&face)),
            0.0
        );
    }
}
