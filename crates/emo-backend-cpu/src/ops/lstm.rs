use super::{
    Operator,
    recurrent::{Extra, lower_recurrent},
};
use crate::kernels::recurrent::{Activation, Cell, Forget};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LSTM",
    inputs: 3..=8,
    attributes: &[
        "activation_alpha",
        "activation_beta",
        "activations",
        "clip",
        "direction",
        "hidden_size",
        "input_forget",
        "layout",
    ],
    lower: |context| {
        let forget = if context.flag("input_forget", 0)? {
            Forget::Coupled
        } else {
            Forget::Gate
        };
        let extra = Extra {
            cell: Some(6),
            peepholes: Some(7),
        };
        let defaults = [Activation::Sigmoid, Activation::Tanh, Activation::Tanh];
        lower_recurrent(context, Cell::Lstm(forget), extra, &defaults)
    },
    ..Operator::NUMERIC
};
