//! Threads that help another one with its parts of a job.

#![expect(
    unsafe_code,
    reason = "a job that borrows is lent to threads that outlive it"
)]

use std::{
    any::Any,
    fmt, hint, io,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release, SeqCst},
        },
    },
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

/// How long an idle thread looks for work before it sleeps: longer than the small layers between two large ones, and
/// some times as long as it takes to wake it.
const PATIENCE: Duration = Duration::from_micros(200);

/// Rounds of waiting between two looks at the clock, or before the core is offered to others.
const ROUNDS: u32 = 64;

/// Threads that help the one that asks them.
///
/// Whoever asks computes parts as well, and all that are left if nobody comes in time, so that help which is late
/// costs next to nothing. Asking allocates nothing, neither for the one that asks nor for those that help.
pub(crate) struct Team {
    shared: Arc<Shared>,
    handles: Vec<JoinHandle<()>>,
}

/// What the threads of a team share.
struct Shared {
    /// Whether somebody is being helped.
    taken: AtomicBool,
    job: Mutex<Option<Job>>,
    /// How many parts the present job has.
    parts: AtomicUsize,
    /// The next part that nobody has begun; as many as `parts` and more if there is none.
    next: AtomicUsize,
    /// [`OPEN`] while helpers may begin, plus the number of those that have begun and not ended.
    state: AtomicUsize,
    helpers: Vec<Helper>,
    ends: AtomicBool,
    /// What a helper panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Default)]
struct Helper {
    sleeps: AtomicBool,
}

/// A computation of a part, of which the first number tells which, by one of the threads, of which the second does.
type Part<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// One that is lent to the helpers.
#[derive(Clone, Copy)]
struct Job(*const Part<'static>);

// SAFETY: what it points to is `Sync`; that it lives is what `Closing` sees to.
unsafe impl Send for Job {}

const OPEN: usize = 1 << (usize::BITS - 1);

impl Team {
    /// A team of so many threads, the one that asks among them.
    pub(crate) fn new(threads: usize) -> io::Result<Self> {
        let helpers = threads.saturating_sub(1);
        let shared = Arc::new(Shared {
            taken: AtomicBool::new(false),
            job: Mutex::new(None),
            parts: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            state: AtomicUsize::new(0),
            helpers: (0..helpers).map(|_| Helper::default()).collect(),
            ends: AtomicBool::new(false),
            panic: Mutex::new(None),
        });
        let mut team = Self {
            shared,
            handles: Vec::with_capacity(helpers),
        };
        for index in 0..helpers {
            let shared = Arc::clone(&team.shared);
            let thread = thread::Builder::new().name(format!("emo-cpu-{}", index + 1));
            // If one cannot be started, the team is dropped, which ends those before it.
            let handle = thread.spawn(move || shared.help(index))?;
            team.handles.push(handle);
        }
        Ok(team)
    }

    /// Has sleeping threads look for work, because there will be some soon.
    pub(crate) fn wake(&self) {
        for (helper, handle) in self.shared.helpers.iter().zip(&self.handles) {
            helper.wake(handle.thread());
        }
    }

    /// Computes all parts, each of them once, and returns when the last is done; `false`, and nothing computed, if
    /// the team helps another thread.
    ///
    /// # Panics
    /// As `part` does.
    pub(crate) fn run(&self, parts: usize, part: &Part<'_>) -> bool {
        let shared = &*self.shared;
        if shared.taken.swap(true, Acquire) {
            return false;
        }
        let taken = Taken(shared);
        // SAFETY: only the lifetime changes. Helpers use a job only while `state` counts them, and `closing` does
        // not let this function be left, by a panic either, before it counts none and refuses more.
        let job = Job(unsafe {
            std::mem::transmute::<*const Part<'_>, *const Part<'static>>(std::ptr::from_ref(part))
        });
        *lock(&shared.job) = Some(job);
        shared.parts.store(parts, Relaxed);
        shared.next.store(0, Relaxed);
        shared.state.store(OPEN, SeqCst);
        let closing = Closing(shared);
        self.wake();
        shared.compute(part, 0);
        drop(closing);
        let panicked = lock(&shared.panic).take();
        drop(taken);
        if let Some(panicked) = panicked {
            panic::resume_unwind(panicked);
        }
        true
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.ends.store(true, SeqCst);
        for handle in self.handles.drain(..) {
            handle.thread().unpark();
            // A helper catches what a part panics with.
            let _ = handle.join();
        }
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Team of {}", self.handles.len() + 1)
    }
}

impl Helper {
    fn wake(&self, thread: &Thread) {
        if self.sleeps.load(SeqCst) && self.sleeps.swap(false, SeqCst) {
            thread.unpark();
        }
    }
}

impl Shared {
    /// Computes parts as long as there are any.
    fn compute(&self, part: &Part<'_>, thread: usize) {
        let parts = self.parts.load(Relaxed);
        loop {
            let next = self.next.fetch_add(1, Relaxed);
            if next >= parts {
                return;
            }
            part(next, thread);
        }
    }

    /// The state, if there are parts that nobody has begun.
    fn has_work(&self) -> Option<usize> {
        let state = self.state.load(SeqCst);
        let open = state & OPEN != 0;
        (open && self.next.load(Relaxed) < self.parts.load(Relaxed)).then_some(state)
    }

    /// What a helper does.
    fn help(&self, index: usize) {
        let sleeps = &self.helpers[index].sleeps;
        let mut idle_since = Instant::now();
        let mut round = 0_u32;
        while !self.ends.load(SeqCst) {
            if let Some(state) = self.has_work() {
                // Fails if the job is closed meanwhile, or another helper begins.
                if self
                    .state
                    .compare_exchange(state, state + 1, SeqCst, Relaxed)
                    .is_ok()
                {
                    self.help_once(index + 1);
                    idle_since = Instant::now();
                }
                continue;
            }
            hint::spin_loop();
            round = round.wrapping_add(1);
            if !round.is_multiple_of(ROUNDS) {
                continue;
            }
            // Others may need the core, the thread that is to be helped among them.
            thread::yield_now();
            if idle_since.elapsed() > PATIENCE {
                // Whoever opens a job or ends the team does so before it looks who sleeps.
                sleeps.store(true, SeqCst);
                if self.has_work().is_none() && !self.ends.load(SeqCst) {
                    thread::park();
                }
                sleeps.store(false, SeqCst);
                idle_since = Instant::now();
            }
        }
    }

    /// Computes parts of the present job, in which the helper is counted, and ends to be.
    fn help_once(&self, thread: usize) {
        let job = *lock(&self.job);
        if let Some(Job(part)) = job {
            let compute = || {
                // SAFETY: the job lives at least as long as its helpers are counted.
                self.compute(unsafe { &*part }, thread);
            };
            if let Err(panicked) = panic::catch_unwind(AssertUnwindSafe(compute)) {
                *lock(&self.panic) = Some(panicked);
            }
        }
        self.state.fetch_sub(1, Release);
    }
}

/// Lets no more helpers begin, and waits for those that have.
struct Closing<'a>(&'a Shared);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let Self(shared) = self;
        shared.state.fetch_and(!OPEN, SeqCst);
        let mut round = 0_u32;
        while shared.state.load(Acquire) != 0 {
            round = round.wrapping_add(1);
            if round < ROUNDS {
                hint::spin_loop();
            } else {
                // A helper that has lost its core may need this one.
                thread::yield_now();
            }
        }
    }
}

/// The team helps somebody.
struct Taken<'a>(&'a Shared);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        // There is one left where the thread that asked panics, too.
        *lock(&self.0.panic) = None;
        self.0.taken.store(false, Release);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn every_part_is_computed_once() {
        for threads in 1..5 {
            let team = Team::new(threads).unwrap();
            for parts in (0..40).chain([1000]) {
                let counts: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
                let ran = team.run(parts, &|part, thread| {
                    assert!(thread < threads);
                    counts[part].fetch_add(1, Relaxed);
                });
                assert!(ran);
                assert!(counts.iter().all(|count| count.load(Relaxed) == 1));
            }
        }
    }

    #[test]
    fn a_part_may_wait_for_another_one() {
        let team = Team::new(2).unwrap();
        for _ in 0..100 {
            let met = AtomicUsize::new(0);
            team.run(2, &|_, _| {
                met.fetch_add(1, SeqCst);
                while met.load(SeqCst) < 2 {
                    thread::yield_now();
                }
            });
        }
    }

    #[test]
    fn a_team_that_helps_somebody_refuses_others() {
        let team = Team::new(2).unwrap();
        let inner = AtomicUsize::new(0);
        assert!(team.run(2, &|_, _| {
            if !team.run(1, &|_, _| ()) {
                inner.fetch_add(1, Relaxed);
            }
        }));
        assert_eq!(inner.load(Relaxed), 2);
        assert!(team.run(1, &|_, _| ()));
    }

    #[test]
    fn threads_share_a_team() {
        let team = Team::new(3).unwrap();
        let sum = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let add = |part: usize, _| {
                            sum.fetch_add(part as u64, Relaxed);
                        };
                        if !team.run(10, &add) {
                            (0..10).for_each(|part| add(part, 0));
                        }
                    }
                });
            }
        });
        assert_eq!(sum.load(Relaxed), 4 * 200 * 45);
    }

    #[test]
    fn a_panic_of_any_part_reaches_the_one_that_asked_and_the_team_survives() {
        let team = Team::new(2).unwrap();
        for bad in 0..2 {
            // Both parts wait for each other, so that each thread has one.
            let met = AtomicUsize::new(0);
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                team.run(2, &|_, thread| {
                    met.fetch_add(1, SeqCst);
                    while met.load(SeqCst) < 2 {
                        thread::yield_now();
                    }
                    assert!(thread != bad, "bad");
                })
            }));
            assert!(result.is_err());
            let n = AtomicUsize::new(0);
            assert!(team.run(5, &|_, _| {
                n.fetch_add(1, Relaxed);
            }));
            assert_eq!(n.load(Relaxed), 5);
        }
    }
}
