use ndarray::Array2;

use crate::{
    ImageError, Plane, Sample, SmoothingKernel,
    canny::{STRONG, WEAK, push_strong},
    vectors::{Row, vectorised},
};

/// How [`GaussianCanny`] finds edges.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GaussianCannyConfig {
    /// Standard deviation of the smoothing before, in pixels; default 1.
    pub sigma: f64,
    /// The strength at which an edge is continued, of levels from 0 to 1; default 0.1.
    pub low: f64,
    /// The strength that an edge must reach somewhere; default 0.2.
    pub high: f64,
}

impl Default for GaussianCannyConfig {
    fn default() -> Self {
        Self {
            sigma: 1.0,
            low: 0.1,
            high: 0.2,
        }
    }
}

/// Thin edges as scikit-image's `feature.canny` finds them: a Gaussian before, and strengths
/// between pixels by interpolation along the gradient.
///
/// [`Canny`](crate::Canny) is OpenCV's form, in whole numbers and without smoothing.
///
/// # References
/// J. Canny, 1986, *A computational approach to edge detection*, IEEE PAMI 8(6),
/// [doi:10.1109/TPAMI.1986.4767851](https://doi.org/10.1109/TPAMI.1986.4767851).
#[derive(Debug, Clone)]
pub struct GaussianCanny {
    config: GaussianCannyConfig,
    kernel: SmoothingKernel,
}

impl GaussianCanny {
    /// A detector with the given thresholds.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a width that is not above 0, or unless 0 ≤ low ≤ high.
    pub fn new(config: GaussianCannyConfig) -> Result<Self, ImageError> {
        let kernel = SmoothingKernel::gaussian(config.sigma, 4.0)?;
        if !(0.0 <= config.low && config.low <= config.high) {
            return Err(ImageError::Parameter {
                name: "the low threshold",
                value: config.low,
                allowed: "0 up to the high threshold",
            });
        }
        Ok(Self { config, kernel })
    }

    /// The edges, `[rows, columns]`, 255 on an edge and 0 elsewhere.
    pub fn compute<T: Sample>(&self, plane: Plane<'_, T>) -> Array2<u8> {
        let (width, height) = (plane.width(), plane.height());
        let mut edges = Array2::zeros((height, width));
        let classes = edges
            .as_slice_mut()
            .expect("a new array is in standard layout");
        let mut smoother = Smoother::new(plane, self.kernel.weights());
        // Three smoothed rows, of which the frame's are mirrored, and three of strengths.
        let mut levels = [(); 3].map(|()| Row::new(width, 0));
        let mut lines = [(); 3].map(|()| Line::new(width));
        let mut stack = Vec::new();
        smoother.row(0, &mut levels[2]);
        for row in 0..height {
            levels.rotate_left(1);
            if row + 1 < height {
                smoother.row(row + 1, &mut levels[2]);
            }
            let above = if row == 0 { &levels[1] } else { &levels[0] };
            let below = if row + 1 < height {
                &levels[2]
            } else {
                &levels[1]
            };
            lines.rotate_left(1);
            lines[2].measure([above, &levels[1], below]);
            if row >= 2 {
                let start = (row - 1) * width;
                self.thin(
                    &lines,
                    start,
                    &mut classes[start..start + width],
                    &mut stack,
                );
            }
        }
        // Ridges lie off the frame, so that each neighbour is in the picture.
        while let Some(place) = stack.pop() {
            for start in [place - width - 1, place - 1, place + width - 1] {
                for (place, class) in (start..).zip(&mut classes[start..start + 3]) {
                    if *class == WEAK {
                        *class = STRONG;
                        stack.push(place);
                    }
                }
            }
        }
        for class in classes {
            *class = if *class == STRONG { 255 } else { 0 };
        }
        edges
    }

    /// The classes of the row of the middle line, whose first pixel lies at `start`.
    fn thin(&self, lines: &[Line; 3], start: usize, classes: &mut [u8], stack: &mut Vec<usize>) {
        const CHUNK: usize = 32;
        let [above, here, below] = lines;
        let last = classes.len() - 1;
        for first in (1..last).step_by(CHUNK) {
            let chunk = first..last.min(first + CHUNK);
            // Mostly there is nothing, which a whole chunk tells at once.
            if !reaches(&here.strength[chunk.clone()], self.config.low) {
                continue;
            }
            let around = chunk.start - 1..chunk.end + 1;
            let strengths = [above, here, below].map(|line| &line.strength[around.clone()]);
            let gradient = [&here.down, &here.across].map(|line| &line[chunk.clone()]);
            let thresholds = [self.config.low, self.config.high];
            let (first, classes) = (start + chunk.start, &mut classes[chunk]);
            ridges(strengths, gradient, thresholds, classes);
            push_strong(classes, first, stack);
        }
    }
}

/// Smoothed rows of a picture over 255, beyond which all is black; what the smoothing lost at the
/// edges is given back.
struct Smoother<'a, T> {
    plane: Plane<'a, T>,
    weights: &'a [f64],
    /// The levels of bytes over 255.
    of_bytes: [f64; 256],
    /// A row smoothed down, with a frame of zeros of the kernel's radius.
    padded: Row,
    /// Rows of the picture over 255, as many as there are weights, and the first that is not among
    /// them.
    rows: Row,
    next: usize,
    /// What a row of ones becomes, and the sum of weights down for which it holds.
    shares: Row,
    shares_of: f64,
}

impl<'a, T: Sample> Smoother<'a, T> {
    fn new(plane: Plane<'a, T>, weights: &'a [f64]) -> Self {
        let width = plane.width();
        Self {
            plane,
            weights,
            of_bytes: std::array::from_fn(|byte| byte as f64 / 255.0),
            padded: Row::new(width + weights.len() - 1, weights.len() / 2),
            rows: Row::new(weights.len() * width.next_multiple_of(8), 0),
            next: 0,
            shares: Row::new(width, 0),
            shares_of: f64::NAN,
        }
    }

    /// The smoothed row; rows must be asked for from the top down.
    fn row(&mut self, row: usize, out: &mut [f64]) {
        let radius = self.weights.len() / 2;
        let (width, height) = (self.plane.width(), self.plane.height());
        let (n_lines, pitch) = (self.weights.len(), width.next_multiple_of(8));
        while self.next <= (row + radius).min(height - 1) {
            let slot = pitch * (self.next % n_lines);
            let levels = &mut self.rows[slot..slot + width];
            shares(self.plane.row(self.next), &self.of_bytes, levels);
            self.next += 1;
        }
        // The taps that lie in the picture.
        let taps = radius.saturating_sub(row)..self.weights.len().min(height + radius - row);
        let weights = &self.weights[taps.clone()];
        let first = (row + taps.start - radius) % n_lines;
        let sum = weights.iter().sum();
        let middle = &mut self.padded[radius..radius + width];
        let lines = Lines {
            values: &self.rows,
            n_lines,
            pitch,
            first,
            step: 0,
        };
        weigh(weights, lines, middle);
        let weights = self.weights;
        if sum != self.shares_of {
            let mut ones = Row::new(self.padded.len(), radius);
            ones[radius..radius + width].fill(sum);
            weigh(weights, Lines::shifted(&ones), &mut self.shares);
            self.shares
                .iter_mut()
                .for_each(|share| *share += f64::EPSILON);
            self.shares_of = sum;
        }
        weigh_and_divide(weights, Lines::shifted(&self.padded), &self.shares, out);
    }
}

/// Lines of which a sum is made.
#[derive(Clone, Copy)]
struct Lines<'a> {
    /// The lines of a ring, one after the other.
    values: &'a [f64],
    n_lines: usize,
    /// From one line to the next.
    pitch: usize,
    first: usize,
    /// How much further on each line is read than the one before it.
    step: usize,
}

impl<'a> Lines<'a> {
    /// One line from each of its values on.
    fn shifted(values: &'a [f64]) -> Self {
        Self {
            values,
            n_lines: 1,
            pitch: 0,
            first: 0,
            step: 1,
        }
    }
}

/// The sums from `done` on in chunks that stay in registers; gives where it ended.
#[inline(always)]
fn weigh_chunks<const N: usize>(
    weights: &[f64],
    lines: Lines<'_>,
    divisors: Option<&[f64]>,
    done: usize,
    sums: &mut [f64],
) -> usize {
    let mut done = done;
    for chunk in sums[done..].as_chunks_mut::<N>().0 {
        let mut of_chunk = [0.0; N];
        let mut line = lines.first;
        for (tap, weight) in weights.iter().enumerate() {
            let values = &lines.values[line * lines.pitch + tap * lines.step + done..];
            let values = values.first_chunk::<N>();
            line = if line + 1 < lines.n_lines {
                line + 1
            } else {
                0
            };
            for (sum, value) in of_chunk.iter_mut().zip(values.unwrap_or(&[0.0; N])) {
                *sum += weight * value;
            }
        }
        if let Some(divisors) = divisors {
            let divisors = divisors[done..].first_chunk::<N>();
            for (sum, divisor) in of_chunk.iter_mut().zip(divisors.unwrap_or(&[1.0; N])) {
                *sum /= divisor;
            }
        }
        *chunk = of_chunk;
        done += N;
    }
    done
}

vectorised! {
    /// The levels of samples over 255, of bytes by a table.
    fn shares[T: Sample](samples: &[T], of_bytes: &[f64; 256], levels: &mut [f64]) {
        for (level, sample) in levels.iter_mut().zip(samples) {
            *level = match sample.as_byte() {
                Some(byte) => of_bytes[usize::from(byte)],
                None => sample.to_f64() / 255.0,
            };
        }
    }

    /// The sum of weighted lines, added in their order.
    fn weigh(weights: &[f64], lines: Lines<'_>, sums: &mut [f64]) {
        let done = weigh_chunks::<32>(weights, lines, None, 0, sums);
        let done = weigh_chunks::<8>(weights, lines, None, done, sums);
        weigh_chunks::<1>(weights, lines, None, done, sums);
    }

    /// That sum over divisors.
    fn weigh_and_divide(
        weights: &[f64], lines: Lines<'_>, divisors: &[f64], sums: &mut [f64],
    ) {
        let done = weigh_chunks::<32>(weights, lines, Some(divisors), 0, sums);
        let done = weigh_chunks::<8>(weights, lines, Some(divisors), done, sums);
        weigh_chunks::<1>(weights, lines, Some(divisors), done, sums);
    }

    /// Whether any strength is `low` or more.
    fn reaches(strengths: &[f64], low: f64) -> bool {
        strengths.iter().map(|strength| u64::from(*strength >= low)).sum::<u64>() > 0
    }

    /// Differences and sums down.
    fn slopes_down(rows: [&[f64]; 3], differences: &mut [f64], sums: &mut [f64]) {
        let [above, here, below] = rows;
        let levels = above.iter().zip(here).zip(below);
        for ((difference, sum), ((a, b), c)) in differences.iter_mut().zip(sums).zip(levels) {
            *difference = c - a;
            *sum = a + 2.0 * b + c;
        }
    }

    /// The derivatives, and their lengths, of differences and sums that reach a pixel further on
    /// both sides.
    fn slopes(
        differences: &[f64], sums: &[f64], down: &mut [f64], across: &mut [f64], strength: &mut [f64],
    ) {
        let n = strength.len();
        let (differences, sums) = (&differences[..n + 2], &sums[..n + 2]);
        let (down, across) = (&mut down[..n], &mut across[..n]);
        for i in 0..n {
            let y = differences[i] + 2.0 * differences[i + 1] + differences[i + 2];
            let x = sums[i + 2] - sums[i];
            (down[i], across[i]) = (y, x);
            strength[i] = (y * y + x * x).sqrt();
        }
    }

    /// Marks the pixels of which the strength reaches `low` and is nowhere greater one pixel along
    /// the gradient and against it. Strengths reach a pixel further on both sides.
    fn ridges(strengths: [&[f64]; 3], gradient: [&[f64]; 2], thresholds: [f64; 2], classes: &mut [u8]) {
        let n = classes.len();
        let [above, here, below] = strengths.map(|line| &line[..n + 2]);
        let [down, across] = gradient.map(|line| &line[..n]);
        let [low, high] = thresholds;
        for i in 0..n {
            let (y, x) = (down[i], across[i]);
            let same_sign = ((y >= 0.0) == (x >= 0.0)) | (y == 0.0) | (x == 0.0);
            let steep = y.abs() > x.abs();
            let (shorter, longer) = if steep { (x, y) } else { (y, x) };
            // Without a gradient it is not a number, and no comparison holds.
            let share = shorter.abs() / longer.abs();
            let (above, below) = (
                [above[i], above[i + 1], above[i + 2]],
                [below[i], below[i + 1], below[i + 2]],
            );
            let (left, strength, right) = (here[i], here[i + 1], here[i + 2]);
            // What lies below or beside on the way of the gradient, and the opposite.
            let (side_1, side_2) = if same_sign { (right, left) } else { (left, right) };
            let (diagonal_1, diagonal_2) = if same_sign {
                (below[2], above[0])
            } else {
                (below[0], above[2])
            };
            let near_1 = if steep { below[1] } else { side_1 };
            let near_2 = if steep { above[1] } else { side_2 };
            let between_1 = diagonal_1 * share + near_1 * (1.0 - share);
            let between_2 = diagonal_2 * share + near_2 * (1.0 - share);
            let is_ridge =
                (strength >= low) & (between_1 <= strength) & (between_2 <= strength);
            let class = if strength >= high { STRONG } else { WEAK };
            classes[i] = if is_ridge { class } else { 0 };
        }
    }
}

/// The derivatives of a row and their length.
struct Line {
    down: Row,
    across: Row,
    strength: Row,
    /// Differences down and sums down, mirrored by a pixel.
    differences: Row,
    sums: Row,
}

impl Line {
    fn new(width: usize) -> Self {
        let [down, across, strength] = [(); 3].map(|()| Row::new(width, 0));
        let [differences, sums] = [(); 2].map(|()| Row::new(width + 2, 1));
        Self {
            down,
            across,
            strength,
            differences,
            sums,
        }
    }

    /// From the smoothed rows above, here and below.
    fn measure(&mut self, rows: [&[f64]; 3]) {
        let width = rows[1].len();
        slopes_down(
            rows,
            &mut self.differences[1..=width],
            &mut self.sums[1..=width],
        );
        for line in [&mut self.differences, &mut self.sums] {
            line[0] = line[1];
            line[width + 1] = line[width];
        }
        slopes(
            &self.differences,
            &self.sums,
            &mut self.down,
            &mut self.across,
            &mut self.strength,
        );
    }
}
