use crate::{GraphView, Node};

/// How many multiplications and additions a node takes; 0 for operators whose cost is of another kind, none where an
/// extent that it depends on is open.
pub(super) fn macs(view: &GraphView<'_>, node: &Node) -> Option<u64> {
    let is = |op_types: &[&str]| op_types.iter().any(|op_type| node.is(op_type));
    let shape = |index: usize| view.fixed_shape(node.input(index)?);
    let out = || view.fixed_shape(node.output(0)?);
    let product = |extents: &[usize]| {
        extents
            .iter()
            .try_fold(1_u64, |len, &n| len.checked_mul(u64::try_from(n).ok()?))
    };
    // What each output takes of a convolution's weights `[outputs, inputs per group, kernel …]`.
    let window = |index: usize| product(shape(index)?.get(1..)?);
    if is(&["Conv", "ConvInteger"]) {
        product(&out()?)?.checked_mul(window(1)?)
    } else if node.is("QLinearConv") {
        product(&out()?)?.checked_mul(window(3)?)
    } else if node.is("ConvTranspose") {
        product(&shape(0)?)?.checked_mul(window(1)?)
    } else if node.is("Gemm") {
        let a = shape(0)?;
        let inner = a
            .get(usize::from(node.int("transA", 0).ok()? == 0))
            .copied()?;
        product(&out()?)?.checked_mul(u64::try_from(inner).ok()?)
    } else if is(&["MatMul", "MatMulInteger", "QLinearMatMul"]) {
        let inner = shape(0)?.last().copied()?;
        product(&out()?)?.checked_mul(u64::try_from(inner).ok()?)
    } else if is(&["LSTM", "GRU", "RNN"]) {
        // Per step all weights once: `[directions, gates · hidden, inputs]` and `[…, hidden]`.
        let x = shape(0)?;
        let steps = product(x.get(..2)?)?;
        let weights = product(&shape(1)?)?.checked_add(product(&shape(2)?)?)?;
        steps.checked_mul(weights)
    } else {
        Some(0)
    }
}
