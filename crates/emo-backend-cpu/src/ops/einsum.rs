use emo_backend::BackendError;

use super::{
    Empty, Lowered, NodeContext, Operator,
    blocks::movement,
    elementwise::refused,
    equation::{Equation, Label},
    product::Product,
    reduce::summed,
    value_ref::ValueRef,
};
use crate::{
    buffer::Buffer,
    kernels::{
        gemm::Strided,
        movement::{Part, Place},
    },
    number::with_number,
    shape::{element_count, strides},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Einsum",
    inputs: 1..=usize::MAX,
    attributes: &["equation"],
    lower,
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};

/// A value whose axes have distinct labels, none of extent 1.
#[derive(Debug, Clone)]
struct Factor {
    value: ValueRef,
    labels: Vec<Label>,
}

/// Multiplies the operands pair by pair, each time the pair with the smallest product, and sums as soon as it can.
fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let operands = (0..context.inputs.len())
        .map(|index| context.value(index))
        .collect::<Result<Vec<_>, _>>()?;
    let element_type = operands[0].element_type;
    if !with_number!(element_type, _T => true, else false) {
        return Err(refused(context, element_type));
    }
    let text = context.string("equation", "")?;
    let ranks: Vec<usize> = operands.iter().map(|operand| operand.shape.len()).collect();
    let equation = Equation::parse(text, &ranks)
        .map_err(|reason| context.malformed(format!("equation `{text}`: {reason}")))?;
    let extents = Extents::new(context, &equation, &operands)?;
    let shape: Vec<usize> = equation
        .output
        .iter()
        .map(|&label| extents.of(label))
        .collect();
    context.check_memory("the result", &shape)?;
    if extents.0.iter().any(|&(_, extent)| extent == 0) {
        // Sums of nothing.
        let count = element_count(&shape).unwrap_or(0);
        let zeros =
            Buffer::zeros(element_type, count).ok_or_else(|| refused(context, element_type))?;
        return Ok(context.fixed(shape, zeros).finish());
    }
    let mut factors = Vec::with_capacity(operands.len());
    for (operand, labels) in operands.iter().zip(&equation.operands) {
        if operand.element_type != element_type {
            return Err(context.malformed(format!(
                "operands of types {element_type} and {}",
                operand.element_type
            )));
        }
        factors.push(without_repeats(context, operand, labels)?);
    }
    // What only one operand has is summed at once.
    for index in 0..factors.len() {
        let factor = &factors[index];
        let axes: Vec<usize> = (0..factor.labels.len())
            .filter(|&axis| !is_needed(factor.labels[axis], &equation, &factors, &[index]))
            .collect();
        if !axes.is_empty() {
            let mut labels = factor.labels.clone();
            for &axis in axes.iter().rev() {
                labels.remove(axis);
            }
            factors[index] = Factor {
                value: summed(context, &factor.value, &axes)?,
                labels,
            };
        }
    }
    while factors.len() > 1 {
        let (first, second) = smallest_pair(&factors, &equation, &extents);
        let product = multiplied(context, &factors, (first, second), &equation, &extents)?;
        factors.remove(second);
        factors[first] = product;
    }
    let result = factors.swap_remove(0);
    let order: Vec<Label> = equation
        .output
        .iter()
        .copied()
        .filter(|&label| extents.of(label) != 1)
        .collect();
    let result = arranged(context, &result, &order)?;
    Ok(context.reshaped(&result.value, shape).finish())
}

/// How far each label counts.
struct Extents(Vec<(Label, usize)>);

impl Extents {
    fn new(
        context: &NodeContext<'_>,
        equation: &Equation,
        operands: &[ValueRef],
    ) -> Result<Self, BackendError> {
        let mut extents: Vec<(Label, usize)> = Vec::new();
        let axes = equation
            .operands
            .iter()
            .flatten()
            .zip(operands.iter().flat_map(|operand| &operand.shape));
        for (&label, &extent) in axes {
            match extents.iter_mut().find(|(other, _)| *other == label) {
                None => extents.push((label, extent)),
                Some((_, known)) if *known == 1 => *known = extent,
                Some((_, known)) if extent == 1 || *known == extent => {}
                Some((_, known)) => {
                    return Err(context.malformed(format!(
                        "axes of extents {known} and {extent} have the same label"
                    )));
                }
            }
        }
        Ok(Self(extents))
    }

    fn of(&self, label: Label) -> usize {
        let extent = self.0.iter().find(|(other, _)| *other == label);
        extent.map_or(1, |&(_, extent)| extent)
    }

    fn count(&self, labels: &[Label]) -> usize {
        labels.iter().fold(1, |count: usize, &label| {
            count.saturating_mul(self.of(label))
        })
    }
}

/// Whether a label is in the result or in another factor than those `except`ed.
fn is_needed(label: Label, equation: &Equation, factors: &[Factor], except: &[usize]) -> bool {
    equation.output.contains(&label)
        || factors
            .iter()
            .enumerate()
            .any(|(index, factor)| !except.contains(&index) && factor.labels.contains(&label))
}

/// An operand with one axis for each label, which is the diagonal where the label occurs more than once, and without
/// the axes of extent 1.
fn without_repeats(
    context: &NodeContext<'_>,
    operand: &ValueRef,
    axes: &[Label],
) -> Result<Factor, BackendError> {
    let (mut labels, mut shape, mut steps) = (vec![], vec![], vec![]);
    for ((&label, &extent), step) in axes.iter().zip(&operand.shape).zip(strides(&operand.shape)) {
        if extent == 1 {
            continue;
        }
        match labels.iter().position(|&other| other == label) {
            Some(axis) => steps[axis] += step,
            None => {
                labels.push(label);
                shape.push(extent);
                steps.push(step);
            }
        }
    }
    Ok(Factor {
        value: rearranged(context, operand, shape, &steps)?,
        labels,
    })
}

/// A value read with other strides.
fn rearranged(
    context: &NodeContext<'_>,
    value: &ValueRef,
    shape: Vec<usize>,
    steps: &[usize],
) -> Result<ValueRef, BackendError> {
    let own = strides(&shape);
    if own == steps {
        return Ok(context.reshaped(value, shape));
    }
    let part = Part {
        input: 0,
        shape: shape.clone(),
        from: Place::new(0, steps),
        to: Place::new(0, &own),
    };
    let output = (value.element_type, shape);
    let reads = vec![value.number()];
    Ok(context.push(movement(context, output, None, reads, vec![part])?))
}

/// A factor with its axes in another order.
fn arranged(
    context: &NodeContext<'_>,
    factor: &Factor,
    order: &[Label],
) -> Result<Factor, BackendError> {
    let own = strides(&factor.value.shape);
    let axes = order
        .iter()
        .filter_map(|label| factor.labels.iter().position(|other| other == label));
    let (shape, steps): (Vec<_>, Vec<_>) = axes
        .map(|axis| (factor.value.shape[axis], own[axis]))
        .unzip();
    Ok(Factor {
        value: rearranged(context, &factor.value, shape, &steps)?,
        labels: order.to_vec(),
    })
}

/// The labels of two factors by what becomes of them.
struct Split {
    /// In both, and kept.
    batch: Vec<Label>,
    /// In both, and not needed any more.
    summed: Vec<Label>,
    /// In the first or the second alone.
    alone: [Vec<Label>; 2],
}

fn split(factors: &[Factor], (first, second): (usize, usize), equation: &Equation) -> Split {
    let (a, b) = (&factors[first].labels, &factors[second].labels);
    let (batch, summed) = a
        .iter()
        .filter(|label| b.contains(label))
        .partition(|&&label| is_needed(label, equation, factors, &[first, second]));
    let alone = |own: &[Label], other: &[Label]| -> Vec<Label> {
        own.iter()
            .copied()
            .filter(|label| !other.contains(label))
            .collect()
    };
    Split {
        batch,
        summed,
        alone: [alone(a, b), alone(b, a)],
    }
}

fn smallest_pair(factors: &[Factor], equation: &Equation, extents: &Extents) -> (usize, usize) {
    let pairs = (1..factors.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
    pairs
        .min_by_key(|&pair| {
            let Split { batch, alone, .. } = split(factors, pair, equation);
            extents.count(&[batch, alone.concat()].concat())
        })
        .unwrap_or((0, 0))
}

/// The product of two factors, summed over what nothing else needs: a batch of products of matrices.
fn multiplied(
    context: &NodeContext<'_>,
    factors: &[Factor],
    pair: (usize, usize),
    equation: &Equation,
    extents: &Extents,
) -> Result<Factor, BackendError> {
    let Split {
        batch,
        summed,
        alone: [left, right],
    } = split(factors, pair, equation);
    let a = arranged(
        context,
        &factors[pair.0],
        &[&batch[..], &left, &summed].concat(),
    )?;
    let b = arranged(
        context,
        &factors[pair.1],
        &[&batch[..], &summed, &right].concat(),
    )?;
    let labels = [batch.clone(), left.clone(), right.clone()].concat();
    let shape: Vec<usize> = labels.iter().map(|&label| extents.of(label)).collect();
    context.check_memory("an intermediate product", &shape)?;
    let (m, n, k) = (
        extents.count(&left),
        extents.count(&right),
        extents.count(&summed),
    );
    let product = Product {
        extents: (m, n, k),
        strides: (Strided { row: k, column: 1 }, Strided { row: n, column: 1 }),
        batches: (0..extents.count(&batch))
            .map(|index| (index * m * k, index * k * n))
            .collect(),
    };
    Ok(Factor {
        value: product.step(context, &a.value, &b.value, shape)?,
        labels,
    })
}
