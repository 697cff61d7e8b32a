//! Says whether this machine can run models on a Mobilint NPU, and what is missing if not, and what the NPU tells of its
//! power, temperature and load; runs an MXQ file if one is given, with zeros or numbers from a file.
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
    backend::{Backend, ModelSource},
    mobilint::{
        Device, Layout, LogSink, MobilintBackend, MobilintConfig, MobilintError, MobilintShim,
        ModelConfig, Mxq, PythonConfig, ShimConfig, Telemetry, TelemetryConfig, TensorType,
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
    /// A shim over the vendor's C++ runtime, as scripts/build_shim makes it, in place of the interpreter.
    #[arg(long, value_name = "LIBRARY")]
    shim: Option<PathBuf>,
    /// The vendor's library for telemetry, if the system's loader does not find it.
    #[arg(long, value_name = "LIBRARY")]
    mbltml: Option<PathBuf>,
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
        MobilintError::NoLibrary { .. } | MobilintError::LibraryVersion { .. } => {
            "Make the shim on this machine with scripts/build_shim, and name it with --shim."
        }
        MobilintError::WrongDevice { .. } => "Name a device that this machine has with --device.",
        _ => "The vendor's log may say more: --log.",
    }
}

fn show_nodes(out: &mut impl Write) -> io::Result<()> {
    let nodes = match Device::nodes() {
        nodes if nodes.is_empty() => "none".to_owned(),
        nodes => nodes.join(", "),
    };
    writeln!(out, "device nodes   {nodes}")
}

/// Whether everything is there.
fn show_ready(
    checked: Result<Vec<(&str, String)>, MobilintError>,
    out: &mut impl Write,
) -> io::Result<bool> {
    match checked {
        Ok(lines) => {
            for (name, value) in lines {
                writeln!(out, "{name:<15}{value}")?;
            }
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

fn inspect(backend: &MobilintBackend) -> Result<Vec<(&'static str, String)>, MobilintError> {
    let runtime = backend.inspect()?;
    Ok(vec![
        ("python", runtime.python),
        ("runtime", format!("{} {}", runtime.module, runtime.version)),
        ("devices", runtime.devices.join(", ")),
    ])
}

fn inspect_shim(shim: &MobilintShim) -> Result<Vec<(&'static str, String)>, MobilintError> {
    let version = shim.inspect()?;
    Ok(vec![("runtime", format!("qbruntime {version}, in C++"))])
}

/// What the device tells of itself; that it tells nothing keeps no model from running.
fn show_telemetry(arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let mut config = TelemetryConfig::new(&*arguments.device);
    if let Some(library) = &arguments.mbltml {
        config.library.clone_from(library);
    }
    let read = Telemetry::new(&config).and_then(|mut telemetry| {
        let reading = telemetry.read()?;
        Ok((telemetry.source().to_string(), reading))
    });
    let (source, reading) = match read {
        Ok(read) => read,
        Err(error) => return writeln!(out, "telemetry      no: {error}"),
    };
    writeln!(out, "telemetry      {source}")?;
    let percent = reading.utilization.map(|share| share * 100.0);
    for (name, value, unit) in [
        ("power", reading.power_watts, "W"),
        ("current", reading.current_amperes, "A"),
        ("voltage", reading.voltage_volts, "V"),
        ("temperature", reading.temperature_celsius, "°C"),
        ("load", percent, "%"),
    ] {
        match value {
            Some(value) => writeln!(out, "{name:<15}{value:.2} {unit}")?,
            None => writeln!(out, "{name:<15}not told")?,
        }
    }
    Ok(())
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
    backend: &dyn Backend,
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
    let mut session = backend.load(&ModelSource::Path(path))?;
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
        session.run(&inputs, &mut views)?;
        times.push(begin.elapsed());
    }
    times.sort();
    writeln!(
        out,
        "run            {} times by {}, the median took {:?}, the longest {:?}",
        times.len(),
        backend.name(),
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

fn model_config(arguments: &Arguments) -> ModelConfig {
    let mut config = ModelConfig::new(&*arguments.device);
    config.input_type = match arguments.input_type {
        InputType::F32 => TensorType::F32,
        InputType::U8 => TensorType::U8,
        InputType::I8 => TensorType::I8,
    };
    if arguments.chw {
        config.layout = Layout::Chw;
    }
    config
}

/// Whether everything is there, and the model's run, if there is one.
fn check_and_run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let mut out = io::stdout().lock();
    show_nodes(&mut out)?;
    if let Some(library) = &arguments.shim {
        let mut config = ShimConfig::new(library);
        config.model = model_config(arguments);
        return match MobilintShim::new(config) {
            Ok(shim) => {
                let is_ready = show_ready(inspect_shim(&shim), &mut out)?;
                go_on(is_ready, &shim, arguments, &mut out)
            }
            Err(error) => Ok(show_ready(Err(error), &mut out)?),
        };
    }
    let mut config = MobilintConfig::default();
    config.python = PythonConfig::new(&arguments.python);
    config.model = model_config(arguments);
    if arguments.log {
        config.log = Some(LogSink::new(|line| eprintln!("log            {line}")));
    }
    let backend = MobilintBackend::new(config);
    let checked = show_ready(inspect(&backend), &mut out);
    let result = checked
        .map_err(Into::into)
        .and_then(|is_ready| go_on(is_ready, &backend, arguments, &mut out));
    backend.shut_down();
    result
}

fn go_on(
    is_ready: bool,
    backend: &dyn Backend,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<bool, Box<dyn Error>> {
    show_telemetry(arguments, out)?;
    match &arguments.model {
        Some(path) => run(backend, path.clone(), arguments, out).map(|()| true),
        None => Ok(is_ready),
    }
}

fn main() -> ExitCode {
    match check_and_run(&Arguments::parse()) {
        Ok(is_ready) => ExitCode::from(u8::from(!is_ready)),
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}
