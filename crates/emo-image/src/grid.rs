use crate::{Affine, FaceBox, Plane, Sample};

/// The most samples per pixel of a grid in each direction.
const MAX_SAMPLES: f64 = 8.0;

/// Reads a picture on a grid, row by row: each pixel is the mean of as many samples as pixels of the
/// picture lie under it. `back` takes the grid's pixels to the picture's, whose outermost pixels are
/// repeated beyond it.
pub(crate) fn read_grid<T: Sample>(
    plane: Plane<'_, T>,
    back: &Affine,
    width: usize,
    out: &mut [f32],
) {
    let [[a, b, c], [d, e, f]] = back.matrix;
    let samples = |x: f64, y: f64| x.hypot(y).ceil().clamp(1.0, MAX_SAMPLES) as usize;
    let (across, down) = (samples(a, d), samples(b, e));
    let offset = |index: usize, count: usize| (index as f64 + 0.5) / count as f64 - 0.5;
    let share = 1.0 / (across * down) as f32;
    for (row, out) in out.chunks_exact_mut(width).enumerate() {
        out.fill(0.0);
        for sample in 0..down {
            let y = row as f64 + offset(sample, down);
            for (column, out) in out.iter_mut().enumerate() {
                for sample in 0..across {
                    let x = column as f64 + offset(sample, across);
                    *out += level_at(plane, a * x + b * y + c, d * x + e * y + f);
                }
            }
        }
        out.iter_mut().for_each(|sum| *sum *= share);
    }
}

/// The level at a point by straight lines between pixels.
fn level_at<T: Sample>(plane: Plane<'_, T>, x: f64, y: f64) -> f32 {
    let (left, right, across) = between(x, plane.width());
    let (above, below, down) = between(y, plane.height());
    let line = |row: &[T]| {
        let (left, right) = (row[left].to_f32(), row[right].to_f32());
        left + across * (right - left)
    };
    let (above, below) = (line(plane.row(above)), line(plane.row(below)));
    above + down * (below - above)
}

/// The pixels before and after a place, and the share of the second.
fn between(place: f64, len: usize) -> (usize, usize, f32) {
    let place = place.clamp(0.0, (len - 1) as f64);
    let before = place as usize;
    (
        before,
        (before + 1).min(len - 1),
        (place - before as f64) as f32,
    )
}

/// A square on a picture, as real numbers: its centre, half of its side, and its turn, clockwise on
/// the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Square {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) half: f64,
    pub(crate) degrees: f64,
}

impl Square {
    /// The upright square about a box's centre whose side is the longer of the box's.
    pub(crate) fn around(face: FaceBox) -> Self {
        Self {
            x: f64::from(face.x) + (f64::from(face.width) - 1.0) / 2.0,
            y: f64::from(face.y) + (f64::from(face.height) - 1.0) / 2.0,
            half: f64::from(face.width.max(face.height)) / 2.0,
            degrees: 0.0,
        }
    }

    /// The map from the pixels of a grid of `side × side` on the square to the picture's.
    pub(crate) fn grid(&self, side: usize) -> Affine {
        let scale = 2.0 * self.half / side as f64;
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (a, b) = (scale * cos, scale * sin);
        let middle = (side as f64 - 1.0) / 2.0;
        Affine {
            matrix: [
                [a, -b, self.x - (a - b) * middle],
                [b, a, self.y - (a + b) * middle],
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn a_slope_is_read_at_any_scale() {
        let levels: Vec<f32> = (0..4000)
            .map(|i| (i % 80) as f32 + 2.0 * (i / 80) as f32)
            .collect();
        let plane = Plane::new(&levels, 80, 50).unwrap();
        for (half, side) in [(4.0, 8), (4.0, 40), (16.0, 8), (12.0, 7)] {
            let square = Square {
                x: 40.0,
                y: 24.5,
                half,
                degrees: 25.0,
            };
            let map = square.grid(side);
            let mut out = vec![0.0; side * side];
            read_grid(plane, &map, side, &mut out);
            let expected: Vec<f64> = (0..side * side)
                .map(|i| {
                    let [x, y] = map.apply([(i % side) as f64, (i / side) as f64]);
                    x + 2.0 * y
                })
                .collect();
            assert_close(out, expected, 1e-5, 1e-4);
        }
    }

    #[test]
    fn whole_pixels_are_means() {
        let levels: Vec<u8> = (0..64).map(|i| i * 3).collect();
        let plane = Plane::new(&levels, 8, 8).unwrap();
        let face = FaceBox {
            x: 0,
            y: 0,
            width: 8,
            height: 8,
        };
        let mut out = [0.0; 4];
        read_grid(plane, &Square::around(face).grid(2), 2, &mut out);
        let mean = |top: usize, left: usize| {
            let pixels = (0..16).map(|i| (top + i / 4) * 8 + left + i % 4);
            pixels.map(|pixel| f64::from(levels[pixel])).sum::<f64>() / 16.0
        };
        assert_close(
            out,
            [mean(0, 0), mean(0, 4), mean(4, 0), mean(4, 4)],
            0.0,
            1e-4,
        );
    }
}
