//! Heart rate variability: indices of a series of intervals between beats.

mod asymmetry;
mod baseline;
mod burg;
mod complexity;
mod correlation_dimension;
mod fluctuation;
mod fragmentation;
mod frequency;
mod frequency_plan;
mod geometric;
mod heartpy;
mod indices;
mod lomb_scargle;
#[cfg(test)]
mod parity;
mod poincare;
mod spec;
mod spectrum;
pub(crate) mod statistics;
mod stream;
mod symbolic;
mod tachogram;
mod time_domain;

pub use asymmetry::Asymmetry;
pub use baseline::{Baseline, BaselineCollector, BaselineConfig, BaselineScale};
pub use burg::BurgOrder;
pub use complexity::{Complexity, ComplexityConfig};
pub use correlation_dimension::{CorrelationRadii, correlation_dimension};
pub use fluctuation::{Fluctuation, Multifractal};
pub use fragmentation::Fragmentation;
pub use frequency::{FrequencyConfig, FrequencyDomain, PowerScale};
pub use frequency_plan::FrequencyPlan;
pub use geometric::TriangleFit;
pub use heartpy::HeartPyMeasures;
pub use indices::{Hrv, HrvConfig, HrvIndices, MinimumData};
pub use lomb_scargle::{LombModel, LombScale, lomb_scargle};
pub use poincare::Poincare;
pub use spec::{DataNeed, HrvSpec, HrvValue, NotMeaningful};
pub use spectrum::{FftLen, SegmentLen, Spectrum, SpectrumConfig, SpectrumMethod};
pub use statistics::Deviation;
pub use stream::{HrvNow, HrvStream, HrvStreamConfig};
pub use symbolic::{SymbolicDynamics, Symbols};
pub use tachogram::{Tachogram, TachogramEnd};
pub use time_domain::{Differences, ShareOf, TimeDomain, TimeDomainConfig};
