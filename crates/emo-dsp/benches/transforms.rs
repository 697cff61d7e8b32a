//! Cost of spectra, finite filters and conversions of rates on one channel of ten seconds at 128 Hz, and of the streams
//! on pieces of it. `peers/time_scipy.py` times SciPy and MNE-Python beside it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_dsp::ndarray::Array2;
use emo_dsp::{
    Averaging, Complex64, Decimator, FftPadding, FftResampler, FilterBand, Fir, FirConfig, Hilbert,
    Morlet, MorletConfig, Multitaper, MultitaperConfig, Polyphase, PolyphaseConfig, SampleRate,
    Sos, Stft, StftConfig, Welch, WelchConfig, WindowSymmetry, dpss,
};

const LEN: usize = 1280;
const BROAD: FilterBand = FilterBand::BandPass {
    low_hz: 1.0,
    high_hz: 40.0,
};

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).expect("a valid rate")
}

fn signal() -> Vec<f64> {
    (0..LEN)
        .map(|n| (n * 7919 % 101) as f64 - 50.0 + (0.3 * n as f64).sin())
        .collect()
}

fn spectra(c: &mut Criterion) {
    let signal = signal();
    let mut config = WelchConfig::new(rate(), 256);
    for (name, averaging) in [
        ("welch", Averaging::Mean),
        ("welch, median", Averaging::Median),
    ] {
        config.averaging = averaging;
        let mut welch = Welch::new(&config).expect("a valid configuration");
        let mut out = vec![0.0; welch.n_bins()];
        c.bench_function(name, |b| {
            b.iter(|| welch.compute_into(black_box(&signal), &mut out));
        });
    }
    for (name, adaptive) in [("multitaper", false), ("multitaper, adaptive", true)] {
        let mut config = MultitaperConfig::new(rate(), LEN);
        config.bandwidth_hz = 4.0;
        config.adaptive = adaptive;
        let mut multitaper = Multitaper::new(&config).expect("a valid configuration");
        let mut out = vec![0.0; multitaper.n_bins()];
        c.bench_function(name, |b| {
            b.iter(|| multitaper.compute_into(black_box(&signal), &mut out));
        });
    }
    c.bench_function("dpss", |b| {
        b.iter(|| dpss(black_box(LEN), 4.0, 7, WindowSymmetry::Symmetric));
    });
    let mut stft = Stft::new(&StftConfig::new(rate(), 128)).expect("a valid configuration");
    let mut out = Array2::zeros((stft.n_bins(), stft.n_frames(LEN)));
    c.bench_function("stft", |b| {
        b.iter(|| stft.compute_into(black_box(&signal), &mut out));
    });
    let mut hilbert = Hilbert::new(LEN).expect("a valid length");
    let mut out = vec![Complex64::ZERO; LEN];
    c.bench_function("hilbert", |b| {
        b.iter(|| hilbert.compute_into(black_box(&signal), &mut out));
    });
    let hz = [4.0, 6.0, 8.0, 10.0, 13.0, 20.0, 30.0, 40.0];
    let mut morlet =
        Morlet::new(&MorletConfig::new(rate(), LEN, hz)).expect("a valid configuration");
    let mut out = Array2::zeros((hz.len(), LEN));
    c.bench_function("morlet", |b| {
        b.iter(|| morlet.power_into(black_box(&signal), &mut out));
    });
}

fn filters(c: &mut Criterion) {
    let signal = signal();
    let fir = Fir::design(&FirConfig::new(BROAD, rate())).expect("a valid design");
    c.bench_function("fir, zero phase", |b| {
        b.iter(|| fir.filter_zero_phase(black_box(&signal)));
    });
    c.bench_function("fir, causal", |b| {
        b.iter(|| fir.filter(black_box(&signal)));
    });
    let notch = Sos::notch(50.0, 30.0, rate()).expect("a valid design");
    c.bench_function("notch, filtfilt", |b| {
        b.iter(|| notch.filtfilt(black_box(&signal)));
    });
    c.bench_function("fir, design", |b| {
        b.iter(|| Fir::design(black_box(&FirConfig::new(BROAD, rate()))));
    });
}

fn rates(c: &mut Criterion) {
    let signal = signal();
    let polyphase = Polyphase::new(&PolyphaseConfig::new(25, 32)).expect("a valid ratio");
    c.bench_function("resample_poly", |b| {
        b.iter(|| polyphase.compute(black_box(&signal)));
    });
    let fft = FftResampler::new(LEN, 1000).expect("valid lengths");
    c.bench_function("resample", |b| b.iter(|| fft.compute(black_box(&signal))));
    let padded = FftResampler::padded(LEN, 100.0 / 128.0, FftPadding::Samples(100))
        .expect("a valid configuration");
    c.bench_function("mne resample", |b| {
        b.iter(|| padded.compute(black_box(&signal)));
    });
    let decimator = Decimator::new(2).expect("a valid factor");
    c.bench_function("decimate", |b| {
        b.iter(|| decimator.compute(black_box(&signal)));
    });
}

/// Pieces of an eighth of a second.
fn streams(c: &mut Criterion) {
    let signal = signal();
    let mut piece = signal[..16].to_vec();
    let mut fir = Fir::design(&FirConfig::new(BROAD, rate()))
        .expect("a valid design")
        .stream();
    c.bench_function("fir stream, 16 samples", |b| {
        b.iter(|| fir.process(black_box(&mut piece)));
    });
    let mut polyphase = Polyphase::new(&PolyphaseConfig::new(25, 32))
        .expect("a valid ratio")
        .stream();
    let mut out = Vec::with_capacity(64);
    c.bench_function("polyphase stream, 16 samples", |b| {
        b.iter(|| {
            out.clear();
            polyphase.push(black_box(&signal[..16]), &mut out)
        });
    });
}

criterion_group!(benches, spectra, filters, rates, streams);
criterion_main!(benches);
