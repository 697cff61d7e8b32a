use ndarray::{ArrayRef2, ArrayView1};

use crate::{Leak, LeakKind, LeakReport, ScoreError, Split};

/// How points are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PointCheckConfig {
    /// Among how many of a point's nearest neighbours two are sought between which it lies; 32 by default. SMOTE
    /// joins a point with one of its five nearest, and further points may have been put in between.
    pub n_neighbours: usize,
    /// How far from the line between two points a point may be to count as one between them, as a share of their
    /// distance; 10⁻⁴ by default, far above rounding to `f32` and far below chance in three dimensions or more.
    pub tolerance: f64,
}

impl Default for PointCheckConfig {
    fn default() -> Self {
        Self {
            n_neighbours: 32,
            tolerance: 1e-4,
        }
    }
}

/// Looks at the features themselves for points on one side of a split that repeat, or lie exactly between, points
/// of the other: oversampling before splitting that nobody wrote down.
///
/// # References
/// N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, *SMOTE: synthetic minority over-sampling technique*,
/// JAIR 16, 2002, doi:10.1613/jair.953.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointCheck {
    config: PointCheckConfig,
}

impl PointCheck {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(config: PointCheckConfig) -> Result<Self, ScoreError> {
        if !(config.tolerance > 0.0 && config.tolerance < 0.5) {
            return Err(ScoreError::Parameter {
                name: "tolerance",
                value: config.tolerance,
                expected: "a number between 0 and 0.5",
            });
        }
        Ok(Self { config })
    }

    /// Compares features `[samples, values]`. Points between others are sought with three values per sample or
    /// more: on a line or in a plane they lie there by chance.
    ///
    /// Cost: the distances of all pairs of samples.
    ///
    /// # Errors
    /// [`ScoreError::SplitSample`] if the split names a sample that has no features.
    pub fn find(&self, features: &ArrayRef2<f32>, split: &Split) -> Result<LeakReport, ScoreError> {
        let mut on_test = vec![None; features.nrows()];
        for (samples, is_test) in [(split.train(), false), (split.test(), true)] {
            for &sample in samples {
                let Some(side) = on_test.get_mut(sample) else {
                    return Err(ScoreError::SplitSample {
                        sample,
                        n_samples: features.nrows(),
                        problem: "out of range",
                    });
                };
                *side = Some(is_test);
            }
        }
        let placed: Vec<(usize, bool)> = on_test
            .iter()
            .enumerate()
            .filter_map(|(sample, side)| side.map(|is_test| (sample, is_test)))
            .collect();
        let mut report = LeakReport::default();
        for &(point, is_test) in &placed {
            let mut neighbours: Vec<(f64, usize, bool)> = placed
                .iter()
                .filter(|(other, _)| *other != point)
                .map(|&(other, side)| {
                    (
                        squared_distance(features.row(point), features.row(other)),
                        other,
                        side,
                    )
                })
                .collect();
            for &(_, other, _) in neighbours
                .iter()
                .filter(|(distance, _, side)| *distance == 0.0 && is_test && !side)
            {
                report.add(leak("a repeated point", other, point));
            }
            neighbours.retain(|(distance, ..)| *distance > 0.0);
            let n = self.config.n_neighbours.min(neighbours.len());
            if n == 0 || features.ncols() < 3 {
                continue;
            }
            neighbours.select_nth_unstable_by(n - 1, |a, b| a.0.total_cmp(&b.0));
            if let Some(other) = self.between(features, is_test, &neighbours[..n]) {
                let (train, test) = if is_test {
                    (other, point)
                } else {
                    (point, other)
                };
                report.add(leak("a point between two others", train, test));
            }
        }
        Ok(report)
    }

    /// A neighbour on the other side, if the point lies between it and another one.
    fn between(
        &self,
        features: &ArrayRef2<f32>,
        is_test: bool,
        neighbours: &[(f64, usize, bool)],
    ) -> Option<usize> {
        for (place, &(squared_a, a, a_is_test)) in neighbours.iter().enumerate() {
            for &(squared_b, b, b_is_test) in &neighbours[place + 1..] {
                if a_is_test == is_test && b_is_test == is_test {
                    continue;
                }
                // Where x lies between a and b, |a − b| is |a − x| + |x − b|; how far from the line it lies follows
                // from the cosine at x.
                let apart = squared_distance(features.row(a), features.row(b));
                let lengths = (squared_a * squared_b).sqrt();
                let cosine = (squared_a + squared_b - apart) / (2.0 * lengths);
                let sine_squared = (1.0 - cosine * cosine).max(0.0);
                let height = lengths * sine_squared.sqrt() / apart.sqrt();
                if cosine < 0.0 && height <= self.config.tolerance * apart.sqrt() {
                    return Some(if a_is_test != is_test { a } else { b });
                }
            }
        }
        None
    }
}

fn leak(shared: &str, train: usize, test: usize) -> Leak {
    Leak {
        kind: LeakKind::Oversampled,
        shared: shared.to_owned(),
        train,
        test,
        n: 1,
    }
}

fn squared_distance(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| {
            let distance = f64::from(*a) - f64::from(*b);
            distance * distance
        })
        .sum()
}
