use std::fmt;

use super::Report;
use crate::Interval;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} samples, {} classes",
            self.title,
            self.n_samples,
            self.labels.len()
        )?;
        writeln!(f, "{}", self.protocol)?;
        writeln!(f, "{}\n", self.intervals_statement())?;
        for metric in &self.metrics {
            writeln!(
                f,
                "{:<18} {:>7}  {}",
                metric.name,
                number(metric.value),
                interval(metric.interval)
            )?;
        }
        write!(f, "\n{}", self.matrix.to_markdown(&self.labels))?;
        writeln!(f, "\n| class | samples | AUROC |\n|---|---:|---:|")?;
        for (label, metrics, auroc) in self.classes() {
            writeln!(f, "| {label} | {} | {} |", metrics.support, number(auroc))?;
        }
        if self.subsets.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "\n| modalities | samples | accuracy | balanced accuracy | macro-F1 |\n|---|---:|---:|---:|---:|"
        )?;
        for subset in &self.subsets {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} |",
                subset.modalities.join(" + "),
                subset.n_samples,
                with_interval(subset.accuracy, subset.accuracy_interval),
                with_interval(subset.balanced_accuracy, subset.balanced_accuracy_interval),
                with_interval(subset.macro_f1, subset.macro_f1_interval),
            )?;
        }
        Ok(())
    }
}

pub(super) fn number(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.3}"))
}

pub(super) fn interval(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |Interval { low, high }| {
        format!("{low:.3} to {high:.3}")
    })
}

pub(super) fn with_interval(value: Option<f64>, within: Option<Interval>) -> String {
    match within {
        None => number(value),
        Some(_) => format!("{} ({})", number(value), interval(within)),
    }
}
