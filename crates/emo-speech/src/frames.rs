use std::ops::Range;

use ndarray::Array2;
use realfft::num_complex::Complex32;

use crate::frame::{Framing, MAX_FRAME_LEN};
use crate::packed_fft::PackedFft;
use crate::signal::{check_finite, check_range, check_sample_rate, check_signal, to_f32};
use crate::transform::{Fft, Transform};
use crate::{Edges, SpeechError, Window};

/// Whose conventions frames, mel bands and cepstra follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FramePreset {
    /// librosa 0.11: centred frames of 2048 samples with a hop of 512, periodic Hann window.
    Librosa,
    /// Kaldi: whole frames of 25 ms with a hop of 10 ms, mean removed, pre-emphasis of 0.97, Povey window, samples
    /// scaled as 16-bit integers; no dither.
    Kaldi,
    /// HTK: whole frames of 25 ms with a hop of 10 ms, pre-emphasis of 0.97, Hamming window, samples scaled as 16-bit
    /// integers.
    Htk,
    /// python_speech_features 0.6: frames of 25 ms with a hop of 10 ms, the last one padded, pre-emphasis of 0.97
    /// across the signal, no window, samples scaled as 16-bit integers, power divided by the transform's length.
    PythonSpeechFeatures,
}

/// Where pre-emphasis, `x[n] − a · x[n − 1]`, happens.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum PreEmphasis {
    /// Nowhere.
    #[default]
    None,
    /// Across the signal, whose first sample remains.
    Signal(f64),
    /// In each frame, whose first sample is multiplied by `1 − a`, as in Kaldi and HTK.
    Frame(f64),
}

/// What the squared magnitudes of a spectrum are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PowerNorm {
    /// Nothing.
    #[default]
    None,
    /// The length of the transform, as in python_speech_features.
    FftLen,
}

/// The number type of a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Precision {
    /// Double precision.
    #[default]
    Double,
    /// Single precision, which takes half the time. A bin is off by about 10⁻⁷ of the strongest of its frame, so that of
    /// magnitudes 60 dB below that one four digits are right. librosa's transforms of `float32` are such. A transform of
    /// odd length remains in double precision.
    Single,
}

/// How a signal is cut into frames, and what happens to each before its transform.
///
/// ```
/// use emo_speech::{FramePreset, FramesConfig, Window};
///
/// let mut config = FramesConfig::new(FramePreset::Kaldi, 16_000);
/// assert_eq!((config.frame_len, config.hop_len, config.n_fft), (400, 160, 512));
/// config.window = Window::Hamming;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FramesConfig {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Length of a frame in samples.
    #[doc(alias = "win_length")]
    pub frame_len: usize,
    /// Distance of two frames in samples.
    #[doc(alias = "hop_length")]
    pub hop_len: usize,
    /// Length of the transform in samples, at least `frame_len`; the rest of it is zeros.
    pub n_fft: usize,
    /// Where the frames lie.
    #[doc(alias = "snip_edges")]
    #[doc(alias = "center")]
    pub edges: Edges,
    /// How samples are weighted.
    pub window: Window,
    /// Attenuation of low frequencies.
    pub pre_emphasis: PreEmphasis,
    /// Whether the mean of each frame is subtracted, before the pre-emphasis.
    pub remove_dc: bool,
    /// What samples are multiplied by: 1, or 32768 where the convention takes 16-bit integers.
    pub scale: f64,
    /// What powers are divided by.
    pub power_norm: PowerNorm,
    /// The number type of the transform; default double precision.
    pub precision: Precision,
}

impl FramesConfig {
    /// The settings of a preset at a sample rate in Hz.
    pub fn new(preset: FramePreset, sample_rate: u32) -> Self {
        // Kaldi and HTK cut 25 and 10 ms off to whole samples, python_speech_features rounds them half up.
        let rate = sample_rate as usize;
        let cut = |millis: usize| rate * millis / 1000;
        let rounded = |millis: usize| (2 * rate * millis + 1000) / 2000;
        let (frame_len, hop_len) = match preset {
            FramePreset::Librosa => (2048, 512),
            FramePreset::Kaldi | FramePreset::Htk => (cut(25), cut(10)),
            FramePreset::PythonSpeechFeatures => (rounded(25), rounded(10)),
        };
        let librosa = Self {
            sample_rate,
            frame_len,
            hop_len,
            n_fft: frame_len.next_power_of_two(),
            edges: Edges::CentredZeros,
            window: Window::PeriodicHann,
            pre_emphasis: PreEmphasis::None,
            remove_dc: false,
            scale: 1.0,
            power_norm: PowerNorm::None,
            precision: Precision::Double,
        };
        match preset {
            FramePreset::Librosa => librosa,
            FramePreset::Kaldi => Self {
                edges: Edges::Whole,
                window: Window::Povey,
                pre_emphasis: PreEmphasis::Frame(0.97),
                remove_dc: true,
                scale: 32_768.0,
                ..librosa
            },
            FramePreset::Htk => Self {
                edges: Edges::Whole,
                window: Window::Hamming,
                pre_emphasis: PreEmphasis::Frame(0.97),
                scale: 32_768.0,
                ..librosa
            },
            FramePreset::PythonSpeechFeatures => Self {
                edges: Edges::PaddedEnd,
                window: Window::Rectangular,
                pre_emphasis: PreEmphasis::Signal(0.97),
                scale: 32_768.0,
                power_norm: PowerNorm::FftLen,
                ..librosa
            },
        }
    }
}

/// The frames of a signal and their spectra, planned once.
///
/// ```
/// use emo_speech::{FramePreset, Frames, FramesConfig};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.2).sin()).collect();
/// let mut frames = Frames::new(FramesConfig::new(FramePreset::Kaldi, 16_000))?;
/// assert_eq!(frames.power(&tone)?.dim(), (257, 98));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Frames {
    config: FramesConfig,
    framing: Framing,
    samples: Vec<f32>,
    prepared: Vec<f64>,
    transform: Transform,
    power: Vec<f64>,
    /// Empty unless asked for.
    magnitude: Vec<f64>,
}

impl Frames {
    /// Plans window and transform.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::ConfigOutOfRange`] for a length outside 1 to 2²⁰ or an
    /// `n_fft` below 2 or `frame_len`; [`SpeechError::NotFinite`] for the pre-emphasis or the scale.
    pub fn new(config: FramesConfig) -> Result<Self, SpeechError> {
        check_sample_rate(config.sample_rate)?;
        let framing = Framing::with_edges(config.frame_len, config.hop_len, config.edges)?;
        check_range(
            "n_fft",
            config.n_fft,
            config.frame_len.max(2),
            MAX_FRAME_LEN,
        )?;
        check_finite("scale", config.scale)?;
        if let PreEmphasis::Signal(a) | PreEmphasis::Frame(a) = config.pre_emphasis {
            check_finite("pre_emphasis", a)?;
        }
        let weights = config.window.weights(config.frame_len);
        let window: Vec<f64> = weights.iter().map(|weight| weight * config.scale).collect();
        Ok(Self {
            samples: vec![0.0; config.frame_len],
            prepared: vec![0.0; config.frame_len],
            transform: if config.precision == Precision::Single && config.n_fft.is_multiple_of(2) {
                Transform::Single(PackedFft::new(&window, config.n_fft))
            } else {
                Transform::Double(Fft::new(&window, config.n_fft))
            },
            power: vec![0.0; config.n_fft / 2 + 1],
            magnitude: Vec::new(),
            config,
            framing,
        })
    }

    /// The settings.
    pub fn config(&self) -> &FramesConfig {
        &self.config
    }

    /// Number of frames of a signal of `n_samples` samples.
    pub fn n_frames(&self, n_samples: usize) -> usize {
        self.framing.n_frames(n_samples)
    }

    /// Number of frequency bins, from 0 to half the sample rate: `n_fft / 2 + 1`.
    pub fn n_bins(&self) -> usize {
        self.power.len()
    }

    /// Centre of a frequency bin in Hz.
    pub fn bin_hz(&self, bin: usize) -> f64 {
        bin as f64 * f64::from(self.config.sample_rate) / self.config.n_fft as f64
    }

    /// Power spectra, `[n_bins, n_frames]`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn power(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        self.columns(samples, |frame, column| {
            for (value, &power) in column.iter_mut().zip(frame.power) {
                *value = to_f32(power);
            }
        })
    }

    /// Magnitude spectra, the square roots of the power, `[n_bins, n_frames]`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn magnitude(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        self.columns(samples, |frame, column| {
            for (value, &power) in column.iter_mut().zip(frame.power) {
                *value = to_f32(power.sqrt());
            }
        })
    }

    /// Complex spectra, `[n_bins, n_frames]`: the transform is not normalized, and the phase is that at the beginning of
    /// the frame.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    #[doc(alias = "stft")]
    pub fn spectrum(&mut self, samples: &[f32]) -> Result<Array2<Complex32>, SpeechError> {
        self.columns(samples, |frame, column| {
            for (bin, value) in column.iter_mut().enumerate() {
                let z = frame.transform.bin(bin);
                *value = Complex32::new(to_f32(z.re), to_f32(z.im));
            }
        })
    }

    fn columns<T: Clone + Default>(
        &mut self,
        samples: &[f32],
        mut write: impl FnMut(&Frame<'_>, &mut [T]),
    ) -> Result<Array2<T>, SpeechError> {
        check_signal(samples)?;
        let shape = (self.n_frames(samples.len()), self.n_bins());
        let mut by_frame = Array2::from_elem(shape, T::default());
        for (index, mut row) in by_frame.rows_mut().into_iter().enumerate() {
            let frame = self.analyse(samples, 0, index);
            write(&frame, row.as_slice_mut().expect("rows are contiguous"));
        }
        Ok(by_frame.t().as_standard_layout().into_owned())
    }

    /// Has frames bring their magnitudes.
    pub(crate) fn keep_magnitude(&mut self) {
        self.magnitude.resize(self.power.len(), 0.0);
    }

    pub(crate) fn framing(&self) -> Framing {
        self.framing
    }

    /// Analyses frame `index` of a signal that has been checked, whose samples from `origin` on are `samples`.
    pub(crate) fn analyse(&mut self, samples: &[f32], origin: usize, index: usize) -> Frame<'_> {
        let config = &self.config;
        let (inside, before) = self.framing.fill(index, samples, origin, &mut self.samples);
        let is_plain = config.pre_emphasis == PreEmphasis::None && !config.remove_dc;
        if is_plain {
            self.transform.power(&self.samples, &mut self.power);
        } else {
            for (x, &sample) in self.prepared.iter_mut().zip(&self.samples) {
                *x = f64::from(sample);
            }
            let frame = &mut self.prepared[..];
            if let PreEmphasis::Signal(a) = config.pre_emphasis {
                emphasise(frame, a, f64::from(before));
                if self.framing.pads_zeros() {
                    frame[..inside.start].fill(0.0);
                    frame[inside.end..].fill(0.0);
                }
            }
            if config.remove_dc {
                let mean = frame.iter().sum::<f64>() / frame.len() as f64;
                for x in frame.iter_mut() {
                    *x -= mean;
                }
            }
            if let PreEmphasis::Frame(a) = config.pre_emphasis {
                emphasise(frame, a, frame[0]);
            }
            self.transform.power(frame, &mut self.power);
        }
        if config.power_norm == PowerNorm::FftLen {
            for power in &mut self.power {
                *power /= config.n_fft as f64;
            }
        }
        for (magnitude, power) in self.magnitude.iter_mut().zip(&self.power) {
            *magnitude = power.sqrt();
        }
        Frame {
            samples: &self.samples,
            inside,
            scale: config.scale,
            remove_dc: config.remove_dc,
            power: &self.power,
            magnitude: &self.magnitude,
            transform: &self.transform,
        }
    }
}

/// Subtracts `a` times the sample before from each.
fn emphasise(frame: &mut [f64], a: f64, before: f64) {
    for i in (1..frame.len()).rev() {
        frame[i] -= a * frame[i - 1];
    }
    frame[0] -= a * before;
}

/// One frame and its spectrum.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// The samples before scale, mean, pre-emphasis and window.
    pub(crate) samples: &'a [f32],
    /// Which of them lie inside the signal.
    pub(crate) inside: Range<usize>,
    /// What they are multiplied by.
    pub(crate) scale: f64,
    remove_dc: bool,
    /// Squared magnitudes from 0 to half the sample rate.
    pub(crate) power: &'a [f64],
    /// Their square roots, if [`Frames::keep_magnitude`] was called.
    pub(crate) magnitude: &'a [f64],
    transform: &'a Transform,
}

impl Frame<'_> {
    /// The sum of the squared samples, without the mean where that is removed, but before pre-emphasis and window.
    pub(crate) fn energy(&self) -> f64 {
        let samples = || self.samples.iter().map(|&x| f64::from(x));
        let mean = if self.remove_dc {
            samples().sum::<f64>() / self.samples.len() as f64
        } else {
            0.0
        };
        let squares: f64 = samples().map(|x| (x - mean).powi(2)).sum();
        self.scale * self.scale * squares
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use realfft::num_complex::Complex;

    use super::*;

    #[test]
    fn a_frame_is_the_discrete_fourier_transform_of_the_windowed_samples() {
        let samples: Vec<f32> = (0..40).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        for n_fft in [16, 15] {
            let mut config = FramesConfig::new(FramePreset::Librosa, 16_000);
            (config.frame_len, config.hop_len, config.n_fft) = (n_fft, 4, n_fft);
            let mut frames = Frames::new(config).unwrap();
            for index in 0..frames.n_frames(samples.len()) {
                let expected = naive(&samples, n_fft, index * 4);
                emo_testing::assert_close(
                    frames.analyse(&samples, 0, index).power.iter().copied(),
                    expected,
                    1e-10,
                    1e-12,
                );
            }
        }
    }

    fn naive(samples: &[f32], n_fft: usize, centre: usize) -> Vec<f64> {
        let x = |n: usize| {
            let sample = (centre + n)
                .checked_sub(n_fft / 2)
                .and_then(|n| samples.get(n));
            let weight = (PI * n as f64 / n_fft as f64).sin().powi(2);
            weight * sample.map_or(0.0, |&x| f64::from(x))
        };
        (0..=n_fft / 2)
            .map(|k| {
                (0..n_fft)
                    .map(|n| Complex::from_polar(x(n), -2.0 * PI * (k * n) as f64 / n_fft as f64))
                    .sum::<Complex<f64>>()
                    .norm_sqr()
            })
            .collect()
    }

    #[test]
    fn settings_that_make_no_sense_are_errors() {
        let edits: [fn(&mut FramesConfig); 7] = [
            |c| c.sample_rate = 0,
            |c| c.frame_len = 0,
            |c| c.hop_len = 0,
            |c| c.n_fft = c.frame_len - 1,
            |c| c.n_fft = usize::MAX,
            |c| c.scale = f64::NAN,
            |c| c.pre_emphasis = PreEmphasis::Frame(f64::INFINITY),
        ];
        for edit in edits {
            let mut config = FramesConfig::new(FramePreset::Kaldi, 16_000);
            edit(&mut config);
            assert!(Frames::new(config).is_err());
        }
    }
}
