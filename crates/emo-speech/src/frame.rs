use std::ops::Range;

use crate::SpeechError;
use crate::signal::check_range;

/// The longest frame or transform that is accepted, in samples.
pub(crate) const MAX_FRAME_LEN: usize = 1 << 20;

/// Where frames lie on the signal, and what is assumed outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Edges {
    /// The first frame is centred on sample 0 and zeros are assumed outside: `1 + n / hop_len` frames of `n` samples
    /// (for an even `frame_len`). librosa's `center=True, pad_mode="constant"`.
    #[default]
    CentredZeros,
    /// Centred likewise, the signal mirrored at its first and last sample, which are not repeated.
    /// `pad_mode="reflect"`.
    CentredReflect,
    /// Centred likewise, with the first and last sample continued. `pad_mode="edge"`.
    CentredHold,
    /// The first frame begins at sample 0 and only whole frames count: `1 + (n - frame_len) / hop_len`, none of a signal
    /// that is shorter than a frame. Kaldi's `snip_edges=true`, HTK's frames and librosa's `center=False`.
    Whole,
    /// The first frame begins at sample 0 and the last one, continued with zeros, reaches or passes the end of the
    /// signal. python_speech_features' frames.
    PaddedEnd,
}

impl Edges {
    fn is_centred(self) -> bool {
        matches!(
            self,
            Self::CentredZeros | Self::CentredReflect | Self::CentredHold
        )
    }
}

/// Frames of equal length whose beginnings are `hop_len` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Framing {
    frame_len: usize,
    hop_len: usize,
    edges: Edges,
}

impl Framing {
    /// Centred frames with zeros outside the signal.
    pub(crate) fn new(frame_len: usize, hop_len: usize) -> Result<Self, SpeechError> {
        Self::with_edges(frame_len, hop_len, Edges::default())
    }

    pub(crate) fn with_edges(
        frame_len: usize,
        hop_len: usize,
        edges: Edges,
    ) -> Result<Self, SpeechError> {
        check_range("frame_len", frame_len, 1, MAX_FRAME_LEN)?;
        check_range("hop_len", hop_len, 1, MAX_FRAME_LEN)?;
        Ok(Self {
            frame_len,
            hop_len,
            edges,
        })
    }

    pub(crate) fn frame_len(self) -> usize {
        self.frame_len
    }

    pub(crate) fn hop_len(self) -> usize {
        self.hop_len
    }

    /// Samples of the first frame that precede the signal.
    pub(crate) fn lead(self) -> usize {
        if self.edges.is_centred() {
            self.frame_len / 2
        } else {
            0
        }
    }

    pub(crate) fn n_frames(self, n_samples: usize) -> usize {
        let padded = n_samples + 2 * self.lead();
        if padded < self.frame_len {
            return usize::from(self.edges == Edges::PaddedEnd && n_samples > 0);
        }
        let beyond = padded - self.frame_len;
        match self.edges {
            Edges::PaddedEnd => 1 + beyond.div_ceil(self.hop_len),
            _ => 1 + beyond / self.hop_len,
        }
    }

    /// Number of frames that no later sample can change, of a signal of which `n_samples` samples have come.
    pub(crate) fn n_settled(self, n_samples: usize) -> usize {
        let lead = self.lead();
        // A mirrored beginning, and the sample before it, need two samples more than half a frame, which only the first
        // frames can lack.
        if self.edges == Edges::CentredReflect && n_samples < lead + 2 {
            return 0;
        }
        match (n_samples + lead).checked_sub(self.frame_len) {
            Some(beyond) => 1 + beyond / self.hop_len,
            None => 0,
        }
    }

    /// The earliest sample that frames from `index` on need of a signal that has `n_samples` samples or more.
    pub(crate) fn keep_from(self, index: usize, n_samples: usize) -> usize {
        // One sample more, for pre-emphasis across the signal.
        let start = (index * self.hop_len).saturating_sub(self.lead() + 1);
        // What the end of the signal may be mirrored from, or continued with.
        start.min(n_samples.saturating_sub(self.frame_len + 1))
    }

    /// The part of the signal that frame `index` covers, and how many padding samples precede it.
    pub(crate) fn span(self, index: usize, n_samples: usize) -> (Range<usize>, usize) {
        let lead = self.lead();
        let start = index * self.hop_len;
        let end = (start + self.frame_len).saturating_sub(lead);
        let skipped = lead.saturating_sub(start).min(self.frame_len);
        (
            start.saturating_sub(lead).min(n_samples)..end.min(n_samples),
            skipped,
        )
    }

    /// Position of the first sample of frame `index`, which padding may precede.
    fn start(self, index: usize) -> isize {
        // Signals and hops are far shorter than half of the address space.
        (index * self.hop_len) as isize - self.lead() as isize
    }

    /// Which sample stands at a position in or outside a signal of `n_samples` samples, if one does.
    fn at(self, position: isize, n_samples: usize) -> Option<usize> {
        let last = n_samples - 1;
        match usize::try_from(position) {
            Ok(inside) if inside <= last => Some(inside),
            beyond => match self.edges {
                Edges::CentredReflect => Some(match beyond {
                    Ok(position) => last - mirrored(position - last, n_samples),
                    Err(_) => mirrored(position.unsigned_abs(), n_samples),
                }),
                Edges::CentredHold => Some(if beyond.is_ok() { last } else { 0 }),
                _ => None,
            },
        }
    }

    /// Fills `frame` with frame `index` of a signal whose samples from `origin` on are `samples`, and returns which part
    /// of the frame lies inside the signal, and the sample before the frame.
    pub(crate) fn fill(
        self,
        index: usize,
        samples: &[f32],
        origin: usize,
        frame: &mut [f32],
    ) -> (Range<usize>, f32) {
        let n_samples = origin + samples.len();
        let start = self.start(index);
        let at = |position| {
            self.at(position, n_samples)
                .map_or(0.0, |i| samples[i - origin])
        };
        let (span, skipped) = self.span(index, n_samples);
        let inside = skipped..skipped + span.len();
        for i in (0..inside.start).chain(inside.end..frame.len()) {
            frame[i] = at(start + i as isize);
        }
        frame[inside.clone()].copy_from_slice(&samples[span.start - origin..span.end - origin]);
        (inside, at(start - 1))
    }

    /// Whether zeros are assumed outside the signal.
    pub(crate) fn pads_zeros(self) -> bool {
        !matches!(self.edges, Edges::CentredReflect | Edges::CentredHold)
    }
}

/// Where a walk of `distance` steps from one end of a signal ends that turns round at either end.
fn mirrored(distance: usize, n_samples: usize) -> usize {
    let last = n_samples - 1;
    if last == 0 {
        return 0;
    }
    let position = distance % (2 * last);
    position.min(2 * last - position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_as_by_librosa() {
        struct Case {
            frame_len: usize,
            hop_len: usize,
            n_samples: usize,
            n_frames: usize,
        }
        // `librosa.feature.rms(y=np.zeros(n_samples), frame_length, hop_length).shape[1]`, librosa 0.11.0.
        let cases = [
            Case {
                frame_len: 2048,
                hop_len: 512,
                n_samples: 55_125,
                n_frames: 108,
            },
            Case {
                frame_len: 2048,
                hop_len: 512,
                n_samples: 1,
                n_frames: 1,
            },
            Case {
                frame_len: 2048,
                hop_len: 512,
                n_samples: 512,
                n_frames: 2,
            },
            Case {
                frame_len: 5,
                hop_len: 2,
                n_samples: 6,
                n_frames: 3,
            },
        ];
        for case in cases {
            let framing = Framing::new(case.frame_len, case.hop_len).unwrap();
            assert_eq!(framing.n_frames(case.n_samples), case.n_frames);
        }
    }

    #[test]
    fn frames_at_the_beginning_are_counted_as_by_the_peers() {
        // `python_speech_features.sigproc.framesig(np.zeros(n), 400, 160).shape[0]` 0.6, and the number of frames of
        // kaldi_native_fbank 1.23.0 with `snip_edges`.
        for (n_samples, padded, whole) in [
            (1, 1, 0),
            (399, 1, 0),
            (400, 1, 1),
            (401, 2, 1),
            (560, 2, 2),
        ] {
            let count = |edges| {
                Framing::with_edges(400, 160, edges)
                    .unwrap()
                    .n_frames(n_samples)
            };
            assert_eq!(count(Edges::PaddedEnd), padded);
            assert_eq!(count(Edges::Whole), whole);
        }
    }

    #[test]
    fn spans_leave_out_the_padding() {
        let framing = Framing::new(4, 2).unwrap();
        assert_eq!(framing.span(0, 5), (0..2, 2));
        assert_eq!(framing.span(1, 5), (0..4, 0));
        assert_eq!(framing.span(2, 5), (2..5, 0));
    }

    #[test]
    fn the_outside_is_filled_as_by_numpy() {
        // `np.pad(x, 4, mode)` for the modes constant, reflect and edge, and its windows of 8 with a hop of 2.
        let check = |edges, signal: &[f32], expected: &[[f32; 8]]| {
            let framing = Framing::with_edges(8, 2, edges).unwrap();
            assert_eq!(framing.n_frames(signal.len()), expected.len());
            for (index, expected) in expected.iter().enumerate() {
                let mut frame = [f32::NAN; 8];
                framing.fill(index, signal, 0, &mut frame);
                assert_eq!(frame, *expected);
            }
        };
        check(
            Edges::CentredZeros,
            &[1., 2., 3.],
            &[
                [0., 0., 0., 0., 1., 2., 3., 0.],
                [0., 0., 1., 2., 3., 0., 0., 0.],
            ],
        );
        check(
            Edges::CentredReflect,
            &[1., 2., 3.],
            &[
                [1., 2., 3., 2., 1., 2., 3., 2.],
                [3., 2., 1., 2., 3., 2., 1., 2.],
            ],
        );
        check(
            Edges::CentredHold,
            &[1., 2., 3.],
            &[
                [1., 1., 1., 1., 1., 2., 3., 3.],
                [1., 1., 1., 2., 3., 3., 3., 3.],
            ],
        );
        check(
            Edges::PaddedEnd,
            &[1., 2., 3.],
            &[[1., 2., 3., 0., 0., 0., 0., 0.]],
        );
    }

    #[test]
    fn a_hop_of_zero_is_an_error() {
        assert!(Framing::new(4, 0).is_err());
        assert!(Framing::new(0, 1).is_err());
    }
}
