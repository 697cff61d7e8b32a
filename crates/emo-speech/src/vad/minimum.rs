//! How quiet each band has been lately.

use super::bands::N_BANDS;

/// Number of small values that are kept for each band.
const N_KEPT: usize = 16;

/// After so many frames a value is forgotten.
const MAX_AGE: i16 = 100;

/// What stands for a value that is not there.
const ABSENT: i16 = 10_000;

/// Smoothing with 15 binary digits after the point: 0.2 on the way down, 0.99 on the way up.
const DOWN: i32 = 6553;
const UP: i32 = 32_439;

/// For each band the smoothed third-smallest log energy of the last 100 frames.
#[derive(Debug, Clone)]
pub(super) struct Minima {
    /// Ascending values and their ages in frames.
    kept: [[(i16, i16); N_KEPT]; N_BANDS],
    smoothed: [i16; N_BANDS],
    /// Up to 3, from where on it makes no difference.
    n_frames: u8,
}

impl Default for Minima {
    fn default() -> Self {
        Self {
            kept: [[(ABSENT, 0); N_KEPT]; N_BANDS],
            smoothed: [1600; N_BANDS],
            n_frames: 0,
        }
    }
}

impl Minima {
    pub(super) fn update(&mut self, features: &[i16; N_BANDS]) -> &[i16; N_BANDS] {
        for ((kept, smoothed), &x) in self.kept.iter_mut().zip(&mut self.smoothed).zip(features) {
            age(kept);
            insert(kept, x);
            let (quiet, inertia) = match self.n_frames {
                0 => (1600, 0),
                1 | 2 => (kept[0].0, if kept[0].0 < *smoothed { DOWN } else { UP }),
                _ => (kept[2].0, if kept[2].0 < *smoothed { DOWN } else { UP }),
            };
            let sum = (inertia + 1) * i32::from(*smoothed)
                + (i32::from(i16::MAX) - inertia) * i32::from(quiet);
            *smoothed = ((sum + (1 << 14)) >> 15) as i16;
        }
        self.n_frames = (self.n_frames + 1).min(3);
        &self.smoothed
    }
}

/// Where a value is forgotten, the next one does not age, because it takes its place in this round.
fn age(kept: &mut [(i16, i16); N_KEPT]) {
    for i in 0..N_KEPT {
        if kept[i].1 == MAX_AGE {
            kept[i..].rotate_left(1);
            kept[N_KEPT - 1] = (ABSENT, MAX_AGE + 1);
        } else {
            kept[i].1 = kept[i].1.wrapping_add(1);
        }
    }
}

fn insert(kept: &mut [(i16, i16); N_KEPT], x: i16) {
    let position = kept.partition_point(|&(value, _)| value <= x);
    if position < N_KEPT {
        kept[position..].rotate_right(1);
        kept[position] = (x, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_stays_is_found_and_an_old_minimum_forgotten() {
        let mut minima = Minima::default();
        let mut found = [0; N_BANDS];
        for _ in 0..60 {
            found = *minima.update(&[400; N_BANDS]);
        }
        assert_eq!(found, [400; N_BANDS]);
        for _ in 0..1500 {
            found = *minima.update(&[700; N_BANDS]);
        }
        assert!(found.iter().all(|&x| (650..=700).contains(&x)), "{found:?}");
    }
}
