use super::{Measure, one};
use crate::SpeechError;
use crate::frames::Frame;
use crate::rms::sum_of_squares;
use crate::signal::check_positive;
use crate::zero_crossing::crossings;

#[derive(Debug)]
pub(super) struct ZeroCrossings;

impl Measure for ZeroCrossings {
    fn names(&self) -> Vec<String> {
        one("zcr")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let changes = crossings(&frame.samples[frame.inside.clone()]);
        raw[0] = f64::from(changes) / frame.samples.len() as f64;
    }
}

#[derive(Debug)]
pub(super) struct Rms;

impl Measure for Rms {
    fn names(&self) -> Vec<String> {
        one("rms")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let mean = sum_of_squares(frame.samples) / frame.samples.len() as f64;
        raw[0] = frame.scale.abs() * mean.sqrt();
    }
}

#[derive(Debug)]
pub(super) struct LogEnergy {
    floor: f64,
}

impl LogEnergy {
    pub(super) fn new(floor: f64) -> Result<Self, SpeechError> {
        check_positive("floor", floor)?;
        Ok(Self { floor })
    }
}

impl Measure for LogEnergy {
    fn names(&self) -> Vec<String> {
        one("log_energy")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        raw[0] = frame.energy().max(self.floor).ln();
    }
}
