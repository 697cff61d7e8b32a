//! Every case `conn_*` of the folder of shared references, where that folder is present.

use emo_dsp::{Complex64, SampleRate, WelchConfig, Window, WindowSymmetry};
use emo_testing::{load_npy, shared};
use ndarray::{Array3, ArrayD, Axis};
use serde_json::Value;

use super::correlation::{
    correlation_of, covariance_of, eigenvalues_of, max_cross_correlation_of, spectra_of,
};
use super::cross_spectrum::cross_spectral_density_of;
use super::{
    Connectivity, ConnectivityConfig, ConnectivityMethod, ConnectivitySpectrum, Standardization,
    array,
};
use crate::Band;

const N_CASES: usize = 27;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

fn bands() -> Vec<Band> {
    vec![
        Band::new("delta", 1.0, 4.0),
        Band::new("theta", 4.0, 8.0),
        Band::new("alpha", 8.0, 13.0),
        Band::new("beta", 13.0, 30.0),
        Band::new("gamma", 30.0, 45.0),
    ]
}

fn method(name: &str) -> Option<ConnectivityMethod> {
    Some(match name {
        "coh" => ConnectivityMethod::Coherence,
        "imcoh" => ConnectivityMethod::ImaginaryCoherence,
        "plv" => ConnectivityMethod::PhaseLocking,
        "ciplv" => ConnectivityMethod::CorrectedImaginaryPhaseLocking,
        "ppc" => ConnectivityMethod::PairwisePhaseConsistency,
        "pli" => ConnectivityMethod::PhaseLag,
        "pli2_unbiased" => ConnectivityMethod::UnbiasedSquaredPhaseLag,
        "wpli" => ConnectivityMethod::WeightedPhaseLag,
        "wpli2_debiased" => ConnectivityMethod::DebiasedSquaredWeightedPhaseLag,
        "envcorr_plain" => ConnectivityMethod::EnvelopeCorrelation,
        "envcorr_pairwise" => ConnectivityMethod::OrthogonalizedEnvelopeCorrelation,
        _ => return None,
    })
}

fn planned(
    method: ConnectivityMethod,
    bands: Vec<Band>,
    spectrum: ConnectivitySpectrum,
) -> Connectivity {
    let config = ConnectivityConfig {
        bands,
        spectrum,
        ..ConnectivityConfig::new(rate(), method)
    };
    Connectivity::new(&config).unwrap()
}

fn segments(symmetry: WindowSymmetry, overlap_len: usize) -> ConnectivitySpectrum {
    ConnectivitySpectrum::Fourier {
        segment_len: 256,
        overlap_len,
        window: Window::Hann,
        symmetry,
    }
}

/// MNE-Connectivity's layout: the lower triangle, bands last.
fn lower_triangle(values: &Array3<f64>) -> Vec<f64> {
    let (n_bands, n_channels, _) = values.dim();
    let mut out = Vec::new();
    for row in 0..n_channels {
        for column in 0..n_channels {
            for band in 0..n_bands {
                out.push(if column < row {
                    values[[band, row, column]]
                } else {
                    0.0
                });
            }
        }
    }
    out
}

/// Values `[bins, channels, channels]` of each pair, the first channel before the second, bins last.
fn pairs<T: Copy>(values: &Array3<T>) -> Vec<T> {
    let (n_bins, n_channels, _) = values.dim();
    let mut out = Vec::new();
    for row in 0..n_channels {
        for column in row + 1..n_channels {
            out.extend((0..n_bins).map(|bin| values[[bin, row, column]]));
        }
    }
    out
}

/// `input` as channels; the epochs of a recording follow each other.
fn channels(input: &ArrayD<f64>) -> Vec<Vec<f64>> {
    let n_channels = input.len_of(Axis(input.ndim() - 2));
    let mut out = vec![Vec::new(); n_channels];
    let rows = input.rows();
    for (index, row) in rows.into_iter().enumerate() {
        out[index % n_channels].extend(row);
    }
    out
}

fn compute(name: &str, input: &ArrayD<f64>) -> Option<Vec<f64>> {
    let whole = channels(input);
    let triangle_and_eigenvalues = |matrix: ndarray::Array2<f64>| {
        let eigenvalues = eigenvalues_of(&matrix);
        let mut out = pairs(&matrix.insert_axis(Axis(0)));
        out.extend(eigenvalues);
        Some(out)
    };
    let across = Standardization::AcrossChannels;
    match name {
        "msc_scipy" => {
            let spectrum = segments(WindowSymmetry::Periodic, 128);
            let connectivity = planned(ConnectivityMethod::SquaredCoherence, bands(), spectrum);
            Some(pairs(&connectivity.bins_of_channels(&whole).unwrap()))
        }
        "csd_scipy" => {
            let density =
                cross_spectral_density_of(&whole, &WelchConfig::new(rate(), 256)).unwrap();
            let split = |z: Complex64| [z.re, z.im];
            Some(pairs(&density).into_iter().flat_map(split).collect())
        }
        "plv_hilbert_alpha" | "pli_hilbert_alpha" => {
            let alpha = vec![Band::new("alpha", 8.0, 13.0)];
            let spectrum = ConnectivitySpectrum::Analytic { order: 4 };
            let connectivity = planned(method(&name[..3])?, alpha, spectrum);
            let mut matrix = connectivity.of_channels(&whole).unwrap();
            // The reference sets its diagonals to 1.
            matrix.index_axis_mut(Axis(0), 0).diag_mut().fill(1.0);
            Some(matrix.into_iter().collect())
        }
        "plv_mnefeatures" => {
            let spectrum = ConnectivitySpectrum::Broadband;
            let connectivity = planned(ConnectivityMethod::PhaseLocking, vec![], spectrum);
            Some(pairs(&connectivity.of_channels(&whole).unwrap()))
        }
        "corr_numpy" => {
            let matrix = correlation_of(array(&whole), Standardization::None).unwrap();
            Some(matrix.into_iter().collect())
        }
        "cov_numpy" => Some(covariance_of(array(&whole)).unwrap().into_iter().collect()),
        "timecorr_mnefeatures" => {
            triangle_and_eigenvalues(correlation_of(array(&whole), across).unwrap())
        }
        "spectcorr_mnefeatures" => {
            let mut welch = WelchConfig::new(rate(), 256);
            welch.window = Window::Hamming;
            welch.overlap_len = 0;
            let spectra = spectra_of(&whole, &welch).unwrap();
            triangle_and_eigenvalues(correlation_of(spectra, across).unwrap())
        }
        "maxxcorr_mnefeatures" => {
            let matrix = max_cross_correlation_of(array(&whole), 64).unwrap();
            Some(pairs(&matrix.insert_axis(Axis(0))))
        }
        "envcorr_plain" | "envcorr_pairwise" => {
            let connectivity = planned(method(name)?, vec![], ConnectivitySpectrum::Broadband);
            let of_epoch = |epoch: ndarray::ArrayViewD<'_, f64>| {
                let channels = channels(&epoch.to_owned());
                connectivity.of_channels(&channels).unwrap()
            };
            Some(input.outer_iter().flat_map(of_epoch).collect())
        }
        _ => {
            let (name, mode) = name.rsplit_once('_')?;
            let spectrum = match mode {
                "fourier" => segments(WindowSymmetry::Symmetric, 0),
                "multitaper" => ConnectivitySpectrum::Multitaper {
                    segment_len: 256,
                    overlap_len: 0,
                    bandwidth_hz: None,
                },
                _ => return None,
            };
            let connectivity = planned(method(name)?, bands(), spectrum);
            Some(lower_triangle(&connectivity.of_channels(&whole).unwrap()))
        }
    }
}

#[test]
fn every_case_is_the_peers() {
    let Some(folder) = shared("parity/bio") else {
        return;
    };
    let text = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_slice(&text).unwrap();
    let mut failures = Vec::new();
    let mut n_found = 0;
    for case in &manifest {
        let name = case["name"].as_str().unwrap();
        let Some(short) = name.strip_prefix("conn_") else {
            continue;
        };
        n_found += 1;
        let input = load_npy(folder.join(case["inputs"][0].as_str().unwrap()));
        let Some(actual) = compute(short, &input) else {
            failures.push(format!("{name}: nothing computes it"));
            continue;
        };
        let expected = load_npy(folder.join(case["output"].as_str().unwrap()));
        let (rtol, atol) = (
            case["rtol"].as_f64().unwrap(),
            case["atol"].as_f64().unwrap(),
        );
        assert_eq!(actual.len(), expected.len(), "{name}: lengths");
        let share = |(a, e): (&f64, &f64)| (a - e).abs() / (atol + rtol * e.abs());
        let worst = actual
            .iter()
            .zip(&expected)
            .map(share)
            .fold(
                0.0,
                |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) },
            );
        println!("{name}: {worst:.2e} of the tolerance");
        if worst > 1.0 {
            failures.push(format!("{name}: {worst:.2e} times the tolerance"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(n_found, N_CASES);
}
