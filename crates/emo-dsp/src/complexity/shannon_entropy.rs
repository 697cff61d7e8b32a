use crate::DspError;

use super::moments::check_signal;
use super::unit::{EntropyUnit, entropy_nats};

/// Shannon entropy of the values of a signal: how evenly its samples are spread over the values that occur.
///
/// Values are counted as they are, so it says something of symbols, counts and rounded samples; of a fine measurement
/// every value occurs once. As NeuroKit2's `entropy_shannon`, which gives bits. Allocates only for a signal longer
/// than any before.
///
/// ```
/// use emo_dsp::{EntropyUnit, ShannonEntropy};
///
/// let mut entropy = ShannonEntropy::new(EntropyUnit::Bits);
/// assert_eq!(entropy.compute(&[0.0, 1.0, 2.0, 3.0])?, 2.0);
/// assert_eq!(entropy.compute(&[5.0, 5.0])?, 0.0);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// C. E. Shannon (1948). A mathematical theory of communication. Bell System Technical Journal 27.
/// doi:10.1002/j.1538-7305.1948.tb01338.x.
#[derive(Debug, Clone)]
pub struct ShannonEntropy {
    unit: EntropyUnit,
    sorted: Vec<f64>,
}

impl ShannonEntropy {
    /// An entropy in `unit`; as [`EntropyUnit::Share`], of the logarithm of the number of values that occur.
    pub fn new(unit: EntropyUnit) -> Self {
        Self {
            unit,
            sorted: Vec::new(),
        }
    }

    /// The entropy of the values of `signal`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] for an empty signal.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, 1)?;
        self.sorted.clear();
        self.sorted.extend_from_slice(signal);
        self.sorted.sort_unstable_by(f64::total_cmp);
        // −0 and 0, which the order sets apart, are one value.
        let counts = || {
            self.sorted
                .chunk_by(|a, b| a == b)
                .map(|run| run.len() as f64)
        };
        let nats = entropy_nats(counts(), signal.len() as f64);
        Ok(self.unit.convert(nats, counts().count() as f64))
    }
}
