use crate::{
    Histogram, QuantError,
    histogram::SIDE,
    largest::{Largest, nth_largest},
    sample::Sample,
};

/// What is needed to name the n-th largest of all numbers: a histogram, and the numbers at both ends.
///
/// Exact for ranks below the capacity of the ends, else with the error of [`Histogram`]. A deeper rank never has a
/// larger number. All of it depends on the set of numbers alone.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct OrderStatistics {
    histogram: Histogram,
    highest: Largest,
    /// The lowest numbers, each with its sign turned.
    lowest: Largest,
}

impl OrderStatistics {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            histogram: Histogram::new(),
            highest: Largest::new(capacity),
            lowest: Largest::new(capacity),
        }
    }

    /// Of numbers that are not below 0, whose lowest ones nobody will ask for.
    pub(crate) fn of_magnitudes(capacity: usize) -> Self {
        Self {
            lowest: Largest::new(0),
            ..Self::new(capacity)
        }
    }

    pub(crate) fn observe(&mut self, sample: &Sample<'_>) {
        self.histogram.count_sample(sample);
        self.highest.take_in(&sample.values, 1.0);
        self.lowest.take_in(&sample.values, -1.0);
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if self.highest.capacity() != other.highest.capacity() {
            return Err(QuantError::Merge {
                what: "numbers of values that are kept exactly",
            });
        }
        self.histogram.merge(&other.histogram);
        self.highest.merge(&other.highest);
        self.lowest.merge(&other.lowest);
        Ok(())
    }

    pub(crate) fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// The number that `rank` others are not below; the lowest one if there are not as many.
    pub(crate) fn nth_largest(&self, rank: u64) -> Result<f32, QuantError> {
        let (min, max) = self.histogram.extent().ok_or(QuantError::NoData)?;
        if rank == 0 {
            return Ok(max);
        }
        if let Some(exact) = exact(&self.highest, rank) {
            return Ok(exact);
        }
        let positive = self.histogram.positive().iter().enumerate().rev();
        let negative = self.histogram.negative().iter().enumerate();
        let near_zero = self.histogram.near_zero();
        let mut above = 0;
        let mut reached = |count: u64| {
            above += count;
            above > rank
        };
        let estimate = if let Some((n, _)) = positive.clone().find(|&(_, &count)| reached(count)) {
            center(self.histogram.edges(n))
        } else if reached(near_zero) {
            0.0
        } else if let Some((n, _)) = negative.clone().find(|&(_, &count)| reached(count)) {
            -center(self.histogram.edges(n))
        } else {
            min
        };
        Ok(below_known(&self.highest, estimate).clamp(min, max))
    }

    /// The number that `rank` others are not above; the highest one if there are not as many.
    pub(crate) fn nth_smallest(&self, rank: u64) -> Result<f32, QuantError> {
        let (min, max) = self.histogram.extent().ok_or(QuantError::NoData)?;
        if rank == 0 {
            return Ok(min);
        }
        if let Some(exact) = exact(&self.lowest, rank) {
            return Ok(-exact + 0.0);
        }
        let positive = self.histogram.positive().iter().enumerate();
        let negative = self.histogram.negative().iter().enumerate().rev();
        let near_zero = self.histogram.near_zero();
        let mut below = 0;
        let mut reached = |count: u64| {
            below += count;
            below > rank
        };
        let estimate = if let Some((n, _)) = negative.clone().find(|&(_, &count)| reached(count)) {
            -center(self.histogram.edges(n))
        } else if reached(near_zero) {
            0.0
        } else if let Some((n, _)) = positive.clone().find(|&(_, &count)| reached(count)) {
            center(self.histogram.edges(n))
        } else {
            max
        };
        Ok((-below_known(&self.lowest, -estimate) + 0.0).clamp(min, max))
    }

    /// The magnitude that `rank` others are not below; the smallest one if there are not as many.
    pub(crate) fn nth_largest_magnitude(&self, rank: u64) -> Result<f32, QuantError> {
        let (min, max) = self.histogram.extent().ok_or(QuantError::NoData)?;
        let rank = rank.min(self.histogram.count().saturating_sub(1));
        let largest = max.max(-min);
        if rank == 0 {
            return Ok(largest);
        }
        // The largest magnitudes of all are among the highest and the lowest numbers.
        let mut ends = self.highest.numbers();
        ends.extend(self.lowest.numbers());
        for x in &mut ends {
            *x = x.max(0.0);
        }
        let known = self.highest.capacity().min(ends.len());
        if let Some(rank) = usize::try_from(rank).ok().filter(|&rank| rank < known) {
            return Ok(nth_largest(&mut ends, rank));
        }
        let positive = self.histogram.positive();
        let negative = self.histogram.negative();
        let of = |side: &[u64], n: usize| side.get(n).copied().unwrap_or(0);
        let mut above = 0;
        let bin = (0..SIDE).rev().find(|&n| {
            above += of(positive, n) + of(negative, n);
            above > rank
        });
        let estimate = bin.map_or(0.0, |n| center(self.histogram.edges(n)));
        let bound = match known {
            0 => largest,
            known => nth_largest(&mut ends, known - 1),
        };
        Ok(estimate.max(min.max(-max)).min(bound))
    }
}

fn exact(end: &Largest, rank: u64) -> Option<f32> {
    usize::try_from(rank).ok().and_then(|rank| end.nth(rank))
}

/// A number that is further inside than those that are known exactly cannot be beyond them.
fn below_known(end: &Largest, estimate: f32) -> f32 {
    let last = end.capacity().checked_sub(1).and_then(|rank| end.nth(rank));
    last.map_or(estimate, |last| estimate.min(last))
}

fn center((low, high): (f64, f64)) -> f32 {
    (0.5 * (low + high)) as f32
}
