use super::{
    Report, Subset,
    svg::{Anchor, Svg},
};

const INK: &str = r##"stroke="#1a1a1a""##;
const GRID: &str = r##"stroke="#dddddd""##;
const BAR: &str = r##"fill="#8fb3d9" stroke="#2b5c8a""##;
const CURVE: &str = r##"stroke="#2b5c8a" stroke-width="2""##;
const DASHED: &str = r##"stroke="#555555" stroke-dasharray="5 4""##;
const DOT: &str = r##"fill="#b3400a""##;
const SMALL: &str = r##"font-size="11" fill="#444444""##;
const BOLD: &str = r#"font-weight="bold""#;

/// Rows are true classes. Each cell has its count and its share of the row; the darker, the larger the share.
pub(super) fn confusion(report: &Report) -> Svg {
    let n = report.labels.len();
    let (cell_width, cell_height, left, top) = (84.0, 46.0, 120.0, 62.0);
    let (width, height) = (
        left + n as f64 * cell_width + 10.0,
        top + n as f64 * cell_height + 10.0,
    );
    let mut svg = Svg::new(width, height, "Confusion matrix");
    svg.text(
        [left + n as f64 * cell_width / 2.0, 16.0],
        Anchor::Middle,
        BOLD,
        "predicted",
    );
    svg.text([left - 8.0, top - 12.0], Anchor::End, BOLD, "true");
    for (class, label) in report.labels.iter().enumerate() {
        let middle = (class as f64 + 0.5) * cell_width;
        svg.text(
            [left + middle, top - 12.0],
            Anchor::Middle,
            "",
            &shortened(label, 12),
        );
        let middle = (class as f64 + 0.5) * cell_height;
        svg.text(
            [left - 8.0, top + middle + 4.0],
            Anchor::End,
            "",
            &shortened(label, 16),
        );
    }
    for (row, counts) in report.counts().outer_iter().enumerate() {
        let support = counts.sum();
        for (column, &count) in counts.iter().enumerate() {
            let share = if support > 0 {
                count as f64 / support as f64
            } else {
                0.0
            };
            let (x, y) = (
                left + column as f64 * cell_width,
                top + row as f64 * cell_height,
            );
            // From white to a dark blue, on which the text turns white.
            let channel = |light: f64, dark: f64| (light + (dark - light) * share).round();
            let fill = format!(
                r##"fill="rgb({},{},{})" stroke="#ffffff""##,
                channel(243.0, 21.0),
                channel(247.0, 68.0),
                channel(251.0, 122.0)
            );
            svg.rect([x, y, cell_width, cell_height], &fill);
            if row == column {
                let inside = [x + 1.5, y + 1.5, cell_width - 3.0, cell_height - 3.0];
                svg.rect(inside, r##"fill="none" stroke="#1a1a1a""##);
            }
            let ink = if share > 0.5 {
                r##"fill="#ffffff""##
            } else {
                r##"fill="#1a1a1a""##
            };
            let middle = x + cell_width / 2.0;
            svg.text(
                [middle, y + 20.0],
                Anchor::Middle,
                &format!("{ink} {BOLD}"),
                &count.to_string(),
            );
            if support > 0 {
                let share = format!("{:.0} %", share * 100.0);
                svg.text(
                    [middle, y + 36.0],
                    Anchor::Middle,
                    &format!(r#"{ink} font-size="11""#),
                    &share,
                );
            }
        }
    }
    svg
}

/// The frame of a diagram over `[0, 1]` × `[0, top]`.
struct Axes {
    left: f64,
    upper: f64,
    width: f64,
    height: f64,
    top: f64,
}

impl Axes {
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        [
            self.left + x * self.width,
            self.upper + (1.0 - y / self.top) * self.height,
        ]
    }

    fn draw(&self, svg: &mut Svg, x_name: &str, y_name: &str) {
        for tick in 0..=5 {
            let share = f64::from(tick) / 5.0;
            let y = share * self.top;
            svg.line(self.at(0.0, y), self.at(1.0, y), GRID);
            let [x_text, y_text] = self.at(0.0, y);
            svg.text(
                [x_text - 6.0, y_text + 4.0],
                Anchor::End,
                SMALL,
                &tick_text(y),
            );
            let [x_text, y_text] = self.at(share, 0.0);
            svg.line([x_text, y_text], [x_text, y_text + 4.0], INK);
            svg.text(
                [x_text, y_text + 17.0],
                Anchor::Middle,
                SMALL,
                &tick_text(share),
            );
        }
        svg.line(self.at(0.0, 0.0), self.at(1.0, 0.0), INK);
        svg.line(self.at(0.0, 0.0), self.at(0.0, self.top), INK);
        let [middle, bottom] = self.at(0.5, 0.0);
        svg.text([middle, bottom + 36.0], Anchor::Middle, "", x_name);
        let [left, middle] = self.at(0.0, self.top / 2.0);
        svg.upright_text([left - 38.0, middle], "", y_name);
    }
}

/// Accuracy over confidence with the diagonal, and below it how many samples each bin has.
pub(super) fn reliability(report: &Report) -> Svg {
    let mut svg = Svg::new(420.0, 410.0, "Reliability diagram");
    let axes = Axes {
        left: 56.0,
        upper: 12.0,
        width: 350.0,
        height: 270.0,
        top: 1.0,
    };
    axes.draw(&mut svg, "confidence", "accuracy");
    let bins = report.reliability.bins();
    let largest = bins.iter().map(|bin| bin.n).max().unwrap_or(1) as f64;
    for bin in bins {
        let [x, y] = axes.at(bin.low, bin.accuracy);
        let [right, bottom] = axes.at(bin.high, 0.0);
        svg.rect([x, y, right - x, bottom - y], BAR);
        let height = 40.0 * bin.n as f64 / largest;
        svg.rect([x, 392.0 - height, right - x, height], BAR);
    }
    svg.line(axes.at(0.0, 0.0), axes.at(1.0, 1.0), DASHED);
    for bin in bins {
        svg.circle(axes.at(bin.confidence, bin.accuracy), 3.0, DOT);
    }
    svg.line([56.0, 392.0], [406.0, 392.0], INK);
    let range = format!("samples per bin, at most {largest}");
    svg.text([406.0, 406.0], Anchor::End, SMALL, &range);
    svg
}

/// Risk over coverage with the risk of answering everything.
pub(super) fn risk_coverage(report: &Report) -> Svg {
    let mut svg = Svg::new(420.0, 340.0, "Risk-coverage curve");
    let points = report.curve();
    let highest = points.iter().map(|point| point.risk).fold(0.0, f64::max);
    let axes = Axes {
        left: 56.0,
        upper: 12.0,
        width: 350.0,
        height: 270.0,
        top: ((highest * 10.0).ceil() / 10.0).clamp(0.1, 1.0),
    };
    axes.draw(
        &mut svg,
        "coverage: share of samples that are answered",
        "risk: share of these that is wrong",
    );
    if let Some(last) = points.last() {
        svg.line(axes.at(0.0, last.risk), axes.at(1.0, last.risk), DASHED);
        let [right, y] = axes.at(1.0, last.risk);
        let above = if y < 40.0 { 16.0 } else { -6.0 };
        svg.text(
            [right - 4.0, y + above],
            Anchor::End,
            SMALL,
            &format!("everything answered: {:.3}", last.risk),
        );
    }
    svg.polyline(
        points
            .iter()
            .map(|point| axes.at(point.coverage, point.risk)),
        CURVE,
    );
    svg
}

/// Each subset's accuracy with its interval.
pub(super) fn subsets(subsets: &[Subset]) -> Svg {
    let longest = subsets
        .iter()
        .map(|subset| {
            shortened(&subset.modalities.join(" + "), 40)
                .chars()
                .count()
        })
        .max()
        .unwrap_or(0);
    let (row_height, left, width) = (22.0, 20.0 + 6.6 * longest as f64, 320.0);
    let bottom = 12.0 + row_height * subsets.len() as f64;
    let mut svg = Svg::new(
        left + width + 60.0,
        bottom + 44.0,
        "Accuracy of every subset of the modalities",
    );
    let x = |value: f64| left + value * width;
    for tick in 0..=5 {
        let share = f64::from(tick) / 5.0;
        svg.line([x(share), 8.0], [x(share), bottom], GRID);
        svg.text(
            [x(share), bottom + 16.0],
            Anchor::Middle,
            SMALL,
            &tick_text(share),
        );
    }
    svg.text([x(0.5), bottom + 36.0], Anchor::Middle, "", "accuracy");
    for (row, subset) in subsets.iter().enumerate() {
        let y = 12.0 + row_height * (row as f64 + 0.5);
        let name = shortened(&subset.modalities.join(" + "), 40);
        svg.text([left - 10.0, y + 4.0], Anchor::End, "", &name);
        let Some(accuracy) = subset.accuracy else {
            svg.text([left + 6.0, y + 4.0], Anchor::Start, SMALL, "no evidence");
            continue;
        };
        if let Some(interval) = subset.accuracy_interval {
            svg.line([x(interval.low), y], [x(interval.high), y], CURVE);
            for end in [interval.low, interval.high] {
                svg.line([x(end), y - 4.0], [x(end), y + 4.0], CURVE);
            }
        }
        svg.circle([x(accuracy), y], 4.0, DOT);
        svg.text(
            [x(1.0) + 10.0, y + 4.0],
            Anchor::Start,
            SMALL,
            &format!("{accuracy:.3}"),
        );
    }
    svg
}

fn tick_text(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// At most `n` characters, the last of which says that there are more.
fn shortened(text: &str, n: usize) -> String {
    if text.chars().count() <= n {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(n - 1).collect();
    short.push('…');
    short
}
