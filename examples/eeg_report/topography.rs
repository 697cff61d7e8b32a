//! Band power over the head, seen from above with the nose up.

use std::{error::Error, f64::consts::PI, fmt::Write as _};

use emo_examples::report::{self, colour, coloured_uri, data_uri, escape};
use emo_fusion::{
    eeg::{SpatialFilter, SphericalSplineConfig, channel_position, standard_channel_name},
    ndarray::{Array2, arr2},
};

use crate::{analysis::Analysis, spectra::letter};

/// Channels with a place without which a map would be mostly guessed.
const MIN_CHANNELS: usize = 8;

/// Points of a map along each side at which the spline is taken, and pixels between which the rest is drawn.
const GRID: usize = 37;
const PIXELS: usize = 111;

/// The head's outline: how far from the crown, seen from its centre. The lowest row of the 10-20 system is at 95 to 97°.
const HEAD_ANGLE: f64 = 98.0 / 180.0 * PI;

/// How far from an electrode a map is drawn; our choice: neighbours in the 10-20 system are nearer than twice this, so
/// that nothing between them is left open.
const REACH: f64 = 40.0 / 180.0 * PI;

/// Radius of the head's outline in pixels, and the width of one map.
const RADIUS: f64 = 78.0;
const WIDTH: f64 = 1120.0;

/// Electrodes up to which they are named.
const MAX_NAMES: usize = 32;

struct Electrode {
    channel: usize,
    name: &'static str,
    direction: [f64; 3],
    is_used: bool,
}

/// The maps, or why there are none.
pub(crate) fn topographies(analysis: &Analysis) -> Result<Result<String, String>, Box<dyn Error>> {
    let mut electrodes: Vec<Electrode> = Vec::new();
    for (channel, name) in analysis.channels.iter().enumerate() {
        let known = standard_channel_name(name).zip(channel_position(name));
        if let Some((name, direction)) = known
            && electrodes.iter().all(|other| other.name != name)
        {
            let is_used = analysis.spectra.n_clean[channel] > 0;
            electrodes.push(Electrode {
                channel,
                name,
                direction,
                is_used,
            });
        }
    }
    let used: Vec<&Electrode> = electrodes
        .iter()
        .filter(|electrode| electrode.is_used)
        .collect();
    if used.len() < MIN_CHANNELS {
        return Ok(Err(format!(
            "Maps need {MIN_CHANNELS} channels with a place in the 10-10 system and a window that is fit for use; here \
             {} of {} have a place, and {} of those such a window.",
            electrodes.len(),
            analysis.channels.len(),
            used.len()
        )));
    }
    let lowest = electrodes
        .iter()
        .map(|e| e.direction[2].acos())
        .fold(0.0, f64::max);
    // The map goes on to electrodes below the outline.
    let edge = if lowest > HEAD_ANGLE {
        lowest + 0.06
    } else {
        HEAD_ANGLE
    };
    let maps = Maps::new(&used, edge)?;
    let n_bands = analysis.spectra.bands.len();
    let mut svg = String::from(r#"<defs><clipPath id="scalp"><circle r="1"/></clipPath></defs>"#);
    let radius_of_edge = RADIUS * edge / HEAD_ANGLE;
    let centre_y = 44.0 + radius_of_edge;
    for (index, band) in analysis.spectra.bands.iter().enumerate() {
        let levels: Vec<f64> = used
            .iter()
            .map(|e| {
                let power =
                    analysis
                        .spectra
                        .mean_power(&analysis.judged, e.channel, index, &[e.channel]);
                10.0 * power.unwrap_or_default().max(1e-9).log10()
            })
            .collect();
        let x = WIDTH * (index as f64 + 0.5) / n_bands as f64;
        let title = format!("{} {}–{} Hz", letter(&band.name), band.low_hz, band.high_hz);
        let _ = write!(
            svg,
            r#"<text class="title" x="{x:.1}" y="18" text-anchor="middle">{}</text><g transform="translate({x:.1} {centre_y:.1})">"#,
            escape(&title)
        );
        map(&mut svg, &maps, &levels, &electrodes, radius_of_edge)?;
        svg.push_str("</g>");
    }
    Ok(Ok(report::figure(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {:.0}" role="img" aria-label="Band power over the head">{svg}</svg>"#,
        centre_y + radius_of_edge + 60.0
    ))))
}

/// A map around the origin with its scale.
fn map(
    svg: &mut String,
    maps: &Maps,
    levels: &[f64],
    electrodes: &[Electrode],
    radius_of_edge: f64,
) -> Result<(), Box<dyn Error>> {
    let grid = maps.grid(levels)?;
    let low = levels.iter().copied().fold(f64::INFINITY, f64::min);
    let high = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Equal levels have no pattern to be shown.
    let (low, high) = if high - low < 1.0 {
        ((low + high) / 2.0 - 0.5, (low + high) / 2.0 + 0.5)
    } else {
        (low, high)
    };
    let picture = coloured_uri(PIXELS, PIXELS, |x, y| {
        let level = between(&grid, x, y);
        let [r, g, b] = colour((level - low) / (high - low));
        [r, g, b, if maps.is_near[y * PIXELS + x] { 255 } else { 0 }]
    })?;
    let r = radius_of_edge;
    let _ = write!(
        svg,
        r##"<g transform="scale({r:.2})" clip-path="url(#scalp)"><image x="-1" y="-1" width="2" height="2" preserveAspectRatio="none" href="{picture}"/></g><g fill="none" stroke="#1b2430" stroke-width="1.6"><circle r="{RADIUS}"/><path d="M-9 {0:.1}L0 {1:.1}L9 {0:.1}"/><path d="M{2:.1} -16c-9 -4 -9 36 0 32M{3:.1} -16c9 -4 9 36 0 32"/></g>"##,
        -RADIUS + 1.0,
        -RADIUS - 11.0,
        -RADIUS,
        RADIUS
    );
    for electrode in electrodes {
        let [x, y] = flat(electrode.direction).map(|x| x / HEAD_ANGLE * RADIUS);
        let fill = if electrode.is_used { "#1b2430" } else { "#fff" };
        let _ = write!(
            svg,
            r##"<circle cx="{x:.1}" cy="{y:.1}" r="2" fill="{fill}" stroke="#1b2430"/>"##
        );
        if electrodes.len() <= MAX_NAMES {
            let _ = write!(
                svg,
                r#"<text class="place" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                y - 4.0,
                electrode.name
            );
        }
    }
    scale(svg, r + 14.0, low, high)
}

/// A bar with the colours from `low` to `high`.
fn scale(svg: &mut String, y: f64, low: f64, high: f64) -> Result<(), Box<dyn Error>> {
    let bar = data_uri(128, 1, |x, _| x as f64 / 127.0)?;
    let _ = write!(
        svg,
        r#"<image x="-60" y="{y:.1}" width="120" height="9" preserveAspectRatio="none" href="{bar}"/><text class="tick" x="-60" y="{0:.1}" text-anchor="middle">{low:.1}</text><text class="tick" x="0" y="{0:.1}" text-anchor="middle">dB re 1 µV²</text><text class="tick" x="60" y="{0:.1}" text-anchor="middle">{high:.1}</text>"#,
        y + 21.0
    );
    Ok(())
}

/// What takes the levels of electrodes to a square grid, whose sides are at the angle `edge` from the crown.
struct Maps {
    n_electrodes: usize,
    spline: SpatialFilter,
    /// Whether an electrode is near enough to each pixel.
    is_near: Vec<bool>,
}

impl Maps {
    fn new(electrodes: &[&Electrode], edge: f64) -> Result<Self, Box<dyn Error>> {
        let n = electrodes.len();
        let square = |side: usize| {
            let place = move |k: usize| ((k as f64 + 0.5) / side as f64 * 2.0 - 1.0) * edge;
            (0..side * side).map(move |k| unflat([place(k % side), place(k / side)]))
        };
        let grid: Vec<[f64; 3]> = square(GRID).collect();
        let directions: Vec<[f64; 3]> = electrodes.iter().map(|e| e.direction).collect();
        let positions: Vec<[f64; 3]> = directions.iter().chain(&grid).copied().collect();
        let names: Vec<String> = (0..positions.len()).map(|k| format!("point {k}")).collect();
        let spline = SpatialFilter::interpolation_at(
            &names,
            &arr2(&positions),
            &names[n..],
            &SphericalSplineConfig::default(),
        )?;
        let is_near = |point: [f64; 3]| {
            directions.iter().any(|direction| {
                let cosine: f64 = direction.iter().zip(point).map(|(a, b)| a * b).sum();
                cosine > REACH.cos()
            })
        };
        Ok(Self {
            n_electrodes: n,
            spline,
            is_near: square(PIXELS).map(is_near).collect(),
        })
    }

    /// The levels at the points of the grid, row by row.
    fn grid(&self, levels: &[f64]) -> Result<Vec<f64>, Box<dyn Error>> {
        let mut inputs = Array2::zeros((self.spline.inputs().len(), 1));
        for (k, &level) in levels.iter().enumerate() {
            inputs[[k, 0]] = level as f32;
        }
        let all = self.spline.apply(&inputs)?;
        Ok(all
            .iter()
            .skip(self.n_electrodes)
            .map(|&x| f64::from(x))
            .collect())
    }
}

/// A pixel's level among the four points of the grid around it.
fn between(grid: &[f64], x: usize, y: usize) -> f64 {
    let place = |pixel: usize| {
        let at = (pixel as f64 + 0.5) / PIXELS as f64 * GRID as f64 - 0.5;
        let at = at.clamp(0.0, (GRID - 1) as f64);
        let below = (at as usize).min(GRID - 2);
        (below, at - below as f64)
    };
    let ((column, right), (row, down)) = (place(x), place(y));
    let level = |row: usize, column: usize| grid[row * GRID + column];
    let across = |row| level(row, column) * (1.0 - right) + level(row, column + 1) * right;
    across(row) * (1.0 - down) + across(row + 1) * down
}

/// Azimuthal equidistant: the angle from the crown as a distance, x to the right and y to the back.
fn flat([x, y, z]: [f64; 3]) -> [f64; 2] {
    let length = x.hypot(y).max(1e-12);
    let angle = z.clamp(-1.0, 1.0).acos();
    [x / length * angle, -y / length * angle]
}

fn unflat([x, y]: [f64; 2]) -> [f64; 3] {
    let angle = x.hypot(y);
    let sin = if angle > 0.0 {
        angle.sin() / angle
    } else {
        1.0
    };
    [x * sin, -y * sin, angle.cos()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projection_has_an_inverse() {
        for name in ["Cz", "Fp1", "TP9", "O2"] {
            let direction = channel_position(name).unwrap();
            let back = unflat(flat(direction));
            for (a, b) in direction.iter().zip(back) {
                assert!((a - b).abs() < 1e-9, "{name}");
            }
        }
        // The nose is up, the left ear on the left.
        assert!(flat(channel_position("Fpz").unwrap())[1] < -1.0);
        assert!(flat(channel_position("T7").unwrap())[0] < -1.0);
    }
}
