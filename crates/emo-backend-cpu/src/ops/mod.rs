//! The operators: each file lowers one to kernels, and each line of [`OPERATORS`] registers one.

mod blocks;
mod context;
mod elementwise;
mod quantization;
mod spatial;

mod add;
mod average_pool;
mod batch_normalization;
mod cast;
mod clip;
mod concat;
mod constant;
mod conv;
mod dequantize_linear;
mod div;
mod dropout;
mod elu;
mod exp;
mod flatten;
mod gather;
mod gemm;
mod global_average_pool;
mod global_max_pool;
mod hard_sigmoid;
mod hard_swish;
mod identity;
mod leaky_relu;
mod log;
mod log_softmax;
mod mat_mul;
mod max_pool;
mod mul;
mod pad;
mod quantize_linear;
mod reduce_mean;
mod relu;
mod reshape;
mod shape;
mod sigmoid;
mod slice;
mod softmax;
mod split;
mod sqrt;
mod squeeze;
mod sub;
mod tanh;
mod transpose;
mod unsqueeze;

use std::ops::RangeInclusive;

use emo_backend::BackendError;

pub(crate) use context::{How, Lowered, NodeContext, Operand, from_onnx};

/// An operator that the backend executes.
#[derive(Debug)]
pub(crate) struct Operator {
    /// As ONNX spells it.
    pub(crate) op_type: &'static str,
    /// How many inputs a node may name.
    pub(crate) inputs: RangeInclusive<usize>,
    /// The attributes that are understood; a node with another one is refused.
    pub(crate) attributes: &'static [&'static str],
    pub(crate) lower: fn(&NodeContext<'_>) -> Result<Vec<Lowered>, BackendError>,
    /// What becomes of operands in half precision.
    pub(crate) half: Half,
    /// Whether an output with elements may come of an input without.
    pub(crate) empty: Empty,
}

/// How an operator takes operands of types `f16` and `bf16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    /// As any other element type.
    Native,
    /// As `f32`; this many of its first outputs are rounded back where they are `f32`.
    Widened { rounded: usize },
}

/// How an operator takes inputs without elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empty {
    Refused,
    Accepted,
}

impl Operator {
    /// The fields that most operators on numbers have alike.
    pub(crate) const NUMERIC: Self = Self {
        op_type: "",
        inputs: 1..=1,
        attributes: &[],
        lower: |_| Ok(Vec::new()),
        half: Half::Widened {
            rounded: usize::MAX,
        },
        empty: Empty::Refused,
    };

    /// The fields that operators have alike which treat all element types alike.
    pub(crate) const ANY_TYPE: Self = Self {
        half: Half::Native,
        empty: Empty::Accepted,
        ..Self::NUMERIC
    };
}

pub(crate) const OPERATORS: &[Operator] = &[
    add::OPERATOR,
    average_pool::OPERATOR,
    batch_normalization::OPERATOR,
    cast::OPERATOR,
    clip::OPERATOR,
    concat::OPERATOR,
    constant::OPERATOR,
    conv::OPERATOR,
    dequantize_linear::OPERATOR,
    div::OPERATOR,
    dropout::OPERATOR,
    elu::OPERATOR,
    exp::OPERATOR,
    flatten::OPERATOR,
    gather::OPERATOR,
    gemm::OPERATOR,
    global_average_pool::OPERATOR,
    global_max_pool::OPERATOR,
    hard_sigmoid::OPERATOR,
    hard_swish::OPERATOR,
    identity::OPERATOR,
    leaky_relu::OPERATOR,
    log::OPERATOR,
    log_softmax::OPERATOR,
    mat_mul::OPERATOR,
    max_pool::OPERATOR,
    mul::OPERATOR,
    pad::OPERATOR,
    quantize_linear::OPERATOR,
    reduce_mean::OPERATOR,
    relu::OPERATOR,
    reshape::OPERATOR,
    shape::OPERATOR,
    sigmoid::OPERATOR,
    slice::OPERATOR,
    softmax::OPERATOR,
    split::OPERATOR,
    sqrt::OPERATOR,
    squeeze::OPERATOR,
    sub::OPERATOR,
    tanh::OPERATOR,
    transpose::OPERATOR,
    unsqueeze::OPERATOR,
];

/// The operators of ONNX's own set that the backend executes, in alphabetical order.
pub fn operators() -> impl Iterator<Item = &'static str> {
    OPERATORS.iter().map(|operator| operator.op_type)
}

/// The operator that ONNX calls `op_type`.
pub(crate) fn find(op_type: &str) -> Option<&'static Operator> {
    OPERATORS
        .iter()
        .find(|operator| operator.op_type == op_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_in_order_and_holds_each_operator_once() {
        let names: Vec<_> = operators().collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }
}
