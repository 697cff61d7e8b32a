use crate::EegError;

/// Most numbers that are kept.
const MAX_NUMBERS: usize = 1 << 24;

/// The mean of the last feature vectors, live.
///
/// Each vector that is pushed becomes the mean of itself and up to `len − 1` before it, so the first ones are means of
/// fewer. Allocates only in [`new`](Self::new).
#[derive(Debug, Clone)]
pub struct MovingAverage {
    n_features: usize,
    len: usize,
    /// The last vectors, one after the other, the oldest at `next` once all are there.
    last: Vec<f64>,
    count: usize,
    next: usize,
}

impl MovingAverage {
    /// A mean of up to `len` vectors of `n_features`.
    ///
    /// # Errors
    /// [`EegError::InvalidSetting`] for a length of 0, or more than 2²⁴ numbers to keep.
    pub fn new(n_features: usize, len: usize) -> Result<Self, EegError> {
        if len == 0 || n_features.max(1).saturating_mul(len) > MAX_NUMBERS {
            return Err(EegError::InvalidSetting {
                name: "len",
                value: len as f64,
                expected: "1 or more, and at most 2^24 numbers in all",
            });
        }
        Ok(Self {
            n_features,
            len,
            last: vec![0.0; n_features * len],
            count: 0,
            next: 0,
        })
    }

    /// Replaces `features` by the mean of it and those before.
    ///
    /// # Errors
    /// - [`EegError::Shape`] for another number of features.
    /// - [`EegError::NonFinite`] for one that is not finite; nothing is changed then.
    pub fn push(&mut self, features: &mut [f32]) -> Result<(), EegError> {
        check_features(features, self.n_features)?;
        let start = self.next * self.n_features;
        for (kept, feature) in self.last[start..].iter_mut().zip(features.iter()) {
            *kept = f64::from(*feature);
        }
        self.next = (self.next + 1) % self.len;
        self.count = (self.count + 1).min(self.len);
        // From the oldest to the newest, so that rounding does not depend on where the ring begins.
        let oldest = (self.next + self.len - self.count) % self.len;
        for (i, feature) in features.iter_mut().enumerate() {
            let sum: f64 = (0..self.count)
                .map(|k| self.last[(oldest + k) % self.len * self.n_features + i])
                .sum();
            *feature = (sum / self.count as f64) as f32;
        }
        Ok(())
    }

    /// Forgets all vectors.
    pub fn reset(&mut self) {
        self.count = 0;
        self.next = 0;
    }
}

/// Feature vectors smoothed by a scalar Kalman filter each, live: the linear dynamic system of SEED's features in its
/// causal form.
///
/// A feature is taken as a random walk whose steps have `ratio` times the variance of the noise with which it is seen.
/// The first vector is taken as it is. Allocates only in [`new`](Self::new).
///
/// # References
/// - L.-C. Shi, B.-L. Lu (2010). Off-line and on-line vigilance estimation based on linear dynamical system and manifold
///   learning. EMBC. doi:10.1109/IEMBS.2010.5627125.
/// - R. E. Kalman (1960). A new approach to linear filtering and prediction problems. Journal of Basic Engineering
///   82(1). doi:10.1115/1.3662552.
#[derive(Debug, Clone)]
#[doc(alias = "LDS")]
pub struct KalmanSmoother {
    ratio: f64,
    state: Vec<f64>,
    /// The state's variance over that of the noise; none before the first vector.
    variance: Option<f64>,
}

impl KalmanSmoother {
    /// A smoother of `n_features`; `ratio` is 0.01 for SEED's features. The smaller, the smoother.
    ///
    /// # Errors
    /// [`EegError::InvalidSetting`] unless the ratio is a finite number above 0, or for more than 2²⁴ features.
    pub fn new(n_features: usize, ratio: f64) -> Result<Self, EegError> {
        if n_features > MAX_NUMBERS {
            return Err(EegError::InvalidSetting {
                name: "n_features",
                value: n_features as f64,
                expected: "at most 2^24",
            });
        }
        if !(ratio > 0.0 && ratio.is_finite()) {
            return Err(EegError::InvalidSetting {
                name: "ratio",
                value: ratio,
                expected: "a finite number above 0",
            });
        }
        Ok(Self {
            ratio,
            state: vec![0.0; n_features],
            variance: None,
        })
    }

    /// Replaces `features` by what the filter makes of it and those before.
    ///
    /// # Errors
    /// - [`EegError::Shape`] for another number of features.
    /// - [`EegError::NonFinite`] for one that is not finite; nothing is changed then.
    pub fn push(&mut self, features: &mut [f32]) -> Result<(), EegError> {
        check_features(features, self.state.len())?;
        let gain = match self.variance {
            None => 1.0,
            Some(variance) => {
                let predicted = variance + self.ratio;
                predicted / (predicted + 1.0)
            }
        };
        // After the update the variance over the noise's is the gain itself.
        self.variance = Some(gain);
        for (state, feature) in self.state.iter_mut().zip(features) {
            *state += gain * (f64::from(*feature) - *state);
            *feature = *state as f32;
        }
        Ok(())
    }

    /// Forgets all vectors.
    pub fn reset(&mut self) {
        self.variance = None;
        self.state.fill(0.0);
    }
}

fn check_features(features: &[f32], expected: usize) -> Result<(), EegError> {
    if features.len() != expected {
        return Err(EegError::Shape {
            what: "feature vector",
            rows: 1,
            columns: features.len(),
            expected_rows: 1,
            expected_columns: expected,
        });
    }
    match features.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(sample) => Err(EegError::NonFinite {
            channel: 0,
            sample,
            value: features[sample],
        }),
    }
}
