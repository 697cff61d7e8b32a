use emo_dsp::{Welch, WelchConfig};
use emo_eeg::ndarray::{Array2, Axis};
use emo_eeg::{
    AperiodicSlope, AperiodicSlopeConfig, Band, BandEnergy, BandFiltering, ChannelBands,
    ChannelPairs, Connectivity, ConnectivityConfig, ConnectivityMethod, ConnectivitySpectrum,
    DifferentialEntropy, DifferentialEntropyConfig, EegError, EegFeatureSet, EegFeatureStream,
    EegFeatures, EegFeaturesConfig, GridFill, Hjorth, HjorthConvention, KalmanSmoother,
    MovingAverage, SampleRate, SeedDifferentialEntropy, SpectralMoments, Standardization,
    Statistics, TopographicGrid, UndefinedFeature, WaveletDecomposition, arousal_index, coherency,
    correlation, correlation_eigenvalues, covariance, cross_spectral_density, decorrelation_time,
    engagement, frontal_alpha_asymmetry, gaussian_entropy, higher_order_crossings,
    max_cross_correlation, muscle_index, spectral_correlation, spectral_edge, spectral_line,
    teager_kaiser, theta_beta_ratio, valence_index, vasicek_entropy,
};

use crate::arrays::Case;
use crate::{Computation, Outcome};

/// One of each kind of sum over the spectra.
const ONE_OF_EACH: [ConnectivityMethod; 3] = [
    ConnectivityMethod::Coherence,
    ConnectivityMethod::CorrectedImaginaryPhaseLocking,
    ConnectivityMethod::WeightedPhaseLag,
];

/// Those of the analytic signal alone.
const ENVELOPES: [ConnectivityMethod; 2] = [
    ConnectivityMethod::EnvelopeCorrelation,
    ConnectivityMethod::OrthogonalizedEnvelopeCorrelation,
];

pub(crate) fn computations() -> Vec<Computation> {
    let mut all = vec![
        Computation::new("DifferentialEntropy, both ways", |case, rate| {
            entropies(case, DifferentialEntropyConfig::new(rate))
        }),
        Computation::new("DifferentialEntropy, causal", |case, rate| {
            let mut config = DifferentialEntropyConfig::new(rate);
            config.filtering = BandFiltering::Causal;
            entropies(case, config)
        }),
        Computation::new("DifferentialEntropy, TorchEEG's", |case, rate| {
            entropies(case, DifferentialEntropyConfig::torcheeg(rate))
        }),
        Computation::new("vasicek_entropy", |case, _| {
            by_row(case, |row| Ok(vec![vasicek_entropy(row, &mut Vec::new())?]))
        }),
        Computation::new("Statistics", |case, _| by_row(case, statistics)),
        Computation::new("Hjorth", |case, _| {
            by_row(case, |row| {
                let one = Hjorth::of(row, HjorthConvention::Population)?;
                let other = Hjorth::of(row, HjorthConvention::MneFeatures)?;
                let all = [one, other].map(|h| [h.activity, h.mobility, h.complexity]);
                Ok(all.concat())
            })
        }),
        Computation::new("higher_order_crossings", |case, _| {
            by_row(case, |row| {
                let mut crossings = [0.0; 10];
                higher_order_crossings(row, &mut crossings, &mut Vec::new())?;
                Ok(crossings.to_vec())
            })
        }),
        Computation::new("decorrelation_time", |case, rate| {
            by_row(case, |row| {
                Ok(decorrelation_time(row, rate)?.into_iter().collect())
            })
        }),
        Computation::new("WaveletDecomposition", |case, _| {
            let mut wavelet = WaveletDecomposition::new(case.window.ncols())?;
            by_row(case, |row| {
                wavelet.compute(row)?;
                let mut all: Vec<f64> = wavelet.energies().collect();
                all.extend(wavelet.teager_kaiser().flatten());
                all.extend(wavelet.approximation());
                all.extend((1..=wavelet.n_levels()).flat_map(|level| wavelet.details(level)));
                Ok(all)
            })
        }),
        Computation::new("BandEnergy", |case, rate| {
            let energy = BandEnergy::new(&Band::defaults(), rate)?;
            by_row(case, |row| energy.compute(row))
        }),
        Computation::new("the spectrum's shape", |case, rate| {
            let welch = Welch::new(&WelchConfig::new(rate, case.window.ncols().min(256)))?;
            let bin_hz = welch.bin_hz();
            by_row(case, |row| {
                let power = welch.compute(row)?;
                let moments = SpectralMoments::of(&power, bin_hz);
                let mut slope =
                    AperiodicSlope::new(&AperiodicSlopeConfig::default(), power.len(), bin_hz)?;
                Ok(vec![
                    moments.total,
                    moments.second,
                    moments.fourth,
                    spectral_edge(&power, bin_hz, 0.95)?,
                    spectral_line(&power, bin_hz, 1.0, 40.0)?.slope,
                    slope.compute(&power)?,
                    muscle_index(&power, bin_hz, 50.0)?,
                ])
            })
        }),
        Computation::new("covariance", |case, _| covariance(&case.window).map(flat)),
        Computation::new("correlation", |case, _| {
            let matrix = correlation(&case.window, Standardization::None)?;
            let mut all: Vec<f64> = correlation_eigenvalues(&matrix)?
                .into_iter()
                .map(f64::from)
                .collect();
            all.extend(flat(matrix));
            Ok(all)
        }),
        Computation::new("correlation across channels", |case, _| {
            correlation(&case.window, Standardization::AcrossChannels).map(flat)
        }),
        Computation::new("max_cross_correlation", |case, _| {
            max_cross_correlation(&case.window, 10).map(flat)
        }),
        Computation::new("spectral_correlation", |case, rate| {
            let welch = WelchConfig::new(rate, 64);
            spectral_correlation(&case.window, &welch, Standardization::None).map(flat)
        }),
        Computation::new("cross_spectral_density", |case, rate| {
            let density = cross_spectral_density(&case.window, &WelchConfig::new(rate, 64))?;
            Ok(density.iter().flat_map(|z| [z.re, z.im]).collect())
        }),
        Computation::new("coherency", |case, rate| {
            let coherency = coherency(&case.window, &WelchConfig::new(rate, 64))?;
            Ok(coherency.iter().flat_map(|z| [z.re, z.im]).collect())
        }),
        Computation::new("Connectivity", |case, rate| {
            connectivity(
                case,
                ConnectivityMethod::ALL.map(|method| ConnectivityConfig::new(rate, method)),
            )
        }),
        Computation::new("Connectivity by tapers", |case, rate| {
            let configs = ONE_OF_EACH.map(|method| {
                let mut config = ConnectivityConfig::new(rate, method);
                config.spectrum = ConnectivitySpectrum::Multitaper {
                    segment_len: 64,
                    overlap_len: 32,
                    bandwidth_hz: None,
                };
                config
            });
            connectivity(case, configs)
        }),
        Computation::new("Connectivity of analytic signals", |case, rate| {
            let configs = ENVELOPES.map(|method| {
                let mut config = ConnectivityConfig::new(rate, method);
                config.spectrum = ConnectivitySpectrum::Analytic { order: 4 };
                config.bands.truncate(2);
                config
            });
            connectivity(case, configs)
        }),
        Computation::new("Connectivity of the whole spectrum", |case, rate| {
            let configs = ConnectivityMethod::ALL.map(|method| {
                let mut config = ConnectivityConfig::new(rate, method);
                config.spectrum = ConnectivitySpectrum::Broadband;
                config
            });
            connectivity(case, configs)
        }),
        Computation::new("EegFeatures, what is undefined refused", |case, rate| {
            let mut features = EegFeatures::new(&features_config(case, rate))?;
            Ok(features
                .compute(&case.window)?
                .into_iter()
                .map(f64::from)
                .collect())
        }),
        Computation::new("EegFeatures, what is undefined filled", |case, rate| {
            let mut config = features_config(case, rate);
            config.undefined = UndefinedFeature::Fill(-1.0);
            let mut features = EegFeatures::new(&config)?;
            Ok(features
                .compute(&case.window)?
                .into_iter()
                .map(f64::from)
                .collect())
        }),
        Computation::new("EegFeatureStream", |case, rate| {
            let mut config = features_config(case, rate);
            config.window_len = case.window.ncols().min(64);
            config.segment_len = config.segment_len.min(64);
            config.undefined = UndefinedFeature::Fill(-1.0);
            config
                .sets
                .retain(|set| *set != EegFeatureSet::Connectivity);
            let mut features = EegFeatures::new(&config)?;
            let mut stream = EegFeatureStream::new(features.clone(), 50)?;
            let mut live = Vec::new();
            for piece in case.window.axis_chunks_iter(Axis(1), 77) {
                stream.push(&piece, |_, values| {
                    live.extend(values.iter().map(|&x| f64::from(x)))
                })?;
            }
            let whole = features.compute_windows(&case.window, 50)?;
            assert_eq!(live, flat(whole));
            Ok(live)
        }),
        Computation::new("MovingAverage", |case, _| {
            let mut average = MovingAverage::new(case.window.nrows(), 7)?;
            by_column(case, |column| average.push(column))
        }),
        Computation::new("KalmanSmoother", |case, _| {
            let mut smoother = KalmanSmoother::new(case.window.nrows(), 0.01)?;
            by_column(case, |column| smoother.push(column))
        }),
        Computation::new("indices", |case, _| {
            by_row(case, |row| {
                let [theta, alpha, beta, ..] = *row else {
                    return Ok(Vec::new());
                };
                let bands = ChannelBands { theta, alpha, beta };
                Ok(vec![
                    frontal_alpha_asymmetry(theta, alpha)?,
                    theta_beta_ratio(&bands)?,
                    engagement(&bands)?,
                    arousal_index(&bands, &bands)?,
                    valence_index(&bands, &bands)?,
                    gaussian_entropy(alpha).unwrap_or(0.0),
                ])
            })
        }),
    ];
    // What is given to these is not looked at, or not all of it.
    let passing = [
        // A second at most, which is the first one here.
        Computation::new("SeedDifferentialEntropy", |case, rate| {
            let len = case.window.ncols().min(rate.hz() as usize);
            let entropy = SeedDifferentialEntropy::new(&Band::defaults(), rate, len)?;
            by_row(case, |row| entropy.compute(&row[..len]))
        }),
        Computation::new("teager_kaiser", |case, _| {
            by_row(case, |row| Ok(teager_kaiser(row).to_vec()))
        }),
        Computation::new("ChannelPairs", |case, _| {
            let pairs = ChannelPairs::left_right(&case.channels());
            let mut all = flat(pairs.differences(&case.window)?);
            all.extend(flat(pairs.ratios(&case.window)?));
            Ok(all)
        }),
        Computation::new("TopographicGrid", |case, _| {
            let fill = GridFill::Interpolated { corners: 0.0 };
            let channels: Vec<String> = case.channels().into_iter().take(4).collect();
            let grid = TopographicGrid::new(&channels, fill)?;
            Ok(grid
                .compute(&case.window)?
                .into_iter()
                .map(f64::from)
                .collect())
        }),
    ];
    all.extend(passing.map(|computation| Computation {
        passes_non_finite: true,
        ..computation
    }));
    all
}

fn entropies(case: &Case, config: DifferentialEntropyConfig) -> Outcome {
    let entropy = DifferentialEntropy::new(&config)?;
    by_row(case, |row| entropy.compute_channel(row))?;
    entropy.compute(&case.window).map(flat)
}

fn statistics(row: &[f64]) -> Outcome {
    let s = Statistics::of(row, &mut Vec::new())?;
    Ok(vec![
        s.mean,
        s.variance,
        s.standard_deviation,
        s.peak_to_peak,
        s.skewness,
        s.skewness_corrected,
        s.kurtosis,
        s.kurtosis_corrected,
        s.rms,
        s.lower_quartile,
        s.median,
        s.upper_quartile,
        s.median_absolute_deviation,
        s.line_length,
    ])
}

/// All measures that are defined; the error of the last one if none is.
fn connectivity(case: &Case, configs: impl IntoIterator<Item = ConnectivityConfig>) -> Outcome {
    let mut all = Vec::new();
    let mut last = None;
    for config in configs {
        let computed = Connectivity::new(&config).and_then(|connectivity| {
            let mut values = connectivity.compute(&case.window)?;
            if ONE_OF_EACH.contains(&config.method)
                && let Ok(bins) = connectivity.compute_bins(&case.window)
            {
                values.append(Axis(0), bins.view()).expect("equal shapes");
            }
            Ok(values)
        });
        match computed {
            Ok(values) => all.extend(values.iter().map(|&x| f64::from(x))),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(error) if all.is_empty() => Err(error),
        _ => Ok(all),
    }
}

fn features_config(case: &Case, rate: SampleRate) -> EegFeaturesConfig {
    EegFeaturesConfig::new(rate, &case.channels(), case.window.ncols())
}

fn by_row(case: &Case, mut compute: impl FnMut(&[f64]) -> Result<Vec<f64>, EegError>) -> Outcome {
    let mut all = Vec::new();
    for row in case.rows() {
        all.extend(compute(&row)?);
    }
    Ok(all)
}

fn by_column(case: &Case, mut push: impl FnMut(&mut [f32]) -> Result<(), EegError>) -> Outcome {
    let mut all = Vec::new();
    for column in case.window.columns() {
        let mut features = column.to_vec();
        push(&mut features)?;
        all.extend(features.into_iter().map(f64::from));
    }
    Ok(all)
}

fn flat(array: Array2<f32>) -> Vec<f64> {
    array.into_iter().map(f64::from).collect()
}
