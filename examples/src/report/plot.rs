//! Panels under one another over the same axis, as SVG.

use std::{collections::BTreeSet, fmt::Write as _, ops::Range};

use super::escape;

/// The page's width and the margins beside the panels, in pixels.
const WIDTH: f64 = 1120.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 148.0;

/// Distance of two panels.
const GAP: f64 = 26.0;

/// How a line is drawn: with a colour and a pattern, so that it can be told apart without the colour.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    /// As CSS writes it.
    pub colour: &'static str,
    /// As SVG's `stroke-dasharray`; empty for a whole line.
    pub dashes: &'static str,
}

/// The first line of a panel.
pub const INK: Stroke = stroke("#1f3a5f", "");
/// The second.
pub const WARM: Stroke = stroke("#c2410c", "6 3");
/// The third.
pub const GREEN: Stroke = stroke("#15803d", "2 3");

/// The colour of what a file says beside its signals.
pub const NOTE: &str = "#7c3aed";

/// A small filled shape with a colour, so that it can be told apart without the colour.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// As CSS writes it.
    pub colour: &'static str,
    /// A closed path from the shape's middle, in relative commands of SVG.
    pub shape: &'static str,
}

/// A disc of 6 pixels.
pub const DISC: &str = "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z";
/// A square of about its area.
pub const SQUARE: &str = "m-2.8-2.8h5.6v5.6h-5.6z";
/// A square on its corner.
pub const DIAMOND: &str = "m0-4.2l4.2 4.2l-4.2 4.2l-4.2-4.2z";
/// A triangle on its side.
pub const TRIANGLE: &str = "m0-4l4 7h-8z";
/// A square of 2 pixels, for clouds of points.
pub const POINT: &str = "m-1-1h2v2h-2z";
/// An upright tick of 10 pixels.
pub const TICK: &str = "m-.8-5h1.6v10h-1.6z";

/// Up to four lines on a dark picture.
pub const ON_PICTURE: [Stroke; 4] = [
    stroke("#7dd3fc", ""),
    stroke("#fca5a5", ""),
    stroke("#ffffff", "5 2"),
    stroke("#f0abfc", "2 2"),
];

const fn stroke(colour: &'static str, dashes: &'static str) -> Stroke {
    Stroke { colour, dashes }
}

/// A growing picture.
#[derive(Debug)]
pub struct Plot {
    body: String,
    axis: Range<f64>,
    axis_label: String,
    /// What the ticks' labels are ahead of the axis.
    label_offset: f64,
    width: f64,
    /// Where the next panel begins.
    y: f64,
}

/// A panel that lines and areas can be put into.
#[derive(Debug)]
pub struct Panel {
    y: f64,
    height: f64,
    range: Range<f64>,
    n_labels: usize,
}

impl Plot {
    /// A plot as wide as the page; the time is in seconds.
    pub fn over_time(time: Range<f64>) -> Self {
        Self::new(WIDTH, time, "time in s")
    }

    /// A plot over any axis, as wide as the page.
    pub fn over(axis: Range<f64>, axis_label: &str) -> Self {
        Self::new(WIDTH, axis, axis_label)
    }

    /// A plot over any axis, `width` pixels wide with its margins.
    pub fn new(width: f64, axis: Range<f64>, axis_label: &str) -> Self {
        Self {
            body: String::new(),
            axis,
            axis_label: escape(axis_label),
            label_offset: 0.0,
            width,
            y: 8.0,
        }
    }

    /// Labels the axis as if `offset` were its zero, as where a part of a recording is drawn.
    #[must_use]
    pub fn labelled_from(mut self, offset: f64) -> Self {
        self.label_offset = offset;
        self
    }

    /// The panels' width in pixels: more columns than this are not seen.
    pub fn n_columns(&self) -> usize {
        self.inner() as usize
    }

    /// Opens a panel with a title, and horizontal lines at `ticks`, whose labels are given by `label`.
    pub fn panel(
        &mut self,
        title: &str,
        height: f64,
        range: Range<f64>,
        ticks: &[f64],
        label: impl Fn(f64) -> String,
    ) -> Panel {
        self.y += GAP;
        let panel = Panel {
            y: self.y,
            height,
            range,
            n_labels: 0,
        };
        let (top, bottom) = (panel.y, panel.y + height);
        let (inner, title) = (self.inner(), escape(title));
        let columns: Vec<f64> = self.axis_ticks().iter().map(|&t| self.x_of(t)).collect();
        let body = &mut self.body;
        let _ = write!(
            body,
            r#"<text class="title" x="{LEFT}" y="{:.1}">{title}</text><rect class="ground" x="{LEFT}" y="{top:.1}" width="{inner}" height="{height}"/>"#,
            top - 7.0
        );
        for &tick in ticks {
            let y = panel.y_of(tick);
            let _ = write!(
                body,
                r#"<path class="grid" d="M{LEFT} {y:.1}h{inner}"/><text class="tick" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
                LEFT - 7.0,
                y + 3.5,
                escape(&label(tick))
            );
        }
        for x in columns {
            let _ = write!(
                body,
                r#"<path class="grid" d="M{x:.1} {top:.1}V{bottom:.1}"/>"#
            );
        }
        self.y = bottom;
        panel
    }

    /// Closes the picture with the axis.
    pub fn finish(mut self) -> String {
        for tick in self.axis_ticks() {
            let _ = write!(
                self.body,
                r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                self.x_of(tick),
                self.y + 15.0,
                number(tick + self.label_offset)
            );
        }
        let _ = write!(
            self.body,
            r#"<text class="tick" x="{:.1}" y="{:.1}">{}</text>"#,
            LEFT + self.inner() + 26.0,
            self.y + 15.0,
            self.axis_label
        );
        let height = self.y + 24.0;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {height:.0}" role="img" aria-label="Panels over {}">{}</svg>"#,
            self.width, self.axis_label, self.body
        )
    }

    /// Stretches of the axis over the panel's whole height.
    pub fn bands(&mut self, panel: &Panel, spans: impl Iterator<Item = Range<f64>>) {
        for span in spans {
            let (x0, x1) = (self.x_of(span.start), self.x_of(span.end));
            let _ = write!(
                self.body,
                r#"<rect class="band" x="{x0:.1}" y="{:.1}" width="{:.1}" height="{}"/>"#,
                panel.y,
                x1 - x0,
                panel.height
            );
        }
    }

    /// Stretches in which nothing was recorded, in order, over the panel's whole height; those that touch in the picture
    /// are drawn as one.
    pub fn gaps(&mut self, panel: &Panel, spans: impl Iterator<Item = Range<f64>>) {
        let mut columns: Vec<Range<f64>> = Vec::new();
        for span in spans {
            let x0 = self.x_of(span.start);
            let x1 = self.x_of(span.end).max(x0 + 1.0);
            match columns.last_mut() {
                Some(last) if x0 <= last.end + 0.5 => last.end = last.end.max(x1),
                _ => columns.push(x0..x1),
            }
        }
        for column in columns {
            let _ = write!(
                self.body,
                r#"<rect class="gap" x="{:.1}" y="{:.1}" width="{:.1}" height="{}"/>"#,
                column.start,
                panel.y,
                column.end - column.start,
                panel.height
            );
        }
    }

    /// Upright lines in [`NOTE`] at (axis, text), in order, each with its text at the top where there is room for it; those
    /// that touch in the picture are drawn as one.
    pub fn notes<'t>(&mut self, panel: &Panel, notes: impl Iterator<Item = (f64, &'t str)>) {
        const LETTER: f64 = 6.5;
        const SHOWN: usize = 24;
        let (mut last, mut free) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (at, text) in notes {
            let x = self.x_of(at);
            if x < last + 1.0 {
                continue;
            }
            last = x;
            let (top, height) = (panel.y, panel.height);
            let _ = write!(
                self.body,
                r#"<path class="note" d="M{x:.1} {top:.1}v{height}"/>"#
            );
            let mut shown: String = text.chars().take(SHOWN).collect();
            if text.chars().nth(SHOWN).is_some() {
                shown.push('…');
            }
            let width = LETTER * shown.chars().count() as f64;
            // Next to its line, or before it at the right end.
            let at_end = x + 4.0 + width > LEFT + self.inner();
            let start = if at_end { x - 3.0 - width } else { x + 3.0 };
            if shown.is_empty() || start < free {
                continue;
            }
            free = start + width + 3.0;
            let (anchor, x) = if at_end {
                ("end", x - 3.0)
            } else {
                ("start", x + 3.0)
            };
            let _ = write!(
                self.body,
                r#"<text class="note" text-anchor="{anchor}" x="{x:.1}" y="{:.1}">{}</text>"#,
                top + 10.0,
                escape(&shown)
            );
        }
    }

    /// Bars from `low` to `high` on the panel's scale.
    pub fn bars(
        &mut self,
        panel: &Panel,
        bars: impl Iterator<Item = (Range<f64>, f64, f64)>,
        colour: &str,
    ) {
        for (span, low, high) in bars {
            let (x0, x1) = (self.x_of(span.start), self.x_of(span.end));
            let (top, bottom) = (panel.y_of(high), panel.y_of(low));
            let _ = write!(
                self.body,
                r#"<rect x="{x0:.1}" y="{top:.1}" width="{:.1}" height="{:.1}" fill="{colour}"/>"#,
                (x1 - x0 - 1.0).max(1.0),
                (bottom - top).max(0.5)
            );
        }
    }

    /// The area between the smallest and the largest value of each column; columns of NaN interrupt it.
    pub fn envelope(&mut self, panel: &Panel, columns: &[(f64, f64)], colour: &str) {
        let step = self.inner() / columns.len().max(1) as f64;
        let x = |k: usize| LEFT + (k as f64 + 0.5) * step;
        let is_nan = |&(low, high): &(f64, f64)| low.is_nan() || high.is_nan();
        let mut path = String::new();
        let mut k = 0;
        for run in columns.chunk_by(|a, b| is_nan(a) == is_nan(b)) {
            let first = k;
            k += run.len();
            if is_nan(&run[0]) {
                continue;
            }
            for (k, &(_, high)) in (first..).zip(run) {
                let letter = if k == first { 'M' } else { 'L' };
                let _ = write!(path, "{letter}{:.1} {:.1}", x(k), panel.y_of(high) - 0.3);
            }
            for (k, &(low, _)) in (first..k).zip(run).rev() {
                let _ = write!(path, "L{:.1} {:.1}", x(k), panel.y_of(low) + 0.3);
            }
            path.push('Z');
        }
        let _ = write!(self.body, r#"<path d="{path}" fill="{colour}"/>"#);
    }

    /// Points as (axis, value); NaN interrupts the line.
    pub fn line(
        &mut self,
        panel: &mut Panel,
        label: &str,
        points: impl Iterator<Item = (f64, f64)>,
        stroke: Stroke,
    ) {
        self.trace(panel, points, stroke);
        self.label(panel, label, stroke, "none");
    }

    /// As [`line`](Self::line), without a line of the legend.
    pub fn trace(
        &mut self,
        panel: &Panel,
        points: impl Iterator<Item = (f64, f64)>,
        stroke: Stroke,
    ) {
        let path = self.path(panel, points);
        let Stroke { colour, dashes } = stroke;
        let _ = write!(
            self.body,
            r#"<path class="line" d="{path}" stroke="{colour}" stroke-dasharray="{dashes}"/>"#
        );
    }

    /// A bar on the right that is as long as `span` on the panel's scale, and what that is.
    pub fn scale_bar(&mut self, panel: &Panel, span: Range<f64>, label: &str) {
        let (x, label) = (LEFT + self.inner() + 10.0, escape(label));
        let (low, high) = (panel.y_of(span.start), panel.y_of(span.end));
        let _ = write!(
            self.body,
            r#"<path class="scale" d="M{:.1} {high:.1}h8m-4 0V{low:.1}m-4 0h8"/><text class="legend" x="{:.1}" y="{:.1}">{label}</text>"#,
            x - 4.0,
            x + 8.0,
            (low + high) / 2.0 + 3.5
        );
    }

    /// As [`line`](Self::line), with a dark rim, on a picture; a jump by more than a twentieth of the panel interrupts.
    pub fn line_on_picture(
        &mut self,
        panel: &mut Panel,
        label: &str,
        points: impl Iterator<Item = (f64, f64)>,
        stroke: Stroke,
    ) {
        let jump = (panel.range.end - panel.range.start) / 20.0;
        let mut before = f64::NAN;
        let points = points.map(|(time, value)| {
            let is_jump = (value - before).abs() > jump;
            before = value;
            (time, if is_jump { f64::NAN } else { value })
        });
        let path = self.path(panel, points);
        let Stroke { colour, dashes } = stroke;
        let _ = write!(
            self.body,
            r##"<path class="rim" d="{path}"/><path class="bright" d="{path}" stroke="{colour}" stroke-dasharray="{dashes}"/>"##
        );
        self.label(panel, label, stroke, "rim");
    }

    /// Single points as (axis, value), and a line of the legend.
    pub fn dots(
        &mut self,
        panel: &mut Panel,
        label: &str,
        points: impl Iterator<Item = (f64, f64)>,
        colour: &str,
    ) {
        self.points(panel, points, colour);
        self.key(panel, label, colour);
    }

    /// As [`dots`](Self::dots), without a line of the legend.
    pub fn points(
        &mut self,
        panel: &Panel,
        points: impl Iterator<Item = (f64, f64)>,
        colour: &str,
    ) {
        for (x, value) in points {
            let _ = write!(
                self.body,
                r#"<circle cx="{:.1}" cy="{:.1}" r="2.5" fill="{colour}" fill-opacity=".75"/>"#,
                self.x_of(x),
                panel.y_of(value)
            );
        }
    }

    /// Marks at points as (axis, value); of those in the same pixel, one.
    pub fn marks(&mut self, panel: &Panel, points: impl Iterator<Item = (f64, f64)>, mark: Mark) {
        let mut path = String::new();
        let mut taken = BTreeSet::new();
        for (x, value) in points.filter(|(x, value)| !(x.is_nan() || value.is_nan())) {
            let (x, y) = (self.x_of(x), panel.y_of(value));
            if taken.insert((x as i64, y as i64)) {
                let _ = write!(path, "M{x:.1} {y:.1}{}", mark.shape);
            }
        }
        if !path.is_empty() {
            let _ = write!(self.body, r#"<path d="{path}" fill="{}"/>"#, mark.colour);
        }
    }

    /// A line of the legend with a mark.
    pub fn mark_key(&mut self, panel: &mut Panel, label: &str, mark: Mark) {
        let (x, label) = (LEFT + self.inner() + 12.0, escape(label));
        let y = panel.y + 10.0 + 16.0 * panel.n_labels as f64;
        let _ = write!(
            self.body,
            r#"<path d="M{:.1} {y:.1}{}" fill="{}"/><text class="legend" x="{:.1}" y="{:.1}">{label}</text>"#,
            x + 11.0,
            mark.shape,
            mark.colour,
            x + 28.0,
            y + 3.5
        );
        panel.n_labels += 1;
    }

    /// A stretch of the axis over the panel's whole height, in any colour.
    pub fn shade(&mut self, panel: &Panel, span: Range<f64>, colour: &str) {
        let (x0, x1) = (self.x_of(span.start), self.x_of(span.end));
        let _ = write!(
            self.body,
            r#"<rect x="{x0:.1}" y="{:.1}" width="{:.1}" height="{}" fill="{colour}"/>"#,
            panel.y,
            x1 - x0,
            panel.height
        );
    }

    /// A picture over the whole panel.
    pub fn picture(&mut self, panel: &Panel, data_uri: &str) {
        let inner = self.inner();
        let _ = write!(
            self.body,
            r#"<image x="{LEFT}" y="{:.1}" width="{inner}" height="{}" preserveAspectRatio="none" href="{data_uri}"/>"#,
            panel.y, panel.height
        );
    }

    /// A picture of few cells over the whole panel, which keep their edges.
    pub fn cells(&mut self, panel: &Panel, data_uri: &str) {
        let inner = self.inner();
        let _ = write!(
            self.body,
            r#"<image class="cells" x="{LEFT}" y="{:.1}" width="{inner}" height="{}" preserveAspectRatio="none" href="{data_uri}"/>"#,
            panel.y, panel.height
        );
    }

    /// A line of the legend on the right; the class `rim` lets bright ones be seen.
    fn label(&mut self, panel: &mut Panel, label: &str, stroke: Stroke, class: &str) {
        let (x, label) = (LEFT + self.inner() + 12.0, escape(label));
        let y = panel.y + 10.0 + 16.0 * panel.n_labels as f64;
        let Stroke { colour, dashes } = stroke;
        let _ = write!(
            self.body,
            r##"<path class="{class}" d="M{x} {y:.1}h22"/><path class="bright" d="M{x} {y:.1}h22" stroke="{colour}" stroke-dasharray="{dashes}"/><text class="legend" x="{:.1}" y="{:.1}">{label}</text>"##,
            x + 28.0,
            y + 3.5
        );
        panel.n_labels += 1;
    }

    /// A line of the legend with a filled square.
    pub fn key(&mut self, panel: &mut Panel, label: &str, colour: &str) {
        let (x, label) = (LEFT + self.inner() + 12.0, escape(label));
        let y = panel.y + 10.0 + 16.0 * panel.n_labels as f64;
        let _ = write!(
            self.body,
            r#"<rect x="{:.1}" y="{:.1}" width="12" height="10" fill="{colour}"/><text class="legend" x="{:.1}" y="{:.1}">{label}</text>"#,
            x + 5.0,
            y - 5.0,
            x + 28.0,
            y + 3.5
        );
        panel.n_labels += 1;
    }

    fn path(&self, panel: &Panel, points: impl Iterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        let mut is_open = false;
        for (time, value) in points {
            if value.is_nan() {
                is_open = false;
                continue;
            }
            let (x, y) = (self.x_of(time), panel.y_of(value));
            // A line of no length lets a single point be seen.
            let _ = match is_open {
                true => write!(path, "L{x:.1} {y:.1}"),
                false => write!(path, "M{x:.1} {y:.1}h0"),
            };
            is_open = true;
        }
        path
    }

    fn inner(&self) -> f64 {
        self.width - LEFT - RIGHT
    }

    fn x_of(&self, at: f64) -> f64 {
        let share = (at - self.axis.start) / (self.axis.end - self.axis.start);
        LEFT + self.inner() * share.clamp(0.0, 1.0)
    }

    /// Round values, one for about 110 pixels.
    fn axis_ticks(&self) -> Vec<f64> {
        let labels = self.axis.start + self.label_offset..self.axis.end + self.label_offset;
        let n = (self.inner() / 110.0).floor().max(2.0);
        let ticks = round_ticks(&labels, n as usize).into_iter();
        ticks.map(|tick| tick - self.label_offset).collect()
    }
}

impl Panel {
    fn y_of(&self, value: f64) -> f64 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        self.y + self.height * (1.0 - share.clamp(0.0, 1.0))
    }
}

/// Round values in a range, up to about `n` steps of 1, 2 or 5 times a power of ten; none of an empty range.
pub fn round_ticks(range: &Range<f64>, n: usize) -> Vec<f64> {
    let rough = (range.end - range.start) / n.max(1) as f64;
    if !(rough.is_finite() && rough > 0.0) {
        return Vec::new();
    }
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|step| step * power)
        .into_iter()
        .find(|&step| step >= rough * (1.0 - 1e-9))
        .unwrap_or(rough);
    let first = (range.start / step - 1e-9).ceil() as i64;
    let last = (range.end / step + 1e-9).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// Without the zeros that say nothing.
pub fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        for (range, n, expected) in [
            (0.0..1.0, 5, vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (0.0..1.0, 4, vec![0.0, 0.5, 1.0]),
            (-3.0..95.0, 3, vec![0.0, 50.0]),
            (867.5..882.5, 4, vec![870.0, 875.0, 880.0]),
            (1.0..1.0, 4, Vec::new()),
            (2.0..1.0, 4, Vec::new()),
            (0.0..f64::INFINITY, 4, Vec::new()),
        ] {
            let ticks = round_ticks(&range, n);
            assert_eq!(ticks.len(), expected.len(), "{range:?}: {ticks:?}");
            let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
            assert!(
                ticks.iter().zip(&expected).all(near),
                "{range:?}: {ticks:?}"
            );
        }
    }

    #[test]
    fn gaps_and_marks_in_one_pixel_are_drawn_once() {
        let mut plot = Plot::over(0.0..1.0, "s");
        let panel = plot.panel("", 10.0, 0.0..1.0, &[], number);
        let many = |n: usize| (0..n).map(move |k| k as f64 / n as f64);
        plot.gaps(&panel, many(100_000).map(|x| x..x + 1e-6));
        let mark = Mark {
            colour: "#000",
            shape: POINT,
        };
        plot.marks(&panel, many(100_000).map(|x| (x, 0.5)), mark);
        plot.notes(&panel, many(100_000).map(|x| (x, "a & b")));
        let svg = plot.finish();
        assert_eq!(svg.matches("class=\"gap\"").count(), 1);
        // Lines a pixel apart, and texts that do not overlap.
        assert!(svg.matches("<path class=\"note\"").count() <= 1120);
        let n_texts = svg.matches("a &amp; b</text>").count();
        assert!((10..40).contains(&n_texts), "{n_texts}");
        assert!(svg.len() < 100_000, "{}", svg.len());
    }
}
