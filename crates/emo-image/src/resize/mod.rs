//! Resizing: taps along each axis, planned once per size, and passes that apply them.

mod filters;
mod interpolation;
mod passes;
mod taps;
#[cfg(target_arch = "x86_64")]
mod wide;

use ndarray::Array2;

pub use filters::{OpenCvFilter, PillowFilter, ResizeFilter, ScikitImageFilter};
pub use interpolation::Interpolation;
pub(crate) use interpolation::resample;

use crate::{
    ImageError, MAX_SIDE, Plane, Sample,
    plane::{check_len, range},
};
use passes::{Fixed, Means, Rounded, Weighted};
use taps::Taps;

/// The size to resize to, and how.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResizeConfig {
    /// Columns, 1 to [`MAX_SIDE`].
    pub width: usize,
    /// Rows, 1 to [`MAX_SIDE`].
    pub height: usize,
    /// Whose filter; default OpenCV's [`OpenCvFilter::Linear`].
    pub filter: ResizeFilter,
}

impl ResizeConfig {
    /// A resizing to `width × height` by OpenCV's default.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            filter: ResizeFilter::OpenCv(OpenCvFilter::Linear),
        }
    }
}

/// Resizes pictures to one size as OpenCV, Pillow or scikit-image does.
///
/// `u8` levels are computed in the tool's whole numbers and rounded as it rounds them, `f32` levels
/// in double precision. A picture in colours is resized plane by plane. Its aspect ratio is not
/// kept.
///
/// # Example
/// ```
/// use emo_image::{PillowFilter, Plane, Resize, ResizeConfig, ResizeFilter};
///
/// let levels: Vec<u8> = (0..64 * 64).map(|i| (i % 64) as u8).collect();
/// let mut config = ResizeConfig::new(48, 48);
/// config.filter = ResizeFilter::Pillow(PillowFilter::Bilinear);
/// let mut resize = Resize::new(config)?;
/// assert_eq!(resize.compute(Plane::new(&levels, 64, 64)?).dim(), (48, 48));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Resize {
    config: ResizeConfig,
    plan: Option<Plan>,
}

/// What depends on the size of the pictures alone.
#[derive(Debug, Clone)]
pub struct Plan {
    source: [usize; 2],
    taps: [Taps; 2],
    of_bytes: OfBytes,
    weighted: Weighted,
}

/// The arithmetic of 8-bit levels.
#[derive(Debug, Clone)]
enum OfBytes {
    Fixed(Fixed),
    Means(Means),
    Rounded(Rounded),
    Weighted,
    /// Both axes to their half.
    Half,
}

impl Resize {
    /// A resizing to the configured size.
    ///
    /// # Errors
    /// [`ImageError::Size`] for a side of zero or above [`MAX_SIDE`].
    pub fn new(config: ResizeConfig) -> Result<Self, ImageError> {
        check_size(config.width, config.height)?;
        Ok(Self { config, plan: None })
    }

    /// The configuration.
    pub fn config(&self) -> &ResizeConfig {
        &self.config
    }

    /// The picture at the configured size, `[rows, columns]`.
    pub fn compute<T: Sample>(&mut self, plane: Plane<'_, T>) -> Array2<T> {
        let mut out = Array2::default((self.config.height, self.config.width));
        let slice = out
            .as_slice_mut()
            .expect("a new array is in standard layout");
        self.fill(plane, slice);
        out
    }

    /// [`compute`](Self::compute) into `out`, row by row; allocates nothing after the first picture
    /// of a size.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] unless `out` has one element for each pixel of the configured size.
    pub fn compute_into<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        out: &mut [T],
    ) -> Result<(), ImageError> {
        let required = self.config.width * self.config.height;
        check_len("the output", out.len(), required)?;
        self.fill(plane, out);
        Ok(())
    }

    fn fill<T: Sample>(&mut self, plane: Plane<'_, T>, out: &mut [T]) {
        let ResizeConfig {
            width,
            height,
            filter,
        } = self.config;
        let source = [plane.width(), plane.height()];
        if source == [width, height] {
            for (out, row) in out.chunks_exact_mut(width).zip(plane.rows()) {
                out.copy_from_slice(row);
            }
            return;
        }
        let plan = match &mut self.plan {
            Some(plan) if plan.source == source => plan,
            plan => plan.insert(Plan::new(source, [width, height], filter)),
        };
        if filter.picks() {
            passes::pick(plane, &plan.taps, out);
        } else {
            T::resize(plan, filter, plane, out);
        }
    }
}

impl Plan {
    fn new(source: [usize; 2], target: [usize; 2], filter: ResizeFilter) -> Self {
        let taps = filter.taps(source, target);
        let averages = source.iter().zip(target).all(|(from, to)| *from >= to);
        let halves = source.iter().zip(target).all(|(from, to)| *from == 2 * to);
        let of_bytes = match filter {
            ResizeFilter::OpenCv(
                OpenCvFilter::Linear | OpenCvFilter::LinearExact | OpenCvFilter::Area,
            ) if halves => OfBytes::Half,
            ResizeFilter::OpenCv(OpenCvFilter::LinearExact) => {
                OfBytes::Fixed(Fixed::new(&taps, source[0], 8, 0))
            }
            ResizeFilter::OpenCv(OpenCvFilter::Area) if averages => {
                OfBytes::Means(Means::new(&taps, source))
            }
            ResizeFilter::OpenCv(_) => OfBytes::Fixed(Fixed::new(&taps, source[0], 11, 4)),
            ResizeFilter::Pillow(_) => OfBytes::Rounded(Rounded::new(&taps)),
            ResizeFilter::ScikitImage(_) => OfBytes::Weighted,
        };
        Self {
            source,
            taps,
            of_bytes,
            weighted: Weighted::default(),
        }
    }

    pub(crate) fn run_u8(&mut self, filter: ResizeFilter, plane: Plane<'_, u8>, out: &mut [u8]) {
        match &mut self.of_bytes {
            OfBytes::Fixed(fixed) => fixed.run(plane, out),
            OfBytes::Means(means) => means.run(plane, out),
            OfBytes::Rounded(rounded) => rounded.run(plane, out),
            OfBytes::Half => passes::halve(plane, out),
            OfBytes::Weighted => {
                let [least, most] = filter.limits(plane);
                self.weighted.run(plane, &self.taps, out, |level| {
                    (level.clamp(least, most) + 0.5) as u8
                });
            }
        }
    }

    pub(crate) fn run_f32(&mut self, filter: ResizeFilter, plane: Plane<'_, f32>, out: &mut [f32]) {
        let [least, most] = filter.limits(plane);
        self.weighted.run(plane, &self.taps, out, |level| {
            level.clamp(least, most) as f32
        });
    }
}

impl ResizeFilter {
    /// Whether each target pixel is one of the source's.
    fn picks(self) -> bool {
        matches!(
            self,
            Self::OpenCv(
                OpenCvFilter::Nearest | OpenCvFilter::NearestExact | OpenCvFilter::NearestExact5
            ) | Self::Pillow(PillowFilter::Nearest)
        )
    }

    /// The least and the greatest level that a result can have.
    fn limits<T: Sample>(self, plane: Plane<'_, T>) -> [f64; 2] {
        if !matches!(self, Self::ScikitImage(_)) {
            return [f64::NEG_INFINITY, f64::INFINITY];
        }
        let (least, most) = range(plane.rows());
        [least.to_f64(), most.to_f64()]
    }
}

/// Fails for a side of zero or above [`MAX_SIDE`].
pub(crate) fn check_size(width: usize, height: usize) -> Result<(), ImageError> {
    if (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) {
        return Ok(());
    }
    Err(ImageError::Size {
        width,
        height,
        max: MAX_SIDE,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILTERS: [ResizeFilter; 18] = [
        ResizeFilter::OpenCv(OpenCvFilter::Nearest),
        ResizeFilter::OpenCv(OpenCvFilter::NearestExact),
        ResizeFilter::OpenCv(OpenCvFilter::NearestExact5),
        ResizeFilter::OpenCv(OpenCvFilter::Linear),
        ResizeFilter::OpenCv(OpenCvFilter::LinearExact),
        ResizeFilter::OpenCv(OpenCvFilter::Cubic),
        ResizeFilter::OpenCv(OpenCvFilter::Area),
        ResizeFilter::OpenCv(OpenCvFilter::Lanczos4),
        ResizeFilter::Pillow(PillowFilter::Nearest),
        ResizeFilter::Pillow(PillowFilter::Box),
        ResizeFilter::Pillow(PillowFilter::Bilinear),
        ResizeFilter::Pillow(PillowFilter::Hamming),
        ResizeFilter::Pillow(PillowFilter::Bicubic),
        ResizeFilter::Pillow(PillowFilter::Lanczos),
        ResizeFilter::ScikitImage(ScikitImageFilter::Linear),
        ResizeFilter::ScikitImage(ScikitImageFilter::LinearAliased),
        ResizeFilter::ScikitImage(ScikitImageFilter::Cubic),
        ResizeFilter::ScikitImage(ScikitImageFilter::CubicAliased),
    ];

    fn resize(width: usize, height: usize, filter: ResizeFilter) -> Resize {
        Resize::new(ResizeConfig {
            width,
            height,
            filter,
        })
        .unwrap()
    }

    proptest! {
        #[test]
        fn whole_numbers_follow_double_precision(
            levels in prop::collection::vec(any::<u8>(), 21 * 17),
            from in (1_usize..22, 1_usize..18),
            to in (1_usize..40, 1_usize..40),
            halved: bool,
        ) {
            let (from, to) = if halved {
                ((from.0.max(2) / 2 * 2, from.1.max(2) / 2 * 2), (from.0.max(2) / 2, from.1.max(2) / 2))
            } else {
                (from, to)
            };
            let plane = Plane::with_stride(&levels, from.0, from.1, 21).unwrap();
            let real: Vec<f32> = levels.iter().copied().map(f32::from).collect();
            let real = Plane::with_stride(&real, from.0, from.1, 21).unwrap();
            // Those of Pillow's filters that overshoot are clipped between the passes.
            let clipped = [PillowFilter::Bicubic, PillowFilter::Lanczos].map(ResizeFilter::Pillow);
            for filter in FILTERS.into_iter().filter(|filter| !clipped.contains(filter)) {
                let mut resize = resize(to.0, to.1, filter);
                let actual = resize.compute(plane);
                let expected = resize.compute(real);
                for (level, expected) in actual.iter().zip(&expected) {
                    // Pillow rounds twice, OpenCV with weights of few bits.
                    let off = f32::from(*level) - expected.clamp(0.0, 255.0);
                    prop_assert!(off.abs() < 1.6, "{filter:?}: {level} for {expected}");
                }
            }
        }

        #[test]
        fn a_flat_picture_stays_flat(
            level: u8, from in (1_usize..300, 1_usize..40), to in (1_usize..300, 1_usize..40),
        ) {
            let levels = vec![level; from.0 * from.1];
            let plane = Plane::new(&levels, from.0, from.1).unwrap();
            for filter in FILTERS {
                let resized = resize(to.0, to.1, filter).compute(plane);
                prop_assert!(resized.iter().all(|value| *value == level), "{filter:?}");
            }
        }
    }

    #[test]
    fn a_picture_of_its_size_is_copied() {
        let levels: Vec<u8> = (0..48).collect();
        for filter in FILTERS {
            let copy = resize(5, 4, filter).compute(Plane::with_stride(&levels, 5, 4, 9).unwrap());
            assert_eq!(copy[[3, 4]], 31, "{filter:?}");
        }
    }

    #[test]
    fn a_plan_follows_the_size() {
        let levels: Vec<u8> = (0..=255).collect();
        for filter in FILTERS {
            let mut resize = resize(7, 5, filter);
            let small = Plane::new(&levels, 9, 8).unwrap();
            let fresh = resize.compute(small);
            resize.compute(Plane::new(&levels, 16, 16).unwrap());
            assert_eq!(resize.compute(small), fresh, "{filter:?}");
            assert!(resize.compute_into(small, &mut [0; 34]).is_err());
        }
    }

    #[test]
    fn sizes_are_checked() {
        for (width, height) in [(0, 1), (1, 0), (MAX_SIDE + 1, 1), (1, usize::MAX)] {
            assert!(Resize::new(ResizeConfig::new(width, height)).is_err());
        }
    }
}
