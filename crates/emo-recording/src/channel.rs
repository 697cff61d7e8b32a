use std::ops::Range;

use emo_dsp::SampleRate;

/// One signal of a recording.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Channel {
    /// What the file calls it, without surrounding spaces; `column 1`, `column 2`, … in a table without header.
    pub name: String,
    /// The stream or the device that it came with, where a file holds several.
    pub source: Option<String>,
    /// Unit of the samples as the file writes it; none if it names none.
    pub unit: Option<String>,
    /// Rate of the samples; none if they are not evenly spaced, or if neither the file nor the caller says it.
    pub sample_rate: Option<SampleRate>,
    /// The samples: finite, but for those of [`missing`](Self::missing), which are NaN.
    pub samples: Vec<f32>,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
    /// Where the recorder stopped and went on later, in order. The samples before and after are not neighbours.
    pub gaps: Vec<Gap>,
    /// The samples that the file marks as not measured, in order. Each is NaN.
    pub missing: Vec<Range<usize>>,
    /// The time of each sample in seconds after the recording's start, for samples that are not evenly spaced.
    pub times: Option<Vec<f64>>,
}

/// A time in which nothing was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The first sample after it.
    pub sample: usize,
    /// How much later than without it that sample was taken. 0 if the file does not say for how long the recorder
    /// stopped; negative where a clock went back.
    pub seconds: f64,
}

impl Channel {
    /// A channel of samples alone: without unit and rate, from the recording's start, whole.
    pub fn new(name: impl Into<String>, samples: Vec<f32>) -> Self {
        Self {
            name: name.into(),
            source: None,
            unit: None,
            sample_rate: None,
            samples,
            start: 0.0,
            gaps: Vec::new(),
            missing: Vec::new(),
            times: None,
        }
    }

    /// Whether no sample is missing and no time was passed over.
    ///
    /// Samples with [`times`](Self::times) of their own are never continuous.
    pub fn is_continuous(&self) -> bool {
        self.gaps.is_empty() && self.missing.is_empty() && self.times.is_none()
    }

    /// When a sample was taken, in seconds after the recording's start; none without such a sample, and none if the
    /// channel has neither a rate nor times.
    ///
    /// ```
    /// use emo_recording::{Channel, Gap, SampleRate};
    ///
    /// let mut channel = Channel::new("Fp1", vec![1.0, 2.0, 3.0, 4.0]);
    /// channel.sample_rate = Some(SampleRate::from_hz(2.0)?);
    /// channel.gaps = vec![Gap { sample: 2, seconds: 10.0 }];
    /// assert_eq!(channel.time_of(1), Some(0.5));
    /// assert_eq!(channel.time_of(2), Some(11.0));
    /// assert_eq!(channel.segments().collect::<Vec<_>>(), [0..2, 2..4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn time_of(&self, sample: usize) -> Option<f64> {
        if sample >= self.samples.len() {
            return None;
        }
        if let Some(times) = &self.times {
            return times.get(sample).copied();
        }
        let rate = self.sample_rate?.hz();
        let passed_over: f64 = self
            .gaps
            .iter()
            .take_while(|gap| gap.sample <= sample)
            .map(|gap| gap.seconds)
            .sum();
        Some(self.start + sample as f64 / rate + passed_over)
    }

    /// The stretches of samples that are neighbours in time and not missing, in order.
    pub fn segments(&self) -> impl Iterator<Item = Range<usize>> {
        let cuts = self.gaps.iter().map(|gap| gap.sample..gap.sample);
        let mut cuts: Vec<_> = cuts.chain(self.missing.iter().cloned()).collect();
        cuts.sort_by_key(|cut| (cut.start, cut.end));
        let end = self.samples.len();
        cuts.push(end..end);
        let mut from = 0;
        cuts.into_iter().filter_map(move |cut| {
            let segment = from..cut.start;
            from = from.max(cut.end);
            (segment.start < segment.end).then_some(segment)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_lie_between_gaps_and_missing_samples() {
        let mut channel = Channel::new("x", vec![0.0; 10]);
        assert!(channel.is_continuous());
        assert_eq!(channel.segments().collect::<Vec<_>>(), vec![0..10]);
        channel.gaps = vec![
            Gap {
                sample: 2,
                seconds: 1.0,
            },
            Gap {
                sample: 6,
                seconds: 1.0,
            },
        ];
        channel.missing = vec![4..7, 9..10];
        assert!(!channel.is_continuous());
        let segments: Vec<_> = channel.segments().collect();
        assert_eq!(segments, [0..2, 2..4, 7..9]);
        assert_eq!(Channel::new("x", Vec::new()).segments().count(), 0);
    }

    #[test]
    fn times_of_their_own_come_first() {
        let mut channel = Channel::new("RR", vec![800.0, 810.0]);
        assert_eq!(channel.time_of(0), None);
        channel.times = Some(vec![0.8, 1.61]);
        assert_eq!(channel.time_of(1), Some(1.61));
        assert_eq!(channel.time_of(2), None);
        assert!(!channel.is_continuous());
    }
}
