//! From recordings and a recipe to a model, its scores and its card.

use std::{collections::BTreeMap, error::Error, fs};

use emo_score::ConfusionMatrix;
use emo_train::{
    Fit, FitConfig, KnownClasses, Network, Samples, Standardizer, TrainRng, confusion, export, fit,
    predict,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    Options,
    card::{self, Card},
    recordings::{Part, Recordings},
};

/// What a modality brings besides its recordings.
pub(crate) struct Recipe<'r, N> {
    /// The file's name and `emo.modality`.
    pub(crate) modality: &'static str,
    /// `emo.features`.
    pub(crate) features: &'static str,
    pub(crate) classes: KnownClasses,
    pub(crate) network: N,
    pub(crate) fit: FitConfig,
    /// Which values share mean and deviation.
    pub(crate) group_of: &'r dyn Fn(usize) -> usize,
    pub(crate) augment: &'r dyn Fn(&mut [f32], &mut TrainRng),
    /// Soft targets of the training samples, where raters disagree.
    pub(crate) targets: Option<ndarray::Array2<f32>>,
    /// What one source of a sample is called, such as `corpus`, and how its figures are shown.
    pub(crate) sources: Sources,
    pub(crate) card: Card,
}

/// How the sources of samples enter the report.
pub(crate) enum Sources {
    /// There is only one.
    One,
    /// Few, each with a confusion matrix of its own.
    Each(&'static str),
    /// Many, of one class each: their samples' probabilities are averaged and judged together.
    Pooled(&'static str),
}

/// The judgement of one split.
pub(crate) struct Judged {
    pub(crate) title: String,
    pub(crate) matrix: ConfusionMatrix,
}

pub(crate) fn run<N: Network>(
    recipe: Recipe<'_, N>,
    recordings: &Recordings,
    options: &Options,
) -> Result<(), Box<dyn Error>> {
    let n_classes = recipe.classes.len();
    let standardizer = Standardizer::fit(&recordings.train.features()?, recipe.group_of)?;
    let train = match recipe.targets {
        Some(targets) => {
            Samples::with_targets(standardizer.apply(&recordings.train.features()?)?, targets)?
        }
        None => crate::recordings::samples(&recordings.train, &standardizer, n_classes)?,
    };
    let valid = crate::recordings::samples(&recordings.valid, &standardizer, n_classes)?;
    println!(
        "{}: {} training, {} validation and {} test samples; {} parameters",
        recipe.modality,
        train.len(),
        valid.len(),
        recordings.test.len(),
        recipe.network.num_params()
    );

    let bar = ProgressBar::new(recipe.fit.epochs as u64);
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} epochs, {eta} left  {msg}",
    )?);
    let fitted = fit(
        recipe.network,
        &train,
        &valid,
        &recipe.fit,
        recipe.augment,
        |epoch| {
            bar.set_message(format!(
                "loss {:.3}, validation {:.3}, accuracy {:.3}",
                epoch.train_loss, epoch.valid_loss, epoch.valid_accuracy
            ));
            bar.inc(1);
            if bar.is_hidden() && epoch.number % 5 == 0 {
                println!(
                    "epoch {}: loss {:.4}, validation {:.4}, accuracy {:.4}",
                    epoch.number, epoch.train_loss, epoch.valid_loss, epoch.valid_accuracy
                );
            }
        },
    )?;
    bar.finish();
    println!(
        "best of {} epochs: {}",
        fitted.epochs.len(),
        fitted.best_epoch
    );

    let mut judged = judge(
        "Validation",
        &fitted,
        &recordings.valid,
        &valid,
        &recipe.sources,
    )?;
    if !options.skip_test {
        let test = crate::recordings::samples(&recordings.test, &standardizer, n_classes)?;
        judged.extend(judge(
            "Test",
            &fitted,
            &recordings.test,
            &test,
            &recipe.sources,
        )?);
    }
    let labels = recipe.classes.known_labels();
    for Judged { title, matrix } in &judged {
        println!(
            "\n{title} ({} samples): accuracy {}, balanced {}, macro-F1 {}\n{}",
            matrix.n_samples(),
            card::share(matrix.accuracy()),
            card::share(matrix.balanced_accuracy()),
            card::share(matrix.macro_f1()),
            matrix.to_markdown(&labels)
        );
    }

    let mut model = export(&fitted.network, &standardizer, &recipe.classes)?;
    for (key, value) in [
        ("emo.modality", recipe.modality.to_owned()),
        ("emo.features", recipe.features.to_owned()),
        ("emo.trained_on", recipe.card.trained_on.clone()),
    ] {
        model.metadata_mut().insert(key.to_owned(), value);
    }
    fs::create_dir_all(&options.out)?;
    let path = options.out.join(format!("{}.onnx", recipe.modality));
    model.write(&path)?;
    println!("wrote {}", path.display());
    if options.skip_test {
        println!("no card: the test split was left alone");
        return Ok(());
    }
    let path = options.out.join(format!("{}.md", recipe.modality));
    let text = card::text(&recipe.card, &recipe.classes, &recipe.fit, &fitted, &judged)?;
    fs::write(&path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}

fn judge<N: Network>(
    split: &str,
    fitted: &Fit<N>,
    part: &Part,
    samples: &Samples,
    sources: &Sources,
) -> Result<Vec<Judged>, Box<dyn Error>> {
    let mut judged = vec![Judged {
        title: split.to_owned(),
        matrix: confusion(&fitted.network, samples)?,
    }];
    let mut by_source: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, source) in part.sources().iter().enumerate() {
        by_source.entry(source).or_default().push(index);
    }
    match sources {
        Sources::One => {}
        Sources::Each(kind) => {
            for (source, indices) in by_source {
                judged.push(Judged {
                    title: format!("{split}, {kind} {source}"),
                    matrix: confusion(&fitted.network, &samples.select(&indices))?,
                });
            }
        }
        Sources::Pooled(kind) => {
            let (mut truth, mut predicted) = (Vec::new(), Vec::new());
            for indices in by_source.values() {
                let part = samples.select(indices);
                let probabilities = predict(&fitted.network, part.features())?;
                truth.push(part.classes()[0]);
                predicted.push(emo_score::argmax(&probabilities.sum_axis(ndarray::Axis(0))));
            }
            judged.push(Judged {
                title: format!("{split}, {kind}"),
                matrix: ConfusionMatrix::new(&truth, &predicted, samples.n_classes())?,
            });
        }
    }
    Ok(judged)
}
