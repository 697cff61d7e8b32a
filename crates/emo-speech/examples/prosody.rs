//! Prosody of recordings as JSON, with the time that each part took: `prosody FILE…`. For each file the values of
//! `Prosody` by name, and the tracks that they are made of; `peers/praat.py` sets them beside Praat and librosa.
#![expect(clippy::print_stdout, reason = "a program prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use emo_speech::{
    FormantTracker, FormantTrackerConfig, Harmonicity, HarmonicityConfig, Intensity,
    IntensityConfig, PROSODY_NAMES, PeriodLimits, PitchTracker, PitchTrackerConfig, Prosody, Pyin,
    PyinConfig, Yin, YinConfig, decode_file, glottal_pulses, jitter, shimmer,
};
use serde_json::{Value, json};

/// Seconds by part.
#[derive(Default)]
struct Clock(BTreeMap<&'static str, f64>);

impl Clock {
    /// Runs it three times and counts the fastest, since the machine may have other work.
    fn time<T>(&mut self, part: &'static str, mut run: impl FnMut() -> T) -> T {
        let mut timed = || {
            let start = Instant::now();
            let result = run();
            (start.elapsed().as_secs_f64(), result)
        };
        let (mut fastest, mut result) = timed();
        for _ in 0..2 {
            let (seconds, again) = timed();
            (fastest, result) = (fastest.min(seconds), again);
        }
        *self.0.entry(part).or_default() += fastest;
        result
    }
}

fn measure(path: &str, clock: &mut Clock) -> Result<Value, Box<dyn Error>> {
    let audio = decode_file(path)?;
    let (samples, rate) = (audio.to_mono(), audio.sample_rate());
    *clock.0.entry("audio").or_default() += samples.len() as f64 / f64::from(rate);

    let mut prosody = Prosody::new(rate)?;
    let values = clock.time("prosody", || prosody.compute(&samples))?;
    let mut tracker = PitchTracker::new(PitchTrackerConfig::new(rate))?;
    let pitch = clock.time("pitch", || tracker.compute(&samples))?;
    let pulses = clock.time("pulses", || glottal_pulses(&samples, rate, &pitch))?;
    clock.time("jitter and shimmer", || {
        jitter(&pulses, PeriodLimits::default());
        shimmer(&samples, rate, &pulses, PeriodLimits::default())
    })?;
    let mut harmonicity = Harmonicity::new(HarmonicityConfig::new(rate))?;
    let hnr = clock.time("harmonicity", || harmonicity.compute(&samples))?;
    let mut tracker = FormantTracker::new(FormantTrackerConfig::new(rate))?;
    let formants = clock.time("formants", || tracker.compute(&samples))?;
    let analysis = Intensity::new(IntensityConfig::new(rate))?;
    let intensity = clock.time("intensity", || analysis.compute(&samples))?;
    let mut yin = Yin::new(YinConfig::new(rate))?;
    let yin = clock.time("yin", || yin.compute(&samples))?;
    let mut pyin = Pyin::new(PyinConfig::new(rate))?;
    let pyin = clock.time("pyin", || pyin.compute(&samples))?;

    let named = PROSODY_NAMES.iter().zip(&values);
    let formant = |number| -> Vec<Option<f64>> {
        let track = formants.formant(number);
        track.map(|formant| Some(formant?.frequency)).collect()
    };
    Ok(json!({
        "values": named.map(|(name, value)| (*name, *value)).collect::<BTreeMap<_, _>>(),
        "pulses": pulses,
        "f0": pitch.frames().iter().map(|f| f.frequency).collect::<Vec<_>>(),
        "hnr": hnr.decibels(),
        "f1": formant(1),
        "f2": formant(2),
        "f3": formant(3),
        "intensity": intensity.decibels(),
        "yin": yin.iter().map(|f| f.frequency).collect::<Vec<_>>(),
        "pyin": pyin.iter().map(|f| f.frequency).collect::<Vec<_>>(),
        "pyin_probability": pyin.iter().map(|f| f.voiced_probability).collect::<Vec<_>>(),
    }))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut clock = Clock::default();
    let mut files = BTreeMap::new();
    for path in std::env::args().skip(1) {
        let values = measure(&path, &mut clock).map_err(|error| format!("{path}: {error}"))?;
        files.insert(path, values);
    }
    println!("{}", json!({ "files": files, "seconds": clock.0 }));
    Ok(())
}
