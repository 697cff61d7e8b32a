//! Looks at ONNX models, compares them, and changes them.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use emo_examples::error_chain;
use emo_fusion::onnx::{Model, default_passes};

/// Looks at ONNX models, compares them, and changes them.
#[derive(Debug, Parser)]
#[command(name = "onnx_inspect", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What a model costs: parameters, multiplications, memory, operator by operator.
    Summary {
        /// The model.
        model: PathBuf,
    },
    /// A model as text.
    Dump {
        /// The model.
        model: PathBuf,
    },
    /// How two models differ; ends with code 1 if they do.
    Diff {
        /// The one model.
        left: PathBuf,
        /// The other model.
        right: PathBuf,
    },
    /// A picture for Graphviz.
    Dot {
        /// The model.
        model: PathBuf,
    },
    /// A picture for Mermaid.
    Mermaid {
        /// The model.
        model: PathBuf,
    },
    /// Contradictions in a model, as ONNX's checker finds them; ends with code 1 if there are any.
    Check {
        /// The model.
        model: PathBuf,
    },
    /// Writes a model that computes the same with less.
    Optimize {
        /// The model.
        model: PathBuf,
        /// Where to write the result.
        output: PathBuf,
        /// First fix the leading extent of all inputs that leave it open.
        #[arg(long, value_name = "N")]
        batch: Option<usize>,
    },
    /// Writes a model for another version of ONNX's operators.
    Convert {
        /// The model.
        model: PathBuf,
        /// Where to write the result.
        output: PathBuf,
        /// The version.
        #[arg(long, value_name = "VERSION")]
        opset: i64,
    },
}

fn main() -> ExitCode {
    match run(&Args::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> Result<ExitCode, Box<dyn Error>> {
    let text = match command {
        Command::Summary { model } => Model::read(model)?.summary()?.to_string(),
        Command::Dump { model } => Model::read(model)?.dump(),
        Command::Dot { model } => Model::read(model)?.to_dot(),
        Command::Mermaid { model } => Model::read(model)?.to_mermaid(),
        Command::Diff { left, right } => {
            let diff = Model::read(left)?.diff(&Model::read(right)?);
            print(&diff.to_string())?;
            return Ok(ExitCode::from(u8::from(!diff.is_empty())));
        }
        Command::Check { model } => {
            let errors = Model::read(model)?.check();
            let lines = errors
                .iter()
                .map(|error| format!("{}\n", error_chain(error)));
            print(&lines.collect::<String>())?;
            return Ok(ExitCode::from(u8::from(!errors.is_empty())));
        }
        Command::Optimize {
            model,
            output,
            batch,
        } => optimize(model, output, *batch)?,
        Command::Convert {
            model,
            output,
            opset,
        } => {
            let mut model = Model::read(model)?;
            model.convert_opset(*opset)?;
            model.write(output)?;
            String::new()
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn optimize(path: &Path, output: &Path, batch: Option<usize>) -> Result<String, Box<dyn Error>> {
    let mut model = Model::read(path)?;
    let bytes = fs::metadata(path)?.len();
    if let Some(batch) = batch {
        model.specialize_batch(batch)?;
    }
    let macs = model.summary()?.macs;
    let report = model.optimize(&default_passes())?;
    model.write(output)?;
    Ok(format!(
        "{report}{macs} → {} MACs, {bytes} → {} bytes\n",
        model.summary()?.macs,
        fs::metadata(output)?.len()
    ))
}

fn print(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}
