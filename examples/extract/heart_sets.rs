//! The feature sets of heart rate, ECG, PPG and intervals.

use emo_examples::Heart;
use emo_fusion::hr::{HeartRateWindow, HeartRateWindowConfig, Hrv, HrvConfig};

use crate::{
    Failure,
    sets::{ALL, FeatureSet, Features, Sets},
};

pub(crate) const HR: &[FeatureSet<Heart>] = &[
    FeatureSet {
        name: "seed",
        about: "heart rate of each second scaled to the window's range, without windows of the last 15 s",
        plan: |window_s| {
            let mut config = HeartRateWindowConfig::default();
            config.window_len = whole_seconds(window_s)?;
            Ok(Box::new(Seed {
                seconds: config.window_len,
                window: HeartRateWindow::new(&config)?,
            }))
        },
    },
    FeatureSet {
        name: "bpm",
        about: "the same in beats per minute",
        plan: |window_s| {
            Ok(Box::new(Bpm {
                seconds: whole_seconds(window_s)?,
            }))
        },
    },
    FeatureSet {
        name: "hrv",
        about: "all indices of heart rate variability, empty where the recording is too short for one",
        plan: |_| Ok(Box::new(Variability(Hrv::new(&HrvConfig::default())?))),
    },
    FeatureSet {
        name: "beats",
        about: "a row per beat: its time, the interval before it, as found and corrected, and what was wrong with it",
        plan: |_| Ok(Box::new(BeatList)),
    },
    FeatureSet {
        name: "quality",
        about: "how far the beats can be trusted from 0 to 1, and how many of them were corrected",
        plan: |_| Ok(Box::new(Quality)),
    },
    FeatureSet {
        name: ALL,
        about: "seed, bpm, hrv and quality, with the set before each name: hrv.RMSSD",
        plan: |window_s| Sets::plan(HR, &["beats"], window_s),
    },
];

/// The default is the input of the project's heart-rate network.
fn whole_seconds(window_s: Option<f64>) -> Result<usize, Failure> {
    match window_s.unwrap_or(15.0).round() {
        seconds if seconds >= 1.0 => Ok(seconds as usize),
        _ => Err("heart rate has one value per second: --window must be 1 or more".into()),
    }
}

struct Bpm {
    seconds: usize,
}

impl Features<Heart> for Bpm {
    fn names(&self) -> Vec<String> {
        numbered("bpm", self.seconds)
    }

    fn compute(&mut self, heart: &Heart) -> Result<Vec<f32>, Failure> {
        let bpm = heart.per_second()?;
        match bpm.len().checked_sub(self.seconds) {
            Some(start) => Ok(bpm[start..].to_vec()),
            None => Err(format!("{} s are shorter than {} s", bpm.len(), self.seconds).into()),
        }
    }
}

struct Seed {
    seconds: usize,
    window: HeartRateWindow,
}

impl Features<Heart> for Seed {
    fn names(&self) -> Vec<String> {
        numbered("hr", self.seconds)
    }

    fn compute(&mut self, heart: &Heart) -> Result<Vec<f32>, Failure> {
        let window = self.window.compute(&heart.per_second()?)?;
        Ok(window.iter().copied().collect())
    }
}

fn numbered(name: &str, n: usize) -> Vec<String> {
    (0..n).map(|second| format!("{name}_{second:02}")).collect()
}

struct Variability(Hrv);

impl Features<Heart> for Variability {
    fn names(&self) -> Vec<String> {
        Hrv::names().map(str::to_owned).collect()
    }

    fn compute(&mut self, heart: &Heart) -> Result<Vec<f32>, Failure> {
        let rr = heart.rr.as_ref().ok_or(NEEDS_BEATS)?;
        let indices = self.0.compute(rr)?;
        let values = indices.values().iter();
        Ok(values
            .map(|index| index.value.map_or(f32::NAN, |value| value as f32))
            .collect())
    }
}

const NEEDS_BEATS: &str =
    "a heart rate has no beats: this set is for `--signal ecg`, `ppg` or `rr`";

/// As a file of numbers has them.
const KINDS: [&str; 4] = ["ectopic", "missed_before", "extra", "long_or_short"];

struct BeatList;

impl Features<Heart> for BeatList {
    fn names(&self) -> Vec<String> {
        let times = ["beat_s", "rr_ms"].into_iter();
        times.chain(KINDS).map(str::to_owned).collect()
    }

    fn compute(&mut self, _: &Heart) -> Result<Vec<f32>, Failure> {
        Err("beats have rows of their own".into())
    }

    fn rows(&mut self, heart: &Heart) -> Result<Vec<(f64, Vec<f32>)>, Failure> {
        let beats = heart.beats.as_ref().ok_or(NEEDS_BEATS)?;
        let hz = beats.found.sample_rate().hz();
        let lists = beats.artifacts.lists();
        let mut previous = f64::NAN;
        let rows = beats
            .found
            .positions()
            .iter()
            .enumerate()
            .map(|(beat, position)| {
                let seconds = position / hz;
                let rr_ms = 1000.0 * (seconds - previous);
                previous = seconds;
                let mut row = vec![seconds as f32, rr_ms as f32];
                row.extend(lists.map(|list| f32::from(u8::from(list.contains(&beat)))));
                (seconds, row)
            });
        Ok(rows.collect())
    }
}

struct Quality;

impl Features<Heart> for Quality {
    fn names(&self) -> Vec<String> {
        let names = ["quality", "inverted", "n_beats", "mean_bpm"].into_iter();
        let counts = KINDS.map(|kind| format!("n_{kind}"));
        names.map(str::to_owned).chain(counts).collect()
    }

    fn compute(&mut self, heart: &Heart) -> Result<Vec<f32>, Failure> {
        let beats = heart.beats.as_ref().ok_or(NEEDS_BEATS)?;
        let finding = heart.finding;
        let bpm = heart.per_second();
        let mean = |bpm: Vec<f32>| bpm.iter().sum::<f32>() / bpm.len() as f32;
        let mut values = vec![
            finding.map_or(f32::NAN, |finding| finding.quality),
            finding.map_or(f32::NAN, |finding| f32::from(u8::from(finding.inverted))),
            beats.found.positions().len() as f32,
            bpm.map_or(f32::NAN, mean),
        ];
        values.extend(beats.artifacts.lists().map(|list| list.len() as f32));
        Ok(values)
    }
}
