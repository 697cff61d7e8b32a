//! Times of prosody on one second of a voice at 16 kHz; `peers/praat.py` runs the same parts beside Praat and librosa.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emo_speech::{
    FormantTracker, FormantTrackerConfig, Harmonicity, HarmonicityConfig, Intensity,
    IntensityConfig, PitchTracker, PitchTrackerConfig, Prosody, Pyin, PyinConfig, PyinStream, Yin,
    YinConfig, glottal_pulses,
};

const RATE: u32 = 16_000;

/// Harmonics of a pitch that glides, louder and quieter.
fn voice() -> Vec<f32> {
    let mut phase = 0.0_f64;
    (0..RATE)
        .map(|n| {
            let time = f64::from(n) / f64::from(RATE);
            phase += std::f64::consts::TAU * (120.0 + 60.0 * (3.0 * time).sin()) / f64::from(RATE);
            let wave: f64 = (1..20)
                .map(|k| (f64::from(k) * phase).sin() / f64::from(k))
                .sum();
            (0.2 * wave * (0.6 + 0.4 * (25.0 * time).sin())) as f32
        })
        .collect()
}

fn prosody(c: &mut Criterion) {
    let samples = voice();
    let mut group = c.benchmark_group("prosody, 1 s at 16 kHz");
    group.throughput(Throughput::Elements(samples.len() as u64));

    let mut pitch =
        PitchTracker::new(PitchTrackerConfig::new(RATE)).expect("the defaults are valid");
    group.bench_function("PitchTracker", |b| {
        b.iter(|| pitch.compute(black_box(&samples)))
    });
    let track = pitch.compute(&samples).expect("the signal is valid");
    group.bench_function("glottal_pulses", |b| {
        b.iter(|| glottal_pulses(black_box(&samples), RATE, &track));
    });
    let mut hnr = Harmonicity::new(HarmonicityConfig::new(RATE)).expect("the defaults are valid");
    group.bench_function("Harmonicity", |b| {
        b.iter(|| hnr.compute(black_box(&samples)))
    });
    let mut formants =
        FormantTracker::new(FormantTrackerConfig::new(RATE)).expect("the defaults are valid");
    group.bench_function("FormantTracker", |b| {
        b.iter(|| formants.compute(black_box(&samples)))
    });
    let intensity = Intensity::new(IntensityConfig::new(RATE)).expect("the defaults are valid");
    group.bench_function("Intensity", |b| {
        b.iter(|| intensity.compute(black_box(&samples)))
    });
    let mut all = Prosody::new(RATE).expect("the defaults are valid");
    group.bench_function("Prosody", |b| b.iter(|| all.compute(black_box(&samples))));
    group.finish();
}

fn live(c: &mut Criterion) {
    let samples = voice();
    let mut group = c.benchmark_group("pitch, 1 s at 16 kHz");
    group.throughput(Throughput::Elements(samples.len() as u64));
    let mut yin = Yin::new(YinConfig::new(RATE)).expect("the defaults are valid");
    group.bench_function("Yin", |b| b.iter(|| yin.compute(black_box(&samples))));
    let mut pyin = Pyin::new(PyinConfig::new(RATE)).expect("the defaults are valid");
    group.bench_function("Pyin", |b| b.iter(|| pyin.compute(black_box(&samples))));
    let mut stream =
        PyinStream::new(PyinConfig::for_stream(RATE), 20).expect("the defaults are valid");
    group.bench_function("PyinStream, 10 ms at a time", |b| {
        b.iter(|| {
            let mut n_voiced = 0_usize;
            let mut count = |frame: emo_speech::PyinFrame| {
                n_voiced += usize::from(frame.frequency.is_some());
            };
            for part in black_box(&samples).chunks(160) {
                stream
                    .push(part, &mut count)
                    .expect("the samples are finite");
            }
            stream.finish(&mut count);
            n_voiced
        });
    });
    group.finish();
}

criterion_group!(benches, prosody, live);
criterion_main!(benches);
