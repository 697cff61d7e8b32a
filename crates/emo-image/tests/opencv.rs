//! Grey conversion, resizing, orientation and decoding against OpenCV and Pillow.
//!
//! Tolerances are those of `fixtures/emo-image/README.md`.
#![cfg(all(feature = "jpeg", feature = "png"))]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use emo_image::{DynamicImage, Frame, GreyImage, Interpolation, Limits, PixelFormat, decode_file};
use emo_testing::{assert_close, fixture, load_npy};
use ndarray::ArrayD;
use ndarray_npy::read_npy;

fn decode(name: &str) -> DynamicImage {
    decode_file(fixture(format!("emo-image/{name}")), &Limits::default()).unwrap()
}

fn grey(name: &str) -> GreyImage {
    GreyImage::from_image(&decode(name)).unwrap()
}

fn expected_u8(name: &str) -> ArrayD<u8> {
    read_npy(fixture(format!("emo-image/{name}.npy"))).unwrap()
}

/// Fails where two levels differ by more than `tolerance`.
#[track_caller]
fn assert_levels(actual: &[u8], expected: &[u8], tolerance: u8) {
    assert_eq!(actual.len(), expected.len());
    let worst = actual
        .iter()
        .zip(expected)
        .map(|(a, e)| a.abs_diff(*e))
        .max();
    assert!(worst.unwrap_or(0) <= tolerance, "off by {worst:?} levels");
}

#[test]
fn grey_of_8_bit_colour_is_exact() {
    for name in ["face64_rgb", "face48_rgb"] {
        let expected = expected_u8(&format!("cv_rgb2gray_u8_{name}"));
        let image = grey(&format!("{name}.png"));
        assert_eq!([image.height(), image.width()], expected.shape());
        assert_close(image.levels().iter().copied(), expected, 0.0, 0.0);
    }
}

#[test]
fn grey_of_float_colour() {
    let image = DynamicImage::ImageRgb32F(decode("face64_rgb.png").to_rgb32f());
    let image = GreyImage::from_image(&image).unwrap();
    let expected = load_npy(fixture("emo-image/cv_rgb2gray_f32.npy"));
    let unit = image.levels().iter().map(|level| level / 255.0);
    assert_close(unit, expected, 1e-6, 1e-6);
}

#[test]
fn grey_of_16_bits() {
    let image = decode("gray16_64.png");
    let expected: ArrayD<u16> = read_npy(fixture("emo-image/cv_png16.npy")).unwrap();
    assert!(image.as_luma16().unwrap().as_raw().iter().eq(&expected));
    let grey = grey("gray16_64.png");
    let high_bytes = expected_u8("cv_png16_as_gray8");
    assert_close(grey.levels().iter().copied(), high_bytes, 0.0, 1.0);
}

#[test]
fn alpha_is_dropped() {
    let image = decode("rgba64.png");
    assert!(image.as_rgba8().is_some());
    let opaque = expected_u8("pil_rgba_to_rgb");
    assert_levels(image.to_rgb8().as_raw(), opaque.as_slice().unwrap(), 0);
    let opaque = DynamicImage::ImageRgb8(image.to_rgb8());
    let opaque = GreyImage::from_image(&opaque).unwrap();
    assert_eq!(GreyImage::from_image(&image).unwrap(), opaque);
}

#[test]
fn resizing_of_8_bit_levels() {
    for (name, interpolation) in [
        ("linear", Interpolation::Linear),
        ("area", Interpolation::Area),
    ] {
        for (source, side) in [
            ("face200x300_gray", 48),
            ("face64_gray", 48),
            ("face48_gray", 64),
            ("face48_gray", 112),
        ] {
            let expected = expected_u8(&format!("cv_resize_{name}_{source}_to{side}"));
            let image = grey(&format!("{source}.png"));
            let resized = image.resize(side, side, interpolation).unwrap();
            let rounded = resized.levels().iter().map(|level| level.round());
            assert_close(rounded, expected, 0.0, 1.0);
        }
    }
}

#[test]
fn resizing_of_float_levels() {
    for (name, interpolation) in [
        ("linear", Interpolation::Linear),
        ("area", Interpolation::Area),
    ] {
        let resized = grey("face64_gray.png")
            .resize(48, 48, interpolation)
            .unwrap();
        let expected = load_npy(fixture(format!(
            "emo-image/cv_resize_{name}_f32_face64_to48.npy"
        )));
        assert_close(resized.levels().iter().copied(), expected, 1e-5, 1e-3);
    }
}

#[test]
fn auto_is_area_when_shrinking_and_linear_when_enlarging() {
    for (side, interpolation) in [(48, Interpolation::Area), (96, Interpolation::Linear)] {
        let image = grey("face64_gray.png");
        assert_eq!(
            image.resize(side, side, Interpolation::Auto).unwrap(),
            image.resize(side, side, interpolation).unwrap()
        );
    }
}

#[test]
fn exif_orientation_is_applied() {
    for orientation in 1..=8 {
        let image = decode(&format!("exif{orientation}_36x52.jpg"));
        let expected = expected_u8(&format!("cv_exif{orientation}"));
        assert_eq!(
            [image.height() as usize, image.width() as usize, 3],
            expected.shape(),
            "orientation {orientation}"
        );
        assert_levels(image.to_rgb8().as_raw(), expected.as_slice().unwrap(), 2);
    }
}

#[test]
fn grey_jpeg_pixels_agree_within_two_levels() {
    let image = decode("face48_gray.jpg");
    let expected = expected_u8("cv_jpeg_face48_gray");
    assert_levels(
        image.as_luma8().unwrap().as_raw(),
        expected.as_slice().unwrap(),
        2,
    );
}

#[test]
fn colour_jpegs_give_the_same_grey_within_two_levels() {
    for name in ["face200x300_q90_420", "face200x300_q80_prog"] {
        let actual = grey(&format!("{name}.jpg"));
        let expected = grey(&format!("cv_jpeg_{name}.png"));
        let expected = expected.levels().iter().copied();
        assert_close(actual.levels().iter().copied(), expected, 0.0, 2.0);
    }
}

/// The decoder misses two levels in 31 and 33 of 180,000 samples, at the edges of 4:2:0 chroma.
#[test]
fn colour_jpeg_samples_agree_within_two_levels_but_for_few() {
    for name in ["face200x300_q90_420", "face200x300_q80_prog"] {
        let actual = decode(&format!("{name}.jpg")).to_rgb8();
        let expected = decode(&format!("cv_jpeg_{name}.png")).to_rgb8();
        assert_levels(actual.as_raw(), expected.as_raw(), 4);
        let pairs = actual.as_raw().iter().zip(expected.as_raw());
        let beyond = pairs.filter(|(a, e)| a.abs_diff(**e) > 2).count();
        assert!(beyond <= 36, "{beyond} samples are off by more than two");
    }
}

fn image_of(rgb: &[u8], width: usize, height: usize) -> DynamicImage {
    let picture = image::RgbImage::from_raw(width as u32, height as u32, rgb.to_vec());
    DynamicImage::ImageRgb8(picture.unwrap())
}

#[test]
fn frames_are_converted_to_the_last_bit() {
    for (name, format) in [
        ("bgr", PixelFormat::Bgr8),
        ("rgba", PixelFormat::Rgba8),
        ("nv12", PixelFormat::Nv12),
        ("yuyv", PixelFormat::Yuyv),
    ] {
        let bytes = expected_u8(&format!("frame_{name}"))
            .into_raw_vec_and_offset()
            .0;
        let expected_grey = expected_u8(&format!("cv_frame_{name}_grey"));
        let expected_rgb = expected_u8(&format!("cv_frame_{name}_rgb"));
        let (height, width) = (expected_grey.shape()[0], expected_grey.shape()[1]);
        let stride = if format == PixelFormat::Nv12 {
            width
        } else {
            bytes.len() / height
        };
        let frame = Frame::new(&bytes, width, height, stride, format).unwrap();

        let (mut grey, mut rgb) = (vec![0; width * height], vec![0; 3 * width * height]);
        frame.to_grey(&mut grey).unwrap();
        frame.to_rgb(&mut rgb).unwrap();
        assert_levels(&grey, expected_grey.as_slice().unwrap(), 0);
        assert_levels(&rgb, expected_rgb.as_slice().unwrap(), 0);

        // What is red, green and blue goes the same way from there.
        let frame = Frame::new(&rgb, width, height, 3 * width, PixelFormat::Rgb8).unwrap();
        let mut again = vec![0; rgb.len()];
        frame.to_rgb(&mut again).unwrap();
        assert_eq!(again, rgb);
        let picture = image_of(&rgb, width, height);
        let expected = GreyImage::from_image(&picture).unwrap();
        assert_eq!(GreyImage::from_frame(&frame), expected);
    }
}
