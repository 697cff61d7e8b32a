//! Prosody against Praat and librosa: every case of the folder of shared references that belongs here, where that folder
//! is present.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_speech::{
    FormantTracker, FormantTrackerConfig, Harmonicity, HarmonicityConfig, Intensity,
    IntensityConfig, PeriodLimits, PitchMethod, PitchTrack, PitchTracker, PitchTrackerConfig, Pyin,
    PyinConfig, Yin, YinConfig, glottal_pulses, jitter, linear_prediction, shimmer,
};
use emo_testing::{load_npy, shared};
use serde_json::Value;

mod clip;
use clip::{Clip, read_pcm16};

/// Holds `compute`, which returns rows of columns, to all cases whose name begins with `prefix`.
fn check(prefix: &str, n_cases: usize, compute: impl Fn(&Clip) -> Vec<f64>) {
    let Some(folder) = shared("parity/av") else {
        return;
    };
    let text = std::fs::read(folder.join("manifest.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&text).unwrap();
    let mut failures = Vec::new();
    let mut n_found = 0;
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        if !name.starts_with(prefix) {
            continue;
        }
        n_found += 1;
        let clip = read_pcm16(&folder.join(case["inputs"][0].as_str().unwrap()));
        let actual = compute(&clip);
        let expected = load_npy(folder.join(case["output"].as_str().unwrap()));
        let expected: Vec<f64> = expected.into_iter().collect();
        let rtol = case["rtol"].as_f64().unwrap();
        let limits: Vec<f64> = match case["atol_file"].as_str() {
            Some(file) => load_npy(folder.join(file)).into_iter().collect(),
            None => vec![case["atol"].as_f64().unwrap()],
        };
        let outside_limit = case["allowed_fraction_outside"].as_f64().unwrap_or(0.0);
        if actual.len() != expected.len() {
            failures.push(format!(
                "{name}: {} values instead of {}",
                actual.len(),
                expected.len()
            ));
            continue;
        }
        let n_columns = limits.len();
        let misses = |column: usize| -> Vec<usize> {
            (column..actual.len())
                .step_by(n_columns)
                .filter(|&k| {
                    let (a, e) = (actual[k], expected[k]);
                    let is_equal = a.is_nan() && e.is_nan() || a == e;
                    let excess = (a - e).abs() / (limits[column] + rtol * e.abs());
                    !is_equal && (excess.is_nan() || excess > 1.0)
                })
                .collect()
        };
        let n_rows = actual.len() / n_columns;
        for (column, limit) in limits.iter().enumerate() {
            let missed = misses(column);
            let share = missed.len() as f64 / n_rows as f64;
            eprintln!("{name} column {column}: {:.2} % outside", 100.0 * share);
            if share > outside_limit {
                let k = missed[0];
                failures.push(format!(
                    "{name} column {column}: {:.1} % outside, first at row {}: {} instead of {}, limit {} + {rtol} of it",
                    100.0 * share,
                    k / n_columns,
                    actual[k],
                    expected[k],
                    limit,
                ));
            }
        }
    }
    assert_eq!(n_found, n_cases, "cases of {prefix}");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn track(clip: &Clip, method: PitchMethod) -> PitchTrack {
    let mut config = PitchTrackerConfig::new(clip.rate);
    config.method = method;
    PitchTracker::new(config)
        .unwrap()
        .compute(&clip.samples)
        .unwrap()
}

fn frequencies(track: &PitchTrack) -> Vec<f64> {
    let frames = track.times().iter().zip(track.frames());
    frames
        .flat_map(|(time, frame)| [time, frame.frequency.unwrap_or(0.0)])
        .collect()
}

#[test]
fn praat_pitch_by_autocorrelation() {
    check("praat_f0_ac_", 10, |clip| {
        frequencies(&track(clip, PitchMethod::Autocorrelation))
    });
}

#[test]
fn praat_pitch_by_cross_correlation() {
    check("praat_f0_cc_", 6, |clip| {
        frequencies(&track(clip, PitchMethod::CrossCorrelation))
    });
}

fn pulses(clip: &Clip) -> Vec<f64> {
    let track = track(clip, PitchMethod::Autocorrelation);
    glottal_pulses(&clip.samples, clip.rate, &track).unwrap()
}

#[test]
fn praat_pulses() {
    check("praat_pulses_", 10, pulses);
}

fn harmonicity(clip: &Clip, method: PitchMethod) -> Vec<(f64, Option<f64>)> {
    let mut config = HarmonicityConfig::new(clip.rate);
    config.method = method;
    if method == PitchMethod::GaussianAutocorrelation {
        config.n_periods = 4.5;
    }
    let track = Harmonicity::new(config)
        .unwrap()
        .compute(&clip.samples)
        .unwrap();
    track
        .times()
        .iter()
        .zip(track.decibels().to_vec())
        .collect()
}

#[test]
fn praat_harmonicity() {
    check("praat_hnr_cc_", 6, |clip| {
        harmonicity(clip, PitchMethod::CrossCorrelation)
            .into_iter()
            .flat_map(|(time, db)| [time, db.unwrap_or(-200.0)])
            .collect()
    });
}

fn mean_and_sd(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sum: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    [mean, (sum / (n - 1.0)).sqrt()]
}

#[test]
fn praat_voice_report() {
    check("praat_voice_", 10, |clip| {
        let track = track(clip, PitchMethod::Autocorrelation);
        let mut voiced: Vec<f64> = track.voiced().collect();
        let pulses = pulses(clip);
        let limits = PeriodLimits::default();
        let jitter = jitter(&pulses, limits);
        let shimmer = shimmer(&clip.samples, clip.rate, &pulses, limits).unwrap();
        let [mean, sd] = mean_and_sd(&voiced);
        voiced.sort_by(f64::total_cmp);
        let n = voiced.len();
        let median = 0.5 * (voiced[n / 2] + voiced[(n - 1) / 2]);
        let hnr = |method| {
            let decibels = harmonicity(clip, method);
            mean_and_sd(&decibels.iter().filter_map(|d| d.1).collect::<Vec<_>>())
        };
        let [cc_mean, cc_sd] = hnr(PitchMethod::CrossCorrelation);
        let [ac_mean, ac_sd] = hnr(PitchMethod::GaussianAutocorrelation);
        vec![
            mean,
            median,
            sd,
            n as f64,
            jitter.local.unwrap(),
            jitter.local_absolute.unwrap(),
            jitter.rap.unwrap(),
            jitter.ppq5.unwrap(),
            3.0 * jitter.rap.unwrap(),
            shimmer.local.unwrap(),
            shimmer.local_db.unwrap(),
            shimmer.apq3.unwrap(),
            shimmer.apq5.unwrap(),
            shimmer.apq11.unwrap(),
            3.0 * shimmer.apq3.unwrap(),
            cc_mean,
            cc_sd,
            ac_mean,
            ac_sd,
        ]
    });
}

#[test]
fn praat_formants() {
    check("praat_formant_", 10, |clip| {
        let track = FormantTracker::new(FormantTrackerConfig::new(clip.rate))
            .unwrap()
            .compute(&clip.samples)
            .unwrap();
        let frames = track.times().iter().enumerate();
        frames
            .flat_map(|(index, time)| {
                let formants = [0, 1, 2].map(|k| track.frames()[index].get(k).copied());
                let nan = f64::NAN;
                let [f1, f2, f3] = formants.map(|f| f.map_or(nan, |f| f.frequency));
                let [b1, b2, b3] = formants.map(|f| f.map_or(nan, |f| f.bandwidth));
                [time, f1, f2, f3, b1, b2, b3]
            })
            .collect()
    });
}

#[test]
fn praat_intensity() {
    check("praat_intensity_", 6, |clip| {
        let track = Intensity::new(IntensityConfig::new(clip.rate))
            .unwrap()
            .compute(&clip.samples)
            .unwrap();
        let frames = track.times().iter().zip(track.decibels());
        frames.flat_map(|(time, &db)| [time, db]).collect()
    });
}

#[test]
fn librosa_yin() {
    check("yin_", 4, |clip| {
        let mut yin = Yin::new(YinConfig::new(clip.rate)).unwrap();
        let frames = yin.compute(&clip.cut().samples).unwrap();
        frames.iter().map(|frame| frame.frequency).collect()
    });
}

#[test]
fn librosa_pyin() {
    let compute = |clip: &Clip| {
        let mut pyin = Pyin::new(PyinConfig::new(clip.rate)).unwrap();
        pyin.compute(&clip.cut().samples).unwrap()
    };
    check("pyin_f0_", 4, |clip| {
        let frames = compute(clip);
        let frequencies = frames.iter().map(|frame| frame.frequency);
        frequencies.map(|f| f.unwrap_or(f64::NAN)).collect()
    });
    check("pyin_prob_", 4, |clip| {
        let frames = compute(clip);
        frames
            .iter()
            .map(|frame| frame.voiced_probability)
            .collect()
    });
}

#[test]
fn librosa_linear_prediction() {
    check("lpc12_", 4, |clip| {
        let segment = &clip.cut().samples[clip.rate as usize / 2..][..2048];
        linear_prediction(segment, 12).unwrap()
    });
}
