use std::ops::Range;

use crate::SpeechError;
use crate::signal::check_range;

/// The longest frame or transform that is accepted, in samples.
const MAX_FRAME_LEN: usize = 1 << 20;

/// Frames of equal length whose centres are `hop_len` apart, the first at sample 0.
///
/// As in librosa, `frame_len / 2` samples of padding are meant before and after the signal, and only whole frames
/// count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Framing {
    frame_len: usize,
    hop_len: usize,
}

impl Framing {
    pub(crate) fn new(frame_len: usize, hop_len: usize) -> Result<Self, SpeechError> {
        check_range("frame_len", frame_len, 1, MAX_FRAME_LEN)?;
        check_range("hop_len", hop_len, 1, MAX_FRAME_LEN)?;
        Ok(Self { frame_len, hop_len })
    }

    pub(crate) fn frame_len(self) -> usize {
        self.frame_len
    }

    pub(crate) fn n_frames(self, n_samples: usize) -> usize {
        let padded = n_samples + 2 * (self.frame_len / 2);
        if padded < self.frame_len {
            return 0;
        }
        1 + (padded - self.frame_len) / self.hop_len
    }

    /// The part of the signal that frame `index` covers, and how many padding samples precede it.
    pub(crate) fn span(self, index: usize, n_samples: usize) -> (Range<usize>, usize) {
        let padding = self.frame_len / 2;
        let start = index * self.hop_len;
        let end = (start + self.frame_len).saturating_sub(padding);
        let skipped = padding.saturating_sub(start);
        (
            start.saturating_sub(padding).min(n_samples)..end.min(n_samples),
            skipped,
        )
    }
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
    fn spans_leave_out_the_padding() {
        let framing = Framing::new(4, 2).unwrap();
        assert_eq!(framing.span(0, 5), (0..2, 2));
        assert_eq!(framing.span(1, 5), (0..4, 0));
        assert_eq!(framing.span(2, 5), (2..5, 0));
    }

    #[test]
    fn a_hop_of_zero_is_an_error() {
        assert!(Framing::new(4, 0).is_err());
        assert!(Framing::new(0, 1).is_err());
    }
}
