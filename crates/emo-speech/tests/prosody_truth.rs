//! Prosody against what synthetic voices were made with, where the folder of shared references is present. Praat's own
//! error, from its values in the same folder, stands beside ours; `cargo test -- --nocapture` shows both.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use emo_speech::{
    FormantTracker, FormantTrackerConfig, PeriodLimits, PitchTrack, PitchTracker,
    PitchTrackerConfig, glottal_pulses, jitter, shimmer,
};
use emo_testing::{load_npy, shared};
use serde_json::Value;

mod clip;
use clip::{Clip, read_pcm16};

// What the methods themselves are off by, in round numbers.
// A window averages over periods that differ.
const PITCH_SHARE: f64 = 1e-3;
// Of a resonance of 80 Hz an eighth is left when the next pulse comes after 1/120 s; a period that is 1 % early meets it up to
// 0.4 radians sooner, which moves the pulse and changes its height by as much as a twentieth.
const JITTER: f64 = 3e-3;
const SHIMMER: f64 = 0.03;
// What listeners hardly hear: J. L. Flanagan, A difference limen for vowel formant frequency, Journal of the Acoustical
// Society of America 27, 1955, found 3 to 5 %.
const FORMANT_SHARE: f64 = 0.03;
// A glide within a window.
const GLIDE_SHARE: f64 = 0.02;
const MEDIAN_GLIDE_SHARE: f64 = 5e-3;
/// How near a change of voicing frames are left out, in seconds: a window of three periods of 75 Hz sees both sides.
const MARGIN: f64 = 0.03;

const VOWELS: [&str; 4] = ["clean", "jitter", "shimmer", "both"];

fn clip(folder: &Path, name: &str) -> Clip {
    read_pcm16(&folder.join(format!("inputs/{name}.wav")))
}

fn praat(folder: &Path, name: &str) -> Vec<f64> {
    load_npy(folder.join(format!("expected/speech/praat_{name}.npy")))
        .into_iter()
        .collect()
}

fn pitch(clip: &Clip) -> PitchTrack {
    PitchTracker::new(PitchTrackerConfig::new(clip.rate))
        .unwrap()
        .compute(&clip.samples)
        .unwrap()
}

/// Shows both errors and holds ours to `bound`, and to Praat's and a hundredth.
fn hold(what: &str, truth: f64, ours: f64, praat: f64, bound: f64) {
    let (error, theirs) = ((ours - truth).abs(), (praat - truth).abs());
    eprintln!(
        "{what}: truth {truth:.6}, ours {error:.2e} off, Praat {theirs:.2e}, bound {bound:.1e}"
    );
    assert!(
        error <= bound,
        "{what}: {ours} instead of {truth}, bound {bound}"
    );
    assert!(
        error <= 1.01 * theirs + 1e-6,
        "{what}: {error} off, Praat {theirs}"
    );
}

#[test]
fn vowels_have_the_pitch_and_the_perturbation_of_their_source() {
    let Some(folder) = shared("parity/av") else {
        return;
    };
    let truth = std::fs::read(folder.join("inputs/audio_truth.json")).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    for vowel in VOWELS {
        let name = format!("vowel_{vowel}_16000");
        let truth = &truth[format!("inputs/{name}.wav")];
        let truth = |key: &str| truth[key].as_f64().unwrap();
        let clip = clip(&folder, &name);
        let track = pitch(&clip);
        let pulses = glottal_pulses(&clip.samples, clip.rate, &track).unwrap();
        let limits = PeriodLimits::default();
        let jitter = jitter(&pulses, limits).local.unwrap();
        let shimmer = shimmer(&clip.samples, clip.rate, &pulses, limits).unwrap();
        let report = praat(&folder, &format!("voice_{name}"));

        let mean = track.voiced().sum::<f64>() / track.voiced().count() as f64;
        let f0 = truth("f0_mean_hz");
        // The mean over frames is not that over periods, where these vary.
        hold(
            &format!("{name}, Hz"),
            f0,
            mean,
            report[0],
            PITCH_SHARE * f0,
        );
        let source = truth("jitter_local_of_source");
        hold(
            &format!("{name}, jitter"),
            source,
            jitter,
            report[4],
            JITTER,
        );
        let source = truth("shimmer_local_of_source");
        let local = shimmer.local.unwrap();
        hold(
            &format!("{name}, shimmer"),
            source,
            local,
            report[9],
            SHIMMER,
        );
    }
}

#[test]
fn vowels_have_the_resonances_of_their_filter() {
    let Some(folder) = shared("parity/av") else {
        return;
    };
    let truth = std::fs::read(folder.join("inputs/audio_truth.json")).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    for vowel in VOWELS {
        let name = format!("vowel_{vowel}_16000");
        let clip = clip(&folder, &name);
        let track = FormantTracker::new(FormantTrackerConfig::new(clip.rate))
            .unwrap()
            .compute(&clip.samples)
            .unwrap();
        let report = praat(&folder, &format!("formant_{name}"));
        for number in 1..=3 {
            let hz = truth[format!("inputs/{name}.wav")]["formants_hz"][number - 1].as_f64();
            let hz = hz.unwrap();
            let ours = track
                .formant(number)
                .flatten()
                .map(|f| f.frequency)
                .collect();
            let theirs = report.iter().skip(number).step_by(7);
            let theirs = theirs.copied().filter(|f| f.is_finite()).collect();
            let what = format!("{name}, F{number}");
            hold(&what, hz, median(ours), median(theirs), FORMANT_SHARE * hz);
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn gliding_voices_have_their_pitch_in_every_frame() {
    let Some(folder) = shared("parity/av") else {
        return;
    };
    for name in ["syn_16000", "syn_22050"] {
        let truth = load_npy(folder.join(format!("inputs/{name}_true_f0.npy")));
        let truth: Vec<f64> = truth.into_iter().collect();
        // Zero is not voiced; near a change of voicing a window sees both.
        let f0_at = |time: f64| -> Option<f64> {
            let near = truth
                .chunks_exact(2)
                .filter(|p| (p[0] - time).abs() < MARGIN);
            if near.clone().any(|p| p[1] == 0.0) {
                return None;
            }
            let nearest =
                near.min_by(|a, b| (a[0] - time).abs().total_cmp(&(b[0] - time).abs()))?;
            Some(nearest[1])
        };
        let track = pitch(&clip(&folder, name));
        let theirs = praat(&folder, &format!("f0_ac_{name}"));
        let mut errors = [Vec::new(), Vec::new()];
        for (index, (time, frame)) in track.times().iter().zip(track.frames()).enumerate() {
            let Some(f0) = f0_at(time) else {
                continue;
            };
            let relative = |hz: f64| (hz / f0 - 1.0).abs();
            errors[0].push(relative(frame.frequency.unwrap_or(0.0)));
            errors[1].push(relative(theirs[2 * index + 1]));
        }
        let [ours, theirs] = errors;
        let largest = |errors: &[f64]| errors.iter().copied().fold(0.0, f64::max);
        eprintln!("{name}: {} voiced frames", ours.len());
        assert!(ours.len() > 200, "{name}: {} voiced frames", ours.len());
        let (a, b) = (largest(&ours), largest(&theirs));
        hold(&format!("{name}, largest share"), 0.0, a, b, GLIDE_SHARE);
        hold(
            &format!("{name}, median share"),
            0.0,
            median(ours),
            median(theirs),
            MEDIAN_GLIDE_SHARE,
        );
    }
}
