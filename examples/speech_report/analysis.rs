//! Everything that the page shows, at one rate and on one clock.

use std::{error::Error, ops::Range, path::Path, time::Duration};

use emo_fusion::{
    ndarray::{Array2, ArrayView1},
    speech::{
        CepstraConfig, Edges, EnergyVad, EnergyVadConfig, FormantTracker, FormantTrackerConfig,
        FrameFeature, FrameFeatures, FrameFeaturesConfig, FramePreset, Frames, FramesConfig,
        GmmVad, GmmVadConfig, PitchTracker, PitchTrackerConfig, SpeechQuality, VadMode,
        decode_file, quality, quality_by_window, resample, voice_segments,
    },
};

/// The rate of the analysis in Hz: what is above 8 kHz says little about a voice.
pub(crate) const RATE: u32 = 16_000;

/// 25 ms and 10 ms.
const FRAME_LEN: usize = 400;
pub(crate) const HOP_LEN: usize = 160;

/// Number of cepstral coefficients, the level among them.
const N_MFCC: usize = 13;

/// A recording and what was found in it.
pub(crate) struct Analysis {
    pub(crate) name: String,
    pub(crate) original_rate: u32,
    pub(crate) n_channels: usize,
    /// Where the part begins in the recording.
    pub(crate) from_s: f64,
    pub(crate) samples: Vec<f32>,
    pub(crate) quality: SpeechQuality,
    pub(crate) windows: Vec<(Range<usize>, SpeechQuality)>,
    /// In samples, as the statistical detector finds them.
    pub(crate) segments: Vec<Range<usize>>,
    /// In samples, as the level says.
    pub(crate) loud: Vec<Range<usize>>,
    /// Power in dB, `[bins, frames]`, from 0 to half the rate.
    pub(crate) spectrogram: Array2<f32>,
    /// Distance of the spectrogram's frames in samples.
    pub(crate) spectrogram_hop: usize,
    /// Times in seconds and fundamental frequencies in Hz, NaN where there is no voice.
    pub(crate) pitch: Vec<(f64, f64)>,
    /// The same of the first three formants.
    pub(crate) formants: [Vec<(f64, f64)>; 3],
    names: Vec<String>,
    /// `[features, frames]`, a frame every [`HOP_LEN`] samples.
    features: Array2<f32>,
}

impl Analysis {
    pub(crate) fn new(path: &Path, from_s: f64, duration_s: f64) -> Result<Self, Box<dyn Error>> {
        let audio = decode_file(path)?;
        let rate = audio.sample_rate();
        let mono = audio.to_mono();
        let position = |seconds: f64| ((seconds * f64::from(rate)) as usize).min(mono.len());
        let part = &mono[position(from_s)..position(from_s + duration_s)];
        let samples = resample(part, rate, RATE)?;

        let mut config = GmmVadConfig::new(RATE);
        config.mode = VadMode::Aggressive;
        let mut by_model = GmmVad::new(config)?;
        let decisions = by_model.detect(&samples)?;
        let segments = voice_segments(&decisions, by_model.frame_len(), samples.len());
        let mut by_level = EnergyVad::new(EnergyVadConfig::new(RATE))?;
        let decisions = by_level.detect(&samples)?;
        let loud = voice_segments(&decisions, by_level.hop_len(), samples.len());

        let window = Duration::from_secs_f64(audio.duration().as_secs_f64().clamp(0.1, 1.0));
        let windows = quality_by_window(&samples, RATE, window, window / 2).unwrap_or_default();
        let (spectrogram, spectrogram_hop) = spectrogram(&samples)?;
        let pitch = pitch(&samples);
        let formants = formants(&samples, &pitch);
        let mut features = FrameFeatures::new(feature_config())?;
        Ok(Self {
            name: path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            original_rate: rate,
            n_channels: audio.n_channels(),
            from_s,
            quality: quality(&samples, RATE)?,
            windows,
            segments,
            loud,
            spectrogram,
            spectrogram_hop,
            pitch,
            formants,
            names: features.names(),
            features: features.compute(&samples)?,
            samples,
        })
    }

    pub(crate) fn duration_s(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE)
    }

    /// One feature over the frames.
    pub(crate) fn feature(&self, name: &str) -> ArrayView1<'_, f32> {
        let index = self.names.iter().position(|n| n == name);
        self.features
            .row(index.expect("the features are those of the configuration"))
    }

    /// The cepstral coefficients from the first on, `[coefficients, frames]`.
    pub(crate) fn cepstra(&self) -> Vec<ArrayView1<'_, f32>> {
        (1..N_MFCC)
            .map(|k| self.feature(&format!("mfcc_{k:02}")))
            .collect()
    }

    /// Names of all features, with mean and standard deviation over the voiced frames.
    pub(crate) fn statistics(&self) -> Vec<(&str, f64, f64)> {
        let is_voiced = |frame: usize| {
            let sample = frame * HOP_LEN;
            self.segments.iter().any(|s| s.contains(&sample))
        };
        self.names
            .iter()
            .zip(self.features.rows())
            .map(|(name, values)| {
                let values: Vec<f64> = values
                    .iter()
                    .enumerate()
                    .filter(|&(frame, _)| is_voiced(frame))
                    .map(|(_, &x)| f64::from(x))
                    .collect();
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
                (name.as_str(), mean, variance.sqrt())
            })
            .collect()
    }
}

/// Centred frames, so that every panel has the same clock.
fn frames_config() -> FramesConfig {
    let mut config = FramesConfig::new(FramePreset::Librosa, RATE);
    config.frame_len = FRAME_LEN;
    config.hop_len = HOP_LEN;
    config.n_fft = 512;
    config.edges = Edges::CentredZeros;
    config
}

fn feature_config() -> FrameFeaturesConfig {
    let mut mfcc = CepstraConfig::new(FramePreset::Librosa);
    mfcc.n_mfcc = N_MFCC;
    let wanted = vec![
        FrameFeature::Rms,
        FrameFeature::Centroid,
        FrameFeature::RollOff { share: 0.85 },
        FrameFeature::Flux,
        FrameFeature::Flatness,
        FrameFeature::ZeroCrossingRate,
        FrameFeature::Mfcc(mfcc),
    ];
    let mut config = FrameFeaturesConfig::new(FramePreset::Librosa, RATE, wanted);
    config.frames = frames_config();
    config
}

/// Nothing where the part is too short for one window.
fn pitch(samples: &[f32]) -> Vec<(f64, f64)> {
    let track = PitchTracker::new(PitchTrackerConfig::new(RATE))
        .and_then(|mut tracker| tracker.compute(samples));
    let Ok(track) = track else {
        return Vec::new();
    };
    let frequencies = track.frames().iter().map(|f| f.frequency);
    frequencies
        .enumerate()
        .map(|(k, frequency)| (track.times().time(k), frequency.unwrap_or(f64::NAN)))
        .collect()
}

/// Where there is a pitch: elsewhere resonances are those of noise.
fn formants(samples: &[f32], pitch: &[(f64, f64)]) -> [Vec<(f64, f64)>; 3] {
    let track = FormantTracker::new(FormantTrackerConfig::new(RATE))
        .and_then(|mut tracker| tracker.compute(samples));
    let Ok(track) = track else {
        return Default::default();
    };
    let is_voiced = |time: f64| {
        let next = pitch.partition_point(|&(t, _)| t < time);
        let near = |k: usize| pitch.get(k).is_some_and(|(_, f)| !f.is_nan());
        near(next) && (next == 0 || near(next - 1))
    };
    std::array::from_fn(|number| {
        track
            .formant(number + 1)
            .enumerate()
            .map(|(k, formant)| {
                let time = track.times().time(k);
                let found = formant.filter(|_| is_voiced(time));
                (time, found.map_or(f64::NAN, |f| f.frequency))
            })
            .collect()
    })
}

/// In some thousand columns at most.
fn spectrogram(samples: &[f32]) -> Result<(Array2<f32>, usize), Box<dyn Error>> {
    let mut config = frames_config();
    config.hop_len = (samples.len() / 2000).max(40);
    let hop = config.hop_len;
    let power = Frames::new(config)?.power(samples)?;
    Ok((power.mapv(|p| 10.0 * p.max(1e-12).log10()), hop))
}
