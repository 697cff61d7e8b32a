//! The page around the figures.

use emo_examples::{
    HeartSignal,
    report::{self, html_table, section, tables},
};
use emo_fusion::hr::{HrvValue, series_quality};

use crate::{
    analysis::{Analysis, quantile},
    runs::PAUSE_S,
    time_figures::{self, CLASSES},
    variability_figures,
};

/// The whole page.
pub(crate) fn page(
    analysis: &Analysis,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut body = tiles(analysis);
    body.push_str(&section(
        "Over the whole recording",
        &remarks(analysis).join(" "),
    ));
    body.push_str(&time_figures::whole(analysis));
    let stretches = time_figures::stretches(analysis);
    if !stretches.is_empty() {
        let text = "The signal as recorded; a mark shows a beat that was found, in the colours of its class above.";
        body.push_str(&section("Stretches to read", text));
        body.push_str(&stretches);
    }
    if analysis.kind == HeartSignal::Bpm {
        body.push_str(&section(
            "Distribution",
            "A heart rate has no beats: there is no variability to compute.",
        ));
        body.push_str(&variability_figures::histogram(analysis));
        body.push_str(&tables([rate_table(analysis)]));
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
            if signal.is_ecg { "ECG" } else { "PPG" },
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
    if analysis.kind != HeartSignal::Bpm {
        if analysis.beats.is_empty() {
            remarks
                .push("No beat was found: the signal is flat, or not one of a heart.".to_owned());
        } else {
            remarks.push(format!(
                "Intervals of more than {PAUSE_S} s count as gaps; correction does not fill them."
            ));
        }
    }
    remarks
}

fn tiles(analysis: &Analysis) -> String {
    let mut tiles: Vec<(&str, String, String)> = Vec::new();
    tiles.push((
        "duration",
        clock_time(analysis.duration_s),
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
        let index = analysis
            .indices
            .as_ref()
            .and_then(|indices| indices.get(name));
        let (value, meaning) = match index.map(|index| (index.value, index.spec.unit)) {
            Some((Ok(value), "1/min")) => (format!("{value:.digits$}"), meaning.to_owned()),
            Some((Ok(value), unit)) => (format!("{value:.digits$} {unit}"), meaning.to_owned()),
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
    let meaning = match by_class.is_empty() {
        true => "no artefact".to_owned(),
        false => by_class.join(", "),
    };
    let share = 100.0 * total as f64 / n.max(1) as f64;
    tiles.push(("corrected", format!("{total} ({share:.1} %)"), meaning));
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
    let text = "Of the corrected intervals. An index is shown only where the recording is long enough for it; \
        the last column is how much of the recommended time it covers.";
    let mut html = section("Indices of variability", text);
    let values = indices.values();
    let start = |name: &str| {
        values
            .iter()
            .position(|v| v.spec.name == name)
            .unwrap_or(values.len())
    };
    let starts = GROUPS.map(|(first, _)| start(first));
    let ends = starts.iter().skip(1).copied().chain([values.len()]);
    let groups = GROUPS.iter().zip(starts.iter().zip(ends));
    let groups = groups.filter_map(|((_, title), (&from, to))| {
        let rows: Vec<[String; 4]> = values[from..to].iter().filter_map(row).collect();
        (!rows.is_empty()).then(|| html_table(title, ["index", "value", "unit", "covered"], rows))
    });
    html.push_str(&tables(groups));
    let reasons = without_value(values);
    if !reasons.is_empty() {
        let table = html_table(
            "Not meaningful for this recording",
            ["reason", "indices"],
            reasons,
        );
        html.push_str(&tables([table]));
    }
    html
}

fn row(index: &HrvValue) -> Option<[String; 4]> {
    let value = index.value.ok()?;
    Some([
        index.spec.name.to_owned(),
        significant(value),
        index.spec.unit.to_owned(),
        format!("{:.0} %", 100.0 * index.quality),
    ])
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
    let digits = (3.0 - value.abs().log10().floor()).clamp(0.0, 8.0) as usize;
    format!("{value:.digits$}")
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
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
