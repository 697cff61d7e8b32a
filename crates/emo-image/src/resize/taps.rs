use crate::Border;

/// For each target pixel along an axis, the first source pixel that it is made of and the weights
/// from there on.
///
/// All lists of weights are equally long; the shorter ones are filled with zeros.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taps<W = f64> {
    pub(crate) firsts: Vec<usize>,
    pub(crate) weights: Vec<W>,
    pub(crate) n_taps: usize,
}

impl Taps {
    /// Taps from what `list` says of each target pixel; what lies beyond the picture weighs on the
    /// pixel that `border` puts there.
    pub(crate) fn new(
        source: usize,
        target: usize,
        border: Border,
        mut list: impl FnMut(usize, &mut Vec<(isize, f64)>),
    ) -> Self {
        let mut listed = Vec::new();
        let mut spans = Vec::with_capacity(target);
        let mut packed = Vec::new();
        for index in 0..target {
            listed.clear();
            list(index, &mut listed);
            for (place, _) in &mut listed {
                *place = border.index(*place, source).unwrap_or(0) as isize;
            }
            let first = listed.iter().map(|tap| tap.0).min().unwrap_or(0);
            let last = listed.iter().map(|tap| tap.0).max().unwrap_or(0);
            let start = packed.len();
            packed.resize(start + (last - first) as usize + 1, 0.0);
            for &(place, weight) in &listed {
                packed[start + (place - first) as usize] += weight;
            }
            spans.push((first as usize, start..packed.len()));
        }
        let n_taps = spans.iter().map(|(_, span)| span.len()).max().unwrap_or(1);
        let mut weights = vec![0.0; n_taps * target];
        let lists = weights.chunks_exact_mut(n_taps);
        let firsts = spans.into_iter().zip(lists).map(|((first, span), list)| {
            // A list that would end beyond the picture begins with its zeros.
            let moved = first.min(source - n_taps);
            list[first - moved..][..span.len()].copy_from_slice(&packed[span]);
            moved
        });
        Self {
            firsts: firsts.collect(),
            weights,
            n_taps,
        }
    }

    /// One source pixel for each target pixel.
    pub(crate) fn pick(source: usize, target: usize, place: impl Fn(usize) -> usize) -> Self {
        Self {
            firsts: (0..target).map(|i| place(i).min(source - 1)).collect(),
            weights: vec![1.0; target],
            n_taps: 1,
        }
    }

    /// The mean of what lies under each target pixel, which must not be smaller than a source
    /// pixel. In units of 1/(source · target) of the axis, source pixel i spans i · target and
    /// target pixel j spans j · source.
    pub(crate) fn overlap(source: usize, target: usize) -> Self {
        Self::new(source, target, Border::Replicate, |index, list| {
            let (start, end) = (index * source, (index + 1) * source);
            for pixel in start / target..=(end - 1) / target {
                let overlap = end.min((pixel + 1) * target) - start.max(pixel * target);
                list.push((pixel as isize, overlap as f64 / source as f64));
            }
        })
    }

    /// The two nearest source pixels, pixel centres at half-integers.
    pub(crate) fn linear(source: usize, target: usize, border: Border) -> Self {
        Self::new(source, target, border, |index, list| {
            let place = centre(index, source, target);
            let (first, share) = (place.floor(), place - place.floor());
            list.push((first as isize, 1.0 - share));
            list.push((first as isize + 1, share));
        })
    }

    /// OpenCV's enlarging `INTER_AREA`: source pixels with straight ramps of one target pixel
    /// between them.
    pub(crate) fn ramps(source: usize, target: usize) -> Self {
        let scale = source as f64 / target as f64;
        Self::new(source, target, Border::Replicate, |index, list| {
            let first = index * source / target;
            let beyond = (index + 1) as f64 - (first + 1) as f64 / scale;
            // The ramp lies in the target pixel that the border of two source pixels cuts.
            let share = if beyond > 0.0 { beyond.fract() } else { 0.0 };
            list.push((first as isize, 1.0 - share));
            list.push((first as isize + 1, share));
        })
    }

    /// The weights as whole numbers.
    pub(crate) fn whole<W: Copy>(&self, weight: impl Fn(f64) -> W) -> Taps<W> {
        Taps {
            firsts: self.firsts.clone(),
            weights: self.weights.iter().map(|value| weight(*value)).collect(),
            n_taps: self.n_taps,
        }
    }

    /// The weights with `bits` fractional bits. Those of a pixel sum to one exactly, for which the
    /// greatest of them is corrected, so that a flat picture stays flat.
    pub(crate) fn fixed(&self, bits: u32) -> Taps<i16> {
        let one = f64::from(1 << bits);
        let mut taps = self.whole(|weight| (weight * one).round_ties_even() as i16);
        for list in taps.weights.chunks_exact_mut(self.n_taps) {
            let sum: i32 = list.iter().map(|weight| i32::from(*weight)).sum();
            if let Some(greatest) = list.iter_mut().max() {
                *greatest += (one as i32 - sum) as i16;
            }
        }
        taps
    }
}

impl<W> Taps<W> {
    pub(crate) fn of(&self, index: usize) -> (usize, &[W]) {
        let weights = &self.weights[index * self.n_taps..][..self.n_taps];
        (self.firsts[index], weights)
    }
}

/// Where the centre of a target pixel lies among the source pixels, whose centres are whole numbers.
pub(crate) fn centre(index: usize, source: usize, target: usize) -> f64 {
    (index as f64 + 0.5) * (source as f64 / target as f64) - 0.5
}
