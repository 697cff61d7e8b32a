use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};

use crate::{GraphWriter, Network, TrainError};

/// Settings of a [`FaceCnn`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FaceCnnConfig {
    /// The width and height of the grey picture.
    pub size: usize,
    /// The number of filters of each block.
    pub n_filters: Vec<usize>,
    /// The width of the dense layer.
    pub n_hidden: usize,
    /// The share of values dropped in training before each of the two dense layers, below 1.
    pub dropout: f64,
    /// The number of classes.
    pub n_classes: usize,
}

impl FaceCnnConfig {
    /// Pictures of 48×48, blocks of 32, 64, 96 and 128 filters and a dense layer of 128; 0.3 of the values dropped.
    pub fn new(n_classes: usize) -> Self {
        Self {
            size: 48,
            n_filters: vec![32, 64, 96, 128],
            n_hidden: 128,
            dropout: 0.3,
            n_classes,
        }
    }

    /// Makes a network with random weights.
    ///
    /// # Errors
    /// [`TrainError::Setting`] if a count is zero or the dropout is not in `[0, 1)`.
    pub fn init(&self, device: &Device) -> Result<FaceCnn, TrainError> {
        super::check_count("n_classes", self.n_classes)?;
        super::check_count("n_hidden", self.n_hidden)?;
        super::check_count("size", self.size)?;
        super::check_dropout(self.dropout)?;
        let mut channels = 1;
        let mut size = self.size;
        let mut blocks = Vec::with_capacity(self.n_filters.len());
        for &n_filters in &self.n_filters {
            super::check_count("n_filters", n_filters)?;
            blocks.push(FaceBlock {
                conv: Conv2dConfig::new([channels, n_filters], [3, 3])
                    .with_stride([2, 2])
                    .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                    .with_bias(false)
                    .init(device),
                norm: BatchNormConfig::new(n_filters).init(device),
            });
            channels = n_filters;
            size = size.div_ceil(2);
        }
        Ok(FaceCnn {
            blocks,
            dropout: DropoutConfig::new(self.dropout).init(),
            hidden: LinearConfig::new(channels * size * size, self.n_hidden).init(device),
            output: LinearConfig::new(self.n_hidden, self.n_classes).init(device),
            size: self.size,
        })
    }
}

/// Blocks of a 3×3 convolution of stride 2 and normalization, then two dense layers.
///
/// Strides in place of pooling halve the work of training and suit accelerators; the dense layer on the last maps,
/// in place of a mean over them, keeps where in the face something is.
#[derive(Module, Debug)]
pub struct FaceCnn {
    blocks: Vec<FaceBlock>,
    dropout: Dropout,
    hidden: Linear,
    output: Linear,
    size: usize,
}

#[derive(Module, Debug)]
struct FaceBlock {
    conv: Conv2d,
    norm: BatchNorm,
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
            relu(block.norm.forward(block.conv.forward(x)))
        });
        let x = self.dropout.forward(maps.flatten::<2>(1, 3));
        let x = relu(self.hidden.forward(x));
        self.output.forward(self.dropout.forward(x))
    }

    fn write(&self, graph: &mut GraphWriter, input: &str) -> Result<String, TrainError> {
        let mut x = input.to_owned();
        for (index, block) in self.blocks.iter().enumerate() {
            let name = format!("block{index}");
            x = graph.conv2d(&name, &x, &block.conv, Some(&block.norm))?;
            x = graph.relu(&format!("{name}.relu"), &x);
        }
        let x = graph.flatten("flat", &x);
        let x = graph.linear("hidden", &x, &self.hidden)?;
        let x = graph.relu("hidden.relu", &x);
        graph.linear("output", &x, &self.output)
    }
}
