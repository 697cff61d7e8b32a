//! Dense linear algebra on small matrices.

use ndarray::{Array2, ArrayRef2};

/// Pivots below this share of the matrix's largest element count as 0.
const SINGULAR: f64 = 1e-14;

/// The inverse by Gauss–Jordan elimination with row pivoting, or `None` for a matrix that is singular to rounding.
pub(crate) fn inverse(matrix: &ArrayRef2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut left = matrix.to_owned();
    let mut right = Array2::eye(n);
    let floor = SINGULAR * left.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| {
            let size = |row: usize| left[[row, column]].abs();
            size(a).total_cmp(&size(b))
        })?;
        let value = left[[pivot, column]];
        if value.is_nan() || value.abs() <= floor {
            return None;
        }
        for k in 0..n {
            left.swap([column, k], [pivot, k]);
            right.swap([column, k], [pivot, k]);
        }
        for k in 0..n {
            left[[column, k]] /= value;
            right[[column, k]] /= value;
        }
        for row in (0..n).filter(|&row| row != column) {
            let factor = left[[row, column]];
            for k in 0..n {
                left[[row, k]] -= factor * left[[column, k]];
                right[[row, k]] -= factor * right[[column, k]];
            }
        }
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use ndarray::arr2;

    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_the_identity() {
        // Its first pivot is 0.
        let matrix = arr2(&[[0.0, 2.0, 1.0], [3.0, -1.0, 4.0], [1.0, 5.0, -2.0]]);
        let product = inverse(&matrix).unwrap().dot(&matrix);
        assert_close(product, Array2::<f64>::eye(3), 0.0, 1e-14);
    }

    #[test]
    fn singular_matrices_have_none() {
        assert_eq!(inverse(&arr2(&[[1.0, 2.0], [2.0, 4.0]])), None);
        assert_eq!(inverse(&arr2(&[[f64::NAN, 2.0], [2.0, 4.0]])), None);
    }
}
