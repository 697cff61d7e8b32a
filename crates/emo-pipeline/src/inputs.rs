use std::{
    path::Path,
    time::{Duration, Instant},
};

use emo_dsp::SampleRate;
use emo_image::{FaceBox, GreyImage, Limits};
use emo_recording::{Channel, CsvConfig, Recording};
use ndarray::Array2;

use crate::{EegRecording, InputError, Modality, PipelineError};

/// What the heart does, as measured.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HrSignal {
    /// Heart rate in beats per minute, one value per second.
    HeartRate(Vec<f32>),
    /// An electrocardiogram, in any unit.
    Ecg {
        /// The samples.
        samples: Vec<f32>,
        /// Samples per second.
        sample_rate: SampleRate,
    },
    /// A photoplethysmogram, in any unit.
    Ppg {
        /// The samples.
        samples: Vec<f32>,
        /// Samples per second.
        sample_rate: SampleRate,
    },
}

/// An electroencephalogram.
#[derive(Debug, Clone, PartialEq)]
pub struct EegSignal {
    /// `[channels, samples]` in microvolts.
    pub samples: Array2<f32>,
    /// The names of the channels in the 10-20 or 10-10 system.
    pub channels: Vec<String>,
    /// Samples per second.
    pub sample_rate: SampleRate,
}

/// Speech, one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechSignal {
    /// The samples, full scale at 1.
    pub samples: Vec<f32>,
    /// Samples per second.
    pub sample_rate: u32,
}

/// A picture with a face.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSignal {
    /// The grey picture.
    pub image: GreyImage,
    /// Where the face is; the whole picture where there is none.
    pub face: Option<FaceBox>,
}

impl ImageSignal {
    /// The surest face that [`CascadeDetector`](emo_image::CascadeDetector) finds in a picture, straightened by the eyes
    /// that [`EyeFinder`](emo_image::EyeFinder) finds in it: a square crop, a tenth wider than the detector's box on each
    /// side, with about as many pixels as that had.
    ///
    /// # Errors
    /// [`InputError::NoFace`] if no face is found.
    #[cfg(feature = "detector")]
    pub fn of_face(image: &GreyImage) -> Result<Self, InputError> {
        use emo_image::{
            CascadeConfig, CascadeDetector, EyeFinder, FaceAlignment, FaceAlignmentConfig,
            FaceDetector, MAX_SIDE, Plane,
        };
        let (width, height) = (image.width(), image.height());
        let levels = image.to_u8();
        let plane = Plane::new(&levels, width, height)?;
        let mut detector = CascadeDetector::new(CascadeConfig::default())?;
        let surest = detector.detect(plane)?.first();
        let bounds = surest.ok_or(InputError::NoFace { width, height })?.bounds;
        let eyes = EyeFinder::new().find_detected(plane, bounds)?;
        let mut config = FaceAlignmentConfig::default();
        let side = f64::from(bounds.width.max(bounds.height)) * (1.0 + 2.0 * config.margin);
        config.size = (side.round() as usize).clamp(1, MAX_SIDE);
        let alignment = FaceAlignment::new(config)?;
        Ok(Self {
            image: alignment.compute(Plane::from(image), &alignment.anchor(bounds, eyes))?,
            face: None,
        })
    }
}

/// A signal and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Input<S> {
    pub(crate) signal: S,
    pub(crate) source: String,
    pub(crate) decode: Duration,
}

/// What there is to recognize an emotion from: any subset of the modalities.
///
/// The `set_…` methods take decoded signals, the `read_…` methods files. Each replaces what was there for its
/// modality; heart rate, ECG and PPG are one modality.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs {
    pub(crate) hr: Option<Input<HrSignal>>,
    pub(crate) eeg: Option<Input<EegSignal>>,
    pub(crate) speech: Option<Input<SpeechSignal>>,
    pub(crate) image: Option<Input<ImageSignal>>,
}

impl Inputs {
    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.hr.is_none() && self.eeg.is_none() && self.speech.is_none() && self.image.is_none()
    }

    /// What there is of the heart.
    pub fn hr(&self) -> Option<&HrSignal> {
        self.hr.as_ref().map(|input| &input.signal)
    }

    /// The EEG, if there is one.
    pub fn eeg(&self) -> Option<&EegSignal> {
        self.eeg.as_ref().map(|input| &input.signal)
    }

    /// The speech, if there is any.
    pub fn speech(&self) -> Option<&SpeechSignal> {
        self.speech.as_ref().map(|input| &input.signal)
    }

    /// The picture, if there is one.
    pub fn image(&self) -> Option<&ImageSignal> {
        self.image.as_ref().map(|input| &input.signal)
    }

    /// The channel that [`read_heart_rate`](Self::read_heart_rate) takes, with the gaps that it would refuse.
    ///
    /// # Errors
    /// [`InputError::Channel`] if none or several could be meant.
    pub fn heart_rate_channel(recording: &Recording) -> Result<&Channel, InputError> {
        one_channel(recording, HEART_RATE)
    }

    /// The channel that [`read_ecg`](Self::read_ecg) takes, with the gaps that it would refuse.
    ///
    /// # Errors
    /// [`InputError::Channel`] if none or several could be meant.
    pub fn ecg_channel(recording: &Recording) -> Result<&Channel, InputError> {
        one_channel(recording, ECG)
    }

    /// The channel that [`read_ppg`](Self::read_ppg) takes, with the gaps that it would refuse.
    ///
    /// # Errors
    /// [`InputError::Channel`] if none or several could be meant.
    pub fn ppg_channel(recording: &Recording) -> Result<&Channel, InputError> {
        one_channel(recording, PPG)
    }

    /// Takes a heart rate, an ECG or a PPG. `source` is how reports and errors call it.
    pub fn set_hr(&mut self, source: impl Into<String>, signal: HrSignal) -> &mut Self {
        self.hr = Some(given(source, signal));
        self
    }

    /// Takes an EEG. `source` is how reports and errors call it.
    pub fn set_eeg(&mut self, source: impl Into<String>, signal: EegSignal) -> &mut Self {
        self.eeg = Some(given(source, signal));
        self
    }

    /// Takes speech. `source` is how reports and errors call it.
    pub fn set_speech(&mut self, source: impl Into<String>, signal: SpeechSignal) -> &mut Self {
        self.speech = Some(given(source, signal));
        self
    }

    /// Takes a picture. `source` is how reports and errors call it.
    pub fn set_image(&mut self, source: impl Into<String>, signal: ImageSignal) -> &mut Self {
        self.image = Some(given(source, signal));
        self
    }

    /// Reads a heart rate in beats per minute from CSV: the column whose name begins with `bpm`, `hr` or `heart`, or
    /// the only one. `sample_rate` in Hz is that of a file without a time column; without either it is 1 Hz.
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason.
    pub fn read_heart_rate(
        &mut self,
        path: impl AsRef<Path>,
        sample_rate: Option<f64>,
    ) -> Result<&mut Self, PipelineError> {
        self.hr = Some(read(Modality::Hr, path.as_ref(), |path| {
            let (bpm, sample_rate) = heart_channel(path, sample_rate.or(Some(1.0)), HEART_RATE)?;
            Ok(HrSignal::HeartRate(emo_hr::resample_to_1hz(
                &bpm,
                sample_rate,
            )?))
        })?);
        Ok(self)
    }

    /// Reads an ECG from a recording (EDF, WFDB, CSV and what else `emo-recording` knows): the channel whose name begins
    /// with `ecg` or `ekg`, or the only one, or of the standard leads (`MLII`, `II`, … `V5`) the one in which beats stand out most.
    /// `sample_rate` in Hz is needed where the file has none.
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason.
    pub fn read_ecg(
        &mut self,
        path: impl AsRef<Path>,
        sample_rate: Option<f64>,
    ) -> Result<&mut Self, PipelineError> {
        self.hr = Some(read(Modality::Hr, path.as_ref(), |path| {
            let (samples, sample_rate) = heart_channel(path, sample_rate, ECG)?;
            Ok(HrSignal::Ecg {
                samples,
                sample_rate,
            })
        })?);
        Ok(self)
    }

    /// Reads a PPG from a recording (EDF, CSV, an E4's `BVP.csv`): the channel whose name begins with `ppg`, `bvp` or
    /// `pleth`, or the only one.
    /// `sample_rate` in Hz is needed where the file has none.
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason.
    pub fn read_ppg(
        &mut self,
        path: impl AsRef<Path>,
        sample_rate: Option<f64>,
    ) -> Result<&mut Self, PipelineError> {
        self.hr = Some(read(Modality::Hr, path.as_ref(), |path| {
            let (samples, sample_rate) = heart_channel(path, sample_rate, PPG)?;
            Ok(HrSignal::Ppg {
                samples,
                sample_rate,
            })
        })?);
        Ok(self)
    }

    /// Reads an EEG from a recording (EDF, BDF, BrainVision, XDF, CSV), the channels that [`EegRecording`] takes; the
    /// bundle picks by name. Of a recording with gaps it is the longest stretch without one.
    /// `sample_rate` in Hz is needed where the file has none. A CSV is taken to be in microvolts.
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason.
    pub fn read_eeg(
        &mut self,
        path: impl AsRef<Path>,
        sample_rate: Option<f64>,
    ) -> Result<&mut Self, PipelineError> {
        self.eeg = Some(read(Modality::Eeg, path.as_ref(), |path| {
            let recording = EegRecording::read(path, sample_rate, &[])?;
            Ok(recording.signal(recording.longest_stretch()))
        })?);
        Ok(self)
    }

    /// Reads speech from an audio file in a format that is compiled in; several channels are averaged.
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason.
    #[cfg(any(
        feature = "aac",
        feature = "flac",
        feature = "mp3",
        feature = "ogg",
        feature = "wav"
    ))]
    pub fn read_speech(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, PipelineError> {
        self.speech = Some(read(Modality::Speech, path.as_ref(), |path| {
            let audio = emo_speech::decode_file(path)?;
            Ok(SpeechSignal {
                samples: audio.to_mono(),
                sample_rate: audio.sample_rate(),
            })
        })?);
        Ok(self)
    }

    /// Reads a picture in a format that is compiled in; `face` is where the face is in the upright picture, in pixels.
    /// Without it the whole picture is taken to be the face; [`read_face`](Self::read_face) looks for one.
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason.
    pub fn read_image(
        &mut self,
        path: impl AsRef<Path>,
        face: Option<FaceBox>,
    ) -> Result<&mut Self, PipelineError> {
        self.image = Some(read(Modality::Image, path.as_ref(), |path| {
            let image = emo_image::decode_file(path, &Limits::default())?;
            Ok(ImageSignal {
                image: GreyImage::from_image(&image)?,
                face,
            })
        })?);
        Ok(self)
    }

    /// Reads a picture in a format that is compiled in, and takes its surest face, straightened: see
    /// [`ImageSignal::of_face`].
    ///
    /// # Errors
    /// [`PipelineError::Input`], naming the file and the reason, [`InputError::NoFace`] if no face is found.
    #[cfg(feature = "detector")]
    pub fn read_face(&mut self, path: impl AsRef<Path>) -> Result<&mut Self, PipelineError> {
        self.image = Some(read(Modality::Image, path.as_ref(), |path| {
            let image = emo_image::decode_file(path, &Limits::default())?;
            ImageSignal::of_face(&GreyImage::from_image(&image)?)
        })?);
        Ok(self)
    }
}

fn given<S>(source: impl Into<String>, signal: S) -> Input<S> {
    Input {
        signal,
        source: source.into(),
        decode: Duration::ZERO,
    }
}

fn read<S>(
    modality: Modality,
    path: &Path,
    decode: impl FnOnce(&Path) -> Result<S, InputError>,
) -> Result<Input<S>, PipelineError> {
    let start = Instant::now();
    let source = path.display().to_string();
    match decode(path) {
        Ok(signal) => Ok(Input {
            signal,
            source,
            decode: start.elapsed(),
        }),
        Err(error) => Err(PipelineError::Input {
            modality,
            origin: source,
            source: Box::new(error.without_path()),
        }),
    }
}

/// How the names of channels begin.
const HEART_RATE: &[&str] = &["bpm", "hr", "heart"];
const ECG: &[&str] = &["ecg", "ekg"];
const PPG: &[&str] = &["ppg", "bvp", "pleth"];

/// Leads of an electrocardiogram by their standard names, those first in which a beat stands out most.
const LEADS: [&str; 15] = [
    "mlii", "ii", "mli", "i", "v5", "v4", "v6", "v3", "v2", "v1", "mliii", "iii", "avf", "avl",
    "avr",
];

/// The only channel, or the only one whose name begins with one of `prefixes`, or the best lead if those are of an
/// electrocardiogram.
fn one_channel<'r>(recording: &'r Recording, prefixes: &[&str]) -> Result<&'r Channel, InputError> {
    if let [channel] = &recording.channels[..] {
        return Ok(channel);
    }
    let named: Vec<&Channel> = recording
        .channels
        .iter()
        .filter(|channel| {
            let name = channel.name.trim().to_ascii_lowercase();
            prefixes.iter().any(|prefix| name.starts_with(prefix))
        })
        .collect();
    let leads = || {
        LEADS.iter().find_map(|lead| {
            let mut channels = recording.channels.iter();
            channels.find(|channel| channel.name.trim().eq_ignore_ascii_case(lead))
        })
    };
    let of_lead = if named.is_empty() && prefixes.contains(&"ecg") {
        leads()
    } else {
        None
    };
    match (&named[..], of_lead) {
        (&[channel], _) | (_, Some(channel)) => Ok(channel),
        _ => Err(InputError::Channel {
            problem: format!(
                "{} channels are called {} (there are: {})",
                if named.is_empty() { "no" } else { "several" },
                prefixes.join(" or "),
                names(&recording.channels),
            ),
        }),
    }
}

/// Features of samples that are not neighbours would be of something that never was.
fn require_continuous(channel: &Channel) -> Result<(), InputError> {
    if channel.is_continuous() {
        return Ok(());
    }
    Err(InputError::Channel {
        problem: format!(
            "channel {} has {} gaps and {} missing stretches{}",
            channel.name,
            channel.gaps.len(),
            channel.missing.len(),
            if channel.times.is_some() {
                ", at uneven times"
            } else {
                ""
            },
        ),
    })
}

fn names(channels: &[Channel]) -> String {
    channels
        .iter()
        .map(|channel| channel.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn heart_channel(
    path: &Path,
    sample_rate: Option<f64>,
    prefixes: &[&str],
) -> Result<(Vec<f32>, SampleRate), InputError> {
    let mut csv = CsvConfig::default();
    csv.sample_rate = sample_rate.map(SampleRate::from_hz).transpose()?;
    let recording = Recording::read_with(path, &csv)?;
    let channel = one_channel(&recording, prefixes)?;
    require_continuous(channel)?;
    Ok((
        channel.samples.clone(),
        channel.sample_rate.ok_or(InputError::MissingSampleRate)?,
    ))
}
