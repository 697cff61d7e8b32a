//! The spectrum and the Poincaré plot of the corrected intervals.

use std::{
    f64::consts::{FRAC_1_SQRT_2, TAU},
    ops::Range,
};

use emo_examples::{
    heart::{LOMB, has_gaps},
    report::{INK, Mark, POINT, Plot, Stroke, WARM, coloured_uri, figure, number, plots, section},
};
use emo_fusion::hr::{Deviation, Poincare, RrSeries, Spectrum, SpectrumConfig};

use crate::{
    analysis::{Analysis, gap_share, quantile},
    beat_figures,
    time_figures::{open, padded},
};

/// Seconds below which there is no band to see: the minimum of HF.
const MIN_SPECTRUM_S: f64 = 60.0;

/// Intervals below which there is no cloud.
const MIN_POINTS: usize = 10;

/// The Task Force's bands in Hz, with their colours.
const BANDS: [(&str, f64, f64, &str); 3] = [
    ("VLF", 0.0033, 0.04, "#e3e1f1"),
    ("LF", 0.04, 0.15, "#fbe6c4"),
    ("HF", 0.15, 0.4, "#d3ebdc"),
];

/// Width of a figure beside another, and height of the panels' area, in pixels.
pub(crate) const WIDTH: f64 = 560.0;
pub(crate) const HEIGHT: f64 = WIDTH - 64.0 - 148.0;

/// Intervals above which a Poincaré plot shows how many pairs fall into each of so many cells on a side.
const MAX_MARKS: usize = 6000;
const N_CELLS: usize = 160;

/// All of them, as far as there are enough intervals; otherwise why not.
pub(crate) fn figures(analysis: &Analysis) -> String {
    let rr = &analysis.rr;
    let mut missing = Vec::new();
    let mut figures = Vec::new();
    if rr.covered_s() < MIN_SPECTRUM_S {
        missing.push(format!(
            "A spectrum needs at least {MIN_SPECTRUM_S} s of intervals; there are {:.1} s.",
            // The sum of nothing is -0.
            rr.covered_s() + 0.0
        ));
    } else {
        figures.extend(spectrum(rr));
    }
    if rr.len() < MIN_POINTS {
        missing.push(format!(
            "A Poincaré plot needs at least {MIN_POINTS} intervals; there are {}.",
            rr.len()
        ));
    } else {
        figures.extend(poincare(rr));
        figures.push(beat_figures::histogram(rr));
    }
    figures.extend(beat_figures::average(analysis));
    let mut text = Vec::new();
    if !figures.is_empty() {
        text.push("Of the corrected intervals.".to_owned());
    }
    if rr.covered_s() >= MIN_SPECTRUM_S {
        text.push(
            "Welch: cubic tachogram at 4 Hz, Hann segments of 64 s; Lomb–Scargle: the intervals as they are."
                .to_owned(),
        );
        if has_gaps(rr) {
            text.push(format!(
                "Gaps are {:.1} % of the time; Welch's method bridges them, which adds power at low frequencies.",
                100.0 * gap_share(rr)
            ));
        }
    }
    if analysis.usable.is_some() {
        text.push("Intervals of windows that are not usable are among them.".to_owned());
    }
    text.extend(missing);
    let mut html = section("Spectrum, Poincaré plot and beats", &text.join(" "));
    if !figures.is_empty() {
        html.push_str(&plots(figures));
    }
    html
}

fn spectrum(rr: &RrSeries) -> Option<String> {
    let welch = Spectrum::compute(rr, &SpectrumConfig::default()).ok()?;
    let mut config = SpectrumConfig::default();
    config.method = LOMB;
    let lomb = Spectrum::compute(rr, &config).ok()?;
    let mut plot = Plot::new(WIDTH, 0.0..0.5, "Hz");
    // The gap and the title between two panels make up the rest.
    let height = (HEIGHT - 26.0) / 2.0;
    for (title, spectrum, stroke) in [
        ("Power density by Welch's method, s²/Hz", welch, INK),
        ("Power density by Lomb–Scargle, s²/Hz", lomb, WARM),
    ] {
        let stroke = Stroke {
            dashes: "",
            ..stroke
        };
        let points: Vec<(f64, f64)> = spectrum
            .density
            .iter()
            .enumerate()
            .map(|(k, density)| (k as f64 * spectrum.bin_hz, density / 1e6))
            .filter(|(hz, _)| (BANDS[0].1..=0.5).contains(hz))
            .collect();
        let top = points.iter().map(|p| p.1).fold(0.0, f64::max);
        let top = if top > 0.0 { 1.08 * top } else { 1.0 };
        let mut panel = open(&mut plot, title, height, 0.0..top, 4);
        for (_, low, high, colour) in BANDS {
            plot.shade(&panel, low..high, colour);
        }
        plot.trace(&panel, points.into_iter(), stroke);
        for (name, low, high, colour) in BANDS {
            plot.key(&mut panel, &format!("{name} {low}–{high} Hz"), colour);
        }
    }
    Some(plot.finish())
}

fn poincare(rr: &RrSeries) -> Option<String> {
    let shape = Poincare::compute(rr, Deviation::Sample).ok()?;
    let range = padded(rr.intervals_ms().iter().copied());
    let mut plot = Plot::new(WIDTH, range.clone(), "ms");
    let title = "Poincaré plot: each interval over the one before, ms";
    let mut panel = open(&mut plot, title, HEIGHT, range.clone(), 5);
    let identity = Stroke {
        colour: "#8896a7",
        dashes: "4 4",
    };
    let ends = [range.start, range.end].map(|x| (x, x));
    plot.trace(&panel, ends.into_iter(), identity);
    let cloud = Mark {
        colour: "#33587f",
        shape: POINT,
    };
    if rr.len() > MAX_MARKS {
        plot.cells(&panel, &density(rr, &range)?);
    } else {
        plot.marks(&panel, rr.pairs(), cloud);
    }
    let n = rr.pairs().count() as f64;
    let (x, y) = rr.pairs().fold((0.0, 0.0), |sum, pair| {
        (sum.0 + pair.0 / n, sum.1 + pair.1 / n)
    });
    // SD1 lies across the line of identity, SD2 along it.
    let at = |across: f64, along: f64| {
        (
            x + FRAC_1_SQRT_2 * (along - across),
            y + FRAC_1_SQRT_2 * (along + across),
        )
    };
    let ellipse = (0..=72).map(|k| {
        let (sin, cos) = (TAU * f64::from(k) / 72.0).sin_cos();
        at(shape.sd1 * sin, shape.sd2 * cos)
    });
    plot.mark_key(&mut panel, "interval and next", cloud);
    let whole = Stroke { dashes: "", ..WARM };
    plot.line(&mut panel, "ellipse SD1, SD2", ellipse, whole);
    let label = format!("SD1 {:.1} ms", shape.sd1);
    plot.line(
        &mut panel,
        &label,
        [at(-shape.sd1, 0.0), at(shape.sd1, 0.0)].into_iter(),
        WARM,
    );
    let label = format!("SD2 {:.1} ms", shape.sd2);
    plot.line(
        &mut panel,
        &label,
        [at(0.0, -shape.sd2), at(0.0, shape.sd2)].into_iter(),
        INK,
    );
    plot.line(&mut panel, "equal intervals", std::iter::empty(), identity);
    Some(plot.finish())
}

/// How many pairs fall into each cell, the darker the more.
fn density(rr: &RrSeries, range: &Range<f64>) -> Option<String> {
    let cell = |ms: f64| {
        let share = (ms - range.start) / (range.end - range.start);
        ((share * N_CELLS as f64) as usize).min(N_CELLS - 1)
    };
    let mut counts = vec![[0_u32; N_CELLS]; N_CELLS];
    for (x, y) in rr.pairs() {
        counts[N_CELLS - 1 - cell(y)][cell(x)] += 1;
    }
    let most = counts.iter().flatten().copied().max()?;
    coloured_uri(N_CELLS, N_CELLS, |x, y| match counts[y][x] {
        0 => [0; 4],
        count => {
            // Even a single pair is seen.
            let share = f64::from(count).ln_1p() / f64::from(most).ln_1p();
            [0x1f, 0x3a, 0x5f, (60.0 + 195.0 * share) as u8]
        }
    })
    .ok()
}

/// The distribution of a rate that has no intervals.
pub(crate) fn histogram(analysis: &Analysis) -> String {
    let mut values: Vec<f64> = analysis.finite_rates().collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (
        quantile(&values, 0.0).floor(),
        quantile(&values, 1.0).floor() + 1.0,
    );
    let step = ((high - low) / 60.0).ceil();
    let n_bins = ((high - low) / step).ceil() as usize;
    let mut counts = vec![0_usize; n_bins];
    for value in &values {
        counts[(((value - low) / step) as usize).min(n_bins - 1)] += 1;
    }
    let top = counts.iter().copied().max().unwrap_or(1) as f64;
    let share = |count: f64| 100.0 * count / values.len() as f64;
    let mut plot = Plot::over(low..low + step * n_bins as f64, "bpm");
    let title = format!(
        "Distribution of the rate in steps of {} bpm, % of the values",
        number(step)
    );
    let panel = open(&mut plot, &title, 130.0, 0.0..1.05 * share(top), 4);
    let bars = counts.iter().enumerate().map(|(k, &count)| {
        let from = low + step * k as f64;
        (from..from + step, 0.0, share(count as f64))
    });
    let bars = bars.filter(|bar| bar.2 > 0.0);
    plot.bars(&panel, bars, "#33587f");
    figure(&plot.finish())
}
