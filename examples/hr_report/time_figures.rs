//! The whole recording over time, on one axis.

use std::ops::Range;

use emo_examples::{
    heart::{FoundBeat, HeartSignal, Signal},
    report::{
        DIAMOND, DISC, GREEN, INK, Mark, Panel, Plot, SQUARE, Stroke, TRIANGLE, figure, number,
        round_ticks,
    },
};

use crate::analysis::Analysis;

/// Classes of beats in the order of the corrector's lists.
pub(crate) const CLASSES: [(&str, Mark); 4] = [
    ("ectopic", mark("#c2410c", TRIANGLE)),
    ("missed before", mark("#1d4ed8", SQUARE)),
    ("extra", mark("#a21caf", DIAMOND)),
    ("long or short", mark("#a16207", DISC)),
];

const SIGNAL: &str = "#33587f";
const BREATH: Mark = mark("#1f3a5f", SMALL);
const SMALL: &str = "m-1.5-1.5h3v3h-3z";
const USABLE: &str = "#86b093";
const UNUSABLE: &str = "#d98b73";
const UNUSABLE_GROUND: &str = "#f7e0d8";
pub(crate) const FAINT: Stroke = Stroke {
    colour: "#8896a7",
    dashes: "",
};

/// Intervals above which only the extremes of each column are drawn.
const MAX_INTERVALS: usize = 3500;

/// Windows of quality above which several are drawn as one, and seconds between two that are not.
const MAX_BARS: usize = 450;
const WINDOW_GAP_S: f64 = 1.0;

/// Corrected beats above which they are counted in so many parts of the recording.
const MAX_MARKS: usize = 500;
const N_PARTS: usize = 120;

pub(crate) const fn mark(colour: &'static str, shape: &'static str) -> Mark {
    Mark { colour, shape }
}

/// The axis of a recording: seconds, minutes or hours.
#[derive(Clone, Copy)]
struct Clock {
    unit_s: f64,
    label: &'static str,
}

impl Clock {
    fn of(duration_s: f64) -> Self {
        let (unit_s, label) = if duration_s <= 300.0 {
            (1.0, "time in s")
        } else if duration_s <= 3.0 * 3600.0 {
            (60.0, "time in min")
        } else {
            (3600.0, "time in h")
        };
        Self { unit_s, label }
    }

    fn span(self, seconds: &Range<f64>) -> Range<f64> {
        seconds.start / self.unit_s..seconds.end / self.unit_s
    }

    fn at(self, point: (f64, f64)) -> (f64, f64) {
        (point.0 / self.unit_s, point.1)
    }
}

/// The whole recording.
pub(crate) fn whole(analysis: &Analysis) -> String {
    let clock = Clock::of(analysis.duration_s);
    let mut plot = Plot::over(0.0..analysis.duration_s / clock.unit_s, clock.label);
    if let Some(signal) = &analysis.signal {
        overview(&mut plot, analysis, signal, clock);
        quality(&mut plot, analysis, clock);
    }
    if !analysis.rr.is_empty() {
        found(&mut plot, analysis, clock);
        after_correction(&mut plot, analysis, clock);
    }
    rate(&mut plot, analysis, clock);
    breathing(&mut plot, analysis, clock);
    figure(&plot.finish())
}

fn overview(plot: &mut Plot, analysis: &Analysis, signal: &Signal, clock: Clock) {
    let columns = columns(signal, 0.0..analysis.duration_s, plot.n_columns());
    let range = padded(columns.iter().flat_map(|&(low, high)| [low, high]));
    let title = format!("{}, {}", signal_name(signal), unit(signal));
    let mut panel = open(plot, &title, 100.0, range, 6);
    gaps(plot, analysis, &mut panel, clock);
    plot.envelope(&panel, &columns, SIGNAL);
    plot.key(&mut panel, "smallest to largest", SIGNAL);
}

fn quality(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let together = analysis.windows.len().div_ceil(MAX_BARS).max(1);
    let title = match together {
        1 => "Quality of the signal in windows of 10 s, 0 to 1".to_owned(),
        n => format!("Quality of the signal, 0 to 1: mean of {n} windows of 10 s"),
    };
    let mut panel = plot.panel(&title, 54.0, 0.0..1.0, &[0.0, 0.5, 1.0], number);
    gaps(plot, analysis, &mut panel, clock);
    let mut bars = [Vec::new(), Vec::new()];
    for windows in analysis.windows.chunks(together) {
        // What lies in a gap between two windows has no quality.
        let near = |a: &(Range<f64>, _), b: &(Range<f64>, _)| b.0.start - a.0.end < WINDOW_GAP_S;
        for windows in windows.chunk_by(near) {
            let sum: f64 = windows.iter().map(|(_, quality)| quality.combined).sum();
            let mean = sum / windows.len() as f64;
            let seconds = windows[0].0.start..windows[windows.len() - 1].0.end;
            let is_usable = mean >= analysis.usable_from();
            let span = clock.span(&seconds);
            if !is_usable {
                plot.shade(&panel, span.clone(), UNUSABLE_GROUND);
            }
            bars[usize::from(is_usable)].push((span, 0.0, mean));
        }
    }
    for (bars, colour) in bars.into_iter().zip([UNUSABLE, USABLE]) {
        plot.bars(&panel, bars.into_iter(), colour);
    }
    let label = format!("usable, ≥ {:.2}", analysis.usable_from());
    plot.key(&mut panel, &label, USABLE);
    plot.key(&mut panel, "not usable", UNUSABLE);
}

fn found(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let points = || analysis.beats.iter().map(|beat| (beat.time_s, beat.rr_ms));
    let range = padded(points().map(|(_, ms)| ms));
    let mut panel = open(
        plot,
        "Intervals between beats as found, ms",
        110.0,
        range,
        6,
    );
    gaps(plot, analysis, &mut panel, clock);
    intervals(
        plot,
        &mut panel,
        "as found",
        points(),
        analysis,
        clock,
        FAINT,
    );
    let n_corrected = analysis.n_corrected();
    let is_marked = n_corrected.iter().sum::<usize>() <= MAX_MARKS;
    for (class, (name, mark)) in CLASSES.into_iter().enumerate() {
        if is_marked {
            let points = of_class(analysis, class).map(|beat| clock.at((beat.time_s, beat.rr_ms)));
            plot.marks(&panel, points, mark);
        }
        plot.mark_key(&mut panel, &format!("{name}: {}", n_corrected[class]), mark);
    }
    if !is_marked {
        counts(plot, analysis, clock);
    }
}

fn of_class(analysis: &Analysis, class: usize) -> impl Iterator<Item = &FoundBeat> {
    let beats = analysis.beats.iter();
    beats.filter(move |beat| beat.class == Some(class))
}

/// How many beats were corrected in each part of a long recording, the classes upon each other.
fn counts(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let part_s = analysis.duration_s / N_PARTS as f64;
    let mut counts = [[0_usize; CLASSES.len()]; N_PARTS];
    for beat in &analysis.beats {
        if let Some(class) = beat.class {
            counts[((beat.time_s / part_s) as usize).min(N_PARTS - 1)][class] += 1;
        }
    }
    let most = counts.iter().map(|part| part.iter().sum::<usize>()).max();
    let title = format!("Corrected beats in each {} min", number(part_s / 60.0));
    let mut panel = open(plot, &title, 70.0, 0.0..1.05 * most.unwrap_or(1) as f64, 4);
    gaps(plot, analysis, &mut panel, clock);
    for (class, (_, mark)) in CLASSES.into_iter().enumerate() {
        let bars = counts.iter().enumerate().map(|(k, part)| {
            let span = k as f64 * part_s..(k + 1) as f64 * part_s;
            let below: usize = part[..class].iter().sum();
            let above = below + part[class];
            (clock.span(&span), below as f64, above as f64)
        });
        plot.bars(&panel, bars.filter(|bar| bar.2 > bar.1), mark.colour);
    }
}

fn after_correction(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let range = padded(analysis.rr.intervals_ms().iter().copied());
    let mut panel = open(plot, "Intervals after correction, ms", 110.0, range, 6);
    gaps(plot, analysis, &mut panel, clock);
    let points = analysis
        .rate
        .iter()
        .map(|&(time, bpm)| (time, 60_000.0 / bpm));
    intervals(plot, &mut panel, "corrected", points, analysis, clock, INK);
}

/// A line, or of many the extremes of each column.
fn intervals(
    plot: &mut Plot,
    panel: &mut Panel,
    label: &str,
    points: impl Iterator<Item = (f64, f64)>,
    analysis: &Analysis,
    clock: Clock,
    stroke: Stroke,
) {
    if analysis.beats.len() <= MAX_INTERVALS {
        plot.line(panel, label, points.map(|point| clock.at(point)), stroke);
        return;
    }
    let mut columns = vec![(f64::NAN, f64::NAN); plot.n_columns()];
    for (time, ms) in points {
        widen(&mut columns, time / analysis.duration_s, ms);
    }
    plot.envelope(panel, &columns, stroke.colour);
    plot.key(panel, "smallest to largest", stroke.colour);
}

fn rate(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let quartile = |k: usize| {
        let medians = analysis.medians.iter();
        medians.map(move |m| (m.time_s / clock.unit_s, m.quartiles[k]))
    };
    let has_medians = quartile(1).any(|(_, bpm)| !bpm.is_nan());
    if !has_medians && analysis.rate.is_empty() {
        return;
    }
    let is_line = analysis.rate.len() <= MAX_INTERVALS;
    let range = match is_line {
        true => padded(analysis.finite_rates()),
        false => padded(analysis.medians.iter().flat_map(|m| m.quartiles)),
    };
    let mut panel = open(plot, "Heart rate, bpm", 110.0, range, 5);
    gaps(plot, analysis, &mut panel, clock);
    if is_line {
        let points = analysis.rate.iter().map(|&point| clock.at(point));
        let label = match analysis.beats.is_empty() {
            true => "as recorded",
            false => "beat by beat",
        };
        plot.line(&mut panel, label, points, FAINT);
    }
    if has_medians {
        let window = number(analysis.window_s);
        plot.line(
            &mut panel,
            &format!("median of {window} s"),
            quartile(1),
            INK,
        );
        let quarter = Stroke {
            colour: GREEN.colour,
            dashes: "2 3",
        };
        plot.line(&mut panel, "its quartiles", quartile(0), quarter);
        plot.trace(&panel, quartile(2), quarter);
    }
}

fn breathing(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    if analysis.breathing.iter().all(|(_, rate)| rate.is_nan()) {
        return;
    }
    let ticks = [6.0, 12.0, 18.0, 24.0, 30.0];
    let from = match analysis.kind {
        HeartSignal::Ecg => "the heights of R peaks",
        _ => "the intervals",
    };
    let title = format!("Breathing from {from} in windows of 60 s, breaths per minute");
    let mut panel = plot.panel(&title, 80.0, 5.0..31.0, &ticks, number);
    gaps(plot, analysis, &mut panel, clock);
    let points = analysis.breathing.iter().map(|&point| clock.at(point));
    plot.marks(&panel, points, BREATH);
    plot.mark_key(&mut panel, "where it is clear", BREATH);
}

/// The smallest and the largest sample in each of `n` columns; NaN where there is none.
fn columns(signal: &Signal, span: Range<f64>, n: usize) -> Vec<(f64, f64)> {
    let hz = signal.sample_rate.hz();
    let n_samples: usize = signal.stretches.iter().map(|s| s.samples.len()).sum();
    let mut columns = vec![(f64::NAN, f64::NAN); n.min(n_samples)];
    for stretch in &signal.stretches {
        for (sample, &x) in stretch.samples.iter().enumerate() {
            let time = stretch.start_s + sample as f64 / hz;
            let share = (time - span.start) / (span.end - span.start);
            widen(&mut columns, share, f64::from(x));
        }
    }
    columns
}

/// Widens the column at a share of the axis by a value.
fn widen(columns: &mut [(f64, f64)], share: f64, value: f64) {
    let column = (share * columns.len() as f64) as usize;
    let last = columns.len().saturating_sub(1);
    if let Some((low, high)) = columns.get_mut(column.min(last)) {
        // The smaller of NaN and a number is the number.
        *low = low.min(value);
        *high = high.max(value);
    }
}

fn gaps(plot: &mut Plot, analysis: &Analysis, panel: &mut Panel, clock: Clock) {
    let gaps = analysis.gaps();
    if !gaps.is_empty() {
        plot.gaps(panel, gaps.iter().map(|gap| clock.span(gap)));
        plot.key(panel, "nothing recorded", "#aab2bd");
    }
}

pub(crate) fn open(
    plot: &mut Plot,
    title: &str,
    height: f64,
    range: Range<f64>,
    n_ticks: usize,
) -> Panel {
    let ticks = round_ticks(&range, n_ticks);
    let step = ticks.get(1).map_or(1.0, |second| second - ticks[0]);
    let digits = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    plot.panel(title, height, range, &ticks, |tick| {
        format!("{:.digits$}", if tick == 0.0 { 0.0 } else { tick })
    })
}

/// From the smallest to the largest value with some room.
pub(crate) fn padded(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = values
        .filter(|x| x.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
    if low > high {
        return 0.0..1.0;
    }
    let room = match 0.06 * (high - low) {
        room if room > 1e-9 * high.abs() => room,
        _ if high == 0.0 => 1.0,
        _ => 0.1 * high.abs(),
    };
    low - room..high + room
}

pub(crate) fn signal_name(signal: &Signal) -> &'static str {
    match signal.kind {
        HeartSignal::Ecg => "ECG",
        _ => "PPG",
    }
}

pub(crate) fn unit(signal: &Signal) -> &str {
    match signal.unit.as_deref() {
        Some(unit) if !unit.is_empty() => unit,
        _ => "no unit given",
    }
}
