use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// What is known of the inputs of one group of outputs: their second moments, as a matrix or as the rows themselves,
/// whichever is smaller.
#[derive(Debug)]
pub(super) enum Moments {
    /// The mean products of each two inputs.
    Matrix(Array2<f32>),
    /// Each input's numbers, centred, one row for each input; divided by the root of their number.
    Columns(Array2<f32>),
}

/// The most inputs for which a matrix is made.
const MAX_MATRIX: usize = 3072;

impl Moments {
    /// Those of centred rows `[rows, inputs]`.
    pub(super) fn new(centred: &Array2<f32>) -> Self {
        let (n_rows, n_inputs) = centred.dim();
        let factor = 1.0 / (n_rows.max(1) as f32);
        if n_inputs <= MAX_MATRIX && n_inputs <= 4 * n_rows {
            Self::Matrix(centred.t().dot(centred) * factor)
        } else {
            let columns = centred.t().as_standard_layout().to_owned();
            Self::Columns(columns * factor.sqrt())
        }
    }

    /// The mean square of each input.
    pub(super) fn diagonal(&self) -> Array1<f32> {
        match self {
            Self::Matrix(matrix) => matrix.diag().to_owned(),
            Self::Columns(columns) => columns
                .rows()
                .into_iter()
                .map(|row| row.dot(&row))
                .collect(),
        }
    }
}

/// How far the products of different inputs are noise: 1 if what they are says nothing of further data, 0 if it says
/// all.
///
/// The part by which shrinking the moments towards their diagonal lowers the expected square error of the moments,
/// samples counted as independent and rows of one sample not.
///
/// # References
/// O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
/// Multivariate Analysis 88, 2004, doi:10.1016/S0047-259X(03)00096-4; with the diagonal as target.
pub(super) fn shrinkage(centred: &Array2<f32>, rows_per_sample: usize) -> f32 {
    let n_rows = centred.nrows();
    let rows_per_sample = rows_per_sample.clamp(1, n_rows.max(1));
    let n_samples = n_rows / rows_per_sample;
    if n_samples < 2 {
        return 1.0;
    }
    let mut of_samples = 0.0;
    for sample in 0..n_samples {
        // Thirty-two rows tell as much of the size of a sample's moments as more would.
        let step = rows_per_sample.div_ceil(32);
        let from = sample * rows_per_sample;
        of_samples += off_diagonal(centred.slice(s![from..from + rows_per_sample;step, ..]));
    }
    let step = n_rows.div_ceil(1024);
    let of_all = off_diagonal(centred.slice(s![..;step, ..]));
    if of_all <= 0.0 {
        return 1.0;
    }
    let n = n_samples as f64;
    // Σ‖H_s − H‖² = Σ‖H_s‖² − n ‖H‖², and the variance of the mean is that of one over n.
    let spread = (of_samples / n - of_all).max(0.0) / (n - 1.0);
    (spread / of_all).clamp(0.0, 1.0) as f32
}

/// The sum of the squares of the mean products of each two different columns.
fn off_diagonal(rows: ArrayView2<'_, f32>) -> f64 {
    let n = rows.nrows() as f64;
    let products = rows.dot(&rows.t());
    let all: f64 = products.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let diagonal: f64 = rows
        .axis_iter(Axis(1))
        .map(|column| {
            let square: f64 = column.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            square * square
        })
        .sum();
    (all - diagonal).max(0.0) / (n * n)
}
