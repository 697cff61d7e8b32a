//! What this crate accepts at most. Each bound is far above the models that a device runs and far below what
//! harms it.

/// The longest file, in bytes: protobuf's own bound for one message.
pub(crate) const FILE_LEN: usize = 0x7fff_ffff;
/// The deepest nesting of messages.
pub(crate) const DEPTH: usize = 32;
/// The most bytes that a file's structure may take once decoded: everything but the elements of its tensors.
pub(crate) const STRUCTURE_LEN: usize = 64 << 20;
/// The deepest nesting of subgraphs: each level is three messages, and what a graph holds nests up to six more.
pub(crate) const SUBGRAPHS: usize = 8;
/// The most nodes, those of subgraphs included.
pub(crate) const NODES: usize = 1 << 16;
/// The most initializers, those of subgraphs included.
pub(crate) const INITIALIZERS: usize = 1 << 16;
/// The most functions that stand in one another's bodies when they are put in place.
pub(crate) const FUNCTION_DEPTH: usize = 32;
/// The most bytes that functions' bodies may take in place of the nodes that call them.
pub(crate) const INLINED_LEN: usize = 128 << 20;
/// The most axes of a tensor: as NumPy 2.
pub(crate) const RANK: usize = 64;
/// The most elements of a tensor, axes of extent 0 counted as 1.
pub(crate) const ELEMENTS: usize = 1 << 29;

/// The versions of the file format that are read.
pub(crate) const IR_VERSIONS: std::ops::RangeInclusive<i64> = 3..=14;
/// The versions of ONNX's own operators whose meaning is known: before, broadcasting had to be asked for.
pub(crate) const KNOWN_OPSETS: std::ops::RangeInclusive<i64> = 7..=27;
/// The versions of ONNX's own operators that are read.
pub(crate) const OPSETS: std::ops::RangeInclusive<i64> = 1..=27;
