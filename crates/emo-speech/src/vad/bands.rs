//! Log energy of six bands between 80 Hz and 4 kHz, in 16-bit integers.

/// Number of bands.
pub(super) const N_BANDS: usize = 6;

/// Up to this energy a frame is taken for silence.
pub(super) const MIN_ENERGY: i16 = 10;

/// Half of a frame of 30 ms at 8 kHz.
const MAX_HALF_LEN: usize = 120;

/// What is added to the log energy of each band, 16 for a decibel, for the halvings on the way to it.
const OFFSETS: [i16; N_BANDS] = [368, 368, 272, 176, 176, 176];

/// 160 log₁₀ 2 with 9 bits after the point.
const LOG_SCALE: i32 = 24_660;

/// Splits a signal of 8 kHz at 2 kHz, the halves at 1 and 3 kHz, and the lowest part at 500 and 250 Hz.
#[derive(Debug, Clone, Default)]
pub(super) struct FilterBank {
    at_2000: Splitter,
    at_3000: Splitter,
    at_1000: Splitter,
    at_500: Splitter,
    at_250: Splitter,
    above_80: HighPass,
}

impl FilterBank {
    /// Energies of a frame of 80, 160 or 240 samples in decibels, 16 for one, and whether it is more than silence.
    pub(super) fn process(&mut self, frame: &[i16]) -> ([i16; N_BANDS], bool) {
        let mut buffers = [[0; MAX_HALF_LEN]; 4];
        let [upper, lower, high, low] = &mut buffers;
        let len = frame.len() / 2;
        let (upper, lower) = (&mut upper[..len], &mut lower[..len]);
        let mut total = 0;
        let mut features = [0; N_BANDS];

        self.at_2000.process(frame, upper, lower);
        let len = len / 2;
        let (high, low) = (&mut high[..len], &mut low[..len]);
        self.at_3000.process(upper, high, low);
        features[5] = log_energy(high, 5, &mut total);
        features[4] = log_energy(low, 4, &mut total);

        self.at_1000.process(lower, high, low);
        features[3] = log_energy(high, 3, &mut total);

        let len = len / 2;
        let (high, lower) = (&mut high[..len], &mut lower[..len]);
        self.at_500.process(low, high, lower);
        features[2] = log_energy(high, 2, &mut total);

        let len = len / 2;
        let (high, low) = (&mut high[..len], &mut low[..len]);
        self.at_250.process(lower, high, low);
        features[1] = log_energy(high, 1, &mut total);

        self.above_80.process(low);
        features[0] = log_energy(low, 0, &mut total);
        (features, total > MIN_ENERGY)
    }
}

/// Two all-passes, one for each phase of the input: their sum is the lower half of the spectrum, their difference the
/// upper one, both at half the rate.
#[derive(Debug, Clone, Default)]
struct Splitter {
    states: [i16; 2],
}

impl Splitter {
    fn process(&mut self, input: &[i16], high: &mut [i16], low: &mut [i16]) {
        // 0.64 and 0.17 with 15 bits after the point.
        all_pass(input, 0, 20_972, &mut self.states[0], high);
        all_pass(input, 1, 5571, &mut self.states[1], low);
        for (high, low) in high.iter_mut().zip(low) {
            let (even, odd) = (*high, *low);
            *high = even.wrapping_sub(odd);
            *low = odd.wrapping_add(even);
        }
    }
}

/// Filters every second sample from `phase` on and halves it; between frames the state has 16 bits.
fn all_pass(input: &[i16], phase: usize, coefficient: i32, state: &mut i16, output: &mut [i16]) {
    let mut wide = i32::from(*state) << 16;
    for (pair, y) in input.chunks_exact(2).zip(output) {
        let x = i32::from(pair[phase]);
        *y = (wide.wrapping_add(coefficient * x) >> 16) as i16;
        wide = ((x << 14) - coefficient * i32::from(*y)).wrapping_mul(2);
    }
    *state = (wide >> 16) as i16;
}

/// Of second order, with 14 bits after the point; removes what is below 80 Hz at a rate of 500 Hz.
#[derive(Debug, Clone, Default)]
struct HighPass {
    inputs: [i16; 2],
    outputs: [i16; 2],
}

impl HighPass {
    fn process(&mut self, samples: &mut [i16]) {
        for sample in samples {
            let [x1, x2] = self.inputs.map(i32::from);
            let [y1, y2] = self.outputs.map(i32::from);
            let x = i32::from(*sample);
            let sum = (6631 * x - 13_262 * x1 + 6631 * x2).wrapping_add(7756 * y1 - 5620 * y2);
            self.inputs = [*sample, self.inputs[0]];
            *sample = (sum >> 14) as i16;
            self.outputs = [*sample, self.outputs[0]];
        }
    }
}

/// 160 log₁₀ of the energy with the band's offset. `total` grows until it is beyond [`MIN_ENERGY`].
fn log_energy(samples: &[i16], band: usize, total: &mut i16) -> i16 {
    let (energy, shift) = energy(samples);
    if energy == 0 {
        return OFFSETS[band];
    }
    // The energy is brought to 15 bits, of which the first is the integer part of the logarithm.
    let normalizing = 17 - energy.leading_zeros() as i32;
    let mantissa = if normalizing < 0 {
        energy << -normalizing
    } else {
        energy >> normalizing
    };
    let shift = shift + normalizing;
    let log2 = (14 << 10) + ((mantissa & 0x3fff) >> 4) as i32;
    let log = ((LOG_SCALE * log2) >> 19) + ((LOG_SCALE * shift) >> 9);
    if *total <= MIN_ENERGY {
        *total += if shift >= 0 {
            MIN_ENERGY + 1
        } else {
            (mantissa >> -shift) as i16
        };
    }
    (log as i16).max(0).wrapping_add(OFFSETS[band])
}

/// The sum of squares, each shifted to the right by the second number, so that the sum fits.
fn energy(samples: &[i16]) -> (u32, i32) {
    // The magnitude of the lowest number is itself.
    let largest = samples.iter().map(|x| x.wrapping_abs()).fold(-1, i16::max);
    if largest == 0 {
        return (0, 0);
    }
    let spare = (i32::from(largest) * i32::from(largest)).leading_zeros() as i32 - 1;
    let n_bits = (usize::BITS - samples.len().leading_zeros()) as i32;
    let shift = (n_bits - spare).max(0);
    let sum = samples.iter().fold(0_i32, |sum, &x| {
        sum.wrapping_add((i32::from(x) * i32::from(x)) >> shift)
    });
    (sum as u32, shift)
}
