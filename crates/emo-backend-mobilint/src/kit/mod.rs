//! The compile kit: a folder from which the vendor's compiler makes a model for the NPU.

mod config;
mod error;
mod host;
mod layout;
mod model;
mod operators;
mod readme;
mod run;
mod script;
mod write;

use emo_onnx::Model;
use emo_quant::ndarray::ArrayD;

pub use self::{
    config::{
        Channels, CompilerVersion, InferenceScheme, KitConfig, Processor, SampleLayout,
        Standardizer,
    },
    error::KitError,
    run::{Compiled, CompiledShapes, CompilerConfig, Progress, compile},
};
use self::{host::HostSteps, layout::Hwc, model::Prepared};
use crate::MobilintError;

/// A model as the vendor's compiler takes it, ready to be written as a folder that a person with the compiler runs
/// unchanged.
///
/// The compiler itself is behind the vendor's login and rarely on the machine on which a model is made; so the folder
/// holds all that it needs: `model.onnx` (operator set 13, a batch of 1, fixed shapes), calibration samples as `.npy`
/// files with their list, `compile.py` with the settings of one version of the compiler, `runtime.json` with what an
/// application must know, and a `README.md`.
///
/// # Example
/// ```
/// use emo_backend_mobilint::{CompileKit, KitConfig, emo_onnx::GraphBuilder, emo_quant::ndarray::{Array2, ArrayD}};
/// use emo_backend_mobilint::emo_backend::emo_tensor::ElementType;
///
/// let mut graph = GraphBuilder::new("g");
/// let x = graph.input("x", ElementType::F32, &[1, 8]);
/// let y = graph.dense("y", &x, Array2::ones((4, 8)), None);
/// graph.output_of(&y);
/// let model = graph.build(17)?;
///
/// let kit = CompileKit::new(&model, KitConfig::default())?;
/// assert_eq!(kit.model().opset(), 13);
/// let folder = tempfile::tempdir()?;
/// kit.write(folder.path().join("kit"), &[ArrayD::zeros(vec![1, 8])])?;
/// assert!(folder.path().join("kit/compile.py").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CompileKit {
    config: KitConfig,
    prepared: Prepared,
    host: HostSteps,
    npu_standardizes: bool,
    input_hwc: Hwc,
    /// `None` for an output that is no picture, signal or vector.
    output_hwc: Vec<Option<Hwc>>,
}

impl CompileKit {
    /// Converts the model, and checks that the compiler of this version can have something for it.
    ///
    /// A model whose shapes depend on an input is made static by [`Model::bind_input`] or [`Model::specialize`] before.
    ///
    /// # Errors
    /// [`MobilintError::Config`] for settings that contradict each other, and as [`MobilintError::Kit`]:
    /// [`KitError::Quantized`] for a model that holds integers already, [`KitError::Operators`] with the nodes that
    /// the NPU has no operator for, [`KitError::OpenShape`], [`KitError::Input`] for a model with several inputs or
    /// one that is not `f32` with a batch of 1, and [`KitError::Onnx`] for one that cannot be written in operator
    /// set 13.
    pub fn new(model: &Model, config: KitConfig) -> Result<Self, MobilintError> {
        config.check()?;
        let mut prepared = model::prepared(model, config.layout)?;
        let mut without = prepared.model.clone();
        let mut host = HostSteps::take_from(&mut without)?;
        let npu_standardizes = config.standardizer == Standardizer::Npu && !host.is_empty();
        match config.standardizer {
            Standardizer::Npu => host = HostSteps::default(),
            Standardizer::Host => prepared.model = without,
        }
        let input = &prepared.input;
        let channels = config.channels.unwrap_or_else(|| {
            layout::derived(prepared.model.graph(), &input.name, input.shape.len())
        });
        let input_hwc = Hwc::new(&input.shape, channels)?;
        let output_hwc = prepared
            .outputs
            .iter()
            .map(|output| Hwc::new(&output.shape, channels).ok())
            .collect();
        Ok(Self {
            config,
            host,
            npu_standardizes,
            input_hwc,
            output_hwc,
            prepared,
        })
    }

    /// What the kit is written for.
    pub fn config(&self) -> &KitConfig {
        &self.config
    }

    /// The model that the compiler gets.
    pub fn model(&self) -> &Model {
        &self.prepared.model
    }

    /// What the NPU gets of an input of the original model: the same, but for [`Standardizer::Host`].
    ///
    /// # Errors
    /// [`KitError::SampleShape`] for an array of another shape than the input's.
    pub fn input_of(&self, array: &ArrayD<f32>) -> Result<ArrayD<f32>, MobilintError> {
        if array.shape() == self.prepared.input.shape {
            return Ok(self.host.apply(array).into_owned());
        }
        Err(KitError::SampleShape {
            index: 0,
            actual: array.shape().to_vec(),
            expected: self.prepared.input.shape.clone(),
        }
        .into())
    }

    /// The shape of a calibration sample as it is written.
    pub fn sample_shape(&self) -> &[usize] {
        match self.config.layout {
            SampleLayout::Hwc => &self.input_hwc.shape,
            SampleLayout::Model => &self.prepared.input.shape,
        }
    }

    /// The nodes that stay on the CPU, as `name (operator)`; none but with [`SampleLayout::Model`].
    pub fn nodes_on_cpu(&self) -> &[String] {
        &self.prepared.on_cpu
    }
}
