use super::{Candidate, Profile};

/// Half seconds over which levels are taken, and before which there are none.
const MEMORY: usize = 20;
const LEARNING: usize = 6;
/// Half seconds after a peak that its level takes in.
const LOOK_AHEAD: usize = 3;
/// The share of the highest values of each second above which the level of peaks lies.
const LEVEL_SHARE: f64 = 0.4;
/// The median of the envelope relative to the level at which intervals begin to count, and at which they count in full.
const CLEAN: f64 = 0.02;
const NOISY: f64 = 0.4;
/// How much intervals count in a clean and in a noisy signal.
const MIN_STRICTNESS: f64 = 0.8;
const MAX_STRICTNESS: f64 = 8.0;
/// How much a low peak can speak against a beat, in logarithms.
const MIN_GAIN: f64 = -2.0;
/// Height relative to the level at and below which a peak is not considered.
const MIN_HEIGHT: f64 = 0.1;
/// Peaks that can wait for their level.
const MAX_WAITING: usize = 96;

/// The height of peaks and the noise of the last ten seconds, and the peaks that wait for them.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    half_second: usize,
    n_values: u64,
    current: Vec<f64>,
    /// Maximum and median of each of the last half seconds, the newest first.
    halves: Vec<(f64, f64)>,
    waiting: Vec<Peak>,
    sorted: Vec<f64>,
    neutral_height: f64,
    max_height_gain: f64,
    neutral_contrast: f64,
    max_contrast_gain: f64,
    contrast_weight: f64,
}

#[derive(Debug, Clone, Copy)]
struct Peak {
    at: u64,
    height: f64,
    around: f64,
}

impl Levels {
    pub(super) fn new(profile: &Profile, hz: f64) -> Self {
        let half_second = ((0.5 * hz).round() as usize).max(1);
        Self {
            half_second,
            n_values: 0,
            current: Vec::with_capacity(half_second),
            halves: Vec::with_capacity(MEMORY + 1),
            waiting: Vec::with_capacity(MAX_WAITING),
            sorted: Vec::with_capacity(MEMORY.max(half_second)),
            neutral_height: profile.neutral_height,
            max_height_gain: profile.max_height_gain,
            neutral_contrast: profile.neutral_contrast,
            max_contrast_gain: profile.max_contrast_gain,
            contrast_weight: profile.contrast_weight,
        }
    }

    /// Outputs for which a peak waits at most, once there is a level.
    pub(super) fn latency(&self) -> usize {
        (LOOK_AHEAD + 1) * self.half_second
    }

    /// Outputs after a peak that its level takes in.
    pub(super) fn look_ahead(&self) -> usize {
        LOOK_AHEAD * self.half_second
    }

    pub(super) fn reset(&mut self) {
        self.current.clear();
        self.halves.clear();
        self.waiting.clear();
        self.n_values = 0;
    }

    pub(super) fn add_peak(&mut self, at: u64, height: f64, around: f64) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push(Peak { at, height, around });
        }
    }

    /// Takes the newest value of the envelope; true if there are new levels.
    pub(super) fn push(&mut self, value: f64) -> bool {
        self.n_values += 1;
        self.current.push(value);
        if self.current.len() < self.half_second {
            return false;
        }
        self.close();
        self.halves.len() >= LEARNING
    }

    fn close(&mut self) {
        let highest = self.current.iter().copied().fold(0.0, f64::max);
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.current);
        let middle = quantile(&mut self.sorted, 0.5);
        self.current.clear();
        if self.halves.len() == MEMORY {
            self.halves.pop();
        }
        self.halves.insert(0, (highest, middle));
    }

    /// Hands over the peaks that have waited long enough.
    pub(super) fn candidates(&mut self, hz: f64, take: impl FnMut(Candidate)) {
        let until = self
            .n_values
            .saturating_sub((LOOK_AHEAD * self.half_second) as u64);
        self.candidates_before(until, hz, take);
    }

    fn candidates_before(&mut self, until: u64, hz: f64, mut take: impl FnMut(Candidate)) {
        self.sorted.clear();
        let seconds = self.halves.windows(2).map(|pair| pair[0].0.max(pair[1].0));
        self.sorted.extend(seconds);
        let level = quantile(&mut self.sorted, LEVEL_SHARE);
        self.sorted.clear();
        self.sorted.extend(self.halves.iter().map(|half| half.1));
        let noise = quantile(&mut self.sorted, 0.5);
        if level > 0.0 {
            let noisiness = (noise / level - CLEAN) / (NOISY - CLEAN);
            let strictness = (MAX_STRICTNESS * noisiness).clamp(MIN_STRICTNESS, MAX_STRICTNESS);
            for peak in self.waiting.iter().take_while(|peak| peak.at < until) {
                let height = peak.height / level;
                if height > MIN_HEIGHT && peak.around > 0.0 {
                    let contrast = peak.height / peak.around;
                    let height_gain = (height / self.neutral_height).ln();
                    let contrast_gain = (contrast / self.neutral_contrast).ln();
                    take(Candidate {
                        seconds: peak.at as f64 / hz,
                        gain: height_gain.clamp(MIN_GAIN, self.max_height_gain)
                            + self.contrast_weight
                                * contrast_gain.clamp(MIN_GAIN, self.max_contrast_gain),
                        strictness,
                    });
                }
            }
        }
        self.waiting.retain(|peak| peak.at >= until);
    }

    /// Hands over the peaks that still wait, with what levels there are.
    pub(super) fn finish(&mut self, hz: f64, take: impl FnMut(Candidate)) {
        if self.halves.len() < 2 && !self.current.is_empty() {
            self.close();
        }
        if self.halves.len() >= 2 {
            self.candidates_before(u64::MAX, hz, take);
        }
    }
}

/// The value above which `1 − share` of the values lie; 0 of none.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((share * values.len() as f64) as usize).min(values.len() - 1);
    *values.select_nth_unstable_by(rank, f64::total_cmp).1
}
