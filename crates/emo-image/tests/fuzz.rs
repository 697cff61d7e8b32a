//! Replays the fuzz targets' seeds and regressions, under an allocator that ends the process at 128 MiB.
#![cfg(all(
    feature = "bmp",
    feature = "jpeg",
    feature = "png",
    feature = "pnm",
    feature = "webp"
))]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{env, fs, path::Path};

use arbitrary::{Arbitrary as _, Unstructured};
use emo_image::{DynamicImage, Limits, decode_bytes};
use emo_testing::{CappedAllocator, fixture};
use image::ImageFormat;
use proptest::{collection::vec, prelude::*};

#[path = "../fuzz/probe.rs"]
mod probe;
#[path = "../fuzz/spec.rs"]
mod spec;

/// Set to write `fuzz/seeds/decode` anew.
const REGENERATE: &str = "EMO_IMAGE_REGENERATE";

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(128 << 20);

fn replay(folder: &Path) -> usize {
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.extension().is_none_or(|kind| kind != "md") {
            probe::decode(&fs::read(path).unwrap());
            n_files += 1;
        }
    }
    n_files
}

/// A picture of 9 × 7 pixels in the formats that can be written.
fn seeds() -> [(&'static str, DynamicImage, Vec<u8>); 5] {
    let picture = image::RgbImage::from_fn(9, 7, |x, y| {
        image::Rgb([x as u8 * 28, y as u8 * 36, (x * y) as u8 * 5])
    });
    let picture = DynamicImage::ImageRgb8(picture);
    [
        ("rgb.png", ImageFormat::Png),
        ("rgb.jpg", ImageFormat::Jpeg),
        ("rgb.bmp", ImageFormat::Bmp),
        ("rgb.ppm", ImageFormat::Pnm),
        ("rgb.webp", ImageFormat::WebP),
    ]
    .map(|(name, format)| {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        (name, picture.clone(), file.into_inner())
    })
}

#[test]
fn seeds_and_regressions_pass() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (name, picture, bytes) in seeds() {
        let path = fuzz.join("seeds/decode").join(name);
        if env::var_os(REGENERATE).is_some() {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(path).unwrap() == bytes, "{name}");
        let decoded = decode_bytes(&bytes, &Limits::default()).unwrap();
        if name == "rgb.jpg" {
            assert_eq!((decoded.width(), decoded.height()), (9, 7));
        } else {
            assert_eq!(decoded, picture, "{name}");
        }
    }
    let folders = [
        fuzz.join("seeds/decode"),
        fuzz.join("regressions"),
        fixture("emo-image"),
        fixture("emo-image/formats"),
    ];
    let n_files: usize = folders.iter().map(|folder| replay(folder)).sum();
    assert!(n_files > 80, "{n_files}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn files_that_are_nearly_right_pass(bytes in vec(any::<u8>(), 0..1500)) {
        if let Ok(file) = spec::File::arbitrary_take_rest(Unstructured::new(&bytes)) {
            probe::decode(&file.encode());
        }
    }

    #[test]
    fn frames_pass(bytes in vec(any::<u8>(), 0..6000)) {
        if let Ok(frame) = probe::RawFrame::arbitrary_take_rest(Unstructured::new(&bytes)) {
            probe::frame(&frame);
        }
    }
}
