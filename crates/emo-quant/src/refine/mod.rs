//! Choices that are made by their effect on calibration data, without training.

mod clipping;
mod equalize;
mod moments;
mod rounding;

pub(crate) use self::{
    clipping::best_range,
    equalize::equalized,
    rounding::{Rounded, round},
};
