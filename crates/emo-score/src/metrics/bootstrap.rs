use crate::{Groups, ScoreError, metrics::quantile::quantile, random::SplitMix64};

/// How intervals are made.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BootstrapConfig {
    /// How many times samples are drawn anew; 2000 by default, twice the number that Efron and Tibshirani (1993,
    /// §13.3) ask of percentile intervals.
    pub n_resamples: usize,
    /// The confidence level, in (0, 1); 0.95 by default.
    pub level: f64,
    /// The seed: the same seed gives the same intervals, on every machine.
    pub seed: u64,
}

impl Default for BootstrapConfig {
    fn default() -> Self {
        Self {
            n_resamples: 2000,
            level: 0.95,
            seed: 1,
        }
    }
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// What is drawn: that which is independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units<'a> {
    /// Single samples, of which there are so many.
    Samples(usize),
    /// Whole subjects or trials with all their samples. Samples of one person are alike, and drawing them singly
    /// gives intervals that are far too narrow.
    Groups(&'a Groups),
}

impl Units<'_> {
    /// How many samples there are.
    pub fn n_samples(&self) -> usize {
        match self {
            Self::Samples(n) => *n,
            Self::Groups(groups) => groups.n_samples(),
        }
    }
}

/// Percentile intervals by the bootstrap: units are drawn with replacement, as many as there are, the statistic is
/// computed of their samples, and the interval is cut from its distribution.
///
/// ```
/// use emo_score::{Bootstrap, BootstrapConfig, Units};
///
/// let correct = [true, true, false, true, true, false, true, true];
/// let accuracy = |drawn: &[usize]| {
///     let hits = drawn.iter().filter(|&&sample| correct[sample]).count();
///     [Some(hits as f64 / drawn.len() as f64)]
/// };
/// let bootstrap = Bootstrap::new(BootstrapConfig::default())?;
/// let [interval] = bootstrap.intervals(Units::Samples(8), accuracy)?;
/// let interval = interval.expect("an accuracy is always defined");
/// assert!(interval.low < 0.75 && 0.75 < interval.high);
/// # Ok::<(), emo_score::ScoreError>(())
/// ```
///
/// # References
/// B. Efron, *Bootstrap methods: another look at the jackknife*, Annals of Statistics 7(1), 1979,
/// doi:10.1214/aos/1176344552. C. A. Field, A. H. Welsh, *Bootstrapping clustered data*, Journal of the Royal
/// Statistical Society B 69(3), 2007, doi:10.1111/j.1467-9868.2007.00593.x (whole groups).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    config: BootstrapConfig,
}

impl Bootstrap {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(config: BootstrapConfig) -> Result<Self, ScoreError> {
        if config.n_resamples == 0 {
            return Err(ScoreError::Parameter {
                name: "number of resamples",
                value: 0.0,
                expected: "at least 1",
            });
        }
        if !(config.level > 0.0 && config.level < 1.0) {
            return Err(ScoreError::Parameter {
                name: "confidence level",
                value: config.level,
                expected: "a number between 0 and 1",
            });
        }
        Ok(Self { config })
    }

    /// The settings.
    pub fn config(&self) -> BootstrapConfig {
        self.config
    }

    /// The intervals of several statistics of the same draws. `statistics` is given the drawn samples' indices.
    ///
    /// A statistic may be undefined (`None`) for a draw, such as the AUROC of a class that was not drawn; those
    /// draws are left out, and where they are the majority there is no interval.
    ///
    /// Cost: `n_resamples` times that of the statistics.
    ///
    /// # Errors
    /// [`ScoreError::NoSamples`].
    pub fn intervals<const N: usize>(
        &self,
        units: Units<'_>,
        mut statistics: impl FnMut(&[usize]) -> [Option<f64>; N],
    ) -> Result<[Option<Interval>; N], ScoreError> {
        let n_samples = units.n_samples();
        if n_samples == 0 {
            return Err(ScoreError::NoSamples);
        }
        let members = match units {
            Units::Samples(_) => Vec::new(),
            Units::Groups(groups) => groups.members(),
        };
        let mut random = SplitMix64::new(self.config.seed);
        let mut values: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
        let mut drawn = Vec::with_capacity(n_samples);
        for _ in 0..self.config.n_resamples {
            drawn.clear();
            match units {
                Units::Samples(n) => drawn.extend((0..n).map(|_| random.below(n))),
                Units::Groups(_) => {
                    for _ in 0..members.len() {
                        drawn.extend(&members[random.below(members.len())]);
                    }
                }
            }
            for (values, value) in values.iter_mut().zip(statistics(&drawn)) {
                values.extend(value.filter(|value| !value.is_nan()));
            }
        }
        let tail = (1.0 - self.config.level) / 2.0;
        Ok(values.map(|mut values| {
            values.sort_unstable_by(f64::total_cmp);
            (2 * values.len() > self.config.n_resamples).then(|| Interval {
                low: quantile(&values, tail),
                high: quantile(&values, 1.0 - tail),
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_samples_are_needed() {
        let with = |change: fn(&mut BootstrapConfig)| {
            let mut config = BootstrapConfig::default();
            change(&mut config);
            Bootstrap::new(config)
        };
        assert!(with(|config| config.n_resamples = 0).is_err());
        assert!(with(|config| config.level = 1.0).is_err());
        assert!(with(|config| config.level = f64::NAN).is_err());
        let bootstrap = with(|_| ()).unwrap();
        assert_eq!(
            bootstrap.intervals(Units::Samples(0), |_| [Some(0.0)]),
            Err(ScoreError::NoSamples)
        );
    }

    #[test]
    fn the_seed_decides_and_a_constant_has_no_width() {
        let mean = |drawn: &[usize]| [Some(drawn.iter().sum::<usize>() as f64), Some(3.0), None];
        let run = |seed| {
            let config = BootstrapConfig {
                seed,
                ..BootstrapConfig::default()
            };
            Bootstrap::new(config)
                .unwrap()
                .intervals(Units::Samples(20), mean)
                .unwrap()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1)[0], run(2)[0]);
        assert_eq!(
            run(1)[1],
            Some(Interval {
                low: 3.0,
                high: 3.0
            })
        );
        assert_eq!(run(1)[2], None);
    }
}
