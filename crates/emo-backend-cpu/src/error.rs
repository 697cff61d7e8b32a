use emo_backend::BackendError;

/// What is wrong with a graph beyond what its reader checks; the source of
/// [`BackendError::Model`](emo_backend::BackendError::Model).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CpuError {
    /// A node contradicts its operator's definition, or its inputs contradict each other.
    #[error("node {node}: {reason}")]
    Node {
        /// The node's name and operator.
        node: String,
        /// The contradiction.
        reason: String,
    },
    /// A graph's output is not what the graph says of it.
    #[error("output `{name}` is declared as {declared} but computed as {computed}")]
    Output {
        /// The output's name.
        name: String,
        /// Type and shape that the graph declares.
        declared: String,
        /// Type and shape that follow from the nodes.
        computed: String,
    },
    /// The model needs more memory than the configuration allows.
    #[error("{what} needs {required} bytes, the limit is {limit}")]
    Memory {
        /// The value or the part of the session.
        what: String,
        /// The bytes that it needs; the largest number where that overflows.
        required: usize,
        /// The configured limit.
        limit: usize,
    },
}

impl From<CpuError> for BackendError {
    fn from(error: CpuError) -> Self {
        Self::Model {
            source: Box::new(error),
        }
    }
}
