//! The model card, Markdown.

use std::{error::Error, fmt::Write};

use emo_train::{Fit, FitConfig, KnownClasses, Network};

use crate::run::Judged;

/// What a card says besides the numbers.
pub(crate) struct Card {
    pub(crate) title: &'static str,
    /// What the model is and what it takes.
    pub(crate) what: &'static str,
    /// The recordings: source, licence, citation.
    pub(crate) data: &'static str,
    /// How the recordings were split.
    pub(crate) split: &'static str,
    /// What else was done in training, besides the settings of the fit.
    pub(crate) recipe: &'static str,
    /// What the figures do not say.
    pub(crate) limits: &'static str,
    pub(crate) licence: &'static str,
    /// `emo.trained_on`, one line.
    pub(crate) trained_on: String,
    /// The command that makes the model anew.
    pub(crate) command: String,
}

const USE: &str = "\
It is made for research and for building and testing applications that people chose to use on themselves: it \
estimates which of a few acted or self-reported states a recording resembles. It does not see what a person \
feels.

It must not be used for diagnosis or treatment; for surveillance; for decisions about employment, school, \
credit, insurance, policing, borders or justice; to detect lies; to infer anything about a person who has not \
agreed; or to conclude anything about a single person from a single result. In the European Union, emotion \
recognition at work and in education is prohibited (Regulation (EU) 2024/1689, Article 5 (1) f).";

pub(crate) fn text<N: Network>(
    card: &Card,
    classes: &KnownClasses,
    config: &FitConfig,
    fitted: &Fit<N>,
    judged: &[Judged],
) -> Result<String, Box<dyn Error>> {
    let network = &fitted.network;
    let mut out = format!("# {}\n\n{}\n\n", card.title, card.what);
    writeln!(
        out,
        "- Input `input`: f32 [1{}]\n- Output `scores`: f32 [1, {}]: {}\n- Parameters: {}; standardization and \
         softmax are inside the graph\n",
        network
            .feature_shape()
            .iter()
            .map(|extent| format!(", {extent}"))
            .collect::<String>(),
        classes.labels().len(),
        classes.labels(),
        network.num_params()
    )?;
    if classes.len() < classes.labels().len() {
        let names = |known: bool| {
            let names: Vec<&str> = (0..classes.labels().len())
                .filter(|class| classes.known().contains(class) == known)
                .map(|class| &classes.labels()[class])
                .collect();
            names.join(", ")
        };
        writeln!(
            out,
            "The recordings hold no examples of: **{}**. The model tells apart {}, and gives a missing class \
             the score of ignorance, {}, whatever the input; the known classes share the rest. A recording from \
             another device would have made the device the class. The figures below are among the known \
             classes.\n",
            names(false),
            names(true),
            1.0 / classes.labels().len() as f64
        )?;
    }
    writeln!(
        out,
        "## Recordings\n\n{}\n\n## Split\n\n{}\n",
        card.data, card.split
    )?;
    writeln!(
        out,
        "## Training\n\n{}\n\nAdamW, batches of {}, learning rate {} falling to zero along half a cosine over {} \
         epochs, weight decay {}, label smoothing {}, {} class weights, seed {}. Of {} epochs, the one with the \
         lowest validation loss was kept: {}. Every setting was chosen on the validation split; the test split \
         was looked at once, at the end.\n\n```sh\n{}\n```\n",
        card.recipe,
        config.batch_len,
        config.learning_rate,
        config.epochs,
        config.weight_decay,
        config.label_smoothing,
        format!("{:?}", config.class_weights).to_lowercase(),
        config.seed,
        fitted.epochs.len(),
        fitted.best_epoch,
        card.command
    )?;
    writeln!(
        out,
        "## Scores\n\n| | samples | accuracy | balanced accuracy | macro-F1 |\n|---|---:|---:|---:|---:|"
    )?;
    for Judged { title, matrix } in judged {
        writeln!(
            out,
            "| {title} | {} | {} | {} | {} |",
            matrix.n_samples(),
            share(matrix.accuracy()),
            share(matrix.balanced_accuracy()),
            share(matrix.macro_f1())
        )?;
    }
    let labels = classes.known_labels();
    for Judged { title, matrix } in judged {
        writeln!(
            out,
            "\n### {title}\n\n{}",
            matrix.to_markdown(&labels).to_string().trim_end()
        )?;
    }
    writeln!(out, "\n## Limits\n\n{}\n", card.limits)?;
    writeln!(
        out,
        "## Use\n\n{USE}\n\n## Licence of the weights\n\n{}",
        card.licence
    )?;
    Ok(out)
}

/// A metric as a card shows it.
pub(crate) fn share(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.3}"))
}
