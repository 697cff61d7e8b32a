use crate::{
    buffer::{Buffer, SliceMut},
    kernel::{Inputs, Kernel},
    kernels::{
        movement::MAX_RANK,
        words::{self, Move, Operands, Word},
    },
};

/// Elements that are found axis by axis: each position of an axis of the output names one of the input's, or none.
#[derive(Debug)]
pub(crate) struct Lookup {
    /// The value of what lies outside of the input.
    fill: Buffer,
    /// Per axis, how far into the input each position lies.
    axes: Vec<Vec<Option<usize>>>,
    /// Elements behind the last of these axes, which are copied as they stand.
    block: usize,
}

impl Lookup {
    /// `axes` has the positions along an input of this shape; `None` beyond [`MAX_RANK`] axes that change.
    pub(crate) fn new(
        fill: Buffer,
        shape: &[usize],
        mut axes: Vec<Vec<Option<usize>>>,
    ) -> Option<Self> {
        let mut block = 1;
        while let (Some(last), Some(&extent)) = (axes.last(), shape.get(axes.len().wrapping_sub(1)))
            && last.iter().copied().eq((0..extent).map(Some))
        {
            block *= extent;
            axes.pop();
        }
        let mut stride = block;
        for (axis, &extent) in axes.iter_mut().zip(shape).rev() {
            for position in axis.iter_mut().flatten() {
                *position *= stride;
            }
            stride *= extent;
        }
        // Axes of one element each need no place of their own.
        let same = |axis: &Vec<Option<usize>>| axis.as_slice() == [Some(0)];
        axes.retain(|axis| !same(axis));
        (axes.len() <= MAX_RANK).then_some(Self { fill, axes, block })
    }
}

impl Move for Lookup {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        let (input, block) = (operands.get::<W>(0), self.block);
        let fill = operands.words::<W>(self.fill.slice(1))[0];
        let (last, outer) = match self.axes.split_last() {
            Some((last, outer)) => (&last[..], outer),
            None => (&[Some(0)][..], &[][..]),
        };
        let mut index = [0; MAX_RANK];
        for row in output.chunks_exact_mut(last.len() * block) {
            let positions = outer.iter().zip(&index).map(|(axis, &at)| axis[at]);
            match positions.sum::<Option<usize>>() {
                None => row.fill(fill),
                Some(start) if block == 1 => {
                    for (y, &position) in row.iter_mut().zip(last) {
                        *y = position.map_or(fill, |position| input[start + position]);
                    }
                }
                Some(start) => {
                    for (row, &position) in row.chunks_exact_mut(block).zip(last) {
                        match position {
                            None => row.fill(fill),
                            Some(position) => {
                                row.copy_from_slice(&input[start + position..][..block]);
                            }
                        }
                    }
                }
            }
            for (index, axis) in index.iter_mut().zip(outer).rev() {
                *index += 1;
                if *index < axis.len() {
                    break;
                }
                *index = 0;
            }
        }
    }
}

impl Kernel for Lookup {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }

    fn constant_bytes(&self) -> usize {
        self.axes.iter().map(|axis| size_of_val(&**axis)).sum()
    }
}
