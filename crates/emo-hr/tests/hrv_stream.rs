//! The stream of heart rate variability against the whole window, and what it allocates.

use emo_hr::{
    Baseline, BaselineCollector, BaselineConfig, BaselineScale, FrequencyConfig, FrequencyDomain,
    FrequencyPlan, HrError, Hrv, HrvConfig, HrvNow, HrvStream, HrvStreamConfig, Poincare, RrSeries,
    TimeDomain, TimeDomainConfig,
};
use emo_testing::CountingAllocator;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn stream(config: &HrvStreamConfig) -> HrvStream {
    HrvStream::new(config).expect("valid settings")
}

fn close(name: &str, now: f64, whole: f64) -> Result<(), TestCaseError> {
    prop_assert!(
        (now - whole).abs() <= 1e-9 * whole.abs() + 1e-6,
        "{}: {} in the stream, {} of the window",
        name,
        now,
        whole
    );
    Ok(())
}

/// Running sums know a variance as exactly as they know the largest square.
fn spread(name: &str, now: f64, whole: f64, largest: f64) -> Result<(), TestCaseError> {
    prop_assert!(
        (now * now - whole * whole).abs() <= 1e-9 * whole * whole + 1e-10 * largest * largest,
        "{}: {} in the stream, {} of the window",
        name,
        now,
        whole
    );
    Ok(())
}

/// Holds the stream's indices to those of its window.
fn held(now: &HrvNow, series: &RrSeries, config: &HrvStreamConfig) -> Result<(), TestCaseError> {
    let whole = TimeDomain::compute(series, &config.time).expect("an interval");
    let now_max = now.max_nn;
    prop_assert_eq!(now.n_intervals, whole.n_intervals);
    prop_assert_eq!((now.nn50, now.nn20), (whole.nn50, whole.nn20));
    close("covered", now.covered_s, series.covered_s())?;
    for (name, now, whole) in [
        ("mean", now.mean_nn, whole.mean_nn),
        ("rate", now.mean_hr, whole.mean_hr),
        ("median", now.median_nn, whole.median_nn),
        ("mad", now.mad_nn, whole.mad_nn),
        ("iqr", now.iqr_nn, whole.iqr_nn),
        ("20 %", now.prc20_nn, whole.prc20_nn),
        ("80 %", now.prc80_nn, whole.prc80_nn),
        ("min", now.min_nn, whole.min_nn),
        ("max", now.max_nn, whole.max_nn),
    ] {
        close(name, now, whole)?;
    }
    for (name, now, whole) in [
        ("sdnn", now.sdnn, whole.sdnn),
        ("rmssd", now.rmssd, whole.rmssd),
        ("sdsd", now.sdsd, whole.sdsd),
        ("pnn50", now.pnn50, whole.pnn50),
        ("pnn20", now.pnn20, whole.pnn20),
    ] {
        prop_assert_eq!(now.is_some(), whole.is_some(), "{}", name);
        if let (Some(now), Some(whole)) = (now, whole) {
            spread(name, now, whole, now_max)?;
        }
    }
    let whole = Poincare::compute(series, config.poincare).ok();
    if let Some(whole) = whole {
        let now = now.poincare.expect("pairs of intervals");
        spread("sd1", now.sd1, whole.sd1, now_max)?;
        spread("sd2", now.sd2, whole.sd2, now_max)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_beat_has_the_indices_of_its_window(
        steps in prop::collection::vec(
            (prop_oneof![6 => 400.0_f64..1500.0, 1 => 1.0_f64..6e4], prop_oneof![8 => Just(0.0), 1 => 0.05_f64..20.0]),
            1..700,
        ),
        window_s in 2.0_f64..200.0,
        capacity in 2_usize..300,
        heartpy in any::<bool>(),
    ) {
        let mut config = HrvStreamConfig::default();
        config.window_s = window_s;
        config.capacity = capacity;
        if heartpy {
            config.time = TimeDomainConfig::heartpy();
        }
        let mut stream = stream(&config);
        let mut time = 0.0;
        let mut all: Vec<(f64, f64)> = Vec::new();
        for (i, (ms, gap)) in steps.into_iter().enumerate() {
            time += ms / 1000.0 + gap;
            stream.push_interval(ms, time).expect("a valid interval");
            all.push((ms, time));
            // The window, by what it is said to be.
            let begin = time - window_s - 1e-9;
            let kept: Vec<_> = all.iter().rev().take(capacity).take_while(|(ms, end)| end - ms / 1000.0 >= begin || *end == time).collect();
            if i % 16 == 0 || i > 690 {
                let series = stream.series();
                let intervals: Vec<f64> = kept.iter().rev().map(|(ms, _)| *ms).collect();
                prop_assert_eq!(series.intervals_ms(), &intervals[..]);
                held(&stream.indices().expect("an interval"), &series, &config)?;
            }
        }
    }
}

#[test]
fn beats_after_the_first_window_allocate_nothing() {
    let mut stream = stream(&HrvStreamConfig::default());
    let mut time = 0.0;
    let mut beat = |stream: &mut HrvStream, i: u32| {
        time += 0.4 + 0.3 * (f64::from(i) * 0.7).sin().abs();
        stream.push_beat(time).expect("a beat");
        stream.indices().map_or(0.0, |now| now.mean_nn)
    };
    for i in 0..10 {
        beat(&mut stream, i);
    }
    let before = CountingAllocator::count();
    let sum: f64 = (0..5000).map(|i| beat(&mut stream, i)).sum();
    assert_eq!(CountingAllocator::count() - before, 0);
    assert!(sum.is_finite());
}

#[test]
fn the_frequency_domain_is_that_of_the_window_and_allocates_nothing() {
    let mut config = HrvStreamConfig::default();
    config.window_s = 120.0;
    let mut stream = stream(&config);
    let frequency = FrequencyConfig::default();
    let mut plan = FrequencyPlan::new(&frequency).expect("a plan");
    let mut time = 0.0_f64;
    let mut n_held = 0;
    for i in 0..1500 {
        time += 0.8 + 0.05 * (time * 1.6).sin() + 0.02 * (time * 0.6).cos();
        stream.push_beat(time).expect("a beat");
        let before = CountingAllocator::count();
        let found = stream.frequency(&mut plan).expect("a spectrum");
        let made = CountingAllocator::count() - before;
        assert!(i < 300 || made == 0, "{made} at beat {i}");
        let Some(found) = found else {
            assert!(time < 66.0);
            continue;
        };
        if i % 50 == 0 {
            let whole = FrequencyDomain::compute(&stream.series(), &frequency).expect("a window");
            assert_eq!(found, whole);
            n_held += 1;
        }
    }
    assert!(n_held > 20);
    let refused = FrequencyPlan::new(&FrequencyConfig::neurokit(4.0));
    assert!(matches!(refused, Err(HrError::InvalidSetting { .. })));
}

#[test]
fn the_window_has_all_indices_on_request() {
    let mut config = HrvStreamConfig::default();
    config.window_s = 300.0;
    let mut stream = stream(&config);
    let hrv = Hrv::new(&HrvConfig::default()).expect("valid settings");
    assert_eq!(stream.indices(), None);
    assert!(stream.compute(&hrv).is_err());
    for i in 0..500 {
        let breath = 0.03 * (f64::from(i) * 0.8 * std::f64::consts::TAU * 0.25).sin();
        stream
            .push_beat(f64::from(i) * 0.8 + breath)
            .expect("a beat");
    }
    let all = stream.compute(&hrv).expect("a window");
    assert_eq!(all, hrv.compute(&stream.series()).expect("a window"));
    let peak = all.value("HFpeak").unwrap().unwrap();
    assert!((peak - 0.25).abs() < 0.02, "{peak}");
    assert_eq!(all.value("RespRate").unwrap().map(f64::round), Ok(15.0));
    stream.reset();
    assert_eq!(stream.indices(), None);
}

#[test]
fn bad_beats_change_nothing() {
    let mut stream = stream(&HrvStreamConfig::default());
    assert!(stream.push_beat(f64::NAN).is_err());
    for time in [1.0, 1.8, 2.6] {
        stream.push_beat(time).expect("a beat");
    }
    let before = stream.indices();
    for time in [2.6, 1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            stream.push_beat(time),
            Err(HrError::TimesNotAscending { .. })
        ));
    }
    assert!(matches!(
        stream.push_beat(100.0),
        Err(HrError::InvalidInterval { .. })
    ));
    assert_eq!(stream.indices(), before);
    for change in [
        (|c| c.window_s = 0.0) as fn(&mut HrvStreamConfig),
        |c| c.window_s = f64::NAN,
        |c| c.capacity = 1,
        |c| c.capacity = usize::MAX,
    ] {
        let mut config = HrvStreamConfig::default();
        change(&mut config);
        assert!(matches!(
            HrvStream::new(&config),
            Err(HrError::InvalidSetting { .. })
        ));
    }
}

#[test]
fn baselines_are_of_the_first_good_minutes() {
    let mut collector = BaselineCollector::new(&BaselineConfig::default(), BaselineScale::Linear)
        .expect("valid settings");
    // 30 s each; the bad one does not count, nor what comes after two minutes.
    assert_eq!(collector.push(10.0, 30.0, 0.9), None);
    assert_eq!(collector.push(1000.0, 30.0, 0.5), None);
    assert_eq!(collector.push(12.0, 30.0, 0.6), None);
    assert_eq!(collector.push(14.0, 30.0, 1.0), None);
    let baseline = collector.push(20.0, 30.0, 1.0).expect("two minutes");
    assert_eq!(baseline.median(), 13.0);
    // Distances 3, 1, 1, 7.
    assert!((baseline.spread() - 1.4826 * 2.0).abs() < 1e-12);
    assert_eq!(collector.push(99.0, 30.0, 1.0), Some(baseline));
    assert_eq!(
        Baseline::stored(BaselineScale::Linear, 13.0, baseline.spread()),
        Ok(baseline)
    );
    assert!((baseline.z(13.0 + baseline.spread()).unwrap() - 1.0).abs() < 1e-12);
    assert_eq!(BaselineScale::of("HF"), BaselineScale::Logarithm);
    let logs = Baseline::of(&[1.0, 10.0, 100.0, -5.0], BaselineScale::Logarithm).unwrap();
    assert_eq!(logs.z(0.0), None);
    assert!((logs.median() - 10_f64.ln()).abs() < 1e-12);
    assert!(matches!(
        Baseline::of(&[1.0, 2.0], BaselineScale::Linear),
        Err(HrError::TooFewValues {
            actual: 2,
            required: 3
        })
    ));
    assert!(matches!(
        Baseline::of(&[1.0, 1.0, 2.0], BaselineScale::Linear),
        Err(HrError::ConstantBaseline { .. })
    ));
}
