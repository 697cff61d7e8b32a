//! Filters: SciPy, MNE, BrainFlow.

use emo_dsp::{Detrend, FilterBand, Fir, FirConfig, SampleRate, Sos, Window};

use crate::{Case, check, rate};

/// The band that a name speaks of, as `bp8_13` or `hp0p5`.
fn band(name: &str) -> FilterBand {
    let number = |text: &str| text.replace('p', ".").parse::<f64>().unwrap();
    let (kind, edges) = name.split_at(2);
    match (kind, edges.split_once('_')) {
        ("lp", None) => FilterBand::LowPass {
            cutoff_hz: number(edges),
        },
        ("hp", None) => FilterBand::HighPass {
            cutoff_hz: number(edges),
        },
        ("bp", Some((low, high))) => FilterBand::BandPass {
            low_hz: number(low),
            high_hz: number(high),
        },
        ("bs", Some((low, high))) => FilterBand::BandStop {
            low_hz: number(low),
            high_hz: number(high),
        },
        _ => panic!("{name} is no band"),
    }
}

/// The Butterworth filter that the end of a name speaks of, as `bp8_13_o4`.
fn butterworth(name: &str) -> Sos {
    let (name, order) = name.rsplit_once("_o").unwrap();
    Sos::butterworth(order.parse().unwrap(), band(name), rate()).unwrap()
}

const BROAD: FilterBand = FilterBand::BandPass {
    low_hz: 1.0,
    high_hz: 40.0,
};

fn sections(filter: &Sos) -> Vec<f64> {
    let row = |s: &emo_dsp::Section| [s.b[0], s.b[1], s.b[2], 1.0, s.a[0], s.a[1]];
    filter.sections().iter().flat_map(row).collect()
}

#[test]
fn butterworth_filters() {
    check(&["dsp_sos", "dsp_freqz"], 48, |case| {
        let (kind, name) = case.name["dsp_".len()..].split_once('_').unwrap();
        match kind {
            "sos" => Some(sections(&butterworth(name))),
            "freqz" => {
                let filter = butterworth(name);
                Some(case.map(|radians| {
                    let to_hz = rate().hz() / std::f64::consts::TAU;
                    let gain = |radian: &f64| filter.response(radian * to_hz, rate());
                    radians
                        .iter()
                        .map(gain)
                        .flat_map(|z| [z.re, z.im])
                        .collect::<Vec<_>>()
                }))
            }
            "sosfilt" if name.starts_with("stream") => {
                let filter = Sos::butterworth(4, BROAD, rate()).unwrap();
                Some(case.map(|x| {
                    let mut stream = filter.stream_from(x[0]).unwrap();
                    let mut out = x.to_vec();
                    for piece in out.chunks_mut(100) {
                        stream.process(piece).unwrap();
                    }
                    out
                }))
            }
            "sosfilt" if name.starts_with("zi") => {
                let filter = Sos::butterworth(4, BROAD, rate()).unwrap();
                Some(filter.steady_state().concat())
            }
            "sosfilt" => {
                let filter = butterworth(name);
                Some(case.map(|x| filter.filter(x).unwrap()))
            }
            "sosfiltfilt" => {
                let filter = butterworth(name);
                Some(case.map(|x| filter.filtfilt(x).unwrap()))
            }
            _ => None,
        }
    });
}

#[test]
fn notches() {
    check(
        &["dsp_notch", "dsp_filtfilt_notch", "dsp_lfilter_notch"],
        8,
        |case| {
            let mains = Sos::notch(50.0, 30.0, rate()).unwrap();
            match case.name.as_str() {
                "dsp_filtfilt_notch50" => Some(case.map(|x| mains.filtfilt(x).unwrap())),
                "dsp_lfilter_notch50" => Some(case.map(|x| mains.filter(x).unwrap())),
                name => {
                    let (hz, rate_hz) = name["dsp_notch_".len()..].split_once('_')?;
                    let rate = SampleRate::from_hz(rate_hz.parse().unwrap()).unwrap();
                    let notch = Sos::notch(hz.parse().unwrap(), 30.0, rate).unwrap();
                    Some(sections(&notch))
                }
            }
        },
    );
}

#[test]
fn finite_impulse_responses() {
    check(&["dsp_firwin", "dsp_mnefir_taps"], 6, |case| {
        let (n_taps, band, window) = match case.name.as_str() {
            "dsp_firwin_lp40_65_hamming" => (65, "lp40", Window::Hamming),
            "dsp_firwin_bp1_40_101_hann" => (101, "bp1_40", Window::Hann),
            "dsp_firwin_bp8_13_129_blackman" => (129, "bp8_13", Window::Blackman),
            "dsp_firwin_hp1_129_kaiser6" => (129, "hp1", Window::Kaiser { beta: 6.0 }),
            "dsp_firwin_bs48_52_201_hamming" => (201, "bs48_52", Window::Hamming),
            "dsp_mnefir_taps_bp1_40" => {
                let filter = Fir::design(&FirConfig::new(BROAD, rate())).unwrap();
                return Some(filter.taps().to_vec());
            }
            _ => return None,
        };
        let filter = Fir::windowed(n_taps, self::band(band), window, rate()).unwrap();
        Some(filter.taps().to_vec())
    });
}

#[test]
fn filtered_as_mne_and_brainflow() {
    let names = ["dsp_mnefir_bp", "dsp_mneiir", "dsp_mnenotch", "dsp_bf"];
    check(&names, 5, |case| {
        let recursive = Sos::butterworth(4, BROAD, rate()).unwrap();
        let zero_phase =
            |case: &Case, filter: &Fir| Some(case.map(|x| filter.filter_zero_phase(x).unwrap()));
        match case.name.as_str() {
            "dsp_mnefir_bp1_40" => {
                zero_phase(case, &Fir::design(&FirConfig::new(BROAD, rate())).unwrap())
            }
            "dsp_mnenotch_50" => zero_phase(case, &Fir::notch(&[50.0], rate()).unwrap()),
            "dsp_mneiir_bp1_40" => Some(case.map(|x| {
                let pad_len = recursive.ringing_len().min(x.len() - 1);
                recursive.filtfilt_padded(x, pad_len).unwrap()
            })),
            "dsp_bfbandpass_1_40_o4" => Some(case.map(|x| recursive.filter(x).unwrap())),
            "dsp_bfbandpass_zero_1_40_o4" => Some(case.map(|x| {
                // It carries the state of the first pass into the second.
                let mut stream = recursive.stream();
                let mut out = x.to_vec();
                for _ in 0..2 {
                    stream.process(&mut out).unwrap();
                    out.reverse();
                }
                out
            })),
            _ => None,
        }
    });
}

#[test]
fn trends() {
    check(&["dsp_detrend"], 2, |case| {
        let detrend = match case.name.as_str() {
            "dsp_detrend_constant" => Detrend::Constant,
            "dsp_detrend_linear" => Detrend::Linear,
            _ => return None,
        };
        Some(case.map(|x| {
            let mut out = x.to_vec();
            detrend.apply(&mut out);
            out
        }))
    });
}
