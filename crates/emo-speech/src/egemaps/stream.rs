use std::time::Duration;

use super::analyzer::Analyzer;
use super::descriptors::{Descriptors, N_DESCRIPTORS};
use super::functionals::N_FUNCTIONALS;
use super::segment::Segment;
use crate::SpeechError;
use crate::seed_features::segment_len;
use crate::signal::{MAX_SAMPLE_RATE, check_signal_from, to_f32};

/// The lowest sample rate, in Hz.
const MIN_RATE: u32 = 8_000;
/// The longest segment is ten minutes.
const MAX_SEGMENT_SECONDS: usize = 600;

/// [`Egemaps`](crate::Egemaps) of a live source: samples go in as they come, descriptors come out
/// [`latency`](Self::latency) later, and functionals of the latest frames are there at any time.
///
/// The pitch of a frame is decided 40 frames later, in the stream as in the whole signal; so the descriptors are those of
/// [`Egemaps::descriptors`](crate::Egemaps::descriptors) to the bit, however the signal is cut into pushes, and after
/// [`finish`](Self::finish) the functionals are those of [`Egemaps::functionals`](crate::Egemaps::functionals), unless
/// frames of the signal are no longer in the segment. After the construction no memory is allocated.
///
/// The *segment* is what functionals look at: the frames since [`begin_segment`](Self::begin_segment), or since the
/// signal began, but at most the duration given to [`new`](Self::new), of which the oldest frames fall out. So it is a
/// sliding window, an utterance, or both.
///
/// ```
/// use std::time::Duration;
/// use emo_speech::{EGEMAPS_DESCRIPTORS, EgemapsStream};
///
/// let loudness = EGEMAPS_DESCRIPTORS.iter().position(|n| n.starts_with("Loudness")).unwrap();
/// let mut stream = EgemapsStream::new(16_000, Duration::from_secs(3))?;
/// let (mut n_frames, mut loudest) = (0, 0.0);
/// for ten_ms in vec![0.1; 16_000].chunks(160) {
///     stream.push(ten_ms, |descriptors| {
///         n_frames += 1;
///         loudest = descriptors[loudness].max(loudest);
///     })?;
/// }
/// // The frame of number t begins at t · 10 ms, and is there 470 ms later.
/// assert_eq!((stream.latency(), n_frames), (7_520, 54));
/// let so_far = stream.functionals().expect("there are frames");
/// let all = stream.finish(|_descriptors| n_frames += 1).expect("there are frames");
/// assert_eq!((n_frames, so_far.len(), all.len()), (96, 88, 88));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EgemapsStream {
    analyzer: Analyzer,
    descriptors: Descriptors,
    segment: Segment,
    n_samples: usize,
}

impl EgemapsStream {
    /// Plans for a sample rate in Hz, from 8000, and reserves all memory, 30 kB for a second of `segment`.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::Duration`] for a segment of less than a sample or more than
    /// ten minutes.
    pub fn new(sample_rate: u32, segment: Duration) -> Result<Self, SpeechError> {
        let analyzer = plan(sample_rate)?;
        let limit = MAX_SEGMENT_SECONDS * sample_rate as usize;
        let samples = segment_len(segment, sample_rate, limit)?;
        let max_frames = samples.div_ceil(analyzer.hop_len());
        let segment = Segment::with_limit(analyzer.step(), max_frames, analyzer.n_ahead());
        Ok(Self::of(analyzer, segment))
    }

    /// With a segment that grows with the signal.
    pub(super) fn unlimited(sample_rate: u32) -> Result<Self, SpeechError> {
        let analyzer = plan(sample_rate)?;
        let segment = Segment::unlimited(analyzer.step());
        Ok(Self::of(analyzer, segment))
    }

    fn of(analyzer: Analyzer, segment: Segment) -> Self {
        Self {
            descriptors: Descriptors::new(analyzer.n_ahead()),
            analyzer,
            segment,
            n_samples: 0,
        }
    }

    /// The least number of samples that have a frame, 60 ms.
    pub(super) fn min_samples(&self) -> usize {
        self.analyzer.min_samples()
    }

    /// How many samples after the beginning of a frame its descriptors are handed out: 470 ms, which are the 60 ms of the
    /// frame, 40 hops until its pitch is decided, and one for smoothing.
    ///
    /// A chunk adds the time that its own samples waited. The functionals' segment ends one frame later.
    pub fn latency(&self) -> usize {
        self.analyzer.latency() + self.analyzer.hop_len()
    }

    /// Takes the next samples and hands the descriptors of each frame that is decided to `on_frame`, in the order of
    /// [`EGEMAPS_DESCRIPTORS`](crate::EGEMAPS_DESCRIPTORS).
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`] with the position in the stream; none of the samples is taken then.
    pub fn push(
        &mut self,
        samples: &[f32],
        mut on_frame: impl FnMut(&[f32; N_DESCRIPTORS]),
    ) -> Result<(), SpeechError> {
        check_signal_from(samples, self.n_samples)?;
        self.n_samples += samples.len();
        self.analyzer.push(samples, |frame| {
            self.segment.push(frame);
            if let Some(row) = self.descriptors.push(&frame) {
                on_frame(row);
            }
        });
        Ok(())
    }

    /// Begins a new segment with the next frame that is decided; the signal goes on.
    ///
    /// That frame lies a latency back, so a segment that is to begin at a sample of the signal is begun when
    /// [`latency`](Self::latency) more have come.
    pub fn begin_segment(&mut self) {
        self.segment.begin();
    }

    /// The 88 functionals of the segment as far as it is decided, in the order of
    /// [`EGEMAPS_FUNCTIONALS`](crate::EGEMAPS_FUNCTIONALS); `None` while there is no frame.
    ///
    /// Takes time in proportion to the segment.
    pub fn functionals(&mut self) -> Option<[f32; N_FUNCTIONALS]> {
        Some(self.segment.functionals()?.map(to_f32))
    }

    /// Ends the signal, hands out its last frames, and begins anew.
    ///
    /// Returns the functionals of the segment up to the end, `None` if there was no frame. As in
    /// [`Egemaps`](crate::Egemaps) there is one row of descriptors more than frames of 60 ms.
    pub fn finish(
        &mut self,
        mut on_frame: impl FnMut(&[f32; N_DESCRIPTORS]),
    ) -> Option<[f32; N_FUNCTIONALS]> {
        self.analyzer.finish(|frame| {
            self.segment.push(frame);
            if let Some(row) = self.descriptors.push(&frame) {
                on_frame(row);
            }
        });
        self.descriptors.finish(&mut on_frame);
        let functionals = self.segment.final_functionals();
        self.reset();
        Some(functionals?.map(to_f32))
    }

    /// Begins anew without the frames that are not decided.
    pub fn reset(&mut self) {
        self.analyzer.reset();
        self.descriptors.clear();
        self.segment.clear();
        self.n_samples = 0;
    }
}

fn plan(sample_rate: u32) -> Result<Analyzer, SpeechError> {
    if !(MIN_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
        return Err(SpeechError::SampleRateOutOfRange {
            sample_rate,
            min: MIN_RATE,
            max: MAX_SAMPLE_RATE,
        });
    }
    Ok(Analyzer::new(sample_rate))
}
