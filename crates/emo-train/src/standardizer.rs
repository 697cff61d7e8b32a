use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis};

use crate::TrainError;

/// Subtracts a mean from every value and divides by a standard deviation.
///
/// It is fitted to training samples alone and travels inside the exported graph, so that an application hands
/// over features as they come.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardizer {
    mean: Array1<f32>,
    scale: Array1<f32>,
}

impl Standardizer {
    /// Measures features `[samples, values]`; values of equal `group_of(position)` share mean and deviation.
    ///
    /// `|position| position` treats every value alone, `|_| 0` all alike. The deviation divides by the number
    /// of values (`ddof = 0`). A group that does not vary is centred and otherwise left as it is.
    ///
    /// # Errors
    /// [`TrainError::NoSamples`] without features.
    pub fn fit(
        features: &ArrayRef2<f32>,
        group_of: impl Fn(usize) -> usize,
    ) -> Result<Self, TrainError> {
        let (samples, values) = features.dim();
        if samples == 0 || values == 0 {
            return Err(TrainError::NoSamples { samples, values });
        }
        let groups: Vec<usize> = (0..values).map(group_of).collect();
        let n_groups = groups.iter().max().map_or(0, |last| last + 1);
        let mean = group_means(features, &groups, n_groups, |value, _| value);
        let variance = group_means(features, &groups, n_groups, |value, group| {
            (value - mean[group]).powi(2)
        });
        let scale = variance.iter().zip(&mean).map(|(&variance, &mean)| {
            // Below single precision of the mean, a deviation is rounding.
            if variance.sqrt() <= f64::from(f32::EPSILON) * mean.abs() {
                1.0
            } else {
                (1.0 / variance.sqrt()) as f32
            }
        });
        let scale: Vec<f32> = scale.collect();
        Ok(Self {
            mean: groups.iter().map(|&group| mean[group] as f32).collect(),
            scale: groups.iter().map(|&group| scale[group]).collect(),
        })
    }

    /// What is subtracted from each value.
    pub fn mean(&self) -> &ArrayRef1<f32> {
        &self.mean
    }

    /// What each value is multiplied by thereafter: one over the deviation.
    pub fn scale(&self) -> &ArrayRef1<f32> {
        &self.scale
    }

    /// Standardizes features `[samples, values]`.
    ///
    /// # Errors
    /// [`TrainError::FeatureCount`] if samples have another number of values than those measured.
    pub fn apply(&self, features: &ArrayRef2<f32>) -> Result<Array2<f32>, TrainError> {
        if features.ncols() != self.mean.len() {
            return Err(TrainError::FeatureCount {
                expected: self.mean.len(),
                actual: features.ncols(),
            });
        }
        Ok((features.to_owned() - &self.mean) * &self.scale)
    }
}

fn group_means(
    features: &ArrayRef2<f32>,
    groups: &[usize],
    n_groups: usize,
    term: impl Fn(f64, usize) -> f64,
) -> Vec<f64> {
    let mut sums = vec![0.0; n_groups];
    let mut counts = vec![0_usize; n_groups];
    for (column, &group) in features.axis_iter(Axis(1)).zip(groups) {
        sums[group] += column
            .iter()
            .map(|&value| term(f64::from(value), group))
            .sum::<f64>();
        counts[group] += column.len();
    }
    sums.iter()
        .zip(counts)
        .map(|(sum, count)| sum / count.max(1) as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn standardized_training_values_have_mean_zero_and_deviation_one() {
        let features = arr2(&[[1.0, 10.0], [3.0, 30.0], [5.0, 80.0]]);
        let each = Standardizer::fit(&features, |position| position).unwrap();
        let standard = each.apply(&features).unwrap();
        for column in standard.axis_iter(Axis(1)) {
            assert!(column.sum().abs() < 1e-6);
            assert!(
                (column.iter().map(|value| value * value).sum::<f32>() / 3.0 - 1.0).abs() < 1e-6
            );
        }
    }

    #[test]
    fn values_of_a_group_share_their_statistics() {
        let features = arr2(&[[0.0, 2.0, 7.0], [2.0, 0.0, 7.0]]);
        let standardizer =
            Standardizer::fit(&features, |position| usize::from(position == 2)).unwrap();
        assert_eq!(standardizer.mean().to_vec(), [1.0, 1.0, 7.0]);
        assert_eq!(standardizer.scale().to_vec(), [1.0, 1.0, 1.0]);
        assert!(matches!(
            standardizer.apply(&arr2(&[[1.0]])),
            Err(TrainError::FeatureCount {
                expected: 3,
                actual: 1
            })
        ));
    }
}
