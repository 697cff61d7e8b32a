//! Writers of small files for tests, and for the seeds of the fuzz targets.
#![allow(dead_code, reason = "each test uses some of them")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

pub(crate) mod brainvision;
pub(crate) mod csv;
pub(crate) mod edf;
pub(crate) mod wfdb;
pub(crate) mod xdf;
