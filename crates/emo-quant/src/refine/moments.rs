use ndarray::{Array1, Array2};

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
