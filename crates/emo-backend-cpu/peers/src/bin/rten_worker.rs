//! rten behind the line protocol; `RTEN_NUM_THREADS` sets its threads.

use emo_backend_cpu_peers::{Failure, serve};
use rten::Model;
use rten_tensor::{AsView, Tensor, TensorView};

fn main() -> Result<(), Failure> {
    serve(|path, shape| {
        let model = Model::load_file(path)?;
        let shape = shape.to_vec();
        Ok(Box::new(move |input, output| {
            let input = TensorView::from_data(&shape, input);
            let result: Tensor<f32> = model.run_one(input.into(), None)?.try_into()?;
            output.clear();
            output.extend(result.iter());
            Ok(())
        }))
    })
}
