//! Breathing that is known, and signals that are none.

use emo_hr::{
    Beats, EdrMethod, HrError, PorgesBohrerOf, Respiration, RrSeries, Rsa, RsaConfig, SampleRate,
    respiration_rate,
};
use proptest::prelude::*;

fn hz(hz: f64) -> SampleRate {
    SampleRate::from_hz(hz).expect("a valid rate")
}

/// Beats at 250 Hz whose intervals of 0.8 s follow a breath of so many per minute by 60 ms.
fn breathing_beats(per_minute: f64, seconds: usize) -> Beats {
    let (mut time, mut at) = (0.5, Vec::new());
    while time < seconds as f64 - 0.1 {
        at.push((250.0 * time) as usize);
        time += 0.8 - 0.06 * (std::f64::consts::TAU * per_minute / 60.0 * time).sin();
    }
    Beats::new(at, 250 * seconds, hz(250.0)).expect("valid beats")
}

#[test]
fn the_breath_is_found_in_belt_beats_and_intervals() {
    for per_minute in [9.0, 15.0, 21.0] {
        let beats = breathing_beats(per_minute, 300);
        let rr = RrSeries::from_beats(&beats).expect("valid intervals");
        let alone = respiration_rate(&rr)
            .expect("enough intervals")
            .expect("a breath");
        assert!((alone - per_minute).abs() < 0.5, "{alone}");
        for method in [
            EdrMethod::VanGent2019,
            EdrMethod::Sarkar2015,
            EdrMethod::Charlton2016,
            EdrMethod::Soni2019,
        ] {
            let derived = Respiration::from_beats(&beats, method).expect("enough beats");
            let rate = derived.rate().expect("long enough").expect("a breath");
            assert!((rate - per_minute).abs() < 0.5, "{method:?}: {rate}");
        }
        // At a rate that is no multiple of 10 Hz.
        let belt: Vec<f32> = (0..32 * 120)
            .map(|n| (std::f64::consts::TAU * per_minute / 60.0 * f64::from(n) / 32.0).sin() as f32)
            .collect();
        let belt = Respiration::from_belt(&belt, hz(32.0)).expect("a valid signal");
        for rates in [belt.rate_by_breaths(), belt.rate_by_correlation()] {
            let rates = rates.expect("breaths");
            assert_eq!(rates.len(), 32 * 120);
            let middle = f64::from(rates[32 * 60]);
            assert!((middle - per_minute).abs() < 1.0, "{middle}");
        }
    }
}

#[test]
fn sinus_arrhythmia_is_what_was_put_in() {
    let beats = breathing_beats(15.0, 300);
    // Intervals get shorter while the sine rises above 0: inspiration is its first half.
    let belt: Vec<f32> = (0..300 * 25)
        .map(|n| -(std::f64::consts::TAU * 0.25 * f64::from(n) / 25.0).cos() as f32)
        .collect();
    let respiration = Respiration::from_belt(&belt, hz(25.0)).expect("a valid signal");
    let rsa = Rsa::compute(&beats, &respiration, &RsaConfig::default()).expect("enough beats");
    // Intervals swing by ±60 ms; beats sample that, and count in whole samples of 4 ms.
    let swing = rsa.p2t_mean().expect("breaths");
    assert!((90.0..=128.0).contains(&swing), "{swing}");
    // A sine of 60 ms has a variance of 1800 ms².
    let log = rsa.porges_bohrer.expect("five minutes");
    assert!((log - 1800_f64.ln()).abs() < 0.4, "{log}");
    assert!(rsa.gates.len() > 200 && rsa.gates_sd().expect("minutes") < 0.5);

    let mut of_rate = RsaConfig::default();
    of_rate.porges_bohrer_of = PorgesBohrerOf::Rate;
    let other = Rsa::compute(&beats, &respiration, &of_rate).expect("enough beats");
    assert_ne!(other.porges_bohrer, rsa.porges_bohrer);
}

#[test]
fn short_and_broken_signals_are_named() {
    assert!(matches!(
        Respiration::from_belt(&[0.0; 100], hz(9.0)),
        Err(HrError::SampleRateTooLow { .. })
    ));
    assert!(matches!(
        Respiration::from_belt(&[0.0, f32::NAN], hz(25.0)),
        Err(HrError::NonFinite { index: 1, .. })
    ));
    assert!(Respiration::from_belt(&[0.0; 3], hz(25.0)).is_err());
    let still = Respiration::from_belt(&[3.0; 1000], hz(25.0)).expect("a valid signal");
    assert_eq!(still.breaths().peaks(), still.breaths().troughs());
    assert!(matches!(
        still.rate_by_breaths(),
        Err(HrError::TooFewBeats { .. })
    ));
    let short = Respiration::from_belt(&[0.5; 100], hz(25.0)).expect("a valid signal");
    assert!(matches!(short.rate(), Err(HrError::SignalTooShort { .. })));
    assert!(matches!(
        short.rate_by_correlation(),
        Err(HrError::SignalTooShort { .. })
    ));

    let beats = breathing_beats(15.0, 20);
    let rsa = Rsa::compute(&beats, &still, &RsaConfig::default()).expect("enough beats");
    assert_eq!(
        (rsa.p2t_mean(), rsa.p2t_sd(), rsa.gates_mean()),
        (None, None, None)
    );
    let steady = RrSeries::from_millis(vec![800.0; 300]).expect("valid intervals");
    assert_eq!(respiration_rate(&steady), Ok(None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_signal_breathes_or_not(
        signal in prop::collection::vec(prop_oneof![8 => -5.0_f32..5.0, 1 => prop::num::f32::ANY], 0..600),
        rate in 10.0..60.0,
    ) {
        if let Ok(respiration) = Respiration::from_belt(&signal, hz(rate)) {
            let breaths = respiration.breaths();
            prop_assert_eq!(breaths.troughs().len(), breaths.peaks().len());
            for (trough, peak) in breaths.troughs().iter().zip(breaths.peaks()) {
                prop_assert!(trough < peak);
            }
            let _ = respiration.rate_by_breaths();
            let _ = respiration.rate_by_correlation();
            if let Ok(Some(rate)) = respiration.rate() {
                prop_assert!((6.0..=30.0).contains(&rate));
            }
        }
    }
}
