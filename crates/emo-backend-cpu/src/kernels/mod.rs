//! What operators compile to: loops over flat slices, with every extent fixed.

pub(crate) mod affine;
pub(crate) mod binary;
pub(crate) mod blocks;
pub(crate) mod cast;
pub(crate) mod conv;
pub(crate) mod correlation;
pub(crate) mod cumulative;
pub(crate) mod dense;
pub(crate) mod depthwise;
pub(crate) mod elements;
pub(crate) mod fourier;
pub(crate) mod gemm;
pub(crate) mod granular;
pub(crate) mod interpolate;
pub(crate) mod lookup;
pub(crate) mod matmul;
pub(crate) mod moments;
pub(crate) mod movement;
pub(crate) mod one_hot;
#[cfg(test)]
mod oracle;
pub(crate) mod pool;
pub(crate) mod positions;
pub(crate) mod product;
pub(crate) mod quantize;
pub(crate) mod rank;
pub(crate) mod real;
pub(crate) mod recurrent;
pub(crate) mod reduce;
pub(crate) mod reduction;
pub(crate) mod select;
pub(crate) mod softmax;
pub(crate) mod taps;
pub(crate) mod triangle;
pub(crate) mod unary;
pub(crate) mod walk;
pub(crate) mod window_pool;
