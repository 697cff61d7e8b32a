//! Grey pictures in memory, and reading them.

use std::{error::Error, fs, path::Path};

use emo_image::{GreyImage, Limits, decode_file};

/// Grey levels of 0 to 255, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<f32>,
}

impl Picture {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![0.0; width * height],
        }
    }

    /// The level between pixels, pixel centres being at whole numbers; the border's pixels go on outwards.
    pub(crate) fn sample(&self, x: f32, y: f32) -> f32 {
        let (right_most, bottom_most) = (self.width - 1, self.height - 1);
        let (x, y) = (
            x.clamp(0.0, right_most as f32),
            y.clamp(0.0, bottom_most as f32),
        );
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(right_most), (top + 1).min(bottom_most));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let at = |row: usize, column: usize| self.pixels[row * self.width + column];
        let upper = at(top, left) + fx * (at(top, right) - at(top, left));
        let lower = at(bottom, left) + fx * (at(bottom, right) - at(bottom, left));
        upper + fy * (lower - upper)
    }

    fn half(&self) -> Self {
        let mut half = Self::new(self.width / 2, self.height / 2);
        for (index, pixel) in half.pixels.iter_mut().enumerate() {
            let (row, column) = (index / half.width * 2, index % half.width * 2);
            let at = |row: usize, column: usize| self.pixels[row * self.width + column];
            let sum = at(row, column) + at(row, column + 1) + at(row + 1, column);
            *pixel = (sum + at(row + 1, column + 1)) / 4.0;
        }
        half
    }

    /// The levels as bytes, rounded.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let byte = |&level: &f32| level.round().clamp(0.0, 255.0) as u8;
        self.pixels.iter().map(byte).collect()
    }
}

/// A picture at its own, half, quarter, … size, from which a smaller copy is drawn without aliasing.
#[derive(Debug, Clone)]
pub(crate) struct Pyramid(Vec<Picture>);

impl Pyramid {
    pub(crate) fn new(picture: Picture) -> Self {
        let mut levels = vec![picture];
        while let Some(last) = levels.last()
            && last.width >= 16
            && last.height >= 16
        {
            levels.push(last.half());
        }
        Self(levels)
    }

    pub(crate) fn width(&self) -> usize {
        self.0[0].width
    }

    pub(crate) fn height(&self) -> usize {
        self.0[0].height
    }

    /// The level for drawing with `zoom` pixels of the picture to one drawn pixel, and its own scale.
    pub(crate) fn level(&self, zoom: f32) -> (&Picture, f32) {
        let index = (zoom.max(1.0).log2() + 0.25) as usize;
        let index = index.min(self.0.len() - 1);
        (&self.0[index], (1_u32 << index) as f32)
    }
}

/// Every picture of a folder, in the order of the names.
pub(crate) fn read_pictures(folder: &Path) -> Result<Vec<Pyramid>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut pictures = Vec::new();
    for path in paths {
        let grey = GreyImage::from_image(&decode_file(&path, &Limits::default())?)?;
        pictures.push(Pyramid::new(Picture {
            width: grey.width(),
            height: grey.height(),
            pixels: grey.levels().iter().copied().collect(),
        }));
    }
    if pictures.is_empty() {
        return Err(format!("{} holds no pictures", folder.display()).into());
    }
    Ok(pictures)
}
