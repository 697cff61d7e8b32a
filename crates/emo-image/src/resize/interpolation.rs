use ndarray::{Array2, ArrayRef2};

use crate::{Border, Plane};

use super::{passes::Weighted, taps::Taps};

/// How a picture is resampled.
///
/// Pixel centres lie at half-integers and the picture's edge is repeated, as in OpenCV's `resize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Interpolation {
    /// [`Area`](Self::Area) along an axis that shrinks, [`Linear`](Self::Linear) along one that
    /// grows.
    #[default]
    Auto,
    /// The mean of the source under each target pixel, which no detail can alias through.
    /// Enlarged, it follows OpenCV's `INTER_AREA`: source pixels with straight ramps of one target
    /// pixel between them. Each axis is treated by itself; OpenCV takes the second form for both
    /// axes as soon as one grows.
    #[doc(alias = "INTER_AREA")]
    Area,
    /// The straight line between the two nearest source pixels. Shrunk, it skips what lies
    /// between.
    #[doc(alias = "INTER_LINEAR")]
    #[doc(alias = "bilinear")]
    Linear,
}

/// Resamples `source` to `[height, width]`, neither of them zero.
pub(crate) fn resample(
    source: &ArrayRef2<f32>,
    height: usize,
    width: usize,
    interpolation: Interpolation,
) -> Array2<f32> {
    let (source_height, source_width) = source.dim();
    if (source_height, source_width) == (height, width) {
        return source.to_owned();
    }
    let taps = [
        interpolation.taps(source_width, width),
        interpolation.taps(source_height, height),
    ];
    let mut target = Array2::zeros((height, width));
    let levels = source.as_standard_layout();
    let plane = levels
        .as_slice()
        .and_then(|levels| Plane::new(levels, source_width, source_height).ok())
        .expect("a grey picture has levels");
    let out = target
        .as_slice_mut()
        .expect("a new array is in standard layout");
    Weighted::default().run(plane, &taps, out, |level| level as f32);
    target
}

impl Interpolation {
    fn taps(self, source: usize, target: usize) -> Taps {
        match self {
            Self::Auto | Self::Area if target < source => Taps::overlap(source, target),
            Self::Area => Taps::ramps(source, target),
            Self::Auto | Self::Linear => Taps::linear(source, target, Border::Replicate),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    const ALL: [Interpolation; 3] = [
        Interpolation::Auto,
        Interpolation::Area,
        Interpolation::Linear,
    ];

    #[test]
    fn area_is_the_mean_under_each_pixel() {
        let source = array![[0.0, 2.0, 4.0, 6.0], [4.0, 6.0, 8.0, 10.0]];
        let halved = resample(&source, 1, 2, Interpolation::Area);
        assert_eq!(halved, array![[3.0, 7.0]]);
        // Three pixels into two: each takes one and a half.
        let thirds = resample(&array![[3.0, 6.0, 9.0]], 1, 2, Interpolation::Area);
        assert_eq!(thirds, array![[4.0, 8.0]]);
    }

    #[test]
    fn linear_enlarges_along_the_line() {
        let doubled = resample(&array![[0.0, 8.0]], 1, 4, Interpolation::Linear);
        assert_eq!(doubled, array![[0.0, 2.0, 6.0, 8.0]]);
    }

    proptest! {
        #[test]
        fn weights_are_positive_and_sum_to_one(source in 1_usize..400, target in 1_usize..400) {
            for interpolation in ALL {
                let taps = interpolation.taps(source, target);
                prop_assert_eq!(taps.firsts.len(), target);
                for index in 0..target {
                    let (first, weights) = taps.of(index);
                    prop_assert!(!weights.is_empty() && first + weights.len() <= source);
                    prop_assert!(weights.iter().all(|&weight| weight >= 0.0));
                    prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                }
            }
        }

        #[test]
        fn shrinking_by_area_keeps_the_mean(
            values in proptest::collection::vec(0.0_f32..255.0, 1..60),
            share in 0.01_f64..1.0,
        ) {
            let target = ((values.len() as f64 * share) as usize).max(1);
            let source = Array2::from_shape_vec((1, values.len()), values).unwrap();
            let shrunk = resample(&source, 1, target, Interpolation::Auto);
            let mean = |a: &Array2<f32>| a.mapv(f64::from).mean().unwrap();
            prop_assert!((mean(&source) - mean(&shrunk)).abs() < 1e-4);
        }
    }
}
