use emo_tensor::ElementType;

use crate::{
    Granularity, MaxPercentileConfig, Method, PercentileConfig, Precision, QuantError, QuantScheme,
    QuantizeConfig, Symmetry,
};

/// How much is done beyond calibration and rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Refinement {
    /// Nothing: [`QuantizeConfig::plain`].
    Plain,
    /// Weights are rounded adaptively, biases corrected.
    Rounding,
    /// Ranges are searched as well.
    Unequalized,
    /// What the base settings say; by default scales are moved between layers as well.
    Full,
}

impl Refinement {
    /// The settings `base` with no more than this.
    pub fn of(self, base: &QuantizeConfig) -> QuantizeConfig {
        let (mut config, plain) = (base.clone(), QuantizeConfig::plain());
        if self != Self::Full {
            config.equalization = plain.equalization;
        }
        if matches!(self, Self::Plain | Self::Rounding) {
            config.clipping = plain.clipping;
        }
        if self == Self::Plain {
            config.rounding = plain.rounding;
        }
        config
    }
}

/// The settings that a search goes through, all with all.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SearchSpace {
    /// How ranges are found. Default: [`Method::Max`], [`Method::Mse`], [`Method::Entropy`], and percentiles and
    /// max-percentiles of 99.9, 99.99 and 99.999.
    pub methods: Vec<Method>,
    /// How finely the scales of weights are chosen. Default: as suits each layer, and per tensor.
    pub granularities: Vec<Granularity>,
    /// Where the zero points of activations lie. Default: both.
    pub symmetries: Vec<Symmetry>,
    /// The bits of weights. 4 bits are for weights alone, which no range of an activation matters to. Default: 8.
    pub bits: Vec<u8>,
    /// What is done beyond. Default: all that there is.
    pub refinements: Vec<Refinement>,
}

impl Default for SearchSpace {
    fn default() -> Self {
        let mut methods = vec![Method::Max, Method::Mse, Method::Entropy];
        for percentile in [99.9, 99.99, 99.999] {
            let mut config = PercentileConfig::new();
            config.percentile = percentile;
            methods.push(Method::Percentile(config));
            let mut config = MaxPercentileConfig::new();
            config.percentile = percentile;
            methods.push(Method::MaxPercentile(config));
        }
        Self {
            methods,
            granularities: vec![Granularity::Auto, Granularity::PerTensor],
            symmetries: vec![Symmetry::Affine, Symmetry::Symmetric],
            bits: vec![8],
            refinements: vec![
                Refinement::Plain,
                Refinement::Rounding,
                Refinement::Unequalized,
                Refinement::Full,
            ],
        }
    }
}

impl SearchSpace {
    /// All combinations, in a fixed order; those that differ only in what does not matter once.
    pub fn trials(&self) -> Vec<Trial> {
        let mut trials = Vec::new();
        for &bits in &self.bits {
            for &granularity in &self.granularities {
                for &refinement in &self.refinements {
                    for &symmetry in &self.symmetries {
                        for &method in &self.methods {
                            let trial = Trial {
                                method,
                                granularity,
                                symmetry,
                                bits,
                                refinement,
                            };
                            trials.push(trial);
                            if bits == 4 {
                                break;
                            }
                        }
                        if bits == 4 {
                            break;
                        }
                    }
                }
            }
        }
        trials
    }
}

/// One combination of settings.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trial {
    /// How ranges are found.
    pub method: Method,
    /// How finely the scales of weights are chosen.
    pub granularity: Granularity,
    /// Where the zero points of activations lie.
    pub symmetry: Symmetry,
    /// The bits of weights; with 4, activations stay as they are.
    pub bits: u8,
    /// What is done beyond.
    pub refinement: Refinement,
}

impl Trial {
    /// The settings as a quantizer takes them, and `base` for what is not among them.
    ///
    /// # Errors
    /// [`QuantError::Setting`] if `bits` is neither 4 nor 8.
    pub fn config(&self, base: &QuantizeConfig) -> Result<QuantizeConfig, QuantError> {
        let mut config = self.refinement.of(base);
        config.method = self.method;
        config.granularity = self.granularity;
        config.activations = QuantScheme::new(base.activations.element_type(), self.symmetry)?;
        match self.bits {
            8 => config.weights = QuantScheme::I8,
            4 => {
                config.weights = QuantScheme::new(ElementType::I4, Symmetry::Symmetric)?;
                config.precision = Precision::WeightOnly(config.weights, self.granularity);
            }
            bits => {
                return Err(QuantError::Setting {
                    name: "bits",
                    value: bits.into(),
                    expected: "4 or 8",
                });
            }
        }
        Ok(config)
    }

    /// Whether the result depends on calibration data.
    pub(super) fn needs_data(&self) -> bool {
        self.bits != 4 || self.refinement != Refinement::Plain
    }
}
