use crate::{
    buffer::{Buffer, SliceMut},
    kernel::{Inputs, Kernel},
    simd::{Level, lookup::look_up},
};

/// How many bytes there are.
const BYTES: usize = 256;

/// An element-wise function of bytes, as a table of its results: bytes or floats.
#[derive(Debug)]
pub(crate) struct ByteTable {
    level: Level,
    results: Results,
}

#[derive(Debug)]
enum Results {
    Bytes(Box<[u8; BYTES]>),
    Floats(Box<[f32; BYTES]>),
}

impl ByteTable {
    /// What element-wise kernels of one operand do to bytes one after the other, with `f32` between them; the last
    /// makes bytes, or floats.
    ///
    /// `None` if there are no kernels.
    pub(crate) fn of_bytes(level: Level, kernels: &[&dyn Kernel]) -> Option<Self> {
        let (last, kernels) = kernels.split_last()?;
        let mut results = Box::new([0; BYTES]);
        apply(*last, &between(kernels), SliceMut::U8(&mut *results));
        Some(Self {
            level,
            results: Results::Bytes(results),
        })
    }

    /// As [`of_bytes`](Self::of_bytes), where the last kernel makes floats.
    pub(crate) fn of_floats(level: Level, kernels: &[&dyn Kernel]) -> Option<Self> {
        let (last, kernels) = kernels.split_last()?;
        let mut results = Box::new([0.0; BYTES]);
        apply(*last, &between(kernels), SliceMut::F32(&mut *results));
        Some(Self {
            level,
            results: Results::Floats(results),
        })
    }
}

/// All bytes, or what kernels make of them.
fn between(kernels: &[&dyn Kernel]) -> Buffer {
    let mut values = Buffer::U8((0..=u8::MAX).collect());
    for kernel in kernels {
        let mut results = vec![0.0; BYTES];
        apply(*kernel, &values, SliceMut::F32(&mut results));
        values = Buffer::F32(results);
    }
    values
}

fn apply(kernel: &dyn Kernel, values: &Buffer, output: SliceMut<'_>) {
    let mut scratch = vec![0.0; kernel.scratch_len()];
    kernel.run(
        &Inputs::Folded(&[values.slice(BYTES)]),
        output,
        &mut scratch,
    );
}

impl Kernel for ByteTable {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input = inputs.get::<u8>(0);
        match &self.results {
            Results::Bytes(table) => look_up(self.level, table, input, output.of()),
            Results::Floats(table) => {
                for (y, &x) in output.of::<f32>().iter_mut().zip(input) {
                    *y = table[usize::from(x)];
                }
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        match &self.results {
            Results::Bytes(table) => size_of_val(&**table),
            Results::Floats(table) => size_of_val(&**table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ByteTable;
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Inputs, Kernel},
        kernels::{
            quantize::{Dequantize, QuantAxis, Quantize},
            unary::{Unary, UnaryKernel},
        },
        simd::levels,
    };

    #[test]
    fn a_table_is_what_it_was_made_of() {
        let axis = |scale, zero_point| QuantAxis {
            scales: vec![scale],
            zero_points: vec![zero_point],
            inner: 1,
        };
        let input: Vec<u8> = (0..1001_u32).map(|i| (i * 37 % 251) as u8).collect();
        let scale = 0.05_f32;
        for level in levels() {
            let dequantize = Dequantize::new(level, axis(scale, 100));
            let elu = UnaryKernel {
                level,
                function: Unary::Elu { alpha: 1.0 },
            };
            let quantize = Quantize::unsigned(level, &axis(0.03, 40));
            for len in [0, 1, 7, 8, 9, 1001] {
                let inputs = [Slice::U8(&input[..len])];
                let mut floats = vec![f32::NAN; len];
                ByteTable::of_floats(level, &[&dequantize, &elu])
                    .expect("there are kernels")
                    .run(
                        &Inputs::Folded(&inputs),
                        SliceMut::F32(&mut floats),
                        &mut [],
                    );
                let mut bytes = vec![0; len];
                ByteTable::of_bytes(level, &[&dequantize, &elu, &quantize])
                    .expect("there are kernels")
                    .run(&Inputs::Folded(&inputs), SliceMut::U8(&mut bytes), &mut []);
                for ((&x, &float), &byte) in input.iter().zip(&floats).zip(&bytes) {
                    let x = (f32::from(x) - 100.0) * scale;
                    let expected = if x < 0.0 { x.exp_m1() } else { x };
                    assert!((float - expected).abs() <= 1e-6);
                    let steps = (float / 0.03).round_ties_even() + 40.0;
                    assert_eq!(byte, steps.clamp(0.0, 255.0) as u8);
                }
            }
        }
    }
}
