//! More training pictures of one.

mod random;

use ndarray::{Array2, s};

use crate::{
    Affine, Border, GreyImage, ImageError, Outside, Plane, Sample, SmoothingKernel,
    error::check_ranges, grey::WHITE, smooth,
};
use random::SplitMix64;

/// How strongly [`Augment`] changes a picture; each value is the most that is drawn, evenly.
///
/// The defaults are this crate's engineering values for crops of a face, in which its place is
/// known to a few pixels.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AugmentConfig {
    /// What makes the draws; default 0.
    pub seed: u64,
    /// How often the picture is mirrored left to right, 0 to 1; default 0.5.
    pub flip_probability: f64,
    /// Shift along each axis, in either direction, as a share of the side; 0 to 1, default 0.08.
    pub max_shift: f64,
    /// Turn in either direction in degrees, 0 to 180; default 10.
    pub max_rotation_degrees: f64,
    /// By how much the picture is enlarged, or reduced by as much: 0.1 stands for factors of 1/1.1
    /// to 1.1. 0 to 1, default 0.1.
    pub max_scale: f64,
    /// Grey levels that are added or taken away, 0 to 255; default 25.
    pub max_brightness: f64,
    /// By how much the contrast about the picture's mean is raised, or lowered by as much: 0.25
    /// stands for factors of 1/1.25 to 1.25. 0 to 10, default 0.25.
    pub max_contrast: f64,
    /// How often a square is blotted out, 0 to 1; default 0.5.
    pub cutout_probability: f64,
    /// Side of that square as a share of the picture's shorter side, 0 to 1; default 0.25.
    pub cutout_side: f64,
    /// Share of the picture smoothed by a binomial kernel of 5 × 5 pixels that is mixed in, 0 to 1;
    /// default 0.
    pub max_blur: f64,
    /// Standard deviation of normal noise in grey levels, 0 to 255; default 0.
    pub max_noise: f64,
}

impl Default for AugmentConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            flip_probability: 0.5,
            max_shift: 0.08,
            max_rotation_degrees: 10.0,
            max_scale: 0.1,
            max_brightness: 25.0,
            max_contrast: 0.25,
            cutout_probability: 0.5,
            cutout_side: 0.25,
            max_blur: 0.0,
            max_noise: 0.0,
        }
    }
}

impl AugmentConfig {
    /// No change at all, to be raised one by one.
    pub fn none() -> Self {
        Self {
            seed: 0,
            flip_probability: 0.0,
            max_shift: 0.0,
            max_rotation_degrees: 0.0,
            max_scale: 0.0,
            max_brightness: 0.0,
            max_contrast: 0.0,
            cutout_probability: 0.0,
            cutout_side: 0.0,
            max_blur: 0.0,
            max_noise: 0.0,
        }
    }
}

/// Makes more training pictures of one, the same ones for the same seed.
///
/// What is drawn depends on the seed and the copy's number alone: any order and any number of
/// threads make the same copies, on every machine to the bit. Every strength has a draw of its own,
/// so that changing one leaves the others as they were.
///
/// The steps, in this order: flip, turn, scale and shift about the picture's middle in one
/// interpolation by straight lines, beyond the edge its outermost pixels; blur; contrast and
/// brightness; noise; a square of the picture's mean level, whose middle lies anywhere in the
/// picture, so that it may reach beyond; levels are limited to 0..255.
///
/// Labels of the picture as a whole stay true, but places in it (boxes, landmarks) move. Copies
/// belong to the training part alone, and to the same part as their original.
///
/// # Example
/// ```
/// use emo_image::{Augment, AugmentConfig, Plane};
///
/// let levels: Vec<u8> = (0..48 * 48).map(|n| (n % 251) as u8).collect();
/// let face = Plane::new(&levels, 48, 48)?;
/// let mut config = AugmentConfig::default();
/// config.seed = 7;
/// let augment = Augment::new(config)?;
/// let copies: Result<Vec<_>, _> = (0..8).map(|copy| augment.compute(copy, face)).collect();
/// assert_eq!(copies?[3], augment.compute(3, face)?);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// T. DeVries, G. W. Taylor, 2017, *Improved regularization of convolutional neural networks with
/// cutout*, [arXiv:1708.04552](https://arxiv.org/abs/1708.04552).
#[derive(Debug, Clone)]
pub struct Augment {
    config: AugmentConfig,
}

/// What was drawn for a copy.
struct Draw {
    is_flipped: bool,
    shift: [f64; 2],
    degrees: f64,
    scale: f64,
    brightness: f64,
    contrast: f64,
    /// The middle of the square as shares of width and height.
    cutout: Option<[f64; 2]>,
    blur: f64,
    noise: f64,
    noise_seed: u64,
}

impl Augment {
    /// Checks the strengths.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a strength outside its range.
    pub fn new(config: AugmentConfig) -> Result<Self, ImageError> {
        let unit = "0 to 1";
        check_ranges([
            ("flip_probability", config.flip_probability, 0.0..=1.0, unit),
            ("max_shift", config.max_shift, 0.0..=1.0, unit),
            (
                "max_rotation_degrees",
                config.max_rotation_degrees,
                0.0..=180.0,
                "0 to 180",
            ),
            ("max_scale", config.max_scale, 0.0..=1.0, unit),
            (
                "max_brightness",
                config.max_brightness,
                0.0..=255.0,
                "0 to 255",
            ),
            ("max_contrast", config.max_contrast, 0.0..=10.0, "0 to 10"),
            (
                "cutout_probability",
                config.cutout_probability,
                0.0..=1.0,
                unit,
            ),
            ("cutout_side", config.cutout_side, 0.0..=1.0, unit),
            ("max_blur", config.max_blur, 0.0..=1.0, unit),
            ("max_noise", config.max_noise, 0.0..=255.0, "0 to 255"),
        ])?;
        Ok(Self { config })
    }

    /// The configuration.
    pub fn config(&self) -> &AugmentConfig {
        &self.config
    }

    /// The copy of a picture with this number, of the picture's size.
    ///
    /// # Errors
    /// [`ImageError::PixelOutOfRange`] for a level outside 0 to 255, [`ImageError::Size`] for a side
    /// above [`MAX_SIDE`](crate::MAX_SIDE).
    pub fn compute<T: Sample>(
        &self,
        copy: u64,
        plane: Plane<'_, T>,
    ) -> Result<GreyImage, ImageError> {
        let draw = self.draw(copy);
        let image = GreyImage::from_plane(plane)?;
        let mut levels = moved(&image, &draw)?;
        if draw.blur > 0.0 {
            blur(&mut levels, draw.blur)?;
        }
        let mean = levels.mean().expect("a picture has pixels");
        if draw.contrast != 1.0 || draw.brightness != 0.0 {
            levels.mapv_inplace(|level| (level - mean) * draw.contrast + mean + draw.brightness);
        }
        if draw.noise > 0.0 {
            let mut random = SplitMix64::new(draw.noise_seed);
            levels.mapv_inplace(|level| level + draw.noise * random.normal());
        }
        if let Some(middle) = draw.cutout {
            cut_out(&mut levels, middle, self.config.cutout_side, mean);
        }
        let levels = levels.mapv(|level| level.clamp(0.0, WHITE.into()) as f32);
        Ok(GreyImage::from_levels(levels))
    }

    fn draw(&self, copy: u64) -> Draw {
        let config = &self.config;
        let mut random = SplitMix64::new(config.seed);
        let mut random = SplitMix64::new(random.next() ^ copy);
        // A factor of 1 to 1 + most, or its inverse.
        let factor = |random: &mut SplitMix64, most: f64| {
            let drawn = random.within(most);
            if drawn < 0.0 {
                1.0 / (1.0 - drawn)
            } else {
                1.0 + drawn
            }
        };
        Draw {
            is_flipped: random.unit() < config.flip_probability,
            shift: [
                random.within(config.max_shift),
                random.within(config.max_shift),
            ],
            degrees: random.within(config.max_rotation_degrees),
            scale: factor(&mut random, config.max_scale),
            brightness: random.within(config.max_brightness),
            contrast: factor(&mut random, config.max_contrast),
            cutout: {
                let (is_cut, middle) = (random.unit(), [random.unit(), random.unit()]);
                (is_cut < config.cutout_probability).then_some(middle)
            },
            blur: random.unit() * config.max_blur,
            noise: random.unit() * config.max_noise,
            noise_seed: random.next(),
        }
    }
}

/// The picture flipped, turned, scaled and shifted.
fn moved(image: &GreyImage, draw: &Draw) -> Result<Array2<f64>, ImageError> {
    let (width, height) = (image.width(), image.height());
    let flip = if draw.is_flipped { -1.0 } else { 1.0 };
    let [shift_x, shift_y] = draw.shift;
    if draw.degrees == 0.0 && draw.scale == 1.0 && shift_x == 0.0 && shift_y == 0.0 {
        let levels = image.levels().mapv(f64::from);
        return Ok(if draw.is_flipped {
            let flipped = levels.slice_move(s![.., ..;-1]);
            flipped.as_standard_layout().into_owned()
        } else {
            levels
        });
    }
    let radians = draw.degrees.to_radians();
    let (sin, cos) = (libm::sin(radians), libm::cos(radians));
    let (a, b) = (draw.scale * cos, draw.scale * sin);
    let (x, y) = ((width - 1) as f64 / 2.0, (height - 1) as f64 / 2.0);
    // The middle goes to the middle, and from there by the shift.
    let matrix = [
        [
            a * flip,
            -b,
            x - a * flip * x + b * y + shift_x * width as f64,
        ],
        [
            b * flip,
            a,
            y - b * flip * x - a * y + shift_y * height as f64,
        ],
    ];
    Affine { matrix }.warp(image.into(), width, height, Outside::Repeat)
}

fn blur(levels: &mut Array2<f64>, share: f64) -> Result<(), ImageError> {
    let single: Vec<f32> = levels.iter().map(|level| *level as f32).collect();
    let plane = Plane::new(&single, levels.ncols(), levels.nrows())?;
    let smoothed = smooth(
        plane,
        &SmoothingKernel::gaussian_of_len(5)?,
        Border::Reflect101,
    );
    levels.zip_mut_with(&smoothed, |level, smoothed| {
        *level += share * (smoothed - *level);
    });
    Ok(())
}

fn cut_out(levels: &mut Array2<f64>, middle: [f64; 2], side: f64, fill: f64) {
    let (height, width) = levels.dim();
    let half = side * width.min(height) as f64 / 2.0;
    let span = |middle: f64, len: usize| {
        let middle = middle * len as f64;
        let edge = |place: f64| place.round().clamp(0.0, len as f64) as usize;
        edge(middle - half)..edge(middle + half)
    };
    let [x, y] = middle;
    levels
        .slice_mut(s![span(y, height), span(x, width)])
        .fill(fill);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn augment(change: impl FnOnce(&mut AugmentConfig)) -> Augment {
        let mut config = AugmentConfig::none();
        change(&mut config);
        Augment::new(config).unwrap()
    }

    fn strong(seed: u64) -> Augment {
        augment(|config| {
            *config = AugmentConfig::default();
            config.seed = seed;
            config.max_blur = 1.0;
            config.max_noise = 20.0;
            config.max_brightness = 255.0;
            config.max_contrast = 10.0;
        })
    }

    fn pictures() -> impl Strategy<Value = (Vec<u8>, usize, usize)> {
        (1..24_usize, 1..24_usize).prop_flat_map(|(width, height)| {
            let levels = prop::collection::vec(any::<u8>(), width * height);
            levels.prop_map(move |levels| (levels, width, height))
        })
    }

    proptest! {
        #[test]
        fn no_strength_is_no_change((levels, width, height) in pictures(), copy: u64, seed: u64) {
            let plane = Plane::new(&levels, width, height).unwrap();
            let same = augment(|config| config.seed = seed).compute(copy, plane).unwrap();
            prop_assert_eq!(same, GreyImage::from_plane(plane).unwrap());
        }

        #[test]
        fn two_flips_are_none((levels, width, height) in pictures(), copy: u64) {
            let plane = Plane::new(&levels, width, height).unwrap();
            let flip = augment(|config| config.flip_probability = 1.0);
            let once = flip.compute(copy, plane).unwrap();
            prop_assert_eq!(once.levels()[[0, 0]], f32::from(levels[width - 1]));
            let twice = flip.compute(copy, (&once).into()).unwrap();
            prop_assert_eq!(twice, GreyImage::from_plane(plane).unwrap());
        }

        #[test]
        fn levels_stay_in_range_and_size((levels, width, height) in pictures(), copy: u64, seed: u64) {
            let plane = Plane::new(&levels, width, height).unwrap();
            let made = strong(seed).compute(copy, plane).unwrap();
            prop_assert_eq!((made.width(), made.height()), (width, height));
            prop_assert!(made.levels().iter().all(|level| (0.0..=255.0).contains(level)));
            prop_assert_eq!(strong(seed).compute(copy, plane).unwrap(), made);
        }

        #[test]
        fn moving_makes_no_new_levels((levels, width, height) in pictures(), copy: u64) {
            let plane = Plane::new(&levels, width, height).unwrap();
            let made = augment(|config| {
                config.flip_probability = 0.5;
                config.max_shift = 1.0;
                config.max_rotation_degrees = 180.0;
                config.max_scale = 1.0;
            });
            let made = made.compute(copy, plane).unwrap();
            let (least, most) = (levels.iter().min().unwrap(), levels.iter().max().unwrap());
            let range = f32::from(*least) - 1e-3..=f32::from(*most) + 1e-3;
            prop_assert!(made.levels().iter().all(|level| range.contains(level)));
        }

        /// What one strength draws is the same whatever the others are.
        #[test]
        fn strengths_do_not_disturb_one_another(copy: u64, seed: u64) {
            let all = strong(seed).draw(copy);
            let turn = augment(|config| {
                config.seed = seed;
                config.max_rotation_degrees = 10.0;
                config.max_noise = 20.0;
            });
            let turn = turn.draw(copy);
            prop_assert_eq!(all.degrees, turn.degrees);
            prop_assert_eq!((all.noise, all.noise_seed), (turn.noise, turn.noise_seed));
        }
    }

    /// By the generator written anew in Python.
    #[test]
    fn draws_are_the_same_on_every_machine() {
        let augment = augment(|config| {
            *config = AugmentConfig::default();
            config.seed = 7;
        });
        let draw = augment.draw(3);
        assert!(draw.is_flipped);
        assert_eq!(
            draw.shift,
            [-0.059_829_231_259_522, 0.043_177_590_913_462_31]
        );
        assert_eq!(draw.degrees, -4.486_773_612_650_312);
        assert_eq!(draw.scale, 1.024_743_726_235_757_5);
        assert_eq!(draw.brightness, 6.493_806_360_882_432);
        assert_eq!(draw.contrast, 0.966_125_457_013_362_7);
        assert_eq!(
            draw.cutout,
            Some([0.835_970_666_776_447_4, 0.739_846_011_754_682_2])
        );
        assert_eq!(draw.noise_seed, 7_245_899_445_374_491_568);
    }

    #[test]
    fn a_shift_moves_pixels_and_repeats_the_edge() {
        let levels: Vec<u8> = (0..8).map(|n| 10 * n).collect();
        let plane = Plane::new(&levels, 8, 1).unwrap();
        let augment = augment(|config| config.max_shift = 0.5);
        let mut seen = [false; 2];
        for copy in 0..20 {
            let [x, _] = augment.draw(copy).shift;
            let made = augment.compute(copy, plane).unwrap();
            for (column, level) in made.levels().iter().enumerate() {
                let source = (column as f64 - 8.0 * x).clamp(0.0, 7.0);
                assert!((f64::from(*level) - 10.0 * source).abs() < 1e-4);
            }
            seen[usize::from(x > 0.0)] = true;
        }
        assert_eq!(seen, [true; 2]);
    }

    #[test]
    fn a_turn_is_that_of_the_middle() {
        // A bar from left to right becomes one from top to bottom.
        let levels: Vec<u8> = (0..81).map(|n| if n / 9 == 4 { 200 } else { 0 }).collect();
        let plane = Plane::new(&levels, 9, 9).unwrap();
        let image = GreyImage::from_plane(plane).unwrap();
        let draw = Draw {
            degrees: 90.0,
            ..augment(|_| {}).draw(0)
        };
        let turned = moved(&image, &draw).unwrap();
        for ((row, column), level) in turned.indexed_iter() {
            let expected = f64::from(levels[column * 9 + row]);
            assert!((level - expected).abs() < 1e-9, "{row},{column}");
        }
    }

    #[test]
    fn contrast_and_brightness_move_mean_and_deviation() {
        let levels: Vec<u8> = (0..100).map(|n| 100 + n / 2).collect();
        let plane = Plane::new(&levels, 10, 10).unwrap();
        let before = crate::LevelStatistics::new(plane);
        let augment = augment(|config| {
            config.max_brightness = 20.0;
            config.max_contrast = 0.5;
        });
        for copy in 0..10 {
            let draw = augment.draw(copy);
            assert!((1.0 / 1.5..=1.5).contains(&draw.contrast));
            let made = augment.compute(copy, plane).unwrap();
            let after = crate::LevelStatistics::new((&made).into());
            assert!((after.mean - before.mean - draw.brightness).abs() < 1e-3);
            assert!((after.std() / before.std() - draw.contrast).abs() < 1e-4);
        }
    }

    #[test]
    fn a_square_is_blotted_out_by_the_mean() {
        let levels: Vec<u8> = (0..400).map(|n| (n * 13 % 256) as u8).collect();
        let plane = Plane::new(&levels, 20, 20).unwrap();
        let mean = crate::LevelStatistics::new(plane).mean as f32;
        let augment = augment(|config| {
            config.cutout_probability = 1.0;
            config.cutout_side = 0.5;
        });
        let mut largest = 0;
        for copy in 0..50 {
            let made = augment.compute(copy, plane).unwrap();
            let is_blot = |level: &f32| (level - mean).abs() < 1e-3;
            let n_blotted = made.levels().iter().filter(|level| is_blot(level)).count();
            assert!((25..=121).contains(&n_blotted), "{n_blotted}");
            largest = largest.max(n_blotted);
        }
        assert!((90..=121).contains(&largest), "{largest}");
    }

    #[test]
    fn blur_and_noise_do_what_they_say() {
        let checker: Vec<u8> = (0..400).map(|n| ((n + n / 20) % 2 * 200) as u8).collect();
        let plane = Plane::new(&checker, 20, 20).unwrap();
        let blur = augment(|config| config.max_blur = 1.0);
        let flat = vec![128_u8; 10_000];
        let flat = Plane::new(&flat, 100, 100).unwrap();
        let noise = augment(|config| config.max_noise = 20.0);
        for copy in 0..5 {
            // The kernel takes a checkerboard to its mean but for the remaining share.
            let share = blur.draw(copy).blur;
            let after = crate::LevelStatistics::new((&blur.compute(copy, plane).unwrap()).into());
            assert!((after.std() - 100.0 * (1.0 - share)).abs() < 0.01);
            let amount = noise.draw(copy).noise;
            let after = crate::LevelStatistics::new((&noise.compute(copy, flat).unwrap()).into());
            // Five standard errors of 10,000 numbers.
            assert!((after.std() / amount - 1.0).abs() < 0.036);
            assert!((after.mean - 128.0).abs() < 0.05 * amount);
        }
    }

    #[test]
    fn strengths_have_ranges() {
        let error = |change: fn(&mut AugmentConfig)| {
            let mut config = AugmentConfig::default();
            change(&mut config);
            Augment::new(config).unwrap_err().to_string()
        };
        assert_eq!(
            error(|config| config.max_shift = 1.1),
            "max_shift is 1.1, allowed is 0 to 1"
        );
        assert_eq!(
            error(|config| config.max_noise = f64::NAN),
            "max_noise is NaN, allowed is 0 to 255"
        );
    }
}
