//! Conversions of one colour, each after the tool that it names.

/// The grey level of a colour after Pillow's `convert("L")`, ITU-R BT.601 in 16 fractional bits.
pub fn grey_pillow(rgb: [u8; 3]) -> u8 {
    let [r, g, b] = rgb.map(u32::from);
    ((19595 * r + 38470 * g + 7471 * b + 32768) >> 16) as u8
}

/// The grey level of a colour from 0 to 1 after scikit-image's `rgb2gray`, weights of ITU-R BT.709.
pub fn grey_bt709(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(f64::from);
    (0.2125 * r + 0.7154 * g + 0.0721 * b) / 255.0
}

/// Hue from 0 to 6, saturation from 0 to 1 and value from 0 to 255 of a colour.
fn hsv([r, g, b]: [u8; 3]) -> (f64, f64, u8) {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    if most == least {
        return (0.0, 0.0, most);
    }
    let range = f64::from(most - least);
    let part = |x: u8, y: u8| (f64::from(x) - f64::from(y)) / range;
    let hue = if r == most {
        part(g, b)
    } else if g == most {
        2.0 + part(b, r)
    } else {
        4.0 + part(r, g)
    };
    (hue.rem_euclid(6.0), range / f64::from(most), most)
}

/// Hue from 0 to 179 in steps of 2°, saturation and value from 0 to 255, after OpenCV's
/// `COLOR_RGB2HSV`.
pub fn hsv_opencv(rgb: [u8; 3]) -> [u8; 3] {
    let (hue, saturation, value) = hsv(rgb);
    let hue = (hue * 30.0).round_ties_even() as u8 % 180;
    [hue, (saturation * 255.0).round_ties_even() as u8, value]
}

/// Hue, saturation and value from 0 to 255 after Pillow's `convert("HSV")`.
pub fn hsv_pillow(rgb: [u8; 3]) -> [u8; 3] {
    let (hue, saturation, value) = hsv(rgb);
    [(hue / 6.0 * 255.0) as u8, (saturation * 255.0) as u8, value]
}

/// Luma and the red and blue difference from 0 to 255 after OpenCV's `COLOR_RGB2YCrCb`.
pub fn ycrcb_opencv(rgb: [u8; 3]) -> [u8; 3] {
    const HALF: i32 = 1 << 13;
    let [r, g, b] = rgb.map(i32::from);
    let luma = (4899 * r + 9617 * g + 1868 * b + HALF) >> 14;
    let difference = |value: i32, weight: i32| {
        (((value - luma) * weight + (128 << 14) + HALF) >> 14).clamp(0, 255) as u8
    };
    [luma as u8, difference(r, 11682), difference(b, 9241)]
}

/// Lightness from 0 to 100 and the two opponent axes of CIE L*a*b* for D65 and 2°, after
/// scikit-image's `rgb2lab`; OpenCV's, from tables, is [`LabTable`](crate::LabTable).
///
/// # References
/// CIE 15:2004, *Colorimetry*; IEC 61966-2-1:1999 (sRGB).
pub fn lab(rgb: [u8; 3]) -> [f64; 3] {
    let white = [0.95047, 1.0, 1.08883];
    lab_under(
        white,
        rgb.map(|level| f64::from(level) / 255.0),
        0.008_856,
        7.787,
    )
}

/// CIE L*a*b* of an sRGB colour from 0 to 1 under a white point; below `threshold` a straight line of this slope stands
/// for the cube root.
pub(crate) fn lab_under(white: [f64; 3], rgb: [f64; 3], threshold: f64, slope: f64) -> [f64; 3] {
    let linear = rgb.map(|level| {
        if level > 0.04045 {
            ((level + 0.055) / 1.055).powf(2.4)
        } else {
            level / 12.92
        }
    });
    let matrix = [
        [0.412_453, 0.357_580, 0.180_423],
        [0.212_671, 0.715_160, 0.072_169],
        [0.019_334, 0.119_193, 0.950_227],
    ];
    let [x, y, z] = [0, 1, 2].map(|row| {
        let sum: f64 = matrix[row].iter().zip(linear).map(|(w, v)| w * v).sum();
        let share = sum / white[row];
        if share > threshold {
            share.cbrt()
        } else {
            slope * share + 16.0 / 116.0
        }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}
