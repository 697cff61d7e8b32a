use std::collections::VecDeque;

use super::pitch::{Candidates, N_CANDIDATES};

/// Decisions are this many frames behind.
pub(super) const LAG: usize = 40;
/// Periodicity from which a frame is taken for voiced.
const VOICING_THRESHOLD: f64 = 0.7;
/// Weight of a frame's own evidence.
const LOCAL_WEIGHT: f64 = 2.0;
/// Cost of a decision against the threshold, within the local weight.
const THRESHOLD_COST: f64 = 4.0;
/// Cost of a change between voiced and unvoiced.
const VOICING_CHANGE_COST: f64 = 10.0;
/// Cost of staying unvoiced.
const UNVOICED_COST: f64 = 1.0;
/// Weight of changes of pitch.
const PITCH_CHANGE_WEIGHT: f64 = 10.0;
/// Stands for infinity where there is no candidate.
const IMPOSSIBLE: f64 = 1e9;

const N_STATES: usize = N_CANDIDATES + 1;
/// The last state.
const UNVOICED: usize = N_CANDIDATES;

/// Chooses the pitch of each frame among its candidates, or none, so that the contour has the least cost (Viterbi).
///
/// The weights are those of the published configuration of the feature set; the costs were found by measuring at which
/// weights openSMILE's decisions tip over.
#[derive(Debug, Clone)]
pub(super) struct PitchTracker {
    costs: [f64; N_STATES],
    frames: VecDeque<TrellisFrame>,
}

#[derive(Debug, Clone, Copy)]
struct TrellisFrame {
    candidates: Candidates,
    /// Logarithms of the candidates' pitch.
    logs: [f64; N_CANDIDATES],
    predecessors: [usize; N_STATES],
}

impl PitchTracker {
    pub(super) fn new() -> Self {
        Self {
            costs: [0.0; N_STATES],
            frames: VecDeque::with_capacity(LAG + 2),
        }
    }

    pub(super) fn reset(&mut self) {
        self.costs = [0.0; N_STATES];
        self.frames.clear();
    }

    /// Takes a frame and returns the pitch in Hz of the frame [`LAG`] before it, 0 where that is unvoiced.
    pub(super) fn push(&mut self, candidates: &Candidates) -> Option<f64> {
        let logs = candidates.map(|candidate| candidate.hz.ln());
        let mut frame = TrellisFrame {
            candidates: *candidates,
            logs,
            predecessors: [UNVOICED; N_STATES],
        };
        let local = local_costs(candidates);
        match self.frames.back() {
            None => self.costs = local,
            Some(before) => {
                let mut costs = [0.0; N_STATES];
                for state in 0..N_STATES {
                    let (source, cost) = best_source(&self.costs, before, &frame, state);
                    frame.predecessors[state] = source;
                    costs[state] = cost + local[state];
                }
                // Only differences matter, and they stay small.
                let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
                self.costs = costs.map(|cost| cost - least);
            }
        }
        self.frames.push_back(frame);
        (self.frames.len() > LAG).then(|| self.decide_oldest())
    }

    /// The pitch of the oldest frame that is not decided, after the end of the signal.
    pub(super) fn finish(&mut self) -> Option<f64> {
        (!self.frames.is_empty()).then(|| self.decide_oldest())
    }

    fn decide_oldest(&mut self) -> f64 {
        let best = |i: &usize, j: &usize| self.costs[*i].total_cmp(&self.costs[*j]);
        let mut state = (0..N_STATES).min_by(best).expect("there are states");
        for frame in self.frames.iter().skip(1).rev() {
            state = frame.predecessors[state];
        }
        let oldest = self.frames.pop_front().expect("the caller checked");
        oldest.candidates.get(state).map_or(0.0, |c| c.hz)
    }
}

fn local_costs(candidates: &Candidates) -> [f64; N_STATES] {
    std::array::from_fn(|state| match candidates.get(state) {
        None if candidates[0].voicing >= VOICING_THRESHOLD => LOCAL_WEIGHT * THRESHOLD_COST,
        None => 0.0,
        Some(candidate) if candidate.hz <= 0.0 => IMPOSSIBLE,
        Some(candidate) => {
            let evidence = -candidate.voicing.max(1e-10).ln();
            let against = if candidate.voicing < VOICING_THRESHOLD {
                THRESHOLD_COST
            } else {
                0.0
            };
            LOCAL_WEIGHT * (evidence + against) + range_cost(candidate.hz)
        }
    })
}

/// Voices are expected from 100 to 350 Hz.
fn range_cost(hz: f64) -> f64 {
    if hz < 100.0 {
        (100.0 - hz) / 100.0
    } else if hz <= 350.0 {
        0.0
    } else if hz <= 600.0 {
        (hz - 350.0) / 250.0
    } else {
        1.0 + (hz - 600.0) / 1_000.0
    }
}

/// The best state before and its cost with the transition.
///
/// A change of pitch costs its logarithm twice: once as it is, and once as its difference to the change from the
/// candidate that was tried before, which is none for the first.
fn best_source(
    costs: &[f64; N_STATES],
    before: &TrellisFrame,
    now: &TrellisFrame,
    state: usize,
) -> (usize, f64) {
    let mut best = (UNVOICED, costs[UNVOICED] + VOICING_CHANGE_COST);
    if state == UNVOICED {
        best.1 = costs[UNVOICED] + UNVOICED_COST;
    }
    let is_candidate = state != UNVOICED && now.candidates[state].hz > 0.0;
    let mut change_before = 0.0;
    for (source, &total) in costs[..N_CANDIDATES].iter().enumerate() {
        let mut cost = total;
        if state == UNVOICED {
            cost += VOICING_CHANGE_COST;
        } else if is_candidate && before.candidates[source].hz > 0.0 {
            let change = now.logs[state] - before.logs[source];
            cost += PITCH_CHANGE_WEIGHT * (change.abs() + (change - change_before).abs());
            change_before = change;
        }
        if cost < best.1 {
            best = (source, cost);
        }
    }
    best
}
