use crate::DspError;

use super::moments::{check_order, check_signal};
use super::unit::{EntropyUnit, entropy_nats};

/// The highest order of [`PermutationEntropy`]: 40,320 patterns.
pub const MAX_PERMUTATION_ORDER: usize = 8;

/// Settings of [`PermutationEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PermutationEntropyConfig {
    /// Samples in a pattern, 2 to [`MAX_PERMUTATION_ORDER`]. Default: 3.
    pub order: usize,
    /// Steps from one sample of a pattern to the next, 1 or more. Default: 1.
    pub delay: usize,
    /// Default: [`EntropyUnit::Share`], of the logarithm of `order!`.
    pub unit: EntropyUnit,
}

/// As NeuroKit2 0.2; as antropy 0.2 with `normalize=True`.
impl Default for PermutationEntropyConfig {
    fn default() -> Self {
        Self {
            order: 3,
            delay: 1,
            unit: EntropyUnit::Share,
        }
    }
}

/// Permutation entropy: the entropy of the orders in which `order` successive samples stand.
///
/// Equal samples stand in the order of time. A monotone signal has entropy 0, and so has a constant one; noise has the
/// largest, `ln order!`.
///
/// # References
/// C. Bandt, B. Pompe (2002). Permutation entropy: a natural complexity measure for time series. Physical Review
/// Letters 88. doi:10.1103/PhysRevLett.88.174102.
#[derive(Debug, Clone)]
pub struct PermutationEntropy {
    config: PermutationEntropyConfig,
    /// How often each pattern stands, by the number that its inversions make.
    counts: Vec<u32>,
}

impl PermutationEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for an order outside 2 to [`MAX_PERMUTATION_ORDER`] or a delay of 0.
    pub fn new(config: &PermutationEntropyConfig) -> Result<Self, DspError> {
        check_order(
            config.order,
            2..=MAX_PERMUTATION_ORDER,
            "2 to 8",
            config.delay,
        )?;
        Ok(Self {
            config: config.clone(),
            counts: vec![0; (1..=config.order).product()],
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: one pattern.
    pub fn min_len(&self) -> usize {
        (self.config.order - 1)
            .saturating_mul(self.config.delay)
            .saturating_add(1)
    }

    /// The entropy of `signal`, in the unit of the settings.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        self.counts.fill(0);
        match self.config.order {
            2 => self.count::<2>(signal),
            3 => self.count::<3>(signal),
            4 => self.count::<4>(signal),
            5 => self.count::<5>(signal),
            6 => self.count::<6>(signal),
            7 => self.count::<7>(signal),
            _ => self.count::<MAX_PERMUTATION_ORDER>(signal),
        }
        let total = (signal.len() + 1 - self.min_len()) as f64;
        let nats = entropy_nats(self.counts.iter().map(|&c| f64::from(c)), total);
        Ok(self.config.unit.convert(nats, self.counts.len() as f64))
    }

    fn count<const ORDER: usize>(&mut self, signal: &[f64]) {
        let delay = self.config.delay;
        for start in 0..signal.len() + 1 - self.min_len() {
            let pattern: [f64; ORDER] = std::array::from_fn(|k| signal[start + k * delay]);
            // The number of the permutation in the factorial system: its digits are the inversions of each sample.
            let mut number = 0;
            for first in 0..ORDER {
                let later = &pattern[first + 1..];
                let inversions = later.iter().filter(|&&x| pattern[first] > x).count();
                number = number * (ORDER - first) + inversions;
            }
            self.counts[number] += 1;
        }
    }
}
