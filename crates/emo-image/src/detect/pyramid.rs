use crate::Plane;

/// A frame at half, quarter, … of its size, each level smoothed. Memory is kept between frames.
#[derive(Debug, Clone, Default)]
pub(super) struct Pyramid {
    levels: Vec<Level>,
    /// The level that is to be smoothed and halved, and the one that comes of it.
    raw: Vec<u8>,
    half: Vec<u8>,
    sums: Vec<u16>,
}

/// One level, row by row.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) pixels: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Pyramid {
    /// Fills levels `first..=last`, level 0 being the frame's own size, and returns all up to `last`.
    ///
    /// Levels before `first` hold what an earlier frame left there.
    pub(super) fn fill(&mut self, frame: Plane<'_, u8>, first: usize, last: usize) -> &[Level] {
        if self.levels.len() <= last {
            self.levels.resize_with(last + 1, Level::default);
        }
        let (mut width, mut height) = (frame.width(), frame.height());
        self.raw.clear();
        frame.rows().for_each(|row| self.raw.extend_from_slice(row));
        for index in 0..=last {
            if index >= first {
                let level = &mut self.levels[index];
                (level.width, level.height) = (width, height);
                smooth(&self.raw, width, height, &mut self.sums, &mut level.pixels);
            }
            if index < last {
                halve(&self.raw, width, height, &mut self.half);
                std::mem::swap(&mut self.raw, &mut self.half);
                (width, height) = (width / 2, height / 2);
            }
        }
        &self.levels[..=last]
    }
}

/// The binomial filter 1 2 1 along both axes, its edge pixels repeated outwards.
fn smooth(pixels: &[u8], width: usize, height: usize, sums: &mut Vec<u16>, out: &mut Vec<u8>) {
    out.resize(width * height, 0);
    // The sums down the columns, the first and the last of them twice.
    sums.resize(width + 2, 0);
    for (row, out) in out.chunks_exact_mut(width).enumerate() {
        let upper = &pixels[row.saturating_sub(1) * width..][..width];
        let middle = &pixels[row * width..][..width];
        let lower = &pixels[(row + 1).min(height - 1) * width..][..width];
        let columns = upper.iter().zip(middle).zip(lower);
        for (sum, ((&upper, &middle), &lower)) in sums[1..].iter_mut().zip(columns) {
            *sum = u16::from(upper) + 2 * u16::from(middle) + u16::from(lower);
        }
        sums[0] = sums[1];
        sums[width + 1] = sums[width];
        let sides = sums.iter().zip(&sums[2..]);
        for (out, ((&left, &right), &own)) in out.iter_mut().zip(sides.zip(&sums[1..])) {
            *out = ((left + 2 * own + right + 8) >> 4) as u8;
        }
    }
}

/// The mean of each 2×2 pixels; an odd last column or row is dropped.
fn halve(pixels: &[u8], width: usize, height: usize, out: &mut Vec<u8>) {
    let half = width / 2;
    out.resize(half * (height / 2), 0);
    for (row, out) in out.chunks_exact_mut(half.max(1)).enumerate() {
        let upper = pixels[2 * row * width..][..width].chunks_exact(2);
        let lower = pixels[(2 * row + 1) * width..][..width].chunks_exact(2);
        for (out, (upper, lower)) in out.iter_mut().zip(upper.zip(lower)) {
            let sum = upper
                .iter()
                .chain(lower)
                .map(|&p| u16::from(p))
                .sum::<u16>();
            *out = ((sum + 2) >> 2) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn levels_halve_and_keep_a_flat_frame() {
        let frame = vec![77; 51 * 40];
        let mut pyramid = Pyramid::default();
        let levels = pyramid.fill(Plane::new(&frame, 51, 40).unwrap(), 0, 3);
        let sizes: Vec<_> = levels.iter().map(|l| (l.width, l.height)).collect();
        assert_eq!(sizes, [(51, 40), (25, 20), (12, 10), (6, 5)]);
        assert!(levels.iter().flat_map(|l| &l.pixels).all(|&p| p == 77));
    }

    proptest! {
        #[test]
        fn smoothing_is_the_sum_over_nine_pixels(
            (width, height, pixels) in (1_usize..9, 1_usize..9).prop_flat_map(|(w, h)| {
                (Just(w), Just(h), proptest::collection::vec(any::<u8>(), w * h))
            }),
        ) {
            let mut out = Vec::new();
            smooth(&pixels, width, height, &mut Vec::new(), &mut out);
            let at = |row: usize, column: usize, dy: isize, dx: isize| {
                let row = (row as isize + dy).clamp(0, height as isize - 1) as usize;
                let column = (column as isize + dx).clamp(0, width as isize - 1) as usize;
                u32::from(pixels[row * width + column])
            };
            for row in 0..height {
                for column in 0..width {
                    let mut sum = 8;
                    for dy in -1..=1_isize {
                        for dx in -1..=1_isize {
                            let weight = (2 - dy.unsigned_abs()) * (2 - dx.unsigned_abs());
                            sum += weight as u32 * at(row, column, dy, dx);
                        }
                    }
                    prop_assert_eq!(u32::from(out[row * width + column]), sum / 16);
                }
            }
        }
    }
}
