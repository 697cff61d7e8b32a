use ndarray::Array2;

use crate::{Border, ImageError, Plane, Sample};

/// A derivative of a picture of 8 bits in whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Derivative {
    /// Along the columns, `[−1 0 1]` smoothed by `[1 2 1]`.
    #[doc(alias = "Sobel")]
    Sobel3X,
    /// Along the rows, `[−1 0 1]` smoothed by `[1 2 1]`.
    Sobel3Y,
    /// Along the columns, `[−1 −2 0 2 1]` smoothed by `[1 4 6 4 1]`.
    Sobel5X,
    /// Along the rows, `[−1 −2 0 2 1]` smoothed by `[1 4 6 4 1]`.
    Sobel5Y,
    /// Along the columns, `[−1 0 1]` smoothed by `[3 10 3]`.
    #[doc(alias = "Scharr")]
    ScharrX,
    /// Along the rows, `[−1 0 1]` smoothed by `[3 10 3]`.
    ScharrY,
}

const D3: &[i16] = &[-1, 0, 1];
const S3: &[i16] = &[1, 2, 1];
const D5: &[i16] = &[-1, -2, 0, 2, 1];
const S5: &[i16] = &[1, 4, 6, 4, 1];
const SCHARR: &[i16] = &[3, 10, 3];

impl Derivative {
    /// The kernels along the columns and along the rows.
    fn kernels(self) -> (&'static [i16], &'static [i16]) {
        match self {
            Self::Sobel3X => (D3, S3),
            Self::Sobel3Y => (S3, D3),
            Self::Sobel5X => (D5, S5),
            Self::Sobel5Y => (S5, D5),
            Self::ScharrX => (D3, SCHARR),
            Self::ScharrY => (SCHARR, D3),
        }
    }

    /// The derivative, `[rows, columns]`, as OpenCV's `Sobel` and `Scharr` give it in 16 bits with
    /// the picture mirrored about its outermost pixels.
    pub fn compute(self, plane: Plane<'_, u8>) -> Array2<i16> {
        let mut out = Array2::zeros((plane.height(), plane.width()));
        let slice = out
            .as_slice_mut()
            .expect("a new array is in standard layout");
        self.fill(plane, Border::Reflect101, &mut Vec::new(), slice);
        out
    }

    /// [`compute`](Self::compute) into `out`, row by row, with `line` as working memory that is
    /// kept between calls.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] unless `out` has one element for each pixel.
    pub fn compute_into(
        self,
        plane: Plane<'_, u8>,
        line: &mut Vec<i16>,
        out: &mut [i16],
    ) -> Result<(), ImageError> {
        plane.check_out(out)?;
        self.fill(plane, Border::Reflect101, line, out);
        Ok(())
    }

    pub(crate) fn fill(
        self,
        plane: Plane<'_, u8>,
        border: Border,
        line: &mut Vec<i16>,
        out: &mut [i16],
    ) {
        let (across, down) = self.kernels();
        let radius = across.len() / 2;
        let (width, height) = (plane.width(), plane.height());
        line.clear();
        line.resize(width + 2 * radius, 0);
        for (row, out) in out.chunks_exact_mut(width).enumerate() {
            let middle = &mut line[radius..radius + width];
            let source = |tap: usize| {
                let index = (row + tap) as isize - radius as isize;
                plane.row(border.index(index, height).unwrap_or(row))
            };
            middle.fill(0);
            for (tap, &weight) in down.iter().enumerate().filter(|(_, weight)| **weight != 0) {
                for (sum, &level) in middle.iter_mut().zip(source(tap)) {
                    *sum += weight * i16::from(level);
                }
            }
            for beyond in 1..=radius as isize {
                let left = border.index(-beyond, width).unwrap_or(0);
                let right = border
                    .index(width as isize - 1 + beyond, width)
                    .unwrap_or(0);
                line[radius - beyond as usize] = line[radius + left];
                line[radius + width - 1 + beyond as usize] = line[radius + right];
            }
            out.fill(0);
            for (tap, &weight) in across
                .iter()
                .enumerate()
                .filter(|(_, weight)| **weight != 0)
            {
                for (sum, &value) in out.iter_mut().zip(&line[tap..]) {
                    *sum += weight * value;
                }
            }
        }
    }
}

/// The Laplacian `[2 0 2; 0 −8 0; 2 0 2]` in whole numbers, `[rows, columns]`, as OpenCV's
/// `Laplacian` gives it for an aperture of three, the picture mirrored about its outermost pixels.
#[doc(alias = "Laplacian")]
pub fn laplacian3(plane: Plane<'_, u8>) -> Array2<i16> {
    let (width, height) = (plane.width(), plane.height());
    let near = |index: usize, step: isize, len| {
        let index = index as isize + step;
        Border::Reflect101.index(index, len).unwrap_or(0)
    };
    Array2::from_shape_fn((height, width), |(row, column)| {
        let (above, below) = (
            plane.row(near(row, -1, height)),
            plane.row(near(row, 1, height)),
        );
        let (left, right) = (near(column, -1, width), near(column, 1, width));
        let corners = [above[left], above[right], below[left], below[right]];
        2 * corners.map(i16::from).iter().sum::<i16>() - 8 * i16::from(plane.row(row)[column])
    })
}

/// What [`sobel_edges`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SobelEdges {
    /// The magnitude over √2, from 0 to 1.
    Magnitude,
    /// Horizontal edges: the derivative along the rows over 4, lower less upper row.
    Horizontal,
    /// Vertical edges: the derivative along the columns over 4, right less left column.
    Vertical,
}

/// Sobel edges of the levels over 255, `[rows, columns]`, as scikit-image's `filters.sobel`,
/// `sobel_h` and `sobel_v` give them: the edge of the picture mirrored
/// ([`Border::Reflect`]); the outermost pixels of the directed forms are not set to 0.
#[doc(alias = "filters.sobel")]
pub fn sobel_edges<T: Sample>(plane: Plane<'_, T>, kind: SobelEdges) -> Array2<f64> {
    let levels = plane.to_f64() / 255.0;
    let derivative =
        |rows, columns| crate::smooth::separable(&levels, rows, columns, Border::Reflect) / 4.0;
    let (smooth, slope) = (&[1.0, 2.0, 1.0][..], &[-1.0, 0.0, 1.0][..]);
    match kind {
        SobelEdges::Horizontal => derivative(slope, smooth),
        SobelEdges::Vertical => derivative(smooth, slope),
        SobelEdges::Magnitude => {
            let mut magnitude = derivative(slope, smooth);
            magnitude.zip_mut_with(&derivative(smooth, slope), |h, v| {
                *h = ((*h * *h + v * v) / 2.0).sqrt();
            });
            magnitude
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_has_one_slope() {
        let ramp: Vec<u8> = (0..49_u8).map(|i| 3 * (i % 7)).collect();
        let plane = Plane::new(&ramp, 7, 7).unwrap();
        for (derivative, gain) in [
            (Derivative::Sobel3X, 8),
            (Derivative::Sobel5X, 16 * 8),
            (Derivative::ScharrX, 32),
        ] {
            assert_eq!(derivative.compute(plane)[[3, 3]], 3 * gain);
        }
        assert!(Derivative::Sobel5Y.compute(plane).iter().all(|v| *v == 0));
    }

    #[test]
    fn one_pixel_has_no_slope() {
        let plane = Plane::new(&[200_u8], 1, 1).unwrap();
        assert_eq!(Derivative::Sobel5X.compute(plane)[[0, 0]], 0);
        assert_eq!(laplacian3(plane)[[0, 0]], 0);
    }
}
