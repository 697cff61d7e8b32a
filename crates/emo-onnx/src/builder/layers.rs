use emo_tensor::{ElementType, Tensor};
use ndarray::{Array, Array1, Array2, Dimension, arr0};

use crate::{Attribute, Dim, GraphBuilder, ValueInfo};

/// How a convolution or pool moves over its input: steps, padding, gaps and groups.
///
/// The default moves by 1 without padding or gaps, in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Window {
    /// The step along each spatial axis; empty for 1.
    pub strides: Vec<usize>,
    /// How many zeros are put before and behind each spatial axis; empty for none.
    pub pads: Vec<(usize, usize)>,
    /// The distance of the elements that a kernel reads, along each spatial axis; empty for 1.
    pub dilations: Vec<usize>,
    /// Into how many groups the channels of a convolution are split.
    pub group: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            strides: Vec::new(),
            pads: Vec::new(),
            dilations: Vec::new(),
            group: 1,
        }
    }
}

impl Window {
    /// With this step along each spatial axis.
    #[must_use]
    pub fn with_strides(mut self, strides: impl Into<Vec<usize>>) -> Self {
        self.strides = strides.into();
        self
    }

    /// With as many zeros before as behind each spatial axis.
    #[must_use]
    pub fn with_pads(mut self, pads: impl Into<Vec<usize>>) -> Self {
        self.pads = pads.into().into_iter().map(|pad| (pad, pad)).collect();
        self
    }

    /// With these gaps: `1` is none.
    #[must_use]
    pub fn with_dilations(mut self, dilations: impl Into<Vec<usize>>) -> Self {
        self.dilations = dilations.into();
        self
    }

    /// With the channels in this many groups.
    #[must_use]
    pub fn with_group(mut self, group: usize) -> Self {
        self.group = group;
        self
    }

    fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        let mut attributes = Vec::new();
        if !self.strides.is_empty() {
            attributes.push(("strides", ints(self.strides.iter().copied())));
        }
        if !self.pads.is_empty() {
            let begins = self.pads.iter().map(|&(begin, _)| begin);
            let ends = self.pads.iter().map(|&(_, end)| end);
            attributes.push(("pads", ints(begins.chain(ends))));
        }
        if !self.dilations.is_empty() {
            attributes.push(("dilations", ints(self.dilations.iter().copied())));
        }
        attributes
    }
}

/// What a batch normalization learned, one number per channel each.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm {
    /// What the normalized values are multiplied with.
    pub scale: Array1<f32>,
    /// What is added then.
    pub bias: Array1<f32>,
    /// The mean of the training data.
    pub mean: Array1<f32>,
    /// Their variance.
    pub variance: Array1<f32>,
    /// What is added to the variance: 10⁻⁵ in ONNX and PyTorch, 10⁻³ in Keras.
    pub epsilon: f32,
}

/// # Layers
/// Each method adds one node named `name` and its constants `name.weight`, `name.bias` and so on, and returns the
/// name of its output. What they read is `[batch, channels, …]` for convolutions and pools and
/// `[batch, features]` for dense layers.
impl GraphBuilder {
    /// Declares an input of which some extents are open: `[Dim::from("batch"), 3.into(), 48.into()]`.
    pub fn input_of(
        &mut self,
        name: &str,
        element_type: ElementType,
        shape: impl IntoIterator<Item = Dim>,
    ) -> String {
        let shape = Some(shape.into_iter().collect());
        self.graph
            .inputs
            .push(ValueInfo::tensor_of(name, element_type, shape));
        name.to_owned()
    }

    /// Declares that the value `name` is an output, of whatever type and shape it turns out to be.
    ///
    /// [`build`](Self::build) then infers these, and so needs the model to be right.
    pub fn output_of(&mut self, name: &str) {
        self.graph.outputs.push(ValueInfo {
            name: name.to_owned(),
            value_type: crate::ValueType::Unknown,
        });
    }

    /// A convolution with `weight` `[outputs, inputs / group, kernel …]` and a bias per output.
    pub fn conv<D: Dimension>(
        &mut self,
        name: &str,
        x: &str,
        weight: Array<f32, D>,
        bias: Option<Array1<f32>>,
        window: &Window,
    ) -> String {
        let mut attributes = window.attributes();
        let kernel = weight.shape().get(2..).unwrap_or_default();
        attributes.push(("kernel_shape", ints(kernel.iter().copied())));
        if window.group != 1 {
            attributes.push(("group", int(window.group)));
        }
        let weight = self.initializer(&format!("{name}.weight"), weight.into_dyn());
        let mut inputs = vec![x.to_owned(), weight];
        if let Some(bias) = bias {
            inputs.push(self.initializer(&format!("{name}.bias"), bias.into_dyn()));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.node(name, "Conv", &inputs, attributes)
    }

    /// A dense layer with `weight` `[outputs, inputs]`, as PyTorch has it, and a bias per output.
    pub fn dense(
        &mut self,
        name: &str,
        x: &str,
        weight: Array2<f32>,
        bias: Option<Array1<f32>>,
    ) -> String {
        let weight = self.initializer(&format!("{name}.weight"), weight.into_dyn());
        let mut inputs = vec![x.to_owned(), weight];
        if let Some(bias) = bias {
            inputs.push(self.initializer(&format!("{name}.bias"), bias.into_dyn()));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.node(name, "Gemm", &inputs, [("transB", Attribute::Int(1))])
    }

    /// A batch normalization as it is after training.
    pub fn batch_norm(&mut self, name: &str, x: &str, norm: BatchNorm) -> String {
        let mut inputs = vec![x.to_owned()];
        let parameters = [
            ("scale", norm.scale),
            ("bias", norm.bias),
            ("mean", norm.mean),
            ("variance", norm.variance),
        ];
        for (what, values) in parameters {
            inputs.push(self.initializer(&format!("{name}.{what}"), values.into_dyn()));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let epsilon = [("epsilon", Attribute::Float(norm.epsilon))];
        self.node(name, "BatchNormalization", &inputs, epsilon)
    }

    /// max(0, x).
    pub fn relu(&mut self, name: &str, x: &str) -> String {
        self.node(name, "Relu", &[x], [])
    }

    /// x where that is positive, else α (exp x − 1).
    pub fn elu(&mut self, name: &str, x: &str, alpha: f32) -> String {
        self.node(name, "Elu", &[x], [("alpha", Attribute::Float(alpha))])
    }

    /// x, but at least `min` and at most `max`. For version 11 of the operators or newer.
    pub fn clip(&mut self, name: &str, x: &str, min: f32, max: f32) -> String {
        let min = self.initializer(&format!("{name}.min"), arr0(min).into_dyn());
        let max = self.initializer(&format!("{name}.max"), arr0(max).into_dyn());
        self.node(name, "Clip", &[x, &min, &max], [])
    }

    /// 1 / (1 + exp(−x)).
    pub fn sigmoid(&mut self, name: &str, x: &str) -> String {
        self.node(name, "Sigmoid", &[x], [])
    }

    /// The hyperbolic tangent.
    pub fn tanh(&mut self, name: &str, x: &str) -> String {
        self.node(name, "Tanh", &[x], [])
    }

    /// Scores that sum to 1 over the last axis. For version 11 of the operators or newer.
    pub fn softmax(&mut self, name: &str, x: &str) -> String {
        self.node(name, "Softmax", &[x], [("axis", Attribute::Int(-1))])
    }

    /// The sum of two values, such as a residual connection.
    pub fn add(&mut self, name: &str, left: &str, right: &str) -> String {
        self.node(name, "Add", &[left, right], [])
    }

    /// Values one behind the other along `axis`.
    pub fn concat(&mut self, name: &str, values: &[&str], axis: i64) -> String {
        self.node(name, "Concat", values, [("axis", Attribute::Int(axis))])
    }

    /// The greatest element under a window of `kernel` elements per spatial axis.
    pub fn max_pool(&mut self, name: &str, x: &str, kernel: &[usize], window: &Window) -> String {
        let mut attributes = window.attributes();
        attributes.push(("kernel_shape", ints(kernel.iter().copied())));
        self.node(name, "MaxPool", &[x], attributes)
    }

    /// The mean of the elements under a window; padding does not count.
    pub fn average_pool(
        &mut self,
        name: &str,
        x: &str,
        kernel: &[usize],
        window: &Window,
    ) -> String {
        let mut attributes = window.attributes();
        attributes.push(("kernel_shape", ints(kernel.iter().copied())));
        self.node(name, "AveragePool", &[x], attributes)
    }

    /// The mean of each channel: `[batch, channels, 1 …]`.
    pub fn global_average_pool(&mut self, name: &str, x: &str) -> String {
        self.node(name, "GlobalAveragePool", &[x], [])
    }

    /// `[batch, features]`, all axes but the first joined.
    pub fn flatten(&mut self, name: &str, x: &str) -> String {
        self.node(name, "Flatten", &[x], [("axis", Attribute::Int(1))])
    }

    /// Another shape with as many elements; one extent may be −1 for what is left, and 0 keeps one.
    pub fn reshape(&mut self, name: &str, x: &str, shape: &[i64]) -> String {
        let shape: Tensor = Array1::from(shape.to_vec()).into_dyn().into();
        let shape = self.initializer(&format!("{name}.shape"), shape);
        self.node(name, "Reshape", &[x, &shape], [])
    }
}

fn int(value: usize) -> Attribute {
    Attribute::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn ints(values: impl Iterator<Item = usize>) -> Attribute {
    Attribute::Ints(
        values
            .map(|value| i64::try_from(value).unwrap_or(i64::MAX))
            .collect(),
    )
}
