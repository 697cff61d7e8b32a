//! Single eigenvalues and eigenvectors of a symmetric tridiagonal matrix, by bisection and inverse iteration
//! (G. H. Golub, C. F. Van Loan (2013). Matrix Computations, 4th edition, sections 8.4 and 7.6.1).

/// How close to an eigenvalue bisection comes, relative to the matrix; inverse iteration gains this factor, over the
/// relative distance to the next eigenvalue, in each step.
const RESOLUTION: f64 = 1e-12;

/// A symmetric tridiagonal matrix.
pub(crate) struct Tridiagonal {
    diagonal: Vec<f64>,
    /// One element fewer than the diagonal.
    off_diagonal: Vec<f64>,
    /// No eigenvalue is larger in magnitude.
    bound: f64,
}

impl Tridiagonal {
    /// `off_diagonal` has one element fewer than `diagonal`.
    pub(crate) fn new(diagonal: Vec<f64>, off_diagonal: Vec<f64>) -> Self {
        Self {
            bound: bound(&diagonal, &off_diagonal),
            diagonal,
            off_diagonal,
        }
    }

    /// The eigenvalue that `order` others exceed, to a 10⁻¹² of the largest.
    pub(crate) fn eigenvalue(&self, order: usize) -> f64 {
        let (mut low, mut high) = (-self.bound, self.bound);
        let n_below = self.diagonal.len() - 1 - order;
        loop {
            let middle = low + (high - low) / 2.0;
            if high - low <= RESOLUTION * self.bound {
                return middle;
            }
            if self.count_below(middle) > n_below {
                high = middle;
            } else {
                low = middle;
            }
        }
    }

    /// The eigenvector of an eigenvalue that is apart from the others, of unit length.
    pub(crate) fn eigenvector(&self, value: f64) -> Vec<f64> {
        let factors = Factors::new(self, value);
        // Any start that is not orthogonal to the eigenvector; this one is neither symmetric nor antisymmetric.
        let mut vector: Vec<f64> = (0..self.diagonal.len())
            .map(|n| 1.0 + 0.5 * (n as f64 * 0.7).sin() + n as f64 / self.diagonal.len() as f64)
            .collect();
        for _ in 0..4 {
            factors.solve(&mut vector);
            let scale = vector.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            vector.iter_mut().for_each(|value| *value /= scale);
            let norm = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
            vector.iter_mut().for_each(|value| *value /= norm);
        }
        vector
    }

    /// How many eigenvalues are below `value`: the negative pivots of the shifted matrix (Sturm).
    fn count_below(&self, value: f64) -> usize {
        let tiny = self.bound * f64::EPSILON * f64::EPSILON;
        let mut pivot = f64::INFINITY;
        let mut count = 0;
        for (n, diagonal) in self.diagonal.iter().enumerate() {
            let previous = if n > 0 { self.off_diagonal[n - 1] } else { 0.0 };
            pivot = diagonal - value - previous * previous / pivot;
            if pivot.abs() < tiny {
                pivot = -tiny;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    }
}

/// Of the magnitudes of eigenvalues (Gershgorin).
fn bound(diagonal: &[f64], off_diagonal: &[f64]) -> f64 {
    let off = |index: usize| off_diagonal.get(index).map_or(0.0, |value| value.abs());
    let radius = |n: usize| off(n) + if n > 0 { off(n - 1) } else { 0.0 };
    let rows = diagonal.iter().enumerate();
    rows.map(|(n, value)| value.abs() + radius(n))
        .fold(f64::MIN_POSITIVE, f64::max)
        * 1.01
}

/// The shifted matrix as lower and upper triangular factors, with row exchanges.
struct Factors {
    /// The upper factor's diagonals, from the main one on.
    upper: Vec<[f64; 3]>,
    /// The multiplier of each step and whether it exchanged rows.
    steps: Vec<(f64, bool)>,
}

impl Factors {
    fn new(matrix: &Tridiagonal, shift: f64) -> Self {
        let len = matrix.diagonal.len();
        let off = |n: usize| matrix.off_diagonal.get(n).copied().unwrap_or(0.0);
        let tiny = matrix.bound * f64::EPSILON;
        let mut upper = Vec::with_capacity(len);
        let mut steps = Vec::with_capacity(len);
        let mut row = [matrix.diagonal[0] - shift, off(0), 0.0];
        for n in 1..len {
            let below = [off(n - 1), matrix.diagonal[n] - shift, off(n)];
            let exchanged = below[0].abs() > row[0].abs();
            let (pivot, other) = if exchanged {
                (below, row)
            } else {
                (row, below)
            };
            let factor = if pivot[0] == 0.0 {
                0.0
            } else {
                other[0] / pivot[0]
            };
            upper.push(pivot);
            steps.push((factor, exchanged));
            row = [
                other[1] - factor * pivot[1],
                other[2] - factor * pivot[2],
                0.0,
            ];
        }
        upper.push(row);
        for pivot in &mut upper {
            // An exact eigenvalue makes the last pivot vanish; the solution then points along the eigenvector.
            if pivot[0].abs() < tiny {
                pivot[0] = tiny;
            }
        }
        Self { upper, steps }
    }

    fn solve(&self, vector: &mut [f64]) {
        for (n, &(factor, exchanged)) in self.steps.iter().enumerate() {
            if exchanged {
                vector.swap(n, n + 1);
            }
            vector[n + 1] -= factor * vector[n];
        }
        for n in (0..vector.len()).rev() {
            let after = |k: usize| vector.get(n + k).copied().unwrap_or(0.0);
            let [main, first, second] = self.upper[n];
            vector[n] = (vector[n] - first * after(1) - second * after(2)) / main;
        }
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn the_second_difference_has_cosines_as_eigenvalues() {
        let len = 50;
        let matrix = Tridiagonal::new(vec![2.0; len], vec![-1.0; len - 1]);
        for order in 0..len {
            let angle = std::f64::consts::PI * (len - order) as f64 / (len + 1) as f64;
            let value = matrix.eigenvalue(order);
            assert_close([value], [2.0 - 2.0 * angle.cos()], 0.0, 4e-12);
            let vector = matrix.eigenvector(value);
            let image = (0..len).map(|n| {
                let at = |index: Option<usize>| index.and_then(|i| vector.get(i)).unwrap_or(&0.0);
                2.0 * vector[n] - at(n.checked_sub(1)) - at(Some(n + 1))
            });
            assert_close(image, vector.iter().map(|x| value * x), 0.0, 1e-11);
        }
    }
}
