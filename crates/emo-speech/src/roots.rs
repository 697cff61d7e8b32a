use realfft::num_complex::Complex;

/// Most iterations; the method converges cubically, and a frame's roots need about ten.
const MAX_ITERATIONS: usize = 60;
/// A step this small relative to the root ends the iteration.
const TOLERANCE: f64 = 1e-12;

/// The roots of a polynomial of degree `N` by the simultaneous iteration of Aberth and Ehrlich.
///
/// # References
/// O. Aberth, Iteration methods for finding all zeros of a polynomial simultaneously, Mathematics of Computation
/// 27(122), 1973, doi:10.1090/S0025-5718-1973-0329236-7.
#[derive(Debug, Clone)]
pub(crate) struct Roots<const N: usize> {
    roots: [Complex<f64>; N],
}

impl<const N: usize> Default for Roots<N> {
    fn default() -> Self {
        Self {
            roots: [Complex::ZERO; N],
        }
    }
}

impl<const N: usize> Roots<N> {
    /// The roots of zᴺ + c₀zᴺ⁻¹ + … + c₍N₋₁₎.
    pub(crate) fn of_monic(&mut self, coefficients: &[f64; N]) -> &[Complex<f64>; N] {
        // A circle whose points are not mirror images of each other.
        for (index, root) in self.roots.iter_mut().enumerate() {
            let angle = 2.0 * std::f64::consts::PI * (index as f64 + 0.25) / N as f64;
            *root = Complex::from_polar(0.9, angle);
        }
        for _ in 0..MAX_ITERATIONS {
            let mut is_converged = true;
            for i in 0..N {
                let root = self.roots[i];
                let (value, slope) = evaluate(coefficients, root);
                if value.norm_sqr() == 0.0 {
                    continue;
                }
                let others = self.roots.iter().enumerate().filter(|&(j, _)| j != i);
                let repulsion: Complex<f64> = others
                    .map(|(_, other)| root - other)
                    .filter(|gap| gap.norm_sqr() > 0.0)
                    .map(|gap| gap.inv())
                    .sum();
                let step = value / (slope - value * repulsion);
                if !step.re.is_finite() || !step.im.is_finite() {
                    continue;
                }
                self.roots[i] = root - step;
                is_converged &= step.norm_sqr() <= TOLERANCE * TOLERANCE * root.norm_sqr();
            }
            if is_converged {
                break;
            }
        }
        &self.roots
    }
}

/// The polynomial and its derivative.
fn evaluate<const N: usize>(
    coefficients: &[f64; N],
    z: Complex<f64>,
) -> (Complex<f64>, Complex<f64>) {
    let mut value = Complex::new(1.0, 0.0);
    let mut slope = Complex::ZERO;
    for &coefficient in coefficients {
        slope = slope * z + value;
        value = value * z + coefficient;
    }
    (value, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coefficients of the product of z - r over the roots, by multiplication.
    fn expand<const N: usize>(roots: [Complex<f64>; N]) -> [f64; N] {
        let mut product = vec![Complex::new(1.0, 0.0)];
        for root in roots {
            product.push(Complex::ZERO);
            for index in (1..product.len()).rev() {
                let lower = product[index - 1];
                product[index] -= root * lower;
            }
        }
        std::array::from_fn(|index| product[index + 1].re)
    }

    #[test]
    fn the_roots_of_a_product_are_its_factors() {
        let pair = |radius: f64, angle: f64| {
            let root = Complex::from_polar(radius, angle);
            [root, root.conj()]
        };
        let [a, b, c] = [pair(0.98, 0.3), pair(0.7, 1.2), pair(1.1, 2.9)];
        let expected = [a[0], a[1], b[0], b[1], c[0], c[1], Complex::new(-0.6, 0.0)];
        let mut roots = Roots::default();
        let found = roots.of_monic(&expand(expected));
        for root in expected {
            let distance = found.iter().map(|f| (f - root).norm());
            assert!(distance.fold(f64::INFINITY, f64::min) < 1e-9);
        }
    }

    #[test]
    fn zero_is_a_root_of_any_multiplicity() {
        let mut roots = Roots::default();
        let found = roots.of_monic(&[0.0; 5]);
        assert!(found.iter().all(|root| root.norm() < 1e-3));
    }
}
