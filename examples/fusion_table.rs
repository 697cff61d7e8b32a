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
    /// The seed of the first pairing, and of intervals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many pairings are drawn; figures are their means.
    #[arg(long, default_value_t = 20)]
    pairings: u64,
}

impl Args {
    fn seeds(&self) -> impl Iterator<Item = u64> {
        self.seed..self.seed + self.pairings.max(1)
    }
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

    let mut within = [
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
    print_within(&mut out, &mut within, &labels, args)?;

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
    let mut across = [
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
    print_across(&mut out, &mut across, &labels, args)
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

/// Leaves the classes that occur on both sides, and makes their scores sum to 1: where a model knows nothing of a
/// class, its score for it is a constant.
fn restrict(fit: &mut [Vec<Item>], test: &mut [Vec<Item>], n_classes: usize) -> usize {
    let occurs = |side: &[Vec<Item>], class| side.iter().flatten().any(|item| item.class == class);
    let kept: Vec<usize> = (0..n_classes)
        .filter(|&class| occurs(fit, class) && occurs(test, class))
        .collect();
    for item in fit.iter_mut().chain(test.iter_mut()).flatten() {
        let sum: f32 = kept.iter().map(|&class| item.scores[class]).sum();
        item.scores = kept.iter().map(|&class| item.scores[class] / sum).collect();
        item.class = kept
            .iter()
            .position(|&class| class == item.class)
            .unwrap_or(usize::MAX);
    }
    for items in fit.iter_mut().chain(test) {
        items.retain(|item| item.class != usize::MAX);
    }
    kept.len()
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

/// One way of joining, drawn several times.
struct Column {
    title: String,
    n_classes: usize,
    draws: Vec<Draw>,
}

struct Draw {
    fit: Samples,
    test: Samples,
    /// What is drawn for intervals; single samples where there is nothing else.
    units: Option<Groups>,
}

impl Column {
    /// The mean, over the draws, of accuracy and of the ends of its interval.
    fn judge(&self, rule: RuleName, seed: u64) -> Result<Cell, Box<dyn Error>> {
        let mut sums = [0.0; 3];
        for draw in &self.draws {
            let units = match &draw.units {
                Some(groups) => Units::Groups(groups),
                None => Units::Samples(draw.test.classes.len()),
            };
            let cell = judge(rule, &draw.fit, &draw.test, units, seed)?;
            let interval = cell.interval.ok_or("an interval that is not defined")?;
            for (sum, value) in sums
                .iter_mut()
                .zip([cell.accuracy, interval.low, interval.high])
            {
                *sum += value / self.draws.len() as f64;
            }
        }
        let [accuracy, low, high] = sums;
        Ok(Cell {
            accuracy,
            interval: Some(Interval { low, high }),
        })
    }

    fn mean(&self, of: impl Fn(&Draw) -> f64) -> f64 {
        self.draws.iter().map(of).sum::<f64>() / self.draws.len() as f64
    }
}

fn print_within(
    out: &mut impl Write,
    sets: &mut [Set],
    labels: &Labels,
    args: &Args,
) -> Result<(), Box<dyn Error>> {
    let mut columns = Vec::new();
    for set in sets {
        let n_classes = restrict(&mut set.fit, &mut set.test, labels.len());
        for pairing in [Pairing::LabelPaired, Pairing::SameSubject] {
            let draw = |seed| {
                let test = join(&set.test, pairing, set.key, n_classes, seed)?;
                let unit = |sample: &Joined| {
                    let mut members = sample.members.iter().zip(&set.test);
                    members
                        .find_map(|(member, view)| member.map(|member| (set.unit)(&view[member])))
                        .unwrap_or_default()
                        .to_owned()
                };
                Ok(Draw {
                    fit: join(&set.fit, pairing, set.key, n_classes, seed)?,
                    units: (pairing == Pairing::SameSubject)
                        .then(|| Groups::subjects(test.joined.iter().map(unit))),
                    test,
                })
            };
            columns.push(Column {
                title: format!("{}, {pairing}", set.title),
                n_classes,
                draws: args
                    .seeds()
                    .map(draw)
                    .collect::<Result<_, Box<dyn Error>>>()?,
            });
        }
    }
    writeln!(out, "### Several views by one model\n")?;
    print_header(out, &columns)?;
    row(
        out,
        "drawn for intervals",
        columns.iter().map(|column| {
            let units = column.draws[0].units.as_ref();
            units.map_or("samples".to_owned(), |groups| {
                format!("{} groups", groups.len())
            })
        }),
    )?;
    row(
        out,
        "one view alone",
        columns.iter().map(|column| {
            let alone = |draw: &Draw| {
                let correct = view_correct(&draw.test).concat();
                correct.iter().filter(|right| **right).count() as f64 / correct.len() as f64
            };
            format!("{:.3}", column.mean(alone))
        }),
    )?;
    row(
        out,
        "correlation of two views' errors",
        columns.iter().map(|column| {
            let correlation =
                |draw: &Draw| error_correlation(&view_correct(&draw.test)).unwrap_or(f64::NAN);
            format!("{:.2}", column.mean(correlation))
        }),
    )?;
    print_rules(out, &columns, args)
}

type Across = (&'static str, Vec<Vec<Item>>, Vec<Vec<Item>>);

fn print_across(
    out: &mut impl Write,
    sets: &mut [Across],
    labels: &Labels,
    args: &Args,
) -> Result<(), Box<dyn Error>> {
    let mut columns = Vec::new();
    for (title, fit, test) in sets {
        let n_classes = restrict(fit, test, labels.len());
        let draw = |seed| {
            let join =
                |side: &[Vec<Item>]| join(side, Pairing::LabelPaired, |_| "", n_classes, seed);
            Ok(Draw {
                fit: join(fit)?,
                test: join(test)?,
                units: None,
            })
        };
        columns.push(Column {
            title: (*title).to_owned(),
            n_classes,
            draws: args
                .seeds()
                .map(draw)
                .collect::<Result<_, Box<dyn Error>>>()?,
        });
    }
    writeln!(out, "\n### Several modalities, label-paired\n")?;
    print_header(out, &columns)?;
    row(
        out,
        "each modality alone",
        columns.iter().map(|column| {
            let n_views = column.draws[0].test.tables[0].n_modalities();
            let alone: Vec<String> = (0..n_views)
                .map(|view| {
                    let share = |draw: &Draw| {
                        let correct = &view_correct(&draw.test)[view];
                        correct.iter().filter(|right| **right).count() as f64 / correct.len() as f64
                    };
                    format!("{:.2}", column.mean(share))
                })
                .collect();
            alone.join(", ")
        }),
    )?;
    print_rules(out, &columns, args)
}

fn print_header(out: &mut impl Write, columns: &[Column]) -> std::io::Result<()> {
    row(out, "", columns.iter().map(|column| column.title.clone()))?;
    writeln!(out, "|---|{}", "---:|".repeat(columns.len()))?;
    row(
        out,
        "classes",
        columns.iter().map(|column| column.n_classes.to_string()),
    )?;
    row(
        out,
        "samples",
        columns
            .iter()
            .map(|column| column.draws[0].test.classes.len().to_string()),
    )
}

fn print_rules(
    out: &mut impl Write,
    columns: &[Column],
    args: &Args,
) -> Result<(), Box<dyn Error>> {
    let mut impossible = Vec::new();
    for rule in RuleName::ALL {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| match column.judge(*rule, args.seed) {
                Ok(cell) => cell.to_string(),
                Err(error) => {
                    impossible.push(format!("`{rule}` on {}: {error}", column.title));
                    "–".to_owned()
                }
            })
            .collect();
        row(out, &format!("`{rule}`"), cells.into_iter())?;
    }
    for reason in impossible {
        writeln!(out, "\n{reason}")?;
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

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.accuracy)?;
        match self.interval {
            Some(Interval { low, high }) => write!(f, " ({low:.2}–{high:.2})"),
            None => Ok(()),
        }
    }
}
