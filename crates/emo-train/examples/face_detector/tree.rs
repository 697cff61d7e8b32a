//! One tree: splits by differences of two lattice points, each the best of many random pairs.

use rand::RngExt;
use rayon::prelude::*;

use crate::{
    sample::{LATTICE, Sample},
    scene::Rng,
};

pub(crate) const DEPTH: usize = 5;
pub(crate) const N_LEAVES: usize = 1 << DEPTH;
/// What a leaf of one unit is worth; leaves are −1 to 1.
pub(crate) const UNIT: f32 = 1.0 / 8192.0;
/// Pairs tried at each node.
const N_PAIRS: usize = 256;
/// Samples of a node by which pairs are judged.
const N_JUDGED: usize = 3000;
const N_BINS: usize = 96;

/// A tree of the cascade, as `emo-image` stores it.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) nodes: [u32; N_LEAVES - 1],
    pub(crate) leaves: [i16; N_LEAVES],
}

impl Tree {
    pub(crate) fn leaf(&self, sample: &Sample) -> usize {
        let mut index = 0;
        while index < N_LEAVES - 1 {
            index = 2 * index + 1 + usize::from(is_right(self.nodes[index], sample));
        }
        index + 1 - N_LEAVES
    }

    pub(crate) fn value(&self, sample: &Sample) -> i32 {
        i32::from(self.leaves[self.leaf(sample)])
    }
}

fn is_right(node: u32, sample: &Sample) -> bool {
    let first = i32::from(sample[(node & 1023) as usize]);
    let second = i32::from(sample[(node >> 10 & 1023) as usize]);
    first - second > (node << 3) as i32 >> 23
}

#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f32,
    node: u32,
}

/// Fits a tree to samples by weighted least squares: leaf values are mean labels, which are −1 and 1.
pub(crate) fn learn(samples: &[&Sample], labels: &[f32], weights: &[f32], rng: &mut Rng) -> Tree {
    let bins = Bins::new();
    let mut tree = Tree {
        nodes: [0; N_LEAVES - 1],
        leaves: [0; N_LEAVES],
    };
    let mut members: Vec<Vec<u32>> = vec![(0..samples.len() as u32).collect()];
    for depth in 0..DEPTH {
        let mut next = Vec::with_capacity(2 * members.len());
        for (index, members) in members.iter().enumerate() {
            let node = best_split(samples, labels, weights, members, &bins, rng);
            tree.nodes[(1 << depth) - 1 + index] = node;
            let (right, left) = members
                .iter()
                .partition(|&&member| is_right(node, samples[member as usize]));
            next.extend([left, right]);
        }
        members = next;
    }
    for (leaf, members) in tree.leaves.iter_mut().zip(&members) {
        let sum = |value: &dyn Fn(usize) -> f32| -> f64 {
            members.iter().map(|&m| f64::from(value(m as usize))).sum()
        };
        let weighted = sum(&|m| weights[m] * labels[m]);
        let total = sum(&|m| weights[m]);
        // A leaf of little weight says little. All weights sum to two.
        *leaf = (weighted / (total + 3e-3) / f64::from(UNIT)).round() as i16;
    }
    tree
}

fn best_split(
    samples: &[&Sample],
    labels: &[f32],
    weights: &[f32],
    members: &[u32],
    bins: &Bins,
    rng: &mut Rng,
) -> u32 {
    let judged: Vec<usize> = if members.len() <= N_JUDGED {
        members.iter().map(|&member| member as usize).collect()
    } else {
        let pick = |_| members[rng.random_range(0..members.len())] as usize;
        (0..N_JUDGED).map(pick).collect()
    };
    let pairs: Vec<(usize, usize)> = (0..N_PAIRS).map(|_| random_pair(rng)).collect();
    let best = pairs
        .par_chunks(32)
        .map(|pairs| {
            let mut sums = vec![[[0.0_f32; 2]; N_BINS]; pairs.len()];
            for &member in &judged {
                let sample = samples[member];
                let (weight, weighted) = (weights[member], weights[member] * labels[member]);
                for (sums, &(first, second)) in sums.iter_mut().zip(pairs) {
                    let bin = bins.of(sample[first], sample[second]);
                    sums[bin][0] += weight;
                    sums[bin][1] += weighted;
                }
            }
            let splits = sums.iter().zip(pairs).map(|(sums, &(first, second))| {
                let (gain, bin) = best_threshold(sums);
                let level = bins.upper[bin];
                let node = first as u32 | (second as u32) << 10 | ((level as u32) & 511) << 20;
                Split { gain, node }
            });
            best_of(splits)
        })
        .collect::<Vec<_>>();
    best_of(best.into_iter()).node
}

/// The first of the best, so that the result does not depend on threads.
fn best_of(splits: impl Iterator<Item = Split>) -> Split {
    let none = Split {
        gain: -1.0,
        node: 0,
    };
    splits.fold(
        none,
        |best, split| {
            if split.gain > best.gain { split } else { best }
        },
    )
}

/// The last bin of the left side that explains most of the labels, and how much that is.
fn best_threshold(sums: &[[f32; 2]; N_BINS]) -> (f32, usize) {
    let all = sums
        .iter()
        .fold([0.0, 0.0], |all, sum| [all[0] + sum[0], all[1] + sum[1]]);
    let mut left = [0.0, 0.0];
    let mut best = (-1.0, 0);
    let floor = 1e-9 + 1e-3 * all[0];
    for (bin, sum) in sums.iter().enumerate().take(N_BINS - 1) {
        left = [left[0] + sum[0], left[1] + sum[1]];
        let right = [all[0] - left[0], all[1] - left[1]];
        let gain = left[1] * left[1] / (left[0] + floor) + right[1] * right[1] / (right[0] + floor);
        if gain > best.0 {
            best = (gain, bin);
        }
    }
    best
}

/// Half of the pairs are anywhere in the window, half are neighbours.
fn random_pair(rng: &mut Rng) -> (usize, usize) {
    let mut point = || rng.random_range(0..LATTICE);
    let (x, y) = (point(), point());
    let (mut other_x, mut other_y) = (point(), point());
    if rng.random_bool(0.5) {
        let mut near = |place: usize| {
            let place = place as i32 + rng.random_range(-6..=6);
            place.clamp(0, LATTICE as i32 - 1) as usize
        };
        (other_x, other_y) = (near(x), near(y));
    }
    (y * LATTICE + x, other_y * LATTICE + other_x)
}

/// Bins of a difference of levels, fine about zero.
#[derive(Debug)]
struct Bins {
    of: [u8; 511],
    /// The largest difference of each bin.
    upper: Vec<i32>,
}

impl Bins {
    fn new() -> Self {
        let mut bins = Self {
            of: [0; 511],
            upper: Vec::new(),
        };
        let mut difference = -255_i32;
        while difference <= 255 {
            let width = match difference.abs() {
                0..8 => 1,
                8..24 => 2,
                24..64 => 4,
                64..128 => 8,
                _ => 16,
            };
            let last = (difference + width - 1).min(255);
            for difference in difference..=last {
                bins.of[(difference + 255) as usize] = bins.upper.len() as u8;
            }
            bins.upper.push(last);
            difference = last + 1;
        }
        assert!(bins.upper.len() <= N_BINS, "{} bins", bins.upper.len());
        bins.upper.resize(N_BINS, 255);
        bins
    }

    fn of(&self, first: u8, second: u8) -> usize {
        usize::from(self.of[usize::from(first) + 255 - usize::from(second)])
    }
}
