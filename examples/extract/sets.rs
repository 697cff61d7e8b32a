//! The feature sets. A new one is a type that implements [`Features`] and a line in its modality's table.

use std::time::Duration;

use emo_fusion::{
    EegSignal, SpeechSignal,
    eeg::{
        Band, DifferentialEntropy, DifferentialEntropyConfig, SampleRate, last_window,
        pick_channels,
    },
    ndarray::Axis,
    speech::{
        EGEMAPS_FUNCTIONALS, Egemaps, FrameFeaturesConfig, FrameStatistics, PROSODY_NAMES, Prosody,
        SeedFeatures, SeedFeaturesConfig,
    },
};

use crate::{Failure, eeg_sets, signal::Layout};

/// Features of one modality under a name.
pub(crate) struct FeatureSet<S> {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Prepares the features; the argument is the length in seconds of the windows, if the recordings are cut.
    pub(crate) plan: fn(Option<f64>) -> Planned<S>,
}

pub(crate) type Planned<S> = Result<Box<dyn Features<S>>, Failure>;

/// Turns a signal into numbers.
pub(crate) trait Features<S> {
    /// Takes what all signals that are to come have in common, where the names depend on it.
    fn settle(&mut self, _layout: &Layout) -> Result<(), Failure> {
        Ok(())
    }

    /// The names of the numbers, in their order; none before [`settle`](Self::settle) if they depend on it.
    fn names(&self) -> Vec<String>;

    /// As many numbers as there are names; NaN where one is not defined.
    fn compute(&mut self, signal: &S) -> Result<Vec<f32>, Failure>;

    /// The rows of a signal, each with its second in it: one, unless a set lists events.
    fn rows(&mut self, signal: &S) -> Result<Vec<(f64, Vec<f32>)>, Failure> {
        Ok(vec![(0.0, self.compute(signal)?)])
    }
}

pub(crate) const EEG: &[FeatureSet<EegSignal>] = &[
    FeatureSet {
        name: "seed",
        about: "differential entropy of nine channels in five bands, without windows in the last 2 s",
        plan: |window_s| {
            Ok(Box::new(EegSeed {
                window_s: window_s.unwrap_or(2.0),
                planned: None,
            }))
        },
    },
    eeg_sets::BANDS,
    eeg_sets::DE,
    eeg_sets::ASYMMETRY,
    eeg_sets::ENTROPY,
    eeg_sets::CONNECTIVITY,
    eeg_sets::EVERYTHING,
];

pub(crate) const SPEECH: &[FeatureSet<SpeechSignal>] = &[
    FeatureSet {
        name: "seed",
        about: "zero-crossing rate, RMS and 20 MFCC of each frame, without windows from 0.6 to 3.1 s",
        plan: |window_s| {
            let mut config = SeedFeaturesConfig::default();
            if let Some(seconds) = window_s {
                config.offset = Duration::ZERO;
                config.duration = Duration::try_from_secs_f64(seconds)?;
            }
            Ok(Box::new(SpeechSeed(SeedFeatures::new(config)?)))
        },
    },
    FeatureSet {
        name: "mfcc",
        about: "mean and standard deviation of 13 MFCC with first and second deltas",
        plan: |_| {
            let config = FrameFeaturesConfig::mfcc_set();
            Ok(Box::new(SpeechStatistics(FrameStatistics::new(config)?)))
        },
    },
    FeatureSet {
        name: "spectral",
        about: "the same of centroid, bandwidth, roll-off, flatness, contrast, flux, slope, chroma, ZCR and RMS",
        plan: |_| {
            let config = FrameFeaturesConfig::spectral_set();
            Ok(Box::new(SpeechStatistics(FrameStatistics::new(config)?)))
        },
    },
    FeatureSet {
        name: "prosody",
        about: "pitch, jitter, shimmer, HNR, formants, intensity and pace in 39 numbers, as by Praat",
        plan: |_| Ok(Box::new(SpeechProsody(None))),
    },
    FeatureSet {
        name: "egemaps",
        about: "the 88 functionals of eGeMAPSv02 (Eyben 2016), named as by openSMILE",
        plan: |_| Ok(Box::new(SpeechEgemaps { planned: None })),
    },
    FeatureSet {
        name: ALL,
        about: "all of these, with the set before each name: seed.zcr_f000",
        plan: |window_s| Sets::plan(SPEECH, &[], window_s),
    },
];

/// The set that holds the others.
pub(crate) const ALL: &str = "all";

/// Several sets as one, with the set before each name.
pub(crate) struct Sets<S>(Vec<(&'static str, Box<dyn Features<S>>)>);

impl<S: 'static> Sets<S> {
    /// All of a table's sets but [`ALL`] and those `without`.
    pub(crate) fn plan(
        table: &[FeatureSet<S>],
        without: &[&str],
        window_s: Option<f64>,
    ) -> Planned<S> {
        let others = table.iter();
        let others = others.filter(|set| set.name != ALL && !without.contains(&set.name));
        let planned = others.map(|set| Ok((set.name, (set.plan)(window_s)?)));
        Ok(Box::new(Self(planned.collect::<Result<_, Failure>>()?)))
    }
}

impl<S> Features<S> for Sets<S> {
    fn names(&self) -> Vec<String> {
        let names = |(set, features): &(&str, Box<dyn Features<S>>)| {
            let names = features.names().into_iter();
            names
                .map(|name| format!("{set}.{name}"))
                .collect::<Vec<_>>()
        };
        self.0.iter().flat_map(names).collect()
    }

    fn compute(&mut self, signal: &S) -> Result<Vec<f32>, Failure> {
        let mut values = Vec::new();
        for (_, features) in &mut self.0 {
            values.extend(features.compute(signal)?);
        }
        Ok(values)
    }
}

/// The frontal channels and C4, as in the recordings that the EEG model was trained with.
const EEG_CHANNELS: [&str; 9] = ["Fp1", "FPz", "Fp2", "F7", "F3", "Fz", "F4", "F8", "C4"];

struct EegSeed {
    window_s: f64,
    /// For the rate that came last.
    planned: Option<(SampleRate, DifferentialEntropy)>,
}

impl Features<EegSignal> for EegSeed {
    fn names(&self) -> Vec<String> {
        let bands = Band::defaults();
        EEG_CHANNELS
            .iter()
            .flat_map(|channel| {
                bands
                    .iter()
                    .map(move |band| format!("de_{channel}_{}", band.name))
            })
            .collect()
    }

    fn compute(&mut self, signal: &EegSignal) -> Result<Vec<f32>, Failure> {
        let order = pick_channels(&signal.channels, &EEG_CHANNELS)?;
        let wanted = signal.samples.select(Axis(0), &order);
        let window = last_window(&wanted, signal.sample_rate, self.window_s)?;
        let entropy = match self
            .planned
            .take()
            .filter(|(rate, _)| *rate == signal.sample_rate)
        {
            Some((_, entropy)) => entropy,
            None => DifferentialEntropy::new(&DifferentialEntropyConfig::new(signal.sample_rate))?,
        };
        let values = entropy.compute(&window)?;
        self.planned = Some((signal.sample_rate, entropy));
        Ok(values.iter().copied().collect())
    }
}

struct SpeechSeed(SeedFeatures);

impl Features<SpeechSignal> for SpeechSeed {
    fn names(&self) -> Vec<String> {
        let frames = || 0..self.0.n_frames();
        let cepstra = |frame| {
            (0..self.0.config().n_mfcc)
                .map(move |coefficient| format!("mfcc_f{frame:03}_c{coefficient:02}"))
        };
        frames()
            .map(|frame| format!("zcr_f{frame:03}"))
            .chain(frames().map(|frame| format!("rms_f{frame:03}")))
            .chain(frames().flat_map(cepstra))
            .collect()
    }

    fn compute(&mut self, signal: &SpeechSignal) -> Result<Vec<f32>, Failure> {
        Ok(self
            .0
            .compute(&signal.samples, signal.sample_rate)?
            .to_vec())
    }
}

struct SpeechStatistics(FrameStatistics);

impl Features<SpeechSignal> for SpeechStatistics {
    fn names(&self) -> Vec<String> {
        self.0.names()
    }

    fn compute(&mut self, signal: &SpeechSignal) -> Result<Vec<f32>, Failure> {
        Ok(self
            .0
            .compute(&signal.samples, signal.sample_rate)?
            .to_vec())
    }
}

/// For the rate that came last.
struct SpeechProsody(Option<Prosody>);

impl Features<SpeechSignal> for SpeechProsody {
    fn names(&self) -> Vec<String> {
        PROSODY_NAMES.map(String::from).to_vec()
    }

    fn compute(&mut self, signal: &SpeechSignal) -> Result<Vec<f32>, Failure> {
        let planned = self.0.take();
        let mut prosody = match planned.filter(|p| p.sample_rate() == signal.sample_rate) {
            Some(prosody) => prosody,
            None => Prosody::new(signal.sample_rate)?,
        };
        let values = prosody.compute(&signal.samples)?;
        self.0 = Some(prosody);
        Ok(values.to_vec())
    }
}

struct SpeechEgemaps {
    /// For the rate that came last.
    planned: Option<(u32, Egemaps)>,
}

impl Features<SpeechSignal> for SpeechEgemaps {
    fn names(&self) -> Vec<String> {
        EGEMAPS_FUNCTIONALS.map(String::from).to_vec()
    }

    fn compute(&mut self, signal: &SpeechSignal) -> Result<Vec<f32>, Failure> {
        let rate = signal.sample_rate;
        let mut egemaps = match self.planned.take() {
            Some((planned, egemaps)) if planned == rate => egemaps,
            _ => Egemaps::new(rate)?,
        };
        let values = egemaps.functionals(&signal.samples)?;
        self.planned = Some((rate, egemaps));
        Ok(values.to_vec())
    }
}
