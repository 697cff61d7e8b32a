//! Mean and spread of clean EEG's amplitude among windows of which some hold artefacts.

use super::orthonormal::dot;
use super::{AsrConfig, AsrFit};

/// Quantiles of the clean distribution between which it is fitted.
const QUANTILES: [f64; 2] = [0.022, 0.6];

/// Step of the search over lower ends and over widths, as a share of the windows.
const STEP: f64 = 0.01;

/// The shape parameters of the generalized Gaussian: 1.7 to 3.35 in steps of 0.15.
const N_SHAPES: usize = 12;

/// Mean and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// The fit of a truncated generalized Gaussian, by search over its place, width and shape for the least
/// Kullback–Leibler divergence from the histogram.
///
/// C. A. E. Kothe, S. Makeig (2013), as in EEGLAB's `fit_eeg_distribution`: up to `max_dropout` of the windows may be
/// lower than clean EEG, and at least `min_clean` are clean.
pub(super) struct AmplitudeFit {
    shapes: Vec<Shape>,
    /// Indices of the lowest value among the sorted ones.
    begins: Vec<usize>,
    widths: Vec<Width>,
    rule: AsrFit,
}

/// One fit among those that are compared.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    divergence: f64,
    spread: Spread,
}

/// What is the same for all places of one width.
struct Width {
    len: usize,
    n_bins: usize,
    /// Per shape, the probability of each bin.
    probabilities: Vec<Vec<f64>>,
}

impl AmplitudeFit {
    /// For `n` amplitudes, by `rule`.
    pub(super) fn new(n: usize, config: &AsrConfig, rule: AsrFit) -> Self {
        let n = n as f64;
        let (min_clean, max_dropout) = (config.min_clean, config.max_dropout);
        let shapes = shapes();
        let max_width = QUANTILES[1] - QUANTILES[0];
        let last = QUANTILES[0] + max_dropout + STEP * 1e-9;
        let begins = steps(QUANTILES[0], last, STEP)
            .map(|share| (n * share).round_ties_even() as usize)
            .collect();
        let widths = steps(max_width, min_clean * max_width, -STEP)
            .map(|share| {
                let len = (n * share).round_ties_even() as usize;
                let n_bins = 3.0 * (1.0 + len as f64 / 2.0).log2();
                let n_bins = n_bins.round_ties_even() as usize;
                let probabilities = shapes.iter().map(|s| s.probabilities(n_bins)).collect();
                Width {
                    len,
                    n_bins,
                    probabilities,
                }
            })
            .collect();
        Self {
            shapes,
            begins,
            widths,
            rule,
        }
    }

    /// Mean and deviation of the clean ones among `amplitudes`; `None` for values that hardly differ from each other,
    /// as those of a dead channel.
    pub(super) fn fit(&self, amplitudes: &[f64]) -> Option<Spread> {
        let mut sorted = amplitudes.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut candidates: Vec<Candidate> = Vec::new();
        for width in &self.widths {
            let histograms: Vec<(f64, f64, Vec<f64>)> = self
                .begins
                .iter()
                .filter_map(|&begin| {
                    let window = sorted.get(begin..begin + width.len)?;
                    let (low, high) = (*window.first()?, *window.last()?);
                    (high > low).then(|| (low, high, log_histogram(window, width.n_bins)))
                })
                .collect();
            for (shape, probabilities) in self.shapes.iter().zip(&width.probabilities) {
                let own: f64 = probabilities.iter().map(|p| p * p.ln()).sum();
                candidates.extend(histograms.iter().map(|(low, high, logs)| Candidate {
                    divergence: own + (width.len as f64).ln() - dot(probabilities, logs),
                    spread: shape.spread(*low, *high),
                }));
            }
        }
        match self.rule {
            AsrFit::Best => candidates
                .into_iter()
                .min_by(|a, b| a.divergence.total_cmp(&b.divergence))
                .map(|best| best.spread),
            AsrFit::Median { n_best } => {
                candidates.sort_by(|a, b| a.divergence.total_cmp(&b.divergence));
                candidates.truncate(n_best);
                Some(Spread {
                    mean: median(candidates.iter().map(|c| c.spread.mean))?,
                    deviation: median(candidates.iter().map(|c| c.spread.deviation))?,
                })
            }
        }
    }
}

/// The middle value, or the mean of the two in the middle; `None` of none.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some(0.5 * (sorted[last / 2] + sorted[last - last / 2]))
}

/// Logarithms of the counts of sorted values in bins of equal width between the lowest and the highest.
///
/// The highest value belongs to the last bin, as in EEGLAB; asrpy loses it where rounding puts it beyond.
fn log_histogram(window: &[f64], n_bins: usize) -> Vec<f64> {
    let low = window[0];
    let scale = n_bins as f64 / (window[window.len() - 1] - low);
    let mut counts = vec![0_u32; n_bins];
    for value in window {
        let place = (value - low) * scale;
        counts[(place as usize).min(n_bins - 1)] += 1;
    }
    counts
        .into_iter()
        .map(|count| (f64::from(count) + 0.01).ln())
        .collect()
}

/// A standard generalized Gaussian, exp(−|x|^β) to scale, between two of its quantiles.
struct Shape {
    beta: f64,
    bounds: [f64; 2],
    deviation: f64,
}

impl Shape {
    fn new(beta: f64) -> Self {
        let bounds = QUANTILES.map(|quantile| {
            let side = (quantile - 0.5).signum();
            let inside = side * (2.0 * quantile - 1.0);
            side * inverse_gamma(1.0 / beta, inside).powf(1.0 / beta)
        });
        let gamma = libm::tgamma;
        Self {
            beta,
            bounds,
            deviation: (gamma(3.0 / beta) / gamma(1.0 / beta)).sqrt(),
        }
    }

    /// Mean and deviation of the distribution whose quantiles are `low` and `high`.
    fn spread(&self, low: f64, high: f64) -> Spread {
        let scale = (high - low) / (self.bounds[1] - self.bounds[0]);
        Spread {
            mean: low - self.bounds[0] * scale,
            deviation: scale * self.deviation,
        }
    }

    /// Probability of each of `n_bins` bins, from the density in its middle.
    fn probabilities(&self, n_bins: usize) -> Vec<f64> {
        let [low, high] = self.bounds;
        let mut density: Vec<f64> = (0..n_bins)
            .map(|bin| {
                let x = low + (bin as f64 + 0.5) / n_bins as f64 * (high - low);
                (-x.abs().powf(self.beta)).exp()
            })
            .collect();
        let sum: f64 = density.iter().sum();
        density.iter_mut().for_each(|p| *p /= sum);
        density
    }
}

fn shapes() -> Vec<Shape> {
    (0..N_SHAPES)
        .map(|k| Shape::new(1.7 + 0.15 * k as f64))
        .collect()
}

/// Values from `from` in steps of `step` up to but without `to`.
fn steps(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let n = ((to - from) / step).ceil().max(0.0) as usize;
    (0..n).map(move |k| from + k as f64 * step)
}

/// The x at which the regularized lower incomplete gamma function P(a, x) is `p`, for a and p of this file: below 1.
fn inverse_gamma(a: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 50.0);
    // A double has 53 bits, and the bracket 6 more.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if lower_gamma(a, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// P(a, x) by its power series. NIST Digital Library of Mathematical Functions, 8.7.1.
fn lower_gamma(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / libm::tgamma(a + 1.0);
    let mut sum = term;
    let mut n = 1.0;
    while term > 1e-17 * sum {
        term *= x / (a + n);
        sum += term;
        n += 1.0;
    }
    sum * x.powf(a) * (-x).exp()
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn the_incomplete_gamma_function_is_the_error_function_at_one_half() {
        // P(1/2, x²) = erf(x).
        for x in [0.1, 0.7, 1.3, 2.5] {
            assert_close([lower_gamma(0.5, x * x)], [libm::erf(x)], 1e-13, 0.0);
            assert_close([inverse_gamma(0.5, libm::erf(x))], [x * x], 1e-9, 0.0);
        }
    }

    /// Quantiles of a normal distribution, whose error function is inverted by bisection.
    fn normal(n: usize, mean: f64, deviation: f64) -> Vec<f64> {
        (0..n)
            .map(|k| {
                let p = 2.0 * (k as f64 + 0.5) / n as f64 - 1.0;
                let x = p.signum() * inverse_gamma(0.5, p.abs()).sqrt();
                mean + deviation * std::f64::consts::SQRT_2 * x
            })
            .collect()
    }

    fn config() -> AsrConfig {
        AsrConfig::new(emo_dsp::SampleRate::from_hz(128.0).unwrap())
    }

    const RULES: [AsrFit; 2] = [AsrFit::Best, AsrFit::Median { n_best: 100 }];

    #[test]
    fn the_spread_of_clean_windows_is_found_among_artefacts() {
        RULES.into_iter().for_each(check_found_among_artefacts);
    }

    fn check_found_among_artefacts(rule: AsrFit) {
        let config = config();
        let mut amplitudes = normal(700, 10.0, 1.0);
        let fit = |x: &[f64]| AmplitudeFit::new(x.len(), &config, rule).fit(x).unwrap();
        let clean = fit(&amplitudes);
        assert!((clean.mean - 10.0).abs() < 0.3, "{clean:?}");
        assert!((clean.deviation - 1.0).abs() < 0.2, "{clean:?}");
        // Three in ten windows are loud, one in twenty is dead.
        amplitudes.extend((0..300).map(|k| 20.0 + f64::from(k)));
        amplitudes.extend((0..50).map(|k| f64::from(k) * 1e-3));
        let contaminated = fit(&amplitudes);
        assert!((contaminated.mean - 10.0).abs() < 0.6, "{contaminated:?}");
        assert!(
            (contaminated.deviation - 1.0).abs() < 0.4,
            "{contaminated:?}"
        );
    }

    #[test]
    fn medians_move_less_than_the_best_when_amplitudes_are_disturbed() {
        // A threshold of ten deviations, of amplitudes that differ by half a percent from fit to fit.
        let amplitudes = normal(700, 10.0, 1.0);
        let thresholds = |rule| -> Vec<f64> {
            (0..20)
                .map(|round| {
                    let disturbed: Vec<f64> = amplitudes
                        .iter()
                        .enumerate()
                        .map(|(k, x)| {
                            x * (1.0
                                + 0.01
                                    * (((k * 7919 + round * 104_729) % 1009) as f64 / 1009.0 - 0.5))
                        })
                        .collect();
                    let spread = AmplitudeFit::new(700, &config(), rule)
                        .fit(&disturbed)
                        .unwrap();
                    spread.mean + 10.0 * spread.deviation
                })
                .collect()
        };
        let [best, medians] = RULES.map(|rule| {
            let thresholds = thresholds(rule);
            let mean = thresholds.iter().sum::<f64>() / 20.0;
            thresholds.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
        });
        assert!(medians < 0.5 * best, "{medians} {best}");
    }

    #[test]
    fn equal_amplitudes_have_no_spread() {
        for (rule, amplitudes) in RULES.into_iter().zip([&[2.0; 100][..], &[]]) {
            let fit = AmplitudeFit::new(amplitudes.len(), &config(), rule);
            assert_eq!(fit.fit(amplitudes), None);
        }
    }
}
