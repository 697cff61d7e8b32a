use std::{path::Path, str::FromStr};

use emo_fusion::{Inputs, PipelineError, image::FaceBox};

/// How the command line says where the face of a picture is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FacePlace {
    /// There.
    Box(FaceBox),
    /// Wherever the detector finds the surest one.
    Find,
}

impl FacePlace {
    /// Reads a picture with its face there; without a place the whole picture is the face.
    ///
    /// # Errors
    /// Those of [`Inputs::read_image`] and [`Inputs::read_face`].
    pub fn read(
        place: Option<Self>,
        inputs: &mut Inputs,
        path: impl AsRef<Path>,
    ) -> Result<&mut Inputs, PipelineError> {
        match place {
            Some(Self::Find) => inputs.read_face(path),
            Some(Self::Box(bounds)) => inputs.read_image(path, Some(bounds)),
            None => inputs.read_image(path, None),
        }
    }
}

/// [`parse_face`], or `find`.
///
/// # Errors
/// Those of [`parse_face`].
pub fn parse_face_place(text: &str) -> Result<FacePlace, String> {
    match text {
        "find" => Ok(FacePlace::Find),
        _ => parse_face(text).map(FacePlace::Box),
    }
}

/// Where a face lies, as the command line says it: `x,y,width,height` in pixels.
///
/// # Errors
/// Says what is no number, or how many there are.
pub fn parse_face(text: &str) -> Result<FaceBox, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [x, y, width, height] = parts[..] else {
        return Err(format!(
            "{} numbers, expected x,y,width,height",
            parts.len()
        ));
    };
    fn pixels<T: FromStr>(number: &str) -> Result<T, String> {
        number
            .parse()
            .map_err(|_| format!("`{number}` is not a number of pixels"))
    }
    Ok(FaceBox {
        x: pixels(x)?,
        y: pixels(y)?,
        width: pixels(width)?,
        height: pixels(height)?,
    })
}
