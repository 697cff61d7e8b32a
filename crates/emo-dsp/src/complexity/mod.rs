//! How regular, rough or predictable a signal is: entropies of patterns, fractal dimensions, scaling exponents.

mod approximate_entropy;
mod bit_rows;
mod decaying_exp;
mod dfa;
mod fuzzy_entropy;
mod higuchi;
mod hurst;
mod katz;
mod lempel_ziv;
mod line_fit;
mod moments;
mod multiscale_entropy;
mod pattern_entropies;
mod permutation_entropy;
mod petrosian;
mod sample_entropy;
mod shannon_entropy;
mod spectral_entropy;
mod svd_entropy;
mod template_matches;
mod tolerance;
mod unit;
mod zero_crossings;

pub use approximate_entropy::{ApproximateEntropy, ApproximateEntropyConfig};
pub use dfa::{Dfa, DfaConfig, DfaWindows, FluctuationMean, WindowOverlap};
pub use fuzzy_entropy::{FuzzyEntropy, FuzzyEntropyConfig};
pub use higuchi::{Higuchi, HiguchiConfig, HiguchiSum};
pub use hurst::{Hurst, HurstConvention};
pub use katz::katz_fd;
pub use lempel_ziv::{BinaryThreshold, LempelZiv};
pub use line_fit::LineFit;
pub use multiscale_entropy::{MultiscaleEntropy, MultiscaleEntropyConfig, MultiscaleMethod};
pub use pattern_entropies::PatternEntropies;
pub use permutation_entropy::{
    MAX_PERMUTATION_ORDER, PermutationEntropy, PermutationEntropyConfig,
};
pub use petrosian::{PetrosianLength, petrosian_fd};
pub use sample_entropy::{SampleEntropy, SampleEntropyConfig};
pub use shannon_entropy::ShannonEntropy;
pub use spectral_entropy::{DcBin, spectral_entropy};
pub use svd_entropy::{MAX_SVD_ORDER, SvdComplexity, SvdEntropy, SvdEntropyConfig};
pub use template_matches::Comparison;
pub use tolerance::Tolerance;
pub use unit::EntropyUnit;
pub use zero_crossings::{ZeroCrossingRule, zero_crossings};
