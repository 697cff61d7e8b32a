use ndarray::{Array2, ArrayRef2, ArrayViewMut1};

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
    let rows = Taps::new(source_height, height, interpolation);
    let columns = Taps::new(source_width, width, interpolation);
    let mut target = Array2::zeros((height, width));
    let mut line = vec![0.0_f64; source_width];
    for (row, mut target_row) in target.outer_iter_mut().enumerate() {
        line.fill(0.0);
        let (first, weights) = rows.of(row);
        for (source_row, weight) in source.outer_iter().skip(first).zip(weights) {
            ArrayViewMut1::from(&mut line).zip_mut_with(&source_row, |sum, &level| {
                *sum += weight * f64::from(level);
            });
        }
        for (column, level) in target_row.iter_mut().enumerate() {
            let (first, weights) = columns.of(column);
            let sum: f64 = line[first..].iter().zip(weights).map(|(v, w)| v * w).sum();
            *level = sum as f32;
        }
    }
    target
}

/// For each target pixel along an axis, the source pixels that it is made of and their weights.
struct Taps {
    /// Per target pixel, the first source pixel and where its weights end.
    spans: Vec<(usize, usize)>,
    weights: Vec<f64>,
}

impl Taps {
    fn new(source: usize, target: usize, interpolation: Interpolation) -> Self {
        let shrinks = target < source;
        let mut taps = Self {
            spans: Vec::with_capacity(target),
            weights: Vec::with_capacity(source.max(target) + target),
        };
        for index in 0..target {
            match (interpolation, shrinks) {
                (Interpolation::Auto | Interpolation::Area, true) => {
                    taps.push_overlap(index, source, target);
                }
                (Interpolation::Area, false) => {
                    let scale = source as f64 / target as f64;
                    let first = index * source / target;
                    let beyond = (index + 1) as f64 - (first + 1) as f64 / scale;
                    // The ramp lies in the target pixel that the border of two source pixels cuts.
                    let weight = if beyond > 0.0 { beyond.fract() } else { 0.0 };
                    taps.push_pair(first, weight, source);
                }
                (Interpolation::Auto, false) | (Interpolation::Linear, _) => {
                    let scale = source as f64 / target as f64;
                    let position = ((index as f64 + 0.5) * scale - 0.5).max(0.0);
                    taps.push_pair(position as usize, position.fract(), source);
                }
            }
        }
        taps
    }

    fn of(&self, index: usize) -> (usize, &[f64]) {
        let start = if index == 0 {
            0
        } else {
            self.spans[index - 1].1
        };
        let (first, end) = self.spans[index];
        (first, &self.weights[start..end])
    }

    /// Weights by overlap, in whole numbers: in units of 1/(source · target) of the axis, source
    /// pixel i spans i · target and target pixel j spans j · source.
    fn push_overlap(&mut self, index: usize, source: usize, target: usize) {
        let (start, end) = (index * source, (index + 1) * source);
        let (first, last) = (start / target, (end - 1) / target);
        for pixel in first..=last {
            let overlap = end.min((pixel + 1) * target) - start.max(pixel * target);
            self.weights.push(overlap as f64 / source as f64);
        }
        self.spans.push((first, self.weights.len()));
    }

    /// Weights of `first` and of its right neighbour, or of `first` alone at the edge.
    fn push_pair(&mut self, first: usize, weight: f64, source: usize) {
        if first + 1 >= source {
            self.weights.push(1.0);
            self.spans.push((source - 1, self.weights.len()));
        } else {
            self.weights.extend([1.0 - weight, weight]);
            self.spans.push((first, self.weights.len()));
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
                let taps = Taps::new(source, target, interpolation);
                prop_assert_eq!(taps.spans.len(), target);
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
