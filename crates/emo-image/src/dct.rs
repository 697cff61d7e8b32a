use std::f64::consts::PI;

use ndarray::{Array2, Array4};

use crate::{ImageError, Plane, Sample};

/// The longest side that is transformed whole.
const MAX_SIDE: usize = 1024;

/// The orthonormal discrete cosine transform of type II along rows and columns.
///
/// It agrees with OpenCV's `dct` and with SciPy's `dctn(norm="ortho")`. The first coefficient is the
/// mean times the root of the number of pixels.
///
/// # Example
/// ```
/// use emo_image::{Dct, Plane};
///
/// let levels = [10_u8; 64];
/// let coefficients = Dct::new(8, 8)?.compute(Plane::new(&levels, 8, 8)?)?;
/// assert!((coefficients[[0, 0]] - 80.0).abs() < 1e-9);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// N. Ahmed, T. Natarajan, K. R. Rao, 1974, *Discrete cosine transform*, IEEE Trans. Comput. C-23,
/// [doi:10.1109/T-C.1974.223784](https://doi.org/10.1109/T-C.1974.223784).
#[derive(Debug, Clone)]
pub struct Dct {
    down: Array2<f64>,
    across: Array2<f64>,
}

impl Dct {
    /// A transform of `width × height` pixels. It takes time in proportion to
    /// `width · height · (width + height)`.
    ///
    /// # Errors
    /// [`ImageError::Size`] unless both are 1 to 1024.
    pub fn new(width: usize, height: usize) -> Result<Self, ImageError> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(ImageError::Size {
                width,
                height,
                max: MAX_SIDE,
            });
        }
        Ok(Self {
            down: basis(height),
            across: basis(width),
        })
    }

    /// The coefficients, `[down, across]`, in grey levels.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] for a picture of another size.
    pub fn compute<T: Sample>(&self, plane: Plane<'_, T>) -> Result<Array2<f64>, ImageError> {
        crate::plane::check_len("a row", plane.width(), self.across.nrows())?;
        crate::plane::check_len("a column", plane.height(), self.down.nrows())?;
        Ok(self.down.dot(&plane.to_f64()).dot(&self.across.t()))
    }
}

/// The coefficients of each whole block of `side × side` pixels,
/// `[block rows, block columns, down, across]`.
///
/// # Errors
/// [`ImageError::Size`] unless `side` is 1 to 1024, [`ImageError::TooSmall`] where no block fits.
pub fn block_dct<T: Sample>(plane: Plane<'_, T>, side: usize) -> Result<Array4<f64>, ImageError> {
    let dct = Dct::new(side, side)?;
    plane.check_min(side)?;
    let (rows, columns) = (plane.height() / side, plane.width() / side);
    let levels = plane.to_f64();
    let mut out = Array4::zeros((rows, columns, side, side));
    for row in 0..rows {
        for column in 0..columns {
            let (top, left) = (row * side, column * side);
            let block = levels.slice(ndarray::s![top..top + side, left..left + side]);
            let block = dct.down.dot(&block).dot(&dct.across.t());
            out.slice_mut(ndarray::s![row, column, .., ..])
                .assign(&block);
        }
    }
    Ok(out)
}

fn basis(len: usize) -> Array2<f64> {
    Array2::from_shape_fn((len, len), |(frequency, index)| {
        let scale = if frequency == 0 { 1.0 } else { 2.0 };
        // The phase in whole steps of the period, so that long transforms keep their precision.
        let phase = (2 * index + 1) * frequency % (4 * len);
        (scale / len as f64).sqrt() * (PI * phase as f64 / (2 * len) as f64).cos()
    })
}
