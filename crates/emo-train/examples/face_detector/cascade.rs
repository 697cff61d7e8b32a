//! A cascade in the making, and its file.

use std::{error::Error, path::Path};

use crate::{
    sample::{SIDES, Sample},
    tree::{DEPTH, Tree, UNIT},
};

#[derive(Debug, Default)]
pub(crate) struct Cascade {
    pub(crate) trees: Vec<Tree>,
    /// Of each tree, the least sum up to and with it that a face has.
    pub(crate) thresholds: Vec<i32>,
}

impl Cascade {
    /// The sum over all trees, or nothing where a tree refuses the sample.
    pub(crate) fn sum(&self, sample: &Sample) -> Option<i32> {
        let mut sum = 0;
        for (tree, &threshold) in self.trees.iter().zip(&self.thresholds) {
            sum += tree.value(sample);
            if sum < threshold {
                return None;
            }
        }
        Some(sum)
    }

    /// The model file, which `docs/face.md` describes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (tree, threshold) in self.trees.iter().zip(&self.thresholds) {
            body.extend(tree.nodes.iter().flat_map(|node| node.to_le_bytes()));
            body.extend(tree.leaves.iter().flat_map(|leaf| leaf.to_le_bytes()));
            body.extend(threshold.to_le_bytes());
        }
        let checksum = body.iter().fold(0x811c_9dc5_u32, |sum, &byte| {
            (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let mut bytes = b"EMOFACE\x01".to_vec();
        bytes.extend([DEPTH as u8, SIDES.start as u8]);
        bytes.extend((self.trees.len() as u16).to_le_bytes());
        bytes.extend(UNIT.to_le_bytes());
        bytes.extend(checksum.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(body);
        bytes
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        Ok(std::fs::write(path, self.to_bytes())?)
    }
}

/// Divides what a model's leaves are worth by `score`.
pub(crate) fn scale(path: &Path, score: f32) -> Result<(), Box<dyn Error>> {
    let mut bytes = std::fs::read(path)?;
    let unit = bytes.get_mut(12..16).ok_or("the model has no header")?;
    let old = f32::from_le_bytes([unit[0], unit[1], unit[2], unit[3]]);
    unit.copy_from_slice(&(old / score).to_le_bytes());
    Ok(std::fs::write(path, bytes)?)
}
