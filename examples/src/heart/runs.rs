//! Beats that follow upon each other, and what correction makes of them.

use std::ops::Range;

use emo_fusion::hr::{
    ArtifactConfig, ArtifactCorrector, Artifacts, Beats, HrError, Interpolation, RrSeries,
    SampleRate,
};

/// Seconds between beats from which on there is a gap: beyond it the signal-quality index of Orphanidou et al. (2015)
/// takes no beat for certain, and a correction would fill it with beats that nobody has seen.
pub const PAUSE_S: f64 = 3.0;

/// Milliseconds by which an interval may miss the one before, as [`RrSeries`] has it.
const SUCCESSIVE_MS: f64 = 10.0;

/// Beats from which on there is a rate.
const MIN_RATE_BEATS: usize = 4;

/// Clock of beats that are known by their intervals alone, in Hz.
const INTERVAL_CLOCK_HZ: f64 = 1000.0;

/// Beats without a pause.
#[derive(Debug, Clone)]
pub struct Run {
    /// Where the clock of the beats begins, in seconds of the recording.
    start_s: f64,
    found: Beats,
    /// What was wrong with the beats as found, by their index.
    pub artifacts: Artifacts,
    corrected: Beats,
}

/// A beat as it was found.
#[derive(Debug, Clone, Copy)]
pub struct FoundBeat {
    /// Its time in seconds of the recording.
    pub time_s: f64,
    /// The interval before it; NaN of the first one of a run.
    pub rr_ms: f64,
    /// What is wrong with it, as an index of [`Artifacts::lists`].
    pub class: Option<usize>,
}

impl Run {
    fn new(start_s: f64, found: Beats) -> Result<Self, HrError> {
        let correction = ArtifactCorrector::new(&ArtifactConfig::default())?.correct(&found)?;
        Ok(Self {
            start_s,
            found,
            artifacts: correction.artifacts,
            corrected: correction.beats,
        })
    }

    /// The beats that a detector found in samples from `start_s` on, apart where there is a pause between them.
    ///
    /// # Errors
    /// None for what a detector found.
    pub fn of_beats(start_s: f64, beats: &Beats) -> Result<Vec<Self>, HrError> {
        let hz = beats.sample_rate().hz();
        let runs = beats
            .positions()
            .chunk_by(|before, after| after - before <= PAUSE_S * hz);
        runs.map(|run| {
            let run = Beats::at(run.to_vec(), beats.n_samples(), beats.sample_rate())?;
            Self::new(start_s, run)
        })
        .collect()
    }

    /// The beats between intervals, apart where an interval does not follow upon the one before or is a pause.
    ///
    /// # Errors
    /// None for intervals that could be read.
    pub fn of_intervals(rr: &RrSeries) -> Result<Vec<Self>, HrError> {
        let clock = SampleRate::from_hz(INTERVAL_CLOCK_HZ)?;
        let mut runs: Vec<Vec<f64>> = Vec::new();
        let mut before_s = f64::NEG_INFINITY;
        for (&ms, &time_s) in rr.intervals_ms().iter().zip(rr.times_s()) {
            let follows = ((time_s - before_s) * 1000.0 - ms).abs() <= SUCCESSIVE_MS;
            let is_pause = ms > PAUSE_S * 1000.0;
            match runs.last_mut() {
                Some(run) if follows && !is_pause => run.push(time_s),
                _ if is_pause => runs.push(vec![time_s]),
                _ => runs.push(vec![time_s - ms / 1000.0, time_s]),
            }
            before_s = time_s;
        }
        runs.into_iter()
            .map(|times| {
                let positions = times.iter().map(|t| (t - times[0]) * INTERVAL_CLOCK_HZ);
                let positions: Vec<f64> = positions.collect();
                let n_samples = positions[positions.len() - 1] as usize + 2;
                Self::new(times[0], Beats::at(positions, n_samples, clock)?)
            })
            .collect()
    }

    /// When the first beat was.
    pub fn first_s(&self) -> Option<f64> {
        self.times(&self.found).next()
    }

    /// When the last one was.
    pub fn last_s(&self) -> Option<f64> {
        self.times(&self.found).last()
    }

    /// How many beats were found.
    pub fn n_found(&self) -> usize {
        self.found.positions().len()
    }

    /// The beats as they were found.
    pub fn found(&self) -> Vec<FoundBeat> {
        let mut previous = f64::NAN;
        let beats = self.times(&self.found).map(|time_s| {
            let rr_ms = 1000.0 * (time_s - previous);
            previous = time_s;
            FoundBeat {
                time_s,
                rr_ms,
                class: None,
            }
        });
        let mut beats: Vec<FoundBeat> = beats.collect();
        for (class, list) in self.artifacts.lists().into_iter().enumerate() {
            for &beat in list {
                beats[beat].class = Some(class);
            }
        }
        beats
    }

    /// The times of the corrected beats.
    pub fn corrected_s(&self) -> impl Iterator<Item = f64> {
        self.times(&self.corrected)
    }

    /// The rate in beats per minute at whole seconds of the recording, with the first of these: from a pause before the first
    /// beat to a pause after the last, as far as there was a recording. `None` of fewer than four beats.
    ///
    /// # Errors
    /// A recording of more than a year.
    pub fn per_second(&self) -> Result<Option<(usize, Vec<f32>)>, HrError> {
        let beats = &self.corrected;
        let hz = beats.sample_rate().hz();
        let &[first, .., last] = beats.positions() else {
            return Ok(None);
        };
        if beats.positions().len() < MIN_RATE_BEATS {
            return Ok(None);
        }
        let time = |position: f64| self.start_s + position / hz;
        let from_s = time(first - PAUSE_S * hz).max(self.start_s).floor();
        let end_s = time((last + PAUSE_S * hz).min(beats.n_samples() as f64 - 1.0));
        // The beats on a clock that begins at that second, which may lie before the samples.
        let offset = (self.start_s - from_s) * hz;
        let n_samples = ((end_s - from_s) * hz).max(last + offset) as usize + 2;
        let moved = beats.positions().iter().map(|position| position + offset);
        let moved = Beats::at(moved.collect(), n_samples, beats.sample_rate())?;
        let rates = moved.heart_rate_1hz(Interpolation::default())?;
        let n_before = usize::from(from_s < self.start_s);
        let n_within = (end_s.floor() - from_s) as usize + 1;
        let rates = rates.into_iter().take(n_within).skip(n_before).collect();
        Ok(Some((from_s as usize + n_before, rates)))
    }

    /// The part between two seconds of the recording, on a clock that begins with the first; `None` without a beat.
    ///
    /// # Errors
    /// None for parts of a recording that could be read.
    pub fn part(&self, seconds: &Range<f64>) -> Result<Option<Self>, HrError> {
        let hz = self.found.sample_rate().hz();
        let recorded_s = self.start_s + self.found.n_samples() as f64 / hz;
        let from_s = seconds.start.max(self.start_s);
        let n_samples = ((seconds.end.min(recorded_s) - from_s) * hz).round();
        let from = (from_s - self.start_s) * hz;
        let end = (seconds.end - self.start_s) * hz;
        let inside = |beats: &Beats| {
            let index = |place: f64| beats.positions().partition_point(|p| *p < place);
            index(from)..index(end).max(index(from))
        };
        let cut = |beats: &Beats| {
            // Rounding of the bounds does not put a beat outside.
            let moved = beats.positions()[inside(beats)].iter();
            let moved = moved.map(|position| (position - from).min(n_samples - 1.0));
            Beats::at(moved.collect(), n_samples as usize, beats.sample_rate())
        };
        let (found, corrected) = (inside(&self.found), inside(&self.corrected));
        if found.is_empty() && corrected.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            start_s: from_s - seconds.start,
            artifacts: self.artifacts.part(found),
            found: cut(&self.found)?,
            corrected: cut(&self.corrected)?,
        }))
    }

    fn times(&self, beats: &Beats) -> impl Iterator<Item = f64> + use<'_> {
        let hz = beats.sample_rate().hz();
        let times = beats.positions().iter().map(|p| self.start_s + p / hz);
        times.collect::<Vec<_>>().into_iter()
    }
}

/// The intervals between the corrected beats of all runs, each with the time of the beat that ended it.
///
/// # Errors
/// None for runs in the order of their times.
pub fn corrected(runs: &[Run]) -> Result<RrSeries, HrError> {
    let (mut intervals, mut times) = (Vec::new(), Vec::new());
    for run in runs {
        // From places in samples, as `RrSeries::from_beats`: from times, equal intervals would differ by rounding.
        intervals.extend(run.corrected.intervals_s().into_iter().map(|s| 1000.0 * s));
        times.extend(run.corrected_s().skip(1));
    }
    RrSeries::with_times(intervals, times)
}
