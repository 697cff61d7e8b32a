/// Sweeps over all pairs; each squares the relative size of what is off the diagonal, so that ten are plenty.
const MAX_SWEEPS: usize = 50;

/// Eigenvalues and eigenvectors of symmetric matrices by Jacobi's cyclic method, in memory that is taken once.
///
/// G. H. Golub, C. F. Van Loan (2013). Matrix Computations, 4th edition, section 8.5.
#[derive(Debug, Clone)]
pub(crate) struct SymmetricEigen {
    n: usize,
    matrix: Vec<f64>,
    vectors: Vec<f64>,
    values: Vec<f64>,
}

impl SymmetricEigen {
    /// For matrices of `n` by `n`.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            n,
            matrix: vec![0.0; n * n],
            vectors: vec![0.0; n * n],
            values: vec![0.0; n],
        }
    }

    /// The eigenvalues, the smallest first.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The eigenvector of [`values`](Self::values)`[index]`.
    pub(crate) fn vector(&self, index: usize) -> &[f64] {
        &self.vectors[index * self.n..][..self.n]
    }

    /// Decomposes a symmetric matrix, given by its lower triangle row after row with a row's full length in between.
    pub(crate) fn decompose(&mut self, matrix: &[f64]) {
        let n = self.n;
        for row in 0..n {
            for column in 0..=row {
                self.matrix[row * n + column] = matrix[row * n + column];
                self.matrix[column * n + row] = matrix[row * n + column];
            }
        }
        self.vectors.fill(0.0);
        (0..n).for_each(|i| self.vectors[i * n + i] = 1.0);
        for _ in 0..MAX_SWEEPS {
            let mut rotated = false;
            for p in 0..n {
                for q in p + 1..n {
                    rotated |= self.rotate(p, q);
                }
            }
            if !rotated {
                break;
            }
        }
        (0..n).for_each(|i| self.values[i] = self.matrix[i * n + i]);
        self.sort();
    }

    /// Makes the element at (p, q) 0, unless it already is to rounding.
    fn rotate(&mut self, p: usize, q: usize) -> bool {
        let n = self.n;
        let (app, aqq, apq) = (
            self.matrix[p * n + p],
            self.matrix[q * n + q],
            self.matrix[p * n + q],
        );
        if apq.abs() <= f64::EPSILON * (app.abs() * aqq.abs()).sqrt() || apq == 0.0 {
            return false;
        }
        let theta = (aqq - app) / (2.0 * apq);
        let tan = theta.signum() / (theta.abs() + theta.hypot(1.0));
        let cos = 1.0 / tan.hypot(1.0);
        let sin = tan * cos;
        rotate_rows(&mut self.matrix, n, p, q, cos, sin);
        for row in self.matrix.chunks_exact_mut(n) {
            let (x, y) = (row[p], row[q]);
            row[p] = cos * x - sin * y;
            row[q] = sin * x + cos * y;
        }
        self.matrix[p * n + p] = app - tan * apq;
        self.matrix[q * n + q] = aqq + tan * apq;
        self.matrix[p * n + q] = 0.0;
        self.matrix[q * n + p] = 0.0;
        rotate_rows(&mut self.vectors, n, p, q, cos, sin);
        true
    }

    /// By selection: it moves each vector once.
    fn sort(&mut self) {
        let n = self.n;
        for to in 0..n {
            let from = (to..n).fold(to, |least, i| {
                if self.values[i] < self.values[least] {
                    i
                } else {
                    least
                }
            });
            if from != to {
                self.values.swap(from, to);
                let (head, tail) = self.vectors.split_at_mut(from * n);
                head[to * n..][..n].swap_with_slice(&mut tail[..n]);
            }
        }
    }
}

fn rotate_rows(matrix: &mut [f64], n: usize, p: usize, q: usize, cos: f64, sin: f64) {
    let (head, tail) = matrix.split_at_mut(q * n);
    let first = &mut head[p * n..][..n];
    let second = &mut tail[..n];
    for (x, y) in first.iter_mut().zip(second) {
        (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use proptest::prelude::*;

    use super::*;

    fn check(n: usize, matrix: &[f64]) {
        let mut eigen = SymmetricEigen::new(n);
        eigen.decompose(matrix);
        let symmetric = |i: usize, j: usize| matrix[i.max(j) * n + i.min(j)];
        let scale = matrix.iter().fold(1e-300, |a: f64, b| a.max(b.abs()));
        assert!(eigen.values().is_sorted());
        for i in 0..n {
            let vector = eigen.vector(i);
            let image = (0..n).map(|row| {
                (0..n)
                    .map(|column| symmetric(row, column) * vector[column])
                    .sum::<f64>()
            });
            let scaled = vector.iter().map(|x| eigen.values()[i] * x);
            assert_close(image, scaled, 0.0, 1e-12 * scale);
            for j in 0..n {
                let dot: f64 = vector.iter().zip(eigen.vector(j)).map(|(a, b)| a * b).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn simple_matrices_are_decomposed() {
        check(1, &[3.0]);
        check(2, &[2.0, 0.0, 1.0, 2.0]);
        check(3, &[0.0; 9]);
        // All channels alike: one eigenvalue of 4 and three of 0.
        check(4, &[1.0; 16]);
        let mut eigen = SymmetricEigen::new(2);
        eigen.decompose(&[2.0, 0.0, 1.0, 2.0]);
        assert_close(eigen.values().to_vec(), [1.0, 3.0], 1e-15, 0.0);
    }

    proptest! {
        #[test]
        fn vectors_are_orthonormal_and_map_to_their_multiples(
            matrix in (1_usize..12).prop_flat_map(|n| prop::collection::vec(-50.0..50.0, n * n)),
        ) {
            check((matrix.len() as f64).sqrt() as usize, &matrix);
        }
    }
}
