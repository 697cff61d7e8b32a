use emo_dsp::SampleRate;

use crate::RecordingError;

/// One signal of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// What the file calls it, without surrounding spaces; `column 1`, `column 2`, … in a table without header.
    pub name: String,
    /// Unit of the samples as the file writes it; none if it names none.
    pub unit: Option<String>,
    /// Rate of the samples; none for a table without time column whose rate the caller did not give.
    pub sample_rate: Option<SampleRate>,
    /// The samples, all finite.
    pub samples: Vec<f32>,
}

impl Channel {
    /// The samples of a voltage in microvolts.
    ///
    /// Known units are V, mV, µV (with either Greek letter, or `uV`) and nV.
    ///
    /// # Errors
    /// - [`RecordingError::NotAVoltage`] for another unit or none.
    /// - [`RecordingError::Overflow`] if a sample leaves the range of `f32`.
    pub fn to_microvolts(&self) -> Result<Vec<f32>, RecordingError> {
        let factor = match self.unit.as_deref() {
            Some("V" | "v") => 1e6,
            Some("mV" | "mv") => 1e3,
            Some("uV" | "uv" | "\u{b5}V" | "\u{3bc}V" | "\u{b5}v" | "\u{3bc}v") => 1.0,
            Some("nV" | "nv") => 1e-3,
            _ => {
                return Err(RecordingError::NotAVoltage {
                    channel: self.name.clone(),
                    unit: self.unit.clone(),
                });
            }
        };
        let convert = |(index, &sample): (usize, &f32)| {
            let sample = (f64::from(sample) * factor) as f32;
            if sample.is_finite() {
                Ok(sample)
            } else {
                Err(RecordingError::Overflow {
                    channel: self.name.clone(),
                    index,
                })
            }
        };
        self.samples.iter().enumerate().map(convert).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(unit: Option<&str>, samples: Vec<f32>) -> Channel {
        Channel {
            name: "Fp1".to_owned(),
            unit: unit.map(str::to_owned),
            sample_rate: None,
            samples,
        }
    }

    #[test]
    fn voltages_are_converted() {
        for (unit, expected) in [
            ("V", 2.5e6),
            ("mV", 2.5e3),
            ("uV", 2.5),
            ("µV", 2.5),
            ("μV", 2.5),
            ("nV", 2.5e-3),
        ] {
            let actual = channel(Some(unit), vec![2.5]).to_microvolts();
            assert_eq!(actual.expect("a voltage"), [expected], "{unit}");
        }
    }

    #[test]
    fn other_units_are_named() {
        for (unit, expected) in [
            (
                Some("bpm"),
                "unit of channel \"Fp1\" is bpm, expected V, mV, µV or nV",
            ),
            (
                None,
                "unit of channel \"Fp1\" is not known, expected V, mV, µV or nV",
            ),
        ] {
            let error = channel(unit, vec![1.0])
                .to_microvolts()
                .expect_err("not a voltage");
            assert_eq!(error.to_string(), expected);
        }
        assert!(matches!(
            channel(Some("V"), vec![0.0, 1e38]).to_microvolts(),
            Err(RecordingError::Overflow { index: 1, .. })
        ));
    }
}
