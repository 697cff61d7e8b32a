use ndarray::{Array3, ArrayRef2};

use crate::{EegError, channel_position, standard_channel_name};

/// Rows and columns of a [`TopographicGrid`].
pub const GRID_LEN: usize = 9;

/// The regions of the rows, from the front; at the sides of the head, the second name.
const ROWS: [[&str; 2]; GRID_LEN] = [
    ["Fp", "Fp"],
    ["AF", "AF"],
    ["F", "F"],
    ["FC", "FT"],
    ["C", "T"],
    ["CP", "TP"],
    ["P", "P"],
    ["PO", "PO"],
    ["O", "O"],
];

/// The places of the columns, from the left ear to the right.
const COLUMNS: [&str; GRID_LEN] = ["7", "5", "3", "1", "z", "2", "4", "6", "8"];

/// What the cells without a channel hold.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum GridFill {
    /// This number, usually 0.
    Constant(f32),
    /// At places of the 10-10 system, the mean of all channels weighted by the inverse square of the distance along the
    /// sphere; in the corners, where the system has no place, this number.
    Interpolated {
        /// The number in the corners.
        corners: f32,
    },
}

/// Features of channels laid out as a picture of the head seen from above, `[9, 9]`, the input of convolutional nets.
///
/// Rows are the 10-10 system's from Fp to O, columns its numbers from 7 over z to 8: AF3 is in row 1 and column 2, T7
/// in row 4 and column 0. Every place has a cell of its own. (Layouts that draw Fp, AF, PO and O closer to the midline,
/// as some publications do, differ in these rows.)
///
/// ```
/// use emo_eeg::ndarray::arr2;
/// use emo_eeg::{GridFill, TopographicGrid};
///
/// let grid = TopographicGrid::new(&["Cz", "T7"], GridFill::Constant(0.0))?;
/// let picture = grid.compute(&arr2(&[[1.0], [2.0]]))?;
/// assert_eq!(picture.dim(), (1, 9, 9));
/// assert_eq!((picture[[0, 4, 4]], picture[[0, 4, 0]]), (1.0, 2.0));
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TopographicGrid {
    n_channels: usize,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
enum Cell {
    Channel(usize),
    Constant(f32),
    Weights(Vec<f64>),
}

impl TopographicGrid {
    /// Finds the cells of `channels`.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] without channels.
    /// - [`EegError::UnknownPosition`] for a name that the 10-10 system does not have, or a place beyond the grid: the
    ///   rows of 9 and 10, Iz, and the ears.
    /// - [`EegError::CoincidentChannels`] for two channels of one place.
    pub fn new<N: AsRef<str>>(channels: &[N], fill: GridFill) -> Result<Self, EegError> {
        if channels.is_empty() {
            return Err(EegError::NoChannels);
        }
        let mut owners: [Option<usize>; GRID_LEN * GRID_LEN] = [None; GRID_LEN * GRID_LEN];
        let mut directions = Vec::new();
        for (channel, name) in channels.iter().enumerate() {
            let name = name.as_ref();
            let known = cell_of(name).zip(channel_position(name));
            let Some((cell, direction)) = known else {
                return Err(EegError::UnknownPosition {
                    channel: name.to_owned(),
                });
            };
            if let Some(other) = owners[cell].replace(channel) {
                return Err(EegError::CoincidentChannels {
                    first: channels[other].as_ref().to_owned(),
                    second: name.to_owned(),
                });
            }
            directions.push(direction);
        }
        let cells = owners.iter().enumerate().map(|(cell, owner)| {
            if let Some(channel) = owner {
                return Cell::Channel(*channel);
            }
            match (fill, place_of(cell)) {
                (GridFill::Constant(value), _) => Cell::Constant(value),
                (GridFill::Interpolated { corners }, None) => Cell::Constant(corners),
                (GridFill::Interpolated { .. }, Some(place)) => {
                    Cell::Weights(weights(place, &directions))
                }
            }
        });
        Ok(Self {
            n_channels: channels.len(),
            cells: cells.collect(),
        })
    }

    /// The row and the column of a channel; `None` for a name that has no cell.
    pub fn cell(name: &str) -> Option<(usize, usize)> {
        cell_of(name).map(|cell| (cell / GRID_LEN, cell % GRID_LEN))
    }

    /// Features `[channels, features]` as pictures `[features, 9, 9]`.
    ///
    /// # Errors
    /// [`EegError::ChannelCount`] for another number of channels.
    pub fn compute(&self, features: &ArrayRef2<f32>) -> Result<Array3<f32>, EegError> {
        let (actual, n_features) = features.dim();
        if actual != self.n_channels {
            return Err(EegError::ChannelCount {
                actual,
                expected: self.n_channels,
            });
        }
        Ok(Array3::from_shape_fn(
            (n_features, GRID_LEN, GRID_LEN),
            |(feature, row, column)| match &self.cells[row * GRID_LEN + column] {
                Cell::Channel(channel) => features[[*channel, feature]],
                Cell::Constant(value) => *value,
                Cell::Weights(weights) => {
                    let terms = weights.iter().zip(features.column(feature));
                    terms.map(|(w, &x)| w * f64::from(x)).sum::<f64>() as f32
                }
            },
        ))
    }
}

fn cell_of(name: &str) -> Option<usize> {
    let name = standard_channel_name(name)?;
    (0..GRID_LEN * GRID_LEN).find(|&cell| names_of(cell).iter().any(|own| own == name))
}

/// The names that a cell's place may have.
fn names_of(cell: usize) -> [String; 2] {
    ROWS[cell / GRID_LEN].map(|region| format!("{region}{}", COLUMNS[cell % GRID_LEN]))
}

fn place_of(cell: usize) -> Option<[f64; 3]> {
    names_of(cell)
        .iter()
        .find_map(|name| channel_position(name))
}

/// Shares of the channels at `directions` at `place`, by the inverse square of the angle between them.
fn weights(place: [f64; 3], directions: &[[f64; 3]]) -> Vec<f64> {
    let inverse = |direction: &[f64; 3]| {
        let cos: f64 = direction.iter().zip(place).map(|(a, b)| a * b).sum();
        1.0 / cos.clamp(-1.0, 1.0).acos().powi(2).max(f64::MIN_POSITIVE)
    };
    let inverses: Vec<f64> = directions.iter().map(inverse).collect();
    let total: f64 = inverses.iter().sum();
    inverses.iter().map(|weight| weight / total).collect()
}
