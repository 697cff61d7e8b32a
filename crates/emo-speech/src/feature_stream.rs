use crate::signal::{check_signal_from, to_f32};
use crate::{Deltas, Edges, FrameFeatures, SpeechError};

/// [`FrameFeatures`] of a live source: samples go in as they come, frames come out as soon as nothing can change them.
///
/// The values are those of [`FrameFeatures::compute`] to the bit, however the signal is cut into pushes. After the
/// construction no memory is allocated.
///
/// ```
/// use emo_speech::{FeatureStream, FrameFeature, FrameFeatures, FrameFeaturesConfig, FramePreset};
///
/// let wanted = vec![FrameFeature::Rms, FrameFeature::Centroid];
/// let config = FrameFeaturesConfig::new(FramePreset::Kaldi, 16_000, wanted);
/// let mut stream = FeatureStream::new(FrameFeatures::new(config)?)?;
///
/// let mut n_frames = 0;
/// for ten_ms in vec![0.1; 16_000].chunks(160) {
///     stream.push(ten_ms, |_frame| n_frames += 1)?;
/// }
/// stream.finish(|_frame| n_frames += 1)?;
/// assert_eq!(n_frames, 98);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug)]
pub struct FeatureStream {
    features: FrameFeatures,
    /// The latest samples.
    buffer: Vec<f32>,
    /// Position of the first of them in the signal.
    origin: usize,
    /// The next frame.
    index: usize,
    /// The latest frame's values, as they are handed out.
    row: Vec<f32>,
}

/// Samples that are taken into the buffer at once where more come, beside what frames need.
const BLOCK_LEN: usize = 1024;

impl FeatureStream {
    /// Takes the features and reserves all memory.
    ///
    /// # Errors
    /// [`SpeechError::NeedsWholeSignal`] if a feature depends on the loudest frame (`top_db`, [`Reference::Max`]) or on
    /// an estimated tuning.
    ///
    /// [`Reference::Max`]: crate::Reference::Max
    pub fn new(mut features: FrameFeatures) -> Result<Self, SpeechError> {
        if features.needs_whole_signal() {
            return Err(SpeechError::NeedsWholeSignal);
        }
        features.reset();
        let settings = &features.config().frames;
        let capacity = settings.frame_len + 1 + settings.frame_len.max(BLOCK_LEN);
        Ok(Self {
            row: vec![0.0; features.n_features()],
            features,
            buffer: Vec::with_capacity(capacity),
            origin: 0,
            index: 0,
        })
    }

    /// The features.
    pub fn features(&self) -> &FrameFeatures {
        &self.features
    }

    /// How many samples after the middle of a frame its values are handed out: half a frame (and two samples more for the
    /// first frames of [`Edges::CentredReflect`]), and one hop for each frame that deltas look ahead.
    ///
    /// A chunk adds the time that its own samples waited.
    pub fn latency(&self) -> usize {
        let config = self.features.config();
        let half = config.frames.frame_len.div_ceil(2);
        let mirror = 2 * usize::from(config.frames.edges == Edges::CentredReflect);
        half + mirror + config.deltas.map_or(0, Deltas::delay) * config.frames.hop_len
    }

    /// Takes the next samples and hands each complete frame's values to `on_frame`.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`] with the position in the stream; none of the samples is taken then.
    pub fn push(
        &mut self,
        samples: &[f32],
        mut on_frame: impl FnMut(&[f32]),
    ) -> Result<(), SpeechError> {
        check_signal_from(samples, self.n_samples())?;
        let mut rest = samples;
        while !rest.is_empty() {
            if self.buffer.len() == self.buffer.capacity() {
                self.forget();
            }
            let room = self.buffer.capacity() - self.buffer.len();
            let (block, later) = rest.split_at(room.min(rest.len()));
            self.buffer.extend_from_slice(block);
            let n_settled = self.features.frames.framing().n_settled(self.n_samples());
            self.emit_until(n_settled, &mut on_frame);
            rest = later;
        }
        Ok(())
    }

    /// Ends the signal, hands out the frames that its end completes, and begins anew.
    ///
    /// # Errors
    /// [`SpeechError::TooFewFrames`] where deltas need more frames than there were.
    pub fn finish(&mut self, mut on_frame: impl FnMut(&[f32])) -> Result<(), SpeechError> {
        if self.n_samples() > 0 {
            let n_frames = self.features.n_frames(self.n_samples());
            self.emit_until(n_frames, &mut on_frame);
        }
        let rest = match &mut self.features.deltas {
            Some(deltas) => deltas.finish(&mut handing_out(&mut self.row, &mut on_frame)),
            None => Ok(()),
        };
        self.reset();
        rest
    }

    /// Begins anew without the frames that are not complete.
    pub fn reset(&mut self) {
        self.features.reset();
        self.buffer.clear();
        (self.origin, self.index) = (0, 0);
    }

    fn n_samples(&self) -> usize {
        self.origin + self.buffer.len()
    }

    fn emit_until(&mut self, n_frames: usize, on_frame: &mut dyn FnMut(&[f32])) {
        let mut hand_out = handing_out(&mut self.row, on_frame);
        while self.index < n_frames {
            self.features
                .push_frame(&self.buffer, self.origin, self.index, &mut hand_out);
            self.index += 1;
        }
    }

    /// Drops the samples that no later frame needs.
    fn forget(&mut self) {
        let framing = self.features.frames.framing();
        let keep_from = framing.keep_from(self.index, self.n_samples());
        self.buffer.drain(..keep_from - self.origin);
        self.origin = keep_from;
    }
}

/// Converts rows to single precision on their way out.
fn handing_out<'a>(
    row: &'a mut [f32],
    on_frame: &'a mut dyn FnMut(&[f32]),
) -> impl FnMut(&[f64]) + 'a {
    move |values| {
        for (x, &value) in row.iter_mut().zip(values) {
            *x = to_f32(value);
        }
        on_frame(row);
    }
}
