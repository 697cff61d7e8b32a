//! Faces found in frames, and models that are none.
#![cfg(all(feature = "detector", feature = "jpeg"))]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use emo_image::{
    CascadeConfig, CascadeDetector, DetectedFace, FaceBox, FaceDetector, GreyImage, ImageError,
    Limits, Plane, decode_file,
};
use emo_testing::{CountingAllocator, fixture};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MODEL: &[u8] = include_bytes!("../models/face.bin");

/// The portrait's levels, 512 pixels square, and where its face is by the fixtures' table.
fn portrait() -> (Vec<u8>, FaceBox) {
    let path = fixture("recordings/portrait.jpg");
    let image = decode_file(&path, &Limits::default()).unwrap();
    let grey = GreyImage::from_image(&image).unwrap();
    let face = FaceBox {
        x: 165,
        y: 65,
        width: 120,
        height: 120,
    };
    (grey.levels().iter().map(|&l| l as u8).collect(), face)
}

fn detect(pixels: &[u8], width: usize) -> Vec<DetectedFace> {
    let mut detector = CascadeDetector::new(CascadeConfig::default()).unwrap();
    let frame = Plane::new(pixels, width, pixels.len() / width).unwrap();
    detector.detect(frame).unwrap().to_vec()
}

/// Intersection over union.
fn shared(a: FaceBox, b: FaceBox) -> f32 {
    let along = |a: i32, a_len: u32, b: i32, b_len: u32| {
        let end = (a + a_len as i32).min(b + b_len as i32);
        (end - a.max(b)).max(0) as f32
    };
    let common = along(a.x, a.width, b.x, b.width) * along(a.y, a.height, b.y, b.height);
    common / ((a.width * a.height + b.width * b.height) as f32 - common)
}

#[test]
fn the_surest_face_of_a_portrait_is_where_it_is() {
    let (pixels, face) = portrait();
    let found = detect(&pixels, 512);
    assert!(shared(found[0].bounds, face) > 0.5, "{found:?}");
}

#[test]
fn a_mirrored_portrait_has_its_face_on_the_other_side() {
    let (mut pixels, mut face) = portrait();
    pixels.chunks_exact_mut(512).for_each(<[u8]>::reverse);
    face.x = 512 - face.x - face.width as i32;
    let found = detect(&pixels, 512);
    assert!(shared(found[0].bounds, face) > 0.5, "{found:?}");
}

#[test]
fn boxes_shrink_with_the_picture() {
    let (pixels, face) = portrait();
    let at = |row: usize, column: usize| u32::from(pixels[row * 512 + column]);
    let mean = |index: usize| {
        let (row, column) = (index / 256 * 2, index % 256 * 2);
        let upper = at(row, column) + at(row, column + 1);
        ((upper + at(row + 1, column) + at(row + 1, column + 1) + 2) / 4) as u8
    };
    let half: Vec<u8> = (0..256 * 256).map(mean).collect();
    let expected = FaceBox {
        x: face.x / 2,
        y: face.y / 2,
        width: face.width / 2,
        height: face.height / 2,
    };
    let found = detect(&half, 256);
    assert!(shared(found[0].bounds, expected) > 0.5, "{found:?}");
}

#[test]
fn a_face_moves_with_the_picture_and_rows_may_lie_apart() {
    let (pixels, _) = portrait();
    let plain = detect(&pixels, 512);
    // Moves by the same number of steps at every size and level of the search are not possible, so the place may
    // differ by a part of a stride.
    let (left, top, width) = (64, 32, 640);
    let mut frame = vec![128; width * 560];
    for (row, levels) in pixels.chunks_exact(512).enumerate() {
        frame[(row + top) * width + left..][..512].copy_from_slice(levels);
    }
    let moved = detect(&frame, width);
    let expected = FaceBox {
        x: plain[0].bounds.x + left as i32,
        y: plain[0].bounds.y + top as i32,
        ..plain[0].bounds
    };
    assert!(shared(moved[0].bounds, expected) > 0.75, "{moved:?}");

    let mut detector = CascadeDetector::new(CascadeConfig::default()).unwrap();
    let part = &frame[top * width + left..];
    let part = Plane::with_stride(part, 512, 512, width).unwrap();
    assert_eq!(detector.detect(part).unwrap(), plain);
}

#[test]
fn frames_without_a_face_have_none() {
    let mut state = 1_u32;
    let mut noise = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let frames: [(&str, Vec<u8>); 5] = [
        ("noise", (0..640 * 480).map(&mut noise).collect()),
        ("black", vec![0; 640 * 480]),
        ("white", vec![255; 640 * 480]),
        (
            "across",
            (0..640 * 480)
                .map(|i| (i % 640 * 255 / 640) as u8)
                .collect(),
        ),
        (
            "stripes",
            (0..640 * 480).map(|i| (i / 8 % 2 * 200) as u8).collect(),
        ),
    ];
    for (name, pixels) in frames {
        assert_eq!(detect(&pixels, 640), [], "{name}");
    }
}

#[test]
fn frames_of_any_size_are_searched() {
    for (width, height) in [
        (1, 1),
        (1, 400),
        (23, 23),
        (24, 24),
        (25, 60),
        (700, 24),
        (47, 48),
    ] {
        detect(&vec![90; width * height], width);
    }
}

#[test]
fn nothing_is_allocated_after_the_first_frame() {
    let (pixels, _) = portrait();
    let mut detector = CascadeDetector::new(CascadeConfig::default()).unwrap();
    let frame = Plane::new(&pixels, 512, 512).unwrap();
    let n_faces = detector.detect(frame).unwrap().len();
    let before = CountingAllocator::count();
    assert_eq!(detector.detect(frame).unwrap().len(), n_faces);
    assert_eq!(CountingAllocator::count(), before);
}

#[test]
fn values_outside_their_range_are_named() {
    let case = |change: fn(&mut CascadeConfig)| {
        let mut config = CascadeConfig::default();
        change(&mut config);
        CascadeDetector::new(config).unwrap_err().to_string()
    };
    assert!(case(|c| c.min_size = 23).starts_with("min_size is 23"));
    assert!(case(|c| c.max_size = 20).starts_with("max_size is 20"));
    assert!(case(|c| c.scale_step = 1.0).starts_with("scale_step is 1"));
    assert!(case(|c| c.stride = f32::NAN).starts_with("stride is NaN"));
    assert!(case(|c| c.score = f32::INFINITY).starts_with("score is inf"));
    assert!(case(|c| c.overlap = -0.1).starts_with("overlap is -0.1"));
}

fn load(bytes: &[u8]) -> Result<CascadeDetector, ImageError> {
    CascadeDetector::from_bytes(bytes, CascadeConfig::default())
}

#[test]
fn damaged_models_are_refused() {
    assert!(load(MODEL).is_ok());
    for len in (0..64).chain([MODEL.len() / 2, MODEL.len() - 1]) {
        assert!(load(&MODEL[..len]).is_err(), "{len} bytes");
    }
    let longer = [MODEL, &[0]].concat();
    assert!(load(&longer).is_err());
    // A header that claims as much as it can.
    let mut claims = MODEL[..40].to_vec();
    claims[10..12].copy_from_slice(&[0xff, 0xff]);
    assert!(
        load(&claims)
            .unwrap_err()
            .to_string()
            .contains("face model")
    );
}

/// A model whose checksum holds.
fn sealed(depth: u8, min_side: u8, n_trees: u16, body: &[u8]) -> Vec<u8> {
    let step = |sum: u32, &byte: &u8| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let mut bytes = b"EMOFACE\x01".to_vec();
    bytes.extend([depth, min_side]);
    bytes.extend(n_trees.to_le_bytes());
    bytes.extend(1_f32.to_le_bytes());
    bytes.extend(body.iter().fold(0x811c_9dc5, step).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

proptest! {
    #[test]
    fn any_one_bit_is_noticed(bit in 0..8 * MODEL.len()) {
        let mut bytes = MODEL.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // The unit of the scores and the smallest window are free within their ranges.
        let free = [9, 12, 13, 14, 15];
        prop_assert!(load(&bytes).is_err() || free.contains(&(bit / 8)));
    }

    #[test]
    fn any_tree_is_run_without_panic(
        depth in 1_u8..=3,
        min_side in 8_u8..=24,
        body in proptest::collection::vec(any::<u8>(), 0..200),
        width in 20_usize..80,
        height in 20_usize..80,
        level in any::<u8>(),
    ) {
        let leaves = 1_usize << depth;
        let tree_len = 4 * (leaves - 1) + 2 * leaves + 4;
        let n_trees = body.len() / tree_len;
        let model = sealed(depth, min_side, n_trees as u16, &body[..n_trees * tree_len]);
        match load(&model) {
            Ok(mut detector) => {
                let frame: Vec<u8> = (0..width * height).map(|i| level ^ i as u8).collect();
                let frame = Plane::new(&frame, width, height).unwrap();
                detector.detect(frame).unwrap();
            }
            Err(_) => prop_assert!(n_trees == 0),
        }
    }
}
