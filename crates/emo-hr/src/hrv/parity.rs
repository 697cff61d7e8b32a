//! Holds the indices to the established packages: every case on heart rate of the references beside the checkout, and
//! the small ones that the repository keeps.

use std::path::{Path, PathBuf};

use emo_dsp::{Detrend, Dfa, DfaConfig};
use emo_testing::{assert_close, fixture, load_npy, shared};
use serde_json::Value;

use super::*;
use crate::{
    Beats, EdrMethod, Interpolation, PorgesBohrerOf, Respiration, RrSeries, Rsa, RsaConfig,
    SampleRate,
};

/// Cases on signals, peaks and corrections, which other tests hold.
const ELSEWHERE: [&str; 8] = [
    "hr_clean_",
    "hr_fix",
    "hr_heartpy_peaks_",
    "hr_period_",
    "hr_ppgclean_",
    "hr_ppgpeaks_",
    "hr_rate",
    "hr_rpeaks_",
];

struct Case {
    folder: PathBuf,
    entry: Value,
}

impl Case {
    fn name(&self) -> &str {
        self.entry["name"].as_str().expect("each case has a name")
    }

    /// The input array number `index`.
    fn input(&self, index: usize) -> Vec<f64> {
        let name = self.entry["inputs"][index].as_str().expect("an input");
        load_npy(self.folder.join(name)).into_iter().collect()
    }

    fn expected(&self) -> Vec<f64> {
        let name = self.entry["output"].as_str().expect("an output");
        load_npy(self.folder.join(name)).into_iter().collect()
    }

    fn rr(&self) -> RrSeries {
        RrSeries::from_millis(self.input(0)).expect("valid intervals")
    }

    /// Intervals between beats at 1000 Hz.
    fn rr_of_peaks(&self) -> RrSeries {
        let peaks = self.input(0);
        let intervals = peaks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        RrSeries::from_millis(intervals).expect("valid intervals")
    }
}

type Compute = fn(&Case) -> Vec<f64>;

fn hz(hz: f64) -> SampleRate {
    SampleRate::from_hz(hz).expect("a valid rate")
}

/// An index that is not defined is NaN in the references.
fn or_nan(values: &[Option<f64>]) -> Vec<f64> {
    values
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect()
}

fn time(rr: &RrSeries, config: &TimeDomainConfig) -> TimeDomain {
    TimeDomain::compute(rr, config).expect("enough intervals")
}

fn time_domain(case: &Case) -> Vec<f64> {
    or_nan(&time(&case.rr_of_peaks(), &TimeDomainConfig::neurokit()).values()[..25])
}

fn core(case: &Case) -> Vec<f64> {
    let ours = time(&case.rr(), &TimeDomainConfig::default());
    let theirs = time(&case.rr(), &TimeDomainConfig::heartpy());
    let hr_of_mean = 60_000.0 / ours.mean_nn;
    let (mean_nn, mean_hr) = (Some(ours.mean_nn), Some(ours.mean_hr));
    or_nan(&[
        mean_nn,
        ours.sdnn,
        theirs.sdnn,
        ours.rmssd,
        ours.sdsd,
        theirs.pnn50,
        ours.pnn50,
        mean_hr,
        Some(hr_of_mean),
    ])
}

fn heartpy_time(rr: &RrSeries) -> Vec<f64> {
    let time = time(rr, &TimeDomainConfig::heartpy());
    let share = |percent: Option<f64>| percent.map(|percent| percent / 100.0);
    or_nan(&[
        Some(60_000.0 / time.mean_nn),
        Some(time.mean_nn),
        time.sdnn,
        time.sdsd,
        time.rmssd,
        share(time.pnn20),
        share(time.pnn50),
        Some(time.mad_nn),
    ])
}

fn heartpy_poincare(rr: &RrSeries) -> Vec<f64> {
    let p = Poincare::compute(rr, Deviation::Population).expect("enough intervals");
    or_nan(&[Some(p.sd1), Some(p.sd2), Some(p.area()), p.ratio()])
}

fn pyhrv_time(case: &Case) -> Vec<f64> {
    let rr = case.rr();
    let time = time(&rr, &TimeDomainConfig::pyhrv());
    let changes: Vec<f64> = rr.differences().map(f64::abs).collect();
    or_nan(&[
        Some(time.n_intervals as f64),
        Some(time.mean_nn),
        Some(time.min_nn),
        Some(time.max_nn),
        Some(time.mean_hr),
        Some(time.min_hr),
        Some(time.max_hr),
        time.sd_hr,
        Some(statistics::mean(&changes)),
        changes.iter().copied().reduce(f64::min),
        changes.iter().copied().reduce(f64::max),
        time.sdnn,
        time.rmssd,
        time.sdsd,
        Some(time.nn50 as f64),
        time.pnn50,
        Some(time.nn20 as f64),
        time.pnn20,
    ])
}

fn pyhrv_tinn(case: &Case) -> Vec<f64> {
    let time = time(&case.rr(), &TimeDomainConfig::pyhrv());
    vec![time.tinn_span.0, time.tinn_span.1, time.tinn]
}

fn pyhrv_poincare(case: &Case) -> Vec<f64> {
    let p = Poincare::compute(&case.rr(), Deviation::Population).expect("enough intervals");
    or_nan(&[Some(p.sd1), Some(p.sd2), p.csi(), Some(p.area())])
}

fn lomb(case: &Case, scale: LombScale, model: LombModel) -> Vec<f64> {
    let values = case.input(1);
    let mean = statistics::mean(&values);
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    lomb_scargle(&case.input(0), &centred, &case.input(2), scale, model).expect("valid input")
}

fn tachogram(case: &Case, rate: f64) -> Tachogram {
    let end = TachogramEnd::Beyond;
    Tachogram::new(&case.rr(), hz(rate), Interpolation::Quadratic, end).expect("enough intervals")
}

fn frequency_domain(case: &Case, change: fn(&mut FrequencyConfig)) -> FrequencyDomain {
    let mut config = FrequencyConfig::neurokit(4.0);
    change(&mut config);
    FrequencyDomain::compute(&case.rr_of_peaks(), &config).expect("a valid configuration")
}

/// NeuroKit2's indices of the frequency domain.
fn frequency(case: &Case, change: fn(&mut FrequencyConfig)) -> Vec<f64> {
    or_nan(&frequency_domain(case, change).values()[..10])
}

fn frequency_100_hz(case: &Case, change: fn(&mut FrequencyConfig)) -> Vec<f64> {
    let mut config = FrequencyConfig::neurokit(100.0);
    config.scale = PowerScale::OfMaximum;
    change(&mut config);
    let found = FrequencyDomain::compute(&case.rr_of_peaks(), &config);
    or_nan(&found.expect("a valid configuration").values()[..10])
}

fn set_segment(config: &mut FrequencyConfig, len: usize) {
    if let SpectrumMethod::Welch { segment, .. } = &mut config.spectrum.method {
        *segment = SegmentLen::Samples(len);
    }
}

/// NeuroKit2 makes Burg's density one-sided twice: its powers are twice those of a one-sided density.
fn frequency_burg(case: &Case) -> Vec<f64> {
    let found = frequency_domain(case, |config| {
        config.spectrum.method = SpectrumMethod::Burg(BurgOrder::Fixed(16));
    });
    let doubled = FrequencyDomain {
        bands: found.bands.map(|band| band.map(|power| 2.0 * power)),
        total: 2.0 * found.total,
        ..found
    };
    or_nan(&doubled.values()[..10])
}

/// The columns frequency and power up to 0.5 Hz of a tachogram at 4 Hz.
fn psd(case: &Case) -> Vec<f64> {
    let mut values = case.input(0);
    Detrend::Constant.apply(&mut values);
    let spectrum = Spectrum::even(&values, &SpectrumConfig::neurokit(4.0)).expect("enough values");
    // The reference's lowest frequency of 0.001 Hz asks for longer segments than half the series.
    let bins = spectrum.density.iter().enumerate();
    bins.map(|(k, power)| [k as f64 * spectrum.bin_hz, *power])
        .take_while(|bin| bin[0] <= 0.5)
        .skip(1)
        .flatten()
        .collect()
}

fn psd_scipy(case: &Case) -> Vec<f64> {
    let mut values = case.input(0);
    Detrend::Constant.apply(&mut values);
    let spectrum = Spectrum::even(&values, &SpectrumConfig::default()).expect("enough values");
    let frequencies = (0..spectrum.density.len()).map(|k| k as f64 * spectrum.bin_hz);
    frequencies
        .chain(spectrum.density.iter().copied())
        .collect()
}

/// pyHRV's results of a spectrum.
fn pyhrv_frequency(found: &FrequencyDomain) -> Vec<f64> {
    let [_, vlf, lf, hf, _] = found.bands;
    let percent = |power: Option<f64>| power.map(|power| 100.0 * power / found.total);
    or_nan(&[
        found.peaks_hz[1],
        found.peaks_hz[2],
        found.peaks_hz[3],
        vlf,
        lf,
        hf,
        percent(vlf),
        percent(lf),
        percent(hf),
        found.lf_nu().map(|share| 100.0 * share),
        found.hf_nu().map(|share| 100.0 * share),
        found.lf_hf(),
        Some(found.total),
    ])
}

fn pyhrv_welch(case: &Case) -> Vec<f64> {
    let found = FrequencyDomain::compute(&case.rr(), &FrequencyConfig::pyhrv());
    pyhrv_frequency(&found.expect("a valid configuration"))
}

/// pyHRV takes 2π/f for the angular frequency of f Hz, times in milliseconds and intervals with their mean. What it
/// calls a spectrum is reached by asking for those frequencies.
fn pyhrv_lomb(case: &Case) -> Vec<f64> {
    let rr = case.rr();
    let values = rr.intervals_ms();
    let first = values[0];
    let times: Vec<f64> = values
        .iter()
        .scan(-first, |time, ms| {
            *time += ms;
            Some(*time)
        })
        .collect();
    let step = 0.41 / 255.0;
    let angular: Vec<f64> = (1..256)
        .map(|k| 2.0 * std::f64::consts::PI / (f64::from(k) * step))
        .collect();
    let share =
        lomb_scargle::at_angular(&times, values, &angular, LombScale::Share, LombModel::Sine);
    let spectrum = Spectrum {
        density: std::iter::once(0.0)
            .chain(
                share
                    .expect("valid input")
                    .into_iter()
                    .map(|share| 1e6 * share),
            )
            .collect(),
        bin_hz: step,
        duration_s: rr.covered_s(),
    };
    let found = FrequencyDomain::of(&spectrum, &FrequencyConfig::pyhrv());
    pyhrv_frequency(&found.expect("a valid configuration"))
}

/// Indices by the names of the reference.
fn named(case: &Case) -> Vec<f64> {
    let hrv = Hrv::new(&HrvConfig::neurokit()).expect("valid settings");
    let indices = hrv.compute(&case.rr_of_peaks()).expect("enough intervals");
    let labels = case.entry["labels"].as_array().expect("labels").iter();
    labels
        .map(|label| {
            let name = label.as_str().and_then(|label| label.strip_prefix("HRV_"));
            let value = indices.value(name.expect("a name")).expect("an index");
            value.unwrap_or(f64::NAN)
        })
        .collect()
}

fn pyhrv_sampen(case: &Case) -> Vec<f64> {
    let config = ComplexityConfig {
        sample_entropy: emo_dsp::SampleEntropyConfig::pyhrv(),
        ..ComplexityConfig::default()
    };
    let found = Complexity::compute(&case.rr(), &config).expect("valid settings");
    or_nan(&[found.sampen])
}

fn nolds_dfa(case: &Case) -> Vec<f64> {
    [4..=16, 17..=64]
        .map(|windows| {
            let mut dfa = Dfa::new(&DfaConfig::nolds(windows)).expect("valid windows");
            dfa.compute(&case.input(0)).expect("enough intervals")
        })
        .to_vec()
}

/// HeartPy's measures of the peaks that it accepted, whose case has the same name.
fn heartpy_measures(case: &Case, hz: f64) -> Vec<f64> {
    let peaks = case.name().replace("measures", "peaks");
    let peaks: Vec<f64> = load_npy(case.folder.join(peaks + ".npy"))
        .into_iter()
        .collect();
    let interval = |pair: &[f64]| (pair[1] - pair[0]) / hz * 1000.0;
    let rr = RrSeries::from_millis(peaks.windows(2).map(interval).collect());
    let rr = rr.expect("valid intervals");
    let found = HeartPyMeasures::compute(&rr).expect("enough intervals");
    assert_eq!(found.bpm, heartpy_time(&rr)[0]);
    [
        heartpy_time(&rr),
        heartpy_poincare(&rr),
        vec![found.breathing_hz],
    ]
    .concat()
}

fn edr(case: &Case, method: EdrMethod) -> Vec<f64> {
    let filtered = method.filter(&case.input(0), hz(10.0));
    filtered.expect("a valid series")
}

fn respiration(case: &Case) -> Respiration {
    Respiration::of(case.input(0), hz(10.0))
}

/// NeuroKit2 moves the first beat to 0 before it assigns beats to breaths, but not before it takes their rate.
fn rsa(case: &Case) -> Vec<f64> {
    let belt: Vec<f32> = case.input(0).iter().map(|&value| value as f32).collect();
    let respiration = Respiration::from_belt(&belt, hz(250.0)).expect("a valid signal");
    let peaks: Vec<usize> = case.input(1).iter().map(|&peak| peak as usize).collect();
    let moved = peaks.iter().map(|peak| peak - peaks[0]).collect();
    let config = RsaConfig {
        porges_bohrer_of: PorgesBohrerOf::Rate,
    };
    let of = |peaks| {
        let beats = Beats::new(peaks, belt.len(), hz(250.0)).expect("valid beats");
        Rsa::compute(&beats, &respiration, &config).expect("enough beats")
    };
    let (there, moved) = (of(peaks), of(moved));
    or_nan(&[
        moved.p2t_mean(),
        moved.p2t_mean_log(),
        moved.p2t_sd(),
        Some(moved.p2t_n_without() as f64),
        there.porges_bohrer,
        there.gates_mean(),
        there.gates_mean().map(f64::ln),
        there.gates_sd(),
    ])
}

/// How each case is computed here.
const CASES: &[(&str, Compute)] = &[
    ("hr_core_heartpy_300s", |case| heartpy_time(&case.rr())),
    ("hr_core_numpy_300s", core),
    ("hr_edr_charlton2016", |case| {
        edr(case, EdrMethod::Charlton2016)
    }),
    ("hr_edr_sarkar2015", |case| edr(case, EdrMethod::Sarkar2015)),
    ("hr_edr_soni2019", |case| edr(case, EdrMethod::Soni2019)),
    ("hr_edr_vangent2019", |case| {
        edr(case, EdrMethod::VanGent2019)
    }),
    ("hr_freq_burg4_300s", frequency_burg),
    ("hr_freq_multitaper4_300s", |case| {
        frequency(case, |config| {
            config.spectrum.method = SpectrumMethod::Multitaper
        })
    }),
    ("hr_freq_welch100_1200s", |case| {
        // The bin at exactly four periods is left out there, by rounding.
        frequency_100_hz(case, |config| config.min_periods = 4.001)
    }),
    ("hr_freq_welch100_300s", |case| {
        frequency_100_hz(case, |_| {})
    }),
    ("hr_freq_welch100_60s", |case| {
        frequency_100_hz(case, |_| {})
    }),
    ("hr_freq_welch4_abs_1200s", |case| frequency(case, |_| {})),
    ("hr_freq_welch4_abs_300s", |case| frequency(case, |_| {})),
    ("hr_freq_welch4_abs_60s", |case| {
        // Half of the 234 values are 116 there, by rounding.
        frequency(case, |config| set_segment(config, 116))
    }),
    ("hr_heartpy_measures_ecg_250", |case| {
        heartpy_measures(case, 250.0)
    }),
    ("hr_heartpy_measures_ppg_100", |case| {
        heartpy_measures(case, 100.0)
    }),
    ("hr_lomb_floatmean_300s", |case| {
        lomb(case, LombScale::Power, LombModel::SineAndConstant)
    }),
    ("hr_lomb_normalized_300s", |case| {
        lomb(case, LombScale::Share, LombModel::Sine)
    }),
    ("hr_lomb_plain_300s", |case| {
        lomb(case, LombScale::Power, LombModel::Sine)
    }),
    ("hr_nolds_dfa_poly_300s", nolds_dfa),
    ("hr_nonlinear_300s", named),
    ("hr_nonlinear_60s", named),
    ("hr_poincare_heartpy_300s", |case| {
        heartpy_poincare(&case.rr())
    }),
    ("hr_pyhrv_dfa_300s", nolds_dfa),
    ("hr_pyhrv_lomb_300s", pyhrv_lomb),
    ("hr_pyhrv_poincare_300s", pyhrv_poincare),
    ("hr_pyhrv_sampen_300s", pyhrv_sampen),
    ("hr_pyhrv_time_300s", pyhrv_time),
    ("hr_pyhrv_tinn_300s", pyhrv_tinn),
    ("hr_pyhrv_triangular_300s", |case| {
        vec![time(&case.rr(), &TimeDomainConfig::pyhrv()).hti]
    }),
    ("hr_pyhrv_welch_300s", pyhrv_welch),
    ("hr_resprate_trough", |case| {
        respiration(case).breath_rate().expect("breaths")
    }),
    ("hr_resprate_welch", |case| {
        or_nan(&[respiration(case).rate().expect("a valid signal")])
    }),
    ("hr_resprate_xcorr", |case| {
        respiration(case)
            .correlation_rate()
            .expect("a valid signal")
    }),
    ("hr_rri_interp_100hz_300s", |case| {
        tachogram(case, 100.0).intervals_ms
    }),
    ("hr_rri_interp_4hz_300s", |case| {
        tachogram(case, 4.0).intervals_ms
    }),
    ("hr_rri_psd_welch4_300s", psd),
    ("hr_rri_time_4hz_300s", |case| {
        tachogram(case, 4.0).times_s().collect()
    }),
    ("hr_rri_welch_scipy4_300s", psd_scipy),
    ("hr_rsa_60s", rsa),
    ("hr_time_1200s", time_domain),
    ("hr_time_300s", time_domain),
    ("hr_time_60s", time_domain),
];

/// The cases of a folder that are held here.
fn cases_in(folder: &Path) -> Vec<Case> {
    let text = std::fs::read(folder.join("manifest.json")).expect("a manifest");
    let entries: Vec<Value> = serde_json::from_slice(&text).expect("a list of cases");
    let cases = entries.into_iter().map(|entry| Case {
        folder: folder.to_owned(),
        entry,
    });
    cases
        .filter(|case| {
            case.entry["group"] == "hr"
                && !ELSEWHERE.iter().any(|start| case.name().starts_with(start))
        })
        .collect()
}

fn check(cases: &[Case]) {
    let mut failed = Vec::new();
    for case in cases {
        let Some((name, compute)) = CASES.iter().find(|(name, _)| *name == case.name()) else {
            failed.push(format!("{}: not computed", case.name()));
            continue;
        };
        let tolerance = |key: &str| case.entry[key].as_f64().expect("a tolerance");
        let held = std::panic::catch_unwind(|| {
            assert_close(
                compute(case),
                case.expected(),
                tolerance("rtol"),
                tolerance("atol"),
            );
        });
        if held.is_err() {
            failed.push((*name).to_owned());
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {}: {failed:#?}",
        failed.len(),
        cases.len()
    );
}

#[test]
fn kept_references_are_met() {
    let cases = cases_in(&fixture("emo-hr/hrv"));
    assert!(!cases.is_empty());
    check(&cases);
}

#[test]
fn all_references_are_met() {
    if let Some(folder) = shared("parity/bio") {
        let cases = cases_in(&folder);
        let absent: Vec<_> = CASES
            .iter()
            .filter(|(name, _)| !cases.iter().any(|case| case.name() == *name))
            .collect();
        assert!(absent.is_empty(), "not among the references: {absent:?}");
        check(&cases);
    }
}
