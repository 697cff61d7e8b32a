use ndarray::{Array2, s};

use crate::deltas::DeltaStream;
use crate::frame_feature::Measure;
use crate::signal::{check_signal, to_f32};
use crate::{Deltas, FrameFeature, FramePreset, Frames, FramesConfig, SpeechError};

/// Settings of [`FrameFeatures`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FrameFeaturesConfig {
    /// How the signal is cut.
    pub frames: FramesConfig,
    /// What is measured, in this order.
    pub features: Vec<FrameFeature>,
    /// How all values change over the frames; default `None`, not measured.
    pub deltas: Option<Deltas>,
}

impl FrameFeaturesConfig {
    /// Some features of the frames of a preset at a sample rate in Hz.
    pub fn new(preset: FramePreset, sample_rate: u32, features: Vec<FrameFeature>) -> Self {
        Self {
            frames: FramesConfig::new(preset, sample_rate),
            features,
            deltas: None,
        }
    }
}

/// Features of the frames of a signal, planned once; each frame is transformed once for all of them.
///
/// ```
/// use emo_speech::{
///     CepstraConfig, Deltas, FrameFeature, FrameFeatures, FrameFeaturesConfig, FramePreset,
/// };
///
/// let preset = FramePreset::Kaldi;
/// let wanted = vec![FrameFeature::Mfcc(CepstraConfig::new(preset)), FrameFeature::Centroid];
/// let mut config = FrameFeaturesConfig::new(preset, 16_000, wanted);
/// config.deltas = Some(Deltas::Regression { n_sides: 2, n_orders: 1 });
/// let mut features = FrameFeatures::new(config)?;
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.2).sin()).collect();
/// assert_eq!(features.compute(&tone)?.dim(), (28, 98));
/// assert_eq!(features.names()[27], "delta_centroid_hz");
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// [`FeatureStream`](crate::FeatureStream) computes the same from a live source.
#[derive(Debug)]
pub struct FrameFeatures {
    config: FrameFeaturesConfig,
    pub(crate) frames: Frames,
    measures: Vec<Planned>,
    pub(crate) deltas: Option<DeltaStream>,
    raw_len: usize,
    n_values: usize,
    raw: Vec<f64>,
    values: Vec<f64>,
}

/// A measure, where its raw numbers begin in a row of those, and how many values it makes of them.
#[derive(Debug)]
struct Planned {
    measure: Box<dyn Measure>,
    first_raw: usize,
    n_raw: usize,
    n_values: usize,
}

impl FrameFeatures {
    /// Plans the frames and the features.
    ///
    /// # Errors
    /// Those of [`Frames::new`] and [`MelBank::new`](crate::MelBank::new);
    /// [`SpeechError::NoFeature`] for an empty list; [`SpeechError::ConfigOutOfRange`], [`SpeechError::NotPositive`],
    /// [`SpeechError::Share`], [`SpeechError::FrequencyRange`] and [`SpeechError::EvenWidth`] for what a feature's
    /// settings say.
    pub fn new(config: FrameFeaturesConfig) -> Result<Self, SpeechError> {
        if config.features.is_empty() {
            return Err(SpeechError::NoFeature);
        }
        let mut frames = Frames::new(config.frames.clone())?;
        let mut measures = Vec::new();
        let (mut raw_len, mut n_values) = (0, 0);
        for feature in &config.features {
            let measure = feature.plan(&frames)?;
            let planned = Planned {
                first_raw: raw_len,
                n_raw: measure.raw_len(),
                n_values: measure.names().len(),
                measure,
            };
            raw_len += planned.n_raw;
            n_values += planned.n_values;
            measures.push(planned);
        }
        if measures.iter().any(|m| m.measure.needs_magnitude()) {
            frames.keep_magnitude();
        }
        let deltas = match config.deltas {
            Some(deltas) => {
                deltas.check()?;
                Some(DeltaStream::new(deltas, n_values))
            }
            None => None,
        };
        Ok(Self {
            config,
            frames,
            measures,
            deltas,
            raw_len,
            n_values,
            raw: vec![0.0; raw_len],
            values: vec![0.0; n_values],
        })
    }

    /// The settings.
    pub fn config(&self) -> &FrameFeaturesConfig {
        &self.config
    }

    /// Number of frames of a signal of `n_samples` samples.
    pub fn n_frames(&self, n_samples: usize) -> usize {
        self.frames.n_frames(n_samples)
    }

    /// Number of values of a frame, deltas included.
    pub fn n_features(&self) -> usize {
        let n_orders = self.config.deltas.map_or(0, Deltas::n_orders);
        self.n_values * (1 + n_orders)
    }

    /// The names of a frame's values: those of the features, with deltas the same with `delta_` and `delta2_` before.
    pub fn names(&self) -> Vec<String> {
        let names: Vec<String> = self
            .measures
            .iter()
            .flat_map(|m| m.measure.names())
            .collect();
        let n_orders = self.config.deltas.map_or(0, Deltas::n_orders);
        let prefixed = ["", "delta_", "delta2_"];
        prefixed[..=n_orders]
            .iter()
            .flat_map(|prefix| names.iter().map(move |name| format!("{prefix}{name}")))
            .collect()
    }

    /// Whether a feature depends on frames that come later than its deltas need, which a stream cannot give.
    pub fn needs_whole_signal(&self) -> bool {
        self.measures.iter().any(|m| m.measure.needs_whole_signal())
    }

    /// The features of a whole signal, `[n_features, n_frames]`.
    ///
    /// A magnitude beyond `f32::MAX` is given as `f32::MAX`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::TooFewFrames`] where deltas need
    /// more.
    pub fn compute(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        check_signal(samples)?;
        self.reset();
        for planned in &mut self.measures {
            planned.measure.prepare(&mut self.frames, samples);
        }
        let n_frames = self.n_frames(samples.len());
        let mut raw = Array2::zeros((n_frames, self.raw_len));
        for (index, mut row) in raw.rows_mut().into_iter().enumerate() {
            let row = row.as_slice_mut().expect("rows are contiguous");
            self.measure(samples, 0, index, row);
        }
        for planned in &self.measures {
            let columns = planned.first_raw..planned.first_raw + planned.n_raw;
            planned.measure.level(raw.slice_mut(s![.., columns]));
        }
        let mut table = Array2::zeros((self.n_features(), n_frames));
        let mut columns = table.columns_mut().into_iter();
        let mut write = |row: &[f64]| {
            let column = columns.next().expect("as many rows come as go in");
            for (value, &x) in column.into_iter().zip(row) {
                *value = to_f32(x);
            }
        };
        for row in raw.rows() {
            let row = row.as_slice().expect("rows are contiguous");
            finish(&self.measures, row, &mut self.values);
            match &mut self.deltas {
                Some(deltas) => deltas.push(&self.values, &mut write),
                None => write(&self.values),
            }
        }
        if let Some(deltas) = &mut self.deltas {
            deltas.finish(&mut write)?;
        }
        Ok(table)
    }

    pub(crate) fn reset(&mut self) {
        for planned in &mut self.measures {
            planned.measure.reset();
        }
        if let Some(deltas) = &mut self.deltas {
            deltas.reset();
        }
    }

    /// Computes the values of frame `index` of a signal whose samples from `origin` on are `samples`, and hands out the
    /// rows that are complete.
    pub(crate) fn push_frame(
        &mut self,
        samples: &[f32],
        origin: usize,
        index: usize,
        emit: &mut dyn FnMut(&[f64]),
    ) {
        let mut raw = std::mem::take(&mut self.raw);
        self.measure(samples, origin, index, &mut raw);
        self.raw = raw;
        finish(&self.measures, &self.raw, &mut self.values);
        match &mut self.deltas {
            Some(deltas) => deltas.push(&self.values, emit),
            None => emit(&self.values),
        }
    }

    fn measure(&mut self, samples: &[f32], origin: usize, index: usize, raw: &mut [f64]) {
        let frame = self.frames.analyse(samples, origin, index);
        for planned in &mut self.measures {
            let raw = &mut raw[planned.first_raw..][..planned.n_raw];
            planned.measure.measure(&frame, raw);
        }
    }
}

fn finish(measures: &[Planned], raw: &[f64], values: &mut [f64]) {
    let mut rest = values;
    for planned in measures {
        let (values, later) = rest.split_at_mut(planned.n_values);
        planned
            .measure
            .finish(&raw[planned.first_raw..][..planned.n_raw], values);
        rest = later;
    }
}
