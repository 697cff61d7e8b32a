use std::fmt::Debug;

use ndarray::Array2;

use crate::{FaceBox, GreyImage, ImageError};

mod sealed {
    use crate::{Plane, ResizeFilter, resize::Plan};

    pub trait Sealed: Sized + From<u8> {
        /// The sample, where it is of a type of 256 levels, of which a function is worth a table.
        fn as_byte(&self) -> Option<u8>;

        /// Whether no sample is NaN or infinite.
        fn all_finite(row: &[Self]) -> bool;

        /// Resizes in the arithmetic of the sample's type.
        fn resize(plan: &mut Plan, filter: ResizeFilter, plane: Plane<'_, Self>, out: &mut [Self]);
    }

    impl Sealed for u8 {
        fn as_byte(&self) -> Option<u8> {
            Some(*self)
        }

        fn all_finite(_: &[u8]) -> bool {
            true
        }

        fn resize(plan: &mut Plan, filter: ResizeFilter, plane: Plane<'_, u8>, out: &mut [u8]) {
            plan.run_u8(filter, plane, out);
        }
    }

    impl Sealed for f32 {
        fn as_byte(&self) -> Option<u8> {
            None
        }

        fn all_finite(row: &[f32]) -> bool {
            // A product with zero is zero only where the sample is finite.
            row.iter().map(|sample| sample * 0.0).sum::<f32>() == 0.0
        }

        fn resize(plan: &mut Plan, filter: ResizeFilter, plane: Plane<'_, f32>, out: &mut [f32]) {
            plan.run_f32(filter, plane, out);
        }
    }
}

/// A sample of a [`Plane`]: a level of 0 to 255 as `u8` or `f32`.
pub trait Sample: sealed::Sealed + Copy + Default + PartialOrd + Debug + 'static {
    /// The level in single precision.
    fn to_f32(self) -> f32;

    /// The level in double precision.
    fn to_f64(self) -> f64 {
        f64::from(self.to_f32())
    }
}

impl Sample for u8 {
    fn to_f32(self) -> f32 {
        f32::from(self)
    }
}

impl Sample for f32 {
    fn to_f32(self) -> f32 {
        self
    }
}

/// A borrowed plane of samples, row by row, the input of every filter and descriptor.
///
/// Rows may lie further apart than they are long, so that a part of a camera's frame needs no copy.
///
/// # Example
/// ```
/// use emo_image::Plane;
///
/// let frame = [1_u8, 2, 3, 0, 4, 5, 6, 0];
/// let plane = Plane::with_stride(&frame, 3, 2, 4)?;
/// assert_eq!(plane.row(1), [4, 5, 6]);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a, T> {
    samples: &'a [T],
    width: usize,
    height: usize,
    stride: usize,
}

impl<'a, T: Sample> Plane<'a, T> {
    /// A plane whose rows follow one another.
    ///
    /// # Errors
    /// Those of [`with_stride`](Self::with_stride).
    pub fn new(samples: &'a [T], width: usize, height: usize) -> Result<Self, ImageError> {
        Self::with_stride(samples, width, height, width)
    }

    /// A plane whose rows begin `stride` samples apart. The last row may end with its last sample.
    ///
    /// # Errors
    /// [`ImageError::NoPixels`], [`ImageError::Parameter`] for a stride below the width,
    /// [`ImageError::BufferLen`] where there are fewer samples than that takes, and
    /// [`ImageError::NotFinite`].
    pub fn with_stride(
        samples: &'a [T],
        width: usize,
        height: usize,
        stride: usize,
    ) -> Result<Self, ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels { width, height });
        }
        check_rows(
            "the plane",
            samples.len(),
            [width, height, stride],
            "the width or more",
        )?;
        let plane = Self {
            samples,
            width,
            height,
            stride,
        };
        for (row, samples) in plane.rows().enumerate() {
            if !T::all_finite(samples) {
                let bad = samples.iter().position(|s| !s.to_f32().is_finite());
                let column = bad.unwrap_or(0);
                return Err(ImageError::NotFinite {
                    column,
                    row,
                    value: samples[column].to_f32(),
                });
            }
        }
        Ok(plane)
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The samples of a row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &'a [T] {
        &self.samples[row * self.stride..][..self.width]
    }

    /// The rows from the top down.
    pub fn rows(self) -> impl Iterator<Item = &'a [T]> {
        (0..self.height).map(move |row| self.row(row))
    }

    /// The part under a box, clipped to the plane; nothing is copied.
    ///
    /// # Errors
    /// [`ImageError::BoxOutside`] where the box covers no pixel.
    pub fn crop(&self, face: FaceBox) -> Result<Self, ImageError> {
        let region = face.clip(self.width, self.height)?;
        Ok(Self {
            samples: &self.samples[region.top * self.stride + region.left..],
            width: region.width,
            height: region.height,
            stride: self.stride,
        })
    }

    /// How many pixels there are.
    pub(crate) fn len(&self) -> usize {
        self.width * self.height
    }

    /// Fails where the plane is smaller than `side` in either direction.
    pub(crate) fn check_min(&self, side: usize) -> Result<(), ImageError> {
        if self.width < side || self.height < side {
            return Err(ImageError::TooSmall {
                width: self.width,
                height: self.height,
                min_width: side,
                min_height: side,
            });
        }
        Ok(())
    }

    /// Fails where `out` has not one element for each of the plane's pixels.
    pub(crate) fn check_out<U>(&self, out: &[U]) -> Result<(), ImageError> {
        check_len("the output", out.len(), self.len())
    }

    /// The levels in double precision.
    pub(crate) fn to_f64(self) -> Array2<f64> {
        Array2::from_shape_fn((self.height, self.width), |(row, column)| {
            self.row(row)[column].to_f64()
        })
    }
}

/// Whether a buffer of `len` elements has room for `[row_len, n_rows, stride]`; `allowed` says of the stride what it may
/// be.
pub(crate) fn check_rows(
    buffer: &'static str,
    len: usize,
    [row_len, n_rows, stride]: [usize; 3],
    allowed: &'static str,
) -> Result<(), ImageError> {
    if stride < row_len {
        return Err(ImageError::Parameter {
            name: "stride",
            value: stride as f64,
            allowed,
        });
    }
    let required = stride
        .saturating_mul(n_rows.saturating_sub(1))
        .saturating_add(row_len);
    if len < required {
        return Err(ImageError::BufferLen {
            buffer,
            actual: len,
            required,
        });
    }
    Ok(())
}

/// The least and the greatest of rows, side by side in lanes, so that they do not
/// wait for each other.
pub(crate) fn range<'a, T: Sample>(rows: impl Iterator<Item = &'a [T]>) -> (T, T) {
    let keep = |(least, most): (&mut T, &mut T), sample: &T| {
        *least = if *sample < *least { *sample } else { *least };
        *most = if *sample > *most { *sample } else { *most };
    };
    let mut lanes: Option<([T; 8], [T; 8])> = None;
    for row in rows {
        let Some(&first) = row.first() else {
            continue;
        };
        let (least, most) = lanes.get_or_insert(([first; 8], [first; 8]));
        let (chunks, rest) = row.as_chunks::<8>();
        for samples in chunks {
            let both = least.iter_mut().zip(most.iter_mut());
            both.zip(samples)
                .for_each(|(both, sample)| keep(both, sample));
        }
        let both = least.iter_mut().zip(most.iter_mut());
        both.zip(rest).for_each(|(both, sample)| keep(both, sample));
    }
    let (least, most) = lanes.unwrap_or_default();
    let (mut low, mut high) = (least[0], most[0]);
    for sample in least.iter().chain(&most) {
        keep((&mut low, &mut high), sample);
    }
    (low, high)
}

pub(crate) fn check_len(
    buffer: &'static str,
    actual: usize,
    required: usize,
) -> Result<(), ImageError> {
    if actual == required {
        Ok(())
    } else {
        Err(ImageError::BufferLen {
            buffer,
            actual,
            required,
        })
    }
}

impl<'a> From<&'a GreyImage> for Plane<'a, f32> {
    fn from(image: &'a GreyImage) -> Self {
        Self {
            samples: image
                .levels()
                .as_slice()
                .expect("a grey picture is in standard layout"),
            width: image.width(),
            height: image.height(),
            stride: image.width(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_checked() {
        let samples = [0_u8; 11];
        assert!(Plane::with_stride(&samples, 3, 3, 4).is_ok());
        for (width, height, stride) in [(3, 3, 5), (3, usize::MAX, 4), (4, 3, 3), (0, 3, 3)] {
            assert!(Plane::with_stride(&samples, width, height, stride).is_err());
        }
    }

    #[test]
    fn a_sample_that_is_no_number_is_named() {
        for value in [f32::NAN, f32::INFINITY] {
            let error = Plane::new(&[0.0, 1e38, 1e38, value], 2, 2).unwrap_err();
            assert_eq!(error.to_string(), format!("pixel 1,1 is {value}"));
        }
    }
}
