/// The highest degree that is computed.
const MAX_DEGREE: usize = 3;

/// A polynomial spline through points at ascending places, as SciPy's `make_interp_spline`.
///
/// Of degree 2 its pieces meet halfway between the points, but for the first two and the last two halves; of degree 3
/// they meet at the points, but for the second and the last but one ("not a knot").
///
/// # References
/// C. de Boor (2001). A practical guide to splines, chapters IX, X and XIII. Springer. ISBN 978-0-387-95366-3.
#[derive(Debug, Clone)]
pub(crate) struct Spline {
    degree: usize,
    knots: Vec<f64>,
    coefficients: Vec<f64>,
    band: Vec<f64>,
}

impl Spline {
    /// `at` ascends and has more points than `degree`, which is 2 or 3.
    pub(crate) fn new(at: &[f64], values: &[f64], degree: usize) -> Self {
        let mut spline = Self::empty(degree);
        spline.fit(at, values);
        spline
    }

    /// No spline yet.
    pub(crate) fn empty(degree: usize) -> Self {
        Self {
            degree,
            knots: Vec::new(),
            coefficients: Vec::new(),
            band: Vec::new(),
        }
    }

    /// Becomes the spline through points as those of [`new`](Self::new), without allocating unless there are more than
    /// ever before.
    pub(crate) fn fit(&mut self, at: &[f64], values: &[f64]) {
        place_knots(&mut self.knots, at, self.degree);
        self.coefficients.clear();
        self.coefficients.extend_from_slice(values);
        solve(
            at,
            &self.knots,
            self.degree,
            &mut self.band,
            &mut self.coefficients,
        );
    }

    /// The value at a place between the first and the last point.
    pub(crate) fn at(&self, place: f64) -> f64 {
        let (first, basis) = basis(&self.knots, self.degree, place);
        (0..=self.degree)
            .map(|j| basis[j] * self.coefficients[first + j])
            .sum()
    }
}

fn place_knots(knots: &mut Vec<f64>, at: &[f64], degree: usize) {
    let (first, last) = (at[0], at[at.len() - 1]);
    knots.clear();
    knots.extend(std::iter::repeat_n(first, degree + 1));
    if degree == 2 {
        let halves = at.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
        knots.extend(halves.skip(1).take(at.len().saturating_sub(3)));
    } else {
        knots.extend(at.iter().skip(2).take(at.len().saturating_sub(4)));
    }
    knots.extend(std::iter::repeat_n(last, degree + 1));
}

/// The basis functions that are not 0 at `place`, and the index of the first of them.
fn basis(knots: &[f64], degree: usize, place: f64) -> (usize, [f64; MAX_DEGREE + 1]) {
    let n = knots.len() - degree - 1;
    let span = knots[..n]
        .partition_point(|&knot| knot <= place)
        .clamp(degree + 1, n)
        - 1;
    let mut basis = [0.0; MAX_DEGREE + 1];
    basis[0] = 1.0;
    for order in 1..=degree {
        let mut carried = 0.0;
        for j in 0..order {
            let right = knots[span + j + 1];
            let left = knots[span + j + 1 - order];
            let share = basis[j] / (right - left);
            basis[j] = carried + (right - place) * share;
            carried = (place - left) * share;
        }
        basis[order] = carried;
    }
    (span - degree, basis)
}

/// Turns the points' values into coefficients. The matrix is banded and totally positive, so that elimination needs no
/// pivots.
fn solve(at: &[f64], knots: &[f64], degree: usize, band: &mut Vec<f64>, solution: &mut [f64]) {
    let n = at.len();
    let width = 2 * degree + 1;
    // Row i holds the columns i − degree to i + degree.
    band.clear();
    band.resize(n * width, 0.0);
    for (i, &place) in at.iter().enumerate() {
        let (first, basis) = basis(knots, degree, place);
        for (j, value) in basis.iter().enumerate().take(degree + 1) {
            if let Some(column) = (first + j + degree).checked_sub(i)
                && column < width
            {
                band[i * width + column] = *value;
            }
        }
    }
    for i in 0..n {
        let pivot = band[i * width + degree];
        for below in i + 1..(i + degree + 1).min(n) {
            let factor = band[below * width + degree + i - below] / pivot;
            if factor == 0.0 {
                continue;
            }
            for j in 0..=degree {
                band[below * width + degree + i + j - below] -=
                    factor * band[i * width + degree + j];
            }
            solution[below] -= factor * solution[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (1..=degree.min(n - 1 - i))
            .map(|j| band[i * width + degree + j] * solution[i + j])
            .sum();
        solution[i] = (solution[i] - known) / band[i * width + degree];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_polynomial_of_the_degree_is_its_own_spline(
            steps in prop::collection::vec(0.2_f64..2.0, 3..30),
            place in 0.0_f64..1.0,
        ) {
            let mut at = vec![0.5];
            for step in steps {
                at.push(at[at.len() - 1] + step);
            }
            for degree in [2, 3] {
                let polynomial = |x: f64| 1.0 - 0.5 * x + 0.1 * x * x + if degree == 3 { 0.02 * x.powi(3) } else { 0.0 };
                let values: Vec<f64> = at.iter().map(|&x| polynomial(x)).collect();
                let spline = Spline::new(&at, &values, degree);
                let x = 0.5 + place * (at[at.len() - 1] - 0.5);
                prop_assert!((spline.at(x) - polynomial(x)).abs() < 1e-8 * (1.0 + polynomial(x).abs()));
                prop_assert!((spline.at(at[0]) - values[0]).abs() < 1e-9);
            }
        }
    }
}
