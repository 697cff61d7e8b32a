use crate::DspError;

use super::line_fit::LineFit;
use super::moments::check_signal;

/// Which steps of a curve are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HiguchiSum {
    /// All of them, as in Higuchi's paper, antropy and NeuroKit2.
    All,
    /// All but the last one, while the number of all divides, as in mne-features.
    WithoutLast,
}

/// Settings of [`Higuchi`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HiguchiConfig {
    /// The largest step, 2 or more. Default: 10.
    pub k_max: usize,
    /// Default: [`HiguchiSum::All`].
    pub sum: HiguchiSum,
}

/// As antropy 0.2 (`kmax=10`).
impl Default for HiguchiConfig {
    fn default() -> Self {
        Self {
            k_max: 10,
            sum: HiguchiSum::All,
        }
    }
}

/// Higuchi's fractal dimension: how a curve's length grows as it is measured with smaller steps.
///
/// The slope of `ln L(k)` over `ln 1/k`, where `L(k)` is the mean length of the `k` curves made of every `k`-th sample.
/// 1 for a smooth signal, 2 for white noise. Allocates only in [`new`](Self::new).
///
/// # References
/// T. Higuchi (1988). Approach to an irregular time series on the basis of the fractal theory. Physica D 31(2).
/// doi:10.1016/0167-2789(88)90081-4.
#[derive(Debug, Clone)]
#[doc(alias = "HFD")]
pub struct Higuchi {
    config: HiguchiConfig,
    /// The sum of steps of each of the `k` curves.
    curves: Vec<f64>,
    lengths: Vec<f64>,
}

impl Higuchi {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] unless the largest step is 2 to 65,536.
    pub fn new(config: &HiguchiConfig) -> Result<Self, DspError> {
        if !(2..=1 << 16).contains(&config.k_max) {
            return Err(DspError::InvalidSetting {
                name: "k_max",
                value: config.k_max as f64,
                expected: "2 to 65536",
            });
        }
        Ok(Self {
            config: config.clone(),
            curves: vec![0.0; config.k_max],
            lengths: vec![0.0; config.k_max],
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: a step of every curve, or two where the
    /// last is left out.
    pub fn min_len(&self) -> usize {
        match self.config.sum {
            HiguchiSum::All => 2 * self.config.k_max,
            HiguchiSum::WithoutLast => 3 * self.config.k_max,
        }
    }

    /// The dimension of `signal`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if a curve has no length, as those of a constant or periodic signal, or if a length
    ///   leaves the range of `f64`.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        for k in 1..=self.config.k_max {
            self.lengths[k - 1] = self.mean_length(signal, k);
        }
        if self.lengths.iter().any(|l| *l <= 0.0 || l.is_infinite()) {
            return Err(DspError::Undefined {
                measure: "Higuchi's fractal dimension",
                reason: "a curve has no length or leaves the range of f64",
            });
        }
        let points = self.lengths.iter().zip(1_u32..);
        let line = LineFit::through(points.map(|(l, k)| (-f64::from(k).ln(), l.ln())))?;
        Ok(line.slope)
    }

    fn mean_length(&mut self, signal: &[f64], k: usize) -> f64 {
        let curves = &mut self.curves[..k];
        curves.fill(0.0);
        let n = signal.len();
        // The curves below this one have a step more than those from it on.
        let (whole, longer) = ((n - 1) / k, (n - 1) % k + 1);
        let end = match self.config.sum {
            HiguchiSum::All => n,
            HiguchiSum::WithoutLast => n - k,
        };
        let (from, to) = (&signal[..end - k], &signal[k..end]);
        match k {
            1 => add_steps::<1>(from, to, curves),
            2 => add_steps::<2>(from, to, curves),
            3 => add_steps::<3>(from, to, curves),
            4 => add_steps::<4>(from, to, curves),
            5 => add_steps::<5>(from, to, curves),
            6 => add_steps::<6>(from, to, curves),
            7 => add_steps::<7>(from, to, curves),
            8 => add_steps::<8>(from, to, curves),
            9 => add_steps::<9>(from, to, curves),
            10 => add_steps::<10>(from, to, curves),
            _ => {
                for (from, to) in from.chunks(k).zip(to.chunks(k)) {
                    add_row(from, to, curves);
                }
            }
        }
        let (long, short) = curves.split_at(longer);
        let mean = |curves: &[f64], n_steps: usize| -> f64 {
            if curves.is_empty() {
                return 0.0;
            }
            curves.iter().sum::<f64>() / n_steps as f64
        };
        let scale = (n - 1) as f64 / (k * k * k) as f64;
        (mean(long, whole) + mean(short, whole - usize::from(!short.is_empty()))) * scale
    }
}

/// Adds the steps of all curves where there are `K` of them: known when compiled, the sums stay in registers.
fn add_steps<const K: usize>(from: &[f64], to: &[f64], curves: &mut [f64]) {
    let (from_rows, from_rest) = from.as_chunks::<K>();
    let (to_rows, to_rest) = to.as_chunks::<K>();
    let mut sums = [0.0; K];
    for (from, to) in from_rows.iter().zip(to_rows) {
        add_row(from, to, &mut sums);
    }
    add_row(from_rest, to_rest, &mut sums);
    curves.copy_from_slice(&sums);
}

#[inline(always)]
fn add_row(from: &[f64], to: &[f64], curves: &mut [f64]) {
    for ((curve, from), to) in curves.iter_mut().zip(from).zip(to) {
        *curve += (to - from).abs();
    }
}
