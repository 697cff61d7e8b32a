use std::collections::VecDeque;
use std::time::Duration;

use crate::SpeechError;
use crate::rms::sum_of_squares;
use crate::signal::{check_number, check_sample_rate, check_signal_from};

/// The level is that of the last three hops.
const N_HOPS: usize = 3;

const MAX_WINDOW: Duration = Duration::from_secs(60);

/// Settings of [`EnergyVad`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EnergyVadConfig {
    /// Rate of the signal in Hz.
    pub sample_rate: u32,
    /// From so many decibels above the noise on voice begins; default 6.
    pub on_db: f64,
    /// Below so many decibels above the noise it ends; default 3.
    pub off_db: f64,
    /// For how long decisions stay true after that; default 200 ms.
    pub hangover: Duration,
    /// The noise is the lowest level of so long; default 1.5 s.
    pub noise_window: Duration,
    /// What is quieter is never voice, in decibels relative to full scale; default −70.
    pub min_level_db: f64,
}

impl EnergyVadConfig {
    /// The defaults for a rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            on_db: 6.0,
            off_db: 3.0,
            hangover: Duration::from_millis(200),
            noise_window: Duration::from_millis(1500),
            min_level_db: -70.0,
        }
    }
}

/// Detects voice by its level above the noise; live and offline, at any rate.
///
/// Every 10 ms there is one decision about these 10 ms. The level is the mean power of the last 30 ms, the noise the
/// lowest level of the last 1.5 s. Voice begins where the level is 6 dB above the noise, and ends where it has been less
/// than 3 dB above it for 200 ms.
///
/// Whether a sound is a voice it does not ask: a slamming door is one too, and a hum that begins is one until it has
/// lasted for the noise's window. A recording that begins in mid-word has that word's quietest 30 ms for its noise.
///
/// After the first decision nothing is allocated but for the caller's output.
///
/// ```
/// use emo_speech::{EnergyVad, EnergyVadConfig, voice_segments};
///
/// let mut signal = vec![0.001; 32_000];
/// for (n, x) in signal.iter_mut().enumerate().skip(8_000).take(8_000) {
///     *x = 0.1 * (n as f32 * 0.2).sin();
/// }
/// let mut vad = EnergyVad::new(EnergyVadConfig::new(16_000))?;
/// let decisions = vad.detect(&signal)?;
/// // 200 ms and what the level needs to fall are the hangover.
/// assert_eq!(voice_segments(&decisions, vad.hop_len(), signal.len()), [8_000..19_520]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EnergyVad {
    config: EnergyVadConfig,
    limits: Limits,
    state: State,
    /// Samples of a hop that is not yet whole.
    pending: Vec<f32>,
    n_before: usize,
}

/// The settings in ratios of power and in hops.
#[derive(Debug, Clone, Copy)]
struct Limits {
    on: f64,
    off: f64,
    min_power: f64,
    n_hangover: usize,
    n_window: usize,
}

#[derive(Debug, Clone, Default)]
struct State {
    /// Powers of the last hops, oldest first.
    powers: VecDeque<f64>,
    /// Levels that may still become the lowest, with the hops they came with: ascending in both.
    lowest: VecDeque<(usize, f64)>,
    n_hops: usize,
    is_voice: bool,
    n_below: usize,
}

impl EnergyVad {
    /// A detector that has heard nothing.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::NumberOutOfRange`] unless 0 ≤ `off_db` ≤ `on_db` ≤ 60 and
    /// −200 ≤ `min_level_db` ≤ 0, and for a `hangover` above 60 s or a `noise_window` outside 10 ms to 60 s.
    pub fn new(config: EnergyVadConfig) -> Result<Self, SpeechError> {
        check_sample_rate(config.sample_rate)?;
        check_number("on_db", config.on_db, 0.0, 60.0)?;
        check_number("off_db", config.off_db, 0.0, config.on_db)?;
        check_number("min_level_db", config.min_level_db, -200.0, 0.0)?;
        let longest = MAX_WINDOW.as_secs_f64();
        check_number("hangover", config.hangover.as_secs_f64(), 0.0, longest)?;
        let window = config.noise_window.as_secs_f64();
        check_number("noise_window", window, 0.01, longest)?;
        let ratio = |db: f64| 10.0_f64.powf(db / 10.0);
        let hops = |duration: Duration| (duration.as_secs_f64() * 100.0).round() as usize;
        let limits = Limits {
            on: ratio(config.on_db),
            off: ratio(config.off_db),
            min_power: ratio(config.min_level_db),
            n_hangover: hops(config.hangover),
            n_window: hops(config.noise_window),
        };
        Ok(Self {
            pending: Vec::with_capacity(config.sample_rate as usize / 100),
            state: State {
                powers: VecDeque::with_capacity(N_HOPS + 1),
                lowest: VecDeque::with_capacity(limits.n_window + 1),
                ..State::default()
            },
            config,
            limits,
            n_before: 0,
        })
    }

    /// The settings.
    pub fn config(&self) -> &EnergyVadConfig {
        &self.config
    }

    /// Number of samples that get one decision: 10 ms, rounded down.
    pub fn hop_len(&self) -> usize {
        self.config.sample_rate as usize / 100
    }

    /// The noise's level in decibels relative to full scale, silence being −200; none before the first decision.
    pub fn noise_db(&self) -> Option<f64> {
        let &(_, power) = self.state.lowest.front()?;
        Some(10.0 * power.max(1e-20).log10())
    }

    /// Takes the next samples, any number, and appends one decision for each hop that they complete.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`] with the position since the last [`reset`](Self::reset); then no sample has
    /// been taken.
    pub fn push(&mut self, samples: &[f32], decisions: &mut Vec<bool>) -> Result<(), SpeechError> {
        check_signal_from(samples, self.n_before)?;
        self.n_before += samples.len();
        let hop_len = self.hop_len();
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(hop_len - self.pending.len()));
            self.pending.extend_from_slice(now);
            if self.pending.len() == hop_len {
                let power = sum_of_squares(&self.pending) / hop_len as f64;
                decisions.push(self.state.decide(power, self.limits));
                self.pending.clear();
            }
            rest = later;
        }
        Ok(())
    }

    /// Decisions for all whole hops of a recording. What was pushed before is forgotten.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`].
    pub fn detect(&mut self, samples: &[f32]) -> Result<Vec<bool>, SpeechError> {
        self.reset();
        let mut decisions = Vec::with_capacity(samples.len() / self.hop_len());
        self.push(samples, &mut decisions)?;
        Ok(decisions)
    }

    /// Forgets the signal.
    pub fn reset(&mut self) {
        self.state.powers.clear();
        self.state.lowest.clear();
        self.state.n_hops = 0;
        self.state.is_voice = false;
        self.state.n_below = 0;
        self.pending.clear();
        self.n_before = 0;
    }
}

impl State {
    fn decide(&mut self, power: f64, limits: Limits) -> bool {
        if self.powers.len() == N_HOPS {
            self.powers.pop_front();
        }
        self.powers.push_back(power);
        let level = self.powers.iter().sum::<f64>() / self.powers.len() as f64;
        let noise = self.lowest_with(level, limits.n_window);

        let reaches = |ratio: f64| level >= limits.min_power && level >= ratio * noise;
        if level > noise && reaches(limits.on) {
            self.is_voice = true;
        }
        if reaches(limits.off) && level > noise {
            self.n_below = 0;
        } else if self.is_voice {
            self.is_voice = self.n_below < limits.n_hangover;
            self.n_below += 1;
        }
        self.is_voice
    }

    /// The lowest level of the last hops, this one included.
    fn lowest_with(&mut self, level: f64, n_window: usize) -> f64 {
        while self.lowest.back().is_some_and(|&(_, last)| last >= level) {
            self.lowest.pop_back();
        }
        self.lowest.push_back((self.n_hops, level));
        if self.lowest[0].0 + n_window <= self.n_hops {
            self.lowest.pop_front();
        }
        self.n_hops += 1;
        self.lowest[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_is_the_lowest_level_of_the_window() {
        let levels: Vec<f64> = (0..400_u64)
            .map(|n| (n * n * 2_654_435_761 % 1000) as f64)
            .collect();
        let mut state = State::default();
        for (n, &level) in levels.iter().enumerate() {
            let expected = levels[(n + 1).saturating_sub(7)..=n].iter().copied();
            assert_eq!(
                state.lowest_with(level, 7),
                expected.fold(f64::INFINITY, f64::min)
            );
        }
    }

    #[test]
    fn digital_silence_and_a_steady_sound_are_no_voice() {
        let mut vad = EnergyVad::new(EnergyVadConfig::new(8000)).unwrap();
        for level in [0.0, 1e-9, 0.5] {
            assert!(!vad.detect(&vec![level; 16_000]).unwrap().contains(&true));
        }
        assert!(vad.noise_db().unwrap() > -6.1);
    }

    #[test]
    fn thresholds_have_an_order() {
        let mut config = EnergyVadConfig::new(8000);
        config.off_db = 7.0;
        assert!(matches!(
            EnergyVad::new(config),
            Err(SpeechError::NumberOutOfRange { name: "off_db", .. })
        ));
    }
}
