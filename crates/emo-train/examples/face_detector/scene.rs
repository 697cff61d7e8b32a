//! Pictures with faces at known places: a view of a background into which faces are pasted.

use rand::{RngExt, rngs::Xoshiro256PlusPlus, seq::IndexedRandom};

use crate::picture::{Picture, Pyramid};

pub(crate) type Rng = Xoshiro256PlusPlus;

/// How much pasted faces vary.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    /// Largest rotation in degrees.
    pub(crate) angle: f32,
    /// Least and largest factor of the face's contrast.
    pub(crate) contrast: (f32, f32),
    /// Largest change of brightness, in levels.
    pub(crate) brightness: f32,
    /// Largest power of the face's levels; the least is its inverse.
    pub(crate) gamma: f32,
    /// Largest difference of light between the face's middle and its border, in levels.
    pub(crate) slope: f32,
    /// Largest standard deviation of blur in pixels, of half the scenes.
    pub(crate) blur: f32,
    /// Largest factor by which four of ten scenes were once smaller.
    pub(crate) enlarged: f32,
    /// Largest standard deviation of noise in levels.
    pub(crate) noise: f32,
    /// Whether the background may also be turned, mirrored upside down and inverted.
    pub(crate) any_background: bool,
}

impl Conditions {
    pub(crate) fn training() -> Self {
        Self {
            angle: 23.0,
            contrast: (0.5, 1.2),
            brightness: 35.0,
            gamma: 1.4,
            slope: 25.0,
            blur: 1.1,
            enlarged: 2.2,
            noise: 5.0,
            any_background: true,
        }
    }

    /// Those under which the detector is judged.
    pub(crate) fn judgement() -> Self {
        Self {
            angle: 20.0,
            contrast: (0.5, 1.1),
            brightness: 30.0,
            gamma: 1.3,
            slope: 20.0,
            blur: 0.0,
            enlarged: 1.0,
            noise: 4.0,
            any_background: false,
        }
    }
}

/// What is about a pasted face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// An ellipse that fades into the scene.
    Oval,
    /// A square that fades into the scene.
    Square,
    /// The face's own outermost pixels, as far as the scene goes: no border at all.
    Continued,
}

impl Border {
    pub(crate) fn fading(rng: &mut Rng) -> Self {
        if rng.random_bool(0.5) {
            Self::Oval
        } else {
            Self::Square
        }
    }
}

/// Where a face's middle is, in pixels, its side, and its rotation in degrees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) side: f32,
    pub(crate) angle: f32,
}

/// A part of a random picture at a random scale.
pub(crate) fn background(
    pictures: &[Pyramid],
    (width, height): (usize, usize),
    conditions: &Conditions,
    rng: &mut Rng,
) -> Picture {
    let picture = pictures.choose(rng).expect("there is a picture");
    let turned = conditions.any_background && rng.random_bool(0.5);
    let (columns, rows) = if turned {
        (height, width)
    } else {
        (width, height)
    };
    let most = (picture.width() as f32 / columns as f32).min(picture.height() as f32 / rows as f32);
    let most = most.min(8.0);
    let least = most.min(0.8);
    let zoom = (least.ln() + rng.random::<f32>() * (most / least).ln()).exp();
    let left = rng.random::<f32>() * (picture.width() as f32 - zoom * columns as f32).max(0.0);
    let top = rng.random::<f32>() * (picture.height() as f32 - zoom * rows as f32).max(0.0);
    let mirrored = rng.random_bool(0.5);
    let upside_down = conditions.any_background && rng.random_bool(0.5);
    let inverted = conditions.any_background && rng.random_bool(0.3);
    let (level, scale) = picture.level(zoom);
    let mut view = Picture::new(width, height);
    for (index, pixel) in view.pixels.iter_mut().enumerate() {
        let (row, column) = (index / width, index % width);
        let (mut row, mut column) = if turned { (column, row) } else { (row, column) };
        if mirrored {
            column = columns - 1 - column;
        }
        if upside_down {
            row = rows - 1 - row;
        }
        let x = (left + (column as f32 + 0.5) * zoom) / scale - 0.5;
        let y = (top + (row as f32 + 0.5) * zoom) / scale - 0.5;
        let value = level.sample(x, y);
        *pixel = if inverted { 255.0 - value } else { value };
    }
    view
}

/// Pastes a face, its light changed at random; a border fades over a random width.
pub(crate) fn paste(
    scene: &mut Picture,
    face: &Pyramid,
    place: Place,
    border: Border,
    conditions: &Conditions,
    rng: &mut Rng,
) {
    let mirror = if rng.random_bool(0.5) { -1.0 } else { 1.0 };
    let fade = rng.random_range(0.02..0.15_f32);
    let (low, high) = conditions.contrast;
    let contrast = rng.random_range(low..high);
    let brightness = conditions.brightness * rng.random_range(-1.0..1.0_f32);
    let gamma = (conditions.gamma.ln() * rng.random_range(-1.0..1.0_f32)).exp();
    let slope_x = conditions.slope * rng.random_range(-1.0..1.0_f32);
    let slope_y = conditions.slope * rng.random_range(-1.0..1.0_f32);
    let (sin, cos) = place.angle.to_radians().sin_cos();
    let (level, scale) = face.level(face.width() as f32 / place.side);
    let mean = level.pixels.iter().sum::<f32>() / level.pixels.len() as f32;
    let light = |value: f32| 255.0 * (value / 255.0).max(0.0).powf(gamma);
    let mean = light(mean);
    let reach = match border {
        Border::Continued => f32::INFINITY,
        Border::Oval | Border::Square => place.side * 0.72,
    };
    let rows = (place.y - reach).max(0.0) as usize
        ..((place.y + reach + 1.0).max(0.0) as usize).min(scene.height);
    for row in rows {
        let columns = (place.x - reach).max(0.0) as usize
            ..((place.x + reach + 1.0).max(0.0) as usize).min(scene.width);
        for column in columns {
            let (dx, dy) = (
                (column as f32 + 0.5 - place.x) / place.side,
                (row as f32 + 0.5 - place.y) / place.side,
            );
            let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
            // The distance from the border as a share of the side, positive inside.
            let inside = match border {
                Border::Oval => 0.5 - (u / 0.98).hypot(v),
                Border::Square => 0.5 - u.abs().max(v.abs()),
                Border::Continued => f32::INFINITY,
            };
            let share = (inside / fade).min(1.0);
            if share <= 0.0 {
                continue;
            }
            let share = share * share * (3.0 - 2.0 * share);
            let at = |offset: f32, len: usize| (offset + 0.5) * len as f32 - 0.5;
            let value = if scale * place.side < face.width() as f32 {
                // Four points to a pixel where the face is shrunk.
                let quarter = 0.25 / place.side;
                let mut sum = 0.0;
                for (a, b) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
                    let (u, v) = (mirror * (u + a * quarter), v + b * quarter);
                    sum += level.sample(at(u, level.width), at(v, level.height));
                }
                sum / 4.0
            } else {
                level.sample(at(mirror * u, level.width), at(v, level.height))
            };
            let value = (light(value) - mean) * contrast + mean + brightness;
            let value = value
                + 2.0 * (slope_x * u + slope_y * v).clamp(-conditions.slope, conditions.slope);
            let pixel = &mut scene.pixels[row * scene.width + column];
            *pixel += share * (value - *pixel);
        }
    }
}

/// Blur and noise of a whole scene, and its levels as a camera gives them.
pub(crate) fn finish(mut scene: Picture, conditions: &Conditions, rng: &mut Rng) -> Picture {
    // A face that fills a small scene keeps some 20 pixels.
    let most = conditions.enlarged.min(scene.width as f32 / 36.0);
    if most > 1.0 && rng.random_bool(0.4) {
        scene = enlarged((most.ln() * rng.random::<f32>()).exp(), &scene);
    }
    if conditions.blur > 0.0 && rng.random_bool(0.5) {
        blur(&mut scene, conditions.blur * rng.random::<f32>());
    }
    let noise = conditions.noise * rng.random::<f32>();
    for pixel in &mut scene.pixels {
        // The sum of three uniform numbers is near enough to a normal one, and much cheaper.
        let sum: f32 = (0..3).map(|_| rng.random::<f32>() - 0.5).sum();
        *pixel = (*pixel + noise * 2.0 * sum).round().clamp(0.0, 255.0);
    }
    scene
}

/// The scene as it would be had it been taken smaller by a factor and then enlarged.
fn enlarged(factor: f32, scene: &Picture) -> Picture {
    let len = |len: usize| (len as f32 / factor).round().max(1.0);
    let (width, height) = (len(scene.width), len(scene.height));
    let (step_x, step_y) = (scene.width as f32 / width, scene.height as f32 / height);
    let mut small = Picture::new(width as usize, height as usize);
    for (index, pixel) in small.pixels.iter_mut().enumerate() {
        let (row, column) = (index / small.width, index % small.width);
        let mut sum = 0.0;
        for (a, b) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let x = (column as f32 + a) * step_x - 0.5;
            sum += scene.sample(x, (row as f32 + b) * step_y - 0.5);
        }
        *pixel = sum / 4.0;
    }
    let mut large = Picture::new(scene.width, scene.height);
    for (index, pixel) in large.pixels.iter_mut().enumerate() {
        let (row, column) = (index / scene.width, index % scene.width);
        let x = (column as f32 + 0.5) / step_x - 0.5;
        *pixel = small.sample(x, (row as f32 + 0.5) / step_y - 0.5);
    }
    large
}

/// A Gaussian of five taps.
fn blur(scene: &mut Picture, deviation: f32) {
    let tap = |distance: f32| (-0.5 * (distance / deviation.max(0.05)).powi(2)).exp();
    let taps = [tap(2.0), tap(1.0), 1.0, tap(1.0), tap(2.0)];
    let sum: f32 = taps.iter().sum();
    for (step_x, step_y) in [(1_isize, 0_isize), (0, 1)] {
        let source = scene.pixels.clone();
        for (index, pixel) in scene.pixels.iter_mut().enumerate() {
            let (row, column) = (
                (index / scene.width) as isize,
                (index % scene.width) as isize,
            );
            *pixel = 0.0;
            for (tap, offset) in taps.iter().zip(-2..) {
                let row = (row + offset * step_y).clamp(0, scene.height as isize - 1);
                let column = (column + offset * step_x).clamp(0, scene.width as isize - 1);
                *pixel += tap / sum * source[row as usize * scene.width + column as usize];
            }
        }
    }
}
