//! Second-order sections from zeros and poles, with the pairing that SciPy's `zpk2sos` documents as "nearest".

use num_complex::Complex64;

use crate::Section;

/// Real up to rounding: SciPy's bound on the imaginary part relative to the magnitude.
const REAL_TOLERANCE: f64 = 100.0 * f64::EPSILON;

/// The roots of a real polynomial: one of each conjugate pair, and the real ones.
pub(crate) struct Roots {
    complex: Vec<Complex64>,
    real: Vec<f64>,
}

impl Roots {
    /// Keeps the upper half plane's root of each pair; a 0 is added where the real ones are odd in number.
    ///
    /// Both kinds are sorted by their real part, which decides between poles at the same distance.
    pub(crate) fn of(roots: &[Complex64]) -> Self {
        let is_real = |root: &Complex64| root.im.abs() <= REAL_TOLERANCE * root.norm();
        let mut real: Vec<f64> = roots.iter().filter(|r| is_real(r)).map(|r| r.re).collect();
        real.sort_by(f64::total_cmp);
        if real.len() % 2 == 1 {
            real.push(0.0);
        }
        let mut complex: Vec<_> = roots
            .iter()
            .copied()
            .filter(|r| !is_real(r) && r.im > 0.0)
            .collect();
        complex.sort_by(|a, b| a.re.total_cmp(&b.re).then(a.im.total_cmp(&b.im)));
        Self { complex, real }
    }

    fn len(&self) -> usize {
        2 * self.complex.len() + self.real.len()
    }

    /// Takes the root that `cost` rates lowest and its partner: the conjugate, or the real root rated lowest next.
    fn take(&mut self, cost: impl Fn(Complex64) -> f64) -> Pair {
        let complex = lowest(self.complex.iter().map(|&root| cost(root)));
        let real = lowest(self.real.iter().map(|&root| cost(root.into())));
        match (complex, real) {
            (Some((index, complex_cost)), Some((_, real_cost))) if complex_cost <= real_cost => {
                Pair::Conjugate(self.complex.remove(index))
            }
            (Some((index, _)), None) => Pair::Conjugate(self.complex.remove(index)),
            (_, Some((index, _))) => {
                let first = self.real.remove(index);
                let second = lowest(self.real.iter().map(|&root| cost(root.into())));
                Pair::Real(
                    first,
                    second.map_or(0.0, |(index, _)| self.real.remove(index)),
                )
            }
            (None, None) => Pair::Real(0.0, 0.0),
        }
    }
}

enum Pair {
    Conjugate(Complex64),
    Real(f64, f64),
}

impl Pair {
    fn first(&self) -> Complex64 {
        match *self {
            Self::Conjugate(root) => root,
            Self::Real(root, _) => root.into(),
        }
    }

    /// The coefficients of the monic quadratic in descending powers of `z`.
    fn quadratic(&self) -> [f64; 3] {
        match *self {
            Self::Conjugate(root) => [1.0, -2.0 * root.re, root.norm_sqr()],
            Self::Real(a, b) => [1.0, -(a + b), a * b],
        }
    }
}

/// Pairs each pole, the closest to the unit circle first, with the zero nearest to it.
///
/// The sections come out in reverse, so that the sharpest resonance stands last, where the signal is already filtered.
/// Both sets must be of equal size, up to the padding of [`Roots::of`].
pub(crate) fn pair(mut zeros: Roots, mut poles: Roots) -> Vec<Section> {
    let mut sections = Vec::with_capacity(poles.len() / 2);
    while poles.len() > 0 {
        let pole = poles.take(|root| (1.0 - root.norm()).abs());
        let zero = zeros.take(|root| (root - pole.first()).norm());
        let [_, a1, a2] = pole.quadratic();
        sections.push(Section {
            b: zero.quadratic(),
            a: [a1, a2],
        });
    }
    sections.reverse();
    sections
}

fn lowest(costs: impl Iterator<Item = f64>) -> Option<(usize, f64)> {
    costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))
}
