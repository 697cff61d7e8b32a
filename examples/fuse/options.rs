use std::{error::Error, path::PathBuf};

use clap::{Parser, ValueEnum};
use emo_fusion::score::{
    CalibrationName, LeakReport, Pairing, Protocol, Provenance, RuleName, Split, SplitKind,
};

use crate::samples::Samples;

/// Fuses tables of scores, and judges the result where labels are known.
#[derive(Debug, Parser)]
#[command(name = "fuse", version)]
pub(crate) struct Options {
    /// The scores, CSV with the columns `sample`, `modality`, `subject`, one `p_<class>` per class and, if known,
    /// `label`.
    pub(crate) scores: PathBuf,
    /// How the modalities' scores are fused.
    #[arg(long, value_name = "NAME", default_value = "mean")]
    pub(crate) rule: RuleName,
    /// The weight of each modality, such as `speech=0.78,face=0.74`.
    #[arg(long, value_name = "MODALITY=WEIGHT", value_delimiter = ',', value_parser = parse_weight)]
    pub(crate) weights: Vec<(String, f32)>,
    /// Scores with labels, of other samples, on which the rule is fitted.
    #[arg(long, value_name = "CSV")]
    pub(crate) fit: Option<PathBuf>,
    /// How each modality's scores, and the fused ones, are calibrated on the samples of --fit.
    #[arg(long, value_name = "NAME", default_value = "none", requires = "fit")]
    pub(crate) calibrate: CalibrationName,
    /// What the split of the data keeps apart. It is stated, not found out; but what contradicts it is refused.
    #[arg(long, value_name = "KIND")]
    split: Option<SplitName>,
    /// How samples of several modalities were joined. Without it, the subjects say at least whether they were.
    #[arg(long, value_name = "KIND")]
    pairing: Option<PairingName>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report as an HTML page.
    #[arg(long, value_name = "HTML")]
    pub(crate) report: Option<PathBuf>,
    /// Write the fused rows into a file instead of printing them.
    #[arg(long, value_name = "CSV", conflicts_with = "json")]
    pub(crate) rows: Option<PathBuf>,
    /// How many draws an interval is made of; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) resamples: usize,
    /// The seed of those draws.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Leave out what each subset of the modalities reaches.
    #[arg(long)]
    pub(crate) no_subsets: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SplitName {
    BySubject,
    ByTrial,
    Random,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PairingName {
    TrueSync,
    SameSubject,
    LabelPaired,
}

impl Options {
    /// The weights in the order of the modalities; none if none were given.
    pub(crate) fn weights_of(&self, modalities: &[String]) -> Result<Vec<f32>, String> {
        if self.weights.is_empty() {
            return Ok(Vec::new());
        }
        if let Some((name, _)) = self
            .weights
            .iter()
            .find(|(name, _)| !modalities.contains(name))
        {
            return Err(format!(
                "a weight for `{name}`, but the modalities are {}",
                modalities.join(", ")
            ));
        }
        modalities
            .iter()
            .map(|modality| {
                self.weights
                    .iter()
                    .find(|(name, _)| name == modality)
                    .map(|(_, weight)| *weight)
                    .ok_or_else(|| format!("no weight for `{modality}`"))
            })
            .collect()
    }

    /// What is said, and what the data show, of split and pairing.
    pub(crate) fn protocol(
        &self,
        samples: &Samples,
        train: Option<&Samples>,
    ) -> Result<Protocol, Box<dyn Error>> {
        let pairing = self.pairing(samples)?;
        let stated = match self.split {
            None => SplitKind::Unstated,
            Some(SplitName::BySubject) => SplitKind::BySubject,
            Some(SplitName::ByTrial) => SplitKind::ByTrial,
            Some(SplitName::Random) => SplitKind::Random,
        };
        let Some(train) = train else {
            return Ok(Protocol::unchecked(stated, pairing));
        };
        let of = |samples: &Samples| -> Vec<Provenance> {
            let describe = |sample| {
                let named = Provenance::new(samples.name(sample));
                samples.subjects(sample).fold(named, Provenance::subject)
            };
            (0..samples.len()).map(describe).collect()
        };
        let mut all = of(train);
        all.extend(of(samples));
        let test = (train.len()..all.len()).collect();
        let split = Split::given(stated, (0..train.len()).collect(), test, all.len())?;
        let leaks = LeakReport::find(&all, &split)?;
        Ok(Protocol::checked(&split, pairing, leaks)?)
    }

    fn pairing(&self, samples: &Samples) -> Result<Pairing, String> {
        let several = (0..samples.len()).find(|&sample| samples.subjects(sample).count() > 1);
        let stated = match self.pairing {
            Some(PairingName::LabelPaired) => return Ok(Pairing::LabelPaired),
            Some(PairingName::TrueSync) => Pairing::TrueSync,
            Some(PairingName::SameSubject) => Pairing::SameSubject,
            None if samples.modalities().len() == 1 => return Ok(Pairing::Unimodal),
            None if several.is_some() => return Ok(Pairing::LabelPaired),
            None => return Ok(Pairing::Unstated),
        };
        match several {
            None => Ok(stated),
            Some(sample) => Err(format!(
                "pairing is said to be {stated}, but sample `{}` has several subjects",
                samples.name(sample)
            )),
        }
    }
}

fn parse_weight(text: &str) -> Result<(String, f32), String> {
    let (name, weight) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not MODALITY=WEIGHT"))?;
    let weight = weight
        .parse()
        .map_err(|_| format!("`{weight}` is not a weight"))?;
    Ok((name.to_owned(), weight))
}
