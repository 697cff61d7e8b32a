//! What is drawn over time: the whole recording on one axis, and stretches of it that can be read.

use std::ops::Range;

use emo_examples::report::{
    DIAMOND, DISC, GREEN, INK, Mark, Panel, Plot, SQUARE, Stroke, TRIANGLE, figure, number,
    round_ticks,
};

use crate::{
    analysis::Analysis,
    source::{Signal, Stretch},
};

/// Classes of beats in the order of the corrector's lists.
pub(crate) const CLASSES: [(&str, Mark); 4] = [
    ("ectopic", mark("#c2410c", TRIANGLE)),
    ("missed before", mark("#1d4ed8", SQUARE)),
    ("extra", mark("#a21caf", DIAMOND)),
    ("long or short", mark("#a16207", DISC)),
];

const BEAT: Mark = mark("#15803d", DISC);
const SIGNAL: &str = "#33587f";
const USABLE: &str = "#86b093";
const UNUSABLE: &str = "#d98b73";
const FAINT: Stroke = Stroke {
    colour: "#8896a7",
    dashes: "",
};

/// Intervals above which only the extremes of each column are drawn.
const MAX_INTERVALS: usize = 3500;

/// Length of a stretch that can be read, in seconds.
const STRETCH_S: f64 = 15.0;

const fn mark(colour: &'static str, shape: &'static str) -> Mark {
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
    if analysis.beats.len() > 1 {
        found(&mut plot, analysis, clock);
    }
    if !analysis.rr.is_empty() {
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
    let mut panel = open(plot, &title, 100.0, range, 4);
    gaps(plot, analysis, &mut panel, clock);
    plot.envelope(&panel, &columns, SIGNAL);
    plot.key(&mut panel, "smallest to largest", SIGNAL);
}

fn quality(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let mut panel = plot.panel(
        "Quality of the signal in windows of 10 s, 0 to 1",
        54.0,
        0.0..1.0,
        &[0.0, 0.5, 1.0],
        number,
    );
    gaps(plot, analysis, &mut panel, clock);
    for (is_usable, colour) in [(true, USABLE), (false, UNUSABLE)] {
        let windows = analysis.windows.iter();
        let windows = windows.filter(|(_, quality)| analysis.is_usable(quality) == is_usable);
        let bars = windows.map(|(span, quality)| (clock.span(span), 0.0, quality.combined));
        plot.bars(&panel, bars, colour);
    }
    plot.key(
        &mut panel,
        &format!("usable, ≥ {}", analysis.usable_from()),
        USABLE,
    );
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
        4,
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
    for (class, (name, mark)) in CLASSES.into_iter().enumerate() {
        let beats = analysis.beats.iter();
        let beats = beats.filter(|beat| beat.class == Some(class));
        let points = beats.map(|beat| clock.at((beat.time_s, beat.rr_ms)));
        plot.marks(&panel, points, mark);
        let n = analysis.n_corrected()[class];
        plot.mark_key(&mut panel, &format!("{name}: {n}"), mark);
    }
}

fn after_correction(plot: &mut Plot, analysis: &Analysis, clock: Clock) {
    let range = padded(analysis.rr.intervals_ms().iter().copied());
    let mut panel = open(plot, "Intervals after correction, ms", 110.0, range, 4);
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
    let range = padded(analysis.finite_rates());
    let mut panel = open(plot, "Heart rate, bpm", 110.0, range, 4);
    gaps(plot, analysis, &mut panel, clock);
    if analysis.rate.len() <= MAX_INTERVALS {
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
    let title = "Breathing from the intervals in windows of 60 s, breaths per minute";
    let mut panel = plot.panel(title, 80.0, 5.0..31.0, &ticks, number);
    gaps(plot, analysis, &mut panel, clock);
    let points = analysis.breathing.iter().map(|&point| clock.at(point));
    plot.line(&mut panel, "where it is clear", points, INK);
}

/// Stretches of the signal with its beats, each with what it shows.
pub(crate) fn stretches(analysis: &Analysis) -> String {
    let Some(signal) = &analysis.signal else {
        return String::new();
    };
    let chosen = chosen(analysis);
    let figures = chosen.into_iter().map(|(title, span)| {
        let title = format!("{title}: {}, {}", signal_name(signal), unit(signal));
        stretch(analysis, signal, &title, span)
    });
    figures.collect()
}

/// The best window, the first corrected beat and the worst window, as far as they do not overlap.
fn chosen(analysis: &Analysis) -> Vec<(String, Range<f64>)> {
    let duration_s = analysis.duration_s;
    if duration_s <= 1.5 * STRETCH_S {
        return vec![("The whole recording".to_owned(), 0.0..duration_s)];
    }
    let around = |middle: f64| {
        let start = (middle - STRETCH_S / 2.0).clamp(0.0, duration_s - STRETCH_S);
        start..start + STRETCH_S
    };
    let window = |name: &str, pick: Option<&(Range<f64>, _)>| {
        let (span, quality): &(Range<f64>, emo_fusion::hr::WindowQuality) = pick?;
        let middle = (span.start + span.end) / 2.0;
        let text = format!("{name}, quality {:.2}", quality.combined);
        Some((text, around(middle)))
    };
    let by_quality = |a: &&(Range<f64>, emo_fusion::hr::WindowQuality),
                      b: &&(Range<f64>, emo_fusion::hr::WindowQuality)| {
        a.1.combined.total_cmp(&b.1.combined)
    };
    let first = analysis.beats.iter().find(|beat| beat.class.is_some());
    let candidates = [
        window(
            "Best window",
            analysis.windows.iter().rev().max_by(by_quality),
        ),
        first.map(|beat| ("First corrected beat".to_owned(), around(beat.time_s))),
        window("Worst window", analysis.windows.iter().min_by(by_quality)),
    ];
    let mut chosen: Vec<(String, Range<f64>)> = Vec::new();
    for (title, span) in candidates.into_iter().flatten() {
        let overlaps = |other: &(String, Range<f64>)| {
            other.1.start < span.end - 2.0 && span.start < other.1.end - 2.0
        };
        if !chosen.iter().any(overlaps) {
            chosen.push((title, span));
        }
    }
    chosen
}

fn stretch(analysis: &Analysis, signal: &Signal, title: &str, span: Range<f64>) -> String {
    let offset = span.start;
    let mut plot = Plot::over(0.0..span.end - offset, "time in s").labelled_from(offset);
    let parts: Vec<(&Stretch, Range<usize>)> = inside(signal, &span);
    let values = parts
        .iter()
        .flat_map(|(s, range)| &s.samples[range.clone()]);
    let range = padded(values.map(|&x| f64::from(x)));
    let mut panel = open(&mut plot, title, 130.0, range, 4);
    let shifted = |span: &Range<f64>| span.start - offset..span.end - offset;
    let unusable = analysis.windows.iter().filter(|(window, quality)| {
        !analysis.is_usable(quality) && window.start < span.end && window.end > span.start
    });
    plot.bands(&panel, unusable.map(|(window, _)| shifted(window)));
    let gaps = analysis.gaps();
    plot.gaps(
        &panel,
        gaps.iter()
            .filter(|gap| gap.start < span.end && gap.end > span.start)
            .map(shifted),
    );
    let hz = signal.sample_rate.hz();
    let n_drawn = 2 * plot.n_columns();
    for (stretch, range) in &parts {
        let step = (range.len() / n_drawn).max(1);
        let time = |sample: usize| stretch.start_s + sample as f64 / hz - offset;
        let chunks = range
            .clone()
            .step_by(step)
            .map(|from| from..(from + step).min(range.end));
        let points = chunks.flat_map(|chunk| {
            let samples = || {
                chunk
                    .clone()
                    .map(|k| (time(k), f64::from(stretch.samples[k])))
            };
            let low = samples().reduce(|a, b| if b.1 < a.1 { b } else { a });
            let high = samples().reduce(|a, b| if b.1 > a.1 { b } else { a });
            let mut ends: Vec<(f64, f64)> = low.into_iter().chain(high).collect();
            ends.sort_by(|a, b| a.0.total_cmp(&b.0));
            ends.dedup();
            ends
        });
        plot.trace(&panel, points, INK);
    }
    let height = |time_s: f64| {
        let (stretch, _) = parts.iter().find(|(s, _)| {
            time_s >= s.start_s && time_s <= s.start_s + s.samples.len() as f64 / hz
        })?;
        let sample = ((time_s - stretch.start_s) * hz).round() as usize;
        let last = stretch.samples.len() - 1;
        Some(f64::from(stretch.samples[sample.min(last)]))
    };
    let beats = |class: Option<usize>| {
        let beats = analysis.beats.iter();
        beats
            .filter(|beat| beat.class == class && span.contains(&beat.time_s))
            .filter_map(|beat| Some((beat.time_s - offset, height(beat.time_s)?)))
            .collect::<Vec<_>>()
    };
    plot.marks(&panel, beats(None).into_iter(), BEAT);
    plot.mark_key(&mut panel, "beat", BEAT);
    for (class, (name, mark)) in CLASSES.into_iter().enumerate() {
        let beats = beats(Some(class));
        if !beats.is_empty() {
            plot.marks(&panel, beats.into_iter(), mark);
            plot.mark_key(&mut panel, name, mark);
        }
    }
    if analysis
        .windows
        .iter()
        .any(|(w, q)| !analysis.is_usable(q) && w.start < span.end && w.end > span.start)
    {
        plot.key(&mut panel, "not usable", "#f6dfa6");
    }
    figure(&plot.finish())
}

/// The samples within a span, by stretch.
fn inside<'s>(signal: &'s Signal, span: &Range<f64>) -> Vec<(&'s Stretch, Range<usize>)> {
    let hz = signal.sample_rate.hz();
    let stretches = signal.stretches.iter();
    stretches
        .filter_map(|stretch| {
            let index = |s: f64| {
                let sample = ((s - stretch.start_s) * hz).ceil().max(0.0) as usize;
                sample.min(stretch.samples.len())
            };
            let range = index(span.start)..index(span.end);
            (!range.is_empty()).then_some((stretch, range))
        })
        .collect()
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
    let digits = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
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
        _ => 0.1 * high.abs().max(1e-6),
    };
    low - room..high + room
}

fn signal_name(signal: &Signal) -> &'static str {
    if signal.is_ecg { "ECG" } else { "PPG" }
}

fn unit(signal: &Signal) -> &str {
    match signal.unit.as_deref() {
        Some(unit) if !unit.is_empty() => unit,
        _ => "no unit given",
    }
}
