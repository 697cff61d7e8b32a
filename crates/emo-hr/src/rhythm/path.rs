use super::Candidate;

/// Candidates back to which the beat before is looked for.
const REACH: usize = 16;
/// Candidates that are kept: more than the decision lag holds.
const CAPACITY: usize = 128;
/// The interval in seconds that is likeliest before anything is known, and how unlikely others are.
const TYPICAL_INTERVAL: f64 = 0.8;
const INTERVAL_WEIGHT: f64 = 0.3;
/// How much of an interval's deviation the running interval takes over, and up to which deviation, in logarithms.
const ADAPTATION: f64 = 0.2;
const MAX_DEVIATION: f64 = 0.2;
/// The squared deviation up to which a change of the interval counts in full; beyond it counts [`TAIL`] as much. So an
/// ectopic beat is unlikely and not impossible.
const KNEE: f64 = 0.05;
const TAIL: f64 = 0.3;
/// Intervals beyond which the path starts anew, in seconds.
const MAX_INTERVAL: f64 = 4.0;

/// The likeliest sequence of beats among the candidates so far, with decisions that are final after a fixed lag.
///
/// Each state is a pair of successive beats with the running interval of the best sequence that ends with it. Its score
/// is the sum of what speaks for each beat, less what each interval deviates from the running one.
#[derive(Debug, Clone)]
pub(super) struct Path {
    min_interval: f64,
    lag: f64,
    /// Candidate `n` is at `n % CAPACITY`, and so is the best of its states.
    candidates: Vec<Candidate>,
    best: Vec<usize>,
    /// State `k` of candidate `n` has the number `n · REACH + k` and is at that number modulo `CAPACITY · REACH`; its
    /// earlier beat is `k + 1` candidates back.
    states: Vec<State>,
    /// Number of the next candidate.
    next: usize,
    /// Number of the oldest candidate of this path.
    first: usize,
    /// The last state that is final.
    anchor: Option<usize>,
    /// The last beat that is final, in seconds.
    last_beat: f64,
    /// Candidates on the way back from the best state, newest first.
    way: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// Negative infinity if there is no such sequence.
    score: f64,
    /// Logarithm of the running interval.
    interval: f64,
    /// Number of the state before, or [`START`].
    before: usize,
}

const START: usize = usize::MAX;

const NONE: State = State {
    score: f64::NEG_INFINITY,
    interval: 0.0,
    before: START,
};

impl Path {
    pub(super) fn new(min_interval: f64, lag: f64) -> Self {
        let candidate = Candidate {
            seconds: 0.0,
            gain: 0.0,
            strictness: 0.0,
        };
        Self {
            min_interval,
            lag,
            candidates: vec![candidate; CAPACITY],
            best: vec![0; CAPACITY],
            states: vec![NONE; CAPACITY * REACH],
            next: 0,
            first: 0,
            anchor: None,
            last_beat: f64::NEG_INFINITY,
            way: Vec::with_capacity(CAPACITY),
        }
    }

    /// Takes the next candidate; `on_beat` gets the times of what becomes final by it.
    pub(super) fn push(&mut self, candidate: Candidate, on_beat: &mut impl FnMut(f64)) {
        if self.next > self.first {
            let pause = candidate.seconds - self.candidates[(self.next - 1) % CAPACITY].seconds;
            if pause > MAX_INTERVAL || self.anchor.is_some() && !self.can_go_on() {
                self.finish(on_beat);
            }
        }
        let slot = self.next % CAPACITY;
        self.candidates[slot] = candidate;
        self.states[slot * REACH..(slot + 1) * REACH].fill(NONE);
        for k in 0..REACH {
            let Some(before) = self.next.checked_sub(1 + k).filter(|n| *n >= self.first) else {
                break;
            };
            let interval = candidate.seconds - self.candidates[before % CAPACITY].seconds;
            if interval > MAX_INTERVAL {
                break;
            }
            if interval >= self.min_interval {
                self.states[slot * REACH + k] = self.best_with(before, interval.ln(), candidate);
            }
        }
        self.best[slot] = self.best_of(slot);
        self.next += 1;
        self.first = self.first.max(self.next.saturating_sub(CAPACITY));
    }

    /// Makes final what is older than the lag.
    pub(super) fn decide(&mut self, now: f64, on_beat: &mut impl FnMut(f64)) {
        self.commit(now - self.lag, on_beat);
    }

    /// Makes everything final, and starts anew.
    pub(super) fn finish(&mut self, on_beat: &mut impl FnMut(f64)) {
        self.commit(f64::INFINITY, on_beat);
        self.first = self.next;
        self.anchor = None;
    }

    /// Lets the next beat be at any time, for times that start anew.
    pub(super) fn forget(&mut self) {
        self.last_beat = f64::NEG_INFINITY;
    }

    /// The best sequence that ends with `candidate` and, the logarithm of an interval earlier, the candidate `before`.
    fn best_with(&self, before: usize, log: f64, candidate: Candidate) -> State {
        let mut best = NONE;
        if self.anchor.is_none() {
            best = State {
                score: self.candidates[before % CAPACITY].gain,
                interval: log,
                before: START,
            };
        }
        let slot = before % CAPACITY * REACH;
        for (m, state) in self.states[slot..slot + REACH].iter().enumerate() {
            if state.score <= best.score {
                continue;
            }
            let change = log - state.interval;
            let square = change * change;
            let unlikely = square.min(KNEE) + TAIL * (square - KNEE).max(0.0);
            let score = state.score - candidate.strictness * unlikely;
            if score > best.score {
                best = State {
                    score,
                    interval: state.interval
                        + ADAPTATION * change.clamp(-MAX_DEVIATION, MAX_DEVIATION),
                    before: before * REACH + m,
                };
            }
        }
        let from_typical = log - TYPICAL_INTERVAL.ln();
        best.score += candidate.gain - INTERVAL_WEIGHT * from_typical * from_typical;
        best
    }

    fn best_of(&self, slot: usize) -> usize {
        let states = &self.states[slot * REACH..(slot + 1) * REACH];
        (0..REACH).fold(0, |best, k| {
            if states[k].score > states[best].score {
                k
            } else {
                best
            }
        })
    }

    fn score(&self, state: usize) -> f64 {
        self.states[state % (CAPACITY * REACH)].score
    }

    /// The best state of a candidate.
    fn best_state(&self, candidate: usize) -> usize {
        candidate * REACH + self.best[candidate % CAPACITY]
    }

    /// Whether a sequence that contains the anchor is within reach of the next candidate.
    fn can_go_on(&self) -> bool {
        let oldest = self.first.max(self.next.saturating_sub(REACH));
        (oldest..self.next).any(|n| self.score(self.best_state(n)) > f64::NEG_INFINITY)
    }

    fn commit(&mut self, until: f64, on_beat: &mut impl FnMut(f64)) {
        let mut best = START;
        let mut best_score = f64::NEG_INFINITY;
        for n in self.first..self.next {
            let state = self.best_state(n);
            if self.score(state) > best_score {
                (best, best_score) = (state, self.score(state));
            }
        }
        if best == START {
            return;
        }
        // The way back to the anchor; the newest state on it that is final becomes the new one.
        self.way.clear();
        let mut anchor = None;
        let mut state = best;
        while self.anchor != Some(state) {
            let candidate = state / REACH;
            if anchor.is_none() && self.candidates[candidate % CAPACITY].seconds <= until {
                anchor = Some(state);
            }
            self.way.push(candidate);
            let before = self.states[state % (CAPACITY * REACH)].before;
            if before == START {
                self.way.push(candidate - 1 - state % REACH);
                break;
            }
            if before / REACH < self.first {
                break;
            }
            state = before;
        }
        let Some(anchor) = anchor else {
            return;
        };
        for &candidate in self.way.iter().rev() {
            let seconds = self.candidates[candidate % CAPACITY].seconds;
            if candidate <= anchor / REACH && seconds - self.last_beat >= self.min_interval {
                self.last_beat = seconds;
                on_beat(seconds);
            }
        }
        self.keep_only(anchor);
        self.anchor = Some(anchor);
    }

    /// Ends all sequences that do not contain the state `anchor`.
    fn keep_only(&mut self, anchor: usize) {
        let origin = anchor / REACH;
        for candidate in origin..self.next {
            let slot = candidate % CAPACITY;
            for k in 0..REACH {
                let state = candidate * REACH + k;
                let before = self.states[slot * REACH + k].before;
                let lives = state == anchor
                    || candidate > origin
                        && (before == anchor
                            || before != START
                                && before / REACH > origin
                                && self.score(before) > f64::NEG_INFINITY);
                if !lives {
                    self.states[slot * REACH + k].score = f64::NEG_INFINITY;
                }
            }
            self.best[slot] = self.best_of(slot);
        }
        self.first = origin;
    }
}
