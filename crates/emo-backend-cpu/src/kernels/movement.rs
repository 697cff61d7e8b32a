use crate::{
    buffer::{Buffer, Scalar, Slice, SliceMut, with_scalar},
    kernel::{Inputs, Kernel},
    kernels::words::{self, Move, Operands, Word},
};

/// The most axes that a movement, a broadcast or a reduction handles after neighbours are merged.
pub(crate) const MAX_RANK: usize = 8;

/// A block that is copied from one strided place to another; strides may be negative or zero.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Which of the kernel's inputs is read.
    pub(crate) input: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) from: Place,
    pub(crate) to: Place,
}

/// Where a block starts and how it lies.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) offset: usize,
    pub(crate) strides: Vec<isize>,
}

impl Place {
    /// A block that lies as an array of these strides.
    pub(crate) fn new(offset: usize, strides: &[usize]) -> Self {
        Self {
            offset,
            strides: strides.iter().map(|&stride| stride as isize).collect(),
        }
    }
}

/// Copies blocks, after filling the output where they do not cover it: what transposing, slicing, joining,
/// padding and gathering have in common.
#[derive(Debug)]
pub(crate) struct Movement {
    /// The value of what no block covers; `None` where they cover everything.
    fill: Option<Buffer>,
    parts: Vec<Part>,
}

impl Movement {
    /// `None` if a block has more than [`MAX_RANK`] axes that cannot be merged.
    pub(crate) fn new(fill: Option<Buffer>, parts: Vec<Part>) -> Option<Self> {
        let parts: Vec<Part> = parts
            .into_iter()
            .filter(|part| !part.shape.contains(&0))
            .map(merge_axes)
            .collect();
        parts
            .iter()
            .all(|part| part.shape.len() <= MAX_RANK)
            .then_some(Self { fill, parts })
    }
}

impl Move for Movement {
    fn run<W: Word>(&self, operands: Operands<'_>, output: &mut [W]) {
        if let Some(fill) = &self.fill {
            output.fill(operands.words(fill.slice(1))[0]);
        }
        for part in &self.parts {
            copy_part(part, operands.get(part.input), output);
        }
    }
}

impl Kernel for Movement {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        words::run(self, inputs, output);
    }
}

/// Joins neighbouring axes that lie alike on both sides, and drops those of extent 1.
fn merge_axes(part: Part) -> Part {
    let mut merged = Part {
        shape: Vec::new(),
        from: Place {
            strides: Vec::new(),
            ..part.from
        },
        to: Place {
            strides: Vec::new(),
            ..part.to
        },
        ..part
    };
    let axes = part
        .shape
        .iter()
        .zip(part.from.strides.iter().zip(&part.to.strides));
    for (&extent, (&from, &to)) in axes {
        if extent == 1 {
            continue;
        }
        let step = extent as isize;
        match (
            merged.shape.last_mut(),
            merged.from.strides.last_mut(),
            merged.to.strides.last_mut(),
        ) {
            (Some(outer), Some(outer_from), Some(outer_to))
                if *outer_from == from * step && *outer_to == to * step =>
            {
                *outer *= extent;
                (*outer_from, *outer_to) = (from, to);
            }
            _ => {
                merged.shape.push(extent);
                merged.from.strides.push(from);
                merged.to.strides.push(to);
            }
        }
    }
    merged
}

fn copy_part<W: Word>(part: &Part, input: &[W], output: &mut [W]) {
    let rank = part.shape.len();
    let Some(inner) = rank.checked_sub(1) else {
        output[part.to.offset] = input[part.from.offset];
        return;
    };
    let (len, from_step, to_step) = (
        part.shape[inner],
        part.from.strides[inner],
        part.to.strides[inner],
    );
    let mut index = [0; MAX_RANK];
    let (mut from, mut to) = (part.from.offset, part.to.offset);
    loop {
        if from_step == 1 && to_step == 1 {
            output[to..to + len].copy_from_slice(&input[from..from + len]);
        } else {
            let (mut from, mut to) = (from, to);
            for _ in 0..len {
                output[to] = input[from];
                from = from.wrapping_add_signed(from_step);
                to = to.wrapping_add_signed(to_step);
            }
        }
        // The next row: count up from the innermost of the outer axes.
        let mut axis = inner;
        loop {
            let Some(outer) = axis.checked_sub(1) else {
                return;
            };
            axis = outer;
            index[axis] += 1;
            from = from.wrapping_add_signed(part.from.strides[axis]);
            to = to.wrapping_add_signed(part.to.strides[axis]);
            if index[axis] < part.shape[axis] {
                break;
            }
            let back = part.shape[axis] as isize;
            from = from.wrapping_add_signed(-back * part.from.strides[axis]);
            to = to.wrapping_add_signed(-back * part.to.strides[axis]);
            index[axis] = 0;
        }
    }
}

/// A buffer of one element, the first of `slice`, or zero where there is none.
pub(crate) fn single(
    slice: Option<Slice<'_>>,
    element_type: emo_backend::emo_tensor::ElementType,
) -> Option<Buffer> {
    with_scalar!(
        element_type,
        T => {
            let value = match slice {
                None => T::default(),
                Some(slice) => *<T as Scalar>::slice(slice)?.first()?,
            };
            Some(T::buffer(vec![value]))
        },
        else None
    )
}
