#![expect(
    unsafe_code,
    reason = "blocks are moved that were checked to lie inside the slices"
)]

use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Inputs, Kernel},
    kernels::words::{self, Move, Operands, Word},
    simd::transpose::{BYTES, WORDS, transpose_bytes, transpose_words},
};

/// How many rows are moved for all columns before the next: as many as fill lines of the cache on the other side.
const ROWS: usize = 64;

/// From `[batch][channels][positions]` to `[batch][positions][channels]`.
#[derive(Debug)]
pub(crate) struct Interleave(Transposition);

impl Interleave {
    pub(crate) fn new(channels: usize, positions: usize) -> Self {
        Self(Transposition {
            rows: channels,
            columns: positions,
        })
    }
}

impl Kernel for Interleave {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(&self.0, inputs, output);
    }
}

/// From `[batch][positions][channels]` to `[batch][channels][positions]`.
#[derive(Debug)]
pub(crate) struct Deinterleave(Transposition);

impl Deinterleave {
    pub(crate) fn new(channels: usize, positions: usize) -> Self {
        Self(Transposition {
            rows: positions,
            columns: channels,
        })
    }
}

impl Kernel for Deinterleave {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(&self.0, inputs, output);
    }
}

/// Transposes each matrix of a batch.
#[derive(Debug, Clone, Copy)]
struct Transposition {
    rows: usize,
    columns: usize,
}

impl Move for Transposition {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        self.transpose_all(operands.get(0), output);
    }
}

impl Transposition {
    fn transpose_all<T: Word>(self, input: &[T], output: &mut [T]) {
        if self.rows == 1 || self.columns == 1 {
            return output.copy_from_slice(input);
        }
        let len = self.rows * self.columns;
        if len == 0 {
            return;
        }
        for (input, output) in input.chunks_exact(len).zip(output.chunks_exact_mut(len)) {
            self.transpose(input, output);
        }
    }

    fn transpose<T: Word>(self, input: &[T], output: &mut [T]) {
        let Self { rows, columns } = self;
        match rows {
            2 => return transpose_few::<T, 2>(input, output),
            3 => return transpose_few::<T, 3>(input, output),
            4 => return transpose_few::<T, 4>(input, output),
            _ => {}
        }
        match columns {
            2 => return split_few::<T, 2>(input, output),
            3 => return split_few::<T, 3>(input, output),
            _ => {}
        }
        match size_of::<T>() {
            4 => self.transpose_blocks::<T, WORDS>(input, output),
            1 => self.transpose_blocks::<T, BYTES>(input, output),
            _ => transpose_part(input, columns, output, rows, [rows, columns]),
        }
    }

    /// Transposes in blocks of `B` rows and columns: [`WORDS`] or [`BYTES`], as is the elements' size.
    #[inline(always)]
    fn transpose_blocks<T: Word, const B: usize>(self, input: &[T], output: &mut [T]) {
        assert!(matches!((B, size_of::<T>()), (WORDS, 4) | (BYTES, 1)));
        let Self { rows, columns } = self;
        assert!(input.len() == rows * columns && output.len() == rows * columns);
        let [whole_rows, whole_columns] = [rows, columns].map(|extent| extent / B * B);
        let (from, to) = (input.as_ptr(), output.as_mut_ptr());
        for first in (0..whole_rows).step_by(ROWS) {
            let last = whole_rows.min(first + ROWS);
            for column in (0..whole_columns).step_by(B) {
                for row in (first..last).step_by(B) {
                    // SAFETY: the block lies inside both matrices, and its elements are of the size that it is for.
                    unsafe {
                        let from = from.add(row * columns + column);
                        let to = to.add(column * rows + row);
                        match B {
                            WORDS => transpose_words(from.cast(), to.cast(), [columns, rows]),
                            _ => transpose_bytes(from.cast(), to.cast(), [columns, rows]),
                        }
                    }
                }
            }
        }
        // The columns right of the blocks, then what lies below them.
        transpose_part(
            &input[whole_columns..],
            columns,
            &mut output[whole_columns * rows..],
            rows,
            [rows, columns - whole_columns],
        );
        transpose_part(
            &input[whole_rows * columns..],
            columns,
            &mut output[whole_rows.min(rows - 1)..],
            rows,
            [rows - whole_rows, whole_columns],
        );
    }
}

/// Transposes a part of a matrix, element by element; the rows of the one side are `columns`, those of the other
/// `rows` elements apart.
fn transpose_part<T: Word>(
    input: &[T],
    columns: usize,
    output: &mut [T],
    rows: usize,
    [height, width]: [usize; 2],
) {
    if height == 0 || width == 0 {
        return;
    }
    for (column, output) in output.chunks_mut(rows).take(width).enumerate() {
        let elements = input[column..].iter().step_by(columns);
        for (y, &x) in output.iter_mut().zip(elements).take(height) {
            *y = x;
        }
    }
}

/// Transposes a matrix of `HEIGHT` rows.
fn transpose_few<T: Word, const HEIGHT: usize>(input: &[T], output: &mut [T]) {
    let columns = input.len() / HEIGHT;
    let rows: [&[T]; HEIGHT] = std::array::from_fn(|row| &input[row * columns..][..columns]);
    let (output, _) = output.as_chunks_mut::<HEIGHT>();
    for (column, element) in output.iter_mut().enumerate() {
        *element = std::array::from_fn(|row| rows[row][column]);
    }
}

/// Transposes a matrix of `WIDTH` columns.
fn split_few<T: Word, const WIDTH: usize>(input: &[T], output: &mut [T]) {
    let (input, _) = input.as_chunks::<WIDTH>();
    for (column, output) in output.chunks_exact_mut(input.len()).enumerate() {
        for (y, row) in output.iter_mut().zip(input) {
            *y = row[column];
        }
    }
}

/// Bytes with their highest bit inverted: from `i8` to `u8` whose zero is at 128, and back.
#[derive(Debug)]
pub(crate) struct Shift;

impl Kernel for Shift {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input: &[u8] = match inputs.slice(0) {
            Slice::I8(input) => bytemuck::cast_slice(input),
            Slice::U8(input) => input,
            _ => unreachable!("element types are checked when the plan is made"),
        };
        let output: &mut [u8] = match output {
            SliceMut::I8(output) => bytemuck::cast_slice_mut(output),
            SliceMut::U8(output) => output,
            _ => unreachable!("element types are checked when the plan is made"),
        };
        for (y, &x) in output.iter_mut().zip(input) {
            *y = x ^ 0x80;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Deinterleave, Interleave, Shift};
    use crate::{
        buffer::{Buffer, Scalar, Slice, SliceMut},
        kernel::{Inputs, Kernel},
    };

    fn check<T: Scalar>(
        (batch, channels, positions): (usize, usize, usize),
        planar: Vec<T>,
    ) -> Result<(), TestCaseError> {
        let len = planar.len();
        let run = |kernel: &dyn Kernel, input: &Buffer| {
            let mut output = T::buffer(vec![T::default(); len]);
            let input = input.slice(len);
            kernel.run(&Inputs::Folded(&[input]), output.slice_mut(len), &mut []);
            output
        };
        let planar = T::buffer(planar);
        let interleaved = run(&Interleave::new(channels, positions), &planar);
        let elements = |buffer| T::slice(buffer).expect("the buffer holds such elements");
        let (from, to) = (
            elements(planar.slice(len)),
            elements(interleaved.slice(len)),
        );
        for image in 0..batch {
            for channel in 0..channels {
                for position in 0..positions {
                    let first = image * channels * positions;
                    prop_assert_eq!(
                        to[first + position * channels + channel],
                        from[first + channel * positions + position]
                    );
                }
            }
        }
        let back = run(&Deinterleave::new(channels, positions), &interleaved);
        prop_assert_eq!(back, planar);
        Ok(())
    }

    proptest! {
        #[test]
        fn channels_change_places_with_positions(
            batch in 1_usize..3,
            channels in 1_usize..40,
            positions in 1_usize..70,
        ) {
            let extents = (batch, channels, positions);
            let numbers = 0..batch * channels * positions;
            let floats: Vec<f32> = numbers.clone().map(|x| x as f32).collect();
            check(extents, floats)?;
            let bytes: Vec<u8> = numbers.clone().map(|x| (x % 251) as u8).collect();
            check(extents, bytes)?;
            let longs: Vec<i64> = numbers.map(|x| x as i64).collect();
            check(extents, longs)?;
        }
    }

    #[test]
    fn shifted_bytes_keep_their_order() {
        let signed: Vec<i8> = (-128..=127).collect();
        let mut unsigned = vec![0_u8; 256];
        Shift.run(
            &Inputs::Folded(&[Slice::I8(&signed)]),
            SliceMut::U8(&mut unsigned),
            &mut [],
        );
        assert_eq!(unsigned, (0..=255).collect::<Vec<u8>>());
        let mut back = vec![0_i8; 256];
        Shift.run(
            &Inputs::Folded(&[Slice::U8(&unsigned)]),
            SliceMut::I8(&mut back),
            &mut [],
        );
        assert_eq!(back, signed);
    }
}
