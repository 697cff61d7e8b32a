//! What a program does that wants ranges for arrays of its own: nothing here knows of ONNX or of emotions.
//!
//! ```sh
//! cargo run -p emo-quant --no-default-features --example calibrate_arrays
//! ```

#![expect(clippy::print_stdout, reason = "a program prints its results")]

use std::thread;

use emo_quant::{
    AnyCalibrator, Calibrator, Method, QuantError, QuantScheme,
    emo_tensor::QuantParams,
    ndarray::{Array2, ArrayD},
};

/// Sensor readings of one minute, say: smooth, but for a spike now and then.
fn readings(minute: usize) -> ArrayD<f32> {
    Array2::from_shape_fn((4, 256), |(channel, n)| {
        let phase = (n + 31 * minute) as f32 * 0.1 + channel as f32;
        let spike = if (n * 7919 + minute * 104_729).is_multiple_of(1999) {
            20.0
        } else {
            0.0
        };
        phase.sin() * (1.0 + 0.2 * (minute % 5) as f32) + spike
    })
    .into_dyn()
}

/// Half the work on each of two threads, then one calibrator of both.
fn calibrate(method: &Method, scheme: QuantScheme) -> Result<AnyCalibrator, QuantError> {
    let part = |minutes: std::ops::Range<usize>| {
        let mut calibrator = method.calibrator(scheme)?;
        for minute in minutes {
            calibrator.observe(&readings(minute))?;
        }
        Ok::<_, QuantError>(calibrator)
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| part(0..50));
        (part(50..100), first.join())
    });
    let mut calibrator = second.expect("the other thread only returns errors")?;
    calibrator.merge(&first?)?;
    Ok(calibrator)
}

/// The signal's power over that of what quantization adds, in dB.
fn signal_to_noise(params: &QuantParams) -> f64 {
    let (mut signal, mut noise) = (0.0, 0.0);
    for minute in 0..100 {
        for &x in &readings(minute) {
            signal += f64::from(x).powi(2);
            noise += f64::from(params.round_trip(x) - x).powi(2);
        }
    }
    10.0 * (signal / noise).log10()
}

fn main() -> Result<(), QuantError> {
    let scheme = QuantScheme::I8;
    println!(
        "{:<16} {:>8} {:>8} {:>10} {:>8}",
        "method", "from", "to", "scale", "SNR dB"
    );
    for method in Method::all() {
        let range = calibrate(&method, scheme)?.range()?;
        let params = range.params(scheme)?;
        println!(
            "{:<16} {:>8.3} {:>8.3} {:>10.6} {:>8.2}",
            method.name(),
            range.min(),
            range.max(),
            params.scale(),
            signal_to_noise(&params)
        );
    }
    Ok(())
}
