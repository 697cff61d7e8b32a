use super::frame_times::FrameTimes;

/// The fundamental frequency of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PitchFrame {
    /// In Hz; `None` where the frame is not voiced.
    pub frequency: Option<f64>,
    /// How periodic the frame is: the height of the correlation's peak where it is voiced, from 0 to 1; otherwise 0.
    pub strength: f64,
    /// The largest deviation from the local mean, divided by the largest of the whole signal, from 0 to 1.
    pub intensity: f64,
}

/// A path through the candidates of all frames.
#[derive(Debug, Clone, PartialEq)]
pub struct PitchTrack {
    pub(super) times: FrameTimes,
    pub(super) duration: f64,
    pub(super) frames: Vec<PitchFrame>,
}

impl PitchTrack {
    /// When the frames are.
    pub fn times(&self) -> FrameTimes {
        self.times
    }

    /// The frames in their order.
    pub fn frames(&self) -> &[PitchFrame] {
        &self.frames
    }

    /// Length of the signal in seconds.
    pub fn duration(&self) -> f64 {
        self.duration
    }

    /// The frequencies of the voiced frames in Hz.
    pub fn voiced(&self) -> impl Iterator<Item = f64> {
        self.frames.iter().filter_map(|frame| frame.frequency)
    }

    /// The frequency in Hz at a time, linear between voiced frames; `None` where the nearest frame is not voiced or
    /// there is none.
    pub fn frequency_at(&self, time: f64) -> Option<f64> {
        if !(0.0..=self.duration).contains(&time) {
            return None;
        }
        let position = self.times.position(time);
        let below = position.floor();
        let phase = position - below;
        let (near, far, share) = if phase < 0.5 {
            (below, below + 1.0, phase)
        } else {
            (below + 1.0, below, 1.0 - phase)
        };
        let near = self.frequency(near)?;
        Some(match self.frequency(far) {
            Some(far) => near + share * (far - near),
            None => near,
        })
    }

    fn frequency(&self, index: f64) -> Option<f64> {
        if index < 0.0 {
            return None;
        }
        self.frames.get(index as usize)?.frequency
    }

    /// Runs of voiced frames from half a frame before the first to half a frame after the last, in seconds.
    pub fn voiced_intervals(&self) -> Vec<(f64, f64)> {
        let mut intervals = Vec::new();
        let mut index = 0;
        for run in self
            .frames
            .chunk_by(|a, b| a.frequency.is_some() == b.frequency.is_some())
        {
            if run[0].frequency.is_some() {
                let half = 0.5 * self.times.step;
                let start = self.times.time(index) - half;
                let end = self.times.time(index + run.len() - 1) + half;
                intervals.push((start.max(0.0), end.min(self.duration)));
            }
            index += run.len();
        }
        intervals
    }
}
