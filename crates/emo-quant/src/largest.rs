/// The largest numbers of all that were seen, as many as a capacity says: a set that does not depend on their order.
///
/// Memory: at most twice the capacity.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "(usize, Vec<f32>)", into = "(usize, Vec<f32>)")
)]
pub(crate) struct Largest {
    capacity: usize,
    /// The largest numbers, and up to as many that were larger than the threshold when they came.
    kept: Vec<f32>,
    /// Numbers up to this one are not among the largest any more.
    threshold: f32,
}

/// Numbers that are compared with the threshold at once.
const CHUNK: usize = 32;

impl Largest {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            kept: Vec::new(),
            threshold: if capacity == 0 {
                f32::INFINITY
            } else {
                f32::NEG_INFINITY
            },
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes in `sign` times each of the numbers, which are finite.
    pub(crate) fn take_in(&mut self, values: &[f32], sign: f32) {
        for chunk in values.chunks(CHUNK) {
            // Of all at once: a loop that stops at the first, or finds the largest, looks at one after the other.
            let some = chunk
                .iter()
                .fold(false, |some, x| some | (sign * x > self.threshold));
            if !some {
                continue;
            }
            for x in chunk {
                // The sum turns −0 into 0, since the two are in order when numbers are selected.
                let x = sign * x + 0.0;
                if x > self.threshold {
                    self.kept.push(x);
                }
            }
            // Room for one more chunk without growing.
            if self.kept.len() + CHUNK > 2 * self.capacity {
                self.compact();
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.take_in(&other.kept, 1.0);
    }

    /// The numbers that are kept, in no order; a set of up to [`capacity`](Self::capacity) of them.
    pub(crate) fn numbers(&self) -> Vec<f32> {
        let mut numbers = self.kept.clone();
        keep_largest(&mut numbers, self.capacity);
        numbers
    }

    /// The number that `rank` others are not below, if it is known.
    pub(crate) fn nth(&self, rank: usize) -> Option<f32> {
        if rank >= self.capacity || rank >= self.kept.len() {
            return None;
        }
        Some(nth_largest(&mut self.kept.clone(), rank))
    }

    fn compact(&mut self) {
        if self.kept.len() > self.capacity && self.capacity > 0 {
            keep_largest(&mut self.kept, self.capacity);
            self.threshold = self.kept[self.capacity - 1];
        }
    }
}

/// The number that would stand at `rank` if the largest came first.
///
/// # Panics
/// If there are not more numbers than `rank`.
pub(crate) fn nth_largest(values: &mut [f32], rank: usize) -> f32 {
    *values.select_nth_unstable_by(rank, |a, b| b.total_cmp(a)).1
}

/// Drops all but the `n` largest; the smallest of those is then the last one, if any was dropped.
pub(crate) fn keep_largest(values: &mut Vec<f32>, n: usize) {
    if n > 0 && values.len() > n {
        nth_largest(values, n - 1);
    }
    values.truncate(n);
}

impl PartialEq for Largest {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |this: &Self| {
            let mut numbers = this.numbers();
            numbers.sort_unstable_by(f32::total_cmp);
            numbers
        };
        self.capacity == other.capacity && sorted(self) == sorted(other)
    }
}

impl From<Largest> for (usize, Vec<f32>) {
    fn from(largest: Largest) -> Self {
        let mut numbers = largest.numbers();
        numbers.sort_unstable_by(f32::total_cmp);
        (largest.capacity, numbers)
    }
}

impl TryFrom<(usize, Vec<f32>)> for Largest {
    type Error = &'static str;

    fn try_from((capacity, numbers): (usize, Vec<f32>)) -> Result<Self, Self::Error> {
        if numbers.len() > capacity || numbers.iter().any(|x| !x.is_finite()) {
            return Err("the largest numbers are too many, or not finite");
        }
        let mut largest = Self::new(capacity);
        largest.take_in(&numbers, 1.0);
        Ok(largest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_the_end_of_the_sorted_numbers(
            values in prop::collection::vec(-5_i8..100, 1..300),
            capacity in 0_usize..40,
            piece_len in 1_usize..50,
        ) {
            let values: Vec<f32> = values.into_iter().map(f32::from).collect();
            for sign in [1.0, -1.0] {
                let mut sorted: Vec<f32> = values.iter().map(|x| sign * x).collect();
                sorted.sort_by(|a, b| b.total_cmp(a));
                let (mut whole, mut merged) = (Largest::new(capacity), Largest::new(capacity));
                for piece in values.chunks(piece_len) {
                    whole.take_in(piece, sign);
                    let mut part = Largest::new(capacity);
                    part.take_in(piece, sign);
                    part.merge(&merged);
                    merged = part;
                }
                for (rank, &x) in sorted.iter().enumerate() {
                    let expected = (rank < capacity).then_some(x);
                    prop_assert_eq!(whole.nth(rank), expected);
                    prop_assert_eq!(merged.nth(rank), expected);
                }
                prop_assert_eq!(&whole, &merged);
                prop_assert!(whole.kept.len() <= (2 * capacity).max(capacity + CHUNK));
            }
        }
    }
}
