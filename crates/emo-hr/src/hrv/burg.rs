use std::f64::consts::TAU;

use crate::HrError;

/// The order of an autoregressive model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BurgOrder {
    /// Just this one, at least 1; NeuroKit2's `hrv_frequency` has 16.
    Fixed(usize),
    /// The lowest at which Kullback's information criterion, corrected for short series, rises with the next one, up to
    /// this order; NeuroKit2's `signal_psd` has 16.
    UpTo(usize),
}

impl BurgOrder {
    pub(crate) fn highest(self) -> usize {
        match self {
            Self::Fixed(order) | Self::UpTo(order) => order,
        }
    }
}

/// An autoregressive model of a series.
///
/// # References
/// - J. P. Burg (1975). Maximum entropy spectral analysis. PhD thesis, Stanford University.
/// - A.-K. Seghouane, M. Bekara (2004). A small sample model selection criterion based on Kullback's symmetric
///   divergence. IEEE Transactions on Signal Processing 52(12). doi:10.1109/TSP.2004.837416.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Autoregression {
    /// Weights of the values before, turned to the left side; the first is of the last value.
    coefficients: Vec<f64>,
    /// Mean square of what the model does not predict.
    variance: f64,
}

impl Autoregression {
    /// Burg's method; `signal` has no mean.
    ///
    /// # Errors
    /// [`HrError::TooFewIntervals`] unless the series is longer than the highest order and two.
    pub(crate) fn fit(signal: &[f64], order: BurgOrder) -> Result<Self, HrError> {
        let (n, max_order) = (signal.len(), order.highest());
        if n <= max_order + 2 {
            return Err(HrError::TooFewIntervals {
                actual: n,
                required: max_order + 3,
            });
        }
        let energy: f64 = signal.iter().map(|x| x * x).sum();
        let mut model = Self {
            coefficients: Vec::with_capacity(max_order),
            variance: energy / n as f64,
        };
        let mut forward = signal.to_vec();
        let mut backward = signal.to_vec();
        let mut denominator = 2.0 * energy;
        let mut shrink = 1.0;
        let mut criterion = f64::INFINITY;
        for k in 0..max_order {
            let product: f64 = (k + 1..n).map(|j| forward[j] * backward[j - 1]).sum();
            denominator = shrink * denominator - forward[k].powi(2) - backward[n - 1].powi(2);
            let reflection = -2.0 * product / denominator;
            shrink = 1.0 - reflection * reflection;
            let variance = shrink * model.variance;
            let next = kullback(n as f64, (k + 1) as f64, variance);
            let rises = matches!(order, BurgOrder::UpTo(_)) && next > criterion;
            if rises || variance <= 0.0 || variance.is_nan() {
                break;
            }
            criterion = next;
            model.variance = variance;
            model.extend(reflection);
            for j in (k + 1..n).rev() {
                let before = forward[j];
                forward[j] += reflection * backward[j - 1];
                backward[j] = backward[j - 1] + reflection * before;
            }
        }
        Ok(model)
    }

    /// One-sided power density at a frequency, in squared units per Hz.
    pub(crate) fn density(&self, hz: f64, rate_hz: f64) -> f64 {
        let step = TAU * hz / rate_hz;
        let (re, im) = self
            .coefficients
            .iter()
            .zip(1..)
            .fold((1.0, 0.0), |(re, im), (a, k)| {
                let (sin, cos) = (step * f64::from(k)).sin_cos();
                (re + a * cos, im - a * sin)
            });
        let sides = if hz > 0.0 { 2.0 } else { 1.0 };
        sides * self.variance / rate_hz / (re * re + im * im)
    }

    fn extend(&mut self, reflection: f64) {
        let before = self.coefficients.clone();
        for (a, mirrored) in self.coefficients.iter_mut().zip(before.iter().rev()) {
            *a += reflection * mirrored;
        }
        self.coefficients.push(reflection);
    }
}

fn kullback(n: f64, order: f64, variance: f64) -> f64 {
    variance.ln()
        + order / n / (n - order)
        + (3.0 - (order + 2.0) / n) * (order + 1.0) / (n - order - 2.0)
}
