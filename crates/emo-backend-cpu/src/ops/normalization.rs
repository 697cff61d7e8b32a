use std::marker::PhantomData;

use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{NodeContext, value_ref::ValueRef};
use crate::{
    kernels::{
        moments::{About, Moments, Sets, Spread, Standardize},
        real::with_real,
    },
    shape::strides,
};

/// The sets of elements of an array of `shape` that differ along `axes` alone.
pub(super) fn sets(
    context: &NodeContext<'_>,
    shape: &[usize],
    axes: &[usize],
) -> Result<Sets, BackendError> {
    // Positions take 8 bytes each; memory is counted in elements of 4.
    let positions = [&[2], shape].concat();
    context.check_memory("the positions of elements", &positions)?;
    let (mut starts, mut offsets) = (vec![0], vec![0]);
    for (axis, (&extent, &step)) in shape.iter().zip(&strides(shape)).enumerate() {
        let positions = if axes.contains(&axis) {
            &mut offsets
        } else {
            &mut starts
        };
        *positions = positions
            .iter()
            .flat_map(|start| (0..extent).map(move |index| start + index * step))
            .collect();
    }
    Ok(Sets { starts, offsets })
}

/// Centre and mean square of each set: `[2, sets]` in `f64`.
pub(super) fn moments(
    context: &NodeContext<'_>,
    input: &ValueRef,
    sets: &Sets,
    about: About,
) -> Result<ValueRef, BackendError> {
    let (sets, shape) = (sets.clone(), vec![2, sets.starts.len()]);
    with_real!(
        input.element_type,
        T => {
            let kernel = Moments::<T> { sets, about, element: PhantomData };
            Ok(context.computed(ElementType::F64, shape, &[input], kernel))
        },
        else Err(refused(context, input.element_type))
    )
}

/// `(input − centre) / spread` of each set.
pub(super) fn standardized(
    context: &NodeContext<'_>,
    input: &ValueRef,
    moments: &ValueRef,
    sets: Sets,
    spread: Spread,
) -> Result<ValueRef, BackendError> {
    let (element_type, shape) = (input.element_type, input.shape.clone());
    with_real!(
        element_type,
        T => {
            let kernel = Standardize::<T> { sets, spread, element: PhantomData };
            Ok(context.computed(element_type, shape, &[input, moments], kernel))
        },
        else Err(refused(context, element_type))
    )
}

/// A vector along axis 1 of an array with `rank` axes, under a shape that broadcasts.
pub(super) fn per_channel(
    context: &NodeContext<'_>,
    index: usize,
    shape: &[usize],
) -> Result<ValueRef, BackendError> {
    let value = context.value(index)?;
    if value.shape != shape[1..2] {
        return Err(context.malformed(format!(
            "input {index} has shape {:?} for {} channels",
            value.shape, shape[1]
        )));
    }
    let mut own = vec![1; shape.len() - 1];
    own[0] = shape[1];
    Ok(context.reshaped(&value, own))
}

/// The attribute `epsilon`, which must not be negative.
pub(super) fn epsilon(context: &NodeContext<'_>) -> Result<f64, BackendError> {
    let epsilon = context.float("epsilon", 1e-5)?;
    if epsilon >= 0.0 && epsilon.is_finite() {
        Ok(f64::from(epsilon))
    } else {
        Err(context.malformed(format!("attribute `epsilon` is {epsilon}")))
    }
}

pub(super) fn refused(context: &NodeContext<'_>, element_type: ElementType) -> BackendError {
    context.unsupported(format!("{element_type} elements"))
}
