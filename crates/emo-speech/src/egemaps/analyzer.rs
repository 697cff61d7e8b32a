use std::collections::VecDeque;

use super::auditory::{Auditory, N_CEPSTRA};
use super::formants::{Formant, FormantMeter, N_FORMANTS};
use super::harmonics::{HarmonicMeter, Harmonics};
use super::periods::{Irregularity, PeriodMeter};
use super::pitch::PitchMeter;
use super::shape::{ShapeMeter, SpectralShape};
use super::spectrum::{FrameSpectrum, gaussian, hamming, mean_square};
use super::viterbi::{LAG, PitchTracker};

/// A frame whose windowed samples have a smaller root mean square is unvoiced.
const MIN_VOICED_RMS: f64 = 0.001;

/// What one frame of 20 ms says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SpectralFrame {
    pub(super) loudness: f64,
    pub(super) shape: SpectralShape,
    pub(super) cepstra: [f64; N_CEPSTRA],
    pub(super) mean_square: f64,
}

/// What one frame of 60 ms and its neighbours say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct VoiceFrame {
    /// In Hz, 0 where there is no voice.
    pub(super) pitch: f64,
    pub(super) irregularity: Irregularity,
    pub(super) harmonics: Harmonics,
    pub(super) formants: [Formant; N_FORMANTS],
}

impl VoiceFrame {
    /// A formant of a voiced frame, zeros in others.
    pub(super) fn voiced_formant(&self, index: usize) -> Formant {
        if self.pitch > 0.0 {
            self.formants[index]
        } else {
            Formant::default()
        }
    }
}

/// A finished frame; both kinds come in order of time, the second about 0.4 s later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Frame {
    Spectral(SpectralFrame),
    Voice(VoiceFrame),
}

/// Turns samples, in pieces of any size, into frames. Allocates nothing after `new`.
#[derive(Debug, Clone)]
pub(super) struct Analyzer {
    sample_rate: u32,
    hop_len: usize,
    short_len: usize,
    long_len: usize,
    short: FrameSpectrum,
    long: FrameSpectrum,
    auditory: Auditory,
    shape: ShapeMeter,
    formants: FormantMeter,
    pitch: PitchMeter,
    tracker: PitchTracker,
    harmonics: HarmonicMeter,
    periods: PeriodMeter,
    /// The latest samples, of which the first has number `first_sample` in the signal.
    samples: Vec<f32>,
    first_sample: usize,
    n_short: usize,
    n_long: usize,
    n_voice: usize,
    /// Formants of the frames of 20 ms from number `n_long` on.
    pending: VecDeque<[Formant; N_FORMANTS]>,
    /// The long frames whose pitch is not decided yet, and spectra that can be used again.
    undecided: VecDeque<Undecided>,
    spare: Vec<Vec<f64>>,
}

#[derive(Debug, Clone)]
struct Undecided {
    magnitudes: Vec<f64>,
    rms: f64,
    formants: [Formant; N_FORMANTS],
}

impl Analyzer {
    pub(super) fn new(sample_rate: u32) -> Self {
        let len = |seconds: f64| (f64::from(sample_rate) * seconds).round() as usize;
        let (short_len, long_len, hop_len) = (len(0.02), len(0.06), len(0.01));
        let short = FrameSpectrum::new(hamming(short_len), sample_rate);
        let long = FrameSpectrum::new(gaussian(long_len), sample_rate);
        let n_kept = (LAG + 16) * hop_len + 2 * long_len;
        Self {
            auditory: Auditory::new(short.n_bins(), short.bin_hz()),
            shape: ShapeMeter::new(short.n_bins(), short.bin_hz()),
            formants: FormantMeter::new(short_len, short.n_bins(), sample_rate),
            pitch: PitchMeter::new(long.n_bins(), long.bin_hz()),
            tracker: PitchTracker::new(),
            harmonics: HarmonicMeter::new(long.n_bins(), long.bin_hz()),
            periods: PeriodMeter::new(long_len),
            samples: Vec::with_capacity(n_kept + hop_len),
            first_sample: 0,
            n_short: 0,
            n_long: 0,
            n_voice: 0,
            pending: VecDeque::with_capacity(16),
            undecided: VecDeque::with_capacity(LAG + 2),
            spare: vec![vec![0.0; long.n_bins()]; LAG + 2],
            sample_rate,
            hop_len,
            short_len,
            long_len,
            short,
            long,
        }
    }

    /// The least number of samples from which anything can be said.
    pub(super) fn min_samples(&self) -> usize {
        self.long_len
    }

    /// Time between frames in seconds.
    pub(super) fn step(&self) -> f64 {
        self.hop_len as f64 / f64::from(self.sample_rate)
    }

    /// Samples between the beginnings of frames.
    pub(super) fn hop_len(&self) -> usize {
        self.hop_len
    }

    /// How many samples after the beginning of a frame its voice is known.
    pub(super) fn latency(&self) -> usize {
        self.long_len + LAG * self.hop_len
    }

    /// The most frames of 20 ms whose voice is not known.
    pub(super) fn n_ahead(&self) -> usize {
        self.latency().div_ceil(self.hop_len)
    }

    /// Forgets the signal.
    pub(super) fn reset(&mut self) {
        self.shape.reset();
        self.tracker.reset();
        self.periods.reset();
        self.samples.clear();
        self.pending.clear();
        self.spare
            .extend(self.undecided.drain(..).map(|frame| frame.magnitudes));
        (self.first_sample, self.n_short, self.n_long, self.n_voice) = (0, 0, 0, 0);
    }

    /// Takes the next samples of the signal.
    pub(super) fn push(&mut self, samples: &[f32], mut emit: impl FnMut(Frame)) {
        for piece in samples.chunks(self.hop_len) {
            self.samples.extend_from_slice(piece);
            let end = self.first_sample + self.samples.len();
            while self.n_short * self.hop_len + self.short_len <= end {
                emit(Frame::Spectral(self.short_frame()));
            }
            while self.n_long * self.hop_len + self.long_len <= end {
                if let Some(pitch) = self.long_frame() {
                    emit(Frame::Voice(self.voice_frame(pitch)));
                }
            }
            self.drop_samples();
        }
    }

    /// Emits what is left and forgets the signal.
    pub(super) fn finish(&mut self, mut emit: impl FnMut(Frame)) {
        while let Some(pitch) = self.tracker.finish() {
            emit(Frame::Voice(self.voice_frame(pitch)));
        }
        self.reset();
    }

    fn short_frame(&mut self) -> SpectralFrame {
        let start = self.n_short * self.hop_len - self.first_sample;
        let frame = &self.samples[start..start + self.short_len];
        self.n_short += 1;
        self.short.compute(frame);
        self.auditory.set_frame(self.short.magnitudes());
        self.pending
            .push_back(self.formants.measure(self.short.bins()));
        SpectralFrame {
            loudness: self.auditory.loudness(),
            shape: self.shape.measure(self.short.magnitudes()),
            cepstra: self.auditory.cepstra(),
            mean_square: mean_square(frame),
        }
    }

    /// The pitch of the frame [`LAG`] before, once there is one.
    fn long_frame(&mut self) -> Option<f64> {
        let start = self.n_long * self.hop_len - self.first_sample;
        self.n_long += 1;
        self.long
            .compute(&self.samples[start..start + self.long_len]);
        let candidates = self.pitch.measure(self.long.magnitudes());
        let mut magnitudes = self.spare.pop().expect("there is one more than undecided");
        magnitudes.copy_from_slice(self.long.magnitudes());
        let formants = self.pending.pop_front();
        self.undecided.push_back(Undecided {
            magnitudes,
            rms: self.long.rms(),
            formants: formants.expect("a short frame ends before the long one"),
        });
        self.tracker.push(&candidates)
    }

    fn voice_frame(&mut self, pitch: f64) -> VoiceFrame {
        let frame = self.undecided.pop_front().expect("a decision has a frame");
        let pitch = if frame.rms < MIN_VOICED_RMS {
            0.0
        } else {
            pitch
        };
        let start = self.n_voice * self.hop_len;
        let period = (pitch > 0.0).then(|| f64::from(self.sample_rate) / pitch);
        let irregularity = self.periods.measure(
            &self.samples,
            self.first_sample,
            start..start + self.hop_len,
            period,
        );
        self.n_voice += 1;
        let harmonics = self
            .harmonics
            .measure(&frame.magnitudes, pitch, &frame.formants);
        self.spare.push(frame.magnitudes);
        VoiceFrame {
            pitch,
            irregularity,
            harmonics,
            formants: frame.formants,
        }
    }

    /// Drops what neither frames nor periods will need, in large steps.
    fn drop_samples(&mut self) {
        let next_hop = self.n_voice * self.hop_len;
        let needed = self.periods.start().map_or(next_hop, |s| s.min(next_hop));
        let n_unused = needed.saturating_sub(self.first_sample);
        if n_unused >= 8 * self.hop_len {
            self.samples.drain(..n_unused);
            self.first_sample += n_unused;
        }
    }
}
