use crate::ScoreError;

/// A smooth convex function with its derivatives.
pub(crate) trait Objective {
    /// What is fitted, for the error.
    const WHAT: &'static str;

    /// The value at `x`.
    fn value(&self, x: &[f64]) -> f64;

    /// Writes gradient and Hessian (`[n · n]`, symmetric) at `x`; both arrive zeroed.
    fn derivatives(&self, x: &[f64], gradient: &mut [f64], hessian: &mut [f64]);
}

/// More than quadratic convergence ever needs, even from a poor start.
const MAX_STEPS: usize = 200;

/// Minimises a convex function by Newton's method with backtracking, until no component of the gradient is above
/// `tolerance`.
///
/// Where rounding forbids further progress, a gradient within a thousand tolerances is accepted.
///
/// # References
/// S. Boyd, L. Vandenberghe, *Convex Optimization*, Cambridge University Press, 2004, algorithm 9.5.
pub(crate) fn minimize<F: Objective>(
    objective: &F,
    mut x: Vec<f64>,
    tolerance: f64,
) -> Result<Vec<f64>, ScoreError> {
    let n = x.len();
    let mut gradient = vec![0.0; n];
    let mut hessian = vec![0.0; n * n];
    let mut trial = x.clone();
    let mut value = objective.value(&x);
    let mut residual = f64::INFINITY;
    for step in 0..MAX_STEPS {
        gradient.fill(0.0);
        hessian.fill(0.0);
        objective.derivatives(&x, &mut gradient, &mut hessian);
        residual = gradient.iter().fold(0.0, |max: f64, g| max.max(g.abs()));
        if residual <= tolerance {
            return Ok(x);
        }
        let Some(direction) = descent(&hessian, &gradient) else {
            return Err(not_converged::<F>(step, residual));
        };
        let slope: f64 = direction.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        let mut length = 1.0;
        let moved = loop {
            for ((trial, x), direction) in trial.iter_mut().zip(&x).zip(&direction) {
                *trial = x + length * direction;
            }
            let next = objective.value(&trial);
            // The slack lets the last steps pass, whose gain is below the rounding of the value.
            let slack = 4.0 * f64::EPSILON * value.abs();
            if next.is_finite() && next <= value + 1e-4 * length * slope + slack {
                value = next;
                break true;
            }
            length *= 0.5;
            if length < 1e-12 {
                break false;
            }
        };
        if !moved {
            if residual <= 1e3 * tolerance {
                return Ok(x);
            }
            return Err(not_converged::<F>(step, residual));
        }
        std::mem::swap(&mut x, &mut trial);
    }
    if residual <= 1e3 * tolerance {
        return Ok(x);
    }
    Err(not_converged::<F>(MAX_STEPS, residual))
}

fn not_converged<F: Objective>(iterations: usize, gradient: f64) -> ScoreError {
    ScoreError::NotConverged {
        what: F::WHAT,
        iterations,
        gradient,
    }
}

/// Solves `(H + ridge) d = −g`, with the smallest ridge tried that makes the matrix positive definite.
fn descent(hessian: &[f64], gradient: &[f64]) -> Option<Vec<f64>> {
    let n = gradient.len();
    let largest = (0..n).fold(0.0, |max: f64, i| max.max(hessian[i * n + i].abs()));
    if !largest.is_finite() {
        return None;
    }
    let mut ridge = 0.0;
    for _ in 0..20 {
        if let Some(factor) = cholesky(hessian, n, ridge) {
            return Some(solve(&factor, gradient));
        }
        ridge = if ridge == 0.0 {
            1e-14 * largest.max(f64::MIN_POSITIVE)
        } else {
            ridge * 10.0
        };
    }
    None
}

/// The lower factor L of `H + ridge = L Lᵀ`, or `None` if that is not safely positive definite.
fn cholesky(hessian: &[f64], n: usize, ridge: f64) -> Option<Vec<f64>> {
    let mut factor = hessian.to_vec();
    for i in 0..n {
        factor[i * n + i] += ridge;
    }
    for j in 0..n {
        let diagonal = factor[j * n + j];
        let mut pivot = diagonal;
        for k in 0..j {
            pivot -= factor[j * n + k] * factor[j * n + k];
        }
        if !(pivot > 1e-15 * diagonal.abs() && pivot.is_finite()) {
            return None;
        }
        let root = pivot.sqrt();
        factor[j * n + j] = root;
        for i in j + 1..n {
            let (head, tail) = factor.split_at_mut(i * n);
            let row_j = &head[j * n..j * n + j];
            let row_i = &mut tail[..=j];
            let dot: f64 = row_i[..j].iter().zip(row_j).map(|(a, b)| a * b).sum();
            row_i[j] = (row_i[j] - dot) / root;
        }
    }
    Some(factor)
}

fn solve(factor: &[f64], gradient: &[f64]) -> Vec<f64> {
    let n = gradient.len();
    let mut x: Vec<f64> = gradient.iter().map(|g| -g).collect();
    for i in 0..n {
        for k in 0..i {
            x[i] -= factor[i * n + k] * x[k];
        }
        x[i] /= factor[i * n + i];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            x[i] -= factor[k * n + i] * x[k];
        }
        x[i] /= factor[i * n + i];
    }
    x
}

/// Turns logits into probabilities in place and returns the logarithm of their sum of exponentials.
pub(crate) fn softmax(logits: &mut [f64]) -> f64 {
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for logit in logits.iter_mut() {
        *logit = (*logit - max).exp();
        sum += *logit;
    }
    for p in logits {
        *p /= sum;
    }
    max + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Boyd and Vandenberghe 2004, section 9.3.2: exp(x + 3y − 0.1) + exp(x − 3y − 0.1) + exp(−x − 0.1), whose
    /// minimum is at x = −ln(2) / 2, y = 0.
    struct Textbook;

    impl Objective for Textbook {
        const WHAT: &'static str = "the textbook's function";

        fn value(&self, x: &[f64]) -> f64 {
            (x[0] + 3.0 * x[1] - 0.1).exp() + (x[0] - 3.0 * x[1] - 0.1).exp() + (-x[0] - 0.1).exp()
        }

        fn derivatives(&self, x: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
            for ([a, b], sign) in [([1.0, 3.0], 1.0), ([1.0, -3.0], 1.0), ([-1.0, 0.0], 1.0)] {
                let value: f64 = sign * (a * x[0] + b * x[1] - 0.1_f64).exp();
                for (i, p) in [a, b].into_iter().enumerate() {
                    gradient[i] += p * value;
                    for (j, q) in [a, b].into_iter().enumerate() {
                        hessian[i * 2 + j] += p * q * value;
                    }
                }
            }
        }
    }

    #[test]
    fn the_textbooks_minimum_is_found() {
        let x = minimize(&Textbook, vec![-1.0, 0.7], 1e-12).unwrap();
        assert!((x[0] + 0.5 * 2.0_f64.ln()).abs() < 1e-12 && x[1].abs() < 1e-12);
    }

    struct Unbounded;

    impl Objective for Unbounded {
        const WHAT: &'static str = "a function without a minimum";

        fn value(&self, x: &[f64]) -> f64 {
            -x[0]
        }

        fn derivatives(&self, _: &[f64], gradient: &mut [f64], _: &mut [f64]) {
            gradient[0] = -1.0;
        }
    }

    #[test]
    fn without_a_minimum_there_is_an_error() {
        assert!(matches!(
            minimize(&Unbounded, vec![0.0], 1e-9),
            Err(ScoreError::NotConverged { .. })
        ));
    }
}
