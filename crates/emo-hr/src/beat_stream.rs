use emo_dsp::SampleRate;

use crate::rhythm::{self, Locator, Profile, Rhythm, Window};
use crate::{HrError, Polarity, Refinement};

/// Missing samples up to which the last value holds, in seconds.
const MAX_HOLD_SECONDS: f64 = 1.0;
/// Intervals whose median is the running rate.
const N_RUNNING: usize = 8;
/// Intervals beyond which two beats do not follow upon each other, in seconds.
const MAX_INTERVAL_SECONDS: f64 = 4.0;
/// Beats and seconds for which there is memory from the start.
const CAPACITY: usize = 64;
/// Samples beyond which a position would not tell one from the next.
const MAX_SAMPLES: u64 = 1 << 52;
/// The lowest sample rate.
const MIN_RATE_HZ: f64 = 10.0;
/// The highest sample rate: that of sound cards passes. Memory and the cost of placing a beat grow with it.
const MAX_RATE_HZ: f64 = 50_000.0;
/// The lowest frequency of the mains: that of railways, 16.7 Hz, passes.
pub(crate) const MIN_LINE_HZ: f64 = 10.0;
/// The shortest and the longest lag.
const LAG_SECONDS: std::ops::RangeInclusive<f64> = 0.5..=6.0;

/// The kind of signal in which beats are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeatSignal {
    /// An electrocardiogram: beats are R peaks.
    Ecg,
    /// A photoplethysmogram, its systole upward: beats are systolic peaks.
    Ppg,
}

/// Settings of [`BeatStream`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BeatStreamConfig {
    /// The kind of signal.
    pub signal: BeatSignal,
    /// Rate of the samples, 10 Hz to 50 kHz; 100 Hz and more are usual of an ECG, 25 Hz and more of a PPG.
    pub sample_rate: SampleRate,
    /// Frequency of the mains in Hz, at least 10: over a period of it an ECG is averaged where its peak is looked for.
    /// Default: 50 Hz.
    pub line_hz: f64,
    /// Which way R peaks point; of no concern to a PPG. Default: as the signal shows.
    pub polarity: Polarity,
    /// Where in a beat it is placed. Default: on its peak.
    pub refinement: Refinement,
    /// Seconds for which a decision waits for later beats, 0.5 to 6. Default: 3. A shorter lag makes more errors in a
    /// noisy signal.
    pub lag_seconds: f64,
}

impl BeatStreamConfig {
    /// The defaults for an electrocardiogram.
    pub fn ecg(sample_rate: SampleRate) -> Self {
        Self {
            signal: BeatSignal::Ecg,
            sample_rate,
            line_hz: 50.0,
            polarity: Polarity::default(),
            refinement: Refinement::default(),
            lag_seconds: 1.0,
        }
    }

    /// The defaults for a photoplethysmogram.
    pub fn ppg(sample_rate: SampleRate) -> Self {
        Self {
            signal: BeatSignal::Ppg,
            polarity: Polarity::Upright,
            ..Self::ecg(sample_rate)
        }
    }
}

/// A beat of a [`BeatStream`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StreamBeat {
    /// Its place in samples since the stream began.
    pub position: f64,
    /// The interval that ended with it, in seconds; none at the beginning and after a gap or a pause of more than 4 s.
    #[doc(alias = "RR")]
    pub interval_s: Option<f64>,
    /// 60 s divided by the median of the last eight intervals since a gap, this one included.
    pub bpm: Option<f64>,
}

/// Finds beats in a signal that arrives in pieces.
///
/// Peaks of the envelope (of an ECG the power between 7 and 30 Hz, of a PPG the rise of what is between 0.7 and 5 Hz) are
/// candidates, and the likeliest sequence of them, by their heights and by how evenly they follow, are the beats. Each
/// is reported after [`latency`](Self::latency) samples at the latest and is final then: however the signal is cut into
/// pieces, and whether it is live or a file, the beats are the same. Memory is bounded, and once there was a first beat
/// nothing is allocated, unless one piece holds more than 64 beats or seconds.
///
/// # Missing samples
/// NaN and infinite samples are missing. The last value holds for up to 1 s; beyond that there is a gap: what came before
/// is made final, and the search begins anew after it, with three seconds of learning in which beats are found but
/// reported later. No interval crosses a gap. Where a clock jumps, say how much is missing by [`skip`](Self::skip).
///
/// ```
/// use emo_hr::{BeatStream, BeatStreamConfig, SampleRate};
///
/// let mut stream = BeatStream::new(&BeatStreamConfig::ecg(SampleRate::from_hz(250.0)?))?;
/// let mut beats = Vec::new();
/// for second in 0..20 {
///     // Spikes at 75 bpm, in pieces of one second.
///     let piece: Vec<f32> = (0..250)
///         .map(|n| (-((second * 250 + n) as f32 % 200.0 - 100.0).powi(2) / 8.0).exp())
///         .collect();
///     beats.extend_from_slice(stream.push(&piece));
/// }
/// beats.extend_from_slice(stream.finish());
/// assert_eq!(beats.len(), 25);
/// assert!((beats[24].bpm.unwrap() - 75.0).abs() < 0.1);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
///
/// # References
/// D. P. W. Ellis (2007). Beat tracking by dynamic programming. Journal of New Music Research 36(1).
/// doi:10.1080/09298210701653344. The method for hearts is ours; `docs/heart.md` has its figures.
#[derive(Debug, Clone)]
pub struct BeatStream {
    rate_hz: f64,
    rhythm: Rhythm,
    locator: Locator,
    latency: u64,
    max_hold: u64,
    n_samples: u64,
    /// Missing samples since the last valid one.
    missing: u64,
    held: Option<f32>,
    /// Where the envelope of beats that have just become final peaks.
    about: Vec<f64>,
    beats: Vec<StreamBeat>,
    /// The beat before, if the next one may follow upon it.
    last: Option<StreamBeat>,
    last_position: f64,
    running: Running,
    rates: Vec<f32>,
    next_second: u64,
}

impl BeatStream {
    /// Designs the filters and takes all memory.
    ///
    /// # Errors
    /// - [`HrError::SampleRateTooLow`] below 10 Hz, [`HrError::SampleRateTooHigh`] above 50 kHz.
    /// - [`HrError::InvalidSetting`] for a mains frequency or a lag out of range.
    pub fn new(config: &BeatStreamConfig) -> Result<Self, HrError> {
        let hz = config.sample_rate.hz();
        if hz < MIN_RATE_HZ {
            return Err(HrError::SampleRateTooLow {
                actual_hz: hz,
                required_hz: MIN_RATE_HZ,
            });
        }
        if hz > MAX_RATE_HZ {
            return Err(HrError::SampleRateTooHigh {
                actual_hz: hz,
                max_hz: MAX_RATE_HZ,
            });
        }
        if !(config.line_hz.is_finite() && config.line_hz >= MIN_LINE_HZ) {
            return Err(HrError::InvalidSetting {
                name: "line_hz",
                value: config.line_hz,
                expected: "a finite number of at least 10",
            });
        }
        if !LAG_SECONDS.contains(&config.lag_seconds) {
            return Err(HrError::InvalidSetting {
                name: "lag_seconds",
                value: config.lag_seconds,
                expected: "0.5 to 6",
            });
        }
        let profile: &Profile = match config.signal {
            BeatSignal::Ecg => &rhythm::ECG,
            BeatSignal::Ppg => &rhythm::PPG,
        };
        let window = match (config.signal, config.refinement) {
            (BeatSignal::Ecg, _) => Window {
                before_seconds: 0.06,
                after_seconds: 0.06,
                ground_seconds: 0.05,
                smooth_seconds: 1.0 / config.line_hz,
            },
            (BeatSignal::Ppg, Refinement::Upslope) => Window {
                before_seconds: 0.12,
                after_seconds: 0.12,
                ground_seconds: 0.25,
                smooth_seconds: 0.06,
            },
            (BeatSignal::Ppg, _) => Window {
                before_seconds: 0.05,
                after_seconds: 0.3,
                ground_seconds: 0.25,
                smooth_seconds: 0.04,
            },
        };
        let rhythm = Rhythm::new(profile, config.sample_rate, config.lag_seconds);
        let seconds = |seconds: f64| (seconds * hz).ceil() as u64;
        // Until there are levels, beats wait for them.
        let n_kept = rhythm.latency() + seconds(MAX_INTERVAL_SECONDS + MAX_HOLD_SECONDS);
        let locator = Locator::new(
            window,
            hz,
            n_kept,
            config.refinement,
            match config.signal {
                BeatSignal::Ecg => config.polarity,
                BeatSignal::Ppg => Polarity::Upright,
            },
        );
        Ok(Self {
            rate_hz: hz,
            latency: rhythm.latency() + locator.look_ahead(),
            max_hold: seconds(MAX_HOLD_SECONDS),
            rhythm,
            locator,
            n_samples: 0,
            missing: 0,
            held: None,
            about: Vec::with_capacity(CAPACITY),
            beats: Vec::with_capacity(CAPACITY),
            last: None,
            last_position: f64::NEG_INFINITY,
            running: Running::default(),
            rates: Vec::with_capacity(CAPACITY),
            next_second: 0,
        })
    }

    /// Samples after which a beat is reported at the latest, once three seconds have been seen.
    pub fn latency(&self) -> usize {
        self.latency as usize
    }

    /// Samples so far.
    pub fn n_samples(&self) -> u64 {
        self.n_samples
    }

    /// Whether the lead is taken as inverted; after [`finish`](Self::finish), whether it was.
    pub fn is_inverted(&self) -> bool {
        self.locator.is_inverted()
    }

    /// The positions of all beats of a signal that begins and ends here, and whether its lead was taken as inverted.
    pub(crate) fn beats_of(mut self, signal: &[f32]) -> (Vec<f64>, bool) {
        let mut positions: Vec<f64> = self.push(signal).iter().map(|b| b.position).collect();
        positions.extend(self.finish().iter().map(|b| b.position));
        (positions, self.is_inverted())
    }

    /// Takes the next samples and returns the beats that became final by them, in ascending order.
    pub fn push(&mut self, samples: &[f32]) -> &[StreamBeat] {
        self.beats.clear();
        self.rates.clear();
        for &sample in samples {
            self.take(sample);
        }
        &self.beats
    }

    /// Passes over `n_samples` that are missing, as where a clock has jumped; otherwise as [`push`](Self::push).
    /// What goes beyond sample 2⁵², millennia away, is not passed over.
    pub fn skip(&mut self, n_samples: u64) -> &[StreamBeat] {
        let n_samples = n_samples.min(MAX_SAMPLES.saturating_sub(self.n_samples));
        self.beats.clear();
        self.rates.clear();
        let one_by_one = n_samples.min(self.max_hold + 1);
        for _ in 0..one_by_one {
            self.take(f32::NAN);
        }
        let rest = n_samples - one_by_one;
        if rest == 0 {
            return &self.beats;
        }
        self.n_samples += rest;
        self.missing += rest;
        self.locator.skip(rest);
        self.rhythm.skip(rest);
        let now = (self.n_samples as f64 / self.rate_hz) as u64;
        let unknown = now.saturating_sub(self.next_second).min(CAPACITY as u64);
        let unknown = std::iter::repeat_n(f32::NAN, unknown as usize);
        self.rates.extend(unknown);
        self.next_second = self.next_second.max(now);
        &self.beats
    }

    /// Makes everything final, returns the last beats, and begins anew at sample 0.
    pub fn finish(&mut self) -> &[StreamBeat] {
        self.beats.clear();
        self.rates.clear();
        self.flush();
        self.fill_rates(self.n_samples as f64);
        self.n_samples = 0;
        self.next_second = 0;
        self.last_position = f64::NEG_INFINITY;
        self.missing = 0;
        self.held = None;
        self.rhythm.rewind();
        self.locator.rewind();
        &self.beats
    }

    /// The heart rate in bpm at the whole seconds that became known by the last call; the first is at 0 s.
    ///
    /// Between two beats the intervals that ended with them are interpolated, as by
    /// [`Beats::heart_rate_1hz`](crate::Beats::heart_rate_1hz) with straight lines; between the first two and after a gap
    /// the first interval holds. NaN where there is none: before the first beat, after the last and in gaps. A call of
    /// [`skip`](Self::skip) tells of 64 such seconds at most.
    pub fn rates(&self) -> &[f32] {
        &self.rates
    }

    fn take(&mut self, sample: f32) {
        if self.n_samples == 0 {
            self.locator.forget_polarity();
        }
        self.n_samples += 1;
        if sample.is_finite() {
            if self.missing > self.max_hold || self.held.is_none() {
                self.locator.restart();
            }
            self.missing = 0;
            self.held = Some(sample);
        } else {
            self.missing += 1;
            if self.missing == self.max_hold + 1 {
                self.flush();
                self.held = None;
            }
        }
        match self.held {
            Some(value) => {
                self.locator.push(value);
                let about = &mut self.about;
                self.rhythm
                    .push(f64::from(value), &mut |place| about.push(place));
                self.report();
            }
            None => {
                self.locator.skip(1);
                self.rhythm.skip(1);
            }
        }
        self.give_up_rates();
    }

    fn flush(&mut self) {
        if let Some(held) = self.held {
            let about = &mut self.about;
            self.rhythm
                .finish(f64::from(held), &mut |place| about.push(place));
            self.report();
        }
        self.last = None;
        self.running.clear();
    }

    /// Turns what the rhythm has found into beats.
    fn report(&mut self) {
        for i in 0..self.about.len() {
            let position = self.locator.locate(self.about[i]);
            // Two candidates may share a peak.
            if position < self.last_position + 1.0 {
                continue;
            }
            let interval = self
                .last
                .map(|last| (position - last.position) / self.rate_hz)
                .filter(|interval| *interval <= MAX_INTERVAL_SECONDS);
            match interval {
                Some(interval) => self.running.push(interval),
                None => self.running.clear(),
            }
            let beat = StreamBeat {
                position,
                interval_s: interval,
                bpm: self.running.bpm(),
            };
            self.add_rates(beat);
            self.last = Some(beat);
            self.last_position = position;
            self.beats.push(beat);
        }
        self.about.clear();
    }

    fn add_rates(&mut self, beat: StreamBeat) {
        loop {
            let place = self.next_second as f64 * self.rate_hz;
            if place > beat.position {
                break;
            }
            let bpm = match (self.last, beat.interval_s) {
                (Some(last), Some(to)) if place >= last.position => {
                    let from = last.interval_s.unwrap_or(to);
                    let share = (place - last.position) / (beat.position - last.position);
                    (60.0 / (from + share * (to - from))) as f32
                }
                _ => f32::NAN,
            };
            self.rates.push(bpm);
            self.next_second += 1;
        }
    }

    /// No beat will be reported for seconds that are older than any beat can be.
    fn give_up_rates(&mut self) {
        let oldest =
            (MAX_INTERVAL_SECONDS + MAX_HOLD_SECONDS + 3.0) * self.rate_hz + self.latency as f64;
        self.fill_rates(self.n_samples as f64 - oldest);
    }

    fn fill_rates(&mut self, until: f64) {
        while (self.next_second as f64 * self.rate_hz) < until {
            self.rates.push(f32::NAN);
            self.next_second += 1;
        }
    }
}

/// The last intervals in seconds.
#[derive(Debug, Clone, Default)]
struct Running {
    intervals: [f64; N_RUNNING],
    len: usize,
    at: usize,
}

impl Running {
    fn clear(&mut self) {
        (self.len, self.at) = (0, 0);
    }

    fn push(&mut self, interval: f64) {
        self.intervals[self.at] = interval;
        self.at = (self.at + 1) % N_RUNNING;
        self.len = (self.len + 1).min(N_RUNNING);
    }

    fn bpm(&self) -> Option<f64> {
        let mut sorted = self.intervals;
        let sorted = &mut sorted[..self.len];
        sorted.sort_unstable_by(f64::total_cmp);
        let middle = self.len / 2;
        match self.len {
            0 => None,
            n if n % 2 == 1 => Some(60.0 / sorted[middle]),
            _ => Some(120.0 / (sorted[middle - 1] + sorted[middle])),
        }
    }
}
