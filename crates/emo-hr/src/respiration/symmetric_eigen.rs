use ndarray::Array2;

/// Rounds of rotations after which a matrix of this size is diagonal by far.
const MAX_SWEEPS: usize = 40;

/// Eigenvalues, largest first, and the eigenvectors in the columns, of a symmetric matrix, by Jacobi's rotations.
///
/// # References
/// G. H. Golub, C. F. Van Loan (2013). Matrix computations, section 8.5. Johns Hopkins University Press. ISBN
/// 978-1-4214-0794-4.
pub(super) fn symmetric_eigen(a: &Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let n = a.nrows();
    // Row by row, the eigenvectors in rows.
    let mut rest: Vec<f64> = a.iter().copied().collect();
    let mut vectors = vec![0.0; n * n];
    vectors.iter_mut().step_by(n + 1).for_each(|x| *x = 1.0);
    for _ in 0..MAX_SWEEPS {
        let diagonal = rest.iter().step_by(n + 1);
        let largest = diagonal.fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                if rest[p * n + q].abs() > f64::EPSILON * largest {
                    let turn = turn(rest[p * n + p], rest[q * n + q], rest[p * n + q]);
                    for row in rest.chunks_exact_mut(n) {
                        (row[p], row[q]) = turned(turn, row[p], row[q]);
                    }
                    turn_rows(&mut rest, n, [p, q], turn);
                    turn_rows(&mut vectors, n, [p, q], turn);
                    rotated = true;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| rest[j * (n + 1)].total_cmp(&rest[i * (n + 1)]));
    let values = order.iter().map(|&i| rest[i * (n + 1)]).collect();
    let columns = Array2::from_shape_fn((n, n), |(k, i)| vectors[order[i] * n + k]);
    (values, columns)
}

/// Cosine and sine of the angle that makes an element 0, from the diagonal ones and it.
fn turn(first: f64, second: f64, between: f64) -> (f64, f64) {
    let slope = (second - first) / (2.0 * between);
    let tangent = if slope == 0.0 {
        1.0
    } else {
        slope.signum() / (slope.abs() + slope.hypot(1.0))
    };
    let cosine = 1.0 / tangent.hypot(1.0);
    (cosine, tangent * cosine)
}

fn turned((cosine, sine): (f64, f64), x: f64, y: f64) -> (f64, f64) {
    (cosine * x - sine * y, sine * x + cosine * y)
}

/// Turns row `p` and the later row `q`.
fn turn_rows(matrix: &mut [f64], n: usize, [p, q]: [usize; 2], turn: (f64, f64)) {
    let (before, from_q) = matrix.split_at_mut(q * n);
    for (x, y) in before[p * n..(p + 1) * n].iter_mut().zip(&mut from_q[..n]) {
        (*x, *y) = turned(turn, *x, *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_stretched_by_their_values() {
        let a = Array2::from_shape_fn((7, 7), |(i, j)| {
            1.0 / (1.0 + (i + j) as f64) + if i == j { i as f64 } else { 0.0 }
        });
        let (values, vectors) = symmetric_eigen(&a);
        assert!(values.is_sorted_by(|a, b| a >= b));
        let stretched = a.dot(&vectors);
        for ((row, column), value) in stretched.indexed_iter() {
            assert!((value - values[column] * vectors[[row, column]]).abs() < 1e-12);
        }
    }
}
