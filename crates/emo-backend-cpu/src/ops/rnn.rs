use super::{
    Operator,
    recurrent::{Extra, lower_recurrent},
};
use crate::kernels::recurrent::{Activation, Cell};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "RNN",
    inputs: 3..=6,
    attributes: &[
        "activation_alpha",
        "activation_beta",
        "activations",
        "clip",
        "direction",
        "hidden_size",
        "layout",
    ],
    lower: |context| {
        let extra = Extra {
            cell: None,
            peepholes: None,
        };
        lower_recurrent(context, Cell::Rnn, extra, &[Activation::Tanh])
    },
    ..Operator::NUMERIC
};
