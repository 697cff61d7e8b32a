use super::correlation::{WindowedAutocorrelation, forward_cross_correlation, gaussian, hann};
use super::frame_times::{FrameTimes, SampleTimes};
use super::pitch_path::{Candidate, FrameCandidates, best_path};
use super::pitch_track::{PitchFrame, PitchTrack};
use super::sinc;
use crate::SpeechError;
use crate::signal::{check_number, check_range, check_sample_rate, check_signal};

/// How [`PitchTracker`] finds the candidates of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PitchMethod {
    /// The autocorrelation of three periods of the floor under a Hann window, divided by the window's. Praat's "To Pitch
    /// (ac)".
    Autocorrelation,
    /// The same with a Gaussian window of twice the length. Praat's "very accurate".
    GaussianAutocorrelation,
    /// The correlation of one period of the floor with what follows it. Praat's "To Pitch (cc)".
    CrossCorrelation,
}

/// Settings of [`PitchTracker`].
///
/// The defaults are those of Praat's "To Pitch (ac)" for speech.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PitchTrackerConfig {
    /// Rate of the signal in Hz.
    pub sample_rate: u32,
    /// How candidates are found; default [`PitchMethod::Autocorrelation`].
    pub method: PitchMethod,
    /// Time between frames in seconds; default 0.01.
    pub time_step: f64,
    /// The lowest frequency in Hz, which sets the length of the window; default 75.
    #[doc(alias = "pitch_floor")]
    pub floor: f64,
    /// Candidates from this frequency in Hz on do not count; default 500, at most half the sample rate.
    #[doc(alias = "pitch_ceiling")]
    pub ceiling: f64,
    /// Largest number of candidates, the unvoiced one included; default 15.
    pub n_candidates: usize,
    /// Share of the signal's peak below which a frame counts as silent; default 0.03.
    pub silence_threshold: f64,
    /// What a frame's strength is held against, were it unvoiced; default 0.45.
    pub voicing_threshold: f64,
    /// How much high candidates are favoured, per octave; default 0.01.
    pub octave_cost: f64,
    /// Cost of a jump between frames 10 ms apart, per octave; default 0.35.
    pub octave_jump_cost: f64,
    /// Cost of a change of voicing between frames 10 ms apart; default 0.14.
    pub voiced_unvoiced_cost: f64,
}

impl PitchTrackerConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            method: PitchMethod::Autocorrelation,
            time_step: 0.01,
            floor: 75.0,
            ceiling: 500.0,
            n_candidates: 15,
            silence_threshold: 0.03,
            voicing_threshold: 0.45,
            octave_cost: 0.01,
            octave_jump_cost: 0.35,
            voiced_unvoiced_cost: 0.14,
        }
    }

    /// Seconds that a frame needs of the signal, and how many periods of the floor are correlated.
    fn spans(&self, n_periods: f64) -> (f64, f64) {
        let window = n_periods / self.floor;
        match self.method {
            PitchMethod::CrossCorrelation => (window, window + 1.0 / self.floor),
            _ => (window, window),
        }
    }

    fn default_periods(&self) -> f64 {
        match self.method {
            PitchMethod::Autocorrelation => 3.0,
            PitchMethod::GaussianAutocorrelation => 6.0,
            PitchMethod::CrossCorrelation => 1.0,
        }
    }

    fn check(&self) -> Result<(), SpeechError> {
        check_sample_rate(self.sample_rate)?;
        let nyquist = 0.5 * f64::from(self.sample_rate);
        check_number("time_step", self.time_step, 1e-4, 10.0)?;
        check_number("floor", self.floor, 10.0, 0.25 * nyquist)?;
        check_number("ceiling", self.ceiling, self.floor, nyquist)?;
        check_range("n_candidates", self.n_candidates, 2, 1000)?;
        check_number("silence_threshold", self.silence_threshold, 0.0, 1.0)?;
        check_number("voicing_threshold", self.voicing_threshold, 0.0, 1.0)?;
        check_number("octave_cost", self.octave_cost, 0.0, 10.0)?;
        check_number("octave_jump_cost", self.octave_jump_cost, 0.0, 10.0)?;
        check_number("voiced_unvoiced_cost", self.voiced_unvoiced_cost, 0.0, 10.0)
    }
}

/// Fundamental frequency by correlation and the cheapest path through its peaks, as in Praat.
///
/// Each frame has as candidates the peaks of its correlation, interpolated between samples, and that it is unvoiced; the
/// path that loses least to jumps in frequency and changes of voicing is taken. It needs the whole signal, since the
/// loudest sample and the last frame may change any decision; for a live source see [`PyinStream`](crate::PyinStream).
///
/// ```
/// use emo_speech::{PitchTracker, PitchTrackerConfig};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
/// let track = PitchTracker::new(PitchTrackerConfig::new(16_000))?.compute(&tone)?;
/// let hz = 0.05 * 16_000.0 / std::f64::consts::TAU;
/// assert!(track.voiced().all(|f0| (f0 - hz).abs() < 0.1));
/// assert_eq!(track.voiced().count(), track.frames().len());
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// P. Boersma, Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
/// sound, IFA Proceedings 17, 1993, pages 97–110.
#[derive(Debug, Clone)]
pub struct PitchTracker {
    config: PitchTrackerConfig,
    /// Seconds of signal for each frame.
    span: f64,
    window_len: usize,
    half_period_len: usize,
    period_len: usize,
    min_lag_hz: f64,
    max_lag: usize,
    /// How far the correlation is known.
    known_lag: usize,
    depth: usize,
    autocorrelation: Option<WindowedAutocorrelation>,
    /// From lag −`known_lag` to `known_lag`.
    correlation: Vec<f64>,
    peaks: Vec<Peak>,
    centred: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Peak {
    lag: usize,
    candidate: Candidate,
}

/// Samples on either side by which the height of a peak is judged, and by which it is then refined.
const COARSE_DEPTH: usize = 30;
const FINE_DEPTH: usize = 70;
pub(super) const FINEST_DEPTH: usize = 700;
/// Above this share of the sample rate, periods are so short that refining takes the finest depth.
const HIGH_SHARE: f64 = 0.3;

impl PitchTracker {
    /// Plans windows and transforms.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::NumberOutOfRange`], [`SpeechError::ConfigOutOfRange`].
    pub fn new(config: PitchTrackerConfig) -> Result<Self, SpeechError> {
        let n_periods = config.default_periods();
        let depth = match config.method {
            PitchMethod::GaussianAutocorrelation => FINEST_DEPTH,
            _ => FINE_DEPTH,
        };
        Self::with_periods(config, n_periods, depth)
    }

    /// With windows of another number of periods of the floor, and peaks refined by so many samples on either side.
    pub(super) fn with_periods(
        config: PitchTrackerConfig,
        n_periods: f64,
        depth: usize,
    ) -> Result<Self, SpeechError> {
        config.check()?;
        let rate = f64::from(config.sample_rate);
        let (window, span) = config.spans(n_periods);
        let period_len = (rate / config.floor).floor() as usize;
        let window_len = 2
            * ((window * rate).floor() as usize / 2)
                .saturating_sub(1)
                .max(2);
        let max_lag = ((window_len as f64 / n_periods).floor() as usize + 2).min(window_len);
        let (known_lag, autocorrelation) = match config.method {
            PitchMethod::CrossCorrelation => (window_len, None),
            method => {
                let window = if method == PitchMethod::Autocorrelation {
                    hann(window_len)
                } else {
                    gaussian(window_len)
                };
                let known_lag = window_len / 2;
                (
                    known_lag,
                    Some(WindowedAutocorrelation::new(window, known_lag)),
                )
            }
        };
        Ok(Self {
            span,
            window_len,
            half_period_len: period_len / 2 + 1,
            period_len,
            min_lag_hz: config.floor,
            max_lag,
            known_lag,
            depth,
            autocorrelation,
            correlation: vec![0.0; 2 * known_lag + 1],
            peaks: Vec::with_capacity(config.n_candidates),
            centred: Vec::new(),
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &PitchTrackerConfig {
        &self.config
    }

    /// Tracks a whole signal.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::SignalTooShort`] below one window.
    pub fn compute(&mut self, samples: &[f32]) -> Result<PitchTrack, SpeechError> {
        check_signal(samples)?;
        let rate = f64::from(self.config.sample_rate);
        let grid = SampleTimes::of_rate(rate);
        let times = FrameTimes::centred(grid, samples.len(), self.span, self.config.time_step)
            .filter(|_| samples.len() > self.window_len)
            .ok_or_else(|| SpeechError::SignalTooShort {
                actual: samples.len(),
                required: ((self.span * rate).ceil() as usize).max(self.window_len + 1),
            })?;
        let samples: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
        let mean = samples.iter().sum::<f64>() / samples.len() as f64;
        let peak = samples.iter().map(|x| (x - mean).abs()).fold(0.0, f64::max);
        let candidates: Vec<FrameCandidates> = times
            .iter()
            .map(|time| self.frame(&samples, time, peak))
            .collect();
        let frames = best_path(&candidates, &self.config)
            .iter()
            .zip(&candidates)
            .map(|(chosen, frame)| PitchFrame {
                frequency: (chosen.frequency > 0.0).then_some(chosen.frequency),
                strength: chosen.strength,
                intensity: frame.intensity,
            })
            .collect();
        Ok(PitchTrack {
            times,
            duration: samples.len() as f64 / rate,
            frames,
        })
    }

    fn frame(&mut self, samples: &[f64], time: f64, global_peak: f64) -> FrameCandidates {
        let grid = SampleTimes::of_rate(f64::from(self.config.sample_rate));
        // The frame's middle lies between two samples; `right` is the later one.
        let right = (grid.position(time).floor() + 1.0).max(0.0) as usize;
        let around = |half: usize| right.saturating_sub(half)..(right + half).min(samples.len());
        let local = &samples[around(self.period_len)];
        let mean = local.iter().sum::<f64>() / local.len().max(1) as f64;
        let half = self.window_len / 2;
        let span = around(half);
        let middle = self.half_period_len.min(half);
        let near = half - middle..half + middle;

        let frame = &samples[span];
        let local_peak = match &mut self.autocorrelation {
            Some(correlation) => largest(&correlation.load(frame, mean)[near], 0.0),
            None => largest(&frame[near.start..near.end.min(frame.len())], mean),
        };
        let intensity = if global_peak > 0.0 {
            (local_peak / global_peak).min(1.0)
        } else {
            0.0
        };
        let unvoiced = Candidate {
            frequency: 0.0,
            strength: 0.0,
        };
        let mut candidates = vec![unvoiced];
        if local_peak > 0.0 {
            let known = self.known_lag;
            let later = &mut self.correlation[known..];
            match &mut self.autocorrelation {
                Some(correlation) => correlation.finish(later),
                None => {
                    let begin = grid.position(time - 0.5 * self.span).floor();
                    let begin = (begin.max(0.0) as usize).min(samples.len());
                    let end = (begin + self.max_lag + self.window_len).min(samples.len());
                    forward_cross_correlation(
                        &samples[begin..end],
                        mean,
                        self.window_len,
                        &mut self.centred,
                        later,
                    );
                }
            }
            for lag in 1..=known {
                self.correlation[known - lag] = self.correlation[known + lag];
            }
            self.find_peaks();
            candidates.extend(self.peaks.iter().map(|peak| peak.candidate));
        }
        FrameCandidates {
            intensity,
            candidates,
        }
    }

    /// The best peaks of the correlation, refined.
    fn find_peaks(&mut self) {
        let rate = f64::from(self.config.sample_rate);
        let known = self.known_lag;
        let at = |lag: usize| self.correlation[known + lag];
        let worth = |candidate: &Candidate| {
            candidate.strength
                - self.config.octave_cost * (self.min_lag_hz / candidate.frequency).log2()
        };
        self.peaks.clear();
        for lag in 2..self.max_lag.min(known) {
            let (before, height, after) = (at(lag - 1), at(lag), at(lag + 1));
            if height <= 0.5 * self.config.voicing_threshold || height <= before || height < after {
                continue;
            }
            let shift = 0.5 * (after - before) / (2.0 * height - before - after);
            let position = lag as f64 + shift;
            let strength =
                sinc::interpolate(&self.correlation, known as f64 + position, COARSE_DEPTH);
            let candidate = Candidate {
                frequency: rate / position,
                strength: mirrored(strength),
            };
            let peak = Peak { lag, candidate };
            if self.peaks.len() + 1 < self.config.n_candidates {
                self.peaks.push(peak);
                continue;
            }
            let weakest = self
                .peaks
                .iter_mut()
                .min_by(|a, b| worth(&a.candidate).total_cmp(&worth(&b.candidate)));
            if let Some(weakest) = weakest.filter(|weak| worth(&weak.candidate) < worth(&candidate))
            {
                *weakest = peak;
            }
        }
        for peak in &mut self.peaks {
            let is_high = peak.candidate.frequency > HIGH_SHARE * rate;
            let depth = if is_high { FINEST_DEPTH } else { self.depth };
            let (position, height) = sinc::maximum(&self.correlation, known + peak.lag, depth);
            peak.candidate = Candidate {
                frequency: rate / (position - known as f64),
                strength: mirrored(height),
            };
        }
    }
}

/// Interpolation can exceed 1, which as a correlation has no meaning.
fn mirrored(strength: f64) -> f64 {
    if strength > 1.0 {
        1.0 / strength
    } else {
        strength
    }
}

fn largest(samples: &[f64], mean: f64) -> f64 {
    samples.iter().map(|x| (x - mean).abs()).fold(0.0, f64::max)
}
