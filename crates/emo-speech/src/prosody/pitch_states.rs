use std::ops::Range;

use super::first_maximum::first_maximum;

/// A state that a frame can be in: which bin of the pitch scale, and whether voiced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u32);

impl State {
    /// The bin of a voiced frame of a model of `n_bins`.
    pub(super) fn voiced_bin(self, n_bins: usize) -> Option<usize> {
        let state = self.0 as usize;
        (state < n_bins).then_some(state)
    }
}

/// The most probable states of a hidden Markov model whose pitch moves little and whose voicing seldom changes.
///
/// States are `n_bins` voiced ones, then as many unvoiced. From bin to bin the probability falls linearly with the
/// distance. Impossible events have the smallest normal number as probability, as in librosa.
#[derive(Debug, Clone)]
pub(super) struct PitchStates {
    n_bins: usize,
    /// Logarithms of the transition to a bin as far away as the index, not normalized.
    steps: Vec<f64>,
    /// Minus the logarithm of the sum of these of each bin.
    norms: Vec<f64>,
    stay: f64,
    switch: f64,
    scores: Vec<f64>,
    next: Vec<f64>,
    /// Scores and origins of the better of both voicings, for the voiced and the unvoiced states.
    entry: [Vec<(f64, u32)>; 2],
    /// From which entry each bin is best reached.
    nearest: Vec<usize>,
    is_first: bool,
}

impl PitchStates {
    /// Pitch moves by at most `reach` bins.
    pub(super) fn new(n_bins: usize, reach: usize, switch_probability: f64) -> Self {
        let reach = reach.min(n_bins);
        let weight = |distance: usize| 1.0 - distance as f64 / (reach + 1) as f64;
        let norms = (0..n_bins).map(|bin| {
            let below: f64 = (1..=reach.min(bin)).map(weight).sum();
            let above: f64 = (1..=reach.min(n_bins - 1 - bin)).map(weight).sum();
            -(1.0 + below + above).ln()
        });
        Self {
            n_bins,
            steps: (0..=reach).map(|d| weight(d).ln()).collect(),
            norms: norms.collect(),
            stay: (1.0 - switch_probability).ln(),
            switch: switch_probability.ln(),
            scores: vec![0.0; 2 * n_bins],
            next: vec![0.0; 2 * n_bins],
            entry: [vec![(0.0, 0); n_bins], vec![(0.0, 0); n_bins]],
            nearest: vec![0; n_bins],
            is_first: true,
        }
    }

    pub(super) fn n_states(&self) -> usize {
        2 * self.n_bins
    }

    /// Takes the next frame: the probability of each voiced bin, and that of every unvoiced one. Writes from which state
    /// each is best reached.
    pub(super) fn step(&mut self, voiced: &[f64], unvoiced: f64, origins: &mut [State]) {
        let observed = |p: f64| (p + f64::MIN_POSITIVE).ln();
        let unvoiced = observed(unvoiced);
        let n = self.n_bins;
        if self.is_first {
            self.is_first = false;
            let start = observed(1.0 / self.n_states() as f64);
            for (score, &p) in self.scores.iter_mut().zip(voiced) {
                *score = start + observed(p);
            }
            self.scores[n..].fill(start + unvoiced);
            origins.fill(State(0));
            return;
        }
        let best = first_maximum(&self.scores);
        let anywhere = (self.scores[best] + f64::MIN_POSITIVE.ln(), best as u32);
        for bin in 0..n {
            let (from_voiced, from_unvoiced) = (self.scores[bin], self.scores[n + bin]);
            let better = |a: f64, b: f64| {
                let norm = self.norms[bin];
                if a >= b {
                    (a + norm, bin as u32)
                } else {
                    (b + norm, (n + bin) as u32)
                }
            };
            self.entry[0][bin] = better(from_voiced + self.stay, from_unvoiced + self.switch);
            self.entry[1][bin] = better(from_voiced + self.switch, from_unvoiced + self.stay);
        }
        for (voicing, entry) in self.entry.iter().enumerate() {
            best_entries(entry, &self.steps, 0..n, 0, &mut self.nearest);
            for (bin, &nearest) in self.nearest.iter().enumerate() {
                let (score, origin) = entry[nearest];
                let near = (score + self.steps[bin.abs_diff(nearest)], origin);
                let best = if near.0 > anywhere.0 { near } else { anywhere };
                let own = if voicing == 0 {
                    observed(voiced[bin])
                } else {
                    unvoiced
                };
                self.next[voicing * n + bin] = best.0 + own;
                origins[voicing * n + bin] = State(best.1);
            }
        }
        std::mem::swap(&mut self.scores, &mut self.next);
        // Only differences count; this keeps a stream of any length away from the limits of the numbers.
        let best = self.scores[first_maximum(&self.scores)];
        for score in &mut self.scores {
            *score -= best;
        }
    }

    /// The best state of the latest frame.
    pub(super) fn best(&self) -> State {
        State(first_maximum(&self.scores) as u32)
    }

    pub(super) fn reset(&mut self) {
        self.is_first = true;
    }
}

/// Finds for each bin, of which the first is `first`, the entry in `range` that it is best reached from.
///
/// The logarithm of a step is concave in its length, so that paths do not cross: no bin is best reached from below what is
/// best for a lower one. The middle one therefore splits the entries for both halves.
fn best_entries(
    entry: &[(f64, u32)],
    steps: &[f64],
    range: Range<usize>,
    first: usize,
    nearest: &mut [usize],
) {
    let Some(middle) = nearest.len().checked_sub(1).map(|last| last / 2) else {
        return;
    };
    let bin = first + middle;
    let reach = steps.len() - 1;
    let near = range.start.max(bin.saturating_sub(reach))..range.end.min(bin + reach + 1);
    let mut best = (f64::NEG_INFINITY, near.start);
    for from in near {
        let total = entry[from].0 + steps[bin.abs_diff(from)];
        if total > best.0 {
            best = (total, from);
        }
    }
    nearest[middle] = best.1;
    let (lower, higher) = nearest.split_at_mut(middle);
    best_entries(entry, steps, range.start..best.1 + 1, first, lower);
    best_entries(entry, steps, best.1..range.end, bin + 1, &mut higher[1..]);
}

impl State {
    pub(super) const START: Self = Self(0);

    /// The state before this one.
    pub(super) fn origin(self, origins: &[State]) -> State {
        origins[self.0 as usize]
    }
}
