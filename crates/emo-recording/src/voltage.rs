use crate::{Channel, RecordingError};

/// How many microvolts one of a unit is; none if the unit is no voltage.
///
/// Known are V, mV, µV and nV: with either Greek letter or `u` or `mc` for µ, `volt` or `volts` spelled out after the
/// prefix or its name (`microvolts`), in any case but that of the prefix `m`, since `MV` may be megavolts.
///
/// ```
/// use emo_recording::microvolts_per_unit;
///
/// assert_eq!(microvolts_per_unit("mV"), Some(1e3));
/// assert_eq!(microvolts_per_unit("microvolts"), Some(1.0));
/// assert_eq!(microvolts_per_unit("bpm"), None);
/// ```
pub fn microvolts_per_unit(unit: &str) -> Option<f64> {
    let unit = unit.trim();
    let lower = unit.to_lowercase();
    let prefix = ["volts", "volt", "v"]
        .iter()
        .find_map(|suffix| lower.strip_suffix(suffix))?;
    match prefix.trim_end() {
        "" => Some(1e6),
        "milli" => Some(1e3),
        "m" if unit.starts_with('m') => Some(1e3),
        "u" | "\u{b5}" | "\u{3bc}" | "mc" | "micro" => Some(1.0),
        "n" | "nano" => Some(1e-3),
        _ => None,
    }
}

impl Channel {
    /// The samples of a voltage in microvolts, by [`microvolts_per_unit`]; missing ones stay NaN.
    ///
    /// # Errors
    /// - [`RecordingError::NotAVoltage`] for another unit or none.
    /// - [`RecordingError::Overflow`] if a sample leaves the range of `f32`.
    pub fn to_microvolts(&self) -> Result<Vec<f32>, RecordingError> {
        let factor = self.unit.as_deref().and_then(microvolts_per_unit);
        let Some(factor) = factor else {
            return Err(RecordingError::NotAVoltage {
                channel: self.name.clone(),
                unit: self.unit.clone(),
            });
        };
        let convert = |(index, &sample): (usize, &f32)| {
            let microvolts = (f64::from(sample) * factor) as f32;
            if microvolts.is_finite() || !sample.is_finite() {
                Ok(microvolts)
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
            unit: unit.map(str::to_owned),
            ..Channel::new("Fp1", samples)
        }
    }

    #[test]
    fn voltages_are_converted() {
        for (unit, expected) in [
            ("V", 2.5e6),
            ("Volt", 2.5e6),
            ("volts", 2.5e6),
            ("mV", 2.5e3),
            ("mv", 2.5e3),
            ("millivolt", 2.5e3),
            ("uV", 2.5),
            ("UV", 2.5),
            ("µV", 2.5),
            ("μV", 2.5),
            ("mcV", 2.5),
            ("uVolts", 2.5),
            ("microvolts", 2.5),
            ("Micro Volt", 2.5),
            ("nV", 2.5e-3),
            ("nanovolts", 2.5e-3),
        ] {
            let actual = channel(Some(unit), vec![2.5]).to_microvolts();
            assert_eq!(actual.expect("a voltage"), [expected], "{unit}");
        }
        for unit in ["", "MV", "kV", "mmHg", "eV", "V/s", "mA", "m"] {
            assert_eq!(microvolts_per_unit(unit), None, "{unit}");
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
        let missing = channel(Some("mV"), vec![1.0, f32::NAN]).to_microvolts();
        assert!(missing.expect("a voltage")[1].is_nan());
    }
}
