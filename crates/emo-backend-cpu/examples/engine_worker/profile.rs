#![expect(clippy::print_stdout, reason = "a program prints its report")]

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use emo_backend_cpu::{CpuBackend, Profiling};

use crate::{Failure, loaded::Loaded};

/// Runs before the first that is recorded.
const WARM_UP: usize = 20;
const RUNS: usize = 2000;
/// Runs in a trace.
const TRACED: usize = 50;

/// What to profile.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) model: PathBuf,
    pub(crate) inputs: PathBuf,
    pub(crate) trace: Option<PathBuf>,
}

/// Prints the times of a model's steps and writes a trace of the last runs.
pub(crate) fn profile(backend: &CpuBackend, request: &Request) -> Result<(), Failure> {
    let mut loaded = Loaded::new(backend, &request.model, &request.inputs)?;
    loaded.time(WARM_UP)?;
    let mut without = loaded.time(RUNS)?;
    without.sort_unstable();
    loaded
        .session
        .set_profiling(Profiling::Trace { runs: TRACED });
    loaded.time(RUNS)?;
    let profile = loaded
        .session
        .profile()
        .ok_or("the session did not record")?;
    println!("{}", loaded.session.plan());
    println!();
    println!("{profile}");
    println!(
        "without recording: {:.2} µs at least, {:.2} µs in the median",
        without[0] as f64 / 1e3,
        without[RUNS / 2] as f64 / 1e3
    );
    if let Some(path) = &request.trace {
        let written = File::create(path).and_then(|file| {
            let mut file = BufWriter::new(file);
            profile.write_chrome_trace(&mut file)?;
            file.flush()
        });
        written.map_err(|error| in_file(path, &error))?;
    }
    Ok(())
}

fn in_file(path: &Path, error: &dyn std::error::Error) -> Failure {
    format!("{}: {error}", path.display()).into()
}
