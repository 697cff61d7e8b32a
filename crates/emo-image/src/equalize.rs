use ndarray::Array2;

use crate::{Plane, histogram};

/// After which tool a histogram is made even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Equalization {
    /// OpenCV's `equalizeHist`: the darkest level becomes 0, a picture of one level stays.
    #[default]
    #[doc(alias = "equalizeHist")]
    OpenCv,
    /// Pillow's `ImageOps.equalize`, in whole numbers.
    Pillow,
    /// Pillow's `ImageOps.autocontrast` without a cut-off: the range is stretched to 0 to 255.
    #[doc(alias = "autocontrast")]
    AutoContrast,
}

impl Equalization {
    /// The level that takes the place of each.
    fn table(self, counts: &[u32; 256], total: u64) -> [u8; 256] {
        let identity = std::array::from_fn(|level| level as u8);
        let first = counts.iter().position(|count| *count > 0).unwrap_or(0);
        let last = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        if first == last {
            return identity;
        }
        match self {
            Self::OpenCv => {
                let scale = 255.0 / (total - u64::from(counts[first])) as f32;
                let mut sum = 0;
                std::array::from_fn(|level| {
                    if level > first {
                        sum += counts[level];
                    }
                    (sum as f32 * scale).round_ties_even() as u8
                })
            }
            Self::Pillow => {
                let step = (total - u64::from(counts[last])) / 255;
                if step == 0 {
                    return identity;
                }
                let mut sum = step / 2;
                std::array::from_fn(|level| {
                    let mapped = (sum / step).min(255) as u8;
                    sum += u64::from(counts[level]);
                    mapped
                })
            }
            Self::AutoContrast => {
                let scale = 255.0 / (last - first) as f64;
                let offset = -(first as f64) * scale;
                std::array::from_fn(|level| (level as f64 * scale + offset) as u8)
            }
        }
    }

    /// The picture with an even histogram, `[rows, columns]`.
    pub fn compute(self, plane: Plane<'_, u8>) -> Array2<u8> {
        let table = self.table(&histogram(plane), (plane.width() * plane.height()) as u64);
        Array2::from_shape_fn((plane.height(), plane.width()), |(row, column)| {
            table[usize::from(plane.row(row)[column])]
        })
    }
}

/// The share of pixels that are at most as bright as each, `[rows, columns]`, as scikit-image's
/// `equalize_hist`.
#[doc(alias = "equalize_hist")]
pub fn cumulative_levels(plane: Plane<'_, u8>) -> Array2<f64> {
    let total = (plane.width() * plane.height()) as f64;
    let mut sum = 0_u64;
    let shares = histogram(plane).map(|count| {
        sum += u64::from(count);
        sum as f64 / total
    });
    Array2::from_shape_fn((plane.height(), plane.width()), |(row, column)| {
        shares[usize::from(plane.row(row)[column])]
    })
}
