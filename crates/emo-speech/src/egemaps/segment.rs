use std::collections::VecDeque;

use super::analyzer::{Frame, SpectralFrame, VoiceFrame};
use super::functionals::{Functionals, N_FUNCTIONALS};

/// The latest frames, over which functionals are taken.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// Begins with the frame of the first voice frame; the latest ones await their voice.
    spectral: VecDeque<SpectralFrame>,
    voice: VecDeque<VoiceFrame>,
    max_frames: usize,
    functionals: Functionals,
}

impl Segment {
    /// Grows without limit. `step` is the time between frames in seconds.
    pub(super) fn unlimited(step: f64) -> Self {
        Self {
            spectral: VecDeque::new(),
            voice: VecDeque::new(),
            max_frames: usize::MAX,
            functionals: Functionals::new(step),
        }
    }

    /// Keeps at most `max_frames` frames with their voice, beside `n_ahead` whose voice is not known yet, in memory that
    /// is allocated here.
    pub(super) fn with_limit(step: f64, max_frames: usize, n_ahead: usize) -> Self {
        let mut functionals = Functionals::new(step);
        functionals.reserve(max_frames + n_ahead);
        Self {
            spectral: VecDeque::with_capacity(max_frames + n_ahead + 1),
            voice: VecDeque::with_capacity(max_frames + 1),
            max_frames,
            functionals,
        }
    }

    pub(super) fn push(&mut self, frame: Frame) {
        match frame {
            Frame::Spectral(frame) => self.spectral.push_back(frame),
            Frame::Voice(frame) => self.voice.push_back(frame),
        }
        if self.voice.len() > self.max_frames {
            self.voice.pop_front();
            self.spectral.pop_front();
        }
    }

    /// Drops the frames whose voice is known.
    pub(super) fn begin(&mut self) {
        self.spectral.drain(..self.voice.len());
        self.voice.clear();
    }

    pub(super) fn clear(&mut self) {
        self.spectral.clear();
        self.voice.clear();
    }

    /// Over the frames whose voice is known.
    pub(super) fn functionals(&mut self) -> Option<[f64; N_FUNCTIONALS]> {
        self.over(self.voice.len())
    }

    /// Over all frames: a signal's last ones have no voice.
    pub(super) fn final_functionals(&mut self) -> Option<[f64; N_FUNCTIONALS]> {
        self.over(self.spectral.len())
    }

    fn over(&mut self, n_spectral: usize) -> Option<[f64; N_FUNCTIONALS]> {
        if self.voice.is_empty() {
            return None;
        }
        let spectral = &self.spectral.make_contiguous()[..n_spectral];
        let voice = self.voice.make_contiguous();
        Some(self.functionals.compute(spectral, voice))
    }
}
