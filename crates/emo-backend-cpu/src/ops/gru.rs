use super::{
    Operator,
    recurrent::{Extra, lower_recurrent},
};
use crate::kernels::recurrent::{Activation, Cell, Reset};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GRU",
    inputs: 3..=6,
    attributes: &[
        "activation_alpha",
        "activation_beta",
        "activations",
        "clip",
        "direction",
        "hidden_size",
        "layout",
        "linear_before_reset",
    ],
    lower: |context| {
        let reset = if context.flag("linear_before_reset", 0)? {
            Reset::AfterProduct
        } else {
            Reset::BeforeProduct
        };
        let extra = Extra {
            cell: None,
            peepholes: None,
        };
        let defaults = [Activation::Sigmoid, Activation::Tanh];
        lower_recurrent(context, Cell::Gru(reset), extra, &defaults)
    },
    ..Operator::NUMERIC
};
