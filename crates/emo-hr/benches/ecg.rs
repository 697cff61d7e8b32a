//! Cost of cleaning five minutes of electrocardiogram, of finding its beats, and of the way on to variability.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_hr::{
    ArtifactConfig, ArtifactCorrector, EcgConfig, EcgDetector, EcgMethod, HrError, Hrv, HrvConfig,
    RrSeries, SampleRate,
};

fn ecg(c: &mut Criterion) {
    let rate = SampleRate::from_hz(250.0).expect("a valid rate");
    let signal: Vec<f32> = (0..75_000)
        .map(|n| {
            let pulse = (-((n % 210) as f32 - 100.0).powi(2) / 30.0).exp();
            pulse + 0.1 * (n as f32 / 400.0).sin() + ((n * 7919) % 101) as f32 / 2000.0
        })
        .collect();
    let mut group = c.benchmark_group("ECG of 300 s at 250 Hz");
    let corrector = ArtifactCorrector::new(&ArtifactConfig::default()).expect("valid settings");
    let hrv = Hrv::new(&HrvConfig::neurokit()).expect("valid settings");
    for (name, method) in [
        ("rhythm", EcgMethod::Rhythm),
        ("NeuroKit", EcgMethod::NeuroKit),
        ("Pan-Tompkins", EcgMethod::PanTompkins1985),
        ("Hamilton", EcgMethod::Hamilton2002),
        ("Elgendi", EcgMethod::Elgendi2010),
        ("visibility graph", EcgMethod::VisibilityGraph),
    ] {
        let mut config = EcgConfig::new(rate);
        config.method = method;
        let detector = EcgDetector::new(&config).expect("a valid configuration");
        group.bench_function(format!("{name}: clean"), |b| {
            b.iter(|| detector.clean(black_box(&signal)));
        });
        group.bench_function(format!("{name}: clean, beats and quality"), |b| {
            b.iter(|| detector.detect(black_box(&signal)));
        });
        group.bench_function(format!("{name}: beats, corrected, variability"), |b| {
            b.iter(|| -> Result<_, HrError> {
                let beats = detector.detect(black_box(&signal))?.beats;
                let corrected = corrector.correct(&beats)?.beats;
                Ok(hrv.compute(&RrSeries::from_beats(&corrected)?))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, ecg);
criterion_main!(benches);
