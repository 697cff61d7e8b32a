//! Formats and kinds of pixels against Pillow and OpenCV.
//!
//! Tolerances are those of `fixtures/emo-image/formats/README.md`.
#![cfg(all(
    feature = "bmp",
    feature = "jpeg",
    feature = "png",
    feature = "pnm",
    feature = "webp"
))]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use emo_image::{DynamicImage, GreyImage, ImageError, Limits, decode_bytes, decode_file};
use emo_testing::{assert_close, fixture};
use image::ColorType;
use ndarray::ArrayD;
use ndarray_npy::read_npy;

fn path(name: &str) -> std::path::PathBuf {
    fixture(format!("emo-image/formats/{name}"))
}

fn decode(name: &str) -> DynamicImage {
    decode_file(path(name), &Limits::default()).unwrap()
}

#[test]
fn eight_bits_are_those_of_the_peers() {
    struct Case {
        name: &'static str,
        color: ColorType,
        /// The most that a level may be off.
        levels: f64,
    }
    let case = |name, color, levels| Case {
        name,
        color,
        levels,
    };
    use ColorType::{L8, La8, Rgb8, Rgba8};
    let cases = [
        case("cmyk.jpg", Rgb8, 4.0),
        case("palette8.png", Rgb8, 0.0),
        case("palette2.png", Rgb8, 0.0),
        case("bit1.png", L8, 0.0),
        case("grey_alpha.png", La8, 0.0),
        case("exif6.png", Rgb8, 0.0),
        case("animated.png", Rgb8, 0.0),
        case("lossy.webp", Rgb8, 0.0),
        case("lossy_alpha.webp", Rgba8, 0.0),
        case("lossless.webp", Rgb8, 0.0),
        case("lossless_alpha.webp", Rgba8, 0.0),
        case("exif6.webp", Rgb8, 0.0),
        case("rgb24.bmp", Rgb8, 0.0),
        case("rgb32.bmp", Rgb8, 0.0),
        case("palette8.bmp", Rgb8, 0.0),
        case("bit1.bmp", Rgb8, 0.0),
        case("bit1.pbm", L8, 0.0),
        case("grey.pgm", L8, 0.0),
        case("rgb.ppm", Rgb8, 0.0),
        case("ascii.ppm", Rgb8, 0.0),
        case("ascii.pgm", L8, 0.0),
        case("rgb.pam", Rgb8, 0.0),
    ];
    for Case {
        name,
        color,
        levels,
    } in cases
    {
        let image = decode(name);
        assert_eq!(image.color(), color, "{name}");
        let expected: ArrayD<u8> = read_npy(path(&format!("{name}.npy"))).unwrap();
        assert_eq!(
            [image.height() as usize, image.width() as usize],
            expected.shape()[..2],
            "{name}"
        );
        assert_close(image.as_bytes().iter().copied(), expected, 0.0, levels);
    }
}

#[test]
fn sixteen_bits_are_those_of_the_peers() {
    for name in ["rgb16.png", "rgb16.ppm"] {
        let image = decode(name);
        let expected: ArrayD<u16> = read_npy(path(&format!("{name}.npy"))).unwrap();
        assert!(image.as_rgb16().unwrap().as_raw().iter().eq(&expected));
        // The picture was made by changing the low byte of 8-bit levels.
        let grey = GreyImage::from_image(&image).unwrap();
        let eight_bits = GreyImage::from_image(&decode("rgb.ppm")).unwrap();
        let eight_bits = eight_bits.levels().iter().copied();
        assert_close(grey.levels().iter().copied(), eight_bits, 0.0, 1.0);
    }
}

#[test]
fn a_wrong_extension_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["lossless.webp", "rgb24.bmp", "rgb.ppm", "palette8.png"] {
        let wrong = folder.path().join("face.jpg");
        std::fs::copy(path(name), &wrong).unwrap();
        assert_eq!(
            decode_file(&wrong, &Limits::default()).unwrap(),
            decode(name)
        );
    }
}

#[test]
fn what_moves_or_is_unknown_is_refused() {
    let error = |name| {
        let bytes = std::fs::read(path(name)).unwrap();
        decode_bytes(&bytes, &Limits::default()).unwrap_err()
    };
    assert_eq!(
        error("animated.webp").to_string(),
        "WebP is animated; only still pictures are decoded"
    );
    assert_eq!(
        error("animated.gif").to_string(),
        "GIF is not supported by this build, which decodes BMP, JPEG, PNG, PNM and WebP"
    );
    assert!(matches!(
        error("make_formats.py"),
        ImageError::UnknownFormat { .. }
    ));
}
