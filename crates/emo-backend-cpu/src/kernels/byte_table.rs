use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::quantize::Quantized,
};

/// A function of bytes, as a table of its values: numbers, or bytes if they are rounded.
#[derive(Debug)]
pub(crate) struct ByteTable {
    numbers: [f32; 256],
    bytes: Option<[u8; 256]>,
}

impl ByteTable {
    /// `None` unless there is a number for each byte.
    pub(crate) fn new(numbers: &[f32]) -> Option<Self> {
        Some(Self {
            numbers: numbers.try_into().ok()?,
            bytes: None,
        })
    }
}

fn look_up<T: Copy>(table: &[T; 256], input: &[u8], output: &mut [T]) {
    for (y, &x) in output.iter_mut().zip(input) {
        *y = table[usize::from(x)];
    }
}

impl Kernel for ByteTable {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input = inputs.get(0);
        match &self.bytes {
            None => look_up(&self.numbers, input, output.of()),
            Some(bytes) => look_up(bytes, input, output.of()),
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of::<Self>()
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        let (None, &Follower::Quantize { scale, zero_point }) = (&self.bytes, follower) else {
            return false;
        };
        let zero_point = f32::from(zero_point);
        self.bytes = Some(self.numbers.map(|number| {
            <u8 as Quantized>::saturate((number / scale).round_ties_even() + zero_point)
        }));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Slice;

    #[test]
    fn values_are_looked_up_and_rounded_as_quantization_does() {
        let table: Vec<f32> = (0..256).map(|x| (x as f32 - 128.0) * 0.25).collect();
        let mut kernel = ByteTable::new(&table).expect("256 values");
        let operands = [Slice::U8(&[0, 128, 130, 255])];
        let mut numbers = [0.0; 4];
        kernel.run(
            &Inputs::Folded(&operands),
            SliceMut::F32(&mut numbers),
            &mut [],
        );
        assert_eq!(numbers, [-32.0, 0.0, 0.5, 31.75]);

        assert!(kernel.absorb(&Follower::Quantize {
            scale: 1.0,
            zero_point: 10
        }));
        let mut bytes = [0; 4];
        kernel.run(
            &Inputs::Folded(&operands),
            SliceMut::U8(&mut bytes),
            &mut [],
        );
        assert_eq!(bytes, [0, 10, 10, 42]);
        assert!(!kernel.absorb(&Follower::Quantize {
            scale: 1.0,
            zero_point: 10
        }));
    }
}
