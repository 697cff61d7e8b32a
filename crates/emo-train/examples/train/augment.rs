//! Changes that leave a recording's emotion alone.

use emo_train::TrainRng;
use rand::RngExt;

/// Mirrors, turns, scales and shifts a square picture at random, and changes its contrast and brightness.
#[derive(Debug, Clone)]
pub(crate) struct PictureAugment {
    pub(crate) size: usize,
    /// Largest shift in pixels.
    pub(crate) shift: f32,
    /// Largest rotation in radians.
    pub(crate) angle: f32,
    /// Largest relative change of scale.
    pub(crate) zoom: f32,
    /// Largest relative change of contrast, and change of brightness in standard deviations.
    pub(crate) light: f32,
}

impl PictureAugment {
    pub(crate) fn apply(&self, picture: &mut [f32], rng: &mut TrainRng) {
        let original = picture.to_vec();
        let centre = (self.size as f32 - 1.0) / 2.0;
        let (sin, cos) = rng.random_range(-self.angle..=self.angle).sin_cos();
        let zoom = 1.0 + rng.random_range(-self.zoom..=self.zoom);
        let mirror = if rng.random_bool(0.5) { -1.0 } else { 1.0 };
        let dx = rng.random_range(-self.shift..=self.shift);
        let dy = rng.random_range(-self.shift..=self.shift);
        let contrast = 1.0 + rng.random_range(-self.light..=self.light);
        let brightness = rng.random_range(-self.light..=self.light);
        for y in 0..self.size {
            for x in 0..self.size {
                let (u, v) = ((x as f32 - centre) * mirror, y as f32 - centre);
                let source_x = (cos * u - sin * v) * zoom + centre + dx;
                let source_y = (sin * u + cos * v) * zoom + centre + dy;
                picture[y * self.size + x] =
                    contrast * self.sample(&original, source_x, source_y) + brightness;
            }
        }
    }

    /// Bilinear, with the border's pixels continued outwards.
    fn sample(&self, picture: &[f32], x: f32, y: f32) -> f32 {
        let last = self.size - 1;
        let (x, y) = (x.clamp(0.0, last as f32), y.clamp(0.0, last as f32));
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(last), (top + 1).min(last));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let at = |row: usize, column: usize| picture[row * self.size + column];
        let upper = at(top, left) * (1.0 - fx) + at(top, right) * fx;
        let lower = at(bottom, left) * (1.0 - fx) + at(bottom, right) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// Adds Gaussian noise of the given deviation.
pub(crate) fn add_noise(values: &mut [f32], deviation: f32, rng: &mut TrainRng) {
    for value in values {
        // Box and Muller 1958; 1 − u is never zero.
        let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
        let angle = std::f32::consts::TAU * rng.random::<f32>();
        *value += deviation * radius * angle.cos();
    }
}
