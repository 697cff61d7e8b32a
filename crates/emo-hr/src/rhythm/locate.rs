use std::ops::Range;

use crate::fiducial::vertex_of;
use crate::{Polarity, Refinement};

/// Seconds within which the signal's own peak lies about the place that stands highest.
const CLIMB_SECONDS: f64 = 0.012;
/// How much the votes of earlier beats for a lead's polarity weigh.
const MEMORY: f64 = 0.9;

/// Where a beat is looked for about the time at which the envelope peaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    pub before_seconds: f64,
    pub after_seconds: f64,
    /// To each side of a sample is, so far away, the ground on which it stands: a drift has no height.
    pub ground_seconds: f64,
    /// The signal is smoothed by a triangle this wide on each side.
    pub smooth_seconds: f64,
}

/// The last samples, and where in them beats are.
#[derive(Debug, Clone)]
pub(crate) struct Locator {
    ring: Vec<f32>,
    n_samples: u64,
    /// First sample of the stretch since the last gap.
    start: u64,
    before: u64,
    after: u64,
    ground: u64,
    climb: u64,
    /// Half of a triangle, its middle first.
    kernel: Vec<f64>,
    refinement: Refinement,
    polarity: Polarity,
    balance: f64,
}

impl Locator {
    /// Keeps at least `n_kept` samples.
    pub(crate) fn new(
        window: Window,
        rate_hz: f64,
        n_kept: u64,
        refinement: Refinement,
        polarity: Polarity,
    ) -> Self {
        let samples = |seconds: f64| (seconds * rate_hz).round() as u64;
        let (before, after) = (
            samples(window.before_seconds),
            samples(window.after_seconds),
        );
        let ground = samples(window.ground_seconds).max(1);
        let smooth = samples(window.smooth_seconds).max(1);
        let kernel = (0..smooth)
            .map(|m| (smooth - m) as f64 / (smooth * smooth) as f64)
            .collect();
        let len = n_kept + 2 * (before + after + ground + smooth) + 8;
        Self {
            ring: vec![0.0; len.next_power_of_two() as usize],
            n_samples: 0,
            start: 0,
            before,
            after,
            ground,
            climb: samples(CLIMB_SECONDS).max(1),
            kernel,
            refinement,
            polarity,
            balance: 0.0,
        }
    }

    /// Samples after the envelope's peak that are looked at.
    pub(crate) fn look_ahead(&self) -> u64 {
        self.after + self.ground + self.kernel.len() as u64 + 1
    }

    pub(crate) fn push(&mut self, sample: f32) {
        let mask = self.ring.len() as u64 - 1;
        self.ring[(self.n_samples & mask) as usize] = sample;
        self.n_samples += 1;
    }

    /// Passes over samples that are missing.
    pub(crate) fn skip(&mut self, n_samples: u64) {
        self.n_samples += n_samples;
        self.start = self.n_samples;
    }

    /// Counts samples from 0 again.
    pub(crate) fn rewind(&mut self) {
        self.n_samples = 0;
        self.start = 0;
    }

    pub(crate) fn forget_polarity(&mut self) {
        self.balance = 0.0;
    }

    /// Begins anew at the next sample.
    pub(crate) fn restart(&mut self) {
        self.start = self.n_samples;
    }

    /// Whether the lead is taken as inverted.
    pub(crate) fn is_inverted(&self) -> bool {
        match self.polarity {
            Polarity::Upright => false,
            Polarity::Inverted => true,
            Polarity::Detect => self.balance < 0.0,
        }
    }

    /// The place of the beat about `about`, a place in samples.
    pub(crate) fn locate(&mut self, about: f64) -> f64 {
        let last = self.n_samples.saturating_sub(1);
        let about_sample = (about.round() as u64).clamp(self.start, last);
        let from = about_sample.saturating_sub(self.before).max(self.start);
        let to = (about_sample + self.after).min(last);
        if self.polarity == Polarity::Detect {
            self.vote(from..to + 1);
        }
        let place = match self.refinement {
            Refinement::AsMarked => about,
            Refinement::Parabola => {
                let sign = if self.is_inverted() { -1.0 } else { 1.0 };
                self.peak(about_sample, from..to + 1, sign)
            }
            Refinement::Upslope => self.upslope(from..to + 1),
        };
        place.clamp(self.start as f64, last as f64)
    }

    /// The peak next to the place that stands highest in a range.
    fn peak(&self, about: u64, range: Range<u64>, sign: f64) -> f64 {
        // The farther from the envelope's peak, the less a height counts.
        let reach = (range.end - range.start) as f64;
        let nearness = |i: u64| 1.0 - i.abs_diff(about) as f64 / reach;
        let highest = first_highest(range, |i| sign * self.height(i) * nearness(i));
        let value = |i: u64| sign * self.smooth(i);
        let mut peak = highest;
        while peak < highest + self.climb && value(peak + 1) > value(peak) {
            peak += 1;
        }
        while peak + self.climb > highest && peak > 0 && value(peak - 1) > value(peak) {
            peak -= 1;
        }
        let around = [value(peak.saturating_sub(1)), value(peak), value(peak + 1)];
        if around[0] > around[1] || around[2] > around[1] {
            peak = highest;
        }
        let around = [value(peak.saturating_sub(1)), value(peak), value(peak + 1)];
        peak as f64 + vertex_of(around)
    }

    /// Where the signal rises most steeply, between samples.
    fn upslope(&self, range: Range<u64>) -> f64 {
        let slope = |i: u64| self.smooth(i + 1) - self.smooth(i.saturating_sub(1));
        let best = first_highest(range, slope);
        let around = [slope(best.saturating_sub(1)), slope(best), slope(best + 1)];
        best as f64 + vertex_of(around)
    }

    /// Counts whether the complex stands higher or hangs lower.
    fn vote(&mut self, range: Range<u64>) {
        let (mut up, mut down) = (0.0_f64, 0.0_f64);
        for i in range {
            let height = self.height(i);
            up = up.max(height);
            down = down.max(-height);
        }
        let total = up + down;
        if total > 0.0 {
            self.balance = MEMORY * self.balance + (up - down) / total;
        }
    }

    /// How far a sample stands above the ground.
    fn height(&self, at: u64) -> f64 {
        let ground = self.smooth(at.saturating_sub(self.ground)) + self.smooth(at + self.ground);
        self.smooth(at) - 0.5 * ground
    }

    /// The smoothed signal; what is beyond the stretch is as its end.
    fn smooth(&self, at: u64) -> f64 {
        let mut sum = self.kernel[0] * self.sample(at);
        for (m, weight) in self.kernel.iter().enumerate().skip(1) {
            let m = m as u64;
            sum += weight * (self.sample(at + m) + self.sample(at.saturating_sub(m)));
        }
        sum
    }

    fn sample(&self, at: u64) -> f64 {
        let last = self.n_samples.saturating_sub(1);
        let mask = self.ring.len() as u64 - 1;
        f64::from(self.ring[(at.max(self.start).min(last) & mask) as usize])
    }
}

/// The first of the places with the highest value in a range that is not empty.
fn first_highest(range: Range<u64>, value: impl Fn(u64) -> f64) -> u64 {
    let (mut best, mut highest) = (range.start, f64::NEG_INFINITY);
    for i in range {
        let here = value(i);
        if here > highest {
            (best, highest) = (i, here);
        }
    }
    best
}
