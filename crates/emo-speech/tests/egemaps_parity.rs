//! eGeMAPS against openSMILE: a recording of the repository, and every case of the shared references where they are.
#![cfg(feature = "flac")]

use std::path::Path;

use emo_speech::{EGEMAPS_DESCRIPTORS, EGEMAPS_FUNCTIONALS, Egemaps, decode_file};
use emo_testing::{fixture, load_npy, shared};
use serde_json::Value;

/// Relative tolerance of the manifest, for single precision and pitch candidates.
const RTOL: f64 = 0.01;
/// Share of a recording's descriptors that may be outside, where the manifest allows 0.05; the most is 0.0183.
const DESCRIPTORS_OUTSIDE: f64 = 0.02;

/// Share of the values outside their tolerance, by column; `columns` says which of ours the reference has.
fn outside(
    actual: &[f32],
    expected: &[f64],
    atol: &[f64],
    columns: &[usize],
    width: usize,
) -> Vec<f64> {
    let n_rows = expected.len() / columns.len();
    let misses = |index: usize, column: usize| {
        (0..n_rows)
            .filter(|row| {
                let a = f64::from(actual[row * width + column]);
                let e = expected[row * columns.len() + index];
                (a - e).abs() > atol[index] + RTOL * e.abs()
            })
            .count()
    };
    let shares = columns.iter().enumerate();
    shares
        .map(|(index, &column)| misses(index, column) as f64 / n_rows as f64)
        .collect()
}

fn flat(path: impl AsRef<Path>) -> Vec<f64> {
    load_npy(path).iter().copied().collect()
}

#[test]
fn a_recording_of_the_repository_has_the_descriptors_of_opensmile() {
    let audio = decode_file(fixture("emo-speech/espeak_en_m_16k.flac")).unwrap();
    let mut egemaps = Egemaps::new(16_000).unwrap();
    let actual = egemaps.descriptors(audio.samples()).unwrap();
    let expected = flat(fixture("emo-speech/egemaps_lld.npy"));
    assert_eq!(actual.len(), expected.len());
    let atol = flat(fixture("emo-speech/egemaps_lld_atol.npy"));
    let columns: Vec<usize> = (0..25).collect();
    let actual: Vec<f32> = actual.iter().copied().collect();
    let shares = outside(&actual, &expected, &atol, &columns, 25);
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    eprintln!("{mean:.4} of the values outside");
    assert!(mean <= DESCRIPTORS_OUTSIDE, "{mean}");
}

#[test]
fn a_recording_of_the_repository_has_the_functionals_of_opensmile() {
    let audio = decode_file(fixture("emo-speech/espeak_en_m_16k.flac")).unwrap();
    let mut egemaps = Egemaps::new(16_000).unwrap();
    let actual = egemaps.functionals(audio.samples()).unwrap().to_vec();
    let expected = flat(fixture("emo-speech/egemaps_func.npy"));
    let atol = flat(fixture("emo-speech/egemaps_func_atol.npy"));
    let missed = missed(&actual, &expected, &atol, &EGEMAPS_FUNCTIONALS);
    eprintln!("outside the tolerance: {missed:?}");
    // Of this recording openSMILE leaves out the last frame, which is voiced.
    assert!(missed.len() <= 10);
}

fn missed<'a>(actual: &[f32], expected: &[f64], atol: &[f64], names: &[&'a str]) -> Vec<&'a str> {
    let is_missed = |i: &usize| {
        let difference = (f64::from(actual[*i]) - expected[*i]).abs();
        difference > atol[*i] + RTOL * expected[*i].abs()
    };
    (0..names.len())
        .filter(is_missed)
        .map(|i| names[i])
        .collect()
}

#[test]
fn the_shared_references_are_met() {
    let Some(folder) = shared("parity/av") else {
        eprintln!("skipped: the folder of shared references is not here");
        return;
    };
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let cases = manifest.as_array().unwrap().iter();
    for case in cases.filter(|case| case["peer"] == "opensmile") {
        let name = case["name"].as_str().unwrap();
        let is_lld = name.contains("_lld_");
        let ours: &[&str] = if is_lld {
            &EGEMAPS_DESCRIPTORS
        } else {
            &EGEMAPS_FUNCTIONALS
        };
        let names: Vec<&str> = case["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_str().unwrap())
            .collect();
        let columns: Vec<usize> = names
            .iter()
            .map(|name| ours.iter().position(|o| o == name).unwrap())
            .collect();
        let audio = decode_file(folder.join(case["inputs"][0].as_str().unwrap())).unwrap();
        let mut egemaps = Egemaps::new(audio.sample_rate()).unwrap();
        let actual: Vec<f32> = if is_lld {
            egemaps
                .descriptors(audio.samples())
                .unwrap()
                .iter()
                .copied()
                .collect()
        } else {
            egemaps.functionals(audio.samples()).unwrap().to_vec()
        };
        let expected = flat(folder.join(case["output"].as_str().unwrap()));
        let atol = flat(folder.join(case["atol_file"].as_str().unwrap()));
        if is_lld {
            assert_eq!(actual.len() / 25, expected.len() / names.len());
            let shares = outside(&actual, &expected, &atol, &columns, 25);
            let mean = shares.iter().sum::<f64>() / shares.len() as f64;
            eprintln!("{name}: {mean:.4} of the values outside");
            let allowed = case["allowed_fraction_outside"].as_f64().unwrap();
            assert!(mean <= allowed.min(DESCRIPTORS_OUTSIDE), "{name}: {mean}");
        } else {
            let actual: Vec<f32> = columns.iter().map(|&i| actual[i]).collect();
            let missed = missed(&actual, &expected, &atol, &names);
            let n_met = names.len() - missed.len();
            eprintln!(
                "{name}: {n_met} of {} within the tolerance; not {missed:?}",
                names.len()
            );
            // The least is 53 of 62.
            assert!(n_met * 6 >= names.len() * 5, "{name}: {n_met}");
        }
    }
}
