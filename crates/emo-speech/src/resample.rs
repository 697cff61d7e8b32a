use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::SpeechError;
use crate::signal::{check_sample_rate, check_signal, to_f32};

/// Shortest anti-aliasing filter in samples of the lower rate.
///
/// With rubato's squared Blackman–Harris window the transition band is then the last 9 % below half of that rate, as in
/// soxr's high-quality setting, which is librosa's default.
const MIN_FILTER_LEN: usize = 288;

/// Band-limited conversion from one sample rate to another, planned once.
///
/// An anti-aliasing filter of linear phase, applied block by block in the frequency domain, whose delay is removed:
/// output sample `k` is at the time of input sample `k · from / to`. Zeros are assumed outside the signal.
///
/// ```
/// use emo_speech::Resampler;
///
/// let mut resampler = Resampler::new(16_000, 22_050)?;
/// assert_eq!(resampler.process(&vec![0.1; 40_000])?.len(), 55_125);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug)]
pub struct Resampler {
    from: u32,
    to: u32,
    /// `None` where the rates are equal.
    blocks: Option<Blocks>,
}

#[derive(Debug)]
struct Blocks {
    fft: Fft<f64>,
    input: Vec<f64>,
    output: Vec<f64>,
}

impl Resampler {
    /// Plans the conversion between two rates in Hz.
    ///
    /// The filter is computed in blocks whose lengths are multiples of `from` and `to` over their greatest common
    /// divisor; rates that have none in common make large blocks.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`] for either rate.
    pub fn new(from: u32, to: u32) -> Result<Self, SpeechError> {
        check_sample_rate(from)?;
        check_sample_rate(to)?;
        let blocks = (from != to).then(|| Blocks::new(from as usize, to as usize));
        Ok(Self { from, to, blocks })
    }

    /// The input's rate in Hz.
    pub fn from_rate(&self) -> u32 {
        self.from
    }

    /// The output's rate in Hz.
    pub fn to_rate(&self) -> u32 {
        self.to
    }

    /// Length of the output for an input of `n_samples` samples: `n_samples · to / from`, rounded up.
    ///
    /// Saturates at `usize::MAX`.
    pub fn output_len(&self, n_samples: usize) -> usize {
        let scaled = n_samples as u128 * u128::from(self.to);
        usize::try_from(scaled.div_ceil(u128::from(self.from))).unwrap_or(usize::MAX)
    }

    /// Converts a whole signal.
    ///
    /// Equal rates return the signal unchanged. A magnitude beyond `f32::MAX`, which only filtering near that limit
    /// can make, is given as `f32::MAX`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn process(&mut self, samples: &[f32]) -> Result<Vec<f32>, SpeechError> {
        check_signal(samples)?;
        let mut output = vec![0.0; self.output_len(samples.len())];
        self.process_into(samples, &mut output);
        Ok(output)
    }

    /// Fills `output` with the conversion of a checked signal, which is followed by zeros.
    pub(crate) fn process_into(&mut self, samples: &[f32], output: &mut [f32]) {
        match &mut self.blocks {
            Some(blocks) => blocks.process_into(samples, output),
            None => {
                let (head, tail) = output.split_at_mut(samples.len().min(output.len()));
                head.copy_from_slice(&samples[..head.len()]);
                tail.fill(0.0);
            }
        }
    }
}

impl Blocks {
    fn new(from: usize, to: usize) -> Self {
        let divisor = greatest_common_divisor(from, to);
        let (unit_in, unit_out) = (from / divisor, to / divisor);
        let n_units = MIN_FILTER_LEN.div_ceil(unit_in.min(unit_out));
        let fft = Fft::new_custom(
            from,
            to,
            n_units * unit_in,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .expect("rates and block length are positive");
        Self {
            input: vec![0.0; fft.input_frames_next()],
            output: vec![0.0; fft.output_frames_next()],
            fft,
        }
    }

    /// The filter is as long as a block and delays by half of that, which is not a whole number of output samples for
    /// every pair of rates. The rest of a block in zeros goes ahead of the signal, and the first block of output is
    /// dropped.
    fn process_into(&mut self, samples: &[f32], output: &mut [f32]) {
        let block_len = self.input.len();
        let n_ahead = block_len - block_len / 2;
        let (first, rest) = samples.split_at(samples.len().min(block_len - n_ahead));
        self.fft.reset();
        self.process_block(n_ahead, first);
        let mut blocks = rest.chunks(block_len);
        for part in output.chunks_mut(self.output.len()) {
            self.process_block(0, blocks.next().unwrap_or_default());
            for (sample, &value) in part.iter_mut().zip(&self.output) {
                *sample = to_f32(value);
            }
        }
    }

    fn process_block(&mut self, n_ahead: usize, samples: &[f32]) {
        self.input.fill(0.0);
        for (x, &sample) in self.input[n_ahead..].iter_mut().zip(samples) {
            *x = f64::from(sample);
        }
        let (len_in, len_out) = (self.input.len(), self.output.len());
        let input = InterleavedSlice::new(&self.input, 1, len_in).expect("one channel");
        let mut output =
            InterleavedSlice::new_mut(&mut self.output, 1, len_out).expect("one channel");
        self.fft
            .process_into_buffer(&input, &mut output, None)
            .expect("the buffers have the plan's block lengths");
    }
}

/// Converts a whole signal between two sample rates in Hz.
///
/// The output has `samples.len() · to / from` samples, rounded up, as that of `librosa.resample`. See [`Resampler`],
/// which plans once for many signals.
///
/// Against soxr's high-quality setting, librosa's default, the tests hold the largest difference for tones in the pass
/// band to 5 · 10⁻⁵ of full scale (8 · 10⁻⁵ from 44.1 to 16 kHz), and for speech that is cut out in mid-word to 10⁻³.
/// The last 9 % below half of the lower rate are the transition band, where filters differ by design.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// let telephone = vec![0.0; 8_000];
/// assert_eq!(emo_speech::resample(&telephone, 8_000, 16_000)?.len(), 16_000);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, SpeechError> {
    Resampler::new(from, to)?.process(samples)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}
