//! Beats as the likeliest sequence of peaks of an envelope, one sample after the other.
//!
//! A peak speaks for a beat by its height, relative to the peaks of the last seconds and to its surroundings; an interval
//! speaks against one by how far it is from those before. The sequence with the highest sum is found by dynamic
//! programming, as D. P. W. Ellis (2007, Beat tracking by dynamic programming, Journal of New Music Research 36(1),
//! doi:10.1080/09298210701653344) does for music; here with the running interval as part of the state, with decisions
//! that become final after a fixed lag, and with intervals that count the less the cleaner the signal is, so that an
//! arrhythmia is not smoothed away.

use emo_dsp::SampleRate;

mod front;
mod level;
mod locate;
mod path;

use front::{Front, Rectify};
use level::Levels;
pub(crate) use locate::{Locator, Window};
use path::Path;

/// What differs between an electrocardiogram and a photoplethysmogram.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// The lowest rate of the envelope.
    min_envelope_hz: f64,
    /// The band in which beats stand out, and the length of the filter.
    low_hz: f64,
    high_hz: f64,
    filter_seconds: f64,
    rectify: Rectify,
    /// Length of the average that makes the envelope, and of that beside which a peak is held.
    short_seconds: f64,
    long_seconds: f64,
    /// Seconds to each side within which a peak is the highest.
    peak_reach_seconds: f64,
    /// Height relative to the level of the last seconds at which a peak speaks neither for nor against a beat, and how
    /// much it can speak for one, in logarithms.
    neutral_height: f64,
    max_height_gain: f64,
    /// The same for the height relative to the surroundings, and its weight.
    neutral_contrast: f64,
    max_contrast_gain: f64,
    contrast_weight: f64,
    /// Shortest interval in seconds.
    pub(crate) min_interval: f64,
}

/// For an electrocardiogram. `docs/heart.md` says on which recordings the numbers were chosen.
pub(crate) const ECG: Profile = Profile {
    min_envelope_hz: 100.0,
    low_hz: 7.0,
    high_hz: 30.0,
    filter_seconds: 0.3,
    rectify: Rectify::Power,
    short_seconds: 0.08,
    long_seconds: 1.0,
    peak_reach_seconds: 0.1,
    neutral_height: 0.55,
    max_height_gain: 0.6,
    neutral_contrast: 1.9,
    max_contrast_gain: 0.3,
    contrast_weight: 0.3,
    min_interval: 0.3,
};

/// For a photoplethysmogram: the slope sum instead of the power.
pub(crate) const PPG: Profile = Profile {
    min_envelope_hz: 32.0,
    low_hz: 0.7,
    high_hz: 5.0,
    filter_seconds: 1.2,
    rectify: Rectify::Rise,
    short_seconds: 0.15,
    long_seconds: 1.5,
    peak_reach_seconds: 0.2,
    neutral_height: 0.35,
    max_height_gain: 0.6,
    neutral_contrast: 1.7,
    max_contrast_gain: 0.3,
    contrast_weight: 0.5,
    min_interval: 0.33,
};

/// What speaks for a peak as a beat.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    seconds: f64,
    gain: f64,
    /// How much an interval that differs from the running one speaks against it.
    strictness: f64,
}

/// Finds the times of beats; what they are exactly is found in the signal itself.
#[derive(Debug, Clone)]
pub(crate) struct Rhythm {
    front: Front,
    levels: Levels,
    path: Path,
    /// Outputs of the front since the last start.
    n_outputs: u64,
    /// Samples before that start.
    offset: u64,
    samples: u64,
    rate_hz: f64,
    peak_reach: usize,
    latency: u64,
}

impl Rhythm {
    pub(crate) fn new(profile: &Profile, rate: SampleRate, lag_seconds: f64) -> Self {
        let front = Front::new(profile, rate);
        let hz = rate.hz() / front.block_len() as f64;
        let levels = Levels::new(profile, hz);
        let outputs = (front.delay() + levels.latency()) as f64;
        let latency = (outputs + 1.0) * front.block_len() as f64 + (lag_seconds * rate.hz()).ceil();
        Self {
            peak_reach: ((profile.peak_reach_seconds * hz) as usize).max(1),
            path: Path::new(profile.min_interval, lag_seconds),
            levels,
            front,
            n_outputs: 0,
            offset: 0,
            samples: 0,
            rate_hz: rate.hz(),
            latency: latency as u64,
        }
    }

    /// Samples after which a beat is reported at the latest.
    pub(crate) fn latency(&self) -> u64 {
        self.latency
    }

    /// Takes a sample; `on_beat` gets the samples about which beats that became final lie.
    pub(crate) fn push(&mut self, sample: f64, on_beat: &mut impl FnMut(f64)) {
        self.samples += 1;
        let Some(output) = self.front.push(sample) else {
            return;
        };
        self.n_outputs += 1;
        let delay = self.front.delay() as u64;
        if self.n_outputs > delay && self.front.is_peak(self.peak_reach) {
            let (height, around) = self.front.centre();
            self.levels
                .add_peak(self.n_outputs - 1 - delay, height, around);
        }
        if self.levels.push(output.newest) {
            let hz = self.rate_hz / self.front.block_len() as f64;
            let (block, offset, rate) = (
                self.front.block_len() as f64,
                self.offset as f64,
                self.rate_hz,
            );
            // The time of an output is the middle of its block.
            let mut on_time = |seconds: f64| on_beat(offset + seconds * rate + (block - 1.0) / 2.0);
            let path = &mut self.path;
            self.levels
                .candidates(hz, |candidate| path.push(candidate, &mut on_time));
            let decided = delay.max(self.levels.look_ahead() as u64);
            let now = self.n_outputs.saturating_sub(decided) as f64 / hz;
            path.decide(now, &mut on_time);
        }
    }

    /// Makes everything final as if the signal stayed at `last`, and starts anew with the next sample.
    pub(crate) fn finish(&mut self, last: f64, on_beat: &mut impl FnMut(f64)) {
        let samples = self.samples;
        for _ in 0..(self.front.delay() + self.peak_reach + 1) * self.front.block_len() {
            self.push(last, on_beat);
        }
        self.samples = samples;
        let hz = self.rate_hz / self.front.block_len() as f64;
        let (block, offset, rate) = (
            self.front.block_len() as f64,
            self.offset as f64,
            self.rate_hz,
        );
        let mut on_time = |seconds: f64| on_beat(offset + seconds * rate + (block - 1.0) / 2.0);
        let path = &mut self.path;
        self.levels
            .finish(hz, |candidate| path.push(candidate, &mut on_time));
        self.path.finish(&mut on_time);
        self.path.forget();
        self.front.reset();
        self.levels.reset();
        self.n_outputs = 0;
        self.offset = self.samples;
    }

    /// Counts samples from 0 again; only after [`finish`](Self::finish).
    pub(crate) fn rewind(&mut self) {
        self.samples = 0;
        self.offset = 0;
    }

    /// Passes over samples that are missing; only after [`finish`](Self::finish).
    pub(crate) fn skip(&mut self, n_samples: u64) {
        self.samples += n_samples;
        self.offset = self.samples;
    }
}
