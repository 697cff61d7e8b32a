use super::NodeContext;
use crate::kernels::interpolate::Taps;

/// Where an element of a resized axis lies on the original one (ONNX's `coordinate_transformation_mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coordinates {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    TfHalfPixelForNn,
    TfCropAndResize,
}

/// Which of two neighbours is the nearest (ONNX's `nearest_mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nearest {
    RoundPreferFloor,
    RoundPreferCeil,
    Floor,
    Ceil,
}

/// How elements between two others are computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Filter {
    Linear,
    /// The cubic convolution of Keys (1981) with this coefficient `a`.
    Cubic(f64),
}

/// An axis that is resized.
///
/// Positions are computed in `f32`, as ONNX Runtime does: where one falls on an edge between two elements, the rounding
/// decides which is nearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resampling {
    pub(super) extent: usize,
    pub(super) resized: usize,
    pub(super) scale: f32,
    /// The resized extent before its fraction was cut off.
    pub(super) width: f32,
    /// The part of the axis that is resized, in fractions of it.
    pub(super) roi: (f32, f32),
    pub(super) coordinates: Coordinates,
}

impl Resampling {
    /// Whether every element stays where it is.
    pub(super) fn is_identity(&self) -> bool {
        let whole = self.coordinates != Coordinates::TfCropAndResize || self.roi == (0.0, 1.0);
        self.scale == 1.0 && self.extent == self.resized && whole
    }

    /// Where element `index` of the resized axis lies; `None` where that is outside and not to be extended.
    fn position(&self, index: usize) -> Option<f32> {
        let x = index as f32;
        let last = self.extent as f32 - 1.0;
        let several = self.resized > 1;
        let position = match self.coordinates {
            Coordinates::HalfPixel => (x + 0.5) / self.scale - 0.5,
            Coordinates::HalfPixelSymmetric => {
                let adjustment = self.resized as f32 / self.width;
                let offset = self.extent as f32 / 2.0 * (1.0 - adjustment);
                offset + (x + 0.5) / self.scale - 0.5
            }
            Coordinates::PytorchHalfPixel if several => (x + 0.5) / self.scale - 0.5,
            Coordinates::AlignCorners if several => x * last / (self.width - 1.0),
            Coordinates::PytorchHalfPixel | Coordinates::AlignCorners => 0.0,
            Coordinates::Asymmetric => x / self.scale,
            Coordinates::TfHalfPixelForNn => (x + 0.5) / self.scale,
            Coordinates::TfCropAndResize => {
                let (start, end) = self.roi;
                let position = if several {
                    start * last + x * (end - start) * last / (self.width - 1.0)
                } else {
                    0.5 * (start + end) * last
                };
                return (0.0..=last).contains(&position).then_some(position);
            }
        };
        Some(position)
    }

    /// The nearest element of the original axis for each of the resized one.
    pub(super) fn nearest(&self, rule: Nearest) -> Vec<Option<usize>> {
        let nearest = |index| {
            let position = self.position(index)?;
            let floor = position.floor();
            let rounded = match rule {
                Nearest::Floor => floor,
                Nearest::Ceil => position.ceil(),
                Nearest::RoundPreferFloor if position - floor <= 0.5 => floor,
                // As ONNX Runtime has it, what is the middle but for rounding counts as the middle here.
                Nearest::RoundPreferCeil
                    if position - floor < 0.5 - 2.0 * f32::EPSILON * position.abs() =>
                {
                    floor
                }
                Nearest::RoundPreferFloor | Nearest::RoundPreferCeil => floor + 1.0,
            };
            Some((rounded.max(0.0) as usize).min(self.extent - 1))
        };
        (0..self.resized).map(nearest).collect()
    }

    /// How many elements contribute to one, when the filter is widened by `stretch`.
    fn reach(filter: Filter, stretch: f64) -> (i64, i64) {
        let radius = match filter {
            Filter::Linear => 1.0,
            Filter::Cubic(_) => 2.0,
        };
        let first = (-radius * stretch).floor() as i64 + 1;
        (first, first.saturating_mul(-2).saturating_add(2))
    }

    /// How many elements contribute to those of the resized axis in all, at most.
    pub(super) fn n_taps(&self, filter: Filter, antialias: Antialias) -> usize {
        let (_, len) = Self::reach(filter, antialias.stretch(self.scale));
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        len.min(self.extent).saturating_mul(self.resized)
    }

    /// The elements of the original axis that contribute to each of the resized one, and how much; none where the
    /// position is outside and not to be extended.
    pub(super) fn taps(&self, filter: Filter, antialias: Antialias, edge: Edge) -> Vec<Taps> {
        let stretch = antialias.stretch(self.scale);
        let (first, len) = Self::reach(filter, stretch);
        let last = self.extent as i64 - 1;
        let taps = |index| -> Option<Taps> {
            let position = f64::from(self.position(index)?);
            // The element to the left, also of a position that is one.
            let left = position.ceil() as i64 - 1;
            let mut taps = Taps::new();
            let first = left.saturating_add(first);
            for at in first..first.saturating_add(len) {
                if edge == Edge::Excluded && !(0..=last).contains(&at) {
                    continue;
                }
                let weight = weight(filter, (at as f64 - position) / stretch);
                let at = at.clamp(0, last) as usize;
                match taps.last_mut() {
                    _ if weight == 0.0 => {}
                    Some((previous, sum)) if *previous == at => *sum += weight,
                    _ => taps.push((at, weight)),
                }
            }
            let sum: f64 = taps.iter().map(|(_, weight)| weight).sum();
            if sum != 0.0 && (antialias == Antialias::On || edge == Edge::Excluded) {
                taps.iter_mut().for_each(|(_, weight)| *weight /= sum);
            }
            Some(taps)
        };
        (0..self.resized)
            .map(|index| taps(index).unwrap_or_default())
            .collect()
    }

    /// The elements of the resized axis that have one on the original axis.
    pub(super) fn inside(&self) -> Vec<Option<usize>> {
        (0..self.resized)
            .map(|index| self.position(index).map(|_| index))
            .collect()
    }
}

/// Whether the filter widens as the axis shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Antialias {
    Off,
    On,
}

impl Antialias {
    fn stretch(self, scale: f32) -> f64 {
        match self {
            Self::Off => 1.0,
            Self::On => 1.0 / f64::from(scale.min(1.0)),
        }
    }
}

/// What contributes in place of elements outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// The outermost elements.
    Repeated,
    /// None; the weights of the others are scaled up.
    Excluded,
}

/// The weight of an element at distance `t`.
///
/// # References
/// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, doi:10.1109/TASSP.1981.1163711.
fn weight(filter: Filter, t: f64) -> f64 {
    let t = t.abs();
    match filter {
        Filter::Linear => (1.0 - t).max(0.0),
        Filter::Cubic(a) if t <= 1.0 => ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0,
        Filter::Cubic(a) if t < 2.0 => ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a,
        Filter::Cubic(_) => 0.0,
    }
}

/// The extent to which a scale resizes an axis; `None` for a scale that is not positive and finite, or an extent too
/// large to count.
///
/// The product is taken in `f64`, as ONNX's shape inference does; in `f32` it might be rounded up to a whole number.
pub(super) fn scaled(extent: usize, scale: f32) -> Option<usize> {
    let width = (extent as f64 * f64::from(scale)).floor();
    let fits = scale > 0.0 && width < isize::MAX as f64;
    fits.then_some(width as usize)
}

/// A scale for each axis of `rank`, for those listed in `axes` the given ones.
pub(super) fn per_axis<T: Copy>(
    context: &NodeContext<'_>,
    (what, values): (&str, &[T]),
    axes: &[usize],
    mut all: Vec<T>,
) -> Result<Vec<T>, emo_backend::BackendError> {
    if values.len() != axes.len() {
        return Err(context.malformed(format!("{} {what} for {} axes", values.len(), axes.len())));
    }
    for (&axis, &value) in axes.iter().zip(values) {
        all[axis] = value;
    }
    Ok(all)
}
