//! The eyes of a portrait, turned by known angles.
#![cfg(feature = "jpeg")]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use emo_image::{
    Affine, EyeCentres, EyeFinder, FaceAlignment, FaceAlignmentConfig, FaceAnchor, FaceBox,
    GreyImage, Limits, Outside, Plane, decode_file, face_quality, face_quality_with_eyes,
};
use proptest::prelude::*;

/// The portrait's face, and its pupils as marked by eye to about a pixel.
const FACE: FaceBox = FaceBox {
    x: 165,
    y: 65,
    width: 120,
    height: 120,
};
const LEFT: [f64; 2] = [202.9, 101.0];
const RIGHT: [f64; 2] = [246.9, 103.1];

fn portrait() -> GreyImage {
    let path = emo_testing::fixture("recordings/portrait.jpg");
    GreyImage::from_image(&decode_file(path, &Limits::default()).unwrap()).unwrap()
}

/// The portrait turned about the middle of the face, clockwise on the screen.
fn turned(portrait: &GreyImage, degrees: f64, scale: f64) -> (GreyImage, Affine) {
    let map = Affine::rotation([224.5, 124.5], -degrees, scale);
    let levels = map.warp(Plane::from(portrait), 512, 512, Outside::Repeat);
    let levels = levels.unwrap().mapv(|level| level as f32);
    (GreyImage::new(&levels).unwrap(), map)
}

fn find(image: &GreyImage, face: FaceBox) -> EyeCentres {
    let eyes = EyeFinder::new().find(Plane::from(image), face);
    eyes.unwrap().unwrap()
}

#[test]
fn pupils_are_found_whatever_the_turn() {
    let portrait = portrait();
    let roll = (RIGHT[1] - LEFT[1]).atan2(RIGHT[0] - LEFT[0]).to_degrees();
    for degrees in [-25.0, -15.0, -5.0, 0.0, 5.0, 15.0, 25.0] {
        let (image, map) = turned(&portrait, degrees, 1.0);
        let eyes = find(&image, FACE);
        for (found, true_place) in [(eyes.left, LEFT), (eyes.right, RIGHT)] {
            let [x, y] = map.apply(true_place);
            let off = (found[0] - x).hypot(found[1] - y);
            // A tenth of their distance, which is about an iris.
            assert!(off < 4.4, "{degrees}°: {off:.1} pixels");
        }
        let off = eyes.roll_degrees() - roll - degrees;
        assert!(off.abs() < 3.0, "{degrees}°: off by {off:.1}°");
        assert!(eyes.confidence > 0.5, "{degrees}°: {}", eyes.confidence);
        assert!((eyes.distance() - 44.0).abs() < 4.4);
    }
}

#[test]
fn pupils_are_found_in_a_detected_box() {
    // The detector's own box of this face: tight, and its middle 13 pixels below the marked one's.
    let box_of_detector = FaceBox {
        x: 176,
        y: 92,
        width: 91,
        height: 91,
    };
    let portrait = portrait();
    let eyes = EyeFinder::new().find_detected(Plane::from(&portrait), box_of_detector);
    let eyes = eyes.unwrap().unwrap();
    for (found, true_place) in [(eyes.left, LEFT), (eyes.right, RIGHT)] {
        let off = (found[0] - true_place[0]).hypot(found[1] - true_place[1]);
        assert!(off < 4.4, "{off:.1} pixels");
    }
    let far = FaceBox {
        x: 2000,
        ..box_of_detector
    };
    let refused = EyeFinder::new().find_detected(Plane::from(&portrait), far);
    assert!(refused.is_err());
}

#[test]
fn small_faces_have_eyes_too() {
    let (image, map) = turned(&portrait(), 10.0, 0.25);
    let face = FaceBox {
        x: 210,
        y: 110,
        width: 30,
        height: 30,
    };
    let eyes = find(&image, face);
    for (found, true_place) in [(eyes.left, LEFT), (eyes.right, RIGHT)] {
        let [x, y] = map.apply(true_place);
        assert!((found[0] - x).hypot(found[1] - y) < 1.5);
    }
}

#[test]
fn eyes_straighten_a_turned_face() {
    let portrait = portrait();
    let alignment = FaceAlignment::new(FaceAlignmentConfig::default()).unwrap();
    let crop = |image: &GreyImage, anchor: &FaceAnchor| {
        let crop = alignment.compute(Plane::from(image), anchor).unwrap();
        crop.levels().to_owned()
    };
    let difference =
        |a: &ndarray::Array2<f32>, b: &ndarray::Array2<f32>| (a - b).mapv(f32::abs).mean().unwrap();
    let eyes = find(&portrait, FACE);
    let straight = crop(&portrait, &alignment.anchor(FACE, Some(eyes)));
    for degrees in [-20.0, -10.0, 10.0, 20.0] {
        let (image, _) = turned(&portrait, degrees, 1.0);
        let eyes = find(&image, FACE);
        let by_eyes = crop(&image, &alignment.anchor(FACE, Some(eyes)));
        let by_box = crop(&image, &alignment.anchor(FACE, None));
        let (by_eyes, by_box) = (
            difference(&by_eyes, &straight),
            difference(&by_box, &straight),
        );
        assert!(
            by_eyes < 0.4 * by_box,
            "{degrees}°: {by_eyes} beside {by_box}"
        );
    }
}

#[test]
fn uncertain_eyes_do_not_turn_a_face() {
    let mut eyes = find(&portrait(), FACE);
    let alignment = FaceAlignment::new(FaceAlignmentConfig::default()).unwrap();
    let roll_degrees = eyes.roll_degrees();
    let turned = FaceAnchor::Box {
        bounds: FACE,
        roll_degrees,
    };
    assert_eq!(alignment.anchor(FACE, Some(eyes)), turned);
    eyes.confidence = 0.1;
    let upright = alignment.anchor(FACE, None);
    assert_eq!(alignment.anchor(FACE, Some(eyes)), upright);
}

#[test]
fn a_flat_picture_has_no_eyes() {
    for level in [0_u8, 128, 255] {
        let levels = [level; 100];
        let plane = Plane::new(&levels, 10, 10).unwrap();
        let face = FaceBox {
            x: -3,
            y: 2,
            width: 9,
            height: 7,
        };
        assert_eq!(EyeFinder::new().find(plane, face).unwrap(), None);
        let outside = FaceBox { x: 10, ..face };
        assert!(EyeFinder::new().find(plane, outside).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_box_gives_eyes_in_its_square_or_none(
        levels in prop::collection::vec(any::<u8>(), 30 * 20),
        x in -40_i32..40, y in -40_i32..40, width in 0_u32..60, height in 0_u32..60,
    ) {
        let plane = Plane::new(&levels, 30, 20).unwrap();
        let face = FaceBox { x, y, width, height };
        if let Ok(Some(eyes)) = EyeFinder::new().find(plane, face) {
            prop_assert!((0.0..=1.0).contains(&eyes.confidence));
            let half = f64::from(width.max(height)) / 2.0;
            let middle = [f64::from(x) + f64::from(width) / 2.0, f64::from(y) + f64::from(height) / 2.0];
            for eye in [eyes.left, eyes.right] {
                prop_assert!((0..2).all(|axis| (eye[axis] - middle[axis]).abs() <= half + 0.5));
            }
            prop_assert!(eyes.left[0] < eyes.right[0]);
        }
    }

    #[test]
    fn huge_boxes_are_no_danger(x: i32, y: i32, width: u32, height: u32) {
        let levels = [9_u8; 12];
        let plane = Plane::new(&levels, 4, 3).unwrap();
        let face = FaceBox { x, y, width, height };
        let _ = EyeFinder::new().find(plane, face);
        let alignment = FaceAlignment::new(FaceAlignmentConfig::default()).unwrap();
        let _ = alignment.compute(plane, &alignment.anchor(face, None));
    }
}

#[test]
fn quality_with_eyes_does_not_depend_on_the_turn() {
    let portrait = portrait();
    let quality = |degrees| {
        let (image, _) = turned(&portrait, degrees, 1.0);
        let eyes = find(&image, FACE);
        face_quality_with_eyes(&image, FACE, &eyes).unwrap()
    };
    let upright = quality(0.0);
    assert_eq!(upright.pose, Some(find(&portrait, FACE).confidence));
    let boxed = face_quality(&portrait, Some(FACE)).unwrap();
    assert_eq!((upright.size, boxed.pose), (boxed.size, None));
    for degrees in [-20.0, -10.0, 10.0, 20.0] {
        let turned = quality(degrees);
        let off = (turned.symmetry - upright.symmetry).abs();
        assert!(off < 0.15, "{degrees}°: {off}");
        assert!(turned.exposure == upright.exposure && turned.overall() > 0.0);
    }
    // Half of the face is the negative of the other.
    let mut levels = portrait.levels().to_owned();
    let negative = levels
        .slice(ndarray::s![.., 165..225;-1])
        .mapv(|level| 255.0 - level);
    levels
        .slice_mut(ndarray::s![.., 225..285])
        .assign(&negative);
    let covered = GreyImage::new(&levels).unwrap();
    let eyes = find(&portrait, FACE);
    let covered = face_quality_with_eyes(&covered, FACE, &eyes).unwrap();
    assert_eq!((covered.symmetry, covered.overall()), (0.0, 0.0));
    let far = FaceBox { x: 9000, ..FACE };
    assert!(face_quality_with_eyes(&portrait, far, &eyes).is_err());
}
