//! Connectivity through its public interface: goldens, laws and errors.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_dsp::{BandEdges, Welch, WelchConfig, Window, WindowSymmetry};
use emo_eeg::ndarray::{Array2, Array3, Axis, s};
use emo_eeg::{
    Band, Connectivity, ConnectivityConfig, ConnectivityMethod, ConnectivitySpectrum, EegError,
    SampleRate, Standardization, coherency, correlation, correlation_eigenvalues, covariance,
    cross_spectral_density, max_cross_correlation, spectral_correlation,
};
use emo_testing::{assert_close, fixture, load_npy};
use proptest::prelude::*;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

fn golden(name: &str) -> Vec<f64> {
    load_npy(fixture(format!("emo-eeg/{name}.npy")))
        .into_iter()
        .collect()
}

fn eeg4() -> Array2<f32> {
    load_npy(fixture("emo-eeg/in_eeg4.npy"))
        .mapv(|x| x as f32)
        .into_dimensionality()
        .unwrap()
}

fn config(method: ConnectivityMethod) -> ConnectivityConfig {
    ConnectivityConfig::new(rate(), method)
}

fn connectivity(method: ConnectivityMethod, spectrum: ConnectivitySpectrum) -> Connectivity {
    let mut config = config(method);
    config.spectrum = spectrum;
    config.bands = vec![
        Band::new("delta", 1.0, 4.0),
        Band::new("theta", 4.0, 8.0),
        Band::new("alpha", 8.0, 13.0),
        Band::new("beta", 13.0, 30.0),
        Band::new("gamma", 30.0, 45.0),
    ];
    Connectivity::new(&config).unwrap()
}

/// `[row, column, band]` with zeros but below the diagonal, as MNE-Connectivity has it.
fn lower_triangle(values: &Array3<f32>) -> Vec<f32> {
    let mut values = values.clone();
    for ((_, row, column), value) in values.indexed_iter_mut() {
        if column >= row {
            *value = 0.0;
        }
    }
    values.permuted_axes([1, 2, 0]).iter().copied().collect()
}

#[test]
fn values_are_the_peers() {
    let fourier = ConnectivitySpectrum::Fourier {
        segment_len: 256,
        overlap_len: 0,
        window: Window::Hann,
        symmetry: WindowSymmetry::Symmetric,
    };
    let multitaper = ConnectivitySpectrum::Multitaper {
        segment_len: 256,
        overlap_len: 0,
        bandwidth_hz: None,
    };
    for (name, method, spectrum) in [
        ("coh_fourier", ConnectivityMethod::Coherence, fourier),
        (
            "imcoh_multitaper",
            ConnectivityMethod::ImaginaryCoherence,
            multitaper.clone(),
        ),
        (
            "plv_multitaper",
            ConnectivityMethod::PhaseLocking,
            multitaper.clone(),
        ),
        (
            "wpli2_debiased_multitaper",
            ConnectivityMethod::DebiasedSquaredWeightedPhaseLag,
            multitaper,
        ),
    ] {
        let values = connectivity(method, spectrum).compute(&eeg4()).unwrap();
        // The references' tolerance of single precision.
        assert_close(
            lower_triangle(&values),
            golden(&format!("conn_{name}")),
            2e-4,
            2e-5,
        );
    }
    let alpha = connectivity(
        ConnectivityMethod::PhaseLocking,
        ConnectivitySpectrum::Analytic { order: 4 },
    );
    let values = alpha.compute(&eeg4()).unwrap();
    assert_close(
        values.index_axis(Axis(0), 2).iter().copied(),
        golden("conn_plv_hilbert_alpha"),
        2e-4,
        2e-5,
    );
    let envelopes = connectivity(
        ConnectivityMethod::OrthogonalizedEnvelopeCorrelation,
        ConnectivitySpectrum::Broadband,
    );
    let of_epoch = |epoch: usize| {
        let window = eeg4().slice_move(s![.., 256 * epoch..256 * (epoch + 1)]);
        envelopes.compute(&window).unwrap()
    };
    assert_close(
        (0..5).flat_map(of_epoch),
        golden("conn_envcorr_pairwise"),
        2e-4,
        2e-5,
    );
    let lags = max_cross_correlation(&eeg4(), 64).unwrap();
    let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
    assert_close(
        pairs.map(|pair| lags[pair]),
        golden("conn_maxxcorr_mnefeatures"),
        2e-4,
        2e-5,
    );
}

#[test]
fn a_density_with_itself_is_welchs() {
    let window = eeg4();
    let config = WelchConfig::new(rate(), 256);
    let density = cross_spectral_density(&window, &config).unwrap();
    let welch = Welch::new(&config).unwrap();
    for channel in 0..4 {
        let samples: Vec<f64> = window.row(channel).iter().map(|x| f64::from(*x)).collect();
        let own = density.slice(s![.., channel, channel]);
        assert_close(
            own.iter().map(|z| z.re),
            welch.compute(&samples).unwrap(),
            1e-12,
            0.0,
        );
        assert!(own.iter().all(|z| z.im.abs() <= 1e-12 * z.re));
    }
    // The magnitude of coherency is the coherence by Fourier spectra of the same segments.
    let coherency = coherency(&window, &config).unwrap();
    let spectrum = ConnectivitySpectrum::Fourier {
        segment_len: 256,
        overlap_len: 128,
        window: Window::Hann,
        symmetry: WindowSymmetry::Periodic,
    };
    let coherence = connectivity(ConnectivityMethod::Coherence, spectrum)
        .compute_bins(&window)
        .unwrap();
    assert_close(
        coherence.iter().copied(),
        coherency.iter().map(|z| z.norm()),
        1e-6,
        1e-6,
    );
}

#[test]
fn correlations_agree_with_their_definitions() {
    let window = eeg4();
    let covariance = covariance(&window).unwrap();
    let correlation = correlation(&window, Standardization::None).unwrap();
    for ((row, column), value) in correlation.indexed_iter() {
        let scale = (covariance[[row, row]] * covariance[[column, column]]).sqrt();
        assert_close([*value], [covariance[[row, column]] / scale], 1e-5, 1e-6);
    }
    // Eigenvalues add up to the trace.
    let eigenvalues = correlation_eigenvalues(&correlation).unwrap();
    assert_close([eigenvalues.iter().sum::<f32>()], [4.0_f32], 1e-5, 0.0);
    let spectral = spectral_correlation(
        &window,
        &WelchConfig::new(rate(), 256),
        Standardization::None,
    )
    .unwrap();
    assert!(spectral.iter().all(|value| (-1.0..=1.0).contains(value)));
}

/// Two to four channels of mixed noise.
fn windows() -> impl Strategy<Value = Array2<f32>> {
    (
        2_usize..5,
        prop::collection::vec(-50.0_f32..50.0, 4 * 512),
        0.0_f32..0.9,
    )
        .prop_map(|(n_channels, noise, share)| {
            Array2::from_shape_fn((n_channels, 512), |(channel, n)| {
                noise[512 * channel + n] + share * noise[(n + 3 * channel) % 512]
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn measures_stay_in_range_and_mirror(window in windows()) {
        for method in ConnectivityMethod::ALL {
            let values = Connectivity::new(&config(method)).unwrap().compute(&window).unwrap();
            let signed = method == ConnectivityMethod::ImaginaryCoherence;
            for ((band, row, column), value) in values.indexed_iter() {
                prop_assert!((-1.001..=1.001).contains(value), "{method:?}: {value}");
                let mirrored = values[[band, column, row]];
                let expected = if signed && row != column { -value } else { *value };
                prop_assert_eq!(mirrored, expected, "{:?}", method);
            }
        }
    }

    #[test]
    fn the_scale_of_a_channel_and_their_order_do_not_matter(window in windows(), exponent in -3..4) {
        // A power of two, whose products are exact.
        let factor = 2.0_f32.powi(exponent);
        for method in ConnectivityMethod::ALL {
            let connectivity = Connectivity::new(&config(method)).unwrap();
            let values = connectivity.compute(&window).unwrap();
            let mut turned = window.clone();
            turned.row_mut(0).map_inplace(|x| *x *= factor);
            turned.invert_axis(Axis(0));
            let mut other = connectivity.compute(&turned).unwrap();
            other.invert_axis(Axis(1));
            other.invert_axis(Axis(2));
            assert_close(other.iter().copied(), values.iter().copied(), 1e-3, 1e-3);
        }
    }

    #[test]
    fn a_copy_is_locked_and_lags_nowhere(window in windows(), factor in 0.5_f32..2.0) {
        let mut copy = window;
        let scaled = copy.row(0).mapv(|x| factor * x);
        copy.row_mut(1).assign(&scaled);
        for (method, expected) in [
            (ConnectivityMethod::Coherence, 1.0_f32),
            (ConnectivityMethod::PhaseLocking, 1.0),
            (ConnectivityMethod::PairwisePhaseConsistency, 1.0),
            (ConnectivityMethod::ImaginaryCoherence, 0.0),
            (ConnectivityMethod::EnvelopeCorrelation, 1.0),
        ] {
            let values = Connectivity::new(&config(method)).unwrap().compute(&copy).unwrap();
            let pair = values.slice(s![.., 0, 1]);
            assert_close(pair.iter().copied(), [expected; 5], 0.0, 1e-5);
        }
    }
}

#[test]
fn what_cannot_be_compared_is_named() {
    let wpli = ConnectivityMethod::WeightedPhaseLag;
    let planned = Connectivity::new(&config(wpli)).unwrap();
    let noise = eeg4();
    assert_eq!(
        planned.compute(&Array2::zeros((0, 512))),
        Err(EegError::NoChannels)
    );
    assert_eq!(
        planned.compute(&noise.slice(s![.., ..100])),
        Err(EegError::Filter {
            channel: 0,
            source: emo_dsp::DspError::SignalTooShort {
                actual: 100,
                required: 128
            }
        })
    );
    let mut flat = noise.clone();
    flat.row_mut(2).fill(7.0);
    assert_eq!(
        planned.compute(&flat),
        Err(EegError::FlatChannel { channel: 2 })
    );
    let mut broken = noise.clone();
    broken[[1, 5]] = f32::NAN;
    assert!(matches!(
        planned.compute(&broken),
        Err(EegError::NonFinite {
            channel: 1,
            sample: 5,
            ..
        })
    ));
    let debiased = ConnectivityMethod::DebiasedSquaredWeightedPhaseLag;
    assert_eq!(
        Connectivity::new(&config(debiased))
            .unwrap()
            .compute(&noise.slice(s![.., ..150])),
        Err(EegError::TooFewSegments {
            actual: 1,
            required: 2
        })
    );

    let mut changed = config(wpli);
    changed.bands.clear();
    assert_eq!(
        Connectivity::new(&changed).map(|_| ()),
        Err(EegError::NoBands)
    );
    let mut changed = config(wpli);
    changed.edges = BandEdges::HalfOpen;
    changed.bands = vec![Band::new("between", 8.1, 8.9)];
    assert!(matches!(
        Connectivity::new(&changed),
        Err(EegError::InvalidBand { .. })
    ));
    let mut changed = config(ConnectivityMethod::EnvelopeCorrelation);
    changed.spectrum = config(wpli).spectrum;
    assert!(matches!(
        Connectivity::new(&changed),
        Err(EegError::NotDefined { .. })
    ));
    let mut changed = config(wpli);
    changed.spectrum = ConnectivitySpectrum::Multitaper {
        segment_len: 64,
        overlap_len: 64,
        bandwidth_hz: None,
    };
    assert!(matches!(
        Connectivity::new(&changed),
        Err(EegError::InvalidSetting { .. })
    ));
    changed.spectrum = ConnectivitySpectrum::Analytic { order: 4 };
    assert!(matches!(
        Connectivity::new(&changed).unwrap().compute_bins(&noise),
        Err(EegError::NotDefined { .. })
    ));
    assert!(matches!(
        max_cross_correlation(&noise, usize::MAX),
        Err(EegError::SignalTooShort { .. })
    ));
}
