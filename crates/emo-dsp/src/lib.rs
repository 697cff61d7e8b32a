//! Signal processing that two modalities share: filters, spectra, conversion of rates, time-frequency analysis and
//! measures of complexity.
//!
//! | what | types | as |
//! |---|---|---|
//! | recursive filters | [`Sos`], [`SosStream`], [`FilterBand`] | SciPy `butter`, `cheby1`, `iirnotch`, `sosfilt`, `sosfiltfilt`, `sosfilt_zi`; MNE `filter_data(method="iir")` |
//! | finite impulse responses | [`Fir`], [`FirConfig`], [`FirStream`] | SciPy `firwin`, `lfilter`; MNE `create_filter`, `filter_data`, `notch_filter` |
//! | conversion of rates | [`Polyphase`], [`PolyphaseStream`], [`FftResampler`], [`Decimator`] | SciPy `resample_poly`, `resample`, `decimate`; MNE `resample` |
//! | spectra | [`Welch`], [`Multitaper`], [`dpss`], [`BandPower`] | SciPy `welch`, `periodogram`, `dpss`, `simpson`; MNE `psd_array_multitaper` |
//! | time and frequency | [`Stft`], [`Morlet`], [`Hilbert`] | SciPy `stft`, `spectrogram`, `hilbert`; MNE `tfr_array_morlet` |
//! | what they are made of | [`Window`], [`Detrend`], [`SampleRate`] | SciPy `get_window`, `detrend` |
//!
//! What is planned once is planned in `new`; `compute(&self, …)` returns a new array, `compute_into(&mut self, …)`
//! writes into the caller's and allocates nothing.
//!
//! A filter is designed once and then run over any number of signals: causally over a whole signal, causally over a
//! stream that arrives in pieces, or without a phase shift. Results follow SciPy 1.17 and MNE 1.13; tests hold them to
//! within 1e-9 of the signal's largest value, and recursive filters to 1e-6.
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
//! # Complexity
//! How regular, rough or predictable a signal is, for EEG and heart rate alike. Packages disagree on details; a
//! configuration names each and has presets (`SampleEntropyConfig::antropy()`).
//!
//! | measure | type | as |
//! |---|---|---|
//! | likeness of patterns | [`SampleEntropy`], [`ApproximateEntropy`], both at once by [`PatternEntropies`], [`FuzzyEntropy`], [`MultiscaleEntropy`] | antropy, NeuroKit2, mne-features, pyHRV |
//! | order of samples | [`PermutationEntropy`] | antropy, NeuroKit2 |
//! | values, spectra, singular values | [`ShannonEntropy`], [`spectral_entropy`], [`SvdEntropy`] | antropy, NeuroKit2, mne-features |
//! | new words | [`LempelZiv`] | antropy, NeuroKit2 |
//! | fractal dimension | [`petrosian_fd`], [`katz_fd`], [`Higuchi`] | antropy, NeuroKit2, mne-features |
//! | scaling exponent | [`Dfa`], [`Hurst`] | antropy, NeuroKit2, nolds, mne-features |
//! | crossings of 0 | [`zero_crossings`] | antropy, mne-features, librosa |
//!
//! A type that needs memory keeps it, hence `compute(&mut self, …)`: a stream of windows of one length allocates for
//! the first alone. What a signal has no value of, as the entropy of a constant, is [`DspError::Undefined`]: no
//! function returns NaN or infinity.
//!
//! # Numbers
//! Signals are `f64` here, unlike at the borders of the modality crates: a filter stands between a modality's `f32`
//! input and its sums, and rounding in between would show in narrow bands at low frequencies. Samples carry whatever
//! unit the caller gives them; every filter is linear and keeps it. NaN and infinite samples are refused.

mod band;
mod band_power;
mod butterworth;
mod cascade;
mod chebyshev;
mod complexity;
mod convolve;
mod decimator;
mod detrend;
mod dot;
mod dpss;
mod error;
mod fft;
mod fft_resampler;
mod filter;
mod fir;
mod fir_design;
mod fir_stream;
mod hilbert;
mod iir_design;
mod morlet;
mod multitaper;
mod pairing;
mod polyphase;
mod sample_rate;
mod sos;
mod stft;
mod stream;
mod tridiagonal;
mod welch;
mod window;

pub use band::FilterBand;
pub use band_power::{BandEdges, BandPower, BandPowerConfig, Integration, RelativeTo};
pub use complexity::{
    ApproximateEntropy, ApproximateEntropyConfig, BinaryThreshold, Comparison, DcBin, Dfa,
    DfaConfig, DfaWindows, EntropyUnit, FluctuationMean, FuzzyEntropy, FuzzyEntropyConfig, Higuchi,
    HiguchiConfig, HiguchiSum, Hurst, HurstConvention, LempelZiv, LineFit, MAX_PERMUTATION_ORDER,
    MAX_SVD_ORDER, MultiscaleEntropy, MultiscaleEntropyConfig, MultiscaleMethod, PatternEntropies,
    PermutationEntropy, PermutationEntropyConfig, PetrosianLength, SampleEntropy,
    SampleEntropyConfig, ShannonEntropy, SvdComplexity, SvdEntropy, SvdEntropyConfig, Tolerance,
    WindowOverlap, ZeroCrossingRule, katz_fd, petrosian_fd, spectral_entropy, zero_crossings,
};
pub use decimator::{Decimator, DecimatorStream};
pub use detrend::Detrend;
pub use dpss::{Tapers, dpss};
pub use error::DspError;
pub use fft_resampler::{FftPadding, FftResampler};
pub use fir::Fir;
pub use fir_design::FirConfig;
pub use fir_stream::FirStream;
pub use hilbert::Hilbert;
pub use iir_design::MAX_ORDER;
pub use morlet::{Morlet, MorletConfig};
pub use multitaper::{Multitaper, MultitaperConfig, MultitaperScaling};
pub use ndarray;
pub use num_complex::Complex64;
pub use polyphase::{Polyphase, PolyphaseConfig, PolyphaseStream};
pub use sample_rate::SampleRate;
pub use sos::{Section, Sos};
pub use stft::{Stft, StftConfig, StftScaling};
pub use stream::SosStream;
pub use welch::{Averaging, Scaling, Welch, WelchConfig};
pub use window::{Window, WindowSymmetry};
