use burn::{
    module::Param,
    nn::{
        BatchNorm, Linear, PaddingConfig1d, PaddingConfig2d,
        conv::{Conv1d, Conv2d},
    },
    tensor::Tensor,
};
use emo_onnx::{Attribute, GraphBuilder};
use ndarray::{Array1, ArrayD, IxDyn};

use crate::TrainError;

/// Writes trained layers as nodes of an ONNX graph.
///
/// Every method takes the names of a new node and of its input value, and returns the name of its output.
#[derive(Debug)]
pub struct GraphWriter {
    builder: GraphBuilder,
}

impl GraphWriter {
    pub(crate) fn new(builder: GraphBuilder) -> Self {
        Self { builder }
    }

    pub(crate) fn into_builder(self) -> GraphBuilder {
        self.builder
    }

    /// Adds a constant `{node}.{part}` and returns its name.
    pub fn constant(
        &mut self,
        node: &str,
        part: &str,
        value: impl Into<emo_tensor::Tensor>,
    ) -> String {
        self.builder.initializer(&format!("{node}.{part}"), value)
    }

    /// Adds any operator with one output.
    pub fn node(
        &mut self,
        name: &str,
        op_type: &str,
        inputs: &[&str],
        attributes: impl IntoIterator<Item = (&'static str, Attribute)>,
    ) -> String {
        self.builder.node(name, op_type, inputs, attributes)
    }

    /// A dense layer, `Gemm` with the weights as burn holds them, `[in, out]`.
    ///
    /// # Errors
    /// [`TrainError::Device`] or [`TrainError::Elements`] if weights cannot be read.
    pub fn linear(
        &mut self,
        name: &str,
        input: &str,
        layer: &Linear,
    ) -> Result<String, TrainError> {
        let weight = self.constant(name, "weight", array(&layer.weight)?);
        let mut inputs = vec![input, weight.as_str()];
        let bias = match &layer.bias {
            Some(bias) => Some(self.constant(name, "bias", array(bias)?)),
            None => None,
        };
        inputs.extend(bias.as_deref());
        Ok(self.node(name, "Gemm", &inputs, []))
    }

    /// A convolution over time, with the normalization that follows it folded into its weights.
    ///
    /// # Errors
    /// [`TrainError::Layer`] for groups, dilation or `Same` padding; [`TrainError::Device`] or
    /// [`TrainError::Elements`] if weights cannot be read.
    pub fn conv1d(
        &mut self,
        name: &str,
        input: &str,
        layer: &Conv1d,
        norm: Option<&BatchNorm>,
    ) -> Result<String, TrainError> {
        let pads = match &layer.padding {
            PaddingConfig1d::Explicit(left, right) => [*left, *right],
            PaddingConfig1d::Valid => [0, 0],
            PaddingConfig1d::Same => return Err(unsupported(name, "`Same` padding")),
        };
        check_plain(name, layer.groups, &[layer.dilation])?;
        let weight = array(&layer.weight)?;
        let bias = layer.bias.as_ref().map(array).transpose()?;
        self.conv(name, input, weight, bias, norm, &[layer.stride], &pads)
    }

    /// A convolution over an image, with the normalization that follows it folded into its weights.
    ///
    /// # Errors
    /// As [`conv1d`](Self::conv1d).
    pub fn conv2d(
        &mut self,
        name: &str,
        input: &str,
        layer: &Conv2d,
        norm: Option<&BatchNorm>,
    ) -> Result<String, TrainError> {
        let pads = match &layer.padding {
            PaddingConfig2d::Explicit(top, left, bottom, right) => [*top, *left, *bottom, *right],
            PaddingConfig2d::Valid => [0; 4],
            PaddingConfig2d::Same => return Err(unsupported(name, "`Same` padding")),
        };
        check_plain(name, layer.groups, &layer.dilation)?;
        let weight = array(&layer.weight)?;
        let bias = layer.bias.as_ref().map(array).transpose()?;
        self.conv(name, input, weight, bias, norm, &layer.stride, &pads)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one operator")]
    fn conv(
        &mut self,
        name: &str,
        input: &str,
        mut weight: ArrayD<f32>,
        bias: Option<ArrayD<f32>>,
        norm: Option<&BatchNorm>,
        strides: &[usize],
        pads: &[usize],
    ) -> Result<String, TrainError> {
        let mut bias = bias.unwrap_or_else(|| ArrayD::zeros(IxDyn(&weight.shape()[..1])));
        if let Some(norm) = norm {
            fold(norm, &mut weight, &mut bias)?;
        }
        let kernel = ints(&weight.shape()[2..]);
        let weight = self.constant(name, "weight", weight);
        let bias = self.constant(name, "bias", bias);
        Ok(self.node(
            name,
            "Conv",
            &[input, &weight, &bias],
            [
                ("kernel_shape", kernel),
                ("strides", ints(strides)),
                ("pads", ints(pads)),
            ],
        ))
    }

    /// The larger of each value and zero.
    pub fn relu(&mut self, name: &str, input: &str) -> String {
        self.node(name, "Relu", &[input], [])
    }

    /// The largest value of each window; windows do not overlap, and a rest at the end is dropped.
    pub fn max_pool(&mut self, name: &str, input: &str, window: &[usize]) -> String {
        self.node(
            name,
            "MaxPool",
            &[input],
            [("kernel_shape", ints(window)), ("strides", ints(window))],
        )
    }

    /// The mean of each channel, as `[1, channels]`.
    pub fn global_mean(&mut self, name: &str, input: &str) -> String {
        let mean = self.node(&format!("{name}.mean"), "GlobalAveragePool", &[input], []);
        self.flatten(name, &mean)
    }

    /// All values after the first axis in one.
    pub fn flatten(&mut self, name: &str, input: &str) -> String {
        self.node(name, "Flatten", &[input], [("axis", Attribute::Int(1))])
    }

    /// The same values in another shape.
    pub fn reshape(&mut self, name: &str, input: &str, shape: &[usize]) -> String {
        let extents: Array1<i64> = shape.iter().map(|&extent| extent as i64).collect();
        let shape = self.constant(name, "shape", extents.into_dyn());
        self.node(name, "Reshape", &[input, &shape], [])
    }

    /// The values `range` along the axis `axis`.
    pub fn slice(
        &mut self,
        name: &str,
        input: &str,
        axis: usize,
        range: std::ops::Range<usize>,
    ) -> String {
        let mut index = |part: &str, value: usize| {
            self.constant(name, part, Array1::from_elem(1, value as i64).into_dyn())
        };
        let starts = index("start", range.start);
        let ends = index("end", range.end);
        let axes = index("axis", axis);
        self.node(name, "Slice", &[input, &starts, &ends, &axes], [])
    }
}

fn check_plain(layer: &str, groups: usize, dilation: &[usize]) -> Result<(), TrainError> {
    if groups != 1 {
        return Err(unsupported(layer, "more than one group"));
    }
    if dilation.iter().any(|&step| step != 1) {
        return Err(unsupported(layer, "dilation"));
    }
    Ok(())
}

fn unsupported(layer: &str, setting: &'static str) -> TrainError {
    TrainError::Layer {
        layer: layer.to_owned(),
        setting,
    }
}

/// Folds y = γ·(x − μ)/√(σ² + ε) + β into the convolution that yields x (Ioffe and Szegedy 2015,
/// arXiv:1502.03167, section 3.1).
fn fold(
    norm: &BatchNorm,
    weight: &mut ArrayD<f32>,
    bias: &mut ArrayD<f32>,
) -> Result<(), TrainError> {
    let gamma = array(&norm.gamma)?;
    let beta = array(&norm.beta)?;
    let mean = tensor_array(norm.running_mean.value_sync())?;
    let variance = tensor_array(norm.running_var.value_sync())?;
    for (channel, mut kernel) in weight.outer_iter_mut().enumerate() {
        let deviation = (f64::from(variance[channel]) + norm.epsilon).sqrt();
        let factor = f64::from(gamma[channel]) / deviation;
        kernel.mapv_inplace(|value| (f64::from(value) * factor) as f32);
        bias[channel] = (f64::from(beta[channel])
            + (f64::from(bias[channel]) - f64::from(mean[channel])) * factor)
            as f32;
    }
    Ok(())
}

fn array<const D: usize>(param: &Param<Tensor<D>>) -> Result<ArrayD<f32>, TrainError> {
    tensor_array(param.val())
}

fn tensor_array<const D: usize>(tensor: Tensor<D>) -> Result<ArrayD<f32>, TrainError> {
    let shape = tensor.dims();
    let values = tensor.try_into_data()?.try_into_vec::<f32>()?;
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect("burn checks shapes against data"))
}

fn ints(values: &[usize]) -> Attribute {
    Attribute::Ints(values.iter().map(|&value| value as i64).collect())
}
