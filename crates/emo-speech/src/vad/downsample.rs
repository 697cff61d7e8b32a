//! From 16, 32 or 48 kHz to 8 kHz in 16-bit integers, rounding for rounding as WebRTC's detector does it.

/// Samples in 30 ms at 32 kHz, the longest frame that is halved twice.
const MAX_FRAME_LEN: usize = 960;

/// Brings frames to 8 kHz and keeps the filters' states between them.
#[derive(Debug, Clone)]
pub(super) enum Downsampler {
    None,
    Halve([Halver; 1]),
    HalveTwice([Halver; 2]),
    Sixth(Box<Sixth>),
}

impl Downsampler {
    /// For one of the four rates that the detector knows.
    pub(super) fn new(sample_rate: u32) -> Self {
        match sample_rate {
            16_000 => Self::Halve(Default::default()),
            32_000 => Self::HalveTwice(Default::default()),
            48_000 => Self::Sixth(Box::default()),
            _ => Self::None,
        }
    }

    /// Number of samples at 8 kHz of a frame.
    pub(super) fn output_len(&self, frame_len: usize) -> usize {
        match self {
            Self::None => frame_len,
            Self::Halve(_) => frame_len / 2,
            Self::HalveTwice(_) => frame_len / 4,
            Self::Sixth(_) => frame_len / 6,
        }
    }

    /// Writes the frame at 8 kHz, 80 samples for each 10 ms.
    pub(super) fn process(&mut self, frame: &[i16], output: &mut [i16]) {
        match self {
            Self::None => output.copy_from_slice(frame),
            Self::Halve([halver]) => halver.process(frame, output),
            Self::HalveTwice([first, second]) => {
                let mut half = [0; MAX_FRAME_LEN / 2];
                let half = &mut half[..frame.len() / 2];
                first.process(frame, half);
                second.process(half, output);
            }
            // WebRTC's detector computes every 10 ms of a longer frame from the frame's first 10 ms.
            Self::Sixth(sixth) => {
                for part in output.chunks_exact_mut(80) {
                    sixth.process(&frame[..480], part);
                }
            }
        }
    }
}

/// Two all-passes of first order, one for each phase of the input, whose sum is a low-pass at half the rate.
#[derive(Debug, Clone, Default)]
pub(super) struct Halver {
    states: [i32; 2],
}

/// 0.64 and 0.17 with 13 bits after the point.
const HALVER_COEFFICIENTS: [i32; 2] = [5243, 1392];

impl Halver {
    fn process(&mut self, input: &[i16], output: &mut [i16]) {
        for (pair, y) in input.chunks_exact(2).zip(output) {
            let mut sum = 0_i16;
            for ((&x, state), coefficient) in
                pair.iter().zip(&mut self.states).zip(HALVER_COEFFICIENTS)
            {
                let x = i32::from(x);
                let passed = ((*state >> 1) + ((coefficient * x) >> 14)) as i16;
                *state = x - ((coefficient * i32::from(passed)) >> 12);
                sum = sum.wrapping_add(passed);
            }
            *y = sum;
        }
    }
}

/// Three all-passes of first order in a row; samples are scaled by 2¹⁵ with half a unit on top.
#[derive(Debug, Clone, Default)]
struct AllPass {
    states: [i32; 4],
}

/// Of the phase that is ahead and of the one that lags, with 14 bits after the point.
const AHEAD: [i32; 3] = [821, 6110, 12_382];
const LAGGING: [i32; 3] = [3050, 9368, 15_063];

impl AllPass {
    /// The output, halved, because two are added.
    fn half(&mut self, x: i32, coefficients: [i32; 3]) -> i32 {
        let [last, first, second, third] = self.states;
        let rounded = x.wrapping_sub(first).wrapping_add(1 << 13) >> 14;
        let a = last.wrapping_add(rounded.wrapping_mul(coefficients[0]));
        let b = first.wrapping_add(toward_zero(a.wrapping_sub(second)) * coefficients[1]);
        let c = second.wrapping_add(toward_zero(b.wrapping_sub(third)) * coefficients[2]);
        self.states = [x, a, b, c];
        c >> 1
    }
}

/// A shift by 14 that rounds negative numbers up.
fn toward_zero(difference: i32) -> i32 {
    (difference >> 14) + i32::from(difference < 0)
}

fn scaled(x: i16) -> i32 {
    (i32::from(x) << 15) + (1 << 14)
}

/// 480 samples at 48 kHz to 80 at 8 kHz: halved, filtered, two for three, halved.
#[derive(Debug, Clone, Default)]
pub(super) struct Sixth {
    to_24: [AllPass; 2],
    low_pass: [AllPass; 4],
    /// The last eight samples at 24 kHz.
    history: [i32; 8],
    to_8: [AllPass; 2],
}

/// Interpolation of the first of two output samples, with 15 bits after the point; the second has it in reverse.
const TWO_FOR_THREE: [i32; 8] = [778, -2050, 1087, 23_285, 12_903, -3783, 441, 222];

impl Sixth {
    fn process(&mut self, input: &[i16], output: &mut [i16]) {
        let mut at_24 = [0; 8 + 240];
        at_24[..8].copy_from_slice(&self.history);
        let [even_phase, odd_phase] = &mut self.to_24;
        for (pair, y) in input.chunks_exact(2).zip(&mut at_24[8..]) {
            *y = even_phase
                .half(scaled(pair[0]), LAGGING)
                .wrapping_add(odd_phase.half(scaled(pair[1]), AHEAD));
        }
        self.filter(&mut at_24[8..]);
        self.history.copy_from_slice(&at_24[240..]);

        let mut at_16 = [0; 160];
        for (m, pair) in at_16.chunks_exact_mut(2).enumerate() {
            let taps = &at_24[3 * m..3 * m + 9];
            pair[0] = dot(taps[..8].iter());
            pair[1] = dot(taps[1..].iter().rev());
        }
        let [even_phase, odd_phase] = &mut self.to_8;
        for (pair, y) in at_16.chunks_exact(2).zip(output) {
            let sum = even_phase
                .half(pair[0], LAGGING)
                .wrapping_add(odd_phase.half(pair[1], AHEAD));
            *y = (sum >> 15).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }

    /// Low-pass at a quarter of the rate, in place, which takes away the scale of 2¹⁵.
    fn filter(&mut self, samples: &mut [i32]) {
        let [even_lagging, even_ahead, odd_lagging, odd_ahead] = &mut self.low_pass;
        for pair in samples.chunks_exact_mut(2) {
            let (even, odd) = (pair[0], pair[1]);
            let odd_before = odd_ahead.states[0];
            let first = even_lagging
                .half(odd_before, LAGGING)
                .wrapping_add(even_ahead.half(even, AHEAD));
            let second = odd_lagging
                .half(even, LAGGING)
                .wrapping_add(odd_ahead.half(odd, AHEAD));
            pair[0] = first >> 15;
            pair[1] = second >> 15;
        }
    }
}

fn dot<'a>(taps: impl Iterator<Item = &'a i32>) -> i32 {
    taps.zip(TWO_FOR_THREE).fold(1 << 14, |sum, (&x, weight)| {
        sum.wrapping_add(weight.wrapping_mul(x))
    })
}
