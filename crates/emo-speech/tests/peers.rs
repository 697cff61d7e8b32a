//! Every case of the folder of shared references that this crate covers, where that folder is present.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(all(feature = "flac", feature = "mp3", feature = "ogg", feature = "wav"))]
use emo_speech::decode_file;
use emo_speech::{
    FrameFeature, FrameFeatures, FrameFeaturesConfig, FramePreset, GmmVad, GmmVadConfig, MelScale,
    MelSpectrogram, MelSpectrogramConfig, Mfcc, MfccConfig, SeedFeatures, SeedFeaturesConfig,
    TrimConfig, VadMode, Yin, YinConfig, pitch_shift, resample, resample_polyphase, rms, split,
    time_stretch, trim, zero_crossing_rate,
};
use emo_testing::{assert_close, load_npy, shared};
use serde_json::Value;

/// Runs `compute` on the input of each case whose name begins with `prefix` and returns how many there were.
fn compare(prefix: &str, compute: impl Fn(&str, &[f32], u32) -> Vec<f32>) -> usize {
    let Some(folder) = shared("parity/av") else {
        return 0;
    };
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let cases = manifest.as_array().unwrap().iter();
    let mut n_cases = 0;
    for case in cases.filter(|case| text(case, "name").starts_with(prefix)) {
        let name = text(case, "name");
        eprintln!("{name}");
        let (samples, rate) = read_pcm16(&folder.join(case["inputs"][0].as_str().unwrap()));
        let actual = compute(name, &samples, rate);
        check(&folder, case, &actual);
        n_cases += 1;
    }
    n_cases
}

fn check(folder: &Path, case: &Value, actual: &[f32]) {
    let expected = load_npy(folder.join(text(case, "output")));
    let expected: Vec<f64> = expected.iter().copied().collect();
    assert_eq!(actual.len(), expected.len());
    let rtol = case["rtol"].as_f64().unwrap();
    let atol = case["atol"].as_f64().unwrap();
    let left_out = match &case["leave_out_samples"] {
        Value::Array(ends) => index(&ends[0])..index(&ends[1]),
        _ => 0..0,
    };
    if let Some(limits) = case["atol_file"].as_str() {
        let limits: PathBuf = folder.join(limits);
        for ((a, e), limit) in actual.iter().zip(&expected).zip(load_npy(limits)) {
            assert_close([*a], [*e], rtol, limit);
        }
        return;
    }
    let kept = |(i, _): &(usize, f64)| !left_out.contains(i);
    let actual = actual.iter().map(|&x| f64::from(x)).enumerate();
    assert_close(
        actual.filter(kept).map(|(_, x)| x),
        expected
            .into_iter()
            .enumerate()
            .filter(kept)
            .map(|(_, x)| x),
        rtol,
        atol,
    );
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Samples of a WAV file with the plain 44-byte header and one channel of 16 bits.
fn read_pcm16(path: &Path) -> (Vec<f32>, u32) {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[36..40], b"data");
    let rate = u32::from_le_bytes(bytes[24..28].try_into().unwrap());
    let samples = bytes[44..]
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0)
        .collect();
    (samples, rate)
}

/// 2.5 s from 0.6 s, as the references have it.
fn cut(samples: &[f32], rate: u32) -> &[f32] {
    let start = (rate * 6 / 10) as usize;
    let end = start + (rate * 25 / 10) as usize;
    &samples[start..end.min(samples.len())]
}

fn n_present(n_cases: usize, expected: usize) {
    assert!(
        n_cases == expected || shared("parity/av").is_none(),
        "{n_cases} cases"
    );
}

#[test]
fn seed_features_are_those_of_librosa() {
    let n_cases = compare("kist_vector_", |_, samples, rate| {
        let mut features = SeedFeatures::new(SeedFeaturesConfig::default()).unwrap();
        features.compute(samples, rate).unwrap().to_vec()
    });
    n_present(n_cases, 3);
}

#[test]
fn mfcc_are_those_of_librosa() {
    let n_cases = compare("mfcc20_", |_, samples, rate| {
        let mut mfcc = Mfcc::new(MfccConfig::new(rate)).unwrap();
        mfcc.compute(cut(samples, rate))
            .unwrap()
            .into_iter()
            .collect()
    });
    n_present(n_cases, 4);
}

#[test]
fn mfcc_with_the_htk_scale_and_lifter_are_those_of_librosa() {
    let n_cases = compare("mfcc13_htk_", |_, samples, rate| {
        let mut config = MfccConfig::new(rate);
        config.mel.n_fft = 512;
        config.mel.hop_len = 160;
        config.mel.n_mels = 40;
        config.mel.scale = MelScale::Htk;
        config.n_mfcc = 13;
        config.lifter = 22;
        let mut mfcc = Mfcc::new(config).unwrap();
        let values = mfcc.compute(cut(samples, rate)).unwrap();
        values
            .slice_move(ndarray::s![.., ..100])
            .into_iter()
            .collect()
    });
    n_present(n_cases, 4);
}

#[test]
fn mel_spectra_are_those_of_librosa() {
    let n_cases = compare("mel128_", |name, samples, rate| {
        let segment = cut(samples, rate);
        let values = if name.starts_with("mel128_db_") {
            let mut mfcc = Mfcc::new(MfccConfig::new(rate)).unwrap();
            mfcc.mel_db(segment).unwrap()
        } else {
            let mut mel = MelSpectrogram::new(MelSpectrogramConfig::new(rate)).unwrap();
            mel.compute(segment).unwrap()
        };
        values.into_iter().collect()
    });
    n_present(n_cases, 8);
}

#[test]
fn zero_crossing_rates_are_those_of_librosa() {
    let n_cases = compare("zcr_", |_, samples, rate| {
        zero_crossing_rate(cut(samples, rate), 2048, 512).unwrap()
    });
    n_present(n_cases, 4);
}

#[test]
fn rms_is_that_of_librosa() {
    let n_cases = compare("rms_", |_, samples, rate| {
        rms(cut(samples, rate), 2048, 512).unwrap()
    });
    n_present(n_cases, 4);
}

#[test]
fn resampled_tones_are_those_of_soxr() {
    let convert = |name: &str, samples: &[f32], rate| {
        let target = name.rsplit('_').next().unwrap().parse().unwrap();
        resample(samples, rate, target).unwrap()
    };
    n_present(compare("resample_inband_", convert), 4);
    n_present(compare("resample_tones_", convert), 2);
}

#[test]
fn polyphase_resampling_is_that_of_scipy() {
    let n_cases = compare("resample_poly_", |name, samples, rate| {
        let target = name.rsplit('_').next().unwrap().parse().unwrap();
        resample_polyphase(samples, rate, target).unwrap()
    });
    n_present(n_cases, 2);
}

#[test]
fn resampled_speech_is_that_of_soxr() {
    let n_cases = compare("resample_soxr_hq_", |name, samples, rate| {
        let target = name.rsplit('_').next().unwrap().parse().unwrap();
        let start = (rate / 2) as usize;
        resample(&samples[start..2 * start], rate, target).unwrap()
    });
    n_present(n_cases, 2);
}

#[test]
fn voice_is_found_where_webrtcvad_finds_it() {
    let modes = [
        VadMode::Quality,
        VadMode::LowBitrate,
        VadMode::Aggressive,
        VadMode::VeryAggressive,
    ];
    let n_cases = compare("webrtcvad_", |name, samples, rate| {
        let mut parts = name.split('_').skip(1);
        let mut number = || -> u64 {
            let digits = parts.next().unwrap().trim_matches(char::is_alphabetic);
            digits.parse().unwrap()
        };
        let mut config = GmmVadConfig::new(rate);
        config.mode = modes[usize::try_from(number()).unwrap()];
        config.frame = Duration::from_millis(number());
        let decisions = GmmVad::new(config).unwrap().detect(samples).unwrap();
        decisions.into_iter().map(f32::from).collect()
    });
    n_present(n_cases, 24);
}

#[test]
fn silence_is_where_librosa_finds_it() {
    let config = |name: &str| {
        let mut config = TrimConfig::default();
        let digits = name.split('_').next().unwrap();
        config.top_db = digits
            .trim_start_matches(char::is_alphabetic)
            .parse()
            .unwrap();
        config
    };
    let n_cases = compare("trim", |name, samples, _| {
        let span = trim(samples, &config(name)).unwrap();
        vec![span.start as f32, span.end as f32]
    });
    n_present(n_cases, 18);
    let n_cases = compare("split", |name, samples, _| {
        let spans = split(samples, &config(name)).unwrap();
        let ends = spans.iter().flat_map(|span| [span.start, span.end]);
        ends.map(|end| end as f32).collect()
    });
    n_present(n_cases, 18);
}

/// Samples, level, pitch and brightness after each edit, as the references have them.
#[test]
fn edits_have_the_statistics_of_librosa() {
    let n_cases = compare("edit_stats_", |_, samples, rate| {
        let segment = cut(samples, rate);
        let edited = [
            pitch_shift(segment, 2.0),
            pitch_shift(segment, 0.7),
            pitch_shift(segment, -3.0),
            time_stretch(segment, 0.8),
            time_stretch(segment, 1.25),
            Ok(segment.to_vec()),
        ];
        let mut statistics = Vec::new();
        for edit in edited {
            let edit = edit.unwrap();
            let mean = edit.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / edit.len() as f64;
            let levels = rms(&edit, 2048, 512).unwrap();
            let loudest = levels.iter().copied().fold(0.0, f32::max);
            let median = |values: Vec<f64>| {
                let mut kept: Vec<f64> = values
                    .into_iter()
                    .zip(&levels)
                    .filter(|&(_, &level)| level > 0.3 * loudest)
                    .map(|(x, _)| x)
                    .collect();
                kept.sort_by(f64::total_cmp);
                f64::midpoint(kept[(kept.len() - 1) / 2], kept[kept.len() / 2])
            };
            let pitch = Yin::new(YinConfig::new(rate))
                .unwrap()
                .compute(&edit)
                .unwrap();
            let wanted = vec![FrameFeature::Centroid];
            let config = FrameFeaturesConfig::new(FramePreset::Librosa, rate, wanted);
            let centroid = FrameFeatures::new(config).unwrap().compute(&edit).unwrap();
            statistics.extend([
                edit.len() as f64,
                mean.sqrt(),
                median(pitch.iter().map(|frame| frame.frequency).collect()),
                median(centroid.iter().map(|&x| x.into()).collect()),
            ]);
        }
        statistics.into_iter().map(|x| x as f32).collect()
    });
    n_present(n_cases, 2);
}

#[cfg(all(feature = "flac", feature = "mp3", feature = "ogg", feature = "wav"))]
#[test]
fn files_are_decoded_as_by_libsndfile() {
    let Some(folder) = shared("parity/av") else {
        return;
    };
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let mut n_cases = 0;
    for case in manifest.as_array().unwrap() {
        let name = text(case, "name");
        if !name.starts_with("decode_") {
            continue;
        }
        eprintln!("{name}");
        let audio = decode_file(folder.join(case["inputs"][0].as_str().unwrap())).unwrap();
        if let Some(total) = case["total_samples"].as_u64() {
            assert_eq!(audio.n_frames() as u64, total);
        }
        let scale = if text(case, "dtype") == "int16" {
            32_768.0
        } else {
            1.0
        };
        let samples = match name.ends_with("_mono") {
            true => audio.to_mono(),
            false => audio.samples().to_vec(),
        };
        let len = load_npy(folder.join(text(case, "output"))).len();
        let actual: Vec<f32> = samples.iter().take(len).map(|x| x * scale).collect();
        check(&folder, case, &actual);
        n_cases += 1;
    }
    n_present(n_cases, 12);
}
