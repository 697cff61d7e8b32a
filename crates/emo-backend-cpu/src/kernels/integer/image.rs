use crate::kernels::window::Window;

/// An image as the kernels of convolutions read it: with its border of zero points, and with bytes to spare where
/// vectors reach beyond the last element.
#[derive(Debug)]
pub(super) struct Framed {
    /// Rows and columns of the image.
    input: [usize; 2],
    /// Rows and columns of the border before it.
    begin: [usize; 2],
    /// Rows and columns with the border.
    padded: [usize; 2],
    channels: usize,
    /// How many times each channel is repeated.
    repeats: usize,
    /// Columns are sorted by their remainder after division by this number.
    phases: usize,
    spare: usize,
    zero_point: u8,
}

impl Framed {
    /// `None` where the bytes are too many to count.
    pub(super) fn new(
        window: &Window,
        channels: usize,
        (repeats, phases): (usize, usize),
        spare: usize,
        zero_point: u8,
    ) -> Option<Self> {
        let framed = Self {
            input: window.input,
            begin: window.pads_begin,
            padded: window.padded(),
            channels,
            repeats,
            phases,
            spare,
            zero_point,
        };
        let columns = framed.padded[1].checked_next_multiple_of(phases)?;
        [columns, channels, repeats]
            .into_iter()
            .try_fold(framed.padded[0], usize::checked_mul)?
            .checked_add(spare)?;
        Some(framed)
    }

    /// Bytes from one element to the next along both axes.
    pub(super) fn steps(&self) -> [usize; 2] {
        let columns = self.padded[1].next_multiple_of(self.phases);
        [columns * self.depth(), self.depth()]
    }

    fn depth(&self) -> usize {
        self.channels * self.repeats
    }

    /// Where an element lies.
    pub(super) fn at(&self, row: usize, column: usize) -> usize {
        let [row_step, column_step] = self.steps();
        row * row_step
            + column % self.phases * (row_step / self.phases)
            + column / self.phases * column_step
    }

    /// Whether the image as it is would do.
    pub(super) fn is_plain(&self) -> bool {
        self.padded == self.input && self.repeats == 1 && self.phases == 1 && self.spare == 0
    }

    pub(super) fn len(&self) -> usize {
        if self.is_plain() {
            0
        } else {
            self.padded[0] * self.steps()[0] + self.spare
        }
    }

    /// The image, or its copy in `scratch`.
    pub(super) fn frame<'a>(&self, image: &'a [u8], scratch: &'a mut [u8]) -> &'a [u8] {
        if self.is_plain() {
            return image;
        }
        let framed = &mut scratch[..self.len()];
        let [row_step, depth] = self.steps();
        let [top, left] = self.begin;
        let width = self.input[1] * self.channels;
        let (above, rest) = framed.split_at_mut(top * row_step);
        let (rows, below) = rest.split_at_mut(self.input[0] * row_step);
        above.fill(self.zero_point);
        below.fill(self.zero_point);
        for (row, from) in rows
            .chunks_exact_mut(row_step)
            .zip(image.chunks_exact(width))
        {
            if self.phases == 1 {
                let (before, row) = row.split_at_mut(left * depth);
                let (row, after) = row.split_at_mut(width * self.repeats);
                before.fill(self.zero_point);
                repeat(from, self.repeats, row);
                after.fill(self.zero_point);
            } else {
                row.fill(self.zero_point);
                for (column, from) in from.chunks_exact(self.channels).enumerate() {
                    let to = &mut row[self.at(0, left + column)..][..depth];
                    repeat(from, self.repeats, to);
                }
            }
        }
        framed
    }
}

fn repeat(from: &[u8], repeats: usize, to: &mut [u8]) {
    match repeats {
        1 => to.copy_from_slice(from),
        2 => {
            for (to, from) in to.as_chunks_mut::<2>().0.iter_mut().zip(from) {
                *to = [*from; 2];
            }
        }
        _ => {
            for (to, from) in to.chunks_exact_mut(repeats).zip(from) {
                to.fill(*from);
            }
        }
    }
}
