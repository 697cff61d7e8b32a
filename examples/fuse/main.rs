//! Fuses tables of scores by any rule and, where the true classes are known, says how good the result is.
//!
//! A row is `sample, modality, subject, p_<class>…, label?`: one modality's scores of one sample.

mod options;
mod print;
mod samples;

use std::{error::Error, io::Write as _, process::ExitCode};

use clap::Parser;
use emo_examples::{error_chain, replace};
use emo_fusion::{
    ndarray::Array2,
    score::{
        BootstrapConfig, CalibratedFusion, CalibrationConfig, CalibrationName, Fused, FusionRule,
        Groups, Predictions, Report, ReportConfig, RuleConfig, ScoreError, ScoreTable, Units,
    },
};

use crate::{options::Options, print::Rows, samples::Samples};

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let train = options
        .fit
        .as_deref()
        .map(|path| Samples::read(path, None))
        .transpose()?;
    let samples = Samples::read(&options.scores, train.as_ref())?;
    let fusion = fusion(options, &samples, train.as_ref())?;

    let mut rows = Rows::new(options, &samples)?;
    let mut judged = Judged::default();
    let mut table = ScoreTable::new(samples.labels().len());
    let mut fused = Fused::default();
    for sample in 0..samples.len() {
        samples.fill(sample, &mut table)?;
        fusion
            .fuse_into(&table, &mut fused)
            .map_err(|error| format!("sample `{}`: {error}", samples.name(sample)))?;
        rows.write(&samples, sample, &fused)?;
        if let Some(class) = samples.class(sample) {
            judged.samples.push(sample);
            judged.classes.push(class);
            judged.scores.extend(fused.scores.iter().copied());
        }
    }
    let report = judged.report(options, &samples, train.as_ref(), &fusion)?;
    rows.finish(report.as_ref())?;
    if let Some(path) = &options.report {
        let report = report.ok_or("a report needs samples whose label is known")?;
        replace(path, |file| file.write_all(report.to_html().as_bytes()))?;
    }
    Ok(())
}

/// The rule with its calibrations, made from options or fitted.
fn fusion(
    options: &Options,
    samples: &Samples,
    train: Option<&Samples>,
) -> Result<CalibratedFusion, Box<dyn Error>> {
    let weights = options.weights_of(samples.modalities())?;
    let config = RuleConfig::new(samples.labels().len(), weights);
    let Some(train) = train else {
        let fusion = CalibratedFusion::from(options.rule.make(&config)?);
        if options.weights.is_empty() && !samples.is_empty() {
            let mut table = ScoreTable::new(samples.labels().len());
            samples.fill(0, &mut table)?;
            if let Err(ScoreError::ModalityCount { .. }) = fusion.fuse(&table) {
                let rule = options.rule;
                return Err(format!("the rule `{rule}` needs --weights or --fit").into());
            }
        }
        return Ok(fusion);
    };
    let (mut tables, mut classes) = (Vec::new(), Vec::new());
    for sample in 0..train.len() {
        let Some(class) = train.class(sample) else {
            return Err(format!("sample `{}` to fit on has no label", train.name(sample)).into());
        };
        let mut table = ScoreTable::new(train.labels().len());
        train.fill(sample, &mut table)?;
        tables.push(table);
        classes.push(class);
    }
    Ok(CalibratedFusion::fit(
        (options.rule, &config),
        (options.calibrate, options.calibrate),
        &CalibrationConfig::default(),
        &tables,
        &classes,
    )?)
}

/// The samples whose label is known.
#[derive(Debug, Default)]
struct Judged {
    samples: Vec<usize>,
    classes: Vec<usize>,
    scores: Vec<f32>,
}

impl Judged {
    fn report(
        self,
        options: &Options,
        samples: &Samples,
        train: Option<&Samples>,
        fusion: &CalibratedFusion,
    ) -> Result<Option<Report>, Box<dyn Error>> {
        if self.samples.is_empty() {
            return Ok(None);
        }
        let shape = (self.samples.len(), samples.labels().len());
        let predictions =
            Predictions::new(Array2::from_shape_vec(shape, self.scores)?, self.classes)?;
        // Where each sample is of one person, people are what is independent.
        let subjects: Option<Vec<&str>> = self
            .samples
            .iter()
            .map(|&sample| samples.only_subject(sample))
            .collect();
        let subjects = subjects
            .map(Groups::subjects)
            .filter(|groups| groups.len() > 1);
        let units = match &subjects {
            Some(groups) => Units::Groups(groups),
            None => Units::Samples(self.samples.len()),
        };
        let mut config = ReportConfig::new(match options.calibrate {
            CalibrationName::None => format!("fused by {}", options.rule),
            calibration => format!("fused by {}, calibrated by {calibration}", options.rule),
        });
        config.bootstrap = (options.resamples > 0).then(|| {
            let mut bootstrap = BootstrapConfig::default();
            bootstrap.n_resamples = options.resamples;
            bootstrap.seed = options.seed;
            bootstrap
        });
        let protocol = options.protocol(samples, train)?;
        let report = Report::new(
            protocol,
            samples.labels().clone(),
            &predictions,
            units,
            config,
        )?;
        if samples.modalities().len() < 2 || options.no_subsets {
            return Ok(Some(report));
        }
        let mut tables = Vec::with_capacity(self.samples.len());
        for &sample in &self.samples {
            let mut table = ScoreTable::new(samples.labels().len());
            samples.fill(sample, &mut table)?;
            tables.push(table);
        }
        let report = report.with_subsets(
            fusion,
            samples.modalities(),
            &tables,
            predictions.truth(),
            units,
        )?;
        Ok(Some(report))
    }
}
