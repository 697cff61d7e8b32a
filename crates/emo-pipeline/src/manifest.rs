use serde::Deserialize;

/// The version of the manifest's format that this crate reads.
pub(crate) const SCHEMA: u32 = 1;

/// What `bundle.toml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) schema: u32,
    pub(crate) name: String,
    pub(crate) labels: Vec<String>,
    #[serde(default)]
    pub(crate) fusion: Vec<String>,
    pub(crate) hr: Option<Entry<HrSection>>,
    pub(crate) eeg: Option<Entry<EegSection>>,
    pub(crate) speech: Option<Entry<SpeechSection>>,
    pub(crate) image: Option<Entry<ImageSection>>,
}

/// One modality: its model, its weight and how its features are made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry<F> {
    pub(crate) model: String,
    pub(crate) weight: f32,
    pub(crate) features: F,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HrSection {
    pub(crate) window_s: usize,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EegSection {
    pub(crate) channels: Vec<String>,
    pub(crate) window_s: f64,
    pub(crate) filter_order: usize,
    pub(crate) bands: Vec<BandSection>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BandSection {
    pub(crate) name: String,
    pub(crate) low_hz: f64,
    pub(crate) high_hz: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpeechSection {
    pub(crate) sample_rate: u32,
    pub(crate) offset_s: f64,
    pub(crate) duration_s: f64,
    pub(crate) n_mfcc: usize,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageSection {
    pub(crate) size: usize,
}
