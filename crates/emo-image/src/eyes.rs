use crate::{
    FaceBox, ImageError, Plane, Sample,
    grid::{Square, read_grid},
};

/// Side of the square at which a face is searched.
const SIDE: usize = 64;
/// Columns that the left eye is looked for in; the right eye has their mirror image.
const COLUMNS: (usize, usize) = (8, 32);
/// Rows that both eyes are looked for in.
const ROWS: (usize, usize) = (13, 37);
/// How far from an eye's centre its edges lie at most.
const REACH: usize = 8;
/// Edges are gradients longer than the mean by so many standard deviations.
const STRONG: f32 = 0.7;
/// The best places that are kept of either eye.
const N_PEAKS: usize = 6;
/// What a place less good than the best of its eye costs, in logarithms.
const PEAK_WEIGHT: f64 = 1.5;
/// What the likeness of both halves of a face counts.
const SYMMETRY_WEIGHT: f64 = 4.0;
/// Where eyes are on a face, in shares of the box's side: their distance, and the height of their
/// middle over the centre in the turned box, with how far faces differ from that.
const DISTANCE: (f64, f64) = (0.375, 0.08);
const HEIGHT: (f64, f64) = (-0.125, 0.07);
const ASIDE: (f64, f64) = (0.0, 0.07);
/// How far heads are turned to a side, in degrees.
const ROLL: (f64, f64) = (0.0, 15.0);

/// Where both eyes of a face are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct EyeCentres {
    /// The eye on the picture's left, `[x, y]` in pixels.
    pub left: [f64; 2],
    /// The eye on the picture's right.
    pub right: [f64; 2],
    /// How well the places fit two eyes of a frontal face, from 0 to 1: the logistic function of
    /// the score by which they were chosen. It is no probability.
    pub confidence: f32,
}

impl EyeCentres {
    /// How far the line from the left to the right eye is turned, clockwise on the screen, in
    /// degrees.
    pub fn roll_degrees(&self) -> f64 {
        let [x, y] = [0, 1].map(|axis| self.right[axis] - self.left[axis]);
        y.atan2(x).to_degrees()
    }

    /// The distance of the eyes in pixels.
    pub fn distance(&self) -> f64 {
        let [x, y] = [0, 1].map(|axis| self.right[axis] - self.left[axis]);
        x.hypot(y)
    }
}

/// Finds the centres of the eyes in a face's box, without a trained model.
///
/// An iris is dark and round: the gradients at its edge point away from its centre. Of each place in
/// the upper half of the face the squared agreement with the strong gradients around it is summed
/// and weighted by how dark the place is. Of the best places on the left and on the right that pair
/// is taken that is strongest, lies most nearly as eyes lie in a box and has the likest halves of
/// the face on both sides. The constants are this project's, set on faces of FER+'s training
/// split.
///
/// The box is meant to be as [`CascadeDetector`](crate::CascadeDetector) gives it, from the middle
/// of the forehead to the chin, the head turned by up to 30°. Nothing is allocated after
/// construction.
///
/// # Example
/// ```
/// use emo_image::{EyeFinder, FaceBox, Plane};
///
/// // Two dark discs, the right one lower.
/// let dark = |x: f32, y: f32| (x - 30.0).hypot(y - 35.0) < 5.0 || (x - 67.0).hypot(y - 41.0) < 5.0;
/// let levels: Vec<u8> = (0..100 * 100)
///     .map(|i| if dark((i % 100) as f32, (i / 100) as f32) { 30 } else { 200 })
///     .collect();
/// let face = FaceBox { x: 0, y: 0, width: 100, height: 100 };
/// let eyes = EyeFinder::new().find(Plane::new(&levels, 100, 100)?, face)?;
/// let roll = eyes.expect("discs are like eyes").roll_degrees();
/// assert!((roll - 9.2).abs() < 1.0);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// F. Timm, E. Barth, 2011, *Accurate eye centre localisation by means of gradients*, VISAPP,
/// [doi:10.5220/0003326101250130](https://doi.org/10.5220/0003326101250130). Choosing a pair is this
/// project's addition.
#[derive(Debug, Clone)]
pub struct EyeFinder {
    levels: Vec<f32>,
    smooth: Vec<f32>,
    gradients: Vec<Gradient>,
    objective: Vec<f32>,
    left: Vec<Peak>,
    right: Vec<Peak>,
}

#[derive(Debug, Clone, Copy)]
struct Gradient {
    row: usize,
    column: usize,
    x: f32,
    y: f32,
}

#[derive(Debug, Clone, Copy)]
struct Peak {
    height: f32,
    x: f64,
    y: f64,
}

impl Default for EyeFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl EyeFinder {
    /// A finder with its buffers.
    pub fn new() -> Self {
        let pixels = || vec![0.0; SIDE * SIDE];
        Self {
            levels: pixels(),
            smooth: pixels(),
            gradients: Vec::with_capacity(SIDE * SIDE),
            objective: pixels(),
            left: Vec::with_capacity(SIDE * SIDE),
            right: Vec::with_capacity(SIDE * SIDE),
        }
    }

    /// The eyes in a box, or none where nothing there is dark and round. A box that is not square is
    /// widened to a square.
    ///
    /// # Errors
    /// [`ImageError::BoxOutside`] where the box covers no pixel.
    pub fn find<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        face: FaceBox,
    ) -> Result<Option<EyeCentres>, ImageError> {
        face.clip(plane.width(), plane.height())?;
        let map = Square::around(face).grid(SIDE);
        read_grid(plane, &map, SIDE, &mut self.levels);
        self.smooth();
        let mirrored = (SIDE - COLUMNS.1, SIDE - COLUMNS.0);
        let [mut left, mut right] = [&mut self.left, &mut self.right].map(std::mem::take);
        self.find_peaks(COLUMNS, &mut left);
        self.find_peaks(mirrored, &mut right);
        (self.left, self.right) = (left, right);
        let Some((score, left, right)) = self.best_pair() else {
            return Ok(None);
        };
        Ok(Some(EyeCentres {
            left: map.apply([left.x, left.y]),
            right: map.apply([right.x, right.y]),
            confidence: (1.0 / (1.0 + (-score).exp())) as f32,
        }))
    }

    /// [`find`](Self::find) in a box of [`CascadeDetector`](crate::CascadeDetector), which is tighter than `find`
    /// expects and may lie too low by up to a third of its side: the surest eyes of three wider boxes, one above another.
    ///
    /// # Errors
    /// Those of [`find`](Self::find).
    pub fn find_detected<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        face: FaceBox,
    ) -> Result<Option<EyeCentres>, ImageError> {
        let (dx, dy) = (face.width / 8, face.height / 8);
        let mut surest: Option<EyeCentres> = None;
        for step in 1..=3 {
            let wider = FaceBox {
                x: face.x.saturating_sub_unsigned(dx),
                y: face.y.saturating_sub_unsigned(step * dy),
                width: face.width.saturating_add(2 * dx),
                height: face.height.saturating_add(2 * dy),
            };
            let Some(eyes) = self.find(plane, wider)? else {
                continue;
            };
            if surest.is_none_or(|best| eyes.confidence > best.confidence) {
                surest = Some(eyes);
            }
        }
        Ok(surest)
    }

    /// Three by three pixels with binomial weights.
    fn smooth(&mut self) {
        let near = |index: usize| [index.saturating_sub(1), index, (index + 1).min(SIDE - 1)];
        for (row, out) in self.smooth.chunks_exact_mut(SIDE).enumerate() {
            let rows = near(row).map(|row| &self.levels[row * SIDE..][..SIDE]);
            for (column, out) in out.iter_mut().enumerate() {
                let [a, b, c] = near(column)
                    .map(|column| rows[0][column] + 2.0 * rows[1][column] + rows[2][column]);
                *out = (a + 2.0 * b + c) / 16.0;
            }
        }
    }

    /// Puts the best places of an eye within some columns into `peaks`.
    fn find_peaks(&mut self, columns: (usize, usize), peaks: &mut Vec<Peak>) {
        self.find_gradients(columns);
        self.objective.fill(0.0);
        for gradient in &self.gradients {
            let span = |place: usize, (first, end): (usize, usize)| {
                (place.saturating_sub(REACH)).max(first)..(place + REACH + 1).min(end)
            };
            for row in span(gradient.row, ROWS) {
                let y = gradient.row as f32 - row as f32;
                for column in span(gradient.column, columns) {
                    let x = gradient.column as f32 - column as f32;
                    let squared = x * x + y * y;
                    let along = (x * gradient.x + y * gradient.y).max(0.0);
                    if squared > 0.0 && squared <= (REACH * REACH) as f32 {
                        self.objective[row * SIDE + column] += along * along / squared;
                    }
                }
            }
        }
        for (sum, level) in self.objective.iter_mut().zip(&self.smooth) {
            let dark = 1.0 - level / 255.0;
            *sum *= dark * dark;
        }
        peaks.clear();
        for row in ROWS.0 + 1..ROWS.1 - 1 {
            for column in columns.0 + 1..columns.1 - 1 {
                peaks.extend(self.peak(row, column));
            }
        }
        peaks.sort_unstable_by(|a, b| b.height.total_cmp(&a.height));
        peaks.truncate(N_PEAKS);
    }

    /// Fills in the strong gradients that some columns can see, each of length 1.
    fn find_gradients(&mut self, (first, end): (usize, usize)) {
        self.gradients.clear();
        let (mut sum, mut squares) = (0.0, 0.0);
        for row in ROWS.0 - REACH..ROWS.1 + REACH {
            for column in first.saturating_sub(REACH).max(1)..(end + REACH).min(SIDE - 1) {
                let at = |row: usize, column: usize| self.levels[row * SIDE + column];
                let x = at(row, column + 1) - at(row, column - 1);
                let y = at(row + 1, column) - at(row - 1, column);
                sum += x.hypot(y);
                squares += x * x + y * y;
                self.gradients.push(Gradient { row, column, x, y });
            }
        }
        let count = self.gradients.len() as f32;
        let mean = sum / count;
        let least = mean + STRONG * (squares / count - mean * mean).max(0.0).sqrt();
        self.gradients.retain_mut(|gradient| {
            let length = gradient.x.hypot(gradient.y);
            gradient.x /= length;
            gradient.y /= length;
            length > least
        });
    }

    /// The place if it is higher than those around it, between pixels by a parabola.
    fn peak(&self, row: usize, column: usize) -> Option<Peak> {
        let at = |row: usize, column: usize| self.objective[row * SIDE + column];
        let height = at(row, column);
        let before = [
            at(row - 1, column - 1),
            at(row - 1, column),
            at(row - 1, column + 1),
            at(row, column - 1),
        ];
        let after = [
            at(row, column + 1),
            at(row + 1, column - 1),
            at(row + 1, column),
            at(row + 1, column + 1),
        ];
        let is_peak = height > 0.0
            && before.iter().all(|other| height > *other)
            && after.iter().all(|other| height >= *other);
        let offset = |before: f32, after: f32| {
            let bend = before - 2.0 * height + after;
            let offset = 0.5 * (before - after) / bend;
            f64::from(if bend < 0.0 { offset } else { 0.0 })
        };
        is_peak.then(|| Peak {
            height,
            x: column as f64 + offset(before[3], after[0]),
            y: row as f64 + offset(before[1], after[2]),
        })
    }

    fn best_pair(&self) -> Option<(f64, Peak, Peak)> {
        let pairs = self
            .left
            .iter()
            .flat_map(|left| self.right.iter().map(move |right| (*left, *right)));
        pairs
            .map(|(left, right)| (self.score(left, right), left, right))
            .max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// A logarithm of likelihood but for a constant.
    fn score(&self, left: Peak, right: Peak) -> f64 {
        let side = SIDE as f64;
        let middle = (side - 1.0) / 2.0;
        let (x, y) = (right.x - left.x, right.y - left.y);
        let distance = x.hypot(y);
        let (sin, cos) = (y / distance, x / distance);
        let (mid_x, mid_y) = (
            (left.x + right.x) / 2.0 - middle,
            (left.y + right.y) / 2.0 - middle,
        );
        let near = |value: f64, (mean, deviation): (f64, f64)| {
            let off = (value - mean) / deviation;
            -0.5 * off * off
        };
        let share = |best: &[Peak], peak: Peak| {
            best.first()
                .map_or(0.0, |best| f64::from(peak.height / best.height).ln())
        };
        PEAK_WEIGHT * (share(&self.left, left) + share(&self.right, right))
            + SYMMETRY_WEIGHT * self.symmetry(left, right)
            + near(y.atan2(x).to_degrees(), ROLL)
            + near(distance / side, DISTANCE)
            + near((mid_x * cos + mid_y * sin) / side, ASIDE)
            + near((mid_y * cos - mid_x * sin) / side, HEIGHT)
    }

    /// The correlation of both halves of the face about the line that stands between the eyes, from
    /// the brows to the nose.
    fn symmetry(&self, left: Peak, right: Peak) -> f64 {
        let (mid_x, mid_y) = ((left.x + right.x) / 2.0, (left.y + right.y) / 2.0);
        let (x, y) = ((right.x - left.x) / 2.0, (right.y - left.y) / 2.0);
        let pixel = |place: f64| place.round().clamp(0.0, SIDE as f64 - 1.0) as usize;
        let at = |across: f64, down: f64| {
            let column = pixel(mid_x + across * x - down * y);
            let row = pixel(mid_y + across * y + down * x);
            f64::from(self.smooth[row * SIDE + column])
        };
        let (mut a_sum, mut b_sum, mut aa, mut bb, mut ab, mut count) =
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        // In halves of the eyes' distance.
        for down in (-3..=8).map(|step| 0.2 * f64::from(step)) {
            for across in (1..=9).map(|step| 0.17 * f64::from(step)) {
                let (a, b) = (at(across, down), at(-across, down));
                a_sum += a;
                b_sum += b;
                aa += a * a;
                bb += b * b;
                ab += a * b;
                count += 1.0;
            }
        }
        let scale = (aa - a_sum * a_sum / count) * (bb - b_sum * b_sum / count);
        if scale > 1e-6 {
            (ab - a_sum * b_sum / count) / scale.sqrt()
        } else {
            0.0
        }
    }
}
