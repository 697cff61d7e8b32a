use super::centred_frames::CentredFrames;
use super::difference::Difference;
use super::pitch_states::{PitchStates, State};
use super::yin::YinConfig;
use crate::SpeechError;
use crate::signal::{check_number, check_range, check_signal, check_signal_from};

/// Number of thresholds that are tried.
const N_THRESHOLDS: usize = 100;
/// How fast the weight of a trough falls with its rank.
const BOLTZMANN: f64 = 2.0;

/// Settings of [`Pyin`] and [`PyinStream`].
///
/// The defaults are those of `librosa.pyin` 0.11, for speech from 65 to 500 Hz. As there, 100 thresholds have a prior of
/// Beta(2, 18), and the troughs below one are weighted by a Boltzmann distribution of parameter 2.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PyinConfig {
    /// Frames and frequencies; the threshold is not used.
    pub yin: YinConfig,
    /// Steps of the pitch scale for each semitone; default 10.
    pub bins_per_semitone: usize,
    /// How fast pitch may move, in octaves per second; default 35.92.
    pub max_transition_rate: f64,
    /// Probability that voicing changes from one frame to the next; default 0.01.
    #[doc(alias = "switch_prob")]
    pub switch_probability: f64,
    /// Weight of the lowest trough where none is below a threshold; default 0.01.
    #[doc(alias = "no_trough_prob")]
    pub no_trough_probability: f64,
}

impl PyinConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            yin: YinConfig::new(sample_rate),
            bins_per_semitone: 10,
            max_transition_rate: 35.92,
            switch_probability: 0.01,
            no_trough_probability: 0.01,
        }
    }

    /// With the frames of [`YinConfig::for_stream`].
    pub fn for_stream(sample_rate: u32) -> Self {
        Self {
            yin: YinConfig::for_stream(sample_rate),
            ..Self::new(sample_rate)
        }
    }
}

/// What [`Pyin`] decides on a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PyinFrame {
    /// In Hz, on a scale of `bins_per_semitone`; `None` where the frame is not voiced.
    pub frequency: Option<f64>,
    /// How probable it is from the frame alone that it is voiced, from 0 to 1.
    pub voiced_probability: f64,
}

/// Fundamental frequency and voicing of a whole signal by probabilistic YIN.
///
/// As `librosa.pyin` 0.11: every trough of the [`Yin`](crate::Yin) difference is a candidate with the probability that
/// thresholds give it, and the most probable path through pitch and voicing is taken. Frames are centred on every
/// `hop_len`-th sample.
///
/// ```
/// use emo_speech::{Pyin, PyinConfig};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
/// let frames = Pyin::new(PyinConfig::new(16_000))?.compute(&tone)?;
/// let f0 = frames[16].frequency.expect("a tone has a pitch");
/// assert!((f0 - 127.32).abs() < 0.5);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// M. Mauch, S. Dixon, pYIN: a fundamental frequency estimator using probabilistic threshold distributions, ICASSP 2014,
/// doi:10.1109/ICASSP.2014.6853678.
#[derive(Debug, Clone)]
pub struct Pyin {
    model: Model,
    frames: CentredFrames,
}

impl Pyin {
    /// Plans transforms and tables.
    ///
    /// # Errors
    /// Those of [`Yin::new`](crate::Yin::new), for the other fields too.
    pub fn new(config: PyinConfig) -> Result<Self, SpeechError> {
        let (model, frames) = Model::new(config)?;
        Ok(Self { model, frames })
    }

    /// The settings.
    pub fn config(&self) -> &PyinConfig {
        &self.model.config
    }

    /// The frames of a whole signal.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn compute(&mut self, samples: &[f32]) -> Result<Vec<PyinFrame>, SpeechError> {
        check_signal(samples)?;
        let Self { model, frames } = self;
        model.states.reset();
        frames.reset();
        let n_states = model.states.n_states();
        let mut origins: Vec<State> = Vec::new();
        let mut probabilities = Vec::with_capacity(frames.n_frames(samples.len()));
        let mut take = |frame: &[f64]| {
            origins.resize(origins.len() + n_states, State::START);
            let begin = origins.len() - n_states;
            probabilities.push(model.step(frame, &mut origins[begin..]));
        };
        frames.push(samples, &mut take);
        frames.finish(&mut take);

        let mut state = model.states.best();
        let mut track: Vec<PyinFrame> = Vec::with_capacity(probabilities.len());
        for (origins, probability) in origins.chunks_exact(n_states).zip(&probabilities).rev() {
            track.push(model.frame(state, *probability));
            state = state.origin(origins);
        }
        track.reverse();
        Ok(track)
    }
}

/// [`Pyin`] for a live source: each frame is decided a fixed number of frames later.
///
/// Probabilities are those of [`Pyin::compute`] to the bit, however the signal is cut. The path is the most probable one
/// as far as it is known `lag` frames later, so that a decision that only a later frame would overturn stands. After the
/// construction no memory is allocated.
///
/// ```
/// use emo_speech::{PyinConfig, PyinStream};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
/// let mut stream = PyinStream::new(PyinConfig::for_stream(16_000), 10)?;
/// let mut n_voiced = 0;
/// for ten_ms in tone.chunks(160) {
///     stream.push(ten_ms, |frame| n_voiced += usize::from(frame.frequency.is_some()))?;
/// }
/// stream.finish(|frame| n_voiced += usize::from(frame.frequency.is_some()));
/// assert!(n_voiced > 95);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PyinStream {
    model: Model,
    frames: CentredFrames,
    path: RecentPath,
}

/// The latest frames, those that are still to be decided.
#[derive(Debug, Clone)]
struct RecentPath {
    lag: usize,
    n_states: usize,
    /// Rings of `lag` + 1 frames.
    origins: Vec<State>,
    probabilities: Vec<f64>,
    n_taken: usize,
    n_given: usize,
}

impl PyinStream {
    /// Plans everything and reserves all memory; a frame is decided when `lag` more, at most 1000, have come.
    ///
    /// # Errors
    /// Those of [`Pyin::new`]; [`SpeechError::ConfigOutOfRange`] for the lag.
    pub fn new(config: PyinConfig, lag: usize) -> Result<Self, SpeechError> {
        check_range("lag", lag, 0, 1000)?;
        let (model, frames) = Model::new(config)?;
        let n_states = model.states.n_states();
        Ok(Self {
            path: RecentPath {
                lag,
                n_states,
                origins: vec![State::START; (lag + 1) * n_states],
                probabilities: vec![0.0; lag + 1],
                n_taken: 0,
                n_given: 0,
            },
            model,
            frames,
        })
    }

    /// The settings.
    pub fn config(&self) -> &PyinConfig {
        &self.model.config
    }

    /// How many samples after the middle of a frame it is decided.
    pub fn latency(&self) -> usize {
        let yin = &self.model.config.yin;
        yin.frame_len.div_ceil(2) + self.path.lag * yin.hop_len
    }

    /// Takes the next samples and hands out each frame that is decided.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`] with the position in the stream; none of the samples is taken then.
    pub fn push(
        &mut self,
        samples: &[f32],
        mut on_frame: impl FnMut(PyinFrame),
    ) -> Result<(), SpeechError> {
        check_signal_from(samples, self.frames.n_samples())?;
        let Self {
            model,
            frames,
            path,
        } = self;
        frames.push(samples, |frame| path.take(model, frame, &mut on_frame));
        Ok(())
    }

    /// Ends the stream, hands out all frames that are left, and begins anew.
    pub fn finish(&mut self, mut on_frame: impl FnMut(PyinFrame)) {
        let Self {
            model,
            frames,
            path,
        } = self;
        frames.finish(|frame| path.take(model, frame, &mut on_frame));
        while path.n_given < path.n_taken {
            on_frame(path.decide(model));
        }
        self.reset();
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.model.states.reset();
        self.frames.reset();
        (self.path.n_taken, self.path.n_given) = (0, 0);
    }
}

impl RecentPath {
    fn take(&mut self, model: &mut Model, frame: &[f64], on_frame: &mut impl FnMut(PyinFrame)) {
        let slot = self.n_taken % (self.lag + 1);
        let begin = slot * self.n_states;
        self.probabilities[slot] =
            model.step(frame, &mut self.origins[begin..begin + self.n_states]);
        self.n_taken += 1;
        if self.n_taken > self.lag {
            on_frame(self.decide(model));
        }
    }

    /// The oldest frame that was not given, on the best path to the latest.
    fn decide(&mut self, model: &Model) -> PyinFrame {
        let mut state = model.states.best();
        for index in (self.n_given + 1..self.n_taken).rev() {
            let begin = index % (self.lag + 1) * self.n_states;
            state = state.origin(&self.origins[begin..begin + self.n_states]);
        }
        let probability = self.probabilities[self.n_given % (self.lag + 1)];
        self.n_given += 1;
        model.frame(state, probability)
    }
}

/// From a frame to the probabilities of its pitches, and on through the states.
#[derive(Debug, Clone)]
struct Model {
    config: PyinConfig,
    difference: Difference,
    states: PitchStates,
    /// Prior of each threshold.
    prior: [f64; N_THRESHOLDS],
    troughs: Vec<Trough>,
    /// Probability of each bin.
    voiced: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Trough {
    index: usize,
    height: f64,
    probability: f64,
}

impl Model {
    fn new(config: PyinConfig) -> Result<(Self, CentredFrames), SpeechError> {
        let (frames, difference) = config.yin.plan()?;
        check_range("bins_per_semitone", config.bins_per_semitone, 1, 100)?;
        check_number(
            "max_transition_rate",
            config.max_transition_rate,
            0.0,
            1000.0,
        )?;
        check_number("switch_probability", config.switch_probability, 0.0, 1.0)?;
        check_number(
            "no_trough_probability",
            config.no_trough_probability,
            0.0,
            1.0,
        )?;
        let yin = &config.yin;
        let bins_per_octave = (12 * config.bins_per_semitone) as f64;
        let octaves = (yin.max_frequency / yin.min_frequency).log2();
        let n_bins = (bins_per_octave * octaves).floor() as usize + 1;
        let hop = yin.hop_len as f64 / f64::from(yin.sample_rate);
        let semitones = (config.max_transition_rate * 12.0 * hop).round_ties_even() as usize;
        // The window of transitions is one longer than the bins of these semitones, and centred.
        let reach = (semitones * config.bins_per_semitone).div_ceil(2);
        let n_periods = difference.values().len();
        let model = Self {
            states: PitchStates::new(n_bins, reach, config.switch_probability),
            prior: threshold_prior(),
            troughs: Vec::with_capacity(n_periods),
            voiced: vec![0.0; n_bins],
            difference,
            config,
        };
        Ok((model, frames))
    }

    /// Takes a frame and returns the probability that it is voiced.
    fn step(&mut self, frame: &[f64], origins: &mut [State]) -> f64 {
        self.difference.compute(frame);
        self.find_troughs();
        self.voiced.fill(0.0);
        let yin = &self.config.yin;
        let rate = f64::from(yin.sample_rate);
        let bins_per_octave = (12 * self.config.bins_per_semitone) as f64;
        for trough in self
            .troughs
            .iter()
            .filter(|trough| trough.probability > 0.0)
        {
            let frequency = rate / self.difference.period(trough.index);
            let bin = bins_per_octave * (frequency / yin.min_frequency).log2();
            // As in librosa, of two troughs in a bin the later one counts, and one above the highest bin is lost.
            if let Some(voiced) = self.voiced.get_mut(bin.round_ties_even().max(0.0) as usize) {
                *voiced = trough.probability;
            }
        }
        let probability = self.voiced.iter().sum::<f64>().clamp(0.0, 1.0);
        let unvoiced = (1.0 - probability) / self.voiced.len() as f64;
        self.states.step(&self.voiced, unvoiced, origins);
        probability
    }

    /// The troughs of the difference and what each gains from all thresholds.
    fn find_troughs(&mut self) {
        self.troughs.clear();
        for (index, &height) in self.difference.values().iter().enumerate() {
            if self.difference.is_trough(index) {
                self.troughs.push(Trough {
                    index,
                    height,
                    probability: 0.0,
                });
            }
        }
        let lowest = |a: &&mut Trough, b: &&mut Trough| a.height.total_cmp(&b.height);
        for (number, prior) in self.prior.iter().enumerate() {
            let threshold = (number + 1) as f64 / N_THRESHOLDS as f64;
            let n_below = self.troughs.iter().filter(|t| t.height < threshold).count();
            if n_below == 0 {
                if let Some(trough) = self.troughs.iter_mut().min_by(lowest) {
                    trough.probability += self.config.no_trough_probability * prior;
                }
                continue;
            }
            let scale = (1.0 - (-BOLTZMANN).exp()) / (1.0 - (-BOLTZMANN * n_below as f64).exp());
            let mut share = prior * scale;
            for trough in self.troughs.iter_mut().filter(|t| t.height < threshold) {
                trough.probability += share;
                share *= (-BOLTZMANN).exp();
            }
        }
    }

    fn frame(&self, state: State, voiced_probability: f64) -> PyinFrame {
        let bins_per_octave = (12 * self.config.bins_per_semitone) as f64;
        let frequency = state
            .voiced_bin(self.voiced.len())
            .map(|bin| self.config.yin.min_frequency * (bin as f64 / bins_per_octave).exp2());
        PyinFrame {
            frequency,
            voiced_probability,
        }
    }
}

/// Shares of the distribution Beta(2, 18) between equally spaced thresholds.
///
/// Its cumulative distribution is the probability of two successes or more in 19 trials.
fn threshold_prior() -> [f64; N_THRESHOLDS] {
    let cumulative = |k: usize| {
        let q = 1.0 - k as f64 / N_THRESHOLDS as f64;
        1.0 - q.powi(19) - 19.0 * (1.0 - q) * q.powi(18)
    };
    std::array::from_fn(|k| cumulative(k + 1) - cumulative(k))
}
