use ndarray::Array2;

use crate::{Border, Derivative, ImageError, Plane};

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
const WEAK: u8 = 1;
const STRONG: u8 = 2;

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
    dx: Vec<i16>,
    dy: Vec<i16>,
    line: Vec<i16>,
    /// Strengths with a frame of zeros of one pixel.
    strength: Vec<i32>,
    /// Classes with a frame of one pixel.
    classes: Vec<u8>,
    stack: Vec<usize>,
}

impl Canny {
    /// A detector with the given thresholds.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless 0 ≤ low ≤ high ≤ 32767.
    pub fn new(config: CannyConfig) -> Result<Self, ImageError> {
        for (name, value, least) in [
            ("the low threshold", config.low, 0.0),
            ("the high threshold", config.high, config.low),
        ] {
            if !(least..=32767.0).contains(&value) {
                return Err(ImageError::Parameter {
                    name,
                    value: value.into(),
                    allowed: "0 to 32767, the low at most the high",
                });
            }
        }
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
            dx: Vec::new(),
            dy: Vec::new(),
            line: Vec::new(),
            strength: Vec::new(),
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
        let width = plane.width();
        self.measure(plane);
        self.thin(plane);
        let stride = width + 2;
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
            for (out, &class) in out.iter_mut().zip(&classes[1..]) {
                *out = if class == STRONG { 255 } else { 0 };
            }
        }
    }

    /// The derivatives and the strength of each pixel.
    fn measure(&mut self, plane: Plane<'_, u8>) {
        let (width, height) = (plane.width(), plane.height());
        let stride = width + 2;
        self.dx.resize(plane.len(), 0);
        self.dy.resize(plane.len(), 0);
        let border = Border::Replicate;
        Derivative::Sobel3X.fill(plane, border, &mut self.line, &mut self.dx);
        Derivative::Sobel3Y.fill(plane, border, &mut self.line, &mut self.dy);
        self.strength.clear();
        self.strength.resize(stride * (height + 2), 0);
        let rows = self.strength.chunks_exact_mut(stride).skip(1);
        let derivatives = self.dx.chunks_exact(width).zip(self.dy.chunks_exact(width));
        for (out, (dx, dy)) in rows.zip(derivatives) {
            let pixels = out[1..].iter_mut().zip(dx.iter().zip(dy));
            match self.norm {
                GradientNorm::L1 => pixels.for_each(|(out, (dx, dy))| {
                    *out = i32::from(dx.abs()) + i32::from(dy.abs());
                }),
                GradientNorm::L2 => pixels.for_each(|(out, (dx, dy))| {
                    let (dx, dy) = (i32::from(*dx), i32::from(*dy));
                    *out = dx * dx + dy * dy;
                }),
            }
        }
    }

    /// Keeps what is strongest across its edge, and puts what is certain on the stack.
    fn thin(&mut self, plane: Plane<'_, u8>) {
        let (width, height) = (plane.width(), plane.height());
        let stride = width + 2;
        self.classes.clear();
        self.classes.resize(stride * (height + 2), NONE);
        self.stack.clear();
        self.stack.reserve(plane.len());
        for row in 0..height {
            let start = (row + 1) * stride + 1;
            let [above, here, below] = [start - stride, start, start + stride]
                .map(|start| &self.strength[start - 1..start + width + 1]);
            let dx = &self.dx[row * width..][..width];
            let dy = &self.dy[row * width..][..width];
            let classes = &mut self.classes[start..][..width];
            for column in 0..width {
                let strength = here[column + 1];
                if strength <= self.low {
                    continue;
                }
                let (x, y) = (i32::from(dx[column]), i32::from(dy[column]));
                let (flat, steep) = sectors(x, y);
                let kept = if flat {
                    strength > here[column] && strength >= here[column + 2]
                } else if steep {
                    strength > above[column + 1] && strength >= below[column + 1]
                } else if (x ^ y) < 0 {
                    strength > above[column + 2] && strength > below[column]
                } else {
                    strength > above[column] && strength > below[column + 2]
                };
                if kept && strength > self.high {
                    classes[column] = STRONG;
                    self.stack.push(start + column);
                } else if kept {
                    classes[column] = WEAK;
                }
            }
        }
    }
}

/// Whether a gradient lies within 22.5° of the columns' axis, and whether within that of the rows'.
fn sectors(x: i32, y: i32) -> (bool, bool) {
    /// The tangent of 22.5° with 15 fractional bits.
    const TAN_22_5: i64 = 13573;
    let (x, y) = (i64::from(x.abs()), i64::from(y.abs()) << 15);
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
