//! Says whether this machine can run models on a Mobilint NPU, and what is missing if not; runs an MXQ file if one is
//! given, with zeros or numbers from a file.
//!
//! It ends with code 0 if everything is there, 1 if something is missing, and 2 if the model cannot be run.

use std::{
    error::Error,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::{Parser, ValueEnum};
use emo_examples::error_chain;
use emo_fusion::{
    backend::{ModelSource, Session},
    mobilint::{
        Device, Layout, LogSink, MobilintBackend, MobilintConfig, MobilintError, ModelConfig, Mxq,
        PythonConfig, TensorType,
    },
    tensor::{Tensor, TensorInfo, TensorView, TensorViewMut},
};
use ndarray::ArrayD;

#[derive(Debug, Parser)]
#[command(about = "Checks a machine for a Mobilint NPU, and runs a compiled model on it")]
struct Arguments {
    /// A compiled model.
    model: Option<PathBuf>,
    /// The interpreter with the vendor's wheel, mobilint-qb-runtime.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// The NPU: auto, aries-rb, regulus-ra, …; with a number after a colon where there are several.
    #[arg(long, default_value = "auto")]
    device: String,
    /// The elements that the model is given.
    #[arg(long, value_enum, default_value = "f32")]
    input_type: InputType,
    /// Channels come first: CHW in place of HWC.
    #[arg(long)]
    chw: bool,
    /// One example for the model's first input, as f32, in place of zeros.
    #[arg(long, value_name = "NPY")]
    input: Option<PathBuf>,
    /// How many times the model is run.
    #[arg(long, default_value_t = 100)]
    runs: usize,
    /// Shows what the vendor's software logs.
    #[arg(long)]
    log: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum InputType {
    F32,
    U8,
    I8,
}

/// What there is to do about an error.
fn advice(error: &MobilintError) -> &'static str {
    match error {
        MobilintError::NoPython { .. } => {
            "Install Python 3.8 to 3.14, or name an interpreter with --python."
        }
        MobilintError::NoRuntime { .. } => {
            "Install the runtime into that interpreter: -m pip install mobilint-qb-runtime"
        }
        MobilintError::RuntimeTooOld { .. } => {
            "Install a newer runtime: -m pip install --upgrade mobilint-qb-runtime"
        }
        MobilintError::NoDriver { .. } => {
            "Install the vendor's driver, load it, and see that /dev shows the device."
        }
        MobilintError::NoDevice { .. } => {
            "See that the board is plugged in and powered, and that its driver is loaded."
        }
        MobilintError::WrongDevice { .. } => "Name a device that this machine has with --device.",
        _ => "The vendor's log may say more: --log.",
    }
}

/// Whether everything is there.
fn check(backend: &MobilintBackend, out: &mut impl Write) -> io::Result<bool> {
    let nodes = match Device::nodes() {
        nodes if nodes.is_empty() => "none".to_owned(),
        nodes => nodes.join(", "),
    };
    writeln!(out, "device nodes   {nodes}")?;
    match backend.inspect() {
        Ok(runtime) => {
            writeln!(out, "python         {}", runtime.python)?;
            writeln!(out, "runtime        {} {}", runtime.module, runtime.version)?;
            writeln!(out, "devices        {}", runtime.devices.join(", "))?;
            writeln!(out, "ready          yes")?;
            Ok(true)
        }
        Err(error) => {
            writeln!(out, "ready          no: {error}")?;
            writeln!(out, "               {}", advice(&error))?;
            Ok(false)
        }
    }
}

fn first_input(path: &Path, shape: &[usize]) -> Result<Tensor, String> {
    let fault = |reason: String| format!("{}: {reason}", path.display());
    let array: ArrayD<f32> =
        ndarray_npy::read_npy(path).map_err(|error| fault(error.to_string()))?;
    let actual = array.shape().to_vec();
    let shaped = array.into_shape_with_order(shape.to_vec());
    shaped.map(Tensor::from).map_err(|_| {
        fault(format!(
            "it has the shape {actual:?}, the model takes {shape:?}"
        ))
    })
}

fn run(
    backend: &MobilintBackend,
    path: PathBuf,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let mxq = Mxq::read(&path)?;
    writeln!(
        out,
        "model          MXQ {}.{}, {} bytes",
        mxq.version, mxq.minor, mxq.size
    )?;
    let mut session = backend.open(&ModelSource::Path(path), &backend.config().model)?;
    let zeros = |infos: &[TensorInfo]| -> Vec<Tensor> {
        infos
            .iter()
            .map(|info| Tensor::zeros(info.element_type, &info.shape))
            .collect()
    };
    let (mut inputs, mut outputs) = (zeros(session.inputs()), zeros(session.outputs()));
    if let (Some(path), Some(first)) = (&arguments.input, inputs.first_mut()) {
        *first = first_input(path, first.shape())?;
    }
    for info in session.inputs().iter().chain(session.outputs()) {
        writeln!(out, "tensor         {info}")?;
    }
    let inputs: Vec<TensorView<'_>> = inputs.iter().map(Tensor::view).collect();
    let mut times = Vec::new();
    for _ in 0..arguments.runs.max(1) {
        let mut views: Vec<TensorViewMut<'_>> = outputs.iter_mut().map(Tensor::view_mut).collect();
        let begin = Instant::now();
        session.infer(&inputs, &mut views)?;
        times.push(begin.elapsed());
    }
    times.sort();
    writeln!(
        out,
        "run            {} times, the median took {:?}, the longest {:?}",
        times.len(),
        times[times.len() / 2],
        times[times.len() - 1]
    )?;
    for output in &outputs {
        if let Some(scores) = output.as_array::<f32>() {
            let first: Vec<&f32> = scores.iter().take(16).collect();
            writeln!(out, "output         {first:?}")?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut config = MobilintConfig::default();
    config.python = PythonConfig::new(&arguments.python);
    config.model = ModelConfig::new(&*arguments.device);
    config.model.input_type = match arguments.input_type {
        InputType::F32 => TensorType::F32,
        InputType::U8 => TensorType::U8,
        InputType::I8 => TensorType::I8,
    };
    if arguments.chw {
        config.model.layout = Layout::Chw;
    }
    if arguments.log {
        config.log = Some(LogSink::new(|line| eprintln!("log            {line}")));
    }
    let backend = MobilintBackend::new(config);
    let mut out = io::stdout().lock();
    let checked: Result<bool, Box<dyn Error>> = check(&backend, &mut out).map_err(Into::into);
    let result = checked.and_then(|is_ready| match &arguments.model {
        Some(path) => run(&backend, path.clone(), &arguments, &mut out).map(|()| true),
        None => Ok(is_ready),
    });
    backend.shut_down();
    match result {
        Ok(is_ready) => ExitCode::from(u8::from(!is_ready)),
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}
