use thiserror::Error;

/// What can be wrong with a sample rate, a filter's design or a signal.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DspError {
    /// A sample rate that is not a positive number.
    #[error("sample rate is {hz} Hz, expected a finite number above 0")]
    InvalidSampleRate {
        /// The rate as given.
        hz: f64,
    },
    /// A filter order of 0 or above [`MAX_ORDER`](crate::MAX_ORDER).
    #[error("filter order is {order}, expected 1 to {max}")]
    InvalidOrder {
        /// The order as given.
        order: usize,
        /// The highest order on offer.
        max: usize,
    },
    /// An edge of a band outside the open interval from 0 to the Nyquist frequency.
    #[error(
        "filter edge is {hz} Hz, expected above 0 and below the Nyquist frequency of {nyquist_hz} Hz"
    )]
    EdgeOutOfRange {
        /// The edge as given.
        hz: f64,
        /// Half the sample rate.
        nyquist_hz: f64,
    },
    /// A band whose lower edge is not below its upper edge.
    #[error(
        "filter band runs from {low_hz} Hz to {high_hz} Hz, expected the first below the second"
    )]
    ReversedBand {
        /// The lower edge as given.
        low_hz: f64,
        /// The upper edge as given.
        high_hz: f64,
    },
    /// A design whose poles are too close to the unit circle for `f64`.
    #[error(
        "a pole is {distance:e} from the unit circle, at least {required:e} is needed: widen the band or lower the order"
    )]
    IllConditioned {
        /// Distance of the worst pole from the unit circle; negative or 0 when unstable.
        distance: f64,
        /// The least distance that is accepted.
        required: f64,
    },
    /// A signal too short for the padding of a zero-phase filter.
    #[error("signal has {actual} samples, at least {required} are needed")]
    SignalTooShort {
        /// Samples given.
        actual: usize,
        /// Samples needed.
        required: usize,
    },
    /// A NaN or infinite sample.
    #[error("sample {index} is {value}, expected a finite number")]
    NonFinite {
        /// Position in the signal or in the piece of a stream.
        index: usize,
        /// The sample.
        value: f64,
    },
    /// Samples so large that filtering them leaves the range of `f64`.
    #[error("filtering overflowed at sample {index}")]
    Overflow {
        /// The first sample of the result that is not finite.
        index: usize,
    },
}
