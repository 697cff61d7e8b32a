use std::fmt::Write;

use super::{
    Report, figures,
    svg::{Escaped, Svg},
    text::{interval, number, with_interval},
};

const STYLE: &str = "\
:root{color-scheme:light}
body{font:16px/1.5 sans-serif;color:#1a1a1a;background:#fff;margin:0 auto;padding:1rem;max-width:60rem}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.6rem 0}
dt{font-weight:bold}dd{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .45rem;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
.pair{display:flex;flex-wrap:wrap;gap:1rem}.pair>figure{flex:1 1 20rem}
figure{margin:0 0 .8rem}figcaption{font-size:.85rem;color:#444}
svg{width:100%;height:auto;display:block}
.warning{border-left:.3rem solid #b3400a;padding-left:.6rem;font-weight:bold}
";

pub(super) fn page(report: &Report) -> String {
    let mut out = String::new();
    let title = Escaped(&report.title);
    out += &format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    out += "<dl>\n";
    let leaks = report.protocol.leak_statement();
    for (term, description) in [
        ("Split", report.protocol.split().name()),
        ("Pairing", report.protocol.pairing().name()),
        ("Leaks", &leaks),
        ("Samples", &report.n_samples.to_string()),
        ("Intervals", &report.intervals_statement()),
    ] {
        out += &format!("<dt>{term}</dt><dd>{}</dd>\n", Escaped(description));
    }
    out += "</dl>\n";
    if report.protocol.is_leaky() {
        out += "<p class=\"warning\">A leaky protocol: these figures are here to be compared with honest ones, and \
                say nothing about new data.</p>\n";
    }

    let metrics = report.metrics.iter().map(|metric| {
        [
            metric.name.to_owned(),
            number(metric.value),
            interval(metric.interval),
        ]
    });
    section(&mut out, "Metrics");
    table(&mut out, ["metric", "value", "interval"], metrics);
    let classes = report.classes().map(|(label, metrics, auroc)| {
        [
            label.to_owned(),
            metrics.support.to_string(),
            number(metrics.precision),
            number(metrics.recall),
            number(metrics.f1),
            number(auroc),
        ]
    });
    section(&mut out, "Classes");
    let header = ["class", "samples", "precision", "recall", "F1", "AUROC"];
    table(&mut out, header, classes);

    section(&mut out, "Confusion matrix");
    figure(
        &mut out,
        &figures::confusion(report),
        "Counts, and shares of the true class. Framed cells are right.",
    );
    section(&mut out, "Confidence");
    out += "<div class=\"pair\">\n";
    figure(
        &mut out,
        &figures::reliability(report),
        "Reliability: bars show the accuracy of the samples in a bin, dots their mean confidence. Where bars \
         end below the dashed line scores promise too much, above it too little.",
    );
    figure(
        &mut out,
        &figures::risk_coverage(report),
        "Risk and coverage: how often the answers are wrong if only the most confident samples are answered.",
    );
    out += "</div>\n";
    if !report.subsets.is_empty() {
        section(&mut out, "Every subset of the modalities");
        figure(
            &mut out,
            &figures::subsets(&report.subsets),
            "Dots are accuracies, lines their intervals.",
        );
        let rows = report.subsets.iter().map(|subset| {
            [
                subset.modalities.join(" + "),
                subset.n_samples.to_string(),
                with_interval(subset.accuracy, subset.accuracy_interval),
                with_interval(subset.balanced_accuracy, subset.balanced_accuracy_interval),
                with_interval(subset.macro_f1, subset.macro_f1_interval),
            ]
        });
        let header = [
            "modalities",
            "samples",
            "accuracy",
            "balanced accuracy",
            "macro-F1",
        ];
        table(&mut out, header, rows);
    }
    out += "</body>\n</html>\n";
    out
}

fn section(out: &mut String, title: &str) {
    out.push_str("<h2>");
    out.push_str(title);
    out.push_str("</h2>\n");
}

fn figure(out: &mut String, svg: &Svg, caption: &str) {
    *out += &format!(
        "<figure>\n{svg}<figcaption>{}</figcaption>\n</figure>\n",
        Escaped(caption)
    );
}

fn table<const N: usize>(
    out: &mut String,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    *out += "<div class=\"wide\"><table>\n<tr>";
    for name in header {
        *out += &format!("<th scope=\"col\">{name}</th>");
    }
    *out += "</tr>\n";
    for row in rows {
        *out += "<tr>";
        for cell in row {
            let _ = write!(out, "<td>{}</td>", Escaped(&cell));
        }
        *out += "</tr>\n";
    }
    *out += "</table></div>\n";
}
