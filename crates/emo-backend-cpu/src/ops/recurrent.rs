use std::marker::PhantomData;

use emo_backend::{BackendError, emo_tensor::ElementType};
use emo_onnx::Attribute;

use super::{Lowered, NodeContext, normalization::refused, parts::view, value_ref::ValueRef};
use crate::{
    buffer::Slice,
    kernels::{
        real::with_real,
        recurrent::{Activation, Cell, Direction, Operands, Order, Recurrent},
    },
    shape::strides,
};

/// Where the inputs stand that not all recurrent operators have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extra {
    pub(super) cell: Option<usize>,
    pub(super) peepholes: Option<usize>,
}

/// Lowers LSTM, GRU or RNN, whose first six inputs and first two outputs are alike; `defaults` are the activations.
pub(super) fn lower_recurrent(
    context: &NodeContext<'_>,
    cell: Cell,
    extra: Extra,
    defaults: &[Activation],
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let &[outer, inner, features] = &*input.shape else {
        return Err(context.malformed(format!("an input of shape {:?}", input.shape)));
    };
    let batch_first = context.flag("layout", 0)?;
    let (sequence, batch) = if batch_first {
        (inner, outer)
    } else {
        (outer, inner)
    };
    let orders: &[Order] = match context.string("direction", "forward")? {
        "forward" => &[Order::Forward],
        "reverse" => &[Order::Reverse],
        "bidirectional" => &[Order::Forward, Order::Reverse],
        other => return Err(context.malformed(format!("direction `{other}`"))),
    };
    let n = orders.len();
    let recurrent_shape = context.input(2)?.shape;
    let &[_, rows, hidden] = recurrent_shape else {
        return Err(context.malformed(format!("recurrent weights of shape {recurrent_shape:?}")));
    };
    if hidden.checked_mul(cell.gates()) != Some(rows) {
        return Err(context.malformed(format!("recurrent weights of shape {recurrent_shape:?}")));
    }
    let stated = context.int("hidden_size", i64::try_from(hidden).unwrap_or(i64::MAX))?;
    if usize::try_from(stated) != Ok(hidden) {
        return Err(context.malformed(format!(
            "hidden_size is {stated}, the recurrent weights have {hidden}"
        )));
    }
    let state_shape: &[usize] = if batch_first {
        &[batch, n, hidden]
    } else {
        &[n, batch, hidden]
    };
    let expected: [(Option<usize>, &[usize]); 8] = [
        (Some(1), &[n, rows, features]),
        (Some(2), &[n, rows, hidden]),
        (Some(3), &[n, 2 * rows]),
        (Some(4), &[batch]),
        (Some(5), state_shape),
        (extra.cell, state_shape),
        (extra.peepholes, &[n, 3 * hidden]),
        (None, &[]),
    ];
    let mut reads = vec![input.clone()];
    let mut places = [None; 8];
    for (place, &(index, shape)) in expected.iter().enumerate() {
        let Some(index) = index.filter(|&index| context.optional(index).is_some()) else {
            continue;
        };
        let value = context.value(index)?;
        let element_type = if index == 4 {
            ElementType::I32
        } else {
            input.element_type
        };
        if (value.element_type, &*value.shape) != (element_type, shape) {
            return Err(context.malformed(format!(
                "input {index} is {}{:?}, expected {element_type}{shape:?}",
                value.element_type, value.shape
            )));
        }
        places[place] = Some(reads.len());
        reads.push(value);
    }
    if places[0].is_none() || places[1].is_none() {
        return Err(context.malformed("weights are missing"));
    }
    check_lengths(context, sequence)?;
    let activations = activations(context, n * cell.activations(), defaults)?;
    let directions = orders
        .iter()
        .zip(activations.chunks(cell.activations()))
        .map(|(&order, own)| {
            let mut activations = [Activation::Tanh; 3];
            activations[..own.len()].copy_from_slice(own);
            Direction { order, activations }
        })
        .collect();
    let clip = match context.float("clip", f32::INFINITY)? {
        clip if clip >= 0.0 => f64::from(clip),
        clip => return Err(context.malformed(format!("attribute `clip` is {clip}"))),
    };
    let steps = strides(&input.shape);
    let state_steps = strides(state_shape);
    let (input_steps, state_steps) = if batch_first {
        ([steps[1], steps[0]], [state_steps[1], state_steps[0]])
    } else {
        ([steps[0], steps[1]], [state_steps[0], state_steps[1]])
    };
    let operands = Operands {
        bias: places[2],
        lengths: places[3],
        hidden: places[4],
        cell: places[5],
        peepholes: places[6],
    };
    context.check_memory("the hidden states", &[sequence, n, batch, hidden])?;
    context.check_memory("the states", &[3 + cell.gates(), n, batch, hidden])?;
    let reads: Vec<&ValueRef> = reads.iter().collect();
    let (packed, (all, last)) = with_real!(
        input.element_type,
        T => {
            let kernel = Recurrent::<T> {
                cell,
                directions,
                sequence,
                batch,
                features,
                hidden,
                input_steps,
                state_steps,
                clip,
                operands,
                element: PhantomData,
            };
            let (len, lens) = (kernel.len(), kernel.states_len());
            (context.computed(input.element_type, vec![len], &reads, kernel), lens)
        },
        else return Err(refused(context, input.element_type))
    );
    // The kernel's own order is that of layout 0: sequence, directions, batch, hidden.
    let [time_step, direction_step] = [n * batch * hidden, batch * hidden];
    let mut outputs = Vec::with_capacity(3);
    let (shape, steps) = if batch_first {
        (
            vec![batch, sequence, n, hidden],
            [hidden, time_step, direction_step, 1],
        )
    } else {
        (
            vec![sequence, n, batch, hidden],
            [time_step, direction_step, hidden, 1],
        )
    };
    outputs.push(view(context, &packed, (0, &steps), shape)?.lowered());
    let steps = if batch_first {
        [hidden, direction_step, 1]
    } else {
        [direction_step, hidden, 1]
    };
    let n_states = if extra.cell.is_some() { 2 } else { 1 };
    for state in 0..n_states {
        let place = (all + state * last, &steps[..]);
        outputs.push(view(context, &packed, place, state_shape.to_vec())?.lowered());
    }
    Ok(outputs)
}

/// Refuses lengths of sequences, where they are known, that the sequence does not have.
fn check_lengths(context: &NodeContext<'_>, sequence: usize) -> Result<(), BackendError> {
    let Some(Slice::I32(lengths)) = context.optional(4).and_then(|operand| operand.constant) else {
        return Ok(());
    };
    let fits = |&len: &i32| usize::try_from(len).is_ok_and(|len| len <= sequence);
    if lengths.iter().all(fits) {
        return Ok(());
    }
    Err(context.malformed(format!(
        "sequence lengths {lengths:?} in a sequence of {sequence}"
    )))
}

/// The activation functions of all directions, with their parameters.
fn activations(
    context: &NodeContext<'_>,
    count: usize,
    defaults: &[Activation],
) -> Result<Vec<Activation>, BackendError> {
    let names = match context.node.attributes.get("activations") {
        None => {
            for name in ["activation_alpha", "activation_beta"] {
                if context.node.attributes.contains_key(name) {
                    return Err(context.malformed(format!("{name} without activations")));
                }
            }
            return Ok(defaults.iter().copied().cycle().take(count).collect());
        }
        Some(Attribute::Strings(names)) => names,
        Some(_) => return Err(context.malformed("attribute `activations` is not a list of texts")),
    };
    if names.len() != count {
        return Err(context.malformed(format!("activations {names:?}, expected {count} of them")));
    }
    let mut alphas = floats(context, "activation_alpha")?.iter();
    let mut betas = floats(context, "activation_beta")?.iter();
    let activations = names
        .iter()
        .map(|name| activation(context, name, &mut alphas, &mut betas))
        .collect::<Result<_, _>>()?;
    if alphas.len() + betas.len() > 0 {
        return Err(context.malformed(format!(
            "more activation parameters than {names:?} take, each of its own in turn"
        )));
    }
    Ok(activations)
}

fn floats<'n>(context: &'n NodeContext<'_>, name: &str) -> Result<&'n [f32], BackendError> {
    match context.node.attributes.get(name) {
        None => Ok(&[]),
        Some(Attribute::Floats(values)) => Ok(values),
        Some(_) => Err(context.malformed(format!("attribute `{name}` is not a list of numbers"))),
    }
}

/// The function `name`; those that take parameters take the next ones, or the defaults of the operator of that name.
fn activation<'p>(
    context: &NodeContext<'_>,
    name: &str,
    alphas: &mut impl Iterator<Item = &'p f32>,
    betas: &mut impl Iterator<Item = &'p f32>,
) -> Result<Activation, BackendError> {
    let mut alpha = |default: Option<f64>| {
        let given = alphas.next().map(|&alpha| f64::from(alpha));
        given
            .or(default)
            .ok_or_else(|| context.malformed(format!("activation `{name}` without its parameters")))
    };
    let mut beta = |default: Option<f64>| {
        let given = betas.next().map(|&beta| f64::from(beta));
        given
            .or(default)
            .ok_or_else(|| context.malformed(format!("activation `{name}` without its parameters")))
    };
    Ok(match name {
        "Relu" => Activation::Relu,
        "Tanh" => Activation::Tanh,
        "Sigmoid" => Activation::Sigmoid,
        "Softsign" => Activation::Softsign,
        "Softplus" => Activation::Softplus,
        "Affine" => Activation::Affine {
            alpha: alpha(None)?,
            beta: beta(None)?,
        },
        "ScaledTanh" => Activation::ScaledTanh {
            alpha: alpha(None)?,
            beta: beta(None)?,
        },
        "HardSigmoid" => Activation::HardSigmoid {
            alpha: alpha(Some(0.2))?,
            beta: beta(Some(0.5))?,
        },
        "LeakyRelu" => Activation::LeakyRelu {
            alpha: alpha(Some(0.01))?,
        },
        "ThresholdedRelu" => Activation::ThresholdedRelu {
            alpha: alpha(Some(1.0))?,
        },
        "Elu" => Activation::Elu {
            alpha: alpha(Some(1.0))?,
        },
        other => return Err(context.unsupported(format!("activation `{other}`"))),
    })
}
