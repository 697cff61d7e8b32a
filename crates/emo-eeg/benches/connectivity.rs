//! Cost of the connectivity of 32 channels of ten seconds at 128 Hz. `peers/time_connectivity.py` times MNE-Connectivity
//! beside it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_eeg::ndarray::Array2;
use emo_eeg::{
    Connectivity, ConnectivityConfig, ConnectivityMethod, ConnectivitySpectrum, SampleRate,
};

fn connectivity(c: &mut Criterion) {
    let rate = SampleRate::from_hz(128.0).expect("a valid rate");
    let window = Array2::from_shape_fn((32, 1280), |(channel, n)| {
        ((n * 7919 + channel * n * n * 31) % 1009) as f32 - 500.0
    });
    let multitaper = ConnectivitySpectrum::Multitaper {
        segment_len: 256,
        overlap_len: 0,
        bandwidth_hz: None,
    };
    for (name, method, spectrum) in [
        ("wpli, fourier", ConnectivityMethod::WeightedPhaseLag, None),
        (
            "wpli, multitaper",
            ConnectivityMethod::WeightedPhaseLag,
            Some(multitaper.clone()),
        ),
        (
            "coherence, multitaper",
            ConnectivityMethod::Coherence,
            Some(multitaper),
        ),
        (
            "phase locking, broadband",
            ConnectivityMethod::PhaseLocking,
            Some(ConnectivitySpectrum::Broadband),
        ),
        (
            "orthogonalized envelopes",
            ConnectivityMethod::OrthogonalizedEnvelopeCorrelation,
            Some(ConnectivitySpectrum::Broadband),
        ),
    ] {
        let mut config = ConnectivityConfig::new(rate, method);
        match spectrum {
            Some(spectrum) => config.spectrum = spectrum,
            None => {
                if let ConnectivitySpectrum::Fourier {
                    segment_len,
                    overlap_len,
                    ..
                } = &mut config.spectrum
                {
                    (*segment_len, *overlap_len) = (256, 0);
                }
            }
        }
        let connectivity = Connectivity::new(&config).expect("a valid configuration");
        c.bench_function(name, |b| {
            b.iter(|| connectivity.compute(black_box(&window)));
        });
    }
}

criterion_group!(benches, connectivity);
criterion_main!(benches);
