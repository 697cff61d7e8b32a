//! Training of the compact models of emo-fusion and their export to ONNX.
//!
//! A model that an application runs is an ONNX file from features to scores. This crate makes such files: it
//! holds the architectures ([`HeartRateCnn`], [`EegMlp`], [`SpeechCnn`], [`FaceCnn`]) as burn modules, a
//! training loop ([`fit`]), and the way to a graph ([`export`]) that any ONNX runtime executes.
//!
//! ```
//! use emo_score::Labels;
//! use emo_train::{EegMlpConfig, FitConfig, KnownClasses, Samples, Standardizer, confusion, export, fit, train_device};
//! use ndarray::Array2;
//!
//! # fn recorded(n: usize) -> (Array2<f32>, Vec<usize>) {
//! #     let level = |i: usize, j: usize| (i % 3) as f32 + ((i * 31 + j * 17) % 13) as f32 / 13.0;
//! #     (Array2::from_shape_fn((n, 45), |(i, j)| level(i, j)), (0..n).map(|i| i % 3).collect())
//! # }
//! // Features `[windows, 9 channels · 5 bands]` and the class of each window, of different people.
//! let (train, train_classes) = recorded(60);
//! let (valid, valid_classes) = recorded(30);
//!
//! let standardizer = Standardizer::fit(&train, |position| position)?;
//! let train = Samples::new(standardizer.apply(&train)?, train_classes, 3)?;
//! let valid = Samples::new(standardizer.apply(&valid)?, valid_classes, 3)?;
//!
//! let network = EegMlpConfig::new(3).init(&train_device(1))?;
//! let mut config = FitConfig::default();
//! config.epochs = 10;
//! let fitted = fit(network, &train, &valid, &config, |_, _| {}, |_| {})?;
//! println!("accuracy {:?}", confusion(&fitted.network, &valid)?.accuracy());
//!
//! // No recordings of calm: its score will be that of ignorance.
//! let labels = Labels::new(["happy", "calm", "sad", "angry"])?;
//! let model = export(&fitted.network, &standardizer, &KnownClasses::new(labels, [0, 2, 3])?)?;
//! assert_eq!(model.metadata()["emo.labels"], "happy,calm,sad,angry");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What an exported graph is
//! One input `input`, `[1]` + feature shape, raw features as their extractor gives them: the standardizer that
//! was fitted to the training samples is the graph's first two nodes. One output `scores`, `[1, labels]`, which
//! sums to 1. Batch normalization is folded into the convolutions before it; dropout is gone. Only common
//! operators occur (`Sub`, `Mul`, `Reshape`, `Slice`, `Transpose`, `Concat`, `Conv`, `Relu`, `MaxPool`,
//! `GlobalAveragePool`, `Flatten`, `Gemm`, `Softmax`), of operator set [`OPSET`].
//!
//! # Classes without recordings
//! Often no set of recordings shows all classes. Joining sets does not help where each class comes from a device
//! of its own: a network then learns to tell the devices apart, scores well on its own test split and knows
//! nothing. A network is therefore trained on the classes that one set shows, and the graph spreads its
//! probabilities over all labels: with k of n classes known, a known class of probability p scores p·k/n and a
//! missing one always 1/n, the score of ignorance. See [`KnownClasses`].
//!
//! # Honest figures
//! [`fit`] sees training and validation samples alone. Keep every person (or, where the people are few, every
//! trial) on one side, choose all settings on validation, and look at the test samples once.
//!
//! # Reproducible training
//! [`train_device`] seeds initial weights and dropout, [`FitConfig::seed`] order and augmentation. With the same
//! seeds, burn version and processor features, and one training at a time in a process, a training gives the
//! same weights bit for bit.
//!
//! # The example `train`
//! It makes the shipped models from their recordings:
//!
//! ```sh
//! cargo run --release -p emo-train --example train -- --modality speech --data ../shared/data
//! ```

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
pub use emo_onnx;
pub use emo_score;
