//! Conversion of rates, the analytic signal and wavelets: SciPy and MNE.

use emo_dsp::{
    Decimator, FftPadding, FftResampler, Hilbert, Morlet, MorletConfig, Polyphase, PolyphaseConfig,
};

use crate::{check, interleaved, rate};

#[test]
fn resampled() {
    let names = ["dsp_resample", "dsp_mneresample", "dsp_decimate"];
    check(&names, 8, |case| {
        let (up, down) = match case.name.as_str() {
            "dsp_resample_poly_128_to_100" => (25, 32),
            "dsp_resample_poly_128_to_256" => (2, 1),
            "dsp_resample_poly_128_to_64" => (1, 2),
            "dsp_resample_poly_128_to_160" => (5, 4),
            "dsp_resample_poly_ecg_250_to_128" => (64, 125),
            "dsp_resample_fft_100" => {
                let resampler = FftResampler::new(1280, 1000).unwrap();
                return Some(case.map(|x| resampler.compute(x).unwrap()));
            }
            "dsp_mneresample_100" => {
                let resampler =
                    FftResampler::padded(1280, 100.0 / 128.0, FftPadding::Samples(100)).unwrap();
                return Some(case.map(|x| resampler.compute(x).unwrap()));
            }
            "dsp_decimate2_iir" => {
                let decimator = Decimator::new(2).unwrap();
                return Some(case.map(|x| decimator.compute(x).unwrap()));
            }
            _ => return None,
        };
        let converter = Polyphase::new(&PolyphaseConfig::new(up, down)).unwrap();
        Some(case.map(|x| converter.compute(x).unwrap()))
    });
}

#[test]
fn analytic_signals_and_wavelets() {
    check(&["dsp_hilbert", "dsp_morlet"], 2, |case| {
        match case.name.as_str() {
            "dsp_hilbert" => {
                let hilbert = Hilbert::new(1280).unwrap();
                Some(case.map(|x| interleaved(hilbert.compute(x).unwrap())))
            }
            "dsp_morlet_power" => {
                let hz = [4.0, 6.0, 8.0, 10.0, 13.0, 20.0, 30.0, 40.0];
                let morlet = Morlet::new(&MorletConfig::new(rate(), 1280, hz)).unwrap();
                let power = morlet.power(&case.channels()[0]).unwrap();
                Some(power.into_iter().collect())
            }
            _ => None,
        }
    });
}
