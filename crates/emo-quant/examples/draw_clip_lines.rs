//! Draws what the three methods of the seed keep of real activations: `docs/clip-lines.svg`.
//!
//! ```sh
//! cargo run -p emo-quant --example draw_clip_lines
//! ```
//!
//! The activations are those of the bundled image model's first convolution, for 16 pictures of which the last is
//! overexposed (`fixtures/emo-quant/README.md`).

use std::{error::Error, fmt::Write, fs};

use emo_quant::{
    Calibrator, ClipRange, Histogram, Max, MaxPercentile, MaxPercentileConfig, Percentile,
    PercentileConfig,
    ndarray::{ArrayD, Axis},
};
use emo_testing::{fixture, load_npy, workspace_root};

const WIDTH: f64 = 860.0;
const PANEL: f64 = 220.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 62.0;
const GAP: f64 = 86.0;
const N_BARS: usize = 130;
const INK: &str = "#1f2430";
const MUTED: &str = "#6b7280";
const KEPT: &str = "#5b8fd6";
const CUT: &str = "#d9822b";
const LINE: &str = "#c0262d";

/// Where numbers are on paper.
struct Axes {
    low: f64,
    high: f64,
    top: f64,
}

impl Axes {
    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.low) / (self.high - self.low) * (WIDTH - LEFT - 20.0)
    }

    fn bottom(&self) -> f64 {
        self.top + PANEL
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let rows: ArrayD<f32> = load_npy(fixture("emo-quant/activations_image.npy")).mapv(|x| x as f32);

    let mut of_values = PercentileConfig::new();
    of_values.percentile = 99.9;
    let mut of_maxima = MaxPercentileConfig::new();
    (of_maxima.percentile, of_maxima.top_ratio) = (95.0, 0.01);

    let (mut max, mut histogram) = (Max::new(), Histogram::new());
    let mut percentile = Percentile::new(of_values)?;
    let mut max_percentile = MaxPercentile::new(of_maxima)?;
    for sample in rows.axis_iter(Axis(0)) {
        max.observe(&sample)?;
        histogram.observe(&sample)?;
        percentile.observe(&sample)?;
        max_percentile.observe(&sample)?;
    }
    let whole = max.range()?;
    let axes = |n: usize| Axes {
        low: f64::from(whole.min()) * 1.05,
        high: f64::from(whole.max()) * 1.05,
        top: TOP + n as f64 * (PANEL + GAP),
    };

    let height = TOP + 3.0 * (PANEL + GAP) - 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"{INK}\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    let title = "Max: from the lowest to the highest number";
    panel(&mut svg, &axes(0), title, whole)?;
    bars(&mut svg, &axes(0), &histogram, whole)?;
    let title = "Percentile 99.9: of all numbers, the outer 0.05 % at each end are clipped";
    panel(&mut svg, &axes(1), title, percentile.range()?)?;
    bars(&mut svg, &axes(1), &histogram, percentile.range()?)?;
    let title =
        "Max-Percentile 95, top 1 %: of each sample's largest magnitudes, pooled, 5 % are clipped";
    panel(&mut svg, &axes(2), title, max_percentile.range()?)?;
    samples(&mut svg, &axes(2), &rows, max_percentile.range()?)?;
    svg.push_str("</svg>\n");
    fs::write(workspace_root().join("docs/clip-lines.svg"), svg)?;
    Ok(())
}

/// Title, axis and clip lines.
fn panel(
    svg: &mut String,
    axes: &Axes,
    title: &str,
    range: ClipRange,
) -> Result<(), std::fmt::Error> {
    let (top, bottom, right) = (axes.top, axes.bottom(), WIDTH - 20.0);
    writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{title}</text>",
        top - 32.0
    )?;
    writeln!(
        svg,
        "<path d=\"M{LEFT} {bottom} H{right}\" stroke=\"{MUTED}\"/>"
    )?;
    for tick in (axes.low.ceil() as i32)..=(axes.high.floor() as i32) {
        if tick % 2 == 0 {
            let x = axes.x(f64::from(tick));
            writeln!(
                svg,
                "<path d=\"M{x:.1} {bottom} v5\" stroke=\"{MUTED}\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"{MUTED}\">{tick}</text>",
                bottom + 19.0
            )?;
        }
    }
    for (bound, anchor) in [(range.min(), "start"), (range.max(), "end")] {
        let x = axes.x(f64::from(bound));
        writeln!(
            svg,
            "<path d=\"M{x:.1} {} V{bottom}\" stroke=\"{LINE}\" stroke-width=\"2\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"{LINE}\">{bound:.2}</text>",
            top - 8.0,
            top - 12.0
        )?;
    }
    Ok(())
}

/// Counts on a logarithmic scale; what the range clips is in another colour.
fn bars(
    svg: &mut String,
    axes: &Axes,
    histogram: &Histogram,
    range: ClipRange,
) -> Result<(), std::fmt::Error> {
    let width = (axes.high - axes.low) / N_BARS as f64;
    let mut counts = [0_u64; N_BARS];
    for bin in histogram.bins() {
        counts[(((bin.center() - axes.low) / width) as usize).min(N_BARS - 1)] += bin.count;
    }
    let most = counts.iter().copied().max().unwrap_or(1) as f64;
    let height = |count: f64| PANEL * (0.95 * (1.0 + count).log10() / (1.0 + most).log10());
    for power in 0..=4 {
        let count = 10_f64.powi(power);
        let y = axes.bottom() - height(count);
        if count < most {
            writeln!(
                svg,
                "<path d=\"M{} {y:.1} h5\" stroke=\"{MUTED}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{MUTED}\">{count}</text>",
                LEFT - 8.0,
                LEFT - 12.0,
                y + 4.0
            )?;
        }
    }
    for (n, &count) in counts.iter().enumerate() {
        if count > 0 {
            let low = axes.low + n as f64 * width;
            let clipped = low + width < f64::from(range.min()) || low > f64::from(range.max());
            let color = if clipped { CUT } else { KEPT };
            let (x, height) = (axes.x(low), height(count as f64));
            writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"{color}\"/>",
                axes.bottom() - height,
                axes.x(low + width) - x - 0.8
            )?;
        }
    }
    Ok(())
}

/// One line for each sample, with its numbers as a band and those of the largest magnitude as dots.
fn samples(
    svg: &mut String,
    axes: &Axes,
    rows: &ArrayD<f32>,
    range: ClipRange,
) -> Result<(), std::fmt::Error> {
    let spacing = PANEL / (rows.len_of(Axis(0)) as f64 + 0.5);
    for (n, row) in rows.axis_iter(Axis(0)).enumerate() {
        let y = axes.bottom() - (n as f64 + 0.75) * spacing;
        let mut sorted: Vec<f32> = row.iter().copied().collect();
        sorted.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        let k = (0.01 * sorted.len() as f64).ceil() as usize;
        let (min, max) = sorted.iter().fold((0.0_f32, 0.0_f32), |(min, max), &x| {
            (min.min(x), max.max(x))
        });
        let (from, to) = (axes.x(f64::from(min)), axes.x(f64::from(max)));
        writeln!(
            svg,
            "<path d=\"M{from:.1} {y:.1} H{to:.1}\" stroke=\"#d5d9e0\" stroke-width=\"2\"/>"
        )?;
        writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"10\" fill=\"{MUTED}\">{}</text>",
            LEFT - 6.0,
            y + 3.5,
            n + 1
        )?;
        for &x in &sorted[..k] {
            let color = if (range.min()..=range.max()).contains(&x) {
                KEPT
            } else {
                CUT
            };
            writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"2.6\" fill=\"{color}\"/>",
                axes.x(f64::from(x))
            )?;
        }
    }
    writeln!(
        svg,
        "<text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\" fill=\"{MUTED}\">sample</text>",
        axes.top + 0.5 * PANEL
    )
}
