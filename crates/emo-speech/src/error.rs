use std::time::Duration;

/// Why audio cannot be read or a feature cannot be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// The signal has no sample.
    #[error("the signal is empty")]
    EmptySignal,
    /// A sample is NaN or infinite.
    #[error("sample {index} is {value}, not a finite number")]
    NonFiniteSample {
        /// Position of the first such sample.
        index: usize,
        /// Its value.
        value: f32,
    },
    /// The signal ends before the part that is asked for begins.
    #[error("the signal has {actual} samples, at least {required} are required")]
    SignalTooShort {
        /// Length of the signal in samples.
        actual: usize,
        /// The smallest length that would do.
        required: usize,
    },
    /// A segment is longer than the extractor's duration.
    #[error("the segment has {actual} samples, at most {limit} fit")]
    SegmentTooLong {
        /// Length of the segment in samples.
        actual: usize,
        /// The largest length that fits.
        limit: usize,
    },
    /// An output slice has another length than the result.
    #[error("the output has room for {actual} values, the result has {expected}")]
    OutputLength {
        /// Length of the slice.
        actual: usize,
        /// Length of the result.
        expected: usize,
    },
    /// A sample rate is outside the supported range.
    #[error("a sample rate of {sample_rate} Hz is outside {min} to {max} Hz")]
    SampleRateOutOfRange {
        /// The rate in Hz.
        sample_rate: u32,
        /// Lowest supported rate in Hz.
        min: u32,
        /// Highest supported rate in Hz.
        max: u32,
    },
    /// A count or length of a configuration is outside its range.
    #[error("{name} is {value}, outside {min} to {max}")]
    ConfigOutOfRange {
        /// The field.
        name: &'static str,
        /// Its value.
        value: usize,
        /// Smallest legal value.
        min: usize,
        /// Largest legal value.
        max: usize,
    },
    /// The frequency range of a filter bank is empty or leaves the spectrum.
    #[error("mel bands from {min_frequency} to {max_frequency} Hz do not fit below {nyquist} Hz")]
    FrequencyRange {
        /// Lower edge in Hz.
        min_frequency: f64,
        /// Upper edge in Hz.
        max_frequency: f64,
        /// Half the sample rate in Hz.
        nyquist: f64,
    },
    /// The floor or the range of a decibel scale is not a positive number.
    #[error("{name} is {value}, not a positive number")]
    DecibelScale {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A segment of this duration has no sample, or more than supported.
    #[error(
        "a duration of {duration:?} at {sample_rate} Hz is {samples} samples, outside 1 to {limit}"
    )]
    Duration {
        /// The duration.
        duration: Duration,
        /// The rate in Hz.
        sample_rate: u32,
        /// The duration in samples, rounded down.
        samples: u128,
        /// The largest number of samples.
        limit: usize,
    },
}
