use emo_dsp::SampleRate;

use crate::annotation::MAX_ANNOTATIONS;
use crate::{Annotation, Gap, RecordingError};

/// The label of the signal that holds a BioSemi recorder's triggers.
pub(crate) const STATUS: &str = "Status";

/// Adds what a status signal says: each change to a trigger other than 0.
///
/// `status` holds the low 16 bits of each sample. What stands there from the beginning is no change.
pub(crate) fn triggers(
    status: &[u16],
    sample_rate: SampleRate,
    gaps: &[Gap],
    annotations: &mut Vec<Annotation>,
) -> Result<(), RecordingError> {
    let mut gaps = gaps.iter().peekable();
    let mut passed_over = 0.0;
    let mut sample = 0;
    for run in status.chunk_by(|a, b| a == b) {
        while let Some(gap) = gaps.next_if(|gap| gap.sample <= sample) {
            passed_over += gap.seconds;
        }
        let &[value, ..] = run else { continue };
        if sample > 0 && value != 0 {
            if annotations.len() >= MAX_ANNOTATIONS {
                return Err(RecordingError::TooMany {
                    what: "annotations",
                    limit: MAX_ANNOTATIONS,
                });
            }
            annotations.push(Annotation {
                duration: Some(run.len() as f64 / sample_rate.hz()),
                source: Some(STATUS.to_owned()),
                ..Annotation::new(
                    sample as f64 / sample_rate.hz() + passed_over,
                    value.to_string(),
                )
            });
        }
        sample += run.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_triggers() {
        let rate = SampleRate::from_hz(2.0).expect("a rate");
        let gaps = [Gap {
            sample: 4,
            seconds: 10.0,
        }];
        let mut annotations = Vec::new();
        triggers(&[9, 9, 0, 5, 5, 7, 0, 1], rate, &gaps, &mut annotations).expect("few triggers");
        let actual: Vec<_> = annotations
            .iter()
            .map(|a| (a.onset, a.duration, a.text.as_str()))
            .collect();
        let expected = [
            (1.5, Some(1.0), "5"),
            (12.5, Some(0.5), "7"),
            (13.5, Some(0.5), "1"),
        ];
        assert_eq!(actual, expected);
    }
}
