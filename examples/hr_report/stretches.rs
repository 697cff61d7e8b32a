//! Stretches of a recording that are short enough to be read.

use std::ops::Range;

use emo_examples::{
    heart::{Signal, Stretch},
    report::{DISC, INK, Mark, Panel, Plot, TICK, figure},
};
use emo_fusion::hr::WindowQuality;

use crate::{
    analysis::Analysis,
    time_figures::{CLASSES, FAINT, mark, open, padded, signal_name, unit},
};

/// Length in seconds of a stretch with a signal, and of one with intervals alone.
const SIGNAL_S: f64 = 15.0;
const INTERVALS_S: f64 = 60.0;

const BEAT: Mark = mark("#15803d", DISC);
const CORRECTED: Mark = mark("#1f3a5f", TICK);

/// The best window, the first corrected beat and the worst window, as far as they do not overlap, each under what it
/// is.
pub(crate) fn figures(analysis: &Analysis) -> String {
    let chosen = chosen(analysis).into_iter();
    chosen
        .map(|(title, span)| stretch(analysis, &title, span))
        .collect()
}

fn chosen(analysis: &Analysis) -> Vec<(String, Range<f64>)> {
    let duration_s = analysis.duration_s;
    let len_s = match analysis.signal {
        Some(_) => SIGNAL_S,
        None => INTERVALS_S,
    };
    if duration_s <= 1.5 * len_s {
        return match analysis.signal {
            Some(_) => vec![("The whole recording".to_owned(), 0.0..duration_s)],
            // It is above.
            None => Vec::new(),
        };
    }
    let around = |middle: f64| {
        let start = (middle - len_s / 2.0).clamp(0.0, duration_s - len_s);
        start..start + len_s
    };
    let window = |name: &str, pick: Option<&(Range<f64>, WindowQuality)>| {
        let (span, quality) = pick?;
        let text = format!("{name}, quality {:.2}", quality.combined);
        Some((text, around((span.start + span.end) / 2.0)))
    };
    let by_quality = |a: &&(Range<f64>, WindowQuality), b: &&(Range<f64>, WindowQuality)| {
        a.1.combined.total_cmp(&b.1.combined)
    };
    let windows = || analysis.windows.iter();
    let corrected = analysis.beats.iter().find(|beat| beat.class.is_some());
    let candidates = [
        window("Best window", windows().rev().max_by(by_quality)),
        corrected.map(|beat| ("First corrected beat".to_owned(), around(beat.time_s))),
        window("Worst window", windows().min_by(by_quality)),
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

fn stretch(analysis: &Analysis, title: &str, span: Range<f64>) -> String {
    let mut plot = Plot::over(0.0..span.end - span.start, "time in s").labelled_from(span.start);
    match &analysis.signal {
        Some(signal) => {
            let title = format!("{title}: {}, {}", signal_name(signal), unit(signal));
            draw_signal(&mut plot, analysis, signal, &title, &span);
            draw_intervals(&mut plot, analysis, "Intervals, ms", &span);
        }
        None => draw_intervals(
            &mut plot,
            analysis,
            &format!("{title}: intervals, ms"),
            &span,
        ),
    }
    figure(&plot.finish())
}

fn draw_signal(
    plot: &mut Plot,
    analysis: &Analysis,
    signal: &Signal,
    title: &str,
    span: &Range<f64>,
) {
    let parts = inside(signal, span);
    let values = parts
        .iter()
        .flat_map(|(s, range)| &s.samples[range.clone()]);
    let range = padded(values.map(|&x| f64::from(x)));
    // Above the panel's lower edge by half the height of a tick.
    let floor = range.start + 0.045 * (range.end - range.start);
    let mut panel = open(plot, title, 120.0, range, 5);
    let meets = |other: &Range<f64>| other.start < span.end && other.end > span.start;
    let shifted = |other: &Range<f64>| other.start - span.start..other.end - span.start;
    let windows = analysis.windows.iter();
    let unusable: Vec<Range<f64>> = windows
        .filter(|(window, quality)| !analysis.is_usable(quality) && meets(window))
        .map(|(window, _)| shifted(window))
        .collect();
    plot.bands(&panel, unusable.iter().cloned());
    let gaps = analysis.gaps();
    let gaps = gaps.iter().filter(|gap| meets(gap));
    plot.gaps(&panel, gaps.map(shifted));
    for (stretch, range) in &parts {
        let points = extremes(signal, stretch, range, 2 * plot.n_columns());
        let points = points.into_iter().map(|(time, x)| (time - span.start, x));
        plot.trace(&panel, points, INK);
    }
    let hz = signal.sample_rate.hz();
    // Of two stretches that meet, the one before.
    let height = |time_s: f64| {
        let (stretch, _) = parts.iter().find(|(stretch, _)| {
            let end_s = stretch.start_s + stretch.samples.len() as f64 / hz;
            (stretch.start_s..=end_s).contains(&time_s)
        })?;
        let sample = ((time_s - stretch.start_s) * hz).round() as usize;
        let last = stretch.samples.len() - 1;
        Some(f64::from(stretch.samples[sample.min(last)]))
    };
    let corrected = analysis.runs.iter().flat_map(|run| run.corrected_s());
    let corrected = corrected.filter(|time| span.contains(time));
    let corrected: Vec<(f64, f64)> = corrected.map(|time| (time - span.start, floor)).collect();
    draw_beats(plot, &mut panel, analysis, span, |beat| height(beat.0));
    if !corrected.is_empty() {
        plot.marks(&panel, corrected.into_iter(), CORRECTED);
        plot.mark_key(&mut panel, "after correction", CORRECTED);
    }
    if !unusable.is_empty() {
        plot.key(&mut panel, "not usable", "#f6dfa6");
    }
}

fn draw_intervals(plot: &mut Plot, analysis: &Analysis, title: &str, span: &Range<f64>) {
    let inside = |time: f64| span.contains(&time);
    let found = || {
        let beats = analysis.beats.iter();
        beats.filter(|beat| inside(beat.time_s))
    };
    let rates = analysis.rate.iter();
    let corrected: Vec<(f64, f64)> = rates
        .filter(|(time, _)| inside(*time))
        .map(|&(time, bpm)| (time - span.start, 60_000.0 / bpm))
        .collect();
    if found().count() < 2 {
        return;
    }
    let values = found().map(|beat| beat.rr_ms);
    let range = padded(values.chain(corrected.iter().map(|c| c.1)));
    let mut panel = open(plot, title, 90.0, range, 5);
    let points = found().map(|beat| (beat.time_s - span.start, beat.rr_ms));
    plot.line(&mut panel, "as found", points, FAINT);
    plot.line(&mut panel, "after correction", corrected.into_iter(), INK);
    draw_beats(plot, &mut panel, analysis, span, |beat| Some(beat.1));
}

/// Marks by class at a height that follows from a beat's time and interval.
fn draw_beats(
    plot: &mut Plot,
    panel: &mut Panel,
    analysis: &Analysis,
    span: &Range<f64>,
    height: impl Fn((f64, f64)) -> Option<f64>,
) {
    let classes = CLASSES.into_iter().enumerate();
    let classes = classes.map(|(class, (name, mark))| (Some(class), name, mark));
    for (class, name, mark) in std::iter::once((None, "beat", BEAT)).chain(classes) {
        let beats = analysis.beats.iter();
        let beats = beats.filter(|beat| beat.class == class && span.contains(&beat.time_s));
        let points: Vec<(f64, f64)> = beats
            .filter_map(|beat| {
                let height = height((beat.time_s, beat.rr_ms))?;
                Some((beat.time_s - span.start, height))
            })
            .collect();
        if !points.is_empty() {
            plot.marks(panel, points.into_iter(), mark);
            plot.mark_key(panel, name, mark);
        }
    }
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

/// Samples as (time, value), of more than `n` the smallest and the largest of each of `n / 2` parts.
fn extremes(signal: &Signal, stretch: &Stretch, range: &Range<usize>, n: usize) -> Vec<(f64, f64)> {
    let hz = signal.sample_rate.hz();
    let point = |sample: usize| {
        let time = stretch.start_s + sample as f64 / hz;
        (time, f64::from(stretch.samples[sample]))
    };
    if range.len() <= n {
        return range.clone().map(point).collect();
    }
    let step = range.len().div_ceil(n / 2);
    let parts = range.clone().step_by(step);
    let parts = parts.map(|from| from..(from + step).min(range.end));
    parts
        .flat_map(|part| {
            let by_value = |a: &usize, b: &usize| {
                let (a, b) = (stretch.samples[*a], stretch.samples[*b]);
                a.total_cmp(&b)
            };
            let ends = [part.clone().min_by(by_value), part.max_by(by_value)];
            let mut ends: Vec<usize> = ends.into_iter().flatten().collect();
            ends.sort_unstable();
            ends.dedup();
            ends.into_iter().map(point)
        })
        .collect()
}
