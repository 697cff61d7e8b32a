use std::ops::Range;

#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        integer::{
            depthwise::{Depthwise, fills},
            image::Framed,
            planes::Planes,
            requantize::{Requantize, WeightSums},
            rows::{Columns, RowShape, Rows, Runs},
            tile::{Positions, TileShape, Tiles},
        },
        window::ConvShape,
    },
    simd::Level,
};

/// Convolution of bytes with constant weights, channels last: `[batch, rows, columns, channels]` without sign in,
/// the same in `f32` out, or in bytes without sign once a quantization is absorbed.
#[derive(Debug)]
pub(crate) struct IntegerConv {
    shape: ConvShape,
    framed: Framed,
    form: Form,
    requantize: Requantize,
    /// This convolution as one that another may take over.
    columns: Option<Box<Columns>>,
    /// What is computed from the bytes of all rows before these are written.
    behind: Option<Box<Columns>>,
}

#[derive(Debug)]
enum Form {
    Tiles(Tiles),
    /// One input channel per group.
    Depthwise(Depthwise),
    /// The same with one output, of widths that fill vectors.
    Planes(Planes),
    /// One input channel, few outputs.
    Rows(Rows),
}

/// How sums are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormKind {
    Tiles,
    Depthwise,
    Planes,
    Rows,
}

impl FormKind {
    fn of(level: Level, shape: &ConvShape) -> Self {
        if shape.groups > 1 && shape.group_inputs == 1 {
            if Planes::suits(level, shape) {
                Self::Planes
            } else {
                Self::Depthwise
            }
        } else if row_shape(level, shape, 0).is_some_and(|(_, rows)| rows.pays(level)) {
            Self::Rows
        } else {
            Self::Tiles
        }
    }
}

impl IntegerConv {
    /// `zero_point` is the input's, also outside of the image; `weights` as `[groups · group_outputs, group_inputs,
    /// rows, columns]`; `multiplier` one per output channel: the product of the input's scale and the weights'.
    ///
    /// `None` where an extent is zero, a sum could leave the range of 32 bits, or a multiplier is not finite.
    pub(crate) fn new(
        level: Level,
        shape: ConvShape,
        zero_point: u8,
        weights: &[i8],
        bias: Option<&[i32]>,
        multiplier: Vec<f32>,
    ) -> Option<Self> {
        let extents = shape.window.kernel.iter().chain(&shape.window.output);
        if extents
            .chain(&[shape.group_outputs])
            .any(|&extent| extent == 0)
        {
            return None;
        }
        let kind = FormKind::of(level, &shape);
        Self::in_form(kind, level, shape, zero_point, weights, bias, multiplier)
    }

    /// As [`new`](Self::new); `None` as well where a form cannot compute this.
    pub(super) fn in_form(
        kind: FormKind,
        level: Level,
        shape: ConvShape,
        zero_point: u8,
        weights: &[i8],
        bias: Option<&[i32]>,
        multiplier: Vec<f32>,
    ) -> Option<Self> {
        let ConvShape {
            batch,
            groups,
            group_inputs,
            group_outputs,
            window,
        } = shape;
        let extents = [batch, groups, group_inputs, group_outputs];
        let extents = extents.iter().chain(window.output.iter());
        if extents.chain(&window.kernel).any(|&extent| extent == 0) {
            return None;
        }
        let taps = window.kernel[0] * window.kernel[1];
        let sums: Vec<WeightSums> = weights
            .chunks_exact(group_inputs * taps)
            .map(WeightSums::of)
            .collect();
        let requantize = |lanes: &mut dyn Iterator<Item = Option<usize>>| {
            Requantize::new(lanes, &sums, zero_point, bias, &multiplier)
        };
        let (framed, form, requantize) = match kind {
            FormKind::Depthwise => {
                let (framed, depthwise) = depthwise(level, &shape, zero_point, weights)?;
                let requantize = requantize(&mut depthwise.lanes())?;
                (framed, Form::Depthwise(depthwise), requantize)
            }
            FormKind::Planes => {
                let (framed, planes) = Planes::new(level, &shape, zero_point, weights)?;
                let requantize = requantize(&mut planes.lanes())?;
                (framed, Form::Planes(planes), requantize)
            }
            FormKind::Tiles => {
                let (framed, tiles) = tiles(level, &shape, zero_point, weights)?;
                let requantize = requantize(&mut tiles.lanes())?;
                (framed, Form::Tiles(tiles), requantize)
            }
            FormKind::Rows => {
                let (framed, rows) = rows(level, &shape, zero_point, weights)?;
                let requantize = requantize(&mut rows.lanes())?;
                (framed, Form::Rows(rows), requantize)
            }
        };
        let columns = if Columns::suits(&shape) {
            let lanes = (0..groups * group_outputs).map(Some);
            let requantize = Requantize::new(lanes, &sums, zero_point, bias, &multiplier)?;
            Some(Box::new(Columns::new(&shape, weights, requantize)))
        } else {
            None
        };
        Some(Self {
            shape,
            framed,
            form,
            requantize,
            columns,
            behind: None,
        })
    }

    /// One image as [`run_positions`](Self::run_positions) reads it: as it is, or copied to `scratch`.
    pub(crate) fn frame<'a>(&self, image: &'a [u8], scratch: &'a mut [f32]) -> &'a [u8] {
        self.framed.frame(image, bytemuck::cast_slice_mut(scratch))
    }

    /// How many positions an image's output has.
    pub(crate) fn positions(&self) -> usize {
        if let Some(columns) = &self.behind {
            return columns.positions();
        }
        match &self.form {
            Form::Tiles(tiles) => tiles.positions(),
            Form::Depthwise(depthwise) => depthwise.positions(),
            Form::Planes(planes) => planes.positions(),
            Form::Rows(rows) => rows.positions(),
        }
    }

    /// How many positions are not cut: a row's, which some forms compute best as a whole, or one's.
    #[cfg(feature = "threads")]
    fn unit(&self) -> usize {
        let [rows, columns] = self.shape.window.output;
        if rows < 8 { 1 } else { columns }
    }

    /// Computes some positions of an image's output, counted along its rows; `output` holds these alone.
    pub(crate) fn run_positions(&self, framed: &[u8], range: Range<usize>, output: SliceMut<'_>) {
        if let (Form::Rows(rows), Some(columns)) = (&self.form, &self.behind) {
            return columns.run((rows, &self.requantize), framed, range, output);
        }
        match &self.form {
            Form::Tiles(tiles) => tiles.run(&self.requantize, framed, range, output),
            Form::Depthwise(depthwise) => depthwise.run(&self.requantize, framed, range, output),
            Form::Planes(planes) => planes.run(&self.requantize, framed, range, output),
            Form::Rows(rows) => rows.run(&self.requantize, framed, range, output),
        }
    }
}

fn tiles(
    level: Level,
    shape: &ConvShape,
    zero_point: u8,
    weights: &[i8],
) -> Option<(Framed, Tiles)> {
    let ConvShape {
        groups,
        group_inputs,
        group_outputs,
        window,
        ..
    } = *shape;
    let channels = groups * group_inputs;
    let [rows, columns] = window.kernel;
    // A kernel's row is one run where its columns lie side by side.
    let joined = groups == 1 && (window.dilations[1] == 1 || columns == 1);
    let run_len = group_inputs * if joined { columns } else { 1 };
    let spare = run_len.next_multiple_of(4) - run_len;
    let framed = Framed::new(&window, channels, (1, 1), spare, zero_point)?;
    let runs: Vec<(usize, usize)> = (0..rows)
        .flat_map(|row| (0..if joined { 1 } else { columns }).map(move |column| (row, column)))
        .collect();
    let [row_step, column_step] = framed.steps();
    let tile_shape = TileShape {
        groups,
        group_outputs,
        group_step: group_inputs,
        runs: runs
            .iter()
            .map(|(row, column)| framed.at(row * window.dilations[0], column * window.dilations[1]))
            .collect(),
        run_len,
        positions: Positions {
            rows: window.output[0],
            columns: window.output[1],
            row_step: window.strides[0] * row_step,
            column_step: window.strides[1] * column_step,
        },
    };
    let tiles = Tiles::new(level, tile_shape, |output, run, byte| {
        let (row, column) = runs[run];
        let (column, input) = (column + byte / group_inputs, byte % group_inputs);
        weights[((output * group_inputs + input) * rows + row) * columns + column]
    });
    Some((framed, tiles))
}

/// What [`Rows`] would read and write, if it can.
fn row_shape(level: Level, shape: &ConvShape, zero_point: u8) -> Option<(Framed, RowShape)> {
    let window = &shape.window;
    let [rows, run_len] = window.kernel;
    let single = shape.groups == 1 && shape.group_inputs == 1;
    let side_by_side = window.strides[1] == 1 && (window.dilations[1] == 1 || run_len == 1);
    if !(single && side_by_side) {
        return None;
    }
    // Rows of a single column are taken four at a time.
    let stacked = run_len == 1 && rows > 1;
    let spare = if stacked { 0 } else { Rows::spare(level) };
    let framed = Framed::new(window, 1, (1, 1), spare, zero_point)?;
    let [row_step, _] = framed.steps();
    let starts: Vec<usize> = (0..rows)
        .map(|row| framed.at(row * window.dilations[0], 0))
        .collect();
    let (runs, run_len) = if stacked {
        let four = |rows: &[usize]| [0, 1, 2, 3].map(|i| rows[i.min(rows.len() - 1)]);
        (Runs::Columns(starts.chunks(4).map(four).collect()), 4)
    } else {
        (Runs::Rows(starts), run_len)
    };
    let shape = RowShape {
        outputs: shape.group_outputs,
        runs,
        run_len,
        positions: Positions {
            rows: window.output[0],
            columns: window.output[1],
            row_step: window.strides[0] * row_step,
            column_step: 1,
        },
    };
    Some((framed, shape))
}

fn rows(level: Level, shape: &ConvShape, zero_point: u8, weights: &[i8]) -> Option<(Framed, Rows)> {
    let (framed, row_shape) = row_shape(level, shape, zero_point)?;
    let [rows, columns] = shape.window.kernel;
    let is_stacked = matches!(row_shape.runs, Runs::Columns(_));
    let rows = Rows::new(level, row_shape, |output, run, byte| {
        let (row, column) = if is_stacked {
            (4 * run + byte, 0)
        } else {
            (run, byte)
        };
        if row < rows {
            weights[(output * rows + row) * columns + column]
        } else {
            0
        }
    })?;
    Some((framed, rows))
}

fn depthwise(
    level: Level,
    shape: &ConvShape,
    zero_point: u8,
    weights: &[i8],
) -> Option<(Framed, Depthwise)> {
    let ConvShape {
        groups,
        group_outputs,
        window,
        ..
    } = *shape;
    let [rows, columns] = window.kernel;
    let block = 4 * level.lanes();
    // Otherwise each channel is repeated in the image, and has one output.
    let (repeats, outputs) = if fills(groups, block) {
        (1, group_outputs)
    } else {
        (group_outputs, 1)
    };
    let channels = groups * repeats;
    // Vectors that hold more than one position want the positions side by side.
    let side_by_side = channels < block && fills(channels, block);
    let phases = if side_by_side { window.strides[1] } else { 1 };
    let run_len = channels * if side_by_side { window.output[1] } else { 1 };
    let spare = if run_len % block == 0 { 0 } else { block };
    let framed = Framed::new(&window, groups, (repeats, phases), spare, zero_point)?;
    let taps: Vec<usize> = (0..rows * columns)
        .map(|tap| {
            framed.at(
                tap / columns * window.dilations[0],
                tap % columns * window.dilations[1],
            )
        })
        .collect();
    let [row_step, column_step] = framed.steps();
    let positions = Positions {
        rows: window.output[0],
        columns: window.output[1],
        row_step: window.strides[0] * row_step,
        column_step: window.strides[1] / phases * column_step,
    };
    let depthwise = Depthwise::new(
        level,
        (channels, outputs),
        positions,
        (&taps, columns),
        |channel, tap| weights[channel * rows * columns + tap],
    );
    Some((framed, depthwise))
}

/// By output positions of a single image; by its rows, where these are more than a few.
#[cfg(feature = "threads")]
impl Divide for IntegerConv {
    fn nanos(&self) -> u64 {
        match self.form {
            Form::Tiles(_) | Form::Rows(_) => self.macs() / 230,
            Form::Depthwise(_) | Form::Planes(_) => self.macs() / 50,
        }
    }

    fn units(&self) -> usize {
        self.positions() / self.unit()
    }

    fn start(&self, unit: usize) -> usize {
        unit * self.unit() * self.shape.groups * self.shape.group_outputs
    }

    fn shared_len(&self) -> usize {
        self.scratch_len()
    }

    fn prepare(&self, inputs: &Inputs<'_>, shared: &mut [f32]) {
        self.frame(inputs.get(0), shared);
    }

    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        shared: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        _: &mut [f32],
    ) {
        let framed: &[u8] = if self.framed.is_plain() {
            inputs.get(0)
        } else {
            &bytemuck::cast_slice(shared)[..self.framed.len()]
        };
        let unit = self.unit();
        self.run_positions(framed, units.start * unit..units.end * unit, output);
    }
}

impl Kernel for IntegerConv {
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        // The columns behind read all rows at once.
        self.behind.is_none().then_some(self as &dyn Divide)
    }

    fn run(&self, inputs: &Inputs<'_>, mut output: SliceMut<'_>, scratch: &mut [f32]) {
        let input = inputs.get::<u8>(0);
        let positions = self.positions();
        let image_len = input.len() / self.shape.batch;
        let output_len = output.len() / self.shape.batch;
        for (index, image) in input.chunks_exact(image_len).enumerate() {
            let framed = self.frame(image, scratch);
            let output = part(
                output.reborrow(),
                index * output_len..(index + 1) * output_len,
            );
            self.run_positions(framed, 0..positions, output);
        }
    }

    fn scratch_len(&self) -> usize {
        self.framed.len().div_ceil(size_of::<f32>())
    }

    fn macs(&self) -> u64 {
        let ConvShape {
            batch,
            groups,
            group_inputs,
            group_outputs,
            window,
        } = self.shape;
        [groups, group_inputs, group_outputs]
            .iter()
            .chain(&window.kernel)
            .chain(&window.output)
            .fold(batch as u64, |macs, &extent| {
                macs.saturating_mul(extent as u64)
            })
            .saturating_add(
                self.behind
                    .as_ref()
                    .map_or(0, |columns| columns.macs() * batch as u64),
            )
    }

    fn constant_bytes(&self) -> usize {
        let weights = match &self.form {
            Form::Tiles(tiles) => tiles.constant_bytes(),
            Form::Depthwise(depthwise) => depthwise.constant_bytes(),
            Form::Planes(planes) => planes.constant_bytes(),
            Form::Rows(rows) => rows.constant_bytes(),
        };
        let behind = self
            .behind
            .as_ref()
            .map_or(0, |columns| columns.constant_bytes());
        weights + self.requantize.constant_bytes() + behind
    }

    fn follower(&self) -> Option<Follower> {
        self.columns.clone().map(Follower::Columns)
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        if let Some(columns) = &mut self.behind {
            return columns.requantize.absorb(follower);
        }
        let Follower::Columns(columns) = follower else {
            let absorbed = self.requantize.absorb(follower);
            if absorbed {
                // What follows is part of this kernel now, but of nothing that another could take over.
                self.columns = None;
            }
            return absorbed;
        };
        let follows = match &self.form {
            Form::Rows(rows) => self.requantize.is_quantized() && columns.follows(rows),
            _ => false,
        };
        if follows {
            self.behind = Some(columns.clone());
        }
        follows
    }
}

/// A part of what an integer kernel writes.
pub(super) fn part(output: SliceMut<'_>, range: Range<usize>) -> SliceMut<'_> {
    match output {
        SliceMut::F32(output) => SliceMut::F32(&mut output[range]),
        SliceMut::U8(output) => SliceMut::U8(&mut output[range]),
        _ => unreachable!("element types are checked when the plan is made"),
    }
}
