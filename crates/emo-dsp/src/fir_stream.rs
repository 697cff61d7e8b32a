use crate::DspError;
use crate::dot::dot;
use crate::filter::{check_finite, check_overflow};

/// A finite impulse response with its history, for a signal that arrives in pieces.
///
/// However the signal is cut, the output is that of the whole, bit for bit. Made by [`Fir::stream`](crate::Fir::stream);
/// allocates nothing while it runs.
#[derive(Debug, Clone)]
pub struct FirStream {
    /// Last weight first, so that they lie along the history.
    reversed: Vec<f64>,
    /// The latest samples, twice over: a window of all of them is contiguous wherever it begins.
    history: Vec<f64>,
    next: usize,
}

impl FirStream {
    pub(crate) fn new(taps: &[f64]) -> Self {
        Self {
            reversed: taps.iter().rev().copied().collect(),
            history: vec![0.0; 2 * taps.len()],
            next: 0,
        }
    }

    /// Filters the next piece of the signal in place.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample; the piece and the history are left as they were.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn process(&mut self, piece: &mut [f64]) -> Result<(), DspError> {
        check_finite(piece)?;
        let n_taps = self.reversed.len();
        for sample in piece.iter_mut() {
            self.history[self.next] = *sample;
            self.history[self.next + n_taps] = *sample;
            self.next = (self.next + 1) % n_taps;
            *sample = dot(&self.reversed, &self.history[self.next..][..n_taps]);
        }
        check_overflow(piece)
    }

    /// Back to rest.
    pub fn reset(&mut self) {
        self.history.fill(0.0);
        self.next = 0;
    }
}
