//! Orthonormal rows by the modified Gram–Schmidt process, done twice.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2};

/// A row of which less than this share is new counts as a combination of the rows before it.
const DEPENDENT: f64 = 1e-12;

/// Makes the rows of `rows` `[_, n]` orthonormal, and takes the same steps with those of `companions` `[_, m]`, so that
/// a linear map from the one to the other stays as it was. Rows that depend on earlier ones are dropped from both;
/// returns how many are left.
///
/// `floor` is a length below which a row counts as 0.
pub(super) fn orthonormalize(
    rows: &mut [f64],
    n: usize,
    companions: &mut [f64],
    m: usize,
    floor: f64,
) -> usize {
    let n_rows = rows.len() / n;
    let mut kept = 0;
    for row in 0..n_rows {
        let (done, rest) = rows.split_at_mut(row * n);
        let current = &mut rest[..n];
        let (done_companions, rest) = companions.split_at_mut(row * m);
        let companion = &mut rest[..m];
        let before = norm(current);
        for _ in 0..2 {
            for other in 0..kept {
                let base = &done[other * n..][..n];
                let share = dot(base, current);
                subtract(current, share, base);
                subtract(companion, share, &done_companions[other * m..][..m]);
            }
        }
        let length = norm(current);
        if length <= floor || length <= DEPENDENT * before {
            continue;
        }
        current.iter_mut().for_each(|x| *x /= length);
        companion.iter_mut().for_each(|x| *x /= length);
        if kept != row {
            done[kept * n..][..n].copy_from_slice(current);
            done_companions[kept * m..][..m].copy_from_slice(companion);
        }
        kept += 1;
    }
    kept
}

/// The solution of `matrix · x = right` with the least squared error, for a matrix of full column rank.
pub(super) fn least_squares(matrix: &ArrayRef2<f64>, right: &ArrayRef1<f64>) -> Vec<f64> {
    let (n, m) = matrix.dim();
    let mut rows: Vec<f64> = matrix.t().iter().copied().collect();
    let mut companions: Vec<f64> = Array2::<f64>::eye(m).into_iter().collect();
    let kept = orthonormalize(&mut rows, n, &mut companions, m, 0.0);
    let right = right.to_vec();
    let mut solution = Array1::<f64>::zeros(m).to_vec();
    for row in 0..kept {
        let share = dot(&rows[row * n..][..n], &right);
        subtract(&mut solution, -share, &companions[row * m..][..m]);
    }
    solution
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums at once: one alone would wait for itself.
    let mut sums = [0.0; 4];
    let (a_head, a_tail) = a.as_chunks::<4>();
    let (b_head, b_tail) = b.as_chunks::<4>();
    for (a, b) in a_head.iter().zip(b_head) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    let tail: f64 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
    sums[0] + sums[1] + sums[2] + sums[3] + tail
}

fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

pub(crate) fn subtract(from: &mut [f64], share: f64, what: &[f64]) {
    for (x, y) in from.iter_mut().zip(what) {
        *x -= share * y;
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use ndarray::{arr1, arr2};

    use super::*;

    #[test]
    fn least_squares_fits_a_line() {
        // Mean 4, slope 2 about the middle, plus what is orthogonal to both.
        let matrix = arr2(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
        let solution = least_squares(&matrix, &arr1(&[2.0 + 0.5, 4.0 - 1.0, 6.0 + 0.5]));
        assert_close(solution, [2.0, 2.0], 1e-14, 0.0);
    }

    #[test]
    fn dependent_rows_are_dropped() {
        let mut rows = [1.0, 2.0, 2.0, 2.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let mut companions = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(orthonormalize(&mut rows, 3, &mut companions, 1, 0.0), 2);
        assert_close(
            rows[..3].to_vec(),
            [1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0],
            1e-15,
            0.0,
        );
        let product: f64 = rows[..3].iter().zip(&rows[3..6]).map(|(a, b)| a * b).sum();
        assert!(product.abs() < 1e-15);
    }
}
