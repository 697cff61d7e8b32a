//! Everything that the page shows.

use std::{error::Error, ops::Range};

use emo_fusion::{
    EegRecording, InputError,
    dsp::{BandEdges, BandPower, BandPowerConfig, Welch, WelchConfig},
    eeg::{
        BadChannelsConfig, Band, ChannelPairs, EegError, EegFilter, EegFilterConfig, SampleRate,
        bad_channels, pick_channels, standard_channel_name,
    },
    ndarray::{Array2, ArrayView2, Axis, concatenate, s},
    pipeline::Stretch,
    recording::Annotation,
};

use crate::{Args, alpha_peak::alpha_peak, cleaning::Cleaned, judging::Judged};

/// The longest segment of a spectrum in seconds: bins of half a hertz.
const SEGMENT_S: f64 = 2.0;

/// Frontal pairs, left before right; the first that is there gives the frontal asymmetry.
const FRONTAL: [(&str, &str); 6] = [
    ("F3", "F4"),
    ("AF3", "AF4"),
    ("F7", "F8"),
    ("AF7", "AF8"),
    ("F5", "F6"),
    ("Fp1", "Fp2"),
];

/// Left channels of the further pairs that are drawn first, and how many pairs are drawn at most.
const LEFT: [&str; 6] = ["T7", "C3", "P3", "O1", "P7", "TP9"];
const MAX_PAIRS: usize = 3;

/// Channels from which on one is expected to correlate with a neighbour; our choice.
const DENSE: usize = 16;

/// A recording and what was found in it.
pub(crate) struct Analysis {
    pub(crate) name: String,
    pub(crate) channels: Vec<String>,
    pub(crate) rate: SampleRate,
    /// `[channels, samples]` in µV, as recorded.
    pub(crate) recorded: Array2<f32>,
    pub(crate) cleaned: Cleaned,
    pub(crate) judged: Judged,
    pub(crate) spectra: Spectra,
    pub(crate) asymmetries: Vec<Asymmetry>,
    /// Frequency in Hz, prominence in dB and the channels that it is of.
    pub(crate) alpha: Option<(f64, f64, String)>,
    /// What is wrong with each channel as a whole; none where they cannot be compared.
    pub(crate) verdicts: Option<Vec<String>>,
    /// Where the traces begin, in seconds.
    pub(crate) from_s: f64,
    pub(crate) window_s: f64,
    /// What the file says that happened, from the first sample to the last.
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) notes: Vec<String>,
}

/// Power over frequency.
pub(crate) struct Spectra {
    pub(crate) bin_hz: f64,
    /// `[channel][bin]` in µV²/Hz as recorded, over all windows.
    pub(crate) before: Vec<Vec<f64>>,
    /// The same of the cleaned windows in which the channel is not rejected; of all, where each of them is.
    pub(crate) after: Vec<Vec<f64>>,
    /// Windows that `after` is of, by channel.
    pub(crate) n_clean: Vec<usize>,
    pub(crate) bands: Vec<Band>,
    /// `[window][channel][band]` in µV², cleaned.
    pub(crate) powers: Vec<Vec<Vec<f64>>>,
}

/// A difference of left and right over time.
pub(crate) struct Asymmetry {
    pub(crate) name: String,
    pub(crate) is_frontal: bool,
    /// By window; NaN where one of the two is rejected.
    pub(crate) values: Vec<f64>,
    /// Of the mean powers over all those windows.
    pub(crate) overall: f64,
}

impl Analysis {
    pub(crate) fn new(args: &Args) -> Result<Self, Box<dyn Error>> {
        let named = args.channels.clone().unwrap_or_default();
        let recording =
            EegRecording::read(&args.file, args.rate, &named).map_err(|error| match error {
                InputError::MissingSampleRate => {
                    "the file does not say its sampling rate: give it with --rate".into()
                }
                other => Box::<dyn Error>::from(other),
            })?;
        let mut notes = left_aside(&recording);
        let (channels, recorded) = match &args.channels {
            Some(wanted) => {
                let indices = pick_channels(&recording.channels, wanted)?;
                (wanted.clone(), recording.samples.select(Axis(0), &indices))
            }
            None => (recording.channels, recording.samples),
        };
        let rate = recording.sample_rate;
        let cleaned = Cleaned::new(&recorded, &recording.stretches, rate, args.notch)?;
        notes.extend(cleaned.notes.iter().cloned());
        let judged = Judged::new(&recorded, &cleaned, rate, args.window)?;
        let spectra = Spectra::new(&recorded, &cleaned, &judged, rate, args.window)?;
        let asymmetries = asymmetries(args, &channels, &judged, &spectra)?;
        let name = args.file.file_name();
        let mut analysis = Self {
            name: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            alpha: dominant_alpha(&channels, &spectra, cleaned.line_hz),
            verdicts: verdicts(&recorded, &cleaned, rate).ok(),
            from_s: args
                .from
                .unwrap_or_else(|| most_changed(&judged, &cleaned.stretches, rate)),
            window_s: args.window,
            annotations: recording.annotations,
            channels,
            rate,
            recorded,
            cleaned,
            judged,
            spectra,
            asymmetries,
            notes,
        };
        let time = analysis.time();
        analysis.annotations.retain(|a| time.contains(&a.onset));
        Ok(analysis)
    }

    /// Seconds that were recorded, without gaps.
    pub(crate) fn recorded_s(&self) -> f64 {
        let stretches = &self.cleaned.stretches;
        stretches
            .iter()
            .map(|stretch| stretch.samples.len())
            .sum::<usize>() as f64
            / self.rate.hz()
    }

    /// When each stretch was recorded.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Range<f64>> {
        let seconds = |stretch: &Stretch| stretch.samples.len() as f64 / self.rate.hz();
        self.cleaned
            .stretches
            .iter()
            .map(move |s| s.start_s..s.start_s + seconds(s))
    }

    /// From the first sample to the last.
    pub(crate) fn time(&self) -> Range<f64> {
        let start = self
            .spans()
            .map(|span| span.start)
            .fold(f64::INFINITY, f64::min);
        let end = self.spans().map(|span| span.end).fold(start, f64::max);
        start.min(0.0)..end
    }

    /// Where nothing was recorded.
    pub(crate) fn gaps(&self) -> Vec<Range<f64>> {
        let mut gaps = Vec::new();
        let mut end = self.time().start;
        for span in self.spans() {
            if span.start > end + 0.5 / self.rate.hz() {
                gaps.push(end..span.start);
            }
            end = end.max(span.end);
        }
        gaps
    }
}

/// One sentence for each reason.
fn left_aside(recording: &EegRecording) -> Vec<String> {
    const SHOWN: usize = 8;
    let mut reasons: Vec<&str> = recording
        .left_aside
        .iter()
        .map(|l| l.reason.as_str())
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
        .into_iter()
        .map(|reason| {
            let all = recording
                .left_aside
                .iter()
                .filter(|left| left.reason == reason);
            let names: Vec<&str> = all.map(|left| left.channel.as_str()).collect();
            let more = match names.len().saturating_sub(SHOWN) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let shown = names[..names.len().min(SHOWN)].join(", ");
            format!("left aside, {reason}: {shown}{more}")
        })
        .collect()
}

impl Spectra {
    fn new(
        recorded: &Array2<f32>,
        cleaned: &Cleaned,
        judged: &Judged,
        rate: SampleRate,
        window_s: f64,
    ) -> Result<Self, Box<dyn Error>> {
        let segment_len = (window_s.min(SEGMENT_S) * rate.hz()).round() as usize;
        let mut welch = Welch::new(&WelchConfig::new(rate, segment_len))?;
        let (n_bins, bin_hz) = (welch.n_bins(), welch.bin_hz());
        let has_bins = |band: &Band| {
            let edges = [band.low_hz, band.high_hz];
            band.high_hz <= cleaned.band_hz.end
                && BandEdges::HalfOpen.bins(edges, n_bins, bin_hz).is_ok()
        };
        let bands: Vec<Band> = Band::defaults().into_iter().filter(has_bins).collect();
        let edges: Vec<[f64; 2]> = bands
            .iter()
            .map(|band| [band.low_hz, band.high_hz])
            .collect();
        let band_power = BandPower::new(&BandPowerConfig::new(edges), n_bins, bin_hz)?;

        let n_channels = recorded.nrows();
        let mut spectrum = |signal: &Array2<f32>, channel: usize, samples: &Range<usize>| {
            let row = signal.slice(s![channel, samples.clone()]);
            let samples: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            let mut density = vec![0.0; n_bins];
            welch.compute_into(&samples, &mut density).map(|()| density)
        };
        let mut before = vec![vec![0.0; n_bins]; n_channels];
        let mut clean = before.clone();
        let mut all = before.clone();
        let mut n_clean = vec![0; n_channels];
        let mut powers = Vec::with_capacity(judged.windows.len());
        for window in &judged.windows {
            let mut of_window = Vec::with_capacity(n_channels);
            for channel in 0..n_channels {
                add(
                    &mut before[channel],
                    &spectrum(recorded, channel, &window.samples)?,
                );
                let density = spectrum(&cleaned.cleaned, channel, &window.samples)?;
                of_window.push(band_power.compute(&density)?);
                add(&mut all[channel], &density);
                if window.after[channel].is_empty() {
                    add(&mut clean[channel], &density);
                    n_clean[channel] += 1;
                }
            }
            powers.push(of_window);
        }
        let n_windows = judged.windows.len();
        let mean = |sum: Vec<f64>, n: usize| sum.into_iter().map(|x| x / n as f64).collect();
        let after = clean
            .into_iter()
            .zip(all)
            .zip(&n_clean)
            .map(|((clean, all), &n)| match n {
                0 => mean(all, n_windows),
                n => mean(clean, n),
            });
        Ok(Self {
            bin_hz,
            after: after.collect(),
            before: before.into_iter().map(|sum| mean(sum, n_windows)).collect(),
            n_clean,
            bands,
            powers,
        })
    }

    /// The index of a band.
    pub(crate) fn band(&self, name: &str) -> Option<usize> {
        self.bands.iter().position(|band| band.name == name)
    }

    /// The mean power of a channel in a band over the windows in which none of `needed` is rejected, in µV².
    pub(crate) fn mean_power(
        &self,
        judged: &Judged,
        channel: usize,
        band: usize,
        needed: &[usize],
    ) -> Option<f64> {
        let windows = judged.windows.iter().zip(&self.powers);
        let kept: Vec<f64> = windows
            .filter(|(window, _)| needed.iter().all(|&c| window.after[c].is_empty()))
            .map(|(_, powers)| powers[channel][band])
            .collect();
        (!kept.is_empty()).then(|| kept.iter().sum::<f64>() / kept.len() as f64)
    }
}

fn add(sum: &mut [f64], terms: &[f64]) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum += term;
    }
}

/// Named pairs, or the frontal one and some others.
fn asymmetries(
    args: &Args,
    channels: &[String],
    judged: &Judged,
    spectra: &Spectra,
) -> Result<Vec<Asymmetry>, Box<dyn Error>> {
    let Some(alpha) = spectra.band("alpha") else {
        return Ok(Vec::new());
    };
    let frontal = FRONTAL
        .iter()
        .find_map(|&pair| ChannelPairs::named(channels, &[pair]).ok())
        .and_then(|pairs| pairs.indices().first().copied());
    let pairs: Vec<(usize, usize)> = match &args.pairs {
        Some(names) => {
            let find = |name: &String| named_pair(channels, name);
            names.iter().map(find).collect::<Result<_, _>>()?
        }
        None => {
            let all = ChannelPairs::left_right(channels).indices().to_vec();
            let mut others: Vec<(usize, usize)> = all
                .into_iter()
                .filter(|&pair| !is_frontal(channels, pair))
                .collect();
            let rank = |&(left, _): &(usize, usize)| {
                let name = standard_channel_name(&channels[left]);
                let rank = LEFT.iter().position(|&left| Some(left) == name);
                rank.unwrap_or(LEFT.len())
            };
            others.sort_by_key(rank);
            others.truncate(MAX_PAIRS);
            frontal.into_iter().chain(others).collect()
        }
    };
    let asymmetry = |(left, right): (usize, usize)| {
        let is_frontal = is_frontal(channels, (left, right));
        // The difference of entropies is half that of logarithms, and left less right by convention.
        let value = |l: f64, r: f64| {
            if is_frontal {
                (r / l).ln()
            } else {
                0.5 * (l / r).ln()
            }
        };
        let both = [left, right];
        let values = judged
            .windows
            .iter()
            .zip(&spectra.powers)
            .map(|(window, powers)| {
                if both.iter().all(|&channel| window.after[channel].is_empty()) {
                    value(powers[left][alpha], powers[right][alpha])
                } else {
                    f64::NAN
                }
            });
        let mean = |channel| spectra.mean_power(judged, channel, alpha, &both);
        Asymmetry {
            name: format!("{}-{}", channels[left], channels[right]),
            is_frontal,
            values: values.collect(),
            overall: mean(left)
                .zip(mean(right))
                .map_or(f64::NAN, |(l, r)| value(l, r)),
        }
    };
    Ok(pairs.into_iter().map(asymmetry).collect())
}

fn is_frontal(channels: &[String], (left, right): (usize, usize)) -> bool {
    let is = |channel: usize, name| standard_channel_name(&channels[channel]) == Some(name);
    FRONTAL.iter().any(|&(l, r)| is(left, l) && is(right, r))
}

/// The channels of `F3-F4`; names may hold dashes of their own.
fn named_pair(channels: &[String], name: &str) -> Result<(usize, usize), EegError> {
    let found = name.match_indices('-').find_map(|(at, _)| {
        let pair = [&name[..at], &name[at + 1..]];
        pick_channels(channels, &pair).ok()
    });
    match found.as_deref() {
        Some(&[left, right]) => Ok((left, right)),
        _ => Err(EegError::MissingChannel {
            wanted: name.to_owned(),
            available: channels.to_vec(),
        }),
    }
}

/// Of the channels at the back of the head where there are any, else of all.
fn dominant_alpha(
    channels: &[String],
    spectra: &Spectra,
    line_hz: Option<f64>,
) -> Option<(f64, f64, String)> {
    let is_behind = |channel: &usize| {
        let name = standard_channel_name(&channels[*channel]);
        name.is_some_and(|name| name.starts_with('P') || name.starts_with('O'))
    };
    let usable: Vec<usize> = (0..channels.len())
        .filter(|&c| spectra.n_clean[c] > 0)
        .collect();
    let behind: Vec<usize> = usable.iter().copied().filter(|c| is_behind(c)).collect();
    let (used, place) = if behind.is_empty() {
        (usable, "all channels".to_owned())
    } else if let [only] = behind[..] {
        (behind, channels[only].clone())
    } else {
        let n = behind.len();
        (behind, format!("{n} channels at the back"))
    };
    let n_bins = spectra.after.first()?.len();
    // The geometric mean, so that no channel drowns the others.
    let density: Vec<f64> = (0..n_bins)
        .map(|bin| {
            let logs = used.iter().map(|&c| spectra.after[c][bin].ln());
            (logs.sum::<f64>() / used.len() as f64).exp()
        })
        .collect();
    let (hz, prominence) = alpha_peak(&density, spectra.bin_hz, line_hz.unwrap_or(50.0))?;
    Some((hz, prominence, place))
}

/// What PREP's rules say of each channel: `good`, or what is wrong.
fn verdicts(
    recorded: &Array2<f32>,
    cleaned: &Cleaned,
    rate: SampleRate,
) -> Result<Vec<String>, Box<dyn Error>> {
    // Noise is judged above the band of EEG.
    let mut config = EegFilterConfig::new(rate);
    config.high_hz = 0.9 * rate.nyquist_hz();
    config.line_hz = cleaned.line_hz;
    let filter = EegFilter::new(&config)?;
    let parts: Vec<Array2<f32>> = cleaned
        .stretches
        .iter()
        .map(|stretch| filter.zero_phase(&recorded.slice(s![.., stretch.samples.clone()])))
        .collect::<Result<_, _>>()?;
    let parts: Vec<ArrayView2<'_, f32>> = parts.iter().map(|part| part.view()).collect();
    let joined = concatenate(Axis(1), &parts)?;
    let verdicts = bad_channels(&BadChannelsConfig::new(rate), &joined)?;
    // Electrodes that are far apart have little in common.
    let is_dense = recorded.nrows() >= DENSE;
    let words = verdicts.iter().map(|verdict| {
        let found = [
            (verdict.is_flat, "flat"),
            (verdict.is_deviant, "deviant"),
            (verdict.is_noisy, "noisy"),
            (verdict.is_uncorrelated && is_dense, "uncorrelated"),
        ];
        let found: Vec<&str> = found
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| *word)
            .collect();
        if found.is_empty() {
            "good".to_owned()
        } else {
            found.join(", ")
        }
    });
    Ok(words.collect())
}

/// Some seconds before the window in which cleaning saves the most channels; else the middle of the longest stretch.
fn most_changed(judged: &Judged, stretches: &[Stretch], rate: SampleRate) -> f64 {
    const BEFORE_S: f64 = 3.0;
    let saved = |window: &crate::judging::Window| {
        let both = window.before.iter().zip(&window.after);
        both.filter(|(before, after)| !before.is_empty() && after.is_empty())
            .count()
    };
    let best = judged
        .windows
        .iter()
        .rev()
        .max_by_key(|window| saved(window));
    let length = |stretch: &Stretch| stretch.samples.len() as f64 / rate.hz();
    let shown = |start: f64, stretch: &Stretch| {
        let last = stretch.start_s + length(stretch) - crate::overview::TRACE_S;
        start.min(last).max(stretch.start_s)
    };
    if let Some(window) = best.filter(|window| saved(window) > 0)
        && let Some(stretch) = stretches
            .iter()
            .find(|s| s.samples.contains(&window.samples.start))
    {
        return shown(window.span.start - BEFORE_S, stretch);
    }
    let longest = stretches.iter().max_by_key(|stretch| stretch.samples.len());
    longest.map_or(0.0, |stretch| {
        shown(
            stretch.start_s + (length(stretch) - crate::overview::TRACE_S) / 2.0,
            stretch,
        )
    })
}
