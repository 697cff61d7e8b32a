use std::f64::consts::PI;

/// The lowest frequency of the scale in Hz.
pub(super) const MIN_HZ: f64 = 25.0;
/// Where the weight of the ear's sensitivity is one half, in octaves above 50 Hz: at 65 Hz.
const HALF_WEIGHT_HZ: (f64, f64) = (50.0, 65.0);

/// A magnitude spectrum on a logarithmic scale of frequency, its peaks kept and smoothed: the first half of
/// sub-harmonic summation.
///
/// # References
/// D. J. Hermes, Measurement of pitch by subharmonic summation, Journal of the Acoustical Society of America 83(1),
/// 1988, doi:10.1121/1.396427.
#[derive(Debug, Clone)]
pub(super) struct OctaveScale {
    spline: Spline,
    points: Vec<Point>,
    peaks: Vec<f64>,
    smooth: Vec<f64>,
    scaled: Vec<f64>,
    octaves_per_point: f64,
    points_per_octave: f64,
}

/// Where a point of the scale lies between two knots, with the spline's weights and the ear's.
#[derive(Debug, Clone)]
struct Point {
    knot: usize,
    left: f64,
    right: f64,
    left_curvature: f64,
    right_curvature: f64,
    weight: f64,
}

impl OctaveScale {
    /// As many points from [`MIN_HZ`] to half the sample rate as there are bins.
    pub(super) fn new(n_bins: usize, bin_hz: f64) -> Self {
        let knots = knots(n_bins, bin_hz);
        let n_octaves = knots[n_bins - 1] - MIN_HZ.log2();
        let octaves_per_point = n_octaves / (n_bins - 1) as f64;
        let points_per_octave = n_bins as f64 / n_octaves;
        let half_weight = (HALF_WEIGHT_HZ.1 / HALF_WEIGHT_HZ.0).log2();
        let points = (0..n_bins)
            .map(|index| {
                let position = MIN_HZ.log2() + octaves_per_point * index as f64;
                let octaves = (index + 2) as f64 / points_per_octave;
                let weight = 0.5 + (3.0 * (octaves - half_weight)).atan() / PI;
                Point::new(&knots, position, weight)
            })
            .collect();
        Self {
            spline: Spline::new(&knots),
            points,
            peaks: vec![0.0; n_bins],
            smooth: vec![0.0; n_bins],
            scaled: vec![0.0; n_bins],
            octaves_per_point,
            points_per_octave,
        }
    }

    pub(super) fn points_per_octave(&self) -> f64 {
        self.points_per_octave
    }

    /// Frequency in Hz of a position between the points.
    pub(super) fn hz(&self, position: f64) -> f64 {
        MIN_HZ * (position * self.octaves_per_point).exp2()
    }

    pub(super) fn transform(&mut self, magnitudes: &[f64]) -> &[f64] {
        keep_peaks(magnitudes, &mut self.peaks);
        smooth(&self.peaks, &mut self.smooth);
        let curvatures = self.spline.fit(&self.smooth);
        for (out, point) in self.scaled.iter_mut().zip(&self.points) {
            let at = point.knot;
            let value = point.left * self.smooth[at]
                + point.right * self.smooth[at + 1]
                + point.left_curvature * curvatures[at]
                + point.right_curvature * curvatures[at + 1];
            *out = point.weight * value.max(0.0);
        }
        &self.scaled
    }
}

/// Positions of the bins in octaves; that of bin 0 continues the distance of the next two.
fn knots(n_bins: usize, bin_hz: f64) -> Vec<f64> {
    let mut knots: Vec<f64> = (0..n_bins)
        .map(|bin| (bin as f64 * bin_hz).log2())
        .collect();
    knots[0] = 2.0 * knots[1] - knots[2];
    knots
}

/// Sets everything between two maxima to zero that is more than two bins away from both. The ends can be maxima too;
/// what rises to the first or falls from the last one stays.
fn keep_peaks(magnitudes: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    let is_peak = |bin: usize| {
        let here = magnitudes[bin];
        let rises = bin == 0 || here > magnitudes[bin - 1];
        rises && magnitudes.get(bin + 1).is_none_or(|&after| here >= after)
    };
    let mut last = None;
    for bin in (0..magnitudes.len()).filter(|&bin| is_peak(bin)) {
        let start = last.map_or(0, |_| bin - 2);
        let end = (bin + 3).min(magnitudes.len());
        out[start..end].copy_from_slice(&magnitudes[start..end]);
        last = Some(bin);
    }
    if let Some(last) = last {
        out[last..].copy_from_slice(&magnitudes[last..]);
    }
}

/// Weights ¼, ½, ¼; the last value stays as it is.
fn smooth(values: &[f64], out: &mut [f64]) {
    let last = values.len() - 1;
    out[0] = 0.5 * values[0] + 0.25 * values[1];
    for (out, window) in out[1..last].iter_mut().zip(values.windows(3)) {
        *out = 0.25 * (window[0] + window[2]) + 0.5 * window[1];
    }
    out[last] = values[last];
}

impl Point {
    fn new(knots: &[f64], position: f64, weight: f64) -> Self {
        let knot = knots
            .partition_point(|&knot| knot <= position)
            .clamp(1, knots.len() - 1)
            - 1;
        let width = knots[knot + 1] - knots[knot];
        let left = (knots[knot + 1] - position) / width;
        let right = 1.0 - left;
        let curvature = |share: f64| (share.powi(3) - share) * width * width / 6.0;
        Self {
            knot,
            left,
            right,
            left_curvature: curvature(left),
            right_curvature: curvature(right),
            weight,
        }
    }
}

/// Second derivatives of the natural cubic spline through fixed knots.
#[derive(Debug, Clone)]
struct Spline {
    widths: Vec<f64>,
    /// Of the eliminated system: what each row takes from the row before, and one over its diagonal.
    factors: Vec<f64>,
    inverse_diagonal: Vec<f64>,
    curvatures: Vec<f64>,
}

impl Spline {
    fn new(knots: &[f64]) -> Self {
        let widths: Vec<f64> = knots.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let n = knots.len();
        let (mut factors, mut inverse_diagonal) = (vec![0.0; n], vec![0.0; n]);
        for i in 1..n - 1 {
            let above = if i > 1 { widths[i - 1] } else { 0.0 };
            factors[i] = above * inverse_diagonal[i - 1];
            let diagonal = 2.0 * (widths[i - 1] + widths[i]) - factors[i] * above;
            inverse_diagonal[i] = 1.0 / diagonal;
        }
        Self {
            widths,
            factors,
            inverse_diagonal,
            curvatures: vec![0.0; n],
        }
    }

    fn fit(&mut self, values: &[f64]) -> &[f64] {
        let n = values.len();
        let rise = |i: usize| (values[i + 1] - values[i]) / self.widths[i];
        let mut before = rise(0);
        for i in 1..n - 1 {
            let after = rise(i);
            self.curvatures[i] = 6.0 * (after - before) - self.factors[i] * self.curvatures[i - 1];
            before = after;
        }
        for i in (1..n - 1).rev() {
            let coupled = self.widths[i] * self.curvatures[i + 1];
            self.curvatures[i] = (self.curvatures[i] - coupled) * self.inverse_diagonal[i];
        }
        &self.curvatures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(magnitudes: &[f64], expected: &[f64]) {
        let mut kept = vec![7.0; magnitudes.len()];
        keep_peaks(magnitudes, &mut kept);
        assert_eq!(kept, expected);
    }

    #[test]
    fn two_bins_around_each_maximum_are_kept() {
        let between = [1.0, 2.0, 9.0, 5.0, 4.0, 3.0, 2.5, 2.6, 2.7, 8.0, 3.0];
        let expected = [1.0, 2.0, 9.0, 5.0, 4.0, 0.0, 0.0, 2.6, 2.7, 8.0, 3.0];
        check(&between, &expected);
    }

    #[test]
    fn a_slope_at_either_end_is_kept_and_an_end_can_be_a_maximum() {
        let outwards = [1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0, 2.0, 1.0];
        check(&outwards, &outwards);
        let inwards = [9.0, 4.0, 3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 9.0];
        check(&inwards, &[9.0, 4.0, 3.0, 0.0, 0.0, 0.0, 3.0, 4.0, 9.0]);
        check(&[3.0, 2.0, 1.0, 0.5], &[3.0, 2.0, 1.0, 0.5]);
        check(&[0.0; 5], &[0.0; 5]);
    }
}
