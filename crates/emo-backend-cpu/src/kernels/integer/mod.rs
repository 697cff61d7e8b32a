//! Convolution and dense layers of bytes: exact 32-bit sums, then one rule of rounding.
//!
//! Activations are bytes without sign with a zero point `z`, weights bytes with sign and without one. A sum is
//! `s = Σ (x − z)·w + bias`; it leaves as the real number `s·m` of the channel's multiplier `m`, or as the byte
//! `saturate(round(s·m) + zero_point)` of another `m`, halves rounded to even. All of it is the same to the bit
//! with every set of instructions.
//!
//! Tensors lie with their channels last.

/// Runs a statement for each index below a constant of at most 12, written out: vectors in an array stay in
/// registers only where every index is known.
macro_rules! unrolled {
    ($index:ident < $end:expr => $body:block) => {
        unrolled!(@ $index, $end, $body, 0 1 2 3 4 5 6 7 8 9 10 11)
    };
    (@ $index:ident, $end:expr, $body:block, $($value:literal)+) => { $(
        if $value < $end {
            #[allow(
                clippy::modulo_one,
                reason = "indices of arrays that may be shorter"
            )]
            let $index = $value;
            $body
        }
    )+ };
}

mod conv;
mod dense;
mod depthwise;
mod image;
mod planes;
mod requantize;
mod rows;
#[cfg(test)]
mod tests;
mod tile;

pub(crate) use conv::IntegerConv;
pub(crate) use dense::IntegerDense;
pub(crate) use rows::Columns;
