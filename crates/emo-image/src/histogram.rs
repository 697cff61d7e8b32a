use std::collections::HashMap;

use crate::{ImageError, Plane, Sample};

/// The count of each level.
pub fn histogram(plane: Plane<'_, u8>) -> [u32; 256] {
    // Four tables, so that runs of one level do not wait for one another.
    let mut tables = [[0_u32; 256]; 4];
    for row in plane.rows() {
        let (quads, rest) = row.as_chunks::<4>();
        for quad in quads {
            for (table, &level) in tables.iter_mut().zip(quad) {
                table[usize::from(level)] += 1;
            }
        }
        for &level in rest {
            tables[0][usize::from(level)] += 1;
        }
    }
    let [mut sums, tables @ ..] = tables;
    for table in tables {
        for (sum, count) in sums.iter_mut().zip(table) {
            *sum += count;
        }
    }
    sums
}

/// The count of levels in `n_bins` equal parts of 0 to 256, as OpenCV's `calcHist`.
///
/// # Errors
/// [`ImageError::Parameter`] unless there are 1 to 256 parts.
#[doc(alias = "calcHist")]
pub fn histogram_of(plane: Plane<'_, u8>, n_bins: usize) -> Result<Vec<u32>, ImageError> {
    if !(1..=256).contains(&n_bins) {
        return Err(ImageError::Parameter {
            name: "n_bins",
            value: n_bins as f64,
            allowed: "1 to 256",
        });
    }
    let mut bins = vec![0; n_bins];
    for (level, count) in histogram(plane).into_iter().enumerate() {
        bins[level * n_bins / 256] += count;
    }
    Ok(bins)
}

/// Shannon's entropy of the levels in bits, each different level a symbol.
///
/// # References
/// C. E. Shannon, 1948, *A mathematical theory of communication*,
/// [doi:10.1002/j.1538-7305.1948.tb01338.x](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x).
#[doc(alias = "shannon_entropy")]
pub fn level_entropy<T: Sample>(plane: Plane<'_, T>) -> f64 {
    let mut counts: HashMap<u32, u64> = HashMap::new();
    for row in plane.rows() {
        for sample in row {
            // A zero has two signs but is one symbol.
            *counts.entry((sample.to_f32() + 0.0).to_bits()).or_default() += 1;
        }
    }
    let mut counts: Vec<u64> = counts.into_values().collect();
    // The order of a table of hashes is not the same twice, and so would the last digit be.
    counts.sort_unstable();
    let total = plane.len() as f64;
    let terms = counts.iter().map(|&count| {
        let share = count as f64 / total;
        share * share.log2()
    });
    0.0 - terms.sum::<f64>()
}

/// The first four moments of a picture's levels.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LevelStatistics {
    /// The mean.
    pub mean: f64,
    /// The population variance.
    pub variance: f64,
    /// The skewness, 0 for a symmetric distribution; NaN for a picture of one level.
    pub skewness: f64,
    /// The kurtosis less three, 0 for a normal distribution; NaN for a picture of one level.
    pub kurtosis: f64,
}

impl LevelStatistics {
    /// The moments of a picture.
    pub fn new<T: Sample>(plane: Plane<'_, T>) -> Self {
        let count = plane.len() as f64;
        let levels = || plane.rows().flatten().map(|sample| sample.to_f64());
        let mean = levels().sum::<f64>() / count;
        let (mut second, mut third, mut fourth) = (0.0, 0.0, 0.0);
        for level in levels() {
            let difference = level - mean;
            let squared = difference * difference;
            second += squared;
            third += squared * difference;
            fourth += squared * squared;
        }
        let variance = second / count;
        let constant = variance <= (f64::EPSILON * mean).powi(2);
        let over = |moment: f64| if constant { f64::NAN } else { moment / count };
        Self {
            mean,
            variance,
            skewness: over(third) / variance.powf(1.5),
            kurtosis: over(fourth) / (variance * variance) - 3.0,
        }
    }

    /// The population standard deviation.
    pub fn std(&self) -> f64 {
        self.variance.sqrt()
    }
}
