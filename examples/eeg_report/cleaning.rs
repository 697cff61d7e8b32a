//! Filters and artefact subspace reconstruction, stretch by stretch.

use std::{error::Error, ops::Range};

use emo_fusion::{
    eeg::{Asr, AsrConfig, CleanWindows, EegError, EegFilter, EegFilterConfig, SampleRate},
    ndarray::{Array2, ArrayView2, Axis, concatenate, s},
    pipeline::Stretch,
};

/// Standard deviation in µV below which a channel records nothing, as for `bad_channels`.
const DEAD_UV: f64 = 0.1;

/// The shortest stretch in seconds that is filtered: in less, the filter has not settled.
const MIN_STRETCH_S: f64 = 1.0;

/// A recording `[channels, samples]`, NaN outside the stretches.
pub(crate) struct Cleaned {
    /// After the filters.
    pub(crate) filtered: Array2<f32>,
    /// After the reconstruction as well.
    pub(crate) cleaned: Array2<f32>,
    /// Those that are long enough.
    pub(crate) stretches: Vec<Stretch>,
    /// What was done, or why not.
    pub(crate) notes: Vec<String>,
    /// Edges of the pass band in Hz.
    pub(crate) band_hz: Range<f64>,
    /// The mains that were taken out.
    pub(crate) line_hz: Option<f64>,
}

impl Cleaned {
    /// Cleans a recording; `notch_hz` is the mains, 0 for none.
    pub(crate) fn new(
        samples: &Array2<f32>,
        stretches: &[Stretch],
        rate: SampleRate,
        notch_hz: Option<f64>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut config = EegFilterConfig::new(rate);
        if let Some(hz) = notch_hz {
            config.line_hz = Some(hz).filter(|&hz| hz != 0.0);
        }
        let filter = EegFilter::new(&config)?;
        let min_len = filter.sections().filtfilt_min_len();
        let min_len = min_len.max((MIN_STRETCH_S * rate.hz()).ceil() as usize);
        let mut notes = Vec::new();
        let (long, short): (Vec<_>, Vec<_>) = stretches
            .iter()
            .cloned()
            .partition(|stretch| stretch.samples.len() >= min_len);
        if !short.is_empty() {
            let seconds = short.iter().map(|s| s.samples.len()).sum::<usize>() as f64 / rate.hz();
            notes.push(format!(
                "{} stretches between gaps that are shorter than {:.2} s, {seconds:.2} s in all, are left out",
                short.len(),
                min_len as f64 / rate.hz(),
            ));
        }
        let mut filtered = Array2::from_elem(samples.raw_dim(), f32::NAN);
        for stretch in &long {
            let part = filter.zero_phase(&samples.slice(s![.., stretch.samples.clone()]))?;
            filtered
                .slice_mut(s![.., stretch.samples.clone()])
                .assign(&part);
        }
        let mut cleaned = filtered.clone();
        let outcome = reconstruct(&filtered, &mut cleaned, &long, rate);
        notes.push(outcome.unwrap_or_else(|reason| {
            format!("filtered only, without artefact subspace reconstruction: {reason}")
        }));
        Ok(Self {
            filtered,
            cleaned,
            stretches: long,
            notes,
            band_hz: config.low_hz..config.high_hz,
            line_hz: config.line_hz,
        })
    }
}

/// Replaces the stretches of `cleaned` and says on how much it was calibrated; or leaves it and says why.
fn reconstruct(
    filtered: &Array2<f32>,
    cleaned: &mut Array2<f32>,
    stretches: &[Stretch],
    rate: SampleRate,
) -> Result<String, String> {
    let views: Vec<ArrayView2<'_, f32>> = stretches
        .iter()
        .map(|stretch| filtered.slice(s![.., stretch.samples.clone()]))
        .collect();
    let joined = concatenate(Axis(1), &views).map_err(|_| "nothing was recorded".to_owned())?;
    let is_live = |channel: &usize| deviation(joined.row(*channel).iter().copied()) > DEAD_UV;
    let live: Vec<usize> = (0..joined.nrows()).filter(is_live).collect();
    let joined = joined.select(Axis(0), &live);
    let text = |error: EegError| error.to_string();
    let config = AsrConfig::new(rate);
    if live.len() < 2 {
        return Err(format!(
            "it needs 2 channels with a signal, here is {}",
            live.len()
        ));
    }
    let windows = CleanWindows::find(&config, &joined).map_err(|error| match error {
        EegError::SignalTooShort { actual, required } => format!(
            "it is calibrated on {:.1} s and more, here are {:.1} s",
            required as f64 / rate.hz(),
            actual as f64 / rate.hz(),
        ),
        other => other.to_string(),
    })?;
    let asr =
        Asr::calibrate_on_clean(&config, &windows.keep(&joined).map_err(text)?).map_err(text)?;
    for stretch in stretches {
        let part = filtered
            .slice(s![.., stretch.samples.clone()])
            .select(Axis(0), &live);
        let part = asr.clean(&part).map_err(text)?;
        for (&channel, row) in live.iter().zip(part.rows()) {
            cleaned
                .slice_mut(s![channel, stretch.samples.clone()])
                .assign(&row);
        }
    }
    let dead = filtered.nrows() - live.len();
    let without = match dead {
        0 => String::new(),
        1 => "; 1 channel without a signal took no part".to_owned(),
        n => format!("; {n} channels without a signal took no part"),
    };
    Ok(format!(
        "artefact subspace reconstruction was calibrated on the cleanest {:.0} % of the recording itself{without}",
        100.0 * windows.share(),
    ))
}

/// Standard deviation of the samples that are there; 0 of none.
pub(crate) fn deviation(samples: impl Iterator<Item = f32> + Clone) -> f64 {
    let samples = samples.filter(|x| !x.is_nan()).map(f64::from);
    let n = samples.clone().count().max(1) as f64;
    let mean = samples.clone().sum::<f64>() / n;
    (samples.map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt()
}
