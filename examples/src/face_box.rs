use std::str::FromStr;

use emo_fusion::image::FaceBox;

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
