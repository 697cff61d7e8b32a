/// What is taken off a signal, or off each of its segments, before it is transformed.
///
/// ```
/// use emo_dsp::Detrend;
///
/// let mut ramp = [1.0, 3.0, 5.0, 7.0];
/// Detrend::Linear.apply(&mut ramp);
/// assert!(ramp.iter().all(|value| value.abs() < 1e-12));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Detrend {
    /// Nothing.
    None,
    /// The mean.
    #[default]
    Constant,
    /// The line of least squares.
    Linear,
}

impl Detrend {
    /// Takes the trend off in place, as SciPy's `detrend(signal, type=…)`.
    pub fn apply(self, signal: &mut [f64]) {
        if self == Self::None || signal.is_empty() {
            return;
        }
        let len = signal.len() as f64;
        let mean = signal.iter().sum::<f64>() / len;
        let slope = match self {
            Self::Linear if signal.len() > 1 => slope(signal, mean),
            _ => 0.0,
        };
        let centre = (len - 1.0) / 2.0;
        for (n, value) in signal.iter_mut().enumerate() {
            *value -= mean + slope * (n as f64 - centre);
        }
    }
}

/// Of the line of least squares, per sample. The squares of centred positions sum to n·(n² − 1)/12.
fn slope(signal: &[f64], mean: f64) -> f64 {
    let len = signal.len() as f64;
    let centre = (len - 1.0) / 2.0;
    let products: f64 = signal
        .iter()
        .enumerate()
        .map(|(n, value)| (n as f64 - centre) * (value - mean))
        .sum();
    products / (len * (len * len - 1.0) / 12.0)
}
