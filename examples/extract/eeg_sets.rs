//! The feature sets of EEG whose columns are those of the recordings' channels.

use emo_fusion::{
    EegSignal,
    eeg::{EegError, EegFeatureSet, EegFeatures, EegFeaturesConfig, SampleRate, UndefinedFeature},
};

use crate::{
    Failure,
    sets::{FeatureSet, Features},
    signal::Layout,
};

pub(crate) const BANDS: FeatureSet<EegSignal> = FeatureSet {
    name: "bands",
    about: "power of each band in µV², relative and in dB: F3_alpha_power; of the whole recording without windows",
    plan: |_| Ok(planned(&[EegFeatureSet::Bands])),
};

pub(crate) const DE: FeatureSet<EegSignal> = FeatureSet {
    name: "de",
    about: "differential entropy of each band in nats, of any channels: F3_alpha_entropy",
    plan: |_| Ok(planned(&[EegFeatureSet::DifferentialEntropy])),
};

pub(crate) const ASYMMETRY: FeatureSet<EegSignal> = FeatureSet {
    name: "asymmetry",
    about: "differences and ratios of left and right, front and back; frontal alpha asymmetry, arousal, valence",
    plan: |_| Ok(planned(&[EegFeatureSet::Asymmetry])),
};

pub(crate) const ENTROPY: FeatureSet<EegSignal> = FeatureSet {
    name: "entropy",
    about: "sample, approximate, permutation and SVD entropy, fractal dimensions, DFA of each channel",
    plan: |_| Ok(planned(&[EegFeatureSet::Complexity])),
};

pub(crate) const CONNECTIVITY: FeatureSet<EegSignal> = FeatureSet {
    name: "connectivity",
    about: "weighted phase lag index of all pairs of channels in each band: F3-F4_alpha_connectivity",
    plan: |_| Ok(planned(&[EegFeatureSet::Connectivity])),
};

pub(crate) const EVERYTHING: FeatureSet<EegSignal> = FeatureSet {
    name: "all",
    about: "all of these but seed, with statistics of the samples and the shape of the spectrum",
    plan: |_| Ok(planned(&EegFeatureSet::ALL)),
};

fn planned(sets: &[EegFeatureSet]) -> Box<dyn Features<EegSignal>> {
    Box::new(EegByChannel {
        sets: sets.to_vec(),
        channels: Vec::new(),
        names: Vec::new(),
        planned: None,
    })
}

struct EegByChannel {
    sets: Vec<EegFeatureSet>,
    /// Both empty before they are settled.
    channels: Vec<String>,
    names: Vec<String>,
    /// For the rate and the length that came last.
    planned: Option<EegFeatures>,
}

impl EegByChannel {
    fn plan(&self, sample_rate: SampleRate, window_len: usize) -> Result<EegFeatures, Failure> {
        let mut config = EegFeaturesConfig::new(sample_rate, &self.channels, window_len);
        config.sets.clone_from(&self.sets);
        config.undefined = UndefinedFeature::Fill(f32::NAN);
        let features = EegFeatures::new(&config).map_err(|error| match error {
            EegError::InvalidSetting {
                name: "window_len",
                ..
            } => Failure::from(format!(
                "{window_len} samples in one row, these sets take 64 to 65536: choose the length with --window"
            )),
            other => other.into(),
        })?;
        if features.n_features() == 0 {
            let channels = self.channels.join(", ");
            return Err(format!("the set has no features of the channels {channels}").into());
        }
        Ok(features)
    }
}

impl Features<EegSignal> for EegByChannel {
    fn settle(&mut self, layout: &Layout) -> Result<(), Failure> {
        self.channels.clone_from(&layout.channels);
        let features = self.plan(SampleRate::from_hz(layout.rate_hz)?, layout.window_len)?;
        self.names = features.names().to_vec();
        self.planned = Some(features);
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn compute(&mut self, signal: &EegSignal) -> Result<Vec<f32>, Failure> {
        let (rate, len) = (signal.sample_rate, signal.samples.ncols());
        let fits = |features: &EegFeatures| {
            features.config().sample_rate == rate && features.config().window_len == len
        };
        let mut features = match self.planned.take().filter(fits) {
            Some(features) => features,
            None => self.plan(rate, len)?,
        };
        // A wavelet has more levels in a longer window.
        if features.names() != self.names {
            return Err(format!(
                "{len} samples at {} Hz have {} features, the table has {} columns",
                rate.hz(),
                features.n_features(),
                self.names.len()
            )
            .into());
        }
        let values = features.compute(&signal.samples);
        self.planned = Some(features);
        Ok(values?)
    }
}
