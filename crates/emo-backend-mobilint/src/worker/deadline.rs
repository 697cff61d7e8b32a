use std::{
    io,
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

/// The end of the time that something has.
#[derive(Debug)]
pub(super) struct Deadline {
    pub(super) time: Duration,
    end: Instant,
}

impl Deadline {
    pub(super) fn new(time: Duration) -> Self {
        let now = Instant::now();
        Self {
            time,
            end: now.checked_add(time).unwrap_or(now + FAR),
        }
    }

    pub(super) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Waits until a pipe is ready, or has lost its other end; whether that was in time.
    pub(super) fn wait(&self, fd: &OwnedFd, flags: PollFlags) -> io::Result<bool> {
        loop {
            let mut fds = [PollFd::new(fd, flags)];
            match poll(&mut fds, Some(&timespec(self.left()))) {
                Ok(0) if self.left().is_zero() => return Ok(false),
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// As good as forever, and no overflow.
const FAR: Duration = Duration::from_secs(1 << 30);

pub(super) fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: time.min(FAR).as_secs().cast_signed(),
        tv_nsec: time.subsec_nanos().into(),
    }
}
