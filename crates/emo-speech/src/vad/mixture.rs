//! Two mixtures of two normal distributions for each band, one of noise and one of speech, that follow the signal.
//!
//! The numbers and the order of roundings are those of WebRTC's detector, without which its decisions would not come
//! out. Comments give the number of binary digits after the point.

use super::bands::N_BANDS;

/// What is known of one distribution: mean and deviation in sixteenths of a decibel, 3 more binary digits each.
#[derive(Debug, Clone, Copy)]
struct Normal {
    weight: i16,
    mean: i16,
    deviation: i16,
}

const fn normal(weight: i16, mean: i16, deviation: i16) -> Normal {
    Normal {
        weight,
        mean,
        deviation,
    }
}

type Mixture = [Normal; 2];

const NOISE: [Mixture; N_BANDS] = [
    [normal(34, 6738, 378), normal(94, 7646, 474)],
    [normal(62, 4892, 1064), normal(66, 3863, 697)],
    [normal(72, 7065, 493), normal(56, 7820, 475)],
    [normal(66, 6715, 582), normal(62, 7266, 688)],
    [normal(53, 6771, 688), normal(75, 5020, 421)],
    [normal(25, 3369, 593), normal(103, 4362, 455)],
];

const SPEECH: [Mixture; N_BANDS] = [
    [normal(48, 8306, 555), normal(80, 9473, 509)],
    [normal(82, 10_085, 505), normal(46, 9571, 828)],
    [normal(45, 10_078, 567), normal(83, 10_879, 492)],
    [normal(87, 11_823, 524), normal(41, 7581, 1540)],
    [normal(50, 11_843, 585), normal(78, 8180, 1079)],
    [normal(47, 6309, 1231), normal(81, 7483, 850)],
];

/// How much each band's ratio counts in the sum.
const BAND_WEIGHTS: [i32; N_BANDS] = [6, 8, 10, 12, 14, 16];

/// Least distance of the two mixtures' means, 5 digits.
const MIN_DISTANCES: [i16; N_BANDS] = [544, 544, 576, 576, 576, 576];

/// Largest means of the mixtures, 7 digits.
const MAX_SPEECH_MEANS: [i16; N_BANDS] = [11_392, 11_392, 11_520, 11_520, 11_520, 11_520];
const MAX_NOISE_MEANS: [i16; N_BANDS] = [9216, 9088, 8960, 8832, 8704, 8576];

/// What the limit of a band's speech means is before any band's mixture has been corrected.
const FIRST_MAX_SPEECH_MEAN: i16 = 12_800;

/// Smallest means of the two distributions of speech, 7 digits.
const MIN_SPEECH_MEANS: [i16; 2] = [640, 768];

const MIN_DEVIATION: i16 = 384;

/// From here on, 10 digits, the density counts as zero.
const MAX_EXPONENT: i32 = 22_005;

/// log₂ e, 12 digits.
const LOG2_E: i32 = 5909;

/// How fast means follow: noise and speech, 15 digits; noise towards the recent minimum, 8 digits.
const NOISE_RATE: i32 = 655;
const SPEECH_RATE: i32 = 6554;
const MINIMUM_RATE: i32 = 154;

/// The models of all bands.
#[derive(Debug, Clone)]
pub(super) struct Models {
    noise: [Mixture; N_BANDS],
    speech: [Mixture; N_BANDS],
}

/// What one band's mixtures say about a frame.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    /// log₂ of the density of speech over that of noise, in whole numbers.
    log_ratio: i16,
    /// Share of each distribution in its mixture's density, 14 digits.
    noise_shares: [i16; 2],
    speech_shares: [i16; 2],
    /// (x − mean) / deviation², 11 digits.
    noise_pulls: [i16; 2],
    speech_pulls: [i16; 2],
}

impl Default for Models {
    fn default() -> Self {
        Self {
            noise: NOISE,
            speech: SPEECH,
        }
    }
}

impl Models {
    /// Compares a frame's log energies with the models. Speech is what exceeds the `local` threshold in one band or the
    /// `global` one in the weighted sum.
    pub(super) fn judge(
        &self,
        features: &[i16; N_BANDS],
        local: i32,
        global: i32,
    ) -> (bool, [Evidence; N_BANDS]) {
        let mut evidence = [Evidence::default(); N_BANDS];
        let mut sum = 0;
        let mut is_speech = false;
        for (band, found) in evidence.iter_mut().enumerate() {
            *found = evidence_of(features[band], &self.noise[band], &self.speech[band]);
            let ratio = i32::from(found.log_ratio);
            sum += ratio * BAND_WEIGHTS[band];
            is_speech |= ratio * 4 > local;
        }
        (is_speech || sum >= global, evidence)
    }

    /// Moves the models towards the frame, those of speech if it was speech, and all of noise towards the `minima`.
    pub(super) fn follow(
        &mut self,
        features: &[i16; N_BANDS],
        minima: &[i16; N_BANDS],
        evidence: &[Evidence; N_BANDS],
        is_speech: bool,
    ) {
        let mut max_mean = FIRST_MAX_SPEECH_MEAN;
        for band in 0..N_BANDS {
            let (noise, speech) = (&mut self.noise[band], &mut self.speech[band]);
            let found = &evidence[band];
            let x = features[band];
            let below = (minima[band] << 4).wrapping_sub((weighted_mean(noise) >> 6) as i16);
            for k in 0..2 {
                let highest = (72 + k as i16 - band as i16) << 7;
                noise[k].follow_noise(x, found, k, below, highest, is_speech);
                if is_speech {
                    speech[k].follow_speech(x, found, k, max_mean);
                }
            }
            keep_apart(noise, speech, MIN_DISTANCES[band]);
            max_mean = MAX_SPEECH_MEANS[band];
            limit_mean(speech, max_mean);
            limit_mean(noise, MAX_NOISE_MEANS[band]);
        }
    }
}

impl Normal {
    /// The density, 20 digits, and the pull.
    fn density(&self, x: i16) -> (i32, i16) {
        let deviation = i32::from(self.deviation);
        let inverse = ((1 << 17) + (deviation >> 1)) / deviation;
        let inverse_squared = ((inverse >> 2) * (inverse >> 2)) >> 2;
        let distance = i32::from((x << 3).wrapping_sub(self.mean));
        let pull = ((inverse_squared * distance) >> 10) as i16;
        let exponent = (i32::from(pull) * distance) >> 9;
        if exponent >= MAX_EXPONENT {
            return (0, pull);
        }
        // 2 to a negative power: the fraction is taken for the mantissa, the whole number for a shift.
        let power = i32::from(-(((LOG2_E * i32::from(exponent as i16)) >> 12) as i16));
        let mantissa = 0x400 | (power & 0x3ff);
        let density = mantissa >> ((!power >> 10) + 1);
        (inverse * density, pull)
    }

    fn follow_noise(
        &mut self,
        x: i16,
        found: &Evidence,
        k: usize,
        below: i16,
        highest: i16,
        is_speech: bool,
    ) {
        let (share, pull) = (
            i32::from(found.noise_shares[k]),
            i32::from(found.noise_pulls[k]),
        );
        let before = self.mean;
        if !is_speech {
            let step = i32::from(((share * pull) >> 11) as i16);
            self.mean = before.wrapping_add(((step * NOISE_RATE) >> 22) as i16);
        }
        let correction = ((i32::from(below) * MINIMUM_RATE) >> 9) as i16;
        let lowest = (k as i16 + 5) << 7;
        self.mean = self.mean.wrapping_add(correction).max(lowest).min(highest);
        if !is_speech {
            let distance = x.wrapping_sub(before >> 3);
            let excess = ((pull * i32::from(distance)) >> 3) - 4096;
            let change = ((share + 2) >> 2).wrapping_mul(excess) >> 14;
            let step = divide_magnitude(change, self.deviation).wrapping_add(32);
            self.deviation = self.deviation.wrapping_add(step >> 6).max(MIN_DEVIATION);
        }
    }

    fn follow_speech(&mut self, x: i16, found: &Evidence, k: usize, max_mean: i16) {
        let (share, pull) = (
            i32::from(found.speech_shares[k]),
            i32::from(found.speech_pulls[k]),
        );
        let before = self.mean;
        let step = i32::from(((share * pull) >> 11) as i16);
        let step = ((step * SPEECH_RATE) >> 21) as i16;
        let moved = before.wrapping_add(step.wrapping_add(1) >> 1);
        self.mean = moved.max(MIN_SPEECH_MEANS[k]).min(max_mean + 640);

        let distance = x.wrapping_sub(before.wrapping_add(4) >> 3);
        let excess = ((pull * i32::from(distance)) >> 3) - 4096;
        let change = (share >> 2).wrapping_mul(excess) >> 4;
        let step = divide_magnitude(change, self.deviation.wrapping_mul(10)).wrapping_add(128);
        self.deviation = self.deviation.wrapping_add(step >> 8).max(MIN_DEVIATION);
    }
}

fn evidence_of(x: i16, noise: &Mixture, speech: &Mixture) -> Evidence {
    let mut found = Evidence::default();
    let noise_total = densities(x, noise, &mut found.noise_shares, &mut found.noise_pulls);
    let speech_total = densities(x, speech, &mut found.speech_shares, &mut found.speech_pulls);
    if found.noise_shares == [0, 0] {
        found.noise_shares[0] = 1 << 14;
    }
    found.log_ratio = spare_bits(noise_total) - spare_bits(speech_total);
    found
}

/// The mixture's density, 27 digits. The shares stay zero where the density is next to nothing.
fn densities(x: i16, mixture: &Mixture, shares: &mut [i16; 2], pulls: &mut [i16; 2]) -> i32 {
    let mut weighted = [0; 2];
    for k in 0..2 {
        let (density, pull) = mixture[k].density(x);
        weighted[k] = i32::from(mixture[k].weight) * density;
        pulls[k] = pull;
    }
    let total = weighted[0] + weighted[1];
    let rough = (total >> 12) as i16;
    if rough > 0 {
        let first = ((weighted[0] & !0xfff) << 2) / i32::from(rough);
        shares[0] = first as i16;
        shares[1] = (1_i16 << 14).wrapping_sub(shares[0]);
    }
    total
}

/// Bits between the sign and the first digit; 31 for zero.
fn spare_bits(density: i32) -> i16 {
    density.leading_zeros().saturating_sub(1) as i16
}

/// Rounds towards zero; a quotient beyond 16 bits wraps.
fn divide_magnitude(change: i32, divisor: i16) -> i16 {
    let quotient = change
        .wrapping_abs()
        .checked_div(divisor.into())
        .unwrap_or(i32::MAX) as i16;
    if change > 0 {
        quotient
    } else {
        quotient.wrapping_neg()
    }
}

/// The mean of a mixture, 14 digits.
fn weighted_mean(mixture: &Mixture) -> i32 {
    mixture
        .iter()
        .map(|normal| i32::from(normal.mean) * i32::from(normal.weight))
        .sum()
}

/// Moves mixtures that are too close: speech up by about 0.8 of what is missing, noise down by 0.2.
fn keep_apart(noise: &mut Mixture, speech: &mut Mixture, least: i16) {
    let distance =
        ((weighted_mean(speech) >> 9) as i16).wrapping_sub((weighted_mean(noise) >> 9) as i16);
    if distance < least {
        let missing = i32::from(least.wrapping_sub(distance));
        shift(speech, ((13 * missing) >> 2) as i16);
        shift(noise, -(((3 * missing) >> 2) as i16));
    }
}

fn limit_mean(mixture: &mut Mixture, largest: i16) {
    let mean = (weighted_mean(mixture) >> 7) as i16;
    if mean > largest {
        shift(mixture, largest - mean);
    }
}

fn shift(mixture: &mut Mixture, by: i16) {
    for normal in mixture {
        normal.mean = normal.mean.wrapping_add(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_is_near_the_normal_one() {
        for deviation in [384_i16, 600, 1200] {
            for x in (200..900).step_by(7) {
                let normal = Normal {
                    weight: 1,
                    mean: 5000,
                    deviation,
                };
                let (density, pull) = normal.density(x);
                let s = f64::from(deviation) / 128.0;
                let distance = f64::from(x) / 16.0 - 5000.0 / 128.0;
                let exponent = (distance / s).powi(2) / 2.0;
                let expected = (-exponent).exp() / s;
                let actual = f64::from(density) / f64::from(1 << 20);
                // The mantissa is linear between powers of two, 6 % off at most, 1 / s² rounded by up to 3 %, and what
                // is beyond 10 digits is cut.
                let tolerance = (0.07 + 0.03 * exponent) * expected + 0.002 / s;
                assert!((actual - expected).abs() <= tolerance, "{x} {deviation}");
                let expected = distance / (s * s);
                let actual = f64::from(pull) / 2048.0;
                assert!((actual - expected).abs() <= 0.03 * expected.abs() + 0.001);
            }
        }
    }

    #[test]
    fn shares_are_those_of_the_densities() {
        // 68.75 dB are nearer to the second mean of noise, 59.7 dB, than to the first, 52.6 dB.
        let found = evidence_of(1100, &NOISE[0], &SPEECH[0]);
        assert_eq!(found.noise_shares[0] + found.noise_shares[1], 1 << 14);
        assert!(found.noise_shares[1] > found.noise_shares[0]);
    }
}
