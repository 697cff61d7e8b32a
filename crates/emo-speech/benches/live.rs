//! Times of voice detection and resampling, offline and in chunks of 10 ms.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_speech::{
    EnergyVad, EnergyVadConfig, GmmVad, GmmVadConfig, Resampler, VadMode, pitch_shift, time_stretch,
};

/// Ten seconds that are hard to decide: a tone that comes and goes in noise.
fn voice(sample_rate: u32) -> Vec<f32> {
    let mut x = 1_u32;
    (0..10 * sample_rate)
        .map(|n| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (x >> 8) as f32 / 8_388_608.0 - 1.0;
            let t = n as f32 / sample_rate as f32;
            0.02 * noise + 0.2 * (t * 900.0).sin() * (t * 3.0).sin().max(0.0)
        })
        .collect()
}

fn detection(c: &mut Criterion) {
    let signal = voice(16_000);
    let mut decisions = Vec::with_capacity(2000);
    let mut config = GmmVadConfig::new(16_000);
    config.mode = VadMode::Aggressive;
    config.frame = Duration::from_millis(30);
    let mut by_model = GmmVad::new(config).expect("16 kHz and 30 ms are known");
    c.bench_function("GmmVad, 10 s at 16 kHz in frames of 30 ms", |b| {
        b.iter(|| {
            decisions.clear();
            by_model.push(black_box(&signal), &mut decisions)
        });
    });
    let config = EnergyVadConfig::new(16_000);
    let mut by_level = EnergyVad::new(config).expect("the defaults are valid");
    c.bench_function("EnergyVad, 10 s at 16 kHz", |b| {
        b.iter(|| {
            decisions.clear();
            by_level.push(black_box(&signal), &mut decisions)
        });
    });
}

fn resampling(c: &mut Criterion) {
    for (from, to) in [(48_000, 16_000), (44_100, 16_000), (16_000, 22_050)] {
        let signal = voice(from);
        let mut resampler = Resampler::new(from, to).expect("the rates are in range");
        c.bench_function(&format!("Resampler, 10 s from {from} to {to} Hz"), |b| {
            b.iter(|| resampler.process(black_box(&signal)));
        });
        let mut output = Vec::with_capacity(10 * to as usize + 10_000);
        c.bench_function(
            &format!("the same in chunks of 10 ms, {from} to {to} Hz"),
            |b| {
                b.iter(|| {
                    output.clear();
                    for chunk in black_box(&signal).chunks(from as usize / 100) {
                        resampler
                            .push(chunk, &mut output)
                            .expect("the samples are finite");
                    }
                    resampler.finish(&mut output);
                });
            },
        );
    }
}

fn augmentation(c: &mut Criterion) {
    let signal = &voice(22_050)[..55_125];
    c.bench_function("time_stretch by 1.25, 2.5 s at 22.05 kHz", |b| {
        b.iter(|| time_stretch(black_box(signal), 1.25));
    });
    c.bench_function("pitch_shift by 2 semitones, 2.5 s at 22.05 kHz", |b| {
        b.iter(|| pitch_shift(black_box(signal), 2.0));
    });
}

criterion_group!(benches, detection, resampling, augmentation);
criterion_main!(benches);
