//! What quantization did to a model's values.

mod compare;
mod html;
mod layers;

pub use self::{
    compare::{Comparison, outputs},
    layers::{Fidelity, LayerFidelity, QuantReport, ValueHistogram, ValueReport},
};
