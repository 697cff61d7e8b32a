use std::marker::PhantomData;

use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext, Operator,
    spatial::{flat_window, output_shape, planes, pool, pool_window, taps},
};
use crate::kernels::{
    pool::{Pool, Reduction},
    taps::{Taps, WindowAxis},
    window_pool::{Ordered, StorageOrder, WindowArgMax, WindowMax},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "MaxPool",
    inputs: 1..=1,
    attributes: &[
        "auto_pad",
        "ceil_mode",
        "dilations",
        "kernel_shape",
        "pads",
        "storage_order",
        "strides",
    ],
    lower,
    any_form: Some(channels_last),
    ..Operator::NUMERIC
};

/// Of an input with the channels last, which may hold integers: the largest stands for the largest number.
fn channels_last(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let input = context.input(0)?;
    if context.wanted > 1 || input.scales.is_some_and(|scales| scales.axis.is_some()) {
        return Ok(None);
    }
    let axes = pool_window(context, input.shape)?;
    if taps(context, &axes, Taps::sliding)?.leave_gaps() {
        return Ok(None);
    }
    pool(context, &axes, Reduction::Max)
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let axes = pool_window(context, input.shape)?;
    let window_taps = taps(context, &axes, Taps::sliding)?;
    if window_taps.leave_gaps() {
        return Err(context.unsupported("windows that lie in the padding alone"));
    }
    match input.element_type {
        ElementType::F32 => match flat_window(&axes) {
            Some(window) => {
                let kernel = Pool::new(context.level, Reduction::Max, window);
                let shape = output_shape(input.shape, input.shape[1], &axes);
                let mut outputs = Lowered::compute(ElementType::F32, shape, vec![0], kernel);
                if context.wanted > 1 {
                    outputs.push(indices::<f32>(context, &axes, window_taps)?);
                }
                Ok(outputs)
            }
            None => general::<f32>(context, &axes, window_taps),
        },
        ElementType::F64 => general::<f64>(context, &axes, window_taps),
        ElementType::I8 => general::<i8>(context, &axes, window_taps),
        ElementType::U8 => general::<u8>(context, &axes, window_taps),
        other => Err(context.unsupported(format!("{other} elements"))),
    }
}

fn general<T: Ordered>(
    context: &NodeContext<'_>,
    axes: &[WindowAxis],
    window_taps: Taps,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?.shape;
    let shape = output_shape(input, input[1], axes);
    let kernel = WindowMax::<T>::new(planes(axes), window_taps);
    let mut outputs = Lowered::compute(T::TYPE, shape, vec![0], kernel);
    if context.wanted > 1 {
        let window_taps = taps(context, axes, Taps::sliding)?;
        outputs.push(indices::<T>(context, axes, window_taps)?);
    }
    Ok(outputs)
}

/// The output `Indices`: where each maximum lies in the input.
fn indices<T: Ordered>(
    context: &NodeContext<'_>,
    axes: &[WindowAxis],
    taps: Taps,
) -> Result<Lowered, BackendError> {
    let input = context.input(0)?.shape;
    let order = if context.flag("storage_order", 0)? {
        StorageOrder::ColumnMajor
    } else {
        StorageOrder::RowMajor
    };
    let kernel = WindowArgMax::<T> {
        planes: planes(axes),
        taps,
        order,
        extents: axes.iter().map(|axis| axis.input).collect(),
        element: PhantomData,
    };
    Ok(Lowered::new(
        ElementType::I64,
        output_shape(input, input[1], axes),
        How::Compute {
            reads: vec![0],
            kernel: Box::new(kernel),
        },
    ))
}
