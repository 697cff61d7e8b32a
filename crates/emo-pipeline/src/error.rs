use std::path::PathBuf;

use emo_backend::BackendError;
use emo_onnx::OnnxError;
use emo_score::ScoreError;

use crate::Modality;

/// What can go wrong between recordings and a decision.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// A file of a bundle cannot be read.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A bundle's manifest, or the file of a fitted fusion rule, is not TOML, lacks a key or has an unknown one.
    #[error("malformed manifest `{place}`")]
    Manifest {
        /// The manifest's path, `embedded bundle.toml`, or the rule's file.
        place: String,
        /// The reason, with line and column.
        source: Box<toml::de::Error>,
    },
    /// A value in a bundle's manifest cannot be.
    #[error("manifest `{place}`, {key}: {problem}")]
    ManifestValue {
        /// The manifest's path, or `embedded bundle.toml`.
        place: String,
        /// The value's key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A model of a bundle is malformed.
    #[error("{modality} model `{file}`")]
    Model {
        /// The modality that it is for.
        modality: Modality,
        /// The file.
        file: String,
        /// The reason.
        source: Box<OnnxError>,
    },
    /// A model of a bundle does not fit the manifest.
    #[error("{modality} model `{file}`, {place}: {actual}, expected {expected}")]
    ModelMismatch {
        /// The modality that it is for.
        modality: Modality,
        /// The file.
        file: String,
        /// Which part of the model: `input`, `output` or a metadata key.
        place: String,
        /// What the manifest asks for.
        expected: String,
        /// What the model has.
        actual: String,
    },
    /// A backend cannot load or run a model.
    #[error("{modality} model on backend `{backend}`")]
    Backend {
        /// The modality.
        modality: Modality,
        /// The backend's name.
        backend: &'static str,
        /// The reason.
        source: BackendError,
    },
    /// The bundle has no model for a modality that was given.
    #[error("{origin}: the bundle has no model for {modality}")]
    NoModel {
        /// The modality.
        modality: Modality,
        /// Where the input came from.
        origin: String,
    },
    /// An input cannot be read, or no features can be made of it.
    #[error("{modality} from {origin}")]
    Input {
        /// The modality.
        modality: Modality,
        /// The file, or what else the input came from.
        origin: String,
        /// The reason.
        source: Box<InputError>,
    },
    /// There is no fusion rule of that name.
    #[error("no fusion rule is called `{name}`; known are {}", crate::Bundle::FUSION_RULES.join(", "))]
    UnknownFusion {
        /// The name.
        name: String,
    },
    /// The scores cannot be fused.
    #[error("fusion")]
    Fusion(#[from] ScoreError),
}

/// Why an input gives no features.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The recording's file.
    #[error(transparent)]
    Recording(#[from] emo_recording::RecordingError),
    /// Heart rate, ECG or PPG.
    #[error(transparent)]
    Hr(#[from] emo_hr::HrError),
    /// EEG.
    #[error(transparent)]
    Eeg(#[from] emo_eeg::EegError),
    /// Speech.
    #[error(transparent)]
    Speech(#[from] emo_speech::SpeechError),
    /// The picture of a face.
    #[error(transparent)]
    Image(#[from] emo_image::ImageError),
    /// There is no face in the picture, or none that is found.
    #[error("no face was found in the picture of {width}x{height} pixels")]
    NoFace {
        /// Its columns.
        width: usize,
        /// Its rows.
        height: usize,
    },
    /// A sampling rate.
    #[error(transparent)]
    SampleRate(#[from] emo_dsp::DspError),
    /// A setting of the features cannot be.
    #[error("{problem}")]
    Config {
        /// The setting and what is wrong with it.
        problem: String,
    },
    /// The recording holds no channel that can serve.
    #[error("{problem}")]
    Channel {
        /// What is missing, and what is there.
        problem: String,
    },
    /// The sampling rate is neither in the file nor given by the caller.
    #[error("the file does not say its sampling rate: give it")]
    MissingSampleRate,
}

impl InputError {
    /// The reason alone, for an error that already names the file.
    pub(crate) fn without_path(self) -> Self {
        match self {
            Self::Recording(emo_recording::RecordingError::File { source, .. }) => {
                Self::Recording(*source)
            }
            Self::Speech(emo_speech::SpeechError::File { source, .. }) => Self::Speech(*source),
            Self::Image(emo_image::ImageError::File { source, .. }) => Self::Image(*source),
            other => other,
        }
    }
}
