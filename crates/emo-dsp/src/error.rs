use thiserror::Error;

use crate::Window;

/// What can be wrong with a sample rate, a setting, a filter's design or a signal.
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
    /// Samples so large that what is computed from them leaves the range of `f64`.
    #[error("the result overflowed at sample {index}")]
    Overflow {
        /// The first value of the result that is not finite.
        index: usize,
    },
    /// A setting outside its range.
    #[error("setting {name} is {value}, expected {expected}")]
    InvalidSetting {
        /// Name of the field or argument.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A signal or an output of another length than planned for.
    #[error("{name} has {actual} values, expected {expected}")]
    LengthMismatch {
        /// Which array.
        name: &'static str,
        /// Its length.
        actual: usize,
        /// The length planned for.
        expected: usize,
    },
    /// Too few tapers for adaptive weights.
    #[error("there are {actual} tapers, at least {required} are needed: widen the band")]
    TooFewTapers {
        /// Tapers in use.
        actual: usize,
        /// Tapers needed.
        required: usize,
    },
    /// A band between two bins of a spectrum, or beyond its end.
    #[error(
        "no bin lies between {low_hz} Hz and {high_hz} Hz; there are {n_bins} in steps of {bin_hz} Hz"
    )]
    EmptyBand {
        /// The lower edge.
        low_hz: f64,
        /// The upper edge.
        high_hz: f64,
        /// Bins of the spectrum.
        n_bins: usize,
        /// Their distance.
        bin_hz: f64,
    },
    /// A spectrum without power, of which no share can be taken.
    #[error("the total power is {total}, expected above 0")]
    NoPower {
        /// The total.
        total: f64,
    },
    /// A power below 0.
    #[error("power of bin {bin} is {value}, expected 0 or more")]
    NegativePower {
        /// The position in the spectrum.
        bin: usize,
        /// The power.
        value: f64,
    },
    /// A measure that this signal has no value of.
    #[error("{measure} is undefined: {reason}")]
    Undefined {
        /// What was to be computed.
        measure: &'static str,
        /// Why there is no value.
        reason: &'static str,
    },
    /// A window whose transition is not known.
    #[error(
        "window {window:?} has no rule for the length of a filter, expected Hann, Hamming or Blackman"
    )]
    UnsupportedWindow {
        /// The window.
        window: Window,
    },
}
