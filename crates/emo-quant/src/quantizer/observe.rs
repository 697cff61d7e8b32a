use std::collections::BTreeMap;

use emo_onnx::Model;

use super::{config::QuantizeConfig, plan::Plan};
use crate::{AnyCalibrator, Calibrator, ClipRange, Max, QuantError, Runner};

/// What the float model's values that are to be quantized were on the calibration data.
#[derive(Debug)]
pub(crate) struct Observations {
    of_roots: BTreeMap<String, (AnyCalibrator, Max)>,
}

impl Observations {
    pub(crate) fn of(
        float: &Model,
        plan: &Plan,
        config: &QuantizeConfig,
        runner: &mut dyn Runner,
    ) -> Result<Self, QuantError> {
        let calibrator = config.method.calibrator(config.activations)?;
        let mut of_roots: BTreeMap<String, (AnyCalibrator, Max)> = plan
            .roots
            .values()
            .map(|root| (root.clone(), (calibrator.clone(), Max::new())))
            .collect();
        if of_roots.is_empty() {
            return Ok(Self { of_roots });
        }
        // Values that share a scale are all looked at, since what is joined may come from several places.
        let values: Vec<(&str, &str)> = plan
            .roots
            .iter()
            .filter(|(value, root)| value == root || !plan.is_moved(float, value))
            .map(|(value, root)| (value.as_str(), root.as_str()))
            .collect();
        let names: Vec<&str> = values.iter().map(|(value, _)| *value).collect();
        runner.run(&float.with_outputs(&names)?, &mut |arrays| {
            for ((_, root), array) in values.iter().zip(arrays) {
                if let Some((calibrator, max)) = of_roots.get_mut(*root) {
                    max.observe(array)?;
                    calibrator.observe(array)?;
                }
            }
            Ok(())
        })?;
        Ok(Self { of_roots })
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = &str> {
        self.of_roots.keys().map(String::as_str)
    }

    /// The range that the calibrator found.
    pub(crate) fn calibrated(&self, root: &str) -> Result<ClipRange, QuantError> {
        self.of_roots.get(root).ok_or(QuantError::NoData)?.0.range()
    }

    /// The range in which all values were.
    pub(crate) fn observed(&self, root: &str) -> Result<ClipRange, QuantError> {
        self.of_roots.get(root).ok_or(QuantError::NoData)?.1.range()
    }
}
