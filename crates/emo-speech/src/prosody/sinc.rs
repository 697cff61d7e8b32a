use std::f64::consts::PI;

/// Iterations of the search for a maximum; each narrows the interval at least by the golden section.
const MAX_ITERATIONS: usize = 60;
/// Where the search ends, in samples: a maximum is flat to the last bit over no less.
const TOLERANCE: f64 = 1e-8;

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
    let half_sine = 0.5 * (PI * phase).sin() / PI;
    let left = half_sum(y[below + 1 - depth..=below].iter().rev(), phase, depth);
    let right = half_sum(&y[below + 1..=below + depth], 1.0 - phase, depth);
    half_sine * (left + right)
}

/// Σ (−1)ᵏ yₖ (1 + cos(π (d + k) / (d + depth))) / (d + k), where the first sample is `d` away.
///
/// Cosines of equally spaced angles follow from the two before.
fn half_sum<'a>(y: impl IntoIterator<Item = &'a f64>, d: f64, depth: usize) -> f64 {
    let step = PI / (d + depth as f64);
    let (mut cosine, mut before) = ((step * d).cos(), (step * (d - 1.0)).cos());
    let turn = 2.0 * step.cos();
    let (mut sum, mut sign, mut distance) = (0.0, 1.0, d);
    for value in y {
        sum += sign * value * (1.0 + cosine) / distance;
        sign = -sign;
        distance += 1.0;
        (cosine, before) = (turn * cosine - before, cosine);
    }
    sum
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
    // The samples' own parabola is near the maximum already.
    let (left, middle, right) = (y[peak - 1], y[peak], y[peak + 1]);
    let bend = 2.0 * middle - left - right;
    let shift = if bend > 0.0 {
        0.5 * (right - left) / bend
    } else {
        0.0
    };
    let mut best = peak as f64 + shift.clamp(-0.5, 0.5);
    let mut best_height = height(best);
    let (mut second, mut second_height) = (peak as f64, middle);
    if second_height > best_height {
        std::mem::swap(&mut best, &mut second);
        std::mem::swap(&mut best_height, &mut second_height);
    }
    let (mut third, mut third_height) = (second, second_height);
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
