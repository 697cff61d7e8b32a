use std::{
    error::Error,
    fs::File,
    io::{self, BufWriter, Write},
};

use emo_fusion::score::{Fused, Report, argmax};

use crate::{options::Options, samples::Samples};

/// Where fused rows go.
pub(crate) struct Rows {
    out: Out,
    /// Whether rows and report share the standard output.
    together: bool,
    labelled: bool,
    number: String,
}

enum Out {
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    /// One JSON object, opened.
    Json {
        out: Box<dyn Write>,
        first: bool,
    },
}

impl Rows {
    pub(crate) fn new(options: &Options, samples: &Samples) -> Result<Self, Box<dyn Error>> {
        let target: Box<dyn Write> = match &options.rows {
            None => Box::new(io::stdout().lock()),
            Some(path) => Box::new(
                File::create(path).map_err(|error| format!("{}: {error}", path.display()))?,
            ),
        };
        let mut rows = Self {
            out: if options.json {
                let mut out: Box<dyn Write> = Box::new(BufWriter::with_capacity(1 << 16, target));
                let rule = serde_json::to_string(options.rule.as_str())?;
                quiet(write!(out, "{{\"rule\":{rule},\"samples\":["))?;
                Out::Json { out, first: true }
            } else {
                // Where nobody reads on, fields are lost, and rows are of unequal length: that is no error, either.
                let out = csv::WriterBuilder::new()
                    .flexible(true)
                    .buffer_capacity(1 << 16)
                    .from_writer(target);
                Out::Csv(Box::new(out))
            },
            together: options.rows.is_none(),
            labelled: samples.has_labels(),
            number: String::new(),
        };
        if let Out::Csv(out) = &mut rows.out {
            let scores = samples.labels().iter().map(|label| format!("p_{label}"));
            let mut header: Vec<String> = vec!["sample".to_owned(), "subject".to_owned()];
            header.extend(scores);
            header.push("decision".to_owned());
            if rows.labelled {
                header.push("label".to_owned());
            }
            quiet_csv(out.write_record(header))?;
        }
        Ok(rows)
    }

    pub(crate) fn write(
        &mut self,
        samples: &Samples,
        sample: usize,
        fused: &Fused,
    ) -> Result<(), Box<dyn Error>> {
        let labels = samples.labels();
        let label = samples.class(sample).map(|class| &labels[class]);
        let decision = &labels[argmax(&fused.scores)];
        match &mut self.out {
            Out::Csv(out) => {
                quiet_csv(out.write_field(samples.name(sample)))?;
                quiet_csv(out.write_field(samples.only_subject(sample).unwrap_or_default()))?;
                for score in &fused.scores {
                    use std::fmt::Write as _;
                    self.number.clear();
                    write!(self.number, "{score}")?;
                    quiet_csv(out.write_field(&self.number))?;
                }
                quiet_csv(out.write_field(decision))?;
                if self.labelled {
                    quiet_csv(out.write_field(label.unwrap_or_default()))?;
                }
                quiet_csv(out.write_record(None::<&[u8]>))
            }
            Out::Json { out, first } => {
                let scores: serde_json::Map<String, serde_json::Value> = labels
                    .iter()
                    .zip(&fused.scores)
                    .map(|(label, &score)| (label.to_owned(), score.into()))
                    .collect();
                let row = serde_json::json!({
                    "sample": samples.name(sample),
                    "subject": samples.only_subject(sample),
                    "scores": scores,
                    "decision": decision,
                    "label": label,
                });
                let separator = if std::mem::take(first) { "" } else { "," };
                Ok(quiet(write!(out, "{separator}{row}"))?)
            }
        }
    }

    /// Ends the rows and prints the report.
    pub(crate) fn finish(self, report: Option<&Report>) -> Result<(), Box<dyn Error>> {
        match self.out {
            Out::Json { mut out, .. } => {
                let report = serde_json::to_string(&report)?;
                quiet(writeln!(out, "],\"report\":{report}}}"))?;
                Ok(quiet(out.flush())?)
            }
            Out::Csv(mut out) => {
                quiet(out.flush())?;
                drop(out);
                let Some(report) = report else { return Ok(()) };
                let gap = if self.together { "\n" } else { "" };
                Ok(quiet(write!(io::stdout().lock(), "{gap}{report}"))?)
            }
        }
    }
}

/// Whoever reads may have seen enough.
fn quiet(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn quiet_csv(written: csv::Result<()>) -> Result<(), Box<dyn Error>> {
    match written {
        Err(error) => match error.into_kind() {
            csv::ErrorKind::Io(error) => Ok(quiet(Err(error))?),
            kind => Err(format!("{kind:?}").into()),
        },
        Ok(()) => Ok(()),
    }
}
