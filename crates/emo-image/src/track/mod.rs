//! Following faces from frame to frame.

mod patch;
mod smoothing;

use std::time::Duration;

use crate::{
    DetectedFace, FaceBox, FaceDetector, ImageError, Plane, error::check_ranges, grid::Square,
};

use patch::{Patch, Surroundings};
use smoothing::OneEuro;

/// How faces are followed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FaceTrackerConfig {
    /// Every so many frames the detector searches the whole frame, 1 to 10,000; default 10.
    pub detect_every: usize,
    /// The correlation with its last detected look below which a face counts as lost, 0 to 1;
    /// default 0.7. The detector is then asked at once.
    pub min_correlation: f32,
    /// The share of their union that a face and a detection must have in common, above 0 to 1;
    /// default 0.3.
    pub overlap: f32,
    /// After so many searches in a row that did not show a face it is forgotten, 1 to 1000; default 2.
    pub max_missed: usize,
    /// The most faces that are followed at once, 1 to 64; default 8. The surest are taken.
    pub max_faces: usize,
    /// The cut-off frequency in Hz at which a resting box is smoothed, above 0; default 1. With
    /// infinity boxes are not smoothed.
    pub min_cutoff_hz: f64,
    /// By how many Hz the cut-off rises for each pixel per second, 0 or more; default 0.007.
    pub beta: f64,
}

impl Default for FaceTrackerConfig {
    fn default() -> Self {
        Self {
            detect_every: 10,
            min_correlation: 0.7,
            overlap: 0.3,
            max_missed: 2,
            max_faces: 8,
            min_cutoff_hz: 1.0,
            beta: 0.007,
        }
    }
}

/// A face that is followed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TrackedFace {
    /// The number of the face, from 0 on; it is not given twice.
    pub id: u64,
    /// Where the face lies, smoothed over time, in pixels of the frame.
    pub bounds: FaceBox,
    /// The detector's last score.
    pub score: f32,
    /// How well the frame agrees with the face's look when it was detected last, from
    /// [`FaceTrackerConfig::min_correlation`] to 1; 1 in a frame in which it was detected.
    pub correlation: f32,
    /// Whether the detector found it in this frame.
    pub is_detected: bool,
}

/// Follows faces in a stream of frames, with the detector asked only now and then.
///
/// Every [`detect_every`](FaceTrackerConfig::detect_every) frames, and as soon as a face no longer
/// looks as it did, the detector searches the frame; what it finds is given to the faces that it
/// overlaps and resembles most. In between, each face's look, 64 × 64 pixels at its last detection,
/// is moved by up to a quarter of the face to where it correlates best with the frame. Boxes are
/// smoothed by a 1€ filter.
///
/// A face that is lost is not reported, but remembered until the detector has missed it
/// [`max_missed`](FaceTrackerConfig::max_missed) times in a row; found again near its last place, it
/// is the same face. Faces are told apart by place and look, not by who somebody is. Nothing is allocated
/// after construction, but for what the detector allocates.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// use emo_image::{
///     DetectedFace, FaceBox, FaceDetector, FaceTracker, FaceTrackerConfig, ImageError, Plane,
/// };
///
/// /// Stands for a detector.
/// struct Middle(Vec<DetectedFace>);
///
/// impl FaceDetector for Middle {
///     fn detect(&mut self, _: Plane<'_, u8>) -> Result<&[DetectedFace], ImageError> {
///         Ok(&self.0)
///     }
/// }
///
/// let bounds = FaceBox { x: 40, y: 30, width: 60, height: 60 };
/// let mut detector = Middle(vec![DetectedFace::new(bounds, 5.0)]);
/// let mut tracker = FaceTracker::new(FaceTrackerConfig::default())?;
/// let levels: Vec<u8> = (0..160 * 120).map(|i| (i % 160 * (i / 160) % 256) as u8).collect();
/// let frame = Plane::new(&levels, 160, 120)?;
/// for _ in 0..5 {
///     let faces = tracker.track(frame, Duration::from_millis(33), &mut detector)?;
///     assert_eq!((faces.len(), faces[0].id, faces[0].bounds), (1, 0, bounds));
/// }
/// assert_eq!(tracker.main_face().map(|face| face.id), Some(0));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// G. Casiez, N. Roussel, D. Vogel, 2012, *1€ filter: a simple speed-based low-pass filter for noisy
/// input in interactive systems*, CHI,
/// [doi:10.1145/2207676.2208639](https://doi.org/10.1145/2207676.2208639).
#[derive(Debug, Clone)]
pub struct FaceTracker {
    config: FaceTrackerConfig,
    /// As many as faces may be followed; those without an id are free.
    tracks: Vec<Track>,
    faces: Vec<TrackedFace>,
    main: Option<u64>,
    next_id: u64,
    /// Frames since the last search; none before the first.
    since_search: Option<usize>,
    surroundings: Surroundings,
    look: Patch,
    pairs: Vec<Pair>,
    taken: Vec<bool>,
}

#[derive(Debug, Clone)]
struct Track {
    id: Option<u64>,
    place: Place,
    patch: Patch,
    filters: [OneEuro; 4],
    score: f32,
    correlation: f32,
    is_detected: bool,
    is_lost: bool,
    missed: usize,
}

/// A box as real numbers.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    track: usize,
    detection: usize,
    likeness: f32,
}

impl FaceTracker {
    /// A tracker that follows no face yet.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a value outside its range.
    pub fn new(config: FaceTrackerConfig) -> Result<Self, ImageError> {
        check(&config)?;
        let track = Track {
            id: None,
            place: Place {
                x: 0.0,
                y: 0.0,
                width: 1.0,
                height: 1.0,
            },
            patch: Patch::new(),
            filters: Default::default(),
            score: 0.0,
            correlation: 0.0,
            is_detected: false,
            is_lost: false,
            missed: 0,
        };
        Ok(Self {
            tracks: vec![track; config.max_faces],
            faces: Vec::with_capacity(config.max_faces),
            main: None,
            next_id: 0,
            since_search: None,
            surroundings: Surroundings::new(),
            look: Patch::new(),
            pairs: Vec::with_capacity(config.max_faces * config.max_faces),
            taken: Vec::with_capacity(config.max_faces),
            config,
        })
    }

    /// The configuration.
    pub fn config(&self) -> &FaceTrackerConfig {
        &self.config
    }

    /// The faces in a frame that comes `elapsed` after the one before, by rising
    /// [`id`](TrackedFace::id).
    ///
    /// # Errors
    /// Those of the detector.
    pub fn track(
        &mut self,
        frame: Plane<'_, u8>,
        elapsed: Duration,
        detector: &mut dyn FaceDetector,
    ) -> Result<&[TrackedFace], ImageError> {
        self.faces.clear();
        let has_fallen = self.follow(frame);
        let since = self
            .since_search
            .map_or(usize::MAX, |since| since.saturating_add(1));
        self.since_search = Some(since);
        if has_fallen || since >= self.config.detect_every {
            let found = detector.detect(frame)?;
            self.take(frame, found);
            self.since_search = Some(0);
        }
        self.report(elapsed);
        Ok(&self.faces)
    }

    /// The one face of the last frame that counts: the first time that with the largest product of
    /// area and score, and then the same as long as it is remembered. None while it is lost.
    pub fn main_face(&self) -> Option<&TrackedFace> {
        self.faces.iter().find(|face| Some(face.id) == self.main)
    }

    /// Forgets all faces, as between two recordings. Their numbers are not given again.
    pub fn reset(&mut self) {
        self.tracks.iter_mut().for_each(|track| track.id = None);
        self.faces.clear();
        self.main = None;
        self.since_search = None;
    }

    /// Moves each face to where its look is now; whether one was lost over it.
    fn follow(&mut self, frame: Plane<'_, u8>) -> bool {
        let mut has_fallen = false;
        let following = self.tracks.iter_mut();
        for track in following.filter(|track| track.id.is_some() && !track.is_lost) {
            track.is_detected = false;
            let mut square = track.place.square();
            track.correlation = self
                .surroundings
                .find(frame, &mut square, &track.patch)
                .min(1.0);
            let (width, height) = (frame.width() as f64, frame.height() as f64);
            let is_inside = (0.0..width).contains(&square.x) && (0.0..height).contains(&square.y);
            if track.correlation < self.config.min_correlation || !is_inside {
                track.is_lost = true;
                has_fallen = true;
            } else {
                (track.place.x, track.place.y) = (square.x, square.y);
            }
        }
        has_fallen
    }

    /// Gives detections to the faces that they overlap and resemble most; those left over are new.
    fn take(&mut self, frame: Plane<'_, u8>, found: &[DetectedFace]) {
        let found = &found[..found.len().min(self.config.max_faces)];
        self.pairs.clear();
        for (detection, face) in found.iter().enumerate() {
            let place = Place::of(face.bounds);
            let overlaps =
                |track: &Track| track.place.overlap(&place) >= f64::from(self.config.overlap);
            let near = |track: &Track| track.id.is_some() && overlaps(track);
            if self.tracks.iter().any(near) {
                self.look.learn(frame, place.square());
            }
            for (index, track) in self.tracks.iter().enumerate() {
                if near(track) {
                    let overlap = track.place.overlap(&place) as f32;
                    // From 0 for a face's negative to the overlap for the very same look.
                    let likeness = overlap * (1.0 + track.patch.likeness(&self.look)) / 2.0;
                    self.pairs.push(Pair {
                        track: index,
                        detection,
                        likeness,
                    });
                }
            }
        }
        self.pairs
            .sort_unstable_by(|a, b| b.likeness.total_cmp(&a.likeness));
        self.taken.clear();
        self.taken.resize(found.len(), false);
        for track in &mut self.tracks {
            track.is_detected = false;
        }
        for pair in &self.pairs {
            let track = &mut self.tracks[pair.track];
            if !track.is_detected && !self.taken[pair.detection] {
                self.taken[pair.detection] = true;
                track.meet(frame, &found[pair.detection]);
            }
        }
        for track in &mut self.tracks {
            if track.id.is_some() && !track.is_detected {
                track.missed += 1;
                if track.missed >= self.config.max_missed {
                    track.id = None;
                }
            }
        }
        let new = found.iter().zip(&self.taken).filter(|(_, taken)| !**taken);
        for (face, _) in new {
            let free = self.tracks.iter_mut().find(|track| track.id.is_none());
            if let (Some(track), true) = (free, face.bounds.width > 0 && face.bounds.height > 0) {
                track.id = Some(self.next_id);
                track.is_lost = true;
                track.meet(frame, face);
                self.next_id += 1;
            }
        }
    }

    /// Lists the faces that are seen, and chooses the main one.
    fn report(&mut self, elapsed: Duration) {
        for track in &mut self.tracks {
            let Some(id) = track.id.filter(|_| !track.is_lost) else {
                continue;
            };
            let bounds = track.smoothed(elapsed, &self.config).bounds();
            self.faces.push(TrackedFace {
                id,
                bounds,
                score: track.score,
                correlation: track.correlation,
                is_detected: track.is_detected,
            });
        }
        self.faces.sort_unstable_by_key(|face| face.id);
        let is_remembered = |main| self.tracks.iter().any(|track| track.id == Some(main));
        if !self.main.is_some_and(is_remembered) {
            let weight = |face: &TrackedFace| {
                let FaceBox { width, height, .. } = face.bounds;
                f64::from(width) * f64::from(height) * f64::from(face.score)
            };
            let largest = self
                .faces
                .iter()
                .max_by(|a, b| weight(a).total_cmp(&weight(b)));
            self.main = largest.map(|face| face.id);
        }
    }
}

impl Track {
    /// Is what the detector has found.
    fn meet(&mut self, frame: Plane<'_, u8>, face: &DetectedFace) {
        if self.is_lost {
            self.filters = Default::default();
        }
        self.place = Place::of(face.bounds);
        self.patch.learn(frame, self.place.square());
        self.score = face.score;
        self.correlation = 1.0;
        self.is_detected = true;
        self.is_lost = false;
        self.missed = 0;
    }

    fn smoothed(&mut self, elapsed: Duration, config: &FaceTrackerConfig) -> Place {
        let Place {
            x,
            y,
            width,
            height,
        } = self.place;
        let mut values = [x, y, width, height];
        for (value, filter) in values.iter_mut().zip(&mut self.filters) {
            *value = filter.update(elapsed, *value, config.min_cutoff_hz, config.beta);
        }
        let [x, y, width, height] = values;
        Place {
            x,
            y,
            width,
            height,
        }
    }
}

impl Place {
    fn of(face: FaceBox) -> Self {
        let Square { x, y, .. } = Square::around(face);
        Self {
            x,
            y,
            width: face.width.into(),
            height: face.height.into(),
        }
    }

    fn square(&self) -> Square {
        Square {
            x: self.x,
            y: self.y,
            half: self.width.max(self.height) / 2.0,
            degrees: 0.0,
        }
    }

    fn bounds(&self) -> FaceBox {
        let start = |middle: f64, len: f64| (middle - (len - 1.0) / 2.0).round() as i32;
        FaceBox {
            x: start(self.x, self.width),
            y: start(self.y, self.height),
            width: self.width.round() as u32,
            height: self.height.round() as u32,
        }
    }

    /// The share of their union that two boxes have in common.
    fn overlap(&self, other: &Self) -> f64 {
        let common = |a: f64, a_len: f64, b: f64, b_len: f64| {
            let end = (a + a_len / 2.0).min(b + b_len / 2.0);
            (end - (a - a_len / 2.0).max(b - b_len / 2.0)).max(0.0)
        };
        let shared = common(self.x, self.width, other.x, other.width)
            * common(self.y, self.height, other.y, other.height);
        shared / (self.width * self.height + other.width * other.height - shared)
    }
}

fn check(config: &FaceTrackerConfig) -> Result<(), ImageError> {
    let FaceTrackerConfig {
        detect_every,
        min_correlation,
        overlap,
        max_missed,
        max_faces,
        min_cutoff_hz,
        beta,
    } = *config;
    let least = f64::MIN_POSITIVE;
    check_ranges([
        ("detect_every", detect_every as f64, 1.0..=1e4, "1 to 10000"),
        (
            "min_correlation",
            min_correlation.into(),
            0.0..=1.0,
            "0 to 1",
        ),
        ("overlap", overlap.into(), least..=1.0, "above 0 to 1"),
        ("max_missed", max_missed as f64, 1.0..=1e3, "1 to 1000"),
        ("max_faces", max_faces as f64, 1.0..=64.0, "1 to 64"),
        (
            "min_cutoff_hz",
            min_cutoff_hz,
            least..=f64::INFINITY,
            "above 0",
        ),
        ("beta", beta, 0.0..=f64::MAX, "0 or more"),
    ])
}
