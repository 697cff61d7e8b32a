//! Taps applied along both axes, in the arithmetic of the tool that is followed.

use crate::{Plane, Sample};

use super::taps::Taps;

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
            for (row, &weight) in (first..).zip(weights) {
                if weight != 0.0 {
                    for (sum, sample) in self.line.iter_mut().zip(plane.row(row)) {
                        *sum += weight * sample.to_f64();
                    }
                }
            }
            let lists = columns.weights.chunks_exact(columns.n_taps);
            for ((out, &first), weights) in out.iter_mut().zip(&columns.firsts).zip(lists) {
                let pixels = self.line[first..].iter().zip(weights);
                *out = level(pixels.map(|(value, weight)| value * weight).sum());
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
                *out = (sum as f64 / pixels).round_ties_even() as u8;
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
    columns: Taps<i16>,
    rows: Taps<i16>,
    /// Bits that a sum across is shifted by, and one down.
    shifts: [u32; 2],
    kept: Kept<i16>,
    line: Vec<i32>,
}

impl Fixed {
    /// `bits` fractional bits of a weight, of which `dropped` are rounded away between the passes.
    pub(super) fn new([columns, rows]: &[Taps; 2], bits: u32, dropped: u32) -> Self {
        let width = columns.firsts.len();
        Self {
            columns: columns.fixed(bits),
            rows: rows.fixed(bits),
            shifts: [dropped, 2 * bits - dropped],
            kept: Kept::new(rows.n_taps, width),
            line: vec![0; width],
        }
    }

    pub(super) fn run(&mut self, plane: Plane<'_, u8>, out: &mut [u8]) {
        self.kept.next = 0;
        for (row, out) in out.chunks_exact_mut(self.line.len()).enumerate() {
            let (first, weights) = self.rows.of(row);
            let (columns, shift) = (&self.columns, self.shifts[0]);
            self.kept.advance(first, |row, line| match columns.n_taps {
                1 => across::<1>(plane.row(row), columns, shift, line),
                2 => across::<2>(plane.row(row), columns, shift, line),
                4 => across::<4>(plane.row(row), columns, shift, line),
                8 => across::<8>(plane.row(row), columns, shift, line),
                _ => across_any(plane.row(row), columns, shift, line),
            });
            let shift = self.shifts[1];
            let half = (128 << shift) + (1 << shift >> 1);
            let level = |sum: i32| ((sum + half) >> shift).clamp(0, 255) as u8;
            if let [upper, lower] = *weights {
                let lines = self.kept.line(first).iter().zip(self.kept.line(first + 1));
                for (out, (above, below)) in out.iter_mut().zip(lines) {
                    let sum =
                        i32::from(*above) * i32::from(upper) + i32::from(*below) * i32::from(lower);
                    *out = level(sum);
                }
                continue;
            }
            self.line.fill(0);
            for (row, &weight) in (first..).zip(weights) {
                for (sum, value) in self.line.iter_mut().zip(self.kept.line(row)) {
                    *sum += i32::from(*value) * i32::from(weight);
                }
            }
            for (out, sum) in out.iter_mut().zip(&self.line) {
                *out = level(*sum);
            }
        }
    }
}

fn across<const N: usize>(source: &[u8], columns: &Taps<i16>, shift: u32, line: &mut [i16]) {
    let half = 1 << shift >> 1;
    let (lists, _) = columns.weights.as_chunks::<N>();
    for ((out, &first), weights) in line.iter_mut().zip(&columns.firsts).zip(lists) {
        if let Some(levels) = source[first..].first_chunk::<N>() {
            let mut sum = half;
            for (level, weight) in levels.iter().zip(weights) {
                sum += (i32::from(*level) - 128) * i32::from(*weight);
            }
            *out = (sum >> shift) as i16;
        }
    }
}

fn across_any(source: &[u8], columns: &Taps<i16>, shift: u32, line: &mut [i16]) {
    let half = 1 << shift >> 1;
    let lists = columns.weights.chunks_exact(columns.n_taps);
    for ((out, &first), weights) in line.iter_mut().zip(&columns.firsts).zip(lists) {
        let pixels = source[first..].iter().zip(weights);
        let sum: i32 = pixels
            .map(|(level, weight)| (i32::from(*level) - 128) * i32::from(*weight))
            .sum();
        *out = ((sum + half) >> shift) as i16;
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
