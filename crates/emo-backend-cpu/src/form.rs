use emo_backend::emo_tensor::ElementType;

use crate::kernels::gemm::Strided;

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
    /// The rows of a matrix in the order in which a value of this form has the elements that they are multiplied with.
    pub(crate) fn rows(self) -> impl Iterator<Item = usize> {
        let Self {
            channels,
            positions,
        } = self;
        (0..positions).flat_map(move |position| {
            (0..channels).map(move |channel| channel * positions + position)
        })
    }

    /// The elements of a matrix `[k, n]`, row-major, with its rows in the order in which a value of this form has
    /// the elements that they are multiplied with; `k` is `channels · positions`.
    pub(crate) fn rows_in_memory<T: Copy>(
        self,
        elements: &[T],
        (k, n): (usize, usize),
        strides: Strided,
    ) -> Vec<T> {
        let mut rows = Vec::with_capacity(k * n);
        for row in self.rows() {
            rows.extend((0..n).map(|column| elements[row * strides.row + column * strides.column]));
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
