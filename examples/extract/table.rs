use std::io::{self, Write};

use emo_fusion::ndarray::Array2;
use ndarray_npy::WriteNpyExt;

/// The features of one file or window.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) file: String,
    /// Where the window begins in the recording.
    pub(crate) start_s: f64,
    pub(crate) values: Vec<f32>,
}

/// Rows of features under named columns.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new(columns: Vec<String>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn extend(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
    }

    /// A header, then file, start in seconds and features; an undefined one is an empty cell.
    pub(crate) fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_field("file")?;
        csv.write_field("start_s")?;
        csv.write_record(&self.columns)?;
        for row in &self.rows {
            csv.write_field(&row.file)?;
            csv.write_field(row.start_s.to_string())?;
            csv.write_record(row.values.iter().map(cell))?;
        }
        csv.flush()
    }

    /// File and start in seconds alone: what the rows of the matrix are.
    pub(crate) fn write_rows(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["file", "start_s"])?;
        for row in &self.rows {
            csv.write_record([&row.file, &row.start_s.to_string()])?;
        }
        csv.flush()
    }

    /// The names of the features, one on a line: what the columns of the matrix are.
    pub(crate) fn write_columns(&self, mut out: impl Write) -> io::Result<()> {
        self.columns
            .iter()
            .try_for_each(|column| writeln!(out, "{column}"))
    }

    /// The features as a matrix `[rows, features]` of float32; NaN where one is not defined.
    pub(crate) fn write_npy(&self, out: impl Write) -> io::Result<()> {
        let values = self
            .rows
            .iter()
            .flat_map(|row| row.values.iter().copied())
            .collect();
        let matrix = Array2::from_shape_vec((self.rows.len(), self.columns.len()), values)
            .map_err(io::Error::other)?;
        matrix.write_npy(out).map_err(io::Error::other)
    }
}

/// Empty where a number is not defined.
fn cell(value: &f32) -> String {
    if value.is_nan() {
        String::new()
    } else {
        value.to_string()
    }
}
