//! The feature sets of heart rate, ECG, PPG and intervals.

use emo_examples::heart::{Heart, Run, Variability};
use emo_fusion::hr::{HeartRateWindow, HeartRateWindowConfig, Hrv};

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
        plan: |_| Ok(Box::new(Indices(Variability::new()?))),
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
        let bpm = heart.per_second()?;
        let used = bpm.len().saturating_sub(self.seconds);
        if bpm[used..].iter().any(|bpm| bpm.is_nan()) {
            return Ok(vec![f32::NAN; self.seconds]);
        }
        let window = self.window.compute(&bpm)?;
        Ok(window.iter().copied().collect())
    }
}

fn numbered(name: &str, n: usize) -> Vec<String> {
    (0..n).map(|second| format!("{name}_{second:02}")).collect()
}

struct Indices(Variability);

impl Features<Heart> for Indices {
    fn names(&self) -> Vec<String> {
        Hrv::names().map(str::to_owned).collect()
    }

    fn compute(&mut self, heart: &Heart) -> Result<Vec<f32>, Failure> {
        let rr = heart.rr()?.ok_or(NEEDS_BEATS)?;
        let indices = self.0.compute(&rr)?;
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
        let runs = heart.runs.as_ref().ok_or(NEEDS_BEATS)?;
        let rows = runs.iter().flat_map(Run::found).map(|beat| {
            let mut row = vec![beat.time_s as f32, beat.rr_ms as f32];
            row.extend((0..KINDS.len()).map(|kind| f32::from(u8::from(beat.class == Some(kind)))));
            (beat.time_s, row)
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
        let runs = heart.runs.as_ref().ok_or(NEEDS_BEATS)?;
        let finding = heart.finding;
        let rates = heart.per_second().unwrap_or_default();
        let rates: Vec<f32> = rates.into_iter().filter(|bpm| !bpm.is_nan()).collect();
        let n_beats: usize = runs.iter().map(Run::n_found).sum();
        let mut values = vec![
            finding.map_or(f32::NAN, |finding| finding.quality),
            finding.map_or(f32::NAN, |finding| f32::from(u8::from(finding.inverted))),
            n_beats as f32,
            rates.iter().sum::<f32>() / rates.len() as f32,
        ];
        values.extend((0..KINDS.len()).map(|kind| {
            let counts = runs.iter().map(|run| run.artifacts.lists()[kind].len());
            counts.sum::<usize>() as f32
        }));
        Ok(values)
    }
}
