//! Beats that follow upon each other, and what correction makes of them.

use emo_fusion::hr::{
    ArtifactConfig, ArtifactCorrector, Artifacts, Beats, HrError, RrSeries, SampleRate,
};

/// Seconds between beats from which on there is a gap: beyond it the signal-quality index of Orphanidou et al. (2015)
/// takes no beat for certain, and a correction would fill it with beats that nobody has seen.
pub(crate) const PAUSE_S: f64 = 3.0;

/// Milliseconds by which an interval may miss the one before, as [`RrSeries`] has it.
const SUCCESSIVE_MS: f64 = 10.0;

/// Clock of beats that are known by their intervals alone, in Hz.
const INTERVAL_CLOCK_HZ: f64 = 1000.0;

/// Beats without a pause.
pub(crate) struct Run {
    start_s: f64,
    found: Beats,
    pub(crate) artifacts: Artifacts,
    corrected: Beats,
}

/// A beat as it was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundBeat {
    pub(crate) time_s: f64,
    /// The interval before it; NaN of the first one of a run.
    pub(crate) rr_ms: f64,
    /// What is wrong with it, as an index of [`Artifacts::lists`].
    pub(crate) class: Option<usize>,
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

    /// The beats that a detector found in samples from `start_s` on.
    pub(crate) fn of_beats(start_s: f64, beats: &Beats) -> Result<Vec<Self>, HrError> {
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

    /// The beats between intervals.
    pub(crate) fn of_intervals(rr: &RrSeries) -> Result<Vec<Self>, HrError> {
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
    pub(crate) fn first_s(&self) -> Option<f64> {
        self.times(&self.found).next()
    }

    /// When the last one was.
    pub(crate) fn last_s(&self) -> Option<f64> {
        self.times(&self.found).last()
    }

    pub(crate) fn found(&self) -> Vec<FoundBeat> {
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
    pub(crate) fn corrected_s(&self) -> impl Iterator<Item = f64> {
        self.times(&self.corrected)
    }

    fn times(&self, beats: &Beats) -> impl Iterator<Item = f64> + use<'_> {
        let hz = beats.sample_rate().hz();
        let times = beats.positions().iter().map(|p| self.start_s + p / hz);
        times.collect::<Vec<_>>().into_iter()
    }
}

/// The intervals between the corrected beats of all runs, each with the time of the beat that ended it.
pub(crate) fn corrected(runs: &[Run]) -> Result<RrSeries, HrError> {
    let (mut intervals, mut times) = (Vec::new(), Vec::new());
    for run in runs {
        // From places in samples, as `RrSeries::from_beats`: from times, equal intervals would differ by rounding.
        intervals.extend(run.corrected.intervals_s().into_iter().map(|s| 1000.0 * s));
        times.extend(run.corrected_s().skip(1));
    }
    RrSeries::with_times(intervals, times)
}
