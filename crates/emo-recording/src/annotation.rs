/// The most annotations of a recording.
pub const MAX_ANNOTATIONS: usize = 1 << 20;

/// Something that happened at a time: a remark, a stimulus, a beat, a trigger.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Annotation {
    /// Seconds after the recording's start.
    pub onset: f64,
    /// Seconds that it lasted; none if the file does not say.
    pub duration: Option<f64>,
    /// What it says.
    pub text: String,
    /// The stream or the channel that it belongs to; none if it belongs to the whole recording.
    pub source: Option<String>,
}

impl Annotation {
    /// One of the whole recording, without a duration.
    pub fn new(onset: f64, text: impl Into<String>) -> Self {
        Self {
            onset,
            duration: None,
            text: text.into(),
            source: None,
        }
    }
}
