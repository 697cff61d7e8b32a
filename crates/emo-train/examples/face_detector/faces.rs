//! The faces of the FER+ set.

use std::{error::Error, fs::File, path::Path};

use clap::ValueEnum;
use ndarray::{Array3, Axis};
use ndarray_npy::NpzReader;
use serde::Deserialize;

use crate::picture::{Picture, Pyramid};

/// The part of the set; the official one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Split {
    Train,
    #[serde(alias = "val")]
    Valid,
    Test,
}

impl Split {
    /// The folder of face-free pictures.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

#[derive(Debug, Deserialize)]
struct Row {
    index: usize,
    split: Split,
}

/// The faces of one part, 48 pixels square.
pub(crate) fn read_faces(data: &Path, split: Split) -> Result<Vec<Pyramid>, Box<dyn Error>> {
    let folder = data.join("face/ferplus");
    let mut archive = NpzReader::new(File::open(folder.join("images.npz"))?)?;
    let pictures: Array3<u8> = archive.by_name("images")?;
    let mut faces = Vec::new();
    for row in csv::Reader::from_path(folder.join("manifest.csv"))?.deserialize() {
        let row: Row = row?;
        if row.split == split {
            let picture = pictures.index_axis(Axis(0), row.index);
            faces.push(Pyramid::new(Picture {
                width: picture.ncols(),
                height: picture.nrows(),
                pixels: picture.iter().map(|&level| f32::from(level)).collect(),
            }));
        }
    }
    Ok(faces)
}
