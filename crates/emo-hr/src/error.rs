use emo_dsp::DspError;
use thiserror::Error;

/// What can be wrong with a cardiac signal, its beats, a heart-rate series or a configuration.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum HrError {
    /// Too few samples.
    #[error("signal has {actual} samples, at least {required} are needed")]
    SignalTooShort {
        /// Samples given.
        actual: usize,
        /// Samples needed.
        required: usize,
    },
    /// A signal that lasts longer than any recording.
    #[error("signal lasts {seconds} s, at most {max} s are supported")]
    SignalTooLong {
        /// The duration.
        seconds: f64,
        /// The longest supported.
        max: f64,
    },
    /// A NaN or infinite sample.
    #[error("sample {index} is {value}, expected a finite number")]
    NonFinite {
        /// Position of the sample.
        index: usize,
        /// The sample.
        value: f32,
    },
    /// A sample rate below what the method can work with.
    #[error("sample rate is {actual_hz} Hz, at least {required_hz} Hz is needed")]
    SampleRateTooLow {
        /// The rate as given.
        actual_hz: f64,
        /// The rate needed.
        required_hz: f64,
    },
    /// A sample rate above that of any recorder.
    #[error("sample rate is {actual_hz} Hz, at most {max_hz} Hz is supported")]
    SampleRateTooHigh {
        /// The rate as given.
        actual_hz: f64,
        /// The highest rate supported.
        max_hz: f64,
    },
    /// A heart-rate packet of Bluetooth that is not as long as its flags say.
    #[error("heart-rate packet has {actual} bytes, expected {expected}")]
    PacketLength {
        /// Bytes there are.
        actual: usize,
        /// Bytes there should be.
        expected: usize,
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
    /// A beat that does not follow the one before it.
    #[error("beat {index} is at sample {sample}, expected a sample after {previous}")]
    BeatsNotAscending {
        /// Position among the beats.
        index: usize,
        /// Its sample.
        sample: usize,
        /// The sample of the beat before.
        previous: usize,
    },
    /// A beat beyond the end of the signal.
    #[error("beat {index} is at sample {sample}, the signal has {n_samples}")]
    BeatOutOfRange {
        /// Position among the beats.
        index: usize,
        /// Its sample.
        sample: usize,
        /// Length of the signal.
        n_samples: usize,
    },
    /// A beat at no place.
    #[error("beat {index} is at {position}, expected a finite number of at least 0")]
    InvalidBeat {
        /// Position among the beats.
        index: usize,
        /// Its place in samples.
        position: f64,
    },
    /// Too few beats for a rate.
    #[error("signal has {actual} beats, at least {required} are needed")]
    TooFewBeats {
        /// Beats found.
        actual: usize,
        /// Beats needed.
        required: usize,
    },
    /// An interval between beats that is not one.
    #[error("interval {index} is {ms} ms, expected a finite number above 0 and at most {max_ms}")]
    InvalidInterval {
        /// Position in the series.
        index: usize,
        /// The interval.
        ms: f64,
        /// The longest that is taken.
        max_ms: f64,
    },
    /// An interval that ends before the one before it does, or at no time at all.
    #[error("interval {index} ends at {seconds} s, the one before at {previous} s")]
    TimesNotAscending {
        /// Position in the series.
        index: usize,
        /// Its end.
        seconds: f64,
        /// End of the one before.
        previous: f64,
    },
    /// As many intervals as times are needed, and there are not.
    #[error("{intervals} intervals come with {times} times")]
    LengthsDiffer {
        /// Intervals given.
        intervals: usize,
        /// Times given.
        times: usize,
    },
    /// Too few intervals between beats.
    #[error("series has {actual} intervals between beats, at least {required} are needed")]
    TooFewIntervals {
        /// Intervals given.
        actual: usize,
        /// Intervals needed.
        required: usize,
    },
    /// Too few values for a baseline.
    #[error("baseline has {actual} values, at least {required} are needed")]
    TooFewValues {
        /// Values given.
        actual: usize,
        /// Values needed.
        required: usize,
    },
    /// A baseline without spread, to which no distance can be measured.
    #[error(
        "baseline has a median of {median} and a spread of {spread}, expected finite numbers, the spread above 0"
    )]
    ConstantBaseline {
        /// Its median.
        median: f64,
        /// Its spread.
        spread: f64,
    },
    /// A heart-rate series shorter than a window.
    #[error("heart-rate series has {actual} s, at least {required} s are needed")]
    SeriesTooShort {
        /// Seconds given.
        actual: usize,
        /// Seconds needed.
        required: usize,
    },
    /// A heart rate that no heart has.
    #[error("heart rate at second {second} is {bpm} bpm, expected {low} to {high} bpm")]
    RateOutOfRange {
        /// Position in the series.
        second: usize,
        /// The rate.
        bpm: f32,
        /// The lowest accepted.
        low: f32,
        /// The highest accepted.
        high: f32,
    },
    /// A window whose samples are all equal: it has no minimum and maximum to scale by.
    #[error(
        "heart rate is {bpm} bpm throughout the window of {len} s and cannot be scaled to its range"
    )]
    ConstantWindow {
        /// The rate.
        bpm: f32,
        /// Length of the window.
        len: usize,
    },
    /// A sample rate that is not one, or a filter that cannot be designed or run.
    #[error(transparent)]
    Dsp(#[from] DspError),
}
