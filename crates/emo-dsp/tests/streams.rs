//! Streams: pieces give what the whole gives, bit for bit, and nothing is allocated while they run.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_dsp::ndarray::Array2;
use emo_dsp::{
    Averaging, Complex64, Decimator, FilterBand, Fir, FirConfig, Hilbert, Morlet, MorletConfig,
    Multitaper, MultitaperConfig, Polyphase, PolyphaseConfig, SampleRate, Sos, Stft, StftConfig,
    Welch, WelchConfig,
};
use emo_testing::CountingAllocator;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const BROAD: FilterBand = FilterBand::BandPass {
    low_hz: 1.0,
    high_hz: 40.0,
};

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

fn signal(len: usize) -> Vec<f64> {
    (0..len)
        .map(|n| (n * 7919 % 101) as f64 - 50.0 + (0.3 * n as f64).sin())
        .collect()
}

/// How often `run` asks for memory, after once before.
fn allocations(mut run: impl FnMut()) -> usize {
    run();
    let before = CountingAllocator::count();
    for _ in 0..3 {
        run();
    }
    CountingAllocator::count() - before
}

/// Lengths of pieces, some of them empty, that repeat.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0_usize..70, 1..6).prop_filter("some piece is not empty", |cuts| {
        cuts.iter().any(|len| *len > 0)
    })
}

fn pieces<'s>(signal: &'s [f64], cuts: &[usize]) -> Vec<&'s [f64]> {
    let mut rest = signal;
    let mut out = Vec::new();
    for len in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (head, tail) = rest.split_at((*len).min(rest.len()));
        out.push(head);
        rest = tail;
    }
    out
}

proptest! {
    #[test]
    fn rates_do_not_depend_on_the_cuts(
        signal in prop::collection::vec(-1e3..1e3, 0..3000),
        cuts in cuts(),
        up in 1_usize..40,
        down in 1_usize..40,
    ) {
        let converter = Polyphase::new(&PolyphaseConfig::new(up, down)).unwrap();
        let whole = converter.compute(&signal).unwrap();
        prop_assert_eq!(whole.len(), converter.output_len(signal.len()));
        let mut stream = converter.stream();
        // Twice: a stream that has ended starts anew.
        for _ in 0..2 {
            let mut out = Vec::new();
            let mut n_in = 0;
            for piece in pieces(&signal, &cuts) {
                stream.push(piece, &mut out).unwrap();
                n_in += piece.len();
                // No output waits longer than the latency: those whose time is past are there.
                let due = converter.output_len(n_in.saturating_sub(converter.latency()));
                prop_assert!(out.len() >= due, "{} of {due} after {n_in}", out.len());
            }
            stream.finish(&mut out);
            prop_assert_eq!(&out, &whole);
        }
    }

    #[test]
    fn finite_responses_do_not_depend_on_the_cuts(
        taps in prop::collection::vec(-2.0..2.0, 1..90),
        signal in prop::collection::vec(-1e3..1e3, 0..400),
        cuts in cuts(),
    ) {
        let filter = Fir::new(taps.clone()).unwrap();
        let whole = filter.filter(&signal).unwrap();
        let mut stream = filter.stream();
        let mut out = Vec::new();
        for piece in pieces(&signal, &cuts) {
            let mut piece = piece.to_vec();
            stream.process(&mut piece).unwrap();
            out.extend(piece);
        }
        prop_assert_eq!(&out, &whole);
        // And it is the sum that defines it.
        for (n, value) in whole.iter().enumerate() {
            let sum: f64 = taps.iter().take(n + 1).enumerate().map(|(k, tap)| tap * signal[n - k]).sum();
            prop_assert!((value - sum).abs() <= 1e-9 * 1e5);
        }
    }

    #[test]
    fn decimation_does_not_depend_on_the_cuts(
        signal in prop::collection::vec(-1e3..1e3, 0..400),
        cuts in cuts(),
        factor in 2_usize..9,
    ) {
        let decimator = Decimator::new(factor).unwrap();
        let whole = decimator.filter().filter(&signal).unwrap();
        let mut stream = decimator.stream();
        let mut out = Vec::new();
        for piece in pieces(&signal, &cuts) {
            out.extend_from_slice(stream.process(&mut piece.to_vec()).unwrap());
        }
        prop_assert_eq!(out, whole.into_iter().step_by(factor).collect::<Vec<_>>());
    }
}

#[test]
fn streams_allocate_nothing() {
    let fresh = signal(256);
    let mut piece = fresh.clone();
    let mut fir = Fir::design(&FirConfig::new(BROAD, rate()))
        .unwrap()
        .stream();
    let mut sos = Sos::notch(50.0, 30.0, rate())
        .unwrap()
        .then(Sos::butterworth(4, BROAD, rate()).unwrap())
        .stream();
    let mut decimator = Decimator::new(4).unwrap().stream();
    let mut polyphase = Polyphase::new(&PolyphaseConfig::new(25, 32))
        .unwrap()
        .stream();
    let mut out = Vec::with_capacity(1000);
    let n = allocations(|| {
        piece.copy_from_slice(&fresh);
        fir.process(&mut piece).unwrap();
        sos.process(&mut piece).unwrap();
        out.clear();
        polyphase.push(&piece, &mut out).unwrap();
        decimator.process(&mut piece).unwrap();
    });
    assert_eq!(n, 0);
    let n = allocations(|| {
        out.clear();
        polyphase.push(&fresh, &mut out).unwrap();
        polyphase.finish(&mut out);
        fir.reset();
    });
    assert_eq!(n, 0);
}

#[test]
fn transforms_into_the_callers_memory_allocate_nothing() {
    let signal = signal(512);
    let mut config = WelchConfig::new(rate(), 100);
    for averaging in [Averaging::Mean, Averaging::Median] {
        config.averaging = averaging;
        let mut welch = Welch::new(&config).unwrap();
        let mut spectrum = vec![0.0; welch.n_bins()];
        let n = allocations(|| welch.compute_into(&signal, &mut spectrum).unwrap());
        assert_eq!(n, 0, "{averaging:?}");
        assert_eq!(spectrum, welch.compute(&signal).unwrap());
    }
    for adaptive in [false, true] {
        let mut config = MultitaperConfig::new(rate(), 512);
        config.adaptive = adaptive;
        let mut multitaper = Multitaper::new(&config).unwrap();
        let mut density = vec![0.0; multitaper.n_bins()];
        let n = allocations(|| multitaper.compute_into(&signal, &mut density).unwrap());
        assert_eq!(n, 0);
        assert_eq!(density, multitaper.compute(&signal).unwrap());
    }
    let mut stft = Stft::new(&StftConfig::new(rate(), 64)).unwrap();
    let mut spectra = Array2::zeros((stft.n_bins(), stft.n_frames(512)));
    let n = allocations(|| stft.compute_into(&signal, &mut spectra).unwrap());
    assert_eq!(n, 0);
    let mut hilbert = Hilbert::new(512).unwrap();
    let mut analytic = vec![Complex64::ZERO; 512];
    let n = allocations(|| hilbert.compute_into(&signal, &mut analytic).unwrap());
    assert_eq!(n, 0);
    let mut morlet = Morlet::new(&MorletConfig::new(rate(), 512, [6.0, 12.0])).unwrap();
    let mut power = Array2::zeros((2, 512));
    let n = allocations(|| morlet.power_into(&signal, &mut power).unwrap());
    assert_eq!(n, 0);
    assert_eq!(power, morlet.power(&signal).unwrap());
}
