//! Other engines behind the line protocol of `engine_worker`.
//!
//! `compare.py` runs them beside it.

#[path = "../../examples/engine_worker/json.rs"]
mod json;
#[path = "../../examples/engine_worker/npy.rs"]
mod npy;
#[path = "../../examples/engine_worker/process.rs"]
mod process;

use std::{
    collections::HashMap,
    error::Error,
    io::{self, BufRead, Write},
    path::Path,
    time::Instant,
};

/// What is wrong with a request.
pub type Failure = Box<dyn Error>;

/// One run of a model: reads an input, and writes the first output.
pub type Run = Box<dyn FnMut(&[f32], &mut Vec<f32>) -> Result<(), Failure>>;

struct Loaded {
    run: Run,
    inputs: Vec<f32>,
    input_len: usize,
}

/// Answers each line of the input. `load` makes a model ready for inputs of a shape.
///
/// # Errors
/// If the input cannot be read or the answers cannot be written.
pub fn serve(load: impl Fn(&Path, &[usize]) -> Result<Run, Failure>) -> Result<(), Failure> {
    let mut models = HashMap::new();
    let mut answers = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?, &load, &mut models)
            .unwrap_or_else(|error| json::error(&error.to_string()));
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

fn answer(
    line: &str,
    load: &impl Fn(&Path, &[usize]) -> Result<Run, Failure>,
    models: &mut HashMap<String, Loaded>,
) -> Result<String, Failure> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["prep", name, model, inputs] => {
            let (mut shape, inputs) = npy::read(inputs.as_ref())?;
            *shape.first_mut().ok_or("inputs without a batch axis")? = 1;
            let input_len = shape.iter().product();
            let mut run = load(model.as_ref(), &shape)?;
            let first = inputs.get(..input_len).ok_or("no inputs")?;
            run(first, &mut Vec::new())?;
            let loaded = Loaded {
                run,
                inputs,
                input_len,
            };
            models.insert(name.to_owned(), loaded);
            Ok(json::object(&[("ok", "1")]))
        }
        ["out", name] => {
            let model = models.get_mut(name).ok_or("no such model")?;
            let mut rows = Vec::new();
            for input in model.inputs.chunks_exact(model.input_len) {
                let mut output = Vec::new();
                (model.run)(input, &mut output)?;
                rows.push(output);
            }
            Ok(json::object(&[("out", &json::rows(&rows))]))
        }
        ["run", name, count] => {
            let model = models.get_mut(name).ok_or("no such model")?;
            let count: usize = count.parse()?;
            let mut times = Vec::with_capacity(count.min(1 << 20));
            let mut output = Vec::new();
            let before = process::cpu_ns()?;
            let inputs = model.inputs.chunks_exact(model.input_len);
            for input in inputs.cycle().take(count) {
                let start = Instant::now();
                (model.run)(input, &mut output)?;
                times.push(start.elapsed().as_nanos() as u64);
            }
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
