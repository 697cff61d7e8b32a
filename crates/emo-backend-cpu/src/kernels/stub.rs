#![allow(warnings)]
use crate::{
    buffer::*,
    kernel::*,
    kernels::{gemm::Strided, pool::Pool, pool::Reduction, window::*},
    simd::Level,
};
macro_rules! k { ($($n:ident $(<$t:ident>)?),*) => {$( #[derive(Debug)] pub(crate) struct $n; impl Kernel for $n { fn run(&self,_:&Inputs<'_>,_:SliceMut<'_>,_:&mut [f32]) {} } )*} }

#[derive(Debug)]
pub(crate) struct ChannelsLastPool(Pool, Window, usize);
fn tr(x: &[f32], b: usize, r: usize, c: usize) -> Vec<f32> {
    let mut o = vec![0.0; x.len()];
    for n in 0..b {
        for i in 0..r {
            for j in 0..c {
                o[n * r * c + j * r + i] = x[n * r * c + i * c + j];
            }
        }
    }
    o
}
impl ChannelsLastPool {
    pub(crate) fn new(l: Level, r: Reduction, w: Window, c: usize) -> Self {
        Self(Pool::new(l, r, w), w, c)
    }
}
impl Kernel for ChannelsLastPool {
    fn run(&self, i: &Inputs<'_>, o: SliceMut<'_>, _: &mut [f32]) {
        let w = &self.1;
        let c = self.2;
        let p = w.input[0] * w.input[1];
        let q = w.output[0] * w.output[1];
        match o {
            SliceMut::F32(o) => {
                let x = i.get::<f32>(0);
                let b = x.len() / c / p;
                let x = tr(x, b, p, c);
                let mut y = vec![0.0; o.len()];
                self.0.run(
                    &Inputs::Folded(&[Slice::F32(&x)]),
                    SliceMut::F32(&mut y),
                    &mut [],
                );
                o.copy_from_slice(&tr(&y, b, c, q));
            }
            SliceMut::U8(o) => {
                let x: Vec<f32> = i.get::<u8>(0).iter().map(|&x| x as f32).collect();
                let b = x.len() / c / p;
                let x = tr(&x, b, p, c);
                let mut y = vec![0.0; o.len()];
                self.0.run(
                    &Inputs::Folded(&[Slice::F32(&x)]),
                    SliceMut::F32(&mut y),
                    &mut [],
                );
                for (o, y) in o.iter_mut().zip(tr(&y, b, c, q)) {
                    *o = y as u8;
                }
            }
            _ => unreachable!(),
        }
    }
}
