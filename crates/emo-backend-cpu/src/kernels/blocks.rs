use crate::{
    buffer::SliceMut,
    kernel::{Fault, Guard, Inputs, Kernel},
    kernels::{
        positions::Positions,
        reduction::Reduction,
        words::{self, Move, Operands, Word},
    },
};

/// Where blocks of consecutive elements lie in an array, named by tuples of positions along its leading axes.
///
/// What Gather, GatherND and ScatterND have in common: operand 1 of their kernels holds the tuples.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    /// Examples that lie one behind the other in the array.
    pub(crate) batches: usize,
    /// Elements of the array from one example to the next.
    pub(crate) batch_len: usize,
    /// Tuples of one example.
    pub(crate) tuples: usize,
    /// Tuples from one example to the next; 0 where all examples share them.
    pub(crate) tuple_step: usize,
    /// The axes that a tuple has positions along, and the steps along them.
    pub(crate) extents: Vec<usize>,
    pub(crate) strides: Vec<usize>,
    /// Elements of one block.
    pub(crate) block: usize,
}

impl Blocks {
    /// Calls `visit` with the number of each tuple's block and the block's first element in the array.
    fn for_each(&self, positions: Positions<'_>, visit: &mut dyn FnMut(usize, usize)) {
        for batch in 0..self.batches {
            for tuple in 0..self.tuples {
                let first = (batch * self.tuple_step + tuple) * self.extents.len();
                let within: usize = self
                    .extents
                    .iter()
                    .zip(&self.strides)
                    .enumerate()
                    .map(|(axis, (&extent, stride))| positions.at(first + axis, extent) * stride)
                    .sum();
                visit(batch * self.tuples + tuple, batch * self.batch_len + within);
            }
        }
    }
}

/// Copies the blocks of operand 0 that operand 1 names, one behind the other.
#[derive(Debug)]
pub(crate) struct GatherBlocks(pub(crate) Blocks);

impl Move for GatherBlocks {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        let (input, block) = (operands.get::<W>(0), self.0.block);
        let positions = Positions::of(operands.inputs(), 1);
        self.0.for_each(positions, &mut |number, from| {
            output[number * block..][..block].copy_from_slice(&input[from..][..block]);
        });
    }
}

impl Guard for GatherBlocks {
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault> {
        Positions::of(inputs, 1).check(&self.0.extents)
    }
}

impl Kernel for GatherBlocks {
    fn guard(&self) -> Option<&dyn Guard> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }
}

/// Operand 0 with the blocks that operand 1 names replaced by those of operand 2, or combined with them in order.
#[derive(Debug)]
pub(crate) struct ScatterBlocks {
    pub(crate) blocks: Blocks,
    pub(crate) reduction: Reduction,
}

impl Guard for ScatterBlocks {
    fn check(&self, inputs: &Inputs<'_>) -> Result<(), Fault> {
        Positions::of(inputs, 1).check(&self.blocks.extents)
    }
}

impl Kernel for ScatterBlocks {
    fn guard(&self) -> Option<&dyn Guard> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, mut output: SliceMut<'_>, _: &mut [f32]) {
        let (updates, block) = (inputs.slice(2), self.blocks.block);
        Reduction::Replace.combine(output.reborrow(), inputs.slice(0));
        self.blocks
            .for_each(Positions::of(inputs, 1), &mut |number, to| {
                let updates = updates.part(number * block..(number + 1) * block);
                self.reduction
                    .combine(output.part_mut(to..to + block), updates);
            });
    }
}
