//! The operators: each file lowers one to kernels, and each line of [`OPERATORS`] registers one.

mod blocks;
mod context;
mod elementwise;
mod quantization;
mod resampling;
mod spatial;
mod windows;

mod add;
mod average_pool;
mod batch_normalization;
mod blackman_window;
mod cast;
mod clip;
mod concat;
mod constant;
mod conv;
mod depth_to_space;
mod dequantize_linear;
mod dft;
mod div;
mod dropout;
mod elu;
mod exp;
mod expand;
mod flatten;
mod gather;
mod gather_elements;
mod gather_nd;
mod gemm;
mod global_average_pool;
mod global_max_pool;
mod hamming_window;
mod hann_window;
mod hard_sigmoid;
mod hard_swish;
mod identity;
mod if_else;
mod leaky_relu;
mod log;
mod log_softmax;
mod mat_mul;
mod max_pool;
mod mel_weight_matrix;
mod mul;
mod one_hot;
mod pad;
mod quantize_linear;
mod reduce_mean;
mod relu;
mod reshape;
mod resize;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod shape;
mod sigmoid;
mod slice;
mod softmax;
mod space_to_depth;
mod split;
mod sqrt;
mod squeeze;
mod stft;
mod sub;
mod tanh;
mod tile;
mod transpose;
mod unsqueeze;
mod upsample;

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
    /// The attribute with the subgraph that is executed in the node's place, for operators that choose one.
    pub(crate) branch: Option<Branch>,
}

/// Chooses an attribute.
pub(crate) type Branch = fn(&NodeContext<'_>) -> Result<&'static str, BackendError>;

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
        branch: None,
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
    blackman_window::OPERATOR,
    cast::OPERATOR,
    clip::OPERATOR,
    concat::OPERATOR,
    constant::OPERATOR,
    conv::OPERATOR,
    dft::OPERATOR,
    depth_to_space::OPERATOR,
    dequantize_linear::OPERATOR,
    div::OPERATOR,
    dropout::OPERATOR,
    elu::OPERATOR,
    exp::OPERATOR,
    expand::OPERATOR,
    flatten::OPERATOR,
    gather::OPERATOR,
    gather_elements::OPERATOR,
    gather_nd::OPERATOR,
    gemm::OPERATOR,
    global_average_pool::OPERATOR,
    global_max_pool::OPERATOR,
    hamming_window::OPERATOR,
    hann_window::OPERATOR,
    hard_sigmoid::OPERATOR,
    hard_swish::OPERATOR,
    identity::OPERATOR,
    if_else::OPERATOR,
    leaky_relu::OPERATOR,
    log::OPERATOR,
    log_softmax::OPERATOR,
    mat_mul::OPERATOR,
    max_pool::OPERATOR,
    mel_weight_matrix::OPERATOR,
    mul::OPERATOR,
    one_hot::OPERATOR,
    pad::OPERATOR,
    quantize_linear::OPERATOR,
    reduce_mean::OPERATOR,
    relu::OPERATOR,
    reshape::OPERATOR,
    resize::OPERATOR,
    stft::OPERATOR,
    scatter::OPERATOR,
    scatter_elements::OPERATOR,
    scatter_nd::OPERATOR,
    shape::OPERATOR,
    sigmoid::OPERATOR,
    slice::OPERATOR,
    softmax::OPERATOR,
    space_to_depth::OPERATOR,
    split::OPERATOR,
    sqrt::OPERATOR,
    squeeze::OPERATOR,
    sub::OPERATOR,
    tanh::OPERATOR,
    tile::OPERATOR,
    transpose::OPERATOR,
    unsqueeze::OPERATOR,
    upsample::OPERATOR,
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
