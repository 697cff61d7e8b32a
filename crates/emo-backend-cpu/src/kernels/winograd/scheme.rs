use super::{
    tile::Tile,
    toom_cook::{F2_3, F4_3, F4_5, FILTERS, IDENTITY},
};
use crate::kernels::window::ConvShape;

/// `F(2×2, 3×3)`.
pub(super) const SQUARE: Tile<4, 2, 4, 2> = Tile {
    rows: F2_3,
    columns: F2_3,
};
/// `F(2×4, 3×3)`.
pub(super) const WIDE: Tile<4, 2, 6, 4> = Tile {
    rows: F2_3,
    columns: F4_3,
};
/// `F(4×4, 3×3)`.
pub(super) const LARGE: Tile<6, 4, 6, 4> = Tile {
    rows: F4_3,
    columns: F4_3,
};
/// `F(4, 3)` along one axis.
pub(super) const LINE_3: Tile<1, 1, 6, 4> = Tile {
    rows: IDENTITY,
    columns: F4_3,
};
/// `F(4, 5)` along one axis.
pub(super) const LINE_5: Tile<1, 1, 8, 4> = Tile {
    rows: IDENTITY,
    columns: F4_5,
};

/// The most elements that a tile of inputs has.
pub(super) const MAX_POINTS: usize = 36;

/// The tiles that a convolution is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Square,
    Wide,
    Large,
    Line3,
    Line5,
}

/// Evaluates an expression with the [`Tile`] of a [`Scheme`].
macro_rules! with_tile {
    ($scheme:expr, $tile:ident => $body:expr) => {
        match $scheme {
            $crate::kernels::winograd::scheme::Scheme::Square => {
                let $tile = &$crate::kernels::winograd::scheme::SQUARE;
                $body
            }
            $crate::kernels::winograd::scheme::Scheme::Wide => {
                let $tile = &$crate::kernels::winograd::scheme::WIDE;
                $body
            }
            $crate::kernels::winograd::scheme::Scheme::Large => {
                let $tile = &$crate::kernels::winograd::scheme::LARGE;
                $body
            }
            $crate::kernels::winograd::scheme::Scheme::Line3 => {
                let $tile = &$crate::kernels::winograd::scheme::LINE_3;
                $body
            }
            $crate::kernels::winograd::scheme::Scheme::Line5 => {
                let $tile = &$crate::kernels::winograd::scheme::LINE_5;
                $body
            }
        }
    };
}
pub(super) use with_tile;

impl Scheme {
    /// All that compute convolutions of a shape.
    pub(super) fn all_of(shape: &ConvShape) -> &'static [Self] {
        let window = &shape.window;
        let plain = window.strides == [1, 1] && window.dilations == [1, 1] && shape.groups == 1;
        match window.kernel {
            [3, 3] if plain => &[Self::Square, Self::Wide, Self::Large],
            [1, 3] if plain => &[Self::Line3],
            [1, 5] if plain => &[Self::Line5],
            _ => &[],
        }
    }

    /// The fastest for a shape, if there is one.
    pub(super) fn of(shape: &ConvShape) -> Option<Self> {
        let schemes = Self::all_of(shape).iter().copied();
        schemes.min_by(|a, b| a.cost(shape).total_cmp(&b.cost(shape)))
    }

    /// Whether this takes less time than the sums of the definition.
    pub(super) fn pays(self, shape: &ConvShape) -> bool {
        let [positions, taps] = [shape.window.output, shape.window.kernel]
            .map(|extents| extents.iter().product::<usize>() as f64);
        self.cost(shape) < positions * taps * shape.group_inputs as f64 * padded_outputs(shape)
    }

    /// The time in multiplications.
    fn cost(self, shape: &ConvShape) -> f64 {
        // As measured with AVX-512: fetching an element of the filters takes as long as this many multiplications,
        const FETCH: f64 = 4.0;
        // and transforming a channel of a tile as many as with this many of the other side's channels.
        const TRANSFORM: f64 = 12.0;
        let tiles: usize = self.tiles(shape).iter().product();
        let (inputs, outputs) = (shape.group_inputs as f64, padded_outputs(shape));
        let products = inputs * outputs + TRANSFORM * (inputs + outputs);
        self.points() as f64 * ((shape.batch * tiles) as f64 + FETCH) * products
            / shape.batch as f64
    }

    /// How many elements a tile of inputs has, and a product for each.
    pub(super) fn points(self) -> usize {
        with_tile!(self, tile => tile.points())
    }

    /// Extents of a tile of outputs.
    pub(super) fn outputs(self) -> [usize; 2] {
        with_tile!(self, tile => tile.outputs())
    }

    /// Tiles along each axis.
    pub(super) fn tiles(self, shape: &ConvShape) -> [usize; 2] {
        let outputs = self.outputs();
        [0, 1].map(|axis| shape.window.output[axis].div_ceil(outputs[axis]))
    }

    /// Writes the transforms `G g Gᵀ` of filters of `kernel` taps, each in row-major order.
    pub(super) fn transform_filters(
        self,
        [height, width]: [usize; 2],
        filters: &[[f64; FILTERS]],
        transformed: &mut [[f64; FILTERS]],
    ) {
        let (rows, columns) = with_tile!(self, tile => (tile.rows.filter(), tile.columns.filter()));
        let extent = columns.extent;
        let mut by_columns = [[0.0; FILTERS]; MAX_POINTS];
        let filter_rows = filters.chunks_exact(width).take(height);
        for (row, result) in filter_rows.zip(by_columns.chunks_exact_mut(extent)) {
            columns.apply(row.iter(), result, 1);
        }
        for column in 0..extent {
            let taps = by_columns[column..height * extent].iter();
            rows.apply(taps.step_by(extent), &mut transformed[column..], extent);
        }
    }
}

/// Output channels with those that fill the last vector.
fn padded_outputs(shape: &ConvShape) -> f64 {
    const LANES: usize = 16;
    shape.group_outputs.next_multiple_of(LANES) as f64
}
