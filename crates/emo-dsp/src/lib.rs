//! Signal processing that two modalities share: sample rates, filters and spectra.
//!
//! | what | types | as |
//! |---|---|---|
//! | recursive filters | [`Sos`], [`SosStream`], [`FilterBand`] | SciPy `butter`, `sosfilt`, `sosfiltfilt`, `sosfilt_zi` |
//! | spectra | [`Welch`], [`Multitaper`], [`dpss`], [`Stft`], [`BandPower`] | SciPy `welch`, `periodogram`, `stft`, `spectrogram`, `dpss`, `simpson`; MNE `psd_array_multitaper` |
//! | what they are made of | [`Window`], [`Detrend`], [`SampleRate`] | SciPy `get_window`, `detrend` |
//!
//! What is planned once is planned in `new`; `compute(&self, …)` returns a new array, `compute_into(&mut self, …)`
//! writes into the caller's and allocates nothing.
//!
//! A filter is designed once, as second-order sections, and then run over any number of signals: causally over a
//! whole signal, causally over a stream that arrives in pieces, or forward and backward without a phase shift.
//! Designs and results follow SciPy 1.17: `butter(…, output="sos")`, `sosfilt`, `sosfiltfilt`.
//!
//! ```
//! use emo_dsp::{FilterBand, SampleRate, Sos};
//!
//! let rate = SampleRate::from_hz(128.0)?;
//! let alpha = Sos::butterworth(4, FilterBand::BandPass { low_hz: 8.0, high_hz: 14.0 }, rate)?;
//!
//! // Two seconds each of a 10 Hz and a 40 Hz oscillation.
//! let tone = |hz: f64| -> Vec<f64> {
//!     (0..256).map(|n| (std::f64::consts::TAU * hz * f64::from(n) / 128.0).sin()).collect()
//! };
//! let power = |x: &[f64]| x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
//! assert!(power(&alpha.filtfilt(&tone(10.0))?) > 0.49);
//! assert!(power(&alpha.filtfilt(&tone(40.0))?) < 0.01);
//!
//! // The same filter over a stream: pieces of any size give what the whole would.
//! let signal = tone(10.0);
//! let mut stream = alpha.stream();
//! let mut pieces = signal.clone();
//! for piece in pieces.chunks_mut(7) {
//!     stream.process(piece)?;
//! }
//! assert_eq!(pieces, alpha.filter(&signal)?);
//! # Ok::<(), emo_dsp::DspError>(())
//! ```
//!
//! # Numbers
//! Signals are `f64` here, unlike at the borders of the modality crates: a filter stands between a modality's `f32`
//! input and its sums, and rounding in between would show in narrow bands at low frequencies. Samples carry whatever
//! unit the caller gives them; every filter is linear and keeps it. NaN and infinite samples are refused.

mod band_power;
mod butterworth;
mod detrend;
mod dpss;
mod error;
mod fft;
mod filter;
mod multitaper;
mod pairing;
mod sample_rate;
mod sos;
mod stft;
mod stream;
mod tridiagonal;
mod welch;
mod window;

pub use band_power::{BandEdges, BandPower, BandPowerConfig, Integration, RelativeTo};
pub use butterworth::{FilterBand, MAX_ORDER};
pub use detrend::Detrend;
pub use dpss::{Tapers, dpss};
pub use error::DspError;
pub use multitaper::{Multitaper, MultitaperConfig, MultitaperScaling};
pub use ndarray;
pub use num_complex::Complex64;
pub use sample_rate::SampleRate;
pub use sos::{Section, Sos};
pub use stft::{Stft, StftConfig, StftScaling};
pub use stream::SosStream;
pub use welch::{Averaging, Scaling, Welch, WelchConfig};
pub use window::{Window, WindowSymmetry};
