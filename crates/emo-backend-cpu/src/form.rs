use emo_backend::emo_tensor::ElementType;

use crate::{buffer::LINE_LEN, kernels::gemm::Strided};

/// How the elements of a value lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Form {
    /// `None` for row-major order.
    pub(crate) interleaved: Option<Interleaved>,
    /// Integers of type `i8` are kept as `u8`, each larger by 128.
    pub(crate) shifted: bool,
}

/// Row-major but for two extents whose order is exchanged: of each `channels × positions` elements in a row, those
/// of one position lie side by side.
///
/// These are extents of the shape that the value had when it was computed; it may have another since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interleaved {
    pub(crate) channels: usize,
    pub(crate) positions: usize,
}

impl Interleaved {
    /// For each row of a matrix, which of the elements of a value of this form it is multiplied with.
    pub(crate) fn places(self) -> impl Iterator<Item = usize> {
        let Self {
            channels,
            positions,
        } = self;
        (0..channels).flat_map(move |channel| {
            (0..positions).map(move |position| position * channels + channel)
        })
    }

    /// The elements of a matrix `[k, n]`, row-major, with its rows in the order in which a value of this form has
    /// the elements that they are multiplied with; `k` is `channels · positions`.
    pub(crate) fn rows_in_memory<T: Copy + Default>(
        self,
        elements: &[T],
        (k, n): (usize, usize),
        strides: Strided,
    ) -> Vec<T> {
        // As many columns as fill a line of the cache, so that each line is written once.
        let columns = (LINE_LEN / size_of::<T>().max(1)).max(1);
        let mut rows = vec![T::default(); k * n];
        for first in (0..n).step_by(columns) {
            for (row, place) in self.places().enumerate() {
                let to = rows[place * n..][..n][first..].iter_mut().take(columns);
                for (to, column) in to.zip(first..) {
                    *to = elements[row * strides.row + column * strides.column];
                }
            }
        }
        rows
    }
}

impl Form {
    /// Row-major, every element as its type has it.
    pub(crate) const PLAIN: Self = Self {
        interleaved: None,
        shifted: false,
    };

    /// Channels last, for a shape `[batch, channels, …]`.
    pub(crate) fn channels_last(shape: &[usize]) -> Self {
        let &[_, channels, ref spatial @ ..] = shape else {
            return Self::PLAIN;
        };
        let positions = spatial.iter().product();
        Self {
            interleaved: (channels > 1 && positions > 1).then_some(Interleaved {
                channels,
                positions,
            }),
            shifted: false,
        }
    }

    /// What holds the elements of a value of this type.
    pub(crate) fn stored_type(self, element_type: ElementType) -> ElementType {
        if self.shifted {
            ElementType::U8
        } else {
            element_type
        }
    }

    /// The same order, with integers shifted or not.
    pub(crate) fn with_shift(self, shifted: bool) -> Self {
        Self { shifted, ..self }
    }
}
