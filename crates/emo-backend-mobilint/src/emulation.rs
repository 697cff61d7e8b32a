//! What the compiler's quantization does to a model, before the compiler is run.

use std::fmt;

use emo_onnx::{GraphView, Model, Node, OnnxError, Pass, Patch};
use emo_quant::{
    Calibrator as _, Granularity, MaxPercentileConfig, Method, PercentileConfig, PercentileOf,
    QuantError, QuantScheme, QuantizeConfig, QuantizedModel, Quantizer, Runner, Symmetry,
    ndarray::arr0,
};
use emo_tensor::{ElementType, QuantParams, Tensor};

use crate::{ActivationScales, CalibrationMode, HistogramSearch, MobilintError, Quantization};

/// The metadata key under which an emulated model says what it is.
pub const EMULATION_KEY: &str = "emo.emulation";

/// An emulation of the vendor's quantization: the same choices, made by [`emo_quant::Quantizer`].
///
/// What comes out is a quantized ONNX model, which any backend can run; the CPU backend computes it with integers. It
/// shows beforehand which calibration suits a model, and what is lost by 8 bits at all. It is no prediction to the bit:
/// [`EmulatedModel::approximations`] says where the vendor publishes no formula and what was done there instead.
///
/// # What is emulated
/// - *Weights*: 8 bits around 0, a scale for each output channel, rounded to the nearest.
/// - *Activations*: 8 bits, with or without zero point, a scale for each value; ranges by
///   [`Max`](emo_quant::Max), [`MaxPercentile`](emo_quant::MaxPercentile), [`Percentile`](emo_quant::Percentile) (of
///   magnitudes, or of values with a zero point), [`Mse`](emo_quant::Mse) and [`Entropy`](emo_quant::Entropy).
/// - *The model's input*: 8 bits by the same rule, before anything else; see [`InputScale`].
///
/// # Example
/// ```
/// use emo_backend_mobilint::{
///     Emulation, Quantization,
///     emo_onnx::{GraphBuilder, Model},
///     emo_quant::{QuantError, Runner, Visit, ndarray::{Array2, ArrayD}},
/// };
/// use emo_backend_mobilint::emo_backend::emo_tensor::ElementType;
///
/// let mut graph = GraphBuilder::new("g");
/// let x = graph.input("x", ElementType::F32, &[1, 8]);
/// let y = graph.dense("y", &x, Array2::ones((4, 8)), None);
/// graph.output_of(&y);
/// let model = graph.build(17)?;
///
/// // The caller's backend; of this model only the input is asked for.
/// struct Samples(Vec<ArrayD<f32>>);
/// impl Runner for Samples {
///     fn n_samples(&self) -> usize {
///         self.0.len()
///     }
///     fn run(&mut self, _: &Model, visit: &mut Visit<'_>) -> Result<(), QuantError> {
///         self.0.iter().try_for_each(|sample| visit(std::slice::from_ref(sample)))
///     }
/// }
/// let mut samples = Samples(vec![ArrayD::ones(vec![1, 8])]);
///
/// let emulated = Emulation::new(Quantization::default())?.quantize(&model, &mut samples)?;
/// assert!(emulated.model().metadata()["emo.emulation"].contains("WChAMulti"));
/// assert!(!emulated.approximations().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Emulation {
    quantization: Quantization,
    input: InputScale,
}

/// Whether the model's input is quantized before anything is computed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum InputScale {
    /// All of it with one scale, as an NPU takes it. Numbers of different magnitude side by side, such as raw features
    /// in front of a standardizer, lose what is small among them.
    #[default]
    One,
    /// It reaches the first layer as it is: what can be had if standardizing is left to the host.
    Float,
}

/// A quantized model that stands for what an NPU would compute.
#[derive(Debug, Clone)]
pub struct EmulatedModel {
    model: Model,
    quantized: QuantizedModel,
    approximations: Vec<Approximation>,
}

/// Where an emulation cannot know what the compiler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Approximation {
    /// Which layers share a scale is not published: each value has its own, but those that are joined.
    SharedScales,
    /// No formula of the percentile of maxima is published: see [`CalibrationMode::MaxPercentile`].
    MaxPercentile,
    /// Bins and candidates of the histogram's search are not published.
    Histogram,
    /// Scales of outputs are not emulated: the last layer gives real numbers.
    Outputs,
    /// Activation functions and `Softmax` are computed with real numbers, an NPU looks them up in tables.
    Functions,
    /// How the compiler fuses nodes is not published: values between layers that are folded here are not quantized.
    Fusion,
}

impl Emulation {
    /// Takes the choices that the compiler would be given.
    ///
    /// # Errors
    /// As [`Quantization::check`].
    pub fn new(quantization: Quantization) -> Result<Self, MobilintError> {
        quantization.check()?;
        Ok(Self {
            quantization,
            input: InputScale::default(),
        })
    }

    /// The same with another treatment of the model's input.
    #[must_use]
    pub fn with_input(mut self, input: InputScale) -> Self {
        self.input = input;
        self
    }

    /// The settings of [`emo_quant::Quantizer`] that come nearest.
    pub fn config(&self) -> QuantizeConfig {
        let mut config = QuantizeConfig::plain();
        config.activations = self.scheme();
        config.weights = QuantScheme::I8;
        config.granularity = Granularity::PerChannel;
        config.min_weights = 0;
        config.method = self.method();
        config
    }

    /// Quantizes a model by what the runner's samples show.
    ///
    /// *Cost*: two runs of all samples, and one more for the input.
    ///
    /// # Errors
    /// [`MobilintError::Quant`].
    pub fn quantize(
        &self,
        model: &Model,
        runner: &mut dyn Runner,
    ) -> Result<EmulatedModel, MobilintError> {
        let quantized = Quantizer::new(model, self.config())?.quantize(runner)?;
        let mut emulated = quantized.model().clone();
        if self.input == InputScale::One {
            self.quantize_inputs(model, runner, &mut emulated)?;
        }
        let label = format!(
            "of {}; an emulation, no output of the vendor's compiler",
            self.quantization
        );
        emulated
            .metadata_mut()
            .insert(EMULATION_KEY.to_owned(), label);
        Ok(EmulatedModel {
            model: emulated,
            quantized,
            approximations: self.approximations(),
        })
    }

    fn scheme(&self) -> QuantScheme {
        match self.quantization.symmetry {
            Symmetry::Symmetric => QuantScheme::I8,
            Symmetry::Affine => QuantScheme::new(ElementType::I8, Symmetry::Affine)
                .expect("`i8` is a type that is quantized to"),
        }
    }

    fn method(&self) -> Method {
        match self.quantization.mode {
            CalibrationMode::Max => Method::Max,
            CalibrationMode::MaxPercentile {
                percentile,
                topk_ratio,
            } => {
                let mut config = MaxPercentileConfig::new();
                config.percentile = percentile * 100.0;
                config.top_ratio = topk_ratio;
                Method::MaxPercentile(config)
            }
            CalibrationMode::Histogram(HistogramSearch::Percentile(percentile)) => {
                let mut config = PercentileConfig::new();
                config.percentile = percentile * 100.0;
                config.of = match self.quantization.symmetry {
                    Symmetry::Symmetric => PercentileOf::Magnitudes,
                    Symmetry::Affine => PercentileOf::Values,
                };
                Method::Percentile(config)
            }
            CalibrationMode::Histogram(HistogramSearch::Mse) => Method::Mse,
            CalibrationMode::Histogram(HistogramSearch::Kl) => Method::Entropy,
        }
    }

    fn approximations(&self) -> Vec<Approximation> {
        let mut approximations = Vec::new();
        if self.quantization.activations == ActivationScales::Multi {
            approximations.push(Approximation::SharedScales);
        }
        match self.quantization.mode {
            CalibrationMode::Max => {}
            CalibrationMode::MaxPercentile { .. } => {
                approximations.push(Approximation::MaxPercentile);
            }
            CalibrationMode::Histogram(_) => approximations.push(Approximation::Histogram),
        }
        approximations.extend([
            Approximation::Outputs,
            Approximation::Functions,
            Approximation::Fusion,
        ]);
        approximations
    }

    /// Puts a quantizer and its inverse behind every input that nothing quantizes yet.
    fn quantize_inputs(
        &self,
        float: &Model,
        runner: &mut dyn Runner,
        emulated: &mut Model,
    ) -> Result<(), MobilintError> {
        let names = emulated
            .graph()
            .inputs()
            .iter()
            .map(|info| info.name.clone());
        let nodes = emulated.graph().nodes();
        let is_quantized = |name: &String| {
            let mut readers = nodes.iter().filter(|node| node.inputs.contains(name));
            readers.all(|node| node.is("QuantizeLinear"))
        };
        let names: Vec<String> = names.filter(|name| !is_quantized(name)).collect();
        for name in names {
            let params = self.input_params(float, &name, runner)?;
            emulated
                .optimize(&[&RoundInput { name, params }])
                .map_err(QuantError::from)?;
        }
        Ok(())
    }

    fn input_params(
        &self,
        float: &Model,
        name: &str,
        runner: &mut dyn Runner,
    ) -> Result<QuantParams, MobilintError> {
        let mut calibrator = self.method().calibrator(self.scheme())?;
        let exposed = float.with_outputs(&[name]).map_err(QuantError::from)?;
        runner.run(&exposed, &mut |values| {
            values
                .iter()
                .try_for_each(|values| calibrator.observe(values))
        })?;
        Ok(calibrator.range()?.params(self.scheme())?)
    }
}

impl EmulatedModel {
    /// The quantized model; it says under [`EMULATION_KEY`] that it is an emulation.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What became of its layers and values, the input left out.
    pub fn quantized(&self) -> &QuantizedModel {
        &self.quantized
    }

    /// What cannot be known of the compiler, and was chosen otherwise.
    pub fn approximations(&self) -> &[Approximation] {
        &self.approximations
    }
}

/// In a sentence for a report.
impl fmt::Display for Approximation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SharedScales => {
                "which layers share a scale is not published: each value has its own here"
            }
            Self::MaxPercentile => {
                "no formula of MaxPercentile is published: each sample's largest magnitudes are pooled here"
            }
            Self::Histogram => "the histogram's bins and candidates are not published",
            Self::Outputs => "the outputs are not quantized here",
            Self::Functions => "Softmax and other functions are computed with real numbers here",
            Self::Fusion => "which nodes the compiler fuses is not published",
        })
    }
}

/// Rounds an input to integers and back.
#[derive(Debug)]
struct RoundInput {
    name: String,
    params: QuantParams,
}

impl Pass for RoundInput {
    fn name(&self) -> &'static str {
        "round input"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let graph = view.graph();
        let readers = view.readers(&self.name);
        let is_done = readers.iter().any(|&index| {
            graph
                .nodes()
                .get(index)
                .is_some_and(|node| node.is("QuantizeLinear"))
        });
        if is_done || readers.is_empty() {
            return Ok(Vec::new());
        }
        let fresh = |part: &str| view.fresh_name(&format!("{}.{part}", self.name));
        let (scale, zero, rounded, real) = (
            fresh("scale"),
            fresh("zero_point"),
            fresh("rounded"),
            fresh("real"),
        );
        let zero_point = i8::try_from(self.params.zero_point()).unwrap_or_default();
        let mut patch = Patch::new(format!("input `{}` is rounded", self.name))
            .add_constant(scale.clone(), arr0(self.params.scale()).into_dyn())
            .add_constant(zero.clone(), Tensor::I8(arr0(zero_point).into_dyn()))
            .insert(Node::new(
                "QuantizeLinear",
                [&*self.name, &*scale, &*zero],
                &rounded,
            ))
            .insert(Node::new(
                "DequantizeLinear",
                [&*rounded, &*scale, &*zero],
                &real,
            ));
        for &index in readers {
            let Some(node) = graph.nodes().get(index) else {
                continue;
            };
            let mut node = node.clone();
            for input in node.inputs.iter_mut().filter(|input| **input == self.name) {
                input.clone_from(&real);
            }
            patch = patch.replace(index, node);
        }
        Ok(vec![patch])
    }
}
