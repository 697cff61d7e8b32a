//! The recordings among the shared references.
#![allow(dead_code, reason = "not every test cuts them")]

use std::path::Path;

/// A recording of one channel.
pub(crate) struct Clip {
    pub(crate) samples: Vec<f32>,
    pub(crate) rate: u32,
}

impl Clip {
    /// 2.5 s from 0.6 s, as librosa's and Kaldi's references have it.
    pub(crate) fn cut(&self) -> Self {
        self.part(0.6, 3.1)
    }

    /// The samples between two times in seconds, which are rounded down to whole samples.
    pub(crate) fn part(&self, begin: f64, end: f64) -> Self {
        let at = |seconds: f64| (seconds * f64::from(self.rate)) as usize;
        Self {
            samples: self.samples[at(begin)..at(end).min(self.samples.len())].to_vec(),
            rate: self.rate,
        }
    }
}

/// Samples of a WAV file with the plain 44-byte header and one channel of 16 bits.
pub(crate) fn read_pcm16(path: &Path) -> Clip {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[36..40], b"data");
    Clip {
        rate: u32::from_le_bytes(bytes[24..28].try_into().unwrap()),
        samples: bytes[44..]
            .chunks_exact(2)
            .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0)
            .collect(),
    }
}
