use crate::ImageError;

/// The first bytes of a model file; the last one is the version.
const MAGIC: &[u8; 8] = b"EMOFACE\x01";
const HEADER_LEN: usize = 24;
/// Points of a window along each axis at which pixels are read.
pub(super) const LATTICE: usize = 32;
const MAX_DEPTH: usize = 8;
const MAX_TREES: usize = 4096;

/// A cascade of decision trees over differences of two pixels each; `docs/face.md` describes the file.
#[derive(Debug, Clone)]
pub(super) struct Model {
    depth: usize,
    nodes: Vec<u32>,
    leaves: Vec<i16>,
    /// Of each tree, the least sum up to and with it that a face has.
    thresholds: Vec<i32>,
    /// What one unit of a leaf is worth.
    unit: f32,
    /// The smallest window that the model was trained on; the largest is just below twice that.
    pub(super) min_side: usize,
}

impl Model {
    /// Reads a model and checks it whole.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ImageError> {
        let Some((header, body)) = bytes.split_at_checked(HEADER_LEN) else {
            return Err(mismatch("length", bytes.len(), HEADER_LEN));
        };
        if &header[..8] != MAGIC {
            return Err(mismatch("magic", 0, 1));
        }
        let word = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let depth = usize::from(header[8]);
        let min_side = usize::from(header[9]);
        let n_trees = usize::from(u16::from_le_bytes([header[10], header[11]]));
        let unit = f32::from_bits(word(12));
        check("depth", depth, 1, MAX_DEPTH)?;
        check("window", min_side, 8, 64)?;
        check("trees", n_trees, 1, MAX_TREES)?;
        if !(unit.is_finite() && unit > 0.0) {
            return Err(mismatch("unit of the leaves", word(12) as usize, 1));
        }
        let n_leaves = 1 << depth;
        let tree_len = 4 * (n_leaves - 1) + 2 * n_leaves + 4;
        if body.len() != n_trees * tree_len {
            return Err(mismatch(
                "length",
                bytes.len(),
                HEADER_LEN + n_trees * tree_len,
            ));
        }
        let expected = word(16);
        let actual = checksum(body);
        if actual != expected {
            return Err(mismatch("checksum", actual as usize, expected as usize));
        }
        let mut model = Self {
            depth,
            nodes: Vec::with_capacity(n_trees * (n_leaves - 1)),
            leaves: Vec::with_capacity(n_trees * n_leaves),
            thresholds: Vec::with_capacity(n_trees),
            unit,
            min_side,
        };
        for tree in body.chunks_exact(tree_len) {
            let (nodes, rest) = tree.split_at(4 * (n_leaves - 1));
            let (leaves, threshold) = rest.split_at(2 * n_leaves);
            let nodes = nodes.as_chunks::<4>().0.iter();
            model
                .nodes
                .extend(nodes.map(|&node| u32::from_le_bytes(node)));
            let leaves = leaves.as_chunks::<2>().0.iter();
            model
                .leaves
                .extend(leaves.map(|&leaf| i16::from_le_bytes(leaf)));
            let threshold = threshold.as_chunks::<4>().0.iter();
            model
                .thresholds
                .extend(threshold.map(|&least| i32::from_le_bytes(least)));
        }
        Ok(model)
    }

    /// The score of the window that begins with the first of `pixels`, unless a tree refuses it.
    ///
    /// A node is a difference of two lattice points (bits 0 to 9 and 10 to 19) compared with a signed
    /// threshold (bits 20 to 28); where it is larger, the right branch follows.
    pub(super) fn score(&self, pixels: &[u8], offsets: &Offsets) -> Option<f32> {
        let n_leaves = 1 << self.depth;
        let trees = self.nodes.chunks_exact(n_leaves - 1);
        let leaves = self.leaves.chunks_exact(n_leaves);
        let mut sum = 0;
        let mut margin = 0;
        for ((nodes, leaves), &threshold) in trees.zip(leaves).zip(&self.thresholds) {
            let mut index = 0;
            for _ in 0..self.depth {
                let node = nodes[index];
                let first = pixels[offsets.0[(node & 1023) as usize] as usize];
                let second = pixels[offsets.0[(node >> 10 & 1023) as usize] as usize];
                let level = (node << 3) as i32 >> 23;
                let right = i32::from(first) - i32::from(second) > level;
                index = 2 * index + 1 + usize::from(right);
            }
            sum += i32::from(leaves[index + 1 - n_leaves]);
            if sum < threshold {
                return None;
            }
            margin = sum - threshold;
        }
        Some(margin as f32 * self.unit)
    }
}

/// Where the lattice points of a window lie in a picture of a given width, counted from the window's first pixel.
#[derive(Debug, Clone)]
pub(super) struct Offsets([u32; LATTICE * LATTICE]);

impl Offsets {
    pub(super) fn new() -> Self {
        Self([0; LATTICE * LATTICE])
    }

    /// The lattice of a window of `side` pixels.
    pub(super) fn fill(&mut self, side: usize, width: usize) {
        let place = |index: usize| (2 * index + 1) * side / (2 * LATTICE);
        for (index, offset) in self.0.iter_mut().enumerate() {
            *offset = (place(index / LATTICE) * width + place(index % LATTICE)) as u32;
        }
    }
}

/// FNV-1a over 32 bits.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, &byte: &u8| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    bytes.iter().fold(0x811c_9dc5, step)
}

fn check(what: &'static str, actual: usize, least: usize, most: usize) -> Result<(), ImageError> {
    if (least..=most).contains(&actual) {
        Ok(())
    } else {
        Err(mismatch(what, actual, actual.clamp(least, most)))
    }
}

fn mismatch(what: &'static str, actual: usize, expected: usize) -> ImageError {
    ImageError::FaceModel {
        what,
        actual,
        expected,
    }
}
