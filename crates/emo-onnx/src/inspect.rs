//! Looking at models: what they cost, what is in them, and how two differ.

mod diff;
mod draw;
mod dump;
mod macs;
mod summary;

pub use self::{
    diff::{Difference, ModelDiff},
    summary::{OperatorSummary, Summary},
};
