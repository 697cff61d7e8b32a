use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};

use crate::{GraphWriter, Network, TrainError};

/// Settings of a [`FaceCnn`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FaceCnnConfig {
    /// The width and height of the grey picture; at least 2 to the number of blocks.
    pub size: usize,
    /// The number of filters of each block.
    pub n_filters: Vec<usize>,
    /// The share of pooled values dropped in training, below 1.
    pub dropout: f64,
    /// The number of classes.
    pub n_classes: usize,
}

impl FaceCnnConfig {
    /// Pictures of 48×48 and blocks of 16, 32, 64 and 128 filters; 0.3 of the pooled values dropped.
    pub fn new(n_classes: usize) -> Self {
        Self {
            size: 48,
            n_filters: vec![16, 32, 64, 128],
            dropout: 0.3,
            n_classes,
        }
    }

    /// Makes a network with random weights.
    ///
    /// # Errors
    /// [`TrainError::Setting`] if a count is zero, the picture is too small for the number of blocks, or the
    /// dropout is not in `[0, 1)`.
    pub fn init(&self, device: &Device) -> Result<FaceCnn, TrainError> {
        super::check_count("n_classes", self.n_classes)?;
        super::check_dropout(self.dropout)?;
        let smallest = u32::try_from(self.n_filters.len())
            .ok()
            .and_then(|blocks| 2_usize.checked_pow(blocks));
        if smallest.is_none_or(|smallest| self.size < smallest) {
            return Err(TrainError::Setting {
                setting: "size",
                value: self.size as f64,
                expected: "at least 2 to the number of blocks",
            });
        }
        let mut channels = 1;
        let mut blocks = Vec::with_capacity(self.n_filters.len());
        for &n_filters in &self.n_filters {
            super::check_count("n_filters", n_filters)?;
            blocks.push(FaceBlock {
                conv: Conv2dConfig::new([channels, n_filters], [3, 3])
                    .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                    .with_bias(false)
                    .init(device),
                norm: BatchNormConfig::new(n_filters).init(device),
                pool: MaxPool2dConfig::new([2, 2]).init(),
            });
            channels = n_filters;
        }
        Ok(FaceCnn {
            blocks,
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(channels, self.n_classes).init(device),
            size: self.size,
        })
    }
}

/// Blocks of a 3×3 convolution, normalization and max-pooling by 2, then the mean of each channel and a dense
/// layer.
#[derive(Module, Debug)]
pub struct FaceCnn {
    blocks: Vec<FaceBlock>,
    dropout: Dropout,
    output: Linear,
    size: usize,
}

#[derive(Module, Debug)]
struct FaceBlock {
    conv: Conv2d,
    norm: BatchNorm,
    pool: MaxPool2d,
}

impl Network for FaceCnn {
    fn feature_shape(&self) -> Vec<usize> {
        vec![1, self.size, self.size]
    }

    fn n_classes(&self) -> usize {
        self.output.weight.dims()[1]
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let [batch, _] = input.dims();
        let picture = input.reshape([batch, 1, self.size, self.size]);
        let maps = self.blocks.iter().fold(picture, |x, block| {
            block
                .pool
                .forward(relu(block.norm.forward(block.conv.forward(x))))
        });
        let pooled: Tensor<2> = maps.flatten::<3>(2, 3).mean_dim(2).flatten(1, 2);
        self.output.forward(self.dropout.forward(pooled))
    }

    fn write(&self, graph: &mut GraphWriter, input: &str) -> Result<String, TrainError> {
        let mut x = input.to_owned();
        for (index, block) in self.blocks.iter().enumerate() {
            let name = format!("block{index}");
            x = graph.conv2d(&name, &x, &block.conv, Some(&block.norm))?;
            x = graph.relu(&format!("{name}.relu"), &x);
            x = graph.max_pool(&format!("{name}.pool"), &x, &[2, 2]);
        }
        let pooled = graph.global_mean("pooled", &x);
        graph.linear("output", &pooled, &self.output)
    }
}
