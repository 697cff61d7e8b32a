//! Faces followed through drawn scenes, with a detector that knows the truth.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{sync::LazyLock, time::Duration};

use emo_image::{
    DetectedFace, FaceBox, FaceDetector, FaceTracker, FaceTrackerConfig, ImageError, Plane,
    TrackedFace,
};
use emo_testing::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const WIDTH: usize = 320;
const HEIGHT: usize = 240;
const FRAME: Duration = Duration::from_micros(33_333);

/// What is drawn: a square of a face's own waves.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    look: u32,
    x: f64,
    y: f64,
    side: f64,
}

impl Drawn {
    fn bounds(&self) -> FaceBox {
        FaceBox {
            x: self.x.round() as i32,
            y: self.y.round() as i32,
            width: self.side as u32,
            height: self.side as u32,
        }
    }
}

/// Waves of three directions that differ from look to look.
fn level(look: u32, x: f64, y: f64) -> f64 {
    let seed = f64::from(look);
    let wave = |number: f64| {
        let turn = 2.4 * number + 1.7 * seed;
        let length = 9.0 + 3.0 * number + (0.7 * seed).sin();
        ((x * turn.cos() + y * turn.sin()) / length + seed * number).sin()
    };
    128.0 + 35.0 * (wave(0.0) + wave(1.0) + wave(2.0))
}

/// Later faces lie before earlier ones.
fn draw(faces: &[Drawn], frame: &mut Vec<u8>) {
    static GROUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let pixels = (0..HEIGHT).flat_map(|row| (0..WIDTH).map(move |column| (column, row)));
        pixels
            .map(|(x, y)| (0.4 * level(99, 0.6 * x as f64, 0.6 * y as f64) + 70.0) as u8)
            .collect()
    });
    frame.clear();
    frame.extend_from_slice(&GROUND);
    for face in faces {
        let scale = 64.0 / face.side;
        for row in 0..HEIGHT {
            for column in 0..WIDTH {
                let (x, y) = (column as f64 - face.x, row as f64 - face.y);
                if (0.0..face.side).contains(&x) && (0.0..face.side).contains(&y) {
                    frame[row * WIDTH + column] = level(face.look, scale * x, scale * y) as u8;
                }
            }
        }
    }
}

#[derive(Debug, Default)]
struct Truth {
    faces: Vec<DetectedFace>,
    calls: usize,
}

impl Truth {
    fn show(&mut self, faces: &[Drawn]) {
        self.faces.clear();
        let detected = |face: &Drawn| DetectedFace::new(face.bounds(), 10.0);
        self.faces.extend(faces.iter().map(detected));
    }
}

impl FaceDetector for Truth {
    fn detect(&mut self, _: Plane<'_, u8>) -> Result<&[DetectedFace], ImageError> {
        self.calls += 1;
        Ok(&self.faces)
    }
}

struct Scene {
    tracker: FaceTracker,
    detector: Truth,
    frame: Vec<u8>,
}

impl Scene {
    fn new(config: FaceTrackerConfig) -> Self {
        Self {
            tracker: FaceTracker::new(config).unwrap(),
            detector: Truth::default(),
            frame: Vec::with_capacity(WIDTH * HEIGHT),
        }
    }

    /// Draws all faces, of which the detector sees some.
    fn step(&mut self, drawn: &[Drawn], seen: &[Drawn]) -> Vec<TrackedFace> {
        draw(drawn, &mut self.frame);
        self.detector.show(seen);
        let frame = Plane::new(&self.frame, WIDTH, HEIGHT).unwrap();
        let faces = self.tracker.track(frame, FRAME, &mut self.detector);
        faces.unwrap().to_vec()
    }
}

fn unsmoothed() -> FaceTrackerConfig {
    let mut config = FaceTrackerConfig::default();
    config.min_cutoff_hz = f64::INFINITY;
    config
}

fn off(face: &TrackedFace, drawn: &Drawn) -> f64 {
    let FaceBox { x, y, .. } = face.bounds;
    (f64::from(x) - drawn.x).hypot(f64::from(y) - drawn.y)
}

#[test]
fn a_moving_face_is_followed_with_a_tenth_of_the_searches() {
    let mut scene = Scene::new(unsmoothed());
    for frame in 0..100 {
        let time = f64::from(frame) / 30.0;
        let face = Drawn {
            look: 1,
            x: 120.0 + 80.0 * (2.0 * time).sin(),
            y: 80.0 + 40.0 * (3.1 * time).cos(),
            side: 60.0,
        };
        let faces = scene.step(&[face], &[face]);
        assert_eq!(faces.len(), 1, "frame {frame}");
        assert_eq!(faces[0].id, 0);
        assert_eq!(faces[0].is_detected, frame % 10 == 0);
        assert!(
            off(&faces[0], &face) < 1.5,
            "frame {frame}: {}",
            off(&faces[0], &face)
        );
    }
    assert_eq!(scene.detector.calls, 10);
}

#[test]
fn a_resting_box_trembles_less_when_smoothed() {
    let tremble = |config: FaceTrackerConfig| {
        let mut scene = Scene::new(config);
        let face = Drawn {
            look: 2,
            x: 100.0,
            y: 80.0,
            side: 60.0,
        };
        let mut places = Vec::new();
        for frame in 0..120_u32 {
            // A detector whose boxes are off by up to 4 pixels.
            let x = face.x + f64::from(frame * 7919 % 9) - 4.0;
            let faces = scene.step(&[face], &[Drawn { x, ..face }]);
            places.push(f64::from(faces[0].bounds.x));
        }
        let steps: f64 = places[60..].windows(2).map(|p| (p[1] - p[0]).abs()).sum();
        steps / 59.0
    };
    let mut config = unsmoothed();
    config.detect_every = 1;
    let raw = tremble(config.clone());
    config.min_cutoff_hz = FaceTrackerConfig::default().min_cutoff_hz;
    let smooth = tremble(config);
    assert!(smooth < 0.4 * raw, "{smooth} beside {raw}");
}

#[test]
fn a_face_that_leaves_is_forgotten_and_one_that_hides_is_remembered() {
    let face = Drawn {
        look: 3,
        x: 130.0,
        y: 90.0,
        side: 70.0,
    };
    for (hidden, id) in [(6, 0), (40, 1)] {
        let mut scene = Scene::new(unsmoothed());
        for frame in 0..100 {
            let is_hidden = (25..25 + hidden).contains(&frame);
            let drawn = if is_hidden { vec![] } else { vec![face] };
            let faces = scene.step(&drawn, &drawn);
            if is_hidden {
                assert!(faces.is_empty(), "frame {frame}: {faces:?}");
                assert_eq!(scene.tracker.main_face(), None);
            } else if frame < 25 {
                assert_eq!(faces[0].id, 0);
            } else if frame >= 25 + hidden + 10 {
                assert_eq!(faces[0].id, id, "hidden for {hidden} frames");
                assert!(off(&faces[0], &face) < 1.0);
                assert_eq!(scene.tracker.main_face().unwrap().id, id);
            }
        }
        // Every tenth frame, once when it was lost, and then every tenth after that.
        assert!(scene.detector.calls <= 11, "{}", scene.detector.calls);
    }
}

#[test]
fn a_face_that_the_detector_misses_once_is_kept() {
    let face = Drawn {
        look: 4,
        x: 60.0,
        y: 50.0,
        side: 60.0,
    };
    let mut scene = Scene::new(unsmoothed());
    for frame in 0..60 {
        // The searches of frames 10, 30 and 40 find nothing.
        let seen = [10, 30, 40].contains(&frame);
        let seen = if seen { vec![] } else { vec![face] };
        let faces = scene.step(&[face], &seen);
        match frame {
            0..40 => assert_eq!(faces[0].id, 0),
            // The second miss in a row.
            40..50 => assert!(faces.is_empty()),
            _ => assert_eq!(faces[0].id, 1),
        }
    }
}

#[test]
fn faces_that_cross_keep_their_numbers() {
    let mut scene = Scene::new(unsmoothed());
    let place = |frame: u32| {
        let way = 2.0 * f64::from(frame);
        [
            Drawn {
                look: 5,
                x: 30.0 + way,
                y: 90.0,
                side: 60.0,
            },
            Drawn {
                look: 6,
                x: 230.0 - way,
                y: 100.0,
                side: 60.0,
            },
        ]
    };
    let mut ids = Vec::new();
    for frame in 0..100 {
        let drawn = place(frame);
        // The detector does not see a face of which less than half is free.
        let is_free = (drawn[0].x - drawn[1].x).abs() > 30.0;
        let seen = if is_free { &drawn[..] } else { &drawn[1..] };
        let faces = scene.step(&drawn, seen);
        if frame == 0 {
            ids = faces.iter().map(|face| face.id).collect();
        }
        // A look that was learned half hidden holds some of the face before it, and moves with both.
        let is_clear = (drawn[0].x - drawn[1].x).abs() > 60.0;
        // By less than a third of its side.
        let tolerance = if is_clear { 1.5 } else { 20.0 };
        for (id, drawn) in ids.iter().zip(&drawn) {
            let mut reported = faces.iter().filter(|face| face.id == *id);
            let is_there = reported.all(|face| off(face, drawn) < tolerance);
            assert!(is_there, "frame {frame}: {faces:?} {drawn:?}");
        }
        if !(20..85).contains(&frame) {
            assert_eq!(faces.len(), 2, "frame {frame}");
        }
        // The one in front is always seen.
        assert!(faces.iter().any(|face| face.id == ids[1]), "frame {frame}");
    }
}

#[test]
fn the_main_face_stays_when_a_larger_one_comes() {
    let mut scene = Scene::new(unsmoothed());
    let small = Drawn {
        look: 7,
        x: 20.0,
        y: 20.0,
        side: 50.0,
    };
    let large = Drawn {
        look: 8,
        x: 150.0,
        y: 60.0,
        side: 120.0,
    };
    let tiny = Drawn {
        look: 9,
        x: 100.0,
        y: 180.0,
        side: 30.0,
    };
    for frame in 0..70 {
        let drawn = match frame {
            0..20 => vec![tiny, small],
            20..40 => vec![tiny, small, large],
            _ => vec![tiny, large],
        };
        scene.step(&drawn, &drawn);
        let main = scene.tracker.main_face().map(|face| face.bounds);
        match frame {
            0..40 => assert_eq!(main, Some(small.bounds()), "frame {frame}"),
            // Lost at once, forgotten at the search after.
            40..50 => assert_eq!(main, None, "frame {frame}"),
            _ => assert_eq!(main, Some(large.bounds()), "frame {frame}"),
        }
    }
    scene.tracker.reset();
    assert_eq!(scene.tracker.main_face(), None);
    let faces = scene.step(&[small], &[small]);
    assert_eq!((faces.len(), faces[0].id), (1, 3));
}

#[test]
fn faces_are_bounded_and_odd_boxes_harmless() {
    let mut scene = Scene::new(FaceTrackerConfig::default());
    let boxes = [
        (0, 0, 0, 0),
        (i32::MIN, i32::MAX, u32::MAX, u32::MAX),
        (-5000, 20, 30, 30),
        (10, 10, 1, 200),
    ];
    let odd = boxes.map(|(x, y, width, height)| FaceBox {
        x,
        y,
        width,
        height,
    });
    let many = (0..40).map(|i| FaceBox {
        x: 7 * i,
        y: 5 * i,
        width: 20,
        height: 20,
    });
    let scores = [f32::NAN, f32::INFINITY, -1.0];
    draw(&[], &mut scene.frame);
    scene.detector.faces = odd
        .into_iter()
        .chain(many)
        .zip(scores.into_iter().cycle())
        .map(|(bounds, score)| DetectedFace::new(bounds, score))
        .collect();
    let frame = Plane::new(&scene.frame, WIDTH, HEIGHT).unwrap();
    for elapsed in [Duration::ZERO, FRAME, Duration::MAX, FRAME] {
        let faces = scene
            .tracker
            .track(frame, elapsed, &mut scene.detector)
            .unwrap();
        assert!(faces.len() <= 8);
        let plane = Plane::new(&[1_u8], 1, 1).unwrap();
        assert!(
            scene
                .tracker
                .track(plane, FRAME, &mut scene.detector)
                .is_ok()
        );
    }
}

#[test]
fn bad_values_are_refused() {
    let cases: [fn(&mut FaceTrackerConfig); 8] = [
        |config| config.detect_every = 0,
        |config| config.min_correlation = f32::NAN,
        |config| config.overlap = 0.0,
        |config| config.max_missed = 0,
        |config| config.max_faces = 65,
        |config| config.min_cutoff_hz = 0.0,
        |config| config.beta = -0.1,
        |config| config.beta = f64::INFINITY,
    ];
    for change in cases {
        let mut config = FaceTrackerConfig::default();
        change(&mut config);
        assert!(FaceTracker::new(config).is_err());
    }
}

struct Broken;

impl FaceDetector for Broken {
    fn detect(&mut self, _: Plane<'_, u8>) -> Result<&[DetectedFace], ImageError> {
        Err(ImageError::Empty)
    }
}

#[test]
fn a_detector_that_fails_is_asked_again() {
    let mut scene = Scene::new(unsmoothed());
    let face = Drawn {
        look: 1,
        x: 60.0,
        y: 60.0,
        side: 60.0,
    };
    draw(&[face], &mut scene.frame);
    let frame = Plane::new(&scene.frame, WIDTH, HEIGHT).unwrap();
    for _ in 0..3 {
        assert!(scene.tracker.track(frame, FRAME, &mut Broken).is_err());
    }
    scene.detector.show(&[face]);
    let faces = scene.tracker.track(frame, FRAME, &mut scene.detector);
    assert_eq!(faces.unwrap().len(), 1);
}

#[test]
fn following_allocates_nothing() {
    let mut scene = Scene::new(FaceTrackerConfig::default());
    let drawn = [
        Drawn {
            look: 1,
            x: 20.0,
            y: 20.0,
            side: 80.0,
        },
        Drawn {
            look: 2,
            x: 150.0,
            y: 90.0,
            side: 60.0,
        },
    ];
    for frame in 0..40 {
        let shown = if (13..22).contains(&frame) {
            &drawn[..1]
        } else {
            &drawn[..]
        };
        draw(shown, &mut scene.frame);
        scene.detector.show(shown);
        let plane = Plane::new(&scene.frame, WIDTH, HEIGHT).unwrap();
        let before = CountingAllocator::count();
        let faces = scene.tracker.track(plane, FRAME, &mut scene.detector);
        let n_faces = faces.unwrap().len();
        assert_eq!(CountingAllocator::count(), before, "frame {frame}");
        assert!(n_faces >= 1);
    }
}

/// The portrait at half its size, carried across a frame, with the crate's own detector.
#[cfg(all(feature = "detector", feature = "jpeg"))]
#[test]
fn a_portrait_is_followed_across_a_frame() {
    use emo_image::{
        CascadeConfig, CascadeDetector, GreyImage, Interpolation, Limits, decode_file,
    };

    let path = emo_testing::fixture("recordings/portrait.jpg");
    let portrait = decode_file(path, &Limits::default()).unwrap();
    let portrait = GreyImage::from_image(&portrait).unwrap();
    let portrait = portrait.resize(256, 256, Interpolation::Area).unwrap();
    let mut detector = CascadeDetector::new(CascadeConfig::default()).unwrap();
    let mut tracker = FaceTracker::new(unsmoothed()).unwrap();
    let (width, height) = (640, 360);
    let mut frame = vec![0; width * height];
    for step in 0..45 {
        let (left, top) = (8 * step, 50 + step);
        frame.fill(140);
        for (row, levels) in portrait.levels().outer_iter().enumerate() {
            for (column, level) in levels.iter().enumerate() {
                frame[(top + row) * width + left + column] = level.round() as u8;
            }
        }
        let plane = Plane::new(&frame, width, height).unwrap();
        tracker.track(plane, FRAME, &mut detector).unwrap();
        let main = tracker.main_face().unwrap();
        assert_eq!(main.id, 0, "frame {step}");
        // The face as marked by hand, at half its size.
        let middle = [left as f64 + 112.5, top as f64 + 62.5];
        let FaceBox { x, y, width, .. } = main.bounds;
        let half = f64::from(width) / 2.0;
        let off = (f64::from(x) + half - middle[0]).hypot(f64::from(y) + half - middle[1]);
        assert!(off < 12.0, "frame {step}: off by {off:.1}: {main:?}");
        assert!((40..90).contains(&width), "frame {step}: {main:?}");
    }
}
