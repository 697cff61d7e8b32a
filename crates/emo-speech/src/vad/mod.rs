mod bands;
mod downsample;
mod energy;
mod gmm;
mod minimum;
mod mixture;
mod segments;

pub use energy::{EnergyVad, EnergyVadConfig};
pub use gmm::{GmmVad, GmmVadConfig, VadMode};
pub use segments::voice_segments;
