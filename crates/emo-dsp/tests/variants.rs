//! Short signals under many settings against SciPy and MNE-Python: `fixtures/emo-dsp/variants.json`.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_dsp::{
    Averaging, Complex64, Decimator, Detrend, FftPadding, FftResampler, FilterBand, Fir, FirConfig,
    Hilbert, Morlet, MorletConfig, Multitaper, MultitaperConfig, Polyphase, PolyphaseConfig,
    SampleRate, Scaling, Sos, Stft, StftConfig, Welch, WelchConfig, Window, WindowSymmetry, dpss,
};
use emo_testing::fixture;
use serde_json::Value;

struct Case<'a> {
    value: &'a Value,
    signal: Vec<f64>,
}

impl Case<'_> {
    fn text(&self, key: &str) -> &str {
        self.value[key].as_str().unwrap()
    }

    fn number(&self, key: &str) -> f64 {
        self.value[key].as_f64().unwrap()
    }

    fn count(&self, key: &str) -> usize {
        self.value[key].as_u64().unwrap() as usize
    }

    fn is(&self, key: &str) -> bool {
        self.value[key].as_bool().unwrap()
    }

    fn numbers(&self, key: &str) -> Vec<f64> {
        numbers(&self.value[key])
    }

    fn window(&self) -> Window {
        let name = self.text("window");
        match name.split_once(' ') {
            Some((_, beta)) => Window::Kaiser {
                beta: beta.parse().unwrap(),
            },
            None => match name {
                "boxcar" => Window::Boxcar,
                "hann" => Window::Hann,
                "hamming" => Window::Hamming,
                "blackman" => Window::Blackman,
                _ => panic!("{name}"),
            },
        }
    }

    fn band(&self) -> FilterBand {
        let edges = self.numbers("edges");
        match self.text("band") {
            "low" => FilterBand::LowPass {
                cutoff_hz: edges[0],
            },
            "high" => FilterBand::HighPass {
                cutoff_hz: edges[0],
            },
            "bandpass" => FilterBand::BandPass {
                low_hz: edges[0],
                high_hz: edges[1],
            },
            "bandstop" => FilterBand::BandStop {
                low_hz: edges[0],
                high_hz: edges[1],
            },
            other => panic!("{other}"),
        }
    }

    fn fir(&self) -> Fir {
        let mut config = FirConfig::new(self.band(), rate());
        config.window = self.window();
        config.low_transition_hz = self.value["low"].as_f64();
        config.high_transition_hz = self.value["high"].as_f64();
        Fir::design(&config).unwrap()
    }
}

fn rate() -> SampleRate {
    SampleRate::from_hz(50.0).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap();
    values.iter().map(|x| x.as_f64().unwrap()).collect()
}

fn interleaved(values: impl IntoIterator<Item = Complex64>) -> Vec<f64> {
    values.into_iter().flat_map(|z| [z.re, z.im]).collect()
}

fn welch(case: &Case<'_>) -> Vec<f64> {
    let mut config = WelchConfig::new(rate(), case.count("segment_len"));
    config.overlap_len = case.count("overlap_len");
    config.fft_len = case.count("fft_len");
    config.window = case.window();
    config.detrend = match case.text("detrend") {
        "constant" => Detrend::Constant,
        "linear" => Detrend::Linear,
        _ => Detrend::None,
    };
    if case.text("scaling") == "spectrum" {
        config.scaling = Scaling::Spectrum;
    }
    if case.text("average") == "median" {
        config.averaging = Averaging::Median;
    }
    Welch::new(&config).unwrap().compute(&case.signal).unwrap()
}

fn multitaper(case: &Case<'_>) -> Vec<f64> {
    let mut config = MultitaperConfig::new(rate(), case.signal.len());
    if let Some(bandwidth_hz) = case.value["bandwidth"].as_f64() {
        config.bandwidth_hz = bandwidth_hz;
    }
    config.adaptive = case.is("adaptive");
    config.low_bias = case.is("low_bias");
    let multitaper = Multitaper::new(&config).unwrap();
    multitaper.compute(&case.signal).unwrap()
}

fn tapers(case: &Case<'_>) -> Vec<f64> {
    let symmetry = if case.is("symmetric") {
        WindowSymmetry::Symmetric
    } else {
        WindowSymmetry::Periodic
    };
    let found = dpss(
        case.count("len"),
        case.number("half_bandwidth"),
        case.count("n_tapers"),
        symmetry,
    )
    .unwrap();
    let every_fifth = |row: emo_dsp::ndarray::ArrayView1<'_, f64>| {
        row.iter().step_by(5).copied().collect::<Vec<_>>()
    };
    let mut out: Vec<f64> = found.tapers.outer_iter().flat_map(every_fifth).collect();
    out.extend(found.concentrations);
    out
}

/// What a case computes, and the share of its largest value that it may be off: that of the manifest for its kind.
fn compute(case: &Case<'_>) -> (Vec<f64>, f64) {
    let x = &case.signal;
    match case.text("kind") {
        "window" => {
            let symmetry = if case.is("periodic") {
                WindowSymmetry::Periodic
            } else {
                WindowSymmetry::Symmetric
            };
            let samples = case.window().samples(case.count("len"), symmetry);
            (samples.unwrap(), 1e-9)
        }
        "welch" => (welch(case), 1e-9),
        "multitaper" => (multitaper(case), 1e-6),
        "dpss" => (tapers(case), 1e-7),
        "hilbert" => {
            let hilbert = Hilbert::new(x.len()).unwrap();
            (interleaved(hilbert.compute(x).unwrap()), 1e-9)
        }
        "stft" => {
            let mut config = StftConfig::new(rate(), case.count("segment_len"));
            config.overlap_len = case.count("overlap_len");
            config.detrend = Detrend::Linear;
            let spectra = Stft::new(&config).unwrap().compute(x).unwrap();
            (interleaved(spectra), 1e-9)
        }
        "morlet" => {
            let hz = case.numbers("frequencies");
            let mut config = MorletConfig::new(rate(), x.len(), hz);
            config.n_cycles.fill(case.number("n_cycles"));
            let found = Morlet::new(&config).unwrap().compute(x).unwrap();
            let every_third = found.slice(emo_dsp::ndarray::s![.., ..;3]);
            (interleaved(every_third.iter().copied()), 1e-9)
        }
        "resample_poly" => {
            let config = PolyphaseConfig::new(case.count("up"), case.count("down"));
            (Polyphase::new(&config).unwrap().compute(x).unwrap(), 1e-9)
        }
        "resample" => {
            let resampler = FftResampler::new(x.len(), case.count("len")).unwrap();
            (resampler.compute(x).unwrap(), 1e-9)
        }
        "mne_resample" => {
            let padding = match case.value["pad"].as_i64().unwrap() {
                -1 => FftPadding::PowerOfTwo,
                len => FftPadding::Samples(len as usize),
            };
            let ratio = case.number("ratio");
            let resampler = FftResampler::padded(x.len(), ratio, padding).unwrap();
            (resampler.compute(x).unwrap(), 1e-9)
        }
        "decimate" => {
            let decimator = Decimator::new(case.count("factor")).unwrap();
            (decimator.compute(x).unwrap(), 1e-6)
        }
        "decimate_causal" => {
            let mut stream = Decimator::new(case.count("factor")).unwrap().stream();
            let mut out = Vec::new();
            for piece in x.clone().chunks_mut(7) {
                out.extend_from_slice(stream.process(piece).unwrap());
            }
            (out, 1e-6)
        }
        "cheby1" => {
            let (order, ripple) = (case.count("order"), case.number("ripple"));
            let filter = Sos::chebyshev1(order, ripple, case.band(), rate()).unwrap();
            let gains = (0..25).map(|n| filter.response(0.5 + f64::from(n), rate()));
            (interleaved(gains), 1e-7)
        }
        "mne_taps" => (case.fir().taps().to_vec(), 1e-9),
        "mne_filter" => (case.fir().filter_zero_phase(x).unwrap(), 1e-9),
        "mne_notch" => {
            let filter = Fir::notch(&case.numbers("frequencies"), rate()).unwrap();
            (filter.filter_zero_phase(x).unwrap(), 1e-9)
        }
        "mne_iir" => {
            let filter = Sos::butterworth(4, case.band(), rate()).unwrap();
            let pad_len = filter.ringing_len().min(x.len() - 1);
            (filter.filtfilt_padded(x, pad_len).unwrap(), 1e-6)
        }
        other => panic!("nothing computes {other}"),
    }
}

#[test]
fn all_settings_are_the_peers() {
    let text = std::fs::read(fixture("emo-dsp/variants.json")).unwrap();
    let all: Value = serde_json::from_slice(&text).unwrap();
    let inputs: Vec<Vec<f64>> = all["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let mut failures = Vec::new();
    let cases = all["cases"].as_array().unwrap();
    for value in cases {
        let signal = value["input"].as_u64();
        let case = Case {
            value,
            signal: signal.map_or_else(Vec::new, |index| inputs[index as usize].clone()),
        };
        let expected = numbers(&value["output"]);
        let (actual, share) = compute(&case);
        let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        let off = actual
            .iter()
            .zip(&expected)
            .map(|(a, e)| (a - e).abs())
            .fold(
                0.0,
                |a: f64, b| {
                    if b.is_nan() { f64::INFINITY } else { a.max(b) }
                },
            );
        if actual.len() != expected.len() || off > share * largest {
            let mut settings = value.clone();
            settings.as_object_mut().unwrap().remove("output");
            failures.push(format!(
                "{settings}: {} values instead of {}, off by {:.1e} of the largest",
                actual.len(),
                expected.len(),
                off / largest
            ));
        }
    }
    assert_eq!(cases.len(), 234);
    assert!(failures.is_empty(), "{}\n{failures:#?}", failures.len());
}
