use burn::{
    module::Module,
    nn::{
        Dropout, DropoutConfig, Linear, LinearConfig,
        conv::{Conv1d, Conv1dConfig},
        pool::{MaxPool1d, MaxPool1dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};

use crate::{GraphWriter, Network, TrainError};

/// Settings of a [`HeartRateCnn`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HeartRateCnnConfig {
    /// The number of heart rates in a window, one per second; at least `kernel_len + 1`.
    pub window_len: usize,
    /// The number of filters.
    pub n_filters: usize,
    /// The filters' length in seconds.
    pub kernel_len: usize,
    /// The width of the dense layer.
    pub n_hidden: usize,
    /// The share of dense values dropped in training, below 1.
    pub dropout: f64,
    /// The number of classes.
    pub n_classes: usize,
}

impl HeartRateCnnConfig {
    /// 128 filters of 6 s over windows of 15 s, pooled by 2, and a dense layer of 256; half of it dropped.
    pub fn new(n_classes: usize) -> Self {
        Self {
            window_len: 15,
            n_filters: 128,
            kernel_len: 6,
            n_hidden: 256,
            dropout: 0.5,
            n_classes,
        }
    }

    /// Makes a network with random weights.
    ///
    /// # Errors
    /// [`TrainError::Setting`] if a window has no room for two positions of a filter, a count is zero, or the
    /// dropout is not in `[0, 1)`.
    pub fn init(&self, device: &Device) -> Result<HeartRateCnn, TrainError> {
        super::check_count("n_filters", self.n_filters)?;
        super::check_count("kernel_len", self.kernel_len)?;
        super::check_count("n_hidden", self.n_hidden)?;
        super::check_count("n_classes", self.n_classes)?;
        super::check_dropout(self.dropout)?;
        if self.window_len <= self.kernel_len {
            return Err(TrainError::Setting {
                setting: "window_len",
                value: self.window_len as f64,
                expected: "more than kernel_len",
            });
        }
        let n_convolved = self.window_len - self.kernel_len + 1;
        let n_pooled = n_convolved / 2;
        Ok(HeartRateCnn {
            conv: Conv1dConfig::new(1, self.n_filters, self.kernel_len).init(device),
            pool: MaxPool1dConfig::new(2).init(),
            hidden: LinearConfig::new(self.n_filters * n_pooled, self.n_hidden).init(device),
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(self.n_hidden, self.n_classes).init(device),
            window_len: self.window_len,
        })
    }
}

/// One convolution over a window of heart rates, max-pooling and a dense layer.
#[derive(Module, Debug)]
pub struct HeartRateCnn {
    conv: Conv1d,
    pool: MaxPool1d,
    hidden: Linear,
    dropout: Dropout,
    output: Linear,
    window_len: usize,
}

impl Network for HeartRateCnn {
    fn feature_shape(&self) -> Vec<usize> {
        vec![self.window_len, 1]
    }

    fn n_classes(&self) -> usize {
        self.output.weight.dims()[1]
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let [batch, values] = input.dims();
        let x = relu(self.conv.forward(input.reshape([batch, 1, values])));
        let x: Tensor<2> = self.pool.forward(x).flatten(1, 2);
        let x = relu(self.hidden.forward(x));
        self.output.forward(self.dropout.forward(x))
    }

    fn write(&self, graph: &mut GraphWriter, input: &str) -> Result<String, TrainError> {
        let x = graph.reshape("series", input, &[1, 1, self.window_len]);
        let x = graph.conv1d("conv", &x, &self.conv, None)?;
        let x = graph.relu("conv.relu", &x);
        let x = graph.max_pool("pool", &x, &[2]);
        let x = graph.flatten("flat", &x);
        let x = graph.linear("hidden", &x, &self.hidden)?;
        let x = graph.relu("hidden.relu", &x);
        graph.linear("output", &x, &self.output)
    }
}
