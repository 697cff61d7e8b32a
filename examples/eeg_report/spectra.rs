//! Power over frequency, a small plot for each channel, all on one scale.

use std::fmt::Write as _;

use emo_examples::report::{self, escape, number};

use crate::analysis::{Analysis, Spectra};

/// The frequencies that are drawn, in Hz: EEG, and the mains beside it.
const RANGE_HZ: [f64; 2] = [1.0, 65.0];

/// Width of the picture, and room for labels on the left of a plot, above and below it, in pixels.
const WIDTH: f64 = 1120.0;
const LEFT: f64 = 46.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 20.0;
const GAP: f64 = 10.0;

/// Light colours of the bands, by their names.
const BANDS: [(&str, &str, &str); 5] = [
    ("delta", "δ", "#dfe6f5"),
    ("theta", "θ", "#dcefe2"),
    ("alpha", "α", "#fbe7b5"),
    ("beta", "β", "#f7dcd3"),
    ("gamma", "γ", "#e9def3"),
];

/// The Greek letter of a band's name.
pub(crate) fn letter(name: &str) -> &str {
    BANDS
        .iter()
        .find(|(band, _, _)| *band == name)
        .map_or(name, |(_, letter, _)| letter)
}

/// A frame of axes that all plots share.
struct Axes {
    width: f64,
    height: f64,
    top_hz: f64,
    /// Powers of ten of µV²/Hz.
    decades: [i32; 2],
}

impl Axes {
    fn x(&self, hz: f64) -> f64 {
        let share = (hz - RANGE_HZ[0]) / (self.top_hz - RANGE_HZ[0]);
        self.width * share.clamp(0.0, 1.0)
    }

    fn y(&self, density: f64) -> f64 {
        let [low, high] = self.decades.map(f64::from);
        let share = (density.max(1e-30).log10() - low) / (high - low);
        self.height * (1.0 - share.clamp(0.0, 1.0))
    }
}

pub(crate) fn spectra(analysis: &Analysis) -> String {
    let n = analysis.channels.len();
    let (n_columns, height) = match n {
        1 => (1, 260.0),
        2..=4 => (2, 190.0),
        5..=9 => (3, 160.0),
        10..=24 => (4, 130.0),
        _ => (8, 84.0),
    };
    let axes = Axes {
        width: WIDTH / n_columns as f64 - LEFT - GAP,
        height,
        top_hz: RANGE_HZ[1].min(analysis.rate.nyquist_hz()),
        decades: decades(&analysis.spectra),
    };
    let mut svg = String::new();
    for channel in 0..n {
        let (row, column) = (channel / n_columns, channel % n_columns);
        let x = LEFT + column as f64 * WIDTH / n_columns as f64;
        let y = TOP + row as f64 * (height + TOP + BOTTOM);
        let _ = write!(svg, r#"<g transform="translate({x:.1} {y:.1})">"#);
        plot(&mut svg, analysis, channel, &axes);
        svg.push_str("</g>");
    }
    let bottom = n.div_ceil(n_columns) as f64 * (height + TOP + BOTTOM) + 6.0;
    let _ = write!(
        svg,
        r##"<g transform="translate({LEFT} {bottom:.1})"><path class="line" d="M0 6h22" stroke="#c9703f"/><text class="legend" x="28" y="10">as recorded</text><path class="line" d="M130 6h22" stroke="#1f3a5f"/><text class="legend" x="158" y="10">cleaned, windows in which the channel is fit for use</text><path class="line" d="M490 6h22" stroke="#1f3a5f" stroke-dasharray="3 3"/><text class="legend" x="518" y="10">cleaned, where no window of the channel is</text></g>"##
    );
    report::figure(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {:.0}" role="img" aria-label="Power spectral density of each channel">{svg}</svg>"#,
        bottom + 20.0
    ))
}

/// From the lowest cleaned power within the bands to the highest one that is drawn.
fn decades(spectra: &Spectra) -> [i32; 2] {
    let top_hz = spectra
        .bands
        .iter()
        .map(|band| band.high_hz)
        .fold(10.0, f64::max);
    let within = |densities: &[Vec<f64>], top_hz: f64| -> Vec<f64> {
        let bins = densities
            .iter()
            .flat_map(|density| density.iter().enumerate());
        bins.filter(|(bin, _)| (RANGE_HZ[0]..=top_hz).contains(&(*bin as f64 * spectra.bin_hz)))
            .map(|(_, &x)| x)
            .filter(|&x| x > 1e-6)
            .collect()
    };
    let low = within(&spectra.after, top_hz)
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    let mut all = within(&spectra.before, RANGE_HZ[1]);
    all.extend(within(&spectra.after, RANGE_HZ[1]));
    let high = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let low = if low.is_finite() {
        low.log10().floor() as i32
    } else {
        -2
    };
    let high = if high.is_finite() {
        high.log10().ceil() as i32
    } else {
        2
    };
    [low.max(high - 8), high.max(low + 1)]
}

fn plot(svg: &mut String, analysis: &Analysis, channel: usize, axes: &Axes) {
    let Axes {
        width,
        height,
        top_hz,
        decades,
    } = *axes;
    let is_small = height < 100.0;
    let spectra = &analysis.spectra;
    let name = escape(&analysis.channels[channel]);
    let _ = write!(
        svg,
        r#"<text class="title" x="0" y="-6">{name}</text><rect class="ground" width="{width:.1}" height="{height}"/>"#
    );
    for band in &spectra.bands {
        let colour = BANDS
            .iter()
            .find(|(name, _, _)| *name == band.name)
            .map_or("#eee", |b| b.2);
        let (x0, x1) = (axes.x(band.low_hz), axes.x(band.high_hz));
        let _ = write!(
            svg,
            r#"<rect x="{x0:.1}" width="{:.1}" height="{height}" fill="{colour}"/>"#,
            x1 - x0
        );
        if !is_small {
            let _ = write!(
                svg,
                r#"<text class="tick" x="{:.1}" y="12" text-anchor="middle">{}</text>"#,
                (x0 + x1) / 2.0,
                escape(letter(&band.name))
            );
        }
    }
    let step = ((decades[1] - decades[0]) as usize).div_ceil(if is_small { 2 } else { 4 });
    for decade in (decades[0]..=decades[1]).step_by(step.max(1)) {
        let y = axes.y(10.0_f64.powi(decade));
        let _ = write!(
            svg,
            r#"<path class="grid" d="M0 {y:.1}h{width:.1}"/><text class="tick" x="-5" y="{:.1}" text-anchor="end">{}</text>"#,
            y + 3.5,
            power_of_ten(decade)
        );
    }
    let ticks: &[f64] = if is_small {
        &[10.0, 30.0]
    } else {
        &[4.0, 8.0, 14.0, 31.0, 45.0]
    };
    let labels = ticks
        .iter()
        .filter(|&&hz| hz < 0.8 * top_hz)
        .map(|&hz| (hz, "middle", number(hz)))
        .chain([(top_hz, "end", format!("{} Hz", number(top_hz)))]);
    for (hz, anchor, label) in labels {
        let _ = write!(
            svg,
            r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="{anchor}">{label}</text>"#,
            axes.x(hz),
            height + 13.0
        );
    }
    let dashes = if spectra.n_clean[channel] > 0 {
        ""
    } else {
        "3 3"
    };
    for (density, colour, dashes) in [
        (&spectra.before[channel], "#c9703f", ""),
        (&spectra.after[channel], "#1f3a5f", dashes),
    ] {
        let path = path(density, spectra.bin_hz, axes);
        let _ = write!(
            svg,
            r#"<path class="line" d="{path}" stroke="{colour}" stroke-dasharray="{dashes}"/>"#
        );
    }
}

/// Within the axes; what is below them is not drawn.
fn path(density: &[f64], bin_hz: f64, axes: &Axes) -> String {
    let lowest = 10.0_f64.powi(axes.decades[0]);
    let mut path = String::new();
    let mut is_open = false;
    for (bin, &x) in density.iter().enumerate() {
        let hz = bin as f64 * bin_hz;
        let is_shown = (RANGE_HZ[0]..=axes.top_hz).contains(&hz) && x >= lowest;
        if is_shown {
            let letter = if is_open { 'L' } else { 'M' };
            let _ = write!(path, "{letter}{:.1} {:.1}", axes.x(hz), axes.y(x));
        }
        is_open = is_shown;
    }
    path
}

fn power_of_ten(exponent: i32) -> String {
    match exponent {
        -3..=3 => {
            let text = format!("{:.3}", 10.0_f64.powi(exponent));
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("1e{exponent}"),
    }
}
