use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig, PaddingConfig1d,
        conv::{Conv1d, Conv1dConfig},
    },
    tensor::{Device, Tensor, activation::relu},
};
use emo_onnx::Attribute;

use crate::{GraphWriter, Network, TrainError};

/// Settings of a [`SpeechCnn`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpeechCnnConfig {
    /// The number of frames.
    pub n_frames: usize,
    /// The number of series, one value per frame each, that precede the cepstra.
    pub n_series: usize,
    /// The number of cepstral coefficients of a frame.
    pub n_mfcc: usize,
    /// The number of filters of each block.
    pub n_filters: Vec<usize>,
    /// The filters' length in frames, odd.
    pub kernel_len: usize,
    /// The share of pooled values dropped in training, below 1.
    pub dropout: f64,
    /// The number of classes.
    pub n_classes: usize,
}

impl SpeechCnnConfig {
    /// The seed's vector of 2,376 values (108 frames of zero-crossing rate, of RMS, and of 20 cepstra), and
    /// blocks of 64, 96 and 128 filters of 5 frames; 0.6 of the pooled values dropped.
    pub fn new(n_classes: usize) -> Self {
        Self {
            n_frames: 108,
            n_series: 2,
            n_mfcc: 20,
            n_filters: vec![64, 96, 128],
            kernel_len: 5,
            dropout: 0.6,
            n_classes,
        }
    }

    /// Makes a network with random weights.
    ///
    /// # Errors
    /// [`TrainError::Setting`] if a count is zero, the kernel's length is even, or the dropout is not in
    /// `[0, 1)`.
    pub fn init(&self, device: &Device) -> Result<SpeechCnn, TrainError> {
        super::check_count("n_frames", self.n_frames)?;
        super::check_count("n_series", self.n_series)?;
        super::check_count("n_mfcc", self.n_mfcc)?;
        super::check_count("n_classes", self.n_classes)?;
        super::check_dropout(self.dropout)?;
        if self.kernel_len.is_multiple_of(2) {
            return Err(TrainError::Setting {
                setting: "kernel_len",
                value: self.kernel_len as f64,
                expected: "an odd number",
            });
        }
        let pad = self.kernel_len / 2;
        let mut channels = self.n_series + self.n_mfcc;
        let mut blocks = Vec::with_capacity(self.n_filters.len());
        for &n_filters in &self.n_filters {
            super::check_count("n_filters", n_filters)?;
            blocks.push(SpeechBlock {
                conv: Conv1dConfig::new(channels, n_filters, self.kernel_len)
                    .with_stride(2)
                    .with_padding(PaddingConfig1d::Explicit(pad, pad))
                    .with_bias(false)
                    .init(device),
                norm: BatchNormConfig::new(n_filters).init(device),
            });
            channels = n_filters;
        }
        Ok(SpeechCnn {
            blocks,
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(channels, self.n_classes).init(device),
            n_frames: self.n_frames,
            n_series: self.n_series,
            n_mfcc: self.n_mfcc,
        })
    }
}

/// Blocks of a strided convolution over time and normalization, then the mean of each channel over time and a
/// dense layer.
///
/// The input is a flat vector: each series over all frames, then the frames' cepstra one after the other. The
/// graph lays it out as `[series + cepstra, frames]` first.
#[derive(Module, Debug)]
pub struct SpeechCnn {
    blocks: Vec<SpeechBlock>,
    dropout: Dropout,
    output: Linear,
    n_frames: usize,
    n_series: usize,
    n_mfcc: usize,
}

#[derive(Module, Debug)]
struct SpeechBlock {
    conv: Conv1d,
    norm: BatchNorm,
}

impl SpeechCnn {
    fn series_len(&self) -> usize {
        self.n_series * self.n_frames
    }

    fn n_values(&self) -> usize {
        (self.n_series + self.n_mfcc) * self.n_frames
    }

    /// The channel (series or coefficient) that the value at `position` of the flat vector belongs to.
    pub fn channel_of(&self, position: usize) -> usize {
        match position.checked_sub(self.series_len()) {
            None => position / self.n_frames,
            Some(cepstral) => self.n_series + cepstral % self.n_mfcc,
        }
    }

    /// The frame that the value at `position` of the flat vector belongs to.
    pub fn frame_of(&self, position: usize) -> usize {
        match position.checked_sub(self.series_len()) {
            None => position % self.n_frames,
            Some(cepstral) => cepstral / self.n_mfcc,
        }
    }
}

impl Network for SpeechCnn {
    fn feature_shape(&self) -> Vec<usize> {
        vec![self.n_values()]
    }

    fn n_classes(&self) -> usize {
        self.output.weight.dims()[1]
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let [batch, values] = input.dims();
        let split = self.series_len();
        let series = input.clone().slice([0..batch, 0..split]).reshape([
            batch,
            self.n_series,
            self.n_frames,
        ]);
        let cepstra = input
            .slice([0..batch, split..values])
            .reshape([batch, self.n_frames, self.n_mfcc])
            .swap_dims(1, 2);
        let channels = Tensor::cat(vec![series, cepstra], 1);
        let maps = self.blocks.iter().fold(channels, |x, block| {
            relu(block.norm.forward(block.conv.forward(x)))
        });
        let pooled: Tensor<2> = maps.mean_dim(2).flatten(1, 2);
        self.output.forward(self.dropout.forward(pooled))
    }

    fn write(&self, graph: &mut GraphWriter, input: &str) -> Result<String, TrainError> {
        let split = self.series_len();
        let series = graph.slice("series.values", input, 1, 0..split);
        let series = graph.reshape("series", &series, &[1, self.n_series, self.n_frames]);
        let cepstra = graph.slice("cepstra.values", input, 1, split..self.n_values());
        let cepstra = graph.reshape("cepstra.frames", &cepstra, &[1, self.n_frames, self.n_mfcc]);
        let swap = Attribute::Ints(vec![0, 2, 1]);
        let cepstra = graph.node("cepstra", "Transpose", &[&cepstra], [("perm", swap)]);
        let inputs = [series.as_str(), cepstra.as_str()];
        let mut x = graph.node("channels", "Concat", &inputs, [("axis", Attribute::Int(1))]);
        for (index, block) in self.blocks.iter().enumerate() {
            let name = format!("block{index}");
            x = graph.conv1d(&name, &x, &block.conv, Some(&block.norm))?;
            x = graph.relu(&format!("{name}.relu"), &x);
        }
        let pooled = graph.global_mean("pooled", &x);
        graph.linear("output", &pooled, &self.output)
    }
}
