use emo_dsp::Complex64;

/// The analytic signal of a channel and its envelope.
pub(super) struct Envelope {
    analytic: Vec<Complex64>,
    /// 1 over the envelope, 0 where that is 0.
    reciprocal: Vec<f64>,
    /// The envelope without its mean.
    centred: Vec<f64>,
    norm: f64,
}

impl Envelope {
    pub(super) fn new(analytic: &[Complex64]) -> Self {
        let mut centred: Vec<f64> = analytic.iter().map(|z| z.norm()).collect();
        let invert = |value: &f64| if *value > 0.0 { value.recip() } else { 0.0 };
        let reciprocal = centred.iter().map(invert).collect();
        let mean = centred.iter().sum::<f64>() / centred.len() as f64;
        centred.iter_mut().for_each(|value| *value -= mean);
        Self {
            analytic: analytic.to_vec(),
            reciprocal,
            norm: centred
                .iter()
                .map(|value| value * value)
                .sum::<f64>()
                .sqrt(),
            centred,
        }
    }

    /// Correlation of two envelopes; 0 where one does not vary.
    pub(super) fn correlation(&self, other: &Self) -> f64 {
        let product: f64 = self
            .centred
            .iter()
            .zip(&other.centred)
            .map(|(a, b)| a * b)
            .sum();
        ratio(product, self.norm * other.norm)
    }

    /// Correlation of each envelope with the part of the other signal that is a quarter period off its own: the mean of
    /// both directions' magnitudes.
    pub(super) fn orthogonalized_correlation(&self, other: &Self) -> f64 {
        let mut of_other = Sums::default();
        let mut of_self = Sums::default();
        for n in 0..self.analytic.len() {
            let (x, y) = (self.analytic[n], other.analytic[n]);
            let area = (x.im * y.re - x.re * y.im).abs();
            of_other.add(area * other.reciprocal[n], other.centred[n]);
            of_self.add(area * self.reciprocal[n], self.centred[n]);
        }
        let n = self.analytic.len() as f64;
        let both =
            of_other.correlation(other.norm, n).abs() + of_self.correlation(self.norm, n).abs();
        both / 2.0
    }
}

/// Of values and of their products with an envelope that has no mean.
#[derive(Default)]
struct Sums {
    plain: f64,
    squared: f64,
    product: f64,
}

impl Sums {
    fn add(&mut self, value: f64, envelope: f64) {
        self.plain += value;
        self.squared += value * value;
        self.product += value * envelope;
    }

    fn correlation(&self, norm: f64, n: f64) -> f64 {
        let variation = (self.squared - self.plain * self.plain / n).max(0.0);
        // What is left of values that are all equal is rounding.
        if variation <= self.squared * n * f64::EPSILON {
            return 0.0;
        }
        ratio(self.product, variation.sqrt() * norm)
    }
}

fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        0.0
    } else {
        numerator / denominator
    }
}
