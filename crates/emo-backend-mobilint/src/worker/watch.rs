//! The thread that starts a worker process, keeps its log and takes it away.

use std::{
    io::{self, PipeReader, PipeWriter},
    os::{
        fd::{AsFd, OwnedFd},
        unix::process::CommandExt,
    },
    process::{Child, ExitStatus},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    process::{Pid, Signal, kill_process_group},
};

use super::{
    deadline::{Deadline, timespec},
    log::{Log, LogSink},
};
use crate::PythonConfig;

/// What is needed to start a worker, whatever it is to do.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) python: PythonConfig,
    /// The module to use, or `auto`.
    pub(crate) module: &'static str,
    pub(crate) log_lines: usize,
    pub(crate) log: Option<LogSink>,
    /// How long a worker may take to end by itself.
    pub(crate) grace: Duration,
}

const SCRIPT: &str = include_str!("worker.py");

/// What the watching thread tells the others, and they it.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) pid: u32,
    child: Mutex<Child>,
    pub(super) log: Mutex<Log>,
    exit: Mutex<Option<String>>,
    exited: Condvar,
}

/// A lock is taken even if a thread panicked with it: what is inside is whole after every step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches processes after they are not needed any more, until they have ended.
#[derive(Debug, Clone)]
pub(crate) struct Watch(pub(super) Arc<Watched>);

impl Watch {
    /// Waits until the process has ended; whether it has.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        self.0.wait(time).is_some()
    }
}

impl Watched {
    /// Ends the process by force, if it has not ended.
    pub(super) fn kill(&self) -> io::Result<()> {
        let mut child = lock(&self.child);
        if child.try_wait()?.is_none() {
            // It has a group of its own, which ends with whatever the runtime may have started.
            if let Some(group) = Pid::from_raw(self.pid.cast_signed()) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            child.kill()?;
        }
        Ok(())
    }

    pub(super) fn wait(&self, time: Duration) -> Option<String> {
        let exit = lock(&self.exit);
        let (exit, _) = self
            .exited
            .wait_timeout_while(exit, time, |exit| exit.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        exit.clone()
    }
}

/// A process with its pipes, both of which never block.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) requests: OwnedFd,
    pub(super) answers: OwnedFd,
    /// Its end tells the watching thread that nobody needs the process any more.
    pub(super) control: PipeWriter,
}

/// Starts a process and the thread that watches it.
pub(super) fn start(launch: &Launch) -> io::Result<(Arc<Watched>, Pipes)> {
    let (control_end, control) = io::pipe()?;
    let (started, start) = mpsc::sync_channel(1);
    let launch = launch.clone();
    // The thread starts the process itself: the kernel ends the process with the thread that started it.
    thread::Builder::new()
        .name("mobilint-worker".to_owned())
        .spawn(move || watch(&launch, &control_end, &started))?;
    let (watched, requests, answers) = start
        .recv()
        .map_err(|_| io::Error::other("the thread for it ended"))??;
    let pipes = Pipes {
        requests,
        answers,
        control,
    };
    Ok((watched, pipes))
}

type Started = io::Result<(Arc<Watched>, OwnedFd, OwnedFd)>;

fn watch(launch: &Launch, control: &PipeReader, started: &mpsc::SyncSender<Started>) {
    let (watched, log_end) = match spawn(launch) {
        Ok((watched, requests, answers, log_end)) => {
            // If nobody takes it, the control pipe has ended, which is seen below.
            let _ = started.send(Ok((Arc::clone(&watched), requests, answers)));
            (watched, log_end)
        }
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let exit = attend(&watched, &log_end, control, launch.grace);
    drain(&log_end, &watched);
    let last = lock(&watched.log).end_line();
    if let Some(line) = last {
        forward(&watched, &[line]);
    }
    let exit = match exit {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    *lock(&watched.exit) = Some(exit);
    watched.exited.notify_all();
}

fn spawn(launch: &Launch) -> io::Result<(Arc<Watched>, OwnedFd, OwnedFd, PipeReader)> {
    let (log_end, log) = io::pipe()?;
    rustix::io::ioctl_fionbio(&log_end, true)?;
    let (requests_end, requests) = io::pipe()?;
    let (answers, answers_end) = io::pipe()?;
    rustix::io::ioctl_fionbio(&requests, true)?;
    rustix::io::ioctl_fionbio(&answers, true)?;
    let child = launch
        .python
        .command()
        .args(["-u", "-c", SCRIPT])
        .arg(std::process::id().to_string())
        .arg(launch.module)
        .stdin(requests_end)
        .stdout(answers_end)
        .stderr(log)
        // Signals of a terminal are for the application, which then ends its workers in order.
        .process_group(0)
        .spawn()?;
    let watched = Watched {
        pid: child.id(),
        child: Mutex::new(child),
        log: Mutex::new(Log::new(launch.log_lines, launch.log.clone())),
        exit: Mutex::new(None),
        exited: Condvar::new(),
    };
    Ok((Arc::new(watched), requests.into(), answers.into(), log_end))
}

/// Waits for the process to end: by itself, or in time after it is not needed any more, or by force.
fn attend(
    watched: &Watched,
    log_end: &PipeReader,
    control: &PipeReader,
    grace: Duration,
) -> io::Result<ExitStatus> {
    let mut log_open = true;
    let mut leaving: Option<Deadline> = None;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = lock(&watched.child).try_wait()? {
            return Ok(status);
        }
        if leaving.as_ref().is_some_and(|leave| leave.left().is_zero()) {
            watched.kill()?;
        }
        let timeout = if leaving.is_some() || !log_open {
            pause = (2 * pause).min(Duration::from_millis(50));
            Some(timespec(pause))
        } else {
            None
        };
        let mut fds = Vec::with_capacity(2);
        if log_open {
            fds.push(PollFd::from_borrowed_fd(log_end.as_fd(), PollFlags::IN));
        }
        if leaving.is_none() {
            fds.push(PollFd::from_borrowed_fd(control.as_fd(), PollFlags::IN));
        }
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let is_ready = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
        let control_ended = leaving.is_none() && is_ready(usize::from(log_open));
        if log_open && is_ready(0) {
            log_open = read_log(log_end, watched);
        }
        if control_ended {
            leaving = Some(Deadline::new(grace));
            pause = Duration::from_millis(1);
        }
    }
}

/// Reads what is there; whether more may come.
fn read_log(log_end: &PipeReader, watched: &Watched) -> bool {
    let mut bytes = [0; 1 << 14];
    match rustix::io::read(log_end, &mut bytes) {
        Ok(0) => false,
        Ok(count) => {
            let lines = lock(&watched.log).push(&bytes[..count]);
            forward(watched, &lines);
            true
        }
        Err(Errno::INTR | Errno::AGAIN) => true,
        Err(_) => false,
    }
}

/// Reads what the process left behind, but not what others go on writing.
fn drain(log_end: &PipeReader, watched: &Watched) {
    for _ in 0..64 {
        let mut fds = [PollFd::from_borrowed_fd(log_end.as_fd(), PollFlags::IN)];
        let is_ready = matches!(poll(&mut fds, Some(&timespec(Duration::ZERO))), Ok(1..));
        if !is_ready || !read_log(log_end, watched) {
            return;
        }
    }
}

fn forward(watched: &Watched, lines: &[String]) {
    let sink = lock(&watched.log).sink();
    if let Some(sink) = sink {
        for line in lines {
            sink.send(line);
        }
    }
}
