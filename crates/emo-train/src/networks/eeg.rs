use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use crate::{GraphWriter, Network, TrainError};

/// Settings of an [`EegMlp`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EegMlpConfig {
    /// The number of channels.
    pub n_channels: usize,
    /// The number of frequency bands.
    pub n_bands: usize,
    /// The widths of the dense layers.
    pub n_hidden: Vec<usize>,
    /// The share of values dropped in training before each layer but the first, below 1.
    pub dropout: f64,
    /// The number of classes.
    pub n_classes: usize,
}

impl EegMlpConfig {
    /// Nine channels in five bands and a dense layer of 512; half of its values dropped.
    pub fn new(n_classes: usize) -> Self {
        Self {
            n_channels: 9,
            n_bands: 5,
            n_hidden: vec![512],
            dropout: 0.5,
            n_classes,
        }
    }

    /// Makes a network with random weights.
    ///
    /// # Errors
    /// [`TrainError::Setting`] if a count is zero or the dropout is not in `[0, 1)`.
    pub fn init(&self, device: &Device) -> Result<EegMlp, TrainError> {
        super::check_count("n_channels", self.n_channels)?;
        super::check_count("n_bands", self.n_bands)?;
        super::check_count("n_classes", self.n_classes)?;
        super::check_dropout(self.dropout)?;
        let mut width = self.n_channels * self.n_bands;
        let mut hidden = Vec::with_capacity(self.n_hidden.len());
        for &n_hidden in &self.n_hidden {
            super::check_count("n_hidden", n_hidden)?;
            hidden.push(LinearConfig::new(width, n_hidden).init(device));
            width = n_hidden;
        }
        Ok(EegMlp {
            hidden,
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(width, self.n_classes).init(device),
            n_channels: self.n_channels,
            n_bands: self.n_bands,
        })
    }
}

/// Dense layers on a matrix of channels and bands.
#[derive(Module, Debug)]
pub struct EegMlp {
    hidden: Vec<Linear>,
    dropout: Dropout,
    output: Linear,
    n_channels: usize,
    n_bands: usize,
}

impl Network for EegMlp {
    fn feature_shape(&self) -> Vec<usize> {
        vec![self.n_channels, self.n_bands]
    }

    fn n_classes(&self) -> usize {
        self.output.weight.dims()[1]
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden.iter().fold(input, |x, layer| {
            self.dropout.forward(relu(layer.forward(x)))
        });
        self.output.forward(hidden)
    }

    fn write(&self, graph: &mut GraphWriter, input: &str) -> Result<String, TrainError> {
        let mut x = graph.flatten("flat", input);
        for (index, layer) in self.hidden.iter().enumerate() {
            x = graph.linear(&format!("hidden{index}"), &x, layer)?;
            x = graph.relu(&format!("hidden{index}.relu"), &x);
        }
        graph.linear("output", &x, &self.output)
    }
}
