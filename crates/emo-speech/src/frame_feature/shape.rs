use super::{Measure, one};
use crate::frames::Frame;
use crate::mel_bank::dot;
use crate::{Frames, SpeechError};

/// The power of a bin is taken for at least this much where its logarithm is asked for, as in librosa.
const MIN_POWER: f64 = 1e-10;

fn bins_hz(frames: &Frames) -> Vec<f64> {
    (0..frames.n_bins()).map(|bin| frames.bin_hz(bin)).collect()
}

/// The mean of `hz` weighted by magnitude, and the sum of the magnitudes; 0 where all are 0.
fn centroid(hz: &[f64], magnitude: &[f64]) -> (f64, f64) {
    let total: f64 = magnitude.iter().sum();
    if total > 0.0 {
        (dot(hz, magnitude) / total, total)
    } else {
        (0.0, 0.0)
    }
}

#[derive(Debug)]
pub(super) struct Centroid {
    hz: Vec<f64>,
}

impl Centroid {
    pub(super) fn new(frames: &Frames) -> Self {
        Self {
            hz: bins_hz(frames),
        }
    }
}

impl Measure for Centroid {
    fn names(&self) -> Vec<String> {
        one("centroid_hz")
    }

    fn needs_magnitude(&self) -> bool {
        true
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        raw[0] = centroid(&self.hz, frame.magnitude).0;
    }
}

#[derive(Debug)]
pub(super) struct Bandwidth {
    hz: Vec<f64>,
}

impl Bandwidth {
    pub(super) fn new(frames: &Frames) -> Self {
        Self {
            hz: bins_hz(frames),
        }
    }
}

impl Measure for Bandwidth {
    fn names(&self) -> Vec<String> {
        one("bandwidth_hz")
    }

    fn needs_magnitude(&self) -> bool {
        true
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let (centre, total) = centroid(&self.hz, frame.magnitude);
        let spread: f64 = self
            .hz
            .iter()
            .zip(frame.magnitude)
            .map(|(hz, magnitude)| magnitude * (hz - centre).powi(2))
            .sum();
        raw[0] = if total > 0.0 {
            (spread / total).sqrt()
        } else {
            0.0
        };
    }
}

#[derive(Debug)]
pub(super) struct RollOff {
    share: f64,
    hz: Vec<f64>,
}

impl RollOff {
    pub(super) fn new(share: f64, frames: &Frames) -> Result<Self, SpeechError> {
        check_share("share", share)?;
        Ok(Self {
            share,
            hz: bins_hz(frames),
        })
    }
}

pub(super) fn check_share(name: &'static str, value: f64) -> Result<(), SpeechError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(SpeechError::Share { name, value })
}

impl Measure for RollOff {
    fn names(&self) -> Vec<String> {
        one("roll_off_hz")
    }

    fn needs_magnitude(&self) -> bool {
        true
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let threshold = self.share * frame.magnitude.iter().sum::<f64>();
        let mut below = 0.0;
        let bin = frame.magnitude.iter().position(|magnitude| {
            below += magnitude;
            below >= threshold
        });
        raw[0] = self.hz[bin.unwrap_or(self.hz.len() - 1)];
    }
}

#[derive(Debug)]
pub(super) struct Flatness;

impl Measure for Flatness {
    fn names(&self) -> Vec<String> {
        one("flatness")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let n = frame.power.len() as f64;
        let (mut logs, mut sum) = (0.0, 0.0);
        for power in frame.power {
            let power = power.max(MIN_POWER);
            logs += power.ln();
            sum += power;
        }
        raw[0] = (logs / n).exp() / (sum / n);
    }
}

#[derive(Debug)]
pub(super) struct Flux {
    /// Of length 1, or all zeros where the frame was silent.
    previous: Vec<f64>,
    is_first: bool,
}

impl Flux {
    pub(super) fn new(frames: &Frames) -> Self {
        Self {
            previous: vec![0.0; frames.n_bins()],
            is_first: true,
        }
    }
}

impl Measure for Flux {
    fn names(&self) -> Vec<String> {
        one("flux")
    }

    fn needs_magnitude(&self) -> bool {
        true
    }

    fn reset(&mut self) {
        self.is_first = true;
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let length = frame.power.iter().sum::<f64>().sqrt();
        let factor = if length > 0.0 { length.recip() } else { 0.0 };
        let mut squares = 0.0;
        for (previous, magnitude) in self.previous.iter_mut().zip(frame.magnitude) {
            let normalized = factor * magnitude;
            squares += (normalized - *previous).powi(2);
            *previous = normalized;
        }
        raw[0] = if self.is_first {
            0.0
        } else {
            (squares / self.previous.len() as f64).sqrt()
        };
        self.is_first = false;
    }
}

#[derive(Debug)]
pub(super) struct Slope {
    first_bin: usize,
    /// What the dB of each bin are multiplied by: its distance from the mean frequency over the sum of their squares.
    weights: Vec<f64>,
}

impl Slope {
    pub(super) fn new(
        min_frequency: f64,
        max_frequency: f64,
        frames: &Frames,
    ) -> Result<Self, SpeechError> {
        let nyquist = f64::from(frames.config().sample_rate) / 2.0;
        let inside: Vec<usize> = (0..frames.n_bins())
            .filter(|&bin| (min_frequency..=max_frequency).contains(&frames.bin_hz(bin)))
            .collect();
        if inside.len() < 2 || max_frequency > nyquist {
            return Err(SpeechError::FrequencyRange {
                min_frequency,
                max_frequency,
                nyquist,
            });
        }
        let khz = |bin: usize| frames.bin_hz(bin) / 1000.0;
        let mean = inside.iter().map(|&bin| khz(bin)).sum::<f64>() / inside.len() as f64;
        let squares: f64 = inside.iter().map(|&bin| (khz(bin) - mean).powi(2)).sum();
        Ok(Self {
            first_bin: inside[0],
            weights: inside
                .iter()
                .map(|&bin| (khz(bin) - mean) / squares)
                .collect(),
        })
    }
}

impl Measure for Slope {
    fn names(&self) -> Vec<String> {
        one("slope_db_per_khz")
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let power = &frame.power[self.first_bin..];
        raw[0] = self
            .weights
            .iter()
            .zip(power)
            .map(|(weight, power)| weight * 10.0 * power.max(MIN_POWER).log10())
            .sum();
    }
}
