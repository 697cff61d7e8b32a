//! Running the vendor's compiler on a kit.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

use super::KitError;
use crate::{MobilintError, Mxq, PythonConfig};

/// How the vendor's compiler is started.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CompilerConfig {
    /// The interpreter in which the compiler is installed. Default: `python3`.
    pub python: PythonConfig,
    /// How long the compiler may take; it is ended then, with all processes that it started. Default: 1 hour.
    pub deadline: Duration,
}

impl Default for CompilerConfig {
    fn default() -> Self {
        Self {
            python: PythonConfig::default(),
            deadline: Duration::from_secs(3600),
        }
    }
}

/// What compiler and script tell while they run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The kind of message: `status`, `progress`, `result`, `log` or `error`, or `log` for a line that is no JSON.
    pub kind: String,
    /// What it says, or the line itself.
    pub message: String,
    /// How much is done, from 0 to 1, if the message tells.
    pub fraction: Option<f64>,
}

/// What the compiler made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Compiled {
    /// The file, `model.mxq` in the kit's folder.
    pub path: PathBuf,
    /// Its header.
    pub mxq: Mxq,
    /// The shapes of inputs and outputs as the vendor's runtime tells them, which are the model's but for extents of 1;
    /// `None` if the runtime is not installed beside the compiler, so that they were not checked.
    pub shapes: Option<CompiledShapes>,
    /// Everything that was written, `compile.log` in the kit's folder.
    pub log: PathBuf,
    /// How long it took.
    pub duration: Duration,
}

/// The shapes of a compiled model, as the vendor's runtime tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompiledShapes {
    /// Those of its inputs.
    pub inputs: Vec<Vec<usize>>,
    /// Those of its outputs.
    pub outputs: Vec<Vec<usize>>,
}

/// The exit statuses of a kit's script.
const NO_COMPILER: i32 = 3;
const WRONG_VERSION: i32 = 4;
const NO_MODEL: i32 = 6;
const WRONG_SHAPE: i32 = 7;

/// Longer lines are cut.
const MAX_LINE: u64 = 64 << 10;

/// What is written beyond is left out of the log.
const MAX_LOG: u64 = 64 << 20;

/// How long pipes may stay open when the compiler has ended: a process that it left behind may hold them.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a kit's `compile.py`, tells `progress` what it says, and checks what comes out.
///
/// The compiler is asked for JSON lines (`QBCOMPILER_JSONL=1`); their fields are not published beyond the kinds of
/// messages, so every line is handed on whatever it is. All of it is kept in `compile.log`.
///
/// # Errors
/// [`MobilintError::NoPython`] and [`MobilintError::Write`] if nothing can be started; as [`MobilintError::Kit`]:
/// [`KitError::NoCompiler`] if it is not installed in the kit's version, [`KitError::CompilerFailed`] and
/// [`KitError::CompilerDeadline`], [`KitError::CompiledShape`]; [`MobilintError::Mxq`] if what it wrote is no MXQ file of a version that a runtime
/// loads.
pub fn compile(
    kit: impl AsRef<Path>,
    config: &CompilerConfig,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Compiled, MobilintError> {
    let kit = kit.as_ref();
    let log = kit.join("compile.log");
    let begin = Instant::now();
    let mut run = Run::start(kit, &log, config)?;
    let mut last = "start".to_owned();
    let mut error = None;
    let mut shapes = None;
    let status = loop {
        let left = config.deadline.saturating_sub(begin.elapsed());
        if left.is_zero() {
            run.end();
            return Err(KitError::CompilerDeadline {
                deadline: config.deadline,
                at: last,
                log,
            }
            .into());
        }
        let Some(line) = run.next_line(left)? else {
            match run.status()? {
                Some(status) => break status,
                None => continue,
            }
        };
        let (said, json) = read_line(&line);
        if let Some(told) = json.as_ref().and_then(shapes_of) {
            shapes = Some(told);
        }
        if said.kind == "error" {
            // What follows is what came of it.
            error.get_or_insert_with(|| said.message.clone());
        }
        last.clone_from(&said.message);
        progress(&said);
    };
    if !status.success() {
        return Err(failure(status, error.unwrap_or(last), kit, log));
    }
    let path = kit.join("model.mxq");
    let mxq = Mxq::read(&path)?;
    Ok(Compiled {
        path,
        mxq,
        shapes,
        log,
        duration: begin.elapsed(),
    })
}

fn failure(status: ExitStatus, reason: String, kit: &Path, log: PathBuf) -> MobilintError {
    match status.code() {
        Some(NO_COMPILER | WRONG_VERSION) => KitError::NoCompiler { reason, log }.into(),
        Some(WRONG_SHAPE) => KitError::CompiledShape { reason, log }.into(),
        // The file itself says best what is wrong with it.
        Some(NO_MODEL) if kit.join("model.mxq").exists() => {
            match Mxq::read(kit.join("model.mxq")) {
                Err(error) => error,
                Ok(_) => failed(status, reason, log),
            }
        }
        _ => failed(status, reason, log),
    }
}

fn failed(status: ExitStatus, reason: String, log: PathBuf) -> MobilintError {
    KitError::CompilerFailed {
        exit: status.to_string(),
        reason,
        log,
    }
    .into()
}

/// A line of the compiler, and what it is as JSON.
fn read_line(line: &str) -> (Progress, Option<Json>) {
    let plain = |message: &str| Progress {
        kind: "log".to_owned(),
        message: message.to_owned(),
        fraction: None,
    };
    let Ok(json @ Json::Object(_)) = serde_json::from_str::<Json>(line) else {
        return (plain(line), None);
    };
    let text = |names: &[&str]| names.iter().find_map(|name| json[*name].as_str());
    let progress = Progress {
        kind: text(&["type", "event", "kind"]).unwrap_or("log").to_owned(),
        message: text(&["message", "msg", "stage", "status"])
            .unwrap_or(line)
            .to_owned(),
        fraction: fraction(&json),
    };
    (progress, Some(json))
}

/// How much is done, as a part, a percentage or so many of so many.
fn fraction(json: &Json) -> Option<f64> {
    let number = |names: &[&str]| names.iter().find_map(|name| json[*name].as_f64());
    let part = number(&["fraction", "progress"])
        .or_else(|| number(&["percent", "percentage"]).map(|percent| percent / 100.0))
        .or_else(|| {
            let (done, all) = (
                number(&["current", "step", "done"])?,
                number(&["total", "steps"])?,
            );
            (all > 0.0).then(|| done / all)
        })?;
    // A `progress` above 1 is a percentage.
    let part = if part > 1.0 { part / 100.0 } else { part };
    (0.0..=1.0).contains(&part).then_some(part)
}

/// The shapes that the script tells at its end.
fn shapes_of(json: &Json) -> Option<CompiledShapes> {
    let side = |name: &str| serde_json::from_value(json[name].clone()).ok();
    Some(CompiledShapes {
        inputs: side("input_shapes")?,
        outputs: side("output_shapes")?,
    })
}

/// A running compiler.
struct Run {
    child: Child,
    lines: mpsc::Receiver<String>,
    ended: Option<Instant>,
}

impl Run {
    fn start(kit: &Path, log: &Path, config: &CompilerConfig) -> Result<Self, MobilintError> {
        let write = |source| MobilintError::Write {
            path: log.to_owned(),
            source,
        };
        let file = Arc::new(Mutex::new(Log {
            file: File::create(log).map_err(write)?,
            left: MAX_LOG,
        }));
        let mut command = config.python.command();
        command
            .arg("compile.py")
            .current_dir(kit)
            .env("QBCOMPILER_JSONL", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        own_group(&mut command);
        let mut child = command.spawn().map_err(|source| MobilintError::NoPython {
            interpreter: config.python.interpreter.clone(),
            source,
        })?;
        let (sender, lines) = mpsc::channel();
        for pipe in [
            child
                .stdout
                .take()
                .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
            child
                .stderr
                .take()
                .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        ]
        .into_iter()
        .flatten()
        {
            let (sender, file) = (sender.clone(), Arc::clone(&file));
            // Not joined: it ends with the pipe, which a process that the compiler left behind may hold open.
            thread::spawn(move || read_pipe(pipe, &file, &sender));
        }
        Ok(Self {
            child,
            lines,
            ended: None,
        })
    }

    /// The next line, or `None` where there is none within a moment.
    fn next_line(&mut self, left: Duration) -> Result<Option<String>, MobilintError> {
        const MOMENT: Duration = Duration::from_millis(50);
        match self.lines.recv_timeout(MOMENT.min(left)) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Timeout) => {
                if self.ended.is_none() && self.try_wait()?.is_some() {
                    self.ended = Some(Instant::now());
                }
                Ok(None)
            }
            Err(RecvTimeoutError::Disconnected) => {
                // Both pipes are closed, and there is nothing to wait for but the process.
                if self.try_wait()?.is_some() {
                    self.ended = Some(Instant::now() - GRACE);
                } else {
                    thread::sleep(MOMENT.min(left));
                }
                Ok(None)
            }
        }
    }

    /// The exit status, once nothing more is to be read.
    fn status(&mut self) -> Result<Option<ExitStatus>, MobilintError> {
        match self.ended {
            Some(ended) if ended.elapsed() >= GRACE => self.try_wait(),
            _ => Ok(None),
        }
    }

    fn try_wait(&mut self) -> Result<Option<ExitStatus>, MobilintError> {
        self.child.try_wait().map_err(|source| MobilintError::Pipe {
            what: "waiting for the compiler",
            source,
        })
    }

    /// Ends the compiler and all processes of its group.
    fn end(&mut self) {
        end_group(&self.child);
        // It may have ended by itself, and a process that was killed is waited for in either case.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Run {
    /// A compiler outlives nobody who stopped listening, be it by a panic.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.end();
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// The group has the number of its first process, which is ours and was not waited for yet.
#[cfg(unix)]
fn end_group(child: &Child) {
    let killed = Command::new("kill")
        .args(["-s", "KILL", "--", &format!("-{}", child.id())])
        .stderr(Stdio::null())
        .status();
    // The first process is killed by its handle in any case.
    _ = killed;
}

#[cfg(not(unix))]
fn end_group(_: &Child) {}

/// The compiler's words on disk, up to a limit.
struct Log {
    file: File,
    left: u64,
}

impl Log {
    fn add(&mut self, line: &[u8]) {
        let len = line.len() as u64 + 1;
        if let Some(left) = self.left.checked_sub(len) {
            self.left = left;
            // A full disk must not end the compiler.
            _ = self
                .file
                .write_all(line)
                .and_then(|()| self.file.write_all(b"\n"));
        }
    }
}

fn read_pipe(pipe: Box<dyn Read + Send>, log: &Mutex<Log>, lines: &mpsc::Sender<String>) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut pipe).take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        while line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
            line.pop();
        }
        if let Ok(mut log) = log.lock() {
            log.add(&line);
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        if !text.trim().is_empty() && lines.send(text).is_err() {
            // Nobody listens any more; the pipe is emptied all the same, so that the process can end.
            continue;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whatever_they_are() {
        for (line, kind, message, fraction) in [
            ("plain words", "log", "plain words", None),
            ("[1, 2]", "log", "[1, 2]", None),
            (
                r#"{"type": "status", "message": "parsing"}"#,
                "status",
                "parsing",
                None,
            ),
            (
                r#"{"type": "progress", "stage": "calibrate", "current": 3, "total": 12}"#,
                "progress",
                "calibrate",
                Some(0.25),
            ),
            (
                r#"{"type": "progress", "message": "a", "progress": 0.5}"#,
                "progress",
                "a",
                Some(0.5),
            ),
            (
                r#"{"event": "progress", "msg": "a", "percent": 75}"#,
                "progress",
                "a",
                Some(0.75),
            ),
            (
                r#"{"type": "progress", "message": "a", "progress": 40}"#,
                "progress",
                "a",
                Some(0.4),
            ),
            (
                r#"{"type": "progress", "message": "a", "progress": -4}"#,
                "progress",
                "a",
                None,
            ),
            (
                r#"{"type": "progress", "message": "a", "current": 1, "total": 0}"#,
                "progress",
                "a",
                None,
            ),
        ] {
            let (progress, _) = read_line(line);
            assert_eq!(
                (&*progress.kind, &*progress.message, progress.fraction),
                (kind, message, fraction),
                "{line}"
            );
        }
    }

    #[test]
    fn shapes_are_those_of_both_sides() {
        let (_, json) = read_line(
            r#"{"type": "result", "input_shapes": [[48, 48, 1]], "output_shapes": [[1, 1, 4]]}"#,
        );
        assert_eq!(
            shapes_of(&json.unwrap()),
            Some(CompiledShapes {
                inputs: vec![vec![48, 48, 1]],
                outputs: vec![vec![1, 1, 4]]
            })
        );
        let (_, json) = read_line(r#"{"input_shapes": [[48, 48, 1]], "output_shapes": 4}"#);
        assert_eq!(shapes_of(&json.unwrap()), None);
    }
}
