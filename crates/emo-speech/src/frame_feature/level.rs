use super::{Measure, one};
use crate::SpeechError;
use crate::frames::Frame;
use crate::signal::check_positive;
use crate::zero_crossing::is_negative;

#[derive(Debug)]
pub(super) struct ZeroCrossings;

impl Measure for ZeroCrossings {
    fn names(&self) -> Vec<String> {
        one("zcr")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let inside = &frame.samples[frame.inside.clone()];
        let changes = inside
            .windows(2)
            .filter(|pair| is_negative(pair[0]) != is_negative(pair[1]))
            .count();
        raw[0] = changes as f64 / frame.samples.len() as f64;
    }
}

#[derive(Debug)]
pub(super) struct Rms;

impl Measure for Rms {
    fn names(&self) -> Vec<String> {
        one("rms")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let squares: f64 = frame.samples.iter().map(|x| x * x).sum();
        raw[0] = (squares / frame.samples.len() as f64).sqrt();
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
