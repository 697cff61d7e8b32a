use ndarray::Array2;

use crate::{ImageError, Plane, error::check_ranges, vectors::vectorised};

/// How [`Canny`] measures the strength of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GradientNorm {
    /// The sum of both derivatives' magnitudes.
    #[default]
    L1,
    /// The Euclidean length.
    L2,
}

/// How [`Canny`] finds edges.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CannyConfig {
    /// What an edge must exceed to be continued; default 100, of the 3 × 3 Sobel derivative of
    /// levels to 255.
    pub low: f32,
    /// What an edge must exceed somewhere; default 200.
    pub high: f32,
    /// How strength is measured; default [`GradientNorm::L1`].
    pub norm: GradientNorm,
}

impl Default for CannyConfig {
    fn default() -> Self {
        Self {
            low: 100.0,
            high: 200.0,
            norm: GradientNorm::L1,
        }
    }
}

const NONE: u8 = 0;
pub(crate) const WEAK: u8 = 1;
pub(crate) const STRONG: u8 = 2;

/// Thin edges as OpenCV's `Canny` finds them, with an aperture of three.
///
/// After the first picture of a size, [`compute_into`](Self::compute_into) allocates nothing.
///
/// # Example
/// ```
/// use emo_image::{Canny, CannyConfig, Plane};
///
/// let step: Vec<u8> = (0..64).map(|i| if i % 8 < 4 { 0 } else { 255 }).collect();
/// let edges = Canny::new(CannyConfig::default())?.compute(Plane::new(&step, 8, 8)?);
/// assert_eq!(edges.row(3).to_vec(), [0, 0, 0, 255, 0, 0, 0, 0]);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// J. Canny, 1986, *A computational approach to edge detection*, IEEE PAMI 8(6),
/// [doi:10.1109/TPAMI.1986.4767851](https://doi.org/10.1109/TPAMI.1986.4767851).
#[derive(Debug, Clone)]
pub struct Canny {
    low: i32,
    high: i32,
    norm: GradientNorm,
    /// The row before the one that is thinned, that row and the one after it.
    lines: [Line; 3],
    sums: Vec<i16>,
    differences: Vec<i16>,
    /// Classes with a frame of one pixel.
    classes: Vec<u8>,
    stack: Vec<usize>,
}

/// The derivatives of a row and its strengths with a frame of zeros of one pixel.
#[derive(Debug, Clone, Default)]
struct Line {
    dx: Vec<i16>,
    dy: Vec<i16>,
    strength: Vec<i32>,
}

impl Canny {
    /// A detector with the given thresholds.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless 0 ≤ low ≤ high ≤ 32767.
    pub fn new(config: CannyConfig) -> Result<Self, ImageError> {
        let allowed = "0 to 32767, the low at most the high";
        check_ranges([
            ("the low threshold", config.low, 0.0..=32767.0, allowed),
            (
                "the high threshold",
                config.high,
                config.low..=32767.0,
                allowed,
            ),
        ])?;
        let squared = config.norm == GradientNorm::L2;
        let threshold = |value: f32| {
            if squared {
                (value * value).floor() as i32
            } else {
                value.floor() as i32
            }
        };
        Ok(Self {
            low: threshold(config.low),
            high: threshold(config.high),
            norm: config.norm,
            lines: Default::default(),
            sums: Vec::new(),
            differences: Vec::new(),
            classes: Vec::new(),
            stack: Vec::new(),
        })
    }

    /// The edges, `[rows, columns]`, 255 on an edge and 0 elsewhere.
    pub fn compute(&mut self, plane: Plane<'_, u8>) -> Array2<u8> {
        let mut out = Array2::zeros((plane.height(), plane.width()));
        self.fill(
            plane,
            out.as_slice_mut()
                .expect("a new array is in standard layout"),
        );
        out
    }

    /// [`compute`](Self::compute) into `out`, row by row.
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
        let stride = width + 2;
        for line in &mut self.lines {
            line.dx.resize(width, 0);
            line.dy.resize(width, 0);
            line.strength.clear();
            line.strength.resize(stride, 0);
        }
        self.sums.resize(stride, 0);
        self.differences.resize(stride, 0);
        self.classes.clear();
        self.classes.resize(stride * (height + 2), NONE);
        self.stack.clear();
        self.stack.reserve(plane.len());
        for row in 0..=height {
            self.lines.rotate_left(1);
            if row < height {
                self.measure(plane, row);
            } else {
                self.lines[2].strength.fill(0);
            }
            if row > 0 {
                self.thin(row * stride + 1);
            }
        }
        // Each pixel enters the stack once, so it never grows beyond the picture.
        while let Some(place) = self.stack.pop() {
            for start in [place - stride - 1, place - 1, place + stride - 1] {
                for place in start..start + 3 {
                    if self.classes[place] == WEAK {
                        self.classes[place] = STRONG;
                        self.stack.push(place);
                    }
                }
            }
        }
        let classes = self.classes.chunks_exact(stride).skip(1);
        for (out, classes) in out.chunks_exact_mut(width).zip(classes) {
            strong(&classes[1..], out);
        }
    }

    /// The derivatives and the strengths of a row, the outermost pixels repeated.
    fn measure(&mut self, plane: Plane<'_, u8>, row: usize) {
        let width = plane.width();
        let last = plane.height() - 1;
        let above = plane.row(row.saturating_sub(1));
        let below = plane.row((row + 1).min(last));
        let inside = 1..=width;
        slopes_down(
            [above, plane.row(row), below],
            &mut self.sums[inside.clone()],
            &mut self.differences[inside],
        );
        for line in [&mut self.sums, &mut self.differences] {
            line[0] = line[1];
            line[width + 1] = line[width];
        }
        let Line { dx, dy, strength } = &mut self.lines[2];
        slopes(&self.sums, &self.differences, dx, dy);
        let strength = &mut strength[1..=width];
        match self.norm {
            GradientNorm::L1 => sums_of(dx, dy, strength),
            GradientNorm::L2 => squares_of(dx, dy, strength),
        }
    }

    /// Keeps what is strongest across its edge in the row whose classes begin at `start`, and puts
    /// what is certain on the stack.
    fn thin(&mut self, start: usize) {
        const CHUNK: usize = 32;
        let [above, Line { dx, dy, strength }, below] = &self.lines;
        for first in (0..dx.len()).step_by(CHUNK) {
            let chunk = first..dx.len().min(first + CHUNK);
            // Mostly there is nothing, which a whole chunk tells at once.
            if !exceeds(&strength[chunk.start + 1..=chunk.end], self.low) {
                continue;
            }
            let around = chunk.start..chunk.end + 2;
            let strengths = [
                &above.strength[around.clone()],
                &strength[around.clone()],
                &below.strength[around],
            ];
            let gradient = [&dx[chunk.clone()], &dy[chunk.clone()]];
            let start = start + chunk.start;
            let classes = &mut self.classes[start..start + chunk.len()];
            ridges(strengths, gradient, [self.low, self.high], classes);
            push_strong(classes, start, &mut self.stack);
        }
    }
}

/// Puts the strong pixels of a row's part that begins at `start` on the stack.
pub(crate) fn push_strong(classes: &[u8], start: usize, stack: &mut Vec<usize>) {
    let (words, rest) = classes.as_chunks::<8>();
    for (start, word) in (start..).step_by(8).zip(words) {
        let mut strong = u64::from_le_bytes(*word) & u64::from_le_bytes([STRONG; 8]);
        while strong != 0 {
            stack.push(start + strong.trailing_zeros() as usize / 8);
            strong &= strong - 1;
        }
    }
    let places = start + 8 * words.len()..;
    let strong = places.zip(rest).filter(|(_, class)| **class == STRONG);
    stack.extend(strong.map(|(place, _)| place));
}

vectorised! {
    /// Smoothed levels and differences down.
    fn slopes_down(rows: [&[u8]; 3], sums: &mut [i16], differences: &mut [i16]) {
        let [above, here, below] = rows;
        let pixels = above.iter().zip(here).zip(below);
        for ((sum, difference), ((a, b), c)) in sums.iter_mut().zip(differences).zip(pixels) {
            let (a, b, c) = (i16::from(*a), i16::from(*b), i16::from(*c));
            *sum = a + 2 * b + c;
            *difference = c - a;
        }
    }

    /// The derivatives of sums and differences that reach a pixel further on both sides.
    fn slopes(sums: &[i16], differences: &[i16], dx: &mut [i16], dy: &mut [i16]) {
        for (dx, (left, right)) in dx.iter_mut().zip(sums.iter().zip(&sums[2..])) {
            *dx = right - left;
        }
        let triples = differences.iter().zip(&differences[1..]);
        for (dy, ((left, here), right)) in dy.iter_mut().zip(triples.zip(&differences[2..])) {
            *dy = left + 2 * here + right;
        }
    }

    fn sums_of(dx: &[i16], dy: &[i16], strength: &mut [i32]) {
        for (out, (dx, dy)) in strength.iter_mut().zip(dx.iter().zip(dy)) {
            *out = i32::from(dx.abs() + dy.abs());
        }
    }

    fn squares_of(dx: &[i16], dy: &[i16], strength: &mut [i32]) {
        for (out, (dx, dy)) in strength.iter_mut().zip(dx.iter().zip(dy)) {
            let (dx, dy) = (i32::from(*dx), i32::from(*dy));
            *out = dx * dx + dy * dy;
        }
    }

    /// 255 where a class is strong.
    fn strong(classes: &[u8], out: &mut [u8]) {
        for (out, &class) in out.iter_mut().zip(classes) {
            *out = if class == STRONG { 255 } else { 0 };
        }
    }

    /// Whether any strength is above `low`.
    fn exceeds(strengths: &[i32], low: i32) -> bool {
        strengths.iter().map(|strength| i32::from(*strength > low)).sum::<i32>() > 0
    }

    /// Marks the pixels that are strongest across their edge; strengths reach a pixel further on
    /// both sides.
    fn ridges(strengths: [&[i32]; 3], gradient: [&[i16]; 2], thresholds: [i32; 2], classes: &mut [u8]) {
        let n = classes.len();
        let [above, here, below] = strengths;
        let (above, here, below) = (&above[..n + 2], &here[..n + 2], &below[..n + 2]);
        let [dx, dy] = gradient;
        let (dx, dy) = (&dx[..n], &dy[..n]);
        let [low, high] = thresholds;
        for i in 0..n {
            let (x, y) = (i32::from(dx[i]), i32::from(dy[i]));
            let (flat, steep) = sectors(x, y);
            let above = (above[i], above[i + 1], above[i + 2]);
            let below = (below[i], below[i + 1], below[i + 2]);
            let (left, strength, right) = (here[i], here[i + 1], here[i + 2]);
            let falls = (x ^ y) < 0;
            let first = if falls { above.2 } else { above.0 };
            let second = if falls { below.0 } else { below.2 };
            // On a slope both must be less, along an axis the second may be equal.
            let second = if steep { below.1 - 1 } else { second };
            let first = if steep { above.1 } else { first };
            let second = if flat { right - 1 } else { second };
            let first = if flat { left } else { first };
            let kept = (strength > low) & (strength > first) & (strength > second);
            let class = if strength > high { STRONG } else { WEAK };
            classes[i] = if kept { class } else { NONE };
        }
    }
}

/// Whether a gradient lies within 22.5° of the columns' axis, and whether within that of the rows'.
#[inline(always)]
fn sectors(x: i32, y: i32) -> (bool, bool) {
    /// The tangent of 22.5° with 15 fractional bits.
    const TAN_22_5: i32 = 13573;
    let (x, y) = (x.abs(), y.abs() << 15);
    let flat = x * TAN_22_5;
    // The tangent of 67.5° is that of 22.5° and two.
    (y < flat, y > flat + (x << 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_checked() {
        for (low, high) in [(-1.0, 5.0), (6.0, 5.0), (f32::NAN, 5.0), (0.0, 1e9)] {
            let config = CannyConfig {
                low,
                high,
                ..CannyConfig::default()
            };
            assert!(Canny::new(config).is_err(), "{low} {high}");
        }
    }

    #[test]
    fn a_second_size_is_as_a_first() {
        let levels: Vec<u8> = (0..400_u32).map(|i| (i * i % 251) as u8).collect();
        let mut canny = Canny::new(CannyConfig::default()).unwrap();
        let small = Plane::new(&levels, 7, 9).unwrap();
        let fresh = canny.compute(small);
        canny.compute(Plane::new(&levels, 20, 20).unwrap());
        assert_eq!(canny.compute(small), fresh);
    }
}
