//! Damaged, hostile and odd pictures: each is an error that says why, none a panic.
#![cfg(all(feature = "jpeg", feature = "png"))]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use emo_image::{
    DynamicImage, FaceBox, FaceCrop, FaceCropConfig, Frame, GreyImage, ImageError, Limits,
    PixelFormat, decode_bytes, decode_file, face_quality,
};
use emo_testing::{assert_close, error_chain, fixture};
use ndarray::Array2;
use proptest::{prelude::*, test_runner::FileFailurePersistence};

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(format!("emo-image/{name}"))).unwrap()
}

#[test]
fn bad_files_are_named_with_the_reason() {
    struct Case {
        bytes: Vec<u8>,
        reason: &'static str,
    }
    let jpeg = read("face48_gray.jpg");
    let png = read("face48_gray.png");
    let cases = [
        Case {
            bytes: Vec::new(),
            reason: "no bytes",
        },
        Case {
            bytes: b"time_s,bpm".to_vec(),
            reason: "not a picture: 10 bytes that begin with \
                     [74, 69, 6d, 65, 5f, 73, 2c, 62]",
        },
        Case {
            bytes: b"GIF89a\x01\x00\x01\x00".to_vec(),
            reason: if cfg!(all(feature = "bmp", feature = "pnm", feature = "webp")) {
                "GIF is not supported by this build, which decodes BMP, JPEG, PNG, PNM and WebP"
            } else {
                "GIF is not supported by this build, which decodes JPEG and PNG"
            },
        },
        Case {
            bytes: jpeg[..jpeg.len() / 2].to_vec(),
            reason: "JPEG is truncated after 563 bytes",
        },
        Case {
            bytes: png[..png.len() / 2].to_vec(),
            reason: "PNG is truncated after 825 bytes",
        },
        Case {
            bytes: png[..20].to_vec(),
            reason: "PNG is truncated after 20 bytes",
        },
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("face.jpg");
    for Case { bytes, reason } in cases {
        std::fs::write(&path, bytes).unwrap();
        let error = decode_file(&path, &Limits::default()).unwrap_err();
        let place = format!("{}: cannot be decoded", path.display());
        assert_eq!(error_chain(&error), format!("{place}: {reason}"));
    }
    let missing = folder.path().join("missing.png");
    let error = decode_file(&missing, &Limits::default()).unwrap_err();
    let expected = format!(
        "{}: cannot be decoded: reading failed: No such file",
        missing.display()
    );
    assert!(error_chain(&error).starts_with(&expected), "{error}");
}

#[test]
fn the_content_tells_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("face.png");
    std::fs::write(&path, read("face48_gray.jpg")).unwrap();
    assert_eq!(decode_file(&path, &Limits::default()).unwrap().width(), 48);
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[test]
fn limits_hold_before_decoding() {
    let narrow = limits(|l| l.max_width = 47);
    let flat = limits(|l| l.max_height = 47);
    let little = limits(|l| l.max_alloc = 48 * 48 - 1);
    let short = limits(|l| l.max_file_len = 1000);
    for name in ["face48_gray.jpg", "face48_gray.png"] {
        let bytes = read(name);
        for limits in [&narrow, &flat] {
            assert!(matches!(
                decode_bytes(&bytes, limits),
                Err(ImageError::TooManyPixels {
                    width: 48,
                    height: 48,
                    ..
                })
            ));
        }
        assert!(matches!(
            decode_bytes(&bytes, &little),
            Err(ImageError::TooMuchMemory {
                required: 2304,
                limit: 2303
            })
        ));
        assert!(matches!(
            decode_bytes(&bytes, &short),
            Err(ImageError::FileTooLarge { limit: 1000 })
        ));
        assert!(matches!(
            decode_file(fixture(format!("emo-image/{name}")), &short),
            Err(ImageError::File { source, .. })
                if matches!(*source, ImageError::FileTooLarge { limit: 1000 })
        ));
    }
}

#[test]
fn the_coefficients_of_a_progressive_jpeg_count() {
    let bytes = read("face200x300_q80_prog.jpg");
    let pixels = 200 * 300 * 3;
    let error = decode_bytes(&bytes, &limits(|l| l.max_alloc = 3 * pixels - 1)).unwrap_err();
    assert!(matches!(error, ImageError::TooMuchMemory { required, .. } if required == 3 * pixels));
    assert!(decode_bytes(&bytes, &limits(|l| l.max_alloc = 3 * pixels)).is_ok());
}

#[test]
fn a_header_that_claims_too_much_is_refused() {
    let mut png = read("face48_gray.png");
    png[16..24].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
    let error = decode_bytes(&png, &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2147483647x2147483647 pixels, allowed are 8192x8192"
    );
    let mut jpeg = read("face48_gray.jpg");
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    jpeg[frame + 5..frame + 9].fill(0xFF);
    let error = decode_bytes(&jpeg, &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "65535x65535 pixels, allowed are 8192x8192"
    );
}

#[test]
fn a_constant_picture_is_fine() {
    for level in [0.0, 128.0, 255.0] {
        for side in [1, 31, 48, 200] {
            let image = GreyImage::new(&Array2::from_elem((side, side), level)).unwrap();
            let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
            let crop = crop.compute(&image, None).unwrap();
            assert_close(crop, vec![level / 255.0; 48 * 48], 1e-6, 0.0);
            let quality = face_quality(&image, None).unwrap();
            assert_eq!(quality.overall(), 0.0);
        }
    }
}

#[test]
fn a_face_of_the_right_size_keeps_its_levels() {
    let image = decode_bytes(&read("face48_gray.png"), &Limits::default()).unwrap();
    let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
    let crop = crop.compute_image(&image, None).unwrap();
    assert_eq!(crop.shape(), [1, 48, 48]);
    let pixels = image.as_luma8().unwrap().as_raw().iter();
    assert!(
        crop.iter()
            .copied()
            .eq(pixels.map(|&v| f32::from(v) / 255.0))
    );
}

#[test]
fn a_box_that_misses_the_picture_is_refused() {
    let image = GreyImage::new(&Array2::zeros((20, 30))).unwrap();
    let face = FaceBox {
        x: 30,
        y: -5,
        width: 10,
        height: 10,
    };
    let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
    assert_eq!(
        crop.compute(&image, Some(face)).unwrap_err().to_string(),
        "box 10x10 at 30,-5 covers no pixel of a 30x20 picture"
    );
}

#[test]
fn crops_of_frames_and_planes_are_those_of_pictures() {
    let image = decode_bytes(&read("face48_rgb.png"), &Limits::default()).unwrap();
    let rgb = image.to_rgb8().into_raw();
    let frame = Frame::new(&rgb, 48, 48, 144, PixelFormat::Rgb8).unwrap();
    let mut grey = vec![0; 48 * 48];
    let plane = frame.to_grey(&mut grey).unwrap();
    let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
    let face = FaceBox {
        x: 7,
        y: -3,
        width: 30,
        height: 40,
    };
    for face in [None, Some(face)] {
        let expected = crop.compute_image(&image, face).unwrap();
        assert_eq!(crop.compute_frame(&frame, face).unwrap(), expected);
        assert_eq!(crop.compute_plane(plane, face).unwrap(), expected);
    }
}

#[test]
fn a_crop_has_a_size() {
    for size in [0, usize::MAX] {
        let mut config = FaceCropConfig::default();
        config.size = size;
        assert!(matches!(
            FaceCrop::new(config),
            Err(ImageError::Size { .. })
        ));
    }
}

/// A picture or an error; where a picture, its crop and quality are numbers from 0 to 1.
fn decode_and_crop(bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = limits(|l| l.max_alloc = 4 << 20);
    if let Ok(image) = decode_bytes(bytes, &limits) {
        crop_is_finite(&image, None)?;
    }
    Ok(())
}

fn crop_is_finite(image: &DynamicImage, face: Option<FaceBox>) -> Result<(), TestCaseError> {
    let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
    let Ok(values) = crop.compute_image(image, face) else {
        return Ok(());
    };
    prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
    let grey = GreyImage::from_image(image).unwrap();
    prop_assert_eq!(&crop.compute(&grey, face).unwrap(), &values);
    let quality = face_quality(&grey, face).unwrap();
    for mark in [
        quality.sharpness,
        quality.exposure,
        quality.size,
        quality.overall(),
    ] {
        prop_assert!((0.0..=1.0).contains(&mark));
    }
    Ok(())
}

const SEEDS: [&str; 7] = [
    "face48_gray.jpg",
    "exif6_36x52.jpg",
    "face200x300_q80_prog.jpg",
    "face48_gray.png",
    "face48_rgb.png",
    "gray16_64.png",
    "rgba64.png",
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_never_panic(
        start in prop::sample::select(vec![&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n"]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        decode_and_crop(&[start, &bytes].concat())?;
    }

    #[test]
    fn truncated_files_never_panic(seed in 0..SEEDS.len(), share in 0.0_f64..1.0) {
        let bytes = read(SEEDS[seed]);
        let len = (bytes.len() as f64 * share) as usize;
        decode_and_crop(&bytes[..len])?;
        if SEEDS[seed].ends_with("jpg") {
            prop_assert!(decode_bytes(&bytes[..len], &Limits::default()).is_err());
        }
    }

    #[test]
    fn changed_bytes_never_panic(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = read(SEEDS[seed]);
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        decode_and_crop(&bytes)?;
    }

    #[test]
    fn any_box_gives_a_crop_or_an_error(
        x in -100..100_i32, y in -100..100_i32, width in 0..200_u32, height in 0..200_u32,
    ) {
        let image = decode_bytes(&read("face64_rgb.png"), &Limits::default()).unwrap();
        crop_is_finite(&image, Some(FaceBox { x, y, width, height }))?;
    }
}
