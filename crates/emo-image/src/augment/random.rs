use std::f64::consts::TAU;

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014,
/// <https://doi.org/10.1145/2660193.2660195>. The same numbers on every machine.
#[derive(Debug, Clone)]
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// Uniform from 0 to 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform from `-max` to `max`.
    pub(super) fn within(&mut self, max: f64) -> f64 {
        max * (2.0 * self.unit() - 1.0)
    }

    /// A number of the standard normal distribution, by G. E. P. Box and M. E. Muller, "A note on
    /// the generation of random normal deviates", Annals of Mathematical Statistics 29(2), 1958,
    /// <https://doi.org/10.1214/aoms/1177706645>.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(TAU * self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        // The first of Java's SplittableRandom(1234567), which is this generator.
        let mut random = SplitMix64::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn normal_numbers_have_the_moments_of_their_distribution() {
        let mut random = SplitMix64::new(7);
        let x: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let moment = |k: i32| x.iter().map(|x| x.powi(k)).sum::<f64>() / x.len() as f64;
        // Five standard errors.
        let expected = [0.0, 1.0, 0.0, 3.0];
        let actual = [moment(1), moment(2), moment(3), moment(4)];
        emo_testing::assert_close(actual, expected, 0.0, 0.16);
        assert!(moment(1).abs() < 0.016 && (moment(2) - 1.0).abs() < 0.023);
    }
}
