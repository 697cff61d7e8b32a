use std::collections::VecDeque;

use super::analyzer::{Frame, SpectralFrame, VoiceFrame};
use super::functionals::semitones;
use super::smoothing::{mean, mean_non_zero};
use crate::signal::to_f32;

const N_SPECTRAL: usize = 10;
const N_VOICE: usize = 15;
/// Number of descriptors.
pub(super) const N_DESCRIPTORS: usize = N_SPECTRAL + N_VOICE;

/// Smooths frames into rows of descriptors, one frame behind.
#[derive(Debug, Clone)]
pub(super) struct Descriptors {
    /// From the frame before the next row's on; of the first row from its own.
    spectral: VecDeque<[f64; N_SPECTRAL]>,
    /// The latest two.
    voice: VecDeque<[f64; N_VOICE]>,
    row: [f32; N_DESCRIPTORS],
}

impl Descriptors {
    /// With memory for as many frames of the spectrum as there are before the first one of the voice.
    pub(super) fn new(n_ahead: usize) -> Self {
        Self {
            spectral: VecDeque::with_capacity(n_ahead + 4),
            voice: VecDeque::with_capacity(3),
            row: [0.0; N_DESCRIPTORS],
        }
    }

    pub(super) fn clear(&mut self) {
        self.spectral.clear();
        self.voice.clear();
    }

    /// The row of the frame before, from the second voice frame on.
    pub(super) fn push(&mut self, frame: &Frame) -> Option<&[f32; N_DESCRIPTORS]> {
        let frame = match frame {
            Frame::Spectral(frame) => {
                self.spectral.push_back(spectral_values(frame));
                return None;
            }
            Frame::Voice(frame) => frame,
        };
        self.voice.push_back(voice_values(frame));
        match self.voice.len() {
            1 => return None,
            2 => self.set_row([0, 0, 1], [0, 0, 1]),
            _ => {
                self.set_row([0, 1, 2], [0, 1, 2]);
                self.spectral.pop_front();
                self.voice.pop_front();
            }
        }
        Some(&self.row)
    }

    /// The row of the last voice frame and one more, which openSMILE makes of the same voice without smoothing.
    pub(super) fn finish(&mut self, on_row: &mut dyn FnMut(&[f32; N_DESCRIPTORS])) {
        let Some(last) = self.voice.len().checked_sub(1) else {
            return;
        };
        let before = last.saturating_sub(1);
        let end = self.spectral.len() - 1;
        let spectral = |index: usize| index.min(end);
        self.set_row([before, last, spectral(last + 1)], [before, last, last]);
        on_row(&self.row);
        self.set_row([last, last + 1, last + 2].map(spectral), [last; 3]);
        let raw = self.voice[last];
        for (out, value) in self.row[N_SPECTRAL..].iter_mut().zip(raw) {
            *out = to_f32(value);
        }
        on_row(&self.row);
    }

    fn set_row(&mut self, spectral: [usize; 3], voice: [usize; 3]) {
        let (row, voice_row) = self.row.split_at_mut(N_SPECTRAL);
        for (column, out) in row.iter_mut().enumerate() {
            *out = to_f32(mean(spectral.map(|index| self.spectral[index][column])));
        }
        for (column, out) in voice_row.iter_mut().enumerate() {
            *out = to_f32(mean_non_zero(voice.map(|index| self.voice[index][column])));
        }
    }
}

fn spectral_values(frame: &SpectralFrame) -> [f64; N_SPECTRAL] {
    let shape = &frame.shape;
    let [a, b, c, d] = frame.cepstra;
    [
        frame.loudness,
        shape.alpha_ratio,
        shape.hammarberg_index,
        shape.slope_low,
        shape.slope_high,
        shape.flux,
        a,
        b,
        c,
        d,
    ]
}

fn voice_values(frame: &VoiceFrame) -> [f64; N_VOICE] {
    let harmonics = &frame.harmonics;
    let [first, second, third, ..] = frame.formants;
    [
        semitones(frame.pitch),
        frame.irregularity.jitter,
        frame.irregularity.shimmer,
        harmonics.hnr,
        harmonics.h1_h2,
        harmonics.h1_a3,
        first.frequency,
        first.bandwidth,
        harmonics.formants[0],
        second.frequency,
        second.bandwidth,
        harmonics.formants[1],
        third.frequency,
        third.bandwidth,
        harmonics.formants[2],
    ]
}
