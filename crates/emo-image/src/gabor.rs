use std::f64::consts::{LN_2, PI, TAU};

use ndarray::{Array2, Array3, ArrayRef2};

use crate::{Border, ImageError, Plane, Sample};

/// The shape of one kernel of OpenCV's form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaborShape {
    /// Standard deviation of the envelope along the wave, in pixels.
    pub sigma: f64,
    /// Direction of the wave in radians.
    pub theta: f64,
    /// Wavelength in pixels.
    #[doc(alias = "lambda")]
    pub wavelength: f64,
    /// Ratio of the envelope's widths along and across the wave.
    pub gamma: f64,
    /// Phase in radians.
    pub psi: f64,
}

/// The largest side of a kernel.
const MAX_SIDE: usize = 255;

impl GaborShape {
    /// The kernel, `[side, side]`, as OpenCV's `getGaborKernel` gives it.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless `side` is odd and at most 255, the lengths are above 0 and
    /// the angles finite.
    #[doc(alias = "getGaborKernel")]
    pub fn kernel(&self, side: usize) -> Result<Array2<f64>, ImageError> {
        check_side(side)?;
        for (name, value) in [
            ("sigma", self.sigma),
            ("wavelength", self.wavelength),
            ("gamma", self.gamma),
        ] {
            check_positive(name, value)?;
        }
        check_angle("theta", self.theta)?;
        check_angle("psi", self.psi)?;
        let (sin, cos) = self.theta.sin_cos();
        let (along, across) = (self.sigma, self.sigma / self.gamma);
        let radius = (side / 2) as f64;
        Ok(Array2::from_shape_fn((side, side), |(row, column)| {
            let (x, y) = (radius - column as f64, radius - row as f64);
            let (u, v) = (x * cos + y * sin, y * cos - x * sin);
            let envelope = -0.5 * (u * u / (along * along) + v * v / (across * across));
            envelope.exp() * (TAU / self.wavelength * u + self.psi).cos()
        }))
    }
}

fn check_side(side: usize) -> Result<(), ImageError> {
    if side % 2 == 1 && side <= MAX_SIDE {
        return Ok(());
    }
    Err(ImageError::Parameter {
        name: "the kernel's side",
        value: side as f64,
        allowed: "odd and at most 255",
    })
}

fn check_positive(name: &'static str, value: f64) -> Result<(), ImageError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ImageError::Parameter {
        name,
        value,
        allowed: "above 0",
    })
}

fn check_angle(name: &'static str, value: f64) -> Result<(), ImageError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(ImageError::Parameter {
        name,
        value,
        allowed: "finite",
    })
}

/// The real and the imaginary kernel of scikit-image's `filters.gabor_kernel`, three standard
/// deviations wide, for a spatial frequency in cycles per pixel, a direction in radians and a
/// bandwidth in octaves.
///
/// # Errors
/// [`ImageError::Parameter`] for a frequency or bandwidth that is not above 0, an infinite direction
/// or a kernel wider than 255 pixels.
///
/// # References
/// S. E. Grigorescu, N. Petkov, P. Kruizinga, 2002, *Comparison of texture features based on Gabor
/// filters*, IEEE Trans. Image Process. 11(10),
/// [doi:10.1109/TIP.2002.804262](https://doi.org/10.1109/TIP.2002.804262).
pub fn complex_gabor_kernels(
    frequency: f64,
    theta: f64,
    bandwidth: f64,
) -> Result<[Array2<f64>; 2], ImageError> {
    check_positive("frequency", frequency)?;
    check_positive("bandwidth", bandwidth)?;
    check_angle("theta", theta)?;
    let octaves = bandwidth.exp2();
    let sigma = (LN_2 / 2.0).sqrt() / PI * (octaves + 1.0) / (octaves - 1.0) / frequency;
    let (sin, cos) = theta.sin_cos();
    let radius = (3.0 * sigma * cos.abs().max(sin.abs())).max(1.0).ceil();
    if !(1.0..=(MAX_SIDE / 2) as f64).contains(&radius) {
        return Err(ImageError::Parameter {
            name: "the kernel's radius",
            value: radius,
            allowed: "at most 127",
        });
    }
    let side = 2 * radius as usize + 1;
    let part = |phase: f64| {
        Array2::from_shape_fn((side, side), |(row, column)| {
            let (x, y) = (column as f64 - radius, row as f64 - radius);
            let (u, v) = (x * cos + y * sin, y * cos - x * sin);
            let envelope = (-0.5 * (u * u + v * v) / (sigma * sigma)).exp();
            envelope / (TAU * sigma * sigma) * (TAU * frequency * u - phase).cos()
        })
    };
    Ok([part(0.0), part(PI / 2.0)])
}

/// Several Gabor kernels and their responses.
///
/// # Example
/// ```
/// use emo_image::{GaborBank, Plane};
///
/// let bank = GaborBank::of_wavelengths(&[4.0, 8.0], 4, 15)?;
/// let levels = [128_u8; 48 * 48];
/// assert_eq!(bank.statistics(Plane::new(&levels, 48, 48)?).dim(), (8, 2));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GaborBank {
    kernels: Vec<Array2<f64>>,
    border: Border,
}

impl GaborBank {
    /// For each wavelength in pixels, `n_directions` kernels from 0 to 180° with an envelope of
    /// 0.56 wavelengths (one octave) and an aspect of 0.5; the responses as OpenCV's `filter2D`
    /// with the picture mirrored about its outermost pixels.
    ///
    /// # Errors
    /// Those of [`GaborShape::kernel`], and [`ImageError::Parameter`] unless there are 1 to 1024
    /// kernels.
    pub fn of_wavelengths(
        wavelengths: &[f64],
        n_directions: usize,
        side: usize,
    ) -> Result<Self, ImageError> {
        let count = wavelengths.len().saturating_mul(n_directions);
        if !(1..=1024).contains(&count) {
            return Err(ImageError::Parameter {
                name: "the number of kernels",
                value: count as f64,
                allowed: "1 to 1024",
            });
        }
        let shapes = wavelengths.iter().flat_map(|&wavelength| {
            (0..n_directions).map(move |direction| GaborShape {
                sigma: 0.56 * wavelength,
                theta: direction as f64 * PI / n_directions as f64,
                wavelength,
                gamma: 0.5,
                psi: 0.0,
            })
        });
        Ok(Self {
            kernels: shapes
                .map(|shape| shape.kernel(side))
                .collect::<Result<_, _>>()?,
            border: Border::Reflect101,
        })
    }

    /// The kernels.
    pub fn kernels(&self) -> &[Array2<f64>] {
        &self.kernels
    }

    /// The responses in grey levels, `[kernel, rows, columns]`.
    pub fn compute<T: Sample>(&self, plane: Plane<'_, T>) -> Array3<f32> {
        let mut out = Array3::zeros((self.kernels.len(), plane.height(), plane.width()));
        for (index, mut response) in out.outer_iter_mut().enumerate() {
            response.assign(&self.response(index, plane).mapv(|value| value as f32));
        }
        out
    }

    /// Mean and population standard deviation of the responses' magnitude, `[kernel, 2]`.
    pub fn statistics<T: Sample>(&self, plane: Plane<'_, T>) -> Array2<f64> {
        let mut out = Array2::zeros((self.kernels.len(), 2));
        for (index, mut out) in out.outer_iter_mut().enumerate() {
            let response = self.response(index, plane).mapv_into(f64::abs);
            let count = response.len() as f64;
            let mean = response.sum() / count;
            let variance = response.fold(0.0, |sum, v| sum + (v - mean) * (v - mean)) / count;
            out[0] = mean;
            out[1] = variance.sqrt();
        }
        out
    }

    fn response<T: Sample>(&self, index: usize, plane: Plane<'_, T>) -> Array2<f64> {
        correlate(&plane.to_f64(), &self.kernels[index], self.border)
    }
}

/// Real and imaginary response of the levels over 255, `[2, rows, columns]`, as scikit-image's
/// `filters.gabor` gives it: convolution, the edge mirrored by [`Border::Reflect`].
///
/// # Errors
/// Those of [`complex_gabor_kernels`].
#[doc(alias = "filters.gabor")]
pub fn complex_gabor<T: Sample>(
    plane: Plane<'_, T>,
    frequency: f64,
    theta: f64,
    bandwidth: f64,
) -> Result<Array3<f64>, ImageError> {
    let levels = plane.to_f64() / 255.0;
    let mut out = Array3::zeros((2, plane.height(), plane.width()));
    let kernels = complex_gabor_kernels(frequency, theta, bandwidth)?;
    for (mut kernel, mut out) in kernels.into_iter().zip(out.outer_iter_mut()) {
        // A convolution is the correlation with the kernel turned by half a turn.
        kernel.invert_axis(ndarray::Axis(0));
        kernel.invert_axis(ndarray::Axis(1));
        out.assign(&correlate(&levels, &kernel, Border::Reflect));
    }
    Ok(out)
}

fn correlate(source: &ArrayRef2<f64>, kernel: &ArrayRef2<f64>, border: Border) -> Array2<f64> {
    let (height, width) = source.dim();
    let (rows, columns) = kernel.dim();
    let (down, across) = ((rows / 2) as isize, (columns / 2) as isize);
    let padded =
        Array2::from_shape_fn((height + rows - 1, width + columns - 1), |(row, column)| {
            let row = border.index(row as isize - down, height);
            let column = border.index(column as isize - across, width);
            match (row, column) {
                (Some(row), Some(column)) => source[[row, column]],
                _ => f64::from(border.constant()),
            }
        });
    let padded = padded
        .as_slice()
        .expect("a new array is in standard layout");
    let mut out = Array2::zeros((height, width));
    for (row, mut out) in out.outer_iter_mut().enumerate() {
        let out = out.as_slice_mut().expect("a row is contiguous");
        for ((tap_row, tap_column), &weight) in kernel.indexed_iter() {
            let source = &padded[(row + tap_row) * (width + columns - 1) + tap_column..];
            for (sum, level) in out.iter_mut().zip(source) {
                *sum += weight * level;
            }
        }
    }
    out
}
