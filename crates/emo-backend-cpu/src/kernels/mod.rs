//! What operators compile to: loops over flat slices, with every extent fixed.

pub(crate) mod affine;
pub(crate) mod binary;
pub(crate) mod cast;
pub(crate) mod conv;
pub(crate) mod dense;
pub(crate) mod depthwise;
pub(crate) mod gemm;
pub(crate) mod matmul;
pub(crate) mod movement;
#[cfg(test)]
mod oracle;
pub(crate) mod pool;
pub(crate) mod quantize;
pub(crate) mod reduce;
pub(crate) mod softmax;
pub(crate) mod unary;
