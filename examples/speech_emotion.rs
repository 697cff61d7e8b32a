//! Does a feature set carry the emotion? The same simple classifier on tables of features, speakers kept apart.
//!
//! ```text
//! extract speech --set egemaps RAVDESS/flac/*.flac > ours.csv
//! python crates/emo-speech/peers/opensmile_sets.py RAVDESS/flac/*.flac > theirs.csv
//! speech_emotion RAVDESS/manifest.csv 6 ours.csv theirs.csv
//! ```
//!
//! The manifest has the columns `file`, `subject` and `label4`; rows without a label are left out. A table has the file
//! in the first column, the window in the second and a feature in each of the others. The subjects, sorted, are dealt
//! out to the given number of groups; each group is tested with a multinomial logistic regression that was fitted, with
//! its standardisation, on the other groups. Nothing is tuned: the penalty and the number of steps are fixed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

type Failure = Box<dyn Error>;

/// Weight of the squared coefficients in the loss, whose first part is the mean over the clips.
const PENALTY: f64 = 0.01;
/// Steps of Nesterov's accelerated gradient descent.
const N_STEPS: usize = 400;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", emo_examples::error_chain(error.as_ref()));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    let [manifest, groups, tables @ ..] = arguments else {
        return Err("usage: speech_emotion MANIFEST GROUPS TABLE...".into());
    };
    let clips = read_manifest(manifest)?;
    let n_groups: usize = groups.parse()?;
    let subjects: BTreeSet<&str> = clips.values().map(|clip| clip.subject.as_str()).collect();
    if n_groups < 2 || n_groups > subjects.len() {
        return Err(format!("{n_groups} groups of {} subjects", subjects.len()).into());
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} clips of {} subjects, {n_groups} groups of subjects, each tested by what the others taught",
        clips.len(),
        subjects.len(),
    )?;
    writeln!(
        out,
        "| table | features | accuracy | mean recall |\n|---|---|---|---|"
    )?;
    for table in tables {
        let data = Data::read(table, &clips, &subjects, n_groups)?;
        let (accuracy, recall) = data.cross_validate(n_groups);
        let n_features = data.rows.first().map_or(0, Vec::len);
        writeln!(
            out,
            "| {table} | {n_features} | {accuracy:.4} | {recall:.4} |"
        )?;
    }
    Ok(())
}

struct Clip {
    subject: String,
    label: String,
}

fn read_manifest(path: &str) -> Result<HashMap<String, Clip>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| {
        let found = header.iter().position(|&column| column == name);
        found.ok_or(format!("{path}: no column {name}"))
    };
    let [file, subject, label] = [column("file")?, column("subject")?, column("label4")?];
    let mut clips = HashMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        if !field(label).is_empty() {
            let clip = Clip {
                subject: field(subject).into(),
                label: field(label).into(),
            };
            clips.insert(name_of(field(file)), clip);
        }
    }
    Ok(clips)
}

fn name_of(file: &str) -> String {
    let name = Path::new(file).file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

struct Data {
    rows: Vec<Vec<f64>>,
    labels: Vec<usize>,
    groups: Vec<usize>,
    n_labels: usize,
}

impl Data {
    fn read(
        path: &str,
        clips: &HashMap<String, Clip>,
        subjects: &BTreeSet<&str>,
        n_groups: usize,
    ) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
        let names: BTreeSet<&str> = clips.values().map(|clip| clip.label.as_str()).collect();
        let index: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
        let group: BTreeMap<&str, usize> = subjects.iter().copied().zip(0..).collect();
        let mut data = Self {
            rows: Vec::new(),
            labels: Vec::new(),
            groups: Vec::new(),
            n_labels: names.len(),
        };
        // The order of the clips must not depend on that of the table.
        let mut lines: Vec<&str> = text.lines().skip(1).collect();
        lines.sort_unstable_by_key(|line| name_of(line.split(',').next().unwrap_or_default()));
        for line in lines {
            let mut fields = line.split(',');
            let Some(clip) = clips.get(&name_of(fields.next().unwrap_or_default())) else {
                continue;
            };
            let values: Result<Vec<f64>, _> = fields.skip(1).map(str::parse).collect();
            data.rows
                .push(values.map_err(|e| format!("{path}: {line:.40}…: {e}"))?);
            data.labels.push(index[clip.label.as_str()]);
            data.groups.push(group[clip.subject.as_str()] % n_groups);
        }
        let width = data.rows.first().map_or(0, Vec::len);
        if data.rows.len() != clips.len() || data.rows.iter().any(|row| row.len() != width) {
            let n_rows = data.rows.len();
            return Err(format!("{path}: {n_rows} rows for {} clips", clips.len()).into());
        }
        Ok(data)
    }

    /// Accuracy and mean recall over all clips, each predicted by the groups that it does not belong to.
    fn cross_validate(&self, n_groups: usize) -> (f64, f64) {
        let (mut correct, mut total) = (vec![0.0; self.n_labels], vec![0.0; self.n_labels]);
        for group in 0..n_groups {
            let (test, train): (Vec<usize>, Vec<usize>) =
                (0..self.rows.len()).partition(|&clip| self.groups[clip] == group);
            let model = Model::fit(self, &train);
            for clip in test {
                let label = self.labels[clip];
                total[label] += 1.0;
                if model.predict(&self.rows[clip]) == label {
                    correct[label] += 1.0;
                }
            }
        }
        let recalls = correct.iter().zip(&total).map(|(c, t)| c / t);
        (
            correct.iter().sum::<f64>() / total.iter().sum::<f64>(),
            recalls.sum::<f64>() / self.n_labels as f64,
        )
    }
}

/// Multinomial logistic regression on standardised features.
struct Model {
    means: Vec<f64>,
    deviations: Vec<f64>,
    /// By label: a coefficient per feature, then the intercept.
    weights: Vec<Vec<f64>>,
}

impl Model {
    fn fit(data: &Data, train: &[usize]) -> Self {
        let n = train.len() as f64;
        let n_features = data.rows[train[0]].len();
        let moment = |get: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..n_features)
                .map(|j| train.iter().map(|&i| get(i, j)).sum::<f64>() / n)
                .collect()
        };
        let means = moment(&|i, j| data.rows[i][j]);
        let variances = moment(&|i, j| (data.rows[i][j] - means[j]).powi(2));
        let mut model = Self {
            deviations: variances.iter().map(|v| v.sqrt().max(1e-12)).collect(),
            means,
            weights: vec![vec![0.0; n_features + 1]; data.n_labels],
        };
        let rows: Vec<Vec<f64>> = train
            .iter()
            .map(|&i| model.standardise(&data.rows[i]))
            .collect();
        // The curvature of the loss is at most half the largest mean square of the rows' norms.
        let norm = rows.iter().flatten().map(|x| x * x).sum::<f64>() / n;
        let rate = 1.0 / (0.5 * norm + PENALTY);
        let mut ahead = model.weights.clone();
        for step in 0..N_STEPS {
            let momentum = step as f64 / (step as f64 + 3.0);
            let gradient = gradient(&ahead, &rows, train.iter().map(|&i| data.labels[i]));
            for ((weights, ahead), gradient) in
                model.weights.iter_mut().zip(&mut ahead).zip(gradient)
            {
                for ((w, a), g) in weights.iter_mut().zip(ahead.iter_mut()).zip(gradient) {
                    let next = *a - rate * g;
                    *a = next + momentum * (next - *w);
                    *w = next;
                }
            }
        }
        model
    }

    fn standardise(&self, row: &[f64]) -> Vec<f64> {
        let scaled = row.iter().zip(&self.means).zip(&self.deviations);
        let scaled = scaled.map(|((x, mean), deviation)| (x - mean) / deviation);
        scaled.chain([1.0]).collect()
    }

    fn predict(&self, row: &[f64]) -> usize {
        let scores = scores(&self.weights, &self.standardise(row));
        let best = (0..scores.len()).max_by(|&i, &j| scores[i].total_cmp(&scores[j]));
        best.unwrap_or(0)
    }
}

fn scores(weights: &[Vec<f64>], row: &[f64]) -> Vec<f64> {
    let dot = |weights: &Vec<f64>| weights.iter().zip(row).map(|(w, x)| w * x).sum();
    weights.iter().map(dot).collect()
}

fn gradient(
    weights: &[Vec<f64>],
    rows: &[Vec<f64>],
    labels: impl Iterator<Item = usize>,
) -> Vec<Vec<f64>> {
    let n = rows.len() as f64;
    let mut gradient: Vec<Vec<f64>> = weights
        .iter()
        .map(|weights| {
            let (_, coefficients) = weights.split_last().expect("there is an intercept");
            let penalty = coefficients.iter().map(|w| PENALTY * w);
            penalty.chain([0.0]).collect()
        })
        .collect();
    for (row, label) in rows.iter().zip(labels) {
        let mut scores = scores(weights, row);
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        scores.iter_mut().for_each(|s| *s = (*s - highest).exp());
        let sum: f64 = scores.iter().sum();
        for (class, (gradient, score)) in gradient.iter_mut().zip(scores).enumerate() {
            let error = (score / sum - f64::from(u8::from(class == label))) / n;
            for (g, x) in gradient.iter_mut().zip(row) {
                *g += error * x;
            }
        }
    }
    gradient
}
