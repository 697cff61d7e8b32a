//! The recursion of second-order sections, over a piece of a stream and over a whole signal.
//!
//! A section waits for its own last output. In a stream there is nothing else to do meanwhile; a whole signal is cut into
//! lanes that go side by side, each from so long before its beginning that how it began no longer matters.

use crate::Section;

/// Sections that pass over a piece together, and over lanes: the states of more do not fit into the registers.
const MAX_TOGETHER: usize = 4;
const MAX_IN_LANES: usize = 2;
/// Lanes of a whole signal.
const N_LANES: usize = 4;
/// The power of two to which a wrong beginning has decayed when it no longer matters.
const SETTLED: f64 = -64.0;

/// A section with its state in each lane, in direct form II transposed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage<const L: usize = 1> {
    section: Section,
    pub state: [[f64; L]; 2],
}

impl Stage {
    /// The steady state of a constant `level`, which becomes that of the output: with the gain `G = Σb/Σa` it is `G`
    /// times the input, which the recursion turns into the two delayed sums.
    pub(crate) fn steady(section: Section, level: &mut f64) -> Self {
        let Section { b, a } = section;
        let gain = b.iter().sum::<f64>() / (1.0 + a[0] + a[1]);
        let second = b[2] - a[1] * gain;
        let first = b[1] - a[0] * gain + second;
        let state = [[first * *level], [second * *level]];
        *level *= gain;
        Self { section, state }
    }
}

impl<const L: usize> Stage<L> {
    #[inline(always)]
    fn step(&mut self, input: [f64; L]) -> [f64; L] {
        let Section { b, a } = self.section;
        let [first, second] = &mut self.state;
        // Lane after lane in each line, so that lanes become one instruction.
        let mut output = [0.0; L];
        for lane in 0..L {
            output[lane] = b[0] * input[lane] + first[lane];
        }
        for lane in 0..L {
            // The product with the output comes last, because the next sample waits for it.
            first[lane] = (b[1] * input[lane] + second[lane]) - a[0] * output[lane];
        }
        for lane in 0..L {
            second[lane] = b[2] * input[lane] - a[1] * output[lane];
        }
        output
    }
}

/// Filters a piece in place.
pub(crate) fn run(stages: &mut [Stage], piece: &mut [f64]) {
    for together in stages.chunks_mut(MAX_TOGETHER) {
        match together.len() {
            1 => pass::<1>(together, piece.iter_mut()),
            2 => pass::<2>(together, piece.iter_mut()),
            3 => pass::<3>(together, piece.iter_mut()),
            _ => pass::<MAX_TOGETHER>(together, piece.iter_mut()),
        }
    }
}

fn pass<'a, const N: usize>(stages: &mut [Stage], samples: impl Iterator<Item = &'a mut f64>) {
    let Some(stages) = stages.first_chunk_mut::<N>() else {
        return;
    };
    // A copy, whose states stay in registers.
    let mut held = *stages;
    for sample in samples {
        let mut value = [*sample];
        for stage in &mut held {
            value = stage.step(value);
        }
        [*sample] = value;
    }
    *stages = held;
}

/// Filters a whole signal in place, from the steady state of a constant `level`: within rounding what [`run`] makes of
/// it.
pub(crate) fn run_whole(sections: &[Section], level: f64, signal: &mut [f64]) {
    run_directed::<false>(sections, level, signal);
}

/// The same from the last sample to the first.
pub(crate) fn run_whole_backward(sections: &[Section], level: f64, signal: &mut [f64]) {
    run_directed::<true>(sections, level, signal);
}

fn run_directed<const BACKWARD: bool>(sections: &[Section], mut level: f64, signal: &mut [f64]) {
    for together in sections.chunks(MAX_IN_LANES) {
        match *together {
            [one] => in_lanes::<1, BACKWARD>([one], &mut level, signal),
            [one, two] => in_lanes::<2, BACKWARD>([one, two], &mut level, signal),
            _ => {}
        }
    }
}

fn in_lanes<const N: usize, const BACKWARD: bool>(
    sections: [Section; N],
    level: &mut f64,
    signal: &mut [f64],
) {
    let steady = |level: &mut f64| sections.map(|section| Stage::steady(section, level));
    let start = steady(level);
    let lane_len = signal.len() / N_LANES;
    let settling = sections.iter().map(settling_len).fold(0.0, f64::max);
    // Where settling takes as long as what is spared, the signal is one lane.
    if settling > lane_len as f64 {
        return one_by_one::<N, BACKWARD>(start, signal);
    }
    let settling = settling as usize;
    let n_in_lanes = N_LANES * lane_len;
    let (in_lanes, rest) = if BACKWARD {
        let (rest, in_lanes) = signal.split_at_mut(signal.len() - n_in_lanes);
        (in_lanes, rest)
    } else {
        signal.split_at_mut(n_in_lanes)
    };
    let mut parts = in_lanes.chunks_exact_mut(lane_len);
    let mut lanes: [&mut [f64]; N_LANES] = std::array::from_fn(|_| {
        let part = if BACKWARD {
            parts.next_back()
        } else {
            parts.next()
        };
        part.unwrap_or_default()
    });
    // Each lane begins in the end of the one before it.
    let before: [&[f64]; N_LANES] = std::array::from_fn(|lane| match lane {
        0 => &[],
        _ if BACKWARD => &lanes[lane - 1][..settling],
        _ => &lanes[lane - 1][lane_len - settling..],
    });
    let starts: [[Stage; N]; N_LANES] = std::array::from_fn(|lane| {
        let first = if BACKWARD {
            before[lane].last()
        } else {
            before[lane].first()
        };
        first.map_or(start, |&first| steady(&mut { first }))
    });
    let mut stages: [Stage<N_LANES>; N] = std::array::from_fn(|k| Stage {
        section: sections[k],
        state: [0, 1].map(|s| std::array::from_fn(|lane| starts[lane][k].state[s][0])),
    });
    settle::<N, BACKWARD>(&mut stages, [before[1], before[2], before[3]]);
    for (stage, start) in stages.iter_mut().zip(&start) {
        for (state, start) in stage.state.iter_mut().zip(start.state) {
            [state[0]] = start;
        }
    }
    side_by_side::<N, BACKWARD>(&mut stages, &mut lanes);
    // The last lane goes on alone.
    let last = stages.map(|stage| Stage {
        section: stage.section,
        state: stage.state.map(|lanes| [lanes[N_LANES - 1]]),
    });
    one_by_one::<N, BACKWARD>(last, rest);
}

fn one_by_one<const N: usize, const BACKWARD: bool>(mut stages: [Stage; N], signal: &mut [f64]) {
    if BACKWARD {
        pass::<N>(&mut stages, signal.iter_mut().rev());
    } else {
        pass::<N>(&mut stages, signal.iter_mut());
    }
}

/// Runs all lanes but the first over what is before them.
fn settle<const N: usize, const BACKWARD: bool>(
    stages: &mut [Stage<N_LANES>; N],
    [b, c, d]: [&[f64]; N_LANES - 1],
) {
    let mut held = *stages;
    let mut take = |((b, c), d): ((&f64, &f64), &f64)| {
        let mut value = [*b, *b, *c, *d];
        for stage in &mut held {
            value = stage.step(value);
        }
    };
    let together = b.iter().zip(c).zip(d);
    if BACKWARD {
        together.rev().for_each(&mut take);
    } else {
        together.for_each(&mut take);
    }
    *stages = held;
}

fn side_by_side<const N: usize, const BACKWARD: bool>(
    stages: &mut [Stage<N_LANES>; N],
    [a, b, c, d]: &mut [&mut [f64]; N_LANES],
) {
    let mut held = *stages;
    let mut take = |(((a, b), c), d): (((&mut f64, &mut f64), &mut f64), &mut f64)| {
        let mut value = [*a, *b, *c, *d];
        for stage in &mut held {
            value = stage.step(value);
        }
        [*a, *b, *c, *d] = value;
    };
    let together = a
        .iter_mut()
        .zip(b.iter_mut())
        .zip(c.iter_mut())
        .zip(d.iter_mut());
    if BACKWARD {
        together.rev().for_each(&mut take);
    } else {
        together.for_each(&mut take);
    }
    *stages = held;
}

/// Samples after which a section has forgotten how it began; infinite for one that never does.
fn settling_len(section: &Section) -> f64 {
    let [a1, a2] = section.a;
    let under_root = a1 * a1 - 4.0 * a2;
    let radius = if under_root < 0.0 {
        a2.sqrt()
    } else {
        (a1.abs() + under_root.sqrt()) / 2.0
    };
    if radius >= 1.0 {
        return f64::INFINITY;
    }
    // Two poles at one place decay a little more slowly than each.
    (SETTLED / radius.max(f64::MIN_POSITIVE).log2() * 1.1).ceil() + 8.0
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;
    use crate::{FilterBand, SampleRate, Sos};

    /// Forward, each sample after the one before, by the textbook's difference equation.
    fn plain(sections: &[Section], level: f64, signal: &[f64]) -> Vec<f64> {
        let (mut out, mut level) = (signal.to_vec(), level);
        for Section { b, a } in sections {
            let gain = b.iter().sum::<f64>() / (1.0 + a[0] + a[1]);
            let (mut x, mut y) = ([level; 2], [gain * level; 2]);
            for value in &mut out {
                let output = b[0] * *value + b[1] * x[0] + b[2] * x[1] - a[0] * y[0] - a[1] * y[1];
                (x, y) = ([*value, x[0]], [output, y[0]]);
                *value = output;
            }
            level *= gain;
        }
        out
    }

    #[test]
    fn lanes_are_the_recursion_in_both_directions() {
        let rate = SampleRate::from_hz(360.0).expect("a valid rate");
        let band = |low_hz, high_hz| FilterBand::BandPass { low_hz, high_hz };
        for (order, band, n) in [
            (1, band(5.0, 15.0), 20_003),
            (2, band(8.0, 20.0), 20_001),
            (3, band(1.0, 40.0), 60_000),
            (5, FilterBand::HighPass { cutoff_hz: 0.5 }, 100_002),
            (5, FilterBand::HighPass { cutoff_hz: 0.5 }, 5_000),
            (2, FilterBand::LowPass { cutoff_hz: 100.0 }, 7),
        ] {
            let filter = Sos::butterworth(order, band, rate).expect("a valid design");
            let signal: Vec<f64> = (0..n)
                .map(|i: u32| 5.0 + f64::from(i.wrapping_mul(2_654_435_761)) / 2e9)
                .collect();
            let mut expected = plain(filter.sections(), 4.0, &signal);
            let mut forward = signal.clone();
            run_whole(filter.sections(), 4.0, &mut forward);
            let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            assert_close(forward, expected.clone(), 1e-9, 1e-10 * largest);
            let mut backward: Vec<f64> = signal.iter().rev().copied().collect();
            run_whole_backward(filter.sections(), 4.0, &mut backward);
            expected.reverse();
            assert_close(backward, expected, 1e-9, 1e-10 * largest);
        }
    }
}
