//! What share of one core cleaning and features of 64 live channels at 1 kHz take, by stage.
//!
//! `cargo run --release -p emo-eeg --example live_cost`
//!
//! A minute of synthetic EEG with a blink every four seconds goes in pieces of 40 samples through [`EegFilter`], an [`Asr`]
//! that was calibrated on its first half, and [`EegFeatureStream`]. Prints tables in Markdown: CPU time of the thread
//! over the signal's duration; in brackets, the shortest hop in whole seconds at which features and cleaning stay within
//! 5 % of a core.

#![expect(clippy::print_stdout, reason = "a program prints")]

use std::error::Error;
use std::time::{Duration, Instant};

use emo_eeg::ndarray::{Array2, Axis, s};
use emo_eeg::{
    Asr, AsrConfig, EegFeatureSet, EegFeatureStream, EegFeatures, EegFeaturesConfig, EegFilter,
    EegFilterConfig, SampleRate, UndefinedFeature, montage,
};

const N_CHANNELS: usize = 64;
const RATE: usize = 1000;
const SECONDS: usize = 60;
const PIECE_LEN: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let rate = SampleRate::from_hz(RATE as f64)?;
    let names: Vec<&str> = montage().map(|(name, _)| name).take(N_CHANNELS).collect();
    let mut signal = signal();

    println!("| stage | share of one core |");
    println!("|---|---|");
    let mut filter = EegFilter::new(&EegFilterConfig::new(rate))?.stream(N_CHANNELS)?;
    let begin = cpu_time();
    for mut piece in signal.axis_chunks_iter_mut(Axis(1), PIECE_LEN) {
        filter.process(&mut piece)?;
    }
    let filtering = share(begin, SECONDS);
    println!("| band-pass and notches | {filtering:.2} % |");

    let half = signal.slice(s![.., ..SECONDS * RATE / 2]).to_owned();
    let asr = Asr::calibrate(&AsrConfig::new(rate), &half)?;
    let mut stream = asr.stream();
    let begin = cpu_time();
    for mut piece in signal.axis_chunks_iter_mut(Axis(1), PIECE_LEN) {
        stream.process(&mut piece)?;
    }
    let reconstruction = share(begin, SECONDS);
    println!("| artefact subspace reconstruction | {reconstruction:.2} % |");

    let cleaning = filtering + reconstruction;
    let features = |window_s: usize, sets: &[EegFeatureSet], hop_s: usize, n_windows: usize| {
        let mut config = EegFeaturesConfig::new(rate, &names, window_s * RATE);
        config.sets = sets.to_vec();
        config.undefined = UndefinedFeature::Fill(0.0);
        let mut stream = EegFeatureStream::new(EegFeatures::new(&config)?, hop_s * RATE)?;
        let len = (window_s + hop_s * (n_windows - 1)) * RATE;
        let mut windows = 0;
        let begin = cpu_time();
        for piece in signal
            .slice(s![.., ..len])
            .axis_chunks_iter(Axis(1), PIECE_LEN)
        {
            stream.push(&piece, |_, _| windows += 1)?;
        }
        Ok::<f64, Box<dyn Error>>(
            share(begin, n_windows) / f64::from(u8::from(windows == n_windows)),
        )
    };
    let live = features(2, &EegFeatureSet::ALL, 1, 20)?;
    println!("| windows of 2 s every second: all sets | {live:.2} % |");
    println!("| all three | {:.2} % |", cleaning + live);

    println!("\n| features, once a second | 1 s | 2 s | 4 s |");
    println!("|---|---|---|---|");
    let alone = EegFeatureSet::ALL.map(|set| (format!("{set:?}"), vec![set]));
    let mut most = EegFeatureSet::ALL.to_vec();
    most.retain(|set| *set != EegFeatureSet::Complexity);
    let together = [
        ("all but Complexity".to_owned(), most),
        ("all".to_owned(), EegFeatureSet::ALL.to_vec()),
    ];
    for (name, sets) in alone.into_iter().chain(together) {
        let mut cells = Vec::new();
        for window_s in [1, 2, 4] {
            let cost = features(window_s, &sets, 1, 5)?;
            // Every so many seconds, it fits into what is left of 5 %.
            let hop = (cost / (5.0 - cleaning)).ceil();
            cells.push(format!("{cost:.2} % ({hop:.0} s)"));
        }
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}

/// Channels of noise that falls with frequency and is partly shared, and blinks at the front.
fn signal() -> Array2<f32> {
    let mut noise = emo_testing::noise(7);
    let mut own = [0.0_f32; N_CHANNELS];
    let mut shared = 0.0_f32;
    let mut signal = Array2::zeros((N_CHANNELS, SECONDS * RATE));
    for (n, mut sample) in signal.columns_mut().into_iter().enumerate() {
        shared = 0.97 * shared + 4.0 * noise();
        let strength = 1.0 + 0.3 * (n as f32 / 900.0).sin();
        let phase = (n % (4 * RATE)) as f32 / RATE as f32 - 2.0;
        let blink = 200.0 * (-0.5 * (phase / 0.08).powi(2)).exp();
        for (channel, x) in sample.iter_mut().enumerate() {
            own[channel] = 0.95 * own[channel] + 6.0 * strength * noise();
            *x = own[channel] + shared + blink * (-(channel as f32) / 10.0).exp();
        }
    }
    signal
}

/// CPU time since `begin` as a percentage of so many seconds.
fn share(begin: Duration, seconds: usize) -> f64 {
    100.0 * (cpu_time() - begin).as_secs_f64() / seconds as f64
}

/// CPU time of this thread, or, where the system does not say, time.
fn cpu_time() -> Duration {
    // Gives up the processor, with which the system counts up to now.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
    static BEGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    nanoseconds.map_or_else(
        || BEGIN.get_or_init(Instant::now).elapsed(),
        Duration::from_nanos,
    )
}
