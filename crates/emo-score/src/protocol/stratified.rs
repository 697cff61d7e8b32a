use crate::{Groups, random::SplitMix64};

/// Bounds the time; a few sweeps are mostly enough.
const MAX_SWEEPS: usize = 50;

/// The fold of each group. No fold stays empty.
pub(super) fn deal(groups: &Groups, classes: &[usize], k: usize, seed: u64) -> Vec<usize> {
    let n_classes = classes.iter().max().map_or(0, |class| class + 1);
    let mut counts = vec![vec![0.0; n_classes]; groups.len()];
    for (&group, &class) in groups.of_sample().iter().zip(classes) {
        counts[group][class] += 1.0;
    }
    let mut order: Vec<usize> = (0..groups.len()).collect();
    SplitMix64::new(seed).shuffle(&mut order);
    order.sort_by(|&a, &b| spread(&counts[b]).total_cmp(&spread(&counts[a])));

    let mut deal = Deal::new(&counts, k);
    for (place, &group) in order.iter().enumerate() {
        let waiting = order.len() - place;
        let empty = deal.sizes.iter().filter(|&&size| size == 0).count();
        let fold = (0..k)
            .filter(|&fold| deal.sizes[fold] == 0 || waiting > empty)
            .min_by(|&a, &b| {
                let cost = |fold| deal.change(fold, &counts[group], &[]);
                cost(a).total_cmp(&cost(b))
            })
            .unwrap_or(0);
        deal.put(group, fold);
    }
    for _ in 0..MAX_SWEEPS {
        if !deal.improve() {
            break;
        }
    }
    deal.fold_of
}

/// The variance of a group's class counts: an uneven group is hard to place late.
fn spread(counts: &[f64]) -> f64 {
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    counts.iter().map(|count| (count - mean).powi(2)).sum()
}

struct Deal<'a> {
    counts: &'a [Vec<f64>],
    /// What an even deal would give each fold of each class.
    even: Vec<f64>,
    /// The classes' weights, so that a rare class counts as much as a frequent one.
    weight: Vec<f64>,
    folds: Vec<Vec<f64>>,
    /// How many groups each fold has.
    sizes: Vec<usize>,
    fold_of: Vec<usize>,
}

impl<'a> Deal<'a> {
    fn new(counts: &'a [Vec<f64>], k: usize) -> Self {
        let n_classes = counts.first().map_or(0, Vec::len);
        let even: Vec<f64> = (0..n_classes)
            .map(|class| counts.iter().map(|group| group[class]).sum::<f64>() / k as f64)
            .collect();
        let weight = even
            .iter()
            .map(|&even| if even > 0.0 { 1.0 / even } else { 0.0 })
            .collect();
        Self {
            counts,
            even,
            weight,
            folds: vec![vec![0.0; n_classes]; k],
            sizes: vec![0; k],
            fold_of: vec![usize::MAX; counts.len()],
        }
    }

    /// How much worse the deal becomes if `added` enters the fold and `removed` leaves it.
    fn change(&self, fold: usize, added: &[f64], removed: &[f64]) -> f64 {
        (0..self.even.len())
            .map(|class| {
                let now = self.folds[fold][class] - self.even[class];
                let entering = added.get(class).unwrap_or(&0.0);
                let leaving = removed.get(class).unwrap_or(&0.0);
                let then = now + entering - leaving;
                self.weight[class] * (then * then - now * now)
            })
            .sum()
    }

    fn put(&mut self, group: usize, fold: usize) {
        let before = std::mem::replace(&mut self.fold_of[group], fold);
        for (class, count) in self.counts[group].iter().enumerate() {
            self.folds[fold][class] += count;
            if before != usize::MAX {
                self.folds[before][class] -= count;
            }
        }
        self.sizes[fold] += 1;
        if before != usize::MAX {
            self.sizes[before] -= 1;
        }
    }

    /// Goes once through all groups and makes every move of one, and every exchange of two, that helps; says whether
    /// any did. Each lowers the same sum by more than rounding.
    fn improve(&mut self) -> bool {
        const LEAST: f64 = 1e-9;
        let counts = self.counts;
        let (n_groups, k) = (counts.len(), self.folds.len());
        let mut improved = false;
        for a in 0..n_groups {
            for to in 0..k {
                let from = self.fold_of[a];
                if to != from
                    && self.sizes[from] > 1
                    && self.change(from, &[], &counts[a]) + self.change(to, &counts[a], &[])
                        < -LEAST
                {
                    self.put(a, to);
                    improved = true;
                }
            }
            for b in a + 1..n_groups {
                let (from, to) = (self.fold_of[a], self.fold_of[b]);
                if to != from
                    && self.change(from, &counts[b], &counts[a])
                        + self.change(to, &counts[a], &counts[b])
                        < -LEAST
                {
                    self.put(a, to);
                    self.put(b, from);
                    improved = true;
                }
            }
        }
        improved
    }
}
