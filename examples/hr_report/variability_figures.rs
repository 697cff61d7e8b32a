//! The spectrum and the Poincaré plot of the corrected intervals.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use emo_examples::report::{INK, Mark, POINT, Plot, Stroke, WARM, number, plots, section};
use emo_fusion::hr::{Deviation, Poincare, RrSeries, Spectrum, SpectrumConfig, SpectrumMethod};

use crate::{
    analysis::{Analysis, quantile},
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
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = WIDTH - 64.0 - 148.0;

/// Distance of the frequencies of the spectrum without interpolation, in Hz.
const STEP_HZ: f64 = 0.001;

/// Both, as far as there are enough intervals; otherwise why not.
pub(crate) fn figures(analysis: &Analysis) -> String {
    let rr = &analysis.rr;
    let mut missing = Vec::new();
    let mut figures = Vec::new();
    if rr.covered_s() < MIN_SPECTRUM_S {
        missing.push(format!(
            "A spectrum needs at least {MIN_SPECTRUM_S} s of intervals; there are {:.1} s.",
            rr.covered_s()
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
    }
    let mut text = missing.join(" ");
    if text.is_empty() {
        text = "Of the corrected intervals. Welch: cubic tachogram at 4 Hz, Hann segments of 64 s; \
            Lomb–Scargle: the intervals as they are. Gaps are bridged by the one and left out by the other."
            .to_owned();
    }
    let mut html = section("Spectrum and Poincaré plot", &text);
    if !figures.is_empty() {
        html.push_str(&plots(figures));
    }
    html
}

fn spectrum(rr: &RrSeries) -> Option<String> {
    let welch = Spectrum::compute(rr, &SpectrumConfig::default()).ok()?;
    let mut config = SpectrumConfig::default();
    config.method = SpectrumMethod::LombScargle { step_hz: STEP_HZ };
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
            plot.key(
                &mut panel,
                &format!("{name} {}–{}", number(low), number(high)),
                colour,
            );
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
    plot.marks(&panel, rr.pairs(), cloud);
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
    emo_examples::report::figure(&plot.finish())
}
