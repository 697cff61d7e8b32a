use crate::spline::Spline;

/// How a value between two beats is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Interpolation {
    /// On the straight line between its neighbours.
    Linear,
    /// On a cubic that is monotone wherever the beats are, so that it never overshoots; NeuroKit2's default for rates.
    ///
    /// # References
    /// F. N. Fritsch, J. Butland (1984). A method for constructing local monotone piecewise cubic interpolants. SIAM
    /// Journal on Scientific and Statistical Computing 5(2). doi:10.1137/0905021.
    #[default]
    #[doc(alias = "pchip")]
    MonotoneCubic,
    /// On a cubic spline whose first two and last two pieces are one each ("not a knot"), as SciPy's `interp1d`.
    Cubic,
    /// The value of the nearest beat, of the earlier one of two.
    Nearest,
    /// The value of the beat before.
    Previous,
    /// On a quadratic spline whose pieces meet halfway between beats; NeuroKit2's default for tachograms.
    Quadratic,
}

impl Interpolation {
    /// Points below which there is no such curve.
    pub(crate) fn min_points(self) -> usize {
        match self {
            Self::Linear | Self::Nearest | Self::Previous => 1,
            Self::MonotoneCubic | Self::Quadratic => 3,
            Self::Cubic => 4,
        }
    }
}

/// A curve through points at ascending places; at least [`Interpolation::min_points`] points.
pub(crate) struct Knots {
    at: Vec<f64>,
    values: Vec<f64>,
    curve: Curve,
}

enum Curve {
    Line,
    Nearest,
    Previous,
    /// With the slopes at the points.
    Hermite(Vec<f64>),
    Spline(Spline),
}

impl Knots {
    pub(crate) fn new(at: Vec<f64>, values: Vec<f64>, interpolation: Interpolation) -> Self {
        let curve = match interpolation {
            Interpolation::Linear => Curve::Line,
            Interpolation::Nearest => Curve::Nearest,
            Interpolation::Previous => Curve::Previous,
            Interpolation::MonotoneCubic => Curve::Hermite(monotone_slopes(&at, &values)),
            Interpolation::Quadratic => Curve::Spline(Spline::new(&at, &values, 2)),
            Interpolation::Cubic => Curve::Spline(Spline::new(&at, &values, 3)),
        };
        Self { at, values, curve }
    }

    /// The value at a place; the first or last point's beyond the ends.
    pub(crate) fn at(&self, place: f64) -> f64 {
        let right = self.at.partition_point(|&at| at <= place);
        if right == 0 {
            return self.values[0];
        }
        if right == self.at.len() {
            return self.values[right - 1];
        }
        let left = right - 1;
        let (from, to) = (self.values[left], self.values[right]);
        let width = self.at[right] - self.at[left];
        let t = (place - self.at[left]) / width;
        match &self.curve {
            Curve::Line => from + t * (to - from),
            Curve::Nearest if place > (self.at[left] + self.at[right]) / 2.0 => to,
            Curve::Nearest | Curve::Previous => from,
            Curve::Spline(spline) => spline.at(place),
            Curve::Hermite(slopes) => {
                let (leaving, arriving) = (slopes[left] * width, slopes[right] * width);
                let rest = 1.0 - t;
                // The cubic Hermite basis.
                from * (1.0 + 2.0 * t) * rest * rest
                    + leaving * t * rest * rest
                    + to * t * t * (3.0 - 2.0 * t)
                    - arriving * t * t * rest
            }
        }
    }
}

/// The slopes of Fritsch and Butland: a weighted harmonic mean of the neighbouring secants, 0 at an extreme.
fn monotone_slopes(at: &[f64], values: &[f64]) -> Vec<f64> {
    let widths: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let secants: Vec<f64> = values
        .windows(2)
        .zip(&widths)
        .map(|(pair, width)| (pair[1] - pair[0]) / width)
        .collect();
    let n = at.len();
    let mut slopes = vec![0.0; n];
    slopes[0] = end_slope([widths[0], widths[1]], [secants[0], secants[1]]);
    slopes[n - 1] = end_slope(
        [widths[n - 2], widths[n - 3]],
        [secants[n - 2], secants[n - 3]],
    );
    for i in 1..n - 1 {
        if secants[i - 1] * secants[i] > 0.0 {
            let before = 2.0 * widths[i] + widths[i - 1];
            let after = widths[i] + 2.0 * widths[i - 1];
            slopes[i] = (before + after) / (before / secants[i - 1] + after / secants[i]);
        }
    }
    slopes
}

/// The slope at an end from the two nearest secants, the nearest first: a three-point formula, kept monotone.
fn end_slope(widths: [f64; 2], secants: [f64; 2]) -> f64 {
    let slope = ((2.0 * widths[0] + widths[1]) * secants[0] - widths[0] * secants[1])
        / (widths[0] + widths[1]);
    if slope * secants[0] <= 0.0 {
        0.0
    } else if secants[0] * secants[1] <= 0.0 && slope.abs() > 3.0 * secants[0].abs() {
        3.0 * secants[0]
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_cubic_passes_its_points_and_stays_between_them(
            values in prop::collection::vec(0.3_f64..2.0, 3..20),
            place in 0.0_f64..1.0,
        ) {
            let at: Vec<f64> = (0..values.len()).map(|i| i as f64 * 3.0).collect();
            let knots = Knots::new(at.clone(), values.clone(), Interpolation::MonotoneCubic);
            for (i, pair) in values.windows(2).enumerate() {
                prop_assert_eq!(knots.at(at[i]), pair[0]);
                let between = knots.at(at[i] + 3.0 * place);
                let (low, high) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                prop_assert!((low - 1e-12..=high + 1e-12).contains(&between));
            }
        }
    }
}
