use std::borrow::Cow;

use ndarray::ArrayRefD;

use crate::{QuantError, calibrator::check_finite};

/// How many running extremes there are side by side, so that they fill a vector register.
const LANES: usize = 16;

/// The activations of one sample, known to be finite, in no particular order.
pub(crate) struct Sample<'a> {
    pub(crate) values: Cow<'a, [f32]>,
    pub(crate) min: f32,
    pub(crate) max: f32,
}

impl<'a> Sample<'a> {
    /// Checks an array and finds its extremes in one pass; `None` for an empty one.
    ///
    /// An array that is not contiguous is copied.
    pub(crate) fn of(activations: &'a ArrayRefD<f32>) -> Result<Option<Self>, QuantError> {
        let values = match activations.as_slice_memory_order() {
            Some(values) => Cow::Borrowed(values),
            None => Cow::Owned(activations.iter().copied().collect()),
        };
        if values.is_empty() {
            return Ok(None);
        }
        let (min, max) = match finite_extremes(&values) {
            Some(extremes) => extremes,
            None => {
                check_finite(activations)?;
                // Unreachable, since both tests look for the same; an error is better than a panic.
                return Err(QuantError::NoData);
            }
        };
        // The sum turns −0 into 0, whichever of the two came first.
        Ok(Some(Self {
            values,
            min: min + 0.0,
            max: max + 0.0,
        }))
    }

    /// The largest magnitude.
    pub(crate) fn magnitude(&self) -> f32 {
        self.max.max(-self.min)
    }
}

/// The lowest and the highest number of a slice that is not empty, or `None` if one is NaN or infinite.
fn finite_extremes(values: &[f32]) -> Option<(f32, f32)> {
    let first = *values.first()?;
    let (mut low, mut high, mut poison) = ([first; LANES], [first; LANES], [0.0_f32; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in chunk.iter().enumerate() {
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
            // 0 for every finite number, NaN for all others.
            poison[lane] += x * 0.0;
        }
    }
    for (lane, &x) in rest.iter().enumerate() {
        low[lane] = low[lane].min(x);
        high[lane] = high[lane].max(x);
        poison[lane] += x * 0.0;
    }
    let finite = poison.iter().all(|&x| x == 0.0);
    let min = low.into_iter().fold(first, f32::min);
    let max = high.into_iter().fold(first, f32::max);
    finite.then_some((min, max))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, arr1};

    use super::*;

    #[test]
    fn extremes_are_those_of_a_plain_scan_at_every_length() {
        let values: Vec<f32> = (0..70).map(|n| ((n * 37 % 71) as f32) - 35.0).collect();
        for len in 1..values.len() {
            let values = &values[..len];
            let array = arr1(values).into_dyn();
            let sample = Sample::of(&array).unwrap().unwrap();
            let min = values.iter().copied().fold(f32::INFINITY, f32::min);
            let max = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!((sample.min, sample.max), (min, max));
        }
    }

    #[test]
    fn what_is_not_finite_is_named_wherever_it_stands() {
        for len in [1, 15, 16, 17, 50] {
            for index in 0..len {
                for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    let mut values = Array1::from_elem(len, f32::MAX);
                    values[index] = value;
                    match Sample::of(&values.into_dyn()).err() {
                        Some(QuantError::NotFinite {
                            index: at,
                            value: found,
                        }) => {
                            assert_eq!(at, index);
                            assert_eq!(found.to_bits(), value.to_bits());
                        }
                        other => unreachable!("{other:?}"),
                    }
                }
            }
        }
    }

    #[test]
    fn strides_do_not_matter() {
        let rows = Array2::from_shape_fn((5, 7), |(i, j)| (i * 10 + j) as f32);
        let every_other = rows.slice(ndarray::s![..;2, 1..;3]).into_dyn();
        let sample = Sample::of(&every_other).unwrap().unwrap();
        assert_eq!((sample.min, sample.max), (1.0, 44.0));
        assert_eq!(sample.values.len(), 6);
    }

    #[test]
    fn an_empty_array_is_nothing() {
        assert!(Sample::of(&Array1::zeros(0).into_dyn()).unwrap().is_none());
    }
}
