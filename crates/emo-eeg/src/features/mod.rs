//! All features of a window in one vector.

mod asymmetry;
mod config;
mod output;
mod samples;
mod spectrum;
mod stream;

use std::ops::Range;

use emo_dsp::BandEdges;
use ndarray::{Array2, ArrayRef2, Axis, s};

pub use config::{EegFeatureSet, EegFeaturesConfig, UndefinedFeature};
pub use stream::EegFeatureStream;

use crate::{
    Connectivity, ConnectivityConfig, EegError, gaussian_entropy, normalize_channel_name,
    standard_channel_name,
};
use asymmetry::AsymmetryFeatures;
use output::Output;
use samples::{ComplexityFeatures, TimeFeatures};
use spectrum::{ChannelSpectrum, SpectrumFeatures};

/// Most channels, for which there is a pair of each two.
const MAX_CHANNELS: usize = 512;

/// The longest window, in samples: entropies of patterns take the square of its length.
const MAX_WINDOW_LEN: usize = 1 << 16;

/// All features of windows `[channels, samples]` as one vector of named numbers.
///
/// What is asked for is computed from one spectrum and one copy of each channel; after [`new`](Self::new), nothing is
/// allocated, unless [`EegFeatureSet::Connectivity`] is among the sets. [`EegFeatureStream`] computes them live.
///
/// ```
/// use emo_eeg::ndarray::Array2;
/// use emo_eeg::{EegFeatureSet, EegFeatures, EegFeaturesConfig, SampleRate};
///
/// let rate = SampleRate::from_hz(128.0)?;
/// let mut config = EegFeaturesConfig::new(rate, &["F3", "F4"], 512);
/// config.sets = vec![EegFeatureSet::Bands, EegFeatureSet::Asymmetry];
/// let mut features = EegFeatures::new(&config)?;
/// assert_eq!(features.names()[0], "F3_delta_power");
/// assert!(features.names().iter().any(|name| name == "F3-F4_faa"));
///
/// // F4 has twice the amplitude of F3.
/// let window = Array2::from_shape_fn((2, 512), |(channel, n)| {
///     let noise = ((n * n * 31 + n * 7) % 101) as f32 / 10.0 - 5.0;
///     (1.0 + channel as f32) * noise
/// });
/// let values = features.compute(&window)?;
/// let at = features.index("F3-F4_faa").expect("a feature");
/// assert!((values[at] - 4_f32.ln()).abs() < 1e-4);
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EegFeatures {
    config: EegFeaturesConfig,
    names: Vec<String>,
    /// The places of each set that is computed, and how many belong to each channel; 0 for those of all channels.
    blocks: Vec<(EegFeatureSet, Range<usize>, usize)>,
    spectrum: Option<ChannelSpectrum>,
    time: TimeFeatures,
    complexity: ComplexityFeatures,
    shape: Option<SpectrumFeatures>,
    asymmetry: Option<AsymmetryFeatures>,
    connectivity: Option<Connectivity>,
    samples: Vec<f64>,
    /// The powers of all channels' bands, `[channels, bands + 1]`.
    powers: Vec<f64>,
}

impl EegFeatures {
    /// Plans the spectra, names the features and takes all memory.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] without channels; [`EegError::RepeatedChannel`] for two names of one channel.
    /// - [`EegError::InvalidSetting`] for more than 512 channels, a window outside 64 to 65,536 samples, a segment that is empty or
    ///   longer than the window, or without sets.
    /// - [`EegError::NoBands`] or [`EegError::InvalidBand`] if a set needs bands and there are none, or one holds no bin
    ///   of the spectrum or ends above the Nyquist frequency.
    /// - [`EegError::InvalidSpectrum`] and what [`Connectivity::new`] refuses.
    /// - Where a set needs more samples than the window has, [`EegError::SignalTooShort`].
    pub fn new(config: &EegFeaturesConfig) -> Result<Self, EegError> {
        check(config)?;
        let has = |set: EegFeatureSet| config.sets.contains(&set);
        let needs_spectrum = has(EegFeatureSet::Bands)
            || has(EegFeatureSet::DifferentialEntropy)
            || has(EegFeatureSet::Asymmetry)
            || has(EegFeatureSet::Spectrum);
        let band = |name: &str| config.bands.iter().position(|band| band.name == name);
        let rhythms = match (band("theta"), band("alpha"), band("beta")) {
            (Some(theta), Some(alpha), Some(beta)) => Some([theta, alpha, beta]),
            _ => None,
        };
        let n_channels = config.channels.len();
        let n_bands = config.bands.len();
        let mut features = Self {
            names: Vec::new(),
            blocks: Vec::new(),
            spectrum: None,
            time: TimeFeatures::new(config.sample_rate),
            complexity: ComplexityFeatures::new()?,
            shape: None,
            asymmetry: None,
            connectivity: None,
            samples: vec![0.0; config.window_len],
            powers: vec![0.0; n_channels * (n_bands + 1)],
            config: config.clone(),
        };
        if needs_spectrum {
            let spectrum = ChannelSpectrum::new(config)?;
            if has(EegFeatureSet::Spectrum) {
                features.shape = Some(SpectrumFeatures::new(config, &spectrum, rhythms)?);
            }
            features.spectrum = Some(spectrum);
        }
        if has(EegFeatureSet::Asymmetry) {
            let asymmetry = AsymmetryFeatures::new(&config.channels, n_bands, rhythms);
            features.asymmetry = Some(asymmetry);
        }
        if has(EegFeatureSet::Connectivity) {
            let mut connectivity = ConnectivityConfig::new(config.sample_rate, config.connectivity);
            connectivity.bands.clone_from(&config.bands);
            connectivity.edges = BandEdges::HalfOpen;
            features.connectivity = Some(Connectivity::new(&connectivity)?);
        }
        features.lay_out();
        features.warm_up()?;
        Ok(features)
    }

    /// The names of the features, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a feature by its name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own == name)
    }

    /// The number of features.
    pub fn n_features(&self) -> usize {
        self.names.len()
    }

    /// The settings.
    pub fn config(&self) -> &EegFeaturesConfig {
        &self.config
    }

    /// The features of a window `[channels, window_len]` in µV.
    ///
    /// # Errors
    /// As [`compute_into`](Self::compute_into).
    pub fn compute(&mut self, window: &ArrayRef2<f32>) -> Result<Vec<f32>, EegError> {
        let mut out = vec![0.0; self.names.len()];
        self.compute_into(window, &mut out)?;
        Ok(out)
    }

    /// Writes the features of a window `[channels, window_len]` in µV to `out`.
    ///
    /// # Errors
    /// - [`EegError::Shape`] for a window or an output of another shape.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::UndefinedFeature`] for a feature that this window has no value of, if such are refused.
    /// - What [`Connectivity::compute`] refuses; a channel that does not vary only if such are refused.
    pub fn compute_into(
        &mut self,
        window: &ArrayRef2<f32>,
        out: &mut [f32],
    ) -> Result<(), EegError> {
        let (rows, columns) = window.dim();
        let expected = (self.config.channels.len(), self.config.window_len);
        check_shape("window", (rows, columns), expected)?;
        check_shape("feature vector", (1, out.len()), (1, self.names.len()))?;
        for (channel, row) in window.axis_iter(Axis(0)).enumerate() {
            for (sample, (own, &value)) in self.samples.iter_mut().zip(row).enumerate() {
                if !value.is_finite() {
                    return Err(EegError::NonFinite {
                        channel,
                        sample,
                        value,
                    });
                }
                *own = f64::from(value);
            }
            self.compute_channel(channel, out)?;
        }
        self.compute_pairs(window, out)
    }

    /// The features `[windows, features]` of a recording `[channels, samples]`, a window every `hop_len` samples.
    ///
    /// What [`EegFeatureStream`] gives of the same recording.
    ///
    /// # Errors
    /// [`EegError::InvalidSetting`] for a hop of 0, and as [`compute_into`](Self::compute_into).
    pub fn compute_windows(
        &mut self,
        recording: &ArrayRef2<f32>,
        hop_len: usize,
    ) -> Result<Array2<f32>, EegError> {
        check_hop(hop_len)?;
        let len = self.config.window_len;
        let n_windows = match recording.ncols().checked_sub(len) {
            Some(rest) => rest / hop_len + 1,
            None => 0,
        };
        let mut all = Array2::zeros((n_windows, self.names.len()));
        let mut values = vec![0.0; self.names.len()];
        for (i, mut row) in all.rows_mut().into_iter().enumerate() {
            let start = i * hop_len;
            self.compute_into(&recording.slice(s![.., start..start + len]), &mut values)?;
            row.assign(&ndarray::aview1(&values));
        }
        Ok(all)
    }

    fn compute_channel(&mut self, channel: usize, out: &mut [f32]) -> Result<(), EegError> {
        let width = self.config.bands.len() + 1;
        if let Some(spectrum) = &mut self.spectrum {
            spectrum.compute(&self.samples)?;
            self.powers[channel * width..][..width].copy_from_slice(&spectrum.powers);
        }
        for (set, places, n_each) in &self.blocks {
            if *n_each == 0 {
                continue;
            }
            let start = places.start + channel * n_each;
            let mut out = Output {
                places: out[start..start + n_each].iter_mut(),
                names: self.names[start..start + n_each].iter(),
                undefined: self.config.undefined,
                channel,
            };
            let powers = &self.powers[channel * width..][..width];
            match (set, &self.spectrum, &mut self.shape) {
                (EegFeatureSet::Time, _, _) => self.time.compute(&self.samples, &mut out)?,
                (EegFeatureSet::Complexity, _, _) => {
                    self.complexity.compute(&self.samples, &mut out)?;
                }
                (EegFeatureSet::Spectrum, Some(spectrum), Some(shape)) => {
                    shape.compute(&self.samples, spectrum, &mut out)?;
                }
                (EegFeatureSet::Bands, _, _) => put_powers(powers, &mut out)?,
                (EegFeatureSet::DifferentialEntropy, _, _) => {
                    for &power in &powers[..width - 1] {
                        out.put_result(gaussian_entropy(power).ok_or(NO_POWER))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn compute_pairs(&mut self, window: &ArrayRef2<f32>, out: &mut [f32]) -> Result<(), EegError> {
        for (set, places, _) in &self.blocks {
            let mut output = Output {
                places: out[places.clone()].iter_mut(),
                names: self.names[places.clone()].iter(),
                undefined: self.config.undefined,
                channel: 0,
            };
            match (set, &self.asymmetry, &self.connectivity) {
                (EegFeatureSet::Asymmetry, Some(asymmetry), _) => {
                    let width = self.config.bands.len() + 1;
                    asymmetry.compute(&self.powers, width, &mut output)?;
                }
                (EegFeatureSet::Connectivity, _, Some(connectivity)) => {
                    match (connectivity.compute(window), self.config.undefined) {
                        (Ok(matrices), _) => {
                            for (a, b) in pairs(self.config.channels.len()) {
                                for band in 0..self.config.bands.len() {
                                    output.put(f64::from(matrices[[band, b, a]]))?;
                                }
                            }
                        }
                        // One dead channel leaves no phase to compare with.
                        (Err(EegError::FlatChannel { .. }), UndefinedFeature::Fill(value)) => {
                            out[places.clone()].fill(value);
                        }
                        (Err(error), _) => return Err(error),
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Names all features and finds their places.
    fn lay_out(&mut self) {
        let config = &self.config;
        let bands: Vec<&str> = config.bands.iter().map(|band| band.name.as_str()).collect();
        let channels: Vec<&str> = config
            .channels
            .iter()
            .map(|name| standard_channel_name(name).unwrap_or(name))
            .collect();
        for set in EegFeatureSet::ALL {
            if !config.sets.contains(&set) {
                continue;
            }
            let each: Vec<String> = match set {
                EegFeatureSet::Bands => {
                    let kinds = ["power", "relative", "log_power"];
                    let of = |band: &&str| kinds.map(|kind| format!("{band}_{kind}"));
                    bands.iter().flat_map(of).collect()
                }
                EegFeatureSet::DifferentialEntropy => {
                    bands.iter().map(|band| format!("{band}_entropy")).collect()
                }
                EegFeatureSet::Time => TimeFeatures::names().collect(),
                EegFeatureSet::Complexity => ComplexityFeatures::NAMES.map(str::to_owned).to_vec(),
                EegFeatureSet::Spectrum => self
                    .shape
                    .iter()
                    .flat_map(SpectrumFeatures::names)
                    .collect(),
                EegFeatureSet::Asymmetry | EegFeatureSet::Connectivity => Vec::new(),
            };
            let start = self.names.len();
            for channel in &channels {
                let names = each.iter().map(|name| format!("{channel}_{name}"));
                self.names.extend(names);
            }
            match (set, &self.asymmetry) {
                (EegFeatureSet::Asymmetry, Some(asymmetry)) => {
                    self.names.extend(asymmetry.names(&bands));
                }
                (EegFeatureSet::Connectivity, _) => {
                    for (a, b) in pairs(channels.len()) {
                        let pair = format!("{}-{}", channels[a], channels[b]);
                        let name = |band| format!("{pair}_{band}_connectivity");
                        self.names.extend(bands.iter().map(name));
                    }
                }
                _ => {}
            }
            self.blocks.push((set, start..self.names.len(), each.len()));
        }
    }

    /// Computes a channel once, so that all memory is taken and a window that is too short is refused here.
    fn warm_up(&mut self) -> Result<(), EegError> {
        let mut state = 1_u32;
        let noise = Array2::from_shape_fn((2, self.config.window_len), |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 1e6
        });
        for (own, &value) in self.samples.iter_mut().zip(noise.row(0)) {
            *own = f64::from(value);
        }
        let undefined = std::mem::replace(&mut self.config.undefined, UndefinedFeature::Fill(0.0));
        let result = self.compute_channel(0, &mut vec![0.0; self.names.len()]);
        self.config.undefined = undefined;
        result?;
        if let Some(connectivity) = &self.connectivity {
            connectivity.compute(&noise)?;
        }
        Ok(())
    }
}

const NO_POWER: EegError = EegError::Undefined {
    measure: "differential entropy",
    reason: "the band has no power",
};

fn put_powers(powers: &[f64], out: &mut Output<'_>) -> Result<(), EegError> {
    let (bands, total) = powers.split_at(powers.len() - 1);
    let total = total[0];
    let undefined = |reason| EegError::Undefined {
        measure: "band power",
        reason,
    };
    for &power in bands {
        out.put(power)?;
        let share = power / total;
        let is_share = total > 0.0 && share.is_finite();
        out.put_result(
            is_share
                .then_some(share)
                .ok_or(undefined("the bands have no power")),
        )?;
        let is_positive = power > 0.0;
        let decibels = is_positive.then(|| 10.0 * power.log10());
        out.put_result(decibels.ok_or(undefined("the band has no power")))?;
    }
    Ok(())
}

/// All pairs of channels, the second after the first.
fn pairs(n_channels: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_channels).flat_map(move |a| (a + 1..n_channels).map(move |b| (a, b)))
}

fn check(config: &EegFeaturesConfig) -> Result<(), EegError> {
    let n_channels = config.channels.len();
    if n_channels == 0 {
        return Err(EegError::NoChannels);
    }
    for (is_valid, name, value, expected) in [
        (
            n_channels <= MAX_CHANNELS,
            "channels",
            n_channels,
            "at most 512 of them",
        ),
        (
            (64..=MAX_WINDOW_LEN).contains(&config.window_len),
            "window_len",
            config.window_len,
            "64 to 65536 samples",
        ),
        (
            (1..=config.window_len).contains(&config.segment_len),
            "segment_len",
            config.segment_len,
            "a sample or more and at most the window",
        ),
        (
            !config.sets.is_empty(),
            "sets",
            config.sets.len(),
            "one or more",
        ),
    ] {
        if !is_valid {
            return Err(EegError::InvalidSetting {
                name,
                value: value as f64,
                expected,
            });
        }
    }
    let normal: Vec<String> = config
        .channels
        .iter()
        .map(|name| normalize_channel_name(name))
        .collect();
    for (a, b) in pairs(n_channels) {
        if normal[a] == normal[b] {
            return Err(EegError::RepeatedChannel {
                first: config.channels[a].clone(),
                second: config.channels[b].clone(),
                channel: normal[a].clone(),
            });
        }
    }
    Ok(())
}

fn check_hop(hop_len: usize) -> Result<(), EegError> {
    if hop_len > 0 {
        return Ok(());
    }
    Err(EegError::InvalidSetting {
        name: "hop_len",
        value: 0.0,
        expected: "a sample or more",
    })
}

fn check_shape(
    what: &'static str,
    (rows, columns): (usize, usize),
    (expected_rows, expected_columns): (usize, usize),
) -> Result<(), EegError> {
    if (rows, columns) == (expected_rows, expected_columns) {
        return Ok(());
    }
    Err(EegError::Shape {
        what,
        rows,
        columns,
        expected_rows,
        expected_columns,
    })
}
