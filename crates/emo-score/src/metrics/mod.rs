//! How good scores and decisions are.

mod agreement;
mod auroc;
mod bootstrap;
mod calibration_error;
mod mcnemar;
mod predictions;
mod proper;
mod quantile;
mod risk_coverage;

pub use bootstrap::{Bootstrap, BootstrapConfig, Interval, Units};
pub use calibration_error::{Binning, Reliability, ReliabilityBin};
pub use mcnemar::McNemar;
pub use predictions::Predictions;
pub use risk_coverage::{RiskCoverage, RiskPoint};
