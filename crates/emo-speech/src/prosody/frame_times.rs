/// Times of equally spaced frames, in seconds from the start of the signal.
///
/// Sample `k` stands for the time (k + ½) / rate, so that a signal of `n` samples lasts from 0 to n / rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameTimes {
    pub(super) start: f64,
    pub(super) step: f64,
    pub(super) n_frames: usize,
}

impl FrameTimes {
    /// As many whole windows as fit, together centred on the signal; `None` where not one fits.
    pub(super) fn centred(
        samples: SampleTimes,
        n_samples: usize,
        window: f64,
        step: f64,
    ) -> Option<Self> {
        let duration = n_samples as f64 * samples.step;
        // A window that is as long as the signal but for rounding fits.
        if window > duration * (1.0 + 1e-12) {
            return None;
        }
        let n_frames = ((duration - window).max(0.0) / step).floor() as usize + 1;
        let begin = samples.first - 0.5 * samples.step;
        Some(Self {
            start: begin + 0.5 * duration - 0.5 * (n_frames as f64 * step) + 0.5 * step,
            step,
            n_frames,
        })
    }

    /// Number of frames.
    pub fn n_frames(&self) -> usize {
        self.n_frames
    }

    /// Time between frames.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Middle of frame `index`.
    pub fn time(&self, index: usize) -> f64 {
        self.start + index as f64 * self.step
    }

    /// The middles of all frames.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = f64> + use<> {
        let times = *self;
        (0..self.n_frames).map(move |index| times.time(index))
    }

    /// The frame, as a real number, whose middle is at `time`.
    pub(super) fn position(&self, time: f64) -> f64 {
        (time - self.start) / self.step
    }
}

/// Times of samples, in the order of rounding of the peer's arithmetic: frames may begin right at a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SampleTimes {
    pub(super) first: f64,
    pub(super) step: f64,
}

impl SampleTimes {
    pub(super) fn of_rate(rate: f64) -> Self {
        let step = 1.0 / rate;
        Self {
            first: 0.5 * step,
            step,
        }
    }

    /// A time as a real number of samples: 0 is the middle of the first.
    pub(super) fn position(self, time: f64) -> f64 {
        (time - self.first) / self.step
    }

    /// The time of a real number of samples.
    pub(super) fn time(self, position: f64) -> f64 {
        self.first + position * self.step
    }
}
