/// Frames around every `hop_len`-th sample of a signal that comes in parts, with zeros before and after it.
#[derive(Debug, Clone)]
pub(super) struct CentredFrames {
    hop_len: usize,
    /// The frame to come.
    buffer: Vec<f64>,
    /// How much of it is there.
    filled: usize,
    n_samples: usize,
}

impl CentredFrames {
    /// `hop_len` is at most `frame_len`.
    pub(super) fn new(frame_len: usize, hop_len: usize) -> Self {
        let mut this = Self {
            hop_len,
            buffer: vec![0.0; frame_len],
            filled: 0,
            n_samples: 0,
        };
        this.reset();
        this
    }

    /// Number of frames of a signal.
    pub(super) fn n_frames(&self, n_samples: usize) -> usize {
        let padded = n_samples + 2 * (self.buffer.len() / 2);
        match padded.checked_sub(self.buffer.len()) {
            Some(rest) => 1 + rest / self.hop_len,
            None => 0,
        }
    }

    /// Samples that have come.
    pub(super) fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// Takes samples and hands out each frame that they complete.
    pub(super) fn push(&mut self, samples: &[f32], mut on_frame: impl FnMut(&[f64])) {
        self.n_samples = self.n_samples.saturating_add(samples.len());
        let mut rest = samples;
        while !rest.is_empty() {
            let room = self.buffer.len() - self.filled;
            let (part, later) = rest.split_at(room.min(rest.len()));
            for (x, &sample) in self.buffer[self.filled..].iter_mut().zip(part) {
                *x = f64::from(sample);
            }
            self.advance(part.len(), &mut on_frame);
            rest = later;
        }
    }

    /// Hands out the frames that zeros after the end complete, and begins anew.
    pub(super) fn finish(&mut self, mut on_frame: impl FnMut(&[f64])) {
        let mut rest = if self.n_samples > 0 {
            self.buffer.len() / 2
        } else {
            0
        };
        while rest > 0 {
            let len = rest.min(self.buffer.len() - self.filled);
            self.buffer[self.filled..self.filled + len].fill(0.0);
            self.advance(len, &mut on_frame);
            rest -= len;
        }
        self.reset();
    }

    /// Begins anew.
    pub(super) fn reset(&mut self) {
        self.filled = self.buffer.len() / 2;
        self.buffer[..self.filled].fill(0.0);
        self.n_samples = 0;
    }

    fn advance(&mut self, len: usize, on_frame: &mut impl FnMut(&[f64])) {
        self.filled += len;
        if self.filled == self.buffer.len() {
            on_frame(&self.buffer);
            self.buffer.copy_within(self.hop_len.., 0);
            self.filled -= self.hop_len;
        }
    }
}
