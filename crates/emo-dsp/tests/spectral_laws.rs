//! Laws that hold for every signal: of Parseval, of linearity, of shape.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_dsp::{
    BandEdges, BandPower, BandPowerConfig, Complex64, Decimator, Detrend, DspError, FftPadding,
    FftResampler, FilterBand, Fir, FirConfig, Hilbert, Integration, Morlet, MorletConfig,
    Multitaper, MultitaperConfig, Polyphase, PolyphaseConfig, SampleRate, Scaling, Sos, Stft,
    StftConfig, StftScaling, Welch, WelchConfig, Window, WindowSymmetry, dpss,
};
use emo_testing::assert_close;
use proptest::prelude::*;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

fn signals() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1e3..1e3, 40..400)
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        Just(Window::Boxcar),
        Just(Window::Hann),
        Just(Window::Hamming),
        Just(Window::Blackman),
        (0.0..20.0).prop_map(|beta| Window::Kaiser { beta }),
    ]
}

fn bands() -> impl Strategy<Value = FilterBand> {
    prop_oneof![
        (0.5..60.0).prop_map(|cutoff_hz| FilterBand::LowPass { cutoff_hz }),
        (2.0..60.0).prop_map(|cutoff_hz| FilterBand::HighPass { cutoff_hz }),
        (2.0..40.0, 6.0..20.0).prop_map(|(low_hz, width)| FilterBand::BandPass {
            low_hz,
            high_hz: low_hz + width,
        }),
        // The transitions lie within the stop band.
        (4.0..20.0, 18.0..24.0).prop_map(|(low_hz, width)| FilterBand::BandStop {
            low_hz,
            high_hz: low_hz + width,
        }),
    ]
}

fn power(signal: &[f64]) -> f64 {
    signal.iter().map(|x| x * x).sum()
}

fn sum(a: &[f64], b: &[f64], factor: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + factor * b).collect()
}

proptest! {
    #[test]
    fn a_periodogram_holds_the_power(signal in signals()) {
        let mut config = WelchConfig::periodogram(rate(), signal.len());
        config.detrend = Detrend::None;
        let welch = Welch::new(&config).unwrap();
        let total = welch.compute(&signal).unwrap().iter().sum::<f64>() * welch.bin_hz();
        assert_close([total], [power(&signal) / signal.len() as f64], 1e-10, 0.0);
    }

    #[test]
    fn tapered_spectra_hold_the_power_of_each_taper(signal in signals()) {
        let mut config = MultitaperConfig::new(rate(), signal.len());
        config.detrend = Detrend::None;
        let multitaper = Multitaper::new(&config).unwrap();
        let spectra = multitaper.spectra(&signal).unwrap();
        for (taper, spectrum) in multitaper.tapers().tapers.outer_iter().zip(spectra.outer_iter()) {
            let tapered: Vec<f64> = taper.iter().zip(&signal).map(|(w, x)| w * x).collect();
            // The bins at the ends are halved in power and stand once, the others twice.
            let total = 2.0 * spectrum.iter().map(Complex64::norm_sqr).sum::<f64>();
            assert_close([total], [power(&tapered) * signal.len() as f64], 1e-10, 0.0);
        }
    }

    #[test]
    fn spectra_grow_with_the_square_and_ignore_the_mean(signal in signals(), window in windows(), factor in 0.1..9.0) {
        let mut config = WelchConfig::new(rate(), 32);
        config.window = window;
        config.fft_len = 50;
        config.scaling = Scaling::Spectrum;
        let welch = Welch::new(&config).unwrap();
        let plain = welch.compute(&signal).unwrap();
        let changed: Vec<f64> = signal.iter().map(|x| factor * x + 77.0).collect();
        let largest = plain.iter().fold(0.0_f64, |a, b| a.max(*b));
        assert_close(
            welch.compute(&changed).unwrap(),
            plain.iter().map(|p| factor * factor * p),
            1e-9,
            1e-9 * factor * factor * largest + 1e-9,
        );
    }

    #[test]
    fn frames_are_linear_and_their_density_is_welchs(a in prop::collection::vec(-1e3..1e3, 200), b in prop::collection::vec(-1e3..1e3, 200), window in windows()) {
        let mut config = StftConfig::spectrogram(rate(), 40);
        config.window = window;
        config.detrend = Detrend::Linear;
        let stft = Stft::new(&config).unwrap();
        let mixed = stft.compute(&sum(&a, &b, 2.5)).unwrap();
        let apart = stft.compute(&a).unwrap() + stft.compute(&b).unwrap() * 2.5;
        assert_close(mixed.iter().map(|z| z.re), apart.iter().map(|z| z.re), 1e-9, 1e-8);
        assert_close(mixed.iter().map(|z| z.im), apart.iter().map(|z| z.im), 1e-9, 1e-8);

        let mut config = WelchConfig::new(rate(), 40);
        config.window = window;
        config.detrend = Detrend::Linear;
        let mean = stft.power(&a).unwrap().mean_axis(emo_dsp::ndarray::Axis(1)).unwrap();
        assert_close(mean, Welch::new(&config).unwrap().compute(&a).unwrap(), 1e-10, 1e-12);
    }

    #[test]
    fn centred_frames_with_hann_give_the_signal_back(signal in signals()) {
        // Windows that overlap by half add up to 1; so do the frames' signals, which bin 0 of a shifted frame holds.
        let mut config = StftConfig::new(rate(), 16);
        config.scaling = StftScaling::Unscaled;
        let frames = Stft::new(&config).unwrap().compute(&signal).unwrap();
        assert_close([frames.row(0).iter().map(|z| z.re).sum::<f64>()], [signal.iter().sum::<f64>()], 1e-9, 1e-8);
    }

    #[test]
    fn neighbouring_bands_add_up(density in prop::collection::vec(0.0..9.0, 129), edge in 1_usize..127) {
        let edge_hz = edge as f64 * 0.5;
        let mut config = BandPowerConfig::new([[0.0, edge_hz], [edge_hz, 65.0], [0.0, 65.0]]);
        config.integration = Integration::Rectangle;
        let powers = BandPower::new(&config, 129, 0.5).unwrap().compute(&density).unwrap();
        assert_close([powers[0] + powers[1]], [powers[2]], 1e-12, 1e-12);
        config.integration = Integration::Trapezoid;
        config.edges = BandEdges::Closed;
        config.bands_hz[1][1] = 64.0;
        config.bands_hz[2][1] = 64.0;
        let powers = BandPower::new(&config, 129, 0.5).unwrap().compute(&density).unwrap();
        assert_close([powers[0] + powers[1]], [powers[2]], 1e-12, 1e-12);
    }

    #[test]
    fn tapers_turn_into_themselves(len in 4_usize..200, half in 0.6..1.9_f64, n in 1_usize..4) {
        let found = dpss(len, half, n, WindowSymmetry::Symmetric).unwrap();
        for (order, taper) in found.tapers.outer_iter().enumerate() {
            let sign = if order % 2 == 0 { 1.0 } else { -1.0 };
            assert_close(taper.iter().rev().map(|w| sign * w), taper.iter().copied(), 0.0, 1e-9);
        }
    }

    #[test]
    fn the_analytic_signal_keeps_the_signal_and_turns_twice_to_its_negative(signal in signals()) {
        let hilbert = Hilbert::new(signal.len()).unwrap();
        let analytic = hilbert.compute(&signal).unwrap();
        assert_close(analytic.iter().map(|z| z.re), signal.iter().copied(), 0.0, 1e-9);
        let turned: Vec<f64> = analytic.iter().map(|z| z.im).collect();
        let twice = hilbert.compute(&turned).unwrap();
        let mean = signal.iter().sum::<f64>() / signal.len() as f64;
        // What stands once in the spectrum has no transform: the mean, and the alternation of an even length.
        let alternation = if signal.len().is_multiple_of(2) {
            signal.chunks(2).map(|pair| pair[0] - pair[1]).sum::<f64>() / signal.len() as f64
        } else {
            0.0
        };
        let expected = signal.iter().enumerate().map(|(n, x)| {
            let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
            -(x - mean - sign * alternation)
        });
        assert_close(twice.iter().map(|z| z.im), expected, 0.0, 1e-8);
    }

    #[test]
    fn wavelets_are_linear_and_commute_with_delays(signal in prop::collection::vec(-1e3..1e3, 300)) {
        let mut padded = vec![0.0; 200];
        padded.extend(&signal);
        padded.extend([0.0; 200]);
        let morlet = Morlet::new(&MorletConfig::new(rate(), 700, [6.0, 20.0])).unwrap();
        let plain = morlet.power(&padded).unwrap();
        padded.rotate_right(13);
        let late = morlet.power(&padded).unwrap();
        let (head, tail) = (plain.slice(emo_dsp::ndarray::s![.., ..687]), late.slice(emo_dsp::ndarray::s![.., 13..]));
        let largest = plain.iter().fold(0.0_f64, |a, b| a.max(*b));
        assert_close(head.iter().copied(), tail.iter().copied(), 1e-9, 1e-9 * largest);
    }

    #[test]
    fn finite_responses_are_symmetric_and_pass_their_band(band in bands(), window in windows(), half in 20_usize..80) {
        let filter = Fir::windowed(2 * half + 1, band, window, rate()).unwrap();
        let reversed: Vec<f64> = filter.taps().iter().rev().copied().collect();
        assert_close(reversed, filter.taps().to_vec(), 1e-12, 1e-15);
        let unit = match band {
            FilterBand::LowPass { .. } | FilterBand::BandStop { .. } => 0.0,
            FilterBand::HighPass { .. } => 64.0,
            FilterBand::BandPass { low_hz, high_hz } => (low_hz + high_hz) / 2.0,
            _ => return Ok(()),
        };
        assert_close([filter.response(unit, rate()).norm()], [1.0], 1e-9, 0.0);
    }

    #[test]
    fn designed_responses_stay_near_their_gains(band in bands()) {
        let filter = Fir::design(&FirConfig::new(band, rate())).unwrap();
        let gain = |hz: f64| filter.response(hz, rate()).norm();
        // A Hamming window leaves 0.2 % of ripple.
        let (passed, stopped): (Vec<f64>, Vec<f64>) = match band {
            FilterBand::LowPass { cutoff_hz } => (vec![0.0, cutoff_hz], vec![]),
            FilterBand::HighPass { cutoff_hz } => (vec![cutoff_hz, 64.0], vec![]),
            FilterBand::BandPass { low_hz, high_hz } => (vec![low_hz, (low_hz + high_hz) / 2.0, high_hz], vec![]),
            FilterBand::BandStop { low_hz, high_hz } => (vec![0.0, low_hz, high_hz], vec![(low_hz + high_hz) / 2.0]),
            _ => (vec![], vec![]),
        };
        for hz in passed {
            prop_assert!((gain(hz) - 1.0).abs() < 0.01, "{} at {hz} Hz", gain(hz));
        }
        for hz in stopped {
            prop_assert!(gain(hz) < 0.1, "{} at {hz} Hz", gain(hz));
        }
    }

    #[test]
    fn zero_phase_responses_commute_with_reversal(band in bands(), mut signal in signals()) {
        let filter = Fir::design(&FirConfig::new(band, rate())).unwrap();
        let mut forward = filter.filter_zero_phase(&signal).unwrap();
        signal.reverse();
        forward.reverse();
        assert_close(filter.filter_zero_phase(&signal).unwrap(), forward, 1e-9, 1e-8);
    }

    #[test]
    fn a_convolution_by_transforms_is_the_sum(taps in prop::collection::vec(-2.0..2.0, 1..120), signal in signals()) {
        let odd_taps = if taps.len() % 2 == 0 { &taps[1..] } else { &taps[..] };
        let filter = Fir::new(odd_taps).unwrap();
        // Zeros before and after are their own odd padding.
        let mut padded = vec![0.0; 200];
        padded.extend(&signal);
        padded.extend([0.0; 200]);
        let centred = filter.filter_zero_phase(&padded).unwrap();
        let causal = filter.filter(&padded).unwrap();
        let delay = filter.delay() as usize;
        assert_close(centred[..padded.len() - delay].to_vec(), causal[delay..].to_vec(), 1e-9, 1e-7);
    }

    #[test]
    fn lengths_there_and_back_keep_a_band_limited_signal(n in 32_usize..120, more in 1_usize..100, phase in 0.0..6.0_f64) {
        let wave = |len: usize| -> Vec<f64> {
            (0..len).map(|k| (std::f64::consts::TAU * 5.0 * k as f64 / len as f64 + phase).sin()).collect()
        };
        let longer = FftResampler::new(n, n + more).unwrap().compute(&wave(n)).unwrap();
        assert_close(longer.clone(), wave(n + more), 0.0, 1e-9);
        assert_close(FftResampler::new(n + more, n).unwrap().compute(&longer).unwrap(), wave(n), 0.0, 1e-9);
    }

    #[test]
    fn rates_keep_slow_signals(up in 1_usize..7, down in 1_usize..7) {
        let converter = Polyphase::new(&PolyphaseConfig::new(up, down)).unwrap();
        let slow = |t: f64| (0.02 * t).sin();
        let signal: Vec<f64> = (0..1000).map(|n| slow(f64::from(n))).collect();
        let out = converter.compute(&signal).unwrap();
        prop_assert_eq!(out.len(), converter.output_len(1000));
        let step = down as f64 / up as f64;
        let edge = (120.0 / step) as usize;
        for (n, value) in out.iter().enumerate().take(out.len() - edge).skip(edge) {
            prop_assert!((value - slow(n as f64 * step)).abs() < 2e-3, "{n}: {value}");
        }
    }
}

proptest! {
    // Long filters are among what is asked for.
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is asked for, there is an answer or an error.
    #[test]
    fn no_setting_panics(
        len in prop_oneof![Just(0_usize), 1_usize..200, Just(usize::MAX), Just(1 << 40)],
        other in prop_oneof![Just(0_usize), 1_usize..300, Just(usize::MAX)],
        real in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(0.0), -5.0..200.0_f64, Just(1e300), Just(1e-300)],
        second in prop_oneof![Just(f64::NAN), Just(-1.0), 0.0..100.0_f64, Just(1e300)],
        loud in prop_oneof![Just(1.0), Just(f64::MAX), Just(1e160)],
    ) {
        let signal: Vec<f64> = (0..150).map(|n| if n % 3 == 0 { loud } else { -loud }).collect();
        let mut welch = WelchConfig::new(rate(), len);
        welch.fft_len = other;
        welch.window = Window::Kaiser { beta: real };
        if let Ok(welch) = Welch::new(&welch) {
            let _ = welch.compute(&signal);
        }
        let mut multitaper = MultitaperConfig::new(rate(), len);
        multitaper.bandwidth_hz = real;
        multitaper.adaptive = true;
        if let Ok(multitaper) = Multitaper::new(&multitaper) {
            let _ = multitaper.compute(&signal);
            let _ = multitaper.compute(&signal[..len.min(150)]);
        }
        let _ = dpss(len.min(1000), real, other.min(20), WindowSymmetry::Periodic);
        let mut stft = StftConfig::new(rate(), len);
        stft.overlap_len = other;
        if let Ok(stft) = Stft::new(&stft) {
            let _ = stft.compute(&signal);
            let _ = stft.compute(&[]);
        }
        let _ = BandPower::new(&BandPowerConfig::new([[real, second]]), other, second);
        if let Ok(polyphase) = Polyphase::new(&PolyphaseConfig::new(len.min(5000), other)) {
            let _ = polyphase.compute(&signal);
            let _ = polyphase.compute(&[]);
        }
        for padding in [FftPadding::PowerOfTwo, FftPadding::Samples(other)] {
            if let Ok(resampler) = FftResampler::padded(150, second, padding) {
                let _ = resampler.compute(&signal);
            }
        }
        if let Ok(decimator) = Decimator::new(other) {
            let _ = decimator.compute(&signal);
        }
        if let Ok(hilbert) = Hilbert::new(150) {
            let _ = hilbert.compute(&signal);
        }
        let mut morlet = MorletConfig::new(rate(), 150, [second]);
        morlet.n_cycles = vec![real.min(1e3)];
        if let Ok(morlet) = Morlet::new(&morlet) {
            let _ = morlet.compute(&signal);
        }
        for band in [
            FilterBand::LowPass { cutoff_hz: real },
            FilterBand::HighPass { cutoff_hz: real },
            FilterBand::BandPass { low_hz: real, high_hz: second },
            FilterBand::BandStop { low_hz: second, high_hz: real },
        ] {
            let _ = Fir::windowed(other, band, Window::Hann, rate());
            let mut fir = FirConfig::new(band, rate());
            fir.high_transition_hz = (second > 1.0).then_some(second);
            if let Ok(fir) = Fir::design(&fir) {
                let _ = fir.filter_zero_phase(&signal);
                let _ = fir.filter(&signal);
            }
            if let Ok(filter) = Sos::chebyshev1(len.min(20), second, band, rate()) {
                let _ = filter.filtfilt(&signal);
                let _ = filter.filtfilt_padded(&signal, other.min(10_000));
            }
        }
        let _ = Fir::notch(&[real, second], rate());
        if let Ok(filter) = Sos::notch(real, second, rate()) {
            let _ = filter.filtfilt_padded(&signal, filter.ringing_len());
        }
    }
}

#[test]
fn signals_that_do_not_fit_are_named() {
    let welch = Welch::new(&WelchConfig::new(rate(), 64)).unwrap();
    assert_eq!(
        welch.compute(&[0.0; 63]),
        Err(DspError::SignalTooShort {
            actual: 63,
            required: 64
        })
    );
    assert!(matches!(
        welch.compute(&[f64::NAN; 64]),
        Err(DspError::NonFinite { index: 0, .. })
    ));
    assert!(matches!(
        welch.compute(&[f64::MAX, f64::MIN].repeat(32)),
        Err(DspError::Overflow { .. })
    ));
    let mut into = welch.clone();
    assert!(matches!(
        into.compute_into(&[0.0; 64], &mut [0.0; 32]),
        Err(DspError::LengthMismatch {
            name: "spectrum",
            actual: 32,
            expected: 33
        })
    ));
    let hilbert = Hilbert::new(8).unwrap();
    assert!(matches!(
        hilbert.compute(&[0.0; 9]),
        Err(DspError::LengthMismatch { .. })
    ));
    let mut config = MultitaperConfig::new(rate(), 256);
    config.adaptive = true;
    config.bandwidth_hz = 0.5;
    assert!(matches!(
        Multitaper::new(&config),
        Err(DspError::TooFewTapers { required: 3, .. })
    ));
    let even = Fir::new([0.25; 4]).unwrap();
    assert!(matches!(
        even.filter_zero_phase(&[0.0; 10]),
        Err(DspError::InvalidSetting { name: "n_taps", .. })
    ));
    assert!(matches!(
        Fir::notch(&[50.0, 50.6], rate()),
        Err(DspError::ReversedBand { .. })
    ));
    let mut config = FirConfig::new(FilterBand::LowPass { cutoff_hz: 20.0 }, rate());
    config.window = Window::Kaiser { beta: 5.0 };
    assert!(matches!(
        Fir::design(&config),
        Err(DspError::UnsupportedWindow { .. })
    ));
}
