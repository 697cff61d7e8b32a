//! Training of the compact models of emo-fusion and their export to ONNX.
#![doc = ""]
mod classes;
mod error;
mod export;
mod fit;
mod graph_writer;
mod network;
mod networks;
mod predict;
mod samples;
mod standardizer;

pub use classes::KnownClasses;
pub use error::TrainError;
pub use export::{OPSET, export};
pub use fit::{ClassWeights, Epoch, Fit, FitConfig, TrainRng, fit, train_device};
pub use graph_writer::GraphWriter;
pub use network::Network;
pub use networks::{
    EegMlp, EegMlpConfig, FaceCnn, FaceCnnConfig, HeartRateCnn, HeartRateCnnConfig, SpeechCnn,
    SpeechCnnConfig,
};
pub use predict::{confusion, predict};
pub use samples::Samples;
pub use standardizer::Standardizer;

pub use burn;
