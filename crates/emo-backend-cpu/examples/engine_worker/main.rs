//! The CPU engine behind a line protocol, so that a harness can time it beside other engines.
//!
//! `cargo run --release --example engine_worker -- [--instructions LEVEL]`
//!
//! A line in, one line of JSON out:
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
//! engine takes the best that the machine has.

mod json;
mod loaded;
mod npy;
mod process;

use std::{
    collections::HashMap,
    env,
    error::Error,
    io::{self, BufRead, Write},
    process::ExitCode,
};

use emo_backend_cpu::{CpuBackend, CpuConfig, Instructions};

use crate::loaded::Loaded;

type Failure = Box<dyn Error>;

const USAGE: &str =
    "usage: engine_worker [--instructions portable|avx2|avx512|avx512vnni|neon|neondotprod]";

fn main() -> ExitCode {
    let result = backend(env::args().skip(1)).and_then(|backend| serve(&backend));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn backend(mut arguments: impl Iterator<Item = String>) -> Result<CpuBackend, Failure> {
    let mut config = CpuConfig::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--instructions" => config.instructions = Some(instructions(arguments.next())?),
            _ => return Err(USAGE.into()),
        }
    }
    Ok(CpuBackend::new(config))
}

fn instructions(name: Option<String>) -> Result<Instructions, Failure> {
    let name = name.ok_or(USAGE)?;
    let mut all = Instructions::ALL.iter().copied();
    all.find(|level| format!("{level:?}").eq_ignore_ascii_case(&name))
        .ok_or_else(|| USAGE.into())
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
