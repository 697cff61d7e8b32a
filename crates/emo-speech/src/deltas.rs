use std::ops::Range;

use ndarray::Array2;

use crate::SpeechError;
use crate::signal::{check_range, to_f32};

/// How the change of values over frames is estimated.
///
/// Both are the slope of a straight line of least squares through the values of neighbouring frames. What differs is the
/// beginning and the end, and the second order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deltas {
    /// As `librosa.feature.delta` with `mode="interp"`: the first and last `width / 2` frames have the slope of the first
    /// and last whole window; the second order is the second derivative of a parabola through the same window.
    SavitzkyGolay {
        /// Number of frames, odd, 3 to 255; librosa's default is 9.
        width: usize,
        /// How many orders, 1 or 2.
        n_orders: usize,
    },
    /// As HTK, Kaldi and python_speech_features: the first and last frame are continued; the second order is the delta
    /// of the first.
    Regression {
        /// Number of frames on either side, 1 to 127; HTK's default is 2.
        n_sides: usize,
        /// How many orders, 1 or 2.
        n_orders: usize,
    },
}

impl Deltas {
    pub(crate) fn check(self) -> Result<(), SpeechError> {
        let n_orders = match self {
            Self::SavitzkyGolay { width, n_orders } => {
                check_range("width", width, 3, 255)?;
                if width % 2 == 0 {
                    return Err(SpeechError::EvenWidth { width });
                }
                n_orders
            }
            Self::Regression { n_sides, n_orders } => {
                check_range("n_sides", n_sides, 1, 127)?;
                n_orders
            }
        };
        check_range("n_orders", n_orders, 1, 2)
    }

    /// Number of orders.
    pub fn n_orders(self) -> usize {
        match self {
            Self::SavitzkyGolay { n_orders, .. } | Self::Regression { n_orders, .. } => n_orders,
        }
    }

    /// How many frames after its own are needed for a frame's deltas.
    pub fn delay(self) -> usize {
        match self {
            Self::SavitzkyGolay { width, .. } => width / 2,
            Self::Regression { n_sides, n_orders } => n_sides * n_orders,
        }
    }
}

/// The deltas of each row over its columns: `[n_features, n_frames]` gives `[n_features · n_orders, n_frames]`, those of
/// the first order above those of the second.
///
/// # Errors
/// [`SpeechError::ConfigOutOfRange`], [`SpeechError::EvenWidth`]; [`SpeechError::TooFewFrames`] for the Savitzky–Golay
/// filter below `width` frames.
///
/// # Example
/// ```
/// use emo_speech::{Deltas, deltas};
/// use ndarray::array;
///
/// let rising = array![[1.0, 2.0, 3.0, 4.0]];
/// let slope = deltas(&rising, Deltas::Regression { n_sides: 1, n_orders: 1 })?;
/// assert_eq!(slope, array![[0.5, 1.0, 1.0, 0.5]]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// A. Savitzky, M. J. E. Golay, Smoothing and differentiation of data by simplified least squares procedures, Analytical
/// Chemistry 36(8), 1964, doi:10.1021/ac60214a047.
///
/// S. Furui, Speaker-independent isolated word recognition using dynamic features of speech spectrum, IEEE Transactions
/// on Acoustics, Speech, and Signal Processing 34(1), 1986, doi:10.1109/TASSP.1986.1164788.
pub fn deltas(values: &Array2<f32>, deltas: Deltas) -> Result<Array2<f32>, SpeechError> {
    deltas.check()?;
    let (n_features, n_frames) = values.dim();
    let mut stream = DeltaStream::new(deltas, n_features);
    let mut result = Array2::zeros((n_features * deltas.n_orders(), n_frames));
    let mut columns = result.columns_mut().into_iter();
    let mut write = |row: &[f64]| {
        let column = columns.next().expect("as many rows come as go in");
        for (value, &x) in column.into_iter().zip(&row[n_features..]) {
            *value = to_f32(x);
        }
    };
    let mut row = vec![0.0; n_features];
    for frame in values.columns() {
        for (x, &value) in row.iter_mut().zip(frame) {
            *x = f64::from(value);
        }
        stream.push(&row, &mut write);
    }
    stream.finish(&mut write)?;
    Ok(result)
}

/// Adds deltas to rows that come one by one.
#[derive(Debug)]
pub(crate) struct DeltaStream {
    stages: Vec<Stage>,
}

/// Adds the deltas of some of a row's values to the row.
#[derive(Debug)]
struct Stage {
    row_len: usize,
    source: Range<usize>,
    /// One set for each order, as long as the window.
    weights: Vec<Vec<f64>>,
    /// Whether the first and last row are continued; otherwise the deltas of the first and last window are.
    holds_rows: bool,
    /// The latest rows, the oldest at `oldest`.
    window: Vec<f64>,
    oldest: usize,
    /// Rows in the window.
    filled: usize,
    output: Vec<f64>,
}

impl DeltaStream {
    /// For rows of `row_len` values. The settings have been checked.
    pub(crate) fn new(deltas: Deltas, row_len: usize) -> Self {
        let stages = match deltas {
            Deltas::SavitzkyGolay { width, n_orders } => {
                let weights = vec![slope_weights(width), curvature_weights(width)];
                let weights = weights.into_iter().take(n_orders).collect();
                vec![Stage::new(row_len, 0..row_len, weights, false)]
            }
            Deltas::Regression { n_sides, n_orders } => (0..n_orders)
                .map(|order| {
                    let source = order * row_len..(order + 1) * row_len;
                    let weights = vec![slope_weights(2 * n_sides + 1)];
                    Stage::new(source.end, source, weights, true)
                })
                .collect(),
        };
        Self { stages }
    }

    pub(crate) fn reset(&mut self) {
        for stage in &mut self.stages {
            stage.filled = 0;
        }
    }

    /// Takes the next row and hands out those that are complete: values, then deltas.
    pub(crate) fn push(&mut self, row: &[f64], emit: &mut dyn FnMut(&[f64])) {
        push_through(&mut self.stages, row, emit);
    }

    /// Hands out the rest of the rows and begins anew.
    pub(crate) fn finish(&mut self, emit: &mut dyn FnMut(&[f64])) -> Result<(), SpeechError> {
        let result = finish_through(&mut self.stages, emit);
        self.reset();
        result
    }
}

fn push_through(stages: &mut [Stage], row: &[f64], emit: &mut dyn FnMut(&[f64])) {
    match stages.split_first_mut() {
        None => emit(row),
        Some((stage, later)) => stage.push(row, &mut |row| push_through(later, row, emit)),
    }
}

fn finish_through(stages: &mut [Stage], emit: &mut dyn FnMut(&[f64])) -> Result<(), SpeechError> {
    let Some((stage, later)) = stages.split_first_mut() else {
        return Ok(());
    };
    stage.finish(&mut |row| push_through(later, row, emit))?;
    finish_through(later, emit)
}

impl Stage {
    fn new(row_len: usize, source: Range<usize>, weights: Vec<Vec<f64>>, holds_rows: bool) -> Self {
        Self {
            window: vec![0.0; row_len * weights[0].len()],
            output: vec![0.0; row_len + source.len() * weights.len()],
            row_len,
            source,
            weights,
            holds_rows,
            oldest: 0,
            filled: 0,
        }
    }

    fn width(&self) -> usize {
        self.weights[0].len()
    }

    fn push(&mut self, row: &[f64], emit: &mut dyn FnMut(&[f64])) {
        let half = self.width() / 2;
        if self.holds_rows && self.filled == 0 {
            for _ in 0..half {
                self.append(row);
            }
        }
        let was_full = self.filled == self.width();
        self.append(row);
        if self.filled < self.width() {
            return;
        }
        self.measure();
        let first = if was_full || self.holds_rows { half } else { 0 };
        for position in first..=half {
            self.emit(position, emit);
        }
    }

    fn finish(&mut self, emit: &mut dyn FnMut(&[f64])) -> Result<(), SpeechError> {
        let (width, half) = (self.width(), self.width() / 2);
        if self.filled == 0 {
            return Ok(());
        }
        if self.holds_rows {
            for _ in 0..half {
                let newest = (self.oldest + self.filled - 1) % width * self.row_len;
                let slot = self.next_slot();
                self.window.copy_within(newest..newest + self.row_len, slot);
                self.advance();
                if self.filled == width {
                    self.measure();
                    self.emit(half, emit);
                }
            }
        } else if self.filled < width {
            return Err(SpeechError::TooFewFrames {
                actual: self.filled,
                required: width,
            });
        } else {
            for position in half + 1..width {
                self.emit(position, emit);
            }
        }
        Ok(())
    }

    /// Where the next row goes in the window.
    fn next_slot(&self) -> usize {
        (self.oldest + self.filled) % self.width() * self.row_len
    }

    fn advance(&mut self) {
        if self.filled < self.width() {
            self.filled += 1;
        } else {
            self.oldest = (self.oldest + 1) % self.width();
        }
    }

    fn append(&mut self, row: &[f64]) {
        let slot = self.next_slot();
        self.window[slot..slot + self.row_len].copy_from_slice(row);
        self.advance();
    }

    /// Writes the deltas of the window into the output.
    fn measure(&mut self) {
        let (width, row_len) = (self.width(), self.row_len);
        let deltas = &mut self.output[row_len..];
        for (weights, deltas) in self
            .weights
            .iter()
            .zip(deltas.chunks_mut(self.source.len()))
        {
            for (delta, column) in deltas.iter_mut().zip(self.source.clone()) {
                let value = |position: usize| {
                    let slot = (self.oldest + position) % width;
                    self.window[slot * row_len + column]
                };
                *delta = weights
                    .iter()
                    .enumerate()
                    .map(|(position, weight)| weight * value(position))
                    .sum();
            }
        }
    }

    fn emit(&mut self, position: usize, emit: &mut dyn FnMut(&[f64])) {
        let slot = (self.oldest + position) % self.width() * self.row_len;
        self.output[..self.row_len].copy_from_slice(&self.window[slot..slot + self.row_len]);
        emit(&self.output);
    }
}

/// The slope of the line of least squares.
fn slope_weights(width: usize) -> Vec<f64> {
    let offsets = offsets(width);
    let squares: f64 = offsets.iter().map(|k| k * k).sum();
    offsets.iter().map(|k| k / squares).collect()
}

/// The second derivative of the parabola of least squares.
fn curvature_weights(width: usize) -> Vec<f64> {
    let offsets = offsets(width);
    let n = width as f64;
    let mean_square = offsets.iter().map(|k| k * k).sum::<f64>() / n;
    let centred = |k: &f64| k * k - mean_square;
    let squares: f64 = offsets.iter().map(|k| centred(k).powi(2)).sum();
    offsets.iter().map(|k| 2.0 * centred(k) / squares).collect()
}

fn offsets(width: usize) -> Vec<f64> {
    let half = (width / 2) as f64;
    (0..width).map(|k| k as f64 - half).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn polynomial(n_frames: usize) -> Array2<f32> {
        Array2::from_shape_fn((1, n_frames), |(_, t)| {
            let t = t as f32;
            3.0 - 0.5 * t + 0.25 * t * t
        })
    }

    #[test]
    fn a_parabola_has_its_derivatives() {
        let order = Deltas::SavitzkyGolay {
            width: 5,
            n_orders: 2,
        };
        let result = deltas(&polynomial(12), order).unwrap();
        for t in 0..12 {
            // The slope at the ends is that of the first and last whole window, in its middle.
            let middle = (t as f64).clamp(2.0, 9.0);
            emo_testing::assert_close([result[[0, t]]], [-0.5 + 0.5 * middle], 1e-6, 1e-6);
            emo_testing::assert_close([result[[1, t]]], [0.5], 1e-6, 1e-6);
        }
    }

    #[test]
    fn a_regression_continues_the_ends() {
        let order = Deltas::Regression {
            n_sides: 2,
            n_orders: 2,
        };
        for n_frames in [1, 2, 3, 9] {
            let values = polynomial(n_frames);
            let held = |row: &[f64], t: isize| {
                let last = isize::try_from(row.len()).unwrap() - 1;
                row[usize::try_from(t.clamp(0, last)).unwrap()]
            };
            let slope = |row: &[f64]| -> Vec<f64> {
                (0..isize::try_from(row.len()).unwrap())
                    .map(|t| {
                        (held(row, t + 1) - held(row, t - 1)
                            + 2.0 * (held(row, t + 2) - held(row, t - 2)))
                            / 10.0
                    })
                    .collect()
            };
            let row: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
            let first = slope(&row);
            let second = slope(&first);
            let actual = deltas(&values, order).unwrap();
            emo_testing::assert_close(actual.row(0).to_vec(), first, 1e-6, 1e-6);
            emo_testing::assert_close(actual.row(1).to_vec(), second, 1e-6, 1e-6);
        }
    }

    #[test]
    fn too_few_frames_and_even_widths_are_errors() {
        let order = |width| Deltas::SavitzkyGolay { width, n_orders: 1 };
        assert!(matches!(
            deltas(&polynomial(8), order(9)),
            Err(SpeechError::TooFewFrames {
                actual: 8,
                required: 9
            })
        ));
        assert!(deltas(&polynomial(8), order(4)).is_err());
        assert!(deltas(&polynomial(8), order(1)).is_err());
    }
}
