//! Every case of beats in the manifest of the shared references, each within its own tolerance.

use std::collections::BTreeSet;
use std::path::Path;

use emo_dsp::SampleRate;
use emo_testing::{assert_close, load_npy, shared};
use serde_json::Value;

use crate::{
    ArtifactConfig, ArtifactCorrector, ArtifactForm, Beats, EcgConfig, EcgDetector, EcgMethod,
    Interpolation, PpgConfig, PpgDetector, PpgMethod, Refinement,
};

/// Names of the cases that concern beats begin so.
const PREFIXES: [&str; 8] = [
    "hr_fix",
    "hr_clean_",
    "hr_rpeaks_",
    "hr_ppgclean_",
    "hr_ppgpeaks_",
    "hr_heartpy_peaks_",
    "hr_rate",
    "hr_period_",
];

/// Cases that are not covered, with the reason in `docs/heart.md`.
const DEVIATIONS: [&str; 2] = ["hr_heartpy_peaks_ecg_250", "hr_heartpy_peaks_ppg_100"];

#[test]
fn every_case_of_the_manifest_is_met() {
    let Some(folder) = shared("parity/bio") else {
        return;
    };
    let text = std::fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: Vec<Value> = serde_json::from_slice(&text).expect("a list of cases");
    let mut left_out = BTreeSet::new();
    let mut n_met = 0;
    for case in &manifest {
        let name = case["name"].as_str().expect("a name");
        if !PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let Some(actual) = outcome(name, &folder) else {
            left_out.insert(name.to_owned());
            continue;
        };
        let number = |key: &str| case[key].as_f64().expect("a number");
        assert_close(
            actual,
            array(&folder.join(format!("{name}.npy"))),
            number("rtol"),
            number("atol"),
        );
        n_met += 1;
    }
    assert_eq!(left_out, DEVIATIONS.map(str::to_owned).into());
    assert_eq!(n_met, 66);
}

fn array(path: &Path) -> Vec<f64> {
    load_npy(path).iter().copied().collect()
}

/// What we compute for a case, or nothing if we do not.
fn outcome(name: &str, folder: &Path) -> Option<Vec<f64>> {
    let input = |name: &str| array(&folder.join(format!("in_{name}.npy")));
    if let Some(rest) = name.strip_prefix("hr_ppgclean_elgendi_") {
        return Some(ppg(rest).cleaned(&input(rest)).expect("a valid signal"));
    }
    if let Some(rest) = name.strip_prefix("hr_ppgpeaks_elgendi_") {
        let detection = ppg(rest).detect(&narrow(&input(rest)));
        return Some(detection.expect("a valid signal").beats.positions().into());
    }
    for (method, value) in [
        ("neurokit", EcgMethod::NeuroKit),
        ("pantompkins1985", EcgMethod::PanTompkins1985),
        ("hamilton2002", EcgMethod::Hamilton2002),
        ("elgendi2010", EcgMethod::Elgendi2010),
    ] {
        if let Some(rest) = name.strip_prefix(&format!("hr_clean_{method}_")) {
            return Some(
                ecg(rest, value)
                    .cleaned(&input(rest))
                    .expect("a valid signal"),
            );
        }
        if let Some(rest) = name.strip_prefix(&format!("hr_rpeaks_{method}_")) {
            let detection = ecg(rest, value).detect(&narrow(&input(rest)));
            return Some(detection.expect("a valid signal").beats.positions().into());
        }
    }
    if let Some(rest) = name.strip_prefix("hr_fix") {
        return Some(corrected(rest, &input));
    }
    let indices = input("peaks_ecg_250").iter().map(|&i| i as usize).collect();
    let rate = SampleRate::from_hz(250.0).expect("a valid rate");
    let beats = Beats::new(indices, 15_000, rate).expect("valid beats");
    match name {
        "hr_period_250" => beats.periods_s().ok(),
        "hr_rate_full_monotone_cubic" => beats.rate_per_sample(Interpolation::MonotoneCubic).ok(),
        "hr_rate1hz_cubic" => beats.heart_rate(Interpolation::Cubic).ok(),
        "hr_rate1hz_linear" => beats.heart_rate(Interpolation::Linear).ok(),
        "hr_rate1hz_monotone_cubic" => beats.heart_rate(Interpolation::MonotoneCubic).ok(),
        "hr_rate1hz_nearest" => beats.heart_rate(Interpolation::Nearest).ok(),
        "hr_rate1hz_previous" => beats.heart_rate(Interpolation::Previous).ok(),
        "hr_rate1hz_quadratic" => beats.heart_rate(Interpolation::Quadratic).ok(),
        _ => None,
    }
}

/// A case of artefact correction, such as `class_missed_once_60s`.
fn corrected(case: &str, input: &dyn Fn(&str) -> Vec<f64>) -> Vec<f64> {
    let length = case.rsplit('_').next().expect("a length");
    let peaks = input(&format!("peaks_artefacts_{length}"));
    let n_samples = peaks[peaks.len() - 1] as usize + 1;
    let rate = SampleRate::from_hz(1000.0).expect("a valid rate");
    let beats = Beats::at(peaks, n_samples, rate).expect("valid beats");
    let mut config = ArtifactConfig {
        form: ArtifactForm::NeuroKit,
        ..ArtifactConfig::default()
    };
    if case.contains("_once_") {
        config.max_passes = 1;
    }
    let corrector = ArtifactCorrector::new(&config).expect("a valid configuration");
    let word = case.split('_').nth(1).expect("a second word");
    let space = corrector.space(&beats);
    let correction = corrector.correct(&beats).expect("valid beats");
    let indices = |list: &[usize]| list.iter().map(|&i| i as f64).collect();
    match (case.split('_').next(), word) {
        (Some("peaks"), _) => correction.beats.positions().to_vec(),
        (Some("class"), "ectopic") => indices(&correction.last_pass.ectopic),
        (Some("class"), "missed") => indices(&correction.last_pass.missed),
        (Some("class"), "extra") => indices(&correction.last_pass.extra),
        (Some("class"), "longshort") => indices(&correction.last_pass.long_short),
        (Some("space"), "rr") => space.rr,
        (Some("space"), "drrs") => space.drr,
        (Some("space"), "mrrs") => space.mrr,
        (Some("space"), "s12") => space.s12,
        (Some("space"), "s22") => space.s22,
        _ => panic!("{case} is not known"),
    }
}

/// The rate in a signal's name, as in `ecg_500_noisy`.
fn rate(signal: &str) -> SampleRate {
    let hz = signal.split('_').nth(1).and_then(|hz| hz.parse().ok());
    SampleRate::from_hz(hz.expect("a rate in the name")).expect("a valid rate")
}

fn ecg(signal: &str, method: EcgMethod) -> EcgDetector {
    let mut config = EcgConfig::new(rate(signal));
    config.method = method;
    config.refinement = Refinement::AsMarked;
    EcgDetector::new(&config).expect("a valid configuration")
}

fn ppg(signal: &str) -> PpgDetector {
    let mut config = PpgConfig::new(rate(signal));
    config.method = PpgMethod::Elgendi2013;
    config.refinement = Refinement::AsMarked;
    PpgDetector::new(&config).expect("a valid configuration")
}

fn narrow(signal: &[f64]) -> Vec<f32> {
    signal.iter().map(|&x| x as f32).collect()
}
