//! Computes, for the fake of the vendor's runtime in the tests, what an NPU would: on the CPU. It is no emulation of
//! one, and no figure comes from it.
//!
//! A fake model's file is an MXQ header and, behind it, an ONNX model. Shapes are written to the standard output
//! first; then inputs are read and outputs written, all `f32`.

use std::{
    error::Error,
    io::{self, Read, Write},
};

use emo_backend::{
    Backend, ModelSource,
    emo_tensor::{Tensor, TensorInfo, TensorView},
};
use emo_backend_cpu::CpuBackend;
use emo_backend_mobilint::Mxq;
use ndarray::ArrayD;

fn describe(infos: &[TensorInfo], out: &mut impl Write) -> io::Result<()> {
    out.write_all(&(infos.len() as u32).to_le_bytes())?;
    for info in infos {
        out.write_all(&(info.shape.len() as u32).to_le_bytes())?;
        for &len in &info.shape {
            out.write_all(&(len as u32).to_le_bytes())?;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: fake_npu MODEL")?;
    let file = std::fs::read(path)?;
    let onnx = file.get(Mxq::HEADER_LEN..).ok_or("no model")?;
    let mut session = CpuBackend::default().load(&ModelSource::Bytes(onnx.into()))?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    describe(session.inputs(), &mut output)?;
    describe(session.outputs(), &mut output)?;
    output.flush()?;
    loop {
        let mut tensors = Vec::new();
        for info in session.inputs() {
            let mut bytes = vec![0; 4 * info.len()];
            if input.read_exact(&mut bytes).is_err() {
                return Ok(());
            }
            let numbers = bytes.as_chunks().0.iter().map(|&x| f32::from_le_bytes(x));
            let array = ArrayD::from_shape_vec(info.shape.clone(), numbers.collect())?;
            tensors.push(Tensor::from(array));
        }
        let views: Vec<TensorView<'_>> = tensors.iter().map(Tensor::view).collect();
        for tensor in session.run_to_tensors(&views)? {
            let array = tensor.as_array::<f32>().ok_or("an output is not f32")?;
            for number in array {
                output.write_all(&number.to_le_bytes())?;
            }
        }
        output.flush()?;
    }
}
