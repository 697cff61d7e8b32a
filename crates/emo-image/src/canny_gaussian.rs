use ndarray::Array2;

use crate::{ImageError, Plane, Sample, SmoothingKernel};

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
        let mut levels = [(); 3].map(|()| vec![0.0; width]);
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
        let low = self.config.low;
        let here = &lines[1];
        for column in 1..classes.len().saturating_sub(1) {
            let strength = here.strength[column];
            if strength < low || !is_ridge(lines, column) {
                continue;
            }
            classes[column] = WEAK;
            if strength >= self.config.high {
                classes[column] = STRONG;
                stack.push(start + column);
            }
        }
    }
}

const WEAK: u8 = 1;
const STRONG: u8 = 2;

/// Smoothed rows of a picture over 255, beyond which all is black; what the smoothing lost at the
/// edges is given back.
struct Smoother<'a, T> {
    plane: Plane<'a, T>,
    weights: &'a [f64],
    /// A row smoothed down, with a frame of zeros of the kernel's radius.
    padded: Vec<f64>,
    /// Rows of the picture over 255, and the first that is not among them.
    rows: Vec<Vec<f64>>,
    next: usize,
    /// What a row of ones becomes, and the sum of weights down for which it holds.
    shares: Vec<f64>,
    shares_of: f64,
}

impl<'a, T: Sample> Smoother<'a, T> {
    fn new(plane: Plane<'a, T>, weights: &'a [f64]) -> Self {
        let width = plane.width();
        Self {
            plane,
            weights,
            padded: vec![0.0; width + weights.len() - 1],
            rows: vec![vec![0.0; width]; weights.len()],
            next: 0,
            shares: vec![0.0; width],
            shares_of: f64::NAN,
        }
    }

    /// The smoothed row; rows must be asked for from the top down.
    fn row(&mut self, row: usize, out: &mut [f64]) {
        let radius = self.weights.len() / 2;
        let (width, height) = (self.plane.width(), self.plane.height());
        while self.next <= (row + radius).min(height - 1) {
            let slot = self.next % self.rows.len();
            for (level, sample) in self.rows[slot].iter_mut().zip(self.plane.row(self.next)) {
                *level = sample.to_f64() / 255.0;
            }
            self.next += 1;
        }
        let middle = &mut self.padded[radius..radius + width];
        middle.fill(0.0);
        let rows = self.rows.len();
        let taps = self.weights.iter().enumerate();
        let inside = taps.map(|(tap, weight)| (weight, (row + tap).wrapping_sub(radius)));
        let inside = inside.filter(|(_, source)| *source < height);
        let sum = inside.clone().fold(0.0, |sum, (weight, _)| sum + weight);
        add(
            middle,
            inside.map(|(weight, source)| (*weight, self.rows[source % rows].as_slice())),
        );
        if sum != self.shares_of {
            let mut ones = vec![0.0; self.padded.len()];
            ones[radius..radius + width].fill(sum);
            correlate(&ones, self.weights, &mut self.shares);
            self.shares
                .iter_mut()
                .for_each(|share| *share += f64::EPSILON);
            self.shares_of = sum;
        }
        correlate(&self.padded, self.weights, out);
        for (level, share) in out.iter_mut().zip(&self.shares) {
            *level /= share;
        }
    }
}

/// Adds weighted lines to sums, three at a time, in their order.
fn add<'a>(sums: &mut [f64], mut lines: impl Iterator<Item = (f64, &'a [f64])>) {
    while let Some((weight, line)) = lines.next() {
        let more = [lines.next(), lines.next()];
        if let [Some((second, line_2)), Some((third, line_3))] = more {
            let values = line.iter().zip(line_2).zip(line_3);
            for (sum, ((a, b), c)) in sums.iter_mut().zip(values) {
                *sum = *sum + weight * a + second * b + third * c;
            }
            continue;
        }
        for (weight, line) in [Some((weight, line))].into_iter().chain(more).flatten() {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += weight * value;
            }
        }
    }
}

fn correlate(padded: &[f64], weights: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    let lines = weights.iter().enumerate();
    add(out, lines.map(|(tap, weight)| (*weight, &padded[tap..])));
}

/// The derivatives of a row and their length.
struct Line {
    down: Vec<f64>,
    across: Vec<f64>,
    strength: Vec<f64>,
    /// Differences down and sums down, mirrored by a pixel.
    differences: Vec<f64>,
    sums: Vec<f64>,
}

impl Line {
    fn new(width: usize) -> Self {
        let [down, across, strength] = [(); 3].map(|()| vec![0.0; width]);
        let [differences, sums] = [(); 2].map(|()| vec![0.0; width + 2]);
        Self {
            down,
            across,
            strength,
            differences,
            sums,
        }
    }

    /// From the smoothed rows above, here and below.
    fn measure(&mut self, [above, here, below]: [&Vec<f64>; 3]) {
        let width = here.len();
        let middles = self.differences[1..].iter_mut().zip(&mut self.sums[1..]);
        let levels = above.iter().zip(here).zip(below);
        for ((difference, sum), ((a, b), c)) in middles.zip(levels) {
            *difference = c - a;
            *sum = a + 2.0 * b + c;
        }
        for line in [&mut self.differences, &mut self.sums] {
            line[0] = line[1];
            line[width + 1] = line[width];
        }
        let (differences, sums) = (&self.differences, &self.sums);
        let triples = differences
            .iter()
            .zip(&differences[1..])
            .zip(&differences[2..]);
        for (down, ((left, here), right)) in self.down.iter_mut().zip(triples) {
            *down = left + 2.0 * here + right;
        }
        for (across, (left, right)) in self.across.iter_mut().zip(sums.iter().zip(&sums[2..])) {
            *across = right - left;
        }
        let pairs = self.down.iter().zip(&self.across);
        for (strength, (down, across)) in self.strength.iter_mut().zip(pairs) {
            *strength = (down * down + across * across).sqrt();
        }
    }
}

/// Whether the strength is nowhere greater one pixel along the gradient and against it.
fn is_ridge(lines: &[Line; 3], column: usize) -> bool {
    let (down, across) = (lines[1].down[column], lines[1].across[column]);
    let same_sign = (down >= 0.0) == (across >= 0.0) || down == 0.0 || across == 0.0;
    let side = if same_sign { 1 } else { -1_isize };
    let steep = down.abs() > across.abs();
    let here = lines[1].strength[column];
    let share = if steep {
        across.abs() / down.abs()
    } else if across == 0.0 {
        return false;
    } else {
        down.abs() / across.abs()
    };
    let at = |dy: isize, dx: isize| {
        lines[1_usize.wrapping_add_signed(dy)].strength[column.wrapping_add_signed(dx)]
    };
    [1_isize, -1].iter().all(|&way| {
        let (near, diagonal) = if steep {
            (at(way, 0), at(way, way * side))
        } else {
            (at(0, way * side), at(way, way * side))
        };
        diagonal * share + near * (1.0 - share) <= here
    })
}
