//! Convolution and dense layers of bytes: exact 32-bit sums, then one rule of rounding.
//!
//! Activations are bytes without sign with a zero point `z`, weights bytes with sign and without one. A sum is
//! `s = Σ (x − z)·w + bias`; it leaves as the real number `s·m` of the channel's multiplier `m`, or as the byte
//! `saturate(round(s·m) + zero_point)` of another `m`, halves rounded to even. All of it is the same to the bit
//! with every set of instructions.
//!
//! Tensors lie with their channels last.

mod conv;
mod dense;
mod depthwise;
mod image;
mod requantize;
#[cfg(test)]
mod tests;
mod tile;

pub(crate) use conv::IntegerConv;
pub(crate) use dense::IntegerDense;
