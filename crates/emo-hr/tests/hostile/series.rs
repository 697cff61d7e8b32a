//! Intervals, rates, windows and packets.

use emo_hr::{
    Asymmetry, Baseline, BaselineCollector, BaselineConfig, BaselineScale, BurgOrder, Complexity,
    ComplexityConfig, CorrelationRadii, FftLen, Fluctuation, Fragmentation, FrequencyConfig,
    FrequencyDomain, FrequencyPlan, HeartPyMeasures, HeartRateMeasurement, HeartRateWindow,
    HeartRateWindowConfig, HrError, Hrv, HrvConfig, HrvStream, HrvStreamConfig, IntervalFilter,
    LombModel, LombScale, Poincare, RrSeries, SegmentLen, Spectrum, SpectrumConfig, SpectrumMethod,
    SymbolicDynamics, Symbols, Tachogram, TachogramEnd, TimeDomain, TimeDomainConfig,
    VarianceOutliers, WindowRange, correlation_dimension, lomb_scargle, resample_to_1hz,
    respiration_rate, series_quality,
};

use crate::{INTERPOLATIONS, RATES_HZ, hz, series, signals};

#[test]
fn intervals_and_their_times() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 60_001.0, f64::MAX] {
        assert!(RrSeries::from_millis(vec![800.0, bad]).is_err(), "{bad}");
    }
    for times in [
        vec![1.0],
        vec![1.0, 1.0],
        vec![2.0, 1.0],
        vec![1.0, f64::NAN],
        vec![f64::NEG_INFINITY, 1.0],
        vec![1.0, f64::INFINITY],
    ] {
        assert!(
            RrSeries::with_times(vec![800.0; 2], times.clone()).is_err(),
            "{times:?}"
        );
    }
    assert!(
        RrSeries::from_millis(vec![800.0])
            .expect("valid")
            .retain(&[])
            .is_err()
    );
}

#[test]
fn variability_of_any_series() {
    let spectra = [
        SpectrumConfig::default(),
        SpectrumConfig::neurokit(20.0),
        SpectrumConfig::pyhrv(),
        spectrum(4.0, SpectrumMethod::Multitaper),
        spectrum(4.0, SpectrumMethod::Burg(BurgOrder::Fixed(0))),
        spectrum(4.0, SpectrumMethod::Burg(BurgOrder::Fixed(usize::MAX - 3))),
        spectrum(4.0, SpectrumMethod::Burg(BurgOrder::Fixed(16))),
        spectrum(4.0, SpectrumMethod::Burg(BurgOrder::UpTo(16))),
        spectrum(4.0, SpectrumMethod::LombScargle { step_hz: 0.0 }),
        spectrum(4.0, SpectrumMethod::LombScargle { step_hz: f64::NAN }),
        spectrum(4.0, SpectrumMethod::LombScargle { step_hz: 0.001 }),
        spectrum(f64::NAN, SpectrumMethod::Multitaper),
        spectrum(0.0, SpectrumMethod::Multitaper),
        spectrum(f64::INFINITY, SpectrumMethod::Multitaper),
        spectrum(1e300, SpectrumMethod::Multitaper),
        welch(SegmentLen::Samples(0), FftLen::Segments(1)),
        welch(SegmentLen::Samples(usize::MAX), FftLen::Segments(0)),
        welch(SegmentLen::Samples(256), FftLen::Segments(usize::MAX)),
        welch(SegmentLen::HalfSeries, FftLen::Samples(usize::MAX)),
    ];
    for (name, rr) in series() {
        for config in [HrvConfig::default(), HrvConfig::neurokit()] {
            let indices = Hrv::new(&config).and_then(|hrv| hrv.compute(&rr));
            for index in indices.iter().flat_map(|indices| indices.values()) {
                let finite = index.value.is_ok_and(f64::is_finite) || index.value.is_err();
                assert!(finite, "{name}: {} is {:?}", index.spec.name, index.value);
                assert!((0.0..=1.0).contains(&index.quality), "{name}: {index:?}");
            }
        }
        for config in [
            TimeDomainConfig::default(),
            TimeDomainConfig::heartpy(),
            TimeDomainConfig::pyhrv(),
        ] {
            let _ = TimeDomain::compute(&rr, &config);
        }
        for spectrum in &spectra {
            let _ = Spectrum::compute(&rr, spectrum);
            let mut config = FrequencyConfig::default();
            config.spectrum = spectrum.clone();
            let _ = FrequencyDomain::compute(&rr, &config);
        }
        for interpolation in INTERPOLATIONS {
            for end in [TachogramEnd::Within, TachogramEnd::Beyond] {
                for rate in [f64::MIN_POSITIVE, 1.0, 4.0, f64::MAX] {
                    let _ = Tachogram::new(&rr, hz(rate), interpolation, end);
                }
            }
        }
        let _ = Poincare::compute(&rr, emo_hr::Deviation::Sample);
        let _ = Asymmetry::compute(&rr);
        let _ = Fragmentation::compute(&rr);
        let _ = Fluctuation::compute(&rr);
        let _ = Complexity::compute(&rr, &ComplexityConfig::default());
        let _ = HeartPyMeasures::compute(&rr);
        let _ = respiration_rate(&rr);
        for radii in [CorrelationRadii::Shares, CorrelationRadii::NeuroKit] {
            let _ = correlation_dimension(&rr, radii);
        }
        for symbols in [0, 1, 2, 4, usize::MAX].map(Symbols::EqualProbability) {
            let _ = SymbolicDynamics::compute(&rr, symbols);
        }
    }
}

fn spectrum(rate_hz: f64, method: SpectrumMethod) -> SpectrumConfig {
    let mut config = SpectrumConfig::default();
    config.rate_hz = rate_hz;
    config.method = method;
    config
}

fn welch(segment: SegmentLen, fft: FftLen) -> SpectrumConfig {
    let method = SpectrumMethod::Welch {
        segment,
        fft,
        window: emo_hr::Window::Hann,
        detrend: emo_hr::Detrend::Constant,
    };
    spectrum(4.0, method)
}

/// The tapers of a series are as long as it, and cost more than it does.
#[test]
fn tapers_of_a_series_that_is_too_long() {
    let times = (1..=40).map(|i| f64::from(i) * 3600.0).collect();
    let rr = RrSeries::with_times(vec![800.0; 40], times).expect("valid intervals");
    let spectrum = Spectrum::compute(&rr, &spectrum(4.0, SpectrumMethod::Multitaper));
    assert!(
        matches!(spectrum, Err(HrError::SignalTooLong { .. })),
        "{spectrum:?}"
    );
}

#[test]
fn periodograms_at_any_frequency() {
    let values = [1.0, f64::NAN, f64::MAX, -f64::MAX, 0.0];
    for model in [LombModel::Sine, LombModel::SineAndConstant] {
        for scale in [LombScale::Power, LombScale::Share] {
            for frequencies in [&[][..], &[0.0, -1.0, f64::NAN, f64::INFINITY, 1e300]] {
                assert!(lomb_scargle(&[], &[], frequencies, scale, model).is_err());
                assert!(lomb_scargle(&[1.0], &values, frequencies, scale, model).is_err());
                let power = lomb_scargle(&values, &values, frequencies, scale, model);
                assert_eq!(power.map(|power| power.len()), Ok(frequencies.len()));
            }
        }
    }
}

#[test]
fn streams_of_variability() {
    for (window_s, capacity) in [
        (0.0, 10),
        (-1.0, 10),
        (f64::NAN, 10),
        (f64::INFINITY, 10),
        (60.0, 0),
        (60.0, 1),
        (60.0, usize::MAX),
    ] {
        let mut config = HrvStreamConfig::default();
        (config.window_s, config.capacity) = (window_s, capacity);
        assert!(HrvStream::new(&config).is_err(), "{window_s} {capacity}");
    }
    let mut plan = FrequencyPlan::new(&FrequencyConfig::default()).expect("valid settings");
    let hrv = Hrv::new(&HrvConfig::default()).expect("valid settings");
    for window_s in [1e-300, 60.0, f64::MAX] {
        let mut config = HrvStreamConfig::default();
        config.window_s = window_s;
        let mut stream = HrvStream::new(&config).expect("valid settings");
        assert!(stream.indices().is_none());
        // Clocks that stand, go back, jump by hours, or are none.
        for time in [
            f64::NAN,
            0.0,
            0.8,
            0.8,
            0.1,
            1.6,
            2.5,
            f64::INFINITY,
            3.3,
            -1e300,
            4.0,
            4.9,
            36_000.0,
            36_000.9,
            36_001.7,
            36_001.7,
            36_002.5,
            36_003.4,
            36_004.2,
            36_005.0,
            36_006.0,
        ] {
            let _ = stream.push_beat(time);
        }
        for ms in [
            0.0,
            -800.0,
            f64::NAN,
            f64::INFINITY,
            1e-300,
            60_000.0,
            60_000.1,
            800.0,
        ] {
            let _ = stream.push_interval(ms, 36_100.0 + ms);
        }
        for (ms, end) in [(800.0, 1e9), (800.0, 1e300), (800.0, f64::MAX)] {
            assert_eq!(stream.push_interval(ms, end), Ok(()));
            let now = stream.indices().expect("an interval");
            assert!(
                now.mean_nn.is_finite() && now.mean_hr.is_finite(),
                "{now:?}"
            );
            let _ = stream.frequency(&mut plan);
            let _ = stream.compute(&hrv);
            let _ = stream.series().len();
        }
        stream.reset();
        assert!(stream.indices().is_none());
    }
}

#[test]
fn filters_of_intervals() {
    let series = [
        vec![],
        vec![0.8],
        vec![0.8, 0.9],
        vec![0.8; 40],
        vec![f64::MIN_POSITIVE; 40],
        vec![f64::MAX; 40],
        [f64::MAX, f64::MIN_POSITIVE].repeat(20),
    ];
    for limit in [f64::MIN_POSITIVE, 1.0, f64::MAX] {
        for filter in [
            IntervalFilter::Quotient {
                low: limit,
                high: limit,
            },
            IntervalFilter::InterquartileRange { factor: limit },
            IntervalFilter::ModifiedZ { limit },
            IntervalFilter::Z { limit },
            IntervalFilter::LocalMedian { share: limit },
            IntervalFilter::Level { seconds: limit },
        ] {
            for intervals in &series {
                let refused = filter.implausible(intervals);
                assert_eq!(refused.map(|refused| refused.len()), Ok(intervals.len()));
            }
        }
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            IntervalFilter::Z { limit: bad }
                .implausible(&[1.0])
                .is_err(),
            "{bad}"
        );
        let filter = IntervalFilter::Level { seconds: 0.2 };
        assert!(filter.implausible(&[bad]).is_err(), "{bad}");
    }
}

#[test]
fn baselines() {
    for scale in [BaselineScale::Linear, BaselineScale::Logarithm] {
        for values in [
            vec![],
            vec![1.0],
            vec![1.0; 9],
            vec![f64::NAN; 9],
            vec![f64::INFINITY; 9],
            vec![0.0, -1.0, f64::MAX, -f64::MAX, 1e-300],
            vec![f64::MAX, -f64::MAX, f64::MAX, -f64::MAX],
        ] {
            if let Ok(baseline) = Baseline::of(&values, scale) {
                assert!(
                    baseline.spread() > 0.0 && baseline.spread().is_finite(),
                    "{values:?}"
                );
                for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
                    let _ = baseline.z(value);
                }
            }
        }
        let mut collector =
            BaselineCollector::new(&BaselineConfig::default(), scale).expect("valid settings");
        for value in [f64::NAN, f64::INFINITY, 0.0, 1.0] {
            for seconds in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0, 50.0, f64::INFINITY] {
                for quality in [f64::NAN, -1.0, 2.0] {
                    let _ = collector.push(value, seconds, quality);
                }
            }
        }
    }
}

#[test]
fn rates_in_bpm_and_their_windows() {
    for (name, mut signal) in signals() {
        for rate in RATES_HZ {
            // Below 0.1 Hz a second is far from the next value.
            let resampled = resample_to_1hz(&signal, hz(rate));
            assert!(rate >= 0.1 || resampled.is_err(), "{name} at {rate} Hz");
        }
        for range in [WindowRange::Window, WindowRange::Series] {
            for (window_len, hop_len) in [(15, 1), (2, usize::MAX), (usize::MAX, 1)] {
                let mut config = HeartRateWindowConfig::default();
                (config.range, config.window_len, config.hop_len) = (range, window_len, hop_len);
                config.outliers = VarianceOutliers::BeyondQuartiles { factor: 1.5 };
                let window = HeartRateWindow::new(&config).expect("valid settings");
                let _ = window.compute(&signal);
                if let Ok(windows) = window.windows(&signal) {
                    let _ = windows.to_array();
                }
            }
        }
        let _ = WindowRange::of(&signal);
        let quality = series_quality(&signal);
        assert!((0.0..=1.0).contains(&quality), "{name}: {quality}");
        // The same course as a heart rate.
        signal.iter_mut().for_each(|x| *x += 70.0);
        let _ = HeartRateWindow::new(&HeartRateWindowConfig::default())
            .and_then(|window| window.compute(&signal));
    }
}

#[test]
fn packets_of_straps() {
    for flags in 0..=u8::MAX {
        for len in 0..24 {
            let mut packet = vec![0xff; len];
            if let Some(first) = packet.first_mut() {
                *first = flags;
            }
            if let Ok(measurement) = HeartRateMeasurement::parse(&packet) {
                let rr: Vec<f64> = measurement.rr_ms().collect();
                assert!(rr.len() <= len / 2);
                // An interval of more than a minute is what the series refuses.
                assert!(rr.is_empty() == (RrSeries::from_millis(rr).is_ok_and(|rr| rr.is_empty())));
            }
        }
    }
}
