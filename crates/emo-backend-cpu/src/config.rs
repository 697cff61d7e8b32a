use crate::simd::Level;

/// Limits and choices of a [`CpuBackend`](crate::CpuBackend).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpuConfig {
    /// The most bytes that a session may take for a model's constants, values and intermediate results; a model
    /// that needs more is refused before the memory is taken. Default: 2³⁰, half of what a model's file may have.
    pub memory_limit: usize,
    /// The instructions that kernels are run with. Default: `None`, the best that this machine has.
    pub instructions: Option<Instructions>,
    /// How many threads a run may take for large layers, the calling one among them; more than 16 are as 16.
    /// Default: 1, the calling thread alone.
    ///
    /// Which layers are divided, and into how many parts, is decided when a model is compiled and shown by its
    /// [`Plan`](crate::Plan); a model without such layers runs as with one thread. Results are the same to the bit
    /// with any number of threads. All sessions of a backend and its clones share the threads: a run that finds them
    /// taken by another session's does without. They are started with the first model that needs them, and end with
    /// the last session and backend.
    #[cfg(feature = "threads")]
    pub threads: std::num::NonZeroUsize,
}

impl Default for CpuConfig {
    fn default() -> Self {
        Self {
            memory_limit: 1 << 30,
            instructions: None,
            #[cfg(feature = "threads")]
            threads: std::num::NonZeroUsize::MIN,
        }
    }
}

/// A set of CPU instructions, beyond what every CPU of the build's target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instructions {
    /// What the build's target has: plain Rust, the same everywhere.
    Portable,
    /// AVX2 with FMA (x86-64).
    Avx2,
    /// AVX-512 F, BW, DQ and VL (x86-64).
    Avx512,
    /// AVX-512 with its dot products of bytes (x86-64).
    Avx512Vnni,
    /// NEON (AArch64).
    Neon,
    /// NEON with its dot products of bytes (AArch64).
    NeonDotprod,
}

impl Instructions {
    /// All of them; of those that one machine has, a later one is faster.
    pub const ALL: &[Self] = &[
        Self::Portable,
        Self::Avx2,
        Self::Avx512,
        Self::Avx512Vnni,
        Self::Neon,
        Self::NeonDotprod,
    ];

    /// Those that this machine has.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|&instructions| Level::of(instructions).is_some())
    }
}
