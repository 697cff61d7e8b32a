//! The page around the panels.

use std::{error::Error, ops::Range};

use emo_examples::report::{
    self, GREEN, INK, ON_PICTURE, Plot, WARM, data_uri, html_table, number, tables,
};
use emo_fusion::ndarray::ArrayView1;

use crate::analysis::{Analysis, HOP_LEN, RATE};

/// How much of the spectrogram's range is drawn, in dB below its loudest point.
const RANGE_DB: f64 = 75.0;

/// The whole page.
pub(crate) fn page(analysis: &Analysis) -> Result<String, Box<dyn Error>> {
    let body = format!(
        "{}<div class=\"plot\">{}</div>\n{}",
        tiles(analysis),
        panels(analysis)?,
        tables([segments(analysis), statistics(analysis)])
    );
    Ok(report::page(&analysis.name, &about(analysis), &body))
}

fn about(analysis: &Analysis) -> String {
    let channels = match analysis.n_channels {
        1 => "one channel".to_owned(),
        n => format!("{n} channels, averaged"),
    };
    let part = if analysis.from_s > 0.0 {
        format!(" from {} s on", number(analysis.from_s))
    } else {
        String::new()
    };
    format!(
        "{:.2} s{part}, recorded at {} Hz, {channels}; analysed at {RATE} Hz in frames of 25 ms every 10 ms",
        analysis.duration_s(),
        analysis.original_rate
    )
}

fn tiles(analysis: &Analysis) -> String {
    let quality = &analysis.quality;
    let in_segments: usize = analysis.segments.iter().map(Range::len).sum();
    let speech = in_segments as f64 / analysis.samples.len() as f64;
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    report::tiles([
        (
            "quality",
            format!("{:.2}", quality.score),
            "from 0, unfit, to 1",
        ),
        (
            "SNR",
            format!("{:.0} dB", quality.snr_db),
            "loud over quiet frames",
        ),
        (
            "clipped",
            format!("{:.2} %", 100.0 * quality.clipped_share),
            "of all samples",
        ),
        ("speech", percent(speech), "of the time, by the model"),
        (
            "voiced",
            percent(quality.voiced_share),
            "loud and periodic frames",
        ),
    ])
}

fn panels(analysis: &Analysis) -> Result<String, Box<dyn Error>> {
    let mut plot = Plot::over_time(0.0..analysis.duration_s()).labelled_from(analysis.from_s);
    waveform(&mut plot, analysis);
    activity(&mut plot, analysis);
    spectrogram(&mut plot, analysis)?;
    pitch(&mut plot, analysis);
    level(&mut plot, analysis);
    brightness(&mut plot, analysis);
    noisiness(&mut plot, analysis);
    cepstra(&mut plot, analysis)?;
    quality(&mut plot, analysis);
    Ok(plot.finish())
}

fn waveform(plot: &mut Plot, analysis: &Analysis) {
    let peak = analysis.samples.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
    let peak = f64::from(peak).max(1e-4);
    let ticks = [-peak, 0.0, peak];
    let label = |tick: f64| {
        if tick == 0.0 {
            "0".to_owned()
        } else {
            format!("{tick:.2}")
        }
    };
    let mut panel = plot.panel("Waveform", 110.0, -peak..peak, &ticks, label);
    plot.bands(&panel, analysis.segments.iter().map(seconds));
    let n_columns = plot.n_columns().min(analysis.samples.len());
    let columns: Vec<(f64, f64)> = (0..n_columns)
        .map(|k| {
            let bound = |k: usize| k * analysis.samples.len() / n_columns;
            let column = &analysis.samples[bound(k)..bound(k + 1)];
            let ends = |f: fn(f32, f32) -> f32| column.iter().copied().reduce(f);
            (
                f64::from(ends(f32::min).unwrap_or(0.0)),
                f64::from(ends(f32::max).unwrap_or(0.0)),
            )
        })
        .collect();
    plot.envelope(&panel, &columns, "#33587f");
    plot.key(&mut panel, "full scale is 1", "#33587f");
    plot.key(&mut panel, "speech (model)", "#f6dfa6");
}

fn activity(plot: &mut Plot, analysis: &Analysis) {
    let label = |tick: f64| if tick > 1.0 { "model" } else { "level" }.to_owned();
    let mut panel = plot.panel("Voice activity", 36.0, 0.0..2.0, &[0.5, 1.5], label);
    let rows = [
        (&analysis.segments, 1.15, "#d99a1c"),
        (&analysis.loud, 0.15, "#7b6bb0"),
    ];
    for (segments, low, colour) in rows {
        plot.bars(
            &panel,
            segments.iter().map(|s| (seconds(s), low, low + 0.7)),
            colour,
        );
    }
    plot.key(&mut panel, "mixture models", "#d99a1c");
    plot.key(&mut panel, "level over noise", "#7b6bb0");
}

fn spectrogram(plot: &mut Plot, analysis: &Analysis) -> Result<(), Box<dyn Error>> {
    let top = f64::from(RATE) / 2.0;
    let ticks: Vec<f64> = (0..=4).map(|k| f64::from(k) * 2000.0).collect();
    let mut panel = plot.panel("Spectrogram, kHz", 250.0, 0.0..top, &ticks, kilo);
    let power = &analysis.spectrogram;
    let loudest = f64::from(power.iter().copied().fold(f32::MIN, f32::max));
    let (n_bins, n_frames) = power.dim();
    // The picture's columns are even in time; a frame's centre is at its index times the hop.
    let n_columns = n_frames.min(2 * plot.n_columns());
    let picture = data_uri(n_columns, n_bins, |x, y| {
        let time = (x as f64 + 0.5) / n_columns as f64 * analysis.samples.len() as f64;
        let frame = (time / analysis.spectrogram_hop as f64).round() as usize;
        let level = f64::from(power[[n_bins - 1 - y, frame.min(n_frames - 1)]]);
        (level - loudest + RANGE_DB) / RANGE_DB
    })?;
    plot.picture(&panel, &picture);
    for (track, label, stroke) in [
        (&analysis.formants[2], "F3", ON_PICTURE[3]),
        (&analysis.formants[1], "F2", ON_PICTURE[2]),
        (&analysis.formants[0], "F1", ON_PICTURE[1]),
        (&analysis.pitch, "F0", ON_PICTURE[0]),
    ] {
        plot.line_on_picture(&mut panel, label, track.iter().copied(), stroke);
    }
    Ok(())
}

fn pitch(plot: &mut Plot, analysis: &Analysis) {
    let found = || {
        analysis
            .pitch
            .iter()
            .map(|&(_, f)| f)
            .filter(|f| !f.is_nan())
    };
    let low = found().fold(f64::INFINITY, f64::min).clamp(50.0, 400.0);
    let high = found().fold(low, f64::max).clamp(100.0, 800.0);
    let (low, high) = ((low / 50.0).floor() * 50.0, (high / 50.0).ceil() * 50.0);
    let ticks = [low, (low + high) / 2.0, high];
    let mut panel = plot.panel("Fundamental frequency, Hz", 84.0, low..high, &ticks, number);
    plot.bands(&panel, analysis.segments.iter().map(seconds));
    plot.line(&mut panel, "F0", analysis.pitch.iter().copied(), INK);
}

fn level(plot: &mut Plot, analysis: &Analysis) {
    let ticks = [-80.0, -60.0, -40.0, -20.0, 0.0];
    let mut panel = plot.panel("Level, dB of full scale", 84.0, -85.0..0.0, &ticks, number);
    plot.bands(&panel, analysis.segments.iter().map(seconds));
    let decibels = |x: f64| 20.0 * x.max(1e-6).log10();
    let points = over_time(analysis.feature("rms")).map(|(t, x)| (t, decibels(x)));
    plot.line(&mut panel, "RMS", points, INK);
}

fn brightness(plot: &mut Plot, analysis: &Analysis) {
    let ticks = [0.0, 2000.0, 4000.0, 6000.0, 8000.0];
    let mut panel = plot.panel("Brightness, kHz", 96.0, 0.0..8000.0, &ticks, kilo);
    plot.bands(&panel, analysis.segments.iter().map(seconds));
    for (name, label, stroke) in [
        ("roll_off_hz", "roll-off, 85 %", WARM),
        ("centroid_hz", "centroid", INK),
    ] {
        plot.line(&mut panel, label, over_time(analysis.feature(name)), stroke);
    }
}

fn noisiness(plot: &mut Plot, analysis: &Analysis) {
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0];
    let mut panel = plot.panel(
        "Noisiness and change, 0 to 1",
        96.0,
        0.0..1.0,
        &ticks,
        number,
    );
    plot.bands(&panel, analysis.segments.iter().map(seconds));
    let flux = analysis.feature("flux");
    let largest = f64::from(flux.iter().copied().fold(f32::MIN_POSITIVE, f32::max));
    let flux = over_time(flux).map(|(t, x)| (t, x / largest));
    plot.line(&mut panel, "flux over its peak", flux, GREEN);
    let flatness = over_time(analysis.feature("flatness"));
    plot.line(&mut panel, "flatness", flatness, WARM);
    let crossings = over_time(analysis.feature("zcr"));
    plot.line(&mut panel, "zero crossings", crossings, INK);
}

fn cepstra(plot: &mut Plot, analysis: &Analysis) -> Result<(), Box<dyn Error>> {
    let rows = analysis.cepstra();
    let n = rows.len();
    let panel = plot.panel(
        "Cepstral coefficients 1 to 12, each over its own deviation",
        120.0,
        0.5..n as f64 + 0.5,
        &[1.0, 4.0, 8.0, 12.0],
        number,
    );
    let scales: Vec<(f64, f64)> = rows.iter().map(|row| moments(*row)).collect();
    let n_frames = rows[0].len();
    let picture = data_uri(n_frames, n, |x, y| {
        let k = n - 1 - y;
        let (mean, deviation) = scales[k];
        0.5 + (f64::from(rows[k][x]) - mean) / (5.0 * deviation.max(1e-9))
    })?;
    plot.picture(&panel, &picture);
    Ok(())
}

fn quality(plot: &mut Plot, analysis: &Analysis) {
    let mut panel = plot.panel(
        "Quality by window",
        64.0,
        0.0..1.0,
        &[0.0, 0.5, 1.0],
        number,
    );
    let half = |span: &Range<usize>| {
        // Windows overlap by half; each is drawn over the middle of what it covers.
        let quarter = span.len() / 4;
        seconds(&(span.start + quarter..span.end - quarter))
    };
    let bars = |f: fn(&emo_fusion::speech::SpeechQuality) -> f64| {
        analysis
            .windows
            .iter()
            .map(move |(span, q)| (half(span), 0.0, f(q)))
    };
    plot.bars(&panel, bars(|q| q.score), "#9fb8cf");
    let middle = |span: &Range<usize>| {
        let span = seconds(span);
        (span.start + span.end) / 2.0
    };
    let snr = analysis
        .windows
        .iter()
        .map(|(span, q)| (middle(span), q.snr_db / 40.0));
    plot.key(&mut panel, "score", "#9fb8cf");
    plot.line(&mut panel, "SNR over 40 dB", snr, INK);
    let clipped = analysis
        .windows
        .iter()
        .map(|(span, q)| (middle(span), (100.0 * q.clipped_share).min(1.0)));
    plot.line(&mut panel, "clipped over 1 %", clipped, WARM);
}

fn segments(analysis: &Analysis) -> String {
    let rows = analysis.segments.iter().map(|segment| {
        let Range { start, end } = seconds(segment);
        [analysis.from_s + start, analysis.from_s + end, end - start].map(|s| format!("{s:.2}"))
    });
    html_table("Voiced stretches", ["from, s", "to, s", "length, s"], rows)
}

fn statistics(analysis: &Analysis) -> String {
    let rows = analysis
        .statistics()
        .into_iter()
        .map(|(name, mean, deviation)| {
            let digits = if mean.abs() >= 100.0 { 0 } else { 3 };
            [
                name.to_string(),
                format!("{mean:.digits$}"),
                format!("{deviation:.digits$}"),
            ]
        });
    html_table("Features in speech", ["feature", "mean", "deviation"], rows)
}

fn over_time(values: ArrayView1<'_, f32>) -> impl Iterator<Item = (f64, f64)> {
    values
        .into_iter()
        .enumerate()
        .map(|(k, &x)| ((k * HOP_LEN) as f64 / f64::from(RATE), f64::from(x)))
}

fn seconds(span: &Range<usize>) -> Range<f64> {
    let rate = f64::from(RATE);
    span.start as f64 / rate..span.end as f64 / rate
}

fn kilo(hertz: f64) -> String {
    number(hertz / 1000.0)
}

fn moments(values: ArrayView1<'_, f32>) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let square = |x: &f32| (f64::from(*x) - mean).powi(2);
    (mean, (values.iter().map(square).sum::<f64>() / n).sqrt())
}
