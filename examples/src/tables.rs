//! Tables and arrays of data sets.

use std::{collections::BTreeMap, error::Error, path::Path};

use csv::StringRecord;
use ndarray::Array3;
use ndarray_npy::{ReadableElement, read_npy};

/// The rows of a CSV file, each by the names of its columns.
pub fn table(path: &Path) -> Result<Vec<BTreeMap<String, String>>, Box<dyn Error>> {
    let mut reader =
        csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let header = reader.headers()?.clone();
    let named = |row: StringRecord| {
        header
            .iter()
            .zip(&row)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    Ok(reader
        .records()
        .map(|row| row.map(named))
        .collect::<Result<_, _>>()?)
}

/// An array of three axes, such as pictures.
pub fn array<T: ReadableElement>(path: &Path) -> Result<Array3<T>, Box<dyn Error>> {
    Ok(read_npy(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
