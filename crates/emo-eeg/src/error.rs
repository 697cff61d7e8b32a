use emo_dsp::DspError;
use thiserror::Error;

/// What can be wrong with EEG, its channels or a configuration.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EegError {
    /// A window without channels.
    #[error("window has no channels")]
    NoChannels,
    /// Too few samples.
    #[error("window has {actual} samples, at least {required} are needed")]
    SignalTooShort {
        /// Samples given.
        actual: usize,
        /// Samples needed.
        required: usize,
    },
    /// A window length that is not a positive number of seconds, or less than one sample.
    #[error("window length is {seconds} s at {rate_hz} Hz, expected at least one sample")]
    InvalidDuration {
        /// The length as given.
        seconds: f64,
        /// The sample rate.
        rate_hz: f64,
    },
    /// A NaN or infinite sample.
    #[error("sample {sample} of channel {channel} is {value}, expected a finite number")]
    NonFinite {
        /// Index of the channel.
        channel: usize,
        /// Index of the sample.
        sample: usize,
        /// The sample.
        value: f32,
    },
    /// A channel with nothing in a band, as one that is constant: its entropy would be −∞.
    #[error(
        "channel {channel} has no power in band {band:?}: its variance is {variance:e} µV², expected above {floor:e}"
    )]
    NoBandPower {
        /// Index of the channel.
        channel: usize,
        /// Name of the band.
        band: String,
        /// Variance of the band-passed channel.
        variance: f64,
        /// The rounding noise that it has to exceed.
        floor: f64,
    },
    /// A configuration without bands.
    #[error("no frequency bands are configured")]
    NoBands,
    /// A band whose filter cannot be designed.
    #[error("band {band:?} cannot be filtered")]
    InvalidBand {
        /// Name of the band.
        band: String,
        /// Why.
        source: DspError,
    },
    /// A setting outside its range.
    #[error("setting {name} is {value}, expected {expected}")]
    InvalidSetting {
        /// Name of the field.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A channel that the recording does not have.
    #[error("channel {wanted:?} is missing; there are: {}", available.join(", "))]
    MissingChannel {
        /// The channel asked for.
        wanted: String,
        /// All channels there are.
        available: Vec<String>,
    },
    /// A channel name that fits more than one of the recording's channels.
    #[error(
        "channel {wanted:?} is ambiguous, it fits {}; there are: {}",
        matching.join(", "),
        available.join(", ")
    )]
    AmbiguousChannel {
        /// The channel asked for.
        wanted: String,
        /// The channels that it fits.
        matching: Vec<String>,
        /// All channels there are.
        available: Vec<String>,
    },
    /// Two names asked for that mean the same channel.
    #[error("channels {first:?} and {second:?} are the same channel {channel:?}")]
    RepeatedChannel {
        /// The first name.
        first: String,
        /// The second name.
        second: String,
        /// The recording's channel that both mean.
        channel: String,
    },
    /// A channel whose place on the head is not known.
    #[error("channel {channel:?} is not a place of the 10-10 system")]
    UnknownPosition {
        /// The channel's name.
        channel: String,
    },
    /// Two channels at one place, between which nothing can be told apart.
    #[error("channels {first:?} and {second:?} lie at the same place")]
    CoincidentChannels {
        /// The first channel.
        first: String,
        /// The second channel.
        second: String,
    },
    /// Fewer channels than a computation needs.
    #[error("{what} needs at least {required} channels, there are {actual}")]
    TooFewChannels {
        /// What needs them.
        what: &'static str,
        /// Channels there are.
        actual: usize,
        /// Channels needed.
        required: usize,
    },
    /// A window with another number of channels than it was prepared for.
    #[error("window has {actual} channels, expected {expected}")]
    ChannelCount {
        /// Channels given.
        actual: usize,
        /// Channels expected.
        expected: usize,
    },
    /// An array with another shape than it has to have.
    #[error("{what} is {rows} by {columns}, expected {expected_rows} by {expected_columns}")]
    Shape {
        /// What the array is.
        what: &'static str,
        /// Rows given.
        rows: usize,
        /// Columns given.
        columns: usize,
        /// Rows expected.
        expected_rows: usize,
        /// Columns expected.
        expected_columns: usize,
    },
    /// A channel whose amplitude does not vary, as that of a dead lead.
    #[error("channel {channel} does not vary")]
    FlatChannel {
        /// Index of the channel.
        channel: usize,
    },
    /// A spectrum that cannot be planned or computed.
    #[error("the spectrum cannot be computed")]
    InvalidSpectrum {
        /// Why.
        source: DspError,
    },
    /// Fewer observations (segments or samples) than a measure needs.
    #[error("window has {actual} segments, at least {required} are needed")]
    TooFewSegments {
        /// Observations there are.
        actual: usize,
        /// Observations needed.
        required: usize,
    },
    /// Settings that do not go together.
    #[error("{what} is not defined for {of}")]
    NotDefined {
        /// What was asked for.
        what: &'static str,
        /// Where it has no meaning.
        of: &'static str,
    },
    /// A feature of a vector that this window has no value of.
    #[error("feature {feature} is undefined: {reason}")]
    UndefinedFeature {
        /// Its name.
        feature: String,
        /// Why there is no value.
        reason: &'static str,
    },
    /// A measure that this window has no value of.
    #[error("{measure} is undefined: {reason}")]
    Undefined {
        /// What was to be computed.
        measure: &'static str,
        /// Why there is no value.
        reason: &'static str,
    },
    /// Filtering failed for a reason that concerns the signal.
    #[error("channel {channel} cannot be filtered")]
    Filter {
        /// Index of the channel.
        channel: usize,
        /// Why.
        source: DspError,
    },
    /// Whatever else signal processing refuses, as a sample rate that is not one.
    #[error(transparent)]
    Dsp(#[from] DspError),
}
