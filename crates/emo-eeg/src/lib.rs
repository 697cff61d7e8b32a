//! EEG for emotion recognition: channels by name, differential entropy of frequency bands, signal quality.
//!
//! A recording's channels rarely stand in the order that a model was trained with, nor under the same names.
//! [`pick_channels`] finds them; [`last_window`] cuts the most recent seconds; [`DifferentialEntropy`] turns a window
//! into the feature that most work on EEG and emotion uses; [`Quality`] says how far the window can be trusted.
//!
//! ```
//! use emo_eeg::ndarray::{Array2, Axis};
//! use emo_eeg::{
//!     DifferentialEntropy, DifferentialEntropyConfig, Quality, QualityConfig, SampleRate, last_window, pick_channels,
//! };
//!
//! // Three channels of ten seconds at 128 Hz, in µV.
//! let rate = SampleRate::from_hz(128.0)?;
//! let recording = Array2::from_shape_fn((3, 1280), |(channel, n)| {
//!     let t = n as f32 / 128.0;
//!     20.0 * (63.0 * t).sin() + 5.0 * (17.0 * (channel + 1) as f32 * t).cos() + ((n * 7919) % 101) as f32 / 50.0
//! });
//!
//! // What the file calls them, and what the model wants.
//! let order = pick_channels(&["EEG T3-REF", "EEG Fp1-REF", "EEG O1-REF"], &["Fp1", "T7"])?;
//! assert_eq!(order, [1, 0]);
//! let wanted = recording.select(Axis(0), &order);
//!
//! let window = last_window(&wanted, rate, 2.0)?;
//! let features = DifferentialEntropy::new(&DifferentialEntropyConfig::new(rate))?.compute(&window)?;
//! assert_eq!(features.dim(), (2, 5));
//!
//! let quality = Quality::new(&QualityConfig::new(rate))?.compute(&window)?;
//! assert!(quality.mean() > 0.9);
//! # Ok::<(), emo_eeg::EegError>(())
//! ```
//!
//! # What there is
//! | for | types |
//! |---|---|
//! | channels | [`pick_channels`], [`ChannelKind`], [`normalize_channel_name`], [`standard_channel_name`], [`montage`], [`channel_positions`] |
//! | references, Laplacians, interpolation, a device's channels for a model | [`SpatialFilter`] |
//! | band-pass and notches, live and without phase shift; trends | [`EegFilter`], [`detrend`] |
//! | artefacts taken out, live | [`Asr`] |
//! | connectivity of channels | [`Connectivity`], [`cross_spectral_density`], [`coherency`], [`correlation`], [`covariance`] |
//! | all features of a window, offline and live | [`EegFeatures`], [`EegFeatureStream`] |
//! | differential entropy by its conventions | [`DifferentialEntropy`], [`gaussian_entropy`], [`SeedDifferentialEntropy`], [`vasicek_entropy`] |
//! | a channel's shape | [`Statistics`], [`Hjorth`], [`higher_order_crossings`], [`decorrelation_time`], [`WaveletDecomposition`], [`BandEnergy`]; entropies and fractal dimensions are in `emo-dsp` |
//! | a spectrum's shape | [`SpectralMoments`], [`spectral_edge`], [`spectral_line`], [`AperiodicSlope`], [`muscle_index`]; spectra and band powers are in `emo-dsp` |
//! | left and right, front and back | [`ChannelPairs`], [`frontal_alpha_asymmetry`], [`arousal_index`], [`valence_index`] |
//! | features over time and over the head | [`MovingAverage`], [`KalmanSmoother`], [`TopographicGrid`] |
//! | eye movements taken out by a channel that records them | [`BlinkRegression`] |
//! | quality, rejected windows, bad channels | [`Quality`], [`judge_windows`], [`bad_channels`] |
//!
//! # Conventions
//! A window is an array `[channels, samples]` in microvolts. Sums and filters run in `f64`. A feature looks at
//! nothing outside the window that it is given, so it depends on that window alone, bit for bit, wherever it was cut from.
//! What cleans takes a whole recording, or is a stream that remembers. Samples that are not finite are refused; what
//! filtering would raise beyond `f32` is its largest number.
//!
//! `docs/eeg.md` has the steps of cleaning, what differs from the peers, and how near it is to them.

mod asr;
mod bad_channels;
mod band;
mod band_energy;
mod blink_regression;
mod channel_kind;
mod channel_pairs;
mod channels;
mod connectivity;
mod decorrelation;
mod differential_entropy;
mod eeg_filter;
mod error;
mod features;
mod higher_order_crossings;
mod hjorth;
mod indices;
mod linear;
mod montage;
mod quality;
mod reference;
mod rejection;
mod smoothing;
mod spatial_filter;
mod spectral_differential_entropy;
mod spectral_shape;
mod spherical_spline;
mod statistics;
mod symmetric_eigen;
mod topographic_grid;
mod wavelet;
mod window;

pub use asr::{Asr, AsrConfig, AsrFit, AsrStream, CleanWindows};
pub use bad_channels::{BadChannelsConfig, ChannelVerdict, bad_channels};
pub use band::Band;
pub use band_energy::BandEnergy;
pub use blink_regression::{BlinkRegression, BlinkRegressionConfig, BlinkRegressionStream};
pub use channel_kind::ChannelKind;
pub use channel_pairs::ChannelPairs;
pub use channels::{normalize_channel_name, pick_channels};
pub use connectivity::{
    Connectivity, ConnectivityConfig, ConnectivityMethod, ConnectivitySpectrum, Standardization,
    coherency, correlation, correlation_eigenvalues, covariance, cross_spectral_density,
    max_cross_correlation, spectral_correlation,
};
pub use decorrelation::decorrelation_time;
pub use differential_entropy::{
    BandFiltering, DifferentialEntropy, DifferentialEntropyConfig, DifferentialEntropyUnit,
};
pub use eeg_filter::{EegFilter, EegFilterConfig, EegFilterStream, detrend};
pub use emo_dsp::{Detrend, SampleRate};
pub use error::EegError;
pub use features::{
    EegFeatureSet, EegFeatureStream, EegFeatures, EegFeaturesConfig, UndefinedFeature,
};
pub use higher_order_crossings::higher_order_crossings;
pub use hjorth::{Hjorth, HjorthConvention, SpectralMoments};
pub use indices::{
    ChannelBands, arousal_index, engagement, frontal_alpha_asymmetry, muscle_index,
    theta_beta_ratio, valence_index,
};
pub use montage::{channel_position, channel_positions, montage, standard_channel_name};
pub use ndarray;
pub use quality::{ChannelMeasures, Quality, QualityConfig, WindowQuality};
pub use reference::nearest_channels;
pub use rejection::{
    JudgedWindow, Rejection, RejectionConfig, RejectionReason, judge_windows, rejections,
};
pub use smoothing::{KalmanSmoother, MovingAverage};
pub use spatial_filter::{MissingChannels, SpatialFilter};
pub use spectral_differential_entropy::{
    SeedDifferentialEntropy, gaussian_entropy, vasicek_entropy,
};
pub use spectral_shape::{AperiodicSlope, AperiodicSlopeConfig, spectral_edge, spectral_line};
pub use spherical_spline::SphericalSplineConfig;
pub use statistics::Statistics;
pub use topographic_grid::{GRID_LEN, GridFill, TopographicGrid};
pub use wavelet::{WaveletDecomposition, teager_kaiser};
pub use window::last_window;
