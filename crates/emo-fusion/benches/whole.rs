//! One window of everything: four feature extractions, four inferences and the fusion, in one thread.
//!
//! `peers.py` beside this file times the same chain in Python and prints the ratios.

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_fusion::{Bundle, CpuBackend, Inputs, Recognizer};

/// Fills the inputs of a case.
type Read<'a> = &'a dyn Fn(&mut Inputs);

fn whole(criterion: &mut Criterion) {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/recordings");
    let mut recognizer = Recognizer::new(
        &Bundle::embedded().expect("it is tested"),
        &CpuBackend::default(),
    )
    .expect("the CPU runs the bundle");
    let one = |read: Read<'_>| {
        let mut inputs = Inputs::default();
        read(&mut inputs);
        inputs
    };
    let hr = |inputs: &mut Inputs| {
        inputs
            .read_ecg(recordings.join("ecg.edf"), None)
            .expect("a fixture");
    };
    let eeg = |inputs: &mut Inputs| {
        inputs
            .read_eeg(recordings.join("eeg.edf"), None)
            .expect("a fixture");
    };
    let speech = |inputs: &mut Inputs| {
        inputs
            .read_speech(recordings.join("speech.wav"))
            .expect("a fixture");
    };
    let image = |inputs: &mut Inputs| {
        inputs
            .read_image(recordings.join("face.jpg"), None)
            .expect("a fixture");
    };
    let all = |inputs: &mut Inputs| {
        hr(inputs);
        eeg(inputs);
        speech(inputs);
        image(inputs);
    };
    let cases: [(&str, Read<'_>); 5] = [
        ("hr", &hr),
        ("eeg", &eeg),
        ("speech", &speech),
        ("image", &image),
        ("all", &all),
    ];
    let mut group = criterion.benchmark_group("recognize");
    for (name, read) in cases {
        let inputs = one(read);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                recognizer
                    .recognize(&inputs)
                    .expect("the fixtures can be recognized")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole);
criterion_main!(benches);
