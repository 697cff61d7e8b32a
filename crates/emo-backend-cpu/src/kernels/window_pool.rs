use std::marker::PhantomData;

use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
    kernels::{real::Real, taps::Taps},
};

/// An element type that has a greatest element.
pub(crate) trait Ordered: Scalar + PartialOrd {
    const LEAST: Self;
}

impl Ordered for f32 {
    const LEAST: Self = f32::NEG_INFINITY;
}

impl Ordered for f64 {
    const LEAST: Self = f64::NEG_INFINITY;
}

impl Ordered for i8 {
    const LEAST: Self = i8::MIN;
}

impl Ordered for u8 {
    const LEAST: Self = u8::MIN;
}

/// Extents of a pool's planes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planes {
    pub(crate) input: usize,
    pub(crate) output: usize,
}

/// Maximum over windows of any number of axes.
#[derive(Debug)]
pub(crate) struct WindowMax<T> {
    planes: Planes,
    taps: Taps,
    element: PhantomData<T>,
}

impl<T: Ordered> WindowMax<T> {
    pub(crate) fn new(planes: Planes, taps: Taps) -> Self {
        Self {
            planes,
            taps,
            element: PhantomData,
        }
    }
}

impl<T: Ordered> Kernel for WindowMax<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        for (input, output) in inputs
            .get::<T>(0)
            .chunks_exact(self.planes.input)
            .zip(output.of::<T>().chunks_exact_mut(self.planes.output))
        {
            for (index, y) in output.iter_mut().enumerate() {
                let mut greatest = T::LEAST;
                self.taps.for_each(index, |_, position| {
                    if input[position] > greatest {
                        greatest = input[position];
                    }
                });
                *y = greatest;
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.taps.bytes()
    }
}

/// How positions inside a plane are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StorageOrder {
    /// The last axis fastest.
    RowMajor,
    /// The first axis fastest.
    ColumnMajor,
}

/// Where the first of the greatest elements of each window lies in the whole input.
#[derive(Debug)]
pub(crate) struct WindowArgMax<T> {
    pub(crate) planes: Planes,
    pub(crate) taps: Taps,
    pub(crate) order: StorageOrder,
    /// Extents of an input plane.
    pub(crate) extents: Vec<usize>,
    pub(crate) element: PhantomData<T>,
}

impl<T: Ordered> WindowArgMax<T> {
    /// A row-major position as the order of storage counts it.
    fn place(&self, position: usize) -> usize {
        match self.order {
            StorageOrder::RowMajor => position,
            StorageOrder::ColumnMajor => {
                let mut rest = position;
                // From the last axis, whose step is the largest.
                let mut step: usize = self.extents.iter().product();
                let mut place = 0;
                for extent in self.extents.iter().rev() {
                    step /= extent;
                    place += rest % extent * step;
                    rest /= extent;
                }
                place
            }
        }
    }
}

impl<T: Ordered> Kernel for WindowArgMax<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let planes = inputs
            .get::<T>(0)
            .chunks_exact(self.planes.input)
            .zip(output.of::<i64>().chunks_exact_mut(self.planes.output));
        for (plane, (input, output)) in planes.enumerate() {
            for (index, y) in output.iter_mut().enumerate() {
                let mut greatest = None;
                self.taps.for_each(index, |_, position| {
                    if greatest.is_none_or(|(_, value)| input[position] > value) {
                        greatest = Some((position, input[position]));
                    }
                });
                let position = greatest.map_or(0, |(position, _)| position);
                *y = (plane * self.planes.input + self.place(position)) as i64;
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.taps.bytes()
    }
}

/// What a window's elements are summed up to.
#[derive(Debug, Clone)]
pub(crate) enum Summary {
    /// Their mean, taken over as many elements as the windows along each axis have.
    Mean(Vec<Vec<usize>>),
    /// `(Σ |x|^p)^(1/p)`.
    Lp(i32),
}

/// Sums over windows of any number of axes.
#[derive(Debug)]
pub(crate) struct WindowSum<T> {
    planes: Planes,
    taps: Taps,
    summary: Summary,
    element: PhantomData<T>,
}

impl<T: Real> WindowSum<T> {
    pub(crate) fn new(planes: Planes, taps: Taps, summary: Summary) -> Self {
        Self {
            planes,
            taps,
            summary,
            element: PhantomData,
        }
    }
}

/// The product of each axis' count at output element `index`.
fn count(counts: &[Vec<usize>], index: usize) -> usize {
    let mut rest = index;
    counts.iter().rev().fold(1, |count, axis| {
        let position = rest % axis.len();
        rest /= axis.len();
        count * axis[position]
    })
}

impl<T: Real> Kernel for WindowSum<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        for (input, output) in inputs
            .get::<T>(0)
            .chunks_exact(self.planes.input)
            .zip(output.of::<T>().chunks_exact_mut(self.planes.output))
        {
            for (index, y) in output.iter_mut().enumerate() {
                let mut sum = 0.0;
                *y = T::narrow(match &self.summary {
                    Summary::Mean(counts) => {
                        self.taps
                            .for_each(index, |_, position| sum += input[position].widen());
                        sum / count(counts, index) as f64
                    }
                    Summary::Lp(p) => {
                        self.taps.for_each(index, |_, position| {
                            sum += input[position].widen().abs().powi(*p);
                        });
                        root(sum, *p)
                    }
                });
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.taps.bytes()
    }
}

/// The `p`-th root.
fn root(x: f64, p: i32) -> f64 {
    match p {
        1 => x,
        2 => x.sqrt(),
        p => x.powf(1.0 / f64::from(p)),
    }
}

/// How a whole plane is reduced to one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaneReduction {
    Max,
    Mean,
    Lp(i32),
}

/// Reduces whole planes.
#[derive(Debug)]
pub(crate) struct PlanePool<T> {
    pub(crate) reduction: PlaneReduction,
    /// Elements of one plane.
    pub(crate) plane: usize,
    pub(crate) element: PhantomData<T>,
}

impl<T: Real> Kernel for PlanePool<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        for (plane, y) in inputs
            .get::<T>(0)
            .chunks_exact(self.plane)
            .zip(output.of::<T>())
        {
            let values = plane.iter().map(|x| x.widen());
            *y = T::narrow(match self.reduction {
                PlaneReduction::Max => {
                    values.fold(f64::NEG_INFINITY, |y, x| if x > y { x } else { y })
                }
                PlaneReduction::Mean => values.sum::<f64>() / self.plane as f64,
                PlaneReduction::Lp(p) => root(values.map(|x| x.abs().powi(p)).sum(), p),
            });
        }
    }
}
