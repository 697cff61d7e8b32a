use std::ops::Range;

/// Where a sample comes from; the more is said, the more a leak check can find.
///
/// ```
/// use emo_score::Provenance;
///
/// let window = Provenance::new("S1/7#3").subject("S1").trial("S1/7").window("S1/7.edf", 6.0..8.0);
/// let louder = Provenance::new("S1/7#3+6dB").subject("S1").derived_from(["S1/7#3"]);
/// # let _ = (window, louder);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    pub(super) id: String,
    pub(super) subjects: Vec<String>,
    pub(super) trial: Option<String>,
    pub(super) window: Option<(String, Range<f64>)>,
    pub(super) parents: Vec<String>,
}

impl Provenance {
    /// Takes the sample's name. A name that comes twice is one sample that was put in twice.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            subjects: Vec::new(),
            trial: None,
            window: None,
            parents: Vec::new(),
        }
    }

    /// Whose it is. A sample that was joined from several people's is of each of them: call it for each.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subjects.push(subject.into());
        self
    }

    /// Which trial it is of; trials of two subjects need two names.
    #[must_use]
    pub fn trial(mut self, trial: impl Into<String>) -> Self {
        self.trial = Some(trial.into());
        self
    }

    /// Which stretch of which recording it is, in seconds.
    #[must_use]
    pub fn window(mut self, recording: impl Into<String>, seconds: Range<f64>) -> Self {
        self.window = Some((recording.into(), seconds));
        self
    }

    /// Which samples it was made of: one for an augmented copy, several for a point between them, as
    /// oversampling by SMOTE makes.
    #[must_use]
    pub fn derived_from(mut self, parents: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.parents = parents.into_iter().map(Into::into).collect();
        self
    }
}
