use std::io;
use std::path::PathBuf;
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
    /// A frequency range is empty, holds too few bins or leaves the spectrum.
    #[error("bands from {min_frequency} to {max_frequency} Hz do not fit below {nyquist} Hz")]
    FrequencyRange {
        /// Lower edge in Hz.
        min_frequency: f64,
        /// Upper edge in Hz.
        max_frequency: f64,
        /// Half the sample rate in Hz.
        nyquist: f64,
    },
    /// A number of a configuration is NaN or infinite.
    #[error("{name} is {value}, not a finite number")]
    NotFinite {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A floor, a range or a length of a configuration is not a positive number.
    #[error("{name} is {value}, not a positive number")]
    NotPositive {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A share is not between 0 and 1.
    #[error("{name} is {value}, not between 0 and 1")]
    Share {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// The window of a filter over frames has no middle.
    #[error("a width of {width} frames is not odd")]
    EvenWidth {
        /// Number of frames.
        width: usize,
    },
    /// There are fewer frames than a filter over frames is wide.
    #[error("the signal has {actual} frames, at least {required} are required")]
    TooFewFrames {
        /// Number of frames.
        actual: usize,
        /// The smallest number that would do.
        required: usize,
    },
    /// A magnitude of a spectrogram is negative or not a finite number.
    #[error("the magnitude of bin {bin} in frame {frame} is {value}")]
    Magnitude {
        /// Position of the frequency.
        bin: usize,
        /// Position in time.
        frame: usize,
        /// The value.
        value: f32,
    },
    /// No feature is asked for.
    #[error("the list of features is empty")]
    NoFeature,
    /// A stream cannot give what depends on all frames.
    #[error("a feature depends on the whole signal, which a stream does not know")]
    NeedsWholeSignal,
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
    /// The statistical voice detector does not know this rate.
    #[error("a sample rate of {sample_rate} Hz is not one of 8000, 16000, 32000 and 48000")]
    VadSampleRate {
        /// The rate in Hz.
        sample_rate: u32,
    },
    /// The statistical voice detector does not know frames of this length.
    #[error("a frame of {frame:?} is not one of 10, 20 and 30 ms")]
    VadFrame {
        /// The length.
        frame: Duration,
    },
    /// A level, ratio or factor of a configuration is outside its range.
    #[error("{name} is {value}, outside {min} to {max}")]
    NumberOutOfRange {
        /// The field.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Smallest legal value.
        min: f64,
        /// Largest legal value.
        max: f64,
    },
    /// The samples do not make whole frames of the number of channels.
    #[error("{n_samples} samples do not divide into frames of {n_channels} channels")]
    ChannelCount {
        /// Number of samples of all channels.
        n_samples: usize,
        /// Number of channels.
        n_channels: usize,
    },
    /// A file cannot be decoded; the source says why.
    #[error("{}: cannot be decoded", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<SpeechError>,
    },
    /// Reading failed.
    #[error("reading failed")]
    Io(#[from] io::Error),
    /// The path is a folder, a device or a pipe.
    #[error("not a regular file")]
    NotAFile,
    /// The file has more bytes than the limit.
    #[error("the file has more than {limit} bytes")]
    TooManyBytes {
        /// The limit.
        limit: u64,
    },
    /// The recording is longer than the limit.
    #[error("the recording is longer than {limit:?}")]
    TooLong {
        /// The limit.
        limit: Duration,
    },
    /// The recording has more samples than the limit, all channels counted.
    #[error("the recording has more than {limit} samples")]
    TooManySamples {
        /// The limit.
        limit: usize,
    },
    /// Neither the container nor the codec is one that this build can decode.
    #[error("not supported: {feature} (this build decodes {formats})")]
    UnsupportedFormat {
        /// What is missing, in the decoder's words.
        feature: &'static str,
        /// The formats that were compiled in.
        formats: &'static str,
    },
    /// The data break the rules of their format.
    #[error("malformed audio after frame {frame}: {reason}")]
    MalformedAudio {
        /// Number of frames decoded before.
        frame: usize,
        /// What is wrong, in the decoder's words.
        reason: &'static str,
    },
    /// The decoder broke off on data that it did not foresee.
    #[error("the decoder failed on malformed audio")]
    DecoderPanicked,
    /// The file ends before the last frame that its header announces.
    #[error("truncated audio: {actual} of {expected} frames")]
    TruncatedAudio {
        /// Number of frames decoded.
        actual: usize,
        /// Number of frames announced.
        expected: u64,
    },
    /// Sample rate or number of channels change within the recording.
    #[error("the format changes after frame {frame}")]
    FormatChange {
        /// Number of frames decoded before.
        frame: usize,
    },
    /// The file holds no audio.
    #[error("the file holds no audio")]
    NoAudio,
}
