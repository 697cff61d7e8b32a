use crate::asr::{dot, subtract};

/// Steps towards one eigenvalue; two are the rule.
const MAX_STEPS: usize = 60;

/// Eigenvalues and eigenvectors of symmetric matrices, in memory that is taken once: Householder's reduction to three
/// diagonals, then implicit QL steps.
///
/// An eigenvalue's error is the rounding of the largest one.
///
/// G. H. Golub, C. F. Van Loan (2013). Matrix Computations, 4th edition, section 8.3.
#[derive(Debug, Clone)]
pub(crate) struct SymmetricEigen {
    n: usize,
    matrix: Vec<f64>,
    /// Row after row, what is orthonormal; in the end, the eigenvectors.
    vectors: Vec<f64>,
    values: Vec<f64>,
    /// `[index]` couples the values at `index` and the next.
    coupling: Vec<f64>,
    image: Vec<f64>,
}

impl SymmetricEigen {
    /// For matrices of `n` by `n`.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            n,
            matrix: vec![0.0; n * n],
            vectors: vec![0.0; n * n],
            values: vec![0.0; n],
            coupling: vec![0.0; n],
            image: vec![0.0; n],
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
        // To the size of 1, so that no square leaves the range: by a power of 2, which rounds nothing.
        let lower = (0..n).flat_map(|row| &matrix[row * n..][..=row]);
        let unit = power_of_2(lower.fold(0.0, |size: f64, x| size.max(x.abs())));
        for row in 0..n {
            for column in 0..=row {
                let x = matrix[row * n + column] / unit;
                self.matrix[row * n + column] = x;
                self.matrix[column * n + row] = x;
            }
        }
        (0..n).for_each(|k| self.reflect(k));
        self.accumulate();
        let scale = (0..n).fold(0.0, |scale: f64, k| {
            scale.max(self.values[k].abs() + self.coupling[k].abs())
        });
        (0..n).for_each(|k| self.uncouple(k, f64::EPSILON * scale));
        self.values.iter_mut().for_each(|x| *x *= unit);
        self.sort();
    }

    /// Makes all of row and column `k` 0 but next to the diagonal, by the reflection that is then in row `k` in their
    /// place.
    fn reflect(&mut self, k: usize) {
        let n = self.n;
        self.values[k] = self.matrix[k * n + k];
        self.coupling[k] = 0.0;
        let (done, rest) = self.matrix.split_at_mut((k + 1) * n);
        let normal = &mut done[k * n + k + 1..];
        let Some(&first) = normal.first() else {
            return;
        };
        // Scaled, lest squares leave the range.
        let size = normal.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        if normal[1..].iter().all(|x| *x == 0.0) || size == 0.0 {
            self.coupling[k] = first;
            normal.fill(0.0);
            return;
        }
        normal.iter_mut().for_each(|x| *x /= size);
        let length = dot(normal, normal).sqrt();
        let mirrored = -length.copysign(first);
        self.coupling[k] = mirrored * size;
        normal[0] -= mirrored;
        // To the length of √2, of which the reflection is 1 − v vᵀ.
        let to_root_2 = (2.0 / dot(normal, normal)).sqrt();
        normal.iter_mut().for_each(|x| *x *= to_root_2);
        let image = &mut self.image[k + 1..];
        for (x, row) in image.iter_mut().zip(rest.chunks_exact(n)) {
            *x = dot(&row[k + 1..], normal);
        }
        let half = 0.5 * dot(image, normal);
        subtract(image, half, normal);
        for ((row, x), y) in rest.chunks_exact_mut(n).zip(&*normal).zip(&*image) {
            let columns = row[k + 1..].iter_mut().zip(&*normal).zip(&*image);
            columns.for_each(|((to, v), w)| *to -= x * w + y * v);
        }
    }

    /// The product of all reflections.
    fn accumulate(&mut self) {
        let n = self.n;
        self.vectors.fill(0.0);
        (0..n).for_each(|i| self.vectors[i * n + i] = 1.0);
        for k in (0..n).rev() {
            let normal = &self.matrix[k * n..][k + 1..n];
            for row in self.vectors[(k + 1) * n..].chunks_exact_mut(n) {
                let row = &mut row[k + 1..];
                let share = dot(row, normal);
                subtract(row, share, normal);
            }
        }
    }

    /// Implicit QL steps until value `k` is an eigenvalue: its coupling is then below `negligible`.
    fn uncouple(&mut self, k: usize, negligible: f64) {
        for _ in 0..MAX_STEPS {
            let (d, e) = (&mut self.values, &mut self.coupling);
            let end = (k..self.n - 1).find(|&i| e[i].abs() <= negligible);
            let end = end.unwrap_or(self.n - 1);
            if end == k {
                break;
            }
            let half = (d[k + 1] - d[k]) / (2.0 * e[k]);
            let mut bulge = d[end] - d[k] + e[k] / (half + length(half, 1.0).copysign(half));
            let (mut sin, mut cos, mut shift) = (1.0, 1.0, 0.0);
            let mut split = false;
            for i in (k..end).rev() {
                let (across, along) = (sin * e[i], cos * e[i]);
                let length = length(across, bulge);
                e[i + 1] = length;
                if length == 0.0 {
                    d[i + 1] -= shift;
                    split = true;
                    break;
                }
                (sin, cos) = (across / length, bulge / length);
                let value = d[i + 1] - shift;
                let change = (d[i] - value) * sin + 2.0 * cos * along;
                shift = sin * change;
                d[i + 1] = value + shift;
                bulge = cos * change - along;
                rotate_rows(&mut self.vectors, self.n, i, cos, sin);
            }
            if !split {
                d[k] -= shift;
                e[k] = bulge;
            }
            e[end] = 0.0;
        }
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

/// The largest power of 2 that is not above `size`; 1 for what is none, as 0.
fn power_of_2(size: f64) -> f64 {
    if size.is_normal() {
        // The exponent without sign and digits.
        f64::from_bits(size.to_bits() & (0x7ff << 52))
    } else {
        1.0
    }
}

/// Of a vector that is not so long that its length only counts as infinite.
fn length(x: f64, y: f64) -> f64 {
    let square = x * x + y * y;
    // Smaller squares lose digits.
    if square > 1e-200 {
        square.sqrt()
    } else {
        x.hypot(y)
    }
}

/// Turns rows `i` and `i + 1` into each other.
fn rotate_rows(matrix: &mut [f64], n: usize, i: usize, cos: f64, sin: f64) {
    let (first, second) = matrix[i * n..][..2 * n].split_at_mut(n);
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
