use std::fs::File;
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::common::Limit;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{FORMAT_ID_FLAC, FORMAT_ID_ISOMP4, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use crate::signal::check_sample_rate;
use crate::{Audio, SpeechError};

/// The formats that were compiled in, for the message of an error.
static FORMATS: LazyLock<String> = LazyLock::new(|| {
    let formats = [
        (cfg!(feature = "aac"), "AAC"),
        (cfg!(feature = "flac"), "FLAC"),
        (cfg!(feature = "mp3"), "MP3"),
        (cfg!(feature = "ogg"), "Ogg Vorbis"),
        (cfg!(feature = "wav"), "WAV"),
    ];
    let compiled_in = formats.iter().filter(|(is_in, _)| *is_in);
    compiled_in
        .map(|&(_, name)| name)
        .collect::<Vec<_>>()
        .join(", ")
});

/// The longest tag or picture beside the audio that is read, in bytes; longer ones are skipped.
const MAX_TAG_BYTES: usize = 64 * 1024;

/// How much a [`Decoder`] reads before it gives up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecoderConfig {
    /// Longest recording; default 10 minutes.
    pub max_duration: Duration,
    /// Largest number of samples, all channels counted; default 2²⁶, which are 256 MiB.
    pub max_samples: usize,
    /// Largest file in bytes; default 2²⁸, which are 256 MiB.
    pub max_bytes: u64,
}

impl Default for DecoderConfig {
    fn default() -> Self {
        Self {
            max_duration: Duration::from_secs(600),
            max_samples: 1 << 26,
            max_bytes: 1 << 28,
        }
    }
}

/// Decodes recordings within limits.
///
/// The format is recognised by content, not by name. A recording that exceeds a limit is an error, never cut short.
/// So is one that is damaged or, where the format states its length (WAV, FLAC, M4A, MP3 with an encoder's tag), ends
/// early; an Ogg stream that was cut between two pages cannot be told from a whole one. Memory grows with the samples
/// that are there, not with what a header claims.
///
/// Delay and padding that an MP3 encoder notes in its tag are removed; without the tag the encoder's delay, about
/// 1,105 samples, remains at the beginning; so does that of AAC, usually 1,024 or 2,112 samples. Samples of integer formats are divided by full scale; those of float
/// formats are passed on as they are, even where they are not finite.
///
/// ```no_run
/// use std::time::Duration;
/// use emo_speech::{Decoder, DecoderConfig};
///
/// let mut config = DecoderConfig::default();
/// config.max_duration = Duration::from_secs(30);
/// let audio = Decoder::new(config).decode_file("speech.flac")?;
/// println!("{} Hz, {} channels", audio.sample_rate(), audio.n_channels());
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    config: DecoderConfig,
}

impl Decoder {
    /// A decoder with these limits.
    pub fn new(config: DecoderConfig) -> Self {
        Self { config }
    }

    /// Decodes a file.
    ///
    /// # Errors
    /// [`SpeechError::File`] with the path and the reason: those of [`decode_bytes`](Self::decode_bytes), and
    /// [`SpeechError::Io`], [`SpeechError::NotAFile`].
    pub fn decode_file(&self, path: impl AsRef<Path>) -> Result<Audio, SpeechError> {
        let path = path.as_ref();
        self.open(path)
            .and_then(|file| self.decode(file))
            .map_err(|source| SpeechError::File {
                path: path.to_owned(),
                source: Box::new(source),
            })
    }

    /// Decodes a file that is in memory.
    ///
    /// # Errors
    /// [`SpeechError::TooManyBytes`], [`SpeechError::TooLong`], [`SpeechError::TooManySamples`] beyond a limit;
    /// [`SpeechError::UnsupportedFormat`], [`SpeechError::MalformedAudio`], [`SpeechError::TruncatedAudio`],
    /// [`SpeechError::FormatChange`], [`SpeechError::DecoderPanicked`], [`SpeechError::NoAudio`],
    /// [`SpeechError::SampleRateOutOfRange`].
    pub fn decode_bytes(&self, bytes: &[u8]) -> Result<Audio, SpeechError> {
        self.check_bytes(bytes.len() as u64)?;
        self.decode(Cursor::new(bytes))
    }

    /// Reads to the end and decodes.
    ///
    /// # Errors
    /// Those of [`decode_bytes`](Self::decode_bytes) and [`SpeechError::Io`].
    pub fn decode_reader(&self, reader: impl Read) -> Result<Audio, SpeechError> {
        let mut bytes = Vec::new();
        reader
            .take(self.config.max_bytes.saturating_add(1))
            .read_to_end(&mut bytes)?;
        self.decode_bytes(&bytes)
    }

    fn open(&self, path: &Path) -> Result<File, SpeechError> {
        // Asked before opening, because opening a pipe waits for its writer.
        if !std::fs::metadata(path)?.is_file() {
            return Err(SpeechError::NotAFile);
        }
        let file = File::open(path)?;
        self.check_bytes(file.metadata()?.len())?;
        Ok(file)
    }

    fn check_bytes(&self, n_bytes: u64) -> Result<(), SpeechError> {
        if n_bytes == 0 {
            return Err(SpeechError::NoAudio);
        }
        if n_bytes > self.config.max_bytes {
            return Err(SpeechError::TooManyBytes {
                limit: self.config.max_bytes,
            });
        }
        Ok(())
    }

    fn decode(&self, source: impl MediaSource) -> Result<Audio, SpeechError> {
        // The decoders have assertions and unchecked sums that hostile input can reach; none of their state outlives
        // the call.
        catch_unwind(AssertUnwindSafe(|| self.decode_source(source)))
            .unwrap_or(Err(SpeechError::DecoderPanicked))
    }

    fn decode_source(&self, source: impl MediaSource) -> Result<Audio, SpeechError> {
        let stream = MediaSourceStream::new(Box::new(source), Default::default());
        let tags = MetadataOptions::default()
            .limit_tag_bytes(Limit::Maximum(MAX_TAG_BYTES))
            .limit_visual_bytes(Limit::Maximum(MAX_TAG_BYTES));
        let mut format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), tags)
            .map_err(|error| translate(error, 0))?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or(SpeechError::NoAudio)?;
        let announced = announced_frames(format.as_ref(), track);
        let track_id = track.id;
        let params = track.codec_params.as_ref().and_then(|p| p.audio());
        let mut decoder = symphonia::default::get_codecs()
            .make_audio_decoder(
                params.ok_or(SpeechError::NoAudio)?,
                &AudioDecoderOptions::default(),
            )
            .map_err(|error| translate(error, 0))?;

        let mut collected = Collected::new(&self.config);
        // What a file says itself is too long need not be decoded to find that out.
        collected.check_announced(announced, decoder.codec_params())?;
        loop {
            let packet = match format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) if is_end(&error) => break,
                Err(error) => return Err(translate(error, collected.n_frames())),
            };
            if packet.track_id != track_id {
                continue;
            }
            let block = decoder
                .decode(&packet)
                .map_err(|error| translate(error, collected.n_frames()))?;
            collected.push(&block)?;
        }
        collected.finish(announced)
    }
}

/// Decodes a file within the default limits of [`DecoderConfig`].
///
/// # Errors
/// Those of [`Decoder::decode_file`].
///
/// # Example
/// ```no_run
/// let audio = emo_speech::decode_file("speech.wav")?;
/// let mono = audio.to_mono();
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn decode_file(path: impl AsRef<Path>) -> Result<Audio, SpeechError> {
    Decoder::default().decode_file(path)
}

/// Decodes a file that is in memory within the default limits of [`DecoderConfig`].
///
/// # Errors
/// Those of [`Decoder::decode_bytes`].
pub fn decode_bytes(bytes: &[u8]) -> Result<Audio, SpeechError> {
    Decoder::default().decode_bytes(bytes)
}

/// What has been decoded so far.
struct Collected<'a> {
    limits: &'a DecoderConfig,
    samples: Vec<f32>,
    /// Rate and number of channels of the first block.
    shape: Option<(u32, usize)>,
}

impl<'a> Collected<'a> {
    fn new(limits: &'a DecoderConfig) -> Self {
        Self {
            limits,
            samples: Vec::new(),
            shape: None,
        }
    }

    /// Holds what the header says to the limits: the samples themselves are held to them as they come.
    fn check_announced(
        &self,
        n_frames: Option<u64>,
        params: &AudioCodecParameters,
    ) -> Result<(), SpeechError> {
        let Some(sample_rate) = params.sample_rate else {
            return Ok(());
        };
        check_sample_rate(sample_rate)?;
        let Some(n_frames) = n_frames else {
            return Ok(());
        };
        let n_channels = params.channels.as_ref().map_or(1, |c| c.count().max(1));
        let n_samples = n_frames.saturating_mul(n_channels as u64);
        let n_samples = usize::try_from(n_samples).unwrap_or(usize::MAX);
        self.check(n_samples, (sample_rate, n_channels))
    }

    fn n_frames(&self) -> usize {
        self.shape
            .map_or(0, |(_, n_channels)| self.samples.len() / n_channels)
    }

    fn push(&mut self, block: &GenericAudioBufferRef<'_>) -> Result<(), SpeechError> {
        if block.is_empty() || block.num_planes() == 0 {
            return Ok(());
        }
        let shape = (block.spec().rate(), block.num_planes());
        if *self.shape.get_or_insert(shape) != shape {
            return Err(SpeechError::FormatChange {
                frame: self.n_frames(),
            });
        }
        let start = self.samples.len();
        let end = start.saturating_add(block.samples_interleaved());
        self.check(end, shape)?;
        self.samples.resize(end, 0.0);
        block.copy_to_slice_interleaved(&mut self.samples[start..]);
        Ok(())
    }

    fn check(&self, n_samples: usize, shape: (u32, usize)) -> Result<(), SpeechError> {
        if n_samples > self.limits.max_samples {
            return Err(SpeechError::TooManySamples {
                limit: self.limits.max_samples,
            });
        }
        let (sample_rate, n_channels) = shape;
        let longest = self.limits.max_duration.as_secs_f64() * f64::from(sample_rate);
        if (n_samples / n_channels) as f64 > longest {
            return Err(SpeechError::TooLong {
                limit: self.limits.max_duration,
            });
        }
        Ok(())
    }

    fn finish(self, announced: Option<u64>) -> Result<Audio, SpeechError> {
        let n_frames = self.n_frames();
        if let Some(expected) = announced.filter(|&expected| (n_frames as u64) < expected) {
            return Err(SpeechError::TruncatedAudio {
                actual: n_frames,
                expected,
            });
        }
        let (sample_rate, n_channels) = self.shape.ok_or(SpeechError::NoAudio)?;
        Audio::new(self.samples, sample_rate, n_channels)
    }
}

/// How many frames the file states, where it does; other formats' lengths are estimates.
fn announced_frames(format: &dyn FormatReader, track: &Track) -> Option<u64> {
    let id = format.format_info().format;
    let has_encoder_tag = track.delay.is_some();
    let exact = [FORMAT_ID_FLAC, FORMAT_ID_ISOMP4, FORMAT_ID_WAVE].contains(&id) || has_encoder_tag;
    track.num_frames.filter(|_| exact)
}

fn is_end(error: &SymphoniaError) -> bool {
    matches!(error, SymphoniaError::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof)
}

fn translate(error: SymphoniaError, frame: usize) -> SpeechError {
    match error {
        SymphoniaError::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            SpeechError::MalformedAudio {
                frame,
                reason: "unexpected end",
            }
        }
        SymphoniaError::IoError(e) => SpeechError::Io(e),
        SymphoniaError::Unsupported(feature) => SpeechError::UnsupportedFormat {
            feature,
            formats: &FORMATS,
        },
        SymphoniaError::DecodeError(reason) | SymphoniaError::LimitError(reason) => {
            SpeechError::MalformedAudio { frame, reason }
        }
        SymphoniaError::ResetRequired => SpeechError::FormatChange { frame },
        _ => SpeechError::MalformedAudio {
            frame,
            reason: "the stream cannot be followed",
        },
    }
}
