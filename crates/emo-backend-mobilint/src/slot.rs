//! The place of a worker: who uses it, which models it holds, and how it comes back after a failure.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use emo_backend::emo_tensor::TensorInfo;

use crate::{
    Device, MobilintConfig, MobilintError, RuntimeInfo,
    worker::{Failure, Launch, OpenModel, Watch, Worker, lock},
};

/// A place for one worker, which one call has at a time.
#[derive(Debug)]
pub(crate) struct Slot {
    launch: Launch,
    start_deadline: Duration,
    open_deadline: Duration,
    restart_delay: Duration,
    max_restart_delay: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// What is open in the worker, and will be again after a restart.
    models: BTreeMap<u32, Arc<OpenModel>>,
    /// Models that are about to be open.
    opening: usize,
    /// Models that were closed while the worker was busy.
    to_close: Vec<u32>,
    next_number: u32,
    /// How often in a row the worker failed.
    failures: u32,
    last_failure: String,
    /// How often it was started.
    starts: u32,
}

#[derive(Debug)]
enum Phase {
    /// There is no worker, and nobody who needs one.
    Empty,
    Idle(Box<Worker>),
    Busy,
    /// A thread starts it again.
    Restarting,
    ShutDown,
}

/// What a model that was opened is like.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) number: u32,
    pub(crate) inputs: Vec<TensorInfo>,
    pub(crate) outputs: Vec<TensorInfo>,
}

impl Slot {
    pub(crate) fn new(config: &MobilintConfig) -> Arc<Self> {
        Arc::new(Self {
            launch: Launch {
                python: config.python.clone(),
                module: config.runtime.name(),
                log_lines: config.log_lines,
                log: config.log.clone(),
                grace: config.grace,
            },
            start_deadline: config.start_deadline,
            open_deadline: config.open_deadline,
            restart_delay: config.restart_delay,
            max_restart_delay: config.max_restart_delay,
            state: Mutex::new(State {
                phase: Phase::Empty,
                models: BTreeMap::new(),
                opening: 0,
                to_close: Vec::new(),
                next_number: 0,
                failures: 0,
                last_failure: String::new(),
                starts: 0,
            }),
            changed: Condvar::new(),
        })
    }

    /// How many models are open or about to be.
    pub(crate) fn n_models(&self) -> usize {
        let state = lock(&self.state);
        state.models.len() + state.opening
    }

    /// Keeps a place for a model that is going to be opened, until [`open`](Self::open) returns.
    pub(crate) fn reserve(&self) {
        lock(&self.state).opening += 1;
    }

    /// The process id of the worker, if there is one that is not in use, and how often one was started.
    pub(crate) fn worker(&self) -> (Option<u32>, u32) {
        let state = lock(&self.state);
        let pid = match &state.phase {
            Phase::Idle(worker) => Some(worker.pid()),
            _ => None,
        };
        (pid, state.starts)
    }

    pub(crate) fn log(&self) -> Vec<String> {
        match &lock(&self.state).phase {
            Phase::Idle(worker) => worker.log(),
            _ => Vec::new(),
        }
    }

    /// Opens a device.
    pub(crate) fn probe(self: &Arc<Self>, device: &Device) -> Result<RuntimeInfo, MobilintError> {
        let mut worker = self.take_or_start()?;
        let result = worker.probe(device, self.open_deadline);
        self.put_back(worker, result)
    }

    /// Opens a model in a [reserved](Self::reserve) place, and keeps it open over restarts until it is
    /// [closed](Self::close).
    pub(crate) fn open(self: &Arc<Self>, model: OpenModel) -> Result<Opened, MobilintError> {
        let opened = self.open_reserved(model);
        lock(&self.state).opening -= 1;
        opened
    }

    fn open_reserved(self: &Arc<Self>, model: OpenModel) -> Result<Opened, MobilintError> {
        let mut worker = self.take_or_start()?;
        let number = {
            let mut state = lock(&self.state);
            state.next_number = state.next_number.wrapping_add(1);
            state.next_number
        };
        let result = worker.open(number, &model, self.open_deadline);
        if result.is_ok() {
            lock(&self.state).models.insert(number, Arc::new(model));
        }
        let (inputs, outputs) = self.put_back(worker, result)?;
        Ok(Opened {
            number,
            inputs,
            outputs,
        })
    }

    /// Runs a model.
    pub(crate) fn infer(
        self: &Arc<Self>,
        frame: &mut [u8],
        answer: &mut Vec<u8>,
        deadline: Duration,
        device: &Device,
    ) -> Result<(), MobilintError> {
        let begin = Instant::now();
        let mut worker = match self.take(deadline)? {
            Some(worker) => worker,
            None => {
                // Its models wait for a worker that nobody could start a thread for.
                self.fail("there is no worker".to_owned());
                return Err(self.not_ready(deadline));
            }
        };
        let left = deadline.saturating_sub(begin.elapsed());
        let result = worker.infer(frame, answer, left, device);
        // What the caller gave it is what an error is to say.
        let result = result.map_err(|failure| match failure {
            Failure::Broken(MobilintError::Deadline { what, log, .. }) => {
                Failure::Broken(MobilintError::Deadline {
                    what,
                    deadline,
                    log,
                })
            }
            other => other,
        });
        if result.is_ok() {
            lock(&self.state).failures = 0;
        }
        self.put_back(worker, result)
    }

    /// Closes a model, without waiting for a worker that is busy or hangs.
    pub(crate) fn close(self: &Arc<Self>, number: u32) {
        let mut state = lock(&self.state);
        state.models.remove(&number);
        if matches!(state.phase, Phase::Busy) {
            state.to_close.push(number);
        }
        let failed = match &mut state.phase {
            Phase::Idle(worker) => worker.close(number).err(),
            _ => None,
        };
        let broken = failed.map(|error| {
            (
                std::mem::replace(&mut state.phase, Phase::Busy),
                error.to_string(),
            )
        });
        drop(state);
        // A restart that waits may have become needless.
        self.changed.notify_all();
        if let Some((phase, reason)) = broken {
            if let Phase::Idle(worker) = phase {
                worker.kill();
            }
            self.fail(reason);
        }
    }

    /// Ends the worker for good; what is left to watch until it is gone.
    pub(crate) fn shut_down(&self) -> Option<Watch> {
        let mut state = lock(&self.state);
        let phase = std::mem::replace(&mut state.phase, Phase::ShutDown);
        drop(state);
        self.changed.notify_all();
        match phase {
            Phase::Idle(worker) => Some(worker.watch()),
            _ => None,
        }
    }

    /// Takes the worker, or `None` where there is none and the caller is to put one there.
    fn take(&self, deadline: Duration) -> Result<Option<Box<Worker>>, MobilintError> {
        let begin = Instant::now();
        let mut state = lock(&self.state);
        loop {
            match &state.phase {
                Phase::Idle(_) | Phase::Empty => {
                    let phase = std::mem::replace(&mut state.phase, Phase::Busy);
                    return Ok(match phase {
                        Phase::Idle(worker) => Some(worker),
                        _ => None,
                    });
                }
                Phase::ShutDown => return Err(MobilintError::ShutDown),
                Phase::Busy | Phase::Restarting => {}
            }
            let left = deadline.saturating_sub(begin.elapsed());
            if left.is_zero() {
                drop(state);
                return Err(self.not_ready(deadline));
            }
            (state, _) = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn not_ready(&self, deadline: Duration) -> MobilintError {
        let state = lock(&self.state);
        match state.phase {
            Phase::Restarting => MobilintError::Restarting {
                failures: state.failures,
                last: state.last_failure.clone(),
            },
            _ => MobilintError::Busy { deadline },
        }
    }

    fn take_or_start(self: &Arc<Self>) -> Result<Box<Worker>, MobilintError> {
        if let Some(worker) = self.take(self.open_deadline)? {
            return Ok(worker);
        }
        match Worker::start(&self.launch, self.start_deadline) {
            Ok(worker) => {
                lock(&self.state).starts += 1;
                Ok(Box::new(worker))
            }
            Err(error) => {
                self.set(Phase::Empty);
                Err(error)
            }
        }
    }

    fn set(&self, phase: Phase) {
        let mut state = lock(&self.state);
        if !matches!(state.phase, Phase::ShutDown) {
            state.phase = phase;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Gives the worker to the next call, or away if it failed.
    fn put_back<T>(
        self: &Arc<Self>,
        mut worker: Box<Worker>,
        result: Result<T, Failure>,
    ) -> Result<T, MobilintError> {
        let result = match result {
            Ok(value) => Ok(value),
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Broken(error)) => {
                worker.kill();
                self.fail(error.to_string());
                return Err(error);
            }
        };
        let mut state = lock(&self.state);
        while let Some(number) = state.to_close.pop() {
            if let Err(error) = worker.close(number) {
                drop(state);
                worker.kill();
                self.fail(error.to_string());
                return result;
            }
        }
        if !matches!(state.phase, Phase::ShutDown) {
            state.phase = Phase::Idle(worker);
        }
        drop(state);
        self.changed.notify_one();
        result
    }

    /// After the worker was ended: another one is started if somebody needs it.
    fn fail(self: &Arc<Self>, reason: String) {
        let mut state = lock(&self.state);
        state.failures = state.failures.saturating_add(1);
        state.last_failure = reason;
        state.to_close.clear();
        let is_needed = !state.models.is_empty() && !matches!(state.phase, Phase::ShutDown);
        drop(state);
        if !is_needed {
            self.set(Phase::Empty);
            return;
        }
        self.set(Phase::Restarting);
        let slot = Arc::clone(self);
        let restart = thread::Builder::new()
            .name("mobilint-restart".to_owned())
            .spawn(move || slot.restart());
        if restart.is_err() {
            self.set(Phase::Empty);
        }
    }

    /// Starts a worker and opens what was open, as often as it takes and as long as somebody needs it.
    fn restart(self: Arc<Self>) {
        loop {
            let state = lock(&self.state);
            let doublings = state.failures.saturating_sub(1).min(16);
            let delay = (self.restart_delay * (1 << doublings)).min(self.max_restart_delay);
            let (state, _) = self
                .changed
                .wait_timeout_while(state, delay, |state| state.is_wanted())
                .unwrap_or_else(PoisonError::into_inner);
            if !state.is_wanted() {
                drop(state);
                return self.set(Phase::Empty);
            }
            let models: Vec<(u32, Arc<OpenModel>)> = state
                .models
                .iter()
                .map(|(&number, model)| (number, Arc::clone(model)))
                .collect();
            drop(state);
            match self.revive(&models) {
                Ok(mut worker) => {
                    let mut state = lock(&self.state);
                    state.starts += 1;
                    // Closed while it was opened again.
                    let closed = models
                        .iter()
                        .filter(|(number, _)| !state.models.contains_key(number));
                    for (number, _) in closed {
                        // If this fails, so does the next call, which leads here again.
                        let _ = worker.close(*number);
                    }
                    drop(state);
                    return self.set(Phase::Idle(worker));
                }
                Err(error) => {
                    let mut state = lock(&self.state);
                    state.failures = state.failures.saturating_add(1);
                    state.last_failure = error.to_string();
                }
            }
        }
    }

    fn revive(&self, models: &[(u32, Arc<OpenModel>)]) -> Result<Box<Worker>, MobilintError> {
        let mut worker = Worker::start(&self.launch, self.start_deadline)?;
        for (number, model) in models {
            match worker.open(*number, model, self.open_deadline) {
                Ok(_) => {}
                // The other models are not to suffer; whoever runs this one hears that it is not open.
                Err(Failure::Refused(
                    MobilintError::Mxq { .. }
                    | MobilintError::Read { .. }
                    | MobilintError::Config { .. },
                )) => {}
                Err(Failure::Refused(error) | Failure::Broken(error)) => {
                    worker.kill();
                    return Err(error);
                }
            }
        }
        Ok(Box::new(worker))
    }
}

impl State {
    fn is_wanted(&self) -> bool {
        !self.models.is_empty() && matches!(self.phase, Phase::Restarting)
    }
}
