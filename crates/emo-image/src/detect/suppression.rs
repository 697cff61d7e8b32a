use super::DetectedFace;
use crate::FaceBox;

/// A window that passed every tree, in pixels of the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) side: f32,
    pub(super) score: f32,
}

/// Of more windows only the best are kept, so that no picture takes time that grows with their square.
const MAX_WINDOWS: usize = 4096;

/// Of two faces, the weaker one goes where they have more than this of the smaller one in common.
const COVERED: f32 = 0.6;

/// Gathers windows that overlap into faces, whose place is the mean of the windows weighted by their scores and
/// whose score is the sum; of faces that cover one another only the surest stays.
///
/// The best window is joined by all that share more than `overlap` of their union with it or with the mean of those,
/// then the best of the rest, and so on.
pub(super) fn merge(windows: &mut Vec<Window>, overlap: f32, faces: &mut Vec<DetectedFace>) {
    faces.clear();
    windows.sort_unstable_by(order);
    if overlap >= 1.0 {
        let face = |window: Window| DetectedFace {
            bounds: square(window.x, window.y, window.side),
            score: window.score,
        };
        faces.extend(windows.drain(..).map(face));
        return;
    }
    windows.truncate(MAX_WINDOWS);
    while let Some(&best) = windows.first() {
        // The best window may lie at the edge of its group: the group's own middle gathers it anew.
        let middle = mean(
            windows
                .iter()
                .filter(|window| best.shared(window) > overlap),
        );
        let joins =
            |window: &Window| best.shared(window) > overlap || middle.shared(window) > overlap;
        let group = mean(windows.iter().filter(|window| joins(window)));
        windows.retain(|window| !joins(window));
        let bounds = square(group.x, group.y, group.side);
        faces.push(DetectedFace {
            bounds,
            score: group.score,
        });
    }
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    // The means of two groups may have come close, and parts of a large face look a little like a small one.
    let mut kept = 0;
    for index in 0..faces.len() {
        let face = faces[index];
        let covered = |other: &DetectedFace| {
            let (common, union, smaller) = areas(face.bounds, other.bounds);
            common > overlap * union || common > COVERED * smaller
        };
        if !faces[..kept].iter().any(covered) {
            faces[kept] = face;
            kept += 1;
        }
    }
    faces.truncate(kept);
}

/// The mean of windows, weighted by their scores, with the sum of their scores.
fn mean<'a>(windows: impl Iterator<Item = &'a Window>) -> Window {
    let (mut x, mut y, mut side, mut weights, mut score) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for window in windows {
        // The least weight keeps the mean defined where all scores are zero.
        let weight = window.score.max(1e-3);
        x += weight * window.x;
        y += weight * window.y;
        side += weight * window.side;
        weights += weight;
        score += window.score;
    }
    Window {
        x: x / weights,
        y: y / weights,
        side: side / weights,
        score,
    }
}

/// The area that two boxes have in common, that of their union and that of the smaller one.
fn areas(a: FaceBox, b: FaceBox) -> (f32, f32, f32) {
    let along = |a: i32, a_len: u32, b: i32, b_len: u32| {
        let end = (a as f32 + a_len as f32).min(b as f32 + b_len as f32);
        (end - a.max(b) as f32).max(0.0)
    };
    let common = along(a.x, a.width, b.x, b.width) * along(a.y, a.height, b.y, b.height);
    let (a, b) = (
        a.width as f32 * a.height as f32,
        b.width as f32 * b.height as f32,
    );
    (common, a + b - common, a.min(b))
}

/// The best first; equal ones by place, so that the result does not depend on the order of search.
fn order(a: &Window, b: &Window) -> std::cmp::Ordering {
    (b.score.total_cmp(&a.score))
        .then(a.side.total_cmp(&b.side))
        .then(a.y.total_cmp(&b.y))
        .then(a.x.total_cmp(&b.x))
}

impl Window {
    /// Intersection over union.
    fn shared(&self, other: &Self) -> f32 {
        let along = |a: f32, b: f32| ((a + self.side).min(b + other.side) - a.max(b)).max(0.0);
        let common = along(self.x, other.x) * along(self.y, other.y);
        common / (self.side * self.side + other.side * other.side - common)
    }
}

fn square(x: f32, y: f32, side: f32) -> FaceBox {
    let side = side.round();
    FaceBox {
        x: x.round() as i32,
        y: y.round() as i32,
        width: side as u32,
        height: side as u32,
    }
}
