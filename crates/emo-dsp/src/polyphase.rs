use crate::dot::dot;
use crate::fft::checked_len;
use crate::filter::{check_finite, check_overflow};
use crate::fir_design::windowed;
use crate::{DspError, FilterBand, SampleRate, Window};

/// Zeros of the ideal low-pass on each side of its peak that the filter keeps, as SciPy.
const HALF_ZEROS: usize = 10;

/// Samples that are taken in at once.
const BLOCK_LEN: usize = 1024;

/// Settings of [`Polyphase`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PolyphaseConfig {
    /// Samples out for every `down` samples in.
    pub up: usize,
    /// Samples in for every `up` samples out.
    pub down: usize,
    /// Window of the low-pass, symmetric. Default: Kaiser with β 5, as SciPy.
    pub window: Window,
}

impl PolyphaseConfig {
    /// The default for `up` samples out per `down` samples in.
    pub fn new(up: usize, down: usize) -> Self {
        Self {
            up,
            down,
            window: Window::Kaiser { beta: 5.0 },
        }
    }

    /// From one rate to another, both whole millihertz.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a rate that is not a whole number of millihertz.
    ///
    /// ```
    /// use emo_dsp::{PolyphaseConfig, SampleRate};
    ///
    /// let (ecg, target) = (SampleRate::from_hz(250.0)?, SampleRate::from_hz(128.0)?);
    /// let config = PolyphaseConfig::between(ecg, target)?;
    /// assert_eq!((config.up, config.down), (64, 125));
    /// # Ok::<(), emo_dsp::DspError>(())
    /// ```
    pub fn between(from: SampleRate, to: SampleRate) -> Result<Self, DspError> {
        let millihertz = |rate: SampleRate| {
            let value = rate.hz() * 1000.0;
            let whole = value.round();
            if (value - whole).abs() <= 1e-9 * value && (1.0..1e15).contains(&whole) {
                Ok(whole as usize)
            } else {
                Err(DspError::InvalidSetting {
                    name: "sample rate in Hz",
                    value: rate.hz(),
                    expected: "a whole number of millihertz",
                })
            }
        };
        let (up, down) = (millihertz(to)?, millihertz(from)?);
        let divisor = gcd(up, down);
        Ok(Self::new(up / divisor, down / divisor))
    }
}

/// Conversion of the sample rate by a ratio of whole numbers, as SciPy's `resample_poly`.
///
/// The signal is thought of as interleaved with zeros to `up` times its rate, filtered by a windowed low-pass of
/// `20 · max(up, down) + 1` weights and thinned to one in `down`; only what is kept is computed. Outside the signal
/// there are zeros.
///
/// ```
/// use emo_dsp::{Polyphase, PolyphaseConfig};
///
/// let converter = Polyphase::new(&PolyphaseConfig::new(25, 32))?;
/// let signal: Vec<f64> = (0..1280).map(|n| (0.2 * f64::from(n)).sin()).collect();
/// let whole = converter.compute(&signal)?;
/// assert_eq!(whole.len(), 1000);
///
/// // The same, bit for bit, as the samples come.
/// let (mut stream, mut pieces) = (converter.stream(), Vec::new());
/// for piece in signal.chunks(50) {
///     stream.push(piece, &mut pieces)?;
/// }
/// stream.finish(&mut pieces);
/// assert_eq!(pieces, whole);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Polyphase {
    up: usize,
    down: usize,
    /// Half the filter's length, in samples at `up` times the rate.
    half_len: usize,
    /// The filter's weights `[up, phase_len]`, those of an output's phase side by side, the latest input's last.
    phases: Vec<f64>,
    phase_len: usize,
}

impl Polyphase {
    /// Designs the low-pass.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a ratio of 0 to something, one whose filter would exceed 2²⁶ weights, or an
    /// invalid window.
    pub fn new(config: &PolyphaseConfig) -> Result<Self, DspError> {
        for (name, value) in [("up", config.up), ("down", config.down)] {
            if value == 0 {
                return Err(DspError::InvalidSetting {
                    name,
                    value: 0.0,
                    expected: "at least 1",
                });
            }
        }
        let divisor = gcd(config.up, config.down);
        let (up, down) = (config.up / divisor, config.down / divisor);
        let largest = up.max(down);
        let half_len = if largest == 1 {
            0
        } else {
            largest.saturating_mul(HALF_ZEROS)
        };
        let n_taps = half_len.saturating_mul(2).saturating_add(1);
        checked_len("n_taps", n_taps)?;
        let taps = if largest == 1 {
            vec![1.0]
        } else {
            let band = FilterBand::LowPass {
                cutoff_hz: 1.0 / largest as f64,
            };
            windowed(n_taps, band, config.window, SampleRate::from_hz(2.0)?)?
        };
        let phase_len = n_taps.div_ceil(up);
        let mut phases = vec![0.0; up * phase_len];
        for (index, tap) in taps.iter().enumerate() {
            let (phase, age) = (index % up, index / up);
            phases[phase * phase_len + phase_len - 1 - age] = tap * up as f64;
        }
        Ok(Self {
            up,
            down,
            half_len,
            phases,
            phase_len,
        })
    }

    /// Samples out of `len` samples in: `⌈len · up / down⌉`.
    pub fn output_len(&self, len: usize) -> usize {
        let len = (len as u128 * self.up as u128).div_ceil(self.down as u128);
        usize::try_from(len).unwrap_or(usize::MAX)
    }

    /// How many samples after its own time an output needs, in samples of the input: 10, or `10 · down / up` when the
    /// rate falls.
    pub fn latency(&self) -> usize {
        self.half_len.div_ceil(self.up)
    }

    /// The whole signal at the other rate; [`output_len`](Self::output_len) samples.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        check_finite(signal)?;
        let mut output = Vec::with_capacity(self.output_len(signal.len()));
        let mut stream = self.stream();
        stream.push(signal, &mut output)?;
        stream.finish(&mut output);
        check_overflow(&output)?;
        Ok(output)
    }

    /// The same conversion of a stream.
    pub fn stream(&self) -> PolyphaseStream {
        let mut history = Vec::with_capacity(self.phase_len - 1 + BLOCK_LEN);
        history.resize(self.phase_len - 1, 0.0);
        PolyphaseStream {
            history,
            n_dropped: 0,
            n_in: 0,
            n_out: 0,
            position: self.half_len,
            plan: self.clone(),
        }
    }
}

/// A conversion with its history, for a signal that arrives in pieces.
///
/// However the signal is cut, the output is that of [`Polyphase::compute`], bit for bit. Allocates nothing but for
/// `output`, where that lacks room.
#[derive(Debug, Clone)]
pub struct PolyphaseStream {
    plan: Polyphase,
    /// The inputs that are still needed, as many zeros as a phase is long (less one) before the first of all.
    history: Vec<f64>,
    /// Samples that have left the history.
    n_dropped: usize,
    n_in: usize,
    n_out: usize,
    /// The next output's latest weight that touches the signal, in samples at `up` times the rate.
    position: usize,
}

impl PolyphaseStream {
    /// Takes the next piece of the signal and appends what can be computed by now.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample; the piece is then not taken.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn push(&mut self, piece: &[f64], output: &mut Vec<f64>) -> Result<(), DspError> {
        check_finite(piece)?;
        self.n_in += piece.len();
        let begin = output.len();
        for block in piece.chunks(BLOCK_LEN) {
            self.take(block, usize::MAX, output);
        }
        check_overflow(&output[begin..])
    }

    /// Ends the signal and appends the rest; the stream then starts anew.
    pub fn finish(&mut self, output: &mut Vec<f64>) {
        const ZEROS: [f64; 64] = [0.0; 64];
        let n_out = self.plan.output_len(self.n_in);
        while self.n_out < n_out {
            self.take(&ZEROS, n_out, output);
        }
        self.reset();
    }

    /// How many samples after its own time an output needs; see [`Polyphase::latency`].
    pub fn latency(&self) -> usize {
        self.plan.latency()
    }

    /// Back to the start.
    pub fn reset(&mut self) {
        self.history.clear();
        self.history.resize(self.plan.phase_len - 1, 0.0);
        (self.n_dropped, self.n_in, self.n_out) = (0, 0, 0);
        self.position = self.plan.half_len;
    }

    fn take(&mut self, block: &[f64], n_out: usize, output: &mut Vec<f64>) {
        let Polyphase {
            up,
            down,
            phase_len,
            ..
        } = self.plan;
        self.history.extend_from_slice(block);
        loop {
            // The latest input of the next output; the history begins `phase_len − 1` samples before the signal.
            let begin = self.position / up - self.n_dropped;
            if begin + phase_len > self.history.len() || self.n_out >= n_out {
                break;
            }
            let weights = &self.plan.phases[self.position % up * phase_len..][..phase_len];
            output.push(dot(weights, &self.history[begin..][..phase_len]));
            self.n_out += 1;
            self.position += down;
        }
        let n_spent = (self.position / up - self.n_dropped).min(self.history.len());
        self.history.drain(..n_spent);
        self.n_dropped += n_spent;
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
