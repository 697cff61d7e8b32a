use crate::{Border, smooth::gaussian};

use super::taps::{Taps, centre};

/// Whose resizing is computed, and by which of its filters.
///
/// Everywhere pixel centres lie at half-integers. The tools differ in whether a filter grows wider
/// where the picture shrinks, in the filters' shapes, in what lies beyond the edge and in rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResizeFilter {
    /// OpenCV's `resize`. But for [`OpenCvFilter::Area`] a filter keeps its width in source pixels, so a
    /// picture that shrinks is sampled, not averaged. The outermost pixels are repeated.
    OpenCv(OpenCvFilter),
    /// Pillow's `Image.resize`. A filter grows with the factor by which the picture shrinks, and is
    /// cut off at the edge. Of 8 bits, levels are rounded after the rows and after the columns.
    Pillow(PillowFilter),
    /// Scikit-image's `transform.resize`. The mirror about the outermost pixels lies beyond the
    /// edge, and levels stay between the least and the greatest of the picture. Levels of `u8` are
    /// rounded, which scikit-image leaves to the caller.
    ScikitImage(ScikitImageFilter),
}

/// The filters of OpenCV's `resize`.
///
/// 8-bit levels are computed with weights of 11 fractional bits, and come within one level of
/// OpenCV's own; [`Nearest`](Self::Nearest), [`NearestExact`](Self::NearestExact) and
/// [`LinearExact`](Self::LinearExact) are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenCvFilter {
    /// The source pixel under the upper left corner of the target pixel.
    #[doc(alias = "INTER_NEAREST")]
    Nearest,
    /// The source pixel under the centre of the target pixel, as OpenCV 4 rounds it.
    #[doc(alias = "INTER_NEAREST_EXACT")]
    NearestExact,
    /// The source pixel under the centre of the target pixel, as OpenCV 5 takes it.
    NearestExact5,
    /// The straight line between two pixels.
    #[doc(alias = "INTER_LINEAR")]
    Linear,
    /// The straight line between two pixels with weights of 8 fractional bits.
    #[doc(alias = "INTER_LINEAR_EXACT")]
    LinearExact,
    /// Cubic convolution over four pixels with a = −0.75.
    #[doc(alias = "INTER_CUBIC")]
    Cubic,
    /// The mean of what lies under the target pixel where neither axis grows, and otherwise straight
    /// ramps of one target pixel between source pixels.
    #[doc(alias = "INTER_AREA")]
    Area,
    /// A sinc windowed by a wider one, over eight pixels.
    #[doc(alias = "INTER_LANCZOS4")]
    Lanczos4,
}

/// The filters of Pillow's `resize`, `Image.Resampling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PillowFilter {
    /// The source pixel under the centre.
    Nearest,
    /// Equal weights.
    Box,
    /// A triangle of radius 1.
    Bilinear,
    /// A sinc of radius 1 under a Hamming window.
    Hamming,
    /// Cubic convolution of radius 2 with a = −0.5.
    Bicubic,
    /// A sinc of radius 3 windowed by a wider one.
    Lanczos,
}

/// What scikit-image's `resize` is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScikitImageFilter {
    /// Straight lines after a Gaussian of (factor − 1)/2 pixels along an axis that shrinks: `order=1`,
    /// `anti_aliasing=True`.
    Linear,
    /// Straight lines alone: `order=1`, `anti_aliasing=False`.
    LinearAliased,
    /// Cubic splines through the pixels after that Gaussian: `order=3`, `anti_aliasing=True`.
    Cubic,
    /// Cubic splines through the pixels: `order=3`, `anti_aliasing=False`.
    CubicAliased,
}

impl ResizeFilter {
    /// The taps of the columns and of the rows, of pictures of `[width, height]`.
    pub(super) fn taps(self, source: [usize; 2], target: [usize; 2]) -> [Taps; 2] {
        let axes = [0, 1].map(|axis| (source[axis], target[axis]));
        match self {
            Self::OpenCv(OpenCvFilter::Area) if axes.iter().all(|(from, to)| from >= to) => {
                axes.map(|(from, to)| Taps::overlap(from, to))
            }
            Self::OpenCv(filter) => axes.map(|(from, to)| open_cv(filter, from, to)),
            Self::Pillow(filter) => axes.map(|(from, to)| pillow(filter, from, to)),
            Self::ScikitImage(filter) => axes.map(|(from, to)| scikit_image(filter, from, to)),
        }
    }
}

fn open_cv(filter: OpenCvFilter, source: usize, target: usize) -> Taps {
    let kernel = |radius: isize, weight: fn(f64) -> f64| {
        Taps::new(source, target, Border::Replicate, |index, list| {
            let place = centre(index, source, target);
            let first = place.floor() as isize - radius + 1;
            list.extend((first..first + 2 * radius).map(|i| (i, weight(i as f64 - place))));
            normalise(list);
        })
    };
    match filter {
        OpenCvFilter::Nearest => {
            let scale = 1.0 / (target as f64 / source as f64);
            Taps::pick(source, target, |index| (index as f64 * scale) as usize)
        }
        OpenCvFilter::NearestExact => {
            // A factor of 16 fractional bits, and half of it less one unit for odd pictures.
            let factor = ((source << 16) + target / 2) / target;
            let half = factor as isize / 2 - source as isize % 2;
            Taps::pick(source, target, |index| {
                ((factor * index) as isize + half).max(0) as usize >> 16
            })
        }
        OpenCvFilter::NearestExact5 => summed(source, target),
        OpenCvFilter::Linear | OpenCvFilter::LinearExact => {
            Taps::linear(source, target, Border::Replicate)
        }
        OpenCvFilter::Area => Taps::ramps(source, target),
        OpenCvFilter::Cubic => kernel(2, |x| cubic(x, -0.75)),
        OpenCvFilter::Lanczos4 => kernel(4, |x| sinc(x) * sinc(x / 4.0)),
    }
}

fn pillow(filter: PillowFilter, source: usize, target: usize) -> Taps {
    let (radius, weight): (f64, fn(f64) -> f64) = match filter {
        PillowFilter::Nearest => return summed(source, target),
        PillowFilter::Box => (0.5, |x| if x > -0.5 && x <= 0.5 { 1.0 } else { 0.0 }),
        PillowFilter::Bilinear => (1.0, |x| (1.0 - x.abs()).max(0.0)),
        PillowFilter::Hamming => (1.0, |x| {
            let window = 0.54 + 0.46 * (std::f64::consts::PI * x).cos();
            if x.abs() < 1.0 { sinc(x) * window } else { 0.0 }
        }),
        PillowFilter::Bicubic => (2.0, |x| cubic(x, -0.5)),
        PillowFilter::Lanczos => (3.0, |x| {
            if x.abs() < 3.0 {
                sinc(x) * sinc(x / 3.0)
            } else {
                0.0
            }
        }),
    };
    let scale = source as f64 / target as f64;
    let spread = scale.max(1.0);
    let radius = radius * spread;
    Taps::new(source, target, Border::Replicate, |index, list| {
        let place = (index as f64 + 0.5) * scale;
        let first = (place - radius + 0.5).max(0.0) as usize;
        let end = ((place + radius + 0.5) as usize).min(source);
        list.extend((first..end).map(|pixel| {
            let distance = (pixel as f64 - place + 0.5) / spread;
            (pixel as isize, weight(distance))
        }));
        normalise(list);
    })
}

/// The source pixels under the centres, whose places are summed up, not multiplied, as the peers do:
/// it decides where a centre lies between two pixels.
fn summed(source: usize, target: usize) -> Taps {
    let scale = source as f64 / target as f64;
    let mut places = Vec::with_capacity(target);
    let mut place = 0.5 * scale;
    for _ in 0..target {
        places.push(place as usize);
        place += scale;
    }
    Taps::pick(source, target, |index| places[index])
}

fn scikit_image(filter: ScikitImageFilter, source: usize, target: usize) -> Taps {
    use ScikitImageFilter::{Cubic, CubicAliased, Linear, LinearAliased};
    let taps = match filter {
        Linear | LinearAliased => Taps::linear(source, target, Border::Reflect101),
        Cubic | CubicAliased => Taps::new(source, target, Border::Reflect101, |index, list| {
            let place = centre(index, source, target);
            let first = place.floor() as isize - SPLINE_RADIUS;
            let pixels = first..=first + 2 * SPLINE_RADIUS + 1;
            list.extend(pixels.map(|i| (i, cardinal_spline(i as f64 - place))));
        }),
    };
    let sigma = (source as f64 / target as f64 - 1.0) / 2.0;
    if sigma <= 0.0 || matches!(filter, LinearAliased | CubicAliased) {
        return taps;
    }
    let radius = (4.0 * sigma).round() as isize;
    let gaussian = gaussian(sigma, radius as usize);
    let mut sums = Vec::new();
    Taps::new(source, target, Border::Replicate, |index, list| {
        // Each tap is spread by the Gaussian, whose places beyond the edge are mirrored.
        let (first, weights) = taps.of(index);
        let begin = first as isize - radius;
        sums.clear();
        sums.resize(weights.len() + gaussian.len() - 1, 0.0);
        for (tap, weight) in weights.iter().enumerate() {
            for (sum, share) in sums[tap..].iter_mut().zip(&gaussian) {
                *sum += weight * share;
            }
        }
        list.extend(sums.iter().enumerate().map(|(i, sum)| {
            let place = Border::Reflect101.index(begin + i as isize, source);
            (place.unwrap_or(0) as isize, *sum)
        }));
    })
}

fn normalise(list: &mut [(isize, f64)]) {
    let sum: f64 = list.iter().map(|tap| tap.1).sum();
    list.iter_mut().for_each(|tap| tap.1 /= sum);
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let angle = std::f64::consts::PI * x;
    angle.sin() / angle
}

/// R. Keys, 1981, *Cubic convolution interpolation for digital image processing*, IEEE TASSP 29(6),
/// [doi:10.1109/TASSP.1981.1163711](https://doi.org/10.1109/TASSP.1981.1163711).
fn cubic(x: f64, a: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * a
    } else {
        0.0
    }
}

/// Where the cardinal spline is cut off: it falls by √3 − 2 per pixel, to 1e-11 there.
const SPLINE_RADIUS: isize = 20;

/// The cubic spline that is 1 at 0 and 0 at all other whole numbers: the B-spline's prefilter,
/// √3 · zⁿ with z = √3 − 2, and the B-spline itself.
///
/// M. Unser, 1999, *Splines: a perfect fit for signal and image processing*, IEEE Signal Processing
/// Magazine 16(6), [doi:10.1109/79.799930](https://doi.org/10.1109/79.799930).
fn cardinal_spline(x: f64) -> f64 {
    let pole = 3.0_f64.sqrt() - 2.0;
    let nearest = x.round() as i32;
    let around = nearest - 2..=nearest + 2;
    let parts = around.map(|n| 3.0_f64.sqrt() * pole.powi(n.abs()) * b_spline(x - f64::from(n)));
    parts.sum()
}

fn b_spline(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        2.0 / 3.0 - x * x * (1.0 - x / 2.0)
    } else {
        (2.0 - x).max(0.0).powi(3) / 6.0
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn the_cardinal_spline_passes_through_the_pixels() {
        for place in -12..=12 {
            let expected = f64::from(u8::from(place == 0));
            assert_close([cardinal_spline(f64::from(place))], [expected], 0.0, 1e-12);
        }
    }
}
