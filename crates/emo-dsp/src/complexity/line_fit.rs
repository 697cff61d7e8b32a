use crate::DspError;

/// A straight line through points, by least squares of the ordinates.
///
/// ```
/// use emo_dsp::LineFit;
///
/// let line = LineFit::through([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)])?;
/// assert_eq!((line.intercept, line.slope, line.r_squared), (1.0, 2.0, 1.0));
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LineFit {
    /// The ordinate at abscissa 0.
    pub intercept: f64,
    /// The rise of the ordinate for each 1 of the abscissa.
    pub slope: f64,
    /// The share of the ordinates' variance that the line explains, 0 to 1; 1 if they do not vary.
    pub r_squared: f64,
}

impl LineFit {
    /// The line through `points` of abscissa and ordinate.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below 2 points.
    /// - [`DspError::Undefined`] if all abscissae are equal or a sum leaves the range of `f64`.
    pub fn through<P>(points: P) -> Result<Self, DspError>
    where
        P: IntoIterator<Item = (f64, f64)>,
        P::IntoIter: Clone,
    {
        let points = points.into_iter();
        let (mut n, mut sum_x, mut sum_y) = (0_usize, 0.0, 0.0);
        for (x, y) in points.clone() {
            n += 1;
            sum_x += x;
            sum_y += y;
        }
        if n < 2 {
            return Err(DspError::SignalTooShort {
                actual: n,
                required: 2,
            });
        }
        let (mean_x, mean_y) = (sum_x / n as f64, sum_y / n as f64);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in points {
            let (x, y) = (x - mean_x, y - mean_y);
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }
        let slope = xy / xx;
        let intercept = mean_y - slope * mean_x;
        if !intercept.is_finite() {
            return Err(DspError::Undefined {
                measure: "line",
                reason: "all points lie above one another or leave the range of f64",
            });
        }
        let r_squared = if yy > 0.0 {
            (slope * xy / yy).clamp(0.0, 1.0)
        } else {
            1.0
        };
        Ok(Self {
            intercept,
            slope,
            r_squared,
        })
    }
}
