//! Reading of recordings into what features are computed from.

use std::{ops::Range, path::Path};

use emo_examples::{
    FacePlace,
    heart::{Heart, HeartSignal},
};
use emo_fusion::{
    EegRecording, EegSignal, ImageSignal, Inputs, SpeechSignal,
    eeg::{MissingChannels, SpatialFilter},
    ndarray::s,
};

use crate::Failure;

/// What the command line says about the files.
#[derive(Debug, Clone)]
pub(crate) struct ReadOptions {
    pub(crate) rate_hz: Option<f64>,
    pub(crate) heart_signal: HeartSignal,
    pub(crate) face: Option<FacePlace>,
    /// The channels that are asked for; none if any will do.
    pub(crate) channels: Vec<String>,
}

/// What a file holds.
pub(crate) struct Found<S> {
    /// The stretches between gaps, at least one, each with its begin in seconds.
    pub(crate) stretches: Vec<(f64, S)>,
    /// What was left aside, and why.
    pub(crate) left_aside: Vec<String>,
}

impl<S: Signal> Found<S> {
    fn whole(signal: S) -> Self {
        Self {
            stretches: vec![(0.0, signal)],
            left_aside: Vec::new(),
        }
    }

    /// The longest stretch, the last one of equal ones, with its begin in seconds.
    pub(crate) fn longest(&self) -> Option<&(f64, S)> {
        self.stretches.iter().max_by_key(|(_, signal)| signal.len())
    }
}

/// What decides on columns, by the command line and the first recording, and what every recording is brought to.
pub(crate) struct Layout {
    pub(crate) channels: Vec<String>,
    pub(crate) missing: MissingChannels,
    pub(crate) rate_hz: f64,
    /// Samples of a window, or of the recording where it is not cut.
    pub(crate) window_len: usize,
}

/// A recording, cut along time in samples.
pub(crate) trait Signal: Sized + Send {
    fn read(path: &Path, options: &ReadOptions) -> Result<Found<Self>, Failure>;

    /// The names of its channels; none where a signal has only one.
    fn channels(&self) -> &[String] {
        &[]
    }

    /// The signal with these channels alone, in this order.
    fn arranged(self, _layout: &Layout) -> Result<Self, Failure> {
        Ok(self)
    }

    fn rate_hz(&self) -> f64;
    fn len(&self) -> usize;
    fn cut(&self, range: Range<usize>) -> Result<Self, Failure>;
}

/// Cut along time in seconds.
impl Signal for Heart {
    fn read(path: &Path, options: &ReadOptions) -> Result<Found<Self>, Failure> {
        let heart = Self::read(path, options.heart_signal, options.rate_hz)?;
        Ok(Found::whole(heart))
    }

    fn rate_hz(&self) -> f64 {
        1.0
    }

    fn len(&self) -> usize {
        self.duration_s() as usize
    }

    fn cut(&self, range: Range<usize>) -> Result<Self, Failure> {
        self.part(range.start as f64..range.end as f64)
    }
}

impl Signal for EegSignal {
    fn read(path: &Path, options: &ReadOptions) -> Result<Found<Self>, Failure> {
        let recording = EegRecording::read(path, options.rate_hz, &options.channels)?;
        let stretches = recording.stretches.iter();
        let left_aside = recording.left_aside.iter();
        Ok(Found {
            stretches: stretches
                .map(|stretch| (stretch.start_s, recording.signal(stretch)))
                .collect(),
            left_aside: left_aside
                .map(|left| format!("{} ({})", left.channel, left.reason))
                .collect(),
        })
    }

    fn channels(&self) -> &[String] {
        &self.channels
    }

    fn arranged(self, layout: &Layout) -> Result<Self, Failure> {
        let select = SpatialFilter::select(&self.channels, &layout.channels, layout.missing)?;
        Ok(Self {
            samples: select.apply(&self.samples)?,
            channels: layout.channels.clone(),
            sample_rate: self.sample_rate,
        })
    }

    fn rate_hz(&self) -> f64 {
        self.sample_rate.hz()
    }

    fn len(&self) -> usize {
        self.samples.ncols()
    }

    fn cut(&self, range: Range<usize>) -> Result<Self, Failure> {
        Ok(Self {
            channels: self.channels.clone(),
            samples: self.samples.slice(s![.., range]).to_owned(),
            sample_rate: self.sample_rate,
        })
    }
}

impl Signal for SpeechSignal {
    fn read(path: &Path, _: &ReadOptions) -> Result<Found<Self>, Failure> {
        let mut inputs = Inputs::default();
        let signal = inputs.read_speech(path)?.speech().cloned();
        signal.map(Found::whole).ok_or_else(|| "no speech".into())
    }

    fn rate_hz(&self) -> f64 {
        self.sample_rate.into()
    }

    fn len(&self) -> usize {
        self.samples.len()
    }

    fn cut(&self, range: Range<usize>) -> Result<Self, Failure> {
        Ok(Self {
            samples: self.samples[range].to_vec(),
            sample_rate: self.sample_rate,
        })
    }
}

/// A picture of a face is a single sample.
impl Signal for ImageSignal {
    fn read(path: &Path, options: &ReadOptions) -> Result<Found<Self>, Failure> {
        let mut inputs = Inputs::default();
        let read = FacePlace::read(options.face, &mut inputs, path)?;
        let signal = read.image().cloned();
        signal.map(Found::whole).ok_or_else(|| "no picture".into())
    }

    fn rate_hz(&self) -> f64 {
        1.0
    }

    fn len(&self) -> usize {
        1
    }

    fn cut(&self, _: Range<usize>) -> Result<Self, Failure> {
        Ok(self.clone())
    }
}
