use std::borrow::Cow;

use emo_score::{CalibratedFusion, FusionRule, ScoreError, ScoreTable};

use crate::{Modality, PipelineError, bundle::check_plain};

/// No fitted rule of a handful of modalities and classes is this long.
const MAX_BYTES: usize = 1 << 22;

/// Reads the fitted fusion rules that a manifest names.
pub(crate) fn read(
    files: &[String],
    n_classes: usize,
    bad_value: &impl Fn(&str, String) -> PipelineError,
    read: &impl Fn(&str) -> Result<Cow<'static, [u8]>, PipelineError>,
) -> Result<Vec<CalibratedFusion>, PipelineError> {
    let mut fusions: Vec<CalibratedFusion> = Vec::new();
    for file in files {
        let refuse = |problem: String| bad_value("fusion", format!("`{file}`: {problem}"));
        check_plain(file).map_err(|problem| bad_value("fusion", problem))?;
        let bytes = read(file)?;
        if bytes.len() > MAX_BYTES {
            return Err(refuse(format!("longer than {MAX_BYTES} bytes")));
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| refuse(error.to_string()))?;
        let fusion: CalibratedFusion =
            toml::from_str(text).map_err(|source| PipelineError::Manifest {
                place: file.clone(),
                source: Box::new(source),
            })?;
        check_shape(&fusion, n_classes).map_err(|error| refuse(error.to_string()))?;
        let name = fusion.rule().rule_name();
        if fusions.iter().any(|other| other.rule().rule_name() == name) {
            return Err(refuse(format!("there is another rule `{name}`")));
        }
        fusions.push(fusion);
    }
    Ok(fusions)
}

/// Tries the rule on undecided modalities. That it gives none of them any weight, or any class a score, is no fault of
/// its shape.
fn check_shape(fusion: &CalibratedFusion, n_classes: usize) -> Result<(), ScoreError> {
    let mut table = ScoreTable::new(n_classes);
    for _ in Modality::ALL {
        table.push(&vec![1.0 / n_classes as f32; n_classes])?;
    }
    match fusion.fuse(&table) {
        Ok(_) | Err(ScoreError::NoEvidence | ScoreError::Vetoed) => Ok(()),
        Err(error) => Err(error),
    }
}
