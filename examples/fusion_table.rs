//! All fusion rules on the scores that `score_recordings` wrote, under two pairings: the tables of `docs/fusion.md`.

use std::{collections::BTreeMap, error::Error, io::Write, path::PathBuf, process::ExitCode};

use clap::Parser;
use emo_examples::error_chain;
use emo_fusion::{
    ndarray::Array2,
    score::{
        Bootstrap, BootstrapConfig, ConfusionMatrix, Evidence, Fused, FusionRule, Groups, Interval,
        Joined, Labels, Pairing, Predictions, RuleConfig, RuleName, ScoreTable, Units, pair,
    },
};

/// Tabulates all fusion rules under label-paired and honest pairing.
#[derive(Debug, Parser)]
#[command(name = "fusion_table", version)]
struct Args {
    /// The folder that `score_recordings` wrote.
    scores: PathBuf,
    /// The seed of pairings and intervals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    match tabulate(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}

/// One scored recording.
#[derive(Debug, Clone)]
struct Item {
    sample: String,
    subject: String,
    trial: String,
    class: usize,
    scores: Vec<f32>,
}

/// Views of the same kind of sample, on each side.
struct Set {
    title: &'static str,
    fit: Vec<Vec<Item>>,
    test: Vec<Vec<Item>>,
    /// What holds the views of one honest sample together.
    key: fn(&Item) -> &str,
    /// What is drawn for the intervals of honest samples.
    unit: fn(&Item) -> &str,
}

/// What a rule reaches.
struct Cell {
    accuracy: f64,
    interval: Option<Interval>,
}

fn tabulate(args: &Args) -> Result<(), Box<dyn Error>> {
    let read = |modality: &str, split: &str| read(args, modality, split);
    let (labels, _) = read("speech", "test")?;
    let items = |modality: &str, split: &str| read(modality, split).map(|(_, items)| items);
    let views = |modality: &str, split: &str, view: fn(usize, &Item) -> Option<usize>, n: usize| {
        let mut views = vec![Vec::new(); n];
        for (place, item) in numbered(items(modality, split)?) {
            if let Some(view) = view(place, &item) {
                views[view].push(item);
            }
        }
        Ok::<_, Box<dyn Error>>(views)
    };

    let within = [
        Set {
            title: "speech",
            fit: views("speech", "val", |place, _| Some(place % 4), 4)?,
            test: views("speech", "test", |place, _| Some(place % 4), 4)?,
            key: |item| &item.subject,
            unit: |item| &item.subject,
        },
        Set {
            title: "hr",
            fit: views("hr", "val", |place, _| Some(place % 4), 4)?,
            test: views("hr", "test", |place, _| Some(place % 4), 4)?,
            key: |item| &item.trial,
            unit: |item| &item.subject,
        },
        Set {
            title: "eeg",
            fit: views("eeg", "val", eeg_view, 2)?,
            test: views("eeg", "test", eeg_view, 2)?,
            key: |item| &item.trial,
            unit: |item| &item.trial,
        },
    ];
    let mut out = std::io::stdout().lock();
    print_within(&mut out, &within, &labels, args.seed)?;

    let all = ["hr", "eeg", "speech", "image"];
    let both = ["speech", "image"];
    let sides = |modalities: &[&str], split: &str, classes: &[&str]| {
        let known = |item: &Item| classes.contains(&&labels[item.class]);
        modalities
            .iter()
            .map(|modality| {
                let mut items = items(modality, split)?;
                items.retain(known);
                Ok(items)
            })
            .collect::<Result<Vec<Vec<Item>>, Box<dyn Error>>>()
    };
    let every: Vec<&str> = labels.iter().collect();
    let across = [
        (
            "speech + image",
            sides(&both, "val", &every)?,
            sides(&both, "test", &every)?,
        ),
        (
            "four, happy and sad",
            sides(&all, "val", &["happy", "sad"])?,
            sides(&all, "test", &["happy", "sad"])?,
        ),
        (
            "four, all classes",
            sides(&all, "val", &every)?,
            sides(&all, "test", &every)?,
        ),
    ];
    print_across(&mut out, &across, &labels, args.seed)
}

/// The first and the third window of a trial: the ones that do not overlap.
fn eeg_view(_: usize, item: &Item) -> Option<usize> {
    match item.sample.rsplit('/').next() {
        Some("0") => Some(0),
        Some("2") => Some(1),
        _ => None,
    }
}

/// Items with their place among those of the same subject, trial of a series, and class.
fn numbered(items: Vec<Item>) -> Vec<(usize, Item)> {
    let mut places: BTreeMap<(String, usize), usize> = BTreeMap::new();
    items
        .into_iter()
        .map(|item| {
            let place = places
                .entry((item.subject.clone(), item.class))
                .or_default();
            *place += 1;
            (*place - 1, item)
        })
        .collect()
}

fn read(args: &Args, modality: &str, split: &str) -> Result<(Labels, Vec<Item>), Box<dyn Error>> {
    let path = args.scores.join(format!("{modality}.{split}.csv"));
    let mut reader =
        csv::Reader::from_path(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let header = reader.headers()?.clone();
    let labels = Labels::new(header.iter().filter_map(|name| name.strip_prefix("p_")))?;
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record?;
        let field = |name: &str| {
            let column = header.iter().position(|column| column == name);
            column
                .and_then(|column| record.get(column))
                .ok_or_else(|| format!("{}: no column `{name}`", path.display()))
        };
        let label = field("label")?;
        let scores = labels
            .iter()
            .map(|label| Ok(field(&format!("p_{label}"))?.parse()?))
            .collect::<Result<_, Box<dyn Error>>>()?;
        items.push(Item {
            sample: field("sample")?.to_owned(),
            subject: field("subject")?.to_owned(),
            trial: field("trial")?.to_owned(),
            class: labels
                .position(label)
                .ok_or_else(|| format!("{}: unknown label `{label}`", path.display()))?,
            scores,
        });
    }
    Ok((labels, items))
}

/// Samples of several views, joined.
struct Samples {
    tables: Vec<ScoreTable>,
    classes: Vec<usize>,
    joined: Vec<Joined>,
}

fn join(
    views: &[Vec<Item>],
    pairing: Pairing,
    key: fn(&Item) -> &str,
    n_classes: usize,
    seed: u64,
) -> Result<Samples, Box<dyn Error>> {
    let evidence: Vec<Vec<Evidence>> = views
        .iter()
        .map(|items| {
            let of = |item: &Item| Evidence {
                class: item.class,
                subject: Some(key(item).to_owned()),
                moment: None,
            };
            items.iter().map(of).collect()
        })
        .collect();
    let joined = pair(pairing, &evidence, seed)?;
    let mut tables = Vec::with_capacity(joined.len());
    for sample in &joined {
        let mut table = ScoreTable::new(n_classes);
        for (view, member) in views.iter().zip(&sample.members) {
            match member {
                Some(member) => table.push(&view[*member].scores)?,
                None => table.push_absent(),
            }
        }
        tables.push(table);
    }
    Ok(Samples {
        tables,
        classes: joined.iter().map(|sample| sample.class).collect(),
        joined,
    })
}

fn judge(
    rule: RuleName,
    fit: &Samples,
    test: &Samples,
    units: Units<'_>,
    seed: u64,
) -> Result<Cell, Box<dyn Error>> {
    let n_classes = test.tables[0].n_classes();
    let rule = rule.fit(&RuleConfig::new(n_classes, []), &fit.tables, &fit.classes)?;
    let (mut fused, mut scores) = (Fused::default(), Vec::new());
    for table in &test.tables {
        rule.fuse_into(table, &mut fused)?;
        scores.extend(fused.scores.iter().copied());
    }
    let scores = Array2::from_shape_vec((test.classes.len(), n_classes), scores)?;
    let predictions = Predictions::new(scores, test.classes.clone())?;
    accuracy(predictions.correct().collect(), units, seed)
}

fn accuracy(correct: Vec<bool>, units: Units<'_>, seed: u64) -> Result<Cell, Box<dyn Error>> {
    let share = |drawn: &mut dyn Iterator<Item = usize>| {
        let (mut n, mut hits) = (0, 0);
        for sample in drawn {
            n += 1;
            hits += usize::from(correct[sample]);
        }
        f64::from(hits as u32) / f64::from(n.max(1) as u32)
    };
    let mut config = BootstrapConfig::default();
    config.seed = seed;
    let [interval] = Bootstrap::new(config)?
        .intervals(units, |drawn| [Some(share(&mut drawn.iter().copied()))])?;
    Ok(Cell {
        accuracy: share(&mut (0..correct.len())),
        interval,
    })
}

/// Whether each view alone decides rightly, `[views][samples]`.
fn view_correct(samples: &Samples) -> Vec<Vec<bool>> {
    let n_views = samples.tables.first().map_or(0, ScoreTable::n_modalities);
    (0..n_views)
        .map(|view| {
            samples
                .tables
                .iter()
                .zip(&samples.classes)
                .filter_map(|(table, class)| {
                    let row = table.row(view)?;
                    let best =
                        (1..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best });
                    Some(best == *class)
                })
                .collect()
        })
        .collect()
}

/// The mean correlation between two views' being right, over all pairs of views.
fn error_correlation(correct: &[Vec<bool>]) -> Option<f64> {
    let mut values = Vec::new();
    for (place, a) in correct.iter().enumerate() {
        for b in &correct[place + 1..] {
            let classes = |view: &[bool]| {
                view.iter()
                    .map(|&right| usize::from(right))
                    .collect::<Vec<_>>()
            };
            // Of two kinds of decisions, Matthews' coefficient is Pearson's.
            let matrix = ConfusionMatrix::new(&classes(a), &classes(b), 2).ok()?;
            values.extend(matrix.matthews_correlation());
        }
    }
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn print_within(
    out: &mut impl Write,
    sets: &[Set],
    labels: &Labels,
    seed: u64,
) -> Result<(), Box<dyn Error>> {
    let mut columns = Vec::new();
    for set in sets {
        for pairing in [Pairing::LabelPaired, Pairing::SameSubject] {
            let fit = join(&set.fit, pairing, set.key, labels.len(), seed)?;
            let test = join(&set.test, pairing, set.key, labels.len(), seed)?;
            let units = match pairing {
                Pairing::LabelPaired => None,
                _ => Some(Groups::subjects(test.joined.iter().map(|sample| {
                    let first = sample
                        .members
                        .iter()
                        .zip(&set.test)
                        .find_map(|(member, view)| member.map(|member| (set.unit)(&view[member])));
                    first.unwrap_or_default()
                }))),
            };
            columns.push((set, pairing, fit, test, units));
        }
    }
    writeln!(out, "\n## Several views by one model\n")?;
    write!(out, "| |")?;
    for (set, pairing, ..) in &columns {
        write!(out, " {} {pairing} |", set.title)?;
    }
    writeln!(out, "\n|---|{}", "---:|".repeat(columns.len()))?;
    row(
        out,
        "samples",
        columns
            .iter()
            .map(|(.., test, _)| test.classes.len().to_string()),
    )?;
    row(
        out,
        "units of the interval",
        columns.iter().map(|(.., units)| {
            units
                .as_ref()
                .map_or("samples".to_owned(), |groups| groups.len().to_string())
        }),
    )?;
    row(
        out,
        "one view alone",
        columns.iter().map(|(.., test, _)| {
            let correct = view_correct(test).concat();
            share(
                correct.iter().filter(|right| **right).count(),
                correct.len(),
            )
        }),
    )?;
    row(
        out,
        "correlation of errors",
        columns.iter().map(|(.., test, _)| {
            error_correlation(&view_correct(test))
                .map_or("–".to_owned(), |value| format!("{value:.2}"))
        }),
    )?;
    for rule in RuleName::ALL {
        let cells = columns
            .iter()
            .map(|(_, _, fit, test, groups)| {
                let units = match groups {
                    Some(groups) => Units::Groups(groups),
                    None => Units::Samples(test.classes.len()),
                };
                judge(*rule, fit, test, units, seed)
            })
            .collect::<Result<Vec<_>, _>>()?;
        row(out, rule.as_str(), cells.iter().map(Cell::to_string))?;
    }
    Ok(())
}

type Across = (&'static str, Vec<Vec<Item>>, Vec<Vec<Item>>);

fn print_across(
    out: &mut impl Write,
    sets: &[Across],
    labels: &Labels,
    seed: u64,
) -> Result<(), Box<dyn Error>> {
    let columns = sets
        .iter()
        .map(|(title, fit, test)| {
            let join =
                |side: &[Vec<Item>]| join(side, Pairing::LabelPaired, |_| "", labels.len(), seed);
            Ok((*title, join(fit)?, join(test)?))
        })
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    writeln!(out, "\n## Several modalities, label-paired\n")?;
    row(
        out,
        "",
        columns.iter().map(|(title, ..)| (*title).to_owned()),
    )?;
    writeln!(out, "|---|{}", "---:|".repeat(columns.len()))?;
    row(
        out,
        "samples",
        columns
            .iter()
            .map(|(.., test)| test.classes.len().to_string()),
    )?;
    row(
        out,
        "each modality alone",
        columns.iter().map(|(.., test)| {
            let alone: Vec<String> = view_correct(test)
                .iter()
                .map(|right| share(right.iter().filter(|right| **right).count(), right.len()))
                .collect();
            alone.join(", ")
        }),
    )?;
    for rule in RuleName::ALL {
        let cells = columns
            .iter()
            .map(|(_, fit, test)| judge(*rule, fit, test, Units::Samples(test.classes.len()), seed))
            .collect::<Result<Vec<_>, _>>()?;
        row(out, rule.as_str(), cells.iter().map(Cell::to_string))?;
    }
    Ok(())
}

fn row(
    out: &mut impl Write,
    name: &str,
    cells: impl Iterator<Item = String>,
) -> std::io::Result<()> {
    let cells: Vec<String> = cells.collect();
    writeln!(out, "| {name} | {} |", cells.join(" | "))
}

fn share(part: usize, whole: usize) -> String {
    format!("{:.3}", part as f64 / whole.max(1) as f64)
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.accuracy)?;
        match self.interval {
            Some(Interval { low, high }) => write!(f, " ({low:.2}–{high:.2})"),
            None => Ok(()),
        }
    }
}
