//! Choices that are made by their effect on calibration data, without training.

mod budget;
mod clipping;
mod equalize;
mod moments;
mod rounding;

pub use self::budget::{Budget, Sensitivity};
pub(crate) use self::{
    clipping::best_range,
    equalize::equalized,
    rounding::{Group, round},
};
