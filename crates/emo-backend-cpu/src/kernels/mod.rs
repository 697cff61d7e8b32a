//! What operators compile to: loops over flat slices, with every extent fixed.

pub(crate) mod affine;
pub(crate) mod binary;
pub(crate) mod blocks;
pub(crate) mod cast;
pub(crate) mod conv;
pub(crate) mod dense;
pub(crate) mod depthwise;
pub(crate) mod elements;
pub(crate) mod fourier;
pub(crate) mod gemm;
pub(crate) mod interpolate;
pub(crate) mod lookup;
pub(crate) mod matmul;
pub(crate) mod movement;
pub(crate) mod one_hot;
#[cfg(test)]
mod oracle;
pub(crate) mod pool;
pub(crate) mod positions;
pub(crate) mod quantize;
pub(crate) mod reduce;
pub(crate) mod reduction;
pub(crate) mod softmax;
pub(crate) mod unary;
