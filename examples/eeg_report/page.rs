//! The page around the panels.

use std::{collections::BTreeMap, error::Error};

use emo_examples::report::{self, html_table, number, section, tables};
use emo_fusion::eeg::standard_channel_name;

use crate::{
    analysis::Analysis,
    cleaning::deviation,
    judging::{Reason, Reasons, Stage},
    overview::{asymmetry, overview, traces},
    spectra::spectra,
    topography::topographies,
};

/// The whole page.
pub(crate) fn page(analysis: &Analysis) -> Result<String, Box<dyn Error>> {
    let mut body = tiles(analysis);
    body += &section(
        "Overview",
        "One cell for each channel and window, with the first reason that applies. Flat and saturated windows stay \
         lost after cleaning.",
    );
    body += &overview(analysis)?;
    body += &section(
        "Traces",
        "Without each trace's own line of least squares; deflections beyond one and a half lanes are cut. Positive is up.",
    );
    body += &traces(analysis);
    body += &section(
        "Power spectral density",
        "µV²/Hz over frequency, both of all channels on one scale.",
    );
    body += &spectra(analysis);
    body += &section("Topographies", "");
    match topographies(analysis)? {
        Ok(maps) => {
            body += &maps;
            body += &paragraph(
                "Mean power of each band in the cleaned windows that are fit for use, interpolated by spherical \
                 splines as far as 40° from an electrode, seen from above; each map has its own scale. Hollow: electrodes \
                 without such a window.",
            );
        }
        Err(reason) => body += &paragraph(&reason),
    }
    body += &section("Alpha asymmetry", "");
    if analysis.asymmetries.is_empty() {
        body += &paragraph(
            "There is no pair of channels on the left and the right of the 10-10 system.",
        );
    } else if analysis.asymmetries.iter().all(|a| a.overall.is_nan()) {
        body += &paragraph("No pair of channels has a window in which both are fit for use.");
    } else {
        body += &asymmetry(analysis);
        body += &paragraph(
            "By window, where both channels are fit for use; in brackets, of the mean powers over these windows. \
             Compare it within one person and recording only.",
        );
    }
    body += &section("Channels", "");
    body += &tables([channels(analysis)]);
    body += &tables([reasons(analysis), notes(analysis)]);
    if !analysis.annotations.is_empty() {
        body += &tables([annotations(analysis)]);
    }
    Ok(report::page(&analysis.name, &about(analysis), &body))
}

fn paragraph(text: &str) -> String {
    format!("<p class=\"about\">{}</p>\n", report::escape(text))
}

fn about(analysis: &Analysis) -> String {
    let band = &analysis.cleaned.band_hz;
    let mains = analysis
        .cleaned
        .line_hz
        .map_or("no notch".to_owned(), |hz| {
            format!("notches at {} Hz and its harmonics", number(hz))
        });
    let gaps = match analysis.gaps().len() {
        0 => "without a gap".to_owned(),
        1 => "with a gap".to_owned(),
        n => format!("with {n} gaps"),
    };
    format!(
        "EEG {gaps}, in windows of {} s; filtered without phase shift to {}–{} Hz, {mains}, and cleaned by artefact \
         subspace reconstruction where the notes do not say otherwise",
        number(analysis.window_s),
        number(band.start),
        number(band.end),
    )
}

fn tiles(analysis: &Analysis) -> String {
    let windows = &analysis.judged.windows;
    let n = windows.len();
    let (before, after) = analysis.judged.rejected();
    let percent = |k: usize| format!("{:.0} %", 100.0 * k as f64 / n.max(1) as f64);
    let n_cells = (n * analysis.channels.len()).max(1);
    let cells = |stage| {
        let rejected: usize = windows.iter().map(|w| w.n_rejected(stage)).sum();
        format!("{:.0}\u{a0}%", 100.0 * rejected as f64 / n_cells as f64)
    };
    let placed = analysis
        .channels
        .iter()
        .filter(|name| standard_channel_name(name).is_some());
    let alpha = analysis.alpha.as_ref();
    let frontal = analysis
        .asymmetries
        .iter()
        .find(|asymmetry| asymmetry.is_frontal);
    let frontal = frontal.filter(|asymmetry| asymmetry.overall.is_finite());
    let (duration, unit) = clock(analysis.recorded_s());
    report::tiles([
        ("duration", duration, unit),
        (
            "sampling rate",
            format!("{} Hz", number(analysis.rate.hz())),
            "of each channel",
        ),
        (
            "channels",
            analysis.channels.len().to_string(),
            &format!("{} with a place", placed.count()),
        ),
        (
            "rejected before",
            percent(before),
            &format!(
                "{before} of {n} windows, {} of cells",
                cells(Stage::Recorded)
            ),
        ),
        (
            "rejected after",
            percent(after),
            &format!("{after} of {n} windows, {} of cells", cells(Stage::Cleaned)),
        ),
        (
            "dominant alpha",
            alpha.map_or("–".to_owned(), |(hz, _, _)| format!("{hz:.1} Hz")),
            &alpha.map_or("no peak in 7–13 Hz".to_owned(), |(_, db, place)| {
                format!("peak of {db:.0} dB, {place}")
            }),
        ),
        (
            "frontal asymmetry",
            frontal.map_or("–".to_owned(), |asymmetry| {
                format!("{:+.2}", asymmetry.overall)
            }),
            &frontal.map_or("no frontal pair fit for use".to_owned(), |asymmetry| {
                format!("ln α right − left, {}", asymmetry.name)
            }),
        ),
    ])
}

/// In seconds or in minutes and seconds, and which of them.
fn clock(seconds: f64) -> (String, &'static str) {
    if seconds < 120.0 {
        return (format!("{seconds:.1} s"), "without gaps");
    }
    let seconds = seconds.round();
    let minutes = (seconds / 60.0).floor();
    let text = format!("{minutes:.0}:{:02.0}", seconds - 60.0 * minutes);
    (text, "minutes, without gaps")
}

fn channels(analysis: &Analysis) -> String {
    let windows = &analysis.judged.windows;
    let n = windows.len().max(1) as f64;
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let alpha = analysis.spectra.band("alpha");
    let rows = (0..analysis.channels.len()).map(|channel| {
        let mean = |value: &dyn Fn(&crate::judging::Window) -> f64| {
            windows.iter().map(value).sum::<f64>() / n
        };
        let median = |value: &dyn Fn(&crate::judging::Window) -> f64| {
            let mut values: Vec<f64> = windows
                .iter()
                .map(value)
                .filter(|x| x.is_finite())
                .collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        let (before, after) = analysis.judged.rejected_by(channel);
        let name = &analysis.channels[channel];
        let line = median(&|w| w.recorded[channel].line_ratio.unwrap_or(f64::NAN));
        let level = alpha
            .filter(|_| analysis.spectra.n_clean[channel] > 0)
            .and_then(|band| {
                analysis
                    .spectra
                    .mean_power(&analysis.judged, channel, band, &[channel])
            })
            .map(|power| format!("{:.1}", 10.0 * power.log10()));
        let dash = || "–".to_owned();
        [
            name.clone(),
            standard_channel_name(name).map_or_else(dash, str::to_owned),
            format!(
                "{:.1}",
                deviation(analysis.cleaned.filtered.row(channel).iter().copied())
            ),
            format!(
                "{:.1}",
                deviation(analysis.cleaned.cleaned.row(channel).iter().copied())
            ),
            line.map_or_else(dash, |ratio| format!("{ratio:.2}")),
            percent(mean(&|w| w.recorded[channel].flat)),
            percent(mean(&|w| w.railed[channel])),
            percent(before as f64 / n),
            percent(after as f64 / n),
            format!("{:.2}", mean(&|w| f64::from(w.quality[channel]))),
            level.unwrap_or_else(dash),
            analysis
                .verdicts
                .as_ref()
                .map_or_else(dash, |verdicts| verdicts[channel].clone()),
        ]
    });
    html_table(
        "Quality by channel",
        [
            "channel",
            "place",
            "SD filtered, µV",
            "SD cleaned, µV",
            "mains over EEG",
            "flat, %",
            "saturated, %",
            "rejected before, %",
            "rejected after, %",
            "quality, 0 to 1",
            "alpha, dB re 1 µV²",
            "as a whole",
        ],
        rows,
    )
}

fn reasons(analysis: &Analysis) -> String {
    let windows = &analysis.judged.windows;
    let count = |reason: Reason, of: &dyn Fn(&crate::judging::Window) -> Vec<Reasons>| {
        windows
            .iter()
            .filter(|w| of(w).iter().any(|reasons| reasons.has(reason)))
            .count()
    };
    let rows = Reason::ALL.into_iter().map(|reason| {
        [
            format!("{}: {}", reason.name(), reason.limit()),
            count(reason, &|w| w.before.clone()).to_string(),
            count(reason, &|w| w.after.clone()).to_string(),
        ]
    });
    html_table(
        "Windows by reason, in any channel",
        ["reason and limit", "before", "after"],
        rows,
    )
}

fn notes(analysis: &Analysis) -> String {
    html_table(
        "Notes",
        ["of this recording"],
        analysis.notes.iter().map(|note| [note.clone()]),
    )
}

/// How often each text is there, and when first and last.
fn annotations(analysis: &Analysis) -> String {
    const SHOWN: usize = 30;
    let mut found: BTreeMap<&str, (usize, f64, f64)> = BTreeMap::new();
    for annotation in &analysis.annotations {
        let onset = annotation.onset;
        let (count, _, last) = found.entry(&annotation.text).or_insert((0, onset, onset));
        *count += 1;
        *last = last.max(onset);
    }
    let n_more = found.len().saturating_sub(SHOWN);
    let mut by_onset: Vec<_> = found.into_iter().collect();
    by_onset.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
    let rows = by_onset
        .into_iter()
        .take(SHOWN)
        .map(|(text, (count, first, last))| {
            [
                text.to_owned(),
                count.to_string(),
                format!("{first:.2}"),
                format!("{last:.2}"),
            ]
        });
    let title = match n_more {
        0 => "Annotations".to_owned(),
        n => format!("Annotations, without {n} further texts"),
    };
    html_table(&title, ["text", "times", "first, s", "last, s"], rows)
}
