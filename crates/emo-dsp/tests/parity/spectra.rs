//! Spectra: SciPy, MNE, BrainFlow, yasa, mne-features, librosa.

use emo_dsp::{
    Averaging, BandEdges, BandPower, BandPowerConfig, Detrend, Integration, Multitaper,
    MultitaperConfig, MultitaperScaling, RelativeTo, SampleRate, Scaling, Stft, StftConfig,
    StftScaling, Welch, WelchConfig, Window, WindowSymmetry, dpss,
};

use crate::{Case, check, interleaved, rate, with};

const BANDS: [[f64; 2]; 5] = [
    [1.0, 4.0],
    [4.0, 8.0],
    [8.0, 13.0],
    [13.0, 30.0],
    [30.0, 45.0],
];

fn hann(segment_len: usize) -> WelchConfig {
    WelchConfig::new(rate(), segment_len)
}

/// MNE's and yasa's window; MNE's segments do not overlap.
fn hamming() -> WelchConfig {
    with(hann(256), |c| c.window = Window::Hamming)
}

fn welch(case: &Case, config: WelchConfig) -> Option<Vec<f64>> {
    let welch = Welch::new(&config).unwrap();
    Some(case.map(|x| welch.compute(x).unwrap()))
}

/// BrainFlow takes no mean off and does not divide by the window's power.
fn brainflow(x: &[f64]) -> Vec<f64> {
    let config = with(hann(256), |c| c.detrend = Detrend::None);
    let weights = Window::Hann.samples(256, WindowSymmetry::Periodic).unwrap();
    let power = weights.iter().map(|w| w * w).sum::<f64>() / 256.0;
    let density = Welch::new(&config).unwrap().compute(x).unwrap();
    density.iter().map(|value| value * power).collect()
}

#[test]
fn welch_spectra() {
    check(
        &["eeg_welch", "eeg_periodogram", "hr_rri_welch_scipy4"],
        16,
        |case| {
            let none = Detrend::None;
            let linear = Detrend::Linear;
            match case.name.as_str() {
                "eeg_welch_hann128_constant" | "eeg_welch32_hann128" => welch(case, hann(128)),
                "eeg_welch_hann256_constant" => welch(case, hann(256)),
                "eeg_welch_hann512_constant" => welch(case, hann(512)),
                "eeg_welch_hamming256_constant" => welch(case, hamming()),
                "eeg_welch_blackman256_linear" => welch(
                    case,
                    with(hann(256), |c| {
                        c.window = Window::Blackman;
                        c.detrend = linear;
                    }),
                ),
                "eeg_welch_boxcar256_none" => welch(
                    case,
                    with(hann(256), |c| {
                        c.window = Window::Boxcar;
                        c.detrend = none;
                    }),
                ),
                "eeg_welch_hann256_linear_ov192" => welch(
                    case,
                    with(hann(256), |c| {
                        c.overlap_len = 192;
                        c.detrend = linear;
                    }),
                ),
                "eeg_welch_hann256_none_ov0" => welch(
                    case,
                    with(hann(256), |c| {
                        c.overlap_len = 0;
                        c.detrend = none;
                    }),
                ),
                "eeg_welch_hann256_median" => {
                    welch(case, with(hann(256), |c| c.averaging = Averaging::Median))
                }
                "eeg_welch_hann256_spectrum" => {
                    welch(case, with(hann(256), |c| c.scaling = Scaling::Spectrum))
                }
                "eeg_welch_hann256_nfft512" => welch(case, with(hann(256), |c| c.fft_len = 512)),
                "eeg_welch_mne" => welch(case, with(hamming(), |c| c.overlap_len = 0)),
                "eeg_welch_brainflow" => Some(case.map(brainflow)),
                "eeg_periodogram_boxcar" => welch(case, WelchConfig::periodogram(rate(), 1280)),
                "hr_rri_welch_scipy4_300s" => Some(case.map(|x| {
                    let rate = SampleRate::from_hz(4.0).unwrap();
                    let welch = Welch::new(&WelchConfig::new(rate, 256)).unwrap();
                    let mut centred = x.to_vec();
                    Detrend::Constant.apply(&mut centred);
                    [welch.frequencies(), welch.compute(&centred).unwrap()].concat()
                })),
                _ => None,
            }
        },
    );
}

#[test]
fn tapers() {
    check(&["eeg_dpss"], 2, |case| {
        let (half_bandwidth, n_tapers) = match case.name.as_str() {
            "eeg_dpss_256_4.0" => (4.0, 7),
            "eeg_dpss_256_2.5" => (2.5, 4),
            _ => return None,
        };
        let found = dpss(256, half_bandwidth, n_tapers, WindowSymmetry::Symmetric).unwrap();
        Some(found.tapers.into_iter().collect())
    });
}

#[test]
fn multitaper_spectra() {
    check(&["eeg_multitaper"], 5, |case| {
        let default = with(MultitaperConfig::new(rate(), 1280), |c| {
            c.scaling = MultitaperScaling::Length
        });
        let bandwidth_4 = with(default.clone(), |c| c.bandwidth_hz = 4.0);
        let config = match case.name.as_str() {
            "eeg_multitaper_default" => default,
            "eeg_multitaper_bw4" => bandwidth_4,
            "eeg_multitaper_bw4_adaptive" => with(bandwidth_4, |c| c.adaptive = true),
            "eeg_multitaper_bw4_full" => {
                with(bandwidth_4, |c| c.scaling = MultitaperScaling::Density)
            }
            "eeg_multitaper_bw2_nolow" => with(default, |c| {
                c.bandwidth_hz = 2.0;
                c.low_bias = false;
            }),
            _ => return None,
        };
        let multitaper = Multitaper::new(&config).unwrap();
        Some(case.map(|x| multitaper.compute(x).unwrap()))
    });
}

#[test]
fn band_powers() {
    check(&["eeg_bandpower"], 9, |case| {
        let closed = with(BandPowerConfig::new(BANDS), |c| c.edges = BandEdges::Closed);
        let of = |welch: WelchConfig, config: BandPowerConfig| {
            let welch = Welch::new(&welch).unwrap();
            let bands = BandPower::new(&config, welch.n_bins(), welch.bin_hz()).unwrap();
            Some(case.map(|x| bands.compute(&welch.compute(x).unwrap()).unwrap()))
        };
        let yasa = with(hamming(), |c| c.averaging = Averaging::Median);
        let trapezoid = with(closed.clone(), |c| c.integration = Integration::Trapezoid);
        let relative =
            |config: BandPowerConfig| with(config, |c| c.relative_to = RelativeTo::Whole);
        match case.name.as_str() {
            "eeg_bandpower_simpson_abs" | "eeg_bandpower32_simpson_abs" => of(hann(256), closed),
            "eeg_bandpower_simpson_rel" => of(hann(256), relative(closed)),
            "eeg_bandpower_trapezoid_abs" => of(hann(256), trapezoid),
            "eeg_bandpower_trapezoid_rel" => of(hann(256), relative(trapezoid)),
            "eeg_bandpower_yasa_abs" => of(yasa, closed),
            "eeg_bandpower_yasa_rel" => of(
                yasa,
                with(closed, |c| {
                    c.relative_to = RelativeTo::Range {
                        low_hz: 1.0,
                        high_hz: 45.0,
                    }
                }),
            ),
            "eeg_bandpower_brainflow" => {
                // Its rule includes the interval after the upper edge.
                let config = with(trapezoid, |c| {
                    c.bands_hz.iter_mut().for_each(|band| band[1] += 0.5);
                });
                let bands = BandPower::new(&config, 129, 0.5).unwrap();
                Some(case.map(|x| bands.compute(&brainflow(x)).unwrap()))
            }
            "eeg_bandpower_mnefeatures" => {
                // It sums bins without their width.
                let config = with(closed, |c| c.integration = Integration::Rectangle);
                let welch = Welch::new(&with(hamming(), |c| c.overlap_len = 0)).unwrap();
                let bands = BandPower::new(&config, welch.n_bins(), welch.bin_hz()).unwrap();
                let sums = |x: &[f64]| {
                    let powers = bands.compute(&welch.compute(x).unwrap()).unwrap();
                    powers
                        .iter()
                        .map(|power| power / welch.bin_hz())
                        .collect::<Vec<_>>()
                };
                Some(case.map(sums))
            }
            _ => None,
        }
    });
}

#[test]
fn time_frequency() {
    check(&["dsp_stft", "dsp_spectrogram"], 3, |case| {
        let first = &case.channels()[0];
        match case.name.as_str() {
            "dsp_stft_hann128" => {
                let stft = Stft::new(&StftConfig::new(rate(), 128)).unwrap();
                Some(interleaved(stft.compute(first).unwrap()))
            }
            "dsp_stft_librosa" => {
                let stft = Stft::new(&with(StftConfig::new(rate(), 128), |c| {
                    c.overlap_len = 96;
                    c.scaling = StftScaling::Unscaled;
                    c.padded_tail = false;
                }))
                .unwrap();
                Some(interleaved(stft.compute(first).unwrap()))
            }
            "dsp_spectrogram_hann128" => {
                let stft = Stft::new(&with(StftConfig::spectrogram(rate(), 128), |c| {
                    c.overlap_len = 96
                }))
                .unwrap();
                Some(stft.power(first).unwrap().into_iter().collect())
            }
            _ => None,
        }
    });
}
