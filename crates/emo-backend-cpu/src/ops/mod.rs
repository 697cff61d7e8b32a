//! The operators: each file lowers one to kernels, and each line of [`OPERATORS`] registers one.

mod blocks;
mod context;
mod convolution;
mod cumulative;
mod elementwise;
mod equation;
mod extreme;
mod integer;
mod normalization;
mod parts;
mod product;
mod quantization;
mod recurrent;
mod reduce;
mod resampling;
mod spatial;
mod value_ref;
mod windows;

mod abs;
mod acos;
mod acosh;
mod add;
mod and;
mod arg_max;
mod arg_min;
mod asin;
mod asinh;
mod atan;
mod atanh;
mod average_pool;
mod batch_normalization;
mod bit_shift;
mod bitwise_and;
mod bitwise_not;
mod bitwise_or;
mod bitwise_xor;
mod blackman_window;
mod cast;
mod cast_like;
mod ceil;
mod celu;
mod clip;
mod concat;
mod constant;
mod constant_of_shape;
mod conv;
mod conv_integer;
mod conv_transpose;
mod cos;
mod cosh;
mod cum_prod;
mod cum_sum;
mod depth_to_space;
mod dequantize_linear;
mod dft;
mod div;
mod dropout;
mod dynamic_quantize_linear;
mod einsum;
mod elu;
mod equal;
mod erf;
mod exp;
mod expand;
mod eye_like;
mod flatten;
mod floor;
mod gather;
mod gather_elements;
mod gather_nd;
mod gelu;
mod gemm;
mod global_average_pool;
mod global_lp_pool;
mod global_max_pool;
mod greater;
mod greater_or_equal;
mod group_normalization;
mod gru;
mod hamming_window;
mod hann_window;
mod hard_sigmoid;
mod hard_swish;
mod hardmax;
mod identity;
mod if_else;
mod instance_normalization;
mod is_inf;
mod is_nan;
mod layer_normalization;
mod leaky_relu;
mod less;
mod less_or_equal;
mod log;
mod log_softmax;
mod lp_normalization;
mod lp_pool;
mod lrn;
mod lstm;
mod mat_mul;
mod mat_mul_integer;
mod max;
mod max_pool;
mod mean;
mod mean_variance_normalization;
mod mel_weight_matrix;
mod min;
mod mish;
mod modulo;
mod mul;
mod neg;
mod not;
mod one_hot;
mod or;
mod p_relu;
mod pad;
mod pow;
mod q_linear_conv;
mod q_linear_mat_mul;
mod quantize_linear;
mod range;
mod reciprocal;
mod reduce_l1;
mod reduce_l2;
mod reduce_log_sum;
mod reduce_log_sum_exp;
mod reduce_max;
mod reduce_mean;
mod reduce_min;
mod reduce_prod;
mod reduce_sum;
mod reduce_sum_square;
mod relu;
mod reshape;
mod resize;
mod rms_normalization;
mod rnn;
mod round;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod selu;
mod shape;
mod shrink;
mod sigmoid;
mod sign;
mod sin;
mod sinh;
mod size;
mod slice;
mod softmax;
mod softplus;
mod softsign;
mod space_to_depth;
mod split;
mod sqrt;
mod squeeze;
mod stft;
mod sub;
mod sum;
mod swish;
mod tan;
mod tanh;
mod thresholded_relu;
mod tile;
mod top_k;
mod transpose;
mod trilu;
mod unsqueeze;
mod upsample;
mod where_else;
mod xor;

use std::ops::RangeInclusive;

use emo_backend::BackendError;

pub(crate) use context::{How, Lowered, NodeContext, Operand, Scales, from_onnx};
pub(crate) use convolution::Convolution;

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
    /// Tried first, with operands in whatever form they are, perhaps integers that stand for numbers; `None` if
    /// [`lower`](Self::lower) is to do it, with operands as `forms` says.
    pub(crate) any_form: Option<AnyForm>,
    pub(crate) forms: Forms,
    /// The attribute with the subgraph that is executed in the node's place, for operators that choose one.
    pub(crate) branch: Option<Branch>,
}

/// Lowers a node if it can.
pub(crate) type AnyForm = fn(&NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError>;

/// How an operator takes operands that do not lie in memory as their types and shapes have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forms {
    /// Not at all.
    Plain,
    /// The first in any form, even integers that stand for numbers: it is passed on as it is.
    Passed,
    /// All in one order, which the outputs then have, too; what is broadcast is a single element.
    Elementwise,
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
        any_form: None,
        forms: Forms::Plain,
        branch: None,
    };

    /// The fields that element-wise operators on numbers have alike.
    pub(crate) const ELEMENTWISE: Self = Self {
        forms: Forms::Elementwise,
        ..Self::NUMERIC
    };

    /// The fields that operators have alike which treat all element types alike.
    pub(crate) const ANY_TYPE: Self = Self {
        half: Half::Native,
        empty: Empty::Accepted,
        ..Self::NUMERIC
    };
}

pub(crate) const OPERATORS: &[Operator] = &[
    abs::OPERATOR,
    acos::OPERATOR,
    acosh::OPERATOR,
    add::OPERATOR,
    and::OPERATOR,
    arg_max::OPERATOR,
    arg_min::OPERATOR,
    asin::OPERATOR,
    asinh::OPERATOR,
    atan::OPERATOR,
    atanh::OPERATOR,
    average_pool::OPERATOR,
    batch_normalization::OPERATOR,
    bit_shift::OPERATOR,
    bitwise_and::OPERATOR,
    bitwise_not::OPERATOR,
    bitwise_or::OPERATOR,
    bitwise_xor::OPERATOR,
    blackman_window::OPERATOR,
    cast::OPERATOR,
    cast_like::OPERATOR,
    ceil::OPERATOR,
    celu::OPERATOR,
    clip::OPERATOR,
    concat::OPERATOR,
    constant::OPERATOR,
    constant_of_shape::OPERATOR,
    conv::OPERATOR,
    conv_integer::OPERATOR,
    conv_transpose::OPERATOR,
    cos::OPERATOR,
    cosh::OPERATOR,
    cum_prod::OPERATOR,
    cum_sum::OPERATOR,
    dft::OPERATOR,
    depth_to_space::OPERATOR,
    dequantize_linear::OPERATOR,
    div::OPERATOR,
    dropout::OPERATOR,
    dynamic_quantize_linear::OPERATOR,
    einsum::OPERATOR,
    elu::OPERATOR,
    equal::OPERATOR,
    erf::OPERATOR,
    exp::OPERATOR,
    expand::OPERATOR,
    eye_like::OPERATOR,
    flatten::OPERATOR,
    floor::OPERATOR,
    gru::OPERATOR,
    gather::OPERATOR,
    gather_elements::OPERATOR,
    gather_nd::OPERATOR,
    gelu::OPERATOR,
    gemm::OPERATOR,
    global_average_pool::OPERATOR,
    global_lp_pool::OPERATOR,
    global_max_pool::OPERATOR,
    greater::OPERATOR,
    greater_or_equal::OPERATOR,
    group_normalization::OPERATOR,
    hamming_window::OPERATOR,
    hann_window::OPERATOR,
    hard_sigmoid::OPERATOR,
    hard_swish::OPERATOR,
    hardmax::OPERATOR,
    identity::OPERATOR,
    if_else::OPERATOR,
    instance_normalization::OPERATOR,
    is_inf::OPERATOR,
    is_nan::OPERATOR,
    lrn::OPERATOR,
    lstm::OPERATOR,
    layer_normalization::OPERATOR,
    leaky_relu::OPERATOR,
    less::OPERATOR,
    less_or_equal::OPERATOR,
    log::OPERATOR,
    log_softmax::OPERATOR,
    lp_normalization::OPERATOR,
    lp_pool::OPERATOR,
    mat_mul::OPERATOR,
    mat_mul_integer::OPERATOR,
    max::OPERATOR,
    max_pool::OPERATOR,
    mean::OPERATOR,
    mean_variance_normalization::OPERATOR,
    mel_weight_matrix::OPERATOR,
    min::OPERATOR,
    mish::OPERATOR,
    modulo::OPERATOR,
    mul::OPERATOR,
    neg::OPERATOR,
    not::OPERATOR,
    one_hot::OPERATOR,
    or::OPERATOR,
    p_relu::OPERATOR,
    pad::OPERATOR,
    pow::OPERATOR,
    q_linear_conv::OPERATOR,
    q_linear_mat_mul::OPERATOR,
    quantize_linear::OPERATOR,
    rms_normalization::OPERATOR,
    rnn::OPERATOR,
    range::OPERATOR,
    reciprocal::OPERATOR,
    reduce_l1::OPERATOR,
    reduce_l2::OPERATOR,
    reduce_log_sum::OPERATOR,
    reduce_log_sum_exp::OPERATOR,
    reduce_max::OPERATOR,
    reduce_mean::OPERATOR,
    reduce_min::OPERATOR,
    reduce_prod::OPERATOR,
    reduce_sum::OPERATOR,
    reduce_sum_square::OPERATOR,
    relu::OPERATOR,
    reshape::OPERATOR,
    resize::OPERATOR,
    round::OPERATOR,
    stft::OPERATOR,
    scatter::OPERATOR,
    scatter_elements::OPERATOR,
    scatter_nd::OPERATOR,
    selu::OPERATOR,
    shape::OPERATOR,
    shrink::OPERATOR,
    sigmoid::OPERATOR,
    sign::OPERATOR,
    sin::OPERATOR,
    sinh::OPERATOR,
    size::OPERATOR,
    slice::OPERATOR,
    softmax::OPERATOR,
    softplus::OPERATOR,
    softsign::OPERATOR,
    space_to_depth::OPERATOR,
    split::OPERATOR,
    sqrt::OPERATOR,
    squeeze::OPERATOR,
    sub::OPERATOR,
    sum::OPERATOR,
    swish::OPERATOR,
    tan::OPERATOR,
    tanh::OPERATOR,
    thresholded_relu::OPERATOR,
    tile::OPERATOR,
    top_k::OPERATOR,
    transpose::OPERATOR,
    trilu::OPERATOR,
    unsqueeze::OPERATOR,
    upsample::OPERATOR,
    where_else::OPERATOR,
    xor::OPERATOR,
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
