//! Everything that the page shows, on one clock.

use std::{error::Error, ops::Range, path::Path};

use emo_examples::heart::{
    FoundBeat, HeartSignal, Run, Signal, Stretch, Variability, corrected, has_gaps,
};
use emo_fusion::hr::{
    HrvIndices, RrSeries, WindowQuality, respiration_rate, respiration_rate_from_heights,
};

use crate::source::{self, Source};

type Failure = Box<dyn Error + Send + Sync>;

/// Windows over which rates are drawn: in most that recordings last, and of short ones.
const WINDOW_S: f64 = 60.0;
const SHORT_WINDOW_S: f64 = 15.0;

/// Share of a window that intervals must cover for it to have a rate.
const MIN_COVERED: f64 = 0.5;

/// Windows that are drawn at most.
const MAX_WINDOWS: f64 = 400.0;

/// From which on a window is good enough for its beats: they are as alike as the paper of `Detection::quality` asks, which
/// is 0.43 of an electrocardiogram, and there nine tenths of them are agreed upon.
const USABLE_ECG: f64 = 0.9 * (1.0 + 0.43) / 2.0;
const USABLE_PPG: f64 = 0.77;

/// A recording and what was found in it.
pub(crate) struct Analysis {
    pub(crate) name: String,
    pub(crate) kind: HeartSignal,
    pub(crate) duration_s: f64,
    /// Of an ECG or a PPG.
    pub(crate) signal: Option<Signal>,
    /// Quality of the signal, with the seconds of each window.
    pub(crate) windows: Vec<(Range<f64>, WindowQuality)>,
    /// Lengths in seconds of the stretches in which no beats could be looked for.
    pub(crate) without_search: Vec<f64>,
    /// Whether the lead was turned over in most of the signal.
    pub(crate) is_inverted: bool,
    pub(crate) runs: Vec<Run>,
    /// All beats of the runs.
    pub(crate) beats: Vec<FoundBeat>,
    /// After correction.
    pub(crate) rr: RrSeries,
    pub(crate) indices: Option<HrvIndices>,
    /// The indices of the intervals in usable windows alone, where there are others too.
    pub(crate) usable: Option<HrvIndices>,
    /// Times and rates in beats per minute, of corrected intervals or as a device gave them; NaN in gaps.
    pub(crate) rate: Vec<(f64, f64)>,
    /// Rates in windows; empty if the recording is shorter than one.
    pub(crate) medians: Vec<Median>,
    /// Times of beats in seconds and their heights; of an ECG alone.
    heights: Vec<(f64, f64)>,
    /// Times in seconds and breaths per minute; NaN where none can be told.
    pub(crate) breathing: Vec<(f64, f64)>,
    /// Whether indices are of a series with gaps.
    pub(crate) has_gaps: bool,
    /// Length of the windows in seconds.
    pub(crate) window_s: f64,
    /// Seconds from one rate to the next, if a device gave them.
    step_s: f64,
}

/// Rates in a window, NaN if it has too few.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Median {
    /// The window's middle.
    pub(crate) time_s: f64,
    pub(crate) quartiles: [f64; 3],
}

impl Analysis {
    pub(crate) fn new(
        path: &Path,
        signal: Option<HeartSignal>,
        rate_hz: Option<f64>,
    ) -> Result<Self, Failure> {
        let (kind, source) = source::read(path, signal, rate_hz)?;
        let mut analysis = Self {
            name: path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            kind,
            duration_s: 0.0,
            signal: None,
            windows: Vec::new(),
            without_search: Vec::new(),
            is_inverted: false,
            runs: Vec::new(),
            beats: Vec::new(),
            rr: RrSeries::from_millis(Vec::new())?,
            indices: None,
            usable: None,
            rate: Vec::new(),
            medians: Vec::new(),
            heights: Vec::new(),
            breathing: Vec::new(),
            has_gaps: false,
            window_s: WINDOW_S,
            step_s: 1.0,
        };
        match source {
            Source::Signal(signal) => analysis.find_beats(signal)?,
            Source::Intervals(rr) => {
                analysis.runs = Run::of_intervals(&rr)?;
                analysis.duration_s = analysis.runs.last().and_then(Run::last_s).unwrap_or(0.0);
            }
            Source::Rate(rate) => {
                let last_s = rate.values.last().map_or(0.0, |(time, _)| *time);
                analysis.duration_s = last_s + rate.step_s;
                analysis.rate = rate.values;
                analysis.step_s = rate.step_s;
            }
        }
        if analysis.duration_s <= 0.0 {
            return Err("the recording has no length".into());
        }
        analysis.of_runs()?;
        analysis.over_time();
        Ok(analysis)
    }

    fn find_beats(&mut self, signal: Signal) -> Result<(), Failure> {
        let hz = signal.sample_rate.hz();
        let search = signal.search(|stretch, detection| {
            if signal.kind == HeartSignal::Ecg {
                let positions = detection.beats.positions().iter();
                let times = positions.map(|position| stretch.start_s + position / hz);
                self.heights
                    .extend(times.zip(detection.heights(&stretch.samples)?));
            }
            let qualities = detection.window_qualities(&stretch.samples)?;
            let ends = qualities.iter().skip(1).map(|window| window.start);
            let ends: Vec<usize> = ends.chain([stretch.samples.len()]).collect();
            let seconds = |sample: usize| stretch.start_s + sample as f64 / hz;
            for (quality, end) in qualities.into_iter().zip(ends) {
                let span = seconds(quality.start)..seconds(end);
                self.windows.push((span, quality));
            }
            Ok(())
        })?;
        self.runs = search.runs;
        self.is_inverted = search.finding.inverted;
        self.without_search = search.too_short_s;
        self.duration_s = signal.duration_s;
        self.signal = Some(signal);
        Ok(())
    }

    fn of_runs(&mut self) -> Result<(), Failure> {
        self.beats = self.runs.iter().flat_map(Run::found).collect();
        self.rr = corrected(&self.runs)?;
        if !self.rr.is_empty() {
            self.indices = Some(self.indices_of(&self.rr.clone())?);
        }
        if self
            .windows
            .iter()
            .any(|(_, quality)| !self.is_usable(quality))
        {
            let intervals = self.rr.times_s().iter().zip(self.rr.intervals_ms());
            let keep = intervals.map(|(&end_s, ms)| {
                self.is_usable_at(end_s) && self.is_usable_at(end_s - ms / 1000.0)
            });
            let usable = self.rr.retain(&keep.collect::<Vec<_>>())?;
            if !usable.is_empty() {
                self.usable = Some(self.indices_of(&usable)?);
            }
        }
        for run in &self.runs {
            let beats: Vec<f64> = run.corrected_s().collect();
            let rates = beats.windows(2).map(|b| (b[1], 60.0 / (b[1] - b[0])));
            self.rate.extend(rates);
            if let Some(&last) = beats.last() {
                self.rate.push((last, f64::NAN));
            }
        }
        Ok(())
    }

    fn indices_of(&mut self, rr: &RrSeries) -> Result<HrvIndices, Failure> {
        self.has_gaps |= has_gaps(rr);
        Ok(Variability::new()?.compute(rr)?)
    }

    fn over_time(&mut self) {
        if self.duration_s < 3.0 * WINDOW_S {
            self.window_s = SHORT_WINDOW_S;
        }
        let values = self.rate.iter().copied().filter(|(_, bpm)| !bpm.is_nan());
        let values: Vec<(f64, f64)> = values.collect();
        let is_even = self.kind == HeartSignal::Bpm;
        let covers = |bpm: f64| if is_even { self.step_s } else { 60.0 / bpm };
        self.medians = windows(self.duration_s, self.window_s)
            .map(|span| {
                let mut inside: Vec<f64> = part(&values, &span).map(|(_, bpm)| bpm).collect();
                let covered: f64 = inside.iter().map(|&bpm| covers(bpm)).sum();
                inside.sort_by(f64::total_cmp);
                let is_covered = covered >= MIN_COVERED * self.window_s;
                Median {
                    time_s: (span.start + span.end) / 2.0,
                    quartiles: [0.25, 0.5, 0.75].map(|share| {
                        if is_covered {
                            quantile(&inside, share)
                        } else {
                            f64::NAN
                        }
                    }),
                }
            })
            .collect();
        let intervals = self.rr.times_s().iter().copied();
        let intervals: Vec<(f64, f64)> = intervals
            .zip(self.rr.intervals_ms().iter().copied())
            .collect();
        self.breathing = windows(self.duration_s, WINDOW_S)
            .map(|span| {
                let (times, ms): (Vec<f64>, Vec<f64>) = part(&intervals, &span).unzip();
                let rate = RrSeries::with_times(ms, times)
                    .ok()
                    .filter(|rr| rr.covered_s() >= MIN_COVERED * WINDOW_S)
                    .and_then(|rr| self.breaths_per_minute(&rr, &span));
                ((span.start + span.end) / 2.0, rate.unwrap_or(f64::NAN))
            })
            .collect();
    }

    /// By the heights of R peaks, or else by the intervals, which have more reasons to change.
    fn breaths_per_minute(&self, rr: &RrSeries, span: &Range<f64>) -> Option<f64> {
        if self.kind != HeartSignal::Ecg {
            return respiration_rate(rr).ok().flatten();
        }
        let (times, heights): (Vec<f64>, Vec<f64>) = part(&self.heights, span).unzip();
        let rate = respiration_rate_from_heights(&times, &heights);
        rate.ok().flatten()
    }

    /// From which quality on a window counts as usable.
    pub(crate) fn usable_from(&self) -> f64 {
        match self.kind {
            HeartSignal::Ppg => USABLE_PPG,
            _ => USABLE_ECG,
        }
    }

    pub(crate) fn is_usable(&self, window: &WindowQuality) -> bool {
        window.combined >= self.usable_from()
    }

    /// Whether a time is in a usable window.
    pub(crate) fn is_usable_at(&self, time_s: f64) -> bool {
        let next = self
            .windows
            .partition_point(|(span, _)| span.start <= time_s);
        let window = next.checked_sub(1).and_then(|k| self.windows.get(k));
        window.is_some_and(|(span, quality)| time_s <= span.end && self.is_usable(quality))
    }

    /// How many beats of each class were corrected.
    pub(crate) fn n_corrected(&self) -> [usize; 4] {
        let counts = self
            .runs
            .iter()
            .map(|run| run.artifacts.lists().map(<[usize]>::len));
        counts.fold([0; 4], |sum, run| std::array::from_fn(|k| sum[k] + run[k]))
    }

    /// The median rate in beats per minute.
    pub(crate) fn median_bpm(&self) -> Option<f64> {
        let mut values: Vec<f64> = self.finite_rates().collect();
        values.sort_by(f64::total_cmp);
        (!values.is_empty()).then(|| quantile(&values, 0.5))
    }

    /// The median rate of breathing of windows of an ECG.
    pub(crate) fn median_breathing(&self) -> Option<f64> {
        let rates = self.breathing.iter().map(|(_, rate)| *rate);
        let mut rates: Vec<f64> = rates.filter(|rate| !rate.is_nan()).collect();
        rates.sort_by(f64::total_cmp);
        (self.kind == HeartSignal::Ecg && !rates.is_empty()).then(|| quantile(&rates, 0.5))
    }

    pub(crate) fn finite_rates(&self) -> impl Iterator<Item = f64> {
        let rates = self.rate.iter().map(|(_, bpm)| *bpm);
        rates.filter(|bpm| !bpm.is_nan())
    }

    /// Stretches without a signal, beats or rates.
    pub(crate) fn gaps(&self) -> Vec<Range<f64>> {
        let spans: Vec<Range<f64>> = match &self.signal {
            Some(signal) => {
                let hz = signal.sample_rate.hz();
                let span = |s: &Stretch| s.start_s..s.start_s + s.samples.len() as f64 / hz;
                signal.stretches.iter().map(span).collect()
            }
            None if self.kind == HeartSignal::Rr => self
                .runs
                .iter()
                .filter_map(|run| Some(run.first_s()?..run.last_s()?))
                .collect(),
            None => {
                let present = |a: &(f64, f64), b: &(f64, f64)| a.1.is_nan() == b.1.is_nan();
                let runs = self.rate.chunk_by(present).filter(|run| !run[0].1.is_nan());
                runs.map(|run| run[0].0..run[run.len() - 1].0 + self.step_s)
                    .collect()
            }
        };
        between(&spans, self.duration_s)
    }

    /// On one line.
    pub(crate) fn summary(&self) -> String {
        let rate = match self.median_bpm() {
            Some(bpm) => format!("median {bpm:.1} bpm"),
            None => "no heart rate".to_owned(),
        };
        if self.kind == HeartSignal::Bpm {
            return format!("{:.0} s, {rate}", self.duration_s);
        }
        format!(
            "{:.1} s, {} beats, {} corrected, {rate}",
            self.duration_s,
            self.beats.len(),
            self.n_corrected().iter().sum::<usize>()
        )
    }
}

/// The share of the time from the first beat to the last that no interval covers.
pub(crate) fn gap_share(rr: &RrSeries) -> f64 {
    match (rr.intervals_ms().first(), rr.times_s()) {
        (Some(first_ms), &[first_s, .., last_s]) => {
            1.0 - rr.covered_s() / (last_s - first_s + first_ms / 1000.0)
        }
        _ => 0.0,
    }
}

/// Windows of a length over a recording; none if it is shorter.
fn windows(duration_s: f64, window_s: f64) -> impl Iterator<Item = Range<f64>> {
    let room_s = duration_s - window_s;
    let hop_s = (room_s / MAX_WINDOWS).max(1.0).ceil();
    let n = if room_s < 0.0 {
        0
    } else {
        (room_s / hop_s) as usize + 1
    };
    (0..n).map(move |k| k as f64 * hop_s..k as f64 * hop_s + window_s)
}

/// The points in a stretch of time.
fn part(points: &[(f64, f64)], span: &Range<f64>) -> impl Iterator<Item = (f64, f64)> {
    let index = |s: f64| points.partition_point(|(time, _)| *time < s);
    points[index(span.start)..index(span.end)].iter().copied()
}

/// Of ordered values, between two of them by a straight line; NaN of none.
pub(crate) fn quantile(ordered: &[f64], share: f64) -> f64 {
    let Some(last) = ordered.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    ordered[below] + (place - below as f64) * (ordered[above] - ordered[below])
}

/// What lies between stretches in order, and before the first and after the last.
fn between(spans: &[Range<f64>], end_s: f64) -> Vec<Range<f64>> {
    let ends = std::iter::once(0.0).chain(spans.iter().map(|span| span.end));
    let starts = spans.iter().map(|span| span.start).chain([end_s]);
    ends.zip(starts)
        .map(|(from, to)| from..to)
        .filter(|gap| gap.end - gap.start > 1e-6)
        .collect()
}
