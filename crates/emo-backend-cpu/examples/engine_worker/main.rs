//! The CPU engine behind a line protocol, so that a harness can time it beside other engines.
//!
//! ```text
//! cargo run --release --example engine_worker -- [--instructions LEVEL] [--threads N]
//! cargo run --release --example engine_worker -- --profile MODEL.onnx INPUTS.npy [--trace TRACE.json]
//! ```
//!
//! The second form prints the model's plan and the times of its steps, and writes a trace of the last runs. The first
//! answers the lines of its input. A line in, one line of JSON out:
//!
//! | line | answer |
//! |---|---|
//! | `prep NAME MODEL.onnx INPUTS.npy` loads a model and its inputs `[n, ...]`, and runs the first | `{"ok": 1}` |
//! | `out NAME` runs every input once | `{"out": [[...], ...]}` |
//! | `run NAME N` runs N times, inputs in turn, batch 1 | `{"ns": [...], "cpu": total CPU ns}` |
//! | `rss` resident and peak memory in kB (Linux) | `{"rss": n, "hwm": n}` |
//!
//! Anything wrong is answered by `{"err": "..."}`. What is timed is one call of `Session::run`, which copies the input
//! in and the output out. LEVEL is `portable`, `avx2`, `avx512`, `avx512vnni`, `neon` or `neondotprod`; without it the
//! engine takes the best that the machine has. N threads, of which the others help with large layers, need the feature
//! `threads`.

mod json;
mod loaded;
mod npy;
mod process;
mod profile;

use std::{
    collections::HashMap,
    env,
    error::Error,
    io::{self, BufRead, Write},
    process::ExitCode,
};

use emo_backend_cpu::{CpuBackend, CpuConfig, Instructions};

use crate::{loaded::Loaded, profile::Request};

type Failure = Box<dyn Error>;

const USAGE: &str = "usage: engine_worker [--instructions portable|avx2|avx512|avx512vnni|neon|neondotprod] \
     [--threads N] [--profile MODEL.onnx INPUTS.npy [--trace TRACE.json]]";

fn main() -> ExitCode {
    let result = arguments(env::args().skip(1)).and_then(|(backend, request)| match request {
        None => serve(&backend),
        Some(request) => profile::profile(&backend, &request),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn arguments(
    mut arguments: impl Iterator<Item = String>,
) -> Result<(CpuBackend, Option<Request>), Failure> {
    let mut config = CpuConfig::default();
    let mut profiled = None;
    let mut trace = None;
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().ok_or(USAGE);
        match argument.as_str() {
            "--instructions" => config.instructions = Some(instructions(&next()?)?),
            "--threads" => set_threads(&mut config, &next()?)?,
            "--profile" => profiled = Some((next()?.into(), next()?.into())),
            "--trace" => trace = Some(next()?.into()),
            _ => return Err(USAGE.into()),
        }
    }
    let request = match (profiled, trace) {
        (Some((model, inputs)), trace) => Some(Request {
            model,
            inputs,
            trace,
        }),
        (None, Some(_)) => return Err(USAGE.into()),
        (None, None) => None,
    };
    Ok((CpuBackend::new(config), request))
}

fn instructions(name: &str) -> Result<Instructions, Failure> {
    let mut all = Instructions::ALL.iter().copied();
    all.find(|level| format!("{level:?}").eq_ignore_ascii_case(name))
        .ok_or_else(|| USAGE.into())
}

#[cfg(feature = "threads")]
fn set_threads(config: &mut CpuConfig, number: &str) -> Result<(), Failure> {
    config.threads = number.parse()?;
    Ok(())
}

#[cfg(not(feature = "threads"))]
fn set_threads(_: &mut CpuConfig, _: &str) -> Result<(), Failure> {
    Err("built without the feature `threads`".into())
}

/// Answers each line until there are no more.
fn serve(backend: &CpuBackend) -> Result<(), Failure> {
    let mut models = HashMap::new();
    let mut answers = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?, backend, &mut models)
            .unwrap_or_else(|error| json::error(&chain(&*error)));
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

fn answer(
    line: &str,
    backend: &CpuBackend,
    models: &mut HashMap<String, Loaded>,
) -> Result<String, Failure> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["prep", name, model, inputs] => {
            let mut loaded = Loaded::new(backend, model.as_ref(), inputs.as_ref())?;
            loaded.first()?;
            models.insert(name.to_owned(), loaded);
            Ok(json::object(&[("ok", "1")]))
        }
        ["out", name] => {
            let rows = find(models, name)?.outputs()?;
            Ok(json::object(&[("out", &json::rows(&rows))]))
        }
        ["run", name, count] => {
            let model = find(models, name)?;
            let count = count
                .parse()
                .map_err(|_| format!("`{count}` is no number of runs"))?;
            let before = process::cpu_ns()?;
            let times = model.time(count)?;
            let cpu = process::cpu_ns()?.saturating_sub(before);
            let fields = [("ns", &*json::list(&times)), ("cpu", &cpu.to_string())];
            Ok(json::object(&fields))
        }
        ["rss"] => {
            let (resident, peak) = process::memory_kb()?;
            let fields = [("rss", &*resident.to_string()), ("hwm", &peak.to_string())];
            Ok(json::object(&fields))
        }
        _ => Err("unknown command".into()),
    }
}

fn find<'a>(
    models: &'a mut HashMap<String, Loaded>,
    name: &str,
) -> Result<&'a mut Loaded, Failure> {
    let model = models.get_mut(name);
    model.ok_or_else(|| format!("no model `{name}`").into())
}

/// An error and what caused it.
fn chain(error: &dyn Error) -> String {
    match error.source() {
        None => error.to_string(),
        Some(source) => format!("{error}: {}", chain(source)),
    }
}
