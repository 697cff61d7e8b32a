use std::f64::consts::PI;

/// Iterations of the search for a maximum; each narrows the interval at least by the golden section.
const MAX_ITERATIONS: usize = 60;
/// Where the search ends, in samples: a maximum is flat to the last bit over no less.
const TOLERANCE: f64 = 1e-8;
/// A parabola's step that is this short, after one that is this short, leaves less than the tolerance: the error is about the
/// product of the two before.
const CLOSE: f64 = 1e-6;
const CLOSE_BEFORE: f64 = 1e-3;

/// The band-limited interpolation of `y` at the real index `x` by a sinc under a raised cosine that spans `depth` samples
/// on either side, or as many as there are on the shorter one.
///
/// Linear beside the first and the last sample; outside `y` its first or last value.
///
/// # References
/// P. Boersma, Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
/// sound, IFA Proceedings 17, 1993, pages 97–110, Eq. 22.
pub(super) fn interpolate(y: &[f64], x: f64, depth: usize) -> f64 {
    let last = y.len() - 1;
    if x <= 0.0 {
        return y[0];
    }
    if x >= last as f64 {
        return y[last];
    }
    let below = x.floor() as usize;
    let phase = x - below as f64;
    if phase == 0.0 {
        return y[below];
    }
    let depth = depth.min(below + 1).min(last - below);
    if depth == 1 {
        return y[below] + phase * (y[below + 1] - y[below]);
    }
    let (before, after) = y[below + 1 - depth..=below + depth].split_at(depth);
    let (whole, rest) = before.as_chunks();
    let mut left = HalfSum::new(phase, depth);
    for y in whole {
        left.add(*y);
    }
    left.add_last(rest.iter());
    let (rest, whole) = after.as_rchunks();
    let mut right = HalfSum::new(1.0 - phase, depth);
    for &[a, b, c, d] in whole.iter().rev() {
        right.add([d, c, b, a]);
    }
    right.add_last(rest.iter().rev());
    let sign = if depth.is_multiple_of(2) { 1.0 } else { -1.0 };
    // The sine of a phase near 1 would be that of what rounding leaves of it.
    let half_sine = 0.5 * (PI * phase.min(1.0 - phase)).sin() / PI;
    sign * half_sine * (left.alternating() + right.alternating())
}

/// Samples that are summed side by side.
const LANES: usize = 4;

/// Σ (−1)ᵐ yₘ (1 − cos(m π / width)) / (width − m) of the samples on one side, of which the outermost is m = 1 and the
/// nearest m = `depth`.
struct HalfSum {
    sums: [f64; LANES / 2],
    /// How far away the next samples are.
    distances: [f64; LANES],
    /// cos(m π / width) of the next samples and of those before them.
    cosines: [f64; LANES],
    before: [f64; LANES],
    /// 2 cos(`LANES` π / width).
    turn: f64,
}

impl HalfSum {
    /// `nearest` is how far away the nearest sample is, more than 0 and less than 1.
    #[inline(always)]
    fn new(nearest: f64, depth: usize) -> Self {
        let width = nearest + depth as f64;
        // Chebyshev: cos (m + n) x = 2 cos mx cos nx − cos (m − n) x.
        let c1 = (PI / width).cos();
        let c2 = 2.0 * c1 * c1 - 1.0;
        let c3 = 2.0 * c2 * c1 - c1;
        let c4 = 2.0 * c2 * c2 - 1.0;
        Self {
            sums: [0.0; LANES / 2],
            distances: [width - 1.0, width - 2.0, width - 3.0, width - 4.0],
            cosines: [c1, c2, c3, c4],
            before: [c3, c2, c1, 1.0],
            turn: 2.0 * c4,
        }
    }

    #[inline(always)]
    fn add(&mut self, y: [f64; LANES]) {
        // Two quotients of the same sign need but one division.
        for lane in 0..LANES / 2 {
            let other = lane + LANES / 2;
            let p = y[lane] * (1.0 - self.cosines[lane]);
            let q = y[other] * (1.0 - self.cosines[other]);
            let (d, e) = (self.distances[lane], self.distances[other]);
            self.sums[lane] += (p * e + q * d) / (d * e);
        }
        for lane in 0..LANES {
            self.distances[lane] -= LANES as f64;
            let next = self.turn * self.cosines[lane] - self.before[lane];
            self.before[lane] = self.cosines[lane];
            self.cosines[lane] = next;
        }
    }

    /// Less samples than there are lanes, of which the last is the nearest.
    #[inline(always)]
    fn add_last<'a>(&mut self, samples: impl Iterator<Item = &'a f64>) {
        // What stands for samples beyond is 0, and no distance is: they go on by 1 from between 0 and 1.
        let mut y = [0.0; LANES];
        for (y, sample) in y.iter_mut().zip(samples) {
            *y = *sample;
        }
        self.add(y);
    }

    #[inline(always)]
    fn alternating(&self) -> f64 {
        self.sums[1] - self.sums[0]
    }
}

/// The weights of `depth` samples on either side in [`interpolate`] at `phase` after the last of the left ones.
pub(super) fn weights(phase: f64, depth: usize) -> Vec<f64> {
    let mut weights = vec![0.0; 2 * depth];
    let mut unit = vec![0.0; 2 * depth];
    for k in 0..2 * depth {
        unit[k] = 1.0;
        weights[k] = interpolate(&unit, (depth - 1) as f64 + phase, depth);
        unit[k] = 0.0;
    }
    weights
}

/// Position and height of the maximum of the interpolation within one sample of the local maximum `y[peak]`.
///
/// # References
/// R. P. Brent, Algorithms for Minimization without Derivatives, Prentice-Hall 1973, chapter 5.
pub(super) fn maximum(y: &[f64], peak: usize, depth: usize) -> (f64, f64) {
    if peak == 0 || peak + 1 >= y.len() {
        return (peak as f64, y[peak]);
    }
    let golden = 0.5 * (3.0 - 5.0_f64.sqrt());
    let height = |x: f64| interpolate(y, x, depth);
    let (mut low, mut high) = (peak as f64 - 1.0, peak as f64 + 1.0);
    // As the peer begins, since there may be two maxima.
    let mut best = low + golden * (high - low);
    let mut best_height = height(best);
    let (mut second, mut second_height) = (best, best_height);
    let (mut third, mut third_height) = (best, best_height);
    let (mut step, mut step_before) = (1.0_f64, 1.0_f64);
    for _ in 0..MAX_ITERATIONS {
        let centre = 0.5 * (low + high);
        if (best - centre).abs() + 0.5 * (high - low) <= 2.0 * TOLERANCE {
            break;
        }
        // Through the three best points; rejected where it leaves the interval or does not shrink.
        let r = (best - second) * (best_height - third_height);
        let q = (best - third) * (best_height - second_height);
        let mut numerator = (best - third) * q - (best - second) * r;
        let denominator = 2.0 * (q - r);
        if denominator > 0.0 {
            numerator = -numerator;
        }
        let denominator = denominator.abs();
        let is_parabolic = numerator.abs() < (0.5 * denominator * step_before).abs()
            && numerator > denominator * (low - best)
            && numerator < denominator * (high - best);
        step_before = if is_parabolic {
            step
        } else if best < centre {
            high - best
        } else {
            low - best
        };
        step = if is_parabolic {
            numerator / denominator
        } else {
            golden * step_before
        };
        if is_parabolic && step.abs() < CLOSE && step_before.abs() < CLOSE_BEFORE {
            return (best + step, best_height);
        }
        if step.abs() < TOLERANCE {
            step = TOLERANCE.copysign(step);
        }
        let x = best + step;
        let value = height(x);
        if value >= best_height {
            if x < best {
                high = best
            } else {
                low = best
            }
            (third, third_height) = (second, second_height);
            (second, second_height) = (best, best_height);
            (best, best_height) = (x, value);
        } else {
            if x < best {
                low = x
            } else {
                high = x
            }
            if value >= second_height || second == best {
                (third, third_height) = (second, second_height);
                (second, second_height) = (x, value);
            } else if value >= third_height || third == best || third == second {
                (third, third_height) = (x, value);
            }
        }
    }
    (best, best_height)
}
