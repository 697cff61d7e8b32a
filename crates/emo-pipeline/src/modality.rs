use std::fmt;

use serde::Serialize;

/// A kind of evidence about an emotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Modality {
    /// Heart rate, measured as such or found in an ECG or a PPG.
    Hr,
    /// Electroencephalogram.
    Eeg,
    /// Speech.
    Speech,
    /// A picture of a face.
    Image,
}

impl Modality {
    /// All of them, in the order of every report.
    pub const ALL: [Self; 4] = [Self::Hr, Self::Eeg, Self::Speech, Self::Image];

    /// The name in manifests, metadata and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hr => "hr",
            Self::Eeg => "eeg",
            Self::Speech => "speech",
            Self::Image => "image",
        }
    }
}

impl fmt::Display for Modality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
