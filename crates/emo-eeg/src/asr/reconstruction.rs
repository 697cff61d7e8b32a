//! Which part of the last window is an artefact, and the matrix that takes it out.

use ndarray::ArrayRef2;

use super::orthonormal::{dot, orthonormalize};
use crate::symmetric_eigen::SymmetricEigen;

/// Length, relative to the mixing matrix, below which a direction of it is rounding.
const ROUNDING: f64 = 1e-12;

/// Finds reconstruction matrices, in memory that is taken once.
#[derive(Debug, Clone)]
pub(super) struct Reconstruction {
    n: usize,
    /// Components with an index below it, by size, are kept always.
    n_always_kept: usize,
    mixing: Vec<f64>,
    threshold: Vec<f64>,
    /// Product of the threshold matrix with itself: the amplitude allowed in any direction.
    allowed: Vec<f64>,
    floor: f64,
    factor: Vec<f64>,
    eigen: SymmetricEigen,
    rows: Vec<f64>,
    companions: Vec<f64>,
}

impl Reconstruction {
    pub(super) fn new(
        mixing: &ArrayRef2<f64>,
        threshold: &ArrayRef2<f64>,
        max_removed: f64,
    ) -> Self {
        let n = mixing.nrows();
        let n_removed = (n as f64 * max_removed).round_ties_even() as usize;
        let mixing: Vec<f64> = mixing.iter().copied().collect();
        Self {
            n,
            n_always_kept: (n - n_removed.min(n)).saturating_sub(1),
            floor: ROUNDING * dot(&mixing, &mixing).sqrt(),
            mixing,
            allowed: threshold.t().dot(threshold).into_iter().collect(),
            threshold: threshold.iter().copied().collect(),
            factor: vec![0.0; n * n],
            eigen: SymmetricEigen::new(n),
            rows: vec![0.0; n * n],
            companions: vec![0.0; n * n],
        }
    }

    /// Writes the matrix for a window with this covariance (its lower triangle) to `matrix`, and says whether anything
    /// is to be taken out; if not, `matrix` is left as it is.
    pub(super) fn find(&mut self, covariance: &[f64], matrix: &mut [f64]) -> bool {
        if self.is_clean(covariance) {
            return false;
        }
        let n = self.n;
        self.eigen.decompose(covariance);
        let mut n_kept = 0;
        for component in 0..n {
            let vector = self.eigen.vector(component);
            let allowed: f64 = self
                .threshold
                .chunks_exact(n)
                .map(|row| dot(row, vector).powi(2))
                .sum();
            if self.eigen.values()[component] < allowed || component < self.n_always_kept {
                let row = &mut self.rows[n_kept * n..][..n];
                for (x, mixing) in row.iter_mut().zip(self.mixing.chunks_exact(n)) {
                    *x = dot(mixing, vector);
                }
                self.companions[n_kept * n..][..n].copy_from_slice(vector);
                n_kept += 1;
            }
        }
        if n_kept == n {
            return false;
        }
        // The rows A are those of the kept eigenvectors V times the mixing matrix M. With A = L Q and W = L⁻¹ V, the
        // reconstruction M A⁺ V is M Qᵀ W.
        let used = n_kept * n;
        let n_independent = orthonormalize(
            &mut self.rows[..used],
            n,
            &mut self.companions[..used],
            n,
            self.floor,
        );
        matrix.fill(0.0);
        for index in 0..n_independent {
            let basis = &self.rows[index * n..][..n];
            let companion = &self.companions[index * n..][..n];
            for (row, mixing) in matrix.chunks_exact_mut(n).zip(self.mixing.chunks_exact(n)) {
                let share = dot(mixing, basis);
                for (x, y) in row.iter_mut().zip(companion) {
                    *x += share * y;
                }
            }
        }
        true
    }

    /// Whether no direction at all is larger than allowed: then none of the eigenvectors is, and they need not be found.
    /// That is so if what is allowed minus what there is, is positive definite, by Cholesky's factorization.
    fn is_clean(&mut self, covariance: &[f64]) -> bool {
        let n = self.n;
        for row in 0..n {
            let (done, rest) = self.factor.split_at_mut(row * n);
            let current = &mut rest[..=row];
            for column in 0..row {
                let other = &done[column * n..][..=column];
                let sum = dot(&current[..column], &other[..column]);
                let at = row * n + column;
                current[column] = (self.allowed[at] - covariance[at] - sum) / other[column];
            }
            let at = row * n + row;
            let square = self.allowed[at] - covariance[at] - dot(&current[..row], &current[..row]);
            if square.is_nan() || square <= 0.0 {
                return false;
            }
            current[row] = square.sqrt();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use ndarray::{Array1, Array2};
    use proptest::prelude::*;

    use super::*;

    const N: usize = 5;

    fn outer(x: &Array1<f64>) -> Array2<f64> {
        Array2::from_shape_fn((N, N), |(i, j)| x[i] * x[j])
    }

    proptest! {
        #[test]
        fn one_direction_goes_and_all_others_stay(
            mixing in prop::collection::vec(-3.0..3.0, N * N),
            artefact in prop::collection::vec(-1.0..1.0, N),
        ) {
            let factor = Array2::from_shape_vec((N, N), mixing).unwrap();
            let mixing = factor.dot(&factor.t()) + Array2::<f64>::eye(N);
            let artefact = Array1::<f64>::from(artefact);
            prop_assume!(artefact.dot(&artefact) > 0.1_f64);
            let artefact = &artefact / artefact.dot(&artefact).sqrt();
            let threshold = 5.0 * Array2::<f64>::eye(N);
            let covariance = Array2::<f64>::eye(N) + 1e4 * outer(&artefact);
            let mut matrix = vec![0.0; N * N];
            let mut reconstruction = Reconstruction::new(&mixing, &threshold, 1.0);
            let rows: Vec<f64> = covariance.into_iter().collect();
            prop_assert!(reconstruction.find(&rows, &mut matrix));
            let matrix = Array2::from_shape_vec((N, N), matrix).unwrap();
            // Twice is once.
            assert_close(matrix.dot(&matrix), matrix.clone(), 0.0, 1e-8);
            // Of every direction but the artefact's, what comes out is what went in.
            let others = Array2::<f64>::eye(N) - outer(&artefact);
            assert_close(others.dot(&matrix), others, 0.0, 1e-8);
            // What is filled in for a direction is what the mixing matrix says it has in common with the others.
            let one_hidden = matrix.dot(&artefact);
            assert_close(one_hidden, Array1::<f64>::zeros(N), 0.0, 1e-8);
        }

        #[test]
        fn what_is_allowed_passes(size in 0.0_f64..24.9) {
            let eye = Array2::<f64>::eye(N);
            let mut reconstruction = Reconstruction::new(&eye, &(5.0 * &eye), 1.0);
            let rows: Vec<f64> = (&eye * size).into_iter().collect();
            prop_assert!(!reconstruction.find(&rows, &mut [f64::NAN; N * N]));
        }
    }

    #[test]
    fn no_more_dimensions_are_removed_than_may_be() {
        let eye = Array2::<f64>::eye(N);
        for (max_removed, expected) in [(0.0, 1), (0.4, 3), (0.66, 4), (1.0, 5)] {
            let mut reconstruction = Reconstruction::new(&eye, &(5.0 * &eye), max_removed);
            let mut rows = vec![0.0; N * N];
            (0..N).for_each(|i| rows[i * N + i] = 1e3 + i as f64);
            let mut matrix = vec![0.0; N * N];
            assert!(reconstruction.find(&rows, &mut matrix));
            let trace: f64 = (0..N).map(|i| matrix[i * N + i]).sum();
            assert_close([trace], [(N - expected) as f64], 0.0, 1e-9);
        }
    }
}
