//! Speech and a face in, an emotion out. Run it from the workspace's root.

#![expect(clippy::print_stdout, reason = "showing the result is what it is for")]

use emo_fusion::{Bundle, CpuBackend, Inputs, PipelineError, Recognizer};

fn main() -> Result<(), PipelineError> {
    let mut recognizer = Recognizer::new(&Bundle::embedded()?, &CpuBackend::default())?;
    let mut inputs = Inputs::default();
    inputs
        .read_speech("fixtures/recordings/speech.wav")?
        .read_image("fixtures/recordings/face.jpg", None)?;
    let recognition = recognizer.recognize(&inputs)?;
    println!("{} {:?}", recognition.label(), recognition.scores.to_vec());
    Ok(())
}
