use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    simd::{
        Level,
        lookup::{Numbers, look_up},
    },
};

/// A function of bytes, as a table of its values: numbers, or bytes if they are rounded.
#[derive(Debug)]
pub(crate) struct ByteTable {
    level: Level,
    numbers: Box<Numbers>,
    bytes: Option<[u8; 256]>,
}

impl ByteTable {
    /// `None` unless there is a number for each byte.
    pub(crate) fn new(level: Level, numbers: &[f32]) -> Option<Self> {
        Some(Self {
            level,
            numbers: Box::new(Numbers::new(numbers.try_into().ok()?)),
            bytes: None,
        })
    }
}

impl Kernel for ByteTable {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input = inputs.get::<u8>(0);
        match &self.bytes {
            None => self.numbers.look_up(self.level, input, output.of()),
            Some(bytes) => look_up(self.level, bytes, input, output.of()),
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of::<Self>() + size_of::<Numbers>()
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        let (None, &Follower::Quantize { scale, zero_point }) = (&self.bytes, follower) else {
            return false;
        };
        let zero_point = f32::from(zero_point);
        // A cast from a float saturates.
        let byte = |number: f32| ((number / scale).round_ties_even() + zero_point) as u8;
        self.bytes = Some(self.numbers.numbers().map(byte));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{buffer::Slice, simd::levels};

    #[test]
    fn values_are_looked_up_and_rounded_as_quantization_does() {
        let table: Vec<f32> = (0..256).map(|x| (x as f32 - 128.0) * 0.25).collect();
        let input: Vec<u8> = (0..1001_u32).map(|i| (i * 37 % 256) as u8).collect();
        let follower = Follower::Quantize {
            scale: 1.0,
            zero_point: 10,
        };
        for level in levels() {
            let mut kernel = ByteTable::new(level, &table).expect("256 values");
            let mut numbers = vec![0.0; input.len()];
            let operands = [Slice::U8(&input)];
            kernel.run(
                &Inputs::Folded(&operands),
                SliceMut::F32(&mut numbers),
                &mut [],
            );
            assert!(
                numbers
                    .iter()
                    .zip(&input)
                    .all(|(&y, &x)| y == table[usize::from(x)])
            );

            assert!(kernel.absorb(&follower));
            for len in [0, 1, 7, 8, 9, 64, 1001] {
                let operands = [Slice::U8(&input[..len])];
                let mut bytes = vec![0; len];
                kernel.run(
                    &Inputs::Folded(&operands),
                    SliceMut::U8(&mut bytes),
                    &mut [],
                );
                for (&byte, number) in bytes.iter().zip(&numbers) {
                    assert_eq!(
                        byte,
                        (number.round_ties_even() + 10.0).clamp(0.0, 255.0) as u8
                    );
                }
            }
            assert!(!kernel.absorb(&follower));
        }
    }
}
