//! The page around the figures.

use emo_examples::{
    heart::{HeartSignal, PAUSE_S},
    report::{self, columns, html_table, section, words},
};
use emo_fusion::hr::{HrvIndices, HrvValue, NotMeaningful, series_quality};

use crate::{
    analysis::{Analysis, quantile},
    stretches,
    time_figures::{self, CLASSES},
    variability_figures,
};

/// The whole page.
pub(crate) fn page(analysis: &Analysis) -> Result<String, Box<dyn std::error::Error>> {
    let mut body = tiles(analysis);
    body.push_str(&section(
        "Over the whole recording",
        &remarks(analysis).join(" "),
    ));
    body.push_str(&time_figures::whole(analysis));
    let stretches = stretches::figures(analysis);
    if !stretches.is_empty() {
        let text = "A mark shows a beat where it was found, in the colours of its class above; a tick at the bottom, \
            where correction puts it.";
        body.push_str(&section("Stretches to read", text));
        body.push_str(&stretches);
    }
    if analysis.kind == HeartSignal::Bpm {
        body.push_str(&section(
            "Distribution",
            "A heart rate has no beats: there is no variability to compute.",
        ));
        body.push_str(&variability_figures::histogram(analysis));
        body.push_str(&columns([rate_table(analysis)]));
    } else {
        body.push_str(&variability_figures::figures(analysis));
        body.push_str(&indices(analysis));
    }
    Ok(report::page(&analysis.name, &about(analysis), &body))
}

fn about(analysis: &Analysis) -> String {
    match (&analysis.signal, analysis.kind) {
        (Some(signal), _) => format!(
            "{} from channel {}, {} at {} Hz{}",
            time_figures::signal_name(signal),
            signal.channel,
            clock_time(analysis.duration_s),
            report::number(signal.sample_rate.hz()),
            match analysis.is_inverted {
                true => ", an inverted lead",
                false => "",
            }
        ),
        (None, HeartSignal::Bpm) => format!("heart rate, {}", clock_time(analysis.duration_s)),
        (None, _) => format!(
            "intervals between beats, {}",
            clock_time(analysis.duration_s)
        ),
    }
}

/// What a reader must know of what follows.
fn remarks(analysis: &Analysis) -> Vec<String> {
    let mut remarks = Vec::new();
    let gaps = analysis.gaps();
    if !gaps.is_empty() {
        let total: f64 = gaps.iter().map(|gap| gap.end - gap.start).sum();
        remarks.push(format!(
            "Nothing was recorded in {}, {} together (grey).",
            counted(gaps.len(), "stretch", "stretches"),
            clock_time(total)
        ));
    }
    if analysis
        .signal
        .as_ref()
        .is_some_and(|signal| signal.went_back)
    {
        remarks.push(
            "The recorder's clock went back; what follows is drawn where the stretch before it ends."
                .to_owned(),
        );
    }
    if !analysis.without_search.is_empty() {
        remarks.push(format!(
            "{} of {} stretches of the signal, {} together, are too short for beats to be looked for in them.",
            analysis.without_search.len(),
            analysis.signal.as_ref().map_or(0, |signal| signal.stretches.len()),
            clock_time(analysis.without_search.iter().sum())
        ));
    }
    if analysis.kind != HeartSignal::Bpm {
        if analysis.beats.is_empty() {
            remarks
                .push("No beat was found: the signal is flat, or not one of a heart.".to_owned());
        } else if analysis.runs.len() > 1 {
            remarks.push(format!(
                "Beats follow upon each other in {}: between them are more than {PAUSE_S} s or a gap, which \
                 correction does not fill.",
                counted(analysis.runs.len(), "stretch", "stretches")
            ));
        }
    }
    remarks
}

fn tiles(analysis: &Analysis) -> String {
    let mut tiles: Vec<(&str, String, String)> = Vec::new();
    tiles.push((
        "duration",
        short_time(analysis.duration_s),
        "of the recording".to_owned(),
    ));
    if let Some(signal) = &analysis.signal {
        let hz = report::number(signal.sample_rate.hz());
        tiles.push((
            "sampling rate",
            format!("{hz} Hz"),
            format!("channel {}", signal.channel),
        ));
    }
    if analysis.kind == HeartSignal::Bpm {
        rate_tiles(analysis, &mut tiles);
    } else {
        beat_tiles(analysis, &mut tiles);
    }
    report::tiles(
        tiles
            .iter()
            .map(|(name, value, meaning)| (*name, value.clone(), meaning.as_str())),
    )
}

fn rate_tiles(analysis: &Analysis, tiles: &mut Vec<(&str, String, String)>) {
    let mut values: Vec<f64> = analysis.finite_rates().collect();
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let bpm = |value: f64| format!("{value:.1} bpm");
    tiles.push(("mean rate", bpm(mean), "of the values".to_owned()));
    tiles.push((
        "median rate",
        bpm(quantile(&values, 0.5)),
        "of the values".to_owned(),
    ));
    tiles.push(("lowest", bpm(quantile(&values, 0.0)), "value".to_owned()));
    tiles.push(("highest", bpm(quantile(&values, 1.0)), "value".to_owned()));
    let series: Vec<f32> = analysis.rate.iter().map(|(_, bpm)| *bpm as f32).collect();
    let quality = format!("{:.2}", series_quality(&series));
    tiles.push((
        "quality",
        quality,
        "plausible rates and steps, 0 to 1".to_owned(),
    ));
}

fn beat_tiles(analysis: &Analysis, tiles: &mut Vec<(&str, String, String)>) {
    let n = analysis.beats.len();
    tiles.push(("beats", n.to_string(), "as found".to_owned()));
    for (title, name, digits, meaning) in [
        ("mean rate", "MeanHR", 1, "after correction"),
        ("SDNN", "SDNN", 1, "deviation of the intervals"),
        ("RMSSD", "RMSSD", 1, "of successive differences"),
        (
            "breathing",
            "RespRate",
            1,
            "breaths per minute, from the intervals",
        ),
    ] {
        if name == "RespRate"
            && let Some(rate) = analysis.median_breathing()
        {
            let meaning = "breaths per minute, from the heights of R peaks";
            tiles.push((title, format!("{rate:.digits$}"), meaning.to_owned()));
            continue;
        }
        let index = analysis
            .indices
            .as_ref()
            .and_then(|indices| indices.get(name));
        let (value, meaning) = match index.map(|index| (index.value, index.spec.unit)) {
            Some((Ok(value), "1/min")) => (format!("{value:.digits$}"), meaning.to_owned()),
            Some((Ok(value), unit)) => {
                let usable = analysis
                    .usable
                    .as_ref()
                    .and_then(|usable| usable.value(name));
                let meaning = match usable {
                    Some(Ok(usable)) => format!("{meaning}; {usable:.digits$} in usable windows"),
                    _ => meaning.to_owned(),
                };
                (format!("{value:.digits$} {unit}"), meaning)
            }
            Some((Err(NotMeaningful::Undefined), "1/min")) => {
                ("–".to_owned(), "no clear peak in the spectrum".to_owned())
            }
            Some((Err(reason), _)) => ("–".to_owned(), reason.to_string()),
            None => ("–".to_owned(), "there are no intervals".to_owned()),
        };
        tiles.push((title, value, meaning));
    }
    let corrected = analysis.n_corrected();
    let total: usize = corrected.iter().sum();
    let by_class = CLASSES.iter().zip(corrected).filter(|(_, n)| *n > 0);
    let by_class: Vec<String> = by_class
        .map(|((name, _), n)| format!("{n} {name}"))
        .collect();
    let meaning = if by_class.is_empty() {
        "no artefact was found".to_owned()
    } else {
        let share = 100.0 * total as f64 / n as f64;
        format!("{share:.1} % of the beats: {}", by_class.join(", "))
    };
    tiles.push(("corrected", total.to_string(), meaning));
    if !analysis.windows.is_empty() {
        let usable = analysis
            .windows
            .iter()
            .filter(|(_, quality)| analysis.is_usable(quality));
        let share = 100.0 * usable.count() as f64 / analysis.windows.len() as f64;
        let meaning = format!("of {} windows of 10 s", analysis.windows.len());
        tiles.push(("usable", format!("{share:.0} %"), meaning));
    }
}

fn rate_table(analysis: &Analysis) -> String {
    let mut values: Vec<f64> = analysis.finite_rates().collect();
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let rows = [
        ("values", n, "", 0),
        (
            "values missing",
            (analysis.rate.len() - values.len()) as f64,
            "",
            0,
        ),
        ("mean", mean, "bpm", 2),
        ("deviation", variance.sqrt(), "bpm", 2),
        ("5th percentile", quantile(&values, 0.05), "bpm", 2),
        ("first quartile", quantile(&values, 0.25), "bpm", 2),
        ("median", quantile(&values, 0.5), "bpm", 2),
        ("third quartile", quantile(&values, 0.75), "bpm", 2),
        ("95th percentile", quantile(&values, 0.95), "bpm", 2),
    ];
    html_table(
        "The rate",
        ["", "value", "unit"],
        rows.map(|(name, value, unit, digits)| {
            let value = match value.is_nan() {
                true => "–".to_owned(),
                false => format!("{value:.digits$}"),
            };
            [name.to_owned(), value, unit.to_owned()]
        }),
    )
}

/// The names with which the parts of the list of indices begin.
const GROUPS: [(&str, &str); 8] = [
    ("MeanNN", "Time domain"),
    ("ULF", "Frequency domain"),
    ("SD1", "Poincaré plot"),
    ("PIP", "Fragmentation"),
    ("GI", "Asymmetry"),
    ("DFA_alpha1", "Fluctuation"),
    ("ApEn", "Entropies, dimensions, words"),
    ("RespRate", "Breathing"),
];

fn indices(analysis: &Analysis) -> String {
    let Some(indices) = &analysis.indices else {
        return section(
            "Indices of variability",
            "There are no intervals, so there are no indices.",
        );
    };
    let mut text = "Of the corrected intervals. An index is shown only where the recording is long enough for it; \
        the last column is how much of the recommended time is covered."
        .to_owned();
    if analysis.usable.is_some() {
        text.push_str(" The column before has the intervals of usable windows alone.");
    }
    if analysis.has_gaps {
        text.push_str(
            " Where intervals are missing, the frequency domain is by Lomb–Scargle, which bridges no gap; at very low \
             frequencies it has more power than Welch's segments of 64 s.",
        );
    }
    let mut html = section("Indices of variability", &text);
    html.push_str(&columns(groups(indices, analysis.usable.as_ref())));
    let reasons = without_value(indices.values());
    if !reasons.is_empty() {
        let table = html_table(
            "Not meaningful for this recording",
            ["reason", "indices"],
            reasons,
        );
        html.push_str(&words(&table));
    }
    html
}

/// A table for each group that has a value; `usable` has the same indices of fewer intervals.
fn groups(indices: &HrvIndices, usable: Option<&HrvIndices>) -> Vec<String> {
    let values = indices.values();
    let start = |name: &str| values.iter().position(|v| v.spec.name == name);
    let starts = GROUPS.map(|(first, _)| start(first).unwrap_or(values.len()));
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    let groups = GROUPS.iter().zip(starts.iter().zip(ends));
    groups
        .filter_map(|((_, title), (&from, to))| {
            let with_value = values[from..to].iter().filter(|index| index.value.is_ok());
            let with_value: Vec<&HrvValue> = with_value.collect();
            if with_value.is_empty() {
                return None;
            }
            let rows = with_value.iter();
            Some(match usable {
                None => {
                    let rows = rows.map(|i| [name(i), shown(Some(i)), covered(i)]);
                    html_table(title, ["index", "value", "covered"], rows)
                }
                Some(usable) => {
                    let rows = rows.map(|i| {
                        let other = usable.get(i.spec.name);
                        [name(i), shown(Some(i)), shown(other), covered(i)]
                    });
                    html_table(title, ["index", "all", "usable", "covered"], rows)
                }
            })
        })
        .collect()
}

/// With its unit.
fn name(index: &HrvValue) -> String {
    match index.spec.unit {
        "" => index.spec.name.to_owned(),
        unit => format!("{}, {unit}", index.spec.name),
    }
}

fn shown(index: Option<&HrvValue>) -> String {
    match index.map(|index| index.value) {
        Some(Ok(value)) => significant(value),
        _ => "–".to_owned(),
    }
}

fn covered(index: &HrvValue) -> String {
    format!("{:.0} %", 100.0 * index.quality)
}

/// Each reason once, with the indices that it holds for.
fn without_value(values: &[HrvValue]) -> Vec<[String; 2]> {
    let mut reasons: Vec<[String; 2]> = Vec::new();
    for index in values {
        let Err(reason) = index.value else {
            continue;
        };
        let reason = reason.to_string();
        match reasons.iter_mut().find(|row| row[0] == reason) {
            Some(row) => row[1] = format!("{}, {}", row[1], index.spec.name),
            None => reasons.push([reason, index.spec.name.to_owned()]),
        }
    }
    reasons
}

/// Four digits that count, or whole numbers.
fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.abs() < 1e-3 {
        return format!("{value:.2e}");
    }
    let digits = (3.0 - value.abs().log10().floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.digits$}")
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Seconds, minutes or hours with one decimal.
fn short_time(seconds: f64) -> String {
    if seconds < 119.95 {
        format!("{seconds:.1} s")
    } else if seconds < 7197.0 {
        format!("{:.1} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

/// Seconds as a person reads them.
fn clock_time(seconds: f64) -> String {
    if seconds < 119.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours} h {minutes:02} min")
    } else {
        format!("{minutes} min {seconds:02} s")
    }
}
