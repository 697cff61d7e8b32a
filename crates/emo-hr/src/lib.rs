//! Heart rate for emotion recognition: beats from ECG and PPG, rate at 1 Hz, quality, windows for models.
//!
//! Three kinds of input lead to one output. [`EcgDetector`] and [`PpgDetector`] find the beats of a raw signal, and
//! [`Beats::heart_rate_1hz`] turns them into a rate for every second; a device that reports a rate of its own enters
//! through [`resample_to_1hz`]. [`HeartRateWindow`] cuts and scales the last seconds of such a series for a model.
//!
//! ```
//! use emo_hr::{EcgConfig, EcgDetector, HeartRateWindow, HeartRateWindowConfig, Interpolation, SampleRate};
//!
//! // Twenty seconds of narrow spikes at 250 Hz, their distance growing from 0.8 s: a crude ECG.
//! let mut ecg = vec![0.0_f32; 5000];
//! let mut next = 125.0;
//! while next < 4990.0 {
//!     for (offset, value) in [(-2, 0.3), (-1, 0.8), (0, 1.0), (1, 0.8), (2, 0.3)] {
//!         ecg[(next as i64 + offset) as usize] = value;
//!     }
//!     next += 200.0 + next / 100.0;
//! }
//!
//! let detector = EcgDetector::new(&EcgConfig::new(SampleRate::from_hz(250.0)?))?;
//! let detection = detector.detect(&ecg)?;
//! assert!(detection.quality > 0.9);
//!
//! let bpm = detection.beats.heart_rate_1hz(Interpolation::MonotoneCubic)?;
//! assert_eq!(bpm.len(), 20);
//! assert!(bpm.iter().all(|bpm| (55.0..80.0).contains(bpm)));
//!
//! let window = HeartRateWindow::new(&HeartRateWindowConfig::default())?.compute(&bpm)?;
//! assert_eq!(window.dim(), (15, 1));
//! # Ok::<(), emo_hr::HrError>(())
//! ```
//!
//! [`PulseShapes`] measures the pulses of a photoplethysmogram: rise, amplitude, widths, area, second derivative.
//!
//! # Heart rate variability and breathing
//! | from | by | to |
//! |---|---|---|
//! | intervals in ms, or [`Beats`] | [`RrSeries`] | intervals with times and gaps |
//! | [`RrSeries`] | [`Hrv`] | all indices, each with unit, value or why it has none, and quality |
//! | | [`TimeDomain`], [`FrequencyDomain`], [`Poincare`], [`Asymmetry`], [`Fragmentation`], [`Fluctuation`], [`Complexity`], [`SymbolicDynamics`], [`HeartPyMeasures`] | parts of them alone |
//! | | [`Tachogram`], [`Spectrum`], [`lomb_scargle`] | what lies in between |
//! | beats one by one | [`HrvStream`] | the indices of the last seconds, without allocation |
//! | values of one person | [`Baseline`] | distances from what is usual for that person |
//! | a belt, a heart rate or [`Beats`] | [`Respiration`] | breathing and its rate; from intervals alone: [`respiration_rate`]; from [`Detection::heights`]: [`respiration_rate_from_heights`] |
//! | [`Beats`] and [`Respiration`] | [`Rsa`] | respiratory sinus arrhythmia |
//!
//! # What is refused and what lowers the quality
//! A NaN or infinite sample is an error everywhere. Rates that a heart can hardly have (outside 30–220 bpm) or that
//! jump lower the quality, since a single missed beat makes them; rates that no heart has (outside 20–300 bpm) are an
//! error of [`HeartRateWindow`], since a model has never seen them. Too few beats for a rate are an error, not a
//! series of NaN.

mod agreement;
mod artifact;
mod beat_stream;
mod beats;
mod ble;
mod detection;
mod ecg;
mod error;
mod fiducial;
mod heart_rate_window;
mod hrv;
mod interpolation;
mod interval_filter;
mod moving_average;
#[cfg(test)]
mod parity;
mod peaks;
mod ppg;
mod pulse_shape;
mod quality;
mod respiration;
mod rhythm;
mod rr;
mod series;
mod signal;
mod spline;
mod window_quality;

pub use artifact::{
    ArtifactConfig, ArtifactCorrector, ArtifactForm, ArtifactSpace, Artifacts, Correction,
};
pub use beat_stream::{BeatSignal, BeatStream, BeatStreamConfig, StreamBeat};
pub use beats::Beats;
pub use ble::{HeartRateMeasurement, SensorContact};
pub use detection::Detection;
pub use ecg::{EcgConfig, EcgDetector, EcgMethod, Polarity};
pub use emo_dsp::{
    ApproximateEntropyConfig, BandEdges, BinaryThreshold, Detrend, FuzzyEntropyConfig,
    HiguchiConfig, HurstConvention, Integration, SampleEntropyConfig, SampleRate, Window,
};
pub use error::HrError;
pub use fiducial::Refinement;
pub use heart_rate_window::{
    HeartRateWindow, HeartRateWindowConfig, HeartRateWindows, LeftOut, VarianceOutliers,
    WindowRange,
};
pub use hrv::{
    Asymmetry, Baseline, BaselineCollector, BaselineConfig, BaselineScale, BurgOrder, Complexity,
    ComplexityConfig, CorrelationRadii, DataNeed, Deviation, Differences, FftLen, Fluctuation,
    Fragmentation, FrequencyConfig, FrequencyDomain, FrequencyPlan, HeartPyMeasures, Hrv,
    HrvConfig, HrvIndices, HrvNow, HrvSpec, HrvStream, HrvStreamConfig, HrvValue, LombModel,
    LombScale, MinimumData, Multifractal, NotMeaningful, Poincare, PowerScale, SegmentLen, ShareOf,
    Spectrum, SpectrumConfig, SpectrumMethod, SymbolicDynamics, Symbols, Tachogram, TachogramEnd,
    TimeDomain, TimeDomainConfig, TriangleFit, correlation_dimension, lomb_scargle,
};
pub use interpolation::Interpolation;
pub use interval_filter::IntervalFilter;
pub use ndarray;
pub use ppg::{PpgConfig, PpgDetector, PpgMethod};
pub use pulse_shape::{PulseAcceleration, PulseShape, PulseShapeConfig, PulseShapes};
pub use respiration::{
    Breaths, EdrMethod, PorgesBohrerOf, Respiration, Rsa, RsaConfig, respiration_rate,
    respiration_rate_from_heights,
};
pub use rr::RrSeries;
pub use series::{PLAUSIBLE_BPM, resample_to_1hz, series_quality};
pub use window_quality::WindowQuality;
