use emo_onnx::Model;
use ndarray::ArrayD;

use crate::{QuantError, Runner};

/// The first output of a model for every sample.
///
/// # Errors
/// [`QuantError::Runner`] if the model cannot be run, [`QuantError::NoData`] if it gives nothing.
pub fn outputs(runner: &mut dyn Runner, model: &Model) -> Result<Vec<ArrayD<f32>>, QuantError> {
    let mut all = Vec::with_capacity(runner.n_samples());
    runner.run(model, &mut |values| {
        all.push(values.first().ok_or(QuantError::NoData)?.clone());
        Ok(())
    })?;
    Ok(all)
}

/// How near numbers come to what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Comparison {
    n: usize,
    signal: f64,
    noise: f64,
    product: f64,
    other: f64,
    largest: f64,
}

impl Comparison {
    /// That of no numbers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in two arrays of the same shape: what should be, and what is.
    ///
    /// # Errors
    /// [`QuantError::Shapes`] if the shapes differ; nothing is taken in then.
    pub fn add(&mut self, expected: &ArrayD<f32>, actual: &ArrayD<f32>) -> Result<(), QuantError> {
        if expected.shape() != actual.shape() {
            return Err(QuantError::Shapes {
                expected: expected.shape().to_vec(),
                actual: actual.shape().to_vec(),
            });
        }
        for (&x, &y) in expected.iter().zip(actual) {
            let (x, y) = (f64::from(x), f64::from(y));
            self.n += 1;
            self.signal += x * x;
            self.other += y * y;
            self.product += x * y;
            self.noise += (x - y) * (x - y);
            self.largest = self.largest.max((x - y).abs());
        }
        Ok(())
    }

    /// Of outputs of several samples.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn of(expected: &[ArrayD<f32>], actual: &[ArrayD<f32>]) -> Result<Self, QuantError> {
        let mut comparison = Self::new();
        for (expected, actual) in expected.iter().zip(actual) {
            comparison.add(expected, actual)?;
        }
        Ok(comparison)
    }

    /// The ratio of signal to noise of quantization in dB: `10 log₁₀(Σx² / Σ(x − y)²)`. Infinite where nothing is
    /// off, 0 where nothing is there.
    pub fn sqnr_db(&self) -> f64 {
        match (self.signal > 0.0, self.noise > 0.0) {
            (_, false) => f64::INFINITY,
            (false, true) => 0.0,
            (true, true) => 10.0 * (self.signal / self.noise).log10(),
        }
    }

    /// The cosine of the angle between the two: 1 where they differ by a factor alone. 1 where both are 0.
    pub fn cosine(&self) -> f64 {
        let norms = (self.signal * self.other).sqrt();
        match norms > 0.0 {
            true => self.product / norms,
            false if self.signal == self.other => 1.0,
            false => 0.0,
        }
    }

    /// The largest difference.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    /// How many numbers were compared.
    pub fn n(&self) -> usize {
        self.n
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr1;

    use super::*;

    #[test]
    fn a_tenth_of_the_amplitude_is_twenty_decibels() {
        let mut comparison = Comparison::new();
        let (x, y) = (
            arr1(&[1.0_f32, -1.0]).into_dyn(),
            arr1(&[1.1_f32, -1.1]).into_dyn(),
        );
        comparison.add(&x, &y).unwrap();
        assert!((comparison.sqnr_db() - 20.0).abs() < 1e-5);
        assert!((comparison.cosine() - 1.0).abs() < 1e-12);
        assert!((comparison.largest() - 0.1).abs() < 1e-6);
        assert!(matches!(
            comparison.add(&x, &arr1(&[1.0_f32]).into_dyn()),
            Err(QuantError::Shapes { .. })
        ));
    }
}
