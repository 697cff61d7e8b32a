use std::time::Duration;

use ndarray::Array1;

use crate::frame::Framing;
use crate::rms::rms_into;
use crate::signal::{check_sample_rate, check_signal};
use crate::zero_crossing::zero_crossing_rate_into;
use crate::{Mfcc, MfccConfig, Precision, Resampler, SpeechError};

/// The longest segment in samples.
const MAX_SEGMENT_LEN: usize = 1 << 24;

/// Settings of [`SeedFeatures`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SeedFeaturesConfig {
    /// Rate in Hz at which the features are computed; default 22,050, that of `librosa.load`.
    pub sample_rate: u32,
    /// Where the segment begins in the signal; default 0.6 s, which skips the silence before acted speech.
    pub offset: Duration,
    /// Length of the segment; default 2.5 s.
    pub duration: Duration,
    /// Length of a frame in samples; default 2048, as in librosa.
    pub frame_len: usize,
    /// Distance of two frames in samples; default 512, as in librosa.
    #[doc(alias = "hop_length")]
    pub hop_len: usize,
    /// Number of cepstral coefficients; default 20, as in librosa.
    pub n_mfcc: usize,
    /// The number type of the transforms; default single precision, as in librosa.
    pub precision: Precision,
}

impl Default for SeedFeaturesConfig {
    fn default() -> Self {
        Self {
            sample_rate: 22_050,
            offset: Duration::from_millis(600),
            duration: Duration::from_millis(2500),
            frame_len: 2048,
            hop_len: 512,
            n_mfcc: 20,
            precision: Precision::Single,
        }
    }
}

/// Zero-crossing rate, RMS and MFCC of the frames of one segment, concatenated.
///
/// The vector holds one [`zero_crossing_rate`](crate::zero_crossing_rate) for each frame, then one
/// [`rms`](crate::rms) for each frame, then the [`Mfcc`] frame by frame, each with all its coefficients: with the
/// defaults 108 + 108 + 108 · 20 = 2,376 values. It is the input of the simple and the deep speech model.
///
/// The order of work is that of `librosa.load(path, offset=0.6, duration=2.5)`: the segment is cut at the signal's own
/// rate (positions rounded down to samples), then resampled. A segment that ends early is continued with zeros, a
/// signal that ends before the offset is an error.
///
/// ```
/// use emo_speech::{SeedFeatures, SeedFeaturesConfig};
///
/// let signal: Vec<f32> = (0..56_000).map(|n| 0.3 * (n as f32 * 0.1).sin()).collect();
/// let mut features = SeedFeatures::new(SeedFeaturesConfig::default())?;
/// assert_eq!(features.compute(&signal, 16_000)?.len(), 2_376);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug)]
pub struct SeedFeatures {
    config: SeedFeaturesConfig,
    framing: Framing,
    segment_len: usize,
    mfcc: Mfcc,
    segment: Vec<f32>,
    /// For the rate that came last.
    resampler: Option<Resampler>,
}

impl SeedFeatures {
    /// Plans the transform and the tables.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::Duration`] if the segment has no sample or more than 2²⁴;
    /// [`SpeechError::ConfigOutOfRange`] for a frame, hop or number of coefficients outside its range.
    pub fn new(config: SeedFeaturesConfig) -> Result<Self, SpeechError> {
        check_sample_rate(config.sample_rate)?;
        let segment_len = segment_len(config.duration, config.sample_rate, MAX_SEGMENT_LEN)?;
        let framing = Framing::new(config.frame_len, config.hop_len)?;
        let mut mfcc = MfccConfig::new(config.sample_rate);
        mfcc.mel.n_fft = config.frame_len;
        mfcc.mel.hop_len = config.hop_len;
        mfcc.mel.precision = config.precision;
        mfcc.n_mfcc = config.n_mfcc;
        Ok(Self {
            mfcc: Mfcc::new(mfcc)?,
            config,
            framing,
            segment_len,
            segment: vec![0.0; segment_len],
            resampler: None,
        })
    }

    /// The settings.
    pub fn config(&self) -> &SeedFeaturesConfig {
        &self.config
    }

    /// Length of the segment in samples at the configured rate.
    pub fn segment_len(&self) -> usize {
        self.segment_len
    }

    /// Number of frames of the segment.
    pub fn n_frames(&self) -> usize {
        self.framing.n_frames(self.segment_len)
    }

    /// Number of values in the vector.
    pub fn n_features(&self) -> usize {
        self.n_frames() * (2 + self.config.n_mfcc)
    }

    /// Features of the configured segment of a mono signal at `sample_rate` Hz.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`]; [`SpeechError::NonFiniteSample`] anywhere in the signal;
    /// [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::SignalTooShort`] if the signal ends before the offset.
    pub fn compute(
        &mut self,
        samples: &[f32],
        sample_rate: u32,
    ) -> Result<Array1<f32>, SpeechError> {
        check_sample_rate(sample_rate)?;
        check_signal(samples)?;
        let start = in_samples(self.config.offset, sample_rate);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        if samples.len() <= start {
            return Err(SpeechError::SignalTooShort {
                actual: samples.len(),
                required: start.saturating_add(1),
            });
        }
        let len = usize::try_from(in_samples(self.config.duration, sample_rate).max(1))
            .unwrap_or(usize::MAX);
        let end = start.saturating_add(len).min(samples.len());
        self.resample_segment(&samples[start..end], sample_rate)?;
        let mut output = vec![0.0; self.n_features()];
        self.write_features(&mut output);
        Ok(Array1::from_vec(output))
    }

    /// Features of a segment that has been cut and is at the configured rate; a shorter one is continued with zeros.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`], [`SpeechError::SegmentTooLong`].
    pub fn compute_segment(&mut self, segment: &[f32]) -> Result<Array1<f32>, SpeechError> {
        let mut output = vec![0.0; self.n_features()];
        self.compute_segment_into(segment, &mut output)?;
        Ok(Array1::from_vec(output))
    }

    /// As [`compute_segment`](Self::compute_segment) into a slice of [`n_features`](Self::n_features) values; allocates
    /// nothing after the first call.
    ///
    /// # Errors
    /// Those of `compute_segment` and [`SpeechError::OutputLength`].
    pub fn compute_segment_into(
        &mut self,
        segment: &[f32],
        output: &mut [f32],
    ) -> Result<(), SpeechError> {
        check_signal(segment)?;
        if segment.len() > self.segment_len {
            return Err(SpeechError::SegmentTooLong {
                actual: segment.len(),
                limit: self.segment_len,
            });
        }
        if output.len() != self.n_features() {
            return Err(SpeechError::OutputLength {
                actual: output.len(),
                expected: self.n_features(),
            });
        }
        let (head, tail) = self.segment.split_at_mut(segment.len());
        head.copy_from_slice(segment);
        tail.fill(0.0);
        self.write_features(output);
        Ok(())
    }

    fn resample_segment(&mut self, cut: &[f32], sample_rate: u32) -> Result<(), SpeechError> {
        let planned = self.resampler.take();
        let mut resampler = match planned.filter(|r| r.from_rate() == sample_rate) {
            Some(resampler) => resampler,
            None => Resampler::new(sample_rate, self.config.sample_rate)?,
        };
        let len = resampler.output_len(cut.len()).min(self.segment_len);
        let (head, tail) = self.segment.split_at_mut(len);
        resampler.process_into(cut, head);
        tail.fill(0.0);
        self.resampler = Some(resampler);
        Ok(())
    }

    fn write_features(&mut self, output: &mut [f32]) {
        let n_frames = self.n_frames();
        let (crossings, rest) = output.split_at_mut(n_frames);
        let (levels, cepstra) = rest.split_at_mut(n_frames);
        zero_crossing_rate_into(&self.segment, self.framing, crossings);
        rms_into(&self.segment, self.framing, levels);
        self.mfcc.compute_by_frame(&self.segment, cepstra);
    }
}

/// The length of a segment in samples, which is from 1 to `limit`.
pub(crate) fn segment_len(
    duration: Duration,
    sample_rate: u32,
    limit: usize,
) -> Result<usize, SpeechError> {
    let samples = in_samples(duration, sample_rate);
    match usize::try_from(samples) {
        Ok(len) if (1..=limit).contains(&len) => Ok(len),
        _ => Err(SpeechError::Duration {
            duration,
            sample_rate,
            samples,
            limit,
        }),
    }
}

/// A duration in samples, rounded down. At most 2⁶⁴ s · 10⁹ · 2³² fits into 128 bits.
fn in_samples(duration: Duration, sample_rate: u32) -> u128 {
    duration.as_nanos() * u128::from(sample_rate) / 1_000_000_000
}
