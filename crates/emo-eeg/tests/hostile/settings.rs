//! Settings that make no sense, on a window that does.

use emo_dsp::WelchConfig;
use emo_eeg::{
    AperiodicSlope, AperiodicSlopeConfig, Asr, AsrConfig, BadChannelsConfig, Band, BandEnergy,
    BlinkRegression, BlinkRegressionConfig, CleanWindows, Connectivity, ConnectivityConfig,
    ConnectivityMethod, ConnectivitySpectrum, DifferentialEntropy, DifferentialEntropyConfig,
    EegError, EegFeatureSet, EegFeatureStream, EegFeatures, EegFeaturesConfig, EegFilter,
    EegFilterConfig, KalmanSmoother, MovingAverage, Quality, QualityConfig, RejectionConfig,
    SampleRate, SeedDifferentialEntropy, SpatialFilter, SphericalSplineConfig,
    WaveletDecomposition, bad_channels, cross_spectral_density, decorrelation_time, judge_windows,
    last_window, max_cross_correlation, muscle_index, rejections, spectral_edge, spectral_line,
};

use crate::arrays::{CHANNELS, eeg};

const NUMBERS: [f64; 14] = [
    0.0,
    -0.0,
    -1.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MIN_POSITIVE,
    f64::EPSILON,
    1e-3,
    1.0 - f64::EPSILON,
    1.0,
    64.0,
    1e9,
    f64::MAX,
];

/// Of these, those that are taken two at a time.
const FEW: [f64; 8] = [
    0.0,
    -1.0,
    f64::NAN,
    f64::INFINITY,
    f64::EPSILON,
    1.0,
    63.0,
    f64::MAX,
];

const COUNTS: [usize; 7] = [0, 1, 2, 65, 4097, 1 << 33, usize::MAX];

const RATES_HZ: [f64; 5] = [f64::MIN_POSITIVE, 1e-3, 128.0, 1e5, 1e300];

/// Errors say something; that there is a value is all that is asked of the others.
fn named<T>(result: Result<T, EegError>) {
    if let Err(error) = result {
        assert!(!error.to_string().is_empty());
    }
}

fn rates() -> impl Iterator<Item = SampleRate> {
    RATES_HZ
        .into_iter()
        .map(|hz| SampleRate::from_hz(hz).expect("a valid rate"))
}

fn hz128() -> SampleRate {
    SampleRate::from_hz(128.0).expect("a valid rate")
}

#[test]
fn filters_take_any_setting() {
    let window = eeg(4, 300);
    let run = |config: &EegFilterConfig| -> Result<(), EegError> {
        let filter = EegFilter::new(config)?;
        filter.stream(4)?.process(&mut window.clone())?;
        filter.zero_phase(&window).map(|_| ())
    };
    for rate in rates() {
        named(run(&EegFilterConfig::new(rate)));
    }
    let fields: [fn(&mut EegFilterConfig, f64); 4] = [
        |c, x| c.low_hz = x,
        |c, x| c.high_hz = x,
        |c, x| c.line_hz = Some(x),
        |c, x| c.notch_quality = x,
    ];
    for (field, x) in crossed(&fields) {
        let mut config = EegFilterConfig::new(hz128());
        field(&mut config, x);
        named(run(&config));
    }
    for count in COUNTS {
        let mut config = EegFilterConfig::new(hz128());
        config.order = count;
        named(run(&config));
        let filter = EegFilter::new(&EegFilterConfig::new(hz128())).expect("a valid filter");
        named(filter.stream(count));
    }

    let eyes = window.row(0).to_vec();
    let run = |config: &BlinkRegressionConfig| -> Result<(), EegError> {
        let regression = BlinkRegression::new(config)?;
        regression.stream(4)?.process(&mut window.clone(), &eyes)?;
        regression.clean(&window, &eyes).map(|_| ())
    };
    for rate in rates() {
        named(run(&BlinkRegressionConfig::new(rate)));
    }
    let fields: [fn(&mut BlinkRegressionConfig, f64); 3] = [
        |c, x| c.low_hz = x,
        |c, x| c.high_hz = x,
        |c, x| c.forgetting_per_s = x,
    ];
    for (field, x) in crossed(&fields) {
        let mut config = BlinkRegressionConfig::new(hz128());
        field(&mut config, x);
        named(run(&config));
    }
    for count in COUNTS {
        let regression =
            BlinkRegression::new(&BlinkRegressionConfig::new(hz128())).expect("a valid band");
        named(regression.stream(count));
    }
}

/// All fields with all numbers.
fn crossed<T: Copy>(fields: &[T]) -> impl Iterator<Item = (T, f64)> + '_ {
    fields.iter().flat_map(|field| NUMBERS.map(|x| (*field, x)))
}

#[test]
fn quality_and_rejection_take_any_setting() {
    let window = eeg(4, 1000);
    let run = |config: &QualityConfig| Quality::new(config)?.compute(&window).map(|_| ());
    for rate in rates() {
        named(run(&QualityConfig::new(rate)));
        named(bad_channels(&BadChannelsConfig::new(rate), &window));
        named(judge_windows(
            &RejectionConfig::default(),
            &window,
            rate,
            1.0,
        ));
        for seconds in NUMBERS {
            named(judge_windows(
                &RejectionConfig::default(),
                &window,
                rate,
                seconds,
            ));
            named(last_window(&window, rate, seconds));
        }
    }
    let fields: [fn(&mut QualityConfig, f64); 8] = [
        |c, x| c.amplitude_uv = x,
        |c, x| c.flat_step_uv = x,
        |c, x| c.flat_seconds = x,
        |c, x| c.rail_uv = Some(x),
        |c, x| c.kurtosis = Some(x),
        |c, x| c.step_uv = Some(x),
        |c, x| c.correlation = Some(x),
        |c, x| c.line_hz = Some(x),
    ];
    for (field, x) in crossed(&fields) {
        let mut config = QualityConfig::new(hz128());
        field(&mut config, x);
        named(run(&config));
    }
    let fields: [fn(&mut BadChannelsConfig, f64); 6] = [
        |c, x| c.max_deviation = x,
        |c, x| c.max_noise = x,
        |c, x| c.min_correlation = x,
        |c, x| c.max_uncorrelated = x,
        |c, x| c.flat_uv = x,
        |c, x| c.flat_seconds = x,
    ];
    for (field, x) in crossed(&fields) {
        let mut config = BadChannelsConfig::new(hz128());
        field(&mut config, x);
        named(bad_channels(&config, &window));
    }
    let fields: [fn(&mut RejectionConfig, f64); 3] = [
        |c, x| c.max_peak_to_peak_uv = Some(x),
        |c, x| c.min_peak_to_peak_uv = Some(x),
        |c, x| c.max_step_uv = Some(x),
    ];
    for (field, x) in crossed(&fields) {
        let mut config = RejectionConfig::default();
        field(&mut config, x);
        named(rejections(&config, &window));
    }
    let fields: [fn(&mut SphericalSplineConfig, f64); 2] =
        [|c, x| c.regularization = x, |c, x| c.head_radius_m = x];
    for (field, x) in crossed(&fields) {
        let mut config = SphericalSplineConfig::default();
        field(&mut config, x);
        let channels = ["F3", "F4", "P3", "P4", "Cz"];
        named(SpatialFilter::interpolation(&channels, &["Cz"], &config));
        named(SpatialFilter::current_source_density(&channels, &config));
    }
}

#[test]
fn artefact_subspace_reconstruction_takes_any_setting() {
    let window = eeg(3, 1600);
    let run = |config: &AsrConfig| -> Result<(), EegError> {
        named(CleanWindows::find(config, &window));
        let asr = Asr::calibrate_on_clean(config, &window)?;
        asr.clean(&window).map(|_| ())
    };
    assert!(run(&AsrConfig::new(hz128())).is_ok());
    for rate in rates() {
        named(run(&AsrConfig::new(rate)));
    }
    let fields: [fn(&mut AsrConfig, f64); 8] = [
        |c, x| c.cutoff = x,
        |c, x| c.window_s = x,
        |c, x| c.window_overlap = x,
        |c, x| c.max_dropout = x,
        |c, x| c.min_clean = x,
        |c, x| c.max_bad_channels = x,
        |c, x| c.lookahead_s = x,
        |c, x| c.max_removed = x,
    ];
    for (field, x) in crossed(&fields) {
        let mut config = AsrConfig::new(hz128());
        field(&mut config, x);
        named(run(&config));
    }
    for count in COUNTS {
        for field in [
            |c: &mut AsrConfig, n| c.block_len = n,
            |c: &mut AsrConfig, n| c.step = n,
        ] {
            let mut config = AsrConfig::new(hz128());
            field(&mut config, count);
            named(run(&config));
        }
    }
    for x in NUMBERS {
        for y in NUMBERS {
            let eye = emo_eeg::ndarray::Array2::<f64>::eye(3);
            let asr = Asr::from_matrices(&AsrConfig::new(hz128()), x * &eye, y * &eye);
            named(asr.and_then(|asr| asr.clean(&window)));
        }
    }
}

#[test]
fn features_take_any_setting() {
    let window = eeg(4, 300);
    let run = |config: &EegFeaturesConfig| -> Result<(), EegError> {
        let mut features = EegFeatures::new(config)?;
        named(
            EegFeatureStream::new(features.clone(), usize::MAX)
                .and_then(|mut stream| stream.push(&window, |_, _| ())),
        );
        features.compute(&window).map(|_| ())
    };
    for set in EegFeatureSet::ALL {
        let config = |rate| {
            let mut config = EegFeaturesConfig::new(rate, &CHANNELS, 300);
            config.sets = vec![set];
            config
        };
        assert!(run(&config(hz128())).is_ok());
        for rate in rates() {
            named(run(&config(rate)));
        }
        let fields: [fn(&mut EegFeaturesConfig, f64); 3] = [
            |c, x| c.line_hz = x,
            |c, x| c.bands[0].low_hz = x,
            |c, x| c.bands[4].high_hz = x,
        ];
        for (field, x) in crossed(&fields) {
            let mut config = config(hz128());
            field(&mut config, x);
            named(run(&config));
        }
        for count in COUNTS {
            for field in [
                |c: &mut EegFeaturesConfig, n| c.window_len = n,
                |c: &mut EegFeaturesConfig, n| c.segment_len = n,
            ] {
                let mut config = config(hz128());
                field(&mut config, count);
                named(run(&config));
            }
        }
    }
    // A segment as long as the longest window, in which a spectrum has far more bins than it says anything in.
    let mut config = EegFeaturesConfig::new(hz128(), &CHANNELS, 1 << 16);
    config.segment_len = 1 << 16;
    config.sets = vec![EegFeatureSet::Spectrum];
    named(EegFeatures::new(&config));
}

#[test]
fn entropies_and_shapes_take_any_setting() {
    let row: Vec<f64> = eeg(1, 300).iter().map(|&x| f64::from(x)).collect();
    let window = eeg(4, 300);
    for rate in rates() {
        named(DifferentialEntropy::new(&DifferentialEntropyConfig::new(
            rate,
        )));
        named(BandEnergy::new(&Band::defaults(), rate).and_then(|energy| energy.compute(&row)));
        named(decorrelation_time(&row, rate));
        for len in COUNTS {
            named(SeedDifferentialEntropy::new(&Band::defaults(), rate, len));
        }
    }
    for low_hz in FEW {
        for high_hz in FEW {
            let bands = [Band::new("odd", low_hz, high_hz)];
            let mut config = DifferentialEntropyConfig::new(hz128());
            config.bands = bands.to_vec();
            named(DifferentialEntropy::new(&config).and_then(|entropy| entropy.compute(&window)));
            named(
                SeedDifferentialEntropy::new(&bands, hz128(), 128)
                    .and_then(|entropy| entropy.compute(&row[..128])),
            );
            named(BandEnergy::new(&bands, hz128()).and_then(|energy| energy.compute(&row)));
            named(spectral_line(&row, 0.5, low_hz, high_hz));
            named(spectral_line(&row, low_hz, high_hz, 40.0));
            named(spectral_edge(&row, low_hz, high_hz));
            named(muscle_index(&row, low_hz, high_hz));
            let mut config = AperiodicSlopeConfig::default();
            config.range_hz = [low_hz, high_hz];
            named(AperiodicSlope::new(&config, 200, 0.5));
            (config.range_hz, config.without_hz) = ([0.0, 1e9], [low_hz, high_hz]);
            named(AperiodicSlope::new(&config, 200, 0.5));
            config.line_hz = low_hz;
            named(AperiodicSlope::new(&config, 200, high_hz));
        }
    }
    for count in COUNTS {
        let mut config = DifferentialEntropyConfig::new(hz128());
        config.order = count;
        named(DifferentialEntropy::new(&config));
        named(WaveletDecomposition::new(count));
        named(MovingAverage::new(count, 2).and_then(|mut average| average.push(&mut [])));
        named(MovingAverage::new(0, count).and_then(|mut average| {
            average.push(&mut [])?;
            average.push(&mut [])
        }));
        named(KalmanSmoother::new(count, 0.01));
        named(AperiodicSlope::new(
            &AperiodicSlopeConfig::default(),
            count,
            1e-3,
        ));
    }
    for ratio in NUMBERS {
        named(KalmanSmoother::new(1, ratio).and_then(|mut smoother| {
            smoother.push(&mut [1.0])?;
            smoother.push(&mut [-1.0])
        }));
    }
}

#[test]
fn connectivity_takes_any_setting() {
    let window = eeg(4, 300);
    let method = ConnectivityMethod::WeightedPhaseLag;
    let run = |config: &ConnectivityConfig| Connectivity::new(config)?.compute(&window).map(|_| ());
    for rate in rates() {
        named(run(&ConnectivityConfig::new(rate, method)));
        named(run(&ConnectivityConfig::new(
            rate,
            ConnectivityMethod::EnvelopeCorrelation,
        )));
    }
    for first in COUNTS {
        named(max_cross_correlation(&window, first));
        for second in COUNTS {
            let mut config = ConnectivityConfig::new(hz128(), method);
            if let ConnectivitySpectrum::Fourier {
                segment_len,
                overlap_len,
                ..
            } = &mut config.spectrum
            {
                (*segment_len, *overlap_len) = (first, second);
            }
            named(run(&config));
            config.spectrum = ConnectivitySpectrum::Multitaper {
                segment_len: first,
                overlap_len: second,
                bandwidth_hz: None,
            };
            named(run(&config));
            config.spectrum = ConnectivitySpectrum::Analytic { order: first };
            named(run(&config));
            let mut welch = WelchConfig::new(hz128(), 64);
            (welch.segment_len, welch.fft_len) = (first, second);
            named(cross_spectral_density(&window, &welch));
            let mut welch = WelchConfig::new(hz128(), 64);
            (welch.overlap_len, welch.fft_len) = (first, second);
            named(cross_spectral_density(&window, &welch));
        }
        for bandwidth in FEW {
            let mut config = ConnectivityConfig::new(hz128(), method);
            config.spectrum = ConnectivitySpectrum::Multitaper {
                segment_len: 64,
                overlap_len: first,
                bandwidth_hz: Some(bandwidth),
            };
            named(run(&config));
        }
    }
    // As many tapers as samples would take more memory than there is.
    let mut config = ConnectivityConfig::new(hz128(), method);
    config.spectrum = ConnectivitySpectrum::Multitaper {
        segment_len: 1 << 18,
        overlap_len: 0,
        bandwidth_hz: Some(63.0),
    };
    assert!(matches!(
        run(&config),
        Err(EegError::InvalidSpectrum { .. })
    ));
}
