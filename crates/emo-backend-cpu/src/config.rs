/// Limits of a [`CpuBackend`](crate::CpuBackend).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpuConfig {
    /// The most bytes that a session may take for a model's constants, values and intermediate results; a model
    /// that needs more is refused before the memory is taken. Default: 2³⁰, half of what a model's file may have.
    pub memory_limit: usize,
}

impl Default for CpuConfig {
    fn default() -> Self {
        Self {
            memory_limit: 1 << 30,
        }
    }
}
