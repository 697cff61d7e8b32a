//! Taps applied along both axes, in the arithmetic of the tool that is followed.

use crate::{Plane, Sample, vectors::vectorised};

use super::taps::Taps;
#[cfg(target_arch = "x86_64")]
use super::wide::{Columns, Shuffles};

/// Copies one source pixel to each target pixel.
pub(super) fn pick<T: Sample>(plane: Plane<'_, T>, [columns, rows]: &[Taps; 2], out: &mut [T]) {
    let lines = out.chunks_exact_mut(columns.firsts.len());
    for (line, &row) in lines.zip(&rows.firsts) {
        let source = plane.row(row);
        for (level, &column) in line.iter_mut().zip(&columns.firsts) {
            *level = source[column];
        }
    }
}

/// Sums in double precision, down and then across, which `level` turns into samples.
#[derive(Debug, Clone, Default)]
pub(super) struct Weighted {
    line: Vec<f64>,
}

impl Weighted {
    pub(super) fn run<T: Sample>(
        &mut self,
        plane: Plane<'_, T>,
        [columns, rows]: &[Taps; 2],
        out: &mut [T],
        level: impl Fn(f64) -> T,
    ) {
        self.line.resize(plane.width(), 0.0);
        for (row, out) in out.chunks_exact_mut(columns.firsts.len()).enumerate() {
            self.line.fill(0.0);
            let (first, weights) = rows.of(row);
            let used = (first..).zip(weights).filter(|(_, weight)| **weight != 0.0);
            add_rows(&mut self.line, plane, used);
            let sums = out.iter_mut().zip(&columns.firsts);
            match columns.n_taps {
                2 => {
                    let (lists, _) = columns.weights.as_chunks::<2>();
                    for ((out, &first), [left, right]) in sums.zip(lists) {
                        if let Some([a, b]) = self.line[first..].first_chunk() {
                            *out = level(a * left + b * right);
                        }
                    }
                }
                n_taps => {
                    let lists = columns.weights.chunks_exact(n_taps);
                    for ((out, &first), weights) in sums.zip(lists) {
                        let pixels = self.line[first..].iter().zip(weights);
                        *out = level(pixels.map(|(value, weight)| value * weight).sum());
                    }
                }
            }
        }
    }
}

/// Adds weighted rows to a line, four at a time, in their order.
fn add_rows<'a, T: Sample>(
    line: &mut [f64],
    plane: Plane<'_, T>,
    mut rows: impl Iterator<Item = (usize, &'a f64)>,
) {
    while let Some((row, weight)) = rows.next() {
        let more = [rows.next(), rows.next(), rows.next()];
        let pixels = line.iter_mut().zip(plane.row(row));
        if let [Some(b), Some(c), Some(d)] = more {
            let [row_b, row_c, row_d] = [b, c, d].map(|(row, _)| plane.row(row));
            let others = row_b.iter().zip(row_c).zip(row_d);
            for ((sum, first), ((second, third), fourth)) in pixels.zip(others) {
                *sum += weight * first.to_f64();
                *sum += b.1 * second.to_f64();
                *sum += c.1 * third.to_f64();
                *sum += d.1 * fourth.to_f64();
            }
        } else {
            pixels.for_each(|(sum, sample)| *sum += weight * sample.to_f64());
            for (row, weight) in more.into_iter().flatten() {
                let pixels = line.iter_mut().zip(plane.row(row));
                pixels.for_each(|(sum, sample)| *sum += weight * sample.to_f64());
            }
        }
    }
}

/// Means of 8-bit levels in whole numbers, rounded once.
#[derive(Debug, Clone)]
pub(super) struct Means {
    /// Weights as multiples of one over the source's size.
    columns: Taps<u16>,
    rows: Taps<u16>,
    line: Vec<u32>,
}

impl Means {
    pub(super) fn new([columns, rows]: &[Taps; 2], [width, height]: [usize; 2]) -> Self {
        let whole = |taps: &Taps, source: usize| {
            taps.whole(|weight| (weight * source as f64).round() as u16)
        };
        Self {
            columns: whole(columns, width),
            rows: whole(rows, height),
            line: vec![0; width],
        }
    }

    pub(super) fn run(&mut self, plane: Plane<'_, u8>, out: &mut [u8]) {
        let pixels = plane.len() as f64;
        for (row, out) in out.chunks_exact_mut(self.columns.firsts.len()).enumerate() {
            self.line.fill(0);
            let (first, weights) = self.rows.of(row);
            for (row, &weight) in (first..).zip(weights).filter(|(_, weight)| **weight > 0) {
                for (sum, level) in self.line.iter_mut().zip(plane.row(row)) {
                    *sum += u32::from(weight) * u32::from(*level);
                }
            }
            let lists = self.columns.weights.chunks_exact(self.columns.n_taps);
            for ((out, &first), weights) in out.iter_mut().zip(&self.columns.firsts).zip(lists) {
                let values = self.line[first..].iter().zip(weights);
                let sum: u64 = values.map(|(v, w)| u64::from(*v) * u64::from(*w)).sum();
                *out = round_even(sum as f64 / pixels) as u8;
            }
        }
    }
}

/// Rows that were already resampled across, of which as many are kept as a target row needs.
#[derive(Debug, Clone)]
struct Kept<M> {
    lines: Vec<Vec<M>>,
    /// The next source row.
    next: usize,
}

impl<M: Copy + Default> Kept<M> {
    fn new(n_taps: usize, width: usize) -> Self {
        Self {
            lines: vec![vec![M::default(); width]; n_taps],
            next: 0,
        }
    }

    /// Makes the rows from `first` on that are missing.
    fn advance(&mut self, first: usize, mut across: impl FnMut(usize, &mut [M])) {
        let n_taps = self.lines.len();
        for row in self.next.max(first)..first + n_taps {
            across(row, &mut self.lines[row % n_taps]);
        }
        self.next = first + n_taps;
    }

    fn line(&self, row: usize) -> &[M] {
        &self.lines[row % self.lines.len()]
    }
}

/// OpenCV's arithmetic of 8-bit levels: weights in fixed point, across and then down.
///
/// Levels are taken less 128, so that a row between the passes fits 16 bits.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    across: Across,
    rows: Taps<i16>,
    /// Bits that a sum down is shifted by.
    shift: u32,
    kept: Kept<i16>,
    line: Vec<i32>,
    #[cfg(target_arch = "x86_64")]
    columns: Option<Columns>,
}

impl Fixed {
    /// Of pictures `source` pixels wide; `bits` fractional bits of a weight, of which `dropped` are
    /// rounded away between the passes.
    pub(super) fn new([columns, rows]: &[Taps; 2], source: usize, bits: u32, dropped: u32) -> Self {
        let width = columns.firsts.len();
        let (columns, rows) = (columns.fixed(bits), rows.fixed(bits));
        Self {
            across: Across::new(columns, source, bits, dropped),
            #[cfg(target_arch = "x86_64")]
            columns: Columns::new(&rows, width),
            shift: 2 * bits - dropped,
            kept: Kept::new(rows.n_taps, width),
            line: vec![0; width],
            rows,
        }
    }

    pub(super) fn run(&mut self, plane: Plane<'_, u8>, out: &mut [u8]) {
        let shift = self.shift;
        let half = (128 << shift) + (1 << shift >> 1);
        self.kept.next = 0;
        let level = |sum: i32| ((sum + half) >> shift).clamp(0, 255) as u8;
        for (row, out) in out.chunks_exact_mut(self.line.len()).enumerate() {
            let (first, weights) = self.rows.of(row);
            let across = &mut self.across;
            self.kept
                .advance(first, |row, line| across.run(plane.row(row), line));
            let kept = |tap: usize| self.kept.line(first + tap);
            #[cfg(target_arch = "x86_64")]
            if let Some(columns) = &self.columns {
                columns.run(kept, weights, half, shift, out);
                continue;
            }
            match *weights {
                [upper, lower] => {
                    for (out, (a, b)) in out.iter_mut().zip(kept(0).iter().zip(kept(1))) {
                        *out = level(product(*a, upper) + product(*b, lower));
                    }
                }
                [w0, w1, w2, w3] => {
                    let upper = kept(0).iter().zip(kept(1));
                    let pairs = upper.zip(kept(2).iter().zip(kept(3)));
                    for (out, ((a, b), (c, d))) in out.iter_mut().zip(pairs) {
                        let upper = product(*a, w0) + product(*b, w1);
                        *out = level(upper + product(*c, w2) + product(*d, w3));
                    }
                }
                _ => {
                    self.line.fill(0);
                    for (tap, &weight) in weights.iter().enumerate() {
                        for (sum, value) in self.line.iter_mut().zip(kept(tap)) {
                            *sum += product(*value, weight);
                        }
                    }
                    for (out, sum) in out.iter_mut().zip(&self.line) {
                        *out = level(*sum);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn product(value: i16, weight: i16) -> i32 {
    i32::from(value) * i32::from(weight)
}

/// The pass across of [`Fixed`]. The levels that a target pixel needs are gathered into one word,
/// so that the arithmetic runs over whole vectors.
#[derive(Debug, Clone)]
struct Across {
    columns: Taps<i16>,
    /// The first source pixels, in half their size.
    firsts: Vec<u32>,
    /// The weights tap by tap.
    by_tap: Vec<Vec<i16>>,
    pairs: Vec<u16>,
    fours: Vec<u32>,
    /// Half of what is rounded, less what 128 of each level weighs.
    offset: i32,
    shift: u32,
    #[cfg(target_arch = "x86_64")]
    shuffles: Option<Shuffles>,
}

impl Across {
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(unused_variables, reason = "of shuffles")
    )]
    fn new(columns: Taps<i16>, source: usize, bits: u32, shift: u32) -> Self {
        let by_tap = (0..columns.n_taps).map(|tap| {
            let weights = columns.weights.iter().skip(tap);
            weights.step_by(columns.n_taps).copied().collect()
        });
        let width = columns.firsts.len();
        Self {
            firsts: columns.firsts.iter().map(|first| *first as u32).collect(),
            by_tap: by_tap.collect(),
            pairs: vec![0; width],
            fours: vec![0; width],
            offset: (1 << shift >> 1) - (128 << bits),
            shift,
            #[cfg(target_arch = "x86_64")]
            shuffles: Shuffles::new(&columns, source),
            columns,
        }
    }

    fn run(&mut self, source: &[u8], line: &mut [i16]) {
        let (offset, shift) = (self.offset, self.shift);
        #[cfg(target_arch = "x86_64")]
        if let Some(shuffles) = &self.shuffles {
            return shuffles.run(source, offset, shift, line);
        }
        match self.by_tap.as_slice() {
            [left, right] => {
                gather(source, &self.firsts, &mut self.pairs, u16::from_le_bytes);
                of_pairs(&self.pairs, left, right, offset, shift, line);
            }
            [w0, w1, w2, w3] => {
                gather(source, &self.firsts, &mut self.fours, u32::from_le_bytes);
                of_fours(&self.fours, [w0, w1, w2, w3], offset, shift, line);
            }
            _ => {
                let lists = self.columns.weights.chunks_exact(self.columns.n_taps);
                for ((out, &first), weights) in line.iter_mut().zip(&self.columns.firsts).zip(lists)
                {
                    let pixels = source[first..].iter().zip(weights);
                    let sum: i32 = pixels.map(|(v, w)| product(i16::from(*v), *w)).sum();
                    *out = ((sum + offset) >> shift) as i16;
                }
            }
        }
    }
}

vectorised! {
    fn of_pairs(
        pairs: &[u16], left: &[i16], right: &[i16], offset: i32, shift: u32, line: &mut [i16],
    ) {
        let weights = left.iter().zip(right);
        for ((out, pair), (left, right)) in line.iter_mut().zip(pairs).zip(weights) {
            let sum = product((pair & 0xff) as i16, *left) + product((pair >> 8) as i16, *right);
            *out = ((sum + offset) >> shift) as i16;
        }
    }

    fn of_fours(
        fours: &[u32], weights: [&[i16]; 4], offset: i32, shift: u32, line: &mut [i16],
    ) {
        let [w0, w1, w2, w3] = weights;
        let weights = w0.iter().zip(w1).zip(w2.iter().zip(w3));
        for ((out, four), ((w0, w1), (w2, w3))) in line.iter_mut().zip(fours).zip(weights) {
            let tap = |index: u32| (four >> (8 * index) & 0xff) as i16;
            let lower = product(tap(0), *w0) + product(tap(1), *w1);
            let sum = lower + product(tap(2), *w2) + product(tap(3), *w3);
            *out = ((sum + offset) >> shift) as i16;
        }
    }
}

/// The `N` levels from each of `firsts` on as a word, four at a time. It stands alone so that all of
/// its loop stays in registers.
#[inline(never)]
fn gather<const N: usize, W>(
    source: &[u8],
    firsts: &[u32],
    words: &mut [W],
    word: impl Fn([u8; N]) -> W,
) {
    let at = |first: u32| {
        let first = first as usize;
        let levels = source.get(first..first + N);
        word(
            levels
                .and_then(|levels| levels.try_into().ok())
                .unwrap_or([0; N]),
        )
    };
    let (blocks, rest) = firsts.as_chunks::<4>();
    let (of_blocks, of_rest) = words.as_chunks_mut::<4>();
    for (words, firsts) in of_blocks.iter_mut().zip(blocks) {
        *words = firsts.map(at);
    }
    for (word, first) in of_rest.iter_mut().zip(rest) {
        *word = at(*first);
    }
}

/// The mean of two by two pixels, halves up, of a picture twice as wide and high as `out`.
pub(super) fn halve(plane: Plane<'_, u8>, out: &mut [u8]) {
    for (row, out) in out.chunks_exact_mut(plane.width() / 2).enumerate() {
        let [upper, lower] = [2 * row, 2 * row + 1].map(|row| plane.row(row).as_chunks::<2>().0);
        for (out, (upper, lower)) in out.iter_mut().zip(upper.iter().zip(lower)) {
            let [upper, lower] = [upper, lower].map(|pair| u16::from_le_bytes(*pair));
            let sum = (upper & 0xff) + (upper >> 8) + (lower & 0xff) + (lower >> 8);
            *out = ((sum + 2) >> 2) as u8;
        }
    }
}

/// Pillow's arithmetic of 8-bit levels: weights of 22 fractional bits, rounded after each pass.
#[derive(Debug, Clone)]
pub(super) struct Rounded {
    columns: Taps<i32>,
    rows: Taps<i32>,
    kept: Kept<u8>,
    line: Vec<i32>,
}

impl Rounded {
    const BITS: u32 = 22;

    pub(super) fn new([columns, rows]: &[Taps; 2]) -> Self {
        let whole =
            |taps: &Taps| taps.whole(|weight| (weight * f64::from(1 << Self::BITS)).round() as i32);
        Self {
            columns: whole(columns),
            rows: whole(rows),
            kept: Kept::new(rows.n_taps, columns.firsts.len()),
            line: vec![0; columns.firsts.len()],
        }
    }

    pub(super) fn run(&mut self, plane: Plane<'_, u8>, out: &mut [u8]) {
        const HALF: i32 = 1 << (Rounded::BITS - 1);
        let round = |sum: i32| (sum >> Self::BITS).clamp(0, 255) as u8;
        self.kept.next = 0;
        for (row, out) in out.chunks_exact_mut(self.line.len()).enumerate() {
            let (first, weights) = self.rows.of(row);
            let columns = &self.columns;
            self.kept.advance(first, |row, line| {
                let source = plane.row(row);
                let lists = columns.weights.chunks_exact(columns.n_taps);
                for ((out, &first), weights) in line.iter_mut().zip(&columns.firsts).zip(lists) {
                    let pixels = source[first..].iter().zip(weights);
                    let sum: i32 = pixels.map(|(level, w)| i32::from(*level) * w).sum();
                    *out = round(sum + HALF);
                }
            });
            self.line.fill(HALF);
            for (row, &weight) in (first..).zip(weights).filter(|(_, weight)| **weight != 0) {
                for (sum, level) in self.line.iter_mut().zip(self.kept.line(row)) {
                    *sum += i32::from(*level) * weight;
                }
            }
            for (out, sum) in out.iter_mut().zip(&self.line) {
                *out = round(*sum);
            }
        }
    }
}

/// `round_ties_even` of a value from 0 to 2⁵¹ by an addition, which every processor has.
fn round_even(value: f64) -> f64 {
    const UNITS: f64 = (1_u64 << 52) as f64;
    value + UNITS - UNITS
}
