//! tract behind the line protocol.

use emo_backend_cpu_peers::{Failure, serve};
use tract_onnx::prelude::*;

fn main() -> Result<(), Failure> {
    serve(|path, shape| {
        let model = tract_onnx::onnx()
            .model_for_path(path)?
            .with_input_fact(0, f32::fact(shape).into())?
            .into_optimized()?
            .into_runnable()?;
        let shape = shape.to_vec();
        Ok(Box::new(move |input, output| {
            let input = Tensor::from_shape(&shape, input)?;
            let outputs = model.run(tvec!(input.into()))?;
            output.clear();
            output.extend_from_slice(outputs[0].try_as_plain_ram()?.as_slice::<f32>()?);
            Ok(())
        }))
    })
}
