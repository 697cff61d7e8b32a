//! Where the eyes of faces are, for `peers/eye_centres.py`.
//!
//! ```text
//! cargo run --release -p emo-image --example eye_centres -- FACES.npy
//! ```
//! The array is `[faces, rows, columns]` of `u8`. Prints a line for each face: x and y of the left
//! eye, of the right one, and the confidence; then, on the standard error, the mean time.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program prints its results"
)]

use std::{error::Error, time::Instant};

use emo_image::{EyeFinder, FaceBox, Plane};
use ndarray::Array3;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("an array of faces is needed")?;
    let faces: Array3<u8> = ndarray_npy::read_npy(path)?;
    let (count, height, width) = faces.dim();
    let whole = FaceBox {
        x: 0,
        y: 0,
        width: u32::try_from(width)?,
        height: u32::try_from(height)?,
    };
    let levels = faces.as_standard_layout();
    let levels = levels.as_slice().ok_or("the array has no pixels")?;
    let mut finder = EyeFinder::new();
    let mut found = Vec::with_capacity(count);
    let start = Instant::now();
    for face in levels.chunks_exact(height * width) {
        found.push(finder.find(Plane::new(face, width, height)?, whole)?);
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / count as f64;
    for eyes in found {
        match eyes {
            Some(eyes) => {
                let ([lx, ly], [rx, ry]) = (eyes.left, eyes.right);
                println!("{lx:.3} {ly:.3} {rx:.3} {ry:.3} {:.4}", eyes.confidence);
            }
            None => println!("nan nan nan nan 0"),
        }
    }
    eprintln!("{micros:.0} µs per face");
    Ok(())
}
