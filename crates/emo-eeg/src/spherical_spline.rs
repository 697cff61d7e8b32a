use std::f64::consts::PI;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis, s};

use crate::linear::inverse;
use crate::{EegError, SpatialFilter, channel_position, channel_positions, pick_channels};

/// Channels from which something can be interpolated: three span a plane, the fourth the sphere.
const MIN_CHANNELS: usize = 4;

/// Cosine above which two channels lie at one place: a distance of 0.01 mm on a head.
const COINCIDENT: f64 = 1.0 - 1e-8;

/// Settings of spherical splines.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SphericalSplineConfig {
    /// Order m of the spline, 2 to 16: the higher, the stiffer. Default: 4.
    #[doc(alias = "stiffness")]
    pub order: u32,
    /// Terms of the Legendre series, 1 to 1000. Default: 50, as MNE-Python.
    pub n_legendre_terms: usize,
    /// Added to the diagonal, at least 0: the larger, the smoother; with 0 the spline passes through every channel.
    /// Default: 1e-5, as MNE-Python.
    #[doc(alias = "lambda2")]
    pub regularization: f64,
    /// Radius of the head in metres, which scales the current source density. Default: 0.095.
    pub head_radius_m: f64,
}

impl Default for SphericalSplineConfig {
    fn default() -> Self {
        Self {
            order: 4,
            n_legendre_terms: 50,
            regularization: 1e-5,
            head_radius_m: 0.095,
        }
    }
}

impl SphericalSplineConfig {
    /// What Perrin and others (1989) found to be enough: order 4 and seven terms.
    pub fn perrin() -> Self {
        Self {
            n_legendre_terms: 7,
            ..Self::default()
        }
    }

    fn check(&self) -> Result<(), EegError> {
        let invalid = |name, value, expected| {
            Err(EegError::InvalidSetting {
                name,
                value,
                expected,
            })
        };
        if !(2..=16).contains(&self.order) {
            return invalid("order", f64::from(self.order), "2 to 16");
        }
        if !(1..=1000).contains(&self.n_legendre_terms) {
            let value = self.n_legendre_terms as f64;
            return invalid("n_legendre_terms", value, "1 to 1000");
        }
        if !(self.regularization.is_finite() && self.regularization >= 0.0) {
            let expected = "a finite number of at least 0";
            return invalid("regularization", self.regularization, expected);
        }
        if !(self.head_radius_m.is_finite() && self.head_radius_m > 0.0) {
            let expected = "a finite number above 0";
            return invalid("head_radius_m", self.head_radius_m, expected);
        }
        Ok(())
    }

    /// With places apart and some smoothing the system of equations is regular; without smoothing, few terms cannot
    /// tell many channels apart.
    fn too_alike(&self) -> EegError {
        EegError::InvalidSetting {
            name: "regularization",
            value: self.regularization,
            expected: "more for so many channels and so few Legendre terms",
        }
    }

    /// Σₙ (2n + 1) / (nᵏ (n + 1)ᵏ 4π) · Pₙ(x) for n from 1, k being `power`: g of the paper with the spline's order, h
    /// with one less.
    fn series(&self, x: f64, power: u32) -> f64 {
        let (mut before, mut legendre) = (1.0, x);
        let mut sum = 0.0;
        for n in 1..=self.n_legendre_terms {
            let n = n as f64;
            sum += (2.0 * n + 1.0) / (n * (n + 1.0)).powi(power as i32) * legendre;
            let next = ((2.0 * n + 1.0) * x * legendre - n * before) / (n + 1.0);
            (before, legendre) = (legendre, next);
        }
        sum / (4.0 * PI)
    }

    fn matrix(&self, to: &ArrayRef2<f64>, from: &ArrayRef2<f64>, power: u32) -> Array2<f64> {
        to.dot(&from.t())
            .mapv(|cosine| self.series(cosine.clamp(-1.0, 1.0), power))
    }

    /// The weights `[to, from]` with which channels at directions `from` give the potential at directions `to`.
    fn interpolation(&self, to: &ArrayRef2<f64>, from: &ArrayRef2<f64>) -> Option<Array2<f64>> {
        let n = from.nrows();
        let mut system = Array2::ones((n + 1, n + 1));
        system[[n, n]] = 0.0;
        let mut g = self.matrix(from, from, self.order);
        g.diag_mut().map_inplace(|x| *x += self.regularization);
        system.slice_mut(s![..n, ..n]).assign(&g);
        let mut rows = Array2::ones((to.nrows(), n + 1));
        let g = self.matrix(to, from, self.order);
        rows.slice_mut(s![.., ..n]).assign(&g);
        Some(rows.dot(&inverse(&system)?.slice(s![.., ..n])))
    }

    /// The weights `[channels, channels]` of the current source density in the channels' unit per m².
    fn current_source_density(&self, positions: &ArrayRef2<f64>) -> Option<Array2<f64>> {
        let n = positions.nrows();
        let mut g = self.matrix(positions, positions, self.order);
        g.diag_mut().map_inplace(|x| *x += self.regularization);
        let inverse = inverse(&g)?;
        let sums = inverse.sum_axis(Axis(0));
        let centred = Array2::eye(n) - 1.0 / n as f64;
        let unconstrained = inverse.dot(&centred);
        let constant = unconstrained.sum_axis(Axis(0)) / sums.sum();
        let coefficients = unconstrained - outer(&sums, &constant);
        let h = self.matrix(positions, positions, self.order - 1);
        Some(h.dot(&coefficients) / self.head_radius_m.powi(2))
    }
}

/// Interpolation and current source density by spherical splines, with channels at their places in [`montage`].
///
/// [`montage`]: crate::montage
///
/// # References
/// - F. Perrin, J. Pernier, O. Bertrand, J. F. Echallier (1989). Spherical splines for scalp potential and current
///   density mapping. Electroencephalography and Clinical Neurophysiology 72(2). doi:10.1016/0013-4694(89)90180-6.
/// - J. Kayser, C. E. Tenke (2006). Principal components analysis of Laplacian waveforms as a generic method for
///   identifying ERP generator patterns. Clinical Neurophysiology 117(2). doi:10.1016/j.clinph.2005.08.034.
impl SpatialFilter {
    /// All channels, those in `bad` replaced by what the others say about their places.
    ///
    /// As MNE-Python's `interpolate_bads` on positions seen from the head's centre.
    ///
    /// # Errors
    /// - Those of [`pick_channels`] for a name in `bad`.
    /// - [`EegError::UnknownPosition`] for a channel that the 10-10 system does not have.
    /// - [`EegError::CoincidentChannels`] for two good channels at one place.
    /// - [`EegError::TooFewChannels`] if fewer than four are good.
    /// - [`EegError::InvalidSetting`] for a setting outside its range.
    pub fn interpolation<A: AsRef<str>, B: AsRef<str>>(
        channels: &[A],
        bad: &[B],
        config: &SphericalSplineConfig,
    ) -> Result<Self, EegError> {
        let positions = channel_positions(channels)?;
        Self::interpolation_at(channels, &positions, bad, config)
    }

    /// [`interpolation`](Self::interpolation) with channels at directions `positions` `[channels, 3]` of any length
    /// above 0.
    ///
    /// # Errors
    /// Those of [`interpolation`](Self::interpolation), and [`EegError::Shape`] or [`EegError::InvalidSetting`] for
    /// positions that are no directions.
    pub fn interpolation_at<A: AsRef<str>, B: AsRef<str>>(
        channels: &[A],
        positions: &ArrayRef2<f64>,
        bad: &[B],
        config: &SphericalSplineConfig,
    ) -> Result<Self, EegError> {
        config.check()?;
        let bad = pick_channels(channels, bad)?;
        let positions = directions(channels, positions)?;
        let good: Vec<usize> = (0..channels.len()).filter(|i| !bad.contains(i)).collect();
        let from = positions.select(Axis(0), &good);
        check_distinct(channels, &good, &from)?;
        let weights = config
            .interpolation(&positions.select(Axis(0), &bad), &from)
            .ok_or_else(|| config.too_alike())?;
        let mut matrix = Array2::eye(channels.len());
        for (&row, weights) in bad.iter().zip(weights.rows()) {
            matrix[[row, row]] = 0.0;
            for (&column, &weight) in good.iter().zip(weights) {
                matrix[[row, column]] = weight;
            }
        }
        Self::from_matrix(channels, channels, matrix)
    }

    /// The current source density at each channel, in the channels' unit per m²: the surface Laplacian with its sign
    /// turned, positive where current leaves the head.
    ///
    /// As MNE-Python's `compute_current_source_density` on positions seen from the head's centre. It does not depend
    /// on the reference.
    ///
    /// # Errors
    /// Those of [`interpolation`](Self::interpolation), where all channels are good.
    #[doc(alias = "CSD")]
    pub fn current_source_density<A: AsRef<str>>(
        channels: &[A],
        config: &SphericalSplineConfig,
    ) -> Result<Self, EegError> {
        let positions = channel_positions(channels)?;
        Self::current_source_density_at(channels, &positions, config)
    }

    /// [`current_source_density`](Self::current_source_density) with channels at directions `positions`
    /// `[channels, 3]` of any length above 0.
    ///
    /// # Errors
    /// Those of [`interpolation_at`](Self::interpolation_at), where all channels are good.
    pub fn current_source_density_at<A: AsRef<str>>(
        channels: &[A],
        positions: &ArrayRef2<f64>,
        config: &SphericalSplineConfig,
    ) -> Result<Self, EegError> {
        config.check()?;
        let positions = directions(channels, positions)?;
        let all: Vec<usize> = (0..channels.len()).collect();
        check_distinct(channels, &all, &positions)?;
        let matrix = config
            .current_source_density(&positions)
            .ok_or_else(|| config.too_alike())?;
        Self::from_matrix(channels, channels, matrix)
    }
}

/// The weights with which those of `available` that have a place give `wanted`, which is none of them.
pub(crate) fn weights_of_missing<A: AsRef<str>>(
    available: &[A],
    wanted: &str,
) -> Result<Array1<f64>, EegError> {
    let to = channel_position(wanted).ok_or_else(|| EegError::MissingChannel {
        wanted: wanted.to_owned(),
        available: crate::spatial_filter::owned(available),
    })?;
    let placed: Vec<usize> = (0..available.len())
        .filter(|&i| channel_position(available[i].as_ref()).is_some())
        .collect();
    let names: Vec<&str> = placed.iter().map(|&i| available[i].as_ref()).collect();
    let from = channel_positions(&names)?;
    check_distinct(available, &placed, &from)?;
    let to = Array2::from_shape_fn((1, 3), |(_, axis)| to[axis]);
    let config = SphericalSplineConfig::default();
    let weights = config
        .interpolation(&to, &from)
        .ok_or_else(|| config.too_alike())?;
    let mut all = Array1::zeros(available.len());
    for (&index, &weight) in placed.iter().zip(&weights) {
        all[index] = weight;
    }
    Ok(all)
}

/// `positions` with length 1.
fn directions<A>(channels: &[A], positions: &ArrayRef2<f64>) -> Result<Array2<f64>, EegError> {
    let (rows, columns) = positions.dim();
    if (rows, columns) != (channels.len(), 3) {
        return Err(EegError::Shape {
            what: "positions",
            rows,
            columns,
            expected_rows: channels.len(),
            expected_columns: 3,
        });
    }
    let mut positions = positions.to_owned();
    for mut row in positions.rows_mut() {
        let length = row.dot(&row).sqrt();
        if !(length.is_finite() && length > 0.0) {
            return Err(EegError::InvalidSetting {
                name: "positions",
                value: length,
                expected: "vectors of a finite length above 0",
            });
        }
        row /= length;
    }
    Ok(positions)
}

/// Refuses too few channels and two at one place; `indices` are those of `positions` among `channels`.
fn check_distinct<A: AsRef<str>>(
    channels: &[A],
    indices: &[usize],
    positions: &ArrayRef2<f64>,
) -> Result<(), EegError> {
    if indices.len() < MIN_CHANNELS {
        return Err(EegError::TooFewChannels {
            what: "a spherical spline",
            actual: indices.len(),
            required: MIN_CHANNELS,
        });
    }
    for second in 0..indices.len() {
        for first in 0..second {
            if positions.row(first).dot(&positions.row(second)) > COINCIDENT {
                return Err(EegError::CoincidentChannels {
                    first: channels[indices[first]].as_ref().to_owned(),
                    second: channels[indices[second]].as_ref().to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn outer(column: &ArrayRef1<f64>, row: &ArrayRef1<f64>) -> Array2<f64> {
    Array2::from_shape_fn((column.len(), row.len()), |(i, j)| column[i] * row[j])
}
