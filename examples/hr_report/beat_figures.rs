//! The average beat, and how the intervals are distributed.

use emo_examples::report::{INK, Plot, Stroke, WARM, number};
use emo_fusion::hr::RrSeries;

use crate::{
    analysis::{Analysis, quantile},
    time_figures::{open, padded, signal_name, unit},
    variability_figures::{HEIGHT, WIDTH},
};

/// Seconds before and after a beat.
const BEFORE_S: f64 = 0.3;
const AFTER_S: f64 = 0.6;

/// Points of the average beat, and beats of which it is made at most.
const N_POINTS: usize = 180;
const MAX_BEATS: usize = 400;

/// Beats below which there is no average.
const MIN_BEATS: usize = 5;

/// Width of the histogram's bars in ms: that of the Task Force, a clock of 128 Hz.
const BIN_MS: f64 = 1000.0 / 128.0;

/// Bars above which they are made wider.
const MAX_BINS: f64 = 100.0;

/// The average of beats that were not corrected, in usable windows if there are any; `None` of too few.
pub(crate) fn average(analysis: &Analysis) -> Option<String> {
    let signal = analysis.signal.as_ref()?;
    let hz = signal.sample_rate.hz();
    let normal = |is_usable: bool| -> Vec<f64> {
        let beats = analysis.beats.iter().filter(|beat| beat.class.is_none());
        let times = beats.map(|beat| beat.time_s);
        times
            .filter(|time| !is_usable || analysis.is_usable_at(*time))
            .collect()
    };
    let times = match normal(true) {
        usable if usable.len() >= MIN_BEATS => usable,
        _ => normal(false),
    };
    let every = times.len().div_ceil(MAX_BEATS).max(1);
    let offset = |k: usize| -BEFORE_S + (BEFORE_S + AFTER_S) * k as f64 / (N_POINTS - 1) as f64;
    let shape = |time: f64| -> Option<Vec<f64>> {
        let stretch = signal.stretches.iter().rev().find(|s| s.start_s <= time)?;
        let values: Option<Vec<f64>> = (0..N_POINTS)
            .map(|k| {
                let place = (time + offset(k) - stretch.start_s) * hz;
                let sample = (place >= 0.0).then_some(place.floor() as usize)?;
                let (left, right) = (
                    stretch.samples.get(sample)?,
                    stretch.samples.get(sample + 1)?,
                );
                let (left, right) = (f64::from(*left), f64::from(*right));
                Some(left + (place - place.floor()) * (right - left))
            })
            .collect();
        let values = values?;
        // Each about its own median, so that a wandering baseline is no spread.
        let mut ordered = values.clone();
        ordered.sort_by(f64::total_cmp);
        let median = quantile(&ordered, 0.5);
        Some(values.into_iter().map(|x| x - median).collect())
    };
    let beats: Vec<Vec<f64>> = times.into_iter().step_by(every).filter_map(shape).collect();
    if beats.len() < MIN_BEATS {
        return None;
    }
    let quantiles: Vec<[f64; 3]> = (0..N_POINTS)
        .map(|k| {
            let mut values: Vec<f64> = beats.iter().map(|beat| beat[k]).collect();
            values.sort_by(f64::total_cmp);
            [0.1, 0.5, 0.9].map(|share| quantile(&values, share))
        })
        .collect();
    let mut plot = Plot::new(WIDTH, -BEFORE_S..AFTER_S, "s");
    let title = format!(
        "Average beat: {} about its median, {}",
        signal_name(signal),
        unit(signal)
    );
    let range = padded(quantiles.iter().flatten().copied());
    let mut panel = open(&mut plot, &title, HEIGHT, range, 6);
    let line = |q: usize| {
        let points = quantiles.iter().enumerate();
        points.map(move |(k, values)| (offset(k), values[q]))
    };
    let outer = Stroke { dashes: "", ..WARM };
    plot.line(
        &mut panel,
        &format!("median of {}", beats.len()),
        line(1),
        INK,
    );
    plot.line(&mut panel, "10 % and 90 %", line(0), outer);
    plot.trace(&panel, line(2), outer);
    Some(plot.finish())
}

/// How the intervals are distributed.
pub(crate) fn histogram(rr: &RrSeries) -> String {
    let ends = |f: fn(f64, f64) -> f64| rr.intervals_ms().iter().copied().reduce(f);
    let (Some(low), Some(high)) = (ends(f64::min), ends(f64::max)) else {
        return String::new();
    };
    let step = BIN_MS * ((high - low) / (MAX_BINS * BIN_MS)).ceil().max(1.0);
    let bin = |ms: f64| (ms / step) as usize;
    let bins = || rr.intervals_ms().iter().map(|&ms| bin(ms));
    let (first, last) = (bin(low), bin(high));
    let mut counts = vec![0_usize; last - first + 1];
    for bin in bins() {
        counts[bin - first] += 1;
    }
    let top = counts.iter().copied().max().unwrap_or(1) as f64;
    let from = |k: usize| (first + k) as f64 * step;
    let mut plot = Plot::new(WIDTH, from(0)..from(counts.len()), "ms");
    let title = format!("Intervals in steps of {} ms: how many", number(step));
    let panel = open(&mut plot, &title, HEIGHT, 0.0..1.05 * top, 6);
    let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let bars = bars.map(|(k, &count)| (from(k)..from(k + 1), 0.0, count as f64));
    plot.bars(&panel, bars, "#33587f");
    plot.finish()
}
