use std::fmt::Write as _;

use super::{QuantReport, ValueReport};

/// The width and the height of a picture.
const SIZE: (f64, f64) = (480.0, 110.0);

impl QuantReport {
    /// The report as a page of HTML that needs no other file: tables, and the histogram of each value with lines where
    /// it is clipped.
    pub fn to_html(&self, title: &str) -> String {
        let mut page = String::new();
        let title = escaped(title);
        let _ = write!(
            page,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>\
             body{{font:14px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}\
             table{{border-collapse:collapse}}td,th{{padding:.15em .7em;text-align:right;border-bottom:1px solid #ddd}}\
             td:first-child,th:first-child{{text-align:left}}svg{{background:#f7f7f7}}\
             </style></head><body>\n<h1>{title}</h1>\n\
             <p>{} bytes as float, {} quantized: {:.2} to 1. Output: {} dB, cosine {:.6}, at most {:.2e} off.</p>\n",
            self.float_bytes,
            self.quantized_bytes,
            self.compression_ratio(),
            decibels(self.output.sqnr_db),
            self.output.cosine,
            self.output.largest_difference,
        );
        page.push_str(
            "<h2>Layers</h2>\n<table><tr><th>layer</th><th>weights</th><th>weights off by</th><th>outputs, dB</th>\
             <th>cosine</th></tr>\n",
        );
        for layer in &self.layers {
            let _ = writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{:.3} %</td><td>{}</td><td>{:.6}</td></tr>",
                escaped(&layer.name),
                layer.n_weights,
                layer.weight_error * 100.0,
                decibels(layer.output.sqnr_db),
                layer.output.cosine,
            );
        }
        page.push_str("</table>\n<h2>Values</h2>\n<p>Lines: where numbers are clipped. Counts on a logarithmic scale.</p>\n");
        for value in &self.values {
            write_value(&mut page, value);
        }
        page.push_str("</body></html>\n");
        page
    }
}

fn write_value(page: &mut String, value: &ValueReport) {
    let _ = writeln!(
        page,
        "<h3>{}</h3>\n<p>{} dB, cosine {:.6}; scale {:.4e}, zero point {}; {:.4} % saturated; {} dead channels.</p>",
        escaped(&value.name),
        decibels(value.fidelity.sqnr_db),
        value.fidelity.cosine,
        value.scale,
        value.zero_point,
        value.saturated * 100.0,
        value.dead_channels.len(),
    );
    let (width, height) = SIZE;
    let histogram = &value.histogram;
    let low = f64::from(histogram.min.min(value.clip.0));
    let high = f64::from(histogram.max.max(value.clip.1));
    let span = (high - low).max(f64::MIN_POSITIVE);
    let x = |number: f64| (number - low) / span * width;
    let _ = write!(
        page,
        "<svg viewBox=\"0 0 {width} {}\" width=\"{width}\">",
        height + 18.0
    );
    let most = histogram.counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = f64::from(histogram.max - histogram.min) / histogram.counts.len().max(1) as f64;
    let bar_width = (bar / span * width).max(0.5);
    for (at, &count) in histogram.counts.iter().enumerate() {
        if count > 0 {
            let tall = (1.0 + count as f64).ln() / (1.0 + most as f64).ln() * height;
            let left = x(f64::from(histogram.min) + at as f64 * bar);
            let top = height - tall;
            let _ = write!(
                page,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{bar_width:.2}\" height=\"{tall:.1}\" fill=\"#4878a8\"/>"
            );
        }
    }
    for clip in [value.clip.0, value.clip.1] {
        let at = x(f64::from(clip));
        let _ = write!(
            page,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"0\" y2=\"{height}\" stroke=\"#c03030\" stroke-width=\"1.5\"/>"
        );
    }
    let baseline = height + 14.0;
    let _ = writeln!(
        page,
        "<text x=\"0\" y=\"{baseline}\" font-size=\"11\">{low:.3}</text>\
         <text x=\"{width}\" y=\"{baseline}\" font-size=\"11\" text-anchor=\"end\">{high:.3}</text></svg>"
    );
}

fn decibels(value: f64) -> String {
    match value.is_finite() {
        true => format!("{value:.1}"),
        false => "∞".to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
