//! Constants as arrays of `f64`, in which weights are computed anew before they are rounded once.

use emo_tensor::{ElementType, Tensor};
use ndarray::{ArrayD, Axis, Dimension, IxDyn};

/// A constant of `f32` or `f64`, if all its elements are finite.
pub(super) fn read(tensor: &Tensor) -> Option<ArrayD<f64>> {
    let array = match tensor {
        Tensor::F32(array) => array.mapv(f64::from),
        Tensor::F64(array) => array.clone(),
        _ => return None,
    };
    array.iter().all(|value| value.is_finite()).then_some(array)
}

/// Rounds to a type that [`read`] reads; none if an element does not fit it.
pub(super) fn write(array: &ArrayD<f64>, element_type: ElementType) -> Option<Tensor> {
    match element_type {
        ElementType::F32 => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounding to the element type is what is asked for"
            )]
            let rounded = array.mapv(|value| value as f32);
            rounded
                .iter()
                .all(|value| value.is_finite())
                .then(|| rounded.into())
        }
        ElementType::F64 => Some(array.clone().into()),
        _ => None,
    }
}

/// Combines two arrays element by element, broadcast against each other as ONNX does.
pub(super) fn combine(
    left: &ArrayD<f64>,
    right: &ArrayD<f64>,
    combine: impl Fn(f64, f64) -> f64,
) -> Option<ArrayD<f64>> {
    let rank = left.ndim().max(right.ndim());
    let extent = |array: &ArrayD<f64>, axis: usize| {
        let missing = rank.saturating_sub(array.ndim());
        match axis.checked_sub(missing) {
            Some(axis) => array.shape().get(axis).copied().unwrap_or(1),
            None => 1,
        }
    };
    let mut shape = Vec::with_capacity(rank);
    for axis in 0..rank {
        shape.push(match (extent(left, axis), extent(right, axis)) {
            (1, extent) | (extent, 1) => extent,
            (left, right) if left == right => left,
            _ => return None,
        });
    }
    let left = left.broadcast(IxDyn(&shape))?;
    let right = right.broadcast(IxDyn(&shape))?;
    let values: Vec<f64> = left
        .iter()
        .zip(right.iter())
        .map(|(&left, &right)| combine(left, right))
        .collect();
    ArrayD::from_shape_vec(IxDyn(&shape), values).ok()
}

/// The elements along `axis` of an array that is broadcast against a value of `rank` axes, whose extent along
/// `axis` is `len`; none if it differs along another axis.
pub(super) fn along(array: &ArrayD<f64>, rank: usize, axis: usize, len: usize) -> Option<Vec<f64>> {
    if array.len() == 1 {
        return array.first().map(|&value| vec![value; len]);
    }
    let offset = rank.checked_sub(array.ndim())?;
    for (index, &extent) in array.shape().iter().enumerate() {
        if extent != 1 && index + offset != axis {
            return None;
        }
    }
    (array.len() == len).then(|| array.iter().copied().collect())
}

/// A vector in the shape in which it is broadcast along `axis` of a value of `rank` axes.
pub(super) fn vector(values: Vec<f64>, rank: usize, axis: usize) -> Option<ArrayD<f64>> {
    let shape: Vec<usize> = (0..rank)
        .map(|index| if index == axis { values.len() } else { 1 })
        .collect();
    ArrayD::from_shape_vec(IxDyn(&shape), values).ok()
}

/// Multiplies what stands at position `i` along `axis` by the `i`-th factor.
pub(super) fn scale(array: &mut ArrayD<f64>, axis: usize, factors: &[f64]) {
    if axis >= array.ndim() {
        return;
    }
    for (mut lane, factor) in array.axis_iter_mut(Axis(axis)).zip(factors) {
        lane.mapv_inplace(|value| value * factor);
    }
}

/// What `weight` gives for inputs `values` along `axis`, summed over all other axes than `kept`: a vector along
/// `kept`.
pub(super) fn sum_products(
    weight: &ArrayD<f64>,
    kept: usize,
    value: impl Fn(&[usize]) -> f64,
) -> Vec<f64> {
    let len = weight.shape().get(kept).copied().unwrap_or_default();
    let mut sums = vec![0.0; len];
    for (index, &element) in weight.indexed_iter() {
        let index = index.slice();
        let place = index.get(kept).copied().unwrap_or_default();
        if let Some(sum) = sums.get_mut(place) {
            *sum += element * value(index);
        }
    }
    sums
}
