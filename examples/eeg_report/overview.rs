//! The recording over time: amplitude and rejected windows as a whole, traces of some seconds, asymmetry.

use std::{error::Error, ops::Range};

use emo_examples::report::{
    self, GREEN, INK, NOTE, Panel, Plot, Stroke, WARM, coloured_uri, number,
};
use emo_fusion::ndarray::{Array2, s};

use crate::{
    analysis::{Analysis, Asymmetry},
    judging::{Reason, Stage, Window},
};

/// How much of the traces is drawn, in seconds.
pub(crate) const TRACE_S: f64 = 10.0;

/// Channels from which on the traces are drawn in fewer points.
const MANY_CHANNELS: usize = 16;

/// Lines of one panel.
const STROKES: [Stroke; 3] = [INK, WARM, GREEN];

/// The signal before cleaning, and after it.
const RECORDED: Stroke = Stroke {
    colour: "#e2a487",
    dashes: "",
};
const CLEANED: Stroke = Stroke {
    colour: "#1f3a5f",
    dashes: "",
};

/// A window in which nothing is wrong.
const GOOD: [u8; 4] = [221, 232, 226, 255];

/// The colours of the reasons, in their order.
const REASONS: [[u8; 4]; 5] = [
    [71, 85, 105, 255],
    [162, 28, 175, 255],
    [14, 165, 233, 255],
    [220, 76, 20, 255],
    [234, 179, 8, 255],
];

/// Amplitude and reasons over the whole recording.
pub(crate) fn overview(analysis: &Analysis) -> Result<String, Box<dyn Error>> {
    let mut plot = Plot::over_time(analysis.time());
    amplitude(&mut plot, analysis);
    let mut panel = reasons(&mut plot, analysis, "Windows before cleaning", |w, c| {
        w.before[c].worst()
    })?;
    for reason in Reason::ALL {
        plot.key(&mut panel, reason.name(), &css(REASONS[reason as usize]));
    }
    plot.key(&mut panel, "fit for use", &css(GOOD));
    reasons(&mut plot, analysis, "Windows after cleaning", |w, c| {
        w.after[c].worst()
    })?;
    Ok(report::figure(&plot.finish()))
}

fn amplitude(plot: &mut Plot, analysis: &Analysis) {
    let n_columns = plot.n_columns();
    let before = columns(analysis, &analysis.cleaned.filtered, n_columns);
    let after = columns(analysis, &analysis.cleaned.cleaned, n_columns);
    let mut sizes: Vec<f64> = before
        .iter()
        .map(|(low, high)| high.max(-low))
        .filter(|x| !x.is_nan())
        .collect();
    sizes.sort_by(f64::total_cmp);
    let usual = sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(1.0);
    let limit = round_up(1.2 * usual);
    let title = format!(
        "Lowest and highest of all channels, filtered, µV (cut at ±{})",
        number(limit)
    );
    let mut panel = plot.panel(&title, 96.0, -limit..limit, &[-limit, 0.0, limit], number);
    plot.gaps(&panel, analysis.gaps().into_iter());
    plot.envelope(&panel, &before, RECORDED.colour);
    plot.envelope(&panel, &after, CLEANED.colour);
    let annotations = &analysis.annotations;
    plot.notes(&panel, annotations.iter().map(|a| (a.onset, "")));
    plot.key(&mut panel, "before cleaning", RECORDED.colour);
    plot.key(&mut panel, "after cleaning", CLEANED.colour);
    if !annotations.is_empty() {
        plot.key(&mut panel, "annotation", NOTE);
    }
    if !analysis.gaps().is_empty() {
        plot.key(&mut panel, "gap", "#c3c9d0");
    }
}

/// The lowest and the highest sample of each column of time; NaN where there is none.
fn columns(analysis: &Analysis, signal: &Array2<f32>, n_columns: usize) -> Vec<(f64, f64)> {
    let time = analysis.time();
    let n_columns = n_columns.min(signal.ncols() / 2).max(1);
    let mut columns = vec![(f64::NAN, f64::NAN); n_columns];
    for stretch in &analysis.cleaned.stretches {
        for row in signal.rows() {
            for (k, &x) in row.slice(s![stretch.samples.clone()]).iter().enumerate() {
                let at = stretch.start_s + k as f64 / analysis.rate.hz() - time.start;
                let column = (at / (time.end - time.start) * n_columns as f64) as usize;
                let (low, high) = &mut columns[column.min(n_columns - 1)];
                (*low, *high) = (low.min(x.into()), high.max(x.into()));
            }
        }
    }
    columns
}

/// A row of cells for each channel.
fn reasons(
    plot: &mut Plot,
    analysis: &Analysis,
    title: &str,
    worst: impl Fn(&Window, usize) -> Option<Reason>,
) -> Result<Panel, Box<dyn Error>> {
    let n = analysis.channels.len();
    let row_height = match n {
        0..=8 => 20.0,
        9..=24 => 14.0,
        _ => 11.0,
    };
    let panel = channel_panel(plot, analysis, title, (row_height * n as f64).max(100.0));
    plot.gaps(&panel, analysis.gaps().into_iter());
    let time = analysis.time();
    let n_columns = plot.n_columns();
    let seconds = (time.end - time.start) / n_columns as f64;
    let windows = &analysis.judged.windows;
    // Columns and channels of which the worst window counts.
    let in_column: Vec<Range<usize>> = (0..n_columns)
        .map(|column| {
            let begin = time.start + column as f64 * seconds;
            let from = windows.partition_point(|w| w.span.end <= begin + 0.25 * seconds);
            let to = windows.partition_point(|w| w.span.start < begin + 0.75 * seconds);
            from..to.max(from)
        })
        .collect();
    let picture = coloured_uri(n_columns, n, |column, channel| {
        let windows = &windows[in_column[column].clone()];
        let found = windows.iter().filter_map(|window| worst(window, channel));
        match found.min_by_key(|&reason| reason as u8) {
            Some(reason) => REASONS[reason as usize],
            None if windows.is_empty() => [0; 4],
            None => GOOD,
        }
    })?;
    plot.cells(&panel, &picture);
    Ok(panel)
}

/// Ten seconds, channel under channel.
pub(crate) fn traces(analysis: &Analysis) -> String {
    let n = analysis.channels.len();
    let lane = match n {
        // As high as the legend and the scale under it need.
        0..=2 => 150.0 / n as f64,
        3..=8 => 58.0,
        9..=MANY_CHANNELS => 38.0,
        _ => 22.0,
    };
    let end = analysis.time().end;
    let from = analysis.from_s.min(end - 1.0).max(analysis.time().start);
    let shown = from..(from + TRACE_S).min(end);
    let mut plot = Plot::over_time(0.0..shown.end - shown.start).labelled_from(shown.start);
    let title = format!("From {} to {} s", number(shown.start), number(shown.end));
    let mut panel = channel_panel(&mut plot, analysis, &title, lane * n as f64);
    plot.gaps(
        &panel,
        analysis.gaps().iter().filter_map(|gap| within(gap, &shown)),
    );
    let rejected = analysis
        .judged
        .windows
        .iter()
        .filter(|window| window.is_rejected(Stage::Recorded));
    plot.bands(
        &panel,
        rejected.filter_map(|window| within(&window.span, &shown)),
    );
    let scale = lane_scale(analysis, &shown);
    let n_columns = if n > MANY_CHANNELS {
        450
    } else {
        plot.n_columns()
    };
    for (signal, stroke) in [
        (&analysis.recorded, RECORDED),
        (&analysis.cleaned.cleaned, CLEANED),
    ] {
        for channel in 0..n {
            let centre = n as f64 - 0.5 - channel as f64;
            let lane = |value: f64| match value / scale {
                share if share.abs() <= 1.5 => centre + share,
                _ => f64::NAN,
            };
            let points = trace(analysis, signal, channel, &shown, n_columns);
            plot.trace(
                &panel,
                points.into_iter().map(|(t, x)| (t, lane(x))),
                stroke,
            );
        }
    }
    let annotations = analysis.annotations.iter();
    plot.notes(
        &panel,
        annotations
            .filter(|a| shown.contains(&a.onset))
            .map(|a| (a.onset - shown.start, a.text.as_str())),
    );
    plot.key(&mut panel, "as recorded", RECORDED.colour);
    plot.key(&mut panel, "cleaned", CLEANED.colour);
    plot.key(&mut panel, "rejected before", "#fae9c3");
    let bar = if n == 1 { 0.5 } else { 1.0 };
    let label = format!("{} µV", number(bar * scale));
    plot.scale_bar(&panel, 0.05..0.05 + bar, &label);
    report::figure(&plot.finish())
}

/// µV between two channels: what holds the most of a usual channel.
fn lane_scale(analysis: &Analysis, shown: &Range<f64>) -> f64 {
    let mut ranges: Vec<f64> = (0..analysis.channels.len())
        .map(|channel| {
            let points = trace(analysis, &analysis.cleaned.cleaned, channel, shown, 450);
            let mut values: Vec<f64> = points
                .into_iter()
                .map(|(_, x)| x)
                .filter(|x| !x.is_nan())
                .collect();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| values.get((share * values.len() as f64) as usize).copied();
            at(0.98).zip(at(0.02)).map_or(0.0, |(high, low)| high - low)
        })
        .collect();
    ranges.sort_by(f64::total_cmp);
    round_up(ranges[ranges.len() * 3 / 4].max(1.0))
}

/// Samples from `shown.start` on without their line of least squares, those of a column by its lowest and highest one;
/// NaN between stretches.
fn trace(
    analysis: &Analysis,
    signal: &Array2<f32>,
    channel: usize,
    shown: &Range<f64>,
    n_columns: usize,
) -> Vec<(f64, f64)> {
    let hz = analysis.rate.hz();
    let mut points = Vec::new();
    for stretch in &analysis.cleaned.stretches {
        let index = |time: f64| {
            let offset = ((time - stretch.start_s) * hz).round().max(0.0) as usize;
            (stretch.samples.start + offset).min(stretch.samples.end)
        };
        let samples = index(shown.start)..index(shown.end);
        if samples.is_empty() {
            continue;
        }
        let mut values: Vec<f64> = signal
            .slice(s![channel, samples.clone()])
            .iter()
            .map(|&x| f64::from(x))
            .collect();
        emo_fusion::eeg::Detrend::Linear.apply(&mut values);
        let first = stretch.start_s + (samples.start - stretch.samples.start) as f64 / hz;
        let time = |k: usize| first + k as f64 / hz - shown.start;
        let len = (TRACE_S * hz / n_columns as f64).ceil().max(1.0) as usize;
        for (chunk, begin) in values.chunks(len).zip((0..).step_by(len)) {
            if chunk.len() <= 2 {
                points.extend(chunk.iter().enumerate().map(|(k, &x)| (time(begin + k), x)));
                continue;
            }
            let by_value = |a: &usize, b: &usize| chunk[*a].total_cmp(&chunk[*b]);
            let low = (0..chunk.len()).min_by(by_value).unwrap_or_default();
            let high = (0..chunk.len()).max_by(by_value).unwrap_or_default();
            for k in [low.min(high), low.max(high)] {
                points.push((time(begin + k), chunk[k]));
            }
        }
        points.push((f64::NAN, f64::NAN));
    }
    points
}

/// Frontal asymmetry, and those of other pairs.
pub(crate) fn asymmetry(analysis: &Analysis) -> String {
    let mut plot = Plot::over_time(analysis.time());
    let (frontal, others): (Vec<&Asymmetry>, Vec<&Asymmetry>) = analysis
        .asymmetries
        .iter()
        .filter(|asymmetry| asymmetry.overall.is_finite())
        .partition(|asymmetry| asymmetry.is_frontal);
    for (asymmetries, title) in [
        (
            frontal,
            "Frontal alpha asymmetry, ln(right) − ln(left): above 0, the left is the more active side",
        ),
        (
            others,
            "DASM in alpha, left − right, nats: above 0, more alpha on the left",
        ),
    ] {
        // As many as there are strokes.
        for asymmetries in asymmetries.chunks(STROKES.len()) {
            asymmetry_panel(&mut plot, analysis, asymmetries, title);
        }
    }
    report::figure(&plot.finish())
}

fn asymmetry_panel(plot: &mut Plot, analysis: &Analysis, asymmetries: &[&Asymmetry], title: &str) {
    let values = asymmetries.iter().flat_map(|asymmetry| &asymmetry.values);
    let mut sizes: Vec<f64> = values.map(|x| x.abs()).filter(|x| x.is_finite()).collect();
    sizes.sort_by(f64::total_cmp);
    let usual = sizes.get(sizes.len() * 49 / 50).copied().unwrap_or(0.5);
    let limit = round_up(usual.max(0.1));
    let ticks = [-limit, -limit / 2.0, 0.0, limit / 2.0, limit];
    let mut panel = plot.panel(title, 120.0, -limit..limit, &ticks, number);
    plot.gaps(&panel, analysis.gaps().into_iter());
    let windows = &analysis.judged.windows;
    for (asymmetry, stroke) in asymmetries.iter().zip(STROKES) {
        let middle = |window: &Window| (window.span.start + window.span.end) / 2.0;
        let mut points = Vec::new();
        for (k, (window, &value)) in windows.iter().zip(&asymmetry.values).enumerate() {
            if k > 0 && window.samples.start != windows[k - 1].samples.end {
                points.push((f64::NAN, f64::NAN));
            }
            points.push((
                middle(window),
                if value.is_finite() { value } else { f64::NAN },
            ));
        }
        let overall = match asymmetry.overall {
            overall if overall.is_finite() => format!("{overall:.2}"),
            _ => "–".to_owned(),
        };
        let label = format!("{} ({overall})", asymmetry.name);
        plot.line(&mut panel, &label, points.iter().copied(), stroke);
        // A window between rejected ones has no line.
        plot.points(
            &panel,
            points.into_iter().filter(|(_, x)| !x.is_nan()),
            stroke.colour,
        );
    }
}

/// A panel with a lane for each channel, the first on top, named on the left.
fn channel_panel(plot: &mut Plot, analysis: &Analysis, title: &str, height: f64) -> Panel {
    let n = analysis.channels.len();
    let lanes: Vec<f64> = (0..n).map(|channel| channel as f64 + 0.5).collect();
    plot.panel(title, height, 0.0..n as f64, &lanes, |lane| {
        short(&analysis.channels[n - 1 - lane as usize])
    })
}

/// A name as far as there is room for on the left: its beginning, and its end, which is often a number.
fn short(name: &str) -> String {
    const BEGIN: usize = 3;
    const END: usize = 4;
    let n = name.chars().count();
    if n <= BEGIN + 1 + END {
        return name.to_owned();
    }
    let begin = name.chars().take(BEGIN);
    begin
        .chain(['…'])
        .chain(name.chars().skip(n - END))
        .collect()
}

fn within(span: &Range<f64>, shown: &Range<f64>) -> Option<Range<f64>> {
    let (start, end) = (span.start.max(shown.start), span.end.min(shown.end));
    (start < end).then_some(start - shown.start..end - shown.start)
}

/// The next of 1, 2, 5, 10, 20, …
fn round_up(x: f64) -> f64 {
    let power = 10.0_f64.powf(x.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|&step| step >= x * (1.0 - 1e-9))
        .unwrap_or(x)
}

fn css([r, g, b, _]: [u8; 4]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
