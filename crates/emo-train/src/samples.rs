use ndarray::{Array2, ArrayRef2, Axis};

use crate::TrainError;

/// Feature vectors with their classes, checked once.
///
/// Classes count among those that a network tells apart: see [`KnownClasses`](crate::KnownClasses).
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    features: Array2<f32>,
    classes: Vec<usize>,
    targets: Array2<f32>,
}

impl Samples {
    /// Takes features `[samples, values]` and a class below `n_classes` for each.
    ///
    /// # Errors
    /// [`TrainError::NoSamples`], [`TrainError::LengthMismatch`], [`TrainError::ClassIndex`] or
    /// [`TrainError::NotFinite`].
    pub fn new(
        features: Array2<f32>,
        classes: Vec<usize>,
        n_classes: usize,
    ) -> Result<Self, TrainError> {
        check_features(&features, classes.len())?;
        let mut targets = Array2::zeros((classes.len(), n_classes));
        for (sample, &class) in classes.iter().enumerate() {
            match targets.get_mut((sample, class)) {
                Some(target) => *target = 1.0,
                None => {
                    return Err(TrainError::ClassIndex {
                        sample,
                        class,
                        n_classes,
                    });
                }
            }
        }
        Ok(Self {
            features,
            classes,
            targets,
        })
    }

    /// Takes features `[samples, values]` and, as `[samples, classes]`, the share of raters who saw each class.
    ///
    /// A sample's class is the one that most raters saw, the first of them if there are several.
    ///
    /// # Errors
    /// [`TrainError::NoSamples`], [`TrainError::LengthMismatch`], [`TrainError::NotFinite`], or
    /// [`TrainError::Target`] if the shares of a sample are negative or do not sum to 1 within 10⁻⁴.
    pub fn with_targets(features: Array2<f32>, targets: Array2<f32>) -> Result<Self, TrainError> {
        check_features(&features, targets.nrows())?;
        let mut classes = Vec::with_capacity(targets.nrows());
        for (sample, target) in targets.outer_iter().enumerate() {
            let sum = target.sum();
            if !((sum - 1.0).abs() <= 1e-4 && target.iter().all(|&share| share >= 0.0)) {
                return Err(TrainError::Target { sample, sum });
            }
            classes.push(emo_score::argmax(&target.to_owned()));
        }
        Ok(Self {
            features,
            classes,
            targets,
        })
    }

    /// The features, `[samples, values]`.
    pub fn features(&self) -> &ArrayRef2<f32> {
        &self.features
    }

    /// The class of each sample.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// What the network should answer, `[samples, classes]`; each row sums to 1.
    pub fn targets(&self) -> &ArrayRef2<f32> {
        &self.targets
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.targets.ncols()
    }

    /// The number of samples.
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one")]
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// How many samples there are of each class.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_classes()];
        for &class in &self.classes {
            counts[class] += 1;
        }
        counts
    }

    /// The samples at `indices`, in that order.
    ///
    /// # Panics
    /// If `indices` is empty or one is out of range.
    pub fn select(&self, indices: &[usize]) -> Self {
        assert!(!indices.is_empty(), "a selection has at least one sample");
        Self {
            features: self.features.select(Axis(0), indices),
            classes: indices.iter().map(|&index| self.classes[index]).collect(),
            targets: self.targets.select(Axis(0), indices),
        }
    }
}

fn check_features(features: &ArrayRef2<f32>, n_classes: usize) -> Result<(), TrainError> {
    let (samples, values) = features.dim();
    if samples != n_classes {
        return Err(TrainError::LengthMismatch {
            features: samples,
            classes: n_classes,
        });
    }
    if samples == 0 || values == 0 {
        return Err(TrainError::NoSamples { samples, values });
    }
    match features
        .indexed_iter()
        .find(|(_, value)| !value.is_finite())
    {
        Some(((sample, value), &actual)) => Err(TrainError::NotFinite {
            sample,
            value,
            actual,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn classes_become_targets() {
        let samples = Samples::new(arr2(&[[1.0], [2.0], [3.0]]), vec![1, 0, 1], 2).unwrap();
        assert_eq!(
            samples.targets(),
            &arr2(&[[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
        );
        assert_eq!(samples.class_counts(), [1, 2]);
        let picked = samples.select(&[2, 1]);
        assert_eq!(picked.features(), &arr2(&[[3.0], [2.0]]));
        assert_eq!(picked.classes(), [1, 0]);
    }

    #[test]
    fn targets_become_classes() {
        let targets = arr2(&[[0.3, 0.7], [0.5, 0.5]]);
        let samples = Samples::with_targets(arr2(&[[1.0], [2.0]]), targets).unwrap();
        assert_eq!(samples.classes(), [1, 0]);
    }

    #[test]
    fn bad_samples_are_refused_with_their_place() {
        let two = || arr2(&[[1.0_f32], [2.0]]);
        assert!(matches!(
            Samples::new(two(), vec![0], 2),
            Err(TrainError::LengthMismatch {
                features: 2,
                classes: 1
            })
        ));
        assert!(matches!(
            Samples::new(two(), vec![0, 2], 2),
            Err(TrainError::ClassIndex {
                sample: 1,
                class: 2,
                ..
            })
        ));
        assert!(matches!(
            Samples::new(arr2(&[[1.0], [f32::NAN]]), vec![0, 1], 2),
            Err(TrainError::NotFinite {
                sample: 1,
                value: 0,
                ..
            })
        ));
        assert!(matches!(
            Samples::new(Array2::zeros((0, 3)), vec![], 2),
            Err(TrainError::NoSamples {
                samples: 0,
                values: 3
            })
        ));
        assert!(matches!(
            Samples::with_targets(two(), arr2(&[[0.5, 0.5], [1.5, -0.5]])),
            Err(TrainError::Target { sample: 1, .. })
        ));
    }
}
