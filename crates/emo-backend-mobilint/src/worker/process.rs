//! A worker process, and how it is spoken with.

use std::{
    io::{self, PipeWriter},
    os::fd::OwnedFd,
    sync::Arc,
    time::Duration,
};

use rustix::{event::PollFlags, io::Errno};

use super::{
    deadline::Deadline,
    frame::{HEADER_LEN, Header, MAGIC, Op},
    watch::{Launch, Watch, Watched, lock, start},
};
use crate::MobilintError;

/// How many lines of the log an error carries.
const TAIL: usize = 8;
/// Bytes that may come before the first answer.
const MAX_PREAMBLE: usize = 1 << 16;
/// The most that is taken from memory before the bytes have arrived.
const CHUNK: usize = 1 << 20;
/// How long an ended process' exit status is waited for.
const EXIT_WAIT: Duration = Duration::from_millis(200);

/// A running worker. Dropping it lets the process end by itself, and does not wait for that.
#[derive(Debug)]
pub(super) struct Process {
    requests: OwnedFd,
    answers: OwnedFd,
    _control: PipeWriter,
    watched: Arc<Watched>,
    sequence: u32,
    /// Whether an answer was read since the start; what comes before the first one is not ours.
    answered: bool,
}

/// Why a call fails.
#[derive(Debug)]
enum Break {
    Deadline,
    Ended,
    Protocol(String),
    Io(io::Error),
}

impl Process {
    pub(super) fn start(launch: &Launch) -> Result<Self, MobilintError> {
        let (watched, pipes) = start(launch).map_err(|source| MobilintError::NoPython {
            interpreter: launch.python.interpreter.clone(),
            source,
        })?;
        Ok(Self {
            requests: pipes.requests,
            answers: pipes.answers,
            _control: pipes.control,
            watched,
            sequence: 0,
            answered: false,
        })
    }

    pub(super) fn pid(&self) -> u32 {
        self.watched.pid
    }

    pub(super) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.watched))
    }

    /// The last lines of the log.
    pub(super) fn log(&self) -> Vec<String> {
        lock(&self.watched.log).last(usize::MAX)
    }

    /// How many lines were logged so far.
    pub(super) fn log_len(&self) -> usize {
        lock(&self.watched.log).n_lines()
    }

    /// The last lines of those that were logged after the first `n_lines`.
    pub(super) fn log_since(&self, n_lines: usize) -> Vec<String> {
        let log = lock(&self.watched.log);
        log.last(log.n_lines().wrapping_sub(n_lines).min(TAIL))
    }

    /// Ends the process at once; it has broken its contract.
    pub(super) fn kill(self) {
        // The watching thread tries again if this fails.
        let _ = self.watched.kill();
    }

    /// Sends a request and reads its answer into `answer`, whose length becomes that of the payload.
    ///
    /// `frame` begins with room for the header. Its memory and that of `answer` is used again in the next call.
    /// After an error the process is not to be used any more.
    pub(super) fn call(
        &mut self,
        op: Op,
        what: &'static str,
        frame: &mut [u8],
        answer: &mut Vec<u8>,
        deadline: Duration,
    ) -> Result<Op, MobilintError> {
        let end = Deadline::new(deadline);
        let sequence = self.number(op, frame);
        self.write(frame, &end)
            .and_then(|()| self.read(answer, sequence, &end))
            .and_then(|header| {
                if header.op == op || header.op == Op::Err {
                    Ok(header.op)
                } else {
                    Err(Break::Protocol(format!("{:?} for {op:?}", header.op)))
                }
            })
            .map_err(|reason| self.explain(reason, what, &end))
    }

    /// Sends a request that has no answer, if the pipe takes it at once.
    pub(super) fn post(&mut self, op: Op, frame: &mut [u8]) -> Result<(), MobilintError> {
        self.number(op, frame);
        let end = Deadline::new(Duration::ZERO);
        self.write(frame, &end)
            .map_err(|reason| self.explain(reason, "to close a model", &end))
    }

    /// Completes a frame with its header.
    fn number(&mut self, op: Op, frame: &mut [u8]) -> u32 {
        self.sequence = self.sequence.wrapping_add(1);
        let header = Header {
            op,
            sequence: self.sequence,
            len: frame.len() - HEADER_LEN,
        };
        frame[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        self.sequence
    }

    fn write(&self, mut bytes: &[u8], end: &Deadline) -> Result<(), Break> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.requests, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => ready(end, &self.requests, PollFlags::OUT)?,
                Err(Errno::PIPE) => return Err(Break::Ended),
                Err(error) => return Err(Break::Io(error.into())),
            }
        }
        Ok(())
    }

    fn read(
        &mut self,
        answer: &mut Vec<u8>,
        sequence: u32,
        end: &Deadline,
    ) -> Result<Header, Break> {
        let mut header = [0; HEADER_LEN];
        self.read_exact(&mut header, end)?;
        let mut skipped = 0;
        // Something may have written to the standard output before the worker took it away.
        while !self.answered && header[..4] != MAGIC.to_le_bytes() && skipped < MAX_PREAMBLE {
            skipped += 1;
            header.rotate_left(1);
            self.read_exact(&mut header[HEADER_LEN - 1..], end)?;
        }
        let header = Header::parse(header).map_err(|error| Break::Protocol(error.to_string()))?;
        if header.sequence != sequence {
            return Err(Break::Protocol(format!(
                "an answer to request {}, expected {sequence}",
                header.sequence
            )));
        }
        // Memory grows with what arrives, not with what is announced.
        answer.clear();
        while answer.len() < header.len {
            let at = answer.len();
            answer.resize(header.len.min(at + CHUNK), 0);
            self.read_exact(&mut answer[at..], end)?;
        }
        self.answered = true;
        Ok(header)
    }

    fn read_exact(&self, mut bytes: &mut [u8], end: &Deadline) -> Result<(), Break> {
        while !bytes.is_empty() {
            match rustix::io::read(&self.answers, &mut *bytes) {
                Ok(0) => return Err(Break::Ended),
                Ok(count) => bytes = &mut bytes[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => ready(end, &self.answers, PollFlags::IN)?,
                Err(error) => return Err(Break::Io(error.into())),
            }
        }
        Ok(())
    }

    fn explain(&self, reason: Break, what: &'static str, end: &Deadline) -> MobilintError {
        let log = || lock(&self.watched.log).last(TAIL);
        match reason {
            Break::Deadline => MobilintError::Deadline {
                what,
                deadline: end.time,
                log: log(),
            },
            Break::Ended => {
                let exit = self.watched.wait(end.left().min(EXIT_WAIT));
                MobilintError::WorkerEnded {
                    what,
                    exit: exit.unwrap_or_else(|| "it closed its pipes".to_owned()),
                    log: log(),
                }
            }
            Break::Protocol(reason) => MobilintError::Protocol { reason },
            Break::Io(source) => MobilintError::Pipe { what, source },
        }
    }
}

fn ready(end: &Deadline, fd: &OwnedFd, flags: PollFlags) -> Result<(), Break> {
    match end.wait(fd, flags) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Break::Deadline),
        Err(error) => Err(Break::Io(error)),
    }
}
