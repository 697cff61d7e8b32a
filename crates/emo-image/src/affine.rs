use ndarray::Array2;

use crate::{ImageError, Plane, Sample, resize::check_size};

/// An affine map of the plane, from `(x, y)` to `(m₀₀x + m₀₁y + m₀₂, m₁₀x + m₁₁y + m₁₂)`, with pixel
/// centres at whole numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// The matrix `m`.
    pub matrix: [[f64; 3]; 2],
}

/// Five landmarks on a crop of 112 pixels: left eye, right eye, nose, left and right corner of the
/// mouth.
///
/// # References
/// J. Deng, J. Guo, N. Xue, S. Zafeiriou, 2019, *ArcFace: additive angular margin loss for deep face
/// recognition*, CVPR, [arXiv:1801.07698](https://arxiv.org/abs/1801.07698).
pub const FACE_TEMPLATE_112: [[f64; 2]; 5] = [
    [38.29, 51.70],
    [73.53, 51.50],
    [56.03, 71.74],
    [41.55, 92.37],
    [70.73, 92.20],
];

/// What [`Affine::warp`] puts beyond the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outside {
    /// Black pixels, blended with the outermost ones, as OpenCV and scikit-image do.
    #[default]
    Black,
    /// The outermost pixels, repeated.
    Repeat,
    /// Black beyond half a pixel from the outermost centres, which are repeated up to there, as
    /// Pillow does.
    Cut,
}

impl Affine {
    /// The similarity (rotation, one scale and shift) that takes both eyes to 30 % and 70 % of a
    /// square crop's width and to 35 % of its height.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for eyes that are not finite or less than a thousandth of a pixel
    /// apart.
    pub fn from_eyes(left: [f64; 2], right: [f64; 2], side: usize) -> Result<Self, ImageError> {
        let side = side as f64;
        let target = [[0.3 * side, 0.35 * side], [0.7 * side, 0.35 * side]];
        Self::similarity(&[left, right], &target)
    }

    /// The similarity that takes points to others with the least sum of squared distances.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] where the counts differ, [`ImageError::Parameter`] for points that
    /// are not finite or all but coincide.
    ///
    /// # References
    /// S. Umeyama, 1991, *Least-squares estimation of transformation parameters between two point
    /// patterns*, IEEE PAMI 13(4), [doi:10.1109/34.88573](https://doi.org/10.1109/34.88573). In the
    /// plane the rotation without reflection has the closed form used here.
    pub fn similarity(from: &[[f64; 2]], to: &[[f64; 2]]) -> Result<Self, ImageError> {
        crate::plane::check_len("the targets", to.len(), from.len())?;
        let mean = |points: &[[f64; 2]], axis: usize| {
            points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64
        };
        let (from_x, from_y) = (mean(from, 0), mean(from, 1));
        let (to_x, to_y) = (mean(to, 0), mean(to, 1));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for ([x, y], [u, v]) in from.iter().zip(to) {
            let (x, y, u, v) = (x - from_x, y - from_y, u - to_x, v - to_y);
            along += x * u + y * v;
            across += x * v - y * u;
            spread += x * x + y * y;
        }
        let (a, b) = (along / spread, across / spread);
        if !(spread > 1e-6 && a.is_finite() && b.is_finite()) {
            return Err(ImageError::Parameter {
                name: "the spread of the landmarks",
                value: spread,
                allowed: "finite and above 1e-6 square pixels",
            });
        }
        Ok(Self {
            matrix: [
                [a, -b, to_x - a * from_x + b * from_y],
                [b, a, to_y - b * from_x - a * from_y],
            ],
        })
    }

    /// A rotation about a point, anticlockwise on the screen, and a scale, as OpenCV's
    /// `getRotationMatrix2D`.
    #[doc(alias = "getRotationMatrix2D")]
    pub fn rotation([x, y]: [f64; 2], degrees: f64, scale: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (a, b) = (scale * cos, scale * sin);
        Self {
            matrix: [
                [a, b, (1.0 - a) * x - b * y],
                [-b, a, b * x + (1.0 - a) * y],
            ],
        }
    }

    /// The map back.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] where there is none.
    pub fn inverse(&self) -> Result<Self, ImageError> {
        let [[a, b, c], [d, e, f]] = self.matrix;
        let determinant = a * e - b * d;
        if !determinant.is_normal() || !c.is_finite() || !f.is_finite() {
            return Err(ImageError::Parameter {
                name: "the determinant",
                value: determinant,
                allowed: "finite and not 0",
            });
        }
        let [a, b, d, e] = [e, -b, -d, a].map(|value| value / determinant);
        Ok(Self {
            matrix: [[a, b, -a * c - b * f], [d, e, -d * c - e * f]],
        })
    }

    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.matrix.map(|[a, b, c]| a * x + b * y + c)
    }

    /// The picture that the map makes of another, `[height, width]`, by straight lines between
    /// pixels.
    ///
    /// # Errors
    /// [`ImageError::Size`] for a side of zero or above [`MAX_SIDE`](crate::MAX_SIDE),
    /// [`ImageError::Parameter`] for a map without inverse.
    pub fn warp<T: Sample>(
        &self,
        plane: Plane<'_, T>,
        width: usize,
        height: usize,
        outside: Outside,
    ) -> Result<Array2<f64>, ImageError> {
        check_size(width, height)?;
        let back = self.inverse()?;
        Ok(Array2::from_shape_fn((height, width), |(row, column)| {
            level_at(plane, back.apply([column as f64, row as f64]), outside)
        }))
    }

    /// [`warp`](Self::warp) as OpenCV 4's `warpAffine`, which rounds the place of each pixel in the
    /// source to 1/32 of a pixel.
    ///
    /// # Errors
    /// Those of [`warp`](Self::warp).
    #[doc(alias = "warpAffine")]
    pub fn warp_opencv4<T: Sample>(
        &self,
        plane: Plane<'_, T>,
        width: usize,
        height: usize,
        outside: Outside,
    ) -> Result<Array2<f64>, ImageError> {
        check_size(width, height)?;
        let matrix = self.inverse()?.matrix;
        // Sums of parts in 1/1024 of a pixel that were rounded each, cut to 1/32.
        let fixed = |value: f64| (value * 1024.0).round_ties_even().clamp(-2e9, 2e9) as i64;
        Ok(Array2::from_shape_fn((height, width), |(row, column)| {
            let place = matrix.map(|[a, b, c]| {
                let along = fixed(a * column as f64);
                let sum = fixed(b * row as f64 + c) + 16 + along;
                (sum >> 5) as f64 / 32.0
            });
            level_at(plane, place, outside)
        }))
    }
}

/// The level between the pixels around a place.
fn level_at<T: Sample>(plane: Plane<'_, T>, [x, y]: [f64; 2], outside: Outside) -> f64 {
    let last = [plane.width() as f64 - 1.0, plane.height() as f64 - 1.0];
    let off = |place: f64, last: f64| !(-0.5..last + 0.5).contains(&place);
    if outside == Outside::Cut && (off(x, last[0]) || off(y, last[1])) {
        return 0.0;
    }
    let at = |row: f64, column: f64| {
        let inside = (0.0..=last[1]).contains(&row) && (0.0..=last[0]).contains(&column);
        if !inside && outside == Outside::Black {
            return 0.0;
        }
        let (row, column) = (row.clamp(0.0, last[1]), column.clamp(0.0, last[0]));
        plane.row(row as usize)[column as usize].to_f64()
    };
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    let upper = at(top, left) * (1.0 - across) + at(top, left + 1.0) * across;
    let lower = at(top + 1.0, left) * (1.0 - across) + at(top + 1.0, left + 1.0) * across;
    upper * (1.0 - down) + lower * down
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn five_landmarks_come_to_their_template() {
        let turn = Affine::rotation([40.0, 30.0], 17.0, 2.5);
        let face = FACE_TEMPLATE_112.map(|point| turn.apply(point));
        let map = Affine::similarity(&face, &FACE_TEMPLATE_112).unwrap();
        for (point, expected) in face.iter().zip(FACE_TEMPLATE_112) {
            assert_close(map.apply(*point), expected, 0.0, 1e-9);
        }
        let back = map.inverse().unwrap();
        assert_close(back.matrix.concat(), turn.matrix.concat(), 1e-9, 1e-9);
    }

    #[test]
    fn points_that_coincide_are_refused() {
        for points in [
            vec![],
            vec![[1.0, 2.0]; 5],
            vec![[0.0, f64::NAN], [1.0, 1.0]],
        ] {
            assert!(Affine::similarity(&points, &points).is_err());
        }
        assert!(
            Affine {
                matrix: [[0.0; 3]; 2]
            }
            .inverse()
            .is_err()
        );
    }
}
