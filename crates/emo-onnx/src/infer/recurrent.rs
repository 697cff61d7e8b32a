//! Recurrent layers.

use super::op::{Op, Outputs};
use crate::{Dim, OnnxError};

/// LSTM, GRU and RNN.
pub(super) fn recurrent(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let n_directions = match op.text("direction", "forward")? {
        "bidirectional" => 2,
        _ => 1,
    };
    let directions = Dim::Fixed(n_directions);
    let n_gates = match op.schema.op_type() {
        "LSTM" => 4,
        "GRU" => 3,
        _ => 1,
    };
    let batch_first = op.int("layout")? != 0;
    let unknown = (&Dim::Unknown, &Dim::Unknown, &Dim::Unknown);
    let (length, batch, width) = match op.ranked(0, 3..=3)? {
        Some([batch, length, width]) if batch_first => (length, batch, width),
        Some([length, batch, width]) => (length, batch, width),
        _ => unknown,
    };
    let mut hidden = Dim::Unknown;
    if op.has_attribute("hidden_size") {
        let size = op.int("hidden_size")?;
        let positive = usize::try_from(size).ok().filter(|&size| size > 0);
        hidden = Dim::Fixed(positive.ok_or_else(|| op.setting("hidden_size", size, "positive"))?);
    }
    if let Some([w_directions, _, w_width]) = op.ranked(1, 3..=3)? {
        op.equal("the numbers of directions", &directions, w_directions)?;
        op.equal("the widths of input and `W`", width, w_width)?;
    }
    if let Some([r_directions, _, r_hidden]) = op.ranked(2, 3..=3)? {
        op.equal("the numbers of directions", &directions, r_directions)?;
        hidden = op.equal("the hidden size and the width of `R`", &hidden, r_hidden)?;
    }
    for input in 1..3 {
        if let (Some([_, rows, _]), Dim::Fixed(hidden)) = (op.shape(input), &hidden) {
            let expected = hidden.checked_mul(n_gates).ok_or_else(|| op.overflow())?;
            op.equal(
                "the rows of a weight and of its gates",
                rows,
                &Dim::Fixed(expected),
            )?;
        }
    }
    let mut batch = batch.clone();
    if let Some([lengths]) = op.ranked_if_present(4, 1..=1)? {
        batch = op.equal("the batch and the number of lengths", &batch, lengths)?;
    }
    let length = length.clone();
    let all = if batch_first {
        vec![batch.clone(), length, directions.clone(), hidden.clone()]
    } else {
        vec![length, directions.clone(), batch.clone(), hidden.clone()]
    };
    let last = if batch_first {
        vec![batch, directions, hidden]
    } else {
        vec![directions, batch, hidden]
    };
    out.shape(0, all);
    out.shape(1, last.clone());
    out.shape(2, last);
    Ok(())
}
