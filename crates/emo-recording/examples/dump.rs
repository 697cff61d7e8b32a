//! What a recording holds, for a look and for comparison with other readers.
//!
//! `cargo run --release -p emo-recording --example dump -- FILE [--out FOLDER] [--rounds N]`
//!
//! Prints channels and annotations. With `--out`, the samples of channel n are written to `FOLDER/n.f32`, little-endian,
//! voltages in µV; with `--rounds`, the shortest time in which the file was read is printed.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use emo_recording::{Channel, Recording};

#[expect(clippy::print_stdout, reason = "a program's output")]
fn main() -> Result<(), Box<dyn Error>> {
    let (mut file, mut out, mut n_rounds) = (None, None, 0);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = arguments.next().map(PathBuf::from),
            "--rounds" => n_rounds = arguments.next().unwrap_or_default().parse()?,
            _ => file = Some(PathBuf::from(argument)),
        }
    }
    let file = file.ok_or("which file?")?;
    let recording = Recording::read(&file)?;
    if let Some(start) = recording.start {
        println!("start\t{:?}\t{:?}", start.unix_seconds, start.clock);
    }
    for (number, channel) in recording.channels.iter().enumerate() {
        println!("channel\t{number}\t{}", describe(channel));
        if let Some(folder) = &out {
            fs::create_dir_all(folder)?;
            let samples = channel
                .to_microvolts()
                .unwrap_or_else(|_| channel.samples.clone());
            let bytes: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
            fs::write(folder.join(format!("{number}.f32")), bytes)?;
        }
    }
    for annotation in &recording.annotations {
        let duration = annotation.duration.map_or(f64::NAN, |seconds| seconds);
        let source = annotation.source.as_deref().unwrap_or("-");
        println!(
            "annotation\t{:?}\t{duration:?}\t{source}\t{}",
            annotation.onset, annotation.text
        );
    }
    let mut shortest = f64::INFINITY;
    for _ in 0..n_rounds {
        let start = Instant::now();
        std::hint::black_box(Recording::read(&file)?);
        shortest = shortest.min(start.elapsed().as_secs_f64());
    }
    if n_rounds > 0 {
        println!("seconds\t{shortest:.6}");
    }
    Ok(())
}

fn describe(channel: &Channel) -> String {
    format!(
        "{}\t{}\t{} Hz\t{} samples\t{} gaps\t{} missing",
        channel.name,
        channel.unit.as_deref().unwrap_or("-"),
        channel.sample_rate.map_or(f64::NAN, |rate| rate.hz()),
        channel.samples.len(),
        channel.gaps.len(),
        channel
            .missing
            .iter()
            .map(ExactSizeIterator::len)
            .sum::<usize>(),
    )
}
