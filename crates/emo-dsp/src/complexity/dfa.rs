use crate::DspError;

use super::line_fit::LineFit;
use super::moments::{check_signal, is_constant, mean};

/// Orders nearer to 0 have the geometric mean.
const NEAR_0: f64 = 0.1;

/// The lengths of the windows over which a signal's fluctuation is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DfaWindows {
    /// 4 samples, then 1.2 times as many, and so on up to a tenth of the signal, rounded down: antropy, and the
    /// default of nolds for more than 70 samples.
    GeometricFrom4,
    /// `N/10` lengths from 10 samples to a tenth of the signal, equally spaced by their logarithm, rounded down: the
    /// default of NeuroKit2.
    LogarithmicFrom10,
    /// These, in samples, ascending.
    List(Vec<usize>),
}

/// How the windows of one length lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WindowOverlap {
    /// One after the other, without what is left at the end.
    None,
    /// Every half window, as long as the window ends before the last sample.
    Half,
}

/// How the windows' fluctuations become that of their length.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FluctuationMean {
    /// The root of the mean of squares, as antropy.
    RootMeanSquare,
    /// The same without windows whose mean square is up to 1e-8, as NeuroKit2.
    RootMeanSquareAbove1e8,
    /// The mean of roots, as nolds.
    MeanOfRoots,
    /// The mean of this order `q` of the roots, without windows whose mean square is up to 1e-8: `(mean of
    /// roots^q)^(1/q)`, and the geometric mean for orders nearer to 0 than 0.1. For multifractal analysis, as NeuroKit2;
    /// order 2 is [`RootMeanSquareAbove1e8`](Self::RootMeanSquareAbove1e8).
    Order(f64),
}

/// Settings of [`Dfa`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DfaConfig {
    /// Lengths of the windows.
    pub windows: DfaWindows,
    /// How they lie.
    pub overlap: WindowOverlap,
    /// How their fluctuations are averaged.
    pub mean: FluctuationMean,
}

impl DfaConfig {
    /// As antropy 0.2's `detrended_fluctuation`.
    pub fn antropy() -> Self {
        Self {
            windows: DfaWindows::GeometricFrom4,
            overlap: WindowOverlap::None,
            mean: FluctuationMean::RootMeanSquare,
        }
    }

    /// As NeuroKit2 0.2's `fractal_dfa`.
    pub fn neurokit() -> Self {
        Self {
            windows: DfaWindows::LogarithmicFrom10,
            overlap: WindowOverlap::Half,
            mean: FluctuationMean::RootMeanSquareAbove1e8,
        }
    }

    /// As nolds 0.5's `dfa` with `overlap=False, fit_exp="poly"` and these lengths; pyHRV has 4 to 16 and 17 to 64
    /// heart beats.
    pub fn nolds(windows: impl IntoIterator<Item = usize>) -> Self {
        Self {
            windows: DfaWindows::List(windows.into_iter().collect()),
            overlap: WindowOverlap::None,
            mean: FluctuationMean::MeanOfRoots,
        }
    }
}

/// As [`DfaConfig::antropy`].
impl Default for DfaConfig {
    fn default() -> Self {
        Self::antropy()
    }
}

/// Detrended fluctuation analysis: how a signal's fluctuation grows with the time over which it is watched.
///
/// The signal without its mean is summed up to a walk; the walk is cut into windows, a line is fitted in each, and the
/// root mean square of what is left is the fluctuation. The exponent is the slope of its logarithm over that of the
/// window's length: ½ for white noise, 1 for 1/f noise, 1½ for a random walk.
///
/// Allocates only for a signal longer than any before.
///
/// ```
/// use emo_dsp::{Dfa, DfaConfig};
///
/// let mut state = 1_u32;
/// let noise: Vec<f64> = (0..2000)
///     .map(|_| {
///         state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
///         f64::from(state >> 8)
///     })
///     .collect();
/// let alpha = Dfa::new(&DfaConfig::antropy())?.compute(&noise)?;
/// assert!((alpha - 0.5).abs() < 0.1);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// C.-K. Peng, S. Havlin, H. E. Stanley, A. L. Goldberger (1995). Quantification of scaling exponents and crossover
/// phenomena in nonstationary heartbeat time series. Chaos 5(1). doi:10.1063/1.166141.
#[derive(Debug, Clone)]
pub struct Dfa {
    config: DfaConfig,
    windows: Vec<usize>,
    /// The length of the signal for which `windows` were made.
    planned_len: usize,
    walk: Vec<f64>,
    fluctuations: Vec<(usize, f64)>,
}

impl Dfa {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a list of fewer than 2 lengths, or with one below 3 samples, which a line
    /// leaves nothing of, or not above the one before.
    pub fn new(config: &DfaConfig) -> Result<Self, DspError> {
        let mut windows = Vec::new();
        if let DfaWindows::List(list) = &config.windows {
            let bad = list
                .iter()
                .enumerate()
                .find(|&(i, &len)| len < 3 || i > 0 && list[i - 1] >= len);
            let value = match bad {
                Some((_, &len)) => Some(len),
                None if list.len() < 2 => Some(list.len()),
                None => None,
            };
            if let Some(value) = value {
                return Err(DspError::InvalidSetting {
                    name: "windows",
                    value: value as f64,
                    expected: "2 or more lengths, ascending from at least 3 samples",
                });
            }
            windows.clone_from(list);
        }
        Ok(Self {
            config: config.clone(),
            windows,
            planned_len: 0,
            walk: Vec::new(),
            fluctuations: Vec::new(),
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: one that has windows of two lengths, and
    /// is longer than the longest.
    pub fn min_len(&self) -> usize {
        match self.config.windows {
            DfaWindows::GeometricFrom4 => 50,
            DfaWindows::LogarithmicFrom10 => 110,
            DfaWindows::List(_) => self
                .windows
                .iter()
                .fold(0, |longest, len| longest.max(len + 1)),
        }
    }

    /// The scaling exponent α of `signal`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if fewer than two lengths show a fluctuation, as for a constant signal.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        let undefined = DspError::Undefined {
            measure: "detrended fluctuation",
            reason: "fewer than two lengths of windows show a finite fluctuation",
        };
        if is_constant(signal) {
            return Err(undefined);
        }
        self.plan(signal.len());
        let centre = mean(signal);
        let mut sum = 0.0;
        self.walk.clear();
        self.walk.extend(signal.iter().map(|x| {
            sum += x - centre;
            sum
        }));
        self.fluctuations.clear();
        for i in 0..self.windows.len() {
            let fluctuation = self.fluctuation(self.windows[i]);
            if fluctuation > 0.0 && fluctuation.is_finite() {
                self.fluctuations.push((self.windows[i], fluctuation));
            }
        }
        let points = self.fluctuations.iter();
        match LineFit::through(points.map(|&(len, f)| ((len as f64).ln(), f.ln()))) {
            Ok(line) => Ok(line.slope),
            Err(_) => Err(undefined),
        }
    }

    /// The lengths of windows of the signal computed last and their fluctuations in its unit, without those of 0.
    pub fn fluctuations(&self) -> &[(usize, f64)] {
        &self.fluctuations
    }

    fn plan(&mut self, len: usize) {
        if self.planned_len == len {
            return;
        }
        self.planned_len = len;
        match self.config.windows {
            DfaWindows::List(_) => {}
            DfaWindows::GeometricFrom4 => {
                self.windows.clear();
                // The last step is the last whose length, before it is rounded, is within a tenth of the signal.
                let n_steps = ((0.1 * len as f64 / 4.0).ln() / 1.2_f64.ln()).floor() as i32;
                let lengths = (0..=n_steps).map(|step| (4.0 * 1.2_f64.powi(step)) as usize);
                self.windows.extend(lengths);
                self.windows.dedup();
            }
            DfaWindows::LogarithmicFrom10 => logarithmic_from_10(len, &mut self.windows),
        }
    }

    fn fluctuation(&self, len: usize) -> f64 {
        let (step, end) = match self.config.overlap {
            WindowOverlap::None => (len, self.walk.len() + 1 - len),
            WindowOverlap::Half => (len / 2, self.walk.len() - len),
        };
        let n_windows = end.div_ceil(step);
        // Where fewer are left than go side by side, the last one stands for those that are missing.
        let window = |i: usize| &self.walk[step * i.min(n_windows - 1)..][..len];
        let squares = (0..n_windows).step_by(LANES).flat_map(|i| {
            let squares = detrended_mean_squares(std::array::from_fn(|k| window(i + k)), len);
            squares.into_iter().take(n_windows - i)
        });
        let (mut sum, mut count) = (0.0, 0.0);
        for square in squares {
            match self.config.mean {
                FluctuationMean::RootMeanSquare => sum += square,
                FluctuationMean::RootMeanSquareAbove1e8 | FluctuationMean::Order(_)
                    if square <= 1e-8 =>
                {
                    continue;
                }
                FluctuationMean::RootMeanSquareAbove1e8 => sum += square,
                FluctuationMean::MeanOfRoots => sum += square.sqrt(),
                FluctuationMean::Order(q) if q.abs() < NEAR_0 => sum += square.ln(),
                FluctuationMean::Order(q) => sum += square.powf(q / 2.0),
            }
            count += 1.0;
        }
        if count == 0.0 {
            return 0.0;
        }
        match self.config.mean {
            FluctuationMean::MeanOfRoots => sum / count,
            FluctuationMean::Order(q) if q.abs() < NEAR_0 => (0.5 * sum / count).exp(),
            FluctuationMean::Order(q) => (sum / count).powf(1.0 / q),
            _ => (sum / count).sqrt(),
        }
    }
}

/// `len/10` lengths from 10 to a tenth of `len`, equally spaced by their logarithm; at least 2 where `len` is 110.
pub(crate) fn logarithmic_from_10(len: usize, windows: &mut Vec<usize>) {
    let longest = len / 10;
    let (first, last) = (10_f64.ln(), (longest as f64).ln());
    let step = (last - first) / (longest - 1) as f64;
    windows.clear();
    windows.extend((0..longest).map(|i| {
        // The last is its end exactly, as in a linear space of the reference.
        let log = if i + 1 == longest {
            last
        } else {
            first + step * i as f64
        };
        log.exp() as usize
    }));
    windows.dedup();
}

/// Windows whose sums, each of which waits for the one before, are computed side by side.
const LANES: usize = 4;

/// The mean squares of what lines by least squares leave of windows of `len` samples.
fn detrended_mean_squares(windows: [&[f64]; LANES], len: usize) -> [f64; LANES] {
    let [a, b, c, d] = windows.map(|window| &window[..len]);
    let samples = || {
        let zipped = a.iter().zip(b).zip(c).zip(d);
        zipped.map(|(((a, b), c), d)| [*a, *b, *c, *d])
    };
    let n = len as f64;
    let centre = (n - 1.0) / 2.0;
    // Differences from the first sample, which a walk far from 0 keeps its digits in.
    let origins = windows.map(|window| window[0]);
    let (mut sums, mut moments) = ([0.0; LANES], [0.0; LANES]);
    let mut x = -centre;
    for samples in samples() {
        for lane in 0..LANES {
            let y = samples[lane] - origins[lane];
            sums[lane] += y;
            moments[lane] += x * y;
        }
        x += 1.0;
    }
    let slopes = moments.map(|moment| 12.0 * moment / (n * (n * n - 1.0)));
    let starts: [f64; LANES] =
        std::array::from_fn(|lane| origins[lane] + sums[lane] / n - slopes[lane] * centre);
    let mut squares = [0.0; LANES];
    let mut x = 0.0;
    for samples in samples() {
        for lane in 0..LANES {
            squares[lane] += (samples[lane] - (starts[lane] + slopes[lane] * x)).powi(2);
        }
        x += 1.0;
    }
    squares.map(|sum| sum / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fluctuations_rise_with_the_order_of_their_mean() {
        // A walk whose steps grow, so that windows differ.
        let signal: Vec<f64> = (1..400)
            .map(|n| f64::from(n) * (f64::from(n * n) * 0.37).sin())
            .collect();
        let fluctuations = |mean| {
            let mut config = DfaConfig::nolds([4, 8, 16, 32]);
            config.mean = mean;
            let mut dfa = Dfa::new(&config).expect("valid windows");
            dfa.compute(&signal).expect("a signal that fluctuates");
            dfa.fluctuations().to_vec()
        };
        let second = fluctuations(FluctuationMean::Order(2.0));
        let plain = fluctuations(FluctuationMean::RootMeanSquareAbove1e8);
        for (one, other) in second.iter().zip(&plain) {
            assert!((one.1 - other.1).abs() <= 1e-12 * other.1);
        }
        let orders =
            [-5.0, -1.0, 0.0, 1.0, 2.0, 5.0].map(|q| fluctuations(FluctuationMean::Order(q)));
        for pair in orders.windows(2) {
            assert!(
                pair[0]
                    .iter()
                    .zip(&pair[1])
                    .all(|(low, high)| low.1 < high.1)
            );
        }
        let first = fluctuations(FluctuationMean::Order(1.0));
        for (one, other) in first.iter().zip(fluctuations(FluctuationMean::MeanOfRoots)) {
            assert!((one.1 - other.1).abs() <= 1e-12 * other.1);
        }
    }
}
