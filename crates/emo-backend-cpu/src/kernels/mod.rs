//! What operators compile to: loops over flat slices, with every extent fixed.

pub(crate) mod affine;
pub(crate) mod binary;
pub(crate) mod blocks;
pub(crate) mod byte_table;
pub(crate) mod cast;
pub(crate) mod correlation;
pub(crate) mod cumulative;
pub(crate) mod dense;
pub(crate) mod direct;
pub(crate) mod elements;
pub(crate) mod fourier;
pub(crate) mod gemm;
pub(crate) mod granular;
pub(crate) mod integer;
pub(crate) mod interleave;
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
pub(crate) mod quantize_bytes;
pub(crate) mod rank;
pub(crate) mod real;
pub(crate) mod recurrent;
pub(crate) mod reduce;
pub(crate) mod reduction;
pub(crate) mod select;
pub(crate) mod softmax;
mod stub;
pub(crate) mod taps;
pub(crate) mod triangle;
pub(crate) mod unary;
pub(crate) mod walk;
pub(crate) mod window;
pub(crate) mod window_pool;
pub(crate) mod winograd;
pub(crate) mod channels_last_pool {
    pub(crate) use super::stub::ChannelsLastPool;
}
