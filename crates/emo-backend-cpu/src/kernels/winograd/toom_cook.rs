use crate::simd::Simd;

/// The transforms of `F(M, R)`: `M` outputs of a filter of `R` taps from `N = M + R − 1` inputs by `N` products,
/// `y = Aᵀ [(G g) ⊙ (Bᵀ d)]`.
///
/// The Toom–Cook construction: the polynomials' product is evaluated at `N − 1` points and at infinity, and
/// transposed, which turns it into a filter (Winograd 1980; the names of the matrices are Lavin's and Gray's).
#[derive(Debug)]
pub(super) struct Transform<const N: usize, const M: usize> {
    /// `Bᵀ`.
    input: [[f32; N]; N],
    /// `G`, in the first `R` columns.
    filter: [[f64; N]; N],
    /// `Aᵀ`.
    output: [[f32; N]; M],
}

/// Nothing to do along an axis of extent 1.
pub(super) const IDENTITY: Transform<1, 1> = Transform::at(&[]);

/// `F(2, 3)`, the points of which need additions alone.
pub(super) const F2_3: Transform<4, 2> = Transform::at(&[0.0, 1.0, -1.0]);

/// `F(4, 3)`, with the points that Barabasz, Anderson, Soodhalter and Gregg (2020) find to round least,
/// arXiv:1803.10986.
pub(super) const F4_3: Transform<6, 4> = Transform::at(&[0.0, 1.0, -1.0, 0.5, -2.0]);

/// `F(4, 5)`, with points as for [`F4_3`].
pub(super) const F4_5: Transform<8, 4> = Transform::at(&[0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0]);

impl<const N: usize, const M: usize> Transform<N, M> {
    /// Evaluated at `N − 1` different points and at infinity.
    const fn at(points: &[f64]) -> Self {
        assert!(M <= N && points.len() == N - 1);
        let taps = N + 1 - M;
        let mut transform = Self {
            input: [[0.0; N]; N],
            filter: [[0.0; N]; N],
            output: [[0.0; N]; M],
        };
        let mut j = 0;
        while j < N {
            // The product of `x − a` over the other points, lowest power first, and its value at this point.
            let mut product = [0.0; N];
            product[0] = 1.0;
            let mut value = 1.0;
            let mut l = 0;
            while l < N - 1 {
                if l != j {
                    let mut power = N - 1;
                    while power > 0 {
                        product[power] = product[power - 1] - points[l] * product[power];
                        power -= 1;
                    }
                    product[0] *= -points[l];
                    if j < N - 1 {
                        value *= points[j] - points[l];
                    }
                }
                l += 1;
            }
            // A row's sign is free: its first term is added.
            let mut first = 0;
            while product[first] == 0.0 {
                first += 1;
            }
            let sign = if product[first] < 0.0 { -1.0 } else { 1.0 };
            let mut i = 0;
            while i < N {
                transform.input[j][i] = (sign * product[i]) as f32;
                i += 1;
            }
            if j == N - 1 {
                transform.filter[j][taps - 1] = sign;
                transform.output[M - 1][j] = 1.0;
            } else {
                let mut power = 1.0;
                let mut i = 0;
                while i < N {
                    if i < taps {
                        transform.filter[j][i] = sign * power / value;
                    }
                    if i < M {
                        transform.output[i][j] = power as f32;
                    }
                    power *= points[j];
                    i += 1;
                }
            }
            j += 1;
        }
        transform
    }

    /// `G`.
    pub(super) fn filter(&self) -> FilterMatrix<'_> {
        FilterMatrix {
            coefficients: self.filter.as_flattened(),
            extent: N,
        }
    }

    /// `Bᵀ d`.
    #[inline(always)]
    pub(super) fn input<S: Simd>(&self, simd: S, d: [S::F32; N]) -> [S::F32; N] {
        let mut result = d;
        for (result, row) in result.iter_mut().zip(&self.input) {
            *result = combine(simd, row, &d);
        }
        result
    }

    /// `Aᵀ m`.
    #[inline(always)]
    pub(super) fn output<S: Simd>(&self, simd: S, m: [S::F32; N]) -> [S::F32; M] {
        let mut result = [m[0]; M];
        for (result, row) in result.iter_mut().zip(&self.output) {
            *result = combine(simd, row, &m);
        }
        result
    }
}

/// How many filters are transformed side by side.
pub(super) const FILTERS: usize = 16;

/// `G` of a [`Transform`] of any size: filters are transformed once, when code for each size costs more than it saves.
#[derive(Debug, Clone, Copy)]
pub(super) struct FilterMatrix<'a> {
    /// Row by row, `extent` each, of which the first are those of taps.
    coefficients: &'a [f64],
    pub(super) extent: usize,
}

impl FilterMatrix<'_> {
    /// `G g` of some filters, whose taps and whose results stand `step` elements apart.
    pub(super) fn apply<'g>(
        self,
        taps: impl Iterator<Item = &'g [f64; FILTERS]> + Clone,
        results: &mut [[f64; FILTERS]],
        step: usize,
    ) {
        let rows = self.coefficients.chunks_exact(self.extent);
        for (row, result) in rows.zip(results.iter_mut().step_by(step)) {
            *result = [0.0; FILTERS];
            for (&coefficient, taps) in row.iter().zip(taps.clone()) {
                if coefficient != 0.0 {
                    for (sum, tap) in result.iter_mut().zip(taps) {
                        *sum += coefficient * tap;
                    }
                }
            }
        }
    }
}

/// The sum of the terms of which the coefficients, constants to the compiler, are not 0.
#[inline(always)]
fn combine<S: Simd, const N: usize>(
    simd: S,
    coefficients: &[f32; N],
    terms: &[S::F32; N],
) -> S::F32 {
    let mut sum = None;
    for (&coefficient, &term) in coefficients.iter().zip(terms) {
        sum = match sum {
            sum if coefficient == 0.0 => sum,
            None if coefficient == 1.0 => Some(term),
            None => Some(simd.mul(simd.splat(coefficient), term)),
            Some(sum) if coefficient == 1.0 => Some(simd.add(sum, term)),
            Some(sum) if coefficient == -1.0 => Some(simd.sub(sum, term)),
            Some(sum) => Some(simd.mul_add(simd.splat(coefficient), term, sum)),
        };
    }
    match sum {
        Some(sum) => sum,
        None => simd.splat(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::F2_3;

    /// The matrices of Lavin and Gray 2016, section 4.1, but for the signs of two products.
    #[test]
    fn matrices_are_the_papers() {
        assert_eq!(
            F2_3.input,
            [
                [1.0, 0.0, -1.0, 0.0],
                [0.0, 1.0, 1.0, 0.0],
                [0.0, 1.0, -1.0, 0.0],
                [0.0, 1.0, 0.0, -1.0],
            ]
        );
        assert_eq!(
            F2_3.filter,
            [
                [1.0, 0.0, 0.0, 0.0],
                [0.5, 0.5, 0.5, 0.0],
                [-0.5, 0.5, -0.5, 0.0],
                [0.0, 0.0, -1.0, 0.0],
            ]
        );
        assert_eq!(F2_3.output, [[1.0, 1.0, 1.0, 0.0], [0.0, 1.0, -1.0, 1.0]]);
    }
}
