mod run;

use std::ops::Range;

use crate::{
    buffer::SliceMut,
    kernels::{
        integer::{
            depthwise::fills,
            image::Framed,
            requantize::{Requantize, byte_of_lane},
        },
        window::ConvShape,
    },
    simd::Level,
};
use run::PlanesRun;

/// Products of the bytes of each channel with constant weights of its own, for widths that fill vectors.
///
/// Four bytes that a channel's sum needs, from four rows or from four columns of one row, are interleaved into a lane,
/// once for all taps that meet them: the interleaved bytes of a row lie in four planes, in each of which 16 bytes are
/// those of four channels. As many bytes into a plane as into the row lead to the same place, so that a tap is an
/// offset. Rows outside of the image are read as zero points, columns outside are written to the planes: no border
/// has to be copied around the image where the four bytes are those of four rows.
#[derive(Debug)]
pub(super) struct Planes {
    level: Level,
    zero_point: u8,
    channels: usize,
    /// Rows and columns of the image as it is read.
    image: [usize; 2],
    output: [usize; 2],
    strides: [usize; 2],
    /// Rows and columns of the border that planes are given.
    border: [usize; 2],
    /// Bytes or rows from one of the four bytes of a lane to the next.
    lane_step: usize,
    source: Source,
    /// Columns are sorted by their remainder after division by this number.
    phases: usize,
    /// The columns of groups of four taps, from the first.
    taps: Vec<Tap>,
    /// The farthest of them.
    farthest: usize,
    /// Output columns of a strip that the planes hold.
    strip: usize,
    /// Per block of channels and row of a pair: per group of four taps, four vectors.
    weights: Vec<Line>,
    /// How many rows of output are computed from the same planes.
    rows: usize,
}

/// The column of a group of four taps: `index · phases + phase`.
#[derive(Debug, Clone, Copy)]
struct Tap {
    phase: usize,
    index: usize,
}

/// Where the four bytes of a lane come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Rows under one column of the kernel.
    Rows,
    /// Columns of the only row of the kernel.
    Columns,
}

/// A vector of any level, aligned.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Bytes of a plane; four of them stay in a first-level cache.
const PLANE: usize = 6 << 10;

/// Groups of four taps whose weights stay in registers.
const FEW: usize = 3;

impl Planes {
    /// The image as it is read, and what reads it. `None` where this form cannot compute the convolution.
    pub(super) fn new(
        level: Level,
        shape: &ConvShape,
        zero_point: u8,
        weights: &[i8],
    ) -> Option<(Framed, Self)> {
        let (framed, mut planes) = Self::without_weights(level, shape, zero_point)?;
        planes.pack(4 * level.lanes(), shape.window.kernel, weights);
        Some((framed, planes))
    }

    /// Whether this form can compute the convolution.
    pub(super) fn suits(level: Level, shape: &ConvShape) -> bool {
        Self::without_weights(level, shape, 0).is_some()
    }

    fn without_weights(level: Level, shape: &ConvShape, zero_point: u8) -> Option<(Framed, Self)> {
        let window = shape.window;
        let [rows, columns] = window.kernel;
        let channels = shape.groups;
        let block = 4 * level.lanes();
        let is_suited = shape.group_inputs == 1
            && shape.group_outputs == 1
            && channels.is_multiple_of(16)
            && fills(channels, block);
        let source = match rows {
            1 if window.strides[1] == 1 => Source::Columns,
            2..=4 => Source::Rows,
            _ => return None,
        };
        if !is_suited {
            return None;
        }
        let [row_dilation, column_dilation] = window.dilations;
        let (framed, image, border, lane_step, taps) = match source {
            Source::Rows => {
                // The image as it is.
                let mut plain = window;
                plain.pads_begin = [0; 2];
                plain.pads_end = [0; 2];
                (
                    Framed::new(&plain, channels, (1, 1), 0, zero_point)?,
                    window.input,
                    window.pads_begin,
                    row_dilation,
                    (0..columns).map(|tap| tap * column_dilation).collect(),
                )
            }
            Source::Columns => (
                Framed::new(&window, channels, (1, 1), 0, zero_point)?,
                window.padded(),
                [0; 2],
                column_dilation * channels,
                (0..columns)
                    .step_by(4)
                    .map(|tap| tap * column_dilation)
                    .collect::<Vec<usize>>(),
            ),
        };
        let phases = if channels < block {
            window.strides[1]
        } else {
            1
        };
        let mut planes = Self {
            level,
            zero_point,
            channels,
            image,
            output: window.output,
            strides: window.strides,
            border,
            lane_step,
            source,
            phases,
            farthest: taps.last().copied().unwrap_or(0),
            taps: taps
                .into_iter()
                .map(|tap: usize| Tap {
                    phase: tap % phases,
                    index: tap / phases,
                })
                .collect(),
            strip: 0,
            weights: Vec::new(),
            rows: if source == Source::Rows && rows < 4 && window.strides[0] == row_dilation {
                2
            } else {
                1
            },
        };
        planes.strip = planes.longest_strip(block)?;
        Some((framed, planes))
    }

    /// How many columns of output have their taps in one filling of the planes: whole blocks.
    fn longest_strip(&self, block: usize) -> Option<usize> {
        let columns = (block / self.channels).max(1);
        let fits = |strip: &usize| {
            let phase = self.phase_len(*strip).checked_mul(self.phases);
            phase.is_some_and(|len| len + 2 * block <= PLANE)
        };
        let most = (PLANE / self.channels).next_multiple_of(columns);
        let mut strips = (1..=most / columns).map(|blocks| blocks * columns);
        let longest = strips.by_ref().take_while(fits).last()?;
        Some(longest)
    }

    /// Bytes of one phase of a plane that `strip` columns of output read.
    fn phase_len(&self, strip: usize) -> usize {
        self.span(strip).div_ceil(self.phases) * self.channels
    }

    /// Columns of the padded image under the taps of `strip` columns of output.
    fn span(&self, strip: usize) -> usize {
        (strip - 1) * self.strides[1] + self.farthest + 1
    }

    fn pack(&mut self, block: usize, [rows, columns]: [usize; 2], weights: &[i8]) {
        let quads = self.quads();
        let n_bytes = self.channels.div_ceil(block) * self.rows * quads * 4 * block;
        self.weights = vec![Line([0; 64]); n_bytes.div_ceil(64)];
        let lanes: Vec<Option<usize>> = self.lanes().collect();
        for (lane, channel) in lanes.into_iter().enumerate() {
            let Some(channel) = channel else { continue };
            let (channels, lane) = (lane / block, lane % block);
            for row in 0..self.rows {
                for quad in 0..quads {
                    for byte in 0..4_usize {
                        let (y, x) = match self.source {
                            Source::Rows => (byte.wrapping_sub(row), quad),
                            Source::Columns => (0, 4 * quad + byte),
                        };
                        if y < rows && x < columns {
                            let line = (channels * self.rows + row) * quads + quad;
                            let at = (line * block + lane) * 4 + byte;
                            self.weights[at / 64].0[at % 64] =
                                weights[(channel * rows + y) * columns + x] as u8;
                        }
                    }
                }
            }
        }
    }

    /// Groups of four taps, as they are packed: no fewer than are kept in registers.
    fn quads(&self) -> usize {
        self.taps.len().max(FEW)
    }

    /// The channel of each lane.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Option<usize>> {
        let lanes = self.level.lanes();
        let block = 4 * lanes;
        let channels = self.channels;
        (0..channels.next_multiple_of(block)).map(move |lane| {
            let (start, lane) = (lane / block * block, lane % block);
            Some((start + byte_of_lane(lane, lanes)) % channels)
        })
    }

    pub(super) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.taps)
    }

    pub(super) fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Writes the positions of `range` to `output`, which holds them alone.
    pub(super) fn run(
        &self,
        requantize: &Requantize,
        image: &[u8],
        range: Range<usize>,
        mut output: SliceMut<'_>,
    ) {
        assert!(range.end <= self.positions());
        assert!(image.len() >= self.image[0] * self.image[1] * self.channels);
        assert!(output.len() >= range.len() * self.channels);
        self.level.run_with_dot_products(PlanesRun {
            planes: self,
            requantize,
            image,
            target: requantize.target(&mut output, self.channels),
            range,
        });
    }
}
